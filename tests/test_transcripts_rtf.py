"""RTF as word processors, transcription services and plain editors write it, and as nobody should."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import read, rtf

WORDPAD = r"{\rtf1\ansi\ansicpg1251\deff0\nouicompat{\fonttbl{\f0\fnil\fcharset204 Calibri;}}\viewkind4\uc1 \pard\f0 "
ANSWER = r"I: How was the week?\par P: Long, but I slept.\par "


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def read_rtf(body: str, head: str = r"{\rtf1\ansi\ansicpg1252\deff0 ") -> Transcript:
    """Read a body of RTF behind a usual beginning."""
    return read(f"{head}{body}}}".encode("latin-1"), "talk.rtf")


def test_paragraphs_of_a_mac_are_turns():
    """TextEdit ends paragraphs with a backslash at the end of the line and writes letters in code page 1252."""
    data = rb"""{\rtf1\ansi\ansicpg1252\cocoartf2761
\cocoatextscaling0\cocoaplatform0{\fonttbl\f0\fswiss\fcharset0 Helvetica;}
{\colortbl;\red255\green255\blue255;}
{\*\expandedcolortbl;;}
\pard\tx566\tx1133\pardirnatural\partightenfactor0

\f0\fs24 \cf0 I: Wo war das Caf\'e9?\
P: Am Fluss \'96 dort, wo\'92s still ist.}"""

    transcript = read(data, "talk.rtf")

    assert [("I", "Wo war das Café?"), ("P", "Am Fluss – dort, wo’s still ist.")] == said(transcript)
    assert ("rtf", "cp1252") == (transcript.format, transcript.encoding)


def test_letters_come_in_the_code_page_of_their_font():
    """A font with a character set of its own overrules the code page of the file, and Unicode numbers overrule both."""
    fonts = r"{\fonttbl{\f0\fnil Arial;}{\f1\fnil\fcharset204 Arial Cyr;}{\f2\fnil\fcharset134 SimSun;}}"
    body = rf"{fonts}I: caf\'e9 {{\f1\'e4\'e0}} {{\f2\'c4\'e3}}\par P: \u8364? \u-10179?\u-8704? \uc2\u20320\'c4\'e3!"

    assert [("I", "café да 你"), ("P", "€ 😀 你!")] == said(read_rtf(body))


def test_a_russian_file_of_wordpad():
    """Cyrillic letters as bytes of code page 1251."""
    assert [("I", "да"), ("P", "нет")] == said(read_rtf(r"I: \'e4\'e0\par P: \'ed\'e5\'f2\par", WORDPAD))


def test_letters_that_are_not_escaped_are_utf_8():
    """Web services write letters as they are; then they are UTF-8, whatever the header says."""
    assert [("I", "wieso café?"), ("P", "naïv")] == said(
        read("{\\rtf1\\ansi I: wieso café?\\par P: naïv\\par}".encode(), "talk.rtf")
    )


def test_bold_names_are_speakers():
    """A bold name before plain words names a speaker, as in Word."""
    body = r"{\b Ann Lee }How was it?\par{\b Bo Kim }Slow.\par\b Ann Lee\b0  And then?\par{\b Bo Kim} I went home.\par"

    assert ["Ann Lee", "Bo Kim", "Ann Lee", "Bo Kim"] == [who for who, _ in said(read_rtf(body))]


def test_what_was_deleted_hidden_or_remarked_was_not_said():
    """Deletions, hidden text, comments, notes and page headers are left out and listed; insertions are in."""
    body = (
        r"{\header Study 7\par}{\footer\chpgn}I: {\deleted\revauthdel1 Why }{\revised\revauth1 How} so?\par "
        r"P: Well{\v secret}{\*\atnid AB}\chatn{\*\annotation Check this.} yes{\footnote\chftn A note.}.\par"
    )

    transcript = read_rtf(body)

    assert [("I", "How so?"), ("P", "Well yes.")] == said(transcript)
    assert {
        "page header or footer: Study 7",
        "1 tracked deletion",
        "1 hidden passage",
        "1 comment",
        "1 footnote",
    } == set(transcript.dropped)


def test_links_pictures_and_list_numbers_are_no_words():
    """Of a link its words are read; pictures, their bytes, fonts and the numbers of a list are not."""
    body = (
        r'I: see {\field{\*\fldinst{HYPERLINK "https://example.org/a"}}{\fldrslt our page}}{\pict\pngblip 89504e47}'
        r"{\*\shppict{\pict\bin4 {}\x}} please\par {\listtext\f0 1.\tab}P: yes\par"
    )

    assert [("I", "see our page please"), ("P", "yes")] == said(read_rtf(body))


def test_text_boxes_are_named():
    """Words in a text box are not read, and that is said."""
    transcript = read_rtf(ANSWER + r"{\shp{\*\shpinst{\shptxt \pard Aside.\par}}{\shprslt Aside.}}")

    assert 2 == len(transcript.turns)
    assert "its text boxes are not read: move their words into the text" in transcript.problems


def test_a_table_with_a_row_for_each_turn():
    """Cells are columns, rows are turns, and a line break inside a cell ends nothing."""
    rows = [("Speaker", "Text"), ("Ann", r"How\par was it?"), ("Bo", "Slow."), ("Ann", "And then?")]
    body = "".join(rf"\trowd\cellx900\cellx9000\pard\intbl {who}\cell {what}\cell\row " for who, what in rows)

    assert [("Ann", "How was it?"), ("Bo", "Slow."), ("Ann", "And then?")] == said(read_rtf(body + r"\pard\par"))


def test_a_file_that_was_cut_short_says_so():
    """What came before the cut is read, and the missing end is named."""
    transcript = read((r"{\rtf1\ansi {" + ANSWER).encode(), "talk.rtf")

    assert [("I", "How was the week?"), ("P", "Long, but I slept.")] == said(transcript)
    assert "its end is missing: was it cut short?" in transcript.problems


def test_what_follows_the_last_brace_is_no_text():
    """Bytes after the end of the document are not read."""
    assert 2 == len(read(rb"{\rtf1 " + ANSWER.encode() + b"}\0\0P: more\n", "talk.rtf").turns)


def test_deep_nesting_is_walked_without_recursion():
    """A hundred thousand groups inside each other are read like any others."""
    assert 2 == len(read_rtf("{" * 100_000 + ANSWER + "}" * 100_000).turns)


def test_too_many_marks_are_refused(monkeypatch):
    """The number of marks is bounded, and so is the time."""
    monkeypatch.setattr(rtf, "MOST_MARKS", 1000)

    with pytest.raises(TranscriptError, match="more than 1,000 formatting marks"):
        read_rtf(ANSWER + "{}" * 600)


@pytest.mark.parametrize("body", ["", r"{\fonttbl{\f0 Arial;}}", r"{\v Everything is hidden.}", r"{\*\unknown words}"])
def test_a_file_without_words_is_refused(body):
    """Nothing that was said is no transcript."""
    with pytest.raises(TranscriptError, match="It holds no words"):
        read_rtf(body)


def written(lines: Iterable[str]) -> bytes:
    """Write lines as RTF: letters outside of ASCII as halves of UTF-16 with a question mark to stand in."""
    units = ("\n".join(lines)).encode("utf-16-le")
    body = []
    for low, high in zip(units[::2], units[1::2], strict=True):
        number = low | high << 8
        if number > 0x7F:
            body.append(f"\\u{number - 0x10000 if number > 0x7FFF else number}?")
        else:
            body.append(f"\\{chr(number)}" if chr(number) in "\\{}" else "\\par " if number == 10 else chr(number))
    return rf"{{\rtf1\ansi\uc1 {''.join(body)}}}".encode("ascii")


WORDS = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters=":"), min_size=1, max_size=12)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=8))
def test_no_word_is_lost_or_doubled(lines):
    """Whatever the letters, the turns of the RTF are those of the same lines as text."""
    turns = [f"{'I' if place % 2 else 'P'}: so {line}" for place, line in enumerate(["first", *lines])]

    assert said(read("\n".join(turns).encode(), "talk.txt")) == said(read(written(turns), "talk.rtf"))
