"""
From what readers said to a number of the report: with its interval, or with the reason why there is none.

A coefficient asks what was answered, how often and in which cluster, and nothing else of a passage. So passages of a
cluster that were answered alike are counted together, and here alone it is said how many of the transcripts' passages
each stands for in an audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy

from tagger.agreement.clusters import (
    FEWEST,
    Additive,
    Bootstrap,
    Statistic,
    cluster_bootstrap,
    difference,
    jackknife_interval,
)
from tagger.agreement.estimates import Estimate
from tagger.agreement.ratings import Ratings
from tagger.report.document import Number
from tagger.report.evidence import FEWEST_POSITIVES, Flags, Floats, Names, Panel, Places
from tagger.report.statistics import Pairs

ROUGH = 6
"""With fewer clusters an interval is a rough one."""

RESAMPLES = 2000
BOOTSTRAP = f"cluster_bootstrap, resamples={RESAMPLES}"

_NONE = 1e-12
_THE_SAME = "no interval: it is the same whichever transcript is left out, which says nothing of others"
_NOBODY = "nobody read any passage for it"


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What was said of one value: passages of a cluster that were answered alike are one row.

    Args:
        codes: (rows, columns), 1 yes, 0 no, -1 no answer; a column for each reader, or for whoever is set beside them.
        suggested: (rows,), 1 and 0: what the machine says; -1 where it was not asked.
        clusters: (rows,), the cluster of each row.
        passages: (rows,), how many passages a row stands for.
        weights: (rows,), how many of the transcripts' passages these stand for.
        refused: why nothing is estimable from it; empty where there is enough.
    """

    codes: Places
    suggested: Places
    clusters: Names
    passages: Places
    weights: Floats
    refused: str

    @property
    def ratings(self) -> Ratings:
        """Return the rows as ratings, for a statistic."""
        return Ratings(self.codes, ("no", "yes"), ordered=True)

    @property
    def n(self) -> int:
        """Return how many passages there are."""
        return int(self.passages.sum())

    @property
    def n_clusters(self) -> int:
        """Return how many clusters they come from."""
        return len(set(self.clusters.tolist()))

    def weighted(self, statistic: Additive) -> Additive:
        """Return a statistic of `ratings` in which each passage counts by its weight, scaled to a mean of 1."""
        weights = self.weights * (self.n / self.weights.sum())
        return Additive(lambda rows: weights[:, None] * statistic.parts(rows), statistic.value, statistic.width)

    def only(self, kept: Flags) -> Tally:
        """Return some of the rows."""
        return Tally(
            self.codes[kept],
            self.suggested[kept],
            self.clusters[kept],
            self.passages[kept],
            self.weights[kept],
            self.refused,
        )

    def of(self, columns: Sequence[int]) -> Tally:
        """Return some of the columns, where two of them have an answer; nothing is estimable if they found too few."""
        codes = self.codes[:, list(columns)]
        part = replace(self, codes=codes).only((codes >= 0).sum(axis=1) > 1)
        found = int(part.passages[(part.codes == 1).any(axis=1)].sum())
        return replace(part, refused=self.refused or _refused(part.n, found))

    def admitted(self, pairs: Iterable[tuple[int, int]]) -> Pairs:
        """
        Return the pairs of columns that count in a mean.

        One or both of a pair found the value in `FEWEST_POSITIVES` passages that both read, and there is something that
        they could have confused: somebody who has just begun neither moves a mean nor makes it impossible.
        """
        made = ((pair, self.of(pair)) for pair in pairs)
        return tuple(pair for pair, two in made if not two.refused and (two.codes == 0).any())


def tally(panel: Panel, nobody: str = _NOBODY) -> Tally:
    """
    Count what the readers of a panel said.

    Args:
        nobody: what is said of a panel without a passage.
    """
    cluster, names = pd.factorize(panel.clusters.astype(object))
    row = cluster
    for column in (*panel.codes.T, panel.suggested):
        row, _ = pd.factorize(3 * row + column)
    _, first = np.unique(row, return_index=True)
    return Tally(
        panel.codes[first],
        panel.suggested[first],
        names[cluster[first]],
        np.bincount(row),
        np.bincount(row, panel.weights).astype(np.float64),
        too_few(panel) if len(panel.places) else nobody,
    )


def measured(statistic: Additive, said: Tally, low: float = -1.0, high: float = 1.0, refused: str = "") -> Estimate:
    """
    Return a statistic of what was said, with its leave-one-cluster-out interval; or the reason why there is none.

    Args:
        low: the least value that it can have.
        high: the largest one.
        refused: why it is not estimable, though the value was found in enough passages.
    """
    refused = said.refused or refused
    if refused:
        return Estimate(None, said.n, n_clusters=said.n_clusters, reason=refused)
    found = jackknife_interval(said.weighted(statistic), said.ratings, said.clusters, low=low, high=high)
    return replace(found, n_units=said.n)


def p_value(found: Estimate) -> Estimate:
    """Return the two-sided p of a statistic that would be 0, by t = value / SE with M - 1 degrees of freedom."""
    found = _spread(found)
    if found.value is None or found.se is None or found.n_clusters is None:
        return replace(found, value=None)
    p = 2 * float(scipy.stats.t.sf(abs(found.value) / found.se, found.n_clusters - 1))
    return Estimate(p, found.n_units, n_clusters=found.n_clusters, reason="no interval: it is a p value")


@dataclass(frozen=True, slots=True)
class About:
    """What the numbers of a part of a report have in common."""

    section: int
    value_id: str
    source: str
    group: str = ""

    def number(self, between: str, estimator: str, found: Estimate, seed: int | None = None) -> Number:
        """Make a number of an estimate."""
        found = _spread(found)
        low, high = found.interval or (None, None)
        return Number(
            self.section,
            self.value_id,
            self.source,
            between,
            estimator,
            found.value,
            low,
            high,
            found.n_units,
            found.n_clusters,
            self.group,
            seed,
            found.reason,
        )

    def measured(
        self,
        between: str,
        estimator: str,
        statistic: Additive,
        said: Tally,
        low: float = -1.0,
        high: float = 1.0,
        refused: str = "",
    ) -> Number:
        """Make a number of what readers said, as the function `measured` has it."""
        return self.number(between, estimator, measured(statistic, said, low, high, refused))

    def resampled(
        self, between: str, estimator: str, statistic: Additive, said: Tally, seed: int, refused: str = ""
    ) -> tuple[Number, Number]:
        """Make a number with its interval over resamples of clusters, and the share of these that had no value."""
        refused = said.refused or refused
        if refused:
            found = Bootstrap(None, said.n, None, None, said.n_clusters, 1.0, refused)
        else:
            found = cluster_bootstrap(
                said.weighted(statistic), said.ratings, said.clusters, resamples=RESAMPLES, seed=seed
            )
        number = Estimate(
            found.value, said.n, found.se, found.interval, n_clusters=found.n_clusters, reason=found.reason
        )
        drawn = found.value is not None and found.n_clusters >= FEWEST
        share = Estimate(
            found.degenerate if drawn else None,
            said.n,
            n_clusters=found.n_clusters,
            reason="no interval: it is a share of the resamples" if drawn else found.reason,
        )
        return (
            self.number(between, f"{estimator} ({BOOTSTRAP})", number, seed),
            self.number(between, f"{estimator} ({BOOTSTRAP}, share without a value)", share, seed),
        )

    def jackknifed(
        self,
        between: str,
        estimator: str,
        statistic: Statistic,
        rows: Any,
        clusters: Names,
        low: float = 0.0,
        refused: str = "",
    ) -> Number:
        """Make a number with its leave-one-cluster-out interval; or, where it is refused, the reason alone."""
        if refused or not len(clusters):
            found = Estimate(None, len(clusters), n_clusters=len(set(clusters.tolist())), reason=refused or _NOBODY)
        else:
            found = jackknife_interval(statistic, rows, clusters, low=low)
        return self.number(between, estimator, found)


def _spread(found: Estimate) -> Estimate:
    """Take the interval from what does not move at all."""
    return found.without_interval(_THE_SAME) if found.se is not None and found.se < _NONE else found


@dataclass(frozen=True, slots=True)
class Sides:
    """
    Two sides of a study that are set beside each other, by how its readings came about.

    Args:
        first: the name of those of one side.
        second: that of the other.
        between: the name of the first, less the second.
        low: the least value that a statistic of either can have.
        high: the largest one.
    """

    first: str
    second: str
    between: str
    low: float = -np.inf
    high: float = np.inf

    def compared(
        self, about: About, estimator: str, statistic: Additive, rows: Floats, clusters: Names, first: Flags
    ) -> tuple[Number, Number, Number]:
        """
        Compute a statistic of each side, and how far they differ, of the same clusters.

        Args:
            statistic: of one side's columns.
            rows: (units, 2 w), the columns of the first side, and behind them those of the second.
            clusters: (units,), the cluster of each row.
            first: (n,), which of the readings that the rows are made of are of the first side.
        """
        half = rows.shape[1] // 2
        one, other = _of_columns(statistic, slice(half)), _of_columns(statistic, slice(half, None))
        apart = self.high - self.low

        def number(between: str, which: Additive, low: float, high: float, n: int) -> Number:
            found = jackknife_interval(which, rows, clusters, low=low, high=high)
            return about.number(between, estimator, replace(found, n_units=n))

        n = int(first.sum())
        return (
            number(self.first, one, self.low, self.high, n),
            number(self.second, other, self.low, self.high, len(first) - n),
            number(self.between, difference(one, other), -apart, apart, len(first)),
        )


def beside(first: Flags, weights: Floats, numbers: Floats) -> Floats:
    """Return (n, 4): rows of weight and number of the first side, and of the second, for `Sides.compared`."""
    return np.column_stack([first * weights, numbers, ~first * weights, numbers])


def _of_columns(statistic: Additive, columns: slice) -> Additive:
    """Return a statistic of some of the columns."""
    return Additive(lambda rows: statistic.parts(rows[:, columns]), statistic.value, statistic.width)


def weights_to_mix(wanted: Flags, strata: pd.DataFrame) -> Floats:
    """
    Weigh rows so that those that are not wanted have the mix of those that are; 0 for a stratum without both.

    Args:
        wanted: (rows,), those whose mix it is.
        strata: (rows, any), what a stratum is: rows that are equal in all columns.
    """
    parts = pd.DataFrame({"wanted": wanted, "others": ~wanted}, index=strata.index)
    n = parts.groupby([strata[name] for name in strata]).transform("sum")
    both = (n > 0).all(axis=1)
    ratio = (n["wanted"] / n["others"].where(n["others"] > 0)).fillna(0.0)
    return np.asarray(np.where(wanted, both.astype(float), ratio), dtype=np.float64)


def too_few(panel: Panel) -> str:
    """Say why nothing about a value is estimable from a panel; empty where there is enough."""
    return _refused(len(panel.places), panel.found)


def _refused(passages: int, found: int) -> str:
    if not passages:
        return _NOBODY
    if found < FEWEST_POSITIVES:
        return f"not estimable: it was found in {found} passages, and it takes {FEWEST_POSITIVES}"
    return ""
