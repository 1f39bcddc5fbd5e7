"""The only module that talks to DuckDB: opening, transactions, and its errors in plain words."""

from __future__ import annotations

import errno
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb
import pyarrow as pa

from tagger.errors import Damaged, StoreError
from tagger.store import torn

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "lock_configuration": True,
    # Small blocks: 40 nearly empty tables take 1 MB and not 20. Ignored for a file that exists.
    "default_block_size": "16384",
}


# So often is a statement interrupted until it ends: DuckDB forgets what came before the statement began.
_AGAIN = 0.05
_MOST_REMEMBERED = 50_000

T = TypeVar("T")
Memory = dict[tuple[Any, ...], list[tuple[Any, ...]]]


class Readable(Protocol):
    """What anybody may do with a study: read."""

    def table(self, sql: str, parameters: Mapping[str, object] | None = None, **tables: pa.Table) -> pa.Table:
        """Run one SELECT and return its rows; *tables* are visible to it under their names."""

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples."""

    def lasting(self, sql: str, parameters: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT about what never changes once it is there; they may be remembered."""


class Watcher(Protocol):
    """Somebody who is told of all that is written through a database, in its order."""

    def inserted(self, table: str, rows: pa.Table) -> None:
        """Hear of rows that are being written, those that were there already among them."""

    def ran(self) -> None:
        """Hear of a statement that may have written anything."""

    def committed(self) -> None:
        """Hear that a transaction is stored."""

    def rolled_back(self) -> None:
        """Hear that a transaction failed."""


class Database:
    """
    An open study database; valid while its owner's lock is held.

    Statements of several threads are run one after another.

    Args:
        mend: called when a SELECT finds that DuckDB gave the database up; the SELECT is then tried once more.
        watchers: they are told of what is written; there may be more of them later.
        memory: what `lasting` remembers, shared by the cursors of one file.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        mend: Callable[[], object] | None = None,
        watchers: Sequence[Watcher] = (),
        memory: Memory | None = None,
    ) -> None:
        self._connection = connection
        self._path = path
        self._mend = mend
        self._watchers = watchers
        self._memory: Memory = {} if memory is None else memory
        self._turn = threading.RLock()
        # Interrupting comes from another thread, and must not meet a connection that is just being closed.
        self._closing = threading.Lock()
        self._failure: StoreError | None = None

    def table(self, sql: str, parameters: Mapping[str, object] | None = None, **tables: pa.Table) -> pa.Table:
        """Run one SELECT and return its rows; *tables* are visible to it under their names."""

        def fetched(connection: duckdb.DuckDBPyConnection) -> pa.Table:
            with _visible(connection, tables):
                return _fetched(connection, sql, parameters)[0]

        return self._selected(fetched)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples."""
        return self._selected(lambda connection: connection.execute(sql, dict(parameters or {})).fetchall())

    def lasting(self, sql: str, parameters: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT about what never changes once it is there; if there are any, remember them."""
        key = (sql, *parameters.items())
        found = self._memory.get(key)
        if found is None:
            found = self.rows(sql, parameters)
            if found:
                if len(self._memory) >= _MOST_REMEMBERED:
                    self._memory.clear()
                self._memory[key] = found
        return found

    def select(
        self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, pa.Table]
    ) -> tuple[pa.Table, list[str]]:
        """
        Run what must be one SELECT, with no way to write; return its rows and DuckDB's names of its columns' types.

        Raises:
            StoreError: it is something else, or more than one statement.
        """

        def read_only(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table, list[str]]:
            kinds = [statement.type for statement in connection.extract_statements(sql)]
            if kinds != [duckdb.StatementType.SELECT]:
                raise StoreError(
                    "a study that another process keeps open can be asked one SELECT at a time, and nothing else",
                    where=str(self._path),
                    remedy="Ask a single SELECT, or stop that process first; nothing was changed",
                )
            with _visible(connection, tables):
                connection.execute("BEGIN TRANSACTION READ ONLY")
                try:
                    return _fetched(connection, sql, parameters)
                finally:
                    _roll_back(connection)

        return self._selected(read_only)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """
        Commit what the block did, or nothing of it.

        After any error the transaction is rolled back and never committed, though the block may have caught it: DuckDB
        2.0 reports success for the COMMIT of a failed transaction and stores nothing.
        """
        with explained(self._path):
            self._run("BEGIN")
            self._failure = None
            try:
                yield
                if self._failure:
                    raise self._failure
                self._run("COMMIT")
            except BaseException:
                with self._turn:
                    _roll_back(self._connection)
                self._memory.clear()
                for watcher in self._watchers:
                    watcher.rolled_back()
                raise
            for watcher in self._watchers:
                watcher.committed()

    def insert(self, table: str, rows: pa.Table) -> int:
        """Insert the rows whose keys are not there yet; return how many there were. *table* is a name of ours."""
        with self._statement() as connection:
            connection.register("incoming", rows)
            try:
                columns = ", ".join(f'"{name}"' for name in rows.column_names)
                sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming ON CONFLICT DO NOTHING"  # noqa: S608
                counted = connection.execute(sql).fetchone()
            finally:
                connection.unregister("incoming")
        for watcher in self._watchers:
            watcher.inserted(table, rows)
        return int(counted[0]) if counted else 0

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run statements for their effect."""
        self._run(sql, parameters)
        for watcher in self._watchers:
            watcher.ran()

    @contextmanager
    def between_statements(self, hurried: Callable[[], bool]) -> Iterator[None]:
        """Hold off the next statement, once the one that runs has ended; it is interrupted while *hurried* says so."""
        while True:
            if hurried():
                self._interrupt()
            if self._turn.acquire(timeout=_AGAIN):
                break
        try:
            yield
        finally:
            self._turn.release()

    def go_on_with(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Use another connection from now on; the one before is closed."""
        with self._turn, self._closing:
            self._connection.close()
            self._connection = connection

    def close(self) -> None:
        """Close the connection, once its statement has ended."""
        with self._turn, self._closing:
            self._connection.close()

    def _run(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        with self._statement() as connection:
            connection.execute(sql, dict(parameters or {}))

    def _interrupt(self) -> None:
        with self._closing, suppress(duckdb.ConnectionException):  # closed already
            self._connection.interrupt()

    def _selected(self, act: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        try:
            with self._statement() as connection:
                return act(connection)
        except StoreError as error:
            if self._mend is None or not given_up(error):
                raise
        self._mend()
        with self._statement() as connection:
            return act(connection)

    @contextmanager
    def _statement(self) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            with self._turn, explained(self._path):
                yield self._connection
        except StoreError as error:
            self._failure = error
            raise


@contextmanager
def _visible(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> Iterator[None]:
    for name, rows in tables.items():
        connection.register(name, rows)
    try:
        yield
    finally:
        for name in tables:
            connection.unregister(name)


def _fetched(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None
) -> tuple[pa.Table, list[str]]:
    with warnings.catch_warnings():
        # DuckDB 2.0 would rather be asked by con.sql, which is forty times slower on 1.5 with vectors.
        warnings.filterwarnings("ignore", message="Arrow output on a DB-API")
        asked = connection.execute(sql, dict(parameters or {}))
        kinds = [str(column[1]) for column in asked.description or ()]
        return asked.to_arrow_table(), kinds


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        # The connection may be invalid by now; the error on its way up says why.
        return


def given_up(error: BaseException) -> bool:
    """Say whether DuckDB gave the whole database up with this error, so that only opening it again helps."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, duckdb.FatalException | duckdb.InternalException | duckdb.ConnectionException):
            return True
        cause = cause.__cause__
    return False


def connected(path: Path, killed: bool = False, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """
    Open the database file; the caller holds the owner's lock, and says whether the owner before it was killed.

    Args:
        threads: how many work on one statement; as many as there are processors where it is not said.
    """
    with explained(path):
        if killed:
            torn.mend(path, _CONFIG)
        return duckdb.connect(str(path), config=_CONFIG if threads is None else _CONFIG | {"threads": threads})


@contextmanager
def opened(path: Path, killed: bool = False) -> Iterator[Database]:
    """Open the database file for the time of the block, as `connected` does."""
    connection = connected(path, killed)
    try:
        yield Database(connection, path)
    finally:
        connection.close()


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


def closing(path: Path) -> StoreError:
    """Say that whoever keeps the database open is about to end."""
    return StoreError(
        "the study is being closed", where=str(path.parent), remedy="Start it again, or ask again; nothing was lost"
    )


def _explanation(error: duckdb.Error, path: Path) -> StoreError:
    text = str(error)
    if isinstance(error, duckdb.InterruptException):
        return closing(path)
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
