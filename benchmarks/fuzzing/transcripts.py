"""Transcripts in every format that is read: each case gives a transcript whose turns are in its text, or a reason."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import docx
import openpyxl
from pdf_example import column
from pdf_example import pdf as written
from project_files import packed
from written import FORMATS

from fuzzing.cases import Files
from fuzzing.damage import timeless
from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import Source, pdf, pdf_pages, read
from tagger.transcripts.utterances import assemble

TALK = (
    ("Interviewer", "How did you come to the garden, and who was there on that morning?"),
    ("Zoë", "My neighbour brought me along. I stood by the gate for ten minutes; nobody stared."),
    ("Interviewer", "And then?"),
    ("Zoë", "Somebody handed me a mug, and “that was that” — it sounds like nothing, I know 🙂."),
)
WESTERN = tuple((who, what.encode("cp1252", "ignore").decode("cp1252")) for who, what in TALK)


def targets(folder: Path | None = None) -> list[Files]:
    """Return a target for each format; files in a folder are damaged too, by their endings, up to 200 kB each."""
    files = seeds()
    aliases = {"transcribe": "json", "tsv": "csv"}
    for path in sorted(folder.rglob("*")) if folder else ():
        name = aliases.get(path.suffix[1:].casefold(), path.suffix[1:].casefold())
        if name in files and path.is_file() and path.stat().st_size < 200_000:
            files[name].append(path.read_bytes())
    every = tuple(data for group in files.values() for data in group)
    return [Files(f"transcripts/{name}", f"case.{name}", tuple(group), every, take) for name, group in files.items()]


def take(data: bytes, name: str) -> None:
    """Read a case; what comes of it has turns that follow each other inside of the text, which can be stored."""
    transcript = _on_pages(data, name) if pdf.START.match(data) else read(data, name)
    assert _is_sound(transcript), "turns that are not in the text"


def seeds() -> dict[str, list[bytes]]:
    """Make small sound files, by format."""
    times = [(each, f"00:00:{10 + 5 * each:02}", f"00:00:{14 + 5 * each:02}") for each in range(len(TALK))]
    talk = [f"{who}: {what}" for who, what in TALK]
    found = {
        "txt": [
            "\n\n".join(talk),
            "\n".join(f"[{begins}] {line}" for (_, begins, _), line in zip(times, talk, strict=True)),
        ],
        "vtt": [
            "WEBVTT\n\n"
            + "\n\n".join(f"{b}.000 --> {e}.000\n<v {who}>{what}" for (_, b, e), (who, what) in _both(times))
        ],
        "srt": ["\n\n".join(f"{n + 1}\n{b},000 --> {e},000\n{who}: {what}" for (n, b, e), (who, what) in _both(times))],
        "sbv": ["\n\n".join(f"{b[1:]}.000,{e[1:]}.000\n{who}: {what}" for (_, b, e), (who, what) in _both(times))],
        "csv": [
            "\n".join(["speaker,text", *(f'{who},"{what}"' for who, what in TALK)]),
            "\n".join("\t".join(t) for t in TALK),
        ],
        "rtf": [_rtf(talk)],
    }
    made = {name: [text.encode() for text in texts] for name, texts in found.items()}
    made["json"] = [json.dumps(value, ensure_ascii=False).encode() for value in _spoken()]
    made |= {"docx": [_docx()], "xlsx": [_xlsx()], "odt": [_odt(talk)]}
    for name, write in FORMATS.items():
        talk_in_it = WESTERN if name.endswith(".pdf") else TALK
        made.setdefault(name.rpartition(".")[2], []).append(timeless(write(talk_in_it)))
    western = [f"{who}: {what}" for who, what in WESTERN]
    pages = [[(72, 770, "Study 7"), *column(lines)] for lines in (western, western[::-1])]
    made["pdf"].append(written(pages))
    return made


def _both(times: Sequence[tuple[int, str, str]]) -> Iterator[tuple[tuple[int, str, str], tuple[str, str]]]:
    return zip(times, TALK, strict=True)


def _rtf(talk: Sequence[str]) -> str:
    letters = "".join(each if ord(each) < 128 else f"\\u{ord(each) % 0x10000}?" for each in "\\par ".join(talk))
    head = "\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset204 A;}}{\\header x}{\\b Ann} "
    row = "\\trowd\\intbl Ann\\cell Well.\\cell\\row\\pard "
    return f"{{{head}{letters}\\par {row}{{\\*\\x y}}}}"


def _spoken() -> list[object]:
    words = [{"word": f" {each}", "start": place, "end": place + 1.0} for place, each in enumerate(TALK[0][1].split())]
    whisper = {
        "text": TALK[0][1],
        "segments": [{"id": 0, "start": 0.0, "end": 9.5, "text": TALK[0][1], "words": words}],
    }
    items = [
        {
            "type": "pronunciation",
            "alternatives": [{"confidence": "0.9", "content": each}],
            "start_time": str(place),
            "end_time": str(place + 1),
        }
        for place, each in enumerate(TALK[1][1].split())
    ]
    labels = [
        {
            "speaker_label": "spk_0",
            "start_time": "0",
            "end_time": "99",
            "items": [{"speaker_label": "spk_0", "start_time": "0", "end_time": "1"}],
        }
    ]
    aws = {
        "jobName": "j",
        "results": {
            "transcripts": [{"transcript": TALK[1][1]}],
            "items": items,
            "speaker_labels": {"speakers": 1, "segments": labels},
        },
    }
    utterances = {
        "utterances": [{"speaker": "A", "text": what, "start": 0, "end": 9, "confidence": 0.9} for _, what in TALK]
    }
    rev = {"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "Hi", "ts": 0.1, "end_ts": 0.5}]}]}
    return [whisper, {"result": whisper}, aws, utterances, rev]


def _docx() -> bytes:
    document, buffer = docx.Document(), io.BytesIO()
    for who, what in TALK:
        document.add_paragraph().add_run(who).bold = True
        document.paragraphs[-1].add_run(f" {what}")
    document.add_table(2, 2).cell(0, 0).text = "Ann"
    document.save(buffer)
    return timeless(buffer.getvalue())


def _xlsx() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("talk", 0)
    for row in (("speaker", "text"), *TALK):
        sheet.append(row)
    book.save(buffer)
    return timeless(buffer.getvalue())


def _odt(talk: Sequence[str]) -> bytes:
    spaces = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "text", "table")
    )
    body = "".join(f"<text:p>{line}</text:p>" for line in talk)
    start = f"<?xml version='1.0'?><office:document-content {spaces}><office:body><office:text>"
    content = f"{start}{body}</office:text></office:body></office:document-content>"
    return packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def _on_pages(data: bytes, name: str) -> Transcript:
    try:
        pages = json.loads(json.dumps(pdf_pages.pages(data)))
    except Exception as reason:  # as in the process that reads the pages otherwise
        raise TranscriptError("It is a damaged or incomplete PDF", where=name, remedy="Export it again") from reason
    return assemble(pdf.drafted(Source(name, data), pages), name=name, format=pdf.FORMAT, encoding="utf-8")


def _is_sound(transcript: Transcript) -> bool:
    """Make sure that turns follow each other inside the text and hold words, and that the text can be stored."""
    ends = [0, *(turn.end for turn in transcript.turns)]
    follow = all(before <= turn.start < turn.end for before, turn in zip(ends, transcript.turns, strict=False))
    transcript.text.encode()
    return follow and ends[-1] == len(transcript.text)
