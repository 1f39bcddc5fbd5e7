"""
Intervals that know that excerpts of one transcript are alike: whole transcripts are left out or drawn again.

Excerpts of one transcript share a speaker, an interviewer and a topic. An interval that takes them for independent is
too short: in simulations nominal 95% intervals over excerpts covered about 0.81, leave-one-cluster-out with t(M - 1)
0.93 to 0.94 (`tests/test_agreement_coverage.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tagger.agreement.estimates import Estimate, Interval, check_level, t_interval
from tagger.agreement.ratings import Floats, Ratings
from tagger.errors import UsageError

FEWEST = 3
"""With fewer clusters there is no interval."""
MOST_DEGENERATE = 0.05
"""The largest share of resamples without a value that a bootstrap interval bears."""


@dataclass(frozen=True, slots=True)
class Additive:
    """
    A statistic of sums over units, so that leaving a cluster out is a subtraction and not another computation.

    Args:
        parts: from the rows to (units, width), what each unit adds.
        value: from (..., width) sums to (...) values, NaN where it is not estimable.
        width: how many sums there are.
    """

    parts: Callable[[Any], Floats]
    value: Callable[[Floats], Floats]
    width: int

    def __call__(self, rows: Any) -> float:
        """Return the statistic of *rows*."""
        return float(self.value(self.parts(rows).sum(axis=0)))


@dataclass(frozen=True, slots=True)
class Removable:
    """
    A statistic that is no sum and still knows a cheaper way to leave a cluster out than to compute it again.

    Args:
        of: from the rows to the value, None where it is not estimable.
        without: from the rows, (units,) numbers of their clusters, and how many there are, to the value without each.
    """

    of: Callable[[Any], float | None]
    without: Callable[[Any, npt.NDArray[np.int64], int], Floats]

    def __call__(self, rows: Any) -> float | None:
        """Return the statistic of *rows*."""
        return self.of(rows)


Statistic = Additive | Removable | Callable[[Any], "Estimate | float | None"]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """A bootstrap's outcome; `degenerate` is the share of resamples for which there was no value."""

    value: float | None
    n_units: int
    se: float | None
    interval: Interval | None
    n_clusters: int
    degenerate: float
    reason: str = ""


def difference(first: Additive, second: Additive) -> Additive:
    """Return first - second of the same rows, for their paired difference: never compare two intervals instead."""
    return Additive(
        lambda rows: np.concatenate([first.parts(rows), second.parts(rows)], axis=1),
        lambda sums: first.value(sums[..., : first.width]) - second.value(sums[..., first.width :]),
        first.width + second.width,
    )


def jackknife_interval(
    statistic: Statistic,
    rows: Any,
    clusters: Sequence[Hashable] | npt.NDArray[Any],
    *,
    low: float = -1.0,
    high: float = 1.0,
    level: float = 0.95,
) -> Estimate:
    """
    Return a statistic with its leave-one-cluster-out jackknife interval, t with M - 1 degrees of freedom.

    SE^2 = (M - 1) / M * sum over g of (theta without g - their mean)^2, for M clusters.

    Args:
        statistic: a function of the rows; or an `Additive` or `Removable` one, for which many units cost little.
        rows: (units, ...), an array, sequence, DataFrame or `Ratings`.
        clusters: (units,), the transcript (or participant, or group) of each unit.
        low: the least value that the statistic can have; the interval is cut there.
        high: the largest one.
        level: the nominal coverage.

    There is no interval with fewer than 3 clusters, nor where leaving one of them out leaves nothing to estimate from;
    `reason` says so. It speaks of these raters only: they are not taken for a sample.
    """
    check_level(level)
    groups, names = _groups(rows, clusters)
    value = _value(statistic(rows))
    n, m = len(groups), len(names)
    if value is None:
        return Estimate(None, n, n_clusters=m, reason="it is not estimable on all the data")
    estimate = Estimate(value, n, n_clusters=m)
    if m < FEWEST:
        return estimate.without_interval(f"no interval: it takes {FEWEST} clusters, and there are {m}")
    without = _leaving_out(statistic, rows, groups, m)
    if np.isnan(without).any():
        name = names[int(np.flatnonzero(np.isnan(without))[0])]
        return estimate.without_interval(f"no interval: without {name} it is not estimable")
    se = float(jackknife_se(without))
    return Estimate(value, n, se, t_interval(value, se, m - 1, low, high, level), n_clusters=m)


def jackknife_se(without: Floats) -> Floats:
    """Return the standard error of a statistic, or of several, from (M, ...) values without each of M clusters."""
    m = len(without)
    return np.asarray(np.sqrt((m - 1) / m * ((without - without.mean(axis=0)) ** 2).sum(axis=0)))


def numbered(clusters: Sequence[Hashable] | npt.NDArray[Any], units: int) -> tuple[npt.NDArray[np.int64], list[str]]:
    """
    Return the number of each unit's cluster, from 0, and the clusters' names.

    Raises:
        UsageError: there is not one cluster for each unit.
    """
    # An array of pairs, such as (participant, transcript), would be a table.
    if not isinstance(clusters, np.ndarray) or clusters.ndim != 1:
        clusters = pd.Series(list(clusters), dtype=object).to_numpy()
    places, names = pd.factorize(clusters, use_na_sentinel=True)
    if len(places) != units or (places < 0).any():
        raise UsageError(
            f"there are {units} units and {int((places >= 0).sum())} clusters named",
            where="clusters",
            remedy="Name the cluster of every unit",
        )
    return places.astype(np.int64), [str(name) for name in names]


def cluster_bootstrap(
    statistic: Statistic,
    rows: Any,
    clusters: Sequence[Hashable] | npt.NDArray[Any],
    *,
    resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Bootstrap:
    """
    Return a statistic with its percentile interval over resamples of whole clusters.

    With few clusters it is too short (`jackknife_interval` is the headline). Resamples without a value are counted and
    never replaced by 0 or 1; where they are more than 5%, there is no interval.

    Args:
        statistic: as for `jackknife_interval`.
        rows: as there.
        clusters: as there.
        resamples: how many.
        seed: of the random numbers; the same seed gives the same interval.
        level: the nominal coverage.
    """
    check_level(level)
    groups, names = _groups(rows, clusters)
    value, n, m = _value(statistic(rows)), len(groups), len(names)
    if value is None:
        return Bootstrap(None, n, None, None, m, 1.0, "it is not estimable on all the data")
    if m < FEWEST:
        return Bootstrap(value, n, None, None, m, 0.0, f"no interval: it takes {FEWEST} clusters, and there are {m}")
    times = np.random.default_rng(seed).multinomial(m, np.full(m, 1 / m), size=resamples)
    found = _resampled(statistic, rows, groups, times)
    usable = found[~np.isnan(found)]
    degenerate = 1 - len(usable) / resamples
    if degenerate > MOST_DEGENERATE:
        reason = f"no interval: {degenerate:.0%} of the resamples had no value"
        return Bootstrap(value, n, None, None, m, degenerate, reason)
    low, high = np.quantile(usable, [0.5 - level / 2, 0.5 + level / 2])
    return Bootstrap(value, n, float(usable.std(ddof=1)), (float(low), float(high)), m, degenerate)


def _groups(rows: Any, clusters: Sequence[Hashable] | npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], list[str]]:
    return numbered(clusters, len(rows.codes) if isinstance(rows, Ratings) else len(rows))


def _value(found: Estimate | float | None) -> float | None:
    value = found.value if isinstance(found, Estimate) else found
    return None if value is None or np.isnan(value) else float(value)


def _leaving_out(statistic: Statistic, rows: Any, groups: npt.NDArray[np.int64], m: int) -> Floats:
    if isinstance(statistic, Additive):
        sums = _sums(statistic, rows, groups, m)
        return np.asarray(statistic.value(sums.sum(axis=0) - sums))
    if isinstance(statistic, Removable):
        return statistic.without(rows, groups, m)
    found = [_value(statistic(_chosen(rows, np.flatnonzero(groups != g)))) for g in range(m)]
    return np.array([np.nan if value is None else value for value in found])


def _resampled(statistic: Statistic, rows: Any, groups: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> Floats:
    if isinstance(statistic, Additive):
        return np.asarray(statistic.value(times @ _sums(statistic, rows, groups, times.shape[1])))
    members = [np.flatnonzero(groups == g) for g in range(times.shape[1])]
    found = [
        _value(statistic(_chosen(rows, np.concatenate([np.tile(members[g], k) for g, k in enumerate(drawn) if k]))))
        for drawn in times
    ]
    return np.array([np.nan if value is None else value for value in found])


def _sums(statistic: Additive, rows: Any, groups: npt.NDArray[np.int64], m: int) -> Floats:
    parts = statistic.parts(rows)
    return np.stack([np.bincount(groups, weights=column, minlength=m) for column in parts.T], axis=1)


def _chosen(rows: Any, units: npt.NDArray[np.int64]) -> Any:
    if isinstance(rows, Ratings):
        return replace(rows, codes=rows.codes[units])
    if isinstance(rows, pd.DataFrame | pd.Series):
        return rows.iloc[units]
    return rows[units] if isinstance(rows, np.ndarray) else [rows[unit] for unit in units]
