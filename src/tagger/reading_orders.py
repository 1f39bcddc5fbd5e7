"""
What to read next so that most is learned from it: what the scores leave open, and what is unlike the rest.

Uncertainty sampling (Lewis & Gale 1994, *Proceedings of SIGIR*, 3-12) by itself asks about the same thing again and
again; each passage is therefore weighed by how unlike it is to those before it (as in maximal marginal relevance:
Carbonell & Goldstein 1998, *Proceedings of SIGIR*, 335-336).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Matrix = NDArray[np.floating[Any]]
Rows = NDArray[np.intp]

FIRST = 500
AMONG = 5000
_DECIMALS = 6
_ROWS_AT_ONCE = 512


def uncertainty(table: Numbers, share: float | Numbers) -> Numbers:
    """
    Say how near each excerpt stands to the border of what is suggested, for the value where it stands nearest.

    Only ranks count, so similarities and probabilities give the same. With the odds o = p / (1 - p) of the share p of
    excerpts that stand above (half of those that stand level), and the odds b of the border, it is the smaller of o / b
    and b / o.

    Args:
        table: scores, shape (n, k).
        share: the share of the excerpts that a value is suggested for, one for all values or shape (k,).

    Returns:
        From 0 (far from every border) to 1 (on one), shape (n,); 0 where there is no value.
    """
    rows = len(table)
    nearest = np.zeros(rows)
    borders = np.broadcast_to(np.minimum(share, 1 - 0.5 / max(rows, 1)), table.shape[1:])
    for column, border in enumerate(borders):
        ordered = np.sort(table[:, column])
        above = rows - np.searchsorted(ordered, table[:, column], "right")
        below = np.searchsorted(ordered, table[:, column], "left")
        standing = (rows + above - below) / (2 * rows)
        ratio = standing / (1 - standing) * (1 - border) / border
        nearest = np.maximum(nearest, np.minimum(ratio, 1 / ratio))
    return nearest


def reading_order(uncertain: Numbers, vectors_of: Callable[[Rows], Matrix], read: Matrix) -> list[int]:
    """
    Order excerpts by what is learned from them, the most useful first.

    The first `FIRST` are taken one by one from the `AMONG` most uncertain: each time the one whose uncertainty times
    (1 - its largest cosine to those taken before or read already) is largest. The others follow by uncertainty. Numbers
    are rounded before they are compared, and ties go to the earlier row, so that every machine finds the same order.

    Args:
        uncertain: from `uncertainty`, shape (n,).
        vectors_of: returns the unit vectors of rows, shape (m, d).
        read: unit vectors of what people have read already, shape (r, d).
    """
    by_uncertainty = np.argsort(-np.round(uncertain, _DECIMALS), kind="stable")
    among = np.sort(by_uncertainty[:AMONG])
    vectors, weight = vectors_of(among), uncertain[among]
    unlike = 1 - _largest_cosine(vectors, read)
    taken: list[int] = []
    for _ in range(min(FIRST, len(among))):
        gain = np.round(weight * unlike, _DECIMALS)
        gain[taken] = -1.0
        best = int(gain.argmax())
        taken.append(best)
        unlike = np.minimum(unlike, 1 - vectors @ vectors[best])
    first = among[taken]
    return [*first.tolist(), *by_uncertainty[~np.isin(by_uncertainty, first)].tolist()]


def _largest_cosine(vectors: Matrix, read: Matrix) -> Numbers:
    """Return for each vector the largest cosine to what was read, and 0 where that is negative or nothing was read."""
    largest = np.zeros(len(vectors))
    for start in range(0, len(read), _ROWS_AT_ONCE):
        largest = np.maximum(largest, (vectors @ read[start : start + _ROWS_AT_ONCE].T).max(axis=1))
    return largest
