"""
Somebody leaves a study, and nothing of them stays in its folder.

    participant.py  what there is of a participant, and a study without them
    recordings.py   the recordings in which they speak, alone or among others
    reader.py       the same for somebody who reads
    going.py        every row that refers to what goes
    anew.py         the rows that stay, and those that are new
    folder.py       files that hold their words
    told.py         all of it in words

What goes is never deleted from the database: the study is written anew without it, and takes the place of the old one
in a single step. Stopped at any moment, it is the old study or the new one, and the same command finishes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from tagger.errors import UsageError
from tagger.steps import backups
from tagger.steps.alone import alone, up_to_date
from tagger.steps.withdrawal import folder as files
from tagger.steps.withdrawal import told
from tagger.steps.withdrawal.participant import Leaver
from tagger.steps.withdrawal.reader import LeavingReader
from tagger.store import Database, Readable, Store, everything


@dataclass(frozen=True)
class Leaving:
    """
    Who leaves.

    Args:
        who: a participant's pseudonym, or the name of somebody who reads.
        dataset: out of which a participant goes; empty for all.
        whole: recordings in which others speak too go with a participant, all of them.
        reads: it is somebody who reads.
        keep_codings: somebody who reads agrees that their codings stay, under a letter.
    """

    who: str
    dataset: str = ""
    whole: bool = False
    reads: bool = False
    keep_codings: bool = False

    def of(self, database: Readable) -> Leaver | LeavingReader:
        """Look for them in a study."""
        if self.reads:
            return LeavingReader(database, self.who, keep_codings=self.keep_codings)
        return Leaver(database, self.who, self.dataset, self.whole)


def preview(folder: Path, leaving: Leaving) -> list[str]:
    """
    Say in lines what would go, and what would stay; nothing is changed.

    Raises:
        UsageError: nobody here is called so.
    """
    store = up_to_date(folder)
    with store.session("a look at what would go") as database:
        found = leaving.of(database)
        found.must_be_there()
        return told.before(found, found.look(folder), folder)


def withdraw(folder: Path, leaving: Leaving, now: datetime) -> list[str]:
    """
    Take somebody out of a study, and say in lines what is gone and what there may be elsewhere.

    Raises:
        UsageError: nobody here is called so.
        Busy: people read in the study, or a run is at work; nothing was changed.
        StoreError: there is no room for another database; nothing was changed.
    """
    store = up_to_date(folder)
    with alone(store):
        try:
            found = _Made(store, leaving, now)
            store.remake("a withdrawal", found.rows, found.clear)
        except UsageError:
            # They may be out of the database already, by a command that was stopped before its end.
            files.drop_learned(folder)
            raise
        files.drop_learned(folder)
        if found.backed_up:
            backups.make(folder)
        return found.lines


class _Made:
    """One withdrawal, while the study is made anew."""

    def __init__(self, store: Store, leaving: Leaving, now: datetime) -> None:
        self._folder, self._leaving, self._now = store.folder, leaving, now
        self.lines: list[str] = []

    def rows(self, database: Database) -> Callable[[str], everything.Batches]:
        found = self._leaving.of(database)
        found.must_be_there()
        self._found, self._files = found, found.look(self._folder)
        self.backed_up = bool(backups.kept(self._folder))
        self.lines = told.after(found, self._files, self._folder)
        return found.anew(str(uuid4()), self._now).rows(database)

    def clear(self) -> None:
        files.clear(self._folder, self._files, self._found.quotes)
        backups.delete_all(self._folder)
