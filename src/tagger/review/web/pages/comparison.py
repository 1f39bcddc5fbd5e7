"""Contexts side by side; nobody's words are told from here, and nothing is ranked."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.review.comparison import comparison
from tagger.review.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """Show where each context puts its values, and how common these are there."""
    coder_id, settings = visit.reader.id, visit.settings
    found = visit.read(lambda db: comparison(db, coder_id, settings, visit.desk.comparisons))
    return visit.render("comparison.html", found=found)


routes = [Route("/comparison", page(show))]
