"""A small encoder whose vectors can be worked out by hand: texts are similar as far as they share words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.records import Span

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class WordEncoder:
    """Count words, each in a place of its own (up to collisions), and scale to length 1; a token is a word."""

    name: str = "words"
    revision: str = "1"
    weights_sha256: str = "0" * 64
    dimension: int = 512
    max_tokens: int = 256

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the words of each text as a unit vector, shape (n, d)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                vectors[row, crc32(word.encode()) % self.dimension] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1), dtype=np.float32)

    @property
    def deep_dimension(self) -> int:
        """Return the length of its deep vectors: it has no layers."""
        return self.dimension

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return the words of each text as a unit vector, shape (n, d), and nothing more."""
        return self.encode(texts)

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return the vectors of texts and of spans inside them."""
        if any(count > self.max_tokens for count in self.count_tokens(texts)):
            raise ModelError("a text is too long", remedy="Cut it into excerpts first")
        of_spans = [self.encode([text[s:e] for s, e in own]) for text, own in zip(texts, spans, strict=True)]
        return self.encode(texts), of_spans

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the words of each text and two special tokens."""
        return [len(text.split()) + 2 for text in texts]
