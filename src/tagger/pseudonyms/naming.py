"""Which findings are one person, and what each is to be called: the same in all transcripts and in all later lists."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from tagger.pseudonyms.finding import TITLES
from tagger.pseudonyms.records import Entry, Finding, Kind, Known, Where
from tagger.pseudonyms.words import places_too, seldom_names, services_too, words_too

MOST_EXAMPLES = 3
_AROUND = 45
_TITLES = {one.casefold() for one in TITLES}
_NUMBERED = re.compile(r"\[([A-Z][A-Za-z -]*) (\d+)\]")


def same(words: str) -> str:
    """Return what words have in common however they are written: capitals, kinds of apostrophes, wide blanks."""
    return " ".join(words.replace("’", "'").casefold().split())


def label(kind: Kind) -> str:
    """Return with what pseudonyms of a kind begin, as Person in [Person 3]."""
    return kind[0].upper() + kind[1:]


@dataclass(frozen=True)
class Text:
    """A text in which was looked for names: whose it is, and what was found in it."""

    transcript: str
    text: str
    findings: Sequence[Finding]


@dataclass
class _Form:
    """Words in whatever spelling: for what they were taken, where they were found, and what stands around them."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    spellings: Counter[str] = field(default_factory=Counter)
    transcripts: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """Return what they were taken for most often."""
        return self.kinds.most_common(1)[0][0]

    @property
    def words(self) -> str:
        """Return its most frequent spelling."""
        return max(self.spellings, key=lambda one: (self.spellings[one], one))


def listed(texts: Iterable[Text], known: Sequence[Known]) -> list[Entry]:
    """
    Make the list of what was found, with a pseudonym for each.

    A first name, a surname and a title with a surname go with the one whole name that they fit, in the same transcript,
    else in all. What the key knows keeps its pseudonym.

    Args:
        texts: the transcripts, in their order.
        known: what the key remembers.
    """
    held = list(texts)
    forms = _forms(held)
    meant = _Meant(forms)
    names = _Names(known, held)
    groups: dict[tuple[Kind, str], list[tuple[str, str]]] = defaultdict(list)
    for normal, form in forms.items():
        for transcript in form.transcripts:
            groups[form.kind, meant.by(form.kind, normal, transcript)].append((normal, transcript))
    entries = []
    for (kind, whole), places in groups.items():
        pseudonym = names.of(kind, [whole, *(normal for normal, _ in places)])
        for normal in dict.fromkeys(normal for normal, _ in places):
            here = [transcript for one, transcript in places if one == normal]
            entries.append(_entry(forms[normal], normal, pseudonym, here))
    return sorted(entries, key=lambda one: (_order(one), one.words.casefold()))


def _order(entry: Entry) -> tuple[str, int, str]:
    found = _NUMBERED.fullmatch(entry.pseudonym)
    return entry.kind, int(found[2]) if found else 0, entry.pseudonym


def _forms(texts: Iterable[Text]) -> dict[str, _Form]:
    forms: dict[str, _Form] = {}
    for one in texts:
        for finding in one.findings:
            words = one.text[finding.start : finding.end]
            form = forms.setdefault(same(words), _Form())
            form.kinds[finding.kind] += 1
            form.spellings[" ".join(words.split())] += 1
            form.transcripts[one.transcript] += 1
            form.examples.append((one.transcript, _example(one.text, finding)))
    return forms


def _example(text: str, finding: Finding) -> str:
    start, end = max(finding.start - _AROUND, 0), finding.end + _AROUND
    return ("…" if start else "") + " ".join(text[start:end].split()) + ("…" if end < len(text) else "")


def _entry(form: _Form, normal: str, pseudonym: str, here: Sequence[str]) -> Entry:
    elsewhere = set(form.transcripts) - set(here)
    where: Where = "as found" if normal in _ambiguous() or len(normal) < 3 else "everywhere"
    return Entry(
        form.words,
        form.kind,
        pseudonym,
        where=where,
        transcripts=tuple(here) if elsewhere else (),
        found_in=tuple(here),
        often=sum(form.transcripts[one] for one in here),
        examples=tuple(text for transcript, text in form.examples if transcript in here)[:MOST_EXAMPLES],
    )


@cache
def _ambiguous() -> frozenset[str]:
    """Return what stands for something else in other places."""
    return words_too() | places_too() | seldom_names() | {one.casefold() for one in services_too()}


class _Meant:
    """Who is meant by a part of a name."""

    def __init__(self, forms: dict[str, _Form]) -> None:
        self._whole: dict[str, set[str]] = defaultdict(set)
        for normal, form in forms.items():
            if form.kind == "person" and len(_bare(normal)) > 1:
                for transcript in ("", *form.transcripts):
                    self._whole[transcript].add(normal)

    def by(self, kind: Kind, normal: str, transcript: str) -> str:
        """Return the whole name that is meant by words in a transcript; themselves where none or several fit."""
        bare = _bare(normal)
        if kind != "person" or len(bare) != 1:
            return " ".join(bare) if kind == "person" else normal
        titled = len(normal.split()) > 1
        for place in (transcript, ""):
            fits = [one for one in self._whole[place] if bare[0] in ((_bare(one)[-1],) if titled else _bare(one))]
            if len({tuple(_bare(one)) for one in fits}) == 1:
                return " ".join(_bare(fits[0]))
            if fits:
                break
        return bare[0]


def _bare(normal: str) -> list[str]:
    """Return the words of a name without a title."""
    words = normal.split()
    return words[1:] if len(words) > 1 and words[0].rstrip(".") in _TITLES else words


class _Names:
    """Pseudonyms that there are, and new ones."""

    def __init__(self, known: Sequence[Known], texts: Iterable[Text]) -> None:
        self._known: dict[tuple[Kind, str], list[str]] = defaultdict(list)
        for one in known:
            for words in one.words:
                self._known[one.kind, same(words)].append(one.pseudonym)
        self._last: Counter[str] = Counter()
        for text in (*(one.pseudonym for one in known), *(one.text for one in texts)):
            for name, number in _numbers(text):
                self._last[name] = max(self._last[name], number)

    def of(self, kind: Kind, forms: Iterable[str]) -> str:
        """Return what the key calls the first of these words that it knows by one name alone; else a new name."""
        for normal in forms:
            if len(called := set(self._known[kind, normal])) == 1:
                return called.pop()
        name = label(kind)
        self._last[name] += 1
        return f"[{name} {self._last[name]}]"


def _numbers(text: str) -> Iterator[tuple[str, int]]:
    for found in _NUMBERED.finditer(text):
        yield found[1], int(found[2])
