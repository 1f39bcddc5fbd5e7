"""What two revisions of a transcript share, where an excerpt of the one lies in the other, and what became of it."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tagger.records import Span

_WORDS = re.compile(r"\s+|\S+\s*")
FEWEST_WORDS = 5
"""A line that stands elsewhere now was moved if it has so many words; a shorter one may just be said again."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A stretch that both revisions hold: `old[old_start:old_start + length] == new[new_start:new_start + length]`."""

    old_start: int
    new_start: int
    length: int

    @property
    def old_end(self) -> int:
        """Return where it ends in the old revision."""
        return self.old_start + self.length

    @property
    def new_end(self) -> int:
        """Return where it ends in the new revision."""
        return self.new_start + self.length


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Where the words of a span were rewritten: its place in the new revision, and what stands for what in it."""

    place: Span
    changes: tuple[tuple[Span, Span], ...]


def offset_map(old: str, new: str) -> list[Shared]:
    """
    Find the stretches that two revisions share, in the order of the old one.

    Lines are compared first and words only within lines that differ, so that the time taken grows with the change.
    Lines that were taken out at one place and put in at another are shared too, where there is one such line alone.
    """
    # A last line is like the others, so that a line put after it does not change it.
    old_lines, new_lines = f"{old}\n".splitlines(keepends=True), f"{new}\n".splitlines(keepends=True)
    old_at, new_at = _starts(old_lines), _starts(new_lines)
    blocks, groups = [], []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old_lines, new_lines).get_opcodes():
        if tag == "equal":
            blocks.append(Shared(old_at[i1], new_at[j1], old_at[i2] - old_at[i1]))
        else:
            groups.append((range(i1, i2), range(j1, j2)))
    moved = _moved(
        {line: old_lines[line] for lines, _ in groups for line in lines},
        {line: new_lines[line] for _, lines in groups for line in lines},
    )
    blocks += [Shared(old_at[i], new_at[j], len(old_lines[i])) for i, j in moved.items()]
    for out, put in groups:
        blocks += _shared_words(
            [word for i in out if i not in moved for word in _words(old_lines[i], old_at[i])],
            [word for j in put if j not in moved.values() for word in _words(new_lines[j], new_at[j])],
        )
    return _joined(blocks, len(old), len(new))


def composed(first: Iterable[Shared], second: Sequence[Shared]) -> list[Shared]:
    """Find what a revision shares with the next but one: what it shares with the next, and that with the one after."""
    return [
        Shared(one.old_start + start - one.new_start, other.new_start + start - other.old_start, end - start)
        for one in first
        for other in second
        if (start := max(one.new_start, other.old_start)) < (end := min(one.new_end, other.old_end))
    ]


def out_of_order(blocks: Sequence[Shared]) -> set[Shared]:
    """Find the stretches that stand elsewhere among the others now: all but those of the longest text in order."""
    ordered = sorted(blocks, key=lambda block: block.old_start)
    longest: list[tuple[int, int | None]] = []
    for place, block in enumerate(ordered):
        before = ((longest[other][0], other) for other in range(place) if ordered[other].new_start < block.new_start)
        length, last = max(before, default=(0, None))
        longest.append((length + block.length, last))
    at = max(range(len(ordered)), key=lambda place: longest[place][0], default=None)
    moved = set(ordered)
    while at is not None:
        moved.discard(ordered[at])
        at = longest[at][1]
    return moved


def carried(spans: Sequence[Span], blocks: Sequence[Shared]) -> list[Span | None]:
    """Place each span of the old revision in the new one; None where a character of it changed."""
    places: list[Span | None] = []
    for start, end in spans:
        home = next((b for b in blocks if b.old_start <= start and end <= b.old_end), None)
        shift = home.new_start - home.old_start if home else 0
        places.append((start + shift, end + shift) if home else None)
    return places


def rewritten(span: Span, blocks: Iterable[Shared], length: int) -> Rewritten | None:
    """
    Find what stands in the new revision, which has *length* characters, for a span of the old one.

    None where nothing does: its words were taken out.
    """
    start, end = span
    shared = sorted(blocks, key=lambda block: block.old_start)
    inside = [_within(block, span) for block in shared if block.old_start < end and start < block.old_end]
    before = max((b for b in shared if b.old_start <= start), key=lambda b: b.old_start, default=Shared(0, 0, 0))
    after = min((b for b in shared if b.old_end >= end), key=lambda b: b.old_end, default=Shared(end, length, 0))
    low = before.new_start + min(start - before.old_start, before.length)
    high = after.new_end - min(after.old_end - end, after.length)
    around = [Shared(start, low, 0), *inside, Shared(end, high, 0)]
    if any(one.new_end > other.new_start for one, other in pairwise(around)):
        # What stood before or after went elsewhere and does not tell where the span ends.
        around = inside
    if not around or around[0].new_start >= around[-1].new_end:
        return None
    gaps = [((one.old_end, two.old_start), (one.new_end, two.new_start)) for one, two in pairwise(around)]
    place = min(each.new_start for each in around), max(each.new_end for each in around)
    return Rewritten(place, tuple(gap for gap in gaps if gap[0][0] < gap[0][1] or gap[1][0] < gap[1][1]))


def _moved(out: dict[int, str], put: dict[int, str]) -> dict[int, int]:
    """Pair the lines, by their numbers, that were taken out and put in again, each of which is there once."""
    once_out, once_put = Counter(out.values()), Counter(put.values())
    places = {line: number for number, line in put.items() if once_put[line] == 1}
    return {
        number: places[line]
        for number, line in out.items()
        if once_out[line] == 1 and line in places and len(line.split()) >= FEWEST_WORDS
    }


def _words(line: str, at: int) -> list[tuple[int, str]]:
    return [(at + found.start(), found[0]) for found in _WORDS.finditer(line)]


def _shared_words(old: Sequence[tuple[int, str]], new: Sequence[tuple[int, str]]) -> list[Shared]:
    matcher = difflib.SequenceMatcher(None, [word for _, word in old], [word for _, word in new])
    return [
        Shared(old[i + step][0], new[j + step][0], len(old[i + step][1]))
        for i, j, number in matcher.get_matching_blocks()
        for step in range(number)
    ]


def _within(block: Shared, span: Span) -> Shared:
    start, end = max(block.old_start, span[0]), min(block.old_end, span[1])
    return Shared(start, block.new_start + start - block.old_start, end - start)


def _starts(pieces: Sequence[str]) -> list[int]:
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return starts


def _joined(blocks: Iterable[Shared], old_length: int, new_length: int) -> list[Shared]:
    """Put stretches in order, join those that follow each other in both revisions, and end them with the texts."""
    joined: list[Shared] = []
    for block in sorted(blocks, key=lambda each: each.old_start):
        length = min(block.length, old_length - block.old_start, new_length - block.new_start)
        last = joined[-1] if joined else None
        if last and last.old_end == block.old_start and last.new_end == block.new_start:
            joined[-1] = Shared(last.old_start, last.new_start, last.length + length)
        elif length > 0:
            joined.append(Shared(block.old_start, block.new_start, length))
    return joined
