"""Counts in words."""

from __future__ import annotations

import pytest

from tagger.wording import several


@pytest.mark.parametrize(
    ("count", "noun", "plural", "words"),
    [
        (0, "passage", "", "0 passages"),
        (1, "passage", "", "1 passage"),
        (1_204, "passage", "", "1,204 passages"),
        (1, "person", "people", "1 person"),
        (2, "person", "people", "2 people"),
    ],
)
def test_a_count_comes_with_its_noun(count, noun, plural, words):
    """One is singular, none and many are plural, and thousands are parted."""
    assert words == several(count, noun, plural)
