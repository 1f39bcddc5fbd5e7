"""What is found in texts, what people decide about it, and what the key remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "person",
    "place",
    "organisation",
    "phone",
    "e-mail",
    "web address",
    "date of birth",
    "postcode",
    "NHS number",
    "National Insurance number",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Do = Literal["replace", "keep"]
Where = Literal["everywhere", "as found"]
"""In every place where the words stand, or in those alone in which they were found: "Hope" is a word too."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that tell who somebody is: `text[start:end]`."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One row of the list: words, and what is to become of them.

    Args:
        transcripts: in which alone they mean this, by their ids; none: in all of them.
        found_in: the transcripts in which they were found.
        often: how often they were found.
        examples: what stands around them.
        row: the number of the row in the file that people filled in.
    """

    words: str
    kind: Kind
    pseudonym: str
    do: Do = "replace"
    where: Where = "everywhere"
    transcripts: tuple[str, ...] = ()
    found_in: tuple[str, ...] = ()
    often: int = 0
    examples: tuple[str, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the key remembers of a pseudonym: for what it stands, and all words for that."""

    pseudonym: str
    kind: Kind
    words: tuple[str, ...]
