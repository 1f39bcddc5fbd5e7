"""CSV and its kin: comma, semicolon, tab or bar between the columns, found by trying."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from tagger.errors import TranscriptError
from tagger.transcripts import labels, tables
from tagger.transcripts.sources import Source
from tagger.transcripts.tables import Row
from tagger.transcripts.utterances import Draft

FORMAT = "csv"
DELIMITERS = "\t;,|"
SAMPLE = 20_000
NAMED = frozenset({".csv", ".tsv", ".tab"})


def recognises(source: Source) -> bool:
    """Tell a table by a row of known column names; by regular columns alone only where the name says so too."""
    return _delimiter(source) is not None


def read(source: Source) -> Draft:
    """
    Read one turn a row.

    Raises:
        TranscriptError: Its quotes are unbalanced, or no column holds what was said.
    """
    delimiter = _delimiter(source) or ","
    rows = [row for row in _rows(source, delimiter) if any(cell.strip() for cell in row)]
    header = next((row for row in rows[: tables.HEADER_WITHIN] if tables.by_name(row)), ())
    if any(tables.is_codings(row) for row in (header, *rows[:3])):
        raise TranscriptError(
            "It looks like a table of codings or ratings, not a transcript",
            where=source.name,
            remedy="Use tagger import for codings",
        )
    draft = tables.read(_without_spill(rows, delimiter))
    if draft is None:
        shown = ", ".join(cell.strip()[:30] for cell in rows[0][:8]) if rows else "none"
        raise TranscriptError(
            f"It is a table, but no column holds what was said (the first row: {shown})",
            where=source.name,
            remedy="Name the columns speaker and text",
        )
    return draft


def _delimiter(source: Source) -> str | None:
    named = PurePath(source.name).suffix.casefold() in NAMED
    sample = source.text[:SAMPLE]
    if len(source.text) > SAMPLE:
        sample = sample[: sample.rfind("\n") + 1]
    if "\n" not in sample.strip():
        return None
    weighed = [(_regularity(sample, delimiter, named), delimiter) for delimiter in DELIMITERS]
    best = max(weighed, key=lambda each: each[0])
    return best[1] if best[0] > 0 else None


def _regularity(sample: str, delimiter: str, named: bool) -> float:
    """Weigh a delimiter: the share of rows of the usual width, more where a row names the columns."""
    lines = sample.split("\n")
    try:
        rows = [tuple(row) for row in csv.reader([f"{line}\n" for line in lines], delimiter=delimiter) if row]
    except csv.Error:
        rows = [tuple(line.split(delimiter)) for line in lines if line]
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return 0
    usual, number = widths.most_common(1)[0]
    share = number / widths.total()
    header = next((row for row in rows[: tables.HEADER_WITHIN] if len(row) > 1 and tables.by_name(row)), None)
    if header is not None and sum(width >= len(header) for width in widths.elements()) > 0.5 * widths.total():
        return 2 + share
    regular = named and usual > 1 and share >= 0.8
    return share if regular and not _is_dialogue(lines) else 0


def _is_dialogue(lines: Sequence[str]) -> bool:
    """Tell talk with commas in it from a table."""
    openings = [labels.opening(line) for line in lines if line.strip()]
    return bool(labels.believed([each for each in openings if each.style != "tab"], len(openings)))


def _without_spill(rows: Sequence[Row], delimiter: str) -> list[Row]:
    """Put back together words that were cut at delimiters which nobody quoted, where words are the last column."""
    columns = tables.guessed(rows)
    width = len(rows[columns.header]) if columns and columns.header is not None else 0
    if not columns or columns.text != width - 1:
        return list(rows)
    return [row if len(row) <= width else (*row[: width - 1], delimiter.join(row[width - 1 :])) for row in rows]


def _rows(source: Source, delimiter: str) -> list[Row]:
    lines = [f"{line}\n" for line in source.text.split("\n")]
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return [tuple(row) for row in reader]
    except csv.Error as reason:
        if delimiter == "\t" or '"' + delimiter not in source.text:
            return [tuple(line.rstrip("\n").split(delimiter)) for line in lines]
        raise TranscriptError(
            f"A quotation mark is left open or stands where none may, or a cell is too long ({reason})",
            where=f"{source.name}, line {reader.line_num}",
            remedy='Save it again from the spreadsheet; inside a quoted cell, " is written ""',
        ) from reason
