"""
The words of a document found again in the transcript that was read from it.

A transcript leaves out what was not said (speakers' names, times, headings) and joins lines that were broken. So a
place in the document is carried over by its words: first each line of the transcript that is long enough to be met
once, then the lines between them, and at last the words between those.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from tagger.exchange import quotes
from tagger.records import Span

ANCHOR = 24
"""Characters of a line that is looked for in the whole rest of the document."""
NEAR = 3_000
"""Characters that a document may hold between two lines of the transcript, such as a heading."""
MOST_CORRECTED = 120
"""Characters at an end of a span that are believed to have been corrected, and not to be other turns."""
NOWHERE = -1
MOST_PAIRS = 4_000_000
WORD = re.compile(r"\S+")
SPACE = re.compile(r"\s+")
Gap = tuple[int, int]
Words = Literal["same", "fewer", "others"]
"""What a place holds of the words of a span: all of them, some and no others, or others too."""


class Alignment:
    """
    Where each word of a document is in a transcript.

    `shared` is the part of their characters that both hold, of the shorter one: it may be a part of the other.
    """

    def __init__(self, document: str, transcript: str) -> None:
        self._old, self._new = quotes.fold(document), quotes.fold(transcript)
        self._at = array("l", [NOWHERE]) * len(self._old.folded)
        lines = [self._folded_line(*found.span()) for found in re.finditer(r"[^\n]+", transcript)]
        self._lines([line for line in lines if line[0] < line[1]])
        met = sum(at != NOWHERE and not self._old.folded[place].isspace() for place, at in enumerate(self._at))
        fewer = min(len(SPACE.sub("", folded.folded)) for folded in (self._old, self._new))
        self.shared = met / fewer if fewer else 0.0

    def carried(self, span: Span) -> tuple[Span, Words] | None:
        """
        Return the place of a span of the document in the transcript, and which words it holds of it.

        None where nothing of it is in the transcript.
        """
        first = bisect_left(self._old.starts, span[0])
        last = first
        while last < len(self._at) and self._old.ends[last] <= span[1]:
            last += 1
        met = [at for at in self._at[first:last] if at != NOWHERE]
        if not met:
            return None
        low, high = self._before(first, min(met)), self._after(last, max(met))
        place = self._trimmed(self._new.starts[low], self._new.ends[high])
        if place is None:
            return None
        words = SPACE.sub("", quotes.plain(self._old.text[slice(*span)]))
        if words == SPACE.sub("", quotes.plain(self._new.text[slice(*place)])):
            return place, "same"
        strange = any(not self._new.folded[at].isspace() for at in set(range(low, high + 1)).difference(met))
        return place, "others" if strange else "fewer"

    def _before(self, first: int, low: int) -> int:
        """Begin behind the words before a span, if its first words are others in the transcript."""
        start, outside = self._seen(first, 1), self._seen(first - 1, -1)
        if outside < 0 or self._at[start] != NOWHERE or self._at[outside] == NOWHERE or self._parts(outside, start):
            return low
        begin = self._at[outside] + 1
        return begin if low - begin <= MOST_CORRECTED else low

    def _after(self, last: int, high: int) -> int:
        """End ahead of the words behind a span, if its last words are others in the transcript."""
        end, outside = self._seen(last - 1, -1), self._seen(last, 1)
        inside = end
        while self._at[inside] == NOWHERE or self._old.folded[inside].isspace():
            inside -= 1
        if inside == end or outside == len(self._at) or self._at[outside] == NOWHERE or self._parts(inside, end):
            return high
        return self._at[outside] - 1 if self._at[outside] - high <= MOST_CORRECTED else high

    def _seen(self, at: int, step: int) -> int:
        """Return the first place from here on, forwards or backwards, that is no white space."""
        while 0 <= at < len(self._at) and self._old.folded[at].isspace():
            at += step
        return at

    def _parts(self, one: int, other: int) -> bool:
        """Say whether a line ends between two places: then what is missing may be a speaker's name."""
        return "\n" in self._old.text[self._old.ends[one] : self._old.starts[other]]

    def _trimmed(self, start: int, end: int) -> Span | None:
        words = self._new.text[start:end]
        start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
        return (start, end) if start < end else None

    def _folded_line(self, start: int, end: int) -> Span:
        """Return a line of the transcript as a span of its folded form, without blanks at its ends."""
        low, high = bisect_left(self._new.starts, start), bisect_left(self._new.starts, end)
        text = self._new.folded[low:high]
        return low + len(text) - len(text.lstrip()), high - len(text) + len(text.rstrip())

    def _lines(self, lines: Sequence[Span]) -> None:
        """Place the long lines one after the other, and then what lies between them."""
        cursor = 0
        waiting: list[Span] = []
        for line in lines:
            words = self._new.folded[slice(*line)]
            found = self._anchor(words, cursor)
            if found < 0:
                waiting.append(line)
                continue
            self._between(waiting, (cursor, found))
            self._put(found, line)
            cursor, waiting = found + len(words), []
        self._between(waiting, (cursor, len(self._old.folded)))

    def _anchor(self, words: str, cursor: int) -> int:
        """Find a long line: near by, or anywhere below if it stands there once; what is said again does not tell."""
        found = self._old.folded.find(words, cursor) if len(words) >= ANCHOR else -1
        alone = found - cursor <= NEAR or self._old.folded.find(words, found + 1) < 0
        return found if alone else -1

    def _between(self, lines: Sequence[Span], gap: Gap) -> None:
        cursor = gap[0]
        waiting: list[Span] = []
        for line in lines:
            words = self._new.folded[slice(*line)]
            found = self._old.folded.find(words, cursor, gap[1])
            if found < 0:
                waiting.append(line)
                continue
            self._word_by_word(waiting, (cursor, found))
            self._put(found, line)
            cursor, waiting = found + len(words), []
        self._word_by_word(waiting, (cursor, gap[1]))

    def _word_by_word(self, lines: Sequence[Span], gap: Gap) -> None:
        new = [word for line in lines for word in _words(self._new.folded, line)]
        old = list(_words(self._old.folded, gap)) if new else []
        if not new or not old or len(new) * len(old) > MOST_PAIRS:
            return
        matcher = SequenceMatcher(None, [text for text, _ in old], [text for text, _ in new], autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                self._put(old[block.a + step][1][0], new[block.b + step][1])

    def _put(self, place: int, span: Span) -> None:
        self._at[place : place + span[1] - span[0]] = array("l", range(*span))


def _words(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    return ((found[0], found.span()) for found in WORD.finditer(text, *span))
