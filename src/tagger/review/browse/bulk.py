"""One answer to many suggestions at once, only where enough like them were read without suggestions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.review import browse, decisions, displays
from tagger.review.browse import Find
from tagger.store import Database, Readable

Answer = Literal["accept", "reject"]
MOST = 200
"""At most so many suggestions are answered at once."""
_ENOUGH_PASSAGES, _ENOUGH_TRANSCRIPTS = 20, 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    How far passages of one dataset that match a value so strongly were read blind, by anybody, with an answer to it.

    `read` of `passages` were, in `read_transcripts` of the `transcripts` that have such passages.
    """

    dataset: str
    strength: str
    passages: int = 0
    read: int = 0
    transcripts: int = 0
    read_transcripts: int = 0

    @property
    def to_read(self) -> int:
        """Return how many passages are still to be read blind, at least."""
        wanted = min(_ENOUGH_PASSAGES, self.passages) - self.read
        elsewhere = min(_ENOUGH_TRANSCRIPTS, self.transcripts) - self.read_transcripts
        return max(wanted, elsewhere, 0)

    @property
    def enough(self) -> bool:
        """Say whether these stand for the others."""
        return self.passages > 0 and self.to_read == 0


@dataclass(frozen=True, slots=True)
class Item:
    """A suggestion that could be answered together with others."""

    suggestion_id: str
    excerpt_id: str
    dataset: str
    strength: str


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What a reader could answer at once on a result, at most `MOST`, and what still stands in the way of the rest.

    `waiting` pairs each coverage that is not enough with how many suggestions of the result wait for it. `exchanges`
    counts those on exchanges, which are never part of an audit and so are answered one by one.
    """

    value: str
    name: str
    items: tuple[Item, ...] = ()
    waiting: tuple[tuple[Coverage, int], ...] = ()
    exchanges: int = 0

    @property
    def waits(self) -> int:
        """Return how many suggestions cannot be answered together yet, those on exchanges among them."""
        return self.exchanges + sum(count for _, count in self.waiting)

    @property
    def to_read(self) -> int:
        """Return how many passages are still to be read blind for all of them, at least."""
        return sum(coverage.to_read for coverage, _ in self.waiting)


def covered(db: Readable, dataset: str, value: str, strength: str) -> Coverage:
    """Say how far passages of a dataset that match a value so strongly were read blind."""
    return _coverages(db, value).get((dataset, strength), Coverage(dataset, strength))


def offer(db: Database, coder_id: str, sought: Find, review: ReviewSettings) -> Offer | None:
    """
    Return what this reader could answer at once of the suggestions that they may see on a result.

    What they have answered already, by any act, is not asked again. None where no single value was looked for, or
    no suggestion of it is open.
    """
    names = dict(browse.choices(db).values)
    if sought.value not in names:
        return None
    ids = browse.matching(db, coder_id, sought, review)
    visible = displays.may_show(db, coder_id, ids, review)
    rows = db.table(
        _OPEN,
        {"coder": coder_id, "value": sought.value},
        listed=pa.table(
            {
                "excerpt_id": pa.array([identity for identity in ids if identity in visible], pa.string()),
                "place": pa.array(range(sum(identity in visible for identity in ids)), pa.int64()),
            }
        ),
    ).to_pylist()
    if not rows:
        return None
    exchanges = sum(row["kind"] == "exchange" for row in rows)
    items = [
        Item(row["suggestion_id"], row["excerpt_id"], row["dataset"], row["strength"])
        for row in rows
        if row["kind"] == "passage"
    ]
    ready, waiting = _parted(items, _coverages(db, sought.value))
    return Offer(sought.value, names[sought.value], tuple(ready[:MOST]), waiting, exchanges)


def answer_all(
    db: Database,
    coder_id: str,
    sought: Find,
    review: ReviewSettings,
    *,
    id: str,  # noqa: A002
    answer: Answer,
    suggestion_ids: Collection[str],
    page_name: str,
    now: datetime,
) -> int:
    """
    Answer the suggestions that the reader confirmed, as far as they are still on offer; return how many.

    They count as shown to the reader, each of them. The same id again stores nothing and returns the number stored.

    Raises:
        UsageError: none of them is on offer any more.
    """
    before = db.rows(
        "SELECT count(*) FROM decision_sets s JOIN decisions d ON d.id = s.decision_id "
        "WHERE s.set_id::VARCHAR = $id AND d.coder_id = $coder",
        {"id": id, "coder": coder_id},
    )[0][0]
    if before:
        return int(before)
    offered = offer(db, coder_id, sought, review)
    items = [item for item in offered.items if item.suggestion_id in suggestion_ids] if offered else []
    excerpts = [item.excerpt_id for item in items]
    shown = displays.show(db, coder_id, excerpts, page_name, review, now, value=sought.value)
    seen = {suggestion.id for each in shown.values() for suggestion in each.suggestions}
    confirmed = [(item.excerpt_id, item.suggestion_id, sought.value, answer) for item in items]
    confirmed = [each for each in confirmed if each[1] in seen]
    if not confirmed:
        raise UsageError("there is nothing left to answer here", remedy="Go back to the list; it may have changed")
    return decisions.decide_all(db, id=id, coder_id=coder_id, items=confirmed, now=now)


def _parted(
    items: Sequence[Item], coverages: dict[tuple[str, str], Coverage]
) -> tuple[list[Item], tuple[tuple[Coverage, int], ...]]:
    """Part the suggestions into those that are covered and those that wait, with what they wait for."""
    ready: list[Item] = []
    waiting: dict[Coverage, int] = {}
    for item in items:
        coverage = coverages.get((item.dataset, item.strength), Coverage(item.dataset, item.strength))
        if coverage.enough:
            ready.append(item)
        else:
            waiting[coverage] = waiting.get(coverage, 0) + 1
    return ready, tuple(waiting.items())


def _coverages(db: Readable, value: str) -> dict[tuple[str, str], Coverage]:
    found = [Coverage(*row) for row in db.rows(_COVERAGE, {"value": value})]
    return {(coverage.dataset, coverage.strength): coverage for coverage in found}


_COVERAGE = """
    SELECT dataset, strength, passages, read, transcripts, read_transcripts FROM blind_coverage WHERE value_id = $value
"""

_OPEN = """
    WITH answered AS (
        SELECT m.excerpt_id, m.framework
        FROM latest_readings m
        JOIN coding_answers a ON a.coding_id = m.coding_id
        WHERE m.coder_id = $coder AND a.value_id = $value
        UNION
        SELECT d.excerpt_id, f.name
        FROM standing_decisions d JOIN frameworks f ON f.id = d.framework_id
        WHERE d.coder_id = $coder AND d.act IN ('accept', 'reject') AND d.value_id = $value
    )
    SELECT g.id AS suggestion_id, g.excerpt_id, c.dataset, x.kind, coalesce(s.strength, 'none') AS strength
    FROM listed l
    JOIN suggestions g ON g.excerpt_id = l.excerpt_id AND g.value_id = $value
    JOIN newest_scorings c ON c.scoring_id = g.scoring_id
    JOIN excerpts x ON x.id = g.excerpt_id
    LEFT JOIN strengths s ON s.scoring_id = g.scoring_id AND s.excerpt_id = g.excerpt_id AND s.value_id = g.value_id
    WHERE NOT EXISTS (SELECT 1 FROM answered a WHERE a.excerpt_id = g.excerpt_id AND a.framework = c.framework)
    ORDER BY l.place, g.id
"""
