"""Plain text in its many shapes."""

from __future__ import annotations

import textwrap

import pytest

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import read


def of(text: str, name: str = "talk.txt") -> Transcript:
    """Read text under a name."""
    return read(text.encode(), name)


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def test_speaker_and_colon() -> None:
    """A label before a colon opens a turn; a second colon belongs to the words."""
    transcript = of("I: How was it: good?\nP: Fine: thanks.\n")

    assert [("I", "How was it: good?"), ("P", "Fine: thanks.")] == said(transcript)
    assert "How was it: good?\nFine: thanks." == transcript.text


def test_lines_with_addresses_and_clock_times_invent_no_speaker() -> None:
    """Neither a web address nor a clock time nor the words before a colon in a wrapped line name a speaker."""
    text = "Anna: So where do you\nmeet: at the hall?\nSam: See\nhttp://example.org/a:b\n"
    text += "10:30 is\nbest: yes.\nAnna: Right.\nSam: Yes."

    spoken = said(of(text))

    assert [
        ("Anna", "So where do you meet: at the hall?"),
        ("Sam", "See http://example.org/a:b 10:30 is best: yes."),
        ("Anna", "Right."),
        ("Sam", "Yes."),
    ] == spoken


def test_ids_in_brackets() -> None:
    """Ids in brackets are speakers; sounds in brackets are not, and times in brackets are left out and counted."""
    transcript = of("[P01] Hello there\n[INT] How was it?\n[P01] Fine [laughs] really [00:05:00] good\n")

    assert [("P01", "Hello there"), ("INT", "How was it?"), ("P01", "Fine [laughs] really good")] == said(transcript)
    assert ("1 time inside turns, such as [00:05:00]",) == transcript.dropped


def test_a_colon_behind_a_label_in_brackets_belongs_to_the_words() -> None:
    """A bracket that comes back names the speaker; one that does not is part of what stands before the colon."""
    transcript = of("[Sam] The rule: come in.\n[Ann] Why?\n[Sam] Well: so.\n[Ann] I see.\n[Sam] 10 o'clock: tea.\n")
    both = of("[1] Sam: Hi.\n[2] Ann: Yes?\n[3] Sam: So.\n[4] Ann: Right.\n")

    assert ["Sam", "Ann", "Sam", "Ann", "Sam"] == [speaker for speaker, _ in said(transcript)]
    assert "The rule: come in." == said(transcript)[0][1]
    assert ["[1] Sam", "[2] Ann", "[3] Sam", "[4] Ann"] == [speaker for speaker, _ in said(both)]


def test_one_line_in_another_style_does_not_decide_for_the_file() -> None:
    """A time behind one label in brackets makes no other style of the file, and no line of it is lost."""
    transcript = of("[I] How was it?\n[Sam] Fine.\n[I] 00:05:00 And then?\n[Sam] I left.\n[I] I see.\n")

    assert [("I", "How was it?"), ("Sam", "Fine."), ("I", "And then?"), ("Sam", "I left."), ("I", "I see.")] == said(
        transcript
    )
    assert 300.0 == transcript.turns[2].begins


def test_hanging_indent() -> None:
    """Lines indented further than the speakers' lines continue the turn, even when a label stands in them."""
    text = (
        "INT:    So can you tell me about the group and what brought you\n"
        "        there: was it the midwife?\n"
        "P03:    Well my sister said\n"
        "        P03: is a label, and Monday: was the day\n"
        "        so I went.\n\n"
        "INT:    Right.\n"
    )

    assert [
        ("INT", "So can you tell me about the group and what brought you there: was it the midwife?"),
        ("P03", "Well my sister said P03: is a label, and Monday: was the day so I went."),
        ("INT", "Right."),
    ] == said(of(text))


BROKEN = (
    "Interviewer: So who was there when you came to the group for the very first time, and what did you all do?",
    "Participant: Well, there were three women whom we had met at the St Mary: Sue, and a nurse, and one from church.",
    "Interviewer: And then, what was there on the other days, and who?",
    "Participant: Nobody was there, and then on Tuesday afternoon the Big Three: that was funny. And again as I came "
    "in the Big Three: did they mind?",
    "Interviewer: Right.",
    "Participant: So I went.",
)
"""Turns with colons in them, after words that are written as names are."""


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("width", range(50, 76))
def test_words_before_a_colon_that_a_line_begins_with_in_mid_sentence_are_no_speaker(width: int, gap: str) -> None:
    """However wide the lines are and wherever they break, the speakers and their turns are the same."""
    text = gap.join("\n".join(textwrap.wrap(turn, width)) for turn in BROKEN)

    assert [tuple(turn.split(": ", 1)) for turn in BROKEN] == said(of(text))


def test_i_met_is_no_speaker() -> None:
    """I with a verb opens a sentence, however often; alone, or with a number or a name, it is who asks."""
    text = "I: Who?\nP: Nobody else.\nI met: Sue.\nI: Yes?\nP: There\nI met: him.\nI met: her.\nI 2: And?\nP: I went.\n"

    assert ["I", "P", "I", "P", "I 2", "P"] == [speaker for speaker, _ in said(of(text))]
    assert ("P", "There I met: him. I met: her.") == said(of(text))[3]


def test_a_speaker_who_cuts_in_is_one() -> None:
    """A name met once is a speaker where the line above is short, and where nobody in the file ends a sentence."""
    cut_in = (
        "I: How was it in the garden, with all of you there?\nSam: I was at the\nMary: He was late!\nI: Ha?\nSam: Yes."
    )
    unended = textwrap.dedent(
        """\
        I: so how was it then
        Sam: it was a fine day with all of them
        Mary: he was late
        I: was he
        Sam: yes
        """
    )

    assert ["I", "Sam", "Mary", "I", "Sam"] == [speaker for speaker, _ in said(of(cut_in))]
    assert ["I", "Sam", "Mary", "I", "Sam"] == [speaker for speaker, _ in said(of(unended))]


@pytest.mark.parametrize(
    "text",
    [
        "[00:01:02] Sam: Hello\n[00:01:09] Anna: So?\n[00:02:00] Sam: Yes\n",
        "Sam (01:02): Hello\nAnna (01:09): So?\nSam (02:00): Yes\n",
        "00:01:02 Sam: Hello\n00:01:09 Anna: So?\n00:02:00 Sam: Yes\n",
        "Sam: [00:01:02] Hello\nAnna: [00:01:09] So?\nSam: [00:02:00] Yes\n",
        "Sam  1:02\nHello\n\nAnna  1:09\nSo?\n\nSam  2:00\nYes\n",
        "Sam (01:02):\nHello\n\nAnna (01:09):\nSo?\n\nSam (02:00):\nYes\n",
        "[Sam] 00:01:02\nHello\n\n[Anna] 00:01:09\nSo?\n\n[Sam] 00:02:00\nYes\n",
        "00:01:02\nSam: Hello\n00:01:09\nAnna: So?\n00:02:00\nSam: Yes\n",
    ],
)
def test_times_in_several_styles(text: str) -> None:
    """Times before, behind or above a speaker give the beginning of the turn."""
    transcript = of(text)

    assert [("Sam", "Hello"), ("Anna", "So?"), ("Sam", "Yes")] == said(transcript)
    assert [62.0, 69.0, 120.0] == [turn.begins for turn in transcript.turns]


def test_speakers_on_lines_of_their_own() -> None:
    """A name alone on the line above, with or without colon, opens the turn below it."""
    bare = "SAM\nHello there, everyone.\n\nINTERVIEWER\nHi?\n\nSAM\nYes.\n\nINTERVIEWER\nGood.\n"

    expected = [("SAM", "Hello there, everyone."), ("INTERVIEWER", "Hi?"), ("SAM", "Yes."), ("INTERVIEWER", "Good.")]
    assert expected == said(of(bare))
    assert expected == said(of(bare.replace("SAM\n", "SAM:\n").replace("INTERVIEWER\n", "INTERVIEWER:\n")))


@pytest.mark.parametrize(
    "text",
    [
        "I\tHow?\nP1\tGood.\nI\tOk?\nP1\tYes.\n",
        "I:\tHow?\nP1:\tGood.\nI:\tOk?\nP1:\tYes.\n",
        "**I:** How?\n\n**P1:** Good.\n\n**I**: Ok?\n\n**P1**: Yes.\n",
        "I:How?\nP1:Good.\nI:Ok?\nP1:Yes.\n",
        "I - How?\nP1 - Good.\nI - Ok?\nP1 – Yes.\n",
        "I. How?\n\nP1. Good.\n\nI. Ok?\n\nP1. Yes.\n",
        "(I) How?\n(P1) Good.\n(I) Ok?\n(P1) Yes.\n",
        "<I> How?\n<P1> Good.\n<I> Ok?\n<P1> Yes.\n",
        "i: How?\nP1: Good.\nI: Ok?\np1: Yes.\nI:\nP1:\n",
    ],
)
def test_further_marks_between_speaker_and_words(text: str) -> None:
    """Tabs, Markdown, dashes, brackets, no blank, and spellings that differ in case all name the same speakers."""
    assert [("i", "how?"), ("p1", "good."), ("i", "ok?"), ("p1", "yes.")] == [
        ((speaker or "").lower(), words.lower()) for speaker, words in said(of(text))
    ]


def test_heading_is_dropped_and_listed() -> None:
    """Lines above the first turn and closing marks are left out and listed word by word."""
    text = (
        "Interview 7\nInterviewer: Anna Smith\nParticipant: P03\nDate: 3 May 2021\n\n"
        "I: How was it?\nP: Good.\nPage 1 of 2\nI: And then?\nP: Fine.\n[END OF RECORDING]\n"
    )

    transcript = of(text)

    assert [("I", "How was it?"), ("P", "Good."), ("I", "And then?"), ("P", "Fine.")] == said(transcript)
    assert {
        "Interview 7",
        "Interviewer: Anna Smith",
        "Participant: P03",
        "Date: 3 May 2021",
        "Page 1 of 2",
        "[END OF RECORDING]",
    } == set(transcript.dropped)


def test_line_numbers_are_dropped() -> None:
    """Numbers counting the lines are no words."""
    lines = [
        "I: So how was it",
        "for you?",
        "P: It was fine",
        "really",
        "I: Ok?",
        "P: Yes 5",
        "I: And?",
        "P: No",
        "I: 9",
        "P: Bye",
    ]
    text = "\n".join(f"{number}  {line}" for number, line in enumerate(lines, start=1))

    transcript = of(text)

    assert [("I", "So how was it for you?"), ("P", "It was fine really")] == said(transcript)[:2]
    assert ("line numbers 1 to 10",) == transcript.dropped


def test_a_speaker_met_once_is_named_for_a_look() -> None:
    """A name that opens one turn only is believed, and told."""
    transcript = of("I: Hi?\nSam: Yes\nI: And?\nSam: No\nI: So?\nMark: I agree.\nI: Ok\nSam: Question: is it?\n")

    assert ("Mark", "I agree.") == said(transcript)[5]
    assert ("Sam", "Question: is it?") == said(transcript)[7]
    assert ("line 6: 'Mark' speaks only once: is that a speaker?",) == transcript.problems


def test_people_who_speak_once_in_a_group() -> None:
    """Where every line opens with a label, those met once are speakers too, in whatever spelling."""
    transcript = of(
        "Facilitator: Welcome, all?\nP1: Hi\nP2: Hello\nPeer lead: Hi all\nP3 (mum of two): Yes\n"
        "Multiple speakers: [laughter]\nFacilitator: Go on?\nP1: Ok\n"
    )

    assert ["Facilitator", "P1", "P2", "Peer lead", "P3 (mum of two)", "Multiple speakers", "Facilitator", "P1"] == [
        speaker for speaker, _ in said(transcript)
    ]
    assert "group" == transcript.kind


@pytest.mark.parametrize(
    "text",
    [
        "Monday: I went to the group. It was fine.\nTuesday: I stayed in bed all of the day.\nWednesday: I went out.\n",
        "Apples: red\nPears: green\nPlums: blue\nFigs: brown\nKiwis: green\nNuts: brown\nOats: beige\nRice: white\n",
    ],
)
def test_diaries_and_lists_name_no_speakers(text: str) -> None:
    """Days of the week, and lists in which no label comes back, are no talk."""
    assert {None} == {speaker for speaker, _ in said(of(text))}


def test_one_speaker_only_is_told() -> None:
    """A file that names one person is read, and says so."""
    transcript = of("Sam: I was born in a small town.\n\nThen we moved.\n")

    assert [("Sam", "I was born in a small town. Then we moved.")] == said(transcript)
    assert ("only one speaker, 'Sam': were the others' names left out?",) == transcript.problems


def test_notes_without_speakers() -> None:
    """Each paragraph of notes is a turn of nobody's, and the time of day stays in it."""
    text = (
        "Observation, Tuesday group\n\n10:30 Two women sit down by the window, talking\n"
        "of the weather. One said: it is cold.\n\n"
        "The facilitator makes tea. Note: no biscuits today.\n"
    )

    transcript = of(text)

    assert "observation" == transcript.kind
    assert [
        (None, "Observation, Tuesday group"),
        (None, "10:30 Two women sit down by the window, talking of the weather. One said: it is cold."),
        (None, "The facilitator makes tea. Note: no biscuits today."),
    ] == said(transcript)


def test_times_without_speakers() -> None:
    """Lines that begin with times and name nobody are turns with times."""
    transcript = of("[00:00.000 --> 00:03.000] Hello there.\n[00:03.000 --> 00:05.000] And so on.\n")

    assert [(None, 0.0, 3.0), (None, 3.0, 5.0)] == [(turn.speaker, turn.begins, turn.ends) for turn in transcript.turns]
    assert "Hello there.\nAnd so on." == transcript.text


def test_labels_in_other_scripts() -> None:
    """Chinese labels with a wide colon, or none between, are speakers."""
    for colon in ("：", ":", ": "):
        text = f"访谈者{colon}你好吗？\n参与者{colon}很好。\n访谈者{colon}为什么？\n参与者{colon}因为。\n"

        assert [("访谈者", "你好吗？"), ("参与者", "很好。")] == said(of(text))[:2]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("LICENSE", "MIT License\n\nPermission is hereby granted, free of charge, to any person\n", "licence"),
        ("terms.txt", "Some Licence\n\nThe software is provided “as is”, without warranty of any kind.\n", "licence"),
        ("README.md", "# Interviews\n\nFiles of the study.\n\n- Sam: the first\n- Anna: the second\n", "readme"),
        ("about.md", "# Tool\n\nSee [here](https://example.org).\n\n## Installation\n\n```\npip\n```\n", "readme"),
        ("a.srt", "some text", "named .srt"),
        ("a.txt", "some text", "2 words"),
        ("a.txt", "word " * 3000, "single line"),
        ("a.txt", "I: " + "word " * 3000, "single line"),
        ("a.txt", "a\n" * 600_000, "lines"),
        ("a.txt", "12 34 ==> 5\n" * 30, "does not read like talk"),
        ("a.json", "[{}]", "JSON"),
        ("a.html", "<!DOCTYPE html><html><p>I: hi", "web page"),
        ("a.eaf", '<?xml version="1.0"?><ANNOTATION_DOCUMENT>', "ELAN"),
        ("a.cha", "@UTF8\n@Begin\n*CHI: hi\n", "CHAT"),
    ],
)
def test_what_is_no_transcript_is_refused_for_its_true_reason(name: str, text: str, reason: str) -> None:
    """Each kind of file that is no transcript, or not read, is named for what it is, with what to do."""
    with pytest.raises(TranscriptError, match=reason) as refused:
        of(text, name)

    assert name == refused.value.where
    assert refused.value.remedy


def test_the_line_that_otter_adds_is_no_talk() -> None:
    """Otter ends its exports with a line about itself, which nobody said."""
    turns = (
        "Ann Lee  00:01\nHow was it?",
        "Bo Kim  00:07\nSlow.",
        "Ann Lee  00:09\nAnd then?",
        "Bo Kim  00:11\nI left.",
    )

    transcript = read("\n\n".join((*turns, "Transcribed by https://otter.ai\n")).encode(), "talk.txt")

    assert transcript.text.endswith("I left.")
    assert "Transcribed by https://otter.ai" in transcript.dropped


def test_a_word_with_a_colon_alone_on_its_line_is_said_by_whoever_speaks() -> None:
    """The last word of a wrapped turn that happens to end with a colon names nobody, and is kept."""
    asked, answered = "Interviewer: And then, half-\n        (laughs)", "Sam: We were there, and then we\n        met:"

    transcript = of(f"{answered}\n{asked}\n{answered}\n")

    heard = ("Sam", "We were there, and then we met:")
    assert [heard, ("Interviewer", "And then, half- (laughs)"), heard] == said(transcript)
