"""What a process that owns a study remembers of it, so that it need not ask the database twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

Rows = list[tuple[Any, ...]]
T = TypeVar("T")

_MOST = 200_000
"""So many rows are remembered, and answers without any; then all are forgotten."""

_Key = tuple[Any, ...]


class Memory:
    """
    Answers to questions, shared by all cursors of one file.

    An answer holds until a row was stored in one of the tables that it rests on. Whoever writes notes the tables and
    says when they are stored; until then the others go on with what they know, as the database has them do.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[_Key, tuple[int, Rows]] = {}
        self._tables: dict[str, frozenset[str]] = {}
        self._derived: dict[_Key, tuple[Rows, Any]] = {}
        self._stored: dict[str, int] = {}
        self._commits = self._all_stored = self._held = 0

    def answer(
        self, sql: str, parameters: Mapping[str, object], tables: Collection[str], ask: Callable[[], Rows]
    ) -> Rows:
        """
        Return what *ask* finds, or found before.

        Args:
            tables: what the answer rests on. Without any, it is about what never changes once it is there, so that
                finding nothing is not remembered.
        """
        key = (sql, *(tuple(value) if isinstance(value, list) else value for value in parameters.values()))
        with self._lock:
            commits = self._commits
            known = self._answers.get(key)
            if known and known[0] >= max(self._all_stored, *(self._stored.get(table, 0) for table in tables), 0):
                return known[1]
        found = ask()
        if found or tables:
            with self._lock:
                if self._held >= _MOST:
                    self._forget()
                self._answers[key] = commits, found
                self._held += len(found) + 1
        return found

    def tables(self, sql: str, ask: Callable[[], Collection[str]]) -> frozenset[str]:
        """Return the tables that a SELECT looks at, those behind its views too."""
        found = self._tables.get(sql)
        if found is None:
            found = self._tables[sql] = frozenset(ask())
        return found

    def derived(self, key: tuple[Any, ...], stamp: Rows, make: Callable[[], T], *, keep: bool) -> T:
        """
        Return what was made under this key when its stamp was the same, or else what *make* makes now.

        Args:
            keep: it may be remembered, since it rests on what is stored alone.
        """
        known = self._derived.get(key)
        if known and known[0] == stamp:
            found: T = known[1]
            return found
        made = make()
        if keep:
            self._derived[key] = stamp, made
        return made

    def stored(self, tables: Collection[str]) -> None:
        """Take note that rows of these tables were committed."""
        with self._lock:
            self._commits += 1
            self._stored |= dict.fromkeys(tables, self._commits)

    def clear(self) -> None:
        """Forget everything, and what is being asked just now."""
        with self._lock:
            self._commits += 1
            self._all_stored = self._commits
            self._forget()
            self._tables.clear()
            self._derived.clear()

    def _forget(self) -> None:
        self._answers.clear()
        self._held = 0
