"""Sentences of a text, and where one that is too long may be cut: never through what people see as one character."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import category, combining

from tagger.errors import SettingsError
from tagger.records import Span

if TYPE_CHECKING:
    from spacy.language import Language

SplitSentences = Callable[[str], list[Span]]

# spaCy's tokenizer takes quadratic time over a long run without white space, so it sees short pieces and short runs.
_PIECE = 20_000
_LONG_RUN = re.compile(r"\S{40,}(?=\S)")
# A blank line ends a sentence in all languages, and so do the full stops of scripts without spaces.
_HARD_STOP = re.compile(r"\n[^\S\n]*\n|[。！？｡]+[”’』」）】]*")
_CLAUSE = re.compile(r"[,;:–—…]['\"’”)]*\s+|[，、；：。！？]")
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"
_VIRAMA = 9
_FLAG_HALVES = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
_REACH = 400


@lru_cache(maxsize=4)
def sentence_splitter(language: str) -> SplitSentences:
    """
    Make a function that lists the trimmed spans of a text's sentences, by punctuation and the language's abbreviations.

    A language whose words spaCy finds only with a package that is not here is read by punctuation alone.

    Args:
        language: a code that spaCy knows: en, de, zh, ...; xx for any.

    Raises:
        SettingsError: spaCy does not know the language.
    """
    pipeline = _blank(language)
    pipeline.add_pipe("sentencizer")

    def starts(piece: str) -> list[int]:
        masked = _LONG_RUN.sub(lambda run: "a" * len(run[0]), piece)
        return [sentence.start_char for sentence in pipeline(masked).sents]

    def split(text: str) -> list[Span]:
        borders = {0, *(stop.end() for stop in _HARD_STOP.finditer(text)), *_borders(text, starts), len(text)}
        whole = sorted(border for border in borders if not _inside_character(text, border))
        spans = (trimmed(text, span) for span in pairwise(whole))
        return [span for span in spans if span[0] < span[1]]

    return split


@lru_cache(maxsize=4)
def common_words(language: str) -> frozenset[str]:
    """
    Return the words of a language that say little by themselves ("the", "yourself"), in small letters.

    Raises:
        SettingsError: spaCy does not know the language.
    """
    return frozenset(word.casefold() for word in _blank(language).Defaults.stop_words)


def _blank(language: str) -> Language:
    """Return what spaCy knows of a language without a model; of any language where that takes another package."""
    import spacy

    if not language.isalpha() or find_spec(f"spacy.lang.{language}") is None:
        raise SettingsError(
            f"spaCy does not know the language {language!r}",
            where="language",
            remedy="Use a code such as en, de or zh, or xx for any language",
        )
    try:
        return spacy.blank(language)
    except ImportError:
        return spacy.blank("xx")


def halves(text: str, span: Span, *, anywhere: bool = False) -> tuple[Span, Span] | None:
    """
    Halve a span near its middle: after a clause, at white space, between characters.

    `anywhere` cuts even a single long character (a letter under a thousand accents) that has no such place.
    """
    start, end = span
    middle, reach = (start + end) // 2, min((end - start) // 4, _REACH)
    inner = (middle - reach, middle + reach)
    for pattern, (low, high) in ((_CLAUSE, inner), (_SPACE, inner), (_SPACE, span)):
        places = (found.end() for found in pattern.finditer(text, low, high))
        possible = [at for at in places if start < at < end and not _inside_character(text, at, start)]
        if possible:
            return _parted(text, span, min(possible, key=lambda at: abs(at - middle)))
    for step in range(end - start):
        for at in (middle - step, middle + step):
            if start < at < end and not _inside_character(text, at, start):
                return _parted(text, span, at)
    return _parted(text, span, middle) if anywhere and end - start > 1 else None


def _parted(text: str, span: Span, at: int) -> tuple[Span, Span]:
    """Part a span in two, each trimmed."""
    return trimmed(text, (span[0], at)), trimmed(text, (at, span[1]))


def _inside_character(text: str, at: int, since: int = 0) -> bool:
    """
    Say whether a cut would go through what people see as one character: an accent, an emoji, a flag.

    Flags are pairs of letters; they are counted from `since`, where a character begins.
    """
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    joined = category(after).startswith("M") or after == _JOINER or before == _JOINER or combining(before) == _VIRAMA
    modifier = "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f"
    syllable = "\u1100" <= before <= "\u11ff" and "\u1160" <= after <= "\u11ff"
    flags = 0
    if after in _FLAG_HALVES:
        while flags < at - since and text[at - 1 - flags] in _FLAG_HALVES:
            flags += 1
    return joined or modifier or syllable or flags % 2 == 1


def trimmed(text: str, span: Span) -> Span:
    """Move the ends of a span inwards past white space; a span of nothing else becomes empty."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _borders(text: str, starts: Callable[[str], list[int]]) -> Iterator[int]:
    """Yield where sentences begin, reading the text in pieces; the last sentence of a piece opens the next."""
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        if end < len(text):
            end = next((i for i in range(end, start + _PIECE // 2, -1) if text[i].isspace()), end)
        borders = [start + border for border in starts(text[start:end])]
        yield from borders
        start = borders[-1] if end < len(text) and borders[-1] > start else end
