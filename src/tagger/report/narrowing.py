"""The part of section 10 on diversity: whether readings narrow once suggestions are in sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tagger.agreement.diversity import effective_number
from tagger.report import statistics
from tagger.report.document import Number, Table, shown
from tagger.report.evidence import BLIND, FEWEST_POSITIVES, Evidence
from tagger.report.measuring import About, Sides, beside, weights_to_mix

ASSISTED = "assisted"
ARMS = {ASSISTED: "with suggestions in sight", BLIND: "without suggestions"}
BETWEEN = "with suggestions in sight, less without"

VALUES, KINDS = "values found in a passage", "different values, as if all were equally common"
UNASKED, UNLISTED = "share of what is found that nobody suggested there", "share with something not on the list"

EFFECTIVE = "effective_number_of_values"

_SIDES, _ABOUT = Sides(ARMS[ASSISTED], ARMS[BLIND], BETWEEN), About(10, "", "")
_STRENGTHS = ("strong", "middling", "weak", "none")


@dataclass(frozen=True, slots=True)
class Measure:
    """How many-sided readings are, in one way: with suggestions in sight, without, and the difference."""

    name: str
    in_sight: Number
    without: Number
    differs: Number

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Return the three."""
        return (self.differs, self.in_sight, self.without)


@dataclass(frozen=True, slots=True)
class _Arms:
    """
    Readings of passages with a suggestion, in the arms that chance dealt.

    Args:
        readings: one row a reading: place, coder, source, cluster, finished, unlisted, found (how many values), unasked
            (how many of them nobody suggested), weight.
        marks: one row a value found: source, cluster, value_id, weight.
    """

    readings: pd.DataFrame
    marks: pd.DataFrame


def narrowing(evidence: Evidence) -> tuple[Measure, ...]:
    """
    Compare how many-sided readings are in the two arms; nothing where an arm has too few readings.

    Readings without suggestions are weighted to the mix of datasets and strengths of match of those with them, since
    which passages come with a suggestion in sight depends on both.
    """
    arms = _arms(evidence)
    finished = arms.readings[arms.readings["finished"]]
    if min((finished["source"] == arm).sum() for arm in ARMS) < FEWEST_POSITIVES:
        return ()
    found = finished[finished["found"] > 0]
    rows = found.loc[found.index.repeat(found["found"])]
    asked = rows.assign(unasked=rows.groupby(level=0).cumcount() < rows["unasked"])
    return (
        _of_readings(VALUES, finished, finished["found"]),
        _of_marks(arms.marks, finished["source"]),
        _of_readings(UNASKED, asked, asked["unasked"]),
        _of_readings(UNLISTED, arms.readings, arms.readings["unlisted"]),
    )


def _arms(evidence: Evidence) -> _Arms:
    suggested = evidence.machine[evidence.machine["suggested"].astype(bool)]
    best = suggested["strength"].map(_STRENGTHS.index).astype(int).groupby(suggested["place"]).min()
    readings = evidence.readings
    kept = readings["drawn"].astype(bool) & readings["source"].isin(list(ARMS)) & readings["place"].isin(best.index)
    readings = readings[kept & (readings["finished"] | readings["unlisted"]).astype(bool)]
    key = ["place", "coder", "source"]
    said = evidence.answers[evidence.answers["yes"].astype(bool)].astype({"coder": str, "source": str})
    said = said.merge(readings[readings["finished"]][key], on=key)
    pairs = pd.MultiIndex.from_frame(suggested[["place", "value_id"]].astype({"value_id": str}))
    own = pd.MultiIndex.from_frame(said[["place", "value_id"]].astype({"value_id": str}))
    said = said.assign(unasked=~own.isin(pairs))
    counts = said.groupby(key)["unasked"].agg(found="size", unasked="sum")
    readings = readings.join(counts, on=key).fillna({"found": 0, "unasked": 0}).reset_index(drop=True)
    places = readings["place"].to_numpy(np.int64)
    mix = {"dataset": evidence.passages["dataset"].to_numpy(dtype=str)[places], "best": best.loc[places].to_numpy()}
    weight = weights_to_mix((readings["source"] == ASSISTED).to_numpy(), pd.DataFrame(mix))
    readings = readings.assign(cluster=evidence.clusters[places], weight=weight)
    readings = readings[readings["weight"] > 0].astype({"found": int, "unasked": int})
    return _Arms(readings, said.merge(readings[[*key, "cluster", "weight"]], on=key))


def _of_readings(name: str, rows: pd.DataFrame, number: pd.Series) -> Measure:
    """Compare the mean of a number."""
    in_sight = (rows["source"] == ASSISTED).to_numpy()
    columns = beside(in_sight, rows["weight"].to_numpy(float), number.to_numpy(float))
    estimator, clusters = f"weighted mean ({name})", rows["cluster"].to_numpy(dtype=str)
    return Measure(name, *_SIDES.compared(_ABOUT, estimator, statistics.weighted_mean(), columns, clusters, in_sight))


def _of_marks(marks: pd.DataFrame, source: pd.Series) -> Measure:
    """Compare how many different values there are; *source* is that of each reading."""
    counted = marks.pivot_table(
        index="cluster", columns=["source", "value_id"], values="weight", aggfunc="sum", observed=True
    )
    values = sorted(marks["value_id"].astype(str).unique())
    rows = counted.reindex(columns=pd.MultiIndex.from_product([list(ARMS), values])).fillna(0.0)
    statistic, clusters = effective_number(len(values)), rows.index.to_numpy(dtype=str)
    in_sight = (source == ASSISTED).to_numpy()
    return Measure(KINDS, *_SIDES.compared(_ABOUT, EFFECTIVE, statistic, rows.to_numpy(float), clusters, in_sight))


def table(measures: tuple[Measure, ...]) -> Table:
    """Set the two arms side by side."""
    rows = tuple(
        (
            one.name[:1].upper() + one.name[1:],
            shown(one.differs),
            shown(one.in_sight),
            shown(one.without),
            str(one.in_sight.n),
            str(one.without.n),
            str(one.differs.transcripts),
        )
        for one in measures
    )
    return Table(
        "Do readings narrow once suggestions are in sight?",
        ("", "Difference", "In sight", "Without", "Readings, in sight", "Without", "Transcripts"),
        rows,
        "Passages with a suggestion, as chance dealt them; those read without it are weighted to the same mix of "
        "datasets and strengths of match. Below 0: readings narrow. Two marks from different transcripts name the same "
        "value with some probability; one divided by it is the number of different values.",
    )


def finding(measures: tuple[Measure, ...]) -> str:
    """Say in a sentence whether readings narrow."""
    of = {one.name: one.differs for one in measures}[KINDS]
    if of.estimate is None or of.low is None or of.high is None:
        return f"Whether readings narrow once suggestions are in sight is not sure: {of.reason}."
    if of.high < 0:
        return f"Readings narrow once suggestions are in sight: people find fewer different values, {shown(of)}."
    if of.low > 0:
        return f"Readings widen once suggestions are in sight: people find more different values, {shown(of)}."
    return (
        "Whether readings narrow once suggestions are in sight cannot be told: the number of different values differs "
        f"by {shown(of)}."
    )
