"""
Backups: copies of a study in its own folder, each of them checked before it counts.

A backup is a folder in `backups/` that is itself a study: the database, the study's files, and `backup.json`, which has
the rows of every table and the SHA-256 of every file. It is written under another name, opened, counted against the
database that it was copied from, and only then given its name. So what bears the name of a backup is one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tagger import __version__
from tagger.errors import Damaged, StoreError
from tagger.store import everything
from tagger.store.copy_apart import copy_apart
from tagger.store.database import Database, opened
from tagger.store.lock import at_work, beside, owned
from tagger.store.migrations import migrate, newest, step
from tagger.store.plain_errors import explained
from tagger.store.study_files import BACKUPS, DATABASE, LOG, WRITING, own_files, sync

MANIFEST = "backup.json"
BEFORE_UPDATE, BEFORE_RESTORE, DAMAGED = "before-update", "before-restore", "damaged"
_SPARE = 20_000_000
"""Bytes that are left free on the disk for those who work meanwhile."""


@dataclass(frozen=True, slots=True)
class Backup:
    """
    A backup: its folder, when and why it was made (UTC), by which version, and what it holds.

    Args:
        schema: the last step of the schema that it has.
        rows: how many rows each table has; none for a study that could not be opened when it was put there.
        files: the SHA-256 of each file by its path in the folder, slashes forward.
    """

    path: Path
    made_at: datetime
    reason: str
    tagger: str
    schema: int
    rows: dict[str, int]
    files: dict[str, str]

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        return self.path.name


def kept(folder: Path) -> list[Backup]:
    """List the backups of a study, the newest first."""
    found = filter(None, map(read, (place for place in _places(folder) if not place.name.startswith("."))))
    return sorted(found, key=lambda backup: (backup.made_at, backup.name), reverse=True)


def read(place: Path) -> Backup | None:
    """Read what the backup in the folder *place* says of itself; None where there is none."""
    try:
        said = json.loads((place / MANIFEST).read_bytes())
        return Backup(**{**said, "path": place, "made_at": datetime.fromisoformat(said["made_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def unfinished(folder: Path) -> list[Path]:
    """Name what processes that were stopped left in the place of backups; what one that lives is writing is none."""
    return [place for place in _places(folder) if place.name.startswith(".") and not at_work(place.name, WRITING)]


def delete(backup: Backup) -> None:
    """Delete a backup; one that is half deleted is never taken for a whole one."""
    doomed = backup.path.with_name(f".deleted-{uuid.uuid4().hex}")
    backup.path.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def write(folder: Path, reason: str, copied: Callable[[Path], dict[str, int]]) -> Backup:
    """
    Make a backup of the study in *folder*.

    Args:
        reason: why, in a word.
        copied: puts a copy of the database into a folder, and says how many rows each table has in it.

    Raises:
        Damaged: the copy is not as the database is.
        StoreError: there is no room for it, or it could not be written; nothing is left of it.
    """
    with _begun(folder) as place:
        rows = copied(place)
        _copy_files(folder, place)
        schema = _checked(place / DATABASE, rows)
        return _named(Backup(place, _now(), reason, __version__, schema, rows, digests(place)))


def put_aside(folder: Path) -> Backup:
    """
    Keep a study that cannot be opened as it is: the files of its database, uncounted, and its own files.

    The caller holds the owner's lock, and has nothing open.
    """
    with _begun(folder) as place:
        copy_apart({folder / name: place / name for name in (DATABASE, LOG)})
        _copy_files(folder, place)
        return _named(Backup(place, _now(), DAMAGED, __version__, 0, {}, digests(place)))


def being_written(folder: Path, name: str) -> Path:
    """
    Return the folder *name* of a backup that another process makes of the study in *folder*.

    Raises:
        StoreError: there is none.
    """
    place = folder / BACKUPS / name
    if not re.fullmatch(rf"{re.escape(WRITING)}\d+-[0-9a-f]+", name) or not place.is_dir():
        raise StoreError("no backup of this name is being made", where=str(folder / BACKUPS))
    return place


def copied(database: Database, path: Path, place: Path) -> dict[str, int]:
    """Copy the database *path*, open as *database*, while nobody writes to it; return how many rows each table has."""
    rows = everything.counts(database)
    with explained(path):
        copy_apart({path.with_name(name): place / name for name in (DATABASE, LOG)})
    return rows


def bring_up_to_date(database: Database, path: Path) -> None:
    """Bring the schema up to date; what was there before has a backup then. The caller holds the owner's lock."""
    if 0 < step(database) < newest():
        write(path.parent, BEFORE_UPDATE, lambda place: copied(database, path, place))
    migrate(database)


def check(backup: Backup, place: Path) -> None:
    """
    Compare a copy of a backup in the folder *place* with what the backup says of itself.

    Raises:
        Damaged: it is not what was written.
    """
    if wrong := changed(backup, place):
        raise Damaged(
            f"the backup is damaged: {wrong[0]} is not what was written",
            where=str(backup.path),
            remedy="Take another one; nothing was changed",
        )
    _checked(place / DATABASE, backup.rows)


def changed(backup: Backup, place: Path) -> list[str]:
    """Name the files of a copy of a backup in the folder *place* that are not what was written."""
    found = digests(place)
    return sorted(name for name in backup.files if found.get(name) != backup.files[name])


def digests(place: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder but for the manifest, by its path in it."""
    inside = sorted(path for path in place.rglob("*") if path.is_file() and path != place / MANIFEST)
    found = {}
    for path in inside:
        with path.open("rb") as file:
            found[path.relative_to(place).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def look_first(path: Path) -> None:
    """
    Refuse to open a backup as if it were a study, and a database that is gone; the caller does not hold the lock.

    Raises:
        StoreError: the database *path* is that of a backup.
        Damaged: it is gone, but its log or backups are there.
        Busy: it is just being restored.
    """
    folder = path.parent
    if (folder / MANIFEST).exists():
        raise StoreError(
            "this is a backup, and stays as it is",
            where=str(folder),
            remedy=f"To make a study of it: tagger restore {folder} --study NEW-FOLDER",
        )
    if _is_gone(path):
        with owned(beside(path), "a look at the study"):
            must_not_be_gone(path)


def must_not_be_gone(path: Path) -> None:
    """
    Refuse to make a new database where one has been; the caller holds the owner's lock.

    Raises:
        Damaged: the database *path* is gone, but its log or backups are there.
    """
    if _is_gone(path):
        raise Damaged(
            "the database is gone, and this is no new study",
            where=str(path),
            remedy=f"To see what there is, and restore it: tagger restore --study {path.parent}",
        )


def _is_gone(path: Path) -> bool:
    return not path.exists() and (path.with_name(LOG).exists() or bool(kept(path.parent)))


@contextmanager
def written_or_said(place: Path) -> Iterator[None]:
    """Say in one sentence why files cannot be written below *place*."""
    with explained(place):
        try:
            yield
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            raise StoreError(
                f"it cannot be written ({error.strerror})",
                where=str(error.filename or place),
                remedy="Check that the disk works and that the folder is yours; nothing was changed",
            ) from error


def _places(folder: Path) -> list[Path]:
    home = folder / BACKUPS
    return [place for place in home.iterdir() if place.is_dir()] if home.is_dir() else []


@contextmanager
def _begun(folder: Path) -> Iterator[Path]:
    """Make the folder of a new backup, under another name; where it is not finished, nothing is left of it."""
    _must_have_room(folder)
    place = folder / BACKUPS / f"{WRITING}{os.getpid()}-{uuid.uuid4().hex}"
    with written_or_said(folder / BACKUPS):
        place.parent.mkdir(exist_ok=True, mode=0o700)
        for left in unfinished(folder):
            shutil.rmtree(left, ignore_errors=True)
        place.mkdir(mode=0o700)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _must_have_room(folder: Path) -> None:
    own = [path for path in own_files(folder) if not path.is_symlink()]
    needed = sum(path.stat().st_size for path in (*own, folder / DATABASE, folder / LOG) if path.exists())
    if shutil.disk_usage(folder).free < needed + _SPARE:
        raise StoreError(
            f"there is no room for a backup, which takes {needed / 1e6:,.0f} MB",
            where=str(folder / BACKUPS),
            remedy="Make room, by deleting the folders of old backups too; nothing was changed",
        )


def _copy_files(folder: Path, place: Path) -> None:
    for path in own_files(folder):
        if not path.is_symlink():
            target = place / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _checked(path: Path, rows: dict[str, int]) -> int:
    """Count the rows of a copy of a database, and return its step of the schema."""
    with opened(path) as database:
        found, schema = everything.counts(database), step(database)
    if found != rows:
        table = sorted(name for name in found.keys() | rows.keys() if found.get(name) != rows.get(name))[0]
        raise Damaged(
            f"a copy has {found.get(table, 0):,} of the {rows.get(table, 0):,} rows of the table {table}",
            where=str(path),
            remedy="Nothing was changed. Look at the disk, and try again",
        )
    return schema


def _named(backup: Backup) -> Backup:
    """Write the manifest, have the disk hold everything, and give the folder its name."""
    place, home = backup.path, backup.path.parent
    name = f"{backup.made_at:%Y-%m-%d-%H%M%S}-{backup.reason}"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    target = next(home / name for name in names if not (home / name).exists())
    said = {**asdict(backup), "path": target.name, "made_at": backup.made_at.isoformat()}
    (place / MANIFEST).write_text(json.dumps(said, indent=1), "utf-8")
    for path in sorted(place.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        sync(path)
    sync(place)
    place.rename(target)
    sync(home)
    return replace(backup, path=target)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
