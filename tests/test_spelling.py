"""How texts are spelled."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import HashingVectorizer

from tagger.spelling import LENGTH, PLACES, count_runs

LETTERS = st.sampled_from([*"aabcdeI .,'\n\t", "\u00a0", "\u2003", "é", "ß", "İ", "Σ", "字", "한", "😀", "\u0301"])
TEXTS = st.lists(st.text(LETTERS | st.characters(exclude_categories=["Cs"]), max_size=40), max_size=8)


@given(TEXTS)
def test_runs_are_those_of_the_vectorizer_that_everybody_knows(texts):
    """In each script, with each kind of space, and for words of one letter, which have a shorter run."""
    known = HashingVectorizer(
        analyzer="char_wb", ngram_range=(LENGTH, LENGTH), n_features=PLACES, alternate_sign=False, norm=None
    )
    found = count_runs(texts)

    assert (len(texts), PLACES) == found.shape
    if texts:
        assert (found - known.transform(texts)).nnz == 0
        assert found.has_sorted_indices


def test_many_texts_are_counted_as_each_alone():
    """They are counted some at a time."""
    texts = [f"the tea of number {number}" for number in range(2100)]

    found = count_runs(texts)

    assert all((found[row] - count_runs([texts[row]])).nnz == 0 for row in (0, 1023, 1024, 2099))
    assert found.dtype == np.float32
