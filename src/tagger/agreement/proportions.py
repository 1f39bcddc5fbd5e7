"""Shares: their intervals, and how sure one can be that a coefficient reaches a level of a scale."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from tagger.agreement.clusters import FEWEST, numbered
from tagger.agreement.estimates import Estimate, Interval, check_level, not_estimable
from tagger.agreement.ratings import Column, Floats
from tagger.errors import UsageError

SCALES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "landis-koch": (
        ("almost perfect", 0.8), ("substantial", 0.6), ("moderate", 0.4), ("fair", 0.2), ("slight", 0.0),
        ("poor", -1.0),
    ),
    "fleiss": (("excellent", 0.75), ("intermediate to good", 0.4), ("poor", -1.0)),
    "altman": (("very good", 0.8), ("good", 0.6), ("moderate", 0.4), ("fair", 0.2), ("poor", -1.0)),
    "krippendorff": (("firm", 0.8), ("tentative", 0.667), ("not enough", -1.0)),
}  # fmt: skip
"""Conventions, best level first: each level's name and its lower bound."""

SURE = 0.95
ALIKE = 0.2
"""The least intraclass correlation within clusters that `clustered_share_interval` reckons with."""
NOTHING = "there is nothing of which it could be a share"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """
    The level of a scale that a coefficient reaches with probability above .95.

    `cumulative` has, best level first, the probability that the coefficient lies in that level or a better one.
    """

    value: str | None
    levels: tuple[str, ...]
    cumulative: tuple[float, ...]
    reason: str = ""


def wilson_interval(x: int, n: int, level: float = 0.95) -> Estimate:
    """Return the share x / n with its score interval (Wilson 1927, *JASA* 22, 209-212)."""
    _check_counts(x, n, level)
    if n == 0:
        return not_estimable(NOTHING)
    low, high = scipy.stats.binomtest(int(x), int(n)).proportion_ci(confidence_level=level, method="wilson")
    return Estimate(x / n, int(n), interval=(float(low), float(high)))


def clopper_pearson_interval(x: int, n: int, level: float = 0.95) -> Estimate:
    """Return the share x / n with its exact interval (Clopper & Pearson 1934, *Biometrika* 26, 404-413)."""
    _check_counts(x, n, level)
    return Estimate(x / n, int(n), interval=exact_interval(x, n, level)) if n else not_estimable(NOTHING)


def clustered_share_interval(
    yes: Column, read: Column, clusters: Sequence[Hashable] | npt.NDArray[Any], level: float = 0.95
) -> Estimate:
    """
    Return the share of yes among readings of passages, with an interval that knows that readings are alike.

    It is the exact interval of as many independent readings as these are worth (Korn & Graubard 1998, *Survey
    Methodology* 24, 193-201): p (1 - p) / v, for the linearised variance v of the share p between clusters. From few
    clusters v is often too small by chance, and it is 0 where everybody said the same. So the readings are worth no
    more than if those of one passage were all the same answer, and passages of one cluster had an intraclass
    correlation of `ALIKE` (Kish 1965, *Survey Sampling*, ch. 5): never more than there are passages. That stands in for
    Korn & Graubard's own correction, by degrees of freedom, with which three clusters say next to nothing.

    For beta-binomial answers in 3 to 30 clusters, 20 to 200 readings and shares of .02 to .8, at least 94% of 95%
    intervals hold the true share where the correlation is .3 or less (`tests/test_agreement_proportions.py`), and 87%
    where it is .5.

    Args:
        yes: (passages,), how many readers said yes.
        read: (passages,), how many read it.
        clusters: (passages,), the transcript (or participant, or group) of each.
        level: the nominal coverage.

    Raises:
        UsageError: columns of several lengths, a passage that nobody read, or more said yes than read it.
    """
    check_level(level)
    said, readings = np.asarray(yes, dtype=float), np.asarray(read, dtype=float)
    if len(said) != len(readings) or not ((said >= 0) & (said <= readings) & (readings > 0)).all():
        raise UsageError(
            f"{len(said)} counts of yes and {len(readings)} of readings do not fit",
            where="yes",
            remedy="Give for each passage how many read it, and how many of these said yes",
        )
    groups, names = numbered(clusters, len(said))
    n, m = len(said), len(names)
    if not n:
        return not_estimable(NOTHING)
    share = said.sum() / readings.sum()
    estimate = Estimate(float(share), n, n_clusters=m)
    if m < FEWEST:
        return estimate.without_interval(f"no interval: it takes {FEWEST} clusters, and there are {m}")
    worth = _worth(groups, said, readings)
    return replace(estimate, interval=exact_interval(share * worth, worth, level))


def benchmark_probabilities(coefficient: float, se: float, scale: str = "landis-koch") -> Benchmark:
    """
    Return how probable each level of a scale is (Gwet 2014, ch. 6).

    A coefficient of .67 with a standard error of .15 reads as "substantial" and is no more than "moderate" for sure.
    The scales are conventions made for kappa; they do not fit AC1 (Vach & Gerke 2023). Give the standard error that
    knows of clusters.

    Raises:
        UsageError: there is no such scale, or the standard error is negative.
    """
    if scale not in SCALES:
        raise UsageError(f"there is no scale {scale!r}", where="scale", remedy=f"Choose one of {', '.join(SCALES)}")
    if not se >= 0:
        raise UsageError(f"{se} is no standard error", where="se", remedy="Give a number that is not negative")
    names = tuple(name for name, _ in SCALES[scale])
    lower = np.array([bound for _, bound in SCALES[scale]])
    if se == 0:
        cumulative = (coefficient >= lower).astype(float)
    else:
        above = scipy.stats.norm.cdf((coefficient - lower) / se) - scipy.stats.norm.cdf((coefficient - 1) / se)
        whole = scipy.stats.norm.cdf((coefficient + 1) / se) - scipy.stats.norm.cdf((coefficient - 1) / se)
        cumulative = above / whole
    reached = np.flatnonzero(cumulative > SURE)
    level = names[int(reached[0])] if len(reached) else names[-1]
    return Benchmark(level, names, tuple(map(float, cumulative)))


def _worth(groups: npt.NDArray[np.int64], said: Floats, readings: Floats) -> float:
    """Return how many independent readings those of passages are worth, each argument (passages,)."""
    yes, read = np.bincount(groups, said), np.bincount(groups, readings)
    m, total = len(read), read.sum()
    share = yes.sum() / total
    at_most = total**2 / ((1 - ALIKE) * (readings**2).sum() + ALIKE * (read**2).sum())
    variance = m / (m - 1) * ((yes - share * read) ** 2).sum() / total**2
    return float(min(at_most, share * (1 - share) / variance) if variance > 0 else at_most)


def exact_interval(x: float, n: float, level: float) -> Interval:
    """Return Clopper & Pearson's interval of x among n, which need not be whole."""
    low = scipy.special.betaincinv(x, n - x + 1, 0.5 - level / 2) if x > 0 else 0.0
    high = scipy.special.betaincinv(x + 1, n - x, 0.5 + level / 2) if x < n else 1.0
    return float(low), float(high)


def _check_counts(x: int, n: int, level: float) -> None:
    check_level(level)
    if not 0 <= x <= n:
        raise UsageError(f"{x} of {n} is no share", where="x", remedy="Count x among the n")
