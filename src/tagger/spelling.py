"""How texts are spelled: the runs of characters inside their words, and how rare each run is in a corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

LENGTHS = (4, 4)
PLACES = 2**18


def count_runs(texts: Sequence[str]) -> sparse.csr_matrix:
    """Count the runs of `LENGTHS` characters inside the words of each text, (n, `PLACES`)."""
    from sklearn.feature_extraction.text import HashingVectorizer  # which takes a second to import

    # Hashed, so that no vocabulary of the participants' words is ever stored.
    vectorizer = HashingVectorizer(
        analyzer="char_wb", ngram_range=LENGTHS, n_features=PLACES, alternate_sign=False, norm=None, dtype=np.float32
    )
    return sparse.csr_matrix(vectorizer.transform(texts)) if len(texts) else sparse.csr_matrix((0, PLACES))


def texts_with(runs: sparse.csr_matrix) -> NDArray[np.int64]:
    """Count the texts in which each run occurs, (`PLACES`,)."""
    return np.bincount(runs.indices, minlength=PLACES)


def rarity(within: NDArray[np.int64], texts: int) -> NDArray[np.float32]:
    """Return the smoothed inverse document frequencies, (`PLACES`,), of runs that occur in so many of the texts."""
    return (np.log((1 + texts) / (1 + within)) + 1).astype(np.float32)


def weighed(runs: sparse.csr_matrix, rare: NDArray[np.float32]) -> sparse.csr_matrix:
    """Weigh runs by how rare they are, and a run that repeats itself less each time; rows have length 1, or are 0."""
    found = runs.copy()
    found.data = (1 + np.log(found.data)) * rare[found.indices]
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1), dtype=np.float32)).ravel()
    found.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(found.indptr))
    return found
