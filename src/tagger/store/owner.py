"""
The lasting owner of a study: it keeps the database open, and one thread of it does all the writing.

Acts of several callers share a commit, and each is answered after it. Shards from the inbox are merged between such
groups, one a transaction, so that no decision waits longer than for one shard, and none is lost with one.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tagger import __version__
from tagger.errors import Overloaded
from tagger.store import backups, shards
from tagger.store.connections import Connections
from tagger.store.database import Database, Watcher
from tagger.store.lock import beside, owned
from tagger.store.plain_errors import closing, given_up
from tagger.store.remote import answered, told
from tagger.store.study_files import DATABASE, INBOX

log = logging.getLogger(__name__)

_MOST = 64
_LOOK = 1.0
_AGAIN = 60.0
_LONGEST_WAIT = 8.0
"""Seconds: while somebody's act has waited so long, no more are taken on, so that waiting does not add up."""

T = TypeVar("T")


@dataclass(frozen=True)
class _Act:
    """Something to write, and what its caller waits for."""

    do: Callable[[Database], Any]
    answer: Future[Any] = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)


@dataclass
class _Merging:
    """A caller who waits until these shards were merged, or could not be."""

    left: set[Path]
    answer: Future[int] = field(default_factory=Future)
    error: BaseException | None = None


class Owner:
    """A process that keeps a study open; made by `serving`."""

    def __init__(self, path: Path, token: str, killed: bool) -> None:
        self.token = token
        self._path = path
        self._inbox = path.parent / INBOX
        self._connections = Connections(path, killed)
        self._watchers: list[Watcher] = []
        self._wake = threading.Condition()
        self._acts: deque[_Act] = deque()
        self._copies: deque[_Act] = deque()
        self._merging: list[_Merging] = []
        self._found: deque[Path] = deque()
        self._failed: dict[Path, float] = {}
        self._next_look = 0.0
        self._untold = 0
        self._closing = False
        self._writer: threading.Thread | None = None
        self._written = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """
        Read with a cursor of one's own, from any thread; each SELECT sees what is committed when it begins.

        It is for reading alone: whatever is to be stored goes through `write`.
        """
        if self._connections.closed:
            self._mend()
        with self._connections.lent(mend=self._mend) as database:
            yield database

    def write(self, act: Callable[[Database], T]) -> T:
        """
        Run *act* on the writer's thread; return its result after it was committed.

        The transaction may be shared with other acts, and *act* may be run more than once until it is stored (a
        neighbour failed, the database had to be reopened). So it touches nothing but the database it is given, opens no
        transaction of its own, and asks first whether a row with its id is there.

        Raises:
            BaseException: what *act* raised; nothing of it is stored.
            StoreError: it could not be stored.
            Overloaded: too much waits to be stored; nothing of it was tried.
        """
        request = _Act(act)
        self._request(self._line_up, request)
        result: T = request.answer.result()
        return result

    def watch(self, watcher: Watcher) -> None:
        """Tell *watcher* of all that is written from now on, on the writer's thread."""
        self._watchers.append(watcher)

    def merge(self) -> int:
        """
        Merge what waits in the inbox, each shard in a transaction of its own; return the rows added.

        Those that the owner merged by itself since it was last asked are counted too.

        Raises:
            StoreError: a shard could not be merged; the others were.
        """
        request = _Merging(set(shards.waiting(self._inbox)))
        self._request(self._merging.append, request)
        return request.answer.result()

    def copy(self, name: str) -> dict[str, int]:
        """
        Copy the database between two commits, into the folder *name* of a backup that is being made.

        Returns:
            how many rows each table has in it.

        Raises:
            StoreError: there is no such folder, or it has no room.
        """
        place = backups.being_written(self._path.parent, name)
        request = _Act(lambda database: backups.copied(database, self._path, place))
        self._request(self._copies.append, request)
        result: dict[str, int] = request.answer.result()
        return result

    def answer(self, request: bytes) -> bytes:
        """Answer a question of `store.remote`: one SELECT, in Arrow."""
        return answered(request, self.reading)

    def answer_merge(self) -> bytes:
        """Merge, and say in JSON how many rows were added or what was wrong, for another process."""
        return told(lambda: {"added": self.merge()})

    def answer_copy(self, place: bytes) -> bytes:
        """Copy the database into a folder of `backups/`, and say in JSON what is in it, for another process."""
        return told(lambda: self.copy(place.decode(errors="replace")))

    def knows(self, token: str) -> bool:
        """Say whether *token* is the one in the lock file."""
        return secrets.compare_digest(token.encode(), self.token.encode())

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Bring the study up to date, then write for the time of the block; what waits at its end is still done."""
        try:
            with self._connections.lent(watchers=self._watchers) as database:
                backups.bring_up_to_date(database, self._path)
                self._writer = threading.Thread(target=self._write_all, args=(database,), name="writer", daemon=True)
                self._writer.start()
                try:
                    yield
                finally:
                    _to_the_end(self._finish_writing)
        finally:
            _to_the_end(self._connections.close)

    def _finish_writing(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._connections.hurry()
        # Not by joining: before Python 3.13, a thread whose join was interrupted is taken for one that has ended.
        self._written.wait()

    def _line_up(self, act: _Act) -> None:
        if self._acts and act.since - self._acts[0].since >= _LONGEST_WAIT:
            raise Overloaded("many people are at work, and the study is busy", remedy="Try again in a moment")
        self._acts.append(act)

    def _request(self, put: Callable[[T], None], request: T) -> None:
        if threading.current_thread() is self._writer:
            raise RuntimeError("an act cannot wait for the thread that runs it")
        with self._wake:
            if self._closing:
                raise closing(self._path)
            put(request)
            self._wake.notify()

    def _mend(self) -> None:
        # The writer finds the database given up, as the reader did, and reopens it.
        self.write(lambda database: database.rows("SELECT 1"))

    # From here on, everything runs on the writer's thread.

    def _write_all(self, database: Database) -> None:
        try:
            self._write_until_over(database)
        finally:
            self._written.set()

    def _write_until_over(self, database: Database) -> None:
        while not self._is_over():
            group: list[_Act] = []
            try:
                group = self._next_group()
                if group:
                    self._store(database, group)
                self._merge_one(database)
                self._copy_one(database)
            except BaseException as error:  # a thread that died here would leave every reviewer waiting for ever
                log.exception("The writer of the study met an error that it does not know.")
                _refuse([*group, *self._all_merging()], error)
        _refuse([*self._all_merging(), *self._copies], closing(self._path))

    def _all_merging(self) -> list[_Merging]:
        with self._wake:
            requests, self._merging[:] = list(self._merging), []
        return requests

    def _is_over(self) -> bool:
        with self._wake:
            return self._closing and not self._acts

    def _next_group(self) -> list[_Act]:
        """Take what waits to be written; without any, wait for it until the next look into the inbox."""
        with self._wake:
            if not (self._acts or self._merging or self._found or self._copies or self._closing):
                self._wake.wait(max(0.0, self._next_look - time.monotonic()))
            return [self._acts.popleft() for _ in range(min(_MOST, len(self._acts)))]

    def _store(self, database: Database, group: list[_Act], reopenings: int = 1) -> None:
        """Commit the acts together; if that fails, each for itself, so that only the culprit's caller hears of it."""
        try:
            with database.transaction():
                results = [act.do(database) for act in group]
        except BaseException as error:  # whatever an act raised is its caller's
            if given_up(error):
                self._reopen()
                if reopenings:
                    self._store(database, group, reopenings - 1)
                else:
                    _refuse(group, error)
            elif len(group) == 1:
                _refuse(group, error)
            else:
                for act in group:
                    self._store(database, [act], reopenings)
        else:
            for act, result in zip(group, results, strict=True):
                act.answer.set_result(result)

    def _reopen(self) -> None:
        log.warning("DuckDB gave the database up; it is opened again.")
        self._connections.reopen()

    def _merge_one(self, database: Database) -> None:
        """Merge one of the shards that wait; look for new ones when it is time, or when somebody waits for them."""
        now = time.monotonic()
        with self._wake:
            asked = {folder for request in self._merging for folder in request.left}
        if now >= self._next_look or asked - set(self._found):
            self._next_look = now + _LOOK
            waiting = shards.waiting(self._inbox)
            self._failed = {folder: again for folder, again in self._failed.items() if folder in waiting}
            self._found = deque(f for f in waiting if f in asked or self._failed.get(f, 0.0) <= now)
            self._settle(asked - set(waiting))
        if self._found:
            folder = self._found.popleft()
            self._settle({folder}, self._merged(database, folder))
        self._settle(set())

    def _copy_one(self, database: Database) -> None:
        """Copy the database for one who waits for it: between two commits, when nothing is written."""
        with self._wake:
            request = self._copies.popleft() if self._copies else None
        if request:
            try:
                request.answer.set_result(request.do(database))
            except Exception as error:  # whatever is the matter with a copy, reviewers can go on
                request.answer.set_exception(error)

    def _merged(self, database: Database, folder: Path, reopenings: int = 1) -> Exception | None:
        try:
            self._untold += shards.merge(database, [folder])
        except Exception as error:  # whatever is the matter with one shard, reviewers can go on
            if given_up(error):
                self._reopen()
                if reopenings:
                    return self._merged(database, folder, reopenings - 1)
            log.warning("Finished work could not be stored and is tried again later (%s): %s", folder.name, error)
            self._failed[folder] = time.monotonic() + _AGAIN
            return error
        self._failed.pop(folder, None)
        return None

    def _settle(self, done: set[Path], error: Exception | None = None) -> None:
        """Answer those who waited for no other shards than these."""
        with self._wake:
            for request in self._merging:
                request.error = request.error or (error if request.left & done else None)
                request.left -= done
            ready = [request for request in self._merging if not request.left]
            self._merging[:] = [request for request in self._merging if request.left]
        for request in ready:
            if request.error:
                request.answer.set_exception(request.error)
            else:
                request.answer.set_result(self._untold)
                self._untold = 0


def _refuse(requests: Iterable[_Act | _Merging], error: BaseException) -> None:
    for request in requests:
        if not request.answer.done():
            request.answer.set_exception(error)


def _to_the_end(act: Callable[[], None]) -> None:
    """Do what must not be left half done; a Ctrl-C in the meantime has it done again, and is heeded after that."""
    pressed: KeyboardInterrupt | None = None
    while True:
        try:
            act()
            break
        except KeyboardInterrupt as error:
            pressed = error
    if pressed:
        raise pressed


@contextmanager
def serving(folder: Path, url: str | None = None, role: str = "the review server") -> Iterator[Owner]:
    """
    Own the study in *folder* for the time of the block, which may be long; it is brought up to date first.

    Args:
        url: where the owner's pages are; other processes on this machine ask there, so it names the loopback. Without
            pages the block must be brief: others wait until it has ended.

    Raises:
        Busy: somebody else keeps it open; where they have pages, the message names them.
        StoreError: it cannot be opened.
    """
    path = folder / DATABASE
    backups.look_first(path)
    token = secrets.token_urlsafe(32)
    told = {} if url is None else {"url": url, "token": token, "version": __version__}
    with owned(beside(path), role, brief=url is None, told=told) as killed:
        backups.must_not_be_gone(path)
        owner = Owner(path, token, killed)
        with owner.at_work():
            path.chmod(0o600)
            yield owner
