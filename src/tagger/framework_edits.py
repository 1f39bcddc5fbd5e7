"""One change of a framework at a time: each makes the next version, and says what becomes of readings made before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tagger.errors import UsageError
from tagger.framework_files import continued
from tagger.records import TEXTS, Framework, Layer, Value, Wording


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody writes of a value: `texts` holds each list of texts by its field, as `TEXTS` names them."""

    name: str
    definition: str
    texts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: in a layer, or in a new one of that name after it; before a value, or last of all."""

    layer: str
    new_layer: str = ""
    before: str = ""


def slug(name: str, taken: Collection[str], position: int) -> str:
    """Make an id from a name: plain small letters, and a number where that leaves nothing or is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain)) or f"value-{position}"
    made, count = stem, 1
    while made in taken:
        count += 1
        made = f"{stem}-{count}"
    return made


def next_version(version: str, taken: Collection[str]) -> str:
    """Return the version after one that no other has: its last number, counted up."""
    # Every text matches, an empty one too.
    stem, last = re.fullmatch(r"(.*?)(\d*)", version, re.DOTALL).groups()  # type: ignore[union-attr]
    stem, count = (stem, int(last)) if last else (f"{version}.", 0)
    while f"{stem}{count}" in {version, *taken} or not count:
        count += 1
    return f"{stem}{count}"


def reworded(base: Framework, version: str, value_id: str, words: Words, *, revised: bool) -> Framework:
    """Give a value other words."""
    value = _value(base, value_id)
    now = _worded(value, words)
    if now == value and not revised:
        raise UsageError("these are the words that it has", remedy="Change something, or go back")
    values = [now if each.id == value_id else each for each in base.values]
    return _next(base, version, values, revised=[value_id] if revised else ())


def added(base: Framework, version: str, words: Words, place: Place) -> Framework:
    """Add a value."""
    layers, layer = _layers(base, place)
    value = _new(base, words, layer)
    return _next(base, version, _placed(base.values, value, place), layers=layers)


def moved(base: Framework, version: str, value_id: str, place: Place) -> Framework:
    """Put a value elsewhere: into another layer, before another value, or both. It means what it meant."""
    layers, layer = _layers(base, place)
    value = replace(_value(base, value_id), layer=layer)
    others = [each for each in base.values if each.id != value_id]
    values = _placed(others, value, replace(place, before="" if place.before == value_id else place.before))
    if tuple(values) == base.values:
        raise UsageError("it stands there already", remedy="Choose another layer or another place in the order")
    return _next(base, version, values, layers=layers)


def retired(base: Framework, version: str, value_id: str) -> Framework:
    """Take a value out of the list; what was read of it stays where it is, with the version it was read with."""
    _value(base, value_id)
    if len(base.values) == 1:
        raise UsageError("a list needs at least one value", remedy="Add another one first")
    return _next(base, version, [each for each in base.values if each.id != value_id])


def merged(base: Framework, version: str, value_ids: Sequence[str], words: Words, place: Place) -> Framework:
    """Make one value of several."""
    parts = [_value(base, value_id).id for value_id in dict.fromkeys(value_ids)]
    if len(parts) < 2:
        raise UsageError("only one value is chosen", remedy="Choose two or more to be made into one")
    layers, layer = _layers(base, place)
    value = _new(base, words, layer)
    first = next(at for at, each in enumerate(base.values) if each.id in parts)
    left = [each for each in base.values if each.id not in parts]
    values = [*left[:first], value, *left[first:]]
    return _next(base, version, values, layers=layers, revised=[value.id], merges={value.id: tuple(parts)})


def split(base: Framework, version: str, value_id: str, parts: Sequence[Words]) -> Framework:
    """Make two or more values of one, in its place."""
    value = _value(base, value_id)
    made: list[Value] = []
    for words in parts:
        taken = [*(each.id for each in base.values), *(each.id for each in made)]
        made.append(_worded(replace(value, id=slug(words.name, taken, len(taken) + 1)), words))
    if len({each.name.casefold() for each in made}) < 2:
        raise UsageError("the parts need names of their own", remedy="Give each of them another name")
    values = [heir for each in base.values for heir in (made if each.id == value_id else [each])]
    came_from = {heir.id: value_id for heir in made}
    return _next(base, version, values, revised=list(came_from), came_from=came_from)


def _next(
    base: Framework,
    version: str,
    values: Iterable[Value],
    *,
    layers: tuple[Layer, ...] = (),
    revised: Collection[str] = (),
    came_from: Mapping[str, str] | None = None,
    merges: Mapping[str, tuple[str, ...]] | None = None,
) -> Framework:
    values = tuple(values)
    known = {value.id: value.id for value in base.values} | dict(came_from or {})
    said = Framework(
        id=base.id,
        version=version,
        title=base.title,
        layers=layers or base.layers,
        values=values,
        citation=base.citation,
        extends=f"{base.id}@{base.version}",
        mapping={value.id: known.get(value.id) for value in values},
        revised_meaning=frozenset(revised),
        merges=dict(merges or {}),
    )
    return continued(said, base)


def _value(base: Framework, value_id: str) -> Value:
    found = next((value for value in base.values if value.id == value_id), None)
    if found is None:
        raise UsageError("no value of the list is chosen", remedy="Choose one of those on the page")
    return found


def _new(base: Framework, words: Words, layer: str) -> Value:
    taken = {value.id for value in base.values}
    name = slug(words.name, taken, len(taken) + 1)
    return _worded(Value(name, "", layer, Wording("")), words)


def _worded(value: Value, words: Words) -> Value:
    """Put words into a value; a text that stays keeps its source."""
    name, definition = (" ".join(text.split()) for text in (words.name, words.definition))
    for what, text in (("name", name), ("meaning", definition)):
        if not text:
            raise UsageError(f"the value has no {what}", remedy="Write it in a few words")
    texts: dict[str, Any] = {field: _wordings(getattr(value, field), words.texts.get(field, ())) for field in TEXTS}
    return replace(value, name=name, definition=_wordings((value.definition,), [definition])[0], **texts)


def _wordings(before: Sequence[Wording], texts: Iterable[str]) -> tuple[Wording, ...]:
    known = {wording.text: wording for wording in before}
    clean = dict.fromkeys(" ".join(text.split()) for text in texts)
    return tuple(known.get(text, Wording(text)) for text in clean if text)


def _layers(base: Framework, place: Place) -> tuple[tuple[Layer, ...], str]:
    """Return the layers, with a new one if the place asks for it, and the id of the one that is meant."""
    ids = [layer.id for layer in base.layers]
    if place.layer not in ids:
        raise UsageError("no layer is chosen", remedy="Choose one of those on the page")
    name = " ".join(place.new_layer.split())
    if not name:
        return base.layers, place.layer
    new = Layer(slug(name, ids, len(ids) + 1), name)
    after = ids.index(place.layer) + 1
    return (*base.layers[:after], new, *base.layers[after:]), new.id


def _placed(values: Iterable[Value], value: Value, place: Place) -> list[Value]:
    values = list(values)
    at = next((at for at, each in enumerate(values) if each.id == place.before), len(values))
    return [*values[:at], value, *values[at:]]
