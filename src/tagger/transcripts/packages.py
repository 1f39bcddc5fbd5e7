"""Zip packages (DOCX, XLSX, ODT) opened within bounds: size, encryption, and no document types in their XML."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

from tagger import markup
from tagger.errors import TranscriptError
from tagger.zip_packages import DAMAGE

LARGEST = 200_000_000
"""Bytes that a package may unpack to; a Word file of 500 pages has about 10 million."""
MOST_PARTS = 10_000
ARCHIVE = "a zip archive"
KINDS = (
    ("word/document", "docx"),
    ("word/", "docx"),
    ("xl/workbook", "xlsx"),
    ("ppt/", "a presentation"),
    ("META-INF/container.xml", "an e-book"),
    ("Index/Document.iwa", "a Pages document"),
    ("content.xml", "odt"),
    ("encrypted-package", "odt"),
)


def kind(data: bytes, name: str) -> str:
    """
    Say what a zip package holds: docx, xlsx, odt, or in words what else it is.

    Raises:
        TranscriptError: It is broken, encrypted or unpacks to too much.
    """
    return held(_opened(data, name).namelist())


def held(parts: Sequence[str]) -> str:
    """Say what a zip package holds by the names of its parts."""
    if any(part.casefold().endswith("project.qde") for part in parts):
        return "a REFI-QDA project"
    return next((what for start, what in KINDS if any(part.startswith(start) for part in parts)), ARCHIVE)


def checked(data: bytes, name: str) -> None:
    """
    Make sure that each XML part is what the format allows, so that no entity can be expanded or fetched.

    Raises:
        TranscriptError: A part declares a document type, or is in an encoding that could hide one.
    """
    package = _opened(data, name)
    try:
        for part in package.infolist():
            if part.filename.casefold().endswith((".xml", ".rels")):
                refuse_declarations(package.read(part), part.filename, name)
    except DAMAGE as reason:
        raise broken(name) from reason


def part(data: bytes, name: str, title: str) -> bytes:
    """
    Unpack one part; empty where there is none of this title.

    Raises:
        TranscriptError: It cannot be unpacked.
    """
    package = _opened(data, name)
    try:
        return package.read(title) if title in package.namelist() else b""
    except DAMAGE as reason:
        raise broken(name) from reason


def refuse_declarations(part: bytes, title: str, name: str) -> None:
    """
    Refuse XML that declares entities, which could be expanded without end or fetched from elsewhere.

    Raises:
        TranscriptError: It declares a document type, or is in an encoding that could hide one.
    """
    if markup.declares(part):
        raise TranscriptError(
            f"Its part {title} declares XML entities or an encoding that no Office program writes",
            where=name,
            remedy="Open it in the program that wrote it, and save it again",
        )


def broken(name: str) -> TranscriptError:
    """Say that a package cannot be unpacked."""
    return TranscriptError(
        "It is a damaged or incomplete Office file",
        where=name,
        remedy="Open it in the program that wrote it, let it be repaired, and save it again",
    )


def _opened(data: bytes, name: str) -> ZipFile:
    try:
        package = ZipFile(BytesIO(data))
    except DAMAGE as reason:
        raise broken(name) from reason
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        raise TranscriptError(
            f"It unpacks to more than {LARGEST // 1_000_000} MB or {MOST_PARTS:,} parts",
            where=name,
            remedy="Save it without pictures, or in several files",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise TranscriptError("It is encrypted", where=name, remedy="Save it without a password")
    return package
