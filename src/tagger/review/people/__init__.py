"""
Who may sign in, and as what: access is given and taken away, and each person gets a link that works once.

    tokens.py     secrets that are kept only as their hash
    sessions.py   browsers that were signed in with a link
    rights.py     what each role may have written
    door.py       the same from the command line, also while the pages are served

Everything is added to and nothing changed: what somebody may do is what the newest of their changes says, and their
links and sessions hold for that change alone. So taking access away ends all of these at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import pyarrow as pa

from tagger.errors import UsageError
from tagger.review.people.tokens import Token
from tagger.review.readers import checked_name
from tagger.store import Database, Readable

ROLES: dict[str, str] = {
    "reviewer": "reads passages and decides",
    "analyst": "brings in data, and makes reading packs for others",
    "methodologist": "sees how far readings agree, and no passage",
    "admin": "adds people and takes their access away",
}
"""What people may be, and what that is in words; a person may be several."""

LINK_DAYS = 14

State = Literal["no link yet", "link made", "link expired", "signed in", "taken away"]


@dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody of this study, and how they stand with signing in.

    Args:
        roles: what they may do now; nothing where no access was given, or it was taken away.
        since: when the state began; for a link that was made, until when it works.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    state: State
    since: datetime | None


def sign_in_is_needed(db: Readable) -> bool:
    """Say whether people sign in here: they do from the first time that access was given to anybody."""
    return bool(db.rows("SELECT 1 FROM access_changes LIMIT 1"))


def people(db: Readable, now: datetime) -> list[Person]:
    """Return everybody of this study but the coders of imported codings, in the order in which they joined."""
    return [
        Person(identity, name, tuple(standing[0] or ()), *_state(*standing, now=now))
        for identity, name, *standing in db.rows(_PEOPLE)
    ]


def person_called(db: Readable, name: str, now: datetime) -> Person:
    """
    Find somebody by name.

    Raises:
        UsageError: nobody here is called so.
    """
    everybody = people(db, now)
    found = _called(everybody, name)
    if found is None:
        known = ", ".join(one.name for one in everybody) or "nobody so far"
        raise UsageError(f"nobody here is called {name}", remedy=f"There are: {known}")
    return found


def give_access(
    db: Database, coder_id: str, name: str, roles: Collection[str], link: Token, now: datetime, *, by: str | None = None
) -> Person:
    """
    Let somebody sign in, and make their link. Who reads here already, or did once, goes on as the same person.

    Args:
        coder_id: the id of somebody new.
        by: who does it in the browser; nobody at the terminal.

    Raises:
        UsageError: the name cannot be, a role is none, or this person may sign in already.
    """
    known = _called(people(db, now), name)
    wanted = [role for role in ROLES if role in roles]
    if not wanted or not set(roles) <= ROLES.keys():
        raise UsageError("a person needs a role", where="role", remedy=f"Choose of: {', '.join(ROLES)}")
    if known and known.roles:
        raise UsageError(
            f"{known.name} may sign in already, as {' and '.join(known.roles)}",
            remedy="Make a new link for them, or take their access away first to give them another role",
        )
    if known is None:
        row = {"id": coder_id, "name": checked_name(name, set()), "role": wanted[0], "added_at": now}
        db.insert("coders", pa.Table.from_pylist([row]))
    _change(db, known.id if known else coder_id, wanted, now, by)
    return make_link(db, name, link, now, by=by)


def make_link(db: Database, name: str, link: Token, now: datetime, *, by: str | None = None) -> Person:
    """
    Make a new link for somebody; it works once, and their earlier ones no more. Sessions go on.

    Raises:
        UsageError: nobody here is called so, or they have no access.
    """
    person = person_called(db, name, now)
    if not person.roles:
        raise UsageError(f"{person.name} has no access", remedy="Give it to them first: add them with a role")
    [(number,)] = db.rows("SELECT coalesce(max(number), 0) + 1 FROM sign_in_links")
    [(access,)] = db.rows("SELECT number FROM access WHERE coder_id = $id", {"id": person.id})
    row = {
        "id": link.id, "number": number, "digest": link.digest, "access_number": access, "by_id": by, "made_at": now,
        "expires_at": now + timedelta(days=LINK_DAYS),
    }  # fmt: skip
    if not db.insert("sign_in_links", pa.Table.from_pylist([row])):
        raise UsageError("this link was made already, and cannot be shown again", remedy="Make another one")
    return person_called(db, person.name, now)


def take_access_away(db: Database, name: str, now: datetime, *, by: str | None = None) -> Person:
    """
    Take somebody's access away: their link works no more, and their browsers are signed out. Their readings stay.

    Raises:
        UsageError: nobody here is called so, or they have no access.
    """
    person = person_called(db, name, now)
    if not person.roles:
        raise UsageError(f"{person.name} has no access", remedy="There is nothing to take away")
    _change(db, person.id, [], now, by)
    return person_called(db, person.name, now)


def _called(everybody: list[Person], name: str) -> Person | None:
    wanted = " ".join(name.split()).casefold()
    return next((one for one in everybody if one.name.casefold() == wanted), None)


def _change(db: Database, coder_id: str, roles: list[str], now: datetime, by: str | None) -> None:
    [(number,)] = db.rows("SELECT coalesce(max(number), 0) + 1 FROM access_changes")
    rows = {
        "number": [number],
        "coder_id": [coder_id],
        "roles": pa.array([roles], pa.list_(pa.string())),
        "by_id": pa.array([by], pa.string()),
        "changed_at": [now],
    }
    db.insert("access_changes", pa.table(rows))


def _state(
    roles: list[str] | None,
    changed_at: datetime | None,
    used_at: datetime | None,
    expires_at: datetime | None,
    *,
    now: datetime,
) -> tuple[State, datetime | None]:
    if roles is None:
        return "no link yet", None
    if not roles:
        return "taken away", changed_at
    if used_at is not None:
        return "signed in", used_at
    return ("link expired" if expires_at is None or expires_at <= now else "link made"), expires_at


# Of the newest link under the access that somebody has now.
_PEOPLE = """
    WITH newest AS (
        SELECT * FROM sign_in_links QUALIFY row_number() OVER (PARTITION BY access_number ORDER BY number DESC) = 1
    )
    SELECT c.id, c.name, a.roles, a.changed_at, (SELECT min(begun_at) FROM sessions s WHERE s.link_id = l.id),
           l.expires_at
    FROM coders c
    LEFT JOIN access a ON a.coder_id = c.id
    LEFT JOIN newest l ON l.access_number = a.number
    WHERE c.role IS NOT NULL
    ORDER BY c.added_at, c.id
"""
