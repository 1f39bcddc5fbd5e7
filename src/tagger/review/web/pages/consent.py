"""Together: passages that people read differently, what is proposed of them, and where each person stands."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from tagger.care import MODESTY
from tagger.consent import POSITIONS
from tagger.errors import UsageError
from tagger.review import consent, notes, passages
from tagger.review.consent import OUTCOMES
from tagger.review.consent.rounds import LONGEST_REASON
from tagger.review.web.visit import Form, Visit, now, number, page, posted
from tagger.store import Database

_MOST_ROUNDS = 10_000


def show(visit: Visit) -> Response:
    """List what there is to talk about."""
    coder_id, settings, time = visit.reader.id, visit.settings, now()
    found, more = visit.write(lambda db: consent.topics(db, coder_id, settings, time))
    return visit.render("consent.html", topics=found, more=more, settings=settings.consent)


def passage(visit: Visit) -> Response:
    """Show a passage with everybody's readings, and what is proposed."""
    return _page(visit)


def propose(visit: Visit, form: Form) -> Response:
    """Propose what a passage shows."""
    excerpt, coder_id, settings, time, identity = visit.path("excerpt"), visit.reader.id, visit.settings, now(), form.id
    values, outcome, reason = form.texts("value"), form.text("outcome"), form.text("reason")
    next_round = number(form.text("round"), 1, _MOST_ROUNDS)

    def store(db: Database) -> None:
        consent.propose(
            db, excerpt, values, outcome, reason, next_round, settings, id=identity, coder_id=coder_id, now=time
        )

    try:
        visit.write(store)
    except UsageError as error:
        return _page(visit, trouble=str(error))
    return visit.back(f"/consent/{excerpt}", said="Your proposal is with the others now.")


def position(visit: Visit, form: Form) -> Response:
    """State where somebody stands on a proposal."""
    excerpt, coder_id, settings, time, identity = visit.path("excerpt"), visit.reader.id, visit.settings, now(), form.id
    proposal, said, reason = form.text("proposal"), form.text("position"), form.text("reason")

    def store(db: Database) -> None:
        consent.take_position(db, excerpt, proposal, said, reason, settings, id=identity, coder_id=coder_id, now=time)

    try:
        visit.write(store)
    except UsageError as error:
        return _page(visit, trouble=str(error))
    return visit.back(f"/consent/{excerpt}", said="Saved. You can change it at any time.")


def _page(visit: Visit, trouble: str = "") -> Response:
    excerpt, coder_id, settings, time = visit.path("excerpt"), visit.reader.id, visit.settings, now()

    def look(db: Database) -> dict[str, Any]:
        found = consent.talk(db, coder_id, excerpt, settings, time)
        context = passages.in_transcript(db, excerpt)
        return {
            "talk": found,
            "context": context,
            "notes": notes.before(db, context.transcript_id, excerpt),
            "names": dict(found.passage.values),
        }

    return visit.render(
        "consent_passage.html", 400 if trouble else 200, **visit.write(look), trouble=trouble, modesty=MODESTY,
        positions=POSITIONS, longest=LONGEST_REASON, outcomes=OUTCOMES,
    )  # fmt: skip


routes = [
    Route("/consent", page(show)),
    Route("/consent/{excerpt}", page(passage)),
    Route("/consent/{excerpt}", posted(propose), methods=["POST"]),
    Route("/consent/{excerpt}/position", posted(position), methods=["POST"]),
]
