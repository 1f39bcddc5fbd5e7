"""Lines and residuals, learned from all documents and once without each part of them, so that none judges itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from tagger.learning.likeness import Floats
from tagger.learning.lines import Lines, lines, stacked
from tagger.learning.residuals import Rows, coordinates, patterns, ridge

PENALTIES = (float("inf"), 32.0, 10.0, 4.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""How little the residual is trusted, from not at all; the first of equally good ones is taken."""


@dataclass(frozen=True, slots=True)
class CrossFit:
    """
    What is learned from all, and without each part.

    Args:
        lines: from scores to shares, (1 + parts, k).
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
        unseen = _unseen(features, x, parts, fitted, tried)
        best = _best(unseen, y)
        return CrossFit(stacked(fitted), turned @ tried[:, best], unseen[best], PENALTIES[best])


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


def _unseen(features: Floats, x: Floats, parts: Rows, fitted: Sequence[Lines], weights: Floats) -> Floats:
    """Return estimates, (penalties, n, k), each of a text by what was learned without its part."""
    found = np.zeros((len(PENALTIES), *x.shape))
    for part, line in enumerate(fitted):
        rows = np.flatnonzero(parts == part)
        found[:, rows] = line.at(x[rows]) + features[rows] @ weights[part]
    return found


def _best(unseen: Floats, labels: Floats) -> int:
    """Return the place of the penalty whose estimates of unseen texts miss least."""
    missed = [np.nanmean((labels - one) ** 2) if labels.size else 0.0 for one in unseen]
    return int(np.argmin(np.round(missed, 9)))
