"""Files that are no transcripts, or of a kind that is not read: named for what they are, with what to do instead."""

from __future__ import annotations

import re
from pathlib import PurePath

from tagger.errors import TranscriptError
from tagger.transcripts import packages
from tagger.transcripts.sources import Source

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
AS_TEXT = "Export it as DOCX or plain text"
AS_CAPTIONS = "Export it as WebVTT (.vtt), SRT or plain text"
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "a picture (JPEG)", AS_TEXT),
    (b"\x89PNG", "a picture (PNG)", AS_TEXT),
    (b"GIF8", "a picture (GIF)", AS_TEXT),
    (b"ID3", "a sound recording (MP3)", "Transcribe it first"),
    (b"RIFF", "a recording (WAV or AVI)", "Transcribe it first"),
    (b"OggS", "a sound recording (Ogg)", "Transcribe it first"),
    (b"fLaC", "a sound recording (FLAC)", "Transcribe it first"),
    (b"\x1a\x45\xdf\xa3", "a recording (WebM or Matroska)", "Transcribe it first"),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first"),
    (b"PK\x05\x06", "a zip archive without files", "Pack it again"),
    (b"7z\xbc\xaf", "a compressed file (7z)", "Unpack it first"),
    (b"Rar!", "a compressed file (RAR)", "Unpack it first"),
    (b"SQLite format 3", "an SQLite database", AS_TEXT),
)
MARKUP = (
    (re.compile(r"<ANNOTATION_DOCUMENT"), "an ELAN file", AS_TEXT),
    (re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE), "a web page (HTML)", AS_TEXT),
    (re.compile(r"<tt[\s>:]"), "captions in TTML", AS_CAPTIONS),
    (re.compile(r"<\?xml(?!.{0,800}<office:document\s)", re.DOTALL), "an XML file", AS_TEXT),
)
LEGAL = re.compile(
    r"permission is hereby granted|provided .{0,3}as is|redistribution and use in source"
    r"|terms and conditions for (?:use|copying)|gnu (?:lesser |affero )?general public license"
    r"|creative commons .{0,60}public license|apache license\W+version"
    r"|mozilla public license|this is free and unencumbered software|without warranties or conditions of any kind",
    re.IGNORECASE,
)
TITLES = frozenset({"readme", "source", "sources", "notice", "changelog", "contributing", "citation", "authors"})
MARKDOWN = (
    re.compile(r"^#{1,6} ", re.MULTILINE),
    re.compile(r"^```", re.MULTILINE),
    re.compile(r"\]\(https?://|https?://"),
    re.compile(r"^\s*\|[ :|-]*---", re.MULTILINE),
    re.compile(
        r"^#{1,6} .{0,20}(?:installation|install|usage|licen[cs]e|contents|citation|requirements|files|data)\b",
        re.MULTILINE | re.I,
    ),
)


def refuse_binary(data: bytes, name: str) -> None:
    """
    Refuse what is told by its first bytes.

    Raises:
        TranscriptError: It is a PDF, a picture, a recording, an old or locked Office file ...
    """
    if data.startswith(OLE):
        raise _office(data, name)
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:16] if data[:64].strip() else data[:16]
    for signature, what, remedy in SIGNATURES:
        if start.startswith(signature):
            raise TranscriptError(f"It is {what}, which is not read", where=name, remedy=remedy)
    if data[4:8] == b"ftyp":
        raise TranscriptError(
            "It is a recording (MP4 or M4A), which is not read", where=name, remedy="Transcribe it first"
        )


def refuse_package(what: str, name: str) -> None:
    """
    Refuse a zip package by what it holds.

    Raises:
        TranscriptError: Always.
    """
    remedy = "Unpack it and give the folder" if what == packages.ARCHIVE else "Save it as DOCX or plain text"
    raise TranscriptError(f"It is {what}, which is not read", where=name, remedy=remedy)


def refuse_text(source: Source) -> None:
    """
    Refuse text that is markup or data of another kind.

    Raises:
        TranscriptError: It is one of them.
    """
    start = source.text[:200_000].lstrip()
    if start.startswith("<"):
        for pattern, what, remedy in MARKUP:
            if pattern.search(start[:2000]):
                raise TranscriptError(f"It is {what}, which is not read", where=source.name, remedy=remedy)
    if start.startswith(("@UTF8", "@Begin")):
        raise TranscriptError("It is a CHAT file, which is not read", where=source.name, remedy=AS_TEXT)


def refuse_paperwork(source: Source, *, names_speakers: bool) -> None:
    """
    Refuse licences, readme files and settings; asked when the text is neither captions nor a table.

    Raises:
        TranscriptError: It is one of them.
    """
    title = PurePath(source.name).stem.casefold()
    if PurePath(source.name).suffix.casefold() in (".yaml", ".yml", ".toml"):
        raise TranscriptError("It is a file of settings, not a transcript", where=source.name, remedy=AS_TEXT)
    start = source.text[:20_000]
    if names_speakers and not title.startswith("readme"):
        return
    if LEGAL.search(start) or title in ("license", "licence", "copying"):
        raise TranscriptError(
            "It looks like a licence, not a transcript", where=source.name, remedy="Nothing to do: it is passed over"
        )
    signs = sum(bool(pattern.search(start)) for pattern in MARKDOWN)
    if (
        signs > 2
        or title in TITLES
        or title.startswith("readme")
        or (signs == 2 and PurePath(source.name).suffix.casefold() in (".md", ".rst", ".markdown"))
    ):
        raise TranscriptError(
            "It looks like a readme, not a transcript", where=source.name, remedy="Nothing to do: it is passed over"
        )


def _office(data: bytes, name: str) -> TranscriptError:
    wide = "EncryptedPackage".encode("utf-16-le")
    if wide in data:
        return TranscriptError(
            "It is an Office file locked with a password", where=name, remedy="Save it without a password"
        )
    what = "an old Word file (.doc)" if "WordDocument".encode("utf-16-le") in data else "an old Office file"
    return TranscriptError(f"It is {what}, which is not read", where=name, remedy="Open it and save it as DOCX or XLSX")
