"""Lists of values that belong together, side by side: one order of layers and rows, and a place for what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tagger.records import Framework


@dataclass(frozen=True, slots=True)
class Line:
    """A value as each list has it: its id there, None where that list does not have it."""

    name: str
    ids: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A layer and its values."""

    name: str
    lines: tuple[Line, ...]


def families(frameworks: Sequence[Framework]) -> list[list[int]]:
    """Part lists, by their places, into those that were made from one another and those that were not."""
    parted: dict[str, list[int]] = {}
    for place, framework in enumerate(frameworks):
        parted.setdefault(_origin(framework.id, frameworks), []).append(place)
    return list(parted.values())


def combine(frameworks: Sequence[Framework]) -> tuple[Group, ...]:
    """
    Put lists of one family under each other.

    The list that the others were made from sets the order; a layer or a value that is new in another list follows the
    one that it follows there.
    """
    order = sorted(range(len(frameworks)), key=lambda place: frameworks[place].extends is not None)
    layers: list[str] = []
    keys: list[str] = []
    for framework in (frameworks[place] for place in order):
        _add(layers, [layer.id for layer in framework.layers])
        _add(keys, [_key(framework, value.id, frameworks) for value in framework.values])
    names: dict[str, str] = {}
    homes: dict[str, str] = {}
    ids: dict[str, list[str | None]] = {key: [None] * len(frameworks) for key in keys}
    titles: dict[str, str] = {}
    for place in order:
        titles = {layer.id: layer.name for layer in frameworks[place].layers} | titles
        for value in frameworks[place].values:
            key = _key(frameworks[place], value.id, frameworks)
            names.setdefault(key, value.name)
            homes.setdefault(key, value.layer)
            ids[key][place] = value.id
    groups = [
        Group(titles[layer], tuple(Line(names[key], tuple(ids[key])) for key in keys if homes[key] == layer))
        for layer in layers
    ]
    return tuple(group for group in groups if group.lines)


def _add(known: list[str], more: Sequence[str]) -> None:
    """Put what is new behind what it follows, and behind what others have put there already."""
    place = 0
    for item in more:
        if item in known:
            place = known.index(item) + 1
            continue
        while place < len(known) and known[place] not in more:
            place += 1
        known.insert(place, item)
        place += 1


def _base(framework: Framework, frameworks: Sequence[Framework]) -> Framework | None:
    """Return the list that one was made from, if it is among these."""
    name = (framework.extends or "").partition("@")[0]
    return next((other for other in frameworks if other.id == name and other.id != framework.id), None)


def _origin(name: str, frameworks: Sequence[Framework]) -> str:
    """Follow `extends` to the end."""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        found = next((framework.extends for framework in frameworks if framework.id == name), None)
        name = found.partition("@")[0] if found else name
    return name


def _key(framework: Framework, value_id: str, frameworks: Sequence[Framework]) -> str:
    """Name the value that one stands for; a value new in a list is that list's own."""
    if not framework.extends:
        return value_id
    stands_for = framework.mapping.get(value_id)
    if stands_for is None:
        return f"{framework.id}: {value_id}"
    base = _base(framework, frameworks)
    return _key(base, stands_for, frameworks) if base else stands_for
