"""
A study in the place of which a backup of it is put; what was there is kept as a backup too, sound or not.

The database is the last to be put in its place. Until it is there is none, and nobody makes a new one where backups
are (`backups.must_not_be_gone`): whoever is stopped in the middle finds a study that asks to be restored.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tagger.errors import Busy, StoreError, UsageError
from tagger.store import backups, everything
from tagger.store.backups import BEFORE_RESTORE, DAMAGED, Backup
from tagger.store.copy_apart import copy_apart
from tagger.store.database import opened
from tagger.store.lock import at_work, beside, owned
from tagger.store.study_files import DATABASE, INBOX, LOG, own_files, sync

RESTORING = ".restoring-"


def must_be_free(folder: Path) -> None:
    """
    Make sure that a study can be replaced.

    Raises:
        Busy: people read, or a run is at work.
    """
    if folder.is_dir():
        with _alone(folder):
            return


def put_back(folder: Path, backup: Backup) -> Backup | None:
    """
    Put a backup in the place of the study in *folder*; return the backup of what was there, if anything was.

    Raises:
        Busy: people read, or a run is at work; nothing was changed.
        Damaged: the backup is not what was written; nothing was changed.
    """
    if backup.reason == DAMAGED:
        raise UsageError(
            "this is a study that could not be opened, as it was",
            where=backup.name,
            remedy="Take another backup; it is kept for whoever can mend it",
        )

    def fill(place: Path, _killed: bool) -> None:
        shutil.copytree(backup.path, place, dirs_exist_ok=True)
        (place / backups.MANIFEST).unlink()
        backups.check(backup, place)

    return _replaced(folder, fill)


def put_back_without_log(folder: Path) -> Backup | None:
    """
    Go on with the database as it was when DuckDB last put its log into it; the log is kept as a backup is.

    Raises:
        Damaged: the database is damaged without its log too; nothing was changed.
    """

    def fill(place: Path, killed: bool) -> None:
        _without_log(folder, place, killed)

    return _replaced(folder, fill)


def counts_without_log(folder: Path) -> dict[str, int] | None:
    """Say how many rows each table has without the log; None where there is no log, or the database does not open."""
    if not (folder / DATABASE).exists() or not (folder / LOG).exists():
        return None
    with owned(beside(folder / DATABASE), "a look at the study") as killed, _place(folder) as place:
        try:
            return _without_log(folder, place, killed)
        except StoreError:
            return None


def unfinished(folder: Path) -> list[Path]:
    """Name what restores that were stopped left behind; what a process that lives is at is none of it."""
    left = [place for place in folder.glob(f"{RESTORING}*") if place.is_dir()]
    return [place for place in left if not at_work(place.name, RESTORING)]


def sweep(folder: Path) -> None:
    """Remove what restores that were stopped left behind."""
    for left in unfinished(folder):
        shutil.rmtree(left, ignore_errors=True)


def _replaced(folder: Path, fill: Callable[[Path, bool], None]) -> Backup | None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder) as killed, _place(folder) as place:
        fill(place, killed)
        aside = _kept(folder, killed)
        _swap(place, folder)
    return aside


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Keep all others out of a study; yield whether the owner before ended without letting go."""
    with (
        owned(folder / "run.lock", "a restore", patience=0, brief=False),
        owned(beside(folder / DATABASE), "a restore", brief=False) as killed,
    ):
        yield killed


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    sweep(folder)
    place = folder / f"{RESTORING}{os.getpid()}-{uuid.uuid4().hex}"
    with backups.written_or_said(folder):
        place.mkdir(mode=0o700)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _without_log(folder: Path, place: Path, killed: bool) -> dict[str, int]:
    """Copy the database alone, and say how many rows each table has."""
    copy_apart({folder / DATABASE: place / DATABASE})
    with opened(place / DATABASE, killed) as database:
        return everything.counts(database)


def _kept(folder: Path, killed: bool) -> Backup | None:
    """Keep what is there, with what waits to be stored in it."""
    path = folder / DATABASE
    if not path.exists() and not (folder / LOG).exists():
        return None
    try:
        backups.must_not_be_gone(path)
        with opened(path, killed) as database:
            aside = backups.write(folder, BEFORE_RESTORE, lambda place: backups.copied(database, path, place))
    except Busy:
        raise
    except StoreError:
        aside = backups.put_aside(folder)
    if (folder / INBOX).is_dir():
        (folder / INBOX).rename(aside.path / INBOX)
        sync(aside.path)
    return aside


def _swap(place: Path, folder: Path) -> None:
    for path in own_files(place):
        target = folder / path.relative_to(place)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.replace(target)
        sync(target.parent)
    for name in (DATABASE, LOG):
        (folder / name).unlink(missing_ok=True)
        sync(folder)
    (place / DATABASE).chmod(0o600)
    sync(place / DATABASE)
    (place / DATABASE).replace(folder / DATABASE)
    sync(folder)
