"""Learning from review for all datasets that use a framework: doing it, taking it back, and how it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tagger.config import load_settings
from tagger.errors import UsageError
from tagger.privacy import plain_hash
from tagger.steps import HERE, Engine, Run, Summary, begin, tag
from tagger.steps.answers import SOURCES, gather, readings_of
from tagger.steps.learn import in_use
from tagger.steps.workplace import Workplace, workplace
from tagger.store import Readable, Store

# Datasets go on to a newer version of a framework one after another: the version that was used last counts for all.
_USED = """
SELECT n.framework AS name, arg_max(n.framework_id, r.started_at) AS framework_id,
       list_sort(list(DISTINCT n.dataset)) AS datasets
FROM newest_scorings n
JOIN scoring_uses u ON u.dataset = n.dataset AND u.scoring_id = n.scoring_id
JOIN runs r ON r.id = u.run_id
GROUP BY n.framework ORDER BY n.framework
"""

_STANDS = "SELECT learned_id, used_at, card FROM current_learning WHERE framework = $framework"

_BEFORE = """
SELECT learned_id FROM learning_uses WHERE framework = $framework AND depth = $depth ORDER BY number DESC LIMIT 1
"""

_GATES = """
WITH judged AS (
    SELECT n.dataset, c.value_id,
           list({'source': c.source, 'state': c.state, 'n': c.n, 'found': c.found, 'transcripts': c.transcripts,
                 'ours': c.ours, 'baseline_name': c.baseline_name, 'baseline': c.baseline, 'low': c.low,
                 'high': c.high, 'reason': c.reason} ORDER BY c.source) AS columns
    FROM newest_scorings n JOIN gate_columns c ON c.learned_id = n.learned_id AND c.dataset = n.dataset
    WHERE n.framework = $framework
    GROUP BY n.dataset, c.value_id
)
SELECT g.dataset, g.value_id, g.value, g.kind, g.state, g.source, g.reason,
       CASE g.kind WHEN 'passage' THEN j.columns END AS columns
FROM gate_list g LEFT JOIN judged j ON j.dataset = g.dataset AND j.value_id = g.value_id
WHERE g.framework = $framework
ORDER BY g.dataset, g.position, g.kind DESC
"""

_NOT_YET = """
SELECT n.dataset FROM newest_scorings n JOIN current_learning c ON c.framework = n.framework
WHERE n.framework = $framework AND n.learned_id IS DISTINCT FROM c.learned_id
"""

_MEANINGS = "SELECT value_id, meaning FROM value_meanings WHERE framework_id = $framework_id"

_LEARNED_FROM = "SELECT coding_id FROM learned_codings WHERE learned_id = $learned"


@dataclass(frozen=True)
class Lesson:
    """
    What became of one framework.

    Args:
        framework: its name.
        datasets: those that use it.
        refused: why nothing was learned; empty where something was.
        summaries: of the runs that gave the datasets their suggestions anew.
    """

    framework: str
    datasets: tuple[str, ...]
    refused: str = ""
    summaries: tuple[Summary, ...] = ()

    @property
    def changed(self) -> bool:
        """Say whether anything is other than before."""
        return any(summary.rows for summary in self.summaries)


@dataclass(frozen=True)
class Lessons:
    """What became of all frameworks that were asked about, and notes on how it was done."""

    lessons: tuple[Lesson, ...]
    notes: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """Return how many pieces of work were done."""
        return sum(summary.calls for lesson in self.lessons for summary in lesson.summaries)

    def with_note(self, note: str) -> Lessons:
        """Return the same with one more note."""
        return replace(self, notes=(*self.notes, note))


def begin_all(folder: Path, framework: str = "", engine: str = "local") -> dict[str, list[Run]]:
    """
    Prepare, by framework, the runs that learn from people's answers: one for each dataset, of which the first learns.

    Args:
        framework: the name of one that datasets use; empty for all of them.

    Raises:
        SettingsError: this is not a study folder.
        UsageError: no dataset uses it, or there is none with suggestions.
    """
    load_settings(folder)
    store = Store(folder)
    store.create()
    with store.session("a look at the frameworks in use") as study:
        used = study.table(_USED).to_pylist()
    names = [one["name"] for one in used]
    if not used or framework not in ("", *names):
        known = f"In use here: {', '.join(names)}" if names else "tagger run makes the first ones"
        raise UsageError(
            f"no dataset is read with the framework '{framework}'" if names else "there are no suggestions here yet",
            where=str(folder),
            remedy=known,
        )
    return {
        one["name"]: [
            begin(folder, dataset=dataset, framework=one["framework_id"], engine=engine, learn=number == 0)
            for number, dataset in enumerate(one["datasets"])
        ]
        for one in used
        if framework in ("", one["name"])
    }


def learn_from_review(folder: Path, framework: str = "", engine: Engine = HERE) -> Lessons:
    """
    Learn from people's answers, and give every dataset that uses the framework its suggestions anew.

    Raises:
        UsageError: as `begin_all` and `check`; nothing was stored.
    """
    begun = begin_all(folder, framework, engine.name)
    refusals = check(begun)
    lessons = []
    for name, runs in begun.items():
        summaries = () if refusals[name] else tuple(tag(run, engine) for run in runs)
        lessons.append(Lesson(name, tuple(run.dataset for run in runs), refusals[name], summaries))
    return Lessons(tuple(lessons))


def check(begun: Mapping[str, list[Run]]) -> dict[str, str]:
    """
    Say by framework, before anything is started, why nothing can be learned; empty where something can.

    Raises:
        UsageError: every framework has too few answers.
    """
    refusals = {name: _refused(name, runs[0]) for name, runs in begun.items()}
    if all(refusals.values()):
        raise UsageError("\n".join(refusals.values()))
    return refusals


def _refused(name: str, run: Run) -> str:
    """Say why nothing can be learned for a framework; empty where something can."""
    place = workplace(run)
    with place.store.session("reading answers") as study:
        answers = gather(study, place.framework, run.dataset)
    try:
        answers.refuse_too_few(name)
    except UsageError as error:
        return str(error)
    return ""


def undo(folder: Path, framework: str = "") -> Lessons:
    """
    Go back to what was in use before the newest learning, and to the suggestions of then.

    Where that was begun before and stopped, it is finished, and no more is taken back.

    Raises:
        UsageError: as `begin_all`; or nothing was learned.
    """
    taken_back = []
    for name, runs in begin_all(folder, framework).items():
        place = workplace(runs[0])
        with place.store.session("a look at what was learned before") as study:
            used = in_use(study, name)
            begun = used.why == "taken back" and bool(study.rows(_NOT_YET, {"framework": name}))
            before = study.rows(_BEFORE, {"framework": name, "depth": used.depth - 1})
        if not begun and not used.depth:
            continue
        if not begun:
            back = {"number": used.number + 1, "depth": used.depth - 1, "learned_id": before[0][0] if before else None}
            _take_back(place, {"framework": name, **back})
        summaries = tuple(tag(replace(run, learn=False)) for run in runs)
        taken_back.append(Lesson(name, tuple(run.dataset for run in runs), summaries=summaries))
    if not taken_back:
        raise UsageError("there is nothing to take back: nothing was learned", where=str(folder))
    return Lessons(tuple(taken_back))


def _take_back(place: Workplace, use: dict[str, Any]) -> None:
    """Leave in the inbox that something else is in use again."""
    when = {"why": "taken back", "run_id": place.run.id, "used_at": datetime.now(UTC).replace(tzinfo=None)}
    key = plain_hash("undo", use["framework"], str(use["number"]))
    place.put("undo", key, learning_uses=[{**use, **when}])


def standing(study: Readable) -> list[dict[str, Any]]:
    """
    Say of each framework in use what its suggestions rest on, and which values are untested, shown or silent.

    Returns:
        By framework: framework, datasets, card (None where nothing was learned), used_at; new and gone (readings to
        learn from that came since, and that were learned from and hold no more); values, one row a dataset,
        value and kind of excerpt, with what each kind of reading says of it (columns).
    """
    found = []
    for one in study.table(_USED).to_pylist():
        about = {"framework": one["name"]}
        [stands] = study.table(_STANDS, about).to_pylist() or [dict.fromkeys(("learned_id", "used_at", "card"))]
        learned_from = {coding for (coding,) in study.rows(_LEARNED_FROM, {"learned": stands["learned_id"]})}
        meanings = dict(study.rows(_MEANINGS, {"framework_id": one["framework_id"]}))
        readings, _ = readings_of(study, one["name"], meanings)
        there = set(readings.loc[readings["source"].isin(SOURCES), "coding_id"])
        card: Mapping[str, Any] | None = json.loads(stands["card"]) if stands["card"] else None
        counts = {"new": len(there - learned_from), "gone": len(learned_from - there)}
        rests_on = {"datasets": one["datasets"], "used_at": stands["used_at"], "card": card, **counts}
        found.append({**about, **rests_on, "values": study.table(_GATES, about).to_pylist()})
    return found
