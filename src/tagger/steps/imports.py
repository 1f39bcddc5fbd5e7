"""Manual codings made elsewhere, brought in: read the table, find its words, store what people held."""

from __future__ import annotations

from pathlib import Path

from tagger.config import load_settings
from tagger.errors import CodingsError
from tagger.exchange.codings import CodedTable, parse
from tagger.exchange.matching import Matching, match_codings
from tagger.records import Made
from tagger.steps.imported import CodedStudy, ImportReport, Origin, put, shortened
from tagger.steps.versions import version
from tagger.store import Store
from tagger.wording import several


def import_codings(
    folder: Path, file: Path, made: Made, framework: str = "", coder: str = "", *, instead: bool = False
) -> ImportReport:
    """
    Store the manual codings of a table, each row a complete reading of its passage: values not named are explicit no.

    Args:
        made: how they were made; only those made independently may be compared with the machine.
        framework: what they were made with; empty for the one that each dataset was tagged with.
        coder: who coded all of it, where no column says.
        instead: the study may hold this very table as made another way; what is said now counts, and both are kept.

    Raises:
        CodingsError: the table cannot be read, nothing of it matches, or the study holds it as made another way;
            nothing was stored.
    """
    chosen = version(folder, framework or load_settings(folder).study.framework)
    data = file.read_bytes()
    with Store(folder).session("an import") as database:
        study = CodedStudy(database, chosen, by_dataset=not framework)
    table = parse(data, file.name, study.all_values(), coder)
    matching = match_codings(table.rows, study.sources, study.texts, study.spans)
    if not matching.codings:
        raise CodingsError(
            "not one of its rows could be matched to a passage of this study",
            where=file.name,
            remedy=matching.report.lines[0] if matching.report.lines else "Run tagger run on its transcripts first",
        )
    new, known = put(folder, study, matching, Origin(file.name, data, made, instead, coder))
    lines = _lines(file, table, matching, new, known)
    return ImportReport(new, known, (*lines, *study.namesakes(row.coder for row in table.rows)))


def _lines(file: Path, table: CodedTable, matching: Matching, new: int, known: int) -> tuple[str, ...]:
    report = matching.report
    rows = several(report.whole, "row lies", "rows lie")
    told = f"{rows} on whole passages, {report.partly} on part of one, {report.unmatched} on none."
    there = several(known, "was there already", "were there already")
    stored = f"Stored {several(new, 'reading')} of passages" + (f"; {there}." if known else ".")
    headings = several(len(table.headings), "row heads", "rows head")
    passed = (f"{headings} others and were passed over.",) if table.headings else ()
    return (f"{file.name}: {told}", *passed, *shortened(report.lines), stored)
