"""PDF with a text layer, laid out as transcripts are, and files that look like it."""

from __future__ import annotations

import zlib

import pytest
from pdf_example import column, pdf, put_together, stream_of

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import pdf as reader
from tagger.transcripts import pdf_pages, read

TALK = [
    "Interviewer: How did the group begin, as far as you can remember it",
    "from where you were sitting then?",
    "Sam: We met in the library, four of us, and somebody had brought",
    "biscuits. That was all the plan we had.",
    "Interviewer: And then?",
    "Sam: Then we went on meeting.",
]
TURNS = [
    ("Interviewer", f"{TALK[0].removeprefix('Interviewer: ')} {TALK[1]}"),
    ("Sam", f"{TALK[2].removeprefix('Sam: ')} {TALK[3]}"),
    ("Interviewer", "And then?"),
    ("Sam", "Then we went on meeting."),
]


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def test_lines_on_a_page_are_turns():
    """A turn goes on over the end of a line."""
    transcript = read(pdf([column(TALK)]), "talk.pdf")

    assert TURNS == said(transcript)
    assert ("pdf", ()) == (transcript.format, transcript.dropped)


def test_headers_and_page_numbers_are_left_out_and_listed():
    """What stands at the same place of each page is no talk, with whatever number in it; a turn goes on behind it."""
    pages = [
        [(72, 770, "Study 7, interview with Sam"), *column(lines), (300, 30, f"Page {number} of 2")]
        for number, lines in enumerate((TALK[:3], TALK[3:]), 1)
    ]

    transcript = read(pdf(pages), "talk.pdf")

    assert TURNS == said(transcript)
    assert (
        "page header or footer: Study 7, interview with Sam",
        "page header or footer: Page 1 of 2",
    ) == transcript.dropped


def test_numbers_of_lines_in_the_margin_are_left_out():
    """Court and archive transcripts count the lines of each page; the numbers are not words."""
    numbers = column([str(number) for number in range(1, 13)], left=60)
    pages = [[*column([*TALK, *TALK], left=100), *numbers], [*column(TALK[2:], left=100), *numbers]]

    transcript = read(pdf(pages), "talk.pdf")

    assert TURNS * 2 + TURNS[1:] == said(transcript)
    assert ("line numbers in the margin of 2 pages",) == transcript.dropped


def test_two_columns_are_read_one_after_the_other():
    """The right column goes on where the left one ends, not line by line across the page."""
    left = [f"We walked along the canal on morning {n}," for n in range(12)]
    right = [f"and we talked about the river, part {n}." for n in range(12)]
    page = [*column(left, left=50), *column(right, left=320)]

    transcript = read(pdf([page]), "notes.pdf")

    assert " ".join([*left, *right]).split() == transcript.text.split()


def test_a_narrow_column_of_names_names_speakers():
    """Names beside the text, as in a table, are speakers."""
    rows = [("Ann", "How was it there?"), ("Bo", "Slow, mostly."), ("Ann", "And then?"), ("Bo", "I went home.")]
    page = [*column([name for name, _ in rows]), *column([text for _, text in rows], left=180)]

    assert rows == said(read(pdf([page]), "talk.pdf"))


def test_bold_names_are_speakers():
    """A bold name before plain words names a speaker, as in Word."""
    rows = [("Ann Lee", "How was it there?"), ("Bo Kim", "Slow."), ("Ann Lee", "And then?"), ("Bo Kim", "I left.")]
    page = [
        *column([f"*{name}" for name, _ in rows]),
        *[(118, bottom, text) for _, bottom, text in column([text for _, text in rows])],
    ]

    assert rows == said(read(pdf([page]), "talk.pdf"))


def test_words_broken_at_the_end_of_a_line_are_rejoined_where_the_text_tells():
    """A word that stands elsewhere whole loses the hyphen, one that stands elsewhere with it keeps it."""
    lines = [
        "I: What does the work of a peer-led group ask of some-",
        "body who had never done it, and of somebody who had?",
        "P: It asks for time. A peer-",
        "led group is slow, and I said so to the well-",
        "meaning people.",
    ]

    assert [
        "What does the work of a peer-led group ask of somebody who had never done it, and of somebody who had?",
        "It asks for time. A peer-led group is slow, and I said so to the well- meaning people.",
    ] == [text for _, text in said(read(pdf([column(lines)]), "talk.pdf"))]


def test_paragraphs_without_speakers_are_told_by_the_gap_between_them():
    """Notes become a turn for each paragraph, not for each line."""
    lines = ["The room was cold when we came in, and", "nobody had found the switch yet.", "", "Later it was better."]

    assert [
        (None, "The room was cold when we came in, and nobody had found the switch yet."),
        (None, "Later it was better."),
    ] == said(read(pdf([column(lines)]), "notes.pdf"))


def test_a_scan_is_called_a_scan():
    """Pages that are pictures have no words to read, and the remedy is to recognise the text."""
    with pytest.raises(TranscriptError, match="It is a scanned PDF: its pages are pictures") as refused:
        read(pdf([[], []], picture=True), "scan.pdf")

    assert "OCR" in refused.value.remedy


def test_pages_that_are_pictures_are_named():
    """One scanned page among others is named, and the others are read."""
    whole = pdf([column(TALK), [(72, 20, "Scan")]], picture=True)

    assert "pages that are pictures are not read: 2" in read(whole, "talk.pdf").problems


def test_a_locked_file_is_called_locked():
    """A PDF that asks for a password is refused with that reason."""
    lock = b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"5a" * 32, b"a5" * 32)
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Count 0 /Kids [] >>"}

    with pytest.raises(TranscriptError, match="locked with a password"):
        read(put_together(objects, lock), "talk.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog", pdf([])])
def test_a_file_without_pages_is_called_damaged(data):
    """A PDF that was cut off before its pages is refused with that reason."""
    with pytest.raises(TranscriptError, match="damaged or incomplete PDF"):
        read(data, "talk.pdf")


def test_a_file_whose_end_is_missing_says_so():
    """What is there is read, and the missing end is named."""
    whole = pdf([column(TALK)])

    transcript = read(whole.removesuffix(b"%%EOF\n"), "talk.pdf")

    assert TURNS == said(transcript)
    assert "its end is missing: was it cut short?" in transcript.problems


def test_a_bomb_is_refused(monkeypatch):
    """A stream that unpacks to 4 GB ends the program that reads it, not this one."""
    monkeypatch.setattr(reader, "MOST_SECONDS", 2)
    packer = zlib.compressobj(9)
    packed = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    more = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>"
    bomb = put_together(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: page,
            4: stream_of(packed + 400 * more, b"/Filter /FlateDecode"),
        }
    )

    with pytest.raises(TranscriptError, match=r"too much time or memory|damaged"):
        read(bomb, "bomb.pdf")


def test_too_many_pages_are_refused(monkeypatch):
    """The number of pages is bounded."""
    monkeypatch.setattr(pdf_pages, "MOST_PAGES", 2)

    with pytest.raises(ValueError, match=pdf_pages.TOO_MANY):
        pdf_pages.pages(pdf([column(TALK)] * 3))


def test_letters_printed_twice_are_read_once():
    """Programs print a letter over itself to make it bold."""
    assert TURNS == said(read(pdf([column(TALK) * 2]), "talk.pdf"))
