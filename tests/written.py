"""Talk written in every format that is read, as the programs that export it would."""

from __future__ import annotations

import csv
import io
import json
import textwrap
import zipfile
from collections.abc import Callable, Sequence
from html import escape
from xml.sax.saxutils import escape as in_xml

import docx
import openpyxl
from pdf_example import column
from pdf_example import pdf as on_pages

Talk = Sequence[tuple[str, str]]
"""Who speaks, and what they say, turn by turn."""

WIDTH, LINES_A_PAGE = 80, 45
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(f'xmlns:{each}="{OFFICE}:{each}:1.0"' for each in ("office", "text", "table"))
MIMETYPE = "application/vnd.oasis.opendocument.text"


def _labelled(talk: Talk) -> list[str]:
    return [f"{who}: {words}" for who, words in talk]


def text(talk: Talk, gap: str = "\n\n") -> bytes:
    """Write `Speaker: words`, a turn a paragraph."""
    return gap.join(_labelled(talk)).encode()


def in_brackets(talk: Talk) -> bytes:
    """Write `[Speaker] words`, a turn a line."""
    return "\n".join(f"[{who}] {words}" for who, words in talk).encode()


def hanging(talk: Talk) -> bytes:
    """Write turns in lines that hang under their first one."""
    margin = max(len(who) for who, _ in talk) + 3
    turns = [
        textwrap.wrap(
            words,
            WIDTH,
            initial_indent=f"{who}:".ljust(margin),
            subsequent_indent=" " * margin,
            break_on_hyphens=False,
            break_long_words=False,
        )
        or [f"{who}:"]
        for who, words in talk
    ]
    return "\n".join(line for turn in turns for line in turn).encode()


def docx_bold(talk: Talk) -> bytes:
    """Write a Word file with the speakers in bold."""
    document = docx.Document()
    for who, words in talk:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{who} ").bold = True
        paragraph.add_run(words)
    return _saved(document)


def docx_table(talk: Talk) -> bytes:
    """Write a Word file with a table, a turn a row."""
    document = docx.Document()
    table = document.add_table(0, 2)
    for row in (("Speaker", "Text"), *talk):
        cells = table.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words
    return _saved(document)


def odt(talk: Talk) -> bytes:
    """Write an OpenDocument text, packed."""
    content = f"<?xml version='1.0'?><office:document-content {NAMESPACES}>{_body(talk)}</office:document-content>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", MIMETYPE)
        package.writestr("content.xml", content.encode())
    return buffer.getvalue()


def fodt(talk: Talk) -> bytes:
    """Write an OpenDocument text in one flat file."""
    start = f"<?xml version='1.0'?><office:document {NAMESPACES} office:mimetype='{MIMETYPE}'>"
    return f"{start}{_body(talk)}</office:document>".encode()


def rtf(talk: Talk) -> bytes:
    """Write an RTF file; letters beyond ASCII as numbers of UTF-16, as Word does."""
    paragraphs = "".join(f"{_in_rtf(line)}\\par\n" for line in _labelled(talk))
    return f"{{\\rtf1\\ansi\\ansicpg1252\\uc1 {paragraphs}}}".encode("ascii")


def pdf(talk: Talk) -> bytes:
    """Write a PDF in wrapped lines, with a gap between turns; it has Western letters alone."""
    lines = [
        line
        for turn in _labelled(talk)
        for line in (*textwrap.wrap(turn, WIDTH, break_on_hyphens=False, break_long_words=False), "")
    ]
    pages = [column(lines[start : start + LINES_A_PAGE]) for start in range(0, len(lines), LINES_A_PAGE)]
    return on_pages(pages)


def vtt_voices(talk: Talk) -> bytes:
    """Write WebVTT with voice tags, as Teams does."""
    cues = [
        f"{begins}.000 --> {ends}.000\n<v {who}>{escape(words, quote=False)}</v>"
        for begins, ends, who, words in _timed(talk)
    ]
    return "\n\n".join(["WEBVTT", *cues]).encode()


def vtt_labels(talk: Talk) -> bytes:
    """Write WebVTT with names before the words, as Zoom does."""
    cues = [
        f"{number}\n{begins}.000 --> {ends}.000\n{who}: {escape(words, quote=False)}"
        for number, (begins, ends, who, words) in enumerate(_timed(talk), 1)
    ]
    return "\r\n\r\n".join(["WEBVTT", *(cue.replace("\n", "\r\n") for cue in cues)]).encode("utf-8-sig")


def srt(talk: Talk) -> bytes:
    """Write SubRip captions."""
    return "\n\n".join(
        f"{number}\n{begins},000 --> {ends},000\n{who}: {words}"
        for number, (begins, ends, who, words) in enumerate(_timed(talk), 1)
    ).encode()


def sbv(talk: Talk) -> bytes:
    """Write SubViewer captions."""
    return "\n\n".join(
        f"{begins[1:]}.000,{ends[1:]}.000\n{who}: {words}" for begins, ends, who, words in _timed(talk)
    ).encode()


def delimited(talk: Talk, delimiter: str = ",") -> bytes:
    """Write a table in text, a turn a row."""
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=delimiter).writerows([("speaker", "text"), *talk])
    return lines.getvalue().encode()


def xlsx(talk: Talk) -> bytes:
    """Write a workbook, a turn a row."""
    book = openpyxl.Workbook()
    for row in (("speaker", "text"), *talk):
        book.worksheets[0].append(row)
        for cell in book.worksheets[0][book.worksheets[0].max_row]:
            cell.data_type = "s"  # words, and no formula, whatever they begin with
    return _saved(book)


def whisperx(talk: Talk) -> bytes:
    """Write JSON of WhisperX, a segment a turn, with speakers."""
    segments = [
        {"start": 9.0 * at, "end": 9.0 * at + 8, "text": f" {words}", "speaker": who}
        for at, (who, words) in enumerate(talk)
    ]
    return json.dumps({"segments": segments, "language": "en"}).encode()


def aws(talk: Talk) -> bytes:
    """Write JSON of AWS Transcribe, a word an item."""
    spoken = [(who, word) for who, words in talk for word in words.split()]
    items = [
        {
            "type": "pronunciation",
            "alternatives": [{"confidence": "0.9", "content": word}],
            "start_time": f"{at / 2}",
            "end_time": f"{at / 2 + 0.4}",
            "speaker_label": who,
        }
        for at, (who, word) in enumerate(spoken)
    ]
    whole = " ".join(word for _, word in spoken)
    return json.dumps({"jobName": "j", "results": {"transcripts": [{"transcript": whole}], "items": items}}).encode()


FORMATS: dict[str, Callable[[Talk], bytes]] = {
    "text.txt": text,
    "crlf.txt": lambda talk: text(talk, "\r\n"),
    "wide.txt": lambda talk: text(talk).decode().encode("utf-16"),
    "brackets.txt": in_brackets,
    "hanging.txt": hanging,
    "bold.docx": docx_bold,
    "table.docx": docx_table,
    "packed.odt": odt,
    "flat.fodt": fodt,
    "rich.rtf": rtf,
    "pages.pdf": pdf,
    "voices.vtt": vtt_voices,
    "labels.vtt": vtt_labels,
    "captions.srt": srt,
    "captions.sbv": sbv,
    "table.csv": delimited,
    "table.tsv": lambda talk: delimited(talk, "\t"),
    "sheet.xlsx": xlsx,
    "whisperx.json": whisperx,
    "aws.json": aws,
}
"""Writers by a name with the usual ending."""


def _timed(talk: Talk) -> list[tuple[str, str, str, str]]:
    clocks = [f"{at * 9 // 3600:02}:{at * 9 // 60 % 60:02}:{at * 9 % 60:02}" for at in range(len(talk) + 1)]
    return [(clocks[at], clocks[at + 1], who, words) for at, (who, words) in enumerate(talk)]


def _body(talk: Talk) -> str:
    paragraphs = "".join(f"<text:p>{in_xml(line)}</text:p>" for line in _labelled(talk))
    return f"<office:body><office:text>{paragraphs}</office:text></office:body>"


def _in_rtf(line: str) -> str:
    return "".join(
        f"\\{each}" if each in "\\{}" else each if each.isascii() else "".join(map(_unit, _units(each)))
        for each in line
    )


def _units(letter: str) -> list[int]:
    data = letter.encode("utf-16-le")
    return [int.from_bytes(data[at : at + 2], "little", signed=True) for at in range(0, len(data), 2)]


def _unit(number: int) -> str:
    return f"\\u{number}?"


def _saved(document: docx.document.Document | openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
