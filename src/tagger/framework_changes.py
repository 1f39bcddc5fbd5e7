"""What changed from one framework to another, in sentences a peer researcher can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tagger.records import Framework, Value

_FIELDS = {
    "name": "name",
    "unit": "unit",
    "definition": "definition",
    "counts": "what counts",
    "does_not_count": "what does not count",
    "cues": "cues",
    "examples": "examples",
}
_LISTS = ("counts", "does_not_count", "cues", "examples")
_MEANING = {
    True: "the author says the meaning changed",
    False: "the author says the meaning stayed the same",
    None: "the author does not say whether the meaning changed",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two frameworks, as a plain sentence; `value` is the id it concerns, None for the whole."""

    kind: Literal["whole", "layers", "added", "removed", "reordered", "renamed", "moved", "reworded", "texts"]
    value: str | None
    text: str


def compare(old: Framework, new: Framework) -> tuple[Change, ...]:
    """
    List what changed from one framework to another.

    Values are paired by the mapping if the new framework extends the old one, else by their ids; and only then does
    the author say whether a value's meaning changed.
    """
    extends = new.extends == f"{old.id}@{old.version}"
    earlier = {value.id: value for value in old.values}
    same = {value.id: value.id if value.id in earlier else None for value in new.values}
    origins = new.mapping if extends else same
    changes = [*_whole_changes(old, new), *_presence(old, new, origins)]
    for value in new.values:
        origin = origins[value.id]
        if origin is not None:
            revised = value.id in new.revised_meaning if extends else None
            changes.extend(_moves(earlier[origin], value, old, new))
            changes.extend(_rewordings(earlier[origin], value, revised))
    return tuple(changes)


def _whole_changes(old: Framework, new: Framework) -> Iterator[Change]:
    for noun in ("id", "version", "title", "citation"):
        before, after = getattr(old, noun), getattr(new, noun)
        if before != after:
            yield Change("whole", None, f"The {noun} is now '{after}' (it was '{before}').")
    if old.layers != new.layers:
        before, after = (" · ".join(layer.name for layer in framework.layers) for framework in (old, new))
        yield Change("layers", None, f"The layers are now: {after} (they were: {before}).")


def _presence(old: Framework, new: Framework, origins: Mapping[str, str | None]) -> Iterator[Change]:
    """Say which values came and went, and whether those that stayed stand in another order."""
    names = {layer.id: layer.name for layer in new.layers}
    for value in new.values:
        if origins[value.id] is None:
            yield Change("added", value.id, f"{value.name} is new, in the layer '{names[value.layer]}'.")
    stayed = [origin for value in new.values if (origin := origins[value.id]) is not None]
    for value in old.values:
        if value.id not in stayed:
            yield Change("removed", value.id, f"{value.name} is removed.")
    if list(dict.fromkeys(stayed)) != [value.id for value in old.values if value.id in stayed]:
        order = ", ".join(value.name for value in new.values)
        yield Change("reordered", None, f"The order is now: {order}.")


def _moves(old: Value, new: Value, before: Framework, after: Framework) -> Iterator[Change]:
    """Say whether a value has another id or stands in another layer."""
    if old.id != new.id:
        yield Change("renamed", new.id, f"{new.name}: the id is now '{new.id}' (it was '{old.id}').")
    if old.layer != new.layer:
        was = next(layer.name for layer in before.layers if layer.id == old.layer)
        now = next(layer.name for layer in after.layers if layer.id == new.layer)
        yield Change("moved", new.id, f"{new.name} moved from the layer '{was}' to '{now}'.")


def _rewordings(old: Value, new: Value, revised: bool | None) -> Iterator[Change]:
    """Say which texts of a value changed, and what the author says of its meaning (None: nothing)."""
    nouns = [noun for field, noun in _FIELDS.items() if getattr(old, field) != getattr(new, field)]
    if nouns or revised:
        what = f"changed in its {', '.join(nouns)}" if nouns else "the texts are the same"
        yield Change("reworded", new.id, f"{new.name}: {what}; {_MEANING[revised]}.")
    for field in _LISTS:
        before, after = ([wording.text for wording in getattr(value, field)] for value in (old, new))
        came, went = [text for text in after if text not in before], [text for text in before if text not in after]
        for verb, texts in (("added to", came), ("removed from", went)):
            if texts:
                listed = "; ".join(f"“{text}”" for text in texts)
                yield Change("texts", new.id, f"{new.name}, {verb} its {_FIELDS[field]}: {listed}")
