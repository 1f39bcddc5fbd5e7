"""A text with pseudonyms in it, and where everything lies then: plain arithmetic, nothing is searched for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from tagger.records import Span
from tagger.revisions import Shared


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """Put `by` in the place of `text[start:end]`, of which neither is empty."""

    start: int
    end: int
    by: str


class Replaced:
    """
    A text after replacements, and where its stretches lie now.

    Args:
        text: the text before.
        replacements: none of which overlap.

    Raises:
        ValueError: two overlap, or one is empty or lies outside of the text.
    """

    def __init__(self, text: str, replacements: Sequence[Replacement] = ()) -> None:
        self.replacements = sorted(replacements)
        ends = [0, *(one.end for one in self.replacements)]
        starts = [*(one.start for one in self.replacements), len(text)]
        if any(one > other for one, other in zip(ends, starts, strict=True)) or any(
            one.start >= one.end or not one.by for one in self.replacements
        ):
            raise ValueError("replacements overlap, are empty or lie outside of the text")
        self._starts = starts[:-1]
        grown = accumulate((len(one.by) - (one.end - one.start) for one in self.replacements), initial=0)
        self._grown = list(grown)
        kept = (text[end:start] for end, start in zip(ends, starts, strict=True))
        self.text = "".join(
            part for pair in zip(kept, [*(r.by for r in self.replacements), ""], strict=True) for part in pair
        )

    def place(self, span: Span) -> Span:
        """
        Say where a span that is not empty lies now.

        An edge within replaced words goes to an edge of what stands for them: these belong to the span that holds
        their beginning, and to one that lies within them. So spans that were apart and not within one name stay apart.
        """
        start, end = span
        first, last = self._around(start), self._around(end)
        if first is None:
            low = self._moved(start)
        elif first.end < end:
            low = self._moved(first.end)
        else:
            low = self._moved(first.start)
        return low, self._moved(end if last is None else last.end)

    def within(self, span: Span, parts: Sequence[Span]) -> list[Span | None]:
        """Say where parts of a span, counted from its start, lie in it now; None where nothing is left of one."""
        start, end = self.place(span)
        found: list[Span | None] = []
        for part in parts:
            low, high = self.place((span[0] + part[0], span[0] + part[1]))
            low, high = max(low, start) - start, min(high, end) - start
            found.append((low, high) if low < high else None)
        return found

    def _around(self, position: int) -> Replacement | None:
        """Return the replacement in which a position lies, not at an edge."""
        at = bisect_right(self._starts, position) - 1
        one = self.replacements[at] if at >= 0 else None
        return one if one and one.start < position < one.end else None

    def _moved(self, position: int) -> int:
        """Say where a position outside of replaced words, or at an edge of them, is now."""
        at = bisect_right(self._starts, position)
        if at and position < self.replacements[at - 1].end:
            at -= 1  # it is where these begin
        return position + self._grown[at]


def still_shared(blocks: Sequence[Shared], old: Replaced, new: Replaced) -> list[Shared]:
    """Say what two revisions share after replacements in both: what was shared and in which both were changed alike."""
    return [piece for block in blocks for piece in _pieces(block, old, new)]


def _pieces(block: Shared, old: Replaced, new: Replaced) -> list[Shared]:
    before, after = _inside(old, block.old_start, block.length), _inside(new, block.new_start, block.length)
    whole = {one for one in before & after if one.start >= 0 and one.end <= block.length}
    apart = sorted((max(one.start, 0), min(one.end, block.length)) for one in (before | after) - whole)
    pieces, at = [], 0
    for start, end in [*apart, (block.length, block.length)]:
        if at < start:
            old_span = old.place((block.old_start + at, block.old_start + start))
            new_span = new.place((block.new_start + at, block.new_start + start))
            pieces.append(Shared(old_span[0], new_span[0], old_span[1] - old_span[0]))
        at = max(at, end)
    return pieces


def _inside(replaced: Replaced, start: int, length: int) -> set[Replacement]:
    """Return what is replaced in a stretch, counted from its start."""
    return {
        Replacement(one.start - start, one.end - start, one.by)
        for one in replaced.replacements
        if one.start < start + length and start < one.end
    }
