"""Section 11: how often values occur, by the model alone, by people alone, and by both."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement.estimates import Estimate
from tagger.agreement.prevalence import Method
from tagger.report import drift, statistics
from tagger.report.document import Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import AUDIT, WORDS, Evidence, Flags, Floats, Names, Panel, Places, Value
from tagger.report.measuring import About, too_few
from tagger.report.ranking import from_to

MOST_CHANGED = 0.25
"""A sample whose frame differs by more from the passages of now does not stand for them."""

PEOPLE, WITH_MODEL, ALONE = "people alone", "people and model", "model alone"
BIASED = "no interval: it is counted, and is no estimate of how often people would find it"

_PREVALENCE = "How often values occur"
_MODEL = "model and the majority"
_ALIKE = "no interval: all readings are alike, so their spread says nothing"
_ALL_READ = "all passages were read, so the model adds nothing"


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value in a dataset: its name, what is suggested there, and what people found."""

    name: str
    dataset: str
    alone: Number
    people: Number
    both: Number


def prevalence(evidence: Evidence) -> Section:
    """Return section 11: how often values occur, as people find them, and with the model's help."""
    numbers: list[Number] = []
    tables, plots = [], []
    parts = _datasets(evidence)
    for source in evidence.available:
        cells = [
            _cell(evidence, source, value, dataset, part)
            for value in evidence.values
            for dataset, part in parts
            if len(evidence.panel(source, value.id, part).places)
        ]
        if cells:
            numbers += [number for cell in cells for number in (cell.people, cell.both, cell.alone)]
            tables.append(_prevalence_table(source, cells, several=len(parts) > 1))
            plots.append(_forest(source, cells))
    if not numbers:
        empty = "Nothing to say yet: how often a value occurs shows in passages read without suggestions."
        return Section(11, _PREVALENCE, "", empty=empty)
    over_time = drift.drift(evidence)
    return Section(
        11,
        _PREVALENCE,
        _often(evidence, numbers),
        "Counts of suggestions are biased, however many there are: how much is suggested is a setting. Datasets are "
        "different contexts: that a value is found more often in one says nothing of what is better. Passages coded "
        "elsewhere may have been chosen, and then speak of themselves only.",
        (*tables, *(drift.tables(over_time) if over_time else ())),
        tuple(plots),
        (*dict.fromkeys(numbers), *(number for one in over_time for number in one.numbers)),
        (*_how(numbers), *((drift.note(over_time),) if over_time else ())),
    )


def _datasets(evidence: Evidence) -> list[tuple[str, Flags]]:
    names = evidence.passages["dataset"].to_numpy()
    return [(str(name), names == name) for name in pd.unique(names)]


def _cell(evidence: Evidence, source: str, value: Value, dataset: str, part: Flags) -> _Cell:
    group = dataset if evidence.passages["dataset"].nunique() > 1 else ""
    about, panel = About(11, value.id, source, group), evidence.panel(source, value.id, part)
    suggested = np.where(part, evidence.machine_of(value.id)[0], -1)
    return _Cell(
        value.name,
        dataset,
        _suggested(About(11, value.id, "", group), suggested, evidence.clusters),
        _by_people(about, panel),
        _with_model(about, panel, suggested, evidence.clusters),
    )


def _suggested(about: About, suggested: Places, clusters: Names) -> Number:
    asked = suggested >= 0
    share = float(suggested[asked].mean()) if asked.any() else None
    reason = BIASED if asked.any() else "the machine has said nothing of these passages"
    found = Estimate(share, int(asked.sum()), n_clusters=len(np.unique(clusters[asked])), reason=reason)
    return about.number(ALONE, "share suggested", found)


def _shares(panel: Panel) -> Floats:
    """Return (units,): the share of the readers of each passage who said yes."""
    return np.asarray((panel.codes == 1).sum(axis=1) / (panel.codes >= 0).sum(axis=1))


def _by_people(about: About, panel: Panel) -> Number:
    shares, refused = _shares(panel), too_few(panel)
    name = 'prevalence_estimate (method="ht")' if about.source == AUDIT else "mean share of yes"
    if not refused and np.ptp(shares) == 0:
        alike = Estimate(float(shares[0]), len(shares), n_clusters=panel.n_clusters, reason=_ALIKE)
        return about.number(PEOPLE, name, alike)
    if refused or about.source != AUDIT:
        rows = np.column_stack([panel.weights, shares])
        return about.jackknifed(PEOPLE, name, statistics.weighted_mean(), rows, panel.clusters, 0.0, refused)
    nothing = np.zeros(len(shares))
    found = agreement.prevalence_estimate(
        shares, nothing, [], "ht", probabilities=1 / panel.weights, clusters=(panel.clusters, [])
    )
    return about.number(PEOPLE, name, found)


def _with_model(about: About, panel: Panel, suggested: Places, clusters: Names) -> Number:
    """Return people's share, helped by what is suggested in the passages that they did not read."""
    panel = panel.scored
    rest = np.setdiff1d(np.flatnonzero(suggested >= 0), panel.places)
    audit = about.source == AUDIT
    method: Method = "dsl" if audit else "ppi++"
    refused = too_few(panel) or ("" if len(rest) else _ALL_READ) or (_changed(panel, len(rest)) if audit else "")
    if refused:
        found = Estimate(None, len(panel.places), n_clusters=panel.n_clusters, reason=refused)
    else:
        found = agreement.prevalence_estimate(
            _shares(panel),
            panel.suggested,
            suggested[rest],
            method,
            probabilities=1 / panel.weights if audit else None,
            clusters=(panel.clusters, clusters[rest]),
        )
    if found.value is not None and not 0 <= found.value <= 1:
        found = replace(found.without_interval(f"not estimable: corrected, it is {found.value:.3f}"), value=None)
    return about.number(WITH_MODEL, f'prevalence_estimate (method="{method}")', found)


def _changed(panel: Panel, unread: int) -> str:
    """Say that a sample stands for other passages than there are now; empty where it does not."""
    drawn, now = float(panel.weights.sum()), len(panel.places) + unread
    if abs(drawn / now - 1) <= MOST_CHANGED:
        return ""
    return f"not estimable: the sample was drawn from about {drawn:.0f} passages, and now there are {now}"


def _prevalence_table(source: str, cells: list[_Cell], *, several: bool) -> Table:
    rows = []
    for cell in cells:
        both = "all were read" if cell.both.reason == _ALL_READ else shown(cell.both)
        counts = (cell.people.n, cell.alone.n, cell.people.transcripts)
        name = (cell.name, cell.dataset) if several else (cell.name,)
        rows.append((*name, shown(cell.people), both, shown(cell.alone), *map(str, counts)))
    head = ("Value", "Dataset") if several else ("Value",)
    return Table(
        f"How often people find a value, readings {WORDS[source]}",
        (*head, "People alone", "People and model", "Suggested (biased)", "Read", "Of", "Transcripts"),
        tuple(rows),
        "95% intervals in brackets. People and model: what is suggested elsewhere, corrected by what people found "
        "where they read. Suggested (biased): the share of passages with the suggestion, not an estimate of how often "
        "people would find it.",
    )


def _forest(source: str, cells: list[_Cell]) -> Forest:
    several = len({cell.dataset for cell in cells}) > 1
    drawn = any(cell.both.estimate is not None for cell in cells)
    rows = []
    for cell in cells:
        label = f"{cell.name}, {cell.dataset}" if several else cell.name
        made = ((PEOPLE, cell.people), *(((WITH_MODEL, cell.both),) if drawn else ()))
        rows.append((label, tuple(Bar(name, one.estimate, interval_of(one)) for name, one in made)))
    alt = "; ".join(f"{label}: {shown(cell.people)}" for (label, _), cell in zip(rows, cells, strict=True))
    title = f"How often people find a value, readings {WORDS[source]}"
    return Forest(title, alt, "share of passages", tuple(rows), low=0.0, high=1.0, lines=())


def _often(evidence: Evidence, numbers: list[Number]) -> str:
    here = [number for number in numbers if number.between == PEOPLE]
    here = [number for number in here if number.source == evidence.primary] or here
    made = [number.estimate for number in here if number.estimate is not None]
    what = "values" if len({number.group for number in here}) < 2 else "values in datasets"
    if not made:
        whose = f" in readings {WORDS[here[0].source]}" if here else ""
        return f"For none of {len(here)} {what} is there enough to say how often people find them{whose}."
    return (
        f"How often people find a value (readings {WORDS[here[0].source]}) is estimable for {len(made)} of {len(here)} "
        f"{what}: in {from_to(made)} of passages."
    )


def _how(numbers: list[Number]) -> tuple[str, ...]:
    notes = [
        "Each passage counts by the share of its readers who said yes. Intervals go by transcripts (or participants). "
        "Nothing is pooled over datasets.",
    ]
    if any(number.source == AUDIT for number in numbers):
        notes.append(
            "An audit's passages weigh by how probable it was to draw them. For a rare value, the interval in section "
            "9 is the better one."
        )
    if any(number.reason == _ALL_READ for number in numbers):
        notes.append("Where all passages were read, people's share is all there is: the model has nothing to add.")
    return tuple(notes)
