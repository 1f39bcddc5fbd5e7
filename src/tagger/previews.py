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


def inherited(before: Pairs, origins: Mapping[str, Collection[str]]) -> Pairs:
    """
    Return the suggestions of now as those of the values that come of them, so that they can be compared.

    Args:
        origins: for each value that is to be, those of now that it comes of. A value of now that goes keeps its own.
    """
    heirs: dict[str, list[str]] = {}
    for value, own in origins.items():
        for origin in own:
            heirs.setdefault(origin, []).append(value)
    found: dict[tuple[str, str], float] = {}
    for (excerpt, value), score in before.items():
        for heir in heirs.get(value, [value]):
            found[excerpt, heir] = max(score, found.get((excerpt, heir), score))
    return found


def changes(before: Pairs, after: Pairs, values: Sequence[str]) -> tuple[ValueChange, ...]:
    """Compare suggestions value by value; a value of one side alone adds all its own, or drops them."""
    added, dropped = (_by_value(some, some.keys() - other.keys()) for some, other in ((after, before), (before, after)))
    kept = _by_value(before, before.keys() & after.keys())
    return tuple(
        ValueChange(value, tuple(added.get(value, ())), tuple(dropped.get(value, ())), len(kept.get(value, ())))
        for value in values
    )


def spread(ranked: Sequence[str], count: int = TO_READ) -> tuple[str, ...]:
    """Pick some of a list from its first to its last, at equal distances: the same list gives the same."""
    if len(ranked) <= count:
        return tuple(ranked)
    return tuple(ranked[round(at * (len(ranked) - 1) / (count - 1))] for at in range(count))


def _by_value(scores: Pairs, pairs: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the excerpts of each value, the strongest first."""
    found: dict[str, list[str]] = {}
    for excerpt, value in sorted(pairs, key=lambda pair: (-scores[pair], pair)):
        found.setdefault(value, []).append(excerpt)
    return found
