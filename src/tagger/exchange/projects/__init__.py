"""
Projects of other programs: one reader for each format, behind one `read` that tells the format from the bytes.

`records` is what every reader makes, `positions` where a program means a coding to be, `codebook` turns codes into a
framework, `alignment` finds the words of a document again in a transcript. To add a format: write its module, and add
one line to `FORMATS`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tagger.errors import CodingsError
from tagger.exchange.projects import inception, label_studio, qualcoder, refi_qda, taguette, word_comments
from tagger.exchange.projects.records import Document, Format, Project
from tagger.wording import several

__all__ = ["ENDINGS", "FORMATS", "LARGEST", "in_archive", "is_project", "read", "texts"]

LARGEST = 1_000_000_000
"""Bytes of the largest project that is read; recordings in it are passed over."""
FORMATS: tuple[Format, ...] = (
    refi_qda.FORMAT,
    taguette.FORMAT,
    qualcoder.FORMAT,
    label_studio.FORMAT,
    inception.FORMAT,
    word_comments.FORMAT,
)
OWN_ENDINGS = (".qdpx", ".qde", ".qdc", ".qda", ".sqlite3", ".sqlite", ".db")
ENDINGS = (*OWN_ENDINGS, ".json", ".tsv", ".xmi", ".zip")
"""Endings of files that may be projects; those of its own say that a file is one, whatever is in it."""
ENDING = re.compile(r"\.(?:txt|text|md|docx?|odt|rtf|pdf|html?|vtt|srt|csv|tsv|xlsx|jsonl?)$", re.IGNORECASE)
NOT_IN_NAMES = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
LONGEST_NAME = 120


def is_project(data: bytes, name: str) -> bool:
    """Say whether a file is a project of another program, or claims to be one by its name."""
    return name.casefold().endswith(OWN_ENDINGS) or any(each.recognises(data) for each in FORMATS)


def in_archive(titles: Sequence[str]) -> bool:
    """Say whether a zip archive of these files may be a project."""
    return any(title.casefold().endswith(inception.SUFFIXES) or title.endswith(inception.LIST) for title in titles)


def read(data: bytes, name: str) -> Project:
    """
    Read a project.

    Raises:
        CodingsError: It is damaged, locked, too large or no project; the message says which.
    """
    if len(data) > LARGEST:
        raise CodingsError(
            f"It is larger than {LARGEST // 1_000_000_000} GB",
            where=name,
            remedy="Export it without its recordings and films",
        )
    reader = next((each for each in FORMATS if each.recognises(data)), None)
    if reader is None:
        raise CodingsError(
            "It is a damaged or incomplete project" if data.strip() else "The file is empty",
            where=name,
            remedy="Export it again from the program that wrote it",
        )
    return _with_its_own_codes(reader.read(data, name))


def _with_its_own_codes(project: Project) -> Project:
    """Leave out the codings whose code the project does not have, as damage leaves them behind, and say so."""
    codes = {"", *(code.key for code in project.codes)}
    documents = []
    for document in project.documents:
        known = tuple(coding for coding in document.codings if coding.code in codes)
        if unknown := len(document.codings) - len(known):
            why = several(unknown, "coding names a code", "codings name a code") + " that the project does not have"
            document = replace(document, codings=known, lost=(*document.lost, why))
        documents.append(document)
    return replace(project, documents=tuple(documents))


def texts(project: Project) -> dict[str, Document]:
    """Give each document of a project that has a text the name of a text file, which no other document has."""
    named: dict[str, Document] = {}
    for document in () if project.commented else project.documents:
        if document.missing:
            continue
        plain = NOT_IN_NAMES.sub(" ", ENDING.sub("", document.name))[:LONGEST_NAME].strip(" .") or "document"
        names = (f"{plain}.txt", *(f"{plain} ({number}).txt" for number in range(2, len(named) + 3)))
        named[next(name for name in names if name not in named)] = document
    return named
