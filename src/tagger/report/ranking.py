"""Section 7: the order of the scores, and what is found by reading how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement import RankingCurve
from tagger.agreement.clusters import Statistic
from tagger.report import statistics, thresholds
from tagger.report.document import Curves, Line, Number, Section, Table, shown
from tagger.report.evidence import (
    AUDIT,
    BLIND,
    FEWEST_POSITIVES,
    INDEPENDENT,
    WORDS,
    Evidence,
    Floats,
    Panel,
    Value,
)
from tagger.report.measuring import About

MODEL = "model and the majority"
AP = "average_precision"
CHANCE = "share of yes (the level of average_precision by chance)"
WORKLOAD = "share suggested"

_RANKING = "Ranking and thresholds"
_NO_SCORES = "no passage that has scores was read without suggestions"
_IN_THE_PLOTS = (
    "In the plots, the diamond is where suggestions end now. The pale band is the 95% interval of each point by "
    "itself, leaving out one transcript (or participant) at a time; with fewer than 3 there is none, and where it has "
    "no width, leaving one out changes nothing. The dashed line is what reading in a random order would find."
)


@dataclass(frozen=True, slots=True)
class Decided:
    """The passages of a panel on which most readers said the same, what they said (1 or 0), and how many are ties."""

    panel: Panel
    labels: Floats
    ties: int


def too_few_found(labels: Floats) -> str:
    """Say why nothing is estimable from what most readers said; empty where there is enough."""
    found = int(labels.sum())
    if found >= FEWEST_POSITIVES:
        return ""
    return f"not estimable: most readers found it in {found} passages, and it takes {FEWEST_POSITIVES}"


def decided(panel: Panel) -> Decided:
    """Leave out the passages where as many readers said yes as no."""
    labels = panel.majority()
    said = ~np.isnan(labels)
    return Decided(panel.only(said), labels[said], int((~said).sum()))


def standing(evidence: Evidence, value_id: str) -> Floats:
    """Return (passages,): of the passages of the same dataset, the share with a lower score; NaN without a score."""
    scores = pd.Series(evidence.machine_of(value_id)[1]).groupby(evidence.passages["dataset"].to_numpy())
    return ((scores.rank(method="min") - 1) / scores.transform("count")).to_numpy(float)


def ranking(evidence: Evidence) -> Section:
    """Return section 7: how well scores order passages, and what is suggested now."""
    numbers: list[Number] = []
    tables = []
    settings = []
    movers = None
    ties = 0
    for source in evidence.available:
        found = [(value, scored(evidence, source, value.id)) for value in evidence.values]
        made = [(value.name, _numbers(evidence, source, value.id, one)) for value, one in found if len(one.labels)]
        if made:
            numbers += [number for _, rows in made for number in rows.values()]
            ties += sum(one.ties for _, one in found)
            choices = [_choice(evidence, value, one) for value, one in found if len(one.labels)]
            numbers += thresholds.numbers(source, MODEL, choices)
            tables += [*_tables(source, made), thresholds.table(source, choices)]
            if source == _for_settings(evidence):
                settings, movers = [thresholds.setting(choices)], thresholds.movers(source, choices)
    if not numbers:
        return Section(7, _RANKING, "", empty=f"Nothing to rank yet: {_NO_SCORES}.")
    plots = _plots(evidence)
    return Section(
        7,
        _RANKING,
        _finding(evidence, numbers),
        "A score orders passages within one value; it is no probability. How much is suggested is a setting and not a "
        "finding. Average precision rises with how common a value is, so values are not to be compared by it.",
        tuple(tables),
        plots,
        tuple(numbers),
        (*_notes(evidence, ties), *filter(None, settings), *((_IN_THE_PLOTS,) if plots else ())),
        movers=movers,
    )


def _for_settings(evidence: Evidence) -> str:
    """Return the source that shares are best set by: the nearest to a random sample of all passages."""
    return next((source for source in (AUDIT, BLIND, INDEPENDENT) if source in evidence.available), "")


def _choice(evidence: Evidence, value: Value, one: Decided) -> thresholds.Choice:
    suggested, scores = evidence.machine_of(value.id)
    yes = one.labels == 1
    depths = 1 - standing(evidence, value.id)[one.panel.places][yes]
    scored, now = int(np.isfinite(scores).sum()), int((suggested == 1).sum())
    return thresholds.choice(value, depths, one.panel.weights[yes], scored, now, one.panel.n_clusters)


def scored(evidence: Evidence, source: str, value_id: str) -> Decided:
    """Return what most readers of a source said of the passages that have scores."""
    panel = evidence.panel(source, value_id).scored
    return decided(panel.only(np.isfinite(panel.scores)))


def _numbers(evidence: Evidence, source: str, value_id: str, one: Decided) -> dict[str, Number]:
    about, panel, refused = About(7, value_id, source), one.panel, too_few_found(one.labels)
    ranked, now = _rows(evidence, value_id, one)
    made: dict[str, tuple[Statistic, Floats]] = {
        AP: (agreement.average_precision_statistic(), ranked),
        CHANCE: (statistics.weighted_mean(), now[:, [0, 1]]),
        "precision": (statistics.precision(), now),
        "recall": (statistics.recall(), now),
        "f1": (statistics.f1(), now),
        WORKLOAD: (statistics.weighted_mean(), now[:, [0, 2]]),
    }
    return {
        name: about.jackknifed(MODEL, name, statistic, rows, panel.clusters, 0.0, refused)
        for name, (statistic, rows) in made.items()
    }


def _rows(evidence: Evidence, value_id: str, one: Decided) -> tuple[Floats, Floats]:
    """Return (units, 3) weight, label and standing of each passage; and weight, label and whether it is suggested."""
    panel = one.panel
    places = standing(evidence, value_id)[panel.places]
    return (
        np.column_stack([panel.weights, one.labels, places]),
        np.column_stack([panel.weights, one.labels, panel.suggested]),
    )


def _tables(source: str, made: list[tuple[str, dict[str, Number]]]) -> list[Table]:
    order = [(name, *cells(rows, AP, CHANCE)) for name, rows in made]
    now = [(name, *cells(rows, WORKLOAD, "precision", "recall", "f1")) for name, rows in made]
    return [
        Table(
            f"How well scores order passages, readings {WORDS[source]}",
            ("Value", "Average precision", "By chance", "Passages", "Transcripts"),
            tuple(order),
            "95% intervals in brackets. Average precision: reading from the highest score down, how much of what was "
            "read shows the value, averaged over all that is found; 1 would be everything found before anything else. "
            "By chance: what it would be if passages stood in a random order, which is the share of passages in which "
            "most readers found the value.",
        ),
        Table(
            f"What is suggested now, readings {WORDS[source]}",
            ("Value", "Suggested", "Precision", "Recall", "F1", "Passages", "Transcripts"),
            tuple(now),
            "Suggested: the share of these passages with the suggestion. Precision: of what is suggested, how much "
            "most readers found too. Recall: of what they found, how much is suggested. F1: both in one number, "
            "nearer to the lower one.",
        ),
    ]


def cells(rows: dict[str, Number], *names: str) -> tuple[str, ...]:
    """Return the numbers as they stand in a table, and at the end what the first one rests on."""
    return (*(shown(rows[name]) for name in names), str(rows[names[0]].n), str(rows[names[0]].transcripts))


def _plots(evidence: Evidence) -> tuple[Curves, ...]:
    """Return the curves of the source that the first screen rests on."""
    precisions, shares = [], []
    for value in evidence.values:
        one = scored(evidence, evidence.primary, value.id)
        if too_few_found(one.labels):
            continue
        panel = one.panel
        rows, now = _rows(evidence, value.id, one)
        at = [made(now) for made in (statistics.recall(), statistics.precision())]
        mark = None if np.isnan(at).any() else (at[0], at[1])
        precisions.append(_line(value.name, agreement.precision_recall_curve(rows, panel.clusters), mark))
        suggested = statistics.weighted_mean()(now[:, [0, 2]])
        shares.append(_line(value.name, agreement.gains_curve(rows, panel.clusters), (suggested, at[0])))
    if not precisions:
        return ()
    words = WORDS[evidence.primary]
    return (
        Curves(
            f"Precision and recall, readings {words}",
            "Precision against recall, and where suggestions end now: " + _marks(precisions, "recall", "precision"),
            "recall",
            "precision",
            tuple(precisions),
            steps=True,
        ),
        Curves(
            f"How much is found by reading how much, readings {words}",
            "Passages read in the order of the scores, and where suggestions end now: "
            + _marks(shares, "read", "found"),
            "share of passages read",
            "share of what people found",
            tuple(shares),
            diagonal=True,
        ),
    )


def _line(name: str, curve: RankingCurve, mark: tuple[float, float] | None) -> Line:
    return Line(name, curve.x, curve.y, mark, curve.low, curve.high)


def _marks(lines: list[Line], across: str, up: str) -> str:
    return "; ".join(
        f"{line.name}: "
        + (f"{across} {line.mark[0]:.2f}, {up} {line.mark[1]:.2f}" if line.mark else "nothing suggested")
        for line in lines
    )


def _notes(evidence: Evidence, ties: int) -> tuple[str, ...]:
    notes = [
        "Intervals leave out one transcript (or participant) at a time. What people found is what most readers found."
    ]
    if ties:
        notes.append(f"Left out, as many readers said yes as no: {ties} pairs of a passage and a value.")
    if evidence.passages["dataset"].nunique() > 1:
        notes.append(
            "Scores are comparable within one value and one dataset only. Where a value occurs in several datasets, "
            "a passage stands by the share of the passages of its dataset that have a lower score."
        )
    return tuple(notes)


def _finding(evidence: Evidence, numbers: list[Number]) -> str:
    here = [number for number in numbers if number.source == evidence.primary] or numbers
    made = [number.estimate for number in here if number.estimator == AP and number.estimate is not None]
    chance = [number.estimate for number in here if number.estimator == CHANCE and number.estimate is not None]
    total = len([number for number in here if number.estimator == AP])
    if not made:
        return f"For none of {total} values is there enough to say how well scores order passages."
    return (
        f"How well scores order passages is estimable for {len(made)} of {total} values (readings "
        f"{WORDS[here[0].source]}): average precision is {from_to(made)}, where a random order would give "
        f"{from_to(chance)}."
    )


def from_to(shares: list[float]) -> str:
    """Say between which two shares they lie."""
    low, high = f"{min(shares):.2f}", f"{max(shares):.2f}"
    return low if low == high else f"{low} to {high}"
