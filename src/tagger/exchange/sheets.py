"""The rows of a table that people made, from CSV of any usual kind or the first sheet of an XLSX workbook."""

from __future__ import annotations

import codecs
import csv
import html
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from tagger.errors import CodingsError
from tagger.zip_packages import DAMAGE

DELIMITERS = (",", ";", "\t")
MOST_TITLE_ROWS = 30
MOST_BYTES = 100_000_000
MOST_ROWS = 1_048_576
"""Rows that a sheet can have; what counts itself below them is not there."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# The apostrophe that an export of ours puts before what a spreadsheet would run as a formula.
GUARD = re.compile(r"'(?='*(?:[=+@\t\r\n]|-\S))")
SHEET_NAME = re.compile(r'<(?:\w+:)?sheet\b[^<>]*?\bname="([^"]*)"')
MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^<>]*?\bref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
OTHERS = (
    (re.compile(r"\s*\{\\rtf"), "rich text"),
    (re.compile(r"\s*(?:\{|\[\s*[\[{\]])"), "JSON of no program whose projects are read"),
    (re.compile(r"\s*<(?:\?xml|!doctype|[a-z])", re.IGNORECASE), "a web page or XML"),
)
SAVE_AS = "Save the table as CSV or XLSX"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number that a spreadsheet shows beside it, from 1."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Return a cell, empty where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the row with the names of its columns, and the rows below it that hold anything."""

    header: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one delimiter makes of a text, and why it stopped before the end."""

    rows: list[Row]
    broken: str = ""


def read(data: bytes, name: str, familiarity: Callable[[Sequence[str]], int]) -> Sheet:
    """
    Read the bytes of a CSV or XLSX file.

    Args:
        data: the bytes.
        name: the file's name, for messages.
        familiarity: says how many of a row's cells are known names of columns; it finds the header below any title
            rows, and the delimiter.

    Raises:
        CodingsError: The file is empty, damaged, protected or not a table.
    """
    if not data.strip():
        raise CodingsError("The file is empty", where=name, remedy=SAVE_AS)
    if data.startswith(b"PK\x03\x04"):
        readings = [_Reading(_workbook(data, name, lambda book: book.worksheets[0]))]
    else:
        text = _decoded(data, name)
        readings = [_delimited(text, delimiter) for delimiter in DELIMITERS]
    best = max(readings, key=lambda reading: max(_familiarities(reading.rows, familiarity), default=0))
    if best.broken:
        raise CodingsError(
            best.broken, where=name, remedy="Put cells that hold quotes into quotes, and double those inside"
        )
    if not best.rows:
        raise CodingsError("The file holds no rows", where=name, remedy=SAVE_AS)
    scores = _familiarities(best.rows, familiarity)
    position = scores.index(max(scores))
    return Sheet(best.rows[position], tuple(best.rows[position + 1 :]))


def _familiarities(rows: Sequence[Row], familiarity: Callable[[Sequence[str]], int]) -> list[int]:
    return [familiarity(row.cells) for row in rows[:MOST_TITLE_ROWS]]


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(OLE):
        protected = "EncryptedPackage".encode("utf-16-le") in data
        what = "The workbook is protected by a password" if protected else "It is a workbook of the old kind (.xls)"
        remedy = "Save it without the password" if protected else SAVE_AS
        raise CodingsError(what, where=name, remedy=remedy)
    text = _text(data)
    if len(BINARY.findall(text)) > len(text) / 500:
        raise CodingsError("It is not a table but binary data", where=name, remedy=SAVE_AS)
    for start, what in OTHERS:
        if start.match(text):
            raise CodingsError(f"It is not a table but {what}", where=name, remedy=SAVE_AS)
    return text


def _text(data: bytes) -> str:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _delimited(text: str, delimiter: str) -> _Reading:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            _add(rows, number, (GUARD.sub("", cell, count=1) if GUARD.match(cell) else cell for cell in cells))
    except csv.Error as reason:
        unclosed = "end of data" in str(reason) or "limit" in str(reason)
        what = (
            "a quote is opened and never closed" if unclosed else f"a quote is closed before the cell ends ({reason})"
        )
        return _Reading(rows, f"Row {number + 1}: {what}")
    return _Reading(rows)


def _add(rows: list[Row], number: int, cells: Iterable[str]) -> None:
    tidy = tuple(cell.replace("\r\n", "\n").replace("\r", "\n").strip() for cell in cells)
    if any(tidy):
        rows.append(Row(number, tidy))


def titles(data: bytes) -> list[str]:
    """List the names of a workbook's sheets; none where the bytes are no workbook that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            content = package.read("xl/workbook.xml") if _size(package) <= MOST_BYTES else b""
    except (*DAMAGE, KeyError):  # there is no such part
        return []
    return [html.unescape(name) for name in SHEET_NAME.findall(content.decode("utf-8", "replace"))]


def named(data: bytes, name: str, title: str) -> list[Row]:
    """
    Read the rows of the sheet with this title that hold anything.

    Raises:
        CodingsError: The workbook is damaged, or has no such sheet.
    """
    if title not in titles(data):
        raise CodingsError(f"There is no sheet '{title}'", where=name, remedy="Use the workbook as it was handed out")
    return _workbook(data, name, lambda book: book[title])


def _size(package: zipfile.ZipFile) -> int:
    return sum(entry.file_size for entry in package.infolist())


def _workbook(data: bytes, name: str, choose: Callable[[Any], Any]) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = _size(package)
            is_workbook = "xl/workbook.xml" in package.namelist()
    except DAMAGE as reason:
        raise CodingsError("The workbook is damaged", where=name, remedy=SAVE_AS) from reason
    if not is_workbook:
        raise CodingsError("It is a package, but not an XLSX workbook", where=name, remedy=SAVE_AS)
    if size > MOST_BYTES:
        raise CodingsError(f"The workbook unpacks to {size:,} bytes", where=name, remedy="Save the one sheet as CSV")
    try:
        return _rows(data, choose)
    except Exception as reason:  # openpyxl raises whatever its reading of a malformed part trips over
        raise CodingsError("The workbook is damaged", where=name, remedy=SAVE_AS) from reason


def _rows(data: bytes, choose: Callable[[Any], Any]) -> list[Row]:
    from openpyxl import load_workbook  # here and below: it takes as long to import as all else that a command needs

    rows: list[Row] = []
    with warnings.catch_warnings():
        # It warns of decoration that it leaves out (validation, themes); only the cells matter here.
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = choose(book)
        sheet.reset_dimensions()
        fill = _Merged(data, sheet).filled
        # A row may say that it is the last of all numbers, and openpyxl then makes up all those before it.
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS, values_only=True), start=1):
            _add(rows, number, fill(number, [_as_text(cell) for cell in cells]))
        book.close()
    return rows


class _Merged:
    """Cells that were merged downwards: what stands in the first is said of all. One merged across is said once."""

    def __init__(self, data: bytes, sheet: Any) -> None:
        from openpyxl.utils import column_index_from_string

        with zipfile.ZipFile(io.BytesIO(data)) as package:
            # openpyxl tells of merged cells only where it holds the whole sheet in memory.
            content = package.read(sheet._worksheet_path.lstrip("/"))
        self._starting: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, str]] = {}
        for found in MERGED.finditer(content):
            left, top, right, bottom = (part.decode() for part in found.groups())
            if left == right:
                self._starting.setdefault(int(top), []).append((column_index_from_string(left) - 1, int(bottom)))

    def filled(self, row: int, cells: list[str]) -> list[str]:
        """Return the cells of a row, which are asked for from above to below."""
        for column, bottom in self._starting.get(row, ()):
            self._open[column] = (bottom, cells[column] if column < len(cells) else "")
        for column, (bottom, text) in list(self._open.items()):
            if row > bottom:
                del self._open[column]
            else:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or text
        return cells


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        from openpyxl.utils.escape import unescape

        return unescape(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
