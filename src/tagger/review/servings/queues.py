"""
A person's queue: all that is theirs to read, in one fixed order, with what became of each.

What is next is the first that is not done, so that the same state always gives the same next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tagger.config import ORDERS, ReviewSettings
from tagger.errors import UsageError
from tagger.servings import Listed, sequence
from tagger.store import Readable

PACK_HOLD = timedelta(days=30)
"""How long a passage that lies in one person's reading pack is kept from others."""


@dataclass(frozen=True, slots=True)
class Queue:
    """
    What a person asked to read: a dataset, or in it what is suggested for one value (`value`).

    `order` and `read` are as in the settings; empty: as the study's settings say.
    """

    dataset: str
    order: str = ""
    value: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """
    How far a person is in a queue.

    `total` is the sum of `read`, `to_read`, `skipped` and `later` (put off); what enough others have read is not in it.
    `without_suggestions` counts those read or to read without suggestions.
    """

    read: int
    to_read: int
    skipped: int
    later: int
    without_suggestions: int
    total: int


class Entry(NamedTuple):
    """
    An excerpt of a queue with what became of it.

    `answered` says that its suggestions are, where that is enough; `free` that others leave it to this person, which
    they always do with the passages drawn to be read blind, so that what was drawn is what is read; `later` when it was
    put off; `open_id` is this person's newest serving of it and can be used again unless it is done; `packed` that it
    lies in a reading pack of theirs.
    """

    listed: Listed
    kind: str
    in_queue: bool
    concluded: str | None
    answered: bool
    free: bool
    open_id: str | None
    open_position: int | None
    later: datetime | None
    packed: bool

    @property
    def done(self) -> bool:
        """Say whether this person is finished with it."""
        return self.concluded is not None or self.answered


_RANKED = ("likely", "mix")

# Around a passage of the blind arm no exchange comes at all, and around one of an audit none before that was read, so
# that the probability of an exchange stays that of its arms.
_QUEUE = """
WITH scoring AS (
    SELECT scoring_id, segmentation_id FROM newest_scorings WHERE dataset = $dataset
), asking AS (
    SELECT DISTINCT p.excerpt_id
    FROM placements p
    JOIN turns t ON t.revision_id = p.revision_id AND t.position BETWEEN p.first_turn AND p.last_turn
    JOIN speaker_list s ON s.speaker_id = t.speaker_id
    WHERE s.asks
), audited AS (
    SELECT p.excerpt_id, arg_min(p.place, d.drawn_at) AS place, any_value(c.excerpt_id) IS NULL AS waits
    FROM audit_tasks p
    JOIN draws d ON d.id = p.draw_id
    LEFT JOIN conclusions c ON c.coder_id = p.coder_id AND c.excerpt_id = p.excerpt_id AND c.act <> 'skip'
    WHERE p.coder_id = $coder
    GROUP BY p.excerpt_id
), held AS MATERIALIZED (
    SELECT e.id AS excerpt_id, l.transcript_id, e.kind, p.start, p."end", w.wanted,
           a.arm = 'blind' OR u.excerpt_id IS NOT NULL AS blind, coalesce(u.place, a.place) AS place,
           a.arm = 'blind' OR coalesce(u.waits, false) AS alone,
           e.segmentation_id = c.segmentation_id AND e.parent_id IS NULL AND k.excerpt_id IS NULL AS live
    FROM live_revisions l
    JOIN placements p ON p.revision_id = l.revision_id
    JOIN excerpts e ON e.id = p.excerpt_id
    CROSS JOIN scoring c
    LEFT JOIN asking k ON k.excerpt_id = e.id
    LEFT JOIN arms a ON a.excerpt_id = e.id AND a.coder_id = $coder
    LEFT JOIN audited u ON u.excerpt_id = e.id
    LEFT JOIN wanted_readings w ON w.excerpt_id = e.id
    WHERE l.dataset = $dataset
), reach AS MATERIALIZED (
    SELECT excerpt_id, transcript_id, kind, start, "end", blind, place, wanted
    FROM held WHERE live AND kind = 'passage' AND blind IS NOT NULL
    UNION ALL
    SELECT x.excerpt_id, x.transcript_id, x.kind, x.start, x."end",
           bool_or(d.alone), arg_min(d.place, d.start), arg_min(d.wanted, d.start)
    FROM held x
    JOIN held d ON d.transcript_id = x.transcript_id AND d.start < x."end" AND d."end" > x.start AND d.blind IS NOT NULL
    WHERE x.live AND x.kind = 'exchange'
    GROUP BY ALL
), answers AS (
    SELECT DISTINCT excerpt_id, value_id
    FROM standing_decisions WHERE coder_id = $coder AND act IN ('accept', 'reject')
), pairs AS MATERIALIZED (
    SELECT g.excerpt_id, g.value_id, g.score, r.kind
    FROM suggestions g
    JOIN scoring c ON c.scoring_id = g.scoring_id
    JOIN reach r ON r.excerpt_id = g.excerpt_id
), marks AS (
    SELECT p.excerpt_id, p.value_id,
           rank() OVER (PARTITION BY p.kind, p.value_id ORDER BY p.score DESC) / n.excerpts AS above
    FROM pairs p JOIN (SELECT kind, count(*) AS excerpts FROM reach GROUP BY kind) n ON n.kind = p.kind
    WHERE $ranked
    UNION ALL
    SELECT excerpt_id, value_id, 1 FROM pairs WHERE NOT $ranked
), suggested AS (
    SELECT m.excerpt_id, min(m.above) AS best, bool_and(a.value_id IS NOT NULL) AS answered
    FROM marks m LEFT JOIN answers a ON a.excerpt_id = m.excerpt_id AND a.value_id = m.value_id
    WHERE $value = '' OR m.value_id = $value
    GROUP BY m.excerpt_id
), ends AS MATERIALIZED (
    SELECT coder_id, excerpt_id, act FROM conclusions
), given AS MATERIALIZED (
    SELECT id, coder_id, excerpt_id, reason, position, served_at, later, pack_id IS NOT NULL AS packed,
           NOT let_go AND touched_at > CASE WHEN pack_id IS NULL THEN $since ELSE $packed_since END AS held
    FROM serving_list
), elsewhere AS (
    SELECT excerpt_id, count(DISTINCT coder_id) AS people
    FROM (
        SELECT coder_id, excerpt_id FROM ends WHERE act <> 'skip'
        UNION ALL
        SELECT g.coder_id, g.excerpt_id
        FROM given g ANTI JOIN ends e ON e.coder_id = g.coder_id AND e.excerpt_id = g.excerpt_id
        WHERE g.held
    )
    WHERE coder_id IN (SELECT id FROM coders WHERE role IS NOT NULL AND id <> $coder)
    GROUP BY excerpt_id
), listed AS (
    SELECT r.* REPLACE (r.kind = 'passage' AND r.blind AS blind), g.best, t.place AS teaches,
           coalesce(g.answered, false) AS answered,
           CASE WHEN r.blind THEN r.kind = 'passage' AND $value = ''
                WHEN g.excerpt_id IS NOT NULL THEN true
                ELSE $value = '' AND ($everything OR NOT EXISTS (SELECT 1 FROM pairs)) END AS in_queue
    FROM reach r
    CROSS JOIN scoring c
    LEFT JOIN suggested g ON g.excerpt_id = r.excerpt_id
    LEFT JOIN reading_orders t ON t.scoring_id = c.scoring_id AND t.excerpt_id = r.excerpt_id
), mine AS (
    SELECT g.excerpt_id, bool_or(g.packed) AS packed, bool_or(g.held) AS held,
           arg_max(g.id::VARCHAR, g.position)
               FILTER (WHERE NOT g.packed AND (g.reason <> 'chosen' OR NOT l.in_queue)) AS open_id,
           max(g.position) FILTER (WHERE NOT g.packed AND (g.reason <> 'chosen' OR NOT l.in_queue)) AS open_position,
           CASE WHEN max(g.later) >= max(g.served_at) THEN max(g.later) END AS later
    FROM given g
    JOIN listed l ON l.excerpt_id = g.excerpt_id
    WHERE g.coder_id = $coder AND (g.reason <> 'chosen' OR g.later IS NOT NULL OR g.packed)
    GROUP BY g.excerpt_id
)
SELECT l.excerpt_id, l.kind, l.in_queue, l.blind, l.place, l.best, l.teaches, l.answered, e.act AS concluded,
       l.blind OR coalesce(o.people, 0) < coalesce(l.wanted, 1) OR coalesce(m.held, false) AS free,
       m.open_id, m.open_position, m.later, coalesce(m.packed, false) AS packed
FROM listed l
JOIN transcript_list n ON n.transcript_id = l.transcript_id
LEFT JOIN ends e ON e.coder_id = $coder AND e.excerpt_id = l.excerpt_id
LEFT JOIN elsewhere o ON o.excerpt_id = l.excerpt_id
LEFT JOIN mine m ON m.excerpt_id = l.excerpt_id
WHERE l.in_queue OR (m.later IS NOT NULL AND $value = '')
ORDER BY n.number, l.start, l."end", l.kind DESC, l.excerpt_id
"""


def left(db: Readable, coder_id: str, queue: Queue, review: ReviewSettings) -> Left:
    """
    Count how far a person is in a queue.

    What somebody else has open just now still counts as to read: it may come back.

    Raises:
        UsageError: the queue has an order, or a choice of what to read, that there is not.
    """
    found = entries(db, coder_id, queue, review, datetime.max)
    ended = [entry for entry in found if entry.in_queue and entry.done]
    skipped = sum(entry.concluded == "skip" for entry in ended)
    waiting = [entry for entry in found if entry.free and not entry.done]
    later = sum(entry.later is not None for entry in waiting)
    unseen = [entry for entry in ended if entry.concluded != "skip"] + [e for e in waiting if e.later is None]
    return Left(
        read=len(ended) - skipped,
        to_read=len(waiting) - later,
        skipped=skipped,
        later=later,
        without_suggestions=sum(entry.listed.blind for entry in unseen),
        total=len(ended) + len(waiting),
    )


def entries(db: Readable, coder_id: str, queue: Queue, review: ReviewSettings, since: datetime) -> list[Entry]:
    """
    Return a queue in the order of the transcripts, and what was put off though it is no part of it.

    Args:
        since: what others were given after this, and did not finish, is theirs for now, unless they handed over; what
            lies in a pack of theirs is for `PACK_HOLD` longer.

    Raises:
        UsageError: the queue has an order, or a choice of what to read, that there is not.
    """
    order, read = queue.order or review.order, queue.read or review.read
    if order not in ORDERS or read not in ("suggested", "all"):
        known = ", ".join(ORDERS)
        raise UsageError("there is no such way to read", where=f"{order}, {read}", remedy=f"Orders are {known}")
    asked = {"coder": coder_id, "dataset": queue.dataset, "value": queue.value, "since": since}
    more = {"packed_since": since - PACK_HOLD, "everything": read == "all", "ranked": order in _RANKED}
    found = db.table(_QUEUE, {**asked, **more})
    by_answers = bool(queue.value) or not review.own_first
    return [
        Entry(Listed(name, blind, place, best, teaches), kind, in_queue, concluded, answered and by_answers, *rest)
        for name, kind, in_queue, blind, place, best, teaches, answered, concluded, *rest in zip(
            *(column.to_pylist() for column in found.columns), strict=True
        )
    ]


def ahead(found: list[Entry], order: str, weights: Mapping[str, int]) -> Iterator[tuple[Entry, str]]:
    """
    Yield what comes next, with the order that brings it: what is open, what is left, then what was put off.

    What lies in a reading pack comes last, so that a pack that was lost holds nothing back.
    """
    undone = [entry for entry in found if entry.free and not entry.done]
    waiting = [entry for entry in undone if not entry.packed or entry.open_id is not None]
    opened = [entry for entry in waiting if entry.open_id is not None and entry.later is None]
    for entry in sorted(opened, key=lambda entry: entry.open_position or 0, reverse=True):
        yield entry, order
    fresh = {entry.listed: entry for entry in waiting if entry.open_id is None and entry.later is None}
    brought: dict[Listed, str] = {}
    for listed, name in sequence([entry.listed for entry in found if entry.in_queue], order, weights):
        brought[listed] = name
        if listed in fresh:
            yield fresh[listed], name
    put_off = [(entry.later, entry.open_position or 0, n) for n, entry in enumerate(waiting) if entry.later is not None]
    for *_, n in sorted(put_off):
        yield waiting[n], brought.get(waiting[n].listed, order)
    for entry in undone:
        if entry.packed and entry.open_id is None:
            yield entry, brought.get(entry.listed, order)
