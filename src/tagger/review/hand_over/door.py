"""Handing over where it can be done: with the database, or through the server that keeps the study open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from tagger.review import doors
from tagger.review.doors import Said
from tagger.review.hand_over import HandOver, Out, Part, hand_over, left_behind
from tagger.store import Database, Owner

DOOR = "/owner/hand-over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who hands over, to whom (nobody named: to all who read here), and the id of it; without one nothing is stored."""

    name: str
    to: tuple[str, ...] = ()
    hand_over_id: str = ""


def done(folder: Path, wanted: Wanted, now: Callable[[], datetime]) -> HandOver:
    """
    Hand over in the study in *folder*, all or nothing, or say what would be.

    Raises:
        UsageError: as `hand_over`.
        StoreError: there is no study here, or it cannot be written to.
    """
    return doors.done(folder, "a hand-over", DOOR, asdict(wanted), _act(wanted, now()), _done_in)


def answer(owner: Owner, request: bytes, now: datetime) -> bytes:
    """Do what another process of this machine asks for; what is wrong with it is answered, too."""
    return doors.answer(request, _wanted_in, lambda wanted: asdict(owner.write(_act(wanted, now))))


def _act(wanted: Wanted, now: datetime) -> Callable[[Database], HandOver]:
    def act(db: Database) -> HandOver:
        if not wanted.hand_over_id:
            return left_behind(db, wanted.name, wanted.to, now)
        return hand_over(db, wanted.name, wanted.to, wanted.hand_over_id, now)

    return act


def _wanted_in(said: Said) -> Wanted:
    return Wanted(**{**said, "to": tuple(said["to"])})


def _done_in(said: Said) -> HandOver:
    parts, packs = tuple(Part(**one) for one in said["parts"]), tuple(Out(**one) for one in said["packs"])
    return HandOver(**{**said, "parts": parts, "packs": packs})
