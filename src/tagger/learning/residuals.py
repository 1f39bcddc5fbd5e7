"""What the lines leave unexplained, learned from alike texts: kernel ridge regression on a sample of the texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh

from tagger.learning.likeness import Floats

MOST_LANDMARKS = 1000
_NOTHING = 1e-6
Rows = NDArray[np.intp]


def landmarks(rows: int, seed: int) -> Rows:
    """Choose the texts that all others are compared with: all of few, a random sample of many."""
    if rows <= MOST_LANDMARKS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_LANDMARKS])


def coordinates(among: Floats) -> Floats:
    """
    Return (m, r): what turns likeness to the landmarks into coordinates whose products are the likeness.

    Nyström's method (Williams & Seeger, 2001).

    Args:
        among: (m, m), the likeness of the landmarks to each other.
    """
    found, directions = eigh(among)
    kept = found > _NOTHING * max(float(found[-1]), 1.0)
    turned: Floats = directions[:, kept] / np.sqrt(found[kept])
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
        try:
            found[place] = cho_solve(cho_factor(damped, overwrite_a=True, check_finite=False), sums)
        except LinAlgError:  # pragma: no cover - a penalty makes it positive definite, save for rounding
            found[place] = np.linalg.lstsq(products + penalty * np.eye(len(products)), sums, rcond=None)[0]
    return found
