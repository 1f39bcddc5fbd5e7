"""Who reads: choose your name, or add one. On this machine everybody is trusted to be who they say."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import UsageError
from tagger.review import readers
from tagger.review.web.visit import Desk, Form, local, now, rendered, sent_on, sign_in


def ask(request: Request) -> Response:
    """Show the names."""
    desk: Desk = request.app.state.desk
    with desk.owner.reading() as database:
        names, signed_in = readers.readers(database), desk.who(database, request)
    onward = local(request.query_params.get("next", "/"))
    return rendered(request, "who.html", names=names, signed_in=signed_in, onward=onward)


async def answer(request: Request) -> Response:
    """Sign in as the name chosen, or as a new one."""
    async with request.form(max_fields=20) as data:
        return await run_in_threadpool(_signed_in, request.app.state.desk, Form(data))


def _signed_in(desk: Desk, form: Form) -> Response:
    with desk.owner.reading() as database:
        known = {reader.id for reader in readers.readers(database)}
    coder_id, onward = form.text("reader"), local(form.text("next", "/"))
    if name := form.text("name"):
        new, time = _new_id(form), now()
        coder_id = desk.owner.write(lambda database: readers.add_reader(database, new, name, time)).id
        onward = "/welcome"
    elif coder_id not in known:
        raise UsageError("no name was chosen", remedy="Go back and choose yours, or write it")
    response = sent_on(onward)
    sign_in(desk, response, coder_id)
    return response


def _new_id(form: Form) -> str:
    """Name somebody new by their form, so that pressing twice adds them once."""
    try:
        return UUID(form.id).hex
    except ValueError:
        return uuid4().hex


routes = [Route("/who", ask), Route("/who", answer, methods=["POST"])]
