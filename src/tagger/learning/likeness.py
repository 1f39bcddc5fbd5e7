"""How alike texts are, by what they say (vectors) and by how they are spelled (runs of characters)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from tagger.suggestions import Matrix, Phrases, scores, unit

Floats = NDArray[np.float64]

RUNS = (3, 5)
PLACES = 2**18
SPELLING = 0.5
"""How much spelling counts beside meaning: alike texts are 1 + SPELLING alike."""
ROWS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Features:
    """
    What the learner sees of texts.

    Args:
        vectors: (n, d), unit vectors of centred halves.
        runs: (n, `PLACES`), unit rows: runs of `RUNS` characters inside words, weighed by how rare they are.
    """

    vectors: NDArray[np.float32]
    runs: sparse.csr_matrix

    def __len__(self) -> int:
        """Return how many texts they are of."""
        return len(self.vectors)

    def rows(self, chosen: NDArray[np.intp] | slice) -> Features:
        """Return those of some of the texts."""
        return Features(self.vectors[chosen], self.runs[chosen])


@dataclass(frozen=True, slots=True)
class Extractor:
    """
    What it takes to see a text as the learner does.

    Args:
        centre: (d,), what the deep vectors of the corpus have in common.
        rarity: (`PLACES`,), inverse document frequencies of the runs of characters in the corpus.
        dimension: how much of a deep vector is its first half.
    """

    centre: Floats
    rarity: NDArray[np.float32]
    dimension: int

    def scores(self, vectors: Matrix, phrases: Phrases) -> Floats:
        """Return the zero-shot scores, (n, k), of texts by their deep vectors, (n, d)."""
        return scores(vectors[:, : self.dimension], phrases, self.centre[: self.dimension])

    def features(self, runs: sparse.csr_matrix, vectors: Matrix) -> Features:
        """Return what the learner sees of texts by their runs, from `count_runs`, and their deep vectors, (n, d)."""
        centred = np.asarray(vectors, dtype=np.float64) - self.centre
        halves = [unit(half) for half in np.split(centred, [self.dimension], axis=1) if half.shape[1]]
        seen = np.hstack(halves) / np.sqrt(len(halves))
        return Features(seen.astype(np.float32), _weighed(runs, self.rarity))


def extractor(runs: sparse.csr_matrix, centre: Floats, dimension: int) -> Extractor:
    """Learn from the runs of a corpus, from `count_runs`, how rare each of them is."""
    within = np.bincount(runs.indices, minlength=PLACES)
    rarity = np.log((1 + runs.shape[0]) / (1 + within)) + 1
    return Extractor(centre, rarity.astype(np.float32), dimension)


def count_runs(texts: Sequence[str]) -> sparse.csr_matrix:
    """Count the runs of `RUNS` characters inside the words of each text, (n, `PLACES`)."""
    # Hashed, so that no vocabulary of the participants' words is ever stored.
    vectorizer = HashingVectorizer(
        analyzer="char_wb", ngram_range=RUNS, n_features=PLACES, alternate_sign=False, norm=None, dtype=np.float32
    )
    return sparse.csr_matrix(vectorizer.transform(texts)) if len(texts) else sparse.csr_matrix((0, PLACES))


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


def _weighed(runs: sparse.csr_matrix, rarity: NDArray[np.float32]) -> sparse.csr_matrix:
    weighed = runs.copy()
    weighed.data = (1 + np.log(weighed.data)) * rarity[weighed.indices]
    return sparse.csr_matrix(normalize(weighed, copy=False) if weighed.shape[0] else weighed)
