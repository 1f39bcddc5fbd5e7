"""The application: all routes in one place, and what a person sees when something goes wrong."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tagger.config import Settings
from tagger.errors import NotAllowed, Overloaded, StoreError, TaggerError, UsageError
from tagger.review.web import doors
from tagger.review.web.access import FOR
from tagger.review.web.entrance import Entrance
from tagger.review.web.pages import (
    again,
    agreement,
    browse,
    care,
    comparison,
    consent,
    emergent,
    exemplars,
    framework,
    guide,
    home,
    packs,
    people,
    progress,
    read,
    reflections,
    sign_in,
    who,
)
from tagger.review.web.rendering import HERE, environment
from tagger.review.web.security import MOST_BYTES, MOST_IN_FORM, Guard
from tagger.review.web.site import Site
from tagger.review.web.visit import Desk, rendered
from tagger.store import Owner

log = logging.getLogger(__name__)

_PAGES = (
    home,
    who,
    sign_in,
    people,
    read,
    again,
    reflections,
    browse,
    consent,
    framework,
    emergent,
    progress,
    agreement,
    comparison,
    exemplars,
    packs,
    care,
    guide,
)


def create_app(owner: Owner, folder: Path, settings: Settings, site: Site) -> Guard:
    """Make the application that serves one study; where other machines reach it, the doors are elsewhere."""
    with owner.reading() as database:
        secret = bytes(database.rows("SELECT secret FROM study")[0][0])
    pages = [route for module in _PAGES for route in module.routes]
    static = StaticFiles(directory=HERE / "static")
    app = Starlette(
        routes=[*pages, *([] if site.secure else doors.routes), Mount("/static", static, name="static")],
        exception_handlers={
            Overloaded: _busy,
            NotAllowed: _not_theirs,
            TaggerError: _explained,
            HTTPException: _refused,
            Exception: _broken,
        },
    )
    # It would lead on to an address that begins as the request came in: behind a proxy, one without TLS.
    app.router.redirect_slashes = False
    access = {route.endpoint: FOR.get(route.path, frozenset()) for route in pages}
    entrance = Entrance(owner, secret, secure=site.secure)
    desk = Desk(owner, folder, settings, environment(), site, entrance, access)
    owner.watch(desk.kept)
    app.state.desk = desk
    return Guard(app, site)


def _busy(request: Request, error: Exception) -> Response:
    """Say that there is a queue; what was pressed is still in the browser, and its form may be sent twice."""
    kept = (
        "Your answer is not lost: the browser keeps it and sends it again by itself. "
        "If it does not, go back and press the button once more."
    )
    again = "This page asks again by itself in a few seconds."
    text = f"{error} {kept if request.method == 'POST' else again}"
    answer = rendered(request, "trouble.html", 503, title="The study is busy just now", text=text)
    if request.method == "GET":
        answer.headers["Refresh"] = "5"
    return answer


def _not_theirs(request: Request, error: Exception) -> Response:
    return rendered(request, "trouble.html", 403, title="This is not for you", text=str(error))


def _explained(request: Request, error: Exception) -> Response:
    stored = isinstance(error, StoreError)
    status = 503 if stored else 400 if isinstance(error, UsageError) else 500
    late = "This could not be shown just now" if request.method == "GET" else "This could not be saved just now"
    title = late if stored else "That did not work"
    # Where the study lies on the server's disk is nothing to its readers.
    text = str(StoreError(error.what, remedy=error.remedy) if isinstance(error, StoreError) else error)
    return rendered(request, "trouble.html", status, title=title, text=text)


_REFUSALS = {
    400: (
        "The form could not be read",
        "It arrived incomplete, and nothing of it was saved. Go back, reload the page and send it again.",
    ),
    404: (
        "There is no such page here",
        "It may have been moved, or the address has a slip in it. Nothing is lost.",
    ),
    405: (
        "This address cannot be opened or sent this way",
        "It belongs to a button or a link of another page. Nothing was changed: go to that page and use it there.",
    ),
    413: (
        "This is too large",
        f"A file may have {MOST_BYTES // 1_000_000} MB and everything else {MOST_IN_FORM // 1_000_000} MB. "
        "What was sent is larger, and nothing of it was saved. Choose a smaller file.",
    ),
}


def _refused(request: Request, error: Exception) -> Response:
    """Say why a request was not answered as it was meant."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (404, None)
    title, text = _REFUSALS.get(status, _REFUSALS[404])
    answer = rendered(request, "trouble.html", status, title=title, text=text)
    answer.headers.update(headers or {})
    return answer


def _broken(request: Request, error: Exception) -> Response:
    """Say that a fault of the program's own happened; Starlette then raises it, so the log has all of it."""
    number = secrets.token_hex(3)
    log.error("Fault %s at %s", number, request.url.path, exc_info=error)
    text = (
        "This is a fault of the program, not of yours. What was saved is safe. "
        f"Go back and try again; if it stays, tell whoever looks after the study the number {number}."
    )
    return rendered(request, "trouble.html", 500, title="Something went wrong", text=text)
