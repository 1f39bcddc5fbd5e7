"""
Frameworks: find them, read them, compare them, and put them into a form that can be stored.

Only the functions at the bottom open files or folders: `load_framework`, `shipped_frameworks`, `shipped_folder`.
The format of the files is in `framework_files`; frameworks/README.md says how to write one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tagger.errors import FrameworkError
from tagger.framework_changes import Change, Descent, compare, descents, unchanged
from tagger.framework_edits import slug
from tagger.framework_files import continued, parse
from tagger.framework_yaml import to_yaml
from tagger.marked_yaml import LIMIT, decode, suggestion
from tagger.records import TEXTS, Framework, Layer, Value, Wording
from tagger.shipped import shipped

__all__ = [
    "Change",
    "Descent",
    "compare",
    "continued",
    "descents",
    "digest",
    "framework_from_definitions",
    "from_json",
    "load_framework",
    "parse",
    "remarks",
    "shipped_folder",
    "shipped_frameworks",
    "to_json",
    "to_yaml",
    "unchanged",
]

_ENOUGH = 5
_LETTERS = 8
"""So many letters of a framework's hash name it."""
_LONG = 60
_LATER = ("merges", "continues", "came_from", "meanings")


def framework_from_definitions(
    definitions: Mapping[str, str | Sequence[str]],
    *,
    framework_id: str = "definitions",
    version: str = "1",
    title: str = "Values from definitions",
) -> Framework:
    """
    Make a framework of one layer from names and definitions, in their order.

    Args:
        definitions: for each value's name its definition, or several texts: the definition and then cues.
        framework_id: the framework's id.
        version: the framework's version.
        title: the framework's title.
    """
    if not definitions:
        raise FrameworkError("there are no definitions", remedy="Give at least one name with its definition")
    layer = Layer("values", "Values")
    values: list[Value] = []
    for name, given in definitions.items():
        if not isinstance(name, str) or not name.strip():
            raise FrameworkError(f"{name!r} cannot be a value's name", remedy="Give each value a name in words")
        definition, *cues = _definition_texts(name, given)
        made = slug(name, {value.id for value in values}, len(values) + 1)
        cue_wordings = tuple(Wording(cue) for cue in cues)
        values.append(Value(made, " ".join(name.split()), layer.id, Wording(definition), cues=cue_wordings))
    return Framework(id=framework_id, version=version, title=title, layers=(layer,), values=tuple(values))


def _definition_texts(name: str, given: str | Sequence[str]) -> list[str]:
    if not isinstance(given, str | Sequence):
        raise FrameworkError(f"the definition of '{name}' is not a text", remedy="Give a text, or a list of texts")
    texts = [given] if isinstance(given, str) else list(given)
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise FrameworkError(f"the value '{name}' has an empty text", remedy="Write a sentence, or leave it out")
    if not texts:
        raise FrameworkError(f"the value '{name}' has no definition", remedy="Give it at least one text")
    return [" ".join(text.split()) for text in texts]


def remarks(framework: Framework) -> tuple[str, ...]:
    """List what may make suggestions weaker than they need to be; none of it is an error."""
    found: list[str] = []
    for value in framework.values:
        for noun, texts in (("cues", value.cues), ("examples", value.examples)):
            if len(texts) < _ENOUGH:
                found.append(f"{value.name}: {len(texts)} {noun}; {_ENOUGH} or more make suggestions better")
        long = [text for text in value.phrases if len(text.split()) > _LONG]
        found.extend(f"{value.name}: '{text[:40]}…' is long; short phrases match better" for text in long)
    uses = Counter(text for value in framework.values for text in set(value.phrases))
    found.extend(
        f"'{text}' stands in {count} values, so it cannot tell them apart" for text, count in uses.items() if count > 1
    )
    used = {value.layer for value in framework.values}
    found.extend(f"the layer '{layer.name}' has no values" for layer in framework.layers if layer.id not in used)
    return tuple(found)


def to_json(framework: Framework) -> str:
    """Write a framework as JSON, the same text for equal frameworks; `from_json` reads it back."""
    return json.dumps(_plain(framework), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(framework: Framework) -> dict[str, Any]:
    """Return a framework's fields; the later ones only where they say something, so that ids from before hold."""
    plain = asdict(framework) | {"revised_meaning": sorted(framework.revised_meaning)}
    return {key: content for key, content in plain.items() if content or key not in _LATER}


def from_json(text: str) -> Framework:
    """Read back what `to_json` wrote."""
    try:
        plain = json.loads(text)
        return Framework(
            **plain
            | {
                "layers": tuple(Layer(**layer) for layer in plain["layers"]),
                "values": tuple(_value_from(value) for value in plain["values"]),
                "revised_meaning": frozenset(plain["revised_meaning"]),
                "merges": {value: tuple(parts) for value, parts in plain.get("merges", {}).items()},
            }
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FrameworkError(
            f"this is not a stored framework: {error}", remedy="Load the framework's file again"
        ) from error


def _value_from(plain: dict[str, Any]) -> Value:
    texts = {field: tuple(Wording(**wording) for wording in plain[field]) for field in TEXTS}
    return Value(**plain | texts | {"definition": Wording(**plain["definition"])})


def digest(framework: Framework) -> str:
    """
    Hash what affects suggestions and meaning: ids, version, order, layers, texts, and the relation to what it extends.

    Title, citation and the sources of texts are left out, and so is everything about how the file is laid out.
    """
    plain = _plain(framework)
    for key in ("title", "citation"):
        del plain[key]
    for value in plain["values"]:
        for wording in (value["definition"], *(wording for field in TEXTS for wording in value[field])):
            del wording["source"]
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def shipped_folder() -> Path:
    """Find the folder of the frameworks that come with the program."""
    return shipped("frameworks")


def shipped_frameworks() -> tuple[Framework, ...]:
    """Read the frameworks that come with the program, in the order of their ids."""
    return tuple(load_framework(path) for path in sorted(shipped_folder().glob("*.yaml")))


def load_framework(name_or_path: str | Path, folders: Sequence[Path] = (), held: Sequence[Framework] = ()) -> Framework:
    """
    Read a framework and what it extends.

    Args:
        name_or_path: a path to a .yaml file, an id, or an id and a version as `id@version`; the version may be the
            first letters of the hash that `digest` gives, eight or more.
        folders: where an id is looked for before the shipped ones, such as a study's own `frameworks/`.
        held: versions that are kept elsewhere, such as in a study; those named with a version are looked for here last.

    Raises:
        FrameworkError: there is none, or it cannot be read; says where and what to do.
    """
    name = str(name_or_path)
    if Path(name).suffix in (".yaml", ".yml") or Path(name).name != name:
        path = Path(name)
        places = _Places((*dict.fromkeys((path.parent, *folders, shipped_folder())),), tuple(held))
        return _load(path, places, ())
    wanted, _, version = name.partition("@")
    return _find(wanted, version, _Places((*folders, shipped_folder()), tuple(held)), ())


@dataclass(frozen=True, slots=True)
class _Places:
    """Where frameworks are looked for: in folders, then among the versions that are kept elsewhere."""

    folders: tuple[Path, ...]
    held: tuple[Framework, ...]


def _find(name: str, version: str, places: _Places, chain: tuple[str, ...]) -> Framework:
    """Load a framework by its id; `chain` holds the files that led here by `extends`."""
    versions = [each for each in places.held if each.id == name]
    # A name alone is that of a file: where the file is gone, an earlier state of it must not stand in unnoticed.
    kept = next((each for each in versions if version and _is_version(each, version)), None)
    known: list[str] = []
    for path in (path for folder in places.folders for path in sorted(folder.glob("*.y*ml"))):
        known.append(path.stem)
        if path.stem == name and not (kept and str(path.resolve()) in chain):
            found = _checked(_load(path, places, chain), path)
            if _is_version(found, version):
                return found
            versions.append(found)
    if kept:
        return kept
    if versions:
        there = ", ".join(dict.fromkeys(each.version for each in versions))
        if not version:
            remedy = f"Versions of it are kept ({there}): to name one, write '{name}@{versions[0].version}'"
            raise FrameworkError(f"there is no framework '{name}' in a file", remedy=remedy)
        raise FrameworkError(f"there is no version {version} of the framework '{name}'", remedy=f"There is: {there}")
    known += [each.id for each in places.held]
    raise FrameworkError(f"there is no framework '{name}'", remedy=suggestion(name, sorted(set(known))))


def _is_version(framework: Framework, wanted: str) -> bool:
    begins = len(wanted) >= _LETTERS and digest(framework).startswith(wanted)
    return begins or wanted in ("", framework.version)


def _load(path: Path, places: _Places, chain: tuple[str, ...]) -> Framework:
    here = str(path.resolve())
    if here in chain:
        names = [Path(link).stem for link in (*chain[chain.index(here) :], here)]
        remedy = "Take one 'extends' out; a framework made from a shipped one needs a file name and an id of its own"
        raise FrameworkError(f"these frameworks extend each other in a circle: {' -> '.join(names)}", remedy=remedy)
    return parse(_read_text(path), path.name, lambda name, version: _find(name, version, places, (*chain, here)))


def _checked(framework: Framework, path: Path) -> Framework:
    """Refuse a framework that was asked for by one id and calls itself by another."""
    if framework.id != path.stem:
        remedy = f"Call the file '{framework.id}.yaml', or give it the id '{path.stem}'"
        raise FrameworkError(f"the id inside is '{framework.id}'", where=path.name, remedy=remedy)
    return framework


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise FrameworkError(f"the file cannot be read: {reason}", where=str(path), remedy="Check the path") from None
    return decode(content, path.name)
