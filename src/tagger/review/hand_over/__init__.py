"""
Handing over: what somebody who left, or comes no more, was still to read goes to others.

    words.py  the same in words, for the command line and the page of people
    door.py   the same from the command line, also while the pages are served

Each passage of an audit goes to one other person, with its draw, stratum and probability, to be read as if it had been
drawn for them: so only to somebody who was shown nothing on its words. What the person had open, or in packs, is kept
from nobody any more. Nothing that they read, marked or noted goes along, and nobody is told what it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from tagger.errors import UsageError
from tagger.exchange.packs import number_of
from tagger.review.audit import READ, SEEN, TO_READ, fates
from tagger.review.people import Person, people, person_called
from tagger.review.servings import HOLD
from tagger.review.servings.marks import PACK_HOLD
from tagger.store import Database, Readable

__all__ = ["HandOver", "Out", "Part", "hand_over", "left_behind", "left_by_all"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """What one person gets of a dataset's audits; `read_before` they have read without suggestions already."""

    reader: str
    dataset: str
    to_read: int
    read_before: int


@dataclass(frozen=True, slots=True)
class Out:
    """A pack that is out, or of which some passages have not come back."""

    number: str
    dataset: str
    made_on: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """
    What a person leaves behind, and to whom it goes.

    Args:
        with_others: passages of audits that nobody new can read, and that others have read or read anyway.
        unread: those that nobody else can read without suggestions: the audit has no answer for them.
        freed: passages that they have open or in packs, and that are kept from others until now.
        counts: they count among those who read here until now.
    """

    name: str
    parts: tuple[Part, ...]
    with_others: int
    unread: int
    freed: int
    packs: tuple[Out, ...]
    counts: bool

    @property
    def changes(self) -> bool:
        """Say whether to hand over makes any difference."""
        return bool(self.parts or self.freed or self.counts)


def left_behind(db: Readable, name: str, to: Sequence[str], now: datetime) -> HandOver:
    """
    Say what a person would hand over to whom; nothing is stored.

    Args:
        to: the names of those who may get it; nobody named: all who read here.

    Raises:
        UsageError: somebody is not known, or does not read here.
    """
    return _planned(db, name, to, now)[0]


def left_by_all(db: Readable, now: datetime) -> list[HandOver]:
    """Say the same of everybody whose access was taken away, if it was to go to all who read here."""
    given = {str(one) for (one,) in db.rows(_GIVEN)}
    gone = [one for one in people(db, now) if one.state == "taken away" and one.id in given]
    return [left_behind(db, one.name, (), now) for one in gone]


def hand_over(
    db: Database, name: str, to: Sequence[str], hand_over_id: str, now: datetime, *, by: str | None = None
) -> HandOver:
    """
    Hand over, and return what went to whom. Done again, only what can go now goes; where that is nothing, it is none.

    Args:
        to: as in `left_behind`.
        hand_over_id: a UUID of its own.
        by: who does it in the browser; nobody at the terminal.

    Raises:
        UsageError: as `left_behind`.
    """
    made, leaver, moved = _planned(db, name, to, now)
    if made.changes:
        row = {"id": hand_over_id, "coder_id": leaver.id, "by_id": by, "handed_at": now}
        db.insert("hand_overs", pa.Table.from_pylist([row]))
    if moved:
        audits = ("draw_id", "excerpt_id", "coder_id", "stratum", "inclusion_probability", "place", "fate")
        db.insert("audit_passages", pa.Table.from_pylist([{name: row[name] for name in audits} for row in moved]))
        handed = [
            {"hand_over_id": hand_over_id, "draw_id": row["draw_id"], "excerpt_id": row["excerpt_id"]}
            | {"to_id": row["coder_id"]}
            for row in moved
        ]
        db.insert("handed_passages", pa.Table.from_pylist(handed))
    return made


def _planned(db: Readable, name: str, to: Sequence[str], now: datetime) -> tuple[HandOver, Person, list[Row]]:
    """Return what is handed over, by whom, and the rows of the audits' samples for those who get it."""
    leaver = person_called(db, name, now)
    here = {str(one) for (one,) in db.rows("SELECT coder_id FROM readers_here")}
    takers = _takers(db, leaver, to, here, now)
    tasks = db.table(_TASKS, {"coder": leaver.id}).to_pylist()
    moved = _dealt(db, tasks, [one.id for one in takers])
    gone = {(row["draw_id"], row["excerpt_id"]) for row in moved}
    rest = [task for task in tasks if (task["draw_id"], task["excerpt_id"]) not in gone]
    others = sum(task["others"] for task in rest)
    held = {"coder": leaver.id, "since": now - HOLD, "packed_since": now - HOLD - PACK_HOLD}
    made = HandOver(
        name=leaver.name,
        parts=_parts(moved, takers),
        with_others=others,
        unread=len(rest) - others,
        freed=db.rows(_HELD, held)[0][0],
        packs=tuple(Out(number_of(pack_id), *row) for pack_id, *row in db.rows(_OUT, {"coder": leaver.id})),
        counts=leaver.id in here,
    )
    return made, leaver, moved


def _takers(db: Readable, leaver: Person, to: Sequence[str], here: set[str], now: datetime) -> list[Person]:
    """Return those who may get something: all who read here, or those who are named."""
    if not to:
        return [one for one in people(db, now) if one.id in here and one.id != leaver.id]
    named = {one.id: one for one in (person_called(db, name, now) for name in to)}
    for one in named.values():
        if one.id == leaver.id or one.id not in here:
            why = "leaves" if one.id == leaver.id else "does not read here"
            remedy = "Name people who read here, or nobody: then it goes to all of them"
            raise UsageError(f"{one.name} {why}, and can take nothing over", remedy=remedy)
    return list(named.values())


def _dealt(db: Readable, tasks: Sequence[Row], coder_ids: Sequence[str]) -> list[Row]:
    """Deal the passages out evenly, each to one who can read it blind, first to those who have done so already."""
    known = {coder_id: _known(db, coder_id, tasks) for coder_id in coder_ids}
    load: Counter[str] = Counter()
    dealt: list[Row] = []
    for task in tasks:
        about = task["draw_id"], task["excerpt_id"]
        able = [one for one in coder_ids if known[one][about] in (READ, TO_READ)]
        if able:
            taker = min(able, key=lambda one: (known[one][about] != READ, load[one]))
            fate = known[taker][about]
            load[taker] += fate == TO_READ
            dealt.append({**task, "coder_id": taker, "fate": fate})
    return dealt


def _known(db: Readable, coder_id: str, tasks: Sequence[Row]) -> dict[tuple[str, str], str]:
    """Return the fate that each passage would have with a person; what they cannot get is as if it were seen."""
    found: dict[tuple[str, str], str] = {}
    for framework in {task["framework"] for task in tasks}:
        own = [task for task in tasks if task["framework"] == framework]
        before = fates(db, coder_id, [task["excerpt_id"] for task in own], framework)
        found |= {(task["draw_id"], task["excerpt_id"]): before.get(task["excerpt_id"], TO_READ) for task in own}
    return found | dict.fromkeys(db.rows(_NOT_FOR, {"coder": coder_id}), SEEN)


def _parts(moved: Sequence[Row], takers: Sequence[Person]) -> tuple[Part, ...]:
    counts = Counter((row["coder_id"], row["dataset"], row["fate"]) for row in moved)
    pairs = [(one, dataset) for one in takers for dataset in sorted({row["dataset"] for row in moved})]
    parts = [
        Part(one.name, dataset, counts[one.id, dataset, TO_READ], counts[one.id, dataset, READ])
        for one, dataset in pairs
    ]
    return tuple(part for part in parts if part.to_read or part.read_before)


# Whoever was given nothing leaves nothing: of them nothing more is asked.
_GIVEN = """
SELECT coder_id FROM servings UNION SELECT coder_id FROM audit_passages UNION SELECT coder_id FROM packs
UNION SELECT coder_id FROM readers_here
"""

_TASKS = """
WITH answered AS (
    SELECT a.draw_id, a.excerpt_id
    FROM audit_list a
    LEFT JOIN conclusions c ON c.coder_id = a.coder_id AND c.excerpt_id = a.excerpt_id AND c.act <> 'skip'
    WHERE a.coder_id <> $coder
      AND (a.fate = 'read before' OR (a.fate = 'to read' AND c.act IS NOT NULL)
           OR (a.waits AND a.coder_id IN (SELECT coder_id FROM readers_here)))
)
SELECT a.draw_id, a.dataset, n.framework, a.excerpt_id, a.stratum, a.inclusion_probability, k.place,
       EXISTS (FROM answered o WHERE o.draw_id = a.draw_id AND o.excerpt_id = a.excerpt_id) AS others
FROM audit_list a
JOIN audit_tasks k ON k.draw_id = a.draw_id AND k.coder_id = a.coder_id AND k.excerpt_id = a.excerpt_id
JOIN newest_scorings n ON n.dataset = a.dataset
WHERE a.coder_id = $coder AND a.waits
ORDER BY a.drawn_at, a.draw_id, k.place, a.excerpt_id
"""

# What they have in the same draw already, what they skipped, and what lies before them on paper as one of the assisted
# arm: read there, it would not be blind.
_NOT_FOR = """
SELECT a.draw_id, a.excerpt_id
FROM audit_passages a
WHERE a.coder_id = $coder
   OR a.excerpt_id IN (SELECT excerpt_id FROM conclusions WHERE coder_id = $coder AND act = 'skip')
   OR a.excerpt_id IN (SELECT excerpt_id FROM serving_list
                       WHERE coder_id = $coder AND pack_id IS NOT NULL AND arm = 'assisted' AND NOT let_go)
"""

_HELD = """
SELECT count(DISTINCT g.excerpt_id)
FROM serving_list g
ANTI JOIN conclusions c ON c.coder_id = g.coder_id AND c.excerpt_id = g.excerpt_id
WHERE g.coder_id = $coder AND NOT g.let_go
  AND g.touched_at > CASE WHEN g.pack_id IS NULL THEN $since ELSE $packed_since END
"""

_OUT = """
SELECT p.id, any_value(t.dataset), strftime(p.made_at, '%d %B %Y')
FROM packs p
JOIN serving_list g ON g.pack_id = p.id
JOIN excerpts e ON e.id = g.excerpt_id
JOIN transcripts t ON t.id = e.transcript_id
ANTI JOIN conclusions c ON c.coder_id = g.coder_id AND c.excerpt_id = g.excerpt_id
WHERE p.coder_id = $coder
GROUP BY p.id, p.made_at
ORDER BY p.made_at, p.id
"""
