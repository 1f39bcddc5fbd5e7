"""Browsers that are signed in: a session begins with a link, ends by signing out, with time, or with the access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa

from tagger.errors import UsageError
from tagger.review.people.tokens import Token
from tagger.review.readers import Reader
from tagger.store import Database, Readable

IDLE_DAYS = 14
LONGEST_DAYS = 90
_PRESSED_TWICE = timedelta(minutes=1)
_REMEDY = "Ask whoever gave it to you for a new one; nothing that you did is lost"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in: whose it is, what they may do, since when, and on which day it was last used."""

    id: str
    digest: str
    begun_at: datetime
    day: date
    reader: Reader
    roles: frozenset[str]

    def admits(self, token: Token, now: datetime) -> bool:
        """Say whether a browser that holds *token* is signed in by this session now."""
        in_time = now < self.begun_at + timedelta(days=LONGEST_DAYS)
        return in_time and now.date() <= self.day + timedelta(days=IDLE_DAYS) and token.fits(self.digest)


def begin(
    db: Database, link: Token | None, browser: Token, form_id: str, now: datetime, *, leaving: Session | None = None
) -> None:
    """
    Use a link up, and sign a browser in; the same form sent again at once, by a second press, signs it in again.

    Args:
        browser: what the browser will hold, made for this.
        leaving: the session that this browser had before, which ends.

    Raises:
        UsageError: the link is none of this study's, was used, has expired or holds no more.
    """
    _check(db, link, form_id, now)
    row = {"id": browser.id, "digest": browser.digest, "link_id": link.id if link else "", "form_id": form_id}
    if db.insert("sessions", pa.Table.from_pylist([row | {"begun_at": now}])):
        use(db, browser.id, now)
    if leaving:
        end(db, leaving.id, now)


def session(db: Readable, session_id: str) -> Session | None:
    """Return a session that was neither signed out nor ended with the access; whether it is over, `admits` says."""
    found = db.rows(_SESSION, {"id": session_id})
    if not found:
        return None
    digest, begun_at, day, roles, *reader = found[0]
    return Session(session_id, digest, begun_at, day, Reader(*reader), frozenset(roles))


def digests(db: Readable) -> dict[str, str]:
    """Return what is kept of the secret of each link that was ever made, by its id."""
    return {str(identity): str(digest) for identity, digest in db.rows("SELECT id, digest FROM sign_in_links")}


def use(db: Database, session_id: str, now: datetime) -> None:
    """Note that a session was used today."""
    db.insert("session_days", pa.table({"session_id": [session_id], "day": [now.date()]}))


def end(db: Database, session_id: str, now: datetime) -> None:
    """Sign a session out."""
    db.insert("session_ends", pa.table({"session_id": [session_id], "ended_at": [now]}))


def _check(db: Readable, link: Token | None, form_id: str, now: datetime) -> None:
    found = db.rows(_LINK, {"id": link.id, "form": form_id, "before": now - _PRESSED_TWICE}) if link else []
    if not (link and found and link.fits(found[0][0])):
        raise UsageError(
            "this is no sign-in link of this study, or a part of it is missing", remedy="Copy the whole of it, or ask"
        )
    _, expires_at, used, holds = found[0]
    if used:
        raise UsageError("this link was used already, and a link works once", remedy=_REMEDY)
    if not holds:
        raise UsageError("this link holds no more: a newer one was made, or the access has ended", remedy=_REMEDY)
    if now >= expires_at:
        raise UsageError(f"this link worked until {expires_at:%d %B %Y}", remedy=_REMEDY)


_LINK = """
    SELECT l.digest, l.expires_at,
           EXISTS (FROM sessions s WHERE s.link_id = l.id AND (s.form_id <> $form OR s.begun_at < $before)),
           coalesce(len(a.roles) > 0, false)
           AND NOT EXISTS (FROM sign_in_links n WHERE n.access_number = l.access_number AND n.number > l.number)
    FROM sign_in_links l LEFT JOIN access a ON a.number = l.access_number
    WHERE l.id = $id
"""

_SESSION = """
    SELECT s.digest, s.begun_at, (SELECT max(day) FROM session_days d WHERE d.session_id = s.id),
           a.roles, r.coder_id, r.name, r.letter
    FROM sessions s
    JOIN sign_in_links l ON l.id = s.link_id
    JOIN access a ON a.number = l.access_number AND len(a.roles) > 0
    JOIN readers r ON r.coder_id = a.coder_id
    ANTI JOIN session_ends e ON e.session_id = s.id
    WHERE s.id = $id
"""
