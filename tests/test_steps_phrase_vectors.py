"""Vectors of phrases that are kept: nothing is embedded twice, and nothing depends on what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_study import SmallStudy

from tagger.embeddings import Encoder, Vectors, load_encoder
from tagger.steps import begin
from tagger.steps.phrase_vectors import phrase_vectors
from tagger.steps.workplace import Workplace

PHRASES = ["we keep each other going", "nobody told us what to do", "a cup of tea and a chat"]


class Heard:
    """The encoder, which remembers what it was asked."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """Return what the encoder itself has of this name."""
        return getattr(self.encoder, name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the encoder's vectors of texts."""
        self.asked += texts
        return self.encoder.encode(texts)


@pytest.fixture
def heard() -> Heard:
    """Return an encoder that remembers what it was asked."""
    return Heard(load_encoder())


def place(study: SmallStudy, heard: Heard) -> Workplace:
    """Return a workplace in a study, with that encoder."""
    return Workplace(begin(study.folder, dataset="garden"), lambda: heard)  # type: ignore[arg-type,return-value]


def kept(study: SmallStudy) -> Path:
    """Name the file that keeps them."""
    [file] = (study.folder / "cache").glob("phrases-*.npz")
    return file


def test_they_are_the_encoder_s_own(study: SmallStudy, heard: Heard) -> None:
    """Within what a batch changes in the last place; none for no phrases."""
    found = phrase_vectors(place(study, heard), PHRASES)

    assert np.allclose(heard.encode(PHRASES), found, atol=1e-6)
    assert (0, heard.encoder.dimension) == phrase_vectors(place(study, heard), []).shape


def test_only_new_ones_are_embedded(study: SmallStudy, heard: Heard) -> None:
    """A phrase that stands twice is embedded once; in another process, and under another list, not again."""
    first = phrase_vectors(place(study, heard), [*PHRASES[:2], PHRASES[0]])
    second = phrase_vectors(place(study, heard), PHRASES[::-1])

    assert PHRASES == heard.asked
    assert np.array_equal(first, second[[2, 1, 2]])


def test_a_vector_does_not_depend_on_which_others_were_new(study: SmallStudy, fresh: SmallStudy, heard: Heard) -> None:
    """Bit for bit: a run that goes on stores what one that was not stopped stores."""
    phrase_vectors(place(study, heard), PHRASES[1:])
    some, all_new = (phrase_vectors(place(one, heard), PHRASES) for one in (study, fresh))

    assert np.array_equal(some, all_new)


@pytest.mark.parametrize("damage", [b"", b"no numbers", None], ids=["empty", "other bytes", "cut off"])
def test_a_damaged_file_is_made_anew(study: SmallStudy, heard: Heard, damage: bytes | None) -> None:
    """They are there to save time, and nothing else."""
    before = phrase_vectors(place(study, heard), PHRASES)
    whole = kept(study).read_bytes()
    kept(study).write_bytes(whole[:-40] if damage is None else damage)

    assert np.array_equal(before, phrase_vectors(place(study, heard), PHRASES))
    assert 0o600 == kept(study).stat().st_mode & 0o777
    phrase_vectors(place(study, heard), PHRASES)
    assert PHRASES * 2 == heard.asked


def test_a_run_with_a_changed_phrase_embeds_that_one(study: SmallStudy, heard: Heard) -> None:
    """The tagged study's own list has its vectors already."""
    own = [phrase for value in place(study, heard).framework.values for phrase in value.phrases]
    phrase_vectors(place(study, heard), [*own[:-1], "said in other words"])

    assert ["said in other words"] == heard.asked
