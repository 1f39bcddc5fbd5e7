"""What a run with another version of a framework would suggest, worked out as that run would, and stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from tagger.errors import UsageError
from tagger.frameworks import from_json
from tagger.previews import ValueChange, changes, spread
from tagger.records import Framework, Value
from tagger.steps.learn import in_use
from tagger.steps.suggest import Scoring
from tagger.steps.workplace import Workplace
from tagger.store import Readable

_CURRENT = """
SELECT c.scoring_id, f.content FROM current_scorings c
JOIN scorings s ON s.id = c.scoring_id JOIN frameworks f ON f.id = s.framework_id
WHERE c.dataset = $dataset AND c.framework = $framework
"""

_BEFORE = """
SELECT s.excerpt_id, s.value_id, s.score FROM suggestions s SEMI JOIN live_excerpts e ON e.excerpt_id = s.excerpt_id
WHERE s.scoring_id = $scoring
"""

_CODINGS = """
SELECT a.value_id, count(*) FROM current_codings x
JOIN coding_answers a ON a.coding_id = x.id JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
WHERE e.dataset = $dataset AND x.framework = $framework GROUP BY a.value_id
"""

_QUOTES = """
SELECT e.excerpt_id, e.transcript_id AS transcript, e.text FROM live_excerpts e
SEMI JOIN changed c ON c.excerpt_id = e.excerpt_id ANTI JOIN unquotable q ON q.excerpt_id = e.excerpt_id
"""


@dataclass(frozen=True, slots=True)
class Quote:
    """An excerpt to read."""

    excerpt_id: str
    transcript: str
    text: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """What becomes of one value: codings are those made under wording that changed."""

    change: ValueChange
    name: str
    codings: int
    meaning_changed: bool
    added: tuple[Quote, ...]
    dropped: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of one dataset's suggestions."""

    dataset: str
    old: Framework
    new: Framework
    values: tuple[Previewed, ...]


def preview(place: Workplace) -> Preview:
    """
    Compare the suggestions of now with those that a run with the framework of *place* would make.

    Raises:
        UsageError: the dataset has no suggestions of the framework, or they rest on what was learned, which such a run
            would learn anew.
    """
    dataset, new = place.run.dataset, place.framework
    with place.store.session("a look at the suggestions of now") as study:
        scoring_id, old = _current(study, place)
        rows = study.rows(_BEFORE, {"scoring": scoring_id})
        codings = dict(study.rows(_CODINGS, {"dataset": dataset, "framework": new.id}))
    before = {(excerpt, value): score for excerpt, value, score in rows}
    earlier, later = ({value.id: value for value in one.values} for one in (old, new))
    found = changes(before, Scoring(place).chosen_pairs(), list(later | earlier))
    # Read only now: what may be quoted is what may be quoted when it is shown.
    with place.store.session("reading passages") as study:
        ids = sorted({one for change in found for one in (*change.added, *change.dropped)})
        changed = pa.table({"excerpt_id": pa.array(ids, pa.string())})
        quotes = {row["excerpt_id"]: Quote(**row) for row in study.table(_QUOTES, changed=changed).to_pylist()}
    return Preview(
        dataset,
        old,
        new,
        tuple(
            Previewed(
                change,
                (earlier | later)[change.value_id].name,
                codings.get(change.value_id, 0) if revised or _reworded(change.value_id, earlier, later) else 0,
                revised,
                *(
                    tuple(quotes[one] for one in spread([each for each in ranked if each in quotes]))
                    for ranked in (change.added, change.dropped)
                ),
            )
            for change in found
            for revised in [
                change.value_id in earlier.keys() & later.keys()
                and new.meaning_of(change.value_id) != old.meaning_of(change.value_id)
            ]
        ),
    )


def _current(study: Readable, place: Workplace) -> tuple[str, Framework]:
    dataset, framework = place.run.dataset, place.framework.id
    found = study.rows(_CURRENT, {"dataset": dataset, "framework": framework})
    if not found:
        raise UsageError(
            f"the dataset '{dataset}' has no suggestions from {framework} to compare with",
            remedy="Make them first: tagger run",
        )
    used = in_use(study, framework)
    if used.learned_id is not None and not used.fits(place):
        raise UsageError(
            f"suggestions from {framework} rest on what was learned, and a run with another version learns that anew",
            remedy="A preview cannot say what that would suggest; try the version in a copy of the study",
        )
    return found[0][0], from_json(found[0][1])


def _reworded(value_id: str, earlier: dict[str, Value], later: dict[str, Value]) -> bool:
    """Say whether people would read other words than its name and layer under a value that both versions have."""
    old, new = earlier.get(value_id), later.get(value_id)
    return old is not None and new is not None and replace(old, name=new.name, layer=new.layer) != new
