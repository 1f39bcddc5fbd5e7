"""Texts as they are compared: vectors of each text, vectors of its sentences, and how it is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagger.sentences import sentence_splitter
from tagger.spelling import PLACES, count_runs, rarity, texts_with

if TYPE_CHECKING:
    from tagger.embeddings import Encoder

Matrix = NDArray[np.floating[Any]]

PSEUDO_COUNT = 400
ANY_LANGUAGE = "xx"


@dataclass(frozen=True, slots=True)
class Seen:
    """
    Texts as they are compared.

    Args:
        vectors: (n, deep_dimension), of `Encoder.encode_deep`.
        sentences: (s, dimension), plain unit vectors of the sentences of all texts, one text after the other.
        bounds: (n + 1,), where the sentences of each text begin, and where the last ones end.
        runs: (n, `PLACES`), of `count_runs`.
    """

    vectors: Matrix
    sentences: Matrix
    bounds: NDArray[np.intp]
    runs: sparse.csr_matrix

    def __len__(self) -> int:
        """Return how many texts they are."""
        return len(self.vectors)

    @property
    def whole(self) -> Seen:
        """Return them without their sentences."""
        bounds = np.zeros(len(self) + 1, dtype=np.intp)
        return Seen(self.vectors, self.sentences[:0], bounds, self.runs)

    def parts(self, size: int) -> Iterator[Seen]:
        """Return them in their order, *size* at a time; nothing is copied but how they are spelled."""
        for start in range(0, len(self), size):
            own = self.bounds[start : start + size + 1]
            sentences = self.sentences[own[0] : own[-1]]
            stop = start + size
            yield Seen(self.vectors[start:stop], sentences, own - own[0], self.runs[start:stop])

    def rows(self, chosen: NDArray[np.intp] | Sequence[int]) -> Seen:
        """Return those of some of the texts."""
        lengths = np.diff(self.bounds)[chosen]
        bounds = np.cumsum([0, *lengths], dtype=np.intp)
        own = np.repeat(self.bounds[:-1][chosen] - bounds[:-1], lengths) + np.arange(bounds[-1])
        return Seen(self.vectors[chosen], self.sentences[own], bounds, self.runs[chosen])


@dataclass(frozen=True, slots=True)
class Corpus:
    """
    What the texts of a corpus have in common.

    Args:
        centre: (deep_dimension,), the mean of their vectors, as far as their number lets us know it.
        rare: (`PLACES`,), how rare each run of characters is.
    """

    centre: NDArray[np.float64]
    rare: NDArray[np.float32]


def see(texts: Iterable[str], encoder: Encoder) -> Seen:
    """Encode texts of any length with their sentences."""
    split = sentence_splitter(ANY_LANGUAGE)
    texts = list(texts)
    spans = [split(text) for text in texts]
    short = [row for row, count in enumerate(encoder.count_tokens(texts)) if count <= encoder.max_tokens]
    long = sorted(set(range(len(texts))) - set(short))
    vectors = np.zeros((len(texts), encoder.deep_dimension), dtype=np.float32)
    vectors[short], found = encoder.encode_with_sentences([texts[row] for row in short], [spans[row] for row in short])
    vectors[long] = encoder.encode_deep([texts[row] for row in long])
    sentences: dict[int, Matrix] = dict(zip(short, found, strict=True))
    sentences |= {row: encoder.encode([texts[row][start:end] for start, end in spans[row]]) for row in long}
    return seen_as(vectors, [sentences[row] for row in range(len(texts))], count_runs(texts))


def seen_as(vectors: Matrix, sentences: Sequence[Matrix], runs: sparse.csr_matrix) -> Seen:
    """
    Put together what is known of texts.

    Args:
        vectors: (n, deep_dimension).
        sentences: for each text the vectors of its sentences, (s, dimension); a text may have none.
        runs: (n, `PLACES`), of `count_runs`.
    """
    bounds = np.cumsum([0, *(len(own) for own in sentences)], dtype=np.intp)
    flat = np.concatenate(sentences) if len(sentences) else np.zeros((0, vectors.shape[1]), dtype=np.float32)
    return Seen(vectors, flat, bounds, runs)


def corpus_of(batches: Iterable[Seen], deep_dimension: int) -> Corpus:
    """
    Return what the texts of a corpus have in common; only one batch is held at a time.

    The mean is shrunk towards zero as if `PSEUDO_COUNT` texts had shown nothing in common: the mean of a few texts is
    what *they* are about, and to take it away would take the signal.
    """
    total, count, within = np.zeros(deep_dimension), 0, np.zeros(PLACES, dtype=np.int64)
    for batch in batches:
        total += np.asarray(batch.vectors, dtype=np.float64).sum(axis=0)
        count += len(batch)
        within += texts_with(batch.runs)
    return Corpus(total / (count + PSEUDO_COUNT), rarity(within, count))
