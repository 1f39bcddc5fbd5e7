"""Readings and the codings that store them: what each person holds, and a new coding after each of their acts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal
from uuid import UUID, uuid5

import pyarrow as pa

from tagger.readings import Reading, Step, fold, read_against
from tagger.review.datasets import units
from tagger.review.gate import saw_readings, wanted
from tagger.store import Database, Readable

Answered = Literal["accept", "reject", ""]

_ON_SUGGESTIONS: dict[str, Answered] = {"accept": "accept", "reject": "reject"}


@dataclass(frozen=True, slots=True)
class Touched:
    """An excerpt on which a decision was just stored, and the list and the serving that it was read with."""

    excerpt_id: str
    framework_id: str
    decision_id: str
    serving_id: str | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest finished reading of an excerpt by one person; `yes` and `no` are value ids, `names` those of yes."""

    coding_id: str
    coder_id: str
    letter: str
    excerpt_id: str
    framework: str
    kind: str
    made: str
    outcome: str
    yes: tuple[str, ...]
    no: tuple[str, ...]
    names: tuple[str, ...]


def reading(db: Readable, coder_id: str, excerpt_id: str, framework_id: str) -> Reading:
    """Return what a person holds an excerpt to show, as far as they have said."""
    steps = _steps(db, coder_id, [(excerpt_id, framework_id)])
    return fold(steps[excerpt_id, framework_id], tuple(units(db, framework_id)))


def answered(
    db: Readable, coder_id: str, pairs: Collection[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Answered]]:
    """
    Return how a person answered what was suggested, for each (excerpt, framework): by value, as far as it stands.

    It is looked up by value, since a new scoring makes new suggestions of the same values. A mark on the page of values
    takes the place of an answer.
    """
    return {
        pair: {value: _ON_SUGGESTIONS.get(step.act, "") for step in steps for value in step.answers}
        for pair, steps in _steps(db, coder_id, pairs).items()
    }


def latest(db: Readable, excerpt_ids: Collection[str]) -> list[Latest]:
    """Return everybody's newest finished reading of each excerpt, imported ones included, by excerpt and letter."""
    ids = sorted(set(excerpt_ids))
    asked = {"many": len(ids) > _FEW, "ids": ids[:_FEW]}
    rows = db.table(_LATEST, asked, wanted=wanted(ids)).to_pylist()
    return [
        Latest(**{**row, "made": row["made"] or ""} | {key: tuple(row[key] or ()) for key in ("yes", "no", "names")})
        for row in rows
    ]


def store_codings(
    db: Database, coder_id: str, touched: Sequence[Touched], now: datetime, *, at_once: bool = False
) -> None:
    """
    Store what a person holds of the excerpts they just decided on, each as a new coding.

    Its kind follows from what was shown to them on these characters until this moment, on any page, and from how the
    passage was handed out.

    Args:
        at_once: suggestions are shown before the own reading, so seeing none is seeing that nothing is suggested.
    """
    steps = _steps(db, coder_id, [(one.excerpt_id, one.framework_id) for one in touched])
    [(trained_on, seen)] = db.rows(_BEFORE, {"coder": coder_id})
    codings: list[dict[str, Any]] = []
    answers: list[dict[str, str]] = []
    talked = saw_readings(db, coder_id, [one.excerpt_id for one in touched])
    for one in touched:
        after_talk = one.excerpt_id in talked
        said = steps[one.excerpt_id, one.framework_id]
        now_held = fold(said, _spoken_of(tuple(units(db, one.framework_id)), said))
        identity = uuid5(UUID(one.decision_id), "coding").hex
        codings.append(
            {
                "id": identity,
                "excerpt_id": one.excerpt_id,
                "coder_id": coder_id,
                "framework_id": one.framework_id,
                "round": "after talk" if after_talk else "before talk",
                # A reading whose marks were all taken away is kept too, so that the one before it is not current.
                "outcome": now_held.outcome or "values",
                "kind": "after-talk" if after_talk else _kind(db, coder_id, one, at_once),
                "serving_id": one.serving_id,
                "decision_id": one.decision_id,
                "trained_on": trained_on,
                "suggestions_seen_before": seen,
                "coded_at": now,
            }
        )
        answers += [
            {"coding_id": identity, "value_id": value, "answer": answer} for value, answer in now_held.answers.items()
        ]
    db.insert("codings", pa.Table.from_pylist(codings))
    if answers:
        db.insert("coding_answers", pa.Table.from_pylist(answers))


def _kind(db: Readable, coder_id: str, one: Touched, at_once: bool) -> str:
    """Derive a coding's kind, before talk; what was not handed out was decided on a page of suggestions."""
    if one.serving_id is None:
        return "assisted"
    about = {"coder": coder_id, "excerpt": one.excerpt_id, "serving": one.serving_id, "decision": one.decision_id}
    [(kind,)] = db.rows(_KIND, {**about, "at_once": at_once})
    return str(kind)


def _steps(db: Readable, coder_id: str, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[Step]]:
    """Return a person's standing steps on each (excerpt, framework); versions of one framework count together."""
    excerpts = sorted({excerpt for excerpt, _ in pairs})
    kinds = dict(db.lasting("SELECT id, kind FROM excerpts WHERE id IN (SELECT unnest($ids))", {"ids": excerpts}))
    versions = {framework: _versions(db, framework) for framework in {framework for _, framework in pairs}}
    made: dict[str, list[tuple[str, Step]]] = {excerpt: [] for excerpt in excerpts}
    rows = db.known(_STEPS, {"coder": coder_id, "excerpts": excerpts})
    for (_, excerpt, made_with, act, number, value), answered in groupby(rows, key=lambda row: row[:6]):
        answers = {row[6]: row[7] for row in answered} if act == "choose" else {}
        if act in ("accept", "reject"):
            answers = {value: "yes" if act == "accept" else "no"}
        listed = read_against(units(db, made_with), kinds.get(excerpt, "passage"))
        made[excerpt].append((made_with, Step(act, answers, number, listed)))
    return {pair: [step for made_with, step in made[pair[0]] if made_with in versions[pair[1]]] for pair in pairs}


def _versions(db: Readable, framework_id: str) -> frozenset[str]:
    """Return the ids of all versions of a framework."""
    return frozenset(one for (one,) in db.known(_VERSIONS, {"id": framework_id}))


def _spoken_of(listed: Sequence[str], steps: Sequence[Step]) -> tuple[str, ...]:
    """Return the values of a list, and those of other versions of it that were spoken of: a new list hides nothing."""
    spoken_of = [value for step in steps for value in (*step.answers, *(step.listed or ()))]
    return tuple(dict.fromkeys([*listed, *spoken_of]))


_STEPS = """
    SELECT d.id, d.excerpt_id, d.framework_id, d.act, d.number, d.value_id, n.value_id, n.answer
    FROM standing_decisions d
    LEFT JOIN decision_answers n ON n.decision_id = d.id
    WHERE d.coder_id = $coder AND list_contains($excerpts, d.excerpt_id)
      AND d.framework_id IS NOT NULL AND d.act NOT IN ('memo', 'adjust')
    ORDER BY d.number, n.value_id
"""

_VERSIONS = """
    SELECT v.id FROM frameworks f JOIN frameworks v ON v.name = f.name WHERE f.id = $id
"""

# Finishing a passage on the screen shows what is suggested, and that may be nothing, which leaves no display.
_KIND = """
    SELECT CASE WHEN EXISTS (SELECT 1 FROM shown_on WHERE coder_id = $coder AND excerpt_id = $excerpt) THEN 'assisted'
                WHEN arm = 'blind' AND reason IN ('random', 'audit') THEN 'blind'
                WHEN arm <> 'blind' AND ($at_once OR EXISTS (
                    SELECT 1 FROM decisions d JOIN decision_sets s ON s.decision_id = d.id
                    WHERE d.coder_id = $coder AND d.excerpt_id = $excerpt
                      AND d.act IN ('done', 'nothing here', 'unsure')
                      AND d.serving_id NOT IN (SELECT serving_id FROM pack_servings)
                      AND s.set_id <> (SELECT set_id FROM decision_sets WHERE decision_id = $decision::UUID)
                )) THEN 'assisted'
                ELSE 'own-first' END
    FROM servings WHERE id = $serving::UUID
"""

_BEFORE = """
    SELECT (SELECT trained_on FROM coders WHERE id = $coder),
           (SELECT count(DISTINCT suggestion_id) FROM displays WHERE coder_id = $coder AND shown = 'suggestion')
"""

# A few excerpts are named apart too, since a condition on a column reaches into a view and a join does not.
_FEW = 50
_LATEST = """
    SELECT n.coding_id, n.coder_id, r.letter, n.excerpt_id, n.framework, n.kind, n.made, n.outcome,
           list(a.value_id ORDER BY v.position) FILTER (WHERE a.answer = 'yes') AS yes,
           list(a.value_id ORDER BY v.position) FILTER (WHERE a.answer = 'no') AS no,
           list(v.name ORDER BY v.position) FILTER (WHERE a.answer = 'yes') AS names
    FROM latest_readings n
    SEMI JOIN wanted w ON w.excerpt_id = n.excerpt_id
    JOIN readers r ON r.coder_id = n.coder_id
    LEFT JOIN coding_answers a ON a.coding_id = n.coding_id
    LEFT JOIN known_values v ON v.framework_id = n.framework_id AND v.value_id = a.value_id
    WHERE n.finished AND n.outcome <> 'skipped' AND ($many OR list_contains($ids, n.excerpt_id))
    GROUP BY n.coding_id, n.coder_id, r.letter, r.added_at, n.excerpt_id, n.framework, n.kind, n.made, n.outcome
    ORDER BY n.excerpt_id, r.added_at, n.coder_id, n.framework
"""
