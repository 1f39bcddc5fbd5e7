"""
The study's database and its only door.

    lock.py         one owner at a time, by a lock file beside the database
    database.py     DuckDB: opening, transactions, errors
    migrations.py   the schema, step by step
    everything.py   every row of a study, out and in
    remaking.py     another database in the place of this one, without a moment of neither
    torn.py         blocks that were being written when an owner was killed
    study_files.py  what lies in a study's folder
    copy_apart.py   files of an open database, copied by another process
    backups.py      copies of the whole study, each checked
    restoring.py    a backup put in the place of the study
    trail.py        an entry for everything that people did, chained to the one before
    trail_check.py  whether all is as the trail has it
    trail_carried.py  the trail of a study that is made anew
    shards.py       finished work on its way in
    connections.py  a database file that stays open, and its cursors
    owner.py        a process that keeps the database open: one thread writes, others read
    remote.py       reading through such an owner, from other processes
    sql/            numbered migrations; the views of analysis among them

Files are opened here and nowhere else in the package but in the readers' edge (`steps`), `config` and `frameworks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa

from tagger import __version__
from tagger.errors import Busy, StoreError
from tagger.store import backups, everything, remaking, shards
from tagger.store.backups import Backup
from tagger.store.database import Database, Readable, opened
from tagger.store.lock import beside, owned, signed
from tagger.store.migrations import migrate
from tagger.store.owner import Owner, serving
from tagger.store.remote import Line, Remote, here_or_there
from tagger.store.shards import Shard
from tagger.store.study_files import DATABASE, INBOX

__all__ = ["Backup", "Database", "Owner", "Readable", "Shard", "Store", "serving"]


class Store:
    """
    A study's database, opened for moments and never kept open.

    Every reader and writer takes the owner's lock for one call and lets it go, so that a run of hours never keeps
    anybody out for longer than one merge. While another process keeps the study open, it is read and merged through
    that one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / DATABASE
        self.inbox = folder / INBOX

    def create(self) -> None:
        """
        Make the database if it is not there, and bring it up to date, after a backup.

        Raises:
            Busy: another process owns it for long; one of this version that serves has brought it up to date already.
            Damaged: there was one, and it is gone.
        """
        backups.look_first(self.path)
        with ExitStack() as stack:
            self._reader(stack, "set-up", up_to_date=True)

    def must_exist(self) -> None:
        """
        Make sure that there is a study here.

        Raises:
            StoreError: there is none.
        """
        backups.look_first(self.path)
        if not self.path.exists():
            raise StoreError(
                "there is no study here",
                where=str(self.folder),
                remedy="Name one with --study DIR, or make one with: tagger init DIR --framework NAME",
            )

    @contextmanager
    def session(self, role: str) -> Iterator[Readable]:
        """
        Read the study for the time of the block: as its owner, or through the one who keeps it open.

        The owner sees it unchanged from one SELECT to the next; through another one, each SELECT sees what is committed
        when it begins.

        Raises:
            StoreError: there is no database here, or it cannot be opened.
            Busy: another process owns it, is not brief about it, and cannot be asked.
        """
        self.must_exist()
        with ExitStack() as stack:
            yield self._reader(stack, role)

    @contextmanager
    def up_to_date(self, role: str) -> Iterator[Readable]:
        """
        Do what `create` does, and read the study for the time of the block as `session` does: with one opening.

        Raises:
            StoreError: there is no database here, or it cannot be opened.
            Busy: as `create` or `session`.
        """
        self.must_exist()
        with ExitStack() as stack:
            yield self._reader(stack, role, up_to_date=True)

    @contextmanager
    def alone(self, role: str) -> Iterator[Database]:
        """
        Be the study's owner for the time of the block: nobody reads, writes or serves it meanwhile.

        Raises:
            StoreError: there is no database here, or it cannot be opened.
            Busy: another process owns it, and is not brief about it.
        """
        self.must_exist()
        with owned(beside(self.path), role, brief=False) as killed, opened(self.path, killed) as database:
            yield database

    def restore(self, step: int, read: Callable[[str], everything.Batches]) -> dict[str, int]:
        """
        Make the database anew, from all of its rows; return how many each table has.

        Args:
            step: the schema that the rows are from.
            read: returns the rows of a table.

        Raises:
            StoreError: a row does not fit.
        """
        with owned(beside(self.path), "a restore") as killed, opened(self.path, killed) as database:
            migrate(database, step)
            filled = everything.fill(database, read)
            migrate(database)
        self.path.chmod(0o600)
        return filled

    def remake(
        self, role: str, rows: Callable[[Database], Callable[[str], everything.Batches]], ready: Callable[[], object]
    ) -> None:
        """
        Put a new database in the place of this one, of which no byte is left.

        Killed at any moment, it is the one or the other.

        Args:
            rows: looks at the old database, and returns what gives the new one the rows of each table.
            ready: called once the new one is whole and on the disk, before it takes the place.

        Raises:
            StoreError: there is no database here, it cannot be opened, or there is no room; nothing was changed.
            Busy: another process owns it, and is not brief about it.
        """
        self.must_exist()
        with owned(beside(self.path), role, brief=False) as killed:
            remaking.remake(self.path, killed, rows, ready)

    def backup(self, reason: str) -> Backup:
        """
        Make a backup; whoever keeps the study open goes on, and copies the database between two commits.

        Args:
            reason: why it is made, in a word.

        Raises:
            StoreError: there is no room for it, or no study; nothing is left of it.
            Busy: another process owns the study, is not brief about it, and cannot be asked.
        """
        self.must_exist()

        def copied(place: Path) -> dict[str, int]:
            return here_or_there(
                self.path,
                "a backup",
                lambda database: backups.copied(database, self.path, place),
                lambda line: line.copy(place.name),
            )

        return backups.write(self.folder, reason, copied)

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
        Store all that waits in the inbox, each shard with its ledger row or not at all; return the rows added.

        Who keeps the study open does it, and may have begun by itself: what it added since it was last asked counts
        too.
        """
        if not shards.waiting(self.inbox) and "url" not in signed(beside(self.path)):
            return 0
        self.must_exist()
        return here_or_there(self.path, "a merge", self._merged, Line.merge)

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

    def _reader(self, stack: ExitStack, role: str, *, up_to_date: bool = False) -> Readable:
        """Open the database, and bring it up to date; or find who keeps it open, and has done so."""
        try:
            killed = stack.enter_context(owned(beside(self.path), role))
        except Busy as busy:
            if "url" not in busy.owner:
                raise
            if up_to_date:
                self._must_fit(busy.owner)
            return Remote(self.path, role)
        if up_to_date:
            backups.must_not_be_gone(self.path)
        database = stack.enter_context(opened(self.path, killed))
        if up_to_date:
            backups.bring_up_to_date(database, self.path)
            self.path.chmod(0o600)
        return database

    def _merged(self, database: Database) -> int:
        return sum(shards.merge(database, group) for group in shards.groups(shards.waiting(self.inbox)))

    def _must_fit(self, owner: dict[str, object]) -> None:
        version = owner.get("version")
        if version != __version__:
            raise Busy(
                f"the study is kept open by version {version} of tagger, and this is {__version__}",
                owner=owner,
                where=str(self.folder),
                remedy=f"Stop {owner.get('role')} (process {owner.get('pid')}), start it again with this version, and "
                "try again; nothing was changed",
            )
