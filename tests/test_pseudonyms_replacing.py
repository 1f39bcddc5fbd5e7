"""Tests of replaced words: the text, and where every span lies then, for any set of replacements."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.pseudonyms.overlaps import longest
from tagger.pseudonyms.replacing import Replaced, Replacement, still_shared
from tagger.revisions import Shared

TEXT = st.text("ab é🙂\n", min_size=1, max_size=40)


@st.composite
def replaced(draw, text=None):
    """Draw a text with replacements that do not overlap."""
    text = draw(TEXT) if text is None else text
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    spans = draw(st.lists(st.sampled_from(list(itertools.pairwise(cuts))), unique=True)) if cuts[1:] else []
    return text, [Replacement(start, end, draw(st.text("[P1]", min_size=1, max_size=5))) for start, end in spans]


def by_hand(text, replacements):
    """Return the text as somebody would write it who goes from its end to its beginning."""
    for one in sorted(replacements, reverse=True):
        text = text[: one.start] + one.by + text[one.end :]
    return text


@given(replaced(), st.data())
def test_a_span_holds_what_it_held_with_its_names_replaced(drawn, data):
    """Whatever is replaced: one that cuts no name is its own text replaced, to the character."""
    text, replacements = drawn
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    made = Replaced(text, replacements)
    low, high = made.place((start, end))

    assert by_hand(text, replacements) == made.text
    assert 0 <= low < high <= len(made.text)
    cut = [one for one in replacements if one.start < start < one.end or one.start < end < one.end]
    if not cut:
        inside = [Replacement(o.start - start, o.end - start, o.by) for o in replacements if start <= o.start < end]
        assert by_hand(text[start:end], inside) == made.text[low:high]


@given(replaced(), st.sets(st.integers(0, 40)))
def test_stretches_that_cover_a_text_cover_it_still(drawn, cuts):
    """And each character once, but where one lay within a name."""
    text, replacements = drawn
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(text)), len(text)]
    spans = list(itertools.pairwise(edges))
    made = Replaced(text, replacements)
    places = [made.place(span) for span in spans]
    outside = [
        place
        for span, place in zip(spans, places, strict=True)
        if not any(one.start < span[0] and span[1] <= one.end for one in replacements)
    ]

    assert 0 == outside[0][0]
    assert len(made.text) == max(end for _, end in outside)
    assert all(one[1] == other[0] for one, other in itertools.pairwise(outside))


@given(replaced(), st.data())
def test_what_revisions_share_they_share_still(drawn, data):
    """Character for character, whatever was replaced in either."""
    old, in_old = drawn
    head, tail = data.draw(TEXT), data.draw(TEXT)
    new, in_new = data.draw(replaced(head + old + tail))
    blocks = [Shared(0, len(head), len(old))]
    one, other = Replaced(old, in_old), Replaced(new, in_new)

    for block in still_shared(blocks, one, other):
        assert block.length > 0
        assert one.text[block.old_start : block.old_end] == other.text[block.new_start : block.new_end]


def test_what_is_replaced_alike_in_both_is_shared_whole():
    """So what was coded there is not read again."""
    old, new = "I told Sarah so.", "Well, I told Sarah so."
    one = Replaced(old, [Replacement(7, 12, "[Person 1]")])
    other = Replaced(new, [Replacement(13, 18, "[Person 1]")])

    assert [Shared(0, 6, 21)] == still_shared([Shared(0, 6, len(old))], one, other)


def test_an_edge_within_a_name_goes_to_the_edge_of_its_pseudonym():
    """The name belongs to whoever holds its beginning, and to what lies within it."""
    made = Replaced("to St. Mary's now", [Replacement(3, 13, "[Place 1]")])

    assert "to [Place 1]" == made.text[slice(*made.place((0, 7)))]
    assert " now" == made.text[slice(*made.place((7, 17)))]
    assert "[Place 1]" == made.text[slice(*made.place((7, 11)))]
    assert [(0, 3), (3, 12), (12, 16)] == made.within((0, 17), [(0, 3), (3, 13), (13, 17)])
    assert [None] == made.within((7, 17), [(0, 6)])


def test_overlapping_replacements_are_refused_and_the_longest_kept():
    """A surname alone gives way to the whole name."""
    whole, part = Replacement(0, 11, "[Person 1]"), Replacement(6, 11, "[Person 2]")
    with pytest.raises(ValueError, match="overlap"):
        Replaced("Sarah Jones", [whole, part])

    assert [whole] == longest([part, whole])
