"""
Reading again: a few passages a second time, weeks after, to see how far one agrees with oneself.

It is for one person's eyes. What comes of it is no coding: it changes nothing that they hold, is in no report and no
export, and teaches the machine nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import numpy as np
import pyarrow as pa

from tagger.errors import UsageError
from tagger.records import Framework
from tagger.review.datasets import framework as framework_of
from tagger.review.servings.drawing import Drawing
from tagger.servings import seed_of
from tagger.store import Database, Readable

WAIT = timedelta(weeks=4)
"""So long ago a passage must have been read: sooner, one remembers what one said."""
ROUND = 5
"""How many passages are drawn at once."""
ENOUGH = 10
"""With fewer passages read twice, the page says that they tell little."""


@dataclass(frozen=True, slots=True)
class Ready:
    """
    What there is to read again.

    `open_id` is the passage that comes next in a round that was begun, `left` how many are left in it; `ready` passages
    could be drawn, `later` will be, the first of them at `first`.
    """

    open_id: str
    left: int
    ready: int
    later: int
    first: datetime | None


@dataclass(frozen=True, slots=True)
class Again:
    """A passage to read again, with the list that it was read against before."""

    id: str
    excerpt_id: str
    transcript_id: str
    framework: Framework


@dataclass(frozen=True, slots=True)
class Twice:
    """
    A value in the passages that one person has read twice.

    Args:
        name: the value's.
        passages: how many were asked for it both times.
        same: how many of them got the same answer.
        before: in how many it was found the first time.
        both: in how many of these again.
        now: in how many it was found the second time.
    """

    name: str
    passages: int
    same: int
    before: int
    both: int
    now: int


def ready(db: Readable, coder_id: str, now: datetime) -> Ready:
    """Say what a person can read again."""
    waiting = db.rows(_OPEN, {"coder": coder_id})
    found = [when for _, when, *_ in db.rows(_UNTOUCHED, {"coder": coder_id})]
    later = [when + WAIT for when in found if when > now - WAIT]
    open_id = str(waiting[0][0]) if waiting else ""
    return Ready(open_id, len(waiting), len(found) - len(later), len(later), min(later, default=None))


def begin(db: Database, coder_id: str, seed: int, now: datetime) -> str:
    """
    Draw a few passages to read again, at random, and return the first; while a round is open, what is next in it.

    Raises:
        UsageError: there is nothing to read again yet.
    """
    if waiting := db.rows(_OPEN, {"coder": coder_id}):
        return str(waiting[0][0])
    frame = [
        (excerpt, coding) for coding, when, excerpt in db.rows(_UNTOUCHED, {"coder": coder_id}) if when <= now - WAIT
    ]
    if not frame:
        raise UsageError("there is nothing to read again yet", remedy="Come back in some weeks")
    own_seed = seed_of(seed, "again", coder_id)
    places = np.random.default_rng(own_seed).permutation(len(frame))[:ROUND]
    drawing = Drawing()
    content = {"coder": coder_id, "read before": [excerpt for excerpt, _ in frame]}
    draw_id = drawing.add("order", content, own_seed, now, {"read before": (len(frame), len(places))})
    for place, (excerpt, coding) in enumerate((frame[at] for at in places), 1):
        row = {"id": _id(draw_id, place), "coder_id": coder_id, "excerpt_id": excerpt, "coding_id": coding}
        drawing.results.append(row | {"draw_id": draw_id, "place": place, "drawn_at": now})
    drawing.store(db, "repeats")
    return str(drawing.results[0]["id"])


def passage(db: Readable, coder_id: str, repeat_id: str) -> Again:
    """
    Return a passage to read again.

    Raises:
        UsageError: it is not this person's, or was read again already.
    """
    found = db.rows(_PASSAGE, {"coder": coder_id, "id": repeat_id})
    if not found:
        raise UsageError("this passage does not wait to be read again", remedy="Start from Read again")
    excerpt_id, transcript_id, framework_id = found[0]
    return Again(repeat_id, excerpt_id, transcript_id, framework_of(db, framework_id))


def answer(
    db: Database, coder_id: str, repeat_id: str, seen: Collection[str], now: datetime, *, skipped: bool = False
) -> str:
    """
    Store what a person sees in it now; the same again stores nothing. Return the passage that comes next, if any.

    Args:
        seen: the ids of the values that they see; all others of the list are a no.
        skipped: they would rather not read it.

    Raises:
        UsageError: it is not this person's, or a value is not on the list.
    """
    if not db.rows(_ANSWERED, {"coder": coder_id, "id": repeat_id}):
        again = passage(db, coder_id, repeat_id)
        listed = [value.id for value in again.framework.values]
        if strange := sorted(set(seen) - set(listed)):
            raise UsageError(f"'{strange[0]}' is not on the list of values", remedy="Open the passage again")
        db.insert("repeat_readings", pa.table({"repeat_id": [repeat_id], "skipped": [skipped], "read_at": [now]}))
        if not skipped:
            said = ["yes" if value in seen else "no" for value in listed]
            columns = {"repeat_id": [repeat_id] * len(listed), "value_id": listed, "answer": said}
            db.insert("repeat_answers", pa.table(columns))
    waiting = db.rows(_OPEN, {"coder": coder_id})
    return str(waiting[0][0]) if waiting else ""


def twice(db: Readable, coder_id: str) -> tuple[Twice, ...]:
    """
    Return how far a person agrees with themselves, value by value, in the order of the list.

    Passages of which something was shown to them between the two readings do not count.
    """
    return tuple(Twice(*row) for row in db.rows(_TWICE, {"coder": coder_id}))


def _id(draw_id: str, place: int) -> str:
    return str(uuid5(_NAMES, f"{draw_id} {place}"))


_NAMES = UUID("5f0d6f5e-6a3b-4c39-9f6c-2a3c7a1f5d11")

_OPEN = """
SELECT r.id::VARCHAR
FROM repeats r
JOIN untouched_blind_readings u ON u.coder_id = r.coder_id AND u.excerpt_id = r.excerpt_id
ANTI JOIN repeat_readings e ON e.repeat_id = r.id
WHERE r.coder_id = $coder
ORDER BY r.drawn_at, r.place
"""

_UNTOUCHED = """
SELECT u.coding_id, u.coded_at, u.excerpt_id
FROM untouched_blind_readings u
ANTI JOIN repeats r ON r.coder_id = u.coder_id AND r.excerpt_id = u.excerpt_id
WHERE u.coder_id = $coder
ORDER BY u.excerpt_id
"""

_PASSAGE = """
SELECT r.excerpt_id, e.transcript_id, c.framework_id
FROM repeats r
JOIN codings c ON c.id = r.coding_id
JOIN excerpts e ON e.id = r.excerpt_id
ANTI JOIN repeat_readings d ON d.repeat_id = r.id
WHERE r.coder_id = $coder AND r.id = try_cast($id AS UUID)
"""

_ANSWERED = """
SELECT 1 FROM repeats r JOIN repeat_readings d ON d.repeat_id = r.id
WHERE r.coder_id = $coder AND r.id = try_cast($id AS UUID)
"""

_TWICE = """
SELECT any_value(v.name), count(*), count(*) FILTER (WHERE a.answer = b.answer),
       count(*) FILTER (WHERE a.answer = 'yes'),
       count(*) FILTER (WHERE a.answer = 'yes' AND b.answer = 'yes'), count(*) FILTER (WHERE b.answer = 'yes')
FROM repeats r
JOIN repeat_readings d ON d.repeat_id = r.id AND NOT d.skipped
JOIN repeat_answers b ON b.repeat_id = r.id
JOIN coding_answers a ON a.coding_id = r.coding_id AND a.value_id = b.value_id
JOIN codings x ON x.id = r.coding_id
JOIN framework_values v ON v.framework_id = x.framework_id AND v.value_id = b.value_id
WHERE r.coder_id = $coder AND NOT EXISTS (
    SELECT 1 FROM shown_on s WHERE s.coder_id = r.coder_id AND s.excerpt_id = r.excerpt_id AND s.shown_at < d.read_at
)
GROUP BY v.value_id
ORDER BY min(v.position), v.value_id
"""
