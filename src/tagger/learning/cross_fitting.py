"""
Residuals learned from all documents and once without each part of them, so that none judges itself, on common lines.

Lines of its own would put each part at a level of its own, lowest where most was found, since it did without that. A
line that is common to all puts no text before another that has the higher score, whatever was learned for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from tagger.learning.likeness import Floats
from tagger.learning.lines import Lines, lines
from tagger.learning.residuals import Rows, coordinates, patterns, ridge

PENALTIES = (float("inf"), 32.0, 10.0, 4.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""How little the residual is trusted, from not at all."""


@dataclass(frozen=True, slots=True)
class CrossFit:
    """
    What is learned from all, and without each part.

    Args:
        lines: from scores to shares, (1 + parts, k): that of all, less what the residuals of each add on average.
        weights: (1 + parts, landmarks, k), what likeness to each landmark adds.
        unseen: (n, k), the estimate of each text by what was learned without its part.
        penalty: with which unseen texts were predicted best.
    """

    lines: Lines
    weights: Floats
    unseen: Floats
    penalty: float


def cross_fit(x: Floats, y: Floats, parts: Rows, alike: Floats, among: Floats) -> CrossFit:
    """
    Learn from answers in parts of whole documents.

    Args:
        x: (n, k), zero-shot scores.
        y: (n, k), the answers: 1, 0, or NaN where nobody was asked.
        parts: (n,), from 1.
        alike: (n, landmarks), how alike each text is to the landmarks.
        among: (landmarks, landmarks), how alike these are.
    """
    # More threads than idle cores wait for each other; one gives the same bits on every machine, too.
    with threadpool_limits(1, "blas"):
        turned = coordinates(among)
        features = alike @ turned
        fitted = [lines(x[parts != part], y[parts != part]) for part in range(parts.max(initial=0) + 1)]
        tried = _weights(features, x, y, parts, fitted)
        common, middle = fitted[0], features.sum(axis=0) / max(len(features), 1)
        unseen = _unseen(features - middle, x, parts, common, tried)
        best = _best(unseen, y)
        level = common.level - middle @ tried[:, best]
        found = Lines(level, np.broadcast_to(common.slope, level.shape))
        return CrossFit(found, turned @ tried[:, best], unseen[best], PENALTIES[best])


def _weights(features: Floats, x: Floats, y: Floats, parts: Rows, fitted: Sequence[Lines]) -> Floats:
    """Return the features' weights, (1 + parts, penalties, r, k), from all answers and from those without each part."""
    found = np.zeros((len(fitted), len(PENALTIES), features.shape[1], y.shape[1]))
    for columns, rows in patterns(y):
        own = [features[rows[parts[rows] == part]] for part in range(len(fitted))]
        products = [some.T @ some for some in own]
        for part, line in enumerate(fitted):
            seen = rows[parts[rows] != part]
            left = (y[seen] - line.at(x[seen]))[:, columns]
            found[part][:, :, columns] = ridge(sum(products) - products[part], features[seen].T @ left, PENALTIES)
    return found


def _unseen(features: Floats, x: Floats, parts: Rows, common: Lines, weights: Floats) -> Floats:
    """Return estimates, (penalties, n, k): the common line, and what residuals learned without a text's part add."""
    found = np.tile(common.at(x), (len(PENALTIES), 1, 1))
    for part in range(len(weights)):
        rows = np.flatnonzero(parts == part)
        found[:, rows] += features[rows] @ weights[part]
    return found


def _best(unseen: Floats, labels: Floats) -> int:
    """
    Return the place of the penalty whose estimates of unseen texts miss least, among those that order them no worse.

    No worse, in mean average precision over values, than lines alone: small misses are won by saying no to everything.
    """
    missed = [np.nanmean((labels - one) ** 2) if labels.size else 0.0 for one in unseen]
    alone = _mean_precision(unseen[0], labels)
    for place in np.argsort(np.round(missed, 9), kind="stable").tolist():
        if _mean_precision(unseen[place], labels) >= alone:
            return int(place)
    return 0


def _mean_precision(scores: Floats, labels: Floats) -> float:
    """Return the mean over values of average precision; 0 where nobody found any."""
    columns = [(own[~np.isnan(own)], one[~np.isnan(own)]) for own, one in zip(labels.T, scores.T, strict=True)]
    found = [average_precision_score(own, one) for own, one in columns if own.any()]
    return float(np.mean(found)) if found else 0.0
