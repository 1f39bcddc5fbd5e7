"""Vectors of phrases that are kept: nothing is embedded twice, and nothing depends on what was kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from small_study import SmallStudy

from tagger.embeddings import Encoder, Vectors, load_encoder
from tagger.steps import begin
from tagger.steps.phrase_vectors import phrase_vectors
from tagger.steps.workplace import Workplace
from tagger.suggestions import phrases_of

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


def test_they_are_the_encoder_s_own(study: SmallStudy, heard: Heard) -> None:
    """Bit for bit, the first time and later; none for no phrases."""
    here = place(study, heard)
    own = heard.encoder.encode(PHRASES)

    assert np.array_equal(own, phrase_vectors(here, PHRASES))
    assert np.array_equal(own, phrase_vectors(here, PHRASES))
    assert (0, heard.encoder.dimension) == phrase_vectors(here, []).shape


def test_a_value_whose_phrases_are_kept_is_not_embedded_again(study: SmallStudy, heard: Heard) -> None:
    """Not in another workplace either; in another order they are other phrases."""
    phrase_vectors(place(study, heard), PHRASES)
    phrase_vectors(place(study, heard), PHRASES)
    phrase_vectors(place(study, heard), PHRASES[::-1])

    assert [*PHRASES, *PHRASES[::-1]] == heard.asked


@pytest.mark.parametrize("damage", [b"", b"no numbers", None], ids=["empty", "other bytes", "cut off"])
def test_a_damaged_file_is_made_anew(study: SmallStudy, heard: Heard, damage: bytes | None) -> None:
    """They are there to save time, and nothing else."""
    cache = study.folder / "cache" / "phrases"
    others = set(cache.iterdir())
    before = phrase_vectors(place(study, heard), PHRASES)
    [file] = set(cache.iterdir()) - others
    file.write_bytes(file.read_bytes()[:-40] if damage is None else damage)

    assert np.array_equal(before, phrase_vectors(place(study, heard), PHRASES))
    assert 0o600 == file.stat().st_mode & 0o777
    assert PHRASES * 2 == heard.asked


def test_where_nothing_can_be_kept_nothing_is_missed(study: SmallStudy, heard: Heard) -> None:
    """A file that lies where the folder should be stops nobody."""
    shutil.rmtree(study.folder / "cache")
    (study.folder / "cache").write_text("in the way", "utf-8")

    assert np.array_equal(heard.encoder.encode(PHRASES), phrase_vectors(place(study, heard), PHRASES))


def test_a_list_with_one_changed_value_embeds_that_value_s_phrases(study: SmallStudy, heard: Heard) -> None:
    """The tagged study's own list has its vectors already."""
    here = place(study, heard)
    *same, last = here.framework.values
    changed = replace(last, cues=(replace(last.definition, text="said in other words"),))
    phrases_of(replace(here.framework, values=(*same, changed)), partial(phrase_vectors, here))

    assert list(changed.phrases) == heard.asked
