"""
Excerpts and a framework to suggestions, by how near an excerpt comes to the phrases of a value.

It is compared as a whole, in its best sentence, and in its spelling.
Vectors of sentences share much that no value is about. The mean of all phrases is taken from each phrase, which is
most of the gain, and the mean of the corpus from each excerpt, as far as the corpus is large enough to have one
(`benchmarks/zero_shot.py` has the figures). Where the vectors came from is no business of this module.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from tagger.records import Candidate, Framework, Match
from tagger.seen import Corpus, Matrix, Seen
from tagger.spelling import count_runs, weighed

Scores = NDArray[np.float64]
Owner = NDArray[np.intp]

NEAREST = 8
SPELLING = 0.3
"""How much spelling counts beside meaning."""
DECIMALS = 6
STRENGTHS = {"strong": 40, "middling": 20, "weak": 10}
"""A match is strong where it is among the 1 in so many that match a value best, and so on."""
ROWS_AT_ONCE = 512
"""Few enough that the vectors of their sentences stay in the processor's own memory."""
NOTHING = 1e-9
"""A vector shorter than this has no direction."""
NEAR_NOTHING = 1e-3
"""Nor has one of a text that comes so near to what all texts have in common: what is left of it is rounding."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """
    The phrases of all values.

    Args:
        vectors: (m, d), centred unit vectors.
        owner: (m,), the column of the value that each belongs to.
        runs: (k, `PLACES`), how each value's phrases, taken as one text, are spelled.
    """

    vectors: Scores
    owner: Owner
    runs: sparse.csr_matrix

    @property
    def values(self) -> int:
        """Return the number of values."""
        return int(self.runs.shape[0])


def phrase_index(framework: Framework) -> tuple[list[str], Owner]:
    """List the phrases of all values in the framework's order, and for each the column of its value, shape (m,)."""
    texts = [phrase for value in framework.values for phrase in value.phrases]
    owner = [column for column, value in enumerate(framework.values) for _ in value.phrases]
    return texts, np.array(owner, dtype=np.intp)


def phrases_of(framework: Framework, encode: Callable[[Sequence[str]], Matrix]) -> Phrases:
    """
    Return the phrases of all values, centred; *encode* turns texts into unit vectors, shape (m, d).

    Those of each value are encoded by themselves: what comes of them must not depend on the other values.
    """
    _, owner = phrase_index(framework)
    vectors = np.vstack([encode(value.phrases) for value in framework.values])
    return Phrases(centred(vectors, len(framework.values)), owner, spelled(framework))


def centred(vectors: Matrix, values: int) -> Scores:
    """
    Take from each phrase what all phrases have in common.

    One value alone keeps its phrases as they are: there, what they have in common is what the value is about.

    Args:
        vectors: unit vectors of the phrases, shape (m, d).
        values: number of values that they belong to.
    """
    common = np.asarray(vectors, dtype=np.float64).mean(axis=0) if values > 1 and len(vectors) else 0.0
    return unit(np.asarray(vectors, dtype=np.float64) - common)


def spelled(framework: Framework) -> sparse.csr_matrix:
    """Return the runs of characters, (k, `PLACES`), of each value's phrases taken as one text."""
    return count_runs([" ".join(value.phrases) for value in framework.values])


def scores(seen: Seen, phrases: Phrases, corpus: Corpus) -> Scores:
    """
    Score each excerpt for each value.

    Meaning is the mean of two likenesses: that of the whole excerpt, and that of its sentence that comes nearest.
    Each is the mean cosine to the value's `NEAREST` most similar phrases. Spelling, which knows names and rare words
    that an encoder does not, is the cosine of runs of characters to all phrases of the value, and counts `SPELLING`
    times as much as meaning.

    Returns:
        Scores from -1 to 1, rounded so that a text has the same score in each batch, shape (n, k) in the framework's
        order; 0 where nothing is known of a text.
    """
    # In the order in which it is multiplied: otherwise each part of the texts copies all of it.
    of_values = weighed(phrases.runs, corpus.rare).T.toarray(order="C")
    score = partial(_scored, phrases=phrases, of_values=of_values, corpus=corpus)
    # Parts side by side are faster than the products of each on all processors: these are less than half of the work.
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        table: Scores = np.vstack([np.zeros((0, phrases.values)), *pool.map(score, seen.parts(ROWS_AT_ONCE))])
    return np.round(table, DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0


def _scored(seen: Seen, phrases: Phrases, of_values: Matrix, corpus: Corpus) -> Scores:
    whole = near(seen.vectors, phrases, corpus)
    meaning = (whole + _in_best_sentence(seen, whole, phrases, corpus)) / 2
    scored: Scores = (meaning + SPELLING * (weighed(seen.runs, corpus.rare) @ of_values)) / (1 + SPELLING)
    return scored


def near(vectors: Matrix, phrases: Phrases, corpus: Corpus) -> Scores:
    """
    Return the mean cosine, (n, k), of each text to the `NEAREST` most similar phrases of each value.

    Args:
        vectors: unit vectors, (n, d) or longer ones, of which the first d numbers count.
    """
    table = np.zeros((len(vectors), phrases.values))
    cosines = _cosines(vectors, phrases.vectors, corpus)
    for value in np.unique(phrases.owner):
        table[:, value] = _mean_of_largest(cosines[:, phrases.owner == value], NEAREST)
    return table


def _in_best_sentence(seen: Seen, whole: Scores, phrases: Phrases, corpus: Corpus) -> Scores:
    """Return how near the nearest sentence of each text comes to each value, (n, k); *whole*, where there is none."""
    best, some = whole.copy(), np.diff(seen.bounds) > 0
    if some.any():
        of_sentences = near(seen.sentences, phrases, corpus)
        best[some] = np.maximum.reduceat(of_sentences, seen.bounds[:-1][some])
    return best


def choose(
    table: Scores,
    per_excerpt: int = 2,
    share: float | Scores = 0.10,
    columns: Sequence[int] | None = None,
    rows: Sequence[int] | None = None,
) -> list[Candidate]:
    """
    Choose what to suggest: per value the strongest share of the excerpts, per excerpt the best few of those.

    Ties go to the earlier value in the framework and to the earlier row, so the same table gives the same candidates.

    Args:
        table: scores, shape (n, k).
        per_excerpt: how many values an excerpt is given at most.
        share: share of the excerpts that a value is suggested for at most, rounded up: one for all, or shape (k,).
        columns: values to choose among; None for all.
        rows: which excerpts those of the table are, if it does not hold all of them, shape (n,).

    Returns:
        Candidates in order of row, then rank.
    """
    n = len(table)
    among = np.arange(table.shape[1]) if columns is None else np.array(sorted(columns), dtype=np.intp)
    # Rounded first: 0.1 * 30 is a little more than 3 in floating point.
    strongest = np.ceil(np.round(np.broadcast_to(share, table.shape[1:])[among] * n, 9))
    if not n or not len(among) or per_excerpt < 1:
        return []
    own = table[:, among]
    order = np.argsort(-own, axis=0, kind="stable")
    offered = np.empty(own.shape)
    top = np.arange(n)[:, None] < strongest
    np.put_along_axis(offered, order, np.where(top, np.take_along_axis(own, order, axis=0), -np.inf), axis=0)
    best = np.argsort(-offered, axis=1, kind="stable")[:, :per_excerpt]
    kept = np.isfinite(np.take_along_axis(offered, best, axis=1))
    row, rank = np.nonzero(kept)
    column = among[best[row, rank]]
    own_row = row if rows is None else np.asarray(rows)[row]
    return [Candidate(*found) for found in zip(own_row.tolist(), column.tolist(), (rank + 1).tolist(), strict=True)]


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


def match(sentences: Matrix, phrases: Phrases, value: int, corpus: Corpus) -> Match:
    """
    Find the evidence: which sentence of an excerpt is most similar to which phrase of the value.

    Args:
        sentences: unit vectors of the excerpt's sentences, shape (s, d), at least one.
        value: the value's column.
    """
    cosines = np.round(_cosines(sentences, phrases.vectors[phrases.owner == value], corpus), DECIMALS)
    sentence, phrase = np.unravel_index(int(cosines.argmax()), cosines.shape)
    return Match(int(sentence), int(phrase))


def _cosines(vectors: Matrix, phrases: Scores, corpus: Corpus) -> Matrix:
    """Return the cosine of each centred vector to each phrase, shape (n, m), as exact as the vectors are."""
    plain = vectors[:, : phrases.shape[1]]
    centre = corpus.centre[: phrases.shape[1]]
    # To centre the products, which are far fewer numbers than the vectors, is the same as to centre the vectors.
    products = plain @ np.vstack([phrases, centre]).T.astype(plain.dtype)
    squares = np.einsum("nd,nd->n", plain, plain) - 2 * products[:, -1] + centre @ centre
    lengths = np.sqrt(np.maximum(squares, 0.0))
    found: Matrix = products[:, :-1] - (phrases @ centre).astype(plain.dtype)
    found /= np.where(lengths < NEAR_NOTHING, np.inf, lengths)[:, None].astype(plain.dtype)
    return found


def _mean_of_largest(cosines: Matrix, count: int) -> Scores:
    """Return the mean of the largest `count` numbers of each row, or of all where there are fewer."""
    if cosines.shape[1] > count:
        cosines = np.partition(cosines, -count, axis=1)[:, -count:]
    means: Scores = cosines.mean(axis=1, dtype=np.float64)
    return means


def unit(vectors: Scores) -> Scores:
    """Scale rows to length 1; rows of zeros, or nearly, become zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    near_nothing = lengths < NOTHING
    scaled: Scores = np.where(near_nothing, 0.0, vectors / np.where(near_nothing, 1.0, lengths))
    return scaled


def limits(table: NDArray[np.floating]) -> dict[str, list[float | None]]:
    """
    Return for each strength the least score of the excerpts that match so strongly, one of each value.

    Args:
        table: scores of excerpts of one kind, (n, k).
    """
    n, k = table.shape
    best = -np.sort(-table, axis=0)
    return {
        name: [float(score) for score in best[n // one_in - 1]] if n >= one_in else [None] * k
        for name, one_in in STRENGTHS.items()
    }
