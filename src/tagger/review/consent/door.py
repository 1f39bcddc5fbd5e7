"""Changes of the list of values at the terminal: with the database, or through the server that keeps the study open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tagger.config import ConsentSettings, load_settings
from tagger.frameworks import from_json, to_json
from tagger.review import doors
from tagger.review.consent import changes
from tagger.review.consent.changes import Draft
from tagger.review.doors import Said
from tagger.review.people import person_called
from tagger.store import Database, Owner, Store

DOOR = "/owner/framework"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A draft that somebody proposes under an id; without one, that what stands takes effect."""

    draft: Draft | None = None
    reader: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Who is asked about what was proposed, by their letters, or the versions that took effect, as `NAME@VERSION`."""

    asked: tuple[str, ...] = ()
    adopted: tuple[str, ...] = ()


def propose(folder: Path, draft: Draft, reader: str, identity: str, now: Callable[[], datetime]) -> Done:
    """
    Propose a version of a framework for somebody who reads here.

    Raises:
        UsageError: as `changes.propose`, or nobody of that name is known here.
        StoreError: there is no study here, or it cannot be written to.
    """
    return _done(folder, "a proposal", Wanted(draft, reader, identity), now())


def adopt_what_stands(folder: Path, now: Callable[[], datetime]) -> Done:
    """Let the changes take effect that stand, as when the time for answers has run out, and say which."""
    with Store(folder).up_to_date("a look at what stands") as study:
        if not changes.something_stands(study, now()):
            return Done()
    return _done(folder, "a change of the list", Wanted(), now())


def answer(owner: Owner, request: bytes, consent: ConsentSettings, now: datetime) -> bytes:
    """Do what another process of this machine asks for; what is wrong with it is answered, too."""
    return doors.answer(request, _wanted_in, lambda wanted: _said(owner.write(_act(wanted, consent, now))))


def _done(folder: Path, role: str, wanted: Wanted, now: datetime) -> Done:
    act = _act(wanted, load_settings(folder).consent, now)
    return doors.done(folder, role, DOOR, _wanted_out(wanted), act, _done_in)


def _act(wanted: Wanted, consent: ConsentSettings, now: datetime) -> Callable[[Database], Done]:
    def act(db: Database) -> Done:
        if wanted.draft is None:
            return Done(adopted=tuple(f"{one.id}@{one.version}" for one in changes.adopt_what_stands(db, now)))
        person = person_called(db, wanted.reader, now)
        changes.propose(db, wanted.draft, consent, id=wanted.id, coder_id=person.id, now=now)
        others = db.rows(
            "SELECT letter FROM readers_here WHERE coder_id <> $coder ORDER BY letter", {"coder": person.id}
        )
        return Done(asked=tuple(str(letter) for (letter,) in others))

    return act


def _wanted_out(wanted: Wanted) -> Said:
    draft = wanted.draft
    if draft is None:
        return {}
    return {
        "base": to_json(draft.base),
        "proposed": to_json(draft.proposed),
        "reason": draft.reason,
        "reader": wanted.reader,
        "id": wanted.id,
    }


def _wanted_in(said: Said) -> Wanted:
    if not said:
        return Wanted()
    draft = Draft(from_json(said["base"]), from_json(said["proposed"]), said["reason"])
    return Wanted(draft, said["reader"], said["id"])


def _said(done: Done) -> Said:
    return {"asked": list(done.asked), "adopted": list(done.adopted)}


def _done_in(said: Said) -> Done:
    return Done(tuple(said["asked"]), tuple(said["adopted"]))
