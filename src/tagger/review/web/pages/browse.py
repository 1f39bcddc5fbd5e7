"""Finding passages, the ones like another, a passage in its whole transcript, and one answer to many suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import UsageError
from tagger.review import browse, notes, passages
from tagger.review.browse import STATES, Find, bulk, listing, words
from tagger.review.web.visit import Form, Visit, now, number, page, posted
from tagger.store import Database

_SAMPLE = 6
_MOST_PAGES = 999_999
_WORDS = {"accept": "yes", "reject": "no"}


def sought_of(fields: Mapping[str, str]) -> Find:
    """Read what is looked for from the fields of an address or a form."""
    mine = fields.get("mine", "")
    return Find(
        text=fields.get("text", "").strip()[: words.LONGEST],
        dataset=fields.get("dataset", ""),
        value=fields.get("value", ""),
        participant=fields.get("participant", ""),
        mine=mine if mine in STATES else "",
        page=number(fields.get("page", ""), 1, _MOST_PAGES),
    )


def find(visit: Visit) -> Response:
    """Show the passages looked for."""
    sought, time = _asked(visit), now()
    review, coder_id = visit.settings.review, visit.reader.id

    # Only what is recorded waits for the one who writes.
    found = visit.write(lambda db: browse.find(db, coder_id, sought, review, time, "browse"))

    def look(db: Database) -> dict[str, Any]:
        choices = browse.choices(db)
        return {
            "values": choices.values,
            "datasets": [(name, name) for name in choices.datasets],
            "participants": [(name, name) for name in choices.participants],
            "offer": bulk.offer(db, coder_id, sought, review),
        }

    return visit.render(
        "browse.html", **visit.read(look), found=found, sought=sought, carried=_carried(sought), review=review,
        undo="done" in visit.query,
    )  # fmt: skip


def similar(visit: Visit) -> Response:
    """Show the passages most and least like one of them."""
    excerpt_id, time = visit.path("excerpt"), now()
    review, coder_id = visit.settings.review, visit.reader.id

    def look(db: Database) -> dict[str, Any]:
        return {
            "context": passages.in_transcript(db, excerpt_id, 0, 0),
            "itself": listing.rows(db, coder_id, [excerpt_id], review, time, "similar"),
            "similar": browse.similar(db, coder_id, excerpt_id, review, time, "similar"),
        }

    return visit.render("similar.html", **visit.write(look))


def transcript(visit: Visit) -> Response:
    """Show a whole transcript with one passage marked, and nothing of suggestions."""
    transcript_id, excerpt_id = visit.path("transcript"), visit.query.get("excerpt", "")

    def look(db: Database) -> dict[str, Any]:
        context = passages.in_transcript(db, excerpt_id, whole=True) if excerpt_id else None
        if context is None or context.transcript_id != transcript_id:
            context = passages.transcript(db, transcript_id)
        return {"context": context, "notes": notes.of_transcript(db, transcript_id)}

    return visit.render("transcript.html", **visit.read(look), excerpt=excerpt_id)


def confirm(visit: Visit) -> Response:
    """Show what one answer to many suggestions would be about, before it is given."""
    sought, answer, time = _asked(visit), visit.query.get("answer", ""), now()
    review, coder_id = visit.settings.review, visit.reader.id

    def look(db: Database) -> dict[str, Any]:
        offer = bulk.offer(db, coder_id, sought, review)
        some = _spread([item.excerpt_id for item in offer.items]) if offer else []
        rows = listing.rows(db, coder_id, some, review, time, "all at once", value=sought.value)
        return {"offer": offer, "rows": rows}

    looked = visit.write(look)
    if answer not in _WORDS or not looked["offer"] or not looked["offer"].items:
        return visit.back(f"/browse?{_carried(sought)}", said="There is nothing here to answer all at once.")
    return visit.render(
        "together.html", **looked, sought=sought, carried=_carried(sought), answer=answer, word=_WORDS[answer]
    )


def answer_all(visit: Visit, form: Form) -> Response:
    """Store one answer to many suggestions."""
    sought = sought_of({name: form.text(name) for name in asdict(Find())})
    identity, suggestions, time = form.id, set(form.texts("suggestion")), now()
    answer: bulk.Answer = "accept" if form.text("answer") == "accept" else "reject"
    review, coder_id = visit.settings.review, visit.reader.id

    def store(db: Database) -> tuple[int, str]:
        names = dict(browse.choices(db).values)
        if sought.value not in names:
            raise UsageError("it is not said which value this answers", remedy="Go back to the list")
        count = bulk.answer_all(
            db, coder_id, sought, review,
            id=identity, answer=answer, suggestion_ids=suggestions, page_name="all at once", now=time,
        )  # fmt: skip
        return count, names[sought.value]

    count, name = visit.write(store)
    said = f"Done: {_WORDS[answer]} to {name} on {count} {'passage' if count == 1 else 'passages'}."
    return visit.back(f"/browse?{_carried(sought)}&done=1", said=said)


def _asked(visit: Visit) -> Find:
    return sought_of(visit.query)


def _carried(sought: Find) -> str:
    """Write what is looked for as the fields of an address, without the page."""
    return urlencode({name: value for name, value in asdict(sought).items() if value and name != "page"})


def _spread(excerpt_ids: list[str]) -> list[str]:
    """Choose some from the first to the last."""
    step = max(1, -(-len(excerpt_ids) // _SAMPLE))
    return excerpt_ids[::step]


routes = [
    Route("/browse", page(find)),
    Route("/browse/together", page(confirm)),
    Route("/browse/together", posted(answer_all), methods=["POST"]),
    Route("/similar/{excerpt}", page(similar)),
    Route("/transcript/{transcript}", page(transcript)),
]
