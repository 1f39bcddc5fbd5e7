"""
How well a model orders passages, with intervals that know of clusters: average precision, and curves with bands.

Everything here is of rows of weight, label and score, (units, 3): an inverse inclusion probability, what people said (1
or 0), and any number that is higher for a likelier yes. Units of equal score are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from tagger.agreement.clusters import FEWEST, Removable, jackknife_se
from tagger.agreement.detection import NO_YES
from tagger.agreement.estimates import check_level
from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

Places = npt.NDArray[np.int64]
POINTS = 200
"""As many as a small plot can show."""
SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class RankingCurve:
    """
    A curve between 0 and 1 from the best score down, with a band: an interval at each x by itself.

    Args:
        x: in rising order, at most `POINTS` and the beginning.
        y: the curve at each.
        low: the lower edge of the band; empty without one, and `reason` says why.
        high: the upper edge.
        n_units: how many units it rests on.
        n_clusters: how many clusters.
        reason: why there is no band or no curve, else empty.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n_units: int
    n_clusters: int
    reason: str = ""


def average_precision_statistic() -> Removable:
    """
    Return average precision for `jackknife_interval`, of rows of weight, label and score.

    It is what `average_precision` gives. To leave a cluster out, only what is read and found down to each gain in
    recall is computed again, and nothing is sorted.
    """
    return Removable(_average_precision, _average_precisions)


def precision_recall_curve(
    rows: Floats, clusters: Sequence[Hashable] | npt.NDArray[Any], level: float = 0.95
) -> RankingCurve:
    """
    Return the precision where a recall is first reached, against that recall, as far as average precision counts it.

    It holds for the recalls below, down to the next point: draw it in steps. The band is the jackknife's at each recall
    by itself (`jackknife_interval`): the precision where that recall is first reached without a cluster. Where a curve
    has more points than `POINTS`, leaving out moves between those that are kept.

    Args:
        rows: (units, 3).
        clusters: (units,), the transcript (or participant, or group) of each unit.
        level: the nominal coverage at each point.
    """

    def precision(read: Floats, found: Floats, at: Floats) -> Floats:
        recall = np.maximum.accumulate(found / found[-1])
        first = np.searchsorted(recall, np.maximum(at - SMALLEST, SMALLEST))
        return np.asarray(found[first] / read[first])

    return _curve(rows, clusters, level, lambda read, found: found / found[-1], precision, by_gains=True)


def gains_curve(rows: Floats, clusters: Sequence[Hashable] | npt.NDArray[Any], level: float = 0.95) -> RankingCurve:
    """
    Return the share of what people found against the share of passages read, the highest scores first.

    The band is the jackknife's at each share read by itself. Arguments are those of `precision_recall_curve`.
    """

    def recall(read: Floats, found: Floats, at: Floats) -> Floats:
        return np.asarray(np.interp(at, np.append(0.0, read / read[-1]), np.append(0.0, found / found[-1])))

    return _curve(rows, clusters, level, lambda read, found: read / read[-1], recall, by_gains=False)


def _curve(
    rows: Floats,
    clusters: Sequence[Hashable] | npt.NDArray[Any],
    level: float,
    across: Callable[[Floats, Floats], Floats],
    up: Callable[[Floats, Floats, Floats], Floats],
    *,
    by_gains: bool,
) -> RankingCurve:
    """
    Return a curve with its band.

    Args:
        across: the x of each depth, from what is read and found down to it.
        up: the y at some x, from the same.
        by_gains: whether only depths count at which something is found.
    """
    check_level(level)
    groups, names = pd.factorize(np.asarray(clusters))
    n, m = len(rows), len(names)
    if len(groups) != n or (groups < 0).any():
        raise UsageError(f"{n} units have not one cluster each", where="clusters", remedy="Name that of every unit")
    if not n or not rows[:, 1].any():
        return RankingCurve((), (), (), (), n, m, NO_YES)
    depth, read, found = _depths(rows)
    kept = _gains(found) if by_gains else np.arange(len(found))
    kept = kept[np.unique(np.linspace(0, len(kept) - 1, POINTS).round().astype(np.int64))]
    x = np.append(0.0, across(read[kept], found[kept]))
    y = up(read[kept], found[kept], x)
    line = tuple(x.tolist()), tuple(y.tolist())
    if m < FEWEST:
        return RankingCurve(*line, (), (), n, m, f"no band: it takes {FEWEST} clusters, and there are {m}")
    left = _leaving_out(rows, groups, m, kept, depth)
    without = np.array([up(*one, x) if one[1][-1] > SMALLEST else np.full(len(x), np.nan) for one in left])
    if np.isnan(without).any():
        name = names[int(np.isnan(without).any(axis=1).argmax())]
        return RankingCurve(*line, (), (), n, m, f"no band: without {name} nothing was found")
    reach = float(scipy.stats.t.ppf(0.5 + level / 2, m - 1)) * jackknife_se(without)
    low, high = (tuple(edge.clip(0, 1).tolist()) for edge in (y - reach, y + reach))
    return RankingCurve(*line, low, high, n, m)


def _depths(rows: Floats) -> tuple[Places, Floats, Floats]:
    """Return the depth of each unit, 0 for the highest score, and what is read and found down to each depth."""
    weight, label, score = rows.T
    _, depth = np.unique(-score, return_inverse=True)
    return depth, np.bincount(depth, weight).cumsum(), np.bincount(depth, weight * label).cumsum()


def _gains(found: Floats) -> Places:
    """Return the depths at which something is found."""
    return np.flatnonzero(np.diff(found, prepend=0.0) > 0)


def _leaving_out(rows: Floats, groups: Places, m: int, kept: Places, depth: Places) -> Iterator[tuple[Floats, Floats]]:
    """Give what is read and found down to some depths, without each cluster in turn."""
    weight, found = rows[:, 0], rows[:, 0] * rows[:, 1]
    at, width = np.searchsorted(kept, depth), len(kept)
    read_of_all, found_of_all = (np.bincount(at, each, width + 1)[:width].cumsum() for each in (weight, found))
    order = np.argsort(groups, kind="stable")
    ends = np.bincount(groups, minlength=m).cumsum()
    for units in np.split(order, ends[:-1]):
        own_read, own_found = (np.bincount(at[units], each[units], width + 1)[:width] for each in (weight, found))
        yield read_of_all - own_read.cumsum(), found_of_all - own_found.cumsum()


def _average_precision(rows: Floats) -> float | None:
    _, read, found = _depths(rows)
    kept = _gains(found)
    return _mean_precision(read[kept], found[kept]) if len(kept) else None


def _average_precisions(rows: Floats, groups: Places, m: int) -> Floats:
    depth, _, found = _depths(rows)
    left = _leaving_out(rows, groups, m, _gains(found), depth)
    return np.array([_mean_precision(*one) if one[1][-1] > SMALLEST else np.nan for one in left])


def _mean_precision(read: Floats, found: Floats) -> float:
    precision = np.divide(found, read, out=np.zeros_like(found), where=read > SMALLEST)
    return float(np.diff(found, prepend=0.0) @ precision / found[-1])
