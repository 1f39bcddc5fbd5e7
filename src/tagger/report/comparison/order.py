"""Where each context puts its values, and what it means by them: layers, order, and quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from tagger.report.comparison.material import Contexts, Held, Listed, Row, is_own
from tagger.report.document import Meaning, Pyramid, Quote, Section, Table, Tier, Usage
from tagger.report.evidence import Floats
from tagger.wording import several

ORDER, MEANINGS = 1, 5
"""The sections."""
FEWEST_TYPICAL = 5
"""Of fewer passages nobody can say which is typical."""
QUOTES = 2
SHORT = 170
"""As many characters of a quote stand on a pyramid."""

_ORDER = "Where each context puts its values"
_MEANINGS = "What each context means by a value"


def order(contexts: Contexts) -> Section:
    """Return the section on layers and order."""
    listed = [context for context in contexts.contexts if context.layers]
    if not listed:
        empty = "No context is read with a single framework, so there is no order of values to show."
        return Section(ORDER, _ORDER, "", empty=empty)
    lists = len({context.framework for context in listed})
    return Section(
        ORDER,
        _ORDER,
        f"{several(len(listed), 'context')}, read with {several(lists, 'list')} of values.",
        "Layers and order are those that people gave each list. They follow from nothing that was counted, and a "
        "value further up is not worth more: what is at the bottom carries the rest.",
        (_table(contexts), *_described(contexts)),
        notes=_left_out(contexts),
        pyramids=tuple(_pyramid(contexts, place) for place, one in enumerate(contexts.contexts) if one.layers),
    )


def _left_out(contexts: Contexts) -> tuple[str, ...]:
    mixed = [context.name for context in contexts.contexts if not context.layers]
    if not mixed:
        return ()
    return (f"Without a pyramid, because several lists of values are in use there: {', '.join(mixed)}.",)


def _table(contexts: Contexts) -> Table:
    rows = []
    for row in contexts.rows:
        cells = []
        for context, ids in zip(contexts.contexts, row.ids, strict=True):
            found = context.place_of(ids[0]) if ids else None
            own = ", a meaning of its own" if found and is_own(found[1].id) else ""
            cells.append(f"{found[1].place}, {found[0].name}{own}" if found else "not on the list" if not ids else "")
        rows.append((row.name, *cells))
    return Table(
        "Place and layer of each value, by context",
        ("Value", *(context.name for context in contexts.contexts)),
        tuple(rows),
        "The number is the place on the list, from the bottom of the pyramid. A meaning of its own: the people of this "
        "context use the name for something else than the others do.",
    )


def _described(contexts: Contexts) -> Iterator[Table]:
    names = list(dict.fromkeys(name for context in contexts.contexts for name in context.said))
    if names:
        yield Table(
            "What people say of each context",
            ("", *(context.name for context in contexts.contexts)),
            tuple((name, *(" / ".join(context.said.get(name, ())) for context in contexts.contexts)) for name in names),
            "How peer support is done there, by those who know it. No place on a dimension is better than another, and "
            "what differs need not come from it.",
        )


def _pyramid(contexts: Contexts, place: int) -> Pyramid:
    context = contexts.contexts[place]
    tiers = tuple(
        Tier(layer.name, tuple(_block(contexts, place, value) for value in layer.values))
        for layer in context.layers
        if layer.values
    )
    return Pyramid(context.name, context.framework, tiers)


def _block(contexts: Contexts, place: int, value: Listed) -> tuple[str, str, Quote | None]:
    typical, _ = _parted(contexts.held.get((place, value.id), ()))
    note = "a meaning of its own here" if is_own(value.id) else ""
    return value.name, note, _quote(typical[0], SHORT) if typical else None


def meanings(contexts: Contexts) -> Section:
    """Return the section with typical and unusual quotes."""
    made = tuple(Meaning(row.name, _usages(contexts, row)) for row in contexts.rows)
    usages = [usage for one in made for usage in one.usages]
    quoted = sum(bool(usage.quotes) for usage in usages)
    if not quoted:
        empty = "Nobody has found a value yet in a passage that may be quoted."
        return Section(MEANINGS, _MEANINGS, "", empty=empty)
    return Section(
        MEANINGS,
        _MEANINGS,
        f"For {quoted} of {several(len(usages), 'pair')} of a value and a context there are quotes.",
        "A quote shows what was said once, by one person. How usual it is among passages with the value does not make "
        "it truer, and the unusual ones may be those to learn from.",
        notes=(
            "Quotes are passages in which people hold to have found the value, whatever was suggested. Typical: the "
            "words are nearest to the middle of all passages of this value and context, by the model's vectors. "
            "Unusual: the farthest from it.",
        ),
        meanings=tuple(one for one in made if one.usages),
    )


def _usages(contexts: Contexts, row: Row) -> tuple[Usage, ...]:
    """Return what each context means by a value; a context with several lists has no one meaning of it."""
    listed = (
        (place, context.place_of(row.ids[place][0]))
        for place, context in enumerate(contexts.contexts)
        if row.ids[place]
    )
    return tuple(_usage(contexts, place, found[1]) for place, found in listed if found)


def _usage(contexts: Contexts, place: int, value: Listed) -> Usage:
    held = contexts.held.get((place, value.id), ())
    typical, unusual = _parted(held)
    headed = (("Typical", typical), ("Unusual", unusual)) if unusual else (("Found here", typical),)
    quotes = tuple((name, tuple(_quote(one) for one in found)) for name, found in headed if found)
    return Usage(contexts.contexts[place].name, value.definition, quotes, _silence(held))


def _silence(held: Sequence[Held]) -> str:
    if not held:
        return "Nobody has found it here."
    words = []
    if withheld := sum(not one.words for one in held):
        words.append(f"The words of {several(withheld, 'passage')} are left out: somebody there may not be quoted.")
    if len(held) < FEWEST_TYPICAL:
        words.append(f"Found in {several(len(held), 'passage')}: too few to say what is typical.")
    return " ".join(words)


def _parted(held: Sequence[Held]) -> tuple[list[Held], list[Held]]:
    """Return the typical passages that may be quoted, the most typical first, and the most unusual ones."""
    closeness = _closeness(held)
    ranked = [held[place] for place in np.argsort(-closeness, kind="stable").tolist() if held[place].words]
    typical = _of_several(ranked)
    if len(held) < FEWEST_TYPICAL:
        return typical, []
    return typical, _of_several([one for one in reversed(ranked) if one not in typical])


def _of_several(ranked: Sequence[Held]) -> list[Held]:
    """Take the first passages, one of each transcript before a second of any."""
    before = Counter[str]()
    turns = []
    for one in ranked:
        turns.append(before[one.transcript])
        before[one.transcript] += 1
    return [ranked[place] for place in np.argsort(turns, kind="stable").tolist()[:QUOTES]]


def _closeness(held: Sequence[Held]) -> Floats:
    """Return (passages,): the cosine of each one's vector to the middle of all of them."""
    if not held:
        return np.zeros(0)
    vectors = np.array([one.vector for one in held])
    middle = vectors.mean(axis=0)
    return np.asarray(vectors @ middle / (np.linalg.norm(vectors, axis=1) * (np.linalg.norm(middle) or 1.0)))


def _quote(one: Held, most: int = 0) -> Quote:
    found = several(one.readers, "reader")
    otherwise = f"; {one.otherwise} read it otherwise" if one.otherwise else ""
    held = f"found by {found}, {' and '.join(one.kinds)}{otherwise}"
    words = one.words
    if most and len(words) > most:
        words = f"{words[:most].rsplit(' ', 1)[0]} …"
    return Quote(words, one.speaker, one.transcript, held)
