"""
Signing in with a link, and out.

What stands behind the # of a link is not sent with the address: it is in no log, and a mail program that opens links
before their reader does uses none up. A script on the page puts it into the form; without it the link is pasted there.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import TooOften, UsageError
from tagger.review.people import LINK_DAYS
from tagger.review.people.sessions import IDLE_DAYS, LONGEST_DAYS
from tagger.review.people.tokens import token_in
from tagger.review.web.site import local
from tagger.review.web.visit import Desk, Form, Visit, now, posted, rendered, sent_on


def ask(request: Request) -> Response:
    """Show the form for a link; where nobody signs in, the first page."""
    desk: Desk = request.app.state.desk
    if not desk.entrance.sign_in_is_needed():
        return sent_on("/")
    return _page(request, local(request.query_params.get("next", "/")))


async def answer(request: Request) -> Response:
    """Use a link up, and go on signed in."""
    async with request.form(max_fields=20) as data:
        return await run_in_threadpool(_signed_in, request, Form(data))


def leave(visit: Visit, form: Form) -> Response:
    """Sign out."""
    response = visit.back("/who")
    visit.desk.entrance.end(response, visit.present, now())
    return response


def _signed_in(request: Request, form: Form) -> Response:
    desk: Desk = request.app.state.desk
    onward = local(form.text("next", "/"))
    response = sent_on(onward)
    link = token_in(form.text("link").rpartition("#")[2].strip())
    try:
        desk.entrance.begin(request, response, link, form.new_id, now())
    except TooOften as error:
        answer = _page(request, onward, trouble=str(error), status=429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except UsageError as error:
        return _page(request, onward, trouble=str(error), status=400)
    return response


def _page(request: Request, onward: str, trouble: str = "", status: int = 200) -> Response:
    return rendered(
        request,
        "sign_in.html",
        status,
        onward=onward,
        trouble=trouble,
        link_days=LINK_DAYS,
        idle_days=IDLE_DAYS,
        longest_days=LONGEST_DAYS,
    )


routes = [
    Route("/sign-in", ask),
    Route("/sign-in", answer, methods=["POST"]),
    Route("/sign-out", posted(leave), methods=["POST"]),
]
