"""Frameworks as the codes of a project, and back: what stands at the top is a layer, what can be coded is a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from tagger.exchange.projects.records import Code, Project
from tagger.records import Framework, Layer, Value, Wording

LOOSE = "Codes"
"""The name of the layer of codes at the top that have none below them."""
LONGEST_ID = 40
TITLES = {"counts": "Counts", "does_not_count": "Does not count", "cues": "Cue", "examples": "Example"}
"""What a line of a code's description begins with, by the list of a value that its text is in; the first has none."""


def codes(frameworks: Iterable[Framework]) -> Iterator[Code]:
    """Yield the layers, with the values in them; a value of several frameworks once, as the first has it."""
    known: set[str] = set()
    layers: set[str] = set()
    for framework in frameworks:
        for layer in framework.layers:
            values = [value for value in framework.values if value.layer == layer.id and value.id not in known]
            if values and layer.id not in layers:
                layers.add(layer.id)
                yield Code(f"layer {layer.id}", layer.name, codable=False)
            known |= {value.id for value in values}
            yield from (Code(value.id, value.name, _described(value), f"layer {layer.id}") for value in values)


def _described(value: Value) -> str:
    """Write the texts of a value, one a line, in a way that people read and `_value` understands."""
    lines = [value.definition.text]
    for field, title in TITLES.items():
        lines += [f"{title}: {one.text}" for one in getattr(value, field)]
    return "\n".join(" ".join(line.split()) for line in lines)


def _value(identity: str, name: str, layer: str, description: str) -> Value:
    """Read the texts of a value from a description; lines without a title are its definition."""
    lists: dict[str, Any] = dict.fromkeys(TITLES, ())
    definition: list[str] = []
    for line in description.splitlines():
        field = next((field for field, title in TITLES.items() if line.startswith(f"{title}: ")), None)
        if field and definition:
            lists[field] += (Wording(line.removeprefix(f"{TITLES[field]}: ")),)
        else:
            definition.append(line)
    return Value(identity, name, layer, Wording(" ".join(definition) or name), **lists)


def framework(project: Project, identity: str) -> tuple[Framework, dict[str, str]]:
    """
    Make a framework of a project's codes; return it with the id of the value that each code became, by the code's key.

    A code that may not be coded, and was not, is a layer alone. Codes of one name are told apart by the code above.
    """
    tree = {code.key: code for code in project.codes}
    above = {code.key: _above(code, tree) for code in project.codes}
    parents = {code.parent for code in project.codes}
    used = {coding.code for document in project.documents for coding in document.codings}
    layers: dict[str, Layer] = {}
    taken: set[str] = set()
    for code in project.codes:
        if not code.parent and code.key in parents:
            layers[code.key] = Layer(_free(code.name, taken), code.name)
    loose = Layer(_free(LOOSE, taken), LOOSE)
    names = distinct([code for code in project.codes if code.codable or code.key in used], tree)
    ids: dict[str, str] = {}
    values: list[Value] = []
    taken_by_values: set[str] = set()
    for key, name in names.items():
        layer = layers.get(above[key], loose)
        ids[key] = _free(name, taken_by_values)
        values.append(_value(ids[key], name, layer.id, tree[key].description))
    stood_in = {value.layer for value in values}
    held = tuple(layer for layer in (*layers.values(), loose) if layer.id in stood_in)
    return Framework(identity, "1.0", " ".join(project.name.split()) or identity, held, tuple(values)), ids


def identity(name: str) -> str:
    """Make an id of a name: letters a to z, figures and hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_ID].strip("-")


def _above(code: Code, tree: Mapping[str, Code]) -> str:
    """Find the key of the code at the top above another, or of that code itself."""
    seen = {code.key}
    while code.parent in tree and code.parent not in seen:
        code = tree[code.parent]
        seen.add(code.key)
    return code.key


def distinct(codes: Sequence[Code], tree: Mapping[str, Code]) -> dict[str, str]:
    """Give each code a name that no other has, by its key; `tree` has all codes by their keys."""
    often: dict[str, int] = {}
    for code in codes:
        often[code.name.casefold()] = often.get(code.name.casefold(), 0) + 1
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        parent = tree.get(code.parent)
        full = f"{parent.name}: {code.name}" if parent and often[code.name.casefold()] > 1 else code.name
        names[code.key] = _first_free(full, (f"{full} ({number})" for number in count(2)), taken)
    return names


def _free(name: str, taken: set[str]) -> str:
    plain = identity(name) or "code"
    return _first_free(plain, (f"{plain}-{number}" for number in count(2)), taken)


def _first_free(wish: str, others: Iterable[str], taken: set[str]) -> str:
    name = wish if wish.casefold() not in taken else next(each for each in others if each.casefold() not in taken)
    taken.add(name.casefold())
    return name
