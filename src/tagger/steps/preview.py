"""What a run with another version of a framework would suggest, worked out as that run would."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tagger.errors import TaggerError, UsageError
from tagger.frameworks import descents, from_json
from tagger.previews import ValueChange, changes, inherited, spread
from tagger.privacy import plain_hash
from tagger.records import Framework
from tagger.steps.learn import InUse, in_use
from tagger.steps.suggest import Scoring
from tagger.steps.workplace import Run, Workplace
from tagger.store import Readable, Shard, Store

if TYPE_CHECKING:
    from tagger.steps.material import Material

STAGE = "preview"


@dataclass(frozen=True, slots=True)
class Quote:
    """An excerpt to read, and where it is from as people know it: its dataset and its transcript's number at least."""

    excerpt_id: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """
    What becomes of one value.

    `was` names the values that it comes of, where it is another one; `codings` are answers made under wording that
    changed.
    """

    change: ValueChange
    name: str
    was: tuple[str, ...]
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


def previews(run: Run, datasets: Collection[str] = ()) -> Iterator[Preview]:
    """
    Compare the suggestions of now with those that a run with the framework of *run* would make.

    Args:
        datasets: those to look at; where none is named, all that have suggestions of the framework.

    Where suggestions rest on what was learned, it is learned anew first, as that run does, and not kept.

    Raises:
        UsageError: a dataset has no suggestions of the framework.
    """
    place = Workplace(run)
    with place.store.session("a look at the datasets") as study:
        served = [str(one) for (one,) in study.rows(_SERVED, {"framework": place.framework.id})]
    for dataset in datasets or served:
        yield _preview(place.at(dataset, run.framework))
    if not datasets and not served:
        raise _nothing_yet(place.framework.id)


def keep(folder: Path, now: Callable[[], datetime]) -> int:
    """Work out all previews of what is proposed that are not there yet, or why there are none; return how many."""
    store = Store(folder)
    with store.session("looking for what is proposed") as study:
        wanted = study.table("SELECT * FROM wanted_previews ORDER BY ALL").to_pylist()
    place: Workplace | None = None
    for row in wanted:
        run = Run(STAGE, str(folder), row["dataset"], now().isoformat(), framework=row["framework_id"])
        place = place.at(run.dataset, run.framework) if place else Workplace(run)
        store.put(_kept(place, row, now()))
        store.merge()
    return len(wanted)


def row_of(framework_id: str, scoring_id: str, made_at: datetime, problem: str | None = None) -> dict[str, Any]:
    """Return the row that describes a preview, or says why there is none."""
    made_for = {"framework_id": framework_id, "scoring_id": scoring_id, "made_at": made_at}
    return {"id": plain_hash(STAGE, *map(str, made_for.values())), **made_for, "problem": problem}


def _kept(place: Workplace, wanted: Mapping[str, Any], made_at: datetime) -> Shard:
    version, scoring = wanted["framework_id"], wanted["scoring_id"]
    found: tuple[ValueChange, ...] = ()
    problem = None
    try:
        _, found = _compared(place)
    except TaggerError as error:
        # Where the study lies on the disk is nothing to its readers.
        problem = str(TaggerError(error.what, remedy=error.remedy))
    row = row_of(version, scoring, made_at, problem)
    tables = {"previews": pa.Table.from_pylist([row]), "preview_changes": _change_rows(row["id"], found)}
    # A preview is no run: it stands in the ledger beside the run that made what it is compared with.
    return Shard(row["id"], STAGE, wanted["run_id"], {name: rows for name, rows in tables.items() if rows.num_rows})


def _change_rows(preview_id: str, found: Sequence[ValueChange]) -> pa.Table:
    rows = [
        (preview_id, change.value_id, excerpt, added, place)
        for change in found
        for added, ranked in ((True, change.added), (False, change.dropped))
        for place, excerpt in enumerate(ranked, start=1)
    ]
    columns = ("preview_id", "value_id", "excerpt_id", "added", "place")
    return pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True))) if rows else pa.table({})


def _preview(place: Workplace) -> Preview:
    dataset = place.run.dataset
    old, found = _compared(place)
    # Read only now: what may be quoted is what may be quoted when it is shown.
    with place.store.session("reading passages") as study:
        codings = dict(study.rows(_CODINGS, {"dataset": dataset, "framework": old.id}))
        to_read = _to_read(study, found)
    changed = {one.value_id: one for one in found}
    values = tuple(
        Previewed(
            changed[one.value.id],
            one.value.name,
            tuple(origin.name for origin in one.origins if origin.id != one.value.id),
            sum(codings.get(origin.id, 0) for origin in one.origins) if one.reworded or one.revised else 0,
            one.revised,
            to_read[one.value.id, True],
            to_read[one.value.id, False],
        )
        for one in descents(old, place.framework)
    )
    return Preview(dataset, old, place.framework, values)


def _compared(place: Workplace) -> tuple[Framework, tuple[ValueChange, ...]]:
    with place.store.session("a look at the suggestions of now") as study:
        scoring_id, old = _current(study, place)
        used = in_use(study, old.id)
        rows = study.rows(_BEFORE, {"scoring": scoring_id})
    origins = {one.value.id: [origin.id for origin in one.origins] for one in descents(old, place.framework)}
    before = inherited({(excerpt, value): score for excerpt, value, score in rows}, origins)
    scoring = Scoring(place, _learned_anew(place, used))
    return old, changes(before, scoring.chosen_pairs(), list(origins))


def _learned_anew(place: Workplace, used: InUse) -> Material | None:
    """Return what a run learns from before it suggests; None where it learns nothing."""
    if used.learned_id is None or used.fits(place):
        return None
    from tagger.steps.material import Material  # which takes a second to import, and most studies did not learn

    material = Material(place)
    return material if material.answers.enough else None


def _current(study: Readable, place: Workplace) -> tuple[str, Framework]:
    dataset, framework = place.run.dataset, place.framework.id
    found = study.rows(_CURRENT, {"dataset": dataset, "framework": framework})
    if not found:
        raise _nothing_yet(framework, f"the dataset '{dataset}' has no")
    return found[0][0], from_json(found[0][1])


def _nothing_yet(framework: str, which: str = "no dataset has") -> UsageError:
    return UsageError(f"{which} suggestions from {framework} to compare with", remedy="Make them first: tagger run")


def _to_read(study: Readable, found: Sequence[ValueChange]) -> dict[tuple[str, bool], tuple[Quote, ...]]:
    """Return some of what is added (True) to each value and dropped from it, in words that may be quoted."""
    ranked = {(one.value_id, True): one.added for one in found} | {(one.value_id, False): one.dropped for one in found}
    quotable = set(study.table(_QUOTABLE, changed=_ids(ranked.values()))["excerpt_id"].to_pylist())
    chosen = {key: spread([one for one in ids if one in quotable]) for key, ids in ranked.items()}
    rows = study.table(_QUOTES, {"chosen": sorted({one for ids in chosen.values() for one in ids})}).to_pylist()
    quotes = {row["excerpt_id"]: Quote(**row) for row in rows}
    return {key: tuple(quotes[one] for one in ids) for key, ids in chosen.items()}


def _ids(ranked: Iterable[Sequence[str]]) -> pa.Table:
    return pa.table({"excerpt_id": pa.array(sorted({one for ids in ranked for one in ids}), pa.string())})


_SERVED = "SELECT DISTINCT dataset FROM current_scorings WHERE framework = $framework ORDER BY dataset"

_CURRENT = """
SELECT c.scoring_id, f.content FROM current_scorings c JOIN frameworks f ON f.id = c.framework_id
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

_QUOTABLE = "SELECT c.excerpt_id FROM changed c ANTI JOIN unquotable q ON q.excerpt_id = c.excerpt_id"

_QUOTES = """
SELECT e.excerpt_id, e.dataset || ' ' || l.number || coalesce(', ' || e.participant, '') AS place, e.text
FROM excerpt_list e
JOIN transcript_list l ON l.transcript_id = e.transcript
WHERE list_contains($chosen, e.excerpt_id)
"""
