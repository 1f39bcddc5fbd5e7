"""Pages as a browser finds its way through them, for tests that roam: forms, links, and words nobody should send."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid5

from lxml import html

Pairs = list[tuple[str, str]]

WORDS = (
    *("", " ", "0", "1", "-1", "1.5", "²", "٣", "9" * 40, "1e9", "NaN", "null", "None", "[]", "{}", "true", "a" * 3000),
    *("\x00", "a\x00b", "\r\n", "general\r\nSet-Cookie: x=1", "\x1b[2J", "\u202egnirts", "\ufeff", "\u2028", "🙂" * 99),
    *("<zq9>", '"><zq9 onload=zq9()>', "'--", "%00", "%s%n", "{{ 7 * 7 }}", "{% include 'x' %}", "${7*7}", "=1+1"),
    *("../../etc/passwd", "..%2f..%2f", "/\\evil.example", "//evil.example", "javascript:zq9()", "C:\\x", "."),
    *("done", "choose", "accept", "reject", "memo", "adjust", "undo", "skip", "later", "next", "unsure"),
    *("nothing here", "something not on our list"),
    *("yes", "no", "not asked", "choice", "common", "two-way", "choice:yes", ":", "a:b:c", "general", "unread", "all"),
    *("likely", "uncertain", "random", "mix", "suggested", "likely 2", "admin", "reviewer", "dark", "larger", "off"),
)
"""Words that no field expects, or that belong into another one."""

FIELDS = (
    *("id", "by", "act", "mark", "value", "suggestion", "framework", "note", "dataset", "order", "read", "excerpt"),
    *("start", "end", "n", "reader", "text", "mine", "page", "answer", "transcript", "back", "next", "name", "role"),
    *("theme", "rest_after", "key:accept", "turns", "whole", "others", "near", "quotes", "participant", "made", "done"),
    *("group", "groups", "excerpts", "kind"),
    *("link", "pack", "usual", "", "__proto__", "id[]"),
)
"""Names of fields; those of forms that a page has are found there."""


@dataclass(frozen=True)
class Form:
    """A form of a page: what its controls hold, what else they could hold, and the buttons that send it."""

    method: str
    action: str
    pairs: tuple[tuple[str, str], ...]
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    def filled(self, chance: random.Random, known: Sequence[str]) -> Pairs:
        """Fill it in as somebody would who presses whatever there is."""
        chosen = {name: chance.choice(values) for name, values in self.choices.items() if chance.random() < 0.5}
        chosen |= {name: word_of(chance, known) for name in self.free if chance.random() < 0.7}
        pairs = [(name, chosen.get(name, value)) for name, value in self.pairs]
        return pairs + ([chance.choice(self.buttons)] if self.buttons else [])


def forms(page: str) -> list[Form]:
    """Return the forms of a page, each with the controls that name it from elsewhere."""
    document = html.document_fromstring(page or "<p>")
    return [_form(one, document) for one in document.iter("form")]


def links(page: str) -> list[str]:
    """Return the addresses on this server to which a page leads."""
    found = (link.get("href") for link in html.document_fromstring(page or "<p>").iter("a"))
    return sorted({address for address in found if address and address.startswith("/")})


def word_of(chance: random.Random, known: Sequence[str]) -> str:
    """Choose a word that nobody should send, or one of the study's."""
    return chance.choice(known) if known and chance.random() < 0.3 else chance.choice(WORDS)


def changed(pairs: Iterable[tuple[str, str]], chance: random.Random, known: Sequence[str]) -> Pairs:
    """Change one thing in the fields of a form or an address: a value, a name, or how often one is there."""
    result = list(pairs)
    ways = ["value", "value", "value", "gone", "twice", "more", "name"] if result else ["more"]
    way, place = chance.choice(ways), chance.randrange(max(1, len(result)))
    if way == "more":
        return [*result, (chance.choice(FIELDS), word_of(chance, known))]
    name, value = result[place]
    if way == "gone":
        del result[place]
    elif way == "twice":
        result.insert(place, (name, word_of(chance, known)))
    else:
        result[place] = (name, word_of(chance, known)) if way == "value" else (chance.choice(FIELDS), value)
    return result


def address_of(route: str, chance: random.Random, known: Sequence[str]) -> str:
    """Fill the parts of a route's address in."""

    def part(found: re.Match[str]) -> str:
        if chance.random() < 0.7 and known:
            return chance.choice(known)
        if found[2]:
            return str(uuid5(UUID(int=0), str(chance.random())))
        return re.sub(r"[?#\x00-\x20]", "_", word_of(chance, known)) or "_"

    return re.sub(r"\{(\w+)(:uuid)?\}", part, route)


def parted(address: str) -> tuple[str, Pairs]:
    """Part an address into its path and its fields."""
    parts = urlsplit(address)
    return parts.path, parse_qsl(parts.query, keep_blank_values=True)


def _form(form: Any, document: Any) -> Form:
    controls = [one for one in document.iter("input", "select", "textarea", "button") if _belongs(one, form)]
    named = [one for one in controls if one.get("name")]
    selects = [one for one in named if one.tag == "select"]
    return Form(
        method=(form.get("method") or "get").upper(),
        action=form.get("action") or "/",
        pairs=tuple(pair for one in named for pair in _pairs(one)),
        choices={one.get("name"): [_value(option) for option in one.iter("option")] for one in selects},
        buttons=tuple((one.get("name"), one.get("value") or "") for one in named if one.tag == "button"),
        files=tuple(one.get("name") for one in named if one.get("type") == "file"),
        free=tuple(one.get("name") for one in named if one.tag == "textarea" or _is_free(one)),
    )


def _belongs(control: Any, form: Any) -> bool:
    if owner := control.get("form"):
        return bool(owner == form.get("id"))
    return form in control.iterancestors("form")


def _is_free(control: Any) -> bool:
    return control.tag == "input" and control.get("type", "text") in ("text", "search", "number")


def _pairs(control: Any) -> Pairs:
    name, kind = control.get("name"), control.get("type", "text")
    if control.tag == "button" or kind == "file":
        return []
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return [(name, _value(option)) for option in chosen]
    if kind in ("checkbox", "radio") and control.get("checked") is None:
        return []
    return [(name, control.text or "" if control.tag == "textarea" else control.get("value") or "")]


def _value(option: Any) -> str:
    value = option.get("value")
    return str(option.text or "") if value is None else str(value)
