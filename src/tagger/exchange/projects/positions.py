"""
Where a program means a coding to be: its positions as code points of a text with LF line ends.

Programs count differently: a line end as one character or as two, characters beyond the first 65,536 as one or as two,
the byte order mark or not. How a project counts is chosen once for all of its documents: the way by which most quotes
are where they should be and most codings begin and end at the border of a word.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from tagger.exchange import quotes
from tagger.exchange.quotes import Folded
from tagger.records import Span

LineEnds = Literal["as written", "one", "two"]
BOM = "\ufeff"
LINE_END = re.compile("\r\n|\r")
MARGIN = 3
"""How much better another way of counting must do than the program's usual one."""
QUOTE = 4
"""What a quote at its place counts for, beside a border of a word."""
SHORTEST_QUOTE = 4
WITHIN = 400
"""Characters between the given place of a quote and where it is found that may still be the same coding."""
CUT_OFF = re.compile(r"\s*(?:…|\.\.\.)\s*$")


@dataclass(frozen=True, slots=True)
class Counting:
    """A way to count the characters of a text."""

    ends: LineEnds = "as written"
    wide: bool = False
    marked: bool = False

    @property
    def words(self) -> str:
        """Say in words what it counts."""
        ends = {"as written": "", "one": "a line end as one character", "two": "a line end as two characters"}
        parts = [ends[self.ends], "UTF-16 units" if self.wide else "", "the byte order mark" if self.marked else ""]
        return ", ".join(filter(None, parts))


ENDS: tuple[LineEnds, ...] = ("as written", "one", "two")
WAYS = tuple(Counting(*way) for way in product(ENDS, (False, True), (False, True)))


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch as the file gives it: positions as the program counts, and the words, if the file repeats them."""

    start: int
    end: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as the file holds it (line ends and byte order mark kept), and the stretches marked in it."""

    text: str
    marked: tuple[Marked, ...]

    @property
    def plain(self) -> str:
        """Return the text with LF line ends and without BOM."""
        return LINE_END.sub("\n", self.text.removeprefix(BOM))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch is, `moved` if its quote stands elsewhere than the file says; or why it is nowhere."""

    span: Span | None
    moved: bool = False
    why: str = ""


class Ruler:
    """The positions of one text in one way of counting; `length` is the last of them."""

    def __init__(self, raw: str, counting: Counting) -> None:
        ahead = int(counting.marked and raw.startswith(BOM))
        # From a position on, positions run ahead of code points by so much; it ends before the next unusual character.
        self._from, self._ahead, self._until = [0], [ahead], [len(raw)]
        for at, units in _unusual(raw.removeprefix(BOM), counting):
            self._until[-1] = at
            ahead += units - 1
            self._from.append(at + 1 + ahead)
            self._ahead.append(ahead)
            self._until.append(len(raw))
        self.length = len(LINE_END.sub("\n", raw.removeprefix(BOM))) + ahead

    def code_point(self, position: int) -> int:
        """Return the code point at a position as the program counts; one inside a character is its beginning."""
        row = max(0, bisect_right(self._from, position) - 1)
        return max(0, min(position - self._ahead[row], self._until[row]))


def _unusual(text: str, counting: Counting) -> Iterator[tuple[int, int]]:
    """Yield where in the text with LF line ends a character counts for other than one, and for how many."""
    fewer = 0
    for found in re.finditer("\r\n|\r|\n|[\U00010000-\U0010ffff]", text):
        at = found.start() - fewer
        fewer += len(found[0]) - 1
        if found[0][0] in "\r\n":
            units = {"as written": len(found[0]), "one": 1, "two": 2}[counting.ends]
        else:
            units = 2 if counting.wide else 1
        if units != 1:
            yield at, units


def choose(documents: Sequence[Raw], usual: Counting) -> Counting:
    """Find the way in which a project counts: the program's usual one, unless another fits its codings better."""
    best, most = usual, _fit(documents, usual)
    if most == sum(QUOTE * bool(each.quote) + 2 for raw in documents for each in raw.marked):
        return usual
    most += MARGIN
    for way in WAYS:
        if way != usual and (fit := _fit(documents, way)) >= most:
            best, most = way, fit + 1
    return best


def places(raw: Raw, counting: Counting) -> list[Place]:
    """Place each stretch of a document; one whose quote stands near by, and not at its place, is moved there."""
    text = raw.plain
    ruler = Ruler(raw.text, counting)
    folded = quotes.fold(text) if any(each.quote for each in raw.marked) else None
    return [_placed(each, text, ruler, folded) for each in raw.marked]


def _fit(documents: Iterable[Raw], counting: Counting) -> int:
    points = 0
    for raw in documents:
        text, ruler = raw.plain, Ruler(raw.text, counting)
        for each in raw.marked:
            start, end = ruler.code_point(each.start), ruler.code_point(each.end)
            points += QUOTE * (bool(each.quote) and _says(text[start:end], each.quote))
            points += _begins(text, start) + _ends(text, end)
    return points


def _begins(text: str, at: int) -> bool:
    """Say whether a stretch that begins here begins with a word."""
    return at < len(text) and not text[at].isspace() and not (at and text[at - 1].isalnum() and text[at].isalnum())


def _ends(text: str, at: int) -> bool:
    """Say whether a stretch that ends here ends with a word."""
    return 0 < at <= len(text) and not text[at - 1].isspace() and not text[at - 1 : at + 1].isalnum()


def _placed(marked: Marked, text: str, ruler: Ruler, folded: Folded | None) -> Place:
    start, end = ruler.code_point(marked.start), ruler.code_point(marked.end)
    if marked.quote and folded and not _says(text[start:end], marked.quote):
        found = _near(marked.quote, start, folded)
        if found:
            cut = bool(CUT_OFF.search(marked.quote))
            return Place((found[0], min(len(text), found[0] + end - start) if cut else found[1]), moved=True)
    if marked.end > ruler.length:
        return Place(None, why=f"it lies beyond the end of the text ({len(text):,} characters)")
    if not text[start:end].strip():
        return Place(None, why="it holds no words")
    return Place((start, end))


def _says(words: str, quote: str) -> bool:
    """Say whether words are those of a quote, which may be cut off at its end."""
    if words == quote:
        return True
    said, wanted = quotes.plain(words), quotes.plain(CUT_OFF.sub("", quote))
    return said.startswith(wanted) if CUT_OFF.search(quote) else said == wanted


def _near(quote: str, start: int, folded: Folded) -> Span | None:
    """Find the words of a quote near a place; none where it is no quote, or too short to tell."""
    words = CUT_OFF.sub("", quote).strip()
    if len(words) < SHORTEST_QUOTE:
        return None
    # Near by first: what is said a thousand times in a text is then looked for in a few lines of it alone.
    low = max(0, start - WITHIN)
    near = quotes.find(words, quotes.fold(folded.text[low : start + 2 * len(words) + WITHIN]))
    places = sorted((abs(low + first - start), (low + first, low + last)) for first, last in near)
    if places and places[0][0] <= WITHIN:
        return places[0][1]
    anywhere = quotes.find(words, folded, most=2)
    return anywhere[0] if len(anywhere) == 1 else None
