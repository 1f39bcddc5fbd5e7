"""
Vectors of phrases, kept in the study's `cache/`: a list that changes in one phrase costs the encoder one phrase.

A run over texts that have their vectors, with a list whose phrases have theirs, loads no encoder at all.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from tagger.embeddings import Vectors
from tagger.privacy import keyed_hash
from tagger.steps.stored import FOLDER
from tagger.steps.workplace import Workplace
from tagger.whole_files import put_whole

_MOST = 10_000
"""More phrases than that are not kept beside those of the list that was asked for last."""


def phrase_vectors(place: Workplace, phrases: Sequence[str]) -> Vectors:
    """
    Return unit vectors, (m, d), of phrases; embed those that no list of the study had before.

    Each is embedded by itself: its vector must not depend on which others were new with it.
    """
    path = Path(place.run.study) / FOLDER / f"phrases-{place.model_id}.npz"
    keys = [keyed_hash(place.secret, "phrase", phrase) for phrase in phrases]
    held = _held(path, place.card.dimension)
    new = {key: phrase for key, phrase in zip(keys, phrases, strict=True) if key not in held}
    if new:
        made = {key: place.encoder.encode([phrase])[0] for key, phrase in new.items()}
        kept = {key: held[key] for key in keys if key in held} if len(held) + len(made) > _MOST else held
        held = {**kept, **made}
        with suppress(OSError):  # it is there to save time
            _keep(path, held)
    return np.array([held[key] for key in keys], dtype=np.float32).reshape(len(keys), place.card.dimension)


def _held(path: Path, width: int) -> dict[str, Vectors]:
    """Read the vectors of phrases by their keys; none, where they are not there or not as they were written."""
    try:
        found = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        keys, vectors = found["keys"], found["vectors"]
    except (OSError, EOFError, ValueError, LookupError, BadZipFile):
        return {}
    if vectors.shape != (len(keys), width):
        return {}
    return dict(zip(keys.tolist(), vectors, strict=True))


def _keep(path: Path, held: dict[str, Vectors]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    np.savez(written := io.BytesIO(), keys=np.array(list(held)), vectors=np.array(list(held.values())))
    put_whole(path, written.getbuffer())
