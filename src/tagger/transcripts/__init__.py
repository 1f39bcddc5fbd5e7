"""
From the bytes of a file to a transcript.

`read` tells the format by content; the name only breaks ties. Each format is one short module with `recognises` and
`read`, listed in `FORMATS` in the order in which they are asked:

    reflections what those who read wrote, as it is exported
    word        DOCX        vtt, srt, sbv   captions, through cues
    rtf         RTF         delimited       CSV and its kin, through tables
    pdf         PDF, through pdf_pages and page_layout
    workbook    XLSX        opendocument    ODT and flat FODT
    aws_transcribe, deepgram, assemblyai, rev, google_speech, azure_speech
                            JSON of speech-to-text programs, through json_values and speech
    segments    JSON of Whisper and its kin, and of others that list words with times or speakers
    plain       text with or without speakers, through dialogue and labels (asked last)

They meet in `sources` (what a reader is given) and `utterances` (what it hands back). `decoding` turns bytes into text,
`packages` opens zip files within bounds, `documents` reads what word processors have in common, `foreign` names what is
not read, `times` reads clocks.
After reading: `speakers` guesses who asks, `corrections` takes a person's word over the guess, `report` says it all
(`many_files` what a folder of them has in common), `names` lists the people named in the text.

To add a format: write its module, add one line to `FORMATS`, and take its line out of `foreign`.
Nothing here opens a file, except `names.load_names_pipeline`, which loads a language model from disk.
"""

from __future__ import annotations

from dataclasses import replace

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import (
    assemblyai,
    aws_transcribe,
    azure_speech,
    decoding,
    deepgram,
    delimited,
    foreign,
    google_speech,
    json_values,
    opendocument,
    packages,
    pdf,
    plain,
    reflections,
    rev,
    rtf,
    sbv,
    segments,
    srt,
    vtt,
    word,
    workbook,
)
from tagger.transcripts.sources import Reader, Source
from tagger.transcripts.utterances import assemble

__all__ = ["FORMATS", "LARGEST", "Reader", "Source", "read"]

LARGEST = 100_000_000
"""Bytes of the largest file that is read."""

FORMATS: tuple[Reader, ...] = (
    Reader(word.FORMAT, word.recognises, word.read),
    Reader(workbook.FORMAT, workbook.recognises, workbook.read),
    Reader(opendocument.FORMAT, opendocument.recognises, opendocument.read),
    Reader(rtf.FORMAT, rtf.recognises, rtf.read),
    Reader(pdf.FORMAT, pdf.recognises, pdf.read),
    Reader(aws_transcribe.FORMAT, aws_transcribe.recognises, aws_transcribe.read),
    Reader(deepgram.FORMAT, deepgram.recognises, deepgram.read),
    Reader(assemblyai.FORMAT, assemblyai.recognises, assemblyai.read),
    Reader(rev.FORMAT, rev.recognises, rev.read),
    Reader(google_speech.FORMAT, google_speech.recognises, google_speech.read),
    Reader(azure_speech.FORMAT, azure_speech.recognises, azure_speech.read),
    Reader(segments.FORMAT, segments.recognises, segments.read),
    Reader(srt.FORMAT, srt.recognises, srt.read),
    Reader(vtt.FORMAT, vtt.recognises, vtt.read),
    Reader(sbv.FORMAT, sbv.recognises, sbv.read),
    Reader(reflections.FORMAT, reflections.recognises, reflections.read),
    Reader(delimited.FORMAT, delimited.recognises, delimited.read),
    Reader(plain.FORMAT, plain.recognises, plain.read),
)
PACKAGED = (word.FORMAT, workbook.FORMAT, opendocument.FORMAT)
OFFICE = (".docx", ".xlsx", ".odt")


def read(data: bytes, name: str, encoding: str | None = None) -> Transcript:
    """
    Read a file as a transcript.

    Args:
        data: the whole file.
        name: what messages call it; its ending decides where the content leaves a doubt.
        encoding: overrules the detected one.

    Raises:
        TranscriptError: It is not a transcript, not readable, or of a kind that is not read; the message says which.
    """
    if not data.strip():
        raise TranscriptError("It is empty", where=name, remedy="Export it again")
    if len(data) > LARGEST:
        raise TranscriptError(f"It is larger than {LARGEST // 1_000_000} MB", where=name, remedy="Split it")
    foreign.refuse_binary(data, name)
    source, problems = _source(data, name, encoding)
    reader = next(reader for reader in FORMATS if reader.recognises(source))
    draft = reader.read(source)
    draft = replace(draft, problems=(*problems, *draft.problems))
    return assemble(draft, name=name, format=reader.format, encoding=source.encoding)


def _source(data: bytes, name: str, encoding: str | None) -> tuple[Source, tuple[str, ...]]:
    if data.startswith(b"PK\x03\x04"):
        what = packages.kind(data, name)
        if what not in PACKAGED:
            foreign.refuse_package(what, name)
        return Source(name, data, encoding="utf-8"), ()
    if rtf.START.match(data):
        return Source(name, data, encoding=rtf.code_page(data)), ()
    if pdf.START.match(data):
        return Source(name, data, encoding="utf-8"), ()
    try:
        decoded = decoding.decode(data, name, encoding)
    except TranscriptError as reason:
        if name.casefold().endswith(OFFICE):
            raise packages.broken(name) from reason
        raise
    value = json_values.parsed(decoded.text, name) if json_values.is_meant(decoded.text, name) else None
    source = Source(name, data, decoded.text, decoded.encoding, value)
    if not source.text.strip():
        raise TranscriptError("It holds nothing but white space", where=name, remedy="Export it again")
    foreign.refuse_text(source)
    return source, decoded.problems
