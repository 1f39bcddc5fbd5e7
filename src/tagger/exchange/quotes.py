"""Quoted words found again in a text, whatever white space, quotation marks and dashes were made of them on the way."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tagger.records import Span

# Each match becomes at most one character, so that every place in the folded text is one stretch of the original.
VARIANT = re.compile(
    "(?P<space>[\\s\u00ad\u200b-\u200d\u2060\ufeff]+)"
    "|(?P<dash>[-\u2010-\u2015\u2212]+)"
    "|(?P<dots>\\.{2,}|…+)"
    "|(?P<double>[“”„‟″«»]|''|‘‘|’’|``)"
    "|(?P<single>[‘’‚‛′`´])"
)
FOLDED = {"dash": "-", "dots": "…", "single": "'", "double": '"'}
VISIBLE_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, the same with its variants folded, and where each folded character starts and ends in the original."""

    text: str
    folded: str
    starts: array[int]
    ends: array[int]


def fold(text: str) -> Folded:
    """Fold white space to single blanks, and quotation marks, dashes and ellipses to one form of each."""
    pieces: list[str] = []
    starts, ends = array("I"), array("I")
    done = 0
    for variant in VARIANT.finditer(text):
        pieces.append(text[done : variant.start()])
        starts.extend(range(done, variant.start()))
        ends.extend(range(done + 1, variant.start() + 1))
        done = variant.end()
        if character := _one_form(variant):
            pieces.append(character)
            starts.append(variant.start())
            ends.append(variant.end())
    pieces.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return Folded(text, "".join(pieces), starts, ends)


def plain(text: str) -> str:
    """Return a text folded and without white space at its ends."""
    return VARIANT.sub(_one_form, text).strip()


def _one_form(variant: re.Match[str]) -> str:
    # A soft hyphen or a joiner alone is no white space: it goes without a trace.
    return FOLDED.get(variant.lastgroup or "", " " if VISIBLE_SPACE.search(variant.group()) else "")


def find(quote: str, where: Folded, most: int | None = None) -> list[Span]:
    """List the places of a quote: those that are the same to the letter, or, without any, those alike when folded."""
    exact = quote.strip()
    if not exact:
        return []
    spans = [(start, start + len(exact)) for start in islice(_places(exact, where.text), most)]
    if spans:
        return spans
    alike = plain(quote)
    if not alike:
        return []
    return [
        (where.starts[start], where.ends[start + len(alike) - 1])
        for start in islice(_places(alike, where.folded), most)
    ]


def _places(needle: str, haystack: str) -> Iterator[int]:
    start = haystack.find(needle)
    while start >= 0:
        yield start
        start = haystack.find(needle, start + 1)
