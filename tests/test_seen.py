"""Texts as they are compared, and what a corpus has in common."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import WordEncoder
from hypothesis import given
from hypothesis import strategies as st

from tagger.embeddings import load_encoder
from tagger.seen import PSEUDO_COUNT, corpus_of, see
from tagger.spelling import PLACES, count_runs

ENCODER = WordEncoder()
TEXTS = ["I came in. Nobody spoke!", "", "One door stays open", "We left. Then we came back. It rained."]


def test_a_text_is_seen_as_a_whole_and_sentence_by_sentence() -> None:
    """Vectors are the encoder's own; an empty text has no sentence."""
    seen = see(TEXTS, ENCODER)

    assert np.array_equal(ENCODER.encode(TEXTS), seen.vectors)
    assert [0, 2, 2, 3, 6] == seen.bounds.tolist()
    assert np.array_equal(ENCODER.encode(["I came in.", "Nobody spoke!"]), seen.sentences[:2])


@given(st.lists(st.integers(0, 3), max_size=9))
def test_some_of_the_texts_keep_what_is_theirs(chosen: list[int]) -> None:
    """Rows in any order, and repeated, are what seeing those texts gives."""
    some, anew = see(TEXTS, ENCODER).rows(np.array(chosen, dtype=np.intp)), see([TEXTS[row] for row in chosen], ENCODER)

    assert np.array_equal(anew.vectors, some.vectors)
    assert np.array_equal(anew.sentences, some.sentences)
    assert np.array_equal(anew.bounds, some.bounds)
    assert (anew.runs != some.runs).nnz == 0


@pytest.mark.parametrize("size", [1, 3, 9])
def test_parts_are_the_texts_in_their_order(size: int) -> None:
    """One after the other they are what all of them are; without sentences they are as many."""
    seen = see(TEXTS, ENCODER)
    parts = list(seen.parts(size))

    assert np.array_equal(seen.vectors, np.concatenate([part.vectors for part in parts]))
    assert np.array_equal(seen.sentences, np.concatenate([part.sentences for part in parts]))
    assert np.diff(seen.bounds).tolist() == [count for part in parts for count in np.diff(part.bounds)]
    assert np.array_equal(seen.runs.toarray(), np.concatenate([part.runs.toarray() for part in parts]))
    assert 0 == len(seen.whole.rows([1, 3]).sentences)
    assert np.array_equal(seen.vectors[[1, 3]], seen.whole.rows([1, 3]).vectors)


def test_a_text_that_is_too_long_for_the_encoder_is_seen_whole() -> None:
    """It has a vector, and one for each of its sentences, beside texts that fit."""
    encoder = load_encoder()
    long = "We met at the old mill and talked until the tea was cold. " * 60

    seen, alone = see(["A short one.", long, "Two. Parts."], encoder), see([long], encoder)

    assert [0, 1, 61, 63] == seen.bounds.tolist()
    assert np.allclose(alone.vectors, seen.vectors[1:2], atol=1e-5)
    assert np.allclose(encoder.encode([long]), seen.vectors[1:2, : encoder.dimension], atol=1e-5)


def test_the_centre_is_shrunk_by_the_pseudo_count() -> None:
    """The sum of n texts is divided by n and the pseudo-count: few texts have next to no mean, in batches or not."""
    seen = see(["a", "b", "a"], WordEncoder(dimension=2))

    corpus = corpus_of([seen.rows([0]), seen.rows([1, 2])], 2)

    assert np.allclose(seen.vectors.sum(axis=0) / (3 + PSEUDO_COUNT), corpus.centre)
    assert np.array_equal(corpus.rare, corpus_of([seen], 2).rare)


def test_a_run_is_the_rarer_the_fewer_texts_have_it() -> None:
    """The smoothed inverse document frequency: 1 for what all have."""
    runs, seen = count_runs(["mill"]), see(["the mill", "the millpond", "the river", "the the"], ENCODER)
    in_all = count_runs(["the"]).indices

    rare = corpus_of([seen], ENCODER.dimension).rare

    assert pytest.approx(1) == rare[in_all].max()
    assert pytest.approx(np.log(5 / 3) + 1) == rare[runs.indices].min()


def test_a_corpus_without_texts_has_nothing_in_common() -> None:
    """A centre of zeros, and all runs as rare."""
    corpus = corpus_of([], 4)

    assert not corpus.centre.any()
    assert (PLACES,) == corpus.rare.shape
    assert np.array_equal(np.ones(PLACES), corpus.rare)
