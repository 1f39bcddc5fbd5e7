"""
Emergent values: passages for which a list has no word, grouped with those that say something like it.

Nothing here names a group or says what it is about; people do. The method is average linkage (Sokal & Michener 1958,
*University of Kansas Science Bulletin* 38, 1409-1438) of centred vectors, up to a border that the study itself sets.
There is no chance in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.seen import PSEUDO_COUNT

Matrix = NDArray[np.floating[Any]]
Rows = NDArray[np.intp]

CLOSEST = 0.05
"""The passages of a group are on average as alike as this share of all pairs of a study's passages, or more so."""
SAMPLE = 1000
"""So many passages tell what a study's passages have in common, and how alike they are."""
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Groups:
    """
    Passages by their rows.

    `groups`: the largest first, and of those equally large the one whose passages are most alike; within each the most
    typical passage first. `alone`: those that are like no other.
    """

    groups: tuple[tuple[int, ...], ...]
    alone: tuple[int, ...]


def grouped(vectors: Matrix, sample: Matrix, dimension: int) -> Groups:
    """
    Group passages; in whichever order they come, the same ones are together.

    Args:
        vectors: (n, deep_dimension), of `Encoder.encode_deep`, n up to a few thousand.
        sample: (m, deep_dimension), of passages from the whole study, whatever anybody said of them.
        dimension: how much of a deep vector is its first half.
    """
    if len(vectors) < 2:
        return Groups((), tuple(range(len(vectors))))
    centre = sample.sum(axis=0, dtype=np.float64) / (len(sample) + PSEUDO_COUNT)
    # Sums of the same numbers in another order differ by their last digits, and those could decide.
    order = np.lexsort(vectors.T)
    alike = _cosines(_centred(vectors[order], centre, dimension))
    labels = _linked(alike, _border(_cosines(_centred(sample, centre, dimension))))
    found = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    groups = sorted(
        ((_typical_first(rows, alike, order), _cohesion(rows, alike)) for rows in found if len(rows) > 1),
        key=lambda group: (-len(group[0]), -group[1], min(group[0])),
    )
    alone = sorted(int(order[rows[0]]) for rows in found if len(rows) == 1)
    return Groups(tuple(rows for rows, _ in groups), tuple(alone))


def _centred(vectors: Matrix, centre: NDArray[np.float64], dimension: int) -> NDArray[np.float32]:
    """Take from each half of deep vectors what all have in common, and let both halves count alike."""
    halves = [half for half in np.split(vectors - centre, [dimension], axis=1) if half.shape[1]]
    units = [half / np.linalg.norm(half, axis=1, keepdims=True).clip(1e-12) for half in halves]
    joined: NDArray[np.float32] = (np.hstack(units) / np.sqrt(len(units))).astype(np.float32)
    return joined


def _cosines(units: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.round(units @ units.T, _DECIMALS)


def _border(alike: NDArray[np.float32]) -> float:
    """Return the cosine that only the closest pairs of a study's passages reach; without pairs, one that none does."""
    pairs = alike[np.triu_indices(len(alike), 1)]
    return float(np.quantile(pairs, 1 - CLOSEST)) if len(pairs) else 2.0


def _linked(alike: NDArray[np.float32], border: float) -> NDArray[np.intp]:
    """Label each passage with the group it falls into."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(1 - alike, checks=False), "average")
    labels: NDArray[np.intp] = fcluster(tree, max(1 - border, 0.0) + 10**-_DECIMALS / 2, "distance")
    return labels


def _typical_first(rows: Rows, alike: NDArray[np.float32], order: Rows) -> tuple[int, ...]:
    """Order a group by how alike each passage is to the others, and give the rows that they came in."""
    to_others = np.round(alike[np.ix_(rows, rows)].sum(axis=1), _DECIMALS)
    return tuple(order[rows[np.lexsort((order[rows], -to_others))]].tolist())


def _cohesion(rows: Rows, alike: NDArray[np.float32]) -> float:
    """Return the mean cosine of a group's pairs."""
    pairs = alike[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)]
    return float(np.round(pairs.mean(), _DECIMALS))
