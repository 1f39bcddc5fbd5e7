"""`tagger verify`: is everything that people did as it was noted when they did it? In words, with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tagger.errors import UsageError
from tagger.store import Store
from tagger.store.trail_check import Difference, Kind, Trail, check
from tagger.wording import several

_MOST = 20
_HEAD = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Verified:
    """What was found, in lines, and whether all of it is in order."""

    lines: tuple[str, ...]
    good: bool


def verify(folder: Path, noted: str = "") -> Verified:
    """
    Compare everything that the trail of a study notes with what is there; people may go on meanwhile.

    Args:
        noted: a head that somebody wrote down earlier, as `tagger verify` said it; empty for none.

    Raises:
        UsageError: that is no head.
        StoreError: there is no study here, or it cannot be opened.
    """
    head = "".join(noted.split()).lower()
    if head and not _HEAD.fullmatch(head):
        raise UsageError(
            "this is not the head of a trail, which has 64 of the characters 0 to 9 and a to f",
            where="--head",
            remedy="Copy it once more from where it was written down",
        )
    store = Store(folder)
    if store.path.exists():
        store.create()
    with store.session("a look at the trail") as database:
        trail = check(database)
    number = trail.heads.get(bytes.fromhex(head)) if head else None
    good = not trail.differences and not (head and number is None)
    return Verified((*_found(trail), *(_noted(number, trail) if head else ()), *_next(trail, folder, good)), good)


def _found(trail: Trail) -> Iterator[str]:
    if not trail.differences:
        yield "Nothing was changed: all that people did, and the texts that they read, are as they were noted."
    else:
        yield f"{several(len(trail.differences), 'thing is', 'things are')} not as noted:"
        yield from (f"  {_told(one)}" for one in trail.differences[:_MOST])
        if len(trail.differences) > _MOST:
            yield f"  and {len(trail.differences) - _MOST} more"
    if trail.began_at and trail.ended_at:
        span = f"from {_day(trail.began_at)} to {_day(trail.ended_at)}"
        yield f"The trail has {several(trail.entries, 'entry', 'entries')}, {span}."
    if trail.erased:
        yield f"Of these, {trail.erased:,} are empty, since somebody left or names were replaced: what they were about"
        yield "is gone for good."


def _told(one: Difference) -> str:
    row = f"a row of {one.table} ({one.key})"
    noted = f"it was noted on {_time(one.noted_at)} (entry {one.number:,})" if one.noted_at else ""
    return {
        Kind.CHANGED: f"Changed: {row}, after {noted}",
        Kind.REMOVED: f"Removed: {row}, after {noted}",
        Kind.ADDED: f"Added past this program: {row}, which was never noted",
        Kind.BROKEN: f"Entry {one.number:,} does not follow from the one before it: entries were changed, taken out, "
        "put in or moved there",
        Kind.EMPTIED: f"Entry {one.number:,} was emptied, though nobody left and no names were replaced",
    }[one.kind]


def _noted(number: int | None, trail: Trail) -> Iterator[str]:
    if number is None:
        yield (
            "The head that you gave is not in this trail. It was written down wrongly or belongs to another study, "
            "this is an earlier backup, or what was noted by then was changed or cut off."
        )
    elif any(one.number <= number for one in trail.differences if one.number):
        yield f"The head that you gave is that of entry {number:,}; what is said above was changed before or since."
    else:
        gone = ", but for what is gone for good" if trail.erased else ""
        yield f"The head that you gave is that of entry {number:,}: everything up to there is as it was then{gone}."


def _next(trail: Trail, folder: Path, good: bool) -> Iterator[str]:
    if not good:
        yield "Do not go on in this study. Copy its folder as it is, to a place where it stays."
        yield f"Then look which backup is whole: tagger restore --study {folder}"
        yield "Restore it into a new folder (tagger restore BACKUP --study NEW-FOLDER), and verify that one."
    elif trail.entries:
        head = trail.head.hex()
        yield "The head of the trail:"
        yield f"  {' '.join(head[at : at + 8] for at in range(0, 64, 8))}"
        yield "Write it down with the day, or send it to somebody outside. With it anybody can show later that"
        yield "nothing from before today was changed: tagger verify --head HEAD"


def _day(moment: datetime) -> str:
    return f"{_here(moment):%d %B %Y}"


def _time(moment: datetime) -> str:
    return f"{_here(moment):%d %B %Y, %H:%M}"


def _here(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone()
