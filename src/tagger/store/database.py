"""The only module that talks to DuckDB: opening, transactions, migrations, and its errors in plain words."""

from __future__ import annotations

import errno
import secrets
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tagger import __version__
from tagger.errors import Damaged, StoreError

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "lock_configuration": True,
    # Small blocks: 40 nearly empty tables take 1 MB and not 20. Ignored for a file that exists.
    "default_block_size": "16384",
}


class Database:
    """An open study database; valid while its owner's lock is held."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def table(self, sql: str, parameters: Mapping[str, object] | None = None, **tables: pa.Table) -> pa.Table:
        """Run one SELECT and return its rows; *tables* are visible to it under their names."""
        with explained(self._path):
            for name, rows in tables.items():
                self._connection.register(name, rows)
            try:
                with warnings.catch_warnings():
                    # DuckDB 2.0 would rather be asked by con.sql, which is forty times slower on 1.5 with vectors.
                    warnings.filterwarnings("ignore", message="Arrow output on a DB-API")
                    return self._connection.execute(sql, dict(parameters or {})).to_arrow_table()
            finally:
                for name in tables:
                    self._connection.unregister(name)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples."""
        with explained(self._path):
            return self._connection.execute(sql, dict(parameters or {})).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """
        Commit what the block did, or nothing of it.

        After any error the transaction is rolled back and never committed: DuckDB 2.0 reports success for the COMMIT
        of a failed transaction and stores nothing.
        """
        with explained(self._path):
            self._connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
            self._connection.execute("COMMIT")

    def insert(self, table: str, rows: pa.Table) -> int:
        """Insert the rows whose keys are not there yet; return how many there were. *table* is a name of ours."""
        with explained(self._path):
            self._connection.register("incoming", rows)
            try:
                columns = ", ".join(f'"{name}"' for name in rows.column_names)
                sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming ON CONFLICT DO NOTHING"  # noqa: S608
                counted = self._connection.execute(sql).fetchone()
            finally:
                self._connection.unregister("incoming")
        return int(counted[0]) if counted else 0

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except duckdb.Error:
            # The connection may be invalid by now; the error on its way up says why.
            return

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run statements for their effect."""
        with explained(self._path):
            self._connection.execute(sql, dict(parameters or {}))


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Open the database file for the time of the block; the caller holds the owner's lock."""
    with explained(path):
        connection = duckdb.connect(str(path), config=_CONFIG)
    try:
        yield Database(connection, path)
    finally:
        connection.close()


def migrate(database: Database) -> None:
    """
    Bring the schema up to date, each migration in one transaction with the record that it ran.

    Raises:
        Damaged: the database was written by a newer version of this program.
    """
    database.run(
        "CREATE TABLE IF NOT EXISTS migrations "
        "(number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, tagger_version VARCHAR NOT NULL, "
        "applied_at TIMESTAMP NOT NULL)"
    )
    done = {number for (number,) in database.rows("SELECT number FROM migrations")}
    scripts = _scripts()
    if unknown := sorted(done - scripts.keys()):
        raise Damaged(
            f"a newer version of tagger wrote this study (schema step {unknown[-1]}; this one knows {max(scripts)})",
            remedy="Install the newer version; nothing was changed",
        )
    for number, (name, sql) in sorted(scripts.items()):
        if number not in done:
            now = datetime.now(UTC).replace(tzinfo=None)
            with database.transaction():
                database.run(sql)
                if number == 1:
                    database.run(
                        "INSERT INTO study (secret, created_at, tagger_version) VALUES ($secret, $now, $version)",
                        {"secret": secrets.token_bytes(32), "now": now, "version": __version__},
                    )
                database.run(
                    "INSERT INTO migrations VALUES ($number, $name, $version, $now)",
                    {"number": number, "name": name, "version": __version__, "now": now},
                )
    if scripts.keys() - done:
        # A log that holds schema changes is the one that DuckDB most often fails to replay.
        database.run("CHECKPOINT")


def _scripts() -> dict[int, tuple[str, str]]:
    folder = resources.files("tagger.store") / "sql"
    return {
        int(file.name[:3]): (file.name.removesuffix(".sql"), file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }


_DAMAGE = (
    "not a valid DuckDB database file",
    "Corrupt",
    "Could not read enough bytes",
    "replaying WAL",
    "WAL checkpoint iteration",
    "checksum",
)
_NEWER = ("with version number", "newer version of DuckDB")
_FULL = ("No space left on device", "not enough space", "File too large")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn DuckDB's own errors into one sentence that says what to do."""
    try:
        yield
    except duckdb.Error as error:
        raise _explanation(error, path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise full(path) from error
        raise


def full(path: Path) -> StoreError:
    """Say that the disk is full."""
    return StoreError(
        "the disk is full, so the last piece of work was not stored",
        where=str(path.parent),
        remedy="Make room and run the same command again: what is stored is whole, and it goes on from there",
    )


def _explanation(error: duckdb.Error, path: Path) -> StoreError:
    text = str(error)
    if any(sign in text for sign in _FULL):
        return full(path)
    if any(sign in text for sign in _NEWER):
        return Damaged(
            "the database was written by a newer version of DuckDB",
            where=str(path),
            remedy="Install the newer version of tagger; nothing was changed",
        )
    if any(sign in text for sign in _DAMAGE):
        return Damaged(
            f"the database is damaged ({text.splitlines()[0]})",
            where=str(path),
            remedy="Nothing was deleted. Copy the whole folder somewhere safe, then restore study.duckdb and "
            "study.duckdb.wal together from a backup",
        )
    if "Could not set lock" in text:
        return StoreError(
            "another program has the database open",
            where=str(path),
            remedy="Close it (a database viewer, a notebook) and try again; read a study through tagger.open_study",
        )
    if isinstance(error, duckdb.IOException):
        return StoreError(f"the database cannot be read or written ({text.splitlines()[0]})", where=str(path))
    return StoreError(
        f"the database refused: {text.splitlines()[0]}", where=str(path), remedy="Nothing of it was stored"
    )
