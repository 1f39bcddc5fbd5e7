"""Who asks, in what standing, and what kind of talk it is."""

from __future__ import annotations

import pytest

from tagger.records import Speaker
from tagger.transcripts import read


def speakers_of(*turns: str) -> dict[str | None, Speaker]:
    """Read lines of talk and give their speakers by label."""
    return {each.label: each for each in read("\n".join(turns).encode(), "talk.txt").speakers}


@pytest.mark.parametrize(
    "label",
    [
        "I",
        "Int",
        "INT1",
        "Interviewer",
        "Interviewer 2",
        "Researcher 1",
        "Moderator",
        "Facilitator",
        "Q",
        "Smith (Interviewer)",
    ],
)
def test_labels_that_ask(label: str) -> None:
    """Labels for who asks are trusted, and the reason names the label."""
    found = speakers_of(f"{label}: Hello.", "Sam: Hi.", f"{label}: So.", "Sam: Yes.")

    assert (True, False) == (found[label].asks, found["Sam"].asks)
    assert label in found[label].why


@pytest.mark.parametrize("label", ["Interviewee", "Q. Chen", "I. Jones", "Ines", "Peer facilitator", "Mod Smith"])
def test_labels_that_only_look_like_asking(label: str) -> None:
    """Names and answering labels are not taken for who asks."""
    assert speakers_of(f"{label}: Hello.", "Sam: Hi.", f"{label}: So.", "Sam: Yes.")[label].asks is not True


def test_questions_tell_who_asks() -> None:
    """Without telling labels, the one whose turns end in questions and who says less asks."""
    answer = "Well it was a long time ago and I did not know anybody there."
    found = speakers_of(
        *["Anna: How was it?", f"Sam: {answer}", "Anna: And then?", f"Sam: {answer}", "Anna: Ok.", f"Sam: {answer}"]
    )

    assert (True, False) == (found["Anna"].asks, found["Sam"].asks)
    assert "2 of 3 turns end in a question, with fewer words than others" == found["Anna"].why


def test_nobody_asks_where_nothing_tells() -> None:
    """Without a sign, who asks stays unknown and all of it evidence."""
    found = speakers_of("Anna: Yes.", "Sam: No.", "Anna: Yes.", "Sam: No.", "Anna: Yes.", "Sam: No.")

    assert [None, None] == [each.asks for each in found.values()]
    assert "kept as evidence" in found["Sam"].why


def test_a_facilitator_beside_an_interviewer_gives_evidence() -> None:
    """A facilitator asks, unless an interviewer does: then it is a peer's standing."""
    found = speakers_of("Interviewer: So?", "Facilitator: We meet on Tuesdays.", "Sam: Yes.", "Facilitator: And talk.")

    assert (True, False) == (found["Interviewer"].asks, found["Facilitator"].asks)
    assert ("peer facilitator",) == found["Facilitator"].standing


@pytest.mark.parametrize(
    ("label", "standing"),
    [
        ("Peer lead", "peer lead"),
        ("Peer Facilitator 2", "peer facilitator"),
        ("Staff 1", "staff"),
        ("Midwife", "staff"),
        ("Sam's Mum", "family"),
        ("Partner", "family"),
        ("Interpreter", "interpreter"),
        ("Group member", "group member"),
        ("Anna", "unknown"),
    ],
)
def test_standing_from_the_words_of_a_label(label: str, standing: str) -> None:
    """Standings are guessed from labels, else unknown."""
    found = speakers_of("I: So?", "P01: Yes.", f"{label}: Me too.", "I: And?", f"{label}: Fine.")

    assert (standing,) == found[label].standing


def test_a_mother_alone_is_no_family() -> None:
    """Mum is family beside somebody whose family she is; alone with the interviewer she is the one who is asked."""
    found = speakers_of("I: So?", "Mum: Yes.", "I: And?", "Mum: Fine.")

    assert (("unknown",), False) == (found["Mum"].standing, found["Mum"].asks)


def test_kinds() -> None:
    """Three or more who give evidence are a group, nobody named in captions is still an interview."""
    assert "group" == read(b"I: So?\nP1: Yes.\nP2: No.\nP3: Yes.\n", "a.txt").kind
    assert "interview" == read(b"I: So?\nP1: Yes.\nP2: No.\n", "a.txt").kind
    assert "interview" == read(b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n", "a.vtt").kind


def test_words_are_counted_without_a_speaker_too() -> None:
    """Words of nobody's are counted and kept as evidence."""
    found = {
        each.label: each for each in read(b"who,text,time\nI,Hi there?,00:01\n,one two three,00:02\n", "a.csv").speakers
    }

    assert (3, None) == (found[None].words, found[None].asks)
