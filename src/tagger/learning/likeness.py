"""How alike texts are, by what they say (vectors) and by how they are spelled (runs of characters)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagger.seen import Corpus, Seen
from tagger.spelling import weighed
from tagger.suggestions import unit

Floats = NDArray[np.float64]

SPELLING = 0.5
"""How much spelling counts beside meaning: alike texts are 1 + SPELLING alike."""
ROWS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Features:
    """
    What the learner sees of texts.

    Args:
        vectors: (n, d), unit vectors of centred halves.
        runs: (n, `PLACES`), unit rows: runs of characters inside words, weighed by how rare they are.
    """

    vectors: NDArray[np.float32]
    runs: sparse.csr_matrix

    def __len__(self) -> int:
        """Return how many texts they are of."""
        return len(self.vectors)

    def rows(self, chosen: NDArray[np.intp] | slice) -> Features:
        """Return those of some of the texts."""
        return Features(self.vectors[chosen], self.runs[chosen])


def features(seen: Seen, corpus: Corpus, dimension: int) -> Features:
    """
    Return what the learner sees of texts.

    Args:
        dimension: how much of a deep vector is its first half.
    """
    centred = np.asarray(seen.vectors, dtype=np.float64) - corpus.centre
    halves = [unit(half) for half in np.split(centred, [dimension], axis=1) if half.shape[1]]
    joined = np.hstack(halves) / np.sqrt(len(halves))
    return Features(joined.astype(np.float32), weighed(seen.runs, corpus.rare))


def likeness(one: Features, other: Features) -> Floats:
    """
    Return how alike texts are, (n, m), from 0 to 1 + `SPELLING`.

    A Gaussian kernel of the vectors plus `SPELLING` times the cosine of the runs of characters; the sum of two positive
    definite kernels is one.
    """
    table = np.empty((len(one), len(other)))
    for start in range(0, len(one), ROWS_AT_ONCE):
        some = one.rows(slice(start, start + ROWS_AT_ONCE))
        cosines = some.vectors @ other.vectors.T
        spelled = (some.runs @ other.runs.T).toarray()
        # The squared distance of unit vectors is 2 - 2 cos.
        table[start : start + len(some)] = np.exp(2 * (cosines - 1)) + SPELLING * spelled
    return table
