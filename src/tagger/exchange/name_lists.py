"""The list of names that were found in a study: out as a table for people to decide about, and in again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import pyarrow as pa

from tagger.errors import UsageError
from tagger.exchange import sheets, tables
from tagger.pseudonyms.records import KINDS, Do, Entry, Kind, Where

COLUMNS = (
    *("words", "kind", "pseudonym", "do", "where", "how often", "found in", "only in"),
    *("example 1", "example 2", "example 3"),
)
_NEEDED = ("words", "kind", "pseudonym")
_TITLE = "names found"
_MOST_NAMED = 20


def written(entries: Iterable[Entry], names: Mapping[str, str], form: str) -> bytes:
    """
    Write a list as a table.

    Args:
        names: how people know transcripts, by their ids.
        form: csv or xlsx.

    Raises:
        UsageError: it is neither.
    """
    if form not in ("csv", "xlsx"):
        raise UsageError("the list is a workbook or a CSV file", where=form, remedy="End its name in .xlsx or .csv")
    rows = [_row(one, names) for one in entries]
    schema = pa.schema((name, pa.int64() if name == "how often" else pa.string()) for name in COLUMNS)
    return tables.write(pa.Table.from_pylist(rows, schema), form, _TITLE)


def parsed(data: bytes, name: str, names: Mapping[str, str]) -> list[Entry]:
    """
    Read a list that people filled in; they may add rows, of which words, kind and pseudonym are needed alone.

    Args:
        name: the file's, for messages.
        names: how people know transcripts, by their ids.

    Raises:
        CodingsError: the file is no table.
        UsageError: a column is missing, or a cell says something else than it may; names the row.
    """
    table = sheets.read(data, name, lambda cells: len({cell.casefold() for cell in cells} & set(COLUMNS)))
    header = [cell.casefold() for cell in table.header.cells]
    if missing := [column for column in _NEEDED if column not in header]:
        raise UsageError(
            f"it has no column {' and no column '.join(missing)}",
            where=name,
            remedy=f"Its columns are {', '.join(COLUMNS)}",
        )
    ids = {called.casefold(): transcript for transcript, called in names.items()}
    return [
        _entry({column: row.cell(at) for at, column in enumerate(header)}, row.number, name, ids) for row in table.rows
    ]


def _row(entry: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    found = [names[one] for one in entry.found_in]
    more = len(found) - _MOST_NAMED
    examples = (*entry.examples, "", "", "")
    return {
        "words": entry.words,
        "kind": entry.kind,
        "pseudonym": entry.pseudonym,
        "do": entry.do,
        "where": entry.where,
        "how often": entry.often,
        "found in": "; ".join(found[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else ""),
        "only in": "; ".join(names[one] for one in entry.transcripts),
        **{f"example {number}": examples[number - 1] for number in (1, 2, 3)},
    }


def _entry(cells: Mapping[str, str], number: int, name: str, ids: Mapping[str, str]) -> Entry:
    place = f"{name}, row {number}"
    words = " ".join(cells["words"].split())
    do: Do = _one_of(cells.get("do", "") or "replace", get_args(Do), f"{place}, column do")
    if not words or (do == "replace" and not cells["pseudonym"]):
        empty = "pseudonym" if words else "words"
        raise UsageError("the cell is empty", where=f"{place}, column {empty}", remedy="Fill it in, or delete the row")
    kind: Kind = _one_of(cells["kind"], KINDS, f"{place}, column kind")
    where: Where = _one_of(cells.get("where", "") or "everywhere", get_args(Where), f"{place}, column where")
    only = [one.strip().casefold() for one in cells.get("only in", "").split(";") if one.strip()]
    if strange := [one for one in only if one not in ids]:
        raise UsageError(
            f"the study has no transcript '{strange[0]}'",
            where=f"{place}, column only in",
            remedy="Write names as in the column 'found in', with ; between them, or nothing",
        )
    return Entry(words, kind, cells["pseudonym"], do, where, tuple(ids[one] for one in only), row=number)


def _one_of(cell: str, known: Sequence[Any], where: str) -> Any:
    for one in known:
        if one.casefold() == " ".join(cell.split()).casefold():
            return one
    raise UsageError(
        f"'{cell}' is none of what can stand there", where=where, remedy=f"Write one of: {'; '.join(known)}"
    )
