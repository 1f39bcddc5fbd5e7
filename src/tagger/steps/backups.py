"""
Backups of a study: making them, which are kept, and going back to one.

    present(folder)      what is there now, in counts
    make(folder)         one more backup
    daily(folder)        one more if it is time, and those that are no longer needed go
    delete_all(folder)   none is left, for when something must be in none of them

Those made by hand, before an update or before a restore stay until somebody deletes their folders. Of the daily ones
the last of each of seven days stays, and the last of each of four weeks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tagger.errors import Busy, StoreError, UsageError
from tagger.store import Backup, Readable, Store, everything, restoring
from tagger.store.backups import DAMAGED, delete, kept, read
from tagger.store.restoring import counts_without_log, put_back, put_back_without_log, sweep
from tagger.store.study_files import BACKUPS
from tagger.wording import several

__all__ = [
    "Backup",
    "counts_without_log",
    "daily",
    "delete",
    "delete_all",
    "kept",
    "make",
    "must_be_free",
    "named",
    "present",
    "restore",
]

BY_HAND, DAILY = "by-hand", "daily"
DAYS, WEEKS = 7, 4
"""Of so many days and weeks, the last daily backup is kept."""
OFTEN = timedelta(hours=23)
"""A daily backup is due when the newest one is older; a little under a day, so that it does not move through it."""

_WORK = {
    "decisions": ("decision", ""),
    "imported_rows": ("row of codings brought in", "rows of codings brought in"),
    "proposal_answers": ("answer to a proposal", "answers to proposals"),
    "content_notes": ("note on hard passages", "notes on hard passages"),
    "reflections": ("reflection", ""),
    "repeat_readings": ("passage read again", "passages read again"),
}
"""The tables of people's work, as one row of each is called and several are."""
_NAMED = _WORK | {"coders": ("person", "people"), "transcripts": ("transcript", "")}


@dataclass(frozen=True)
class Present:
    """How many rows each table of the study has now; or, where that cannot be told, why."""

    rows: Mapping[str, int]
    problem: str = ""


def present(folder: Path) -> Present:
    """Count what the study holds now."""
    store = Store(folder)
    if not store.path.exists() and not kept(folder):
        return Present({})
    try:
        with store.session("a look at the study") as database:
            return Present(everything.counts(database))
    except Busy:
        raise
    except StoreError as error:
        return Present({}, str(error))


def make(folder: Path, reason: str = BY_HAND) -> Backup:
    """Make a backup of the study."""
    return Store(folder).backup(reason)


def daily(folder: Path) -> Backup | None:
    """Make a backup if the newest one is a day old and anything was added since; delete those no longer needed."""
    held = _past(folder)
    made = make(folder, DAILY) if is_due(folder) and (not held or present(folder).rows != held[0].rows) else None
    for backup in _no_longer_needed(_past(folder)):
        delete(backup)
    return made


def is_due(folder: Path) -> bool:
    """Say whether the newest backup of a study is a day old."""
    held = _past(folder)
    return not held or _now() - held[0].made_at >= OFTEN


def delete_all(folder: Path) -> None:
    """Delete every backup, whole or not, and what restores that were stopped left behind."""
    if (folder / BACKUPS).is_dir():
        for place in (folder / BACKUPS).iterdir():
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
    sweep(folder)


def restore(folder: Path, backup: Backup | None) -> Backup | None:
    """
    Go back to a backup, or (None) to the database without its log; return the backup of what was there.

    Raises:
        Busy: people read, or a run is at work; nothing was changed.
        Damaged: it is damaged itself; nothing was changed.
    """
    with _to_be_stopped():
        return put_back(folder, backup) if backup else put_back_without_log(folder)


def must_be_free(folder: Path) -> None:
    """
    Make sure, before anybody is asked anything, that a study can be replaced.

    Raises:
        Busy: people read, or a run is at work.
    """
    with _to_be_stopped():
        restoring.must_be_free(folder)


@contextmanager
def _to_be_stopped() -> Iterator[None]:
    try:
        yield
    except Busy as busy:
        remedy = "Stop it first (Ctrl-C where it was started), and restore then; nothing was changed"
        raise Busy(busy.what, owner=busy.owner, where=busy.where, remedy=remedy) from busy


def named(folder: Path, name: str) -> Backup:
    """
    Find a backup of the study by its name, or any by its folder.

    Raises:
        UsageError: there is none.
    """
    found = next((backup for backup in kept(folder) if backup.name == name), None) or read(Path(name))
    if not found:
        raise UsageError(
            "there is no backup of this name",
            where=name,
            remedy=f"To see what there is: tagger restore --study {folder}",
        )
    return found


def since_backup(folder: Path, database: Readable) -> dict[str, str]:
    """Say when the newest backup was made (empty: never) and what people added since; nothing where they did not."""
    held = [backup for backup in kept(folder) if backup.rows][:1]
    rows = everything.counts(database)
    people = {table: rows[table] for table in _WORK if table in rows}
    added = more(people, held[0].rows if held else {})
    made = held[0].made_at.isoformat() if held else ""
    return {"made_at": made, "name": held[0].name if held else "", "added": added} if added else {}


def holds(rows: Mapping[str, int]) -> str:
    """Say what so many rows of each table are."""
    words = [several(rows[table], *names) for table, names in _NAMED.items() if rows.get(table)]
    return _listed(words) or "nothing that people made"


def more(rows: Mapping[str, int], than: Mapping[str, int]) -> str:
    """Say what so many rows are more than others; empty where they are not."""
    extra = {table: rows[table] - than.get(table, 0) for table in rows if rows[table] > than.get(table, 0)}
    extra.pop("trail", None)  # has one for each of the others
    words = [several(extra.pop(table), *names) for table, names in _NAMED.items() if table in extra]
    others = sum(extra.values())
    if others:
        words.append(several(others, "row of other kinds", "rows of other kinds"))
    return _listed(words)


def title(backup: Backup) -> str:
    """Say when a backup was made, by the clock of this machine, and why."""
    made = backup.made_at.replace(tzinfo=UTC).astimezone()
    return f"{made:%d %B %Y, %H:%M}, {_REASONS.get(backup.reason, backup.reason)}"


_REASONS = {
    BY_HAND: "made by hand",
    DAILY: "made by itself",
    "before-update": "before the study was brought up to date",
    "before-restore": "before another one was restored",
    DAMAGED: "a study that could not be opened, as it was",
}


def _past(folder: Path) -> list[Backup]:
    """
    List the backups, the newest first, but for those from the future: the clock was wrong then, or is now.

    Nobody can say which of those is the newest, so none of them goes, and none makes another one needless.
    """
    now = _now()
    return [backup for backup in kept(folder) if backup.made_at <= now]


def _no_longer_needed(backups: Sequence[Backup]) -> list[Backup]:
    """Choose, of backups from the newest to the oldest, the daily ones that are neither of these days nor weeks."""
    own = [backup for backup in backups if backup.reason == DAILY]
    days = _firsts(own, (f"{backup.made_at:%Y-%m-%d}" for backup in own))[:DAYS]
    weeks = _firsts(own, (f"{backup.made_at:%G-%V}" for backup in own))[:WEEKS]
    return [backup for backup in own if backup not in days and backup not in weeks]


def _firsts(backups: Iterable[Backup], of: Iterable[str]) -> list[Backup]:
    found: dict[str, Backup] = {}
    for backup, group in zip(backups, of, strict=True):
        found.setdefault(group, backup)
    return list(found.values())


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
