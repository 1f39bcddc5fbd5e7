"""CSV and its kin: delimiters, columns by many names, title rows, quotes."""

from __future__ import annotations

import pytest

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import read


def of(text: str, name: str = "talk.csv") -> Transcript:
    """Read text under a name."""
    return read(text.encode(), name)


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("who", "what"),
    [("Speaker", "Text"), ("who", "What was said"), ("Sprecher", "Inhalt"), ("PARTICIPANT_ID", "Utterance")],
)
def test_columns_by_many_names_and_delimiters(delimiter: str, who: str, what: str) -> None:
    """Columns are found by their names, however they are parted, and said."""
    rows = [(who, what), ("Int", '"So, how; was | it?"'), ("P1", "Good"), ("P1", "Really")]
    transcript = of("\n".join(delimiter.join(row) for row in rows), "talk.txt")

    assert [("Int", "So, how; was | it?"), ("P1", "Good"), ("P1", "Really")] == said(transcript)
    assert f"columns were taken by name: '{what}' for what was said, '{who}' for the speaker" in transcript.problems


def test_title_rows_and_unused_columns_are_listed() -> None:
    """Rows above the header and columns without a use are left out and listed; nobody's words stay nobody's."""
    transcript = of(
        "Study A,,,\nInterview 3,,,\nWho,Start time,Said,Mood\nInt,00:01,How?,\nP1,00:05,Good,glad\n,00:09,Hm,\n"
    )

    assert [("Int", "How?"), ("P1", "Good"), (None, "Hm")] == said(transcript)
    assert [1.0, 5.0, 9.0] == [turn.begins for turn in transcript.turns]
    assert ("Study A", "Interview 3", "column 'Mood'") == transcript.dropped


def test_no_header() -> None:
    """Without names the columns are told by what stands in them."""
    transcript = of("I,So how are you doing?\nP,I am fine thanks to you\nI,Good to hear that now\nP,Yes it is\n")

    assert [("I", "So how are you doing?"), ("P", "I am fine thanks to you")] == said(transcript)[:2]
    assert "columns were taken by content: no. 2 for what was said, no. 1 for the speaker" in transcript.problems


def test_unquoted_delimiters_in_the_last_column_cut_no_words() -> None:
    """Words that hold the delimiter without quotes are put back together."""
    assert [("I", "So, how"), ("P1", "Good; really; yes")] == said(
        of("Speaker;Text\nI;So, how\nP1;Good; really; yes\n")
    )


def test_times_of_whisper_tables() -> None:
    """Whole numbers, hundreds apart, are milliseconds."""
    transcript = of("start\tend\ttext\n0\t3000\tHello there.\n3000\t5500\tAnd so on.\n", "a.tsv")

    assert [(0.0, 3.0), (3.0, 5.5)] == [(turn.begins, turn.ends) for turn in transcript.turns]


def test_talk_with_commas_named_csv() -> None:
    """Talk in which each line has a comma is no table, whatever it is called."""
    transcript = of("I: hi, how are you?\nP: fine, thanks\nI: ok, good\nP: yes, sure\n")

    assert ("text", ("P", "fine, thanks")) == (transcript.format, said(transcript)[1])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("item,score,n\n1,0.5,3\n2,0.7,4\n", "no column holds what was said .the first row: item, score, n"),
        ("transcript,start,end,text,coder,values\nt1,0,5,I felt safe,A,Safety\n", "table of codings"),
        ('speaker,text\nI,"How, "are" you"\n"P","fine\nI,ok\n', "quotation mark"),
    ],
)
def test_tables_without_talk_are_refused(text: str, reason: str) -> None:
    """Ratings, codings and broken quotes are named, with what to do."""
    with pytest.raises(TranscriptError, match=reason) as refused:
        of(text)

    assert refused.value.where.startswith("talk.csv")
    assert refused.value.remedy
