"""The codes of a project as a framework: what stands at the top is a layer, what can be coded is a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from tagger.exchange.projects.records import Code, Project
from tagger.records import Framework, Layer, Value, Wording

LOOSE = "Codes"
"""The name of the layer of codes at the top that have none below them."""
LONGEST_ID = 40


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
    names = _names([code for code in project.codes if code.codable or code.key in used], tree)
    ids: dict[str, str] = {}
    values: list[Value] = []
    taken_by_values: set[str] = set()
    for key, name in names.items():
        layer = layers.get(above[key], loose)
        ids[key] = _free(name, taken_by_values)
        values.append(Value(ids[key], name, layer.id, Wording(tree[key].description or name)))
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


def _names(codes: Sequence[Code], tree: Mapping[str, Code]) -> dict[str, str]:
    """Give each code a name that no other has, by its key."""
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
