"""Words looked for in a text: to the letter but for capitals, white space, and the forms of quotation marks."""

from __future__ import annotations

import re
from itertools import pairwise

from tagger.exchange import quotes
from tagger.records import Span
from tagger.review.turns import Piece

LONGEST = 200
_CERTAIN = re.compile("[A-Za-z0-9]+")
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def needle(text: str) -> str:
    """Return what is looked for, folded; empty for nothing."""
    return quotes.plain(text[:LONGEST])


def conditions(needle: str) -> tuple[list[str], dict[str, object]]:
    """
    Return conditions in SQL on `f.text`, which every text with a hit satisfies, and their parameters.

    They only spare the time to look closely at all texts; `hits` decides.
    """
    parts = sorted(set(_CERTAIN.findall(needle.lower())))
    plain = f"translate(lower(f.text), '{_UNSEEN}', '')"
    return (
        [f"contains({plain}, $word{number})" for number, _ in enumerate(parts)],
        {f"word{number}": part for number, part in enumerate(parts)},
    )


def found(text: str, needle: str) -> bool:
    """Say whether there is a hit; most are to the letter, and then it is said at once."""
    return needle.lower() in text.lower() or bool(hits(text, needle))


def hits(text: str, needle: str) -> list[Span]:
    """List the places of what is looked for, none of them overlapping."""
    if not needle:
        return []
    folded = quotes.fold(text)
    found = re.finditer(re.escape(needle), folded.folded, re.IGNORECASE)
    return [(folded.starts[hit.start()], folded.ends[hit.end() - 1]) for hit in found]


def marked(text: str, needle: str) -> tuple[Piece, ...]:
    """Part a text where what is looked for begins and ends, and mark it."""
    places = set(hits(text, needle))
    borders = sorted({0, len(text), *(border for place in places for border in place)})
    return tuple(Piece(text[start:end], "hit" if (start, end) in places else "") for start, end in pairwise(borders))
