"""The first page: what there is to read, how far it is, and one button to go on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from tagger.config import ORDERS, ReviewSettings
from tagger.review.consent import changes, waiting_for
from tagger.review.datasets import Dataset, datasets
from tagger.review.servings import Left, Queue
from tagger.review.web.access import FIRST
from tagger.review.web.visit import Visit, now, page
from tagger.store import Database


def queue_of(fields: Mapping[str, str], review: ReviewSettings, dataset: str = "") -> Queue:
    """Read what a person asked to read from the fields of a form or an address; what is not said is the study's."""
    order, read = fields.get("order", ""), fields.get("read", "")
    return Queue(
        dataset=fields.get("dataset", "") or dataset,
        order=order if order in ORDERS else review.order,
        value=fields.get("value", ""),
        read=read if read in ("suggested", "all") else review.read,
    )


def first(visit: Visit) -> Response:
    """Show the study to those who read; others begin where they have something to do."""
    if "reviewer" not in visit.roles:
        return visit.back(next(path for role, path in FIRST.items() if role in visit.roles))
    review, coder_id, time, seed = visit.settings.review, visit.reader.id, now(), secrets.randbits(62)
    kept = visit.desk.kept

    found = visit.read(datasets)

    def draw(database: Database) -> None:
        for dataset in found:
            kept.prepare(database, coder_id, dataset.name, review, seed, time)

    def count(database: Database) -> list[tuple[Dataset, Left]]:
        return [(one, kept.left(database, coder_id, queue_of({}, review, one.name), review)) for one in found]

    visit.write(draw)
    shelf = visit.write(count)
    asked = visit.read(lambda database: waiting_for(database, coder_id, time))
    list_asked = visit.read(lambda database: changes.waiting_for(database, coder_id, time))
    started = any(progress.read or progress.skipped for _, progress in shelf)
    return visit.render(
        "home.html", shelf=shelf, asked=asked, list_asked=list_asked, started=started, orders=ORDERS, review=review
    )


routes = [Route("/", page(first))]
