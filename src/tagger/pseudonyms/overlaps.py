"""Of spans that overlap, those that are kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Lies(Protocol):
    """Something that lies in a text, from `start` to `end`."""

    @property
    def start(self) -> int:
        """Return where it begins."""

    @property
    def end(self) -> int:
        """Return where it ends."""


T = TypeVar("T", bound=Lies)


def longest(wanted: Iterable[T]) -> list[T]:
    """Keep, of spans that overlap, the longest, and of those of one length the first in the text; in their order."""
    return first_come(sorted(wanted, key=lambda one: (one.start - one.end, one.start)))


def first_come(wanted: Iterable[T]) -> list[T]:
    """Keep, of spans that overlap, the one that comes first here; in the order of the text."""
    kept: list[T] = []
    for one in wanted:
        at = bisect_right(kept, one.start, key=lambda other: other.start)
        if all(one.end <= other.start or other.end <= one.start for other in kept[max(at - 1, 0) : at + 1]):
            kept.insert(at, one)
    return kept
