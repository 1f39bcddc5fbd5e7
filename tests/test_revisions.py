"""An excerpt is carried to a new revision exactly when none of its characters changed."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tagger.revisions import Rewritten, carried, composed, offset_map, rewritten

LINES = st.lists(st.text("ab c é😀\u2028", max_size=12), max_size=12).map("\n".join)


@given(LINES, LINES)
def test_what_is_shared_is_the_same_in_both(old, new):
    """Each stretch of the map holds the same characters in both revisions, and no character is shared twice."""
    blocks = offset_map(old, new)

    for block in blocks:
        assert block.length > 0
        assert old[block.old_start : block.old_end] == new[block.new_start : block.new_end]
    assert all(first.old_end <= second.old_start for first, second in pairwise(blocks))
    in_new = sorted(blocks, key=lambda block: block.new_start)
    assert all(first.new_end <= second.new_start for first, second in pairwise(in_new))


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


BELL = "The bell on the gate rang twice that day."
SHED = "We had tea in the shed until it got dark."
ROAD = "The road was quiet when I walked home."


def test_a_line_put_after_the_last_one_changes_nothing_before_it():
    """The last words of an interview are not changed by a turn that is added after them."""
    assert [(0, len(BELL))] == carried([(0, len(BELL))], offset_map(BELL, f"{BELL}\n{SHED}"))
    assert [(0, len(BELL))] == carried([(0, len(BELL))], offset_map(f"{BELL}\n{SHED}", BELL))


def test_a_turn_that_was_put_elsewhere_is_found_there():
    """Turns in another order keep what was read in them."""
    old, new = "\n".join((BELL, SHED, ROAD)), "\n".join((ROAD, BELL, SHED))
    spans = [(old.index(line), old.index(line) + len(line)) for line in (BELL, SHED, ROAD)]

    assert [(new.index(line), new.index(line) + len(line)) for line in (BELL, SHED, ROAD)] == carried(
        spans, offset_map(old, new)
    )


def test_a_short_answer_said_elsewhere_is_another_one():
    """Two words that are gone here and come up there were not moved: somebody else may have said them."""
    old, new = f"I see.\n{BELL}\n{SHED}", f"{BELL}\n{SHED}\nI see."

    assert [None] == carried([(0, 6)], offset_map(old, new))


def test_a_line_that_is_there_twice_was_not_moved():
    """Where it cannot be told which of two alike went where, neither did."""
    old, new = f"{BELL}\n{SHED}\n{ROAD}\nWell.", f"{SHED}\n{ROAD}\nWell.\n{BELL}\n{BELL}"

    assert [None] == carried([(0, len(BELL))], offset_map(old, new))


@given(LINES, LINES, LINES)
def test_two_steps_are_as_good_as_one(first, second, third):
    """What is shared over two revisions is the same in the first and the last, and is what survives both steps."""
    one, two = offset_map(first, second), offset_map(second, third)
    spans = [(start, end) for start in range(len(first)) for end in range(start + 1, len(first) + 1)][:200]

    both = composed(one, two)

    for block in both:
        assert first[block.old_start : block.old_end] == third[block.new_start : block.new_end]
    for span, at_once in zip(spans, carried(spans, both), strict=True):
        [middle] = carried([span], one)
        assert at_once is None or (middle is not None and [at_once] == carried([middle], two))


@given(LINES, LINES, st.data())
def test_what_is_carried_is_not_rewritten(old, new, data):
    """A span with all its characters lies where it is carried to, and nothing in it is said to have changed."""
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(old))] * 2)))
    blocks = offset_map(old, new)

    found = rewritten((start, end), blocks, len(new))

    [place] = carried([(start, end)], blocks)
    if place and start < end:
        assert Rewritten(place, ()) == found
    if found:
        assert 0 <= found.place[0] < found.place[1] <= len(new)


def test_what_was_rewritten_is_told_word_by_word():
    """A corrected word, a word put in and words taken out are each paired with what stands there now."""
    old = "Before.\nThey lissened to me and I you know stayed.\nAfter."
    new = "Before.\nThey all listened to me and I stayed.\nAfter."
    start, end = old.index("They"), old.index("\nAfter")

    found = rewritten((start, end), offset_map(old, new), len(new))

    assert "They all listened to me and I stayed." == new[slice(*found.place)]
    assert [("lissened ", "all listened "), ("you know ", "")] == [
        (old[slice(*was)], new[slice(*now)]) for was, now in found.changes
    ]


def test_words_that_were_taken_out_are_nowhere():
    """A turn that was removed has no place, whatever stands before and after it."""
    old, new = "\n".join((BELL, SHED, ROAD)), "\n".join((BELL, ROAD))

    assert rewritten((len(BELL) + 1, len(BELL) + 1 + len(SHED)), offset_map(old, new), len(new)) is None


def test_words_that_were_all_replaced_lie_between_their_neighbours():
    """A turn that was written anew lies where the old one lay."""
    old, new = "\n".join((BELL, SHED, ROAD)), "\n".join((BELL, "Nothing else happened!", ROAD))

    found = rewritten((len(BELL) + 1, len(BELL) + 1 + len(SHED)), offset_map(old, new), len(new))

    assert "Nothing else happened!" == new[slice(*found.place)].strip()
