"""People and their links, for those who look after them; no person's reading is told from here."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import UsageError
from tagger.review import people
from tagger.review.hand_over import HandOver, left_by_all
from tagger.review.hand_over import hand_over as handed_over
from tagger.review.hand_over.words import lines
from tagger.review.people import Person
from tagger.review.people.tokens import new_token
from tagger.review.web.visit import Form, Visit, now, page, posted
from tagger.store import Database


def show(visit: Visit) -> Response:
    """List everybody, and how they stand with signing in."""
    return _page(visit)


def add(visit: Visit, form: Form) -> Response:
    """Let somebody sign in, and show their link this once."""
    new, link, time, name = form.new_id, new_token(), now(), form.text("name")
    roles, by = form.texts("role"), visit.reader.id

    def act(db: Database) -> Person:
        return people.give_access(db, new, name, roles, link, time, by=by)

    return _changed(visit, act, str(link))


def link(visit: Visit, form: Form) -> Response:
    """Make somebody a new link, and show it this once."""
    made, time, name, by = new_token(), now(), form.text("name"), visit.reader.id
    return _changed(visit, lambda db: people.make_link(db, name, made, time, by=by), str(made))


def revoke(visit: Visit, form: Form) -> Response:
    """Take somebody's access away."""
    time, name, by = now(), form.text("name"), visit.reader.id
    try:
        gone = visit.change_people(lambda db: people.take_access_away(db, name, time, by=by))
    except UsageError as error:
        return _page(visit, trouble=str(error), status=400)
    return visit.back("/people", said=f"{gone.name} has no access any more, and is signed out everywhere.")


def hand_over(visit: Visit, form: Form) -> Response:
    """Give to others what somebody who left was still to read."""
    time, name, by, identity = now(), form.text("name"), visit.reader.id, form.new_id
    try:
        made = visit.write(lambda db: handed_over(db, name, (), identity, time, by=by))
    except UsageError as error:
        return _page(visit, trouble=str(error), status=400)
    return visit.back("/people", said=f"What {made.name} was still to read is handed over.")


def _changed(visit: Visit, act: Callable[[Database], Person], secret: str) -> Response:
    try:
        person = visit.change_people(act)
    except UsageError as error:
        return _page(visit, trouble=str(error), status=400)
    return _page(visit, made=person, link=f"{visit.desk.site.address}/sign-in#{secret}")


def _page(
    visit: Visit, *, made: Person | None = None, link: str = "", trouble: str = "", status: int = 200
) -> Response:
    time = now()

    def look(db: Database) -> tuple[list[Person], list[HandOver]]:
        return people.people(db, time), left_by_all(db, time)

    everybody, behind = visit.read(look)
    return visit.render(
        "people.html",
        status,
        everybody=everybody,
        behind=[(found, lines(found)) for found in behind if lines(found)],
        roles=people.ROLES,
        made=made,
        link=link,
        trouble=trouble,
    )


routes = [
    Route("/people", page(show)),
    Route("/people", posted(add), methods=["POST"]),
    Route("/people/link", posted(link), methods=["POST"]),
    Route("/people/revoke", posted(revoke), methods=["POST"]),
    Route("/people/hand-over", posted(hand_over), methods=["POST"]),
]
