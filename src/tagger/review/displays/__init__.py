"""
The one gate for whatever is shown to a person: suggestions, rates, others' readings. What passes is recorded.

No page gets a suggestion or somebody's reading from anywhere else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tagger.config import ReviewSettings
from tagger.records import Span
from tagger.review.codings import Answered, answered, latest
from tagger.review.displays.neighbours import Neighbour, nearest
from tagger.review.displays.why import Asked, Strength, because
from tagger.review.gate import Item, allowed, may_show, record
from tagger.store import Database, Readable

__all__ = [
    "Neighbour",
    "OthersReading",
    "Shown",
    "Suggested",
    "ToCome",
    "Why",
    "may_show",
    "nearest",
    "show",
    "to_come",
]


@dataclass(frozen=True, slots=True)
class Why:
    """
    Why a value was suggested: the sentence (relative to its excerpt), the cue it resembles, and how strongly.

    `rate` and `untested` say what such suggestions are worth, as in `why.Because`.
    """

    sentence: Span
    sentence_text: str
    cue: str
    strength: Strength
    rate: str
    untested: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """
    A suggestion as it is shown, and how this viewer answered it.

    `named` says that the interviewer had just named the value.
    """

    id: str
    value_id: str
    value: str
    rank: int
    named: bool
    why: Why
    answered: Answered


@dataclass(frozen=True, slots=True)
class ToCome:
    """A suggestion that was not shown yet, or not again: the name of its value, and how this viewer answered it."""

    id: str
    value: str
    answered: Answered


@dataclass(frozen=True, slots=True)
class OthersReading:
    """Another person's newest reading, by their letter; `yes` holds the names of values."""

    coding_id: str
    letter: str
    kind: str
    made: str
    outcome: str
    yes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown on one excerpt."""

    suggestions: tuple[Suggested, ...] = ()
    readings: tuple[OthersReading, ...] = ()


def show(
    db: Database,
    coder_id: str,
    excerpt_ids: Collection[str],
    page: str,
    review: ReviewSettings,
    now: datetime,
    *,
    suggestions: bool = True,
    readings: bool = False,
    value: str = "",
    asked: bool = False,
) -> dict[str, Shown]:
    """
    Record what is shown of each excerpt, in the order of the page, and return it; nothing where nothing may be shown.

    Args:
        page: where it is shown.
        suggestions: whether the page shows suggestions of the datasets' newest scoring.
        readings: whether it shows others' finished readings, imported ones among them.
        value: the id of the one value whose suggestions are wanted.
        asked: the person asked for the suggestions of *value*, so they come before their own reading.
    """
    ids = list(dict.fromkeys(excerpt_ids))
    may = allowed(db, coder_id, ids, review, asked=asked and bool(value))
    suggested = _suggestions(db, coder_id, may.suggestions, value) if suggestions and may.suggestions else {}
    others = _others(db, coder_id, may.readings) if readings and may.readings else {}
    shown = {excerpt: Shown(suggested.get(excerpt, ()), others.get(excerpt, ())) for excerpt in ids}
    record(db, coder_id, [item for excerpt, one in shown.items() for item in _items(excerpt, one)], page, now)
    return shown


def to_come(
    db: Readable, coder_id: str, excerpt_id: str, review: ReviewSettings, *, value: str = "", asked: bool = False
) -> tuple[ToCome, ...]:
    """Return which suggestions the next page would show of an excerpt, to know where to go; nothing is shown yet."""
    may = allowed(db, coder_id, [excerpt_id], review, asked=asked and bool(value))
    offered = _offered(db, coder_id, may.suggestions, value) if may.suggestions else []
    return tuple(ToCome(one.id, one.value, said) for one, said in offered)


def _items(excerpt_id: str, shown: Shown) -> list[Item]:
    """List what is shown of an excerpt in the order in which it is read."""
    items: list[Item] = []
    for one in shown.suggestions:
        items.append(Item(excerpt_id, "suggestion", suggestion_id=one.id))
        if one.why.rate:
            items.append(Item(excerpt_id, "rate"))
    return items + [Item(excerpt_id, "reading", coding_id=one.coding_id) for one in shown.readings]


class _Offer(NamedTuple):
    """A suggestion as it was stored; its evidence lies relative to its excerpt."""

    id: str
    excerpt_id: str
    scoring_id: str
    dataset: str
    framework_id: str
    framework: str
    value_id: str
    value: str
    rank: int
    evidence_start: int
    evidence_end: int
    evidence: str
    cue: str
    named: bool


def _suggestions(
    db: Readable, coder_id: str, excerpt_ids: Collection[str], value: str
) -> dict[str, tuple[Suggested, ...]]:
    offered = _offered(db, coder_id, excerpt_ids, value)
    asked = [
        Asked(one.id, one.scoring_id, one.excerpt_id, one.value_id, one.value, one.framework, one.dataset)
        for one, _ in offered
    ]
    reasons = because(db, asked)
    found: dict[str, tuple[Suggested, ...]] = {}
    for one, said in offered:
        reason, where = reasons[one.id], (one.evidence_start, one.evidence_end)
        why = Why(where, one.evidence, one.cue, reason.strength, reason.rate, reason.untested)
        suggested = Suggested(one.id, one.value_id, one.value, one.rank, one.named, why, said)
        found[one.excerpt_id] = (*found.get(one.excerpt_id, ()), suggested)
    return found


def _offered(db: Readable, coder_id: str, excerpt_ids: Collection[str], value: str) -> list[tuple[_Offer, Answered]]:
    """Return what is suggested of some excerpts, and how a person answered it."""
    offers = [_Offer(*row) for row in db.known(_OFFERED, {"value": value, "excerpts": sorted(excerpt_ids)})]
    said = answered(db, coder_id, {(one.excerpt_id, one.framework_id) for one in offers})
    return [(one, said[one.excerpt_id, one.framework_id].get(one.value_id, "")) for one in offers]


def _others(db: Readable, coder_id: str, excerpt_ids: Collection[str]) -> dict[str, tuple[OthersReading, ...]]:
    """Return what others hold of these excerpts with the framework that is used now; what they skipped is theirs."""
    used = dict(db.rows(_FRAMEWORKS, {"ids": list(excerpt_ids)}))
    found: dict[str, tuple[OthersReading, ...]] = {}
    for one in latest(db, excerpt_ids):
        if one.coder_id == coder_id or one.framework != used.get(one.excerpt_id, one.framework):
            continue
        reading = OthersReading(one.coding_id, one.letter, one.kind, one.made, one.outcome, one.names)
        found[one.excerpt_id] = (*found.get(one.excerpt_id, ()), reading)
    return found


_OFFERED = """
    SELECT g.id, g.excerpt_id, g.scoring_id, c.dataset, c.framework_id, c.framework, g.value_id, v.name, g.rank,
           g.evidence_start, g.evidence_end,
           substring(e.text, g.evidence_start + 1, g.evidence_end - g.evidence_start), g.cue, b.value_id IS NOT NULL
    FROM excerpts e
    JOIN transcripts t ON t.id = e.transcript_id
    JOIN newest_scorings c ON c.dataset = t.dataset
    JOIN suggestions g ON g.scoring_id = c.scoring_id AND g.excerpt_id = e.id
    JOIN framework_values v ON v.framework_id = c.framework_id AND v.value_id = g.value_id
    LEFT JOIN named_before b ON b.scoring_id = g.scoring_id AND b.excerpt_id = g.excerpt_id AND b.value_id = g.value_id
    WHERE list_contains($excerpts, e.id) AND list_contains($excerpts, g.excerpt_id)
      AND ($value = '' OR g.value_id = $value)
    ORDER BY g.excerpt_id, g.rank, v.position
"""

_FRAMEWORKS = """
    SELECT e.id, c.framework
    FROM excerpts e JOIN transcripts t ON t.id = e.transcript_id JOIN newest_scorings c ON c.dataset = t.dataset
    WHERE e.id IN (SELECT unnest($ids))
"""
