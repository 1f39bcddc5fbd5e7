"""What a reader is given: the bytes of a file, its name, and its text where it is text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tagger.transcripts.utterances import Draft


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read; `text` is empty for packages such as DOCX, `data` holds the bytes always."""

    name: str
    data: bytes
    text: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: how its content is told, and how it is read."""

    format: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Draft]
