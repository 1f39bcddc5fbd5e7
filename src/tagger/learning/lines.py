"""From zero-shot scores to shares of yes by straight lines, one a value, which few answers move little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagger.learning.likeness import Floats

ANSWERS_FOR_LEVEL = 60
ANSWERS_FOR_SLOPE = 300
"""So many answers count as much as what all values have in common."""
LEAST_SLOPE = 0.1
"""A line rises at least so much as all together: however the answers fall, higher scores stay ahead."""
FLAT = 0.01


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines from scores (n, k) to shares of yes: `level` (..., k) at a score of 0, `slope` (..., k), always above 0."""

    level: Floats
    slope: Floats

    def of(self, parts: NDArray[np.intp]) -> Lines:
        """Return for each text the lines of a part, (n, k)."""
        return Lines(self.level[parts], self.slope[parts])

    def at(self, scores: Floats) -> Floats:
        """Return the shares, (n, k); they may lie outside 0 to 1."""
        return self.level + self.slope * scores


def lines(scores: Floats, labels: Floats) -> Lines:
    """
    Fit a line for each value, pulled towards the one of all values as far as its own answers are few.

    Args:
        scores: (n, k), of a common scale.
        labels: (n, k), 1, 0, or NaN where nobody was asked.
    """
    known = ~np.isnan(labels)
    if not known.any():
        return Lines(np.full(scores.shape[1], 0.5), np.full(scores.shape[1], 1.0))
    x, y = scores[known], labels[known]
    slope = max(float(((x - x.mean()) * (y - y.mean())).sum() / max(((x - x.mean()) ** 2).sum(), 1.0)), FLAT)
    level = float(y.mean() - slope * x.mean())
    left = np.where(known, labels - level - slope * scores, 0.0)
    count = known.sum(axis=0)
    own_level = left.sum(axis=0) / (count + ANSWERS_FOR_LEVEL)
    middle = np.where(known, scores, 0.0).sum(axis=0) / np.maximum(count, 1)
    apart = np.where(known, scores - middle, 0.0)
    still = np.where(known, left - left.sum(axis=0) / np.maximum(count, 1), 0.0)
    own_slope = (apart * still).sum(axis=0) / ((apart**2).sum(axis=0) + ANSWERS_FOR_SLOPE)
    slopes = np.maximum(slope + own_slope, LEAST_SLOPE * slope)
    return Lines(level + own_level - (slopes - slope) * middle, slopes)
