"""What a project of another program holds, whichever program wrote it: codes, documents, and what people coded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tagger.records import Span

OURS = "transcript-tagger"
"""The program that our own exports name as the one that wrote them."""
MODEL = "Suggestions of the model"
"""The user under which our own exports list the machine's suggestions."""
TOGETHER = "Together, by consent"
"""The user under which they list what people agreed to say of a passage together."""
NO_PERSON = (MODEL, TOGETHER)
"""Nothing of these users is ever a person's own coding."""
# What XML and HTML cannot hold.
REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

NOBODY = "unnamed coder"
"""Who coded, where a project does not tell."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code: `key` is its id in the project, `parent` the key of the code above it; a folder is not `codable`."""

    key: str
    name: str
    description: str = ""
    parent: str = ""
    codable: bool = True


@dataclass(frozen=True, slots=True)
class Coding:
    """
    What one person coded: `text[start:end]` of the document, in code points.

    `code` is the key of the code; empty where the person read the stretch, and found nothing but what they coded beside
    this. `moved` says that the file gives another place, and its quote was found here. `note` is what else is said of
    it, `made_at` when it was made (ISO 8601, UTC), both empty where nothing is known.
    Only suggestions of the machine have a `score`.
    """

    start: int
    end: int
    code: str
    coder: str
    moved: bool = False
    note: str = ""
    made_at: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """
    A text of a project, with LF line ends and without BOM.

    `missing` says why there is no text. `attributes` are what the project knows of it; `participant` a pseudonym.
    `lost` lists the codings that could not be placed, and why; `memo` is a text beside it. A text that was put together
    of several has each of them in `pieces`.
    """

    key: str
    name: str
    text: str
    codings: tuple[Coding, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    participant: str = ""
    missing: str = ""
    lost: tuple[str, ...] = ()
    memo: str = ""
    pieces: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """
    A project: `tool` is the program that wrote it, `rule` how it counts characters.

    `lost` says what else the file holds that has no place in a study, `remarks` what to bear in mind of the codings. A
    document that was `commented` is itself the transcript, and its codes are words that people wrote into it: only
    those that are values of a framework count.
    """

    tool: str
    name: str
    codes: tuple[Code, ...]
    documents: tuple[Document, ...]
    rule: str = ""
    lost: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    commented: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of project: how its bytes are told, and how they are read (bytes, name for messages)."""

    name: str
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str], Project]


def lines(text: str) -> str:
    """Return a text with single blanks between its words, and its lines kept."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def plain(text: str) -> str:
    """Return a text as XML and HTML can hold it, as long as it was, with LF line ends."""
    return REFUSED.sub("\ufffd", text).replace("\r", "\n")
