"""Tests of words that are taken out of texts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tagger.revisions import Shared, offset_map
from tagger.withdrawing import GONE, Quotes, masked, masks, without

SAID = "I sat by the gate for a good ten minutes and nobody stared."


def gone(texts, own):
    """Return revisions in which what goes cannot be read; *own* names their words in each."""
    spans = [
        [(text.index(word), text.index(word) + len(word)) for word in words]
        for text, words in zip(texts, own, strict=True)
    ]
    maps = [[], *(offset_map(old, new) for old, new in pairwise(texts))]
    found = masks([len(text) for text in texts], spans, maps)
    return [masked(text, mask) for text, mask in zip(texts, found, strict=True)]


def test_words_go_from_every_revision():
    """Those that a correction took out go by whose they were then; what is the same goes where it is."""
    old, new = "one two three\nfour five six", "one TWO three\nfour five six"

    assert ["_____________\nfour five six"] * 2 == gone([old, new], [["one two three"], ["one TWO three"]])


def test_whose_words_they_are_is_said_by_the_newest_text_that_has_them():
    """A turn that was given to somebody else by a correction stays theirs, in the older text too."""
    text = "one two three\nfour five six"

    assert [text.replace("four five six", "_" * 13)] * 2 == gone([text, text], [["one two three"], ["four five six"]])
    assert ["_________\nkept"] == gone(["taken out\nkept"], [["taken out"]])


@given(st.lists(st.text("ab c\n", max_size=30), min_size=1, max_size=4), st.data())
def test_what_revisions_share_they_still_share(texts, data):
    """Character for character, so that maps, excerpts and codings of the others hold."""
    own = [
        [tuple(sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))))))] for text in texts
    ]
    maps = [[], *(offset_map(old, new) for old, new in pairwise(texts))]
    found = masks([len(text) for text in texts], own, maps)

    blanked = [masked(text, mask) for text, mask in zip(texts, found, strict=True)]

    assert [len(text) for text in texts] == [len(text) for text in blanked]
    for (old, new), blocks in zip(pairwise(blanked), maps[1:], strict=True):
        for one in blocks:
            assert old[one.old_start : one.old_end] == new[one.new_start : one.new_end]


@given(st.text("ab \n", max_size=40), st.data())
def test_a_mark_stands_for_what_is_taken_out(text, data):
    """And what is shared is told exactly."""
    borders = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = list(zip(borders[::2], borders[1::2], strict=False))

    new, shared = without(text, spans)

    assert new.count(GONE) == len(spans)
    assert all(text[one.old_start : one.old_end] == new[one.new_start : one.new_end] for one in shared)
    assert len(text) - sum(end - start for start, end in spans) == sum(one.length for one in shared)


def test_text_without_spans_is_shared_whole():
    """As a recording in which somebody says nothing."""
    assert ("abc", [Shared(0, 0, 3)]) == without("abc", [])


def test_a_quote_is_found_however_it_is_written():
    """In capitals, over line ends, with other marks between the words; what lies around it stays."""
    quotes = Quotes([SAID])

    assert f"She said: “{GONE}”!" == quotes.taken_out("She said: “SAT by the gate\n  for a good – ten minutes”!")
    assert quotes.found_in("by the gate for a")
    assert not quotes.found_in("by the gate for")
    assert "by the gate" == quotes.taken_out("by the gate")


def test_two_quotes_are_two_marks():
    """And those that touch are one."""
    quotes = Quotes([SAID])

    assert f"{GONE}, then {GONE}" == quotes.taken_out("by the gate for a, then a good ten minutes and")


def test_what_others_say_too_is_no_quote():
    """A question that is asked in every interview stays where it is written down."""
    quotes = Quotes(
        ["What has this week been like for you? It was a bad one."], ["What has this week been like for you?"]
    )

    assert not quotes.found_in("what has this week been like for you")
    assert quotes.found_in("for you? It was a bad one")
