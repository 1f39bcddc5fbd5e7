"""How far two ratings are from each other: by level of measurement, or between sets of labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Literal

import numpy as np

from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
SetDistance = Literal["masi", "jaccard", "dice"]
Distance = SetDistance | Callable[[Any, Any], float]

LEVELS = ("nominal", "ordinal", "interval", "ratio")


def masi_distance(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """
    Return 1 - J * M of two label sets (Passonneau 2006, LREC).

    J is the Jaccard index; M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 where they
    are disjoint. Two empty sets have distance 0, an empty and any other set 1.
    """
    return float(_between([frozenset(a), frozenset(b)], "masi")[0, 1])


def jaccard_distance(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Return 1 - |A and B| / |A or B|; 0 for two empty sets."""
    return float(_between([frozenset(a), frozenset(b)], "jaccard")[0, 1])


def dice_distance(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Return 1 - 2 |A and B| / (|A| + |B|); 0 for two empty sets."""
    return float(_between([frozenset(a), frozenset(b)], "dice")[0, 1])


def distances(values: Sequence[Hashable], totals: Floats, level: Level, distance: Distance | None) -> Floats:
    """
    Return (q, q): the distance between every two values.

    Args:
        values: the q categories; their order counts where the level is ordinal.
        totals: (q,), how often each occurs, by which ordinal distances go.
        level: the level of measurement (Krippendorff 2011, section 4).
        distance: in the place of a level, one between label sets, or a function of two values.

    Raises:
        UsageError: the level or the distance does not fit the values.
    """
    if callable(distance):
        return np.array([[float(distance(a, b)) for b in values] for a in values]).reshape(len(values), len(values))
    if distance is not None:
        return _between([as_set(value) for value in values], distance)
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level not in LEVELS:
        raise UsageError(f"there is no level {level!r}", where="level", remedy=f"Choose one of {', '.join(LEVELS)}")
    if level == "ordinal":
        upto = np.cumsum(totals) - totals / 2
        return np.asarray((upto[:, None] - upto[None, :]) ** 2)
    numbers = _numbers(values, level)
    apart = numbers[:, None] - numbers[None, :]
    if level == "interval":
        return np.asarray(apart**2)
    together = numbers[:, None] + numbers[None, :]
    return np.asarray(np.divide(apart, together, out=np.zeros_like(apart), where=together != 0) ** 2)


def _between(sets: Sequence[frozenset[Hashable]], distance: SetDistance) -> Floats:
    labels = {label: place for place, label in enumerate(sorted(frozenset().union(*sets), key=repr))}
    holds = np.zeros((len(sets), len(labels)))
    for row, one in enumerate(sets):
        holds[row, [labels[label] for label in one]] = 1.0
    both = holds @ holds.T
    sizes = holds.sum(axis=1)
    smaller, larger = np.minimum.outer(sizes, sizes), np.maximum.outer(sizes, sizes)
    either = smaller + larger - both
    jaccard = np.divide(both, either, out=np.ones_like(both), where=either > 0)
    if distance == "jaccard":
        return np.asarray(1.0 - jaccard)
    if distance == "dice":
        return np.asarray(1.0 - np.divide(2 * both, smaller + larger, out=np.ones_like(both), where=either > 0))
    if distance != "masi":
        raise UsageError(f"there is no distance {distance!r}", where="distance", remedy="Choose masi, jaccard or dice")
    kinship = np.select([both == either, both == smaller, both > 0], [1.0, 2 / 3, 1 / 3], 0.0)
    return np.asarray(1.0 - jaccard * kinship)


def as_set(value: Hashable) -> frozenset[Hashable]:
    """Return a rating that must be a set of labels."""
    if not isinstance(value, frozenset):
        raise UsageError(
            f"{value!r} is not a set of labels", where="ratings", remedy="Give sets, or a level and no distance"
        )
    return value


def _numbers(values: Sequence[Any], level: Level) -> Floats:
    try:
        return np.array([float(value) for value in values])
    except (TypeError, ValueError):
        raise UsageError(
            f"ratings of the {level} level are numbers", where="ratings", remedy="Use the nominal or ordinal level"
        ) from None
