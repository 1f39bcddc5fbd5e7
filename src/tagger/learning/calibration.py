"""From estimates that rank to probabilities: Platt's scaling on the log odds, pooled over values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from tagger.learning.likeness import Floats

SPREAD_OF_ALL = 1.0
SPREAD_OF_VALUES = 0.1
"""Standard deviations, before any answer, of what is learned for all values and of what each has of its own."""
_BEND = 0.02
_FURTHEST = 36.0
"""Log odds further from 0 would be a probability of 1 in floating point."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How log odds are moved: (k,) `shift` is added after they are multiplied by the exponential of `stretch`, (k,)."""

    shift: Floats
    stretch: Floats

    def probabilities(self, estimates: Floats) -> Floats:
        """Return probabilities, (n, k), above 0 and below 1, in the order of the estimates in each column."""
        moved = self.shift + np.exp(self.stretch) * log_odds(estimates)
        found: Floats = expit(np.clip(moved, -_FURTHEST, _FURTHEST))
        return found


def log_odds(estimates: Floats) -> Floats:
    """Return the log odds of estimates, bent so that those outside 0 to 1 have some too, in the same order."""
    found: Floats = np.log(_above_nothing(estimates)) - np.log(_above_nothing(1 - estimates))
    return found


def calibrate(estimates: Floats, labels: Floats) -> Calibration:
    """
    Learn the calibration from estimates of texts that took no part in making them.

    Platt (1999), with a shift and a stretch for all values and a small one for each, whose prior is that estimates are
    right as they are.

    Args:
        estimates: (n, k).
        labels: (n, k), 1, 0, or NaN where nobody was asked.
    """
    rows, columns = np.nonzero(~np.isnan(labels))
    k = labels.shape[1]
    odds, said = log_odds(estimates)[rows, columns], labels[rows, columns]
    spread = np.repeat([SPREAD_OF_ALL, SPREAD_OF_VALUES], [2, 2 * k])

    def loss(x: Floats) -> tuple[float, Floats]:
        steep = np.exp(x[1] + x[2 + k :])[columns]
        logit = x[0] + x[2 : 2 + k][columns] + steep * odds
        missed = expit(logit) - said
        own_shift = np.bincount(columns, missed, k)
        own_stretch = np.bincount(columns, missed * steep * odds, k)
        slope = np.concatenate([[own_shift.sum(), own_stretch.sum()], own_shift, own_stretch])
        value = np.logaddexp(0, logit).sum() - (said * logit).sum() + ((x / spread) ** 2).sum() / 2
        return float(value), slope + x / spread**2

    x = minimize(loss, np.zeros(2 + 2 * k), jac=True, method="L-BFGS-B", bounds=[(-5, 5)] * (2 + 2 * k)).x
    return Calibration(x[0] + x[2 : 2 + k], x[1] + x[2 + k :])


def _above_nothing(numbers: Floats) -> Floats:
    # The two solutions' product is known, so that the small one is no difference of large numbers.
    large = (np.abs(numbers) + np.sqrt(numbers**2 + _BEND**2)) / 2
    bent: Floats = np.where(numbers > 0, large, (_BEND / 2) ** 2 / large)
    return bent
