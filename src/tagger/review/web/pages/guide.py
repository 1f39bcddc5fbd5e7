"""How it works, the keys, and why some passages come without suggestions."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.review.readers import ACTS
from tagger.review.web.visit import Visit, page


def welcome(visit: Visit) -> Response:
    """Explain reading to somebody who is here for the first time."""
    return visit.render("welcome.html", review=visit.settings.review)


def keys(visit: Visit) -> Response:
    """List the keys."""
    return visit.render("keys.html", acts=ACTS)


def without(visit: Visit) -> Response:
    """Explain the share that is read without suggestions."""
    share = visit.settings.review.blind_share
    return visit.render("without.html", share=share, one_in=round(1 / share) if share else 0)


routes = [
    Route("/welcome", page(welcome)),
    Route("/help", page(keys)),
    Route("/without-suggestions", page(without)),
]
