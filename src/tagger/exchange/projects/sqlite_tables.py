"""The tables of an SQLite file, from its bytes and within bounds; nothing in the file is run but plain reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tagger.errors import CodingsError

START = b"SQLite format 3\x00"
MOST_STEPS = 2_000
"""Times a million steps of SQLite's machine that one file may take."""
EXPORT_AGAIN = "Close it in the program that wrote it, and copy it again"
# Two bytes of the header say that a log lies beside the file; a copy without it is read as it is.
JOURNAL_BYTES = slice(18, 20)
Rows = list[dict[str, object]]


class Tables:
    """The tables of an open database, by name; a column that a version of the program does not have is None."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self.names = {str(name) for (name,) in found}

    def rows(self, table: str, columns: Iterable[str]) -> Rows:
        """Return the rows of a table, in the order in which they were written; none where there is no such table."""
        if table not in self.names:
            return []
        there = {str(row[1]) for row in self._connection.execute(f"PRAGMA table_info({table})")}
        wanted = tuple(columns)
        listed = ", ".join(name if name in there else f"NULL AS {name}" for name in wanted)
        found = self._connection.execute(f"SELECT {listed} FROM {table} ORDER BY rowid")  # noqa: S608
        return [dict(zip(wanted, row, strict=True)) for row in found]


@contextmanager
def tables(data: bytes, name: str) -> Iterator[Tables]:
    """
    Open the bytes of a database.

    Raises:
        CodingsError: It is damaged, or would take too long.
    """
    connection = sqlite3.connect(":memory:")
    steps = iter(range(MOST_STEPS))
    connection.set_progress_handler(lambda: next(steps, None) is None, 1_000_000)
    header = bytearray(data[:100])
    header[JOURNAL_BYTES] = b"\x01\x01"
    try:
        connection.deserialize(bytes(header) + data[100:])
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        yield Tables(connection)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as reason:
        raise CodingsError(f"The database is damaged ({reason})", where=name, remedy=EXPORT_AGAIN) from reason
    finally:
        connection.close()


def holds(data: bytes, *names: str) -> bool:
    """Say whether bytes are a database with all of these tables."""
    if not data.startswith(START):
        return False
    try:
        with tables(data, "") as found:
            return set(names) <= found.names
    except CodingsError:
        return False
