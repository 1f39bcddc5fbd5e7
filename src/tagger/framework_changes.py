"""What changed from one framework to another, in sentences a peer researcher can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tagger.records import Framework, Layer, Value

_LISTS = {
    "counts": "what counts",
    "does_not_count": "what does not count",
    "cues": "the cues",
    "examples": "the examples",
}
_UNITS = {"passage": "in what one person says", "exchange": "in what two people say to each other too"}
_MEANING = {
    True: "Its meaning changed: what was read before says nothing for it now",
    False: "It means the same: what was read before still holds",
    None: "Nobody has said whether its meaning changed",
}
_MEANING_BESIDE = {
    True: "It means something of its own in each: what was read with one says nothing for the other",
    False: "It means the same in both: what was read with one holds for the other",
}
"""Of two frameworks that extend the same one."""

Kind = Literal[
    "whole", "layers", "added", "split", "merged", "removed", "reordered", "renamed", "moved", "reworded", "texts"
]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two frameworks, as a plain sentence; `value` is the id it concerns, None for the whole."""

    kind: Kind
    value: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Descent:
    """
    A value, and the earlier ones that it was made from: none if it is new, itself if it is left out of the new list.

    `reworded`: other words than its name stand under it. `revised`: what was read of them says nothing for it.
    """

    value: Value
    origins: tuple[Value, ...]
    reworded: bool = False
    revised: bool = False


def compare(old: Framework, new: Framework) -> tuple[Change, ...]:
    """
    List what changed from one framework to another: first what came, went and moved, then each value's words.

    Values are paired as the new framework says if it was made from the old one, or as both say if they extend the same
    one, else by their ids; and only then, or between versions of one framework that were made from each other, is it
    known whether a value's meaning changed.
    """
    earlier = {value.id: value for value in old.values}
    origins = _origins(old, new)
    heirs: dict[str, list[Value]] = defaultdict(list)
    for value in new.values:
        for origin in origins[value.id]:
            heirs[origin].append(value)
    changes = [*_whole(old, new), *_presence(old, new, origins, heirs), *_order(old, new, origins)]
    for value in new.values:
        match origins[value.id]:
            case (origin,) if len(heirs[origin]) == 1:
                changes.extend(_moves(earlier[origin], value, old, new))
                changes.extend(_rewordings(earlier[origin], value, *_meaning(old, new, origin, value.id)))
    return tuple(changes)


def descents(old: Framework, new: Framework) -> tuple[Descent, ...]:
    """Pair the values of a framework, and those that it leaves out, with what they were made from in another one."""
    earlier, origins = {value.id: value for value in old.values}, _origins(old, new)
    made_of = [one for own in origins.values() for one in own]
    found = [
        Descent(
            value,
            tuple(earlier[one] for one in own),
            reworded=any(
                replace(earlier[one], id=value.id, name=value.name, layer=value.layer) != value for one in own
            ),
            revised=len(own) > 1
            or any(made_of.count(one) > 1 or old.meaning_of(one) != new.meaning_of(value.id) for one in own),
        )
        for value in new.values
        for own in [origins[value.id]]
    ]
    return (*found, *(Descent(value, (value,)) for value in old.values if value.id not in made_of))


def unchanged(old: Framework, new: Framework) -> tuple[str, ...]:
    """Name the values of the new framework whose words and layer are as they were."""
    origins, earlier = _origins(old, new), {value.id: value for value in old.values}
    return tuple(value.name for value in new.values if [value] == [earlier[one] for one in origins[value.id]])


def _origins(old: Framework, new: Framework) -> dict[str, tuple[str, ...]]:
    """Return the ids of the old values that each new one was made from."""
    if new.made_from == f"{old.id}@{old.version}":
        return {value.id: new.origins_of(value.id) for value in new.values}
    if _beside(old, new):
        standing_for = {old.mapping[value.id]: value.id for value in old.values if old.mapping.get(value.id)}
        paired = {value.id: standing_for.get(new.mapping.get(value.id)) for value in new.values}
        return {value: (origin,) if origin else () for value, origin in paired.items()}
    known = {value.id for value in old.values}
    return {value.id: (value.id,) if value.id in known else () for value in new.values}


def _beside(old: Framework, new: Framework) -> bool:
    """Say whether they are two frameworks that extend the same one, each for a context of its own."""
    return old.id != new.id and old.extends is not None and old.extends == new.extends


def _meaning(old: Framework, new: Framework, origin: str, value_id: str) -> tuple[bool | None, str]:
    """Return whether the meaning changed, None where nobody says, and a sentence on it."""
    if _beside(old, new):
        apart = origin in old.revised_meaning or value_id in new.revised_meaning
        return apart, _MEANING_BESIDE[apart]
    revised = None
    if old.id == new.id and (old.continues or new.continues):
        revised = old.meaning_of(origin) != new.meaning_of(value_id)
    elif new.extends == f"{old.id}@{old.version}":
        revised = value_id in new.revised_meaning
    return revised, _MEANING[revised]


def _whole(old: Framework, new: Framework) -> Iterator[Change]:
    for noun in ("id", "version", "title", "citation"):
        before, after = getattr(old, noun), getattr(new, noun)
        if before != after:
            yield Change("whole", None, f"The {noun} is now '{after}' (it was '{before}').")
    if old.layers != new.layers:
        for text in _layers(old.layers, new.layers):
            yield Change("layers", None, text)


def _layers(old: Sequence[Layer], new: Sequence[Layer]) -> Iterator[str]:
    """Say which layers came, each with its place, and where that is not all, what all of them are."""
    came = [layer for layer in new if layer.id not in {one.id for one in old}]
    if [layer for layer in new if layer not in came] == list(old):
        for layer in came:
            place = new.index(layer)
            after = f"after '{new[place - 1].name}'" if place else f"before '{new[1].name}'"
            yield f"There is a new layer, '{layer.name}', {after}."
        return
    before, after = (" · ".join(layer.name for layer in layers) for layers in (old, new))
    yield f"The layers are now: {after} (they were: {before})."


def _presence(
    old: Framework, new: Framework, origins: Mapping[str, tuple[str, ...]], heirs: Mapping[str, Sequence[Value]]
) -> Iterator[Change]:
    """Say which values came and went, and which are made of parts or of several others."""
    layers = {layer.id: layer.name for layer in new.layers}
    names = {value.id: value.name for value in old.values}
    for value in new.values:
        what = f"in the layer '{layers[value.layer]}': “{value.definition.text}”"
        if not origins[value.id]:
            yield Change("added", value.id, f"{value.name} is new, {what}")
        elif len(origins[value.id]) > 1:
            parts = _listed([names[origin] for origin in origins[value.id]])
            yield Change("merged", value.id, f"{parts} are merged into {value.name}, {what} {_MEANING[True]}.")
    gone = "is retired" if old.id == new.id else "is not in it"
    for value in old.values:
        into = heirs.get(value.id, ())
        if not into:
            yield Change("removed", value.id, f"{value.name} {gone}.")
        elif len(into) > 1:
            parts = "; ".join(
                f"{one.name}, in the layer '{layers[one.layer]}': “{one.definition.text}”" for one in into
            )
            told = f"{value.name} is split into {_listed([one.name for one in into])}."
            yield Change(
                "split", value.id, f"{told} {parts} What was read of it before says nothing for its parts now."
            )


def _order(old: Framework, new: Framework, origins: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    """Say where the values that stayed stand now, if that is elsewhere."""
    stayed = list(dict.fromkeys(origin for value in new.values for origin in origins[value.id]))
    before = [value.id for value in old.values if value.id in stayed]
    if stayed != before:
        names = {value.id: value.name for value in old.values}
        moved = [origin for origin in stayed if origin not in _in_order([before.index(one) for one in stayed], stayed)]
        told = []
        for origin in moved if len(moved) < len(stayed) / 2 else ():
            place = stayed.index(origin)
            beside = f"before {names[stayed[1]]}" if place == 0 else f"after {names[stayed[place - 1]]}"
            told.append(f"{names[origin]} now comes {beside}.")
        order = ", ".join(value.name for value in new.values)
        yield Change("reordered", None, " ".join([*told, f"The order is now: {order}."]))


def _in_order(places: Sequence[int], names: Sequence[str]) -> list[str]:
    """Return the most names that can be left where they are: those of a longest rising run of places."""
    best: list[list[int]] = []
    for at, place in enumerate(places):
        before = [run for run in best if places[run[-1]] < place]
        best.append([*max(before, key=len, default=[]), at])
    return [names[at] for at in max(best, key=len)]


def _moves(old: Value, new: Value, before: Framework, after: Framework) -> Iterator[Change]:
    """Say whether a value has another id or name, or stands in another layer."""
    if old.id != new.id:
        yield Change("renamed", new.id, f"{new.name}: the id is now '{new.id}' (it was '{old.id}').")
    if old.name != new.name:
        yield Change("renamed", new.id, f"{old.name} is now called {new.name}.")
    if old.layer != new.layer:
        was = next(layer.name for layer in before.layers if layer.id == old.layer)
        now = next(layer.name for layer in after.layers if layer.id == new.layer)
        yield Change("moved", new.id, f"{new.name} moved from the layer '{was}' to '{now}'.")


def _rewordings(old: Value, new: Value, revised: bool | None, meaning: str) -> Iterator[Change]:
    """Say which texts of a value changed and whether its meaning did (None: nobody says), then the texts themselves."""
    texts = {field: [[one.text for one in getattr(value, field)] for value in (old, new)] for field in _LISTS}
    nouns = [_LISTS[field] for field, (before, after) in texts.items() if before != after]
    if old.definition.text != new.definition.text:
        nouns.insert(0, "the definition")
    if nouns or revised or old.unit != new.unit or old.name != new.name:
        same = "only its name changed" if old.name != new.name else "the words are the same"
        what = f"other words in {_listed(nouns)}" if nouns else same
        yield Change("reworded", new.id, f"{new.name}: {what}. {meaning}.")
    if old.unit != new.unit:
        yield Change("texts", new.id, f"{new.name} is now looked for {_UNITS[new.unit]} (it was {_UNITS[old.unit]}).")
    if old.definition.text != new.definition.text:
        now, was = new.definition.text, old.definition.text
        yield Change("texts", new.id, f"{new.name}, the definition is now: “{now}” It was: “{was}”")
    for field, (before, after) in texts.items():
        came, went = [text for text in after if text not in before], [text for text in before if text not in after]
        for verb, some in (("added to", came), ("taken out of", went)):
            if some:
                listed = "; ".join(f"“{text}”" for text in some)
                yield Change("texts", new.id, f"{new.name}, {verb} {_LISTS[field]}: {listed}")


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
