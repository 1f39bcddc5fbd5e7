"""What the list has no word for: passages that people marked so, in groups of those that say something alike."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import UsageError
from tagger.review.emergent import found_for
from tagger.review.web.visit import Visit, now, page
from tagger.steps.emergent import Emergent

MOST_GROUPS, MOST_QUOTES, MOST_ALONE = 20, 3, 10


def found(visit: Visit) -> Emergent:
    """Return the groups of what this reader may know of."""
    return found_for(visit.desk.owner, visit.reader.id, visit.settings.review, visit.desk.groups, now())


def show(visit: Visit) -> Response:
    """Show the groups with some quotes each, the largest first."""
    everything = visit.query.get("groups") == "all"
    most = (None, None) if everything else (MOST_GROUPS, MOST_ALONE)
    return visit.render("emergent.html", found=found(visit), most=most, most_quotes=MOST_QUOTES, everything=everything)


def group(visit: Visit) -> Response:
    """Show all passages of one group."""
    about = found(visit).group_of(visit.path("excerpt"))
    if about is None:
        raise UsageError(
            "no group that you can see holds this passage",
            remedy="Look at the groups again: they change as people read",
        )
    return visit.render("emergent_group.html", group=about, excerpt_id=visit.path("excerpt"))


routes = [
    Route("/list/missing", page(show)),
    Route("/list/missing/{excerpt}", page(group)),
]
