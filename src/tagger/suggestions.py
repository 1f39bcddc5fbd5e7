"""
Vectors and a framework to suggestions: similarity to several phrases per value, in NumPy alone.

Vectors of sentences share much that no value is about. The mean of all phrases is taken from each phrase, which is
most of the gain, and the mean of the corpus from each excerpt, as far as the corpus is large enough to have one
(`benchmarks/zero_shot.py` has the figures). Where the vectors came from is no business of this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.records import Candidate, Framework, Match

Matrix = NDArray[np.floating[Any]]
Scores = NDArray[np.float64]
Owner = NDArray[np.intp]

NEAREST = 8
PSEUDO_COUNT = 400
DECIMALS = 6
ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Phrases:
    """
    The phrases of all values as centred unit vectors, shape (m, d).

    `owner`, shape (m,), holds the column of the value that each phrase belongs to; `values` counts the columns.
    """

    vectors: Scores
    owner: Owner
    values: int


def phrase_index(framework: Framework) -> tuple[list[str], Owner]:
    """List the phrases of all values in the framework's order, and for each the column of its value, shape (m,)."""
    texts = [phrase for value in framework.values for phrase in value.phrases]
    owner = [column for column, value in enumerate(framework.values) for _ in value.phrases]
    return texts, np.array(owner, dtype=np.intp)


def phrases_of(framework: Framework, encode: Callable[[Sequence[str]], Matrix]) -> Phrases:
    """Return the phrases of all values, centred; *encode* turns texts into unit vectors, shape (m, d)."""
    texts, owner = phrase_index(framework)
    return centred_phrases(encode(texts), owner, len(framework.values))


def centred_phrases(vectors: Matrix, owner: Owner, values: int) -> Phrases:
    """
    Take from each phrase what all phrases have in common.

    One value alone keeps its phrases as they are: there, what they have in common is what the value is about.

    Args:
        vectors: unit vectors of the phrases, shape (m, d).
        owner: column of the value that each belongs to, shape (m,).
        values: number of values.
    """
    common = np.asarray(vectors, dtype=np.float64).mean(axis=0) if values > 1 and len(vectors) else 0.0
    return Phrases(unit(np.asarray(vectors, dtype=np.float64) - common), owner, values)


def corpus_mean(batches: Iterable[Matrix], dimension: int) -> Scores:
    """
    Return what the excerpts of a corpus have in common, shape (d,), as far as their number lets us know it.

    The mean is shrunk towards zero as if `PSEUDO_COUNT` excerpts had shown nothing in common: the mean of a few
    excerpts is what *they* are about, and to take it away would take the signal.

    Args:
        batches: unit vectors of the excerpts, each of shape (n, d); only one is held at a time.
        dimension: d, for a corpus without excerpts.
    """
    total, count = np.zeros(dimension), 0
    for batch in batches:
        total += np.asarray(batch, dtype=np.float64).sum(axis=0)
        count += len(batch)
    return total / (count + PSEUDO_COUNT)


def scores(vectors: Matrix, phrases: Phrases, centre: Matrix) -> Scores:
    """
    Score each excerpt for each value: the mean cosine to the value's `NEAREST` most similar phrases.

    Args:
        vectors: unit vectors of the excerpts, shape (n, d).
        phrases: from `centred_phrases`.
        centre: from `corpus_mean`, shape (d,).

    Returns:
        Scores from -1 to 1, rounded so that a text has the same score in each batch, shape (n, k) in the framework's
        order; 0 where a vector is zero.
    """
    table = np.zeros((len(vectors), phrases.values))
    columns = [np.flatnonzero(phrases.owner == value) for value in range(phrases.values)]
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        cosines = _cosines(vectors[rows], phrases.vectors, centre)
        for value, own in enumerate(columns):
            if len(own):
                table[rows, value] = _mean_of_largest(cosines[:, own], NEAREST)
    return np.round(table, DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0


def choose(
    table: Scores, per_excerpt: int = 2, share: float | Scores = 0.10, columns: Sequence[int] | None = None
) -> list[Candidate]:
    """
    Choose what to suggest: per value the strongest share of the excerpts, per excerpt the best few of those.

    Ties go to the earlier value in the framework and to the earlier row, so the same table gives the same candidates.

    Args:
        table: scores, shape (n, k).
        per_excerpt: how many values an excerpt is given at most.
        share: share of the excerpts that a value is suggested for at most, rounded up: one for all, or shape (k,).
        columns: values to choose among; None for all.

    Returns:
        Candidates in order of row, then rank.
    """
    rows = len(table)
    among = np.arange(table.shape[1]) if columns is None else np.array(sorted(columns), dtype=np.intp)
    # Rounded first: 0.1 * 30 is a little more than 3 in floating point.
    strongest = np.ceil(np.round(np.broadcast_to(share, table.shape[1:])[among] * rows, 9))
    if not rows or not len(among) or per_excerpt < 1:
        return []
    own = table[:, among]
    order = np.argsort(-own, axis=0, kind="stable")
    offered = np.empty(own.shape)
    top = np.arange(rows)[:, None] < strongest
    np.put_along_axis(offered, order, np.where(top, np.take_along_axis(own, order, axis=0), -np.inf), axis=0)
    best = np.argsort(-offered, axis=1, kind="stable")[:, :per_excerpt]
    kept = np.isfinite(np.take_along_axis(offered, best, axis=1))
    row, rank = np.nonzero(kept)
    column = among[best[row, rank]]
    return [Candidate(*found) for found in zip(row.tolist(), column.tolist(), (rank + 1).tolist(), strict=True)]


def held_back(table: Scores, named: NDArray[np.bool_]) -> Scores:
    """
    Return the scores to choose by where somebody named a value right before.

    A named pair above the value's median counts as if it stood half as high above it. That is the same for similarities
    and for probabilities, keeps the order of the named among themselves, and leaves those that are among the strongest
    even so.

    Args:
        table: scores, shape (n, k).
        named: the pairs that were named, shape (n, k).
    """
    if not len(table):
        return table
    above = np.maximum(table - np.median(table, axis=0), 0.0)
    return np.where(named, table - above / 2, table)


def match(sentences: Matrix, phrases: Phrases, value: int, centre: Matrix) -> Match:
    """
    Find the evidence: which sentence of an excerpt is most similar to which phrase of the value.

    Args:
        sentences: unit vectors of the excerpt's sentences, shape (s, d), at least one.
        phrases: from `centred_phrases`.
        value: the value's column.
        centre: from `corpus_mean`, shape (d,).
    """
    cosines = np.round(_cosines(sentences, phrases.vectors[phrases.owner == value], centre), DECIMALS)
    sentence, phrase = np.unravel_index(int(cosines.argmax()), cosines.shape)
    return Match(int(sentence), int(phrase))


def _cosines(vectors: Matrix, phrases: Scores, centre: Matrix) -> Scores:
    """Return the cosine of each centred vector to each phrase, shape (n, m)."""
    found: Scores = unit(np.asarray(vectors, dtype=np.float64) - centre) @ phrases.T
    return found


def _mean_of_largest(cosines: Scores, count: int) -> Scores:
    """Return the mean of the largest `count` numbers of each row, or of all where there are fewer."""
    if cosines.shape[1] > count:
        cosines = np.partition(cosines, -count, axis=1)[:, -count:]
    means: Scores = cosines.mean(axis=1)
    return means


def unit(vectors: Scores) -> Scores:
    """Scale rows to length 1; rows of zeros, or nearly, become zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    near_nothing = lengths < 1e-9
    scaled: Scores = np.where(near_nothing, 0.0, vectors / np.where(near_nothing, 1.0, lengths))
    return scaled
