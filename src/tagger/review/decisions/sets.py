"""A set: the decisions that a person makes in one step, stored together and taken back together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import pyarrow as pa

from tagger.errors import StoreError, UsageError
from tagger.review.gate import saw_readings
from tagger.store import Database, Readable

MOST_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of a set. `answer` is what a choose says of its value."""

    act: str
    excerpt_id: str
    framework_id: str | None = None
    serving_id: str | None = None
    value_id: str | None = None
    suggestion_id: str | None = None
    answer: str | None = None
    note: str | None = None
    undoes: str | None = None


def key_of(id: str, content: str) -> UUID:  # noqa: A002
    """Derive from a client's id and the content of a step what its rows are called."""
    try:
        return uuid5(UUID(id), content)
    except ValueError:
        raise UsageError("the id of this step is not a UUID", remedy="Open the page again") from None


def row_id(key: UUID, place: int) -> str:
    """Name the decision at some place of a set."""
    return str(uuid5(key, str(place)))


def is_stored(db: Readable, key: UUID) -> bool:
    """Say whether a step with this key was stored before."""
    return bool(db.rows("SELECT 1 FROM decisions WHERE id = $id", {"id": row_id(key, 0)}))


def written(note: str) -> str | None:
    """Return a person's note without white space around it, None where nothing is left; refuse what is too long."""
    text = note.strip()
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"the note has {len(text):,} characters, and {MOST_CHARACTERS:,} is the most that is kept",
            remedy="Shorten it, or write two",
        )
    return text or None


def store_set(db: Database, coder_id: str, id: str, key: UUID, lines: Sequence[Line], now: datetime) -> list[str]:  # noqa: A002
    """Store the decisions of one step in their order, and return their ids."""
    [(last, seen)] = db.rows(_COUNTS, {"coder": coder_id})
    taken = db.rows("SELECT 1 FROM decision_sets WHERE set_id = $id LIMIT 1", {"id": id})
    set_id = str(key) if taken else id
    ids = [row_id(key, place) for place in range(len(lines))]
    talked = saw_readings(db, coder_id, {line.excerpt_id for line in lines})
    common = {"coder_id": coder_id, "suggestions_seen_before": seen, "decided_at": now}
    columns = ("act", "excerpt_id", "framework_id", "serving_id", "value_id", "suggestion_id", "note", "undoes")
    decisions = [
        {
            "id": identity,
            "round": "after talk" if line.excerpt_id in talked else "before talk",
            **common,
            **{column: getattr(line, column) for column in columns},
        }
        for identity, line in zip(ids, lines, strict=True)
    ]
    _insert(db, "decisions", decisions)
    numbered = [
        {"decision_id": identity, "set_id": set_id, "number": last + place} for place, identity in enumerate(ids, 1)
    ]
    _insert(db, "decision_sets", numbered)
    answers = [
        {"decision_id": identity, "value_id": line.value_id, "answer": line.answer}
        for identity, line in zip(ids, lines, strict=True)
        if line.answer
    ]
    _insert(db, "decision_answers", answers)
    return ids


def _insert(db: Database, table: str, rows: Collection[dict[str, Any]]) -> None:
    """Insert rows that are all new: one that is there already means that nothing of this step may be stored."""
    if rows and db.insert(table, pa.Table.from_pylist(list(rows))) != len(rows):
        raise StoreError("a part of this step was stored before", where=table, remedy="Open the page again")


_COUNTS = """
    SELECT (SELECT coalesce(max(number), 0) FROM decision_sets),
           (SELECT count(DISTINCT suggestion_id) FROM displays WHERE coder_id = $coder AND shown = 'suggestion')
"""
