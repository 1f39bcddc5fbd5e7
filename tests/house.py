"""A served study in which people sign in, for tests: who is there with which roles, and the routes of its pages."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from small_study import SmallStudy
from starlette.routing import Route
from visitor import BEYOND, Visitor

from tagger.config import load_settings
from tagger.review import people
from tagger.review.people.tokens import new_token
from tagger.review.web.app import create_app
from tagger.review.web.site import Site
from tagger.review.web.visit import now
from tagger.store import Owner

numbers = count(1)


class House:
    """A served study, and people who sign in there."""

    def __init__(self, owner: Owner, study: SmallStudy, site: Site = BEYOND) -> None:
        self.owner = owner
        self.study = study
        self.site = site
        self.app = create_app(owner, study.folder, load_settings(study.folder), site)

    def browser(self, **options: Any) -> Visitor:
        """Return a browser in which nobody is signed in."""
        return Visitor(self.app, base_url=self.site.address, **options)

    def change(self, act: Any) -> Any:
        """Change who may sign in, as the server does."""
        return self.app.state.desk.entrance.change(act)

    def link(self, name: str, *roles: str, ago: timedelta = timedelta()) -> str:
        """Give somebody access, and return what follows the # in their link."""
        link = new_token()
        self.change(lambda db: people.give_access(db, uuid4().hex, name, roles, link, now() - ago))
        return str(link)

    def signed_in(self, *roles: str, **options: Any) -> Visitor:
        """Return a browser in which somebody new with these roles is signed in."""
        browser = self.browser(**options)
        assert 303 == enter(browser, self.link(f"Somebody {next(numbers)}", *roles)).status_code
        return browser

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        with self.owner.reading() as db:
            return int(db.rows(f"SELECT count(*) FROM {table}")[0][0])


def enter(browser: Visitor, link: str, form: str = "", **more: str) -> Any:
    """Send the form of the sign-in page with a link."""
    data = {"link": f"{BEYOND.address}/sign-in#{link}", "id": form or str(uuid4()), "by": "", **more}
    return browser.post("/sign-in", data=data, follow_redirects=False)


def routes(house: House) -> list[tuple[str, str]]:
    """Return the method and the address of every route of the pages."""
    found = [route for route in house.app.app.routes if isinstance(route, Route)]
    return [(method, route.path) for route in found for method in sorted(route.methods or ()) if method != "HEAD"]
