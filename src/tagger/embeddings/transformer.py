"""Texts through a sentence-transformers model: one pass for a text, its sentences and the middle of the model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tagger.embeddings.encoders import Vectors
from tagger.errors import ModelError
from tagger.records import Span

if TYPE_CHECKING:
    import torch

BATCH = 32
MANY = 10_000
_STEADY_TOKENS = 32
"""To a multiple of so many tokens the texts of a fast batch are filled up: see `fast`."""


@dataclass(frozen=True, slots=True)
class SentenceTransformerEncoder:
    """
    A sentence-transformers model on the CPU, so that the same text gives the same vector on each machine.

    Exact, it is the model as it was published. Fast, its layers were made to compute in bfloat16.

    The second half of its deep vectors is the mean of a text's tokens halfway through the model. The end of a model
    knows what a text is about; the middle still knows how it is said.

    Args:
        halfway: which of the model's layers is its middle; 0 where it has none, and no second half.
        fast: whether its layers compute in bfloat16.
    """

    name: str
    revision: str
    weights_sha256: str
    dimension: int
    deep_dimension: int
    max_tokens: int
    model: Any = field(repr=False)
    halfway: int = 0
    prompt: str = ""
    fast: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """
        Return unit vectors, shape (n, dimension).

        A text that is too long for the model is read in parts that fit; its vector is the mean of theirs, weighted
        by their tokens.
        """
        return self.encode_deep(texts)[:, : self.dimension]

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return the same and the unit means of the tokens halfway through the model, shape (n, deep_dimension)."""
        parts = [self._parts(text, n) for text, n in zip(texts, self.count_tokens(texts), strict=True)]
        flat = [part for of_text in parts for part in of_text]
        vectors, _ = self.encode_with_sentences(flat, [()] * len(flat))
        if len(flat) == len(parts):
            return vectors
        owner = np.repeat(np.arange(len(parts)), [len(of_text) for of_text in parts])
        weight = np.asarray(self.count_tokens(flat), dtype=np.float32)
        means = np.zeros((len(parts), self.deep_dimension), dtype=np.float32)
        np.add.at(means, owner, vectors * weight[:, None])
        return np.hstack([_unit(half) for half in np.split(means, [self.dimension], axis=1)])

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """
        Return the deep vectors of texts and the plain ones of spans inside them, from one pass through the model.

        The first half of a text's vector is the model's own pooling. A span's is the mean of its tokens, then whatever
        the model does after pooling; a span without tokens has its text's.

        Returns:
            Deep vectors of the texts, shape (n, deep_dimension), and for each text the unit vectors of its spans, shape
            (s, dimension).

        Raises:
            ModelError: a text has more tokens than the model reads; nothing is ever cut off.
        """
        lengths = self.count_tokens(texts)
        longest = max(lengths, default=0)
        if longest > self.max_tokens:
            raise ModelError(
                f"a text of {longest} tokens does not fit {self.name}, which reads {self.max_tokens}",
                where=f"text {lengths.index(longest) + 1} of {len(texts)}",
                remedy="Cut it into excerpts first",
            )
        vectors = np.zeros((len(texts), self.deep_dimension), dtype=np.float32)
        sentences: list[Vectors] = [np.zeros((0, self.dimension), dtype=np.float32)] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: (-lengths[i], i))
        for rows in (order[start : start + BATCH] for start in range(0, len(order), BATCH)):
            pooled, of_spans = self._forward([texts[i] for i in rows], [spans[i] for i in rows])
            vectors[rows] = pooled
            for row, found in zip(rows, of_spans, strict=True):
                sentences[row] = found
        return vectors, sentences

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens (and the model's own prompt) included."""
        counts: list[int] = []
        for start in range(0, len(texts), MANY):
            tokens = self._tokenize(texts[start : start + MANY], return_attention_mask=False)
            counts.extend(len(ids) for ids in tokens["input_ids"])
        return counts

    def _tokenize(self, texts: Sequence[str], **options: Any) -> Any:
        # A fast tokenizer breaks when two threads use it at once.
        with self.lock:
            return self.model.tokenizer([self.prompt + text for text in texts], truncation=False, **options)

    def _parts(self, text: str, tokens: int) -> list[str]:
        """Halve a text, at white space where there is any, until each part fits."""
        if tokens <= self.max_tokens or len(text) < 2:
            return [text]
        middle = len(text) // 2
        space = text.rfind(" ", middle // 2, middle)
        halves = (text[:space], text[space:]) if space > 0 else (text[:middle], text[middle:])
        counts = self.count_tokens(halves)
        return [part for half, n in zip(halves, counts, strict=True) for part in self._parts(half, n)]

    def _forward(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Send one batch through the model."""
        import torch

        filled = {"padding": True, "pad_to_multiple_of": _STEADY_TOKENS if self.fast else None}
        features = self._tokenize(texts, **filled, return_tensors="pt", return_offsets_mapping=True)
        offsets = features.pop("offset_mapping").numpy() - len(self.prompt)
        real = features["attention_mask"].bool()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.fast):
            out = self.model(dict(features))
            of_tokens = out["token_embeddings"].float().numpy()
            means = [
                _span_mean(of_tokens[row], offsets[row], real[row].numpy(), span)
                for row, of_text in enumerate(spans)
                for span in of_text
            ]
            found = self._after_pooling(means)
            halves = [out["sentence_embedding"]]
            if self.halfway:
                halves.append(_token_mean(out["all_layer_embeddings"][self.halfway], real))
            vectors = np.hstack([_unit(half.float().numpy()) for half in halves])
        ends = np.cumsum([len(of_text) for of_text in spans])
        return vectors, np.split(found, ends[:-1])

    def _after_pooling(self, means: list[Vectors]) -> Vectors:
        """Apply what the model does to a pooled vector: a dense layer, a norm, nothing."""
        import torch

        if not means:
            return np.zeros((0, self.dimension), dtype=np.float32)
        kinds = [type(module).__name__ for module in self.model]
        after = kinds.index("Pooling") + 1 if "Pooling" in kinds else len(kinds)
        features = {"sentence_embedding": torch.from_numpy(np.stack(means))}
        for module in list(self.model)[after:]:
            features = module(features)
        return _unit(features["sentence_embedding"].float().numpy())


def _span_mean(tokens: Vectors, offsets: NDArray[np.int64], real: NDArray[np.bool_], span: Span) -> Vectors:
    """Return the mean, (d,), of the tokens (t, d) that lie in the span; of all that are real where none does."""
    starts, ends = offsets[:, 0], offsets[:, 1]
    inside = (starts < span[1]) & (ends > span[0]) & (ends > starts)
    return np.asarray(tokens[inside if inside.any() else real].mean(axis=0))


def _token_mean(tokens: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Return for each text the mean, (n, d), of those of its tokens (n, t, d) that are real, (n, t)."""
    return (tokens * real[:, :, None]).sum(dim=1) / real.sum(dim=1, keepdim=True)


def _unit(vectors: NDArray[np.floating[Any]]) -> Vectors:
    """Scale rows to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
