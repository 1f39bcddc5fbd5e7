"""The gate itself: what may be shown to a person, and the record of what was."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.store import Database, Readable


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
    db: Readable, coder_id: str, excerpt_ids: Collection[str], review: ReviewSettings, *, asked: bool = False
) -> Allowed:
    """
    Say what may be shown to a person of these excerpts.

    Nothing is shown on characters that wait to be read blind by this person. Elsewhere others' readings are shown after
    the own reading; suggestions too, or before it where the study says so or the person *asked* for them, but never
    beside a passage of their blind arm, nor where no arm was drawn yet. What is no longer in the newest text is not
    shown.
    """
    near = db.known(_NEAR, {"ids": list(excerpt_ids)})
    around = {passage for _, passage in near}
    read = _among(db, _READ_TO_THE_END, around, coder=coder_id)
    blind = _among(db, _DRAWN, around, coder=coder_id) & _cut_so_now(db, around)
    waiting = {excerpt for excerpt, passage in near if passage in blind - read}
    free = {excerpt for excerpt, _ in near} - waiting
    own_read = frozenset(free & read)
    if review.own_first and not asked:
        return Allowed(own_read, own_read)
    beside_blind = {excerpt for excerpt, passage in near if passage in blind}
    early = free - beside_blind - read
    return Allowed(own_read | early - _undrawn(db, coder_id, early), own_read)


def may_show(db: Readable, coder_id: str, excerpt_ids: Collection[str], review: ReviewSettings) -> set[str]:
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


def not_seen(db: Readable, coder_id: str, items: Iterable[Item]) -> list[Item]:
    """Return those of others' readings that a person was not shown yet, on any page."""
    seen = {coding for (coding,) in db.rows(_SEEN, {"coder": coder_id})}
    return [item for item in items if item.coding_id not in seen]


def saw_readings(db: Readable, coder_id: str, excerpt_ids: Iterable[str]) -> set[str]:
    """Return those of the excerpts on whose characters a person was shown somebody else's reading."""
    if not db.rows(_SAW_ANY, {"coder": coder_id}):
        return set()
    found = db.table(_SAW_READINGS, {"coder": coder_id}, wanted=wanted(excerpt_ids))
    return set(found["excerpt_id"].to_pylist())


def moment(db: Readable, coder_id: str, now: datetime) -> datetime:
    """
    Return the time to store for what a person sees or does now: later than all before, whatever the clock says.

    Whether something was shown before or after a reading can then be told from the times alone.
    """
    [(after,)] = db.rows(_LAST, {"coder": coder_id})
    return now if after is None or after < now else after


def wanted(excerpt_ids: Iterable[str]) -> pa.Table:
    """Make the table of excerpts that a query is about."""
    return pa.table({"excerpt_id": pa.array(list(dict.fromkeys(excerpt_ids)), pa.string())})


def _among(db: Readable, sql: str, excerpt_ids: Collection[str], **parameters: str) -> set[str]:
    """Return those of some excerpts that a SELECT finds among them; it is asked of none too, to take as long."""
    return {excerpt for (excerpt,) in db.rows(sql, {**parameters, "ids": sorted(excerpt_ids)})}


def _cut_so_now(db: Readable, excerpt_ids: Collection[str]) -> set[str]:
    """Return those of some excerpts that belong to the way of cutting in use."""
    return {excerpt for (excerpt,) in db.known(_CUT_SO_NOW, {"ids": sorted(excerpt_ids)})}


def _undrawn(db: Readable, coder_id: str, excerpt_ids: Collection[str]) -> set[str]:
    """Return those of the excerpts with characters of a passage that could still be drawn blind for this person."""
    return set(db.table(_UNDRAWN, {"coder": coder_id}, wanted=wanted(excerpt_ids))["excerpt_id"].to_pylist())


# Asked one after another, since each then looks at a few rows; all in one, DuckDB looks at all that was drawn.
_NEAR = """
    SELECT a.excerpt_id, p.excerpt_id
    FROM placements a
    JOIN live_revisions l ON l.revision_id = a.revision_id
    JOIN placements p ON p.revision_id = a.revision_id AND p.start < a."end" AND p."end" > a.start
    WHERE a.excerpt_id IN (SELECT unnest($ids))
"""

_DRAWN = """
    SELECT DISTINCT excerpt_id FROM blind_draws WHERE coder_id = $coder AND excerpt_id IN (SELECT unnest($ids))
"""

_CUT_SO_NOW = """
    SELECT e.id
    FROM excerpts e
    JOIN transcripts t ON t.id = e.transcript_id
    LEFT JOIN newest_scorings c ON c.dataset = t.dataset
    WHERE e.id IN (SELECT unnest($ids)) AND e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id)
"""

_READ_TO_THE_END = """
    SELECT excerpt_id FROM conclusions
    WHERE coder_id = $coder AND act <> 'skip' AND excerpt_id IN (SELECT unnest($ids))
"""

_UNDRAWN = """
    SELECT DISTINCT s.excerpt_id
    FROM wanted w
    JOIN live_spans s ON s.excerpt_id = w.excerpt_id
    JOIN live_excerpts p ON p.revision_id = s.revision_id AND p.start < s."end" AND p."end" > s.start
    JOIN excerpts x ON x.id = p.excerpt_id AND x.parent_id IS NULL
    JOIN newest_scorings n ON n.dataset = p.dataset AND n.segmentation_id = p.segmentation_id
    ANTI JOIN arms a ON a.coder_id = $coder AND a.excerpt_id = p.excerpt_id AND a.arm = 'assisted'
    WHERE p.kind = 'passage'
"""

_SAW_ANY = "SELECT 1 FROM displays WHERE coder_id = $coder AND shown = 'reading' LIMIT 1"

_SAW_READINGS = """
    SELECT DISTINCT s.excerpt_id FROM shown_on s SEMI JOIN wanted w ON w.excerpt_id = s.excerpt_id
    WHERE s.coder_id = $coder AND s.shown = 'reading'
"""

_SEEN = "SELECT DISTINCT coding_id FROM displays WHERE coder_id = $coder AND coding_id IS NOT NULL"

_LAST = """
    SELECT max(last) + INTERVAL 1 MICROSECOND FROM (
        SELECT max(shown_at) AS last FROM displays WHERE coder_id = $coder
        UNION ALL
        SELECT max(coded_at) FROM codings WHERE coder_id = $coder
    )
"""
