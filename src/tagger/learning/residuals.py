"""What the lines leave unexplained, learned from alike texts: kernel ridge regression on a sample of the texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

from tagger.learning.likeness import Floats

MOST_LANDMARKS = 2000
JITTER = 1e-3
Rows = NDArray[np.intp]


def landmarks(rows: int, seed: int) -> Rows:
    """Choose the texts that all others are compared with: all of few, a random sample of many."""
    if rows <= MOST_LANDMARKS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_LANDMARKS])


def coordinates(among: Floats) -> Floats:
    """
    Return (m, m): what turns likeness to the landmarks into coordinates whose products are the likeness.

    Nystroem's method (Williams & Seeger, 2001), by Cholesky's factors; landmarks that say the same are told apart by
    `JITTER`, which is far below the smallest penalty.

    Args:
        among: (m, m), the likeness of the landmarks to each other.
    """
    if not len(among):
        return among
    lower = cholesky(among + JITTER * np.eye(len(among)), lower=True, check_finite=False)
    turned: Floats = solve_triangular(lower, np.eye(len(among)), lower=True, check_finite=False).T
    return turned


def patterns(labels: Floats) -> Iterator[tuple[Rows, Rows]]:
    """Give the columns that were answered for the same rows, and these rows: they share their sums."""
    known = ~np.isnan(labels)
    for pattern in np.unique(known, axis=1).T:
        columns = np.flatnonzero((known == pattern[:, None]).all(axis=0))
        if pattern.any():
            yield columns, np.flatnonzero(pattern)


def ridge(products: Floats, sums: Floats, penalties: Sequence[float]) -> Floats:
    """
    Solve ridge regression for several penalties; an infinite one gives zeros.

    Args:
        products: (r, r), the features' sums of products.
        sums: (r, k), the features' sums of products with the targets.

    Returns:
        Weights, (penalties, r, k).
    """
    found = np.zeros((len(penalties), *sums.shape))
    for place, penalty in enumerate(penalties):
        if not np.isfinite(penalty):
            continue
        damped = products + penalty * np.eye(len(products))
        found[place] = cho_solve(cho_factor(damped, overwrite_a=True, check_finite=False), sums, check_finite=False)
    return found
