"""
The study's database and its only door.

    lock.py       one owner at a time, by a lock file beside the database
    database.py   DuckDB: opening, transactions, migrations, errors
    shards.py     finished work on its way in
    sql/          numbered migrations; the views of analysis among them

Files are opened here and nowhere else in the package but in the readers' edge (`steps`), `config` and `frameworks`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from tagger.errors import StoreError
from tagger.store import shards
from tagger.store.database import Database, migrate, opened
from tagger.store.lock import owned
from tagger.store.shards import Shard

__all__ = ["Database", "Shard", "Store"]


log = logging.getLogger(__name__)


class Store:
    """
    A study's database, opened for moments and never kept open.

    Every reader and writer takes the owner's lock for one call and lets it go, so that a run of hours never keeps
    anybody out for longer than one merge.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "study.duckdb"
        self.inbox = folder / "inbox"

    def create(self) -> None:
        """Make the database if it is not there, and bring it up to date."""
        with owned(self._lock, "set-up"), opened(self.path) as database:
            migrate(database)
        self.path.chmod(0o600)

    @contextmanager
    def session(self, role: str) -> Iterator[Database]:
        """
        Own the database for the time of the block.

        Raises:
            StoreError: there is no database here, or it cannot be opened.
            Busy: another process owns it and is not brief about it.
        """
        if not self.path.exists():
            raise StoreError(
                "there is no study here",
                where=str(self.folder),
                remedy="Name one with --study DIR, or make one with: tagger init DIR --framework NAME",
            )
        with owned(self._lock, role), opened(self.path) as database:
            yield database

    @contextmanager
    def only_run(self) -> Iterator[None]:
        """Be the only batch run of this study for the time of the block."""
        with owned(self.folder / "run.lock", "a run of the pipeline", patience=0, brief=False):
            shards.sweep(self.inbox)
            yield

    def put(self, shard: Shard) -> None:
        """Leave finished work in the inbox; `merge` stores it."""
        shards.write(self.inbox, shard)

    def merge(self) -> int:
        """
        Store all that waits in the inbox, each shard and its ledger row in one transaction; return the rows added.

        A shard whose ledger row is there was stored before the process that wrote it could tidy up.
        """
        if not shards.waiting(self.inbox):
            return 0
        added = 0
        with self.session("a merge") as database:
            for folder in shards.waiting(self.inbox):
                shard = shards.load(folder)
                if shard is None:
                    aside = shards.set_aside(folder)
                    log.warning("Finished work was damaged on disk: it is kept as %s and is done again.", aside)
                    continue
                added += _merge(database, shard)
                shards.remove(folder)
        return added

    def done(self, keys: list[str]) -> set[str]:
        """Say which of these pieces of work are in the ledger."""
        with self.session("a look at the ledger") as database:
            found = database.table(
                "SELECT key FROM ledger SEMI JOIN wanted USING (key)",
                wanted=pa.table({"key": pa.array(keys, pa.string())}),
            )
        return set(found["key"].to_pylist())

    def secret(self) -> bytes:
        """Return the secret that keys the study's hashes."""
        with self.session("a look at the study") as database:
            return bytes(database.rows("SELECT secret FROM study")[0][0])

    @property
    def _lock(self) -> Path:
        return self.path.with_name("study.duckdb.lock")


def _merge(database: Database, shard: Shard) -> int:
    with database.transaction():
        if database.rows("SELECT 1 FROM ledger WHERE key = $key", {"key": shard.key}):
            return 0
        added = sum(database.insert(name, rows) for name, rows in shard.tables.items())
        now = datetime.now(UTC).replace(tzinfo=None)
        entry = {
            "key": [shard.key],
            "stage": [shard.stage],
            "run_id": [shard.run_id],
            "n_rows": [added],
            "merged_at": [now],
        }
        database.insert("ledger", pa.table(entry))
    return added
