"""
How far the study is, for the whole team: counts of passages, never of persons.

No count here tells what somebody saw in a passage: it is said how many were read and how often readings differ, and the
latter only from so many passages on that no single reading shows through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagger.config import ReviewSettings
from tagger.store import Reader

ENOUGH = 5
"""Passages that two people must have read before it is said how many they read differently."""

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
    """How many passages a value was suggested for, and how many of those somebody has read."""

    name: str
    suggested: int
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
    more; `elsewhere` have codings that were brought in; `pairings` are those that occur in `compared`.
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


@dataclass(frozen=True, slots=True)
class Progress:
    """What the progress page says; `mine` is the viewer's own count, for the viewer alone."""

    mine: int
    shelves: tuple[Shelf, ...]
    readings: Readings
    waiting: int
    to_reread: int


def progress(db: Reader, coder_id: str, review: ReviewSettings) -> Progress:
    """Count how far the study is."""
    values, compared = _values(db), _compared(db)
    return Progress(
        mine=_one(db, _MINE, {"coder": coder_id}),
        shelves=tuple(
            _shelf(row, values.get(row[0], []), compared.get(row[0], {}))
            for row in db.rows(_SHELVES, {"all": review.read == "all"})
        ),
        readings=Readings(**{str(kind): int(count) for kind, count in db.rows(_READINGS)}),
        waiting=_one(db, _WAITING),
        to_reread=_one(db, _TO_REREAD),
    )


def _one(db: Reader, sql: str, parameters: Mapping[str, object] | None = None) -> int:
    return int(db.rows(sql, parameters)[0][0])


def _shelf(row: Sequence[Any], values: list[ValueProgress], compared: Mapping[str, Mapping[str, Count]]) -> Shelf:
    name, passages, to_read, read, by_two, elsewhere = row
    occurring = tuple(pairing for pairing in PAIRINGS if any(pairing in counted for counted in compared.values()))
    rows = tuple(
        Compared(value, {pairing: _enough(counted.get(pairing)) for pairing in occurring})
        for value, counted in sorted(compared.items())
    )
    return Shelf(name, passages, to_read, read, by_two, elsewhere, tuple(values), rows, occurring)


def _enough(count: Count | None) -> Count | None:
    return count if count and count.passages >= ENOUGH else None


def _values(db: Reader) -> dict[str, list[ValueProgress]]:
    found: dict[str, list[ValueProgress]] = {}
    for dataset, name, suggested, read in db.rows(_VALUES):
        found.setdefault(dataset, []).append(ValueProgress(name, int(suggested), int(read)))
    return found


def _compared(db: Reader) -> dict[str, dict[str, dict[str, Count]]]:
    """Count by dataset, value and pairing."""
    found: dict[str, dict[str, dict[str, Count]]] = {}
    for dataset, value, pairing, passages, differ, transcripts in db.rows(_COMPARED):
        if pairing in PAIRINGS:
            counts = found.setdefault(dataset, {}).setdefault(value, {})
            counts[pairing] = Count(int(passages), int(differ), int(transcripts))
    return found


_MINE = """
SELECT count(DISTINCT excerpt_id) FROM conclusions WHERE coder_id = $coder AND act <> 'skip'
"""

_NEWEST = """
newest AS (
    SELECT dataset, arg_max(scoring_id, number) AS scoring_id, arg_max(framework_id, number) AS framework_id,
           arg_max(framework, number) AS framework
    FROM current_scorings GROUP BY dataset
), suggested AS (
    SELECT n.dataset, n.framework_id, g.excerpt_id, g.value_id
    FROM newest n JOIN suggestions g ON g.scoring_id = n.scoring_id
    JOIN excerpt_list e ON e.excerpt_id = g.excerpt_id
), people AS (
    SELECT c.excerpt_id, count(DISTINCT c.coder_id) AS people
    FROM conclusions c JOIN readers r ON r.coder_id = c.coder_id
    WHERE c.act <> 'skip' AND r.role IS NOT NULL
    GROUP BY c.excerpt_id
)
"""

_SHELVES = f"""
WITH {_NEWEST}, counted AS (
    SELECT e.dataset, e.kind, coalesce(p.people, 0) AS people,
           e.excerpt_id IN (SELECT excerpt_id FROM codings WHERE kind = 'imported') AS elsewhere,
           $all OR p.people > 0 OR e.dataset NOT IN (SELECT dataset FROM suggested)
           OR e.excerpt_id IN (SELECT excerpt_id FROM suggested)
           OR e.excerpt_id IN (SELECT excerpt_id FROM arms WHERE arm = 'blind') AS wanted
    FROM excerpt_list e LEFT JOIN people p ON p.excerpt_id = e.excerpt_id
)
SELECT d.id, count(*) FILTER (WHERE c.kind = 'passage'), count(*) FILTER (WHERE c.wanted),
       count(*) FILTER (WHERE c.people > 0), count(*) FILTER (WHERE c.people > 1), count(*) FILTER (WHERE c.elsewhere)
FROM datasets d LEFT JOIN counted c ON c.dataset = d.id
GROUP BY d.id ORDER BY d.id
"""  # noqa: S608 - put together from constants

_VALUES = f"""
WITH {_NEWEST}
SELECT n.dataset, v.name, count(s.excerpt_id), count(s.excerpt_id) FILTER (WHERE p.people > 0)
FROM newest n
JOIN framework_values v ON v.framework_id = n.framework_id
LEFT JOIN suggested s ON s.dataset = n.dataset AND s.value_id = v.value_id
LEFT JOIN people p ON p.excerpt_id = s.excerpt_id
GROUP BY n.dataset, v.name ORDER BY n.dataset, v.name
"""  # noqa: S608 - put together from constants

_FINISHED = """
finished AS (
    SELECT x.id AS coding_id, x.coder_id, x.excerpt_id, x.framework, x.kind, x.made, x.decision_id, x.coded_at
    FROM current_codings x
    LEFT JOIN conclusions c ON c.coder_id = x.coder_id AND c.excerpt_id = x.excerpt_id
    WHERE x.outcome IN ('values', 'nothing here', 'something not on our list')
      AND (x.kind = 'imported' OR c.act IN ('done', 'nothing here', 'something not on our list'))
)
"""

_COMPARED = f"""
WITH {_NEWEST}, {_FINISHED}, said AS (
    SELECT f.coder_id, f.excerpt_id, f.kind, e.dataset, e.transcript, a.value_id, a.answer, v.name
    FROM finished f
    JOIN excerpt_list e ON e.excerpt_id = f.excerpt_id AND e.kind = 'passage'
    JOIN newest n ON n.dataset = e.dataset AND n.framework = f.framework
    JOIN coding_answers a ON a.coding_id = f.coding_id
    JOIN framework_values v ON v.framework_id = n.framework_id AND v.value_id = a.value_id
    WHERE f.kind IN ('blind', 'own-first') OR (f.kind = 'imported' AND f.made = 'independently')
), pairs AS (
    SELECT x.dataset, x.name, x.excerpt_id, x.transcript, x.answer <> y.answer AS differ,
           CASE WHEN x.kind = y.kind OR x.kind = 'blind' OR (x.kind = 'own-first' AND y.kind = 'imported')
                THEN x.kind || ' + ' || y.kind ELSE y.kind || ' + ' || x.kind END AS pairing
    FROM said x JOIN said y ON y.excerpt_id = x.excerpt_id AND y.value_id = x.value_id AND x.coder_id < y.coder_id
)
SELECT dataset, name, pairing, count(DISTINCT excerpt_id), count(DISTINCT excerpt_id) FILTER (WHERE differ),
       count(DISTINCT transcript)
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

_WAITING = f"""
WITH {_FINISHED}, held AS (
    SELECT f.coder_id, f.excerpt_id, f.framework, f.coding_id
    FROM finished f LEFT JOIN decision_sets s ON s.decision_id = f.decision_id
    WHERE f.excerpt_id IN (SELECT excerpt_id FROM excerpt_list)
    QUALIFY row_number() OVER (
        PARTITION BY f.coder_id, f.excerpt_id, f.framework
        ORDER BY s.number DESC NULLS LAST, f.coded_at DESC, f.coding_id
    ) = 1
), said AS (
    SELECT h.coder_id, h.excerpt_id, h.framework, a.value_id, a.answer
    FROM held h JOIN coding_answers a ON a.coding_id = h.coding_id
)
SELECT count(DISTINCT x.excerpt_id)
FROM said x JOIN said y ON y.excerpt_id = x.excerpt_id AND y.framework = x.framework AND y.value_id = x.value_id
WHERE x.coder_id < y.coder_id AND x.answer <> y.answer
"""  # noqa: S608 - put together from constants

_TO_REREAD = """
SELECT count(DISTINCT excerpt_id) FROM to_reread WHERE coding_id IN (SELECT id FROM current_codings)
"""
