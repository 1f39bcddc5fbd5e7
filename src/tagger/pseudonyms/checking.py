"""Whether a list that people filled in can be done, and what the key remembers then."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tagger.errors import UsageError
from tagger.pseudonyms.finding import STANDS_FOR
from tagger.pseudonyms.naming import same
from tagger.pseudonyms.records import Entry, Known

_ALLOWED = re.compile(r"\[?\w[\w '’-]{0,38}\w?\]?")


def remembered(entries: Sequence[Entry], known: Sequence[Known], texts: Iterable[str]) -> list[Known]:
    """
    Return what the key remembers once a list is done.

    Args:
        entries: of the list.
        known: what the key remembers by now.
        texts: of all transcripts.

    Raises:
        UsageError: a pseudonym is a name itself, stands for two, or cannot be one; names the row.
    """
    wanted = [one for one in entries if one.do == "replace"]
    held = {same(one.pseudonym): one for one in known}
    names = {same(word) for one in known for word in one.words} | {same(one.words) for one in wanted}
    joined = [*texts]
    for one in wanted:
        _must_be_a_pseudonym(one, names)
        _must_be_theirs(one, held, wanted)
        if same(one.pseudonym) not in held:
            _must_be_new(one, joined)
    _must_mean_one_thing(wanted)
    for one in wanted:
        before = held.get(same(one.pseudonym), Known(one.pseudonym, one.kind, ()))
        more = () if same(one.words) in map(same, before.words) else (one.words,)
        held[same(one.pseudonym)] = Known(before.pseudonym, before.kind, (*before.words, *more))
    return list(held.values())


def _wrong(entry: Entry, what: str, remedy: str) -> UsageError:
    return UsageError(what, where=f"row {entry.row}", remedy=remedy)


def _must_be_a_pseudonym(entry: Entry, names: set[str]) -> None:
    pseudonym = entry.pseudonym
    if not _ALLOWED.fullmatch(pseudonym):
        raise _wrong(
            entry, f"'{pseudonym}' cannot be a pseudonym", "Write a name, or words in brackets such as [Person 3]"
        )
    if same(pseudonym) in names:
        raise _wrong(entry, f"'{pseudonym}' is the real name of somebody or something in this study", "Choose another")


def _must_be_theirs(entry: Entry, held: dict[str, Known], wanted: Sequence[Entry]) -> None:
    """Refuse a pseudonym that stands for something else, unless the list says that both are one."""
    before = held.get(same(entry.pseudonym))
    alike = [one for one in wanted if same(one.pseudonym) == same(entry.pseudonym)]
    if (before and before.kind != entry.kind) or any(one.kind != entry.kind for one in alike):
        raise _wrong(entry, f"{entry.pseudonym} stands for something of another kind too", "Choose another pseudonym")
    words = {same(one.words) for one in alike}
    if before and words.isdisjoint(map(same, before.words)):
        raise _wrong(
            entry,
            f"{entry.pseudonym} is {before.words[0]} in the key",
            f"Choose another; or, if they are the same, add a row for {before.words[0]} with {entry.pseudonym}",
        )


def _must_be_new(entry: Entry, texts: Sequence[str]) -> None:
    """Refuse a new pseudonym that stands in a transcript: nobody could tell the two apart."""
    pattern = re.compile(rf"(?<!\w){re.escape(entry.pseudonym)}(?!\w)", re.IGNORECASE)
    if any(pattern.search(text) for text in texts):
        lost = "Name the key with --key: this stands there already for somebody else"
        remedy = lost if STANDS_FOR.fullmatch(entry.pseudonym) else "Choose a pseudonym that nobody says"
        raise _wrong(entry, f"{entry.pseudonym} stands in a transcript already", remedy)


def _must_mean_one_thing(wanted: Sequence[Entry]) -> None:
    """Refuse the same words twice for the same transcript with two pseudonyms."""
    seen: dict[tuple[str, str], Entry] = {}
    for one in wanted:
        for transcript in one.transcripts or ("",):
            other = seen.setdefault((same(one.words), transcript), one)
            if same(other.pseudonym) != same(one.pseudonym):
                raise _wrong(
                    one,
                    f"'{one.words}' has another pseudonym in row {other.row}",
                    "Keep one of the rows, or say in the column 'only in' which transcripts each is about",
                )
