"""The part of section 11 on drift: how often the team finds a value, month by month, and later than earlier."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tagger.report import statistics
from tagger.report.document import Number, Table, shown
from tagger.report.evidence import BLIND, FEWEST_POSITIVES, WORDS, Evidence, Value
from tagger.report.measuring import About, Sides, beside, weights_to_mix

LATER, EARLIER = "later", "earlier"
BETWEEN = "later readings, less earlier ones"
_SHARE, _MEAN = "share of yes", "weighted mean (over time)"
_SIDES = Sides(LATER, EARLIER, BETWEEN, low=0.0, high=1.0)
_MOST_MONTHS = 24
_MONTH, _READERS = 7, 2
"""How much of a day such as 2026-01-05 names the month; with fewer readers it would be one person's drift."""


@dataclass(frozen=True, slots=True)
class Drift:
    """
    How often the team finds a value over time.

    Args:
        name: the value's.
        months: the share of each month in which two people or more read, by its name, such as 2026-01.
        earlier: the share of the first half of the days on which people read.
        later: that of the other half.
        differs: later less earlier.
    """

    name: str
    months: tuple[tuple[str, Number], ...]
    earlier: Number
    later: Number
    differs: Number

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Return all of them."""
        return (self.differs, self.later, self.earlier, *(number for _, number in self.months))


def drift(evidence: Evidence) -> tuple[Drift, ...]:
    """
    Set later blind readings beside earlier ones, value by value; nothing where one person alone read in a half.

    Earlier readings are weighted to the mix of datasets and strengths of match of later ones: what was read when is no
    matter of chance.
    """
    said = _said(evidence)
    later = said["half"] == LATER
    if min(said.loc[half, "coder"].nunique() for half in (later, ~later)) < _READERS:
        return ()
    found = [_of_value(value, said[said["value_id"] == value.id]) for value in evidence.values]
    return tuple(one for one in found if one is not None)


def _said(evidence: Evidence) -> pd.DataFrame:
    """Return the blind answers with their day, the half in which it lies, cluster, dataset and strength of match."""
    key = ["place", "coder", "source"]
    days = evidence.readings.loc[evidence.readings["read_on"] != "", [*key, "read_on"]]
    answers = evidence.answers[evidence.answers["source"] == BLIND].astype(
        {"coder": str, "source": str, "value_id": str}
    )
    said = answers.merge(days, on=key)
    matches = evidence.machine[["place", "value_id", "strength"]].astype({"value_id": str, "strength": str})
    said = said.merge(matches, on=["place", "value_id"], how="left").fillna({"strength": ""})
    places = said["place"].to_numpy(np.int64)
    whole = sorted(days.loc[days["source"] == BLIND, "read_on"])
    middle = whole[len(whole) // 2] if whole else ""
    return said.assign(
        cluster=evidence.clusters[places],
        dataset=evidence.passages["dataset"].to_numpy(dtype=str)[places],
        month=said["read_on"].str[:_MONTH],
        half=np.where(said["read_on"] >= middle, LATER, EARLIER),
    )


def _of_value(value: Value, said: pd.DataFrame) -> Drift | None:
    if said.loc[said["yes"].astype(bool), "place"].nunique() < FEWEST_POSITIVES:
        return None
    about, later = About(11, value.id, BLIND), (said["half"] == LATER).to_numpy()
    yes, clusters = said["yes"].to_numpy(float), said["cluster"].to_numpy(dtype=str)
    rows = beside(later, weights_to_mix(later, said[["dataset", "strength"]]), yes)
    of_later, of_earlier, differs = _SIDES.compared(about, _MEAN, statistics.weighted_mean(), rows, clusters, later)
    months = [
        (str(month), _of_month(replace(about, group=f"month {month}"), own))
        for month, own in said.groupby("month")
        if own["coder"].nunique() >= _READERS
    ]
    return Drift(value.name, tuple(months[-_MOST_MONTHS:]), of_earlier, of_later, differs)


def _of_month(about: About, said: pd.DataFrame) -> Number:
    each = np.column_stack([np.ones(len(said)), said["yes"].astype(float)])
    return about.jackknifed(_SHARE, _MEAN, statistics.weighted_mean(), each, said["cluster"].to_numpy(dtype=str))


def tables(found: tuple[Drift, ...]) -> tuple[Table, ...]:
    """Write a table of the two halves, and one of the months where there are several."""
    halves = tuple(
        (
            one.name,
            shown(one.differs),
            shown(one.later),
            shown(one.earlier),
            str(one.later.n),
            str(one.earlier.n),
            str(one.differs.transcripts),
        )
        for one in found
    )
    months = tuple(
        (one.name, month, shown(number), str(number.n), str(number.transcripts))
        for one in found
        for month, number in one.months
    )
    made = [
        Table(
            f"Does the team find a value more often, or less, as time goes on? Readings {WORDS[BLIND]}",
            ("Value", "Difference", "Later", "Earlier", "Answers, later", "Earlier", "Transcripts"),
            halves,
            "The share of answers that are yes. Earlier ones are weighted to the mix of datasets and strengths of "
            "match of later ones. A drift of the team may come from other people reading, from talk, or from other "
            "transcripts; that of one person is shown to that person alone.",
        )
    ]
    if len({month for _, month, *_ in months}) > 1:
        head = ("Value", "Month", "Share of yes", "Answers", "Transcripts")
        note = "Months in which two people or more read. Nothing is weighted: other months had other passages."
        made.append(Table("Month by month", head, months, note))
    return tuple(made)


def note(found: tuple[Drift, ...]) -> str:
    """Say in a sentence for which values the share moved."""
    moved = [one.name for one in found if one.differs.low is not None and one.differs.low > 0]
    fell = [one.name for one in found if one.differs.high is not None and one.differs.high < 0]
    if not moved and not fell:
        return "No value is found clearly more often, or less, in later readings than in earlier ones."
    parts = [f"{', '.join(names)} {how}" for names, how in ((moved, "more often"), (fell, "less often")) if names]
    return (
        f"Later readings find {'; '.join(parts)} than earlier ones did. Of the {len(found)} values looked at, one in "
        "twenty or so moves by chance."
    )
