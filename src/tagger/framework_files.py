"""
The framework file format: text -> Framework, with errors that name file, line, field and remedy.

frameworks/README.md describes the format for those who write one. A framework that extends another lists only what
changes; reading it means applying the changes to the other, so a framework that extends nothing is read as changes to
one without values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, cast, get_args

from tagger.errors import FrameworkError
from tagger.marked_yaml import Node, fields, items, one_of, read, suggestion, text_of
from tagger.records import TEXTS, Framework, Layer, Source, Unit, Value, Wording

_TOP = ("id", "version", "title", "citation", "extends", "layers", "order", "remove", "values")
_VALUE = ("id", "from", "meaning", "name", "layer", "unit", "definition", *TEXTS)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXTENDS_NONE = "Leave it out: this framework extends no other"


@dataclass(frozen=True, slots=True)
class _Change:
    """An entry of `values`: the value it leads to, the ids it had before, and what became of its meaning."""

    value: Value
    origins: tuple[str, ...]
    revised: bool

    @property
    def origin(self) -> str | None:
        """Return the one value it changes; a value made of several changes none of them."""
        return self.origins[0] if len(self.origins) == 1 else None


def parse(text: str, where: str, find: Callable[[str, str], Framework]) -> Framework:
    """
    Read a framework from the text of a file.

    Args:
        text: the file's content.
        where: what errors call the file.
        find: gives the framework of an id and a version, which may be empty, for `extends`; raises FrameworkError if
            there is none.
    """
    top = fields(read(text, where), _TOP, required=("id", "version", "title"))
    base = _base(top["extends"], find) if "extends" in top else _nothing()
    for key in ("layers", "values") if not base.id else ():
        if key not in top:
            raise FrameworkError(f"the key '{key}' is missing", where=where, remedy=f"Add {key}, or extends")
    layers = _layers(top["layers"]) if "layers" in top else base.layers
    changes = _changes(top["values"], base, layers) if "values" in top else ()
    dropped = _dropped(top["remove"], base, changes) if "remove" in top else frozenset()
    values = _ordered(_applied(base, changes, dropped), top.get("order"))
    _check_whole(values, layers, top, where)
    framework = Framework(
        id=_identifier(top["id"]),
        version=_version(top["version"]),
        title=text_of(top["title"]),
        citation=text_of(top["citation"]) if "citation" in top else base.citation,
        layers=layers,
        values=values,
        extends=f"{base.id}@{base.version}" if base.id else None,
        mapping=_mapping(base, changes, values) if base.id else {},
        revised_meaning=frozenset(change.value.id for change in changes if change.revised),
        merges={change.value.id: change.origins for change in changes if len(change.origins) > 1},
    )
    if framework.id != base.id:
        return framework
    _check_continued(base, changes, top, framework.version)
    return continued(framework, base)


def continued(framework: Framework, base: Framework) -> Framework:
    """
    Return a framework that was made from an earlier version of itself as one that continues it.

    Args:
        framework: what it says of the version it was made from, as one that extends it.
        base: that version.
    """
    begun = framework.revised_meaning | {value.id for value in framework.values if not framework.mapping[value.id]}
    before = {value: origin for value, origin in framework.mapping.items() if origin}
    revised = (value for value, origin in before.items() if value in begun or origin in base.revised_meaning)
    return replace(
        framework,
        extends=base.extends,
        mapping={value.id: base.mapping.get(before.get(value.id, "")) for value in framework.values}
        if base.extends
        else {},
        revised_meaning=frozenset(revised),
        continues=framework.extends,
        came_from=framework.mapping,
        meanings={
            value.id: framework.version if value.id in begun else base.meaning_of(before[value.id])
            for value in framework.values
        },
    )


def _nothing() -> Framework:
    return Framework(id="", version="", title="", layers=(), values=())


def _base(node: Node, find: Callable[[str, str], Framework]) -> Framework:
    wanted, _, version = text_of(node).partition("@")
    try:
        return find(wanted, version)
    except FrameworkError as error:
        if error.where:
            raise
        raise node.error(error.what, error.remedy) from None


def _layers(node: Node) -> tuple[Layer, ...]:
    seen: dict[str, int] = {}
    layers = []
    for item in items(node):
        entry = fields(item, ("id", "name"), required=("id", "name"))
        layers.append(Layer(_unique(entry["id"], seen, "layer"), text_of(entry["name"])))
    return tuple(layers)


def _changes(node: Node, base: Framework, layers: tuple[Layer, ...]) -> tuple[_Change, ...]:
    inherited = {value.id: value for value in base.values}
    known = tuple(layer.id for layer in layers)
    seen: dict[str, int] = {}
    changes = tuple(_change(item, inherited, known, seen) for item in items(node))
    _check_parts(items(node), changes)
    return changes


def _change(node: Node, inherited: Mapping[str, Value], layers: tuple[str, ...], seen: dict[str, int]) -> _Change:
    entry = fields(node, _VALUE, required=("id",))
    name = _unique(entry["id"], seen, "value")
    origins = _origins(entry, name, inherited)
    one = len(origins) == 1
    start = replace(inherited[origins[0]], id=name) if one else _new_value(node, entry, name, inherited)
    value = _with_fields(start, entry)
    if "layer" in entry and value.layer not in layers:
        raise entry["layer"].error(f"there is no layer '{value.layer}'", suggestion(value.layer, layers))
    return _Change(value, origins, _revised(node, entry, origins))


def _origins(entry: dict[str, Node], name: str, inherited: Mapping[str, Value]) -> tuple[str, ...]:
    """Find which inherited value an entry changes, or which ones it merges; none where it adds one."""
    if "from" not in entry:
        return (name,) if name in inherited else ()
    named = entry["from"]
    parts = items(named) if isinstance(named.content, tuple) else (named,)
    for part in parts:
        if text_of(part) not in inherited:
            remedy = suggestion(text_of(part), inherited) if inherited else _EXTENDS_NONE
            raise part.error(f"there is no value '{text_of(part)}' to come from", remedy)
    if len({text_of(part) for part in parts}) < len(parts):
        raise named.error("one value is named here twice", "Name each of them once")
    return tuple(text_of(part) for part in parts)


def _new_value(node: Node, entry: dict[str, Node], name: str, inherited: Mapping[str, Value]) -> Value:
    for key in ("name", "layer", "definition"):
        if key not in entry:
            close = get_close_matches(name, inherited, n=1)
            meant = f"; or write '{close[0]}' if that is the value you want to change" if close else ""
            raise node.error(f"the value '{name}' has no {key}", f"Add '{key}:' to it{meant}")
    return Value(id=name, name="", layer="", definition=Wording(""))


def _with_fields(value: Value, entry: dict[str, Node]) -> Value:
    """Put into a value what its entry says."""
    readers: dict[str, Callable[[Node], Any]] = {
        "name": text_of,
        "layer": text_of,
        "unit": lambda node: one_of(node, get_args(Unit)),
        "definition": _wording,
        **dict.fromkeys(TEXTS, _wordings),
    }
    return replace(value, **{field: reader(entry[field]) for field, reader in readers.items() if field in entry})


def _revised(node: Node, entry: dict[str, Node], origins: tuple[str, ...]) -> bool:
    """Read whether the author says that the meaning changed, which only a change to an inherited value can say."""
    if not origins:
        if "meaning" in entry:
            raise entry["meaning"].error("a new value has no earlier meaning", "Leave 'meaning' out")
        return False
    if "meaning" not in entry:
        remedy = "Add 'meaning: same' if earlier readings still hold, or 'meaning: revised' if they do not"
        raise node.error(f"the change of '{origins[0]}' does not say whether its meaning changed", remedy)
    revised = one_of(entry["meaning"], ("same", "revised")) == "revised"
    if len(origins) > 1 and not revised:
        what = "what was read of the values that are merged does not say what holds for the one they become"
        raise entry["meaning"].error(what, "Write 'meaning: revised'")
    return revised


def _check_parts(nodes: tuple[Node, ...], changes: tuple[_Change, ...]) -> None:
    """Refuse that a value which is split or merged keeps its meaning, or goes two ways at once."""
    uses = Counter(origin for change in changes for origin in change.origins)
    merged = {origin for change in changes if len(change.origins) > 1 for origin in change.origins}
    for node, change in zip(nodes, changes, strict=True):
        for origin in (origin for origin in change.origins if uses[origin] > 1):
            if origin in merged:
                raise node.error(f"'{origin}' is merged and changed too", "Do one of the two")
            if not change.revised:
                what = f"'{origin}' is split, and what was read of it does not say which part is meant"
                raise node.error(what, "Write 'meaning: revised' in each part")


def _check_continued(base: Framework, changes: tuple[_Change, ...], top: Mapping[str, Node], version: str) -> None:
    """Check what a version owes to the one that it continues: readings are found again by a value's id."""
    if version == base.version:
        raise top["version"].error(f"version {version} is the one that this continues", "Give it another version")
    for change in changes:
        if change.origin not in (None, change.value.id) and not change.revised:
            remedy = f"Keep the id '{change.origin}' and change the name, or write 'meaning: revised'"
            what = f"'{change.value.id}' is another id for '{change.origin}', whose readings would not be found"
            raise top["values"].error(what, remedy)


def _dropped(node: Node, base: Framework, changes: tuple[_Change, ...]) -> frozenset[str]:
    inherited = [value.id for value in base.values]
    kept = {name for change in changes for name in (change.value.id, *change.origins)}
    for item in items(node):
        name = text_of(item)
        if name not in inherited:
            remedy = suggestion(name, inherited) if inherited else _EXTENDS_NONE
            raise item.error(f"there is no value '{name}' to remove", remedy)
        if name in kept:
            raise item.error(f"the value '{name}' is both changed and removed", "Do one of the two")
    return frozenset(text_of(item) for item in items(node))


def _applied(base: Framework, changes: tuple[_Change, ...], dropped: frozenset[str]) -> tuple[Value, ...]:
    """Apply changes in place, so that the other framework's order holds; new values come last."""
    values: list[Value] = []
    merged = {origin for change in changes for origin in change.origins[1:]}
    for value in base.values:
        heirs = [change.value for change in changes if change.origins[:1] == (value.id,)]
        values.extend(heirs or ([value] if value.id not in dropped | merged else []))
    return (*values, *(change.value for change in changes if not change.origins))


def _ordered(values: tuple[Value, ...], node: Node | None) -> tuple[Value, ...]:
    if node is None:
        return values
    by_id = {value.id: value for value in values}
    seen: dict[str, int] = {}
    for item in items(node):
        name = _unique(item, seen, "value")
        if name not in by_id:
            raise item.error(f"there is no value '{name}' in this framework", suggestion(name, by_id))
    if missing := [name for name in by_id if name not in seen]:
        raise node.error(f"the order leaves out: {', '.join(missing)}", "List every value once, or leave 'order' out")
    return tuple(by_id[name] for name in seen)


def _check_whole(values: tuple[Value, ...], layers: tuple[Layer, ...], top: Mapping[str, Node], where: str) -> None:
    """Check what only the finished framework shows: it has values, and each stands in a layer it knows."""
    if not values:
        raise FrameworkError("the framework has no values", where=where, remedy="Keep or add at least one")
    ids = [value.id for value in values]
    for value in values:
        if ids.count(value.id) > 1:
            remedy = "Give the renamed value an id that no other value has"
            raise top["values"].error(f"two values end up with the id '{value.id}'", remedy)
        if value.layer not in {layer.id for layer in layers}:
            remedy = f"Add the layer '{value.layer}', or give the value another layer under 'values'"
            raise top["layers"].error(f"the layers leave out '{value.layer}', where '{value.id}' stands", remedy)


def _mapping(base: Framework, changes: tuple[_Change, ...], values: tuple[Value, ...]) -> dict[str, str | None]:
    origins = {value.id: value.id for value in base.values} | {change.value.id: change.origin for change in changes}
    return {value.id: origins[value.id] for value in values}


def _identifier(node: Node) -> str:
    text = text_of(node)
    if not _ID.fullmatch(text):
        remedy = "Use small letters a-z, digits and single hyphens, such as 'choice-and-control'"
        raise node.error(f"'{text}' cannot be an id", remedy)
    return text


def _unique(node: Node, seen: dict[str, int], noun: Literal["layer", "value"]) -> str:
    """Give an id and remember its line."""
    text = _identifier(node)
    if text in seen:
        remedy = "Give one of them another id, or remove it"
        raise node.error(f"the {noun} '{text}' is here twice, first on line {seen[text]}", remedy)
    seen[text] = node.line
    return text


def _version(node: Node) -> str:
    text = text_of(node)
    if " " in text or "@" in text:
        raise node.error(f"'{text}' cannot be a version", "Use one word without '@', such as 1.0")
    return text


def _wording(node: Node) -> Wording:
    entry = fields(node, ("source", "text"), required=("source", "text"))
    return Wording(text_of(entry["text"]), _source(entry["source"]))


def _wordings(node: Node) -> tuple[Wording, ...]:
    """Read several texts: they share a source, but for those that name their own; `[]` takes away inherited ones."""
    entry = fields(node, ("source", "texts"), required=("source", "texts"))
    source = _source(entry["source"])
    if entry["texts"].content == ():
        return ()
    lines: dict[str, int] = {}
    wordings = []
    for item in items(entry["texts"]):
        wording = _wording(item) if isinstance(item.content, dict) else Wording(text_of(item), source)
        if wording.text in lines:
            raise item.error(f"this text is here twice, first on line {lines[wording.text]}", "Keep one of them")
        lines[wording.text] = item.line
        wordings.append(wording)
    return tuple(wordings)


def _source(node: Node) -> Source:
    return cast(Source, one_of(node, get_args(Source)))
