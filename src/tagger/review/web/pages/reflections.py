"""What one writes about one's own part in the reading, and what of it the others may read."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.review import reflections
from tagger.review.web.visit import Form, Visit, now, page, posted


def show(visit: Visit) -> Response:
    """Show one's own reflections and notes."""
    coder_id = visit.reader.id
    found = visit.read(lambda db: reflections.own(db, coder_id))
    return visit.render("reflections.html", reflections=found, longest=reflections.LONGEST)


def write(visit: Visit, form: Form) -> Response:
    """Store a reflection."""
    coder_id, time, allowed = visit.reader.id, now(), bool(form.text("may_be_read"))
    words = form.text("text")
    visit.write(
        lambda db: reflections.write(db, id=form.id, coder_id=coder_id, text=words, may_be_read=allowed, now=time)
    )
    return visit.back("/reflections", said="Saved. The others may read it." if allowed else "Saved, for you alone.")


def choose(visit: Visit, form: Form) -> Response:
    """Let the others read a reflection, or no longer."""
    coder_id, time, allowed = visit.reader.id, now(), form.text("may_be_read") == "yes"
    which = form.text("reflection")
    visit.write(lambda db: reflections.let_be_read(db, id=which, coder_id=coder_id, may_be_read=allowed, now=time))
    return visit.back("/reflections", said="The others may read it." if allowed else "It is for you alone.")


routes = [
    Route("/reflections", page(show)),
    Route("/reflections", posted(write), methods=["POST"]),
    Route("/reflections/choice", posted(choose), methods=["POST"]),
]
