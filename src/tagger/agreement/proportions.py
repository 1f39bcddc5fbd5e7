"""Shares: their intervals, and how sure one can be that a coefficient reaches a level of a scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from tagger.agreement.estimates import Estimate, not_estimable
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
    return _share(x, n, "wilson", level)


def clopper_pearson_interval(x: int, n: int, level: float = 0.95) -> Estimate:
    """Return the share x / n with its exact interval (Clopper & Pearson 1934, *Biometrika* 26, 404-413)."""
    return _share(x, n, "exact", level)


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
        above = stats.norm.cdf((coefficient - lower) / se) - stats.norm.cdf((coefficient - 1) / se)
        whole = stats.norm.cdf((coefficient + 1) / se) - stats.norm.cdf((coefficient - 1) / se)
        cumulative = above / whole
    reached = np.flatnonzero(cumulative > SURE)
    level = names[int(reached[0])] if len(reached) else names[-1]
    return Benchmark(level, names, tuple(map(float, cumulative)))


def _share(x: int, n: int, method: Literal["wilson", "exact"], level: float) -> Estimate:
    if not 0 <= x <= n:
        raise UsageError(f"{x} of {n} is no share", where="x", remedy="Count x among the n")
    if n == 0:
        return not_estimable("there is nothing of which it could be a share")
    low, high = stats.binomtest(int(x), int(n)).proportion_ci(confidence_level=level, method=method)
    return Estimate(x / n, int(n), interval=(float(low), float(high)))
