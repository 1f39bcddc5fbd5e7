"""One request by one reader: what a handler has at hand, and how handlers become endpoints."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

from jinja2 import Environment
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tagger.config import Settings
from tagger.errors import UsageError
from tagger.privacy import keyed_hash
from tagger.review import readers
from tagger.review.agreement import FirstScreens
from tagger.review.readers import Preferences, Reader
from tagger.review.web.rendering import render
from tagger.store import Database, Owner

T = TypeVar("T")
_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Desk:
    """What all requests share: the open study, its settings, the templates, what was computed for them."""

    owner: Owner
    folder: Path
    settings: Settings
    templates: Environment
    secret: bytes
    screens: FirstScreens = field(default_factory=FirstScreens)

    @property
    def cookie(self) -> str:
        """Return the name of the sign-in cookie; browsers keep cookies by host and not by port."""
        return "reader-" + keyed_hash(self.secret, "cookie")[:8]

    def signed(self, coder_id: str) -> str:
        """Return what the cookie of this reader holds."""
        return f"{coder_id}.{keyed_hash(self.secret, 'sign-in', coder_id)}"

    def who(self, database: Database, request: Request) -> Reader | None:
        """Return the reader who is signed in; the only one there is needs no sign-in."""
        everybody = readers.readers(database)
        held = request.cookies.get(self.cookie, "")
        coder_id, _, _ = held.rpartition(".")
        if coder_id and hmac.compare_digest(self.signed(coder_id).encode(), held.encode()):
            return next((reader for reader in everybody if reader.id == coder_id), None)
        return everybody[0] if len(everybody) == 1 else None


class Form:
    """The fields of a form as text, and its files."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, default: str = "") -> str:
        """Return a field's text, stripped, with the line ends that are used everywhere here."""
        value = self._data.get(name, default)
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else default

    def texts(self, name: str) -> list[str]:
        """Return all values of a field that may be there several times."""
        return [value for value in self._data.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> tuple[str, bytes]:
        """Return the name and the bytes of an uploaded file."""
        value = self._data.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            raise UsageError("no file was chosen", remedy="Choose one and press the button again")
        return value.filename, value.file.read()

    @property
    def id(self) -> str:
        """Return the id that the browser gave this act."""
        return self.text("id")


@dataclass(frozen=True)
class Visit:
    """One request by one reader."""

    desk: Desk
    request: Request
    reader: Reader
    preferences: Preferences

    @property
    def settings(self) -> Settings:
        """Return the study's settings."""
        return self.desk.settings

    @property
    def folder(self) -> Path:
        """Return the study's folder."""
        return self.desk.folder

    @property
    def query(self) -> dict[str, str]:
        """Return the fields of the address."""
        return dict(self.request.query_params)

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def read(self, question: Callable[[Database], T]) -> T:
        """Ask the study something."""
        with self.desk.owner.reading() as database:
            return question(database)

    def write(self, act: Callable[[Database], T]) -> T:
        """Do something that is stored when this returns; *act* may run twice and touches nothing but the database."""
        return self.desk.owner.write(act)

    def render(self, name: str, status: int = 200, **context: Any) -> Response:
        """Fill a template for this reader."""
        return _rendered(self.desk, self.request, name, status, me=self.reader, likes=self.preferences, **context)

    def back(self, path: str, said: str = "") -> Response:
        """Send the browser on to a page of ours, which says *said* once."""
        return sent_on(local(path), said)


Handler = Callable[[Visit], Response]
Endpoint = Callable[[Request], Response]
Posting = Callable[[Visit, Form], Response]


def now() -> datetime:
    """Return the time as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None)


def page(handler: Handler) -> Endpoint:
    """Make an endpoint of a handler that needs to know who reads."""

    def endpoint(request: Request) -> Response:
        visit = _visit(request)
        return handler(visit) if visit else _who_first(request)

    return endpoint


def posted(handler: Posting) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a handler for a form."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=5_000, max_part_size=50 * 1024 * 1024) as data:
            form = Form(data)
            visit = await run_in_threadpool(_visit, request)
            if visit is None:
                return _not_saved(request, "it is not known who sent it")
            # On a shared computer a page may have been opened by somebody else, in another tab or before a change.
            if form.text("by", visit.reader.id) != visit.reader.id:
                return _not_saved(request, f"this page was opened by somebody else, and now {visit.reader.name} reads")
            return await run_in_threadpool(handler, visit, form)

    return endpoint


def rendered(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """Fill a template for somebody who has not said who they are."""
    return _rendered(request.app.state.desk, request, name, status, me=None, likes=Preferences(), **context)


def sent_on(path: str, said: str = "") -> Response:
    """Redirect to a page of ours, which says *said* once."""
    answer = RedirectResponse(path, status_code=303)
    if said:
        coded = urlsafe_b64encode(said.encode()).decode()
        answer.set_cookie("said", coded, max_age=60, httponly=True, samesite="strict")
    return answer


def sign_in(desk: Desk, answer: Response, coder_id: str) -> None:
    """Remember in the browser who reads, across restarts of both."""
    answer.set_cookie(desk.cookie, desk.signed(coder_id), max_age=_A_YEAR, httponly=True, samesite="strict")


def number(text: str, default: int, most: int) -> int:
    """Return the whole number that was typed, *most* at the most; *default* where it is none."""
    digits = text.strip()
    return min(int(digits[:18]), most) if digits.isascii() and digits.isdigit() else default


def split(address: str) -> SplitResult:
    """Return the parts of an address that a browser sent; what is no address at all has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def local(path: str) -> str:
    """Return *path* if it is an address on this server, else the first page."""
    parts = split(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if inside and path.isprintable() else "/"


def _rendered(desk: Desk, request: Request, name: str, status: int, **context: Any) -> Response:
    said = request.cookies.get("said", "")
    context |= {"study": desk.settings.study.name, "said": _unpacked(said), "path": request.url.path}
    answer = HTMLResponse(render(desk.templates, name, **context), status_code=status)
    if said:
        answer.delete_cookie("said", httponly=True, samesite="strict")
    reader: Reader | None = context["me"]
    if reader and request.cookies.get(desk.cookie) != desk.signed(reader.id):
        # The only reader, known without having signed in: a second name must not make a stranger of this browser.
        sign_in(desk, answer, reader.id)
    return answer


def _unpacked(said: str) -> str:
    try:
        return urlsafe_b64decode(said.encode()).decode()
    except ValueError:
        return ""


def _visit(request: Request) -> Visit | None:
    desk: Desk = request.app.state.desk
    with desk.owner.reading() as database:
        reader = desk.who(database, request)
        return Visit(desk, request, reader, readers.preferences(database, reader.id)) if reader else None


def _who_first(request: Request) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return sent_on("/who" + (f"?next={quote(asked)}" if request.method == "GET" and asked != "/" else ""))


def _not_saved(request: Request, why: str) -> Response:
    link = Markup('<a href="/who">Say who you are</a>')
    text = Markup("This was not saved, because {}. {}, then go back and send it again.")
    return rendered(request, "trouble.html", 401, title="Who are you?", text=text.format(why, link))
