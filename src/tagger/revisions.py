"""What two revisions of a transcript share, and where an excerpt of the one lies in the other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tagger.records import Span

_WORDS = re.compile(r"\s+|\S+\s*")


@dataclass(frozen=True, slots=True)
class Shared:
    """A stretch that both revisions hold: `old[old_start:old_start + length] == new[new_start:new_start + length]`."""

    old_start: int
    new_start: int
    length: int


def offset_map(old: str, new: str) -> list[Shared]:
    """
    Find the stretches that two revisions share, in the order of both.

    Lines are compared first and words only within lines that differ, so that the time taken grows with the change.
    """
    blocks: list[Shared] = []
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    old_at, new_at = _starts(old_lines), _starts(new_lines)
    matcher = difflib.SequenceMatcher(None, old_lines, new_lines)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            blocks.append(Shared(old_at[i1], new_at[j1], old_at[i2] - old_at[i1]))
        elif tag == "replace":
            blocks += _shared_words(old[old_at[i1] : old_at[i2]], new[new_at[j1] : new_at[j2]], old_at[i1], new_at[j1])
    return _joined(blocks)


def carried(spans: Sequence[Span], blocks: Sequence[Shared]) -> list[Span | None]:
    """Place each span of the old revision in the new one; None where a character of it changed."""
    places: list[Span | None] = []
    for start, end in spans:
        home = next((b for b in blocks if b.old_start <= start and end <= b.old_start + b.length), None)
        shift = home.new_start - home.old_start if home else 0
        places.append((start + shift, end + shift) if home else None)
    return places


def _shared_words(old: str, new: str, old_at: int, new_at: int) -> list[Shared]:
    old_words, new_words = _WORDS.findall(old), _WORDS.findall(new)
    old_starts, new_starts = _starts(old_words), _starts(new_words)
    matcher = difflib.SequenceMatcher(None, old_words, new_words)
    return [
        Shared(old_at + old_starts[i], new_at + new_starts[j], old_starts[i + n] - old_starts[i])
        for i, j, n in matcher.get_matching_blocks()
        if n
    ]


def _starts(pieces: Sequence[str]) -> list[int]:
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return starts


def _joined(blocks: Sequence[Shared]) -> list[Shared]:
    joined: list[Shared] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and last.old_start + last.length == block.old_start and last.new_start + last.length == block.new_start:
            joined[-1] = Shared(last.old_start, last.new_start, last.length + block.length)
        else:
            joined.append(block)
    return joined
