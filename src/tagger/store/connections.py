"""A database file that stays open: a cursor for each who asks, and a way to reopen the file under all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tagger.store.database import Database, Watcher, connected
from tagger.store.memory import Memory
from tagger.store.plain_errors import closing, explained

# There are as many questions at once as people; to share one of them out among threads costs more than it brings.
_THREADS = 1


class Connections:
    """The cursors of one database file; the caller holds the owner's lock."""

    def __init__(self, path: Path, killed: bool = False) -> None:
        self._path = path
        self._turn = threading.RLock()
        self._lent: set[Database] = set()
        self._memory = Memory()
        self._root = connected(path, killed, _THREADS)
        self._hurried = False
        self._over = False
        self.closed = False

    @contextmanager
    def lent(self, mend: Callable[[], object] | None = None, watchers: Sequence[Watcher] = ()) -> Iterator[Database]:
        """Lend a cursor of its own for the time of the block."""
        with self._turn, explained(self._path):
            database = Database(self._root.cursor(), self._path, mend, watchers, self._memory)
            self._lent.add(database)
        try:
            yield database
        finally:
            with self._turn:
                self._lent.discard(database)
            database.close()

    def reopen(self) -> None:
        """
        Close the file and open it again, as is needed after a fatal error; whoever has a cursor can go on.

        Raises:
            StoreError: `close` was called; the lock may be somebody else's by now.
        """
        with self._quiet() as lent:
            if self._over:
                raise closing(self._path)
            self._root = connected(self._path, threads=_THREADS)
            self.closed = False
            for database in lent:
                database.go_on_with(self._root.cursor())

    def hurry(self) -> None:
        """Interrupt from now on what has to end before the file is closed or opened again."""
        self._hurried = True

    def close(self) -> None:
        """Close the file for good, interrupting what still runs; no cursor is of any use from now on."""
        self._over = self._hurried = True
        with self._quiet():
            return

    @contextmanager
    def _quiet(self) -> Iterator[set[Database]]:
        """Wait until no statement runs, and close everything."""
        with self._turn, ExitStack() as stack:
            for database in self._lent:
                stack.enter_context(database.between_statements(lambda: self._hurried))
            # As long as one cursor is open, DuckDB hands out the same damaged instance again.
            for database in self._lent:
                database.close()
            self._root.close()
            self.closed = True
            with explained(self._path):
                yield self._lent
