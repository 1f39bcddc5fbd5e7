"""An excerpt is carried to a new revision exactly when none of its characters changed."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tagger.revisions import carried, offset_map

LINES = st.lists(st.text("ab c é😀\u2028", max_size=12), max_size=12).map("\n".join)


@given(LINES, LINES)
def test_what_is_shared_is_the_same_in_both(old, new):
    """Each stretch of the map holds the same characters in both revisions, and stretches follow one another in both."""
    blocks = offset_map(old, new)

    for block in blocks:
        assert (
            old[block.old_start : block.old_start + block.length]
            == new[block.new_start : block.new_start + block.length]
        )
    for first, second in pairwise(blocks):
        assert first.old_start + first.length <= second.old_start
        assert first.new_start + first.length <= second.new_start


@given(LINES)
def test_a_text_shares_all_of_itself(text):
    """Nothing needs to be read again when nothing changed."""
    assert [(0, len(text))] == carried([(0, len(text))], offset_map(text, text)) or not text


def test_a_corrected_word_moves_the_rest():
    """Spans after a longer word move by the difference, spans before it stay, the span with the word is not carried."""
    old = "It was safe.\nThey lissened to me.\nI came back."
    new = "It was safe.\nThey really listened to me.\nI came back."
    spans = [(0, 12), (13, 33), (34, 46)]

    places = carried(spans, offset_map(old, new))

    assert [(0, 12), None, (41, 53)] == places
    assert "I came back." == new[41:53]


def test_a_changed_word_in_a_long_line_keeps_the_sentences_around_it():
    """Within one turn, only what was touched needs to be read again."""
    words = [f"word{i}" for i in range(400)]
    old = " ".join(words)
    new = " ".join(["other" if i == 200 else word for i, word in enumerate(words)])
    end = old.index("word150")

    assert [(0, end)] == carried([(0, end)], offset_map(old, new))


def test_a_word_changed_in_a_very_long_line_takes_no_longer_than_its_words():
    """One line of 60,000 words, one of them changed, is compared without squaring its length."""
    words = ["the", "same", "words", "again"] * 15_000
    old = " ".join(words)
    words[30_000] = "other"

    blocks = offset_map(old, " ".join(words))

    assert len(old) - len("the ") <= sum(block.length for block in blocks)
