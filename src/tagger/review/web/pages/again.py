"""Reading a few passages a second time, weeks after, for one's own eyes."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from tagger.care import MODESTY
from tagger.review import again, notes, passages
from tagger.review.web.visit import Form, Visit, now, page, posted
from tagger.store import Database

_TURNS = 2


def show(visit: Visit) -> Response:
    """Show what there is to read again, and how far one agrees with oneself."""
    coder_id, time = visit.reader.id, now()
    ready, twice = visit.read(lambda db: (again.ready(db, coder_id, time), again.twice(db, coder_id)))
    weeks = again.WAIT.days // 7
    return visit.render("again.html", ready=ready, twice=twice, enough=again.ENOUGH, weeks=weeks, round=again.ROUND)


def begin(visit: Visit, _: Form) -> Response:
    """Draw a few passages, and show the first."""
    coder_id, seed, time = visit.reader.id, secrets.randbits(62), now()
    return visit.back(f"/again/{visit.write(lambda db: again.begin(db, coder_id, seed, time))}")


def read(visit: Visit) -> Response:
    """Show a passage to read again, without what its reader said before."""
    coder_id, repeat_id = visit.reader.id, visit.path("repeat")

    def look(db: Database) -> dict[str, Any]:
        found = again.passage(db, coder_id, repeat_id)
        return {
            "again": found,
            "context": passages.in_transcript(db, found.excerpt_id, _TURNS, _TURNS),
            "notes": notes.before(db, found.transcript_id, found.excerpt_id),
            "left": again.ready(db, coder_id, now()).left,
        }

    return visit.render("again_passage.html", **visit.read(look), modesty=MODESTY)


def answer(visit: Visit, form: Form) -> Response:
    """Store what the reader sees now, and go on."""
    coder_id, repeat_id, time = visit.reader.id, visit.path("repeat"), now()
    seen, skipped = form.texts("seen"), form.text("act") == "skip"
    onward = visit.write(lambda db: again.answer(db, coder_id, repeat_id, seen, time, skipped=skipped))
    if onward:
        return visit.back(f"/again/{onward}", said="Skipped. That is always all right." if skipped else "Saved.")
    return visit.back("/again", said="That was the last one for now. Thank you.")


routes = [
    Route("/again", page(show)),
    Route("/again", posted(begin), methods=["POST"]),
    Route("/again/{repeat:uuid}", page(read)),
    Route("/again/{repeat:uuid}", posted(answer), methods=["POST"]),
]
