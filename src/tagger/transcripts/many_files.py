"""What `tagger check` says of many files at once: what cannot be read first, and equal problems together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import PurePath
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

from tagger.wording import several

if TYPE_CHECKING:
    from tagger.transcripts.report import FileReport

WIDTH = 100
MOST_NAMED = 6
MOST_KINDS, MOST_GONE = 12, 6
MOST_NAMES = 60
UNTOLD = "nothing tells who asks: all words count as evidence (correct it with --write speakers.csv)"
PLACE = re.compile(r"^line \d[\d,]*: ")
DIFFERS = re.compile(r"'[^']*'|\d[\d:.,]*|: .*")
"""What differs between two cases of one problem: names, numbers, and what is told of it behind a colon."""
FACTS = re.compile(r"columns were taken by name|\d+ (?:captions|parts) were joined|.*says nothing|.*without words")
"""What is told so that it can be checked, and is seldom wrong."""


def lines(files: Iterable[FileReport]) -> Iterator[str]:
    """Say in plain text what is wrong, what to look at and what was left out, each with the files it is about."""
    files = list(files)
    folders = [PurePath(file["path"]).parent.parts for file in files]
    above = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, zip(*folders, strict=False)))
    read = [file for file in files if file["format"]]
    unread = _by_kind((each, file) for file in files if not file["format"] for each in file["problems"])
    odd = _by_kind((each, file) for file in read for each in _to_look_at(file))
    odd.sort(key=lambda kind: bool(FACTS.match(kind[0])))
    yield from _section("not read", unread, above, most_named=len(files))
    yield from _section("look at", odd, above)
    gone = _by_kind((each, file) for file in read for each in file.get("dropped", []))
    yield from _section("left out", gone, above, most_kinds=MOST_GONE)
    yield from _formats(read)
    yield from _names(read)


def _to_look_at(file: FileReport) -> list[str]:
    named = [each for each in file["speakers"] if each["name"]]
    untold = len(named) > 1 and not any(each["asks"] for each in named)
    return [*file["problems"], *([UNTOLD] if untold else [])]


def _by_kind(found: Iterable[tuple[str, FileReport]]) -> list[tuple[str, list[str]]]:
    """Gather the files of each kind of remark, with the first wording of it; the most frequent kind first."""
    kinds: dict[str, tuple[str, dict[str, None]]] = {}
    for told, file in found:
        kinds.setdefault(DIFFERS.sub("#", PLACE.sub("", told)), (told, {}))[1][file["path"]] = None
    return sorted(((told, list(paths)) for told, paths in kinds.values()), key=lambda kind: -len(kind[1]))


def _section(
    title: str,
    kinds: list[tuple[str, list[str]]],
    above: int,
    *,
    most_named: int = MOST_NAMED,
    most_kinds: int = MOST_KINDS,
) -> Iterator[str]:
    if not kinds:
        return
    count = len({path for _, paths in kinds for path in paths})
    yield f"{title}: {several(count, 'file')}"
    for told, paths in kinds[:most_kinds]:
        yield f"  {shorten(told if len(paths) == 1 else PLACE.sub('', told), WIDTH, placeholder=' ...')}"
        shown = [str(PurePath(*PurePath(path).parts[above:])) for path in paths[:most_named]]
        more = [f"and {len(paths) - most_named:,} more"] if len(paths) > most_named else []
        named = ", ".join([*shown, *more])
        yield from _wrapped(f"{several(len(paths), 'file')}: {named}", "    ")
    if len(kinds) > most_kinds:
        rest = len({path for _, paths in kinds[most_kinds:] for path in paths})
        yield f"  and {several(len(kinds) - most_kinds, 'more kind')} in {several(rest, 'file')}"
    yield ""


def _formats(read: list[FileReport]) -> Iterator[str]:
    """Count files, turns and words by format, the most frequent first."""
    often = Counter(str(file["format"]) for file in read)
    for name, number in often.most_common():
        same = [file for file in read if file["format"] == name]
        turns, words = sum(file["turns"] for file in same), sum(file.get("words", 0) for file in same)
        yield f"{name}: {several(number, 'file')}, {several(turns, 'turn')}, {several(words, 'word')}"
    if read:
        yield ""


def _names(read: list[FileReport]) -> Iterator[str]:
    often: Counter[str] = Counter()
    for file in read:
        often.update(file.get("names", {}))
    if often:
        shown = [name for name, _ in often.most_common(MOST_NAMES)]
        more = [f"and {len(often) - MOST_NAMES:,} more"] if len(often) > MOST_NAMES else []
        yield from _wrapped(f"names in the text: {', '.join([*shown, *more])}")
        yield ""


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
