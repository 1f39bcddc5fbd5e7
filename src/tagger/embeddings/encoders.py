"""What an encoder is, and one made from whatever encodes texts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tagger.records import Span

Vectors = NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """What turns texts into unit vectors; it is known by its name, its revision and the hash of its weights."""

    @property
    def name(self) -> str:
        """Return what the study calls it."""
        ...

    @property
    def revision(self) -> str:
        """Return which version of that name it is."""
        ...

    @property
    def weights_sha256(self) -> str:
        """Return the hash of its weights."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of its vectors."""
        ...

    @property
    def deep_dimension(self) -> int:
        """Return the length of its deep vectors, at least `dimension`."""
        ...

    @property
    def max_tokens(self) -> int:
        """Return how many tokens it reads, special tokens included."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dimension); a text that is too long becomes the mean of its parts."""
        ...

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """
        Return what it knows of each text, shape (n, deep_dimension): two unit vectors end to end.

        The first is that of `encode`; the second, if it has one, tells more of how something is said.
        """
        ...

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return deep vectors, shape (n, deep_dimension), and for each text its spans' plain ones, (s, dimension)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens included."""
        ...


class EncodesTexts(Protocol):
    """What turns texts into unit vectors, and knows nothing more."""

    @property
    def dimension(self) -> int:
        """Return the length of its vectors."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dimension), of texts of any length."""
        ...


@dataclass(frozen=True, slots=True)
class SimpleEncoder:
    """An encoder for experiments, made from whatever encodes texts: each sentence is one more text to it."""

    inner: EncodesTexts
    name: str = "an encoder of your own"
    revision: str = ""
    weights_sha256: str = ""
    max_tokens: int = sys.maxsize

    @property
    def dimension(self) -> int:
        """Return the length of its vectors."""
        return self.inner.dimension

    @property
    def deep_dimension(self) -> int:
        """Return the same: it has no depth that is known."""
        return self.inner.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dimension)."""
        return self.inner.encode(texts) if len(texts) else np.zeros((0, self.dimension), dtype=np.float32)

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return the same."""
        return self.encode(texts)

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return the vectors of texts, and for each those of its spans."""
        cut = [[text[start:end] for start, end in own] for text, own in zip(texts, spans, strict=True)]
        vectors = self.encode([*texts, *(part for own in cut for part in own)])
        ends = np.cumsum([len(texts), *map(len, cut)])
        return vectors[: len(texts)], np.split(vectors, ends)[1:-1]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Say that each text fits."""
        return [0] * len(texts)


def able_encoder(encoder: Encoder | EncodesTexts) -> Encoder:
    """Return an encoder as it is, or with what it takes to be one."""
    return encoder if isinstance(encoder, Encoder) else SimpleEncoder(encoder)
