"""The trail of a study that is made anew: of what is erased, it keeps no more than that there was an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa

from tagger.store import everything
from tagger.store.database import Database
from tagger.store.trail import Shape, noted, units
from tagger.store.trail_check import differing

TOLD = ("noted_at", "row_table", "row_key", "salt")
"""What an entry tells; without it, nobody can say what it was about."""


def carry(old: Database, new: Database) -> None:
    """
    Give a new database, which has all its other rows, the trail of the old one.

    Entries of rows that are gone, or other than they were, are emptied, and one more says which. What is other than it
    was is noted as it is now. Rows that were not as noted before stay so: nothing is set right by leaving.
    """
    wrong = {(one.table, one.key) for one in differing(old)}
    gone: dict[str, set[str]] = {}
    with new.transaction():
        for table in noted(new):
            if shape := Shape.of(new, table):
                before, after = (dict(database.rows(units(table, shape))) for database in (old, new))
                other = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
                other -= {key for key in other & after.keys() if (table, key) in wrong}
                gone[table] = other & before.keys()
                new.note(table, [(key, after[key]) for key in sorted(other & after.keys())])
        emptied = [number for piece in _emptied(old, gone, new) for number in piece]
        if emptied:
            [(number,)] = new.rows("SELECT coalesce(max(number), 0) + 1 FROM erasures")
            row = {"number": number, "entries": emptied, "erased_at": datetime.now(UTC).replace(tzinfo=None)}
            new.insert("erasures", pa.Table.from_pylist([row]))


def _emptied(old: Database, gone: dict[str, set[str]], new: Database) -> Iterator[list[int]]:
    """Copy the entries, those of rows that are gone without what they tell; yield the numbers of these."""
    for piece in everything.pieces(old, "trail"):
        rows = piece.to_pylist()
        doomed = [row for row in rows if row["row_key"] in gone.get(row["row_table"], ())]
        for row in doomed:
            row.update(dict.fromkeys(TOLD))
        new.insert("trail", pa.Table.from_pylist(rows, piece.schema), noted=False)
        yield [row["number"] for row in doomed]
