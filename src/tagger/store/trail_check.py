"""Whether the trail is whole, and everything in the study is as the trail noted it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tagger.store.database import Readable
from tagger.store.trail import Shape, chained, noted, units


class Kind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    """A row is not what was noted."""
    REMOVED = "removed"
    """A row that was noted is not there."""
    ADDED = "added"
    """A row is there that was never noted."""
    BROKEN = "broken"
    """An entry does not follow from the one before it."""
    EMPTIED = "emptied"
    """An entry was emptied, though nobody left and no names were replaced."""


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Something that is not as it was noted.

    Args:
        number: of the entry; 0 for a row that has none.
        noted_at: when it was noted (UTC), where that is known.
        table, key: the row that it is about, where there is one.
    """

    kind: Kind
    number: int = 0
    noted_at: datetime | None = None
    table: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """
    A trail that was looked at.

    Args:
        entries: how many there are.
        erased: how many of them are empty, because somebody left.
        began_at, ended_at: the times of the first and of the last entry that have one (UTC).
        heads: the number of the entry by each hash.
        differences: what is wrong, in the order of the entries.
    """

    entries: int
    erased: int
    began_at: datetime | None
    ended_at: datetime | None
    heads: dict[bytes, int]
    differences: tuple[Difference, ...]

    @property
    def head(self) -> bytes:
        """Return the hash of the last entry, which stands for all of them."""
        return next(reversed(self.heads), b"")


def check(database: Readable, *, rows: bool = True) -> Trail:
    """
    Look at every entry and, if *rows*, at every row that has one.

    It takes one SELECT for each table, each of which sees rows and entries of the same moment, so that people may go on
    meanwhile.
    """
    found = [*(differing(database) if rows else ()), *_emptied(database)]
    chain = database.table(_CHAIN).to_pydict()
    heads: dict[bytes, int] = {}
    previous = b""
    for number, commitment, head in zip(chain["number"], chain["commitment"], chain["hash"], strict=True):
        if head != chained(previous, number, commitment):
            found.append(Difference(Kind.BROKEN, number))
        heads[head] = number
        previous = head
    [(erased, began_at, ended_at)] = database.rows(_TIMES)
    ordered = tuple(sorted(found, key=lambda one: (one.number == 0, one.number, one.table, one.key)))
    return Trail(len(heads), erased, began_at, ended_at, heads, ordered)


def differing(database: Readable) -> Iterator[Difference]:
    """Yield the rows that are not as the trail has them."""
    tables = noted(database)
    for table in tables:
        if shape := Shape.of(database, table):
            sql = _DIFFERING.format(units=units(table, shape))
            for number, noted_at, key, kind in database.rows(sql, {"table": table}):
                yield Difference(Kind(kind), number or 0, noted_at, table, key)
    for number, noted_at, table, key in database.rows(_NOWHERE, {"tables": tables}):
        yield Difference(Kind.REMOVED, number, noted_at, table, key)


def _emptied(database: Readable) -> Iterator[Difference]:
    for (number,) in database.rows(_EMPTIED):
        yield Difference(Kind.EMPTIED, number)


_CHAIN = "SELECT number, commitment, hash FROM trail ORDER BY number"
_TIMES = """
SELECT count(*) FILTER (WHERE salt IS NULL), arg_min(noted_at, number), arg_max(noted_at, number) FROM trail
"""
_DIFFERING = """
SELECT t.number, t.noted_at, row_key,
       CASE WHEN u.content IS NULL THEN 'removed' WHEN t.number IS NULL THEN 'added' ELSE 'changed' END
FROM (SELECT * FROM trail WHERE row_table = $table) t
FULL JOIN ({units}) u USING (row_key)
WHERE u.content IS NULL OR t.number IS NULL
   OR unhex(sha256(t.salt || encode(concat(epoch_us(t.noted_at), ' ', $table, ' ', u.content)))) <> t.commitment
"""
_NOWHERE = """
SELECT number, noted_at, row_table, row_key FROM trail
WHERE row_table IS NOT NULL AND NOT list_contains($tables::VARCHAR[], row_table)
"""
_EMPTIED = """
SELECT number FROM (SELECT number FROM trail WHERE salt IS NULL)
ANTI JOIN (SELECT unnest(entries) AS number FROM erasures) USING (number)
"""
