"""
Vectors of a value's phrases, kept in the study's `cache/`: a list in which one value changes costs the phrases of one.

A run over texts that have their vectors, with values whose phrases have theirs, loads no encoder at all.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from tagger.embeddings import Vectors
from tagger.privacy import keyed_hash
from tagger.steps.stored import FOLDER
from tagger.steps.workplace import Workplace
from tagger.whole_files import put_whole


def phrase_vectors(place: Workplace, phrases: Sequence[str]) -> Vectors:
    """Return the unit vectors, (m, d), of the phrases of one value; embed them where the study has not kept them."""
    key = keyed_hash(place.secret, "phrases", place.model_id, *phrases)
    path = Path(place.run.study) / FOLDER / "phrases" / f"{key}.npy"
    kept = _kept(path)
    if kept is not None and kept.shape == (len(phrases), place.card.dimension):
        return kept
    made = place.encoder.encode(phrases)
    with suppress(OSError):  # it is there to save time
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        np.save(written := io.BytesIO(), made)
        put_whole(path, written.getbuffer())
    return made


def _kept(path: Path) -> Vectors | None:
    try:
        return np.asarray(np.load(io.BytesIO(path.read_bytes()), allow_pickle=False), dtype=np.float32)
    except (OSError, EOFError, ValueError):  # not there, or not as it was written
        return None
