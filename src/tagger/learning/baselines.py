"""Simple ways to find a value, which what was learned has to be better than."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from tagger.records import Framework
from tagger.seen import Matrix

Floats = NDArray[np.float64]


def keyword(texts: Sequence[str], framework: Framework) -> Floats:
    """Score 1, (n, k), where a word of the value's name or phrases occurs, short and empty ones left aside."""
    values = [_words(" ".join((value.name, *value.phrases))) for value in framework.values]
    found = [_words(text) for text in texts]
    return np.array([[float(bool(text & value)) for value in values] for text in found]).reshape(len(texts), -1)


def name_only(vectors: Matrix, framework: Framework, encode: Callable[[Sequence[str]], Matrix]) -> Floats:
    """Score by the cosine, (n, k), of a text and the value's name, by unit vectors of texts, (n, d)."""
    return np.asarray(vectors @ encode([value.name for value in framework.values]).T, dtype=np.float64)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]{3,}", text.lower()) if word not in ENGLISH_STOP_WORDS}
