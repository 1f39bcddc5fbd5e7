"""One request by one reader: what a handler has at hand, and how handlers become endpoints."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

from jinja2 import Environment
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tagger.config import Settings
from tagger.errors import UsageError
from tagger.review import readers
from tagger.review.agreement import FirstScreens
from tagger.review.comparison import Comparisons
from tagger.review.people.rights import acting
from tagger.review.readers import Preferences, Reader
from tagger.review.servings import Kept
from tagger.review.web.access import FOR
from tagger.review.web.entrance import Entrance, Present
from tagger.review.web.rendering import render
from tagger.review.web.site import Site, local
from tagger.steps.emergent import KeptGroups
from tagger.store import Database, Owner

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """
    What all requests share: the open study, its settings, the templates, who may come in, what was computed for them.

    Args:
        access: the roles to which each endpoint answers; one that is not there answers to nobody.
    """

    owner: Owner
    folder: Path
    settings: Settings
    templates: Environment
    site: Site
    entrance: Entrance
    access: Mapping[Callable[..., Any], frozenset[str]]
    kept: Kept = field(default_factory=Kept)
    screens: FirstScreens = field(default_factory=FirstScreens)
    groups: KeptGroups = field(default_factory=KeptGroups)
    comparisons: Comparisons = field(default_factory=Comparisons)


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

    @property
    def new_id(self) -> str:
        """Name somebody or something new by its form, so that pressing twice makes it once."""
        try:
            return UUID(self.id).hex
        except ValueError:
            return uuid4().hex


@dataclass(frozen=True)
class Visit:
    """One request by one reader."""

    desk: Desk
    request: Request
    present: Present
    preferences: Preferences

    @property
    def reader(self) -> Reader:
        """Return who is there."""
        return self.present.reader

    @property
    def roles(self) -> frozenset[str]:
        """Return what they may do."""
        return self.present.roles

    @property
    def allowed(self) -> bool:
        """Say whether the page that was asked for is for them."""
        endpoint = self.request.scope["endpoint"]
        return not self.roles.isdisjoint(self.desk.access.get(endpoint, frozenset()))

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
        return self.desk.owner.write(lambda db: acting(db, self.reader.id, act))

    def change_people(self, act: Callable[[Database], T]) -> T:
        """Change who may sign in, as `write` does."""
        return self.desk.entrance.change(lambda db: acting(db, self.reader.id, act))

    def render(self, name: str, status: int = 200, **context: Any) -> Response:
        """Fill a template for this reader."""
        return _rendered(self.desk, self.request, name, status, self, **context)

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
        if visit is None:
            return _who_first(request)
        return handler(visit) if visit.allowed else _not_for_them(visit)

    return endpoint


def posted(handler: Posting) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a handler for a form."""

    async def endpoint(request: Request) -> Response:
        visit = await run_in_threadpool(_visit, request)
        if visit is None:
            return _not_saved(request, "it is not known who sent it")
        if not visit.allowed:
            return await run_in_threadpool(_not_for_them, visit)
        async with request.form(max_files=1, max_fields=5_000, max_part_size=50 * 1024 * 1024) as data:
            form = Form(data)
            # Another site may have sent it. On a shared computer a page may have been opened by somebody else, too.
            if not hmac.compare_digest(form.text("by").encode(), visit.desk.entrance.mark(visit.present).encode()):
                return _not_saved(request, f"the page was opened by somebody else, or before {visit.reader.name} came")
            return await run_in_threadpool(handler, visit, form)

    return endpoint


def rendered(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """Fill a template for somebody who has not said who they are."""
    return _rendered(request.app.state.desk, request, name, status, None, **context)


def sent_on(path: str, said: str = "") -> Response:
    """Redirect to a page of ours, which says *said* once."""
    answer = RedirectResponse(path, status_code=303)
    if said:
        coded = urlsafe_b64encode(said.encode()).decode()
        answer.set_cookie("said", coded, max_age=60, httponly=True, samesite="strict")
    return answer


def number(text: str, default: int, most: int) -> int:
    """Return the whole number that was typed, *most* at the most; *default* where it is none."""
    digits = text.strip()
    return min(int(digits[:18]), most) if digits.isascii() and digits.isdigit() else default


def _rendered(desk: Desk, request: Request, name: str, status: int, visit: Visit | None, **context: Any) -> Response:
    said = request.cookies.get("said", "")
    context |= {
        "study": desk.settings.study.name,
        "said": _unpacked(said),
        "path": request.url.path,
        "me": visit.reader if visit else None,
        "by": desk.entrance.mark(visit.present if visit else None),
        "likes": visit.preferences if visit else Preferences(),
        "may": lambda path: bool(visit and not visit.roles.isdisjoint(FOR[path])),
        "signs_in": desk.entrance.sign_in_is_needed(),
    }
    answer = HTMLResponse(render(desk.templates, name, **context), status_code=status)
    if said:
        answer.delete_cookie("said", httponly=True, samesite="strict")
    if visit and visit.present.session is None:
        # The only reader is known without having said a name: a second name must not make a stranger of this browser.
        desk.entrance.remember(request, answer, visit.reader.id)
    return answer


def _unpacked(said: str) -> str:
    try:
        return urlsafe_b64decode(said.encode()).decode()
    except ValueError:
        return ""


def _visit(request: Request) -> Visit | None:
    desk: Desk = request.app.state.desk
    present = desk.entrance.present(request, now())
    if present is None:
        return None
    with desk.owner.reading() as database:
        return Visit(desk, request, present, readers.preferences(database, present.reader.id))


def _who_first(request: Request) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return sent_on("/who" + (f"?next={quote(asked)}" if asked != "/" else ""))


def _not_for_them(visit: Visit) -> Response:
    roles = " and ".join(sorted(visit.roles))
    text = f"You are here as {roles}, and this page is for others. Nothing was shown or changed."
    return visit.render("trouble.html", 403, title="This page is not for you", text=text)


def _not_saved(request: Request, why: str) -> Response:
    link = Markup('<a href="/who">Say who you are</a>')
    text = Markup("This was not saved, because {}. {}, then open the page again and send it again.")
    return rendered(request, "trouble.html", 401, title="Who are you?", text=text.format(why, link))
