"""Section 8: do the rates that readers are told come true?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tagger import agreement
from tagger.agreement.estimates import Estimate
from tagger.report import statistics
from tagger.report.document import Curves, Line, Number, Section, Table, shown
from tagger.report.evidence import WORDS, Evidence, Floats, Names
from tagger.report.measuring import About
from tagger.report.ranking import Decided, cells, scored, too_few_found

BINS = 10
PARTS = 5
"""Rates are tried on one part of the transcripts at a time, and come from the others."""

_CALIBRATION = "Calibration"
_SMALLEST = 1e-9
_BRIER, _ERROR = "brier_score", f'expected_calibration_error (bins={BINS}, strategy="mass")'
_DEBIASED = f"debiased_calibration_error (bins={BINS})"
_NO_SCORES = "no passage that has scores was read without suggestions"
_TOLD = "rates told and the majority"


@dataclass(frozen=True, slots=True)
class _Told:
    """Passages with the rate that other transcripts foretell: rows of weight, label and rate; and what is left out."""

    rows: Floats
    clusters: Names
    ties: int
    unknown: int


def calibration(evidence: Evidence) -> Section:
    """Return section 8: whether the rates that readers are told hold in transcripts they do not come from."""
    source = evidence.primary
    found = [(value, _told(evidence, source, value.id)) for value in evidence.values] if source else []
    found = [(value, told) for value, told in found if len(told.rows)]
    if not found:
        return Section(8, _CALIBRATION, "", empty=f"Nothing to compare yet: {_NO_SCORES} in two transcripts or more.")
    whole = _together([told for _, told in found])
    made = [(value.name, _errors(About(8, value.id, source), told)) for value, told in found]
    made.append(("All values", _errors(About(8, "", source), whole)))
    return Section(
        8,
        _CALIBRATION,
        _calibrated(made[-1][1][_ERROR]),
        "Scores are no probabilities and are not judged here: rates by strength are. A rate that holds on average can "
        "be wrong for a dataset, a person or a passage.",
        (_error_table(source, made),),
        (_reliability(source, whole),),
        tuple(number for _, rows in made for number in rows.values()),
        _left_out(whole),
    )


def _told(evidence: Evidence, source: str, value_id: str) -> _Told:
    one = scored(evidence, source, value_id)
    machine = evidence.machine[evidence.machine["value_id"] == value_id].set_index("place")
    rates = rates_elsewhere(one, machine["strength"].reindex(one.panel.places).to_numpy())
    known = ~np.isnan(rates)
    rows = np.column_stack([one.panel.weights, one.labels, rates])[known]
    return _Told(rows, one.panel.clusters[known], one.ties, int((~known).sum()))


def rates_elsewhere(one: Decided, strength: npt.NDArray[Any]) -> Floats:
    """
    Return (units,): how often most readers said yes to a match as strong in other clusters; NaN where none was read.

    Clusters are dealt into five groups (fewer where there are fewer), and the rate comes from the other groups. Leaving
    out each cluster by itself would sort passages by how rare the value is in their own cluster, and the calibration
    error would measure that: simulated with rates that are right, .027 instead of .016. The rates are of
    majorities, as the answers are: those of single readings are higher where a value is rare.

    Args:
        strength: (units,), of the matches.
    """
    weights = one.panel.weights
    said = pd.DataFrame({"yes": weights * one.labels, "read": weights})
    part = np.unique(one.panel.clusters, return_inverse=True)[1] % PARTS
    rest = said.groupby(strength).transform("sum") - said.groupby([strength, part]).transform("sum")
    yes, read = rest["yes"].to_numpy(float), rest["read"].to_numpy(float)
    there = read > _SMALLEST
    return np.where(there, np.clip(yes / np.where(there, read, 1.0), 0.0, 1.0), np.nan)


def _together(told: list[_Told]) -> _Told:
    return _Told(
        np.concatenate([one.rows for one in told]),
        np.concatenate([one.clusters for one in told]),
        sum(one.ties for one in told),
        sum(one.unknown for one in told),
    )


def _errors(about: About, told: _Told) -> dict[str, Number]:
    weight, label, rate = told.rows.T
    refused = too_few_found(label)
    squares = np.column_stack([weight, (rate - label) ** 2])
    found = {
        _BRIER: about.jackknifed(_TOLD, _BRIER, statistics.weighted_mean(), squares, told.clusters, 0.0, refused),
        _ERROR: about.jackknifed(_TOLD, _ERROR, _error, told.rows, told.clusters, 0.0, refused),
        _DEBIASED: about.jackknifed(_TOLD, _DEBIASED, _debiased, told.rows, told.clusters, 0.0, refused),
    }
    by_chance = _debiased(told.rows)
    if not refused and by_chance.reason:
        clusters = len(np.unique(told.clusters))
        found[_DEBIASED] = about.number(_TOLD, _DEBIASED, replace(by_chance, n_clusters=clusters))
    return found


def _error(rows: Floats) -> Estimate:
    return agreement.expected_calibration_error(rows[:, 1], rows[:, 2], BINS, "mass", weights=_weights(rows))


def _debiased(rows: Floats) -> Estimate:
    return agreement.debiased_calibration_error(rows[:, 1], rows[:, 2], BINS, "mass", weights=_weights(rows))


def _weights(rows: Floats) -> Floats | None:
    return None if (rows[:, 0] == 1).all() else rows[:, 0]


def _error_table(source: str, made: list[tuple[str, dict[str, Number]]]) -> Table:
    return Table(
        f"How far rates are off, readings {WORDS[source]}",
        ("Value", "Calibration error", "Debiased", "Brier score", "Passages", "Transcripts"),
        tuple((name, *cells(rows, _ERROR, _DEBIASED, _BRIER)) for name, rows in made),
        f"Calibration error: the mean distance of rate and share of yes over at most {BINS} bins of equal size; too "
        "large where little was read. Debiased: the root mean square distance without what chance adds; 0 where chance "
        "explains all of it. Brier score: the mean squared distance of rate and answer. In the last row, a passage "
        "counts once for each value.",
    )


def _reliability(source: str, told: _Told) -> Curves:
    weight, label, rate = told.rows.T
    curve = agreement.calibration_curve(label, rate, BINS, "mass", weight)
    bands = [
        agreement.wilson_interval(round(share * n), n).interval or (0.0, 1.0)
        for share, n in zip(curve.share_yes, curve.n, strict=True)
    ]
    low, high = (tuple(band[end] for band in bands) for end in (0, 1))
    points = "; ".join(f"{p:.2f}: {share:.2f}" for p, share in zip(curve.mean_p, curve.share_yes, strict=True))
    return Curves(
        f"Rates told and shares found, readings {WORDS[source]}",
        f"The rate from other transcripts, and the share in which most readers found the value: {points}",
        "rate from other transcripts",
        "share found",
        (Line("All values", curve.mean_p, curve.share_yes, None, low, high),),
        diagonal=True,
    )


def _calibrated(number: Number) -> str:
    if number.estimate is None:
        return "Whether the rates that readers are told hold cannot be said yet: there is not enough to go by."
    return (
        f"A rate that comes from other transcripts is off by {shown(number)} on average, over {number.n} pairs of a "
        "passage and a value."
    )


def _left_out(told: _Told) -> tuple[str, ...]:
    notes = [
        "Readers are told a rate such as 'when we read passages like this without a suggestion, about 6 in 10 showed "
        f"it'. Here transcripts are dealt into {PARTS} groups, and a rate comes from the other groups: in how many "
        "passages that match as strongly most readers found the value. Intervals leave out one transcript at a time, "
        "and take the rates as given. The band of the plot takes passages for independent, and is too narrow.",
    ]
    if told.ties:
        notes.append(f"Left out, as many readers said yes as no: {told.ties} pairs of a passage and a value.")
    if told.unknown:
        notes.append(f"Left out, no match as strong was read in another group: {told.unknown} pairs.")
    return tuple(notes)
