"""
A table of codings that people made elsewhere, read into one record for each coded stretch and coder.

Two forms are read. Long: a column `values` names them, several parted by `;`, or one row for each. Wide: one column
for each value of the framework holds 1 or 0.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress

from tagger.errors import CodingsError
from tagger.exchange import sheets
from tagger.exchange.sheets import Row, Sheet
from tagger.records import Framework

ROLES = {
    "transcript": ("transcript", "transcript id", "file", "file name", "document", "document name", "source"),
    "start": ("start", "from", "begin", "begins"),
    "end": ("end", "to", "ends"),
    "text": ("text", "excerpt", "quote", "quotation", "passage"),
    "coder": ("coder", "reader", "rater", "annotator"),
    "values": ("values", "value", "codes", "code", "labels", "label", "value ids", "value id"),
    "answer": ("answer",),
}
HINTED = ("text", "coder", "values")
"""Roles that a column may have by the last word of its name, such as *Your code*, where no column has the name."""
LONGEST_HINT = 30
IN_BRACKETS = re.compile(r"\(.*?\)")
NO_VALUE = ("none", "no value", "nothing here", "nothing", "(no value)")
YES = frozenset({"1", "1.0", "yes", "y", "x", "true", "t", "✓", "✔"})
NO = frozenset({"0", "0.0", "no", "n", "false", "f"})
BETWEEN_VALUES = re.compile(r"[;|\n]")
WHOLE_NUMBER = re.compile(r"\d{1,12}(?:\.0*)?")
IGNORED_IN_NAMES = re.compile(r"[\s_\-\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class CodedRow:
    """
    What one coder holds one stretch of a transcript to show, as the table says it.

    `number` is the row in the sheet (the first of those that were merged). `transcript` is the cell as written, empty
    where the table does not say: then the text is looked for in all of them. `start` and `end` are code points of the
    transcript's text, both or none. No `value_ids`: coded with no value.
    """

    number: int
    transcript: str
    start: int | None
    end: int | None
    text: str
    coder: str
    value_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodedTable:
    """A table of codings: what it says, and the numbers of rows that head others and say nothing themselves."""

    rows: list[CodedRow]
    headings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what: `roles` by name; `marks` has the column of each value id in a wide table."""

    roles: Mapping[str, int]
    marks: Mapping[str, int]


def parse(data: bytes, name: str, framework: Framework, coder: str = "") -> CodedTable:
    """
    Read a CSV or XLSX table of codings in the words of a framework.

    Args:
        coder: who coded all of it, where no column says.

    Raises:
        CodingsError: The file cannot be read, a column is missing, or a cell says something unknown; it names the row.
    """
    ids = ids_by_name(framework)
    sheet = sheets.read(data, name, partial(_familiarity, ids=ids))
    layout = _layout(sheet.header, name, framework, ids, coder)
    said = {layout.roles.get("text"), layout.roles.get("values"), *layout.marks.values()}
    headings = [_is_heading(row, sheet.header, said) for row in sheet.rows]
    passed_over = tuple(row.number for row in compress(sheet.rows, headings))
    sheet = replace(sheet, rows=tuple(row for row, heads in zip(sheet.rows, headings, strict=True) if not heads))
    if not sheet.rows:
        raise CodingsError(
            "There are no rows below the header", where=name, remedy="Add one row for each coded passage"
        )
    try:
        marked = _wide(sheet, layout) if layout.marks else _long(sheet, layout, framework, ids)
        rows = [_coded(row, layout.roles, values, coder) for row, values in zip(sheet.rows, marked, strict=True)]
    except CodingsError as error:
        raise CodingsError(error.what, where=f"{name}, {error.where}", remedy=error.remedy) from error
    return CodedTable(_merged(rows, [value.id for value in framework.values]), passed_over)


def simple(name: str) -> str:
    """Return a name as names are compared: case, blanks, hyphens and underscores do not count."""
    return IGNORED_IN_NAMES.sub("", name).casefold()


def ids_by_name(framework: Framework) -> dict[str, str]:
    """Return the id of each value by its id and by its name, both as `simple` writes them."""
    names = {simple(value.name): value.id for value in framework.values}
    return names | {simple(value.id): value.id for value in framework.values}


def closest(name: str, framework: Framework) -> str:
    """Return the name of the value whose name or id is most like another word; empty where none is like it."""
    ids = ids_by_name(framework)
    close = difflib.get_close_matches(simple(name), list(ids), n=1, cutoff=0.6)
    return next((value.name for value in framework.values if close and value.id == ids[close[0]]), "")


def _role(column: str) -> str | None:
    name = simple(column)
    return next((role for role, names in ROLES.items() if name in map(simple, names)), None)


def _hint(column: str) -> str | None:
    """Return the role that the last word of a column's name stands for."""
    words = IN_BRACKETS.sub("", column).split() if len(column) <= LONGEST_HINT else []
    role = _role(words[-1]) if words else None
    return role if role in HINTED else None


def _is_heading(row: Row, header: Row, said: Collection[int | None]) -> bool:
    """Tell a row that heads those below it: the header once more, or a single cell where no text and no answer is."""
    filled = [column for column, cell in enumerate(row.cells) if cell]
    return row.cells == header.cells or (len(filled) == 1 < len(header.cells) and filled[0] not in said)


def _familiarity(cells: Sequence[str], ids: Mapping[str, str]) -> int:
    return sum(bool(_role(cell) or _hint(cell)) or simple(cell) in ids for cell in cells if cell)


def _layout(header: Row, name: str, framework: Framework, ids: Mapping[str, str], coder: str) -> _Layout:
    where = f"{name}, row {header.number}"
    columns = {role: _column(header, role, where) for role in ROLES}
    roles = {role: column for role, column in columns.items() if column is not None}
    marks: dict[str, int] = {}
    for column, cell in enumerate(header.cells):
        value_id = ids.get(simple(cell))
        if value_id is None or column in roles.values():
            continue
        if value_id in marks:
            raise CodingsError(f"Two columns are for '{cell}'", where=where, remedy="Rename or remove one")
        marks[value_id] = column
    layout = _Layout(roles, marks)
    if coder and "coder" in roles:
        what = f"The column '{header.cells[roles['coder']]}' says who coded"
        raise CodingsError(what, where=where, remedy="Leave --coder out, or rename the column")
    missing = _missing(layout, framework, coder)
    if missing:
        found = ", ".join(f"'{cell}'" for cell in header.cells if cell)
        remedy = (
            f"The columns found are {found}. Name them transcript, start, end, text, coder, and values or one per "
            f"value of {framework.id}; if it was made with another framework, add --framework NAME"
            + ("; if one person coded all of it, add --coder NAME" if "coder" in missing else "")
        )
        raise CodingsError(f"There is no column for {', '.join(missing)}", where=where, remedy=remedy)
    if marks and "values" in roles:
        what = "There is a column for the values and also one for a value"
        raise CodingsError(what, where=where, remedy="Keep one of the two forms")
    return layout


def _missing(layout: _Layout, framework: Framework, coder: str) -> list[str]:
    """
    Name what has no column.

    A wide table needs one for every value, as a value without was never asked. A text tells its transcript by itself.
    """
    needed = [] if "text" in layout.roles else ["transcript"]
    needed += [] if coder else ["coder"]
    if layout.roles.keys() & {"start", "end"}:
        needed += ["start", "end"]
    elif "text" not in layout.roles:
        needed.append("text (or start and end)")
    if not layout.marks:
        needed.append("values")
    unasked = [value.name for value in framework.values if layout.marks and value.id not in layout.marks]
    return [role for role in needed if role not in layout.roles] + ([] if "values" in layout.roles else unasked)


def _column(header: Row, role: str, where: str) -> int | None:
    """Find the column of a role: the one with the role's own name, else the only one with a name like it."""
    columns = [column for column, cell in enumerate(header.cells) if cell and _role(cell) == role]
    columns = columns or [column for column, cell in enumerate(header.cells) if not _role(cell) and _hint(cell) == role]
    own = [column for column in columns if simple(header.cells[column]) == role]
    if len(own or columns) > 1:
        names = " and ".join(f"'{header.cells[column]}'" for column in own or columns)
        raise CodingsError(f"Both {names} could hold the {role}", where=where, remedy="Rename or remove one")
    return next(iter(own or columns), None)


def _wide(sheet: Sheet, layout: _Layout) -> list[tuple[str, ...]]:
    says_no = any(simple(row.cell(column)) in NO for row in sheet.rows for column in layout.marks.values())
    return [_marked(row, layout.marks, sheet.header, says_no=says_no) for row in sheet.rows]


def _marked(row: Row, marks: Mapping[str, int], header: Row, *, says_no: bool) -> tuple[str, ...]:
    where = f"row {row.number}"
    for column in marks.values():
        mark = row.cell(column)
        if mark and simple(mark) not in YES | NO:
            what = f"'{mark}' under '{header.cells[column]}' is neither a yes nor a no"
            raise CodingsError(what, where=where, remedy="Write 1 or 0, yes or no, or x or leave it blank")
    # Where others write 0, a row left blank was forgotten rather than coded with no value.
    if says_no and not any(row.cell(column) for column in marks.values()):
        raise CodingsError("No value is marked", where=where, remedy="Write 0 under each value where none fits")
    return tuple(value_id for value_id, column in marks.items() if simple(row.cell(column)) in YES)


def _long(sheet: Sheet, layout: _Layout, framework: Framework, ids: Mapping[str, str]) -> list[tuple[str, ...]]:
    named = [_named(row.cell(layout.roles["values"]), f"row {row.number}", framework, ids) for row in sheet.rows]
    if "answer" not in layout.roles:
        return named
    # An export of codings has a row for each answer, the noes too: read without it they would turn into yeses.
    denied = [simple(row.cell(layout.roles["answer"])) in NO for row in sheet.rows]
    return [() if no else values for no, values in zip(denied, named, strict=True)]


def _named(cell: str, where: str, framework: Framework, ids: Mapping[str, str]) -> tuple[str, ...]:
    names = [part.strip() for part in BETWEEN_VALUES.split(cell) if part.strip()]
    if not names:
        raise CodingsError("The cell with the values is empty", where=where, remedy="Write 'none' where no value fits")
    nothing = [name for name in names if simple(name) not in ids and simple(name) in map(simple, NO_VALUE)]
    if nothing and len(nothing) < len(names):
        what = f"'{cell}' says both that values fit and that none does"
        raise CodingsError(what, where=where, remedy=f"Remove '{nothing[0]}' or the values")
    for name in names:
        if name not in nothing and simple(name) not in ids:
            raise CodingsError(
                f"'{name}' is not a value of {framework.id}", where=where, remedy=_nearest(name, framework, ids)
            )
    return tuple(ids[simple(name)] for name in names if name not in nothing)


def _nearest(name: str, framework: Framework, ids: Mapping[str, str]) -> str:
    if len([part for part in name.split(",") if simple(part) in ids]) > 1:
        return "Part several values by ; instead of a comma"
    close = closest(name, framework)
    return f"The nearest is '{close}'" if close else f"Its values are {', '.join(v.name for v in framework.values)}"


def _coded(row: Row, roles: Mapping[str, int], value_ids: tuple[str, ...], coder: str) -> CodedRow:
    where = f"row {row.number}"
    cells = {role: row.cell(column) for role, column in roles.items()}
    for role in ("transcript", "coder"):
        if role in cells and not cells[role]:
            raise CodingsError(f"The cell with the {role} is empty", where=where, remedy="Fill it in or remove the row")
    start, end = _span(cells.get("start", ""), cells.get("end", ""), where)
    text = cells.get("text", "")
    if start is None and not text:
        raise CodingsError("It names no stretch", where=where, remedy="Give start and end, or the text that was coded")
    coder = " ".join((coder or cells["coder"]).split())
    return CodedRow(row.number, cells.get("transcript", ""), start, end, text, coder, value_ids)


def _span(start: str, end: str, where: str) -> tuple[int, int] | tuple[None, None]:
    if not start and not end:
        return None, None
    for role, cell in (("start", start), ("end", end)):
        if not WHOLE_NUMBER.fullmatch(cell):
            what = f"Its {role} is '{cell}', not a whole number" if cell else f"It has no {role}"
            raise CodingsError(
                what, where=where, remedy="Count characters of the transcript from 0, or give the text alone"
            )
    first, last = int(float(start)), int(float(end))
    if first >= last:
        raise CodingsError(f"It ends ({last}) before it starts ({first})", where=where, remedy="Correct start and end")
    return first, last


def _merged(rows: Sequence[CodedRow], order: Sequence[str]) -> list[CodedRow]:
    """Join rows of one coder about one stretch; values in the framework's order."""
    merged: dict[tuple[object, ...], CodedRow] = {}
    for row in rows:
        words = " ".join(row.text.split())
        key = (row.transcript.casefold(), row.start, row.end, words, row.coder.casefold())
        first = merged.setdefault(key, row)
        merged[key] = replace(first, value_ids=first.value_ids + row.value_ids)
    return [replace(row, value_ids=tuple(i for i in order if i in row.value_ids)) for row in merged.values()]
