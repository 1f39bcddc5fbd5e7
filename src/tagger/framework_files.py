"""
The framework file format: text -> Framework, with errors that name file, line, field and remedy.

frameworks/README.md describes the format for those who write one. A framework that extends another lists only what
changes; reading it means applying the changes to the other, so a framework that extends nothing is read as changes to
one without values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, cast, get_args

from tagger.errors import FrameworkError
from tagger.marked_yaml import Node, fields, items, one_of, read, suggestion, text_of
from tagger.records import Framework, Layer, Source, Unit, Value, Wording

_TOP = ("id", "version", "title", "citation", "extends", "layers", "order", "remove", "values")
_TEXTS = ("counts", "does_not_count", "cues", "examples")
_VALUE = ("id", "from", "meaning", "name", "layer", "unit", "definition", *_TEXTS)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Change:
    """An entry of `values`: the value it leads to, the id it had in the other framework, what became of its meaning."""

    value: Value
    origin: str | None
    revised: bool


def parse(text: str, where: str, find: Callable[[str], Framework]) -> Framework:
    """
    Read a framework from the text of a file.

    Args:
        text: the file's content.
        where: what errors call the file.
        find: gives the framework of an id, for `extends`; raises FrameworkError if there is none.
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
    return Framework(
        id=_identifier(top["id"]),
        version=_version(top["version"]),
        title=text_of(top["title"]),
        citation=text_of(top["citation"]) if "citation" in top else base.citation,
        layers=layers,
        values=values,
        extends=f"{base.id}@{base.version}" if base.id else None,
        mapping=_mapping(base, changes, values) if base.id else {},
        revised_meaning=frozenset(change.value.id for change in changes if change.revised),
    )


def _nothing() -> Framework:
    return Framework(id="", version="", title="", layers=(), values=())


def _base(node: Node, find: Callable[[str], Framework]) -> Framework:
    wanted, _, version = text_of(node).partition("@")
    try:
        base = find(wanted)
    except FrameworkError as error:
        if error.where:
            raise
        raise node.error(error.what, error.remedy) from None
    if version and version != base.version:
        remedy = f"Write '{wanted}@{base.version}' once you have read what changed (tagger framework diff)"
        raise node.error(f"the framework '{wanted}' here is version {base.version}, not {version}", remedy)
    return base


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
    return tuple(_change(item, inherited, known, seen) for item in items(node))


def _change(node: Node, inherited: Mapping[str, Value], layers: tuple[str, ...], seen: dict[str, int]) -> _Change:
    entry = fields(node, _VALUE, required=("id",))
    name = _unique(entry["id"], seen, "value")
    origin = _origin(entry, name, inherited)
    start = replace(inherited[origin], id=name) if origin else _new_value(node, entry, name, inherited)
    value = _with_fields(start, entry)
    if "layer" in entry and value.layer not in layers:
        raise entry["layer"].error(f"there is no layer '{value.layer}'", suggestion(value.layer, layers))
    return _Change(value, origin, _revised(node, entry, origin))


def _origin(entry: dict[str, Node], name: str, inherited: Mapping[str, Value]) -> str | None:
    """Find which inherited value an entry changes; None where it adds one."""
    if "from" not in entry:
        return name if name in inherited else None
    origin = text_of(entry["from"])
    if origin not in inherited:
        remedy = suggestion(origin, inherited) if inherited else "Leave it out: this framework extends no other"
        raise entry["from"].error(f"there is no value '{origin}' to come from", remedy)
    return origin


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
        **dict.fromkeys(_TEXTS, _wordings),
    }
    return replace(value, **{field: reader(entry[field]) for field, reader in readers.items() if field in entry})


def _revised(node: Node, entry: dict[str, Node], origin: str | None) -> bool:
    """Read whether the author says that the meaning changed, which only a change to an inherited value can say."""
    if origin is None:
        if "meaning" in entry:
            raise entry["meaning"].error("a new value has no earlier meaning", "Leave 'meaning' out")
        return False
    if "meaning" not in entry:
        remedy = "Add 'meaning: same' if earlier readings still hold, or 'meaning: revised' if they do not"
        raise node.error(f"the change of '{origin}' does not say whether its meaning changed", remedy)
    return one_of(entry["meaning"], ("same", "revised")) == "revised"


def _dropped(node: Node, base: Framework, changes: tuple[_Change, ...]) -> frozenset[str]:
    inherited = [value.id for value in base.values]
    kept = {change.value.id for change in changes} | {change.origin for change in changes}
    for item in items(node):
        name = text_of(item)
        if name not in inherited:
            remedy = suggestion(name, inherited) if inherited else "Leave it out: this framework extends no other"
            raise item.error(f"there is no value '{name}' to remove", remedy)
        if name in kept:
            raise item.error(f"the value '{name}' is both changed and removed", "Do one of the two")
    return frozenset(text_of(item) for item in items(node))


def _applied(base: Framework, changes: tuple[_Change, ...], dropped: Collection[str]) -> tuple[Value, ...]:
    """Apply changes in place, so that the other framework's order holds; new values come last."""
    values: list[Value] = []
    for value in base.values:
        heirs = [change.value for change in changes if change.origin == value.id]
        values.extend(heirs or ([value] if value.id not in dropped else []))
    return (*values, *(change.value for change in changes if change.origin is None))


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
    """Read several texts: they share a source, but for those that name their own."""
    entry = fields(node, ("source", "texts"), required=("source", "texts"))
    source = _source(entry["source"])
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
