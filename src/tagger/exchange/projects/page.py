"""A transcript written out for another program: one line a turn, with its speaker, and places carried over to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from tagger.records import Span

LEFT_OUT = "[…]"


@dataclass(frozen=True, slots=True)
class PageTurn:
    """A turn of a transcript, at `start`: its words as they may be read, None where they are left out, and a label."""

    start: int
    words: str | None
    label: str = ""


class Page:
    """The text of turns, and where their words are in it; turns that are left out in a row are one `[…]`."""

    def __init__(self, turns: Iterable[PageTurn]) -> None:
        lines: list[str] = []
        self._turns: list[tuple[int, int, int]] = []
        length = 0
        for turn in turns:
            if turn.words is None and lines and lines[-1] == LEFT_OUT:
                continue
            opening = f"{turn.label}: " if turn.label and turn.words is not None else ""
            line = LEFT_OUT if turn.words is None else opening + turn.words
            if turn.words is not None:
                shift = length + len(opening) - turn.start
                self._turns.append((turn.start, turn.start + len(turn.words), shift))
            lines.append(line)
            length += len(line) + 1
        self.text = "".join(f"{line}\n" for line in lines)

    def carried(self, span: Span) -> Span | None:
        """Return the place of a span of the transcript; None where the turn of its beginning or end is left out."""
        start, end = self._shift(span[0]), self._shift(span[1] - 1)
        return None if start is None or end is None else (span[0] + start, span[1] + end)

    def _shift(self, position: int) -> int | None:
        row = bisect_right(self._turns, position, key=lambda turn: turn[0]) - 1
        if row < 0 or position >= self._turns[row][1]:
            return None
        return self._turns[row][2]
