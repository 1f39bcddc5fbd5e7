"""How far the study is, for the whole team; no person's reading or pace is told from here."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.review.progress import ENOUGH, PAIRINGS, progress
from tagger.review.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """Show the study's progress."""
    review, coder_id = visit.settings.review, visit.reader.id
    found = visit.read(lambda db: progress(db, coder_id, review))
    return visit.render("progress.html", progress=found, pairings=PAIRINGS, enough=ENOUGH, review=review)


routes = [Route("/progress", page(show))]
