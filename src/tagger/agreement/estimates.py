"""What every statistic here returns: a number with what it rests on, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import scipy

from tagger.errors import UsageError

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    A statistic; what could not be estimated is None and never 0 or 1.

    Args:
        value: None where it is not estimable, and `reason` then says why.
        n_units: how many units it rests on.
        se: its standard error.
        interval: the 95% interval, unless the function says otherwise; where it could not be had, `reason` says why.
        observed: the observed agreement, or disagreement where the coefficient is defined by it.
        expected: the same by chance.
        n_clusters: how many clusters (transcripts) the interval rests on, where it goes by clusters.
        reason: empty where nothing is missing.
    """

    value: float | None
    n_units: int
    se: float | None = None
    interval: Interval | None = None
    observed: float | None = None
    expected: float | None = None
    n_clusters: int | None = None
    reason: str = ""

    def without_interval(self, reason: str) -> Estimate:
        """Return it with the reason why it has no interval."""
        return replace(self, se=None, interval=None, reason=reason)


def not_estimable(reason: str, n_units: int = 0) -> Estimate:
    """Return the estimate that there is not."""
    return Estimate(None, n_units, reason=reason)


def check_level(level: float) -> None:
    """Refuse a coverage that is none, such as 95 for 95%."""
    if not 0 < level < 1:
        raise UsageError(f"{level} is no level", where="level", remedy="Give a share such as 0.95")


def t_interval(value: float, se: float, df: int, low: float, high: float, level: float = 0.95) -> Interval:
    """Return value +- t * se, cut to the range that the statistic can have."""
    reach = float(scipy.stats.t.ppf(0.5 + level / 2, df)) * se
    return max(low, value - reach), min(high, value + reach)
