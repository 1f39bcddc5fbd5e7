"""Who is at the other end: somebody who signed in, or, on a computer without sign-in, who said a name."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from tagger.privacy import keyed_hash
from tagger.review import readers
from tagger.review.people import sessions, sign_in_is_needed
from tagger.review.people.rights import WITHOUT_SIGN_IN
from tagger.review.people.sessions import Session
from tagger.review.people.tokens import Token, new_token, token_in
from tagger.review.readers import Reader
from tagger.review.web.attempts import Attempts
from tagger.store import Database, Owner

T = TypeVar("T")
_A_YEAR = 365 * 24 * 3600
_NEEDED = "whether people sign in"
_MADE = "the links that were made"


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is there, what they may do, and their session where people sign in."""

    reader: Reader
    roles: frozenset[str]
    session: Session | None = None


class Entrance:
    """
    Says who is there. What is known of sessions is kept in memory, so that pages do not wait for it.

    It is right to do so because all changes go through `change`, in the one process that keeps the study open.

    Args:
        secure: browsers come over TLS, perhaps from other machines, and always sign in.
    """

    def __init__(self, owner: Owner, secret: bytes, *, secure: bool) -> None:
        self._owner = owner
        self._secret = secret
        self._secure = secure
        self._attempts = Attempts()
        self._turn = 0
        self._lock = threading.Lock()
        self._memory: dict[str, Any] = {}

    def sign_in_is_needed(self) -> bool:
        """Say whether people sign in."""
        return self._secure or bool(self._kept(_NEEDED, sign_in_is_needed))

    def present(self, request: Request, now: datetime) -> Present | None:
        """Return who is there; where people do not sign in, the only reader needs to say nothing."""
        if self.sign_in_is_needed():
            return self._signed_in(request, now)
        with self._owner.reading() as database:
            everybody = readers.readers(database)
        held = request.cookies.get(self._cookie("reader"), "")
        named = [one for one in everybody if hmac.compare_digest(self._signed(one.id).encode(), held.encode())]
        found = named or everybody
        return Present(found[0], WITHOUT_SIGN_IN) if len(found) == 1 else None

    def mark(self, present: Present | None) -> str:
        """Return what a form carries to show that its page was made for this person, in this session."""
        if present is None:
            return ""
        return keyed_hash(self._secret, "form", present.reader.id, present.session.id if present.session else "")

    def change(self, act: Callable[[Database], T]) -> T:
        """Change who may sign in, or who has; from when this returns, nobody is known by what was so before."""
        done = self._owner.write(act)
        with self._lock:
            self._turn += 1
            self._memory.clear()
        return done

    def begin(self, request: Request, answer: Response, link: Token | None, form_id: str, now: datetime) -> None:
        """
        Sign the browser in with a link, under a secret that is new; a session that it had before ends.

        Links that were never made here are counted, and after too many of them answered from memory. One that was made
        here always gets its full answer: nobody's guesses keep anybody out.

        Raises:
            TooOften: this is no link, and too many such were tried.
            UsageError: as `sessions.begin`.
        """
        made = self._kept(_MADE, sessions.digests)
        if link is None or not link.fits(made.get(link.id, "")):
            self._attempts.count(request.client.host if request.client else "", now)
        browser, before = new_token(), self._signed_in(request, now)
        leaving = before.session if before else None
        self.change(lambda db: sessions.begin(db, link, browser, form_id, now, leaving=leaving))
        self._set(answer, "session", str(browser), sessions.LONGEST_DAYS * 24 * 3600)

    def end(self, answer: Response, present: Present, now: datetime) -> None:
        """Sign the browser out."""
        if session := present.session:
            self.change(lambda db: sessions.end(db, session.id, now))
        answer.delete_cookie(self._cookie("session"), httponly=True, samesite="strict")

    def remember(self, request: Request, answer: Response, coder_id: str) -> None:
        """Remember in the browser, where people do not sign in, who reads; across restarts of both."""
        if request.cookies.get(self._cookie("reader")) != self._signed(coder_id):
            self._set(answer, "reader", self._signed(coder_id), _A_YEAR)

    def _signed_in(self, request: Request, now: datetime) -> Present | None:
        token = token_in(request.cookies.get(self._cookie("session"), ""))
        if token is None:
            return None
        session: Session | None = self._kept(token.id, lambda db: sessions.session(db, token.id))
        if session is None or not session.admits(token, now):
            return None
        if session.day < now.date():
            self.change(lambda db: sessions.use(db, token.id, now))
        return Present(session.reader, session.roles, session)

    def _kept(self, name: str, ask: Callable[[Database], T]) -> T:
        with self._lock:
            if name in self._memory:
                known: T = self._memory[name]
                return known
            turn = self._turn
        with self._owner.reading() as database:
            found = ask(database)
        with self._lock:
            # What was asked before a change may be answered after it. Guesses are not kept: there is no end to them.
            if turn == self._turn and found is not None:
                self._memory[name] = found
        return found

    def _set(self, answer: Response, kind: str, value: str, seconds: int) -> None:
        answer.set_cookie(self._cookie(kind), value, max_age=seconds, httponly=True, samesite="strict")

    def _cookie(self, kind: str) -> str:
        """Name a cookie after the study; browsers keep cookies by host and not by port."""
        # The prefix has browsers refuse one that another name of the same domain set, or one sent without TLS.
        return ("__Host-" if self._secure else "") + f"{kind}-" + keyed_hash(self._secret, "cookie")[:8]

    def _signed(self, coder_id: str) -> str:
        return f"{coder_id}.{keyed_hash(self._secret, 'sign-in', coder_id)}"
