"""Finding passages: by value, dataset, participant, words and what the reader did; and the ones most like another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.review import displays
from tagger.review.browse import likeness, listing, words
from tagger.review.browse.listing import Row
from tagger.steps.overview import dataset_names
from tagger.store import Database, Readable

PAGE = 20


@dataclass(frozen=True, slots=True)
class Find:
    """What is looked for; an empty field asks for nothing. `value` is the id of a value, `mine` one of `STATES`."""

    text: str = ""
    dataset: str = ""
    value: str = ""
    participant: str = ""
    mine: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a result, and how much there is in all."""

    rows: tuple[Row, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """Return the number of pages."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be looked for: datasets, values as (id, name) and participants."""

    datasets: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """The passages most like another, and the ones least like it, each from the outermost inwards."""

    most: tuple[Row, ...]
    least: tuple[Row, ...]


_ANSWERED = (
    "EXISTS (SELECT 1 FROM answers a WHERE a.excerpt_id = f.excerpt_id AND a.answer = '{}' "
    "AND a.value_id = coalesce($value, a.value_id))"
)
_LEFT = "f.excerpt_id IN (SELECT excerpt_id FROM mine WHERE {})"
STATES = {
    "yes": _ANSWERED.format("yes"),
    "no": _ANSWERED.format("no"),
    "nothing here": _LEFT.format("outcome = 'nothing here'"),
    "unsure": _LEFT.format("outcome = 'unsure'"),
    "skipped": _LEFT.format("outcome = 'skipped'"),
    "not on our list": _LEFT.format("unlisted"),
    "unread": "f.excerpt_id NOT IN (SELECT excerpt_id FROM mine)",
}
"""What a reader may have done with an excerpt, and the condition of it."""


def choices(db: Readable) -> Choices:
    """Return what this study can be searched by."""
    values = db.rows(
        "SELECT v.value_id, arg_max(v.name, c.number), min(v.position) FROM current_scorings c "
        "JOIN framework_values v ON v.framework_id = c.framework_id GROUP BY v.value_id ORDER BY 3, 2"
    )
    people = db.rows("SELECT DISTINCT participant_id FROM live_turns WHERE participant_id IS NOT NULL ORDER BY 1")
    return Choices(
        datasets=tuple(dataset_names(db)),
        values=tuple((identity, name) for identity, name, _ in values),
        participants=tuple(name for (name,) in people),
    )


def find(db: Database, coder_id: str, sought: Find, review: ReviewSettings, now: datetime, page_name: str) -> Found:
    """Return a page of the excerpts looked for; what is shown with them is stored as shown on *page_name*."""
    ids = matching(db, coder_id, sought, review)
    page = min(max(sought.page, 1), max(1, -(-len(ids) // PAGE)))
    here = ids[(page - 1) * PAGE : page * PAGE]
    listed = listing.rows(db, coder_id, here, review, now, page_name, text=sought.text, value=sought.value)
    return Found(tuple(listed), len(ids), page)


def matching(db: Database, coder_id: str, sought: Find, review: ReviewSettings) -> list[str]:
    """
    List the excerpts looked for, by dataset, transcript and place.

    By value: those in which this reader saw it, and those with a suggestion of it that may be shown to them, so that
    the list does not tell which others are suggested.
    """
    conditions, parameters = _conditions(sought)
    allowed = _allowed(db, coder_id, sought, review)
    found = db.table(
        f"{_FRAME} SELECT f.excerpt_id, f.text FROM frame f JOIN transcript_list n USING (transcript_id) "  # noqa: S608
        f"WHERE {' AND '.join(conditions) or 'true'} "
        'ORDER BY f.dataset, n.number, f.start, f."end", f.excerpt_id',
        {"coder": coder_id, **parameters},
        allowed=pa.table({"excerpt_id": pa.array(sorted(allowed), pa.string())}),
    )
    ids: list[str] = found["excerpt_id"].to_pylist()
    needle = words.needle(sought.text)
    if not needle:
        return ids
    return [
        identity for identity, text in zip(ids, found["text"].to_pylist(), strict=True) if words.found(text, needle)
    ]


def similar(
    db: Database, coder_id: str, excerpt_id: str, review: ReviewSettings, now: datetime, page_name: str, n: int = 12
) -> Similar:
    """Return the passages most and least like another; what is shown with them is stored as shown on *page_name*."""
    alike = likeness.alike(db, excerpt_id, n)
    listed = listing.rows(db, coder_id, [*alike.most, *alike.least], review, now, page_name)
    return Similar(tuple(listed[: len(alike.most)]), tuple(listed[len(alike.most) :]))


def _conditions(sought: Find) -> tuple[list[str], dict[str, object]]:
    """Return what an excerpt of the frame must satisfy, and the parameters of that."""
    conditions, parameters = words.conditions(words.needle(sought.text))
    if sought.dataset:
        conditions.append("f.dataset = $dataset")
        parameters["dataset"] = sought.dataset
    if sought.participant:
        conditions.append("f.excerpt_id IN (SELECT excerpt_id FROM speakers_of WHERE participant_id = $participant)")
        parameters["participant"] = sought.participant
    if sought.mine in STATES:
        conditions.append(STATES[sought.mine])
    if sought.value and sought.mine not in ("yes", "no"):
        conditions.append(_OF_VALUE)
    if sought.value or sought.mine in ("yes", "no"):
        parameters["value"] = sought.value or None
    if not sought.value and sought.mine in ("", "unread"):
        # The same words once: an exchange repeats those of its passages.
        conditions.append("f.kind = 'passage'")
    return conditions, parameters


def _allowed(db: Database, coder_id: str, sought: Find, review: ReviewSettings) -> set[str]:
    """Return the excerpts with a suggestion of the value looked for that this reader may see."""
    if not sought.value:
        return set()
    suggested = db.rows(
        "SELECT DISTINCT g.excerpt_id FROM newest_scorings c "
        "JOIN suggestions g ON g.scoring_id = c.scoring_id WHERE g.value_id = $value ORDER BY 1",
        {"value": sought.value},
    )
    return displays.may_show(db, coder_id, [identity for (identity,) in suggested], review)


_OF_VALUE = (
    "(f.excerpt_id IN (SELECT excerpt_id FROM allowed) "
    "OR f.excerpt_id IN (SELECT excerpt_id FROM answers WHERE answer = 'yes' AND value_id = $value))"
)

_FRAME = """
    WITH mine AS (
        SELECT * FROM latest_readings WHERE coder_id = $coder
    ), answers AS (
        SELECT m.excerpt_id, a.value_id, a.answer FROM mine m JOIN coding_answers a ON a.coding_id = m.coding_id
    ), frame AS (
        SELECT e.*
        FROM live_excerpts e
        JOIN excerpts x ON x.id = e.excerpt_id
        LEFT JOIN current_segmentations c ON c.dataset = e.dataset
        WHERE (e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id) AND x.parent_id IS NULL)
           OR e.excerpt_id IN (SELECT excerpt_id FROM mine)
    ), speakers_of AS (
        SELECT f.excerpt_id, t.participant_id
        FROM frame f
        JOIN live_turns t ON t.revision_id = f.revision_id AND t.position BETWEEN f.first_turn AND f.last_turn
    )
"""
