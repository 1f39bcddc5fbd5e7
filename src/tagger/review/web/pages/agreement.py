"""How far readings agree, in sums; no passage and no person's reading is told from here."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.report.document import shown
from tagger.review.agreement import agreement
from tagger.review.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """Show how far readings agree, in all datasets or in the one that the address names."""
    coder_id, settings, dataset = visit.reader.id, visit.settings, visit.query.get("dataset", "")
    found = visit.read(lambda db: agreement(db, coder_id, settings, dataset, visit.desk.screens))
    return visit.render("agreement.html", found=found, shown=shown)


routes = [Route("/agreement", page(show))]
