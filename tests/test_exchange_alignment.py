"""Tests of finding the words of a document again in the transcript that was read from it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.exchange.projects.alignment import Alignment

DOCUMENT = """\
Interview 3, 4 May, recorded by phone

Ann Smith: They let me decide what to do
there, and nobody pushed. Yes.

[00:01:12] Interviewer: Yes?

Ann Smith: Yes. They let me decide what to do there, and – I mean – nobody pushed.
"""
TRANSCRIPT = """\
They let me decide what to do there, and nobody pushed. Yes.
Yes?
Yes. They let me decide what to do there, and – I mean – nobody pushed."""


def carried(words, *, nth=0):
    """Carry over the nth place of some words, and return what lies at the place in the transcript."""
    start = -1
    for _ in range(nth + 1):
        start = DOCUMENT.index(words, start + 1)
    found = Alignment(DOCUMENT, TRANSCRIPT).carried((start, start + len(words)))
    return found and (TRANSCRIPT[slice(*found[0])], found[0][0], found[1])


def test_a_broken_line_is_one_line_in_the_transcript():
    """White space is no part of the words."""
    assert ("what to do there, and", 19, "same") == carried("what to do\nthere, and")


def test_words_that_are_said_twice_are_found_where_they_were_coded():
    """The order of lines tells which is which."""
    assert ("Yes.", 56, "same") == carried("Yes.")
    assert ("Yes?", 61, "same") == carried("Yes?")
    assert ("Yes.", 66, "same") == carried("Yes.", nth=1)


def test_names_and_times_are_left_out_and_said_to_be():
    """A coding over two turns has the name between them in the document alone."""
    found = carried("nobody pushed. Yes.\n\n[00:01:12] Interviewer: Yes?")

    assert ("nobody pushed. Yes.\nYes?", 41, "fewer") == found


def test_words_that_were_corrected_are_told_from_words_left_out():
    """A transcript that holds others at the place says something else than the document."""
    old = "Ann: We went home late on Monday. Then I slept until noon, and we laughed about it all."
    new = "We went home late on Thursday. Then I slept until noon, and we laughed about it all."
    span = (old.index("We went"), old.index(" Then"))

    assert ((0, new.index(" Then")), "others") == Alignment(old, new).carried(span)


def test_a_name_at_an_end_of_a_span_is_no_correction():
    """Lines that the document skips are not taken in for it."""
    old = "Ann: We went home late on Monday.\nBea: And I slept until noon that day.\nAnn: So did I, in the end."
    new = "We went home late on Monday.\nYes.\nAnd I slept until noon that day.\nIndeed.\nSo did I, in the end."
    span = (old.index("Bea:"), old.index(" So did"))

    assert ((new.index("And I"), new.index("\nIndeed")), "fewer") == Alignment(old, new).carried(span)


def test_what_is_not_in_the_transcript_is_nowhere():
    """A heading, and a name."""
    assert carried("recorded by phone") is None
    assert carried("[00:01:12] Interviewer") is None


def test_how_much_of_a_transcript_a_document_holds():
    """Another text shares next to nothing."""
    assert Alignment(DOCUMENT, TRANSCRIPT).shared == 1
    assert Alignment(DOCUMENT[39:120], TRANSCRIPT).shared > 0.5
    assert Alignment("Something else was written here.\n" * 9, TRANSCRIPT).shared < 0.2


WORDS = st.text(st.sampled_from("abé🙂א’n"), min_size=1, max_size=6)


@settings(max_examples=150)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=12), min_size=1, max_size=12), st.data())
def test_every_word_is_carried_to_itself(turns, data):
    """Whatever labels and line breaks a document has beside the words of the transcript."""
    transcript = "\n".join(" ".join(turn) for turn in turns)
    spoken, at, places = "", 0, []
    for number, turn in enumerate(turns):
        spoken += f"SPEAKER{number:03}:"
        for word in turn:
            spoken += data.draw(st.sampled_from([" ", "\n", "  "]))
            at = transcript.index(word, at)
            places.append(((len(spoken), len(spoken) + len(word)), (at, at + len(word))))
            spoken, at = spoken + word, at + len(word)
        spoken += "\n\n"
    alignment = Alignment(spoken, transcript)

    assert [(place, "same") for _, place in places] == [alignment.carried(span) for span, _ in places]
