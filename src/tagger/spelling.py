"""How texts are spelled: the runs of characters inside their words, and how rare each run is in a corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

LENGTH = 4
PLACES = 2**18

_TEXTS_AT_ONCE = 1024
_GAP, _LAST_OF_ASCII = ord(" "), 127

Codes = NDArray[np.uint32]


def count_runs(texts: Sequence[str]) -> sparse.csr_matrix:
    """
    Count the runs of `LENGTH` characters inside the words of each text, (n, `PLACES`).

    They are those of scikit-learn's HashingVectorizer with the analyzer char_wb, in half of the time: a space stands
    before and after each word, and a word of one letter is one shorter run.
    """
    # Hashed, so that no vocabulary of the participants' words is ever stored.
    parts = [_counted(texts[start : start + _TEXTS_AT_ONCE]) for start in range(0, len(texts), _TEXTS_AT_ONCE)]
    return sparse.csr_matrix(sparse.vstack(parts, format="csr")) if parts else sparse.csr_matrix((0, PLACES))


def texts_with(runs: sparse.csr_matrix) -> NDArray[np.int64]:
    """Count the texts in which each run occurs, (`PLACES`,)."""
    return np.bincount(runs.indices, minlength=PLACES)


def rarity(within: NDArray[np.int64], texts: int) -> NDArray[np.float32]:
    """Return the smoothed inverse document frequencies, (`PLACES`,), of runs that occur in so many of the texts."""
    return (np.log((1 + texts) / (1 + within)) + 1).astype(np.float32)


def weighed(runs: sparse.csr_matrix, rare: NDArray[np.float32]) -> sparse.csr_matrix:
    """Weigh runs by how rare they are, and a run that repeats itself less each time; rows have length 1, or are 0."""
    weights = (1 + np.log(runs.data)) * rare[runs.indices]
    # Through the sums so far, since a row may be empty.
    squares = np.append(0.0, np.cumsum(weights * weights, dtype=np.float64))[runs.indptr]
    lengths = np.sqrt(np.maximum(np.diff(squares), 0.0)).astype(np.float32)
    weights /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(runs.indptr))
    return sparse.csr_matrix((weights, runs.indices, runs.indptr), shape=runs.shape)


def _counted(texts: Sequence[str]) -> sparse.csr_matrix:
    # Two spaces between words, so that no run of one word reaches into the next without both.
    spaced = ["".join(f" {word} " for word in text.lower().split()) for text in texts]
    codes = np.frombuffer("".join(spaced).encode("utf-32-le"), np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(one) for one in spaced])
    space = codes == _GAP
    between = space[:-1] & space[1:]
    whole = np.flatnonzero(~(between[:-2] | between[1:-1] | between[2:]))
    short = np.flatnonzero(space[:-2] & ~space[1:-1] & space[2:])
    places = np.concatenate([_places(codes, whole, LENGTH), _places(codes, short, LENGTH - 1)])
    keys = np.sort(owners[np.concatenate([whole, short])] * PLACES + places)
    found, times = np.unique(keys, return_counts=True)
    rows = np.searchsorted(found, np.arange(len(texts) + 1) * PLACES)
    return sparse.csr_matrix((times.astype(np.float32), found % PLACES, rows), shape=(len(texts), PLACES))


def _places(codes: Codes, starts: NDArray[np.intp], length: int) -> NDArray[np.int64]:
    """Return the place, from 0 to `PLACES` - 1, of each run of *length* characters that begins at *starts*."""
    runs = np.stack([codes[starts + step] for step in range(length)])
    hashed = _hashed(runs)
    odd = np.flatnonzero((runs > _LAST_OF_ASCII).any(axis=0))
    if len(odd):
        hashed[odd] = _hashed_by_name(runs[:, odd].T)
    return np.abs(hashed.view(np.int32).astype(np.int64)) % PLACES


def _hashed(runs: Codes) -> Codes:
    """Return MurmurHash3 (32 bits, seed 0) of runs of three or four ASCII characters, one in each column."""
    length = len(runs)
    block = np.bitwise_or.reduce([codes << np.uint32(8 * step) for step, codes in enumerate(runs)])
    mixed = _turned(block * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593)
    found: Codes = (_turned(mixed, 13) * np.uint32(5) + np.uint32(0xE6546B64)) if length == 4 else mixed
    found ^= np.uint32(length)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        found ^= found >> np.uint32(shift)
        found *= np.uint32(factor)
    return found


def _hashed_by_name(runs: Codes) -> Codes:
    """Return the same of any runs, one in each row, by what they are in UTF-8."""
    from sklearn.utils import murmurhash3_32  # which takes a second to import

    text, length = runs.tobytes().decode("utf-32-le"), runs.shape[1]
    names = [text[start : start + length] for start in range(0, len(text), length)]
    known = {name: murmurhash3_32(name.encode()) for name in set(names)}
    return np.array([known[name] for name in names], dtype=np.int32).view(np.uint32)


def _turned(codes: Codes, by: int) -> Codes:
    """Turn the bits of each number to the left."""
    turned: Codes = (codes << np.uint32(by)) | (codes >> np.uint32(32 - by))
    return turned
