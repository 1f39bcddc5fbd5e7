"""
The one gate for whatever is shown to a person: suggestions, rates, others' readings. What passes is recorded.

No page gets a suggestion or somebody's reading from anywhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tagger.config import ReviewSettings
from tagger.records import Span
from tagger.review.codings import latest
from tagger.review.displays.neighbours import Neighbour, nearest
from tagger.review.displays.why import Asked, Strength, because
from tagger.review.gate import Item, allowed, may_show, record, wanted
from tagger.store import Database, Readable

__all__ = ["Neighbour", "OthersReading", "Shown", "Suggested", "Why", "may_show", "nearest", "show", "to_come"]

Answered = Literal["accept", "reject", ""]


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
    shown = _shown(db, coder_id, excerpt_ids, review, value, asked, suggestions=suggestions, readings=readings)
    record(db, coder_id, [item for excerpt, one in shown.items() for item in _items(excerpt, one)], page, now)
    return shown


def to_come(
    db: Readable, coder_id: str, excerpt_id: str, review: ReviewSettings, *, value: str = "", asked: bool = False
) -> Shown:
    """Return which suggestions the next page would show of an excerpt, to know where to go: it is not shown yet."""
    return _shown(db, coder_id, [excerpt_id], review, value, asked, suggestions=True, readings=False)[excerpt_id]


def _shown(
    db: Readable,
    coder_id: str,
    excerpt_ids: Collection[str],
    review: ReviewSettings,
    value: str,
    asked: bool,
    *,
    suggestions: bool,
    readings: bool,
) -> dict[str, Shown]:
    ids = list(dict.fromkeys(excerpt_ids))
    may = allowed(db, coder_id, ids, review, asked=asked and bool(value))
    suggested = _suggestions(db, coder_id, may.suggestions, value) if suggestions and may.suggestions else {}
    others = _others(db, coder_id, may.readings) if readings and may.readings else {}
    return {excerpt: Shown(suggested.get(excerpt, ()), others.get(excerpt, ())) for excerpt in ids}


def _items(excerpt_id: str, shown: Shown) -> list[Item]:
    """List what is shown of an excerpt in the order in which it is read."""
    items: list[Item] = []
    for one in shown.suggestions:
        items.append(Item(excerpt_id, "suggestion", suggestion_id=one.id))
        if one.why.rate:
            items.append(Item(excerpt_id, "rate"))
    return items + [Item(excerpt_id, "reading", coding_id=one.coding_id) for one in shown.readings]


def _suggestions(
    db: Readable, coder_id: str, excerpt_ids: Collection[str], value: str
) -> dict[str, tuple[Suggested, ...]]:
    about = {"coder": coder_id, "value": value, "excerpts": sorted(excerpt_ids)}
    rows = db.table(_SUGGESTED, about, wanted=wanted(excerpt_ids)).to_pylist()
    reasons = because(db, [Asked(*(row[column] for column in _ASKED)) for row in rows])
    found: dict[str, tuple[Suggested, ...]] = {}
    for row in rows:
        reason = reasons[row["id"]]
        why = Why(*_evidence(row), row["cue"], reason.strength, reason.rate, reason.untested)
        answered: Answered = row["answered"] if row["answered"] in ("accept", "reject") else ""
        one = Suggested(row["id"], row["value_id"], row["value"], row["rank"], row["named"], why, answered)
        found[row["excerpt_id"]] = (*found.get(row["excerpt_id"], ()), one)
    return found


def _evidence(row: Mapping[str, Any]) -> tuple[Span, str]:
    start, end = row["evidence_start"], row["evidence_end"]
    return (start, end), row["text"][start:end]


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


_ASKED = ("id", "scoring_id", "excerpt_id", "value_id", "value", "framework", "dataset")

# Answers are looked up by value and not by suggestion: a new scoring makes new suggestions of the same values.
_SUGGESTED = """
    WITH answered AS (
        SELECT d.excerpt_id, f.name AS framework, d.value_id, arg_max(d.act, d.number) AS act
        FROM standing_decisions d
        JOIN frameworks f ON f.id = d.framework_id
        WHERE d.coder_id = $coder AND list_contains($excerpts, d.excerpt_id) AND d.act IN ('accept', 'reject', 'choose')
        GROUP BY d.excerpt_id, f.name, d.value_id
    )
    SELECT g.id, g.excerpt_id, g.scoring_id, c.dataset, c.framework, g.value_id, v.name AS value, g.rank,
           g.evidence_start, g.evidence_end, g.cue, e.text, b.value_id IS NOT NULL AS named, a.act AS answered
    FROM wanted w
    JOIN excerpts e ON e.id = w.excerpt_id
    JOIN transcripts t ON t.id = e.transcript_id
    JOIN newest_scorings c ON c.dataset = t.dataset
    JOIN suggestions g ON g.scoring_id = c.scoring_id AND g.excerpt_id = e.id
    JOIN framework_values v ON v.framework_id = c.framework_id AND v.value_id = g.value_id
    LEFT JOIN named_before b ON b.scoring_id = g.scoring_id AND b.excerpt_id = g.excerpt_id AND b.value_id = g.value_id
    LEFT JOIN answered a ON a.excerpt_id = g.excerpt_id AND a.framework = c.framework AND a.value_id = g.value_id
    WHERE $value = '' OR g.value_id = $value
    ORDER BY g.excerpt_id, g.rank, v.position
"""

_FRAMEWORKS = """
    SELECT e.id, c.framework
    FROM excerpts e JOIN transcripts t ON t.id = e.transcript_id JOIN newest_scorings c ON c.dataset = t.dataset
    WHERE e.id IN (SELECT unnest($ids))
"""
