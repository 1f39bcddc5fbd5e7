"""Write docs/data-model.md from a new, empty study: every view and table with its comment and its columns."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tagger.store import Readable, Store

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-model.md"
INTRODUCTION = """\
# Data model

Everything that a study knows is in its `study.duckdb`: what was read, what was computed, what people did.
This page is made from the database itself by `python scripts/data_model.py`; do not edit it.

Three rules hold throughout.
Rows that the program makes have ids derived from their content, so that doing the same work twice adds nothing.
Rows that people make are added and never changed or deleted; what is current is always a view.
Positions count Unicode code points from 0 in the text of one revision, and `text[start:end]` is the excerpt.

Times are UTC.
Read the views from Python ([python.md](python.md)) and do not open the file: only one process at a time may own it.
"""
VIEWS = """\
## Views

The views say what the tables mean.
They are what Python, the exports and the commands read.
"""
TABLES = """\
## Tables

*Key* marks the columns that name a row, *optional* those that may hold nothing.
The rules on what may stand in a column, and on what may stand together, are in `src/tagger/store/sql/`.
"""


def page(database: Readable) -> str:
    """Write the page about an open study database."""
    views = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name"
    # What the store notes about its own upgrades is no data of the study.
    tables = (
        "SELECT table_name, comment FROM duckdb_tables() "
        "WHERE NOT internal AND table_name <> 'migrations' ORDER BY table_name"
    )
    return "\n".join((INTRODUCTION, VIEWS, *_described(database, views), TABLES, *_described(database, tables)))


def _described(database: Readable, sql: str) -> Iterator[str]:
    for name, comment in database.rows(sql):
        if not comment:
            sys.exit(f"{name} has no comment: say in the migration what it is, with COMMENT ON")
        yield f"### `{name}`\n\n{comment}\n\n{', '.join(_columns(database, name))}.\n"


def _columns(database: Readable, relation: str) -> Iterator[str]:
    named = {"name": relation}
    keys = database.rows(
        "SELECT unnest(constraint_column_names) FROM duckdb_constraints() "
        "WHERE table_name = $name AND constraint_type = 'PRIMARY KEY'",
        named,
    )
    columns = database.rows(
        "SELECT column_name, lower(data_type), is_nullable FROM duckdb_columns() "
        "WHERE table_name = $name ORDER BY column_index",
        named,
    )
    for name, kind, nullable in columns:
        note = " key" if (name,) in keys else " optional" if nullable and keys else ""
        yield f"`{name}` {kind}{note}"


def current() -> str:
    """Write the page about a study made for the purpose."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.create()
        with store.session("a look at the schema") as database:
            return page(database)


if __name__ == "__main__":
    PAGE.write_text(current(), encoding="utf-8")
