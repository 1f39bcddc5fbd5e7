"""What a reader is given: the bytes of a file, its name, its text where it is text, its value where that is JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tagger.transcripts.utterances import Draft


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file to be read; `data` holds the bytes always.

    `text` is empty for packages such as DOCX; `value` is what the text of a JSON file stands for, None for all others.
    """

    name: str
    data: bytes
    text: str = ""
    encoding: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: how its content is told, and how it is read."""

    format: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Draft]
