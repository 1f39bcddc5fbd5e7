"""
The sheet attributes.csv: one row a file, with its dataset, its participants, and whatever else people know of it.

An empty cell says nothing, so what was known stays; a cell with `-` takes away what was known.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from itertools import product
from pathlib import PurePath

import pyarrow as pa

from tagger.errors import CodingsError, UsageError
from tagger.exchange import sheets, tables
from tagger.exchange.sheets import Row, Sheet
from tagger.privacy import PSEUDONYM
from tagger.records import Permission

PERMISSIONS = ("may process", "may quote", "withdraw by")
COLUMNS = ("file", "dataset", "participant", "group", "role", "encoding", *PERMISSIONS)
NOTHING = "-"
SPELLED_ONCE = ("group", "role")
"""What besides datasets and participants would fall apart by two spellings of one name."""
NEAR = 0.8
_ANSWERS = {"": None, "yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
BETWEEN = re.compile(r"[;,+/]")


@dataclass(frozen=True, slots=True)
class PermissionSaid:
    """What is said of a permission: None, and an empty day, where nothing is; the day `-` takes away what was said."""

    may_process: bool | None = None
    may_quote: bool | None = None
    withdraw_by: str = ""

    @property
    def words(self) -> str:
        """Say it in words; nothing where nothing is said."""
        answers = (("worked on", self.may_process), ("quoted", self.may_quote))
        told = [f"may {'' if said else 'not '}be {what}" for what, said in answers if said is not None]
        if self.withdraw_by:
            told.append(
                "no day to withdraw by" if self.withdraw_by == NOTHING else f"to be withdrawn by {self.withdraw_by}"
            )
        return "; ".join(told)

    def over(self, held: Permission) -> Permission:
        """Return what holds once this is said."""
        by = held.withdraw_by
        if self.withdraw_by:
            by = None if self.withdraw_by == NOTHING else date.fromisoformat(self.withdraw_by)
        return Permission(
            held.may_process if self.may_process is None else self.may_process,
            held.may_quote if self.may_quote is None else self.may_quote,
            by,
        )


@dataclass(frozen=True, slots=True)
class Attributes:
    """
    What one row says of one file; `number` is that of the row in the sheet.

    `said` holds group, role, encoding and the columns that people added, by name, where a cell is not empty;
    `permission` what those who took part allow.
    """

    number: int
    file: str
    dataset: str = ""
    participants: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    permission: PermissionSaid = PermissionSaid()


def parse(data: bytes, name: str) -> tuple[Attributes, ...]:
    """
    Read the sheet as spreadsheets save it: CSV of any usual kind, or the first sheet of an XLSX workbook.

    Raises:
        UsageError: It is no such sheet, or a cell says what cannot be meant; names row and column.
    """
    try:
        sheet = sheets.read(data, name, lambda cells: sum(_column(cell) in COLUMNS for cell in cells))
    except CodingsError as reason:
        raise UsageError(reason.what, where=reason.where, remedy=reason.remedy) from reason
    columns = _columns(sheet, name)
    found = [_attributes(row, columns, name) for row in sheet.rows]
    _refuse_twice(found, name)
    _refuse_contradictions(found, name)
    return tuple(found)


def sheet(rows: Sequence[Attributes]) -> bytes:
    """Write rows as CSV that a spreadsheet opens with every letter right, the columns that people added last."""
    added = sorted({key for row in rows for key in row.said} - set(COLUMNS))
    cells = [
        {"file": row.file, "dataset": row.dataset, "participant": "; ".join(row.participants), **row.said}
        for row in rows
    ]
    names = [*COLUMNS, *added]
    columns = {column: pa.array([row.get(column, "") for row in cells], pa.string()) for column in names}
    return tables.write(pa.table(columns), "csv", "attributes")


def check_spellings(
    rows: Iterable[Attributes], name: str, datasets: Iterable[str] = (), participants: Iterable[str] = ()
) -> None:
    """
    Refuse two spellings of what may well be one name, in the sheet or beside the names that a study holds.

    Raises:
        UsageError: Two differ in case, blanks, or the zeros before a number.
    """
    known = {("dataset", _alike(each)): (each, "in the study") for each in datasets}
    known |= {("participant", _alike(each)): (each, "in the study") for each in participants}
    for row in rows:
        cells = [(column, row.said.get(column, "")) for column in SPELLED_ONCE]
        cells += [("dataset", row.dataset), *(("participant", each) for each in row.participants)]
        for column, cell in cells:
            first, place = known.setdefault((column, _alike(cell)), (cell, f"in row {row.number}"))
            if first != cell:
                raise UsageError(
                    f"'{cell}' here and '{first}' {place} look like one {column}, spelled in two ways",
                    where=f"{name}, row {row.number}, column {column}",
                    remedy=f"Write '{first}' in both, or give two that differ in more",
                )


def near(name: str, known: Iterable[str]) -> str:
    """Find a name that may have been meant, empty where there is none; names that differ in a number are two."""
    without = re.sub(r"\d", "", name)
    found = difflib.get_close_matches(name, [each for each in known if each != name], 1, NEAR)
    return next((each for each in found if re.sub(r"\d", "", each) != without), "")


def _columns(sheet: Sheet, name: str) -> list[str]:
    where = f"{name}, row {sheet.header.number}"
    columns = [_column(cell) for cell in sheet.header.cells]
    if "file" not in columns:
        raise UsageError("There is no column 'file'", where=where, remedy=f"Its columns are {', '.join(COLUMNS)}")
    for column in filter(None, columns):
        if columns.count(column) > 1:
            raise UsageError(f"Two columns are called '{column}'", where=where, remedy="Rename or remove one of them")
        meant = "" if column in COLUMNS else near(column, COLUMNS)
        if meant:
            raise UsageError(
                f"The column '{column}' is spelled nearly like '{meant}'",
                where=where,
                remedy=f"Call it '{meant}', or by a name that cannot be taken for it",
            )
    for row in sheet.rows:
        unnamed = [cell for at, cell in enumerate(row.cells) if cell and (at >= len(columns) or not columns[at])]
        if unnamed:
            raise UsageError(
                f"'{unnamed[0]}' stands in a column without a name",
                where=f"{name}, row {row.number}",
                remedy="Name the column in the first row",
            )
    return columns


def _attributes(row: Row, columns: Sequence[str], name: str) -> Attributes:
    where = f"{name}, row {row.number}"
    cells = {column: _tidy(row.cell(at)) for at, column in enumerate(columns) if column}
    if not cells["file"]:
        raise UsageError("The file is not named", where=where, remedy="Write its name, or remove the row")
    encoding = cells.get("encoding", "")
    if encoding not in ("", NOTHING):
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise UsageError(
                f"'{encoding}' is not the name of an encoding",
                where=f"{where}, column encoding",
                remedy="Write one such as utf-8 or cp1252, or leave it empty to have it detected",
            ) from None
    of_its_own = ("file", "dataset", "participant", *PERMISSIONS)
    said = {column: cell for column, cell in cells.items() if cell and column not in of_its_own}
    people = _participants(cells.get("participant", ""), f"{where}, column participant")
    permission = PermissionSaid(
        yes_or_no(cells.get("may process", ""), f"{where}, column may process"),
        yes_or_no(cells.get("may quote", ""), f"{where}, column may quote"),
        day(cells.get("withdraw by", ""), f"{where}, column withdraw by"),
    )
    if permission != PermissionSaid() and not people:
        raise UsageError(
            "It is not said whose permission this is", where=where, remedy="Write the participant too, such as P07"
        )
    return Attributes(row.number, cells["file"], cells.get("dataset", ""), people, said, permission)


def yes_or_no(cell: str, where: str) -> bool | None:
    """
    Read a cell that says yes or no; None where it says nothing.

    Raises:
        UsageError: It says something else.
    """
    if cell.casefold() not in _ANSWERS:
        raise UsageError(f"'{cell}' is neither yes nor no", where=where, remedy="Write yes or no, or leave it empty")
    return _ANSWERS[cell.casefold()]


def day(cell: str, where: str) -> str:
    """
    Read a cell that says a day, as 2027-03-01, or `-` for none.

    Raises:
        UsageError: It says something else.
    """
    try:
        return cell if cell in ("", NOTHING) else date.fromisoformat(cell).isoformat()
    except ValueError:
        raise UsageError(
            f"'{cell}' is not a day",
            where=where,
            remedy="Write it as year, month, day, such as 2027-03-01; - takes it away",
        ) from None


def _participants(cell: str, where: str) -> tuple[str, ...]:
    people = tuple(dict.fromkeys(part.strip() for part in BETWEEN.split(cell) if part.strip()))
    for each in people:
        if PSEUDONYM.fullmatch(each):
            continue
        meant = re.sub(r"[\s._-]", "", each).upper()
        meant = f"P{int(meant):02d}" if meant.isdecimal() and len(meant) <= 4 else meant
        advice = f"Write {meant}, if that is meant" if PSEUDONYM.fullmatch(meant) else "Write one such as P07"
        raise UsageError(
            f"'{each}' is not a pseudonym",
            where=where,
            remedy=f"{advice}: a letter or two and a number, never a name; several are parted by ;",
        )
    return people


def _refuse_twice(rows: Sequence[Attributes], name: str) -> None:
    seen: dict[PurePath, int] = {}
    for row in rows:
        first = seen.setdefault(PurePath(row.file.replace("\\", "/")), row.number)
        if first != row.number:
            raise UsageError(
                f"{row.file} has a row of its own already, row {first}",
                where=f"{name}, row {row.number}",
                remedy="Keep one row for each file; several participants stand in one cell, parted by ;",
            )


def _refuse_contradictions(rows: Iterable[Attributes], name: str) -> None:
    known: dict[tuple[str, str], tuple[object, int]] = {}
    for row in rows:
        said = zip(PERMISSIONS, astuple(row.permission), strict=True)
        for (column, cell), person in product([pair for pair in said if pair[1] not in (None, "")], row.participants):
            first, number = known.setdefault((person, column), (cell, row.number))
            if first != cell:
                raise UsageError(
                    f"It says something else of {person} than row {number}",
                    where=f"{name}, row {row.number}, column {column}",
                    remedy="Say the same in all rows of one person",
                )


def _column(cell: str) -> str:
    return " ".join(cell.casefold().replace("_", " ").split())


def _tidy(cell: str) -> str:
    """Put blanks right, and take off the midnight that spreadsheets add to a day."""
    return " ".join(cell.split()).removesuffix("T00:00:00")


def _alike(name: str) -> str:
    letters = re.sub(r"[\W_]+", "", name.casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", letters) if PSEUDONYM.fullmatch(name) else letters
