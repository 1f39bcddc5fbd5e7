"""Words that are taken out of texts: somebody's turns in all revisions of a recording, and quotes of them elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.records import Span
from tagger.revisions import Shared

GONE = "(withdrawn)"
"""What stands where somebody's words were."""
FILLER = "_"
FEWEST_WORDS = 5
"""So many words in a row that somebody said are a quote of them."""
_WORD = re.compile(r"\w+")

Mask = NDArray[np.bool_]


def masks(lengths: Sequence[int], own: Sequence[Sequence[Span]], maps: Sequence[Sequence[Shared]]) -> list[Mask]:
    """
    Say of each character of each revision whether it goes.

    Whose words a stretch holds is what the newest revision that has the stretch says of it.

    Args:
        lengths: of the revisions, the oldest first.
        own: what is theirs in each, by its own turns.
        maps: what each shares with the one before it.
    """
    found: list[Mask] = []
    for place in reversed(range(len(lengths))):
        mask = np.zeros(lengths[place], dtype=np.bool_)
        for start, end in own[place]:
            mask[start:end] = True
        for block in maps[place + 1] if found else ():
            mask[block.old_start : block.old_end] = found[-1][block.new_start : block.new_end]
        found.append(mask)
    return found[::-1]


def masked(text: str, mask: Mask) -> str:
    """Return a text of the same length in which what goes cannot be read any more."""
    return "".join(FILLER if gone else character for character, gone in zip(text, mask, strict=True))


def without(text: str, spans: Sequence[Span]) -> tuple[str, list[Shared]]:
    """
    Put `GONE` in the place of spans, which are in order and apart; return the new text and what it shares with the old.
    """
    pieces: list[str] = []
    shared: list[Shared] = []
    at = length = 0
    for start, end in (*spans, (len(text), len(text))):
        if start > at:
            shared.append(Shared(at, length, start - at))
        pieces += [text[at:start], GONE if end > start else ""]
        length += start - at + len(pieces[-1])
        at = end
    return "".join(pieces), shared


class Quotes:
    """
    What counts as a quote of somebody: `FEWEST_WORDS` in a row that they said and that no other text has.

    Args:
        gone: the texts of what they said.
        kept: the texts that stay.
    """

    def __init__(self, gone: Iterable[str], kept: Iterable[str] = ()) -> None:
        self._runs = {run for text in gone for run, _ in _runs(text)}
        for text in kept:
            self._runs -= {run for run, _ in _runs(text) if run in self._runs}

    def found_in(self, text: str) -> bool:
        """Say whether a text quotes them."""
        return any(run in self._runs for run, _ in _runs(text))

    def taken_out(self, text: str) -> str:
        """Return a text with `GONE` in the place of each quote."""
        spans: list[Span] = []
        for run, (start, end) in _runs(text):
            if run in self._runs:
                if spans and start <= spans[-1][1]:
                    start = spans.pop()[0]
                spans.append((start, end))
        return without(text, spans)[0] if spans else text


def _runs(text: str) -> Iterator[tuple[str, Span]]:
    words = [(found[0].casefold(), found.span()) for found in _WORD.finditer(text)]
    for first in range(len(words) - FEWEST_WORDS + 1):
        some = words[first : first + FEWEST_WORDS]
        yield " ".join(word for word, _ in some), (some[0][1][0], some[-1][1][1])
