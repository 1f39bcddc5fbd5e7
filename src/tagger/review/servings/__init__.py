"""
What is whose next.

    drawing.py  what all draws share
    arms.py     what is drawn before anything is given
    frames.py   what there is to read, in which order
    marks.py    what people did with it
    queues.py   both together: what is next, and how far somebody is
    kept.py     queues that are kept in memory where one process owns the study

A passage that is open is given again until it is finished, one put off comes after all others, and nobody is given a
passage that enough others have read or have open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.review.servings.arms import FRAME, prepare
from tagger.review.servings.kept import Kept
from tagger.review.servings.queues import Entry, Left, Queue, left, standing
from tagger.servings import probability_of_none
from tagger.store import Database, Readable

__all__ = [
    "HOLD",
    "Kept",
    "Left",
    "Queue",
    "Serving",
    "chosen",
    "left",
    "next_serving",
    "postpone",
    "prepare",
    "serving",
    "take",
]

HOLD = timedelta(hours=2)
"""How long a passage that one person has open, or put off, is kept from others."""


@dataclass(frozen=True, slots=True)
class Serving:
    """
    An excerpt given to a person to read.

    `framework_id` is what the dataset is read against now, empty where nothing was tagged yet; `kind` is the excerpt's.
    """

    id: str
    excerpt_id: str
    coder_id: str
    reason: str
    arm: str
    position: int
    dataset: str
    transcript_id: str
    kind: str
    framework_id: str


_SERVING = """
SELECT s.id::VARCHAR, s.excerpt_id, s.coder_id, s.reason, s.arm, s.position, t.dataset, e.transcript_id, e.kind
FROM servings s
JOIN excerpts e ON e.id = s.excerpt_id
JOIN transcripts t ON t.id = e.transcript_id
WHERE s.id = try_cast($id AS UUID)
"""

_READ_AGAINST = """
SELECT s.framework_id FROM scoring_uses u JOIN scorings s ON s.id = u.scoring_id
WHERE u.dataset = $dataset ORDER BY u.number DESC LIMIT 1
"""

_OPEN = """
SELECT s.id::VARCHAR FROM servings s
WHERE s.coder_id = $coder AND s.excerpt_id = $excerpt
  AND s.id NOT IN (SELECT serving_id FROM pack_servings)
  AND NOT EXISTS (
      SELECT 1 FROM standing_decisions d
      WHERE d.serving_id = s.id AND d.act IN ('done', 'nothing here', 'unsure', 'skip')
  )
ORDER BY s.position DESC LIMIT 1
"""

_ASKED_FOR = """
SELECT g.value_id FROM displays d JOIN suggestions g ON g.id = d.suggestion_id
WHERE d.coder_id = $coder AND d.excerpt_id = $excerpt AND d.page = $page
ORDER BY d.shown_at DESC LIMIT 1
"""

_WAITS_BLIND = """
SELECT 1 FROM live_spans e
JOIN waiting_blind w ON w.revision_id = e.revision_id AND w.start < e."end" AND w."end" > e.start
WHERE e.excerpt_id = $excerpt AND w.coder_id = $coder LIMIT 1
"""

_AUDIT = """
SELECT p.draw_id, p.stratum, p.inclusion_probability
FROM audit_tasks p JOIN draws d ON d.id = p.draw_id
WHERE p.coder_id = $coder AND p.excerpt_id = $excerpt
ORDER BY d.drawn_at, d.id LIMIT 1
"""

_ARM = "SELECT draw_id, stratum, probability FROM arms WHERE coder_id = $coder AND excerpt_id = $excerpt"

_TOUCHED = """
SELECT DISTINCT a.excerpt_id, a.draw_id, a.stratum, d.frame, n.population
FROM placements e
JOIN live_revisions l ON l.revision_id = e.revision_id
JOIN placements p ON p.revision_id = e.revision_id AND p.first_turn BETWEEN e.first_turn AND e.last_turn
JOIN arms a ON a.excerpt_id = p.excerpt_id AND a.coder_id = $coder
JOIN draws d ON d.id = a.draw_id
JOIN draw_strata n ON n.draw_id = a.draw_id AND n.stratum = a.stratum
WHERE e.excerpt_id = $excerpt
ORDER BY a.draw_id, a.excerpt_id
"""


def serving(db: Readable, serving_id: str) -> Serving | None:
    """Return a serving; None where there is none of this id."""
    found = db.lasting(_SERVING, {"id": serving_id})
    if not found:
        return None
    used = db.known(_READ_AGAINST, {"dataset": found[0][6]})
    return Serving(*(*found[0], used[0][0] if used else ""))


BY_VALUE = "value queue"
"""The page on which a suggestion counts as shown once a passage is handed out for its value."""
BY_COMING = "queue"
"""The one on which it counts as shown where only suggested passages come, and they are read against one value."""


def asked_for(db: Readable, serving: Serving) -> str:
    """Return the id of the value that a passage was last handed out for; empty where it was not for one."""
    found = db.rows(_ASKED_FOR, {"coder": serving.coder_id, "excerpt": serving.excerpt_id, "page": BY_VALUE})
    return str(found[0][0]) if found else ""


def next_serving(
    db: Database,
    coder_id: str,
    queue: Queue,
    review: ReviewSettings,
    serving_id: str,
    now: datetime,
    kept: Kept | None = None,
) -> Serving | None:
    """
    Give a person what is next in a queue: what they have open, else the first that is left, else what was put off.

    `prepare` comes first, in the same act.

    Args:
        serving_id: the id of the serving that is made, if one is.
        kept: where queues are kept in memory; without it the queue is worked out anew, with the same result.

    Raises:
        UsageError: the queue has an order, or a choice of what to read, that there is not.
    """
    stands = kept.standing(db, coder_id, queue, review) if kept else standing(db, coder_id, queue, review)
    found = next(stands.ahead(now - HOLD), None)
    return _given(db, coder_id, found, serving_id, now) if found else None


def take(
    db: Database,
    coder_id: str,
    queue: Queue,
    review: ReviewSettings,
    n: int,
    serving_ids: Sequence[str],
    now: datetime,
) -> list[Serving]:
    """
    Give a person the next `n` of a queue at once, for a reading pack; fewer where fewer are left.

    Each is a serving of its own, so that what is then read on a page that is open is not taken for the pack's.

    Args:
        serving_ids: the ids of the servings that are made, at least `n`.

    Raises:
        UsageError: the queue has an order, or a choice of what to read, that there is not.
    """
    found = (entry for entry in standing(db, coder_id, queue, review).ahead(now - HOLD) if not entry.packed)
    return [
        _given(db, coder_id, entry._replace(open_id=None), serving_id, now)
        for serving_id, entry in zip(serving_ids[:n], found, strict=False)
    ]


def chosen(
    db: Database, coder_id: str, excerpt_id: str, review: ReviewSettings, serving_id: str, now: datetime
) -> Serving:
    """
    Give a person the excerpt that they chose; what they have open of it is used again.

    It is blind where they are still to read these characters without suggestions. A passage of an audit is given as
    one: it was drawn, and to lose those that readers come upon would leave a sample of the others.

    Raises:
        UsageError: there is no such excerpt.
    """
    ids: dict[str, object] = {"coder": coder_id, "excerpt": excerpt_id}
    if not db.rows("SELECT 1 FROM excerpts WHERE id = $excerpt", {"excerpt": excerpt_id}):
        raise UsageError("there is no such passage", where=excerpt_id, remedy="Look for it under Find")
    shown = _seen(db, coder_id, excerpt_id)
    blind = not shown and bool(db.rows(_WAITS_BLIND, ids))
    audit = _audit(db, ids) if blind else {}
    for (open_id,) in db.rows(_OPEN, ids):
        opened = serving(db, open_id)
        if opened is not None and _fits(opened, shown=shown, drawn=bool(audit)):
            return opened
    row = audit or {"arm": "blind" if blind else "assisted", "reason": "chosen"}
    return _served(db, coder_id, excerpt_id, row, serving_id, now)


def postpone(db: Database, serving_id: str, postponement_id: str, now: datetime) -> None:
    """
    Put a serving off: its passage comes again after all others of its queue.

    Raises:
        UsageError: there is no such serving.
    """
    if serving(db, serving_id) is None:
        raise UsageError("this passage was handed to nobody", remedy="Start from the first page")
    row = {"id": postponement_id, "serving_id": serving_id, "postponed_at": now}
    db.insert("postponements", pa.Table.from_pylist([row]))


def _given(db: Database, coder_id: str, entry: Entry, serving_id: str, now: datetime) -> Serving:
    """Give what is open again, or make a serving; of what was shown in the meantime none is blind."""
    excerpt_id = entry.excerpt_id
    shown = entry.blind and _seen(db, coder_id, excerpt_id)
    blind = entry.blind and not shown
    opened = serving(db, entry.open_id) if entry.open_id else None
    if opened is not None and _fits(opened, shown=shown, drawn=blind):
        return opened
    row = _audit(db, {"coder": coder_id, "excerpt": excerpt_id}) if blind else {}
    row = row or {"arm": "blind" if blind else "assisted", **_reason(db, coder_id, entry)}
    return _served(db, coder_id, excerpt_id, row, serving_id, now)


def _fits(opened: Serving, *, shown: bool, drawn: bool) -> bool:
    """
    Say whether what is open is still as it should be read: something may have happened to its passage since.

    Args:
        shown: something was shown on its characters.
        drawn: it was drawn to be read blind, and is given for that reason.
    """
    if drawn:
        return opened.arm == "blind" and opened.reason != "chosen"
    return opened.arm != "blind" or not shown


def _audit(db: Readable, ids: dict[str, object]) -> dict[str, Any]:
    """Return the columns of a serving for an audit, the first that drew the passage; none where none did."""
    for draw_id, stratum, probability in db.rows(_AUDIT, ids):
        drawn = {"draw_id": draw_id, "stratum": stratum, "inclusion_probability": probability}
        return {"arm": "blind", "reason": "audit", **drawn}
    return {}


def _reason(db: Readable, coder_id: str, entry: Entry) -> dict[str, Any]:
    """Return the columns that say why an excerpt is given, and how probable its arm was where that was drawn."""
    if not entry.blind and entry.brought == "uncertain":
        return {"reason": "uncertain"}
    if not entry.blind and entry.brought != "random" and entry.suggested:
        return {"reason": "likely"}
    ids = {"coder": coder_id, "excerpt": entry.excerpt_id}
    if entry.passage:
        [(draw_id, stratum, probability)] = db.rows(_ARM, ids)
    else:
        touched = db.rows(_TOUCHED, ids)
        _, draw_id, stratum, *_ = touched[0]
        probability = _none_blind(touched)
    return {"reason": "random", "draw_id": draw_id, "stratum": stratum, "inclusion_probability": probability}


def _none_blind(touched: list[tuple[Any, ...]]) -> float:
    """Return how probable it was that none of the runs an exchange touches became blind."""
    probability = 1.0
    for draw_id, stratum, frame, population in {row[1:] for row in touched}:
        if stratum == FRAME:
            own, content = {row[0] for row in touched if row[1] == draw_id}, json.loads(frame)
            among = sum(not own.isdisjoint(run) for run in content[FRAME])
            probability *= probability_of_none(population, content["share"], among)
    return probability


def _seen(db: Readable, coder_id: str, excerpt_id: str) -> bool:
    """Say whether this person was shown anything on characters of an excerpt."""
    ids = {"coder": coder_id, "excerpt": excerpt_id}
    return bool(db.rows("SELECT 1 FROM shown_on WHERE coder_id = $coder AND excerpt_id = $excerpt LIMIT 1", ids))


def _served(
    db: Database, coder_id: str, excerpt_id: str, columns: dict[str, Any], serving_id: str, now: datetime
) -> Serving:
    last = db.rows("SELECT coalesce(max(position), 0) FROM servings WHERE coder_id = $coder", {"coder": coder_id})
    row = {
        "id": serving_id,
        "coder_id": coder_id,
        "excerpt_id": excerpt_id,
        "position": last[0][0] + 1,
        "served_at": now,
    }
    db.insert("servings", pa.Table.from_pylist([row | columns]))
    made = serving(db, serving_id)
    if made is None or made.coder_id != coder_id:
        raise UsageError("this passage was handed to somebody else, or to nobody", remedy="Start from the first page")
    return made
