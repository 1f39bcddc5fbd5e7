"""XLSX, opened by openpyxl: the sheet with the most words, one row a turn."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterable
from io import BytesIO

from tagger.errors import TranscriptError
from tagger.transcripts import packages, tables
from tagger.transcripts.sources import Source
from tagger.transcripts.tables import Row
from tagger.transcripts.utterances import Draft

FORMAT = "xlsx"
MOST_ROWS, MOST_COLUMNS = 1_000_000, 64


def recognises(source: Source) -> bool:
    """Tell an Excel package by its parts."""
    return source.data.startswith(b"PK") and packages.kind(source.data, source.name) == "xlsx"


def read(source: Source) -> Draft:
    """
    Read one turn a row.

    Raises:
        TranscriptError: It is damaged, or no column holds what was said.
    """
    packages.checked(source.data, source.name)
    try:
        sheets = _sheets(source.data)
    except Exception as reason:  # openpyxl raises whatever its reading of a damaged package trips over
        raise packages.broken(source.name) from reason
    title, rows = max(sheets.items(), key=lambda sheet: _words(sheet[1]), default=("", []))
    if any(tables.is_codings(row) for row in rows[:3]):
        raise TranscriptError(
            "It looks like a table of codings, not a transcript",
            where=source.name,
            remedy="Use tagger import for codings",
        )
    draft = tables.read(rows)
    if draft is None:
        raise TranscriptError(
            "It is a workbook, but no column holds what was said",
            where=source.name,
            remedy="Name the columns speaker and text",
        )
    others = [f"sheet '{other}'" for other in sheets if other != title and _words(sheets[other])]
    problems = (f"only the sheet '{title}' was read, which has the most words",) if others else ()
    return Draft(draft.utterances, (*others, *draft.dropped), (*problems, *draft.problems))


def _sheets(data: bytes) -> dict[str, list[Row]]:
    import openpyxl  # which takes long

    with warnings.catch_warnings():
        # openpyxl warns of styles and extensions that it leaves out; they hold no words.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        sheets = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            # A row may say that it is the millionth, and openpyxl then makes up all those before it.
            rows = (
                tuple(map(_cell, row))
                for row in sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS, values_only=True)
                if row.count(None) < len(row)
            )
            sheets[sheet.title] = [row for row in rows if any(row)]
        book.close()
    return sheets


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.time().isoformat() if value.year < 1901 else value.isoformat(" ")
    if isinstance(value, datetime.timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, datetime.time):
        return value.isoformat()
    return str(value).strip()


def _words(rows: Iterable[Row]) -> int:
    return sum(len(cell.split()) for row in rows for cell in row)
