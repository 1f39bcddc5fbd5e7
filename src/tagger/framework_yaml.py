"""A framework as the text of a file: read again, it is the same framework; comments of an earlier file are not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from tagger.records import TEXTS, Framework, Value, Wording

_WIDTH = 110


def to_yaml(framework: Framework, base: Framework | None) -> str:
    """
    Write a framework as frameworks/README.md describes it.

    Args:
        base: what it was made from, as `framework.made_from` names it; then only what differs is written.
    """
    content: dict[str, Any] = {"id": framework.id, "version": framework.version, "title": framework.title}
    if framework.citation and (base is None or framework.citation != base.citation):
        content["citation"] = framework.citation
    content |= _whole(framework) if base is None else dict(_differing(framework, base))
    text = StringIO()
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(content, text)
    return text.getvalue()


def _whole(framework: Framework) -> dict[str, Any]:
    return {"layers": _layers(framework), "values": [_fields(value) for value in framework.values]}


def _differing(framework: Framework, base: Framework) -> Iterator[tuple[str, Any]]:
    yield "extends", f"{base.id}@{base.version}"
    if framework.layers != base.layers:
        yield "layers", _layers(framework)
    yield "order", [value.id for value in framework.values]
    used = {origin for value in framework.values for origin in framework.origins_of(value.id)}
    if gone := [value.id for value in base.values if value.id not in used]:
        yield "remove", gone
    if changed := [entry for value in framework.values if (entry := _entry(framework, base, value))]:
        yield "values", changed


def _layers(framework: Framework) -> list[dict[str, str]]:
    return [{"id": layer.id, "name": layer.name} for layer in framework.layers]


def _entry(framework: Framework, base: Framework, value: Value) -> dict[str, Any]:
    """Return what a value's entry says beside the other framework; nothing where it is as it was."""
    origins = framework.origins_of(value.id)
    if not origins:
        return _fields(value)
    entry: dict[str, Any] = {"id": value.id}
    if origins != (value.id,):
        entry["from"] = origins[0] if len(origins) == 1 else list(origins)
    entry["meaning"] = "revised" if _revised(framework, base, value.id, origins) else "same"
    if len(origins) > 1:
        return entry | _fields(value)
    start = replace(next(one for one in base.values if one.id == origins[0]), id=value.id)
    if value == start and origins == (value.id,) and entry["meaning"] == "same":
        return {}
    return entry | _fields(value, start)


def _revised(framework: Framework, base: Framework, value_id: str, origins: Sequence[str]) -> bool:
    if framework.continues and len(origins) == 1:
        return framework.meaning_of(value_id) != base.meaning_of(origins[0])
    return len(origins) > 1 or value_id in framework.revised_meaning


def _fields(value: Value, start: Value | None = None) -> dict[str, Any]:
    """Write the fields of a value; with a value to start from, those that differ from it."""
    nothing = start or Value(id=value.id, name="", layer="", definition=Wording(""))
    names = [name for name in ("name", "layer", "unit") if getattr(value, name) != getattr(nothing, name)]
    fields: dict[str, Any] = {"id": value.id} | {name: getattr(value, name) for name in names}
    if value.definition != nothing.definition:
        fields["definition"] = {"source": value.definition.source, "text": value.definition.text}
    for name in TEXTS:
        if getattr(value, name) != getattr(nothing, name):
            fields[name] = _wordings(getattr(value, name))
    return fields


def _wordings(wordings: Sequence[Wording]) -> dict[str, Any]:
    """Write several texts under the source that most of them have."""
    if not wordings:
        return {"source": "illustrative", "texts": []}
    [(source, _)] = Counter(wording.source for wording in wordings).most_common(1)
    texts = [one.text if one.source == source else {"text": one.text, "source": one.source} for one in wordings]
    return {"source": source, "texts": texts}
