"""The study's own encoder, which reads no batch of texts twice: most tests tag the same few files."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from typing import Any

from tagger.embeddings import Encoder, Vectors
from tagger.records import Span


class Remembered:
    """An encoder that answers what it was asked before from memory, bit for bit as it did then."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._answer = cache(lambda name, *asked: getattr(encoder, name)(*asked))

    def __getattr__(self, name: str) -> Any:
        """Return what the encoder itself has of this name."""
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the encoder's vectors of texts."""
        vectors: Vectors = self._answer("encode", tuple(texts))
        return vectors.copy()

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return its deep vectors of texts."""
        vectors: Vectors = self._answer("encode_deep", tuple(texts))
        return vectors.copy()

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return its deep vectors of texts, and the plain ones of spans inside them."""
        both: tuple[Vectors, list[Vectors]]
        both = self._answer("encode_with_sentences", tuple(texts), tuple(map(tuple, spans)))
        return deepcopy(both)
