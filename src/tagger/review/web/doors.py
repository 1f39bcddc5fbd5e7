"""The doors for the study's own programs on this machine: each wants the token that stands in the lock file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tagger.review.audit import door as audit
from tagger.review.consent import door as consent
from tagger.review.hand_over import door as hand_over
from tagger.review.people import door as people
from tagger.review.web.security import Guard
from tagger.review.web.site import Site
from tagger.review.web.visit import Desk, now

_JSON = "application/json"


def doors_alone(desk: Desk, site: Site) -> Guard:
    """Make an application of the doors, for a server whose pages are open to other machines; it leads on to those."""
    onward = Route("/", lambda request: RedirectResponse(desk.site.address))
    app = Starlette(routes=[onward, *routes])
    app.state.desk = desk
    return Guard(app, site)


def _read(desk: Desk, body: bytes) -> Response:
    """Answer another process that reads the study while this one owns it."""
    return Response(desk.owner.answer(body), media_type="application/vnd.apache.arrow.stream")


def _merge(desk: Desk, body: bytes) -> Response:
    """Take in what a run has left in the inbox."""
    return Response(desk.owner.answer_merge(), media_type=_JSON)


def _copy(desk: Desk, body: bytes) -> Response:
    """Copy the database into a backup that another process makes."""
    return Response(desk.owner.answer_copy(body), media_type=_JSON)


def _draw(desk: Desk, body: bytes) -> Response:
    """Draw an audit."""
    return Response(audit.answer(desk.owner, body, now()), media_type=_JSON)


def _people(desk: Desk, body: bytes) -> Response:
    """Change who may sign in."""
    return Response(people.answer(body, desk.entrance.change, desk.site.address, now()), media_type=_JSON)


def _hand_over(desk: Desk, body: bytes) -> Response:
    """Give to others what somebody was still to read."""
    return Response(hand_over.answer(desk.owner, body, now()), media_type=_JSON)


def _framework(desk: Desk, body: bytes) -> Response:
    """Propose a change of the list of values, or let take effect what stands."""
    return Response(consent.answer(desk.owner, body, desk.settings.consent, now()), media_type=_JSON)


def _for_own(act: Callable[[Desk, bytes], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        if not desk.owner.knows(request.headers.get("x-tagger-token", "")):
            return PlainTextResponse("This is for the study's own programs.\n", status_code=403)
        return await run_in_threadpool(act, desk, await request.body())

    return endpoint


routes = [
    Route("/owner/read", _for_own(_read), methods=["POST"]),
    Route("/owner/merge", _for_own(_merge), methods=["POST"]),
    Route("/owner/copy", _for_own(_copy), methods=["POST"]),
    Route(audit.DOOR, _for_own(_draw), methods=["POST"]),
    Route(people.DOOR, _for_own(_people), methods=["POST"]),
    Route(consent.DOOR, _for_own(_framework), methods=["POST"]),
    Route(hand_over.DOOR, _for_own(_hand_over), methods=["POST"]),
]
