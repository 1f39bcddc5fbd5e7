"""
How far the study is, for the whole team: counts of passages, never of persons.

No count here tells what somebody saw in a passage: it is said how many were read and how often readings differ, and the
latter only from so many passages on that no single reading shows through. Nobody learns from a count that moves with
their own reading what others said of that passage, or what is suggested there, while they can still read it afresh:
until all that is theirs in a dataset is read, only the readings of others are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.review.servings import Queue, left
from tagger.steps.revised import to_be_read_again
from tagger.steps.several import Several, read_by_several
from tagger.store import Readable

ENOUGH = 5
"""Passages from which on it is said how many of them are read differently, and how many wait for consent."""

PAIRINGS = {
    "blind + blind": "both without suggestions",
    "own-first + own-first": "both before any suggestion was shown",
    "imported + imported": "both elsewhere, each on their own",
    "blind + own-first": "one without suggestions, one before any was shown",
    "blind + imported": "one without suggestions, one elsewhere on their own",
}
"""Which two kinds of readings are compared, each pairing by itself."""


@dataclass(frozen=True, slots=True)
class ValueProgress:
    """In how many passages somebody here has answered for a value, be it yes or no."""

    name: str
    read: int


@dataclass(frozen=True, slots=True)
class Count:
    """Passages read by two people or more, how many they read differently, and from how many transcripts they come."""

    passages: int
    differ: int
    transcripts: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A value, and the counts for each pairing of kinds; None: not enough read by two people yet."""

    name: str
    counts: dict[str, Count | None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """
    How far a dataset is.

    `to_read` are the passages that are handed out, of which `read` were read by somebody here and `by_two` by two or
    more; `elsewhere` have codings that were brought in; `pairings` are those that occur in `compared`. `own_waits`:
    others have read, and the viewer's own readings are not compared with theirs before all of the viewer's are made.
    """

    name: str
    passages: int
    to_read: int
    read: int
    by_two: int
    elsewhere: int
    values: tuple[ValueProgress, ...] = ()
    compared: tuple[Compared, ...] = ()
    pairings: tuple[str, ...] = ()
    own_waits: bool = False

    @property
    def most(self) -> tuple[str, str, Count] | None:
        """Return the value and the pairing that are read differently most often, if any are."""
        found = [
            (row.name, pairing, count)
            for row in self.compared
            for pairing, count in row.counts.items()
            if count and count.differ
        ]
        return max(found, key=lambda each: each[2].differ / each[2].passages, default=None)


@dataclass(frozen=True, slots=True)
class Readings:
    """Finished readings by how they were made; the first three kinds may be learned from, the others never."""

    blind: int = 0
    own_first: int = 0
    independent: int = 0
    assisted: int = 0
    after_talk: int = 0
    other: int = 0

    @property
    def teach(self) -> int:
        """Return how many were made before anything was shown."""
        return self.blind + self.own_first + self.independent

    @property
    def teach_nothing(self) -> int:
        """Return how many were made after something was shown, or nobody knows how."""
        return self.assisted + self.after_talk + self.other


class Learned(NamedTuple):
    """From how much a dataset's suggestions were learned, and when."""

    dataset: str
    excerpts: int
    transcripts: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """
    What the progress page says; `mine` is the viewer's own count, for the viewer alone.

    `waiting` is None where so few passages wait, if any, that their number is not said. `learned` has the datasets
    whose suggestions rest on more than wording.
    """

    mine: int
    shelves: tuple[Shelf, ...]
    learned: tuple[Learned, ...]
    readings: Readings
    waiting: int | None
    to_reread: int
    several: Several


def progress(db: Readable, coder_id: str, review: ReviewSettings) -> Progress:
    """Count how far the study is, for one viewer."""
    viewer = _viewer(db, coder_id, review)
    values, compared = _values(db, viewer), _compared(db, viewer)
    others = {str(name) for (name,) in db.rows(_OTHERS, {"coder": coder_id})} - viewer.read_through
    waiting = int(_seen_by(db, _WAITING, viewer)[0]["passages"])
    return Progress(
        mine=_one(db, _MINE, {"coder": coder_id}),
        shelves=tuple(
            _shelf(row, values.get(row[0], []), compared.get(row[0], {}), row[0] in others)
            for row in db.rows(_SHELVES, {"all": review.read == "all"})
        ),
        learned=tuple(Learned(*row) for row in db.rows(_LEARNED)),
        readings=Readings(**{str(kind): int(count) for kind, count in db.rows(_READINGS)}),
        waiting=waiting if waiting >= ENOUGH else None,
        to_reread=len({coding.excerpt_id for coding in to_be_read_again(db)}),
        several=read_by_several(db, everything=review.read == "all", viewer=coder_id),
    )


@dataclass(frozen=True, slots=True)
class _Viewer:
    """Who looks, and the datasets in which they have read all that is theirs."""

    coder_id: str
    read_through: frozenset[str]


def _viewer(db: Readable, coder_id: str, review: ReviewSettings) -> _Viewer:
    return _Viewer(coder_id, read_through(db, coder_id, review))


def read_through(db: Readable, coder_id: str, review: ReviewSettings) -> frozenset[str]:
    """Return the datasets in which a person has read all that is theirs; what was not drawn yet is still to be."""
    found = []
    for (dataset,) in db.rows(_DRAWN, {"coder": coder_id}):
        ahead = left(db, coder_id, Queue(dataset), review)
        if not ahead.to_read and not ahead.later:
            found.append(str(dataset))
    return frozenset(found)


def _seen_by(db: Readable, sql: str, viewer: _Viewer) -> list[dict[str, Any]]:
    """Ask what depends on who looks."""
    read_through = pa.table({"dataset": pa.array(sorted(viewer.read_through), pa.string())})
    rows: list[dict[str, Any]] = db.table(sql, {"coder": viewer.coder_id}, read_through=read_through).to_pylist()
    return rows


def _one(db: Readable, sql: str, parameters: Mapping[str, object] | None = None) -> int:
    return int(db.rows(sql, parameters)[0][0])


def _shelf(
    row: Sequence[Any], values: list[ValueProgress], compared: Mapping[str, Mapping[str, Count]], own_waits: bool
) -> Shelf:
    name, passages, to_read, read, by_two, elsewhere = row
    occurring = tuple(pairing for pairing in PAIRINGS if any(pairing in counted for counted in compared.values()))
    rows = tuple(
        Compared(value, {pairing: _enough(counted.get(pairing)) for pairing in occurring})
        for value, counted in sorted(compared.items())
    )
    return Shelf(name, passages, to_read, read, by_two, elsewhere, tuple(values), rows, occurring, own_waits)


def _enough(count: Count | None) -> Count | None:
    return count if count and count.passages >= ENOUGH else None


def _values(db: Readable, viewer: _Viewer) -> dict[str, list[ValueProgress]]:
    found: dict[str, list[ValueProgress]] = {}
    for row in _seen_by(db, _VALUES, viewer):
        found.setdefault(row["dataset"], []).append(ValueProgress(row["name"], int(row["passages"])))
    return found


def _compared(db: Readable, viewer: _Viewer) -> dict[str, dict[str, dict[str, Count]]]:
    """Count by dataset, value and pairing."""
    found: dict[str, dict[str, dict[str, Count]]] = {}
    for row in _seen_by(db, _COMPARED, viewer):
        if row["pairing"] in PAIRINGS:
            counts = found.setdefault(row["dataset"], {}).setdefault(row["name"], {})
            counts[row["pairing"]] = Count(int(row["passages"]), int(row["differ"]), int(row["transcripts"]))
    return found


_LEARNED = """
SELECT n.dataset, l.excerpts, l.transcripts, l.made_at
FROM newest_scorings n JOIN learned l ON l.id = n.learned_id ORDER BY n.dataset
"""

_MINE = """
SELECT count(DISTINCT excerpt_id) FROM conclusions WHERE coder_id = $coder AND act <> 'skip'
"""

_SHELVES = """
WITH suggested AS (
    SELECT e.dataset, g.excerpt_id
    FROM newest_scorings n JOIN suggestions g ON g.scoring_id = n.scoring_id
    JOIN excerpt_list e ON e.excerpt_id = g.excerpt_id
), people AS (
    SELECT c.excerpt_id, count(DISTINCT c.coder_id) AS people
    FROM conclusions c JOIN readers r ON r.coder_id = c.coder_id
    WHERE c.act <> 'skip' AND r.role IS NOT NULL
    GROUP BY c.excerpt_id
), counted AS (
    SELECT e.dataset, e.kind, coalesce(p.people, 0) AS people,
           e.excerpt_id IN (SELECT excerpt_id FROM codings WHERE kind = 'imported') AS elsewhere,
           $all OR p.people > 0 OR e.dataset NOT IN (SELECT dataset FROM suggested)
           OR e.excerpt_id IN (SELECT excerpt_id FROM suggested)
           OR e.excerpt_id IN (
               SELECT w.excerpt_id FROM waiting_blind w JOIN readers_here h ON h.coder_id = w.coder_id
           ) AS wanted
    FROM excerpt_list e LEFT JOIN people p ON p.excerpt_id = e.excerpt_id
)
SELECT d.id, count(*) FILTER (WHERE c.kind = 'passage'), count(*) FILTER (WHERE c.wanted),
       count(*) FILTER (WHERE c.people > 0), count(*) FILTER (WHERE c.people > 1), count(*) FILTER (WHERE c.elsewhere)
FROM datasets d LEFT JOIN counted c ON c.dataset = d.id
GROUP BY d.id ORDER BY d.id
"""

_DRAWN = """
SELECT id FROM datasets
WHERE id NOT IN (
    SELECT e.dataset FROM excerpt_list e ANTI JOIN arms a ON a.excerpt_id = e.excerpt_id AND a.coder_id = $coder
    WHERE e.kind = 'passage'
)
ORDER BY id
"""

_OTHERS = """
SELECT DISTINCT e.dataset FROM current_codings x JOIN excerpt_list e ON e.excerpt_id = x.excerpt_id
WHERE x.coder_id <> $coder AND x.outcome <> 'skipped'
"""

# Where others answered too, a viewer's own answers are left out for as long as theirs are not compared: the values that
# did not move with them would be those that others had answered, which may be what was suggested.
_VALUES = """
WITH answered AS (
    SELECT n.dataset, a.value_id, x.excerpt_id, x.coder_id
    FROM current_codings x
    JOIN readers r ON r.coder_id = x.coder_id AND r.role IS NOT NULL
    JOIN excerpt_list e ON e.excerpt_id = x.excerpt_id
    JOIN newest_scorings n ON n.dataset = e.dataset AND n.framework = x.framework
    JOIN coding_answers a ON a.coding_id = x.id
    WHERE x.kind <> 'imported'
), counted AS (
    SELECT dataset, value_id, excerpt_id FROM answered
    WHERE coder_id <> $coder OR dataset IN (SELECT dataset FROM read_through)
       OR excerpt_id NOT IN (SELECT excerpt_id FROM answered WHERE coder_id <> $coder)
)
SELECT n.dataset, v.name, count(DISTINCT c.excerpt_id) AS passages
FROM newest_scorings n
JOIN framework_values v ON v.framework_id = n.framework_id
LEFT JOIN counted c ON c.dataset = n.dataset AND c.value_id = v.value_id
GROUP BY n.dataset, v.name ORDER BY n.dataset, v.name
"""

_FINISHED = """
finished AS (
    SELECT x.id AS coding_id, x.coder_id, x.excerpt_id, x.framework, x.kind, x.made
    FROM current_codings x
    LEFT JOIN conclusions c ON c.coder_id = x.coder_id AND c.excerpt_id = x.excerpt_id
    WHERE x.outcome IN ('values', 'nothing here', 'something not on our list')
      AND (x.kind = 'imported' OR c.act IN ('done', 'nothing here'))
)
"""

_COMPARED = f"""
WITH {_FINISHED}, said AS (
    SELECT f.coder_id, f.excerpt_id, f.kind, e.dataset, e.transcript, a.value_id, a.answer, v.name
    FROM finished f
    JOIN excerpt_list e ON e.excerpt_id = f.excerpt_id AND e.kind = 'passage'
    JOIN newest_scorings n ON n.dataset = e.dataset AND n.framework = f.framework
    JOIN coding_answers a ON a.coding_id = f.coding_id
    JOIN framework_values v ON v.framework_id = n.framework_id AND v.value_id = a.value_id
    WHERE f.kind IN ('blind', 'own-first') OR (f.kind = 'imported' AND f.made = 'independently')
), pairs AS (
    SELECT x.dataset, x.name, x.excerpt_id, x.transcript, x.answer <> y.answer AS differ,
           CASE WHEN x.kind = y.kind OR x.kind = 'blind' OR (x.kind = 'own-first' AND y.kind = 'imported')
                THEN x.kind || ' + ' || y.kind ELSE y.kind || ' + ' || x.kind END AS pairing
    FROM said x JOIN said y ON y.excerpt_id = x.excerpt_id AND y.value_id = x.value_id AND x.coder_id < y.coder_id
    WHERE $coder NOT IN (x.coder_id, y.coder_id) OR x.dataset IN (SELECT dataset FROM read_through)
)
SELECT dataset, name, pairing, count(DISTINCT excerpt_id) AS passages,
       count(DISTINCT excerpt_id) FILTER (WHERE differ) AS differ, count(DISTINCT transcript) AS transcripts
FROM pairs GROUP BY dataset, name, pairing ORDER BY dataset, name, pairing
"""  # noqa: S608 - put together from constants

_READINGS = f"""
WITH {_FINISHED}
SELECT CASE WHEN kind <> 'imported' THEN replace(kind, '-', '_') WHEN made = 'independently' THEN 'independent'
       ELSE 'other' END AS made_how, count(*)
FROM finished
WHERE excerpt_id IN (SELECT excerpt_id FROM live_excerpts)
GROUP BY made_how
"""  # noqa: S608 - put together from constants

_WAITING = """
WITH held AS (
    SELECT r.coder_id, r.excerpt_id, e.dataset, r.framework, r.coding_id
    FROM latest_readings r JOIN excerpt_list e ON e.excerpt_id = r.excerpt_id
    WHERE r.finished AND r.outcome IN ('values', 'nothing here', 'something not on our list')
), said AS (
    SELECT h.coder_id, h.excerpt_id, h.dataset, h.framework, a.value_id, a.answer
    FROM held h JOIN coding_answers a ON a.coding_id = h.coding_id
)
SELECT count(DISTINCT x.excerpt_id) AS passages
FROM said x JOIN said y ON y.excerpt_id = x.excerpt_id AND y.framework = x.framework AND y.value_id = x.value_id
WHERE x.coder_id < y.coder_id AND x.answer <> y.answer
  AND ($coder NOT IN (x.coder_id, y.coder_id) OR x.dataset IN (SELECT dataset FROM read_through))
"""
