"""
Lists of names that come with the program, in data/names, read once.

Names are found by them that no language model knows, and those that a transcript writes small.
"""

from __future__ import annotations

from functools import cache

from tagger.shipped import shipped


@cache
def first_names() -> frozenset[str]:
    """Return common first names in lower case, without those that are words too."""
    return _words("first-names.txt") - words_too()


@cache
def surnames() -> frozenset[str]:
    """Return common surnames in lower case."""
    return _words("surnames.txt") - words_too()


@cache
def words_too() -> frozenset[str]:
    """Return first names that are words too: they are names where a text says so, and replaced there alone."""
    return _words("words-too.txt")


@cache
def seldom_names() -> frozenset[str]:
    """Return first names that are something else more often than not where they are written small."""
    return _words("seldom-names.txt")


@cache
def places() -> tuple[str, ...]:
    """Return towns, parts of towns, counties and countries in lower case, without those that are words too."""
    return tuple(one for one in _lines("places.txt") if one not in places_too())


@cache
def places_too() -> frozenset[str]:
    """Return towns and countries that are words too."""
    return _words("places-too.txt")


@cache
def services() -> tuple[str, ...]:
    """Return services and charities as they are written."""
    return _lines("services.txt")


@cache
def services_too() -> tuple[str, ...]:
    """Return services and charities that are words too, as they are written."""
    return _lines("services-too.txt")


@cache
def not_names() -> frozenset[str]:
    """Return what a language model often takes for a name, and nobody is known by, in lower case."""
    return _words("not-names.txt")


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


def _lines(name: str) -> tuple[str, ...]:
    lines = (shipped("data") / "names" / name).read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
