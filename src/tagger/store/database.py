"""The only module that talks to DuckDB: opening, transactions, and its errors in plain words."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb
import pyarrow as pa

from tagger.errors import StoreError
from tagger.store import torn, trail
from tagger.store.memory import Memory
from tagger.store.plain_errors import explained, given_up

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
_FEW = 4
"""Rows at most that are handed to DuckDB one by one."""

_KEYS = """
    SELECT constraint_column_names FROM duckdb_constraints()
    WHERE table_name = $table AND constraint_type IN ('PRIMARY KEY', 'UNIQUE') ORDER BY constraint_index
"""

T = TypeVar("T")


class Readable(Protocol):
    """What anybody may do with a study: read."""

    def table(self, sql: str, parameters: Mapping[str, object] | None = None, **tables: pa.Table) -> pa.Table:
        """Run one SELECT and return its rows; *tables* are visible to it under their names."""

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples."""

    def lasting(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT about what never changes once it is there; they may be remembered."""

    def known(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT; they may be remembered until a row is written to a table that it looks at."""

    def derived(self, sql: str, stamp: str, make: Callable[[list[tuple[Any, ...]]], T]) -> T:
        """Return what *make* makes of the rows of a SELECT; it may be remembered while *stamp* finds the same."""


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
        memory: what is remembered of the file, shared by its cursors.
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
        self._memory = memory or Memory()
        self._in_transaction = False
        self._written: set[str] = set()
        self._notes = trail.Notes()
        self._ran = False
        self._rule: Callable[[str, pa.Table], object] | None = None
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

    def lasting(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT about what never changes once it is there; if there are any, remember them."""
        return self._memory.answer(sql, parameters, (), lambda: self.rows(sql, parameters))

    def known(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT; remember them until a row is written to one of the tables that it looks at."""
        tables = self._memory.tables(sql, lambda: self._tables(sql))
        if self._ran or not self._written.isdisjoint(tables):
            return self.rows(sql, parameters)
        return self._memory.answer(sql, parameters, tables, lambda: self.rows(sql, parameters))

    def derived(self, sql: str, stamp: str, make: Callable[[list[tuple[Any, ...]]], T]) -> T:
        """
        Return what *make* makes of the rows of a SELECT; remember it while those of *stamp* are the same.

        Args:
            stamp: a quick SELECT whose rows are others whenever those of *sql* are; rows are only ever added.
            make: the same function each time; several threads may call it, and share what it returns.
        """
        keep = not (self._ran or self._written)
        return self._memory.derived((sql, make), self.rows(stamp), lambda: make(self.rows(sql)), keep=keep)

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
            self._failure, self._in_transaction = None, True
            try:
                yield
                if self._failure:
                    raise self._failure
                self._note()
                self._run("COMMIT")
            except BaseException:
                with self._turn:
                    _roll_back(self._connection)
                self._ran = True
                self._notes.forget()
                self._remember()
                for watcher in self._watchers:
                    watcher.rolled_back()
                raise
            self._remember()
            for watcher in self._watchers:
                watcher.committed()

    def insert(self, table: str, rows: pa.Table, *, noted: bool = True) -> int:
        """
        Insert the rows whose keys are not there yet; return how many there were.

        Args:
            table: a name of ours.
            noted: the trail notes them; rows that are copied from elsewhere bring their own entries with them.
        """
        if self._rule:
            self._rule(table, rows)
        shape = trail.Shape.of(self, table) if noted else None
        with self.transaction() if shape and not self._in_transaction else nullcontext():
            told = self._inserted(table, rows, f" RETURNING {shape.key}, {shape.content}" if shape else "")
            if shape:
                self._notes.take(table, told)
            self._written.add(table)
            if not self._in_transaction:
                self._remember()
            for watcher in self._watchers:
                watcher.inserted(table, rows)
        return len(told) if shape else int(told[0][0])

    def _inserted(self, table: str, rows: pa.Table, returning: str) -> list[tuple[Any, ...]]:
        """Insert the rows whose keys are not there yet; return what of each is *returning*, or their number alone."""
        columns = ", ".join(f'"{name}"' for name in rows.column_names)
        few = rows.num_rows <= _FEW
        # Rows as parameters take half of the time that DuckDB needs to look at a table.
        row = f"({', '.join('?' * rows.num_columns)})"
        given = [value for one in rows.to_pylist() for value in one.values()] if few else []
        with self._statement() as connection, _visible(connection, {} if few else {"incoming": rows}):
            source = f"VALUES {', '.join([row] * rows.num_rows)} ON CONFLICT" if few else self._new(table, columns)
            sql = f"INSERT INTO {table} ({columns}) {source} DO NOTHING"
            return connection.execute(sql + returning, given).fetchall()

    def note(self, table: str, units: Iterable[Sequence[object]]) -> None:
        """Have the trail note, with this transaction, keys and contents of what a table holds (`trail.units`)."""
        self._notes.take(table, units)

    def _note(self) -> None:
        if entries := self._notes.entries(self):
            self._run(trail.STORE, entries)
            self._written.add("trail")

    def _new(self, table: str, columns: str) -> str:
        """
        Select the incoming rows whose keys a table does not hold, up to where it says what to do with the others.

        DuckDB takes thirty times as long over rows that may conflict with several keys as over those of one, so those
        that conflict with the second and further ones are left out beforehand.
        """
        keys = [", ".join(f'"{name}"' for name in names) for (names,) in self.lasting(_KEYS, {"table": table})]
        held = "".join(f" ANTI JOIN {table} USING ({key})" for key in keys[1:])
        only = f" ({keys[0]})" if held else ""
        return f"SELECT {columns} FROM incoming{held} ON CONFLICT{only}"  # noqa: S608

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run statements for their effect."""
        if self._rule:
            raise RuntimeError("under a rule rows are inserted, and nothing else is run")
        self._run(sql, parameters)
        self._ran = True
        if not self._in_transaction:
            self._remember()
        for watcher in self._watchers:
            watcher.ran()

    @contextmanager
    def ruled(self, rule: Callable[[str, pa.Table], object]) -> Iterator[None]:
        """Have *rule* look at what the block inserts, table and rows, before it is; it raises where that may not be."""
        self._rule = rule
        try:
            yield
        finally:
            self._rule = None

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

    def _tables(self, sql: str) -> set[str]:
        """Return the tables that a SELECT looks at, which DuckDB says of statements without parameters."""
        asked = re.sub(r"\$\w+", "NULL", sql)
        return self._selected(lambda connection: connection.get_table_names(asked))

    def _remember(self) -> None:
        """Have everybody take note of what was stored; after what may have changed anything, nothing is known."""
        if self._ran:
            self._memory.clear()
        elif self._written:
            self._memory.stored(self._written)
        self._written, self._ran, self._in_transaction = set(), False, False

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
