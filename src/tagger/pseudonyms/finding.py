"""What a text has of words that tell who somebody is: by their form, by lists, by the words beside them, by a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from tagger.privacy import PSEUDONYM
from tagger.pseudonyms.overlaps import first_come, longest
from tagger.pseudonyms.patterns import of_a_form
from tagger.pseudonyms.records import Finding, Kind
from tagger.pseudonyms.words import (
    first_names,
    not_names,
    places,
    places_too,
    seldom_names,
    services,
    services_too,
    surnames,
    words_too,
)

STANDS_FOR = re.compile(r"\[[^\[\]\n]{1,40} \d+\]")
"""How pseudonyms look that nobody chose, as [Person 3]."""
TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Doctor", "Prof", "Professor")
_TITLE = re.compile(r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Prof|Professor)\.? (?=\w)", re.IGNORECASE)
_CALLED = re.compile(
    r"\b(?:Auntie|Aunty|Aunt|Uncle|Sister|Nurse|Pastor|Father|Reverend|Imam|Nan|Nana|Grandma|Grandad) (?=[A-Z])"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_MONTHS = frozenset({"april", "august", "june", "may"})
_NAME = r"[A-Z][\w'’-]*"
_STREET = re.compile(
    rf"\b(?:(?:Flat |Unit )?\d+[A-Za-z]?,? )?(?:{_NAME} ){{1,3}}(?:Road|Street|Avenue|Lane|Close|Drive|Way"
    r"|Court|Terrace|Crescent|Gardens|Square|Grove|Hill|Row|Mews|Estate|Park|Green)\b"
)
_INSTITUTION = re.compile(
    rf"\b(?:St\.? )?(?:{_NAME} (?:and |of |& )?){{1,4}}(?:Ward|Hospital|Infirmary|Clinic|Surgery|Centre|Unit"
    r"|House|School|College|University|Church|Mosque|Temple|Gurdwara|Trust|Library|Prison|Hostel|Lodge|Academy|Practice|Project)\b"
    r"|\bWard \d+\b"
)
_ACTS = re.compile(
    r" (?:said|told|came|rang|texted|asked|gave|helped|who|phoned|and me|and I|used to|went|showed|had|never|always"
    r"|(?!as |is |us |his |this |its |was )[a-z]{3,}s|[A-Z]\w+)\b"
)
"""What stands behind a name that is a word too, where it begins a sentence: Will thinks, Hope told, Faith Adeyinka."""
_BESIDE = frozenset({"Big", "Little", "Old", "Wee", "Young"})
_DATED = re.compile(
    r"(?:\b(?:in|of|last|this|next|since|until|till|by|from|early|late|every|during|about|around) "
    r"|\d(?:st|nd|rd|th)? )$",
    re.IGNORECASE,
)
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (("place", _STREET), ("organisation", _INSTITUTION))
_KINDS: dict[str, Kind] = {"PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "ORG": "organisation"}

Entity = tuple[int, int, str]
"""Start, end and label of what a language model found."""


class _Word(NamedTuple):
    """A word, without the 's behind it, and where it is."""

    text: str
    start: int
    end: int

    @property
    def small(self) -> str:
        return self.text.lower()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


def find(text: str, entities: Iterable[Entity] = ()) -> list[Finding]:
    """
    Find what tells who somebody is in a text, in its order; none overlap.

    Args:
        text: one turn.
        entities: what a language model found in it.
    """
    certain = [*(Finding(*one.span(), "person") for one in STANDS_FOR.finditer(text)), *of_a_form(text)]
    words = [_word(found) for found in _WORD.finditer(text)]
    likely = [*_places(text), *_services(text), *_people(text, words), *_of_the_model(text, entities)]
    kept = first_come([*certain, *longest(likely)])
    return [one for one in kept if not STANDS_FOR.fullmatch(text[one.start : one.end])]


def _word(found: re.Match[str]) -> _Word:
    bare = _POSSESSIVE.sub("", found[0]) or found[0]
    return _Word(bare, found.start(), found.start() + len(bare))


def _places(text: str) -> Iterator[Finding]:
    for kind, pattern in _FORMS:
        for found in pattern.finditer(text):
            start = found.start() + (4 if found[0].startswith("The ") else 0)
            if _starts_sentence(text, start) and _OPENERS.match(found[0].split()[0]):
                start += len(found[0].split()[0]) + 1
            if " " in text[start : found.end()]:
                yield Finding(start, found.end(), kind)
    for found in _listed_places().finditer(text):
        yield Finding(*found.span(), "place")


_OPENERS = re.compile(r"(?:at|in|on|from|the|my|our|when|then|so|and|but|near|to|that|this)\Z", re.IGNORECASE)


@cache
def _listed_places() -> re.Pattern[str]:
    longest = sorted(map(re.escape, places()), key=len, reverse=True)
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(longest)})(?![\w-])", re.IGNORECASE)


def _services(text: str) -> Iterator[Finding]:
    for found in _listed_services().finditer(text):
        yield Finding(*found.span(), "organisation")
    for found in re.finditer(rf"\b(?:{'|'.join(services_too())})\b", text):
        if not _starts_sentence(text, found.start()):
            yield Finding(*found.span(), "organisation")


@cache
def _listed_services() -> re.Pattern[str]:
    longest = sorted((re.escape(one).replace("'", "['’]") for one in services()), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)")


def _people(text: str, words: Sequence[_Word]) -> Iterator[Finding]:
    titled = {found.end(): found for found in _TITLE.finditer(text)}
    called = {found.end() for found in _CALLED.finditer(text)}
    for at, word in enumerate(words):
        if found := titled.get(word.start):
            if word.is_capital or word.small in surnames() | first_names():
                yield Finding(found.start(), _last(text, words, at).end, "person")
        elif _is_name(text, word) or word.start in called:
            yield Finding(_first(text, words, at).start, _last(text, words, at).end, "person")
        elif word.small in places_too() and word.is_capital and not _starts_sentence(text, word.start):
            yield Finding(word.start, word.end, "place")


def _is_name(text: str, word: _Word) -> bool:
    """Say whether a word is a first name here."""
    small = word.small
    if small in first_names():
        return word.is_capital or (small not in seldom_names() and len(small) > 2)
    if small not in words_too() or not word.is_capital or word.text.isupper():
        return False
    if small in _MONTHS and (_DATED.search(text[: word.start]) or re.match(r" \d", text[word.end :])):
        return False
    return not _starts_sentence(text, word.start) or bool(_ACTS.match(text[word.end :]))


def _first(text: str, words: Sequence[_Word], at: int) -> _Word:
    """Return the first word of a name, as the Big of Big Tony."""
    before = words[at - 1] if at else words[at]
    return before if before.text in _BESIDE and text[before.end : words[at].start] == " " else words[at]


def _last(text: str, words: Sequence[_Word], at: int) -> _Word:
    """Return the last word of a name that begins with one: surnames behind it, written like it."""
    last = words[at]
    for word in words[at + 1 : at + 3]:
        between = text[last.end : word.start]
        surname = word.is_capital if words[at].is_capital else word.small in surnames()
        if between != " " or not surname or word.small in not_names():
            break
        if word.is_capital and word.small in _NO_SURNAMES:
            break
        last = word
    return last


_NO_SURNAMES = frozenset({"i", "i'm", "i've", "i'd", "i'll", "and", "but", "so", "because"})


def _starts_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \"'“‘(-–—")
    return not before or before[-1] in ".!?…:\n"


def _of_the_model(text: str, entities: Iterable[Entity]) -> Iterator[Finding]:
    for start, end, label in entities:
        if label not in _KINDS:
            continue
        words = re.sub(r"^(?:[Tt]he|[Aa]n?|[Mm]y|[Oo]ur)\s+", "", text[start:end])
        start = end - len(words)
        words = _POSSESSIVE.sub("", words.rstrip(" .,-–\"“”'‘’()"))
        end = start + len(words)
        if _may_be_a_name(words):
            yield Finding(start, end, _KINDS[label])


def _may_be_a_name(words: str) -> bool:
    """Say whether what a model takes for a name can be one."""
    return bool(
        len(words) > 1
        and words[0].isupper()
        and "\n" not in words
        and not re.search(r"[?!:;@/\\\[\]]", words)
        and not all(word.lower() in not_names() for word in words.split())
        and words.lower() not in words_too()
        and not PSEUDONYM.fullmatch(words)
    )
