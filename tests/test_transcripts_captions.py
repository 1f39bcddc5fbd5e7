"""WebVTT, SRT and SBV, sound and broken."""

from __future__ import annotations

import pytest

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import read

GUID = "0a8e2f7c-5ccd-48e4-b7fa-1ea4c0496138"


def of(text: str, name: str = "talk.vtt") -> Transcript:
    """Read text under a name."""
    return read(text.encode(), name)


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def test_voices_with_commas_and_brackets() -> None:
    """Voice tags name speakers whatever stands in the name; captions of one speaker in a row are one turn."""
    transcript = of(
        "\ufeffWEBVTT\r\n\r\n"
        "00:00:00.000 --> 00:00:06.110\r\n<v Last, First (Student)>Well, <i>yes</i>. </v>\r\n\r\n"
        "00:00:06.820 --> 00:00:07.390\r\n<v Last, First (Student)>Ah &amp; so.</v>\r\n\r\n"
        "00:00:07.000 --> 00:00:09.000\r\n<v.loud Anna Smith>OK?</v>\r\n"
    )

    assert [("Last, First (Student)", "Well, yes. Ah & so."), ("Anna Smith", "OK?")] == said(transcript)
    assert [(0.0, 7.39), (7.0, 9.0)] == [(turn.begins, turn.ends) for turn in transcript.turns]
    assert () == transcript.problems


def test_two_voices_in_one_caption() -> None:
    """A caption in which the voice changes is two turns."""
    transcript = of("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hi?</v>\n<v Sam>Hello.\n")

    assert [("Anna", "Hi?"), ("Sam", "Hello.")] == said(transcript)


def test_names_before_a_colon() -> None:
    """Zoom writes the name into the caption; another colon belongs to the words; nobody's words stay so."""
    transcript = of(
        "WEBVTT\n\n1\n00:00:04.859 --> 00:00:07.410\nAnna Smith: From https://example.org/a: this.\n\n"
        "2\n00:00:09.540 --> 00:00:12.990\nAnna Smith: Next: that.\n\n3\n00:00:13.000 --> 00:00:14.000\nYes. Okay.\n\n"
        "4\n00:00:15.000 --> 00:00:16.000\nSam: Good.\n"
    )

    assert [
        ("Anna Smith", "From https://example.org/a: this. Next: that."),
        (None, "Yes. Okay."),
        ("Sam", "Good."),
    ] == said(transcript)


def test_names_on_the_line_above_the_words() -> None:
    """Teams writes names into documents as the first line of each caption."""
    transcript = of("0:0:3.540 --> 0:0:7.23\nAnna Smith\nSo: how?\n0:0:8.540 --> 0:0:9.23\nSam\nFine.\nReally.\n")

    assert [("Anna Smith", "So: how?"), ("Sam", "Fine. Really.")] == said(transcript)


def test_captions_of_one_utterance_are_joined_by_their_ids() -> None:
    """Captions whose ids differ in the last number alone are one utterance; other ids begin another."""
    text = (
        f"WEBVTT\n\n{GUID}/7-0\n00:00:03.138 --> 00:00:03.618\nAnd more.\n\n"
        f"{GUID}/19-0\n00:00:04.388 --> 00:00:07.128\n"
        f"I think that\nstarts it. Yes, it\n\n{GUID}/19-1\n00:00:07.128 --> 00:00:07.368\ndoes.\n\n{GUID}/20-0\n"
        "00:00:08.000 --> 00:00:09.000\n\n"
    )

    transcript = of(text)

    assert [(None, "And more."), (None, "I think that starts it. Yes, it does.")] == said(transcript)
    assert (4.388, 7.368) == (transcript.turns[1].begins, transcript.turns[1].ends)
    assert "1 of 3 utterances hold no words" in transcript.problems


def test_negative_and_unpadded_times() -> None:
    """Teams' unpadded fractions count milliseconds; times before the start become 0, and that is told."""
    transcript = of(
        "WEBVTT\n\n0:0:-6.-820 --> 0:0:3.540\n<v Anna>Good morning.</v>\n\n"
        "0:0:3.540 --> 0:1:7.23\n<v Sam>Morning.</v>\n"
    )

    assert [(0.0, 3.54), (3.54, 67.023)] == [(turn.begins, turn.ends) for turn in transcript.turns]
    assert ("line 3: a time before the start, taken as 0",) == transcript.problems


def test_comments_styles_and_regions_are_dropped() -> None:
    """Whatever the format keeps for itself is left out and listed."""
    transcript = of(
        "WEBVTT - a talk\nKind: captions\n\nNOTE\nby somebody\n\nSTYLE\n::cue { color: red; }\n\nREGION\nid:fred\n\n"
        "first\n00:16.500 --> 00:18.500 region:fred\nWhen the moon <00:17.500>hits your <c.red>eye</c>\n\nNOTE done\n"
    )

    assert [(None, "When the moon hits your eye")] == said(transcript)
    assert (
        "WEBVTT - a talk",
        "Kind: captions",
        "NOTE by somebody",
        "STYLE ::cue { color: red; }",
        "REGION id:fred",
        "NOTE done",
    ) == transcript.dropped


def test_rolling_captions_are_said_once() -> None:
    """Lines that YouTube shows again are said once; a word that somebody says twice stays."""
    rolling = of(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nyeah\n\n00:02.000 --> 00:03.000\nyeah\n<00:02.100><c>what</c>\n\n"
        "00:03.000 --> 00:04.000\nwhat\nthis<00:03.200><c> is</c>\n"
    )
    plain = of(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nYeah.\n\n00:02.000 --> 00:03.000\nYeah.\n\n00:03.000 --> 00:04.000\nOk.\n"
    )

    assert "yeah what this is" == " ".join(rolling.text.split())
    assert "2 lines that rolling captions show again" in rolling.dropped
    assert "Yeah. Yeah. Ok." == " ".join(plain.text.split())


def test_sentences_that_run_over_captions_are_joined() -> None:
    """Without speakers or ids, a caption in lower case goes on with the sentence before it."""
    transcript = of(
        "1\n00:00:01,000 --> 00:00:02,000\nWhen we met\n\n2\n00:00:02,000 --> 00:00:03,000\nit was cold.\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\nThen it got\nwarmer.\n",
        "a.srt",
    )

    assert [(None, "When we met it was cold."), (None, "Then it got warmer.")] == said(transcript)
    assert "3 captions were joined into 2 where a sentence runs on" in transcript.problems


def test_long_speech_is_cut_into_several_turns() -> None:
    """One speaker's captions make a new turn after eight of them with enough words."""
    cues = [f"00:{number:02}:00.000 --> 00:{number:02}:50.000\n<v Sam>{'word ' * 20}</v>\n" for number in range(20)]

    transcript = of("WEBVTT\n\n" + "\n".join(cues))

    assert [160, 160, 80] == [len(words.split()) for _, words in said(transcript)]


def test_srt() -> None:
    """SRT by its comma; numbers, tags and positions are no words; a speaker who continues without name is unknown."""
    transcript = of(
        "1\n00:00:01,000 --> 00:00:02,000\nAnna: <i>Hi</i> {\\an8}there\nSam: 2 &lt; 3\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\nand more\n\n3\n00:00:03,000 --> 00:00:04,000\nAnna: Ok\n",
        "whatever.vtt",
    )

    assert "srt" == transcript.format
    assert [("Anna", "Hi there"), ("Sam", "2 < 3"), (None, "and more"), ("Anna", "Ok")] == said(transcript)


def test_sbv() -> None:
    """SBV by its two times and a comma; several lines are one caption."""
    transcript = of("0:00:00.378,0:00:11.378\nOne\n(line 2)\n\n0:00:11.378,0:00:12.305\nTwo\n", "a.sbv")

    assert ("sbv", 2) == (transcript.format, len(transcript.turns))
    assert "One (line 2)\nTwo" == transcript.text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("00:00:00.500 --> 00:00:07.000\nOne\n\n00:00:07.000 --> 00:00:11.890\nTwo\n", "WEBVTT, is missing"),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:07.000 --> 00:1d.890\nTwo\n",
            "line 6: a time that cannot be read",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nTwo\n", "line 6: words without a time, kept"),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\n00:01.000 --> 00:02.000\nOne\n\n00:03.000 --> 00:04.000\nTwo",
            "line 4: a second time",
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:03.000 --> 00:04.000\nOne\n\n00:05.000 --> 00:06.000\nTwo",
            "line 3: a caption without words",
        ),
        (
            "WEBVTT\n\n00:03.000 --> 00:02.000\nOne\n\n00:05.000 --> 00:06.000\nTwo",
            "line 3: a caption that ends before",
        ),
        ("1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\nTwo\n", "line 6: words without a time, kept"),
    ],
)
def test_broken_captions_keep_their_words_and_name_the_problem(text: str, problem: str) -> None:
    """What can be read of a broken file is read, every word of it, and the place of the damage is named."""
    transcript = of(text)

    assert "One\nTwo" == transcript.text
    assert any(problem in each for each in transcript.problems)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.vtt", "WEBVTT", "holds no captions"),
        ("a.vtt", "WEBVTT\n\nNOTE only this\n", "holds no captions"),
        ("a.srt", "some text\n00:00:00,500 --> 00:00:07,000", "no words under them"),
        ("a.srt", "1\nsome text", "nothing in it is laid out like that"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n", "no words"),
    ],
)
def test_captions_without_words_are_refused(name: str, text: str, reason: str) -> None:
    """Nothing said, no transcript."""
    with pytest.raises(TranscriptError, match=reason):
        of(text, name)


@pytest.mark.parametrize("clock", ["9" * 400 + ":00:01.000", "00:00:" + "9" * 5000 + ".000", "00:00:01." + "9" * 5000])
def test_a_time_of_hundreds_of_digits_is_no_time(clock):
    """A number that no clock shows neither stops the reading nor becomes an endless time."""
    transcript = read(
        f"WEBVTT\n\n{clock} --> 00:00:02.000\nHi\n\n00:01.000 --> 00:02.000\nHo there\n".encode(), "talk.vtt"
    )

    assert all(turn.begins is None or turn.begins < 10 for turn in transcript.turns)
