"""Every row of a study, table by table: out of its database, and into a new one whose schema is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter

import pyarrow as pa
import pyarrow.compute as pc

from tagger.store.database import Database, Readable

Batches = Iterable[pa.Table]


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table: its name, what it is, and its columns, each with its type."""

    name: str
    comment: str
    columns: tuple[tuple[str, str], ...]


def tables(database: Readable) -> tuple[TableInfo, ...]:
    """List all tables by their names."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in database.rows(_COLUMNS):
        columns.setdefault(str(table), []).append((str(name), str(kind).lower()))
    return tuple(TableInfo(str(name), comment or "", tuple(columns[name])) for name, comment in database.rows(_TABLES))


def rows(database: Readable, table: str) -> pa.Table:
    """Return all rows of a table in an order that is always the same; *table* is one of `tables`."""
    return database.table(f'SELECT * FROM "{table}" ORDER BY ALL')  # noqa: S608


def pieces(database: Database, table: str, goes: str = "false", **known: pa.Table) -> Iterator[pa.Table]:
    """
    Yield the rows of a table, some at a time; *table* is one of `tables`.

    Args:
        goes: which of them are left out, as SQL over the columns of the table and of what is *known*.
    """
    [(last,)] = database.rows(f'SELECT coalesce(max(rowid), -1) FROM "{table}"')  # noqa: S608
    for first in range(0, int(last) + 1, _ROWS_A_PIECE):
        within = f"rowid BETWEEN {first} AND {first + _ROWS_A_PIECE - 1}"
        yield database.table(f'SELECT * FROM "{table}" WHERE {within} AND NOT ({goes})', **known)  # noqa: S608


def read_all(database: Readable) -> None:
    """
    Have DuckDB read every row, by which it checks every block.

    Raises:
        Damaged: one cannot be read.
    """
    for one in tables(database):
        database.rows(f'SELECT bit_xor(hash(t)) FROM "{one.name}" t')  # noqa: S608


def counts(database: Readable) -> dict[str, int]:
    """Say how many rows each table has."""
    each = [f"SELECT '{one.name}', count(*) FROM \"{one.name}\"" for one in tables(database)]  # noqa: S608
    return {str(name): int(count) for name, count in database.rows(" UNION ALL ".join(each))}


def fill(database: Database, read: Callable[[str], Batches]) -> dict[str, int]:
    """
    Put rows into the tables of a database that nobody uses yet, in the place of those that it was made with.

    Args:
        read: returns the rows of a table, in as many pieces as it likes.

    Returns:
        how many rows each table has now.
    """
    for name in _BEGUN:
        database.run(f"DELETE FROM {name}")  # noqa: S608
    for name in _parents_first(database):
        refers = database.rows(_TO_ITSELF, {"table": name})
        with database.transaction():
            for batch in _ordered(read(name), *map(str, refers[0])) if refers else read(name):
                if batch.num_rows:
                    database.insert(name, batch, noted=False)
    return counts(database)


def _parents_first(database: Database) -> Iterable[str]:
    """List the tables so that each comes after those that its rows refer to."""
    graph: dict[str, list[str]] = {one.name: [] for one in tables(database)}
    for table, parent in database.rows(_REFERENCES):
        graph[table].append(parent)
    return TopologicalSorter(graph).static_order()


def _ordered(batches: Batches, column: str, key: str) -> Iterator[pa.Table]:
    """Yield rows that refer to others of their own table after those."""
    pieces = list(batches)
    if not pieces:
        return
    waiting = pa.concat_tables(pieces)
    there = pa.array([], waiting.schema.field(key).type)
    while waiting.num_rows:
        refers = waiting[column]
        ready = pc.or_(pc.is_null(refers), pc.is_in(refers, there))
        batch = waiting.filter(ready)
        # Rows whose parents are nowhere are left to the database, which says what is wrong with them.
        yield batch if batch.num_rows else waiting
        there = pa.concat_arrays([there, batch[key].combine_chunks()])
        waiting = waiting.filter(pc.invert(ready)) if batch.num_rows else waiting.slice(0, 0)


_ROWS_A_PIECE = 10_000
# What a database is made with.
_BEGUN = ("study", "migrations")
_TABLES = "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_name"
_COLUMNS = """
    SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal
    ORDER BY table_name, column_index
"""
_REFERENCES = """
    SELECT DISTINCT table_name, referenced_table FROM duckdb_constraints()
    WHERE constraint_type = 'FOREIGN KEY' AND referenced_table <> table_name ORDER BY ALL
"""
_TO_ITSELF = """
    SELECT constraint_column_names[1], referenced_column_names[1] FROM duckdb_constraints()
    WHERE constraint_type = 'FOREIGN KEY' AND table_name = $table AND referenced_table = $table
"""
