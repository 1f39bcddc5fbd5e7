"""A study that two people coded elsewhere, each on their own."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping

from small_study import SmallStudy

import tagger
from tagger.steps.imports import import_codings

CODED: Mapping[str, Callable[[int], str]] = {
    "Ada": lambda number: "Choice" if number < 11 else "none",
    "Bea": lambda number: "Choice; Experiences in common" if 1 <= number < 12 else "none",
}
"""What each says of a passage by its number: they agree on Choice in 10 of 12, and one finds a second value."""


def coded_elsewhere(study: SmallStudy) -> SmallStudy:
    """Bring in what the two said of all passages, and return the study."""
    passages = tagger.open_study(study.folder).excerpts().query("kind == 'passage'")
    sheet = study.home / "codings.csv"
    with sheet.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("transcript", "start", "end", "coder", "values"))
        for number, row in enumerate(passages.itertuples()):
            table.writerows((row.transcript, row.start, row.end, name, said(number)) for name, said in CODED.items())
    import_codings(study.folder, sheet, "independently")
    return study
