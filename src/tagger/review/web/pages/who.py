"""Who reads, where nobody signs in: choose your name, or add one. Everybody is trusted to be who they say."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import UsageError
from tagger.review import readers
from tagger.review.web.site import local
from tagger.review.web.visit import Desk, Form, now, rendered, sent_on


def ask(request: Request) -> Response:
    """Show the names; where people sign in, no name is told."""
    desk: Desk = request.app.state.desk
    onward = local(request.query_params.get("next", "/"))
    if desk.entrance.sign_in_is_needed():
        return sent_on("/sign-in" + (f"?next={quote(onward)}" if onward != "/" else ""))
    with desk.owner.reading() as database:
        names = readers.readers(database)
    present = desk.entrance.present(request, now())
    return rendered(request, "who.html", names=names, now=present.reader if present else None, onward=onward)


async def answer(request: Request) -> Response:
    """Go on under the name chosen, or under a new one."""
    async with request.form(max_fields=20) as data:
        return await run_in_threadpool(_named, request, Form(data))


def _named(request: Request, form: Form) -> Response:
    desk: Desk = request.app.state.desk
    if desk.entrance.sign_in_is_needed():
        raise UsageError("people sign in here", remedy="Open your own link")
    with desk.owner.reading() as database:
        known = {reader.id for reader in readers.readers(database)}
    coder_id, onward = form.text("reader"), local(form.text("next", "/"))
    if name := form.text("name"):
        new, time = form.new_id, now()
        coder_id = desk.owner.write(lambda database: readers.add_reader(database, new, name, time)).id
        onward = "/welcome"
    elif coder_id not in known:
        raise UsageError("no name was chosen", remedy="Go back and choose yours, or write it")
    response = sent_on(onward)
    desk.entrance.remember(request, response, coder_id)
    return response


routes = [Route("/who", ask), Route("/who", answer, methods=["POST"])]
