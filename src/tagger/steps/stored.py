"""Texts as they are compared, read from the study's vectors in the order in which they lie there, each batch once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from tagger.errors import UsageError
from tagger.seen import Matrix, Seen
from tagger.spelling import count_runs
from tagger.steps.workplace import Workplace

_TEXTS_A_BATCH = 16384
Numbers = NDArray[np.int64]

# Vectors are read by where they lie: to look for the texts of a batch would read through all vectors for each batch.
_LIE = """
SELECT v.rowid AS place, v.part FROM vectors v JOIN numbered w ON w.text_key = v.text_key
WHERE v.model_id = $model ORDER BY w.number, v.part
"""

_BETWEEN = """
SELECT rowid AS place, vector FROM vectors
WHERE rowid BETWEEN $first AND $last AND model_id = $model AND (part = 0) = $whole ORDER BY rowid
"""


@dataclass(frozen=True)
class Batch:
    """
    Some texts.

    Args:
        rows: which ones, by their places among those that were asked for.
        texts: their words.
        deep: (n,), where the vector of each lies.
        sentences: (s,), where those of their sentences lie, one text after the other.
        bounds: (n + 1,), where the sentences of each text begin among these, and where the last ones end.
    """

    place: Workplace
    rows: Numbers
    texts: tuple[str, ...]
    deep: Numbers
    sentences: Numbers
    bounds: Numbers

    @cached_property
    def runs(self) -> sparse.csr_matrix:
        """Return how they are spelled; it is kept, since it takes as long to find as all else."""
        return count_runs(self.texts)

    @property
    def whole(self) -> Seen:
        """Return them without their sentences."""
        none = np.zeros((0, self.place.card.dimension), dtype=np.float32)
        return Seen(self._read(self.deep, whole=True), none, np.zeros(len(self.texts) + 1, dtype=np.intp), self.runs)

    @property
    def of_sentences(self) -> Matrix:
        """Return the vectors of all sentences, (s, dimension)."""
        return self._read(self.sentences, whole=False)

    @property
    def seen(self) -> Seen:
        """Return them as they are compared."""
        return Seen(self._read(self.deep, whole=True), self.of_sentences, self.bounds, self.runs)

    def _read(self, lie: Numbers, *, whole: bool) -> Matrix:
        if not len(lie):
            return np.zeros((0, self.place.card.dimension), dtype=np.float32)
        asked = {"first": int(lie.min()), "last": int(lie.max()), "model": self.place.model_id, "whole": whole}
        with self.place.store.session("reading vectors") as study:
            found = study.table(_BETWEEN, asked)
        matrix = found["vector"].combine_chunks().flatten().to_numpy().reshape(found.num_rows, -1)
        own: Matrix = matrix[np.searchsorted(found["place"].to_numpy(), lie)]
        return own


def batches(place: Workplace, keys: Sequence[str], texts: Sequence[str]) -> list[Batch]:
    """
    Part texts, with their keys, into batches of those whose vectors lie near each other.

    Raises:
        UsageError: some of them have no vectors yet.
    """
    names = sorted(set(keys))
    numbered = pa.table({"text_key": pa.array(names, pa.string()), "number": np.arange(len(names))})
    with place.store.session("looking for vectors") as study:
        found = study.table(_LIE, {"model": place.model_id}, numbered=numbered)
    lie, parts = (found[column].to_numpy() for column in ("place", "part"))
    deep = np.flatnonzero(parts == 0)
    if len(deep) < len(names):
        raise UsageError("some passages have no vectors yet", remedy="Wait until tagger run has ended, or start it")
    ends = np.append(deep[1:], len(lie))
    of_row = np.searchsorted(names, keys)
    order = np.argsort(lie[deep][of_row], kind="stable")
    return [
        _batch(place, rows, texts, lie, deep[of_row[rows]], ends[of_row[rows]])
        for rows in np.array_split(order, -(-len(order) // _TEXTS_A_BATCH) or 1)
    ]


def _batch(place: Workplace, rows: Numbers, texts: Sequence[str], lie: Numbers, first: Numbers, ends: Numbers) -> Batch:
    """Make a batch of the texts whose vectors are those from *first* to *ends* in *lie*, the deep one first."""
    counts = ends - first - 1
    bounds = np.concatenate([[0], np.cumsum(counts)])
    sentences = np.repeat(first + 1 - bounds[:-1], counts) + np.arange(bounds[-1])
    return Batch(place, rows, tuple(texts[row] for row in rows), lie[first], lie[sentences], bounds)
