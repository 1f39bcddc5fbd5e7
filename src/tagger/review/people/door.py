"""Giving access where it can be done: with the database, or through the server that keeps the study open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args
from uuid import uuid4

from tagger.review import doors, people
from tagger.review.doors import Said
from tagger.review.people.tokens import Token, new_token
from tagger.store import Database

DOOR = "/owner/people"
Act = Literal["add", "link", "revoke"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done for whom; *roles* where they are added."""

    act: Act
    name: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """
    What was done.

    Args:
        roles: what the person may do now.
        until: the last day on which the link works, in words; empty where none was made.
        link: what follows the # in the link; it is told this once.
        address: where the pages are, if they are served now.
        waiting: those who read here, and have no link yet.
    """

    name: str
    roles: tuple[str, ...]
    until: str
    link: str
    address: str
    waiting: tuple[str, ...]


def done(folder: Path, wanted: Wanted, now: Callable[[], datetime]) -> Done:
    """
    Do what is wanted in the study in *folder*, all or nothing.

    Raises:
        UsageError: as `people.give_access`, `people.make_link` and `people.take_access_away`.
        StoreError: there is no study here, or it cannot be written to.
    """
    act = _act(wanted, now())
    return doors.done(folder, "a change of who may sign in", DOOR, asdict(wanted), act, _done_in)


def answer(request: bytes, change: Callable[[Callable[[Database], Done]], Done], address: str, now: datetime) -> bytes:
    """
    Do what another process of this machine asks for; what is wrong with it is answered, too.

    Args:
        change: runs an act on the study that is open here, after which nobody is known by what was so before.
        address: where the pages are.
    """
    return doors.answer(request, _wanted_in, lambda wanted: asdict(replace(change(_act(wanted, now)), address=address)))


def _act(wanted: Wanted, now: datetime) -> Callable[[Database], Done]:
    """Make the act, which may be run more than once, and makes the same link each time."""
    new, link = uuid4().hex, new_token()

    def act(db: Database) -> Done:
        if wanted.act == "revoke":
            return _said(db, people.take_access_away(db, wanted.name, now), None, now)
        if wanted.act == "link":
            return _said(db, people.make_link(db, wanted.name, link, now), link, now)
        return _said(db, people.give_access(db, new, wanted.name, wanted.roles, link, now), link, now)

    return act


def _said(db: Database, person: people.Person, link: Token | None, now: datetime) -> Done:
    waiting = tuple(one.name for one in people.people(db, now) if one.state == "no link yet")
    until = f"{person.since:%d %B %Y}" if link and person.since else ""
    return Done(person.name, person.roles, until, str(link or ""), "", waiting)


def _wanted_in(said: Said) -> Wanted:
    wanted = Wanted(**{**said, "roles": tuple(said["roles"])})
    if wanted.act not in get_args(Act):
        raise ValueError(wanted.act)
    return wanted


def _done_in(said: Said) -> Done:
    return Done(**{**said, "roles": tuple(said["roles"]), "waiting": tuple(said["waiting"])})
