"""
Write a small study of every schema that there has been, for the tests: tests/earlier_studies.tar.xz.

Each has rows in all of its tables. One that is there is left as it is, since what it was written by may be gone. So
this is run when a migration is final, before the next one is begun.
"""

from __future__ import annotations

import lzma
import random
import re
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from tagger.errors import StoreError
from tagger.store import migrations
from tagger.store.database import Database, opened

PACKED = Path(__file__).resolve().parents[1] / "tests" / "earlier_studies.tar.xz"
ROWS = 2
MOST_TRIES = 3_000
JSON = ("attributes", "card", "counts", "settings")
"""Columns that are read as JSON."""
MADE_WITH = ("study", "migrations", "trail")
COLUMNS = (
    "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index"
)
CONSTRAINTS = """
    SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names, constraint_text
    FROM duckdb_constraints() WHERE table_name = $table
"""
TABLES = "SELECT table_name FROM duckdb_tables() ORDER BY table_oid"


def write(path: Path, number: int) -> None:
    """Write the database of a study whose last migration is *number*."""
    with opened(path) as database:
        migrations.migrate(database, number)
        for (table,) in database.rows(TABLES):
            if table not in MADE_WITH:
                _fill(database, str(table))
        if number >= migrations.TRAIL:
            with database.transaction():
                migrations.begin_trail(database)


def add(newest: int) -> None:
    """Add the studies of all schemas up to this one that are not there yet."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if PACKED.exists():
            with tarfile.open(PACKED) as packed:
                packed.extractall(folder, filter="data")
        for number in range(1, newest + 1):
            path = folder / f"{number:03}.duckdb"
            if not path.exists():
                write(path, number)
                sys.stdout.write(f"{path.name}\n")
        with lzma.open(PACKED, "wb", preset=9) as file, tarfile.open(fileobj=file, mode="w") as packed:
            for path in sorted(folder.iterdir()):
                packed.add(path, path.name)


def _fill(database: Database, table: str) -> None:
    """Put rows into a table whose parents have some, trying what may stand in each column until it is admitted."""
    columns = database.rows(COLUMNS, {"table": table})
    constraints = database.rows(CONSTRAINTS, {"table": table})
    names = [f'"{name}"' for name, _, _ in columns]
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f'${name}' for name, _, _ in columns)})"  # noqa: S608
    chance = random.Random(table)  # noqa: S311
    for row in range(ROWS):
        parents = _parents(database, table, constraints, row)
        choices = {
            name: (parents.get(name) or _values(name, kind, constraints, row)) + [None] * nullable
            for name, kind, nullable in columns
        }
        tries = ({name: chance.choice(values) for name, values in choices.items()} for _ in range(MOST_TRIES))
        if not any(_admitted(database, sql, one) for one in tries):
            raise SystemExit(f"no row was found that {table} admits: teach {__file__} one")


def _admitted(database: Database, sql: str, row: dict[str, object]) -> bool:
    try:
        database.run(sql, row)
    except StoreError:
        return False
    return True


def _parents(database: Database, table: str, constraints: list[tuple[Any, ...]], row: int) -> dict[str, list[object]]:
    """Return what may stand in columns that refer to other tables."""
    found: dict[str, list[object]] = {}
    for kind, own, parent, theirs, _ in constraints:
        if kind == "FOREIGN KEY" and parent != table:
            columns = ", ".join(f'"{name}"' for name in theirs)
            rows = database.rows(f"SELECT {columns} FROM {parent} ORDER BY ALL")  # noqa: S608
            for name, value in zip(own, rows[row % len(rows)], strict=True):
                found[name] = [value]
        elif kind == "FOREIGN KEY":
            found[own[0]] = [None]  # to its own table
    return found


def _values(name: str, kind: str, constraints: list[tuple[Any, ...]], row: int) -> list[object]:
    """Return what may stand in a column: the words that it is held to, or something of its type."""
    checks = [text for what, own, _, _, text in constraints if what == "CHECK" and own == [name]]
    words = [word for text in checks for word in re.findall(r"'([^']+)'", text)]
    if name in JSON:
        return ["{}"]
    held_to = {"VARCHAR": list(words), "VARCHAR[]": [[word] for word in words]}.get(kind)
    return held_to or _something(kind, row)


def _something(kind: str, row: int) -> list[object]:
    if kind.endswith("]"):
        return [[0.5] * 4]
    made: dict[str, list[object]] = {
        # Some are ids of others, which have the same here, and some are read as UUIDs.
        "VARCHAR": [str(UUID(int=row + 1))],
        "BOOLEAN": [True, False],
        "DOUBLE": [0.5],
        "FLOAT": [0.5],
        "UUID": [UUID(int=row + 1)],
        "BLOB": [b"bytes"],
        "TIMESTAMP": [f"2026-01-0{row + 1}", f"2026-02-0{row + 1}"],
        "DATE": [f"2026-01-0{row + 1}"],
    }
    return made.get(kind, [row + 1, row + 11, 0])


if __name__ == "__main__":
    add(migrations.newest())
