"""What holds of every format: no word lost, spans that fit, encodings, bounded time, and the real files."""

from __future__ import annotations

import csv
import io
import textwrap
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import FORMATS, read

SHARED = Path(__file__).resolve().parents[2] / "shared" / "evaldata" / "transcripts"
Talk = list[tuple[str, str]]

SPOKEN = [
    "so",
    "we",
    "met:",
    "there,",
    "naïve",
    "“quoted”",
    "5",
    "I",
    "don't",
    "know",
    "well...",
    "—",
    "你好",
    "🙂",
    "a;b",
    "half-",
    "e.g.",
    "http://a.org/b",
    "10:30",
    "R&D",
    "why?",
    "Sam",
    "(laughs)",
]
WORDS = st.lists(st.sampled_from(SPOKEN), min_size=1, max_size=30).map(lambda words: " ".join(["Right", *words]))


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """Turns of two or three people in which nobody follows on themselves."""
    people = draw(st.sampled_from([("I", "P"), ("Interviewer", "Sam"), ("Researcher 1", "P01", "Anna-Lena de Vries")]))
    rounds = draw(st.integers(2, 5))
    return [(person, draw(WORDS)) for _ in range(rounds) for person in people]


def plain(talk: Talk) -> bytes:
    """One line a turn."""
    return "\n".join(f"{who}: {words}" for who, words in talk).encode()


def spaced(talk: Talk) -> bytes:
    """Blank lines between, tabs after the colon, a BOM and CRLF."""
    return "\r\n\r\n".join(f"{who}:\t{words}" for who, words in talk).encode("utf-8-sig")


def hanging(talk: Talk) -> bytes:
    """Wrapped at 72 columns under a hanging indent, in UTF-16."""
    return "\n".join(
        textwrap.fill(f"{who}: {words}", 72, subsequent_indent=" " * 8, break_on_hyphens=False, break_long_words=False)
        for who, words in talk
    ).encode("utf-16")


def stamped(talk: Talk) -> bytes:
    """A time before each turn."""
    return "\n".join(f"[00:{at:02}:00] {who}: {words}" for at, (who, words) in enumerate(talk)).encode()


def word(talk: Talk) -> bytes:
    """A Word file with bold names."""
    document = docx.Document()
    for who, words in talk:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{who}:").bold = True
        paragraph.add_run(f" {words}")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def vtt(talk: Talk) -> bytes:
    """Captions with voice tags."""
    cues = [
        f"00:{at:02}:00.000 --> 00:{at:02}:59.000\n<v {who}>{escaped(words)}</v>"
        for at, (who, words) in enumerate(talk)
    ]
    return "\n\n".join(["WEBVTT", *cues]).encode()


def escaped(words: str) -> str:
    """Escape what captions escape."""
    return words.replace("&", "&amp;")


def srt(talk: Talk) -> bytes:
    """Captions with names before a colon."""
    cues = [
        f"{at + 1}\n00:{at:02}:00,000 --> 00:{at:02}:59,000\n{who}: {escaped(words)}"
        for at, (who, words) in enumerate(talk)
    ]
    return "\n\n".join(cues).encode()


def table(talk: Talk) -> bytes:
    """A table with semicolons."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([("speaker", "text"), *talk])
    return out.getvalue().encode()


def workbook(talk: Talk) -> bytes:
    """A workbook of two columns."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [("speaker", "text"), *talk]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def odt(talk: Talk) -> bytes:
    """An OpenDocument text with names before a colon."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    lines = "".join(f"<t:p>{who}: {escaped(words)}</t:p>" for who, words in talk)
    body = f"<o:body><o:text>{lines}</o:text></o:body>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("content.xml", f'<o:a xmlns:o="{urn}:office:1.0" xmlns:t="{urn}:text:1.0">{body}</o:a>')
    return buffer.getvalue()


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def hold(transcript: Transcript) -> bool:
    """Say whether the turns are the text: in order, parted by one line end, free of white space at their ends."""
    pieces = [transcript.text[turn.start : turn.end] for turn in transcript.turns]
    tidy = all(piece and piece == " ".join(piece.split()) for piece in pieces)
    return (
        tidy
        and "\n".join(pieces) == transcript.text
        and sum(s.words for s in transcript.speakers) == len(transcript.text.split())
    )


def outcome_of(data: bytes, name: str) -> Transcript | TranscriptError:
    """Read, or say why not."""
    try:
        return read(data, name)
    except TranscriptError as refused:
        return refused


@pytest.mark.parametrize("write", [plain, spaced, hanging, stamped, vtt, srt, table])
@settings(max_examples=40)
@given(talk=talks())
def test_no_word_is_lost_or_doubled(write: Callable[[Talk], bytes], talk: Talk) -> None:
    """Turns written in any text format come back as they were, word for word and by whom."""
    # Where each indented line reads like "I met:", they may as well be the next speakers': nobody could tell.
    indented = [line for line in hanging(talk).decode("utf-16").splitlines() if line.startswith(" ")]
    assume(write is not hanging or not indented or any(":" not in line for line in indented))
    transcript = read(write(talk), "talk.txt")

    assert talk == said(transcript)
    assert hold(transcript)


@pytest.mark.parametrize("write", [word, workbook, odt])
@settings(max_examples=8)
@given(talk=talks())
def test_no_word_is_lost_or_doubled_in_office_files(write: Callable[[Talk], bytes], talk: Talk) -> None:
    """The same holds for DOCX, XLSX and ODT."""
    transcript = read(write(talk), "talk.docx")

    assert talk == said(transcript)
    assert hold(transcript)


@settings(max_examples=300)
@given(
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b"speaker,text\n", b"I: a\nP: b\n"]
    ),
    rest=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(str.encode),
        st.text(":[]<>-,\t\n 01aI\"'.", max_size=200).map(str.encode),
    ),
    name=st.sampled_from(["a.txt", "a.docx", "a.csv", "a.vtt", "a"]),
)
@example(start=b"", rest=b"\xff\xfe\x00", name="a.txt")
@example(start=b"WEBVTT\n\n", rest=b"00:01.000 --> 00:02.000\n&#xD800;&#0;hi", name="a.vtt")
def test_any_bytes_give_a_transcript_that_holds_or_a_reason(start: bytes, rest: bytes, name: str) -> None:
    """Whatever the bytes, the outcome is a sound transcript or a TranscriptError with place and remedy."""
    outcome = outcome_of(start + rest, name)

    if isinstance(outcome, TranscriptError):
        assert outcome.where.startswith(name)
        assert outcome.remedy
    else:
        assert hold(outcome)
        assert outcome.text.encode("utf-8")


@settings(max_examples=60)
@given(at=st.integers(0, 40_000), byte=st.integers(0, 255))
def test_damaged_packages_are_refused_or_read(at: int, byte: int) -> None:
    """A Word file with one byte changed is read or refused, and nothing else."""
    data = bytearray(PACKAGE)
    data[at % len(data)] = byte

    outcome = outcome_of(bytes(data), "a.docx")

    assert outcome.remedy if isinstance(outcome, TranscriptError) else hold(outcome)


PACKAGE = word([("I", "How was it?"), ("P", "Good."), ("I", "Ok?")])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252"]
)
def test_encodings_are_detected(encoding: str) -> None:
    """With and without byte order mark, and with every kind of line end, the text is the same and the encoding told."""
    text = "I: Wie wär’s, £5?\r\nP: Schön, très bien – oui.\rI: Ok?\n"

    transcript = read(text.encode(encoding), "talk.txt")

    assert "Wie wär’s, £5?\nSchön, très bien – oui.\nOk?" == transcript.text
    assert transcript.encoding.startswith(encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be"))


def test_line_separators_end_lines() -> None:
    """U+2028 and its like part lines as LF does."""
    assert "Hi?\nHo\nOk" == read("I: Hi?\u2028P: Ho\u2029I: Ok".encode(), "a.txt").text


def test_latin_1_and_gb18030_are_detected() -> None:
    """Bytes that Windows leaves undefined tell Latin-1; Chinese bytes tell GB18030."""
    western = read("I: très bien?\nP: caf\xe9 na\xefve \x81 oui\n".encode("latin-1"), "a.txt")
    chinese = read(
        "访谈者：你好吗？\n参与者：很好，谢谢。\n访谈者：为什么？\n参与者：因为我喜欢。\n".encode("gb18030"), "a.txt"
    )

    assert ("latin-1", "gb18030") == (western.encoding, chinese.encoding)
    assert "很好，谢谢。" == said(chinese)[1][1]


def test_the_encoding_can_be_overruled() -> None:
    """An encoding that is asked for is used; one that does not fit or exist is refused."""
    data = "I: Привет?\nP: Да\n".encode("koi8-r")

    assert "Привет?\nДа" == read(data, "a.txt", "koi8-r").text
    with pytest.raises(TranscriptError, match="not written in utf-8"):
        read(data, "a.txt", "utf-8")
    with pytest.raises(TranscriptError, match="not the name of an encoding"):
        read(data, "a.txt", "utf-99")


def test_a_few_bad_bytes_in_utf_8_are_told() -> None:
    """A file that is UTF-8 but for a byte is read as such, and the line is named."""
    transcript = read("I: naïve café, déjà vu?\nP: oui ".encode() + b"\xe9t\n", "a.txt")

    assert "utf-8" == transcript.encoding
    assert ("line 2: 1 of the bytes are not UTF-8 and show as �",) == transcript.problems


@pytest.mark.parametrize(
    "character", [":", "[", "<", "-", "0:0", "I: ", '"', ",", "\t", " a", "<v ", "{", "a  ", "&#1", "\xe9"]
)
def test_five_million_characters_on_one_line_take_seconds(character: str) -> None:
    """No line is too long to be refused in time."""
    data = ("x " + character * (5_000_000 // len(character))).encode("latin-1")
    begun = time.process_time()

    with pytest.raises(TranscriptError):
        read(data, "a.txt")

    assert time.process_time() - begun < 20


def test_formats_are_listed_once() -> None:
    """The registry asks plain text last."""
    names = [reader.format for reader in FORMATS]

    assert "text" == names[-1]
    assert len(names) == len(set(names))


def real(path: str) -> Transcript:
    """Read one of the real files."""
    return read((SHARED / path).read_bytes(), Path(path).name)


def reference(path: str) -> list[tuple[str | None, list[str]]]:
    """Read the speakers and words that lie beside a real file."""
    rows = (SHARED / path).read_text(encoding="utf-8-sig").splitlines()[1:]
    cells = [row.split("\t") for row in rows]
    return [(speaker or None, words.replace("---", " ").split()) for _, speaker, words in cells]


def test_the_real_interview() -> None:
    """As DOCX and as text: 84 turns, two speakers, the same words; the heading dropped, the researcher asking."""
    document, text = real("docx-interview/Sam.docx"), real("docx-interview/Sam.txt")

    assert 84 == len(document.turns)
    assert said(document) == said(text)
    assert [("Researcher 1", True), ("Sam", False)] == [(each.label, each.asks) for each in document.speakers]
    assert ("04-Apr-2023 - 11:03 - 38m00s - Pseudonym",) == document.dropped == text.dropped


@pytest.mark.parametrize("export", ["teams", "zoom"])
def test_exports_meet_their_references(export: str) -> None:
    """Speakers and words of each turn are those of the output that lies beside the file, read either way."""
    expected = reference(f"teams-zoom-onedrive/{export}_transcript_correct.txt")

    found = real(f"teams-zoom-onedrive/{export}_transcript.vtt")
    rows = real(f"teams-zoom-onedrive/{export}_transcript_correct.txt")

    spaced = [(speaker, words.split()) for speaker, words in said(found)]
    assert [speaker for speaker, _ in expected] == [speaker for speaker, _ in spaced]
    assert ["".join(words).rstrip(".") for _, words in expected] == ["".join(words).rstrip(".") for _, words in spaced]
    assert len(expected) == len(rows.turns)


def test_utterances_of_onedrive_and_new_teams() -> None:
    """Of 117 utterances by their ids one is empty; new Teams has 3; nobody is named."""
    onedrive = real("teams-zoom-onedrive/Test OneDrive Transcription 2022-11.vtt")
    teams = real("teams-zoom-onedrive/New Teams Format.vtt")

    assert (116, 3) == (len(onedrive.turns), len(teams.turns))
    assert "1 of 117 utterances hold no words" in onedrive.problems
    assert {None} == {turn.speaker for turn in (*onedrive.turns, *teams.turns)}


REFUSED = {
    "LICENSE": "licence",
    "empty.vtt": "empty",
    "no_captions.vtt": "no captions",
    "invalid_format.sbv": "named .sbv",
    "invalid_format1.srt": "named .srt",
    "invalid_format2.srt": "named .srt",
    "invalid_format3.srt": "named .srt",
    "invalid_format4.srt": "no words under them",
}


def test_every_real_file_is_read_or_refused_by_its_true_reason() -> None:
    """All files that lie there: sound transcripts without a trace of headers, times and tags, or the reason why not."""
    for path in sorted(each for each in SHARED.rglob("*") if each.is_file()):
        if path.name in REFUSED:
            with pytest.raises(TranscriptError, match=REFUSED[path.name]):
                read(path.read_bytes(), path.name)
            continue
        transcript = read(path.read_bytes(), path.name)
        assert hold(transcript), path.name
        assert not any(mark in transcript.text for mark in ("-->", "WEBVTT", "</", "STYLE", "::cue")), path.name


def test_broken_captions_name_their_problem() -> None:
    """Each damaged file among them says what is wrong besides naming no speakers."""
    for path in sorted((SHARED / "vtt-srt-sbv-webvtt-py").iterdir()):
        if path.name.startswith(("invalid", "missing")) and path.name not in REFUSED:
            assert len(read(path.read_bytes(), path.name).problems) > 1, path.name
