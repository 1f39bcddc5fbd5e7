"""The gate itself: what may be shown to a person, and the record of what was."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.store import Database, Reader


@dataclass(frozen=True, slots=True)
class Allowed:
    """The excerpts of which suggestions, and of which others' readings, may be shown."""

    suggestions: frozenset[str]
    readings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing shown on one excerpt: a suggestion, another's reading, or a rate."""

    excerpt_id: str
    shown: Literal["suggestion", "reading", "rate"]
    suggestion_id: str | None = None
    coding_id: str | None = None


def allowed(
    db: Reader, coder_id: str, excerpt_ids: Collection[str], review: ReviewSettings, *, asked: bool = False
) -> Allowed:
    """
    Say what may be shown to a person of these excerpts.

    Nothing is shown on characters that wait to be read blind by this person. Elsewhere others' readings are shown after
    the own reading; suggestions too, or before it where the study says so or the person *asked* for them, but never
    beside a passage of their blind arm. What is no longer in the newest text is not shown.
    """
    rows = db.table(_STATE, {"coder": coder_id}, wanted=wanted(excerpt_ids)).to_pylist()
    first = asked or not review.own_first
    free = [row for row in rows if not row["waits"]]
    own_read = frozenset(row["excerpt_id"] for row in free if row["concluded"])
    early = (row["excerpt_id"] for row in free if first and not row["beside_blind"])
    return Allowed(own_read.union(early), own_read)


def may_show(db: Reader, coder_id: str, excerpt_ids: Collection[str], review: ReviewSettings) -> set[str]:
    """Return those of the excerpts whose suggestions may be shown to a person."""
    return set(allowed(db, coder_id, excerpt_ids, review).suggestions)


def record(db: Database, coder_id: str, items: Iterable[Item], page: str, now: datetime) -> None:
    """Store what is about to be shown on a page, in its order, each thing once."""
    things = list(dict.fromkeys(items))
    if not things:
        return
    shown_at = moment(db, coder_id, now)
    columns = {
        "id": pa.array([str(uuid4()) for _ in things]),
        "coder_id": pa.repeat(pa.scalar(coder_id), len(things)),
        "excerpt_id": pa.array([thing.excerpt_id for thing in things]),
        "shown": pa.array([thing.shown for thing in things]),
        "suggestion_id": pa.array([thing.suggestion_id for thing in things], pa.string()),
        "coding_id": pa.array([thing.coding_id for thing in things], pa.string()),
        "page": pa.repeat(pa.scalar(page), len(things)),
        "position": pa.array(range(1, len(things) + 1), pa.int32()),
        "shown_at": pa.array([shown_at] * len(things), pa.timestamp("us")),
    }
    db.insert("displays", pa.table(columns))


def moment(db: Reader, coder_id: str, now: datetime) -> datetime:
    """
    Return the time to store for what a person sees or does now: later than all before, whatever the clock says.

    Whether something was shown before or after a reading can then be told from the times alone.
    """
    [(after,)] = db.rows(_LAST, {"coder": coder_id})
    return now if after is None or after < now else after


def wanted(excerpt_ids: Iterable[str]) -> pa.Table:
    """Make the table of excerpts that a query is about."""
    return pa.table({"excerpt_id": pa.array(list(dict.fromkeys(excerpt_ids)), pa.string())})


# Servings count beside arms, since an audit's sample is handed out blind without one; a passage that is no longer cut
# in the current way is not handed out and so does not wait.
_STATE = """
    WITH drawn AS (
        SELECT excerpt_id FROM arms WHERE coder_id = $coder AND arm = 'blind'
        UNION
        SELECT excerpt_id FROM servings WHERE coder_id = $coder AND arm = 'blind'
    ), concluded AS (
        SELECT excerpt_id FROM conclusions WHERE coder_id = $coder AND act <> 'skip'
    ), blind AS (
        SELECT s.revision_id, s.start, s."end", d.excerpt_id NOT IN (SELECT excerpt_id FROM concluded) AS waits
        FROM drawn d
        JOIN excerpts e ON e.id = d.excerpt_id
        JOIN live_spans s ON s.excerpt_id = d.excerpt_id
        JOIN transcripts t ON t.id = e.transcript_id
        LEFT JOIN current_segmentations c ON c.dataset = t.dataset
        WHERE e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id)
    )
    SELECT s.excerpt_id, s.excerpt_id IN (SELECT excerpt_id FROM concluded) AS concluded,
           count(b.start) > 0 AS beside_blind, coalesce(bool_or(b.waits), false) AS waits
    FROM wanted w
    JOIN live_spans s ON s.excerpt_id = w.excerpt_id
    LEFT JOIN blind b ON b.revision_id = s.revision_id AND b.start < s."end" AND b."end" > s.start
    GROUP BY s.excerpt_id
"""

_LAST = """
    SELECT max(last) + INTERVAL 1 MICROSECOND FROM (
        SELECT max(shown_at) AS last FROM displays WHERE coder_id = $coder
        UNION ALL
        SELECT max(coded_at) FROM codings WHERE coder_id = $coder
    )
"""
