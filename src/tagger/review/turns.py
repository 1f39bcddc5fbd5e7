"""Turns as they are shown: cut to what stands near an excerpt, with its words marked, and when it was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from unicodedata import bidirectional, category

from tagger.records import Span

_SPARE = 300
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？｡]+[”’』」）】]*\s*|\n+")
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"
Mark = tuple[Span, Literal["excerpt", "evidence"]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what marks it: the excerpt, the sentence that a suggestion rests on, or words searched."""

    text: str
    mark: Literal["", "excerpt", "evidence", "hit"] = ""


@dataclass(frozen=True, slots=True)
class TurnView:
    """
    A turn as it is shown; `begins` reads 00:12:31, or is empty where the source has no times.

    `speaker` is a pseudonym, empty where the source names nobody. `cut_before` and `cut_after` say that the turn goes
    on where its pieces end.
    """

    position: int
    speaker: str
    asks: bool
    standing: tuple[str, ...]
    begins: str
    pieces: tuple[Piece, ...]
    cut_before: bool
    cut_after: bool

    @property
    def cut(self) -> bool:
        """Say whether only a part of the turn is here."""
        return self.cut_before or self.cut_after


def right_to_left(text: str) -> bool:
    """Say whether most letters of a text are of a script that runs from right to left."""
    sides = [bidirectional(character) for character in text[:2_000]]
    return sum(side in ("R", "AL") for side in sides) > sides.count("L")


def clock(seconds: float | None) -> str:
    """Write seconds from the start as 00:12:31; nothing for none."""
    if seconds is None:
        return ""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def pieces(text: str, shown: Span, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Part a stretch of text where a mark begins or ends; of two marks on the same words the later one shows."""
    clipped = [((max(s, shown[0]), min(e, shown[1])), mark) for (s, e), mark in marks]
    clipped = [(span, mark) for span, mark in clipped if span[0] < span[1]]
    borders = sorted({*shown, *(border for span, _ in clipped for border in span)})
    parts = []
    for start, end in pairwise(borders):
        mark: Literal["", "excerpt", "evidence"] = ""
        for span, name in clipped:
            if span[0] <= start and end <= span[1]:
                mark = name
        parts.append(Piece(text[start:end], mark))
    return tuple(parts)


def window(text: str, turn: Span, excerpt: Span, room: tuple[int, int]) -> Span:
    """Choose what is shown of a turn: all of it, or the sentences next to the excerpt."""
    first = min(max(turn[0], excerpt[0]), turn[1])
    last = max(min(turn[1], excerpt[1]), turn[0])
    start = turn[0] if first - turn[0] <= room[0] + _SPARE else _opening(text, first - room[0], first)
    end = turn[1] if turn[1] - last <= room[1] + _SPARE else _closing(text, last, last + room[1])
    return start, end


def _opening(text: str, low: int, high: int) -> int:
    """Return where to begin at *low* or a little later: with a sentence, a word, or at least a whole character."""
    middle = low + (high - low) // 2
    for pattern in (_STOP, _SPACE):
        if found := pattern.search(text, low, middle):
            return found.end()
    return _whole_character(text, low)


def _closing(text: str, low: int, high: int) -> int:
    """Return where to end at *high* or a little earlier: after a sentence, a word, or at least a whole character."""
    middle = high - (high - low) // 2
    for pattern in (_STOP, _SPACE):
        ends = [len(found[0].rstrip()) + found.start() for found in pattern.finditer(text, middle, high)]
        if ends:
            return ends[-1]
    return _whole_character(text, high)


def _whole_character(text: str, at: int) -> int:
    while 0 < at < len(text) and (category(text[at]).startswith("M") or _JOINER in (text[at], text[at - 1])):
        at += 1
    return at
