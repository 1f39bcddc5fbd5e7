"""What a changed framework would add to the suggestions and drop from them, and which of each to read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

TO_READ = 6

Pairs = Mapping[tuple[str, str], float]
"""The score of each suggestion by its excerpt and value."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """The excerpts of one value that the change adds and drops, the strongest first, and how many stay."""

    value_id: str
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    kept: int


def changes(before: Pairs, after: Pairs, values: Sequence[str]) -> tuple[ValueChange, ...]:
    """Compare suggestions value by value; a value of one side alone adds all its own, or drops them."""
    return tuple(
        ValueChange(
            value,
            _of(value, after, after.keys() - before.keys()),
            _of(value, before, before.keys() - after.keys()),
            sum(pair[1] == value for pair in before.keys() & after.keys()),
        )
        for value in values
    )


def spread(ranked: Sequence[str], count: int = TO_READ) -> tuple[str, ...]:
    """Pick some of a list from its first to its last, at equal distances: the same list gives the same."""
    if len(ranked) <= count:
        return tuple(ranked)
    return tuple(ranked[round(at * (len(ranked) - 1) / (count - 1))] for at in range(count))


def _of(value: str, scores: Pairs, pairs: Collection[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(excerpt for excerpt, own in sorted(pairs, key=lambda pair: (-scores[pair], pair)) if own == value)
