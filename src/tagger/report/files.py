"""A report as files: the page, and all of its numbers for those who compute further. `write` looks at the disk."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tagger.errors import StoreError, UsageError
from tagger.exchange.tables import FORMULA
from tagger.report.document import Number, Report, Section, Table
from tagger.report.page import page
from tagger.whole_files import put_whole

DIGITS = 10
NUMBER = tuple(field.name for field in fields(Number))
TAG = re.compile(r"<(?=[A-Za-z/!?])")
PLAIN_NUMBER = re.compile(r"-\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def files(report: Report) -> dict[str, bytes]:
    """
    Return the report's files by name: the same bytes for the same report.

    report.html       the page
    report.json       the words, and every number with all of its fields, in the order of `document.py`; null where
                      there is none; numbers with 10 significant digits
    numbers.csv       a row for each number, with the fields of `Number` as columns, and the program's version
    reliability.csv   what everybody said, for computing agreement elsewhere
    disagreements.csv the passages to talk over
    methods.md        the methods paragraph and the checklist
    """
    return {
        "report.html": page(report),
        "report.json": _json(report),
        "numbers.csv": numbers_as_csv(report.numbers, report.sources),
        "reliability.csv": _csv(report.matrix.head, report.matrix.rows),
        "disagreements.csv": _csv(report.disagreements.head, report.disagreements.rows),
        "methods.md": _methods(report).encode("utf-8"),
    }


def write(report: Report, folder: Path) -> list[Path]:
    """Write the report's files into a folder, as `put` does."""
    return put(files(report), folder)


def put(contents: Mapping[str, bytes], folder: Path) -> list[Path]:
    """
    Write files by their names into a folder, readable for this user alone, and return where they are.

    The folder is made if it is missing. What else is in it stays, and each file is there whole or not at all.

    Raises:
        UsageError: there is a file where the folder should be.
        StoreError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [put_whole(folder / name, data) for name, data in contents.items()]
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError("it is not a folder", where=str(folder), remedy="Name another with -o") from error
    except OSError as error:
        what = f"the report cannot be written ({error.strerror})"
        raise StoreError(
            what, where=str(folder), remedy="Make room or access for it, or name another with -o"
        ) from error


def numbers_as_csv(numbers: Iterable[Number], sources: Iterable[tuple[str, str]]) -> bytes:
    """Return a row for each number, and the program's version on it."""
    made = dict(sources).get("tagger", "")
    return _csv((*NUMBER, "version"), ([*_fields(number).values(), made] for number in numbers))


def as_json(whole: Mapping[str, Any]) -> bytes:
    """Return what is made of plain parts as JSON: the same bytes for the same content."""
    return (json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _json(report: Report) -> bytes:
    whole = {
        "title": report.title,
        "about": report.about,
        "headline": report.headline,
        "source": report.source,
        "summary": [
            {
                "value": row.value,
                "people": None if row.people is None else _fields(row.people),
                "model": None if row.model is None else _fields(row.model),
                "enough": row.enough,
                "words": row.words,
            }
            for row in report.summary
        ],
        "sections": [section_as_json(section) for section in report.sections],
        "methods": report.methods,
        "checklist": [{"asked": asked, "answer": answer} for asked, answer in report.checklist],
        "sources": [{"name": name, "version": version} for name, version in report.sources],
    }
    return as_json(whole)


def section_as_json(section: Section) -> dict[str, Any]:
    """Return a section as JSON has it."""
    return {
        "number": section.number,
        "title": section.title,
        "finding": section.finding,
        "cannot_say": section.cannot_say,
        "empty": section.empty,
        "notes": list(section.notes),
        "numbers": [_fields(number) for number in section.numbers],
        "tables": [table_as_json(table) for table in section.tables],
        "movers": None if section.movers is None else _plain(asdict(section.movers)),
        "plots": [{"plot": type(plot).__name__.casefold(), **_plain(asdict(plot))} for plot in section.plots],
    }


def table_as_json(table: Table) -> dict[str, Any]:
    """Return a table as JSON has it."""
    return {
        "caption": table.caption,
        "head": list(table.head),
        "rows": [list(row) for row in table.rows],
        "note": table.note,
    }


def _plain(value: Any) -> Any:
    """Write what a plot is made of as JSON has it."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else _rounded(value)


def _fields(number: Number) -> dict[str, Any]:
    return {name: _rounded(getattr(number, name)) for name in NUMBER}


def _rounded(value: Any) -> Any:
    """Round a float to the digits that one machine always gets the same; what is not finite is no number."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def _csv(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(map(_cell, head))
    writer.writerows(map(_cell, row) for row in rows)
    return sink.getvalue().encode("utf-8")


def _cell(value: Any) -> Any:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    if isinstance(value, str) and FORMULA.match(value) and not PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _methods(report: Report) -> str:
    rows = [f"| {_markdown(asked)} | {_markdown(answer)} |" for asked, answer in report.checklist]
    parts = (
        "# Methods",
        TAG.sub("&lt;", report.methods),
        "## Checklist",
        "\n".join(["| Asked | Answer |", "|---|---|", *rows]),
    )
    return "\n\n".join(parts) + "\n"


def _markdown(words: str) -> str:
    """Write words as a cell of a table: on one line, with nothing in them that is a border or a tag."""
    return TAG.sub("&lt;", " ".join(words.split())).replace("\\", "\\\\").replace("|", "\\|")
