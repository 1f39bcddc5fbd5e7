"""What a study is made anew of, once something goes: the rows that stay, some of them changed, and new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from tagger.frameworks import digest, from_json
from tagger.steps.withdrawal.going import Going
from tagger.steps.workplace import Rows
from tagger.store import Database, Readable, everything

Change = Callable[[dict[str, Any]], dict[str, Any]]

WRITTEN: Mapping[str, tuple[str, ...]] = {
    "content_notes": ("note",),
    "dataset_attributes": ("attributes",),
    "decisions": ("note",),
    "positions": ("reason",),
    "proposals": ("reason",),
    "reflections": ("text",),
    "transcript_attributes": ("attributes",),
}
"""The columns that hold what people wrote."""
_VERSIONS = ("framework_id", "base_id")


@dataclass
class Anew:
    """
    The rows of a new database.

    Args:
        going: what goes.
        changes: by table, what becomes of each row that stays.
        added: rows that are new.
    """

    going: Going
    changes: dict[str, list[Change]] = field(default_factory=dict)
    added: dict[str, Rows] = field(default_factory=dict)

    def change(self, table: str, change: Change) -> None:
        """Have each row of a table that stays become what *change* makes of it."""
        self.changes.setdefault(table, []).append(change)

    def add(self, rows: Mapping[str, Rows]) -> None:
        """Have the new database hold these rows too."""
        for table, some in rows.items():
            self.added.setdefault(table, []).extend(some)

    def rewrite(self, written: Callable[[str], str]) -> None:
        """Have everything that people wrote become what *written* makes of it, lists of values too."""
        for table, columns in WRITTEN.items():
            self.change(table, partial(_rewritten, columns, written))

    def rewrite_lists(self, database: Readable, written: Callable[[str], str]) -> None:
        """Have the texts in all lists of values become what *written* makes of them; their ids follow, everywhere."""
        held = dict(database.rows("SELECT id, content FROM frameworks"))
        contents = {one: new for one, content in held.items() if (new := written(content)) != content}
        ids = {one: digest(from_json(content)) for one, content in contents.items()}
        if ids:
            self.change("frameworks", lambda row: row | _listed(row, contents, ids))
            for table in everything.tables(database):
                if columns := [name for name, _ in table.columns if name in _VERSIONS]:
                    self.change(table.name, partial(_rewritten, columns, lambda one: ids.get(one, one)))

    def rows(self, database: Database) -> Callable[[str], everything.Batches]:
        """Return what gives the rows of each table, out of the old *database*."""
        known = self.going.table()

        def read(table: str) -> Iterator[pa.Table]:
            for piece in everything.pieces(database, table, self.going.of(table), going=known):
                yield self._changed(table, piece)
            if new := self.added.get(table):
                schema = database.table(f'SELECT * FROM "{table}" LIMIT 0').schema  # noqa: S608
                yield pa.Table.from_pylist([dict.fromkeys(schema.names) | row for row in new], schema)

        return read

    def _changed(self, table: str, piece: pa.Table) -> pa.Table:
        changes = self.changes.get(table)
        if not changes:
            return piece
        rows = piece.to_pylist()
        for change in changes:
            rows = [change(row) for row in rows]
        return pa.Table.from_pylist(rows, piece.schema)


def _rewritten(columns: Iterable[str], written: Callable[[str], str], row: dict[str, Any]) -> dict[str, Any]:
    return row | {one: written(row[one]) for one in columns if row[one]}


def _listed(row: dict[str, Any], contents: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, Any]:
    new = contents.get(row["id"])
    return {} if new is None else {"id": ids[row["id"]], "content": new}
