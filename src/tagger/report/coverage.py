"""Section 9: what suggestions miss, from a random sample of passages that was read blind."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.report import found as so_far
from tagger.report.document import Number, Section, Table, shown
from tagger.report.evidence import AUDIT, FEWEST_POSITIVES, INDEPENDENT, Evidence, Places, Value
from tagger.report.measuring import About
from tagger.report.ranking import Decided, decided
from tagger.wording import several

MOST_MISSES = 50
FRAME, DATASETS, SINCE = "audit_frame", "audit_datasets", "audit_since"
"""
Where `Evidence.facts` has the sizes of all strata, {stratum: population}; the dataset of each, {stratum: dataset}; and
how many passages have come into a dataset since the draw, {dataset: passages}.
"""

_COVERAGE = "Coverage"
_PARTS = ("recall", "precision", "elusion", "prevalence")
_MODEL = "model and the majority"
LINEARISED = "linearised_recall"


@dataclass(frozen=True, slots=True)
class _Sample:
    """
    What an audit says of one value.

    Args:
        read: the passages with a label: place, stratum, label, suggested.
        frame: the size of each stratum of the datasets in which the machine was asked.
        mixed: the strata that hold passages with this suggestion and others.
        missing: how many passages of the sample nobody read.
        ties: in how many as many readers said yes as no.
    """

    read: pd.DataFrame
    frame: dict[Hashable, int]
    mixed: tuple[Hashable, ...]
    missing: int
    ties: int


def coverage(evidence: Evidence, seed: int) -> Section:
    """Return section 9: what suggestions find and miss in the whole corpus, from an audit."""
    if AUDIT not in evidence.available or not len(evidence.audit):
        return Section(9, _COVERAGE, "", empty=_no_audit(evidence))
    samples = [(value, _sample(evidence, value.id)) for value in evidence.values]
    samples = [(value, sample) for value, sample in samples if sample.frame]
    if not samples:
        empty = "Not measured: the machine has said nothing of the passages that were drawn for an audit."
        return Section(9, _COVERAGE, "", empty=empty)
    made = [(value, sample, _covered(evidence, value, sample, seed)) for value, sample in samples]
    numbers = tuple(number for _, _, rows in made for number in rows.values())
    misses = _misses(evidence, samples)
    found = so_far.found_so_far(evidence)
    limits = so_far.numbers(evidence, found)
    return Section(
        9,
        _COVERAGE,
        _reached([rows["recall"] for _, _, rows in made], {value.id: value.name for value, _ in samples}),
        "It speaks of this corpus, the passages that the sample was drawn from, and not of interviews elsewhere. It "
        "takes what most readers said for right. No miss in a sample does not mean that nothing is missed.",
        (_covered_table(made), *((so_far.table(found, limits),) if found else ()), *((misses,) if misses.rows else ())),
        numbers=numbers + limits,
        notes=_sampled(evidence, samples) + (so_far.notes(found) if found else ()),
    )


def _no_audit(evidence: Evidence) -> str:
    drawn = evidence.audit["place"].nunique()
    empty = "Not measured: what suggestions miss shows in a random sample of passages, read without suggestions. "
    empty += f"{drawn} are drawn, and nobody has read any." if drawn else "`tagger audit draw` draws one."
    if INDEPENDENT in evidence.available:
        empty += " Recall on passages coded elsewhere, independently, stands in section 5."
    return empty


def _sample(evidence: Evidence, value_id: str) -> _Sample:
    one = decided(evidence.panel(AUDIT, value_id).scored)
    suggested, _ = evidence.machine_of(value_id)
    drawn = evidence.audit[["place", "stratum"]].drop_duplicates()
    drawn = drawn.assign(suggested=suggested[drawn["place"].to_numpy(np.int64)])
    dataset_of = _datasets(evidence)
    asked = set(drawn.loc[drawn["suggested"] >= 0, "stratum"].map(dataset_of))
    frame = {name: size for name, size in frame_of(evidence).items() if dataset_of[name] in asked}
    drawn = drawn[drawn["stratum"].isin(frame)]
    drawn["label"] = drawn["place"].map(pd.Series(one.labels, index=one.panel.places))
    read = drawn[drawn["label"].notna()]
    tied = drawn["place"].isin(_tied(evidence, value_id, one)).sum()
    return _Sample(read, frame, _mixed(evidence, drawn), len(drawn) - len(read) - int(tied), int(tied))


def frame_of(evidence: Evidence) -> dict[Hashable, int]:
    """Return how many passages each stratum of the audit holds, also those of which none was drawn."""
    sizes: dict[Hashable, int] = {name: int(size) for name, size in json.loads(evidence.facts.get(FRAME, "{}")).items()}
    drawn = evidence.audit.drop_duplicates("stratum")
    return sizes | dict(zip(drawn["stratum"].tolist(), map(int, drawn["population"].tolist()), strict=True))


def _datasets(evidence: Evidence) -> dict[Hashable, str]:
    """Return the dataset of each stratum of the audit."""
    known: dict[Hashable, str] = json.loads(evidence.facts.get(DATASETS, "{}"))
    drawn = evidence.audit.drop_duplicates("stratum")
    where = evidence.passages["dataset"].to_numpy()[drawn["place"].to_numpy(np.int64)]
    return known | dict(zip(drawn["stratum"].tolist(), map(str, where), strict=True))


def _tied(evidence: Evidence, value_id: str, one: Decided) -> Places:
    return np.setdiff1d(evidence.panel(AUDIT, value_id).scored.places, one.panel.places)


def _mixed(evidence: Evidence, drawn: pd.DataFrame) -> tuple[Hashable, ...]:
    """Return the strata that hold this suggestion and others: those drawn for a suggestion, but of any value."""
    machine = evidence.machine
    of_any = drawn["place"].isin(machine.loc[machine["suggested"].astype(bool), "place"])
    strata = drawn.assign(of_any=of_any, other=drawn["suggested"] != 1).groupby("stratum")
    both = strata["of_any"].any() & strata["other"].any()
    return tuple(both.index[both].tolist())


def _covered(evidence: Evidence, value: Value, sample: _Sample, seed: int) -> dict[str, Number]:
    read = sample.read
    labels, suggested, strata = (read[name].to_numpy() for name in ("label", "suggested", "stratum"))
    found = agreement.stratified_recall(
        labels, suggested, strata, sample.frame, mixed=sample.mixed, least=FEWEST_POSITIVES, seed=seed
    )
    about, clusters = About(9, value.id, AUDIT), len(np.unique(evidence.clusters[read["place"].to_numpy(np.int64)]))
    made = {
        part: about.number(
            _MODEL, f"stratified_recall ({part})", replace(getattr(found, part), n_clusters=clusters), seed
        )
        for part in _PARTS
    }
    linearised = agreement.linearised_recall(labels, suggested, strata, sample.frame, least=FEWEST_POSITIVES)
    return made | {LINEARISED: about.number(_MODEL, LINEARISED, replace(linearised, n_clusters=clusters))}


def _covered_table(made: list[tuple[Value, _Sample, dict[str, Number]]]) -> Table:
    rows = []
    for value, sample, numbers in made:
        read, found = sample.read, sample.read["label"] == 1
        hits = int((found & (read["suggested"] == 1)).sum())
        counts = (len(read), numbers["recall"].transcripts, sample.missing, hits, int(found.sum()) - hits)
        rows.append((value.name, *(shown(numbers[part]) for part in _PARTS), *map(str, counts)))
    return Table(
        "What suggestions find and miss in this corpus",
        (
            "Value", "Recall", "Precision", "Elusion", "How often", "Read", "Transcripts", "Drawn, not read",
            "Found and suggested", "Found, not suggested",
        ),
        tuple(rows),
        "95% intervals in brackets. Recall: of what people find, how much is suggested. Precision: of what is "
        "suggested, how much people find too. Elusion: of what is not suggested, in how much they find the value. How "
        "often: in how much of the corpus. The last two columns count passages of the sample. A second interval of "
        "recall, as survey software computes it, is in numbers.csv (linearised_recall).",
    )  # fmt: skip


def _misses(evidence: Evidence, samples: list[tuple[Value, _Sample]]) -> Table:
    """List what people found and the machine does not suggest, in the order of the transcripts."""
    rows = []
    for value, sample in samples:
        missed = sample.read[(sample.read["label"] == 1) & (sample.read["suggested"] == 0)]
        rows += [(place, value.name) for place in missed["place"].drop_duplicates().tolist()]
    rows.sort(key=lambda row: row[0])
    cells = []
    for place, name in rows[:MOST_MISSES]:
        passage = evidence.passages.iloc[place]
        where = (str(passage[column]) for column in ("dataset", "transcript", "start", "end"))
        cells.append((*where, name))
    return Table(
        "Found by people, not suggested",
        ("Dataset", "Transcript", "Start", "End", "Value"),
        tuple(cells),
        "Worth reading together. Start and end count characters of the transcript."
        + (f" And {len(rows) - MOST_MISSES} more." if len(rows) > MOST_MISSES else ""),
    )


def _reached(recalls: list[Number], names: dict[str, str]) -> str:
    made = sorted((number.estimate, place) for place, number in enumerate(recalls) if number.estimate is not None)
    enough = f"For {len(made) or 'none'} of {len(recalls)} values there is enough"
    words = f"{enough} to say how much of what people find in this corpus is suggested (the recall)"
    if not made:
        return f"{words}."
    ends = [recalls[made[end][1]] for end in (0, -1)]
    low, high = (f"{shown(number)} for {names[number.value_id]}" for number in ends)
    return f"{words}: {low}." if low == high else f"{words}: from {low} to {high}."


def _sampled(evidence: Evidence, samples: list[tuple[Value, _Sample]]) -> tuple[str, ...]:
    drawn = set(evidence.audit["place"].tolist())
    read = set(evidence.answers.loc[evidence.answers["source"] == AUDIT, "place"].tolist())
    notes = [
        f"{len(drawn)} passages were drawn, and {len(drawn - read)} of them nobody read, or could read, without "
        "suggestions. Each passage that was read stands for those of its stratum that were not.",
    ]
    for dataset, passages in json.loads(evidence.facts.get(SINCE, "{}")).items():
        notes.append(
            f"Since the draw {several(passages, 'passage')} came into the dataset {dataset} that could not be drawn: "
            "the numbers speak of the passages that were there at the draw."
        )
    ties = sum(sample.ties for _, sample in samples)
    if ties:
        notes.append(
            f"Left out, as many readers said yes as no: {ties} pairs of a passage and a value. Section 11 counts such "
            "a passage as half a yes, so its shares differ from those here."
        )
    return tuple(notes)
