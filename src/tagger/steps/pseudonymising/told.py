"""What pseudonyms would do to a study, and what is left to people, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tagger.pseudonyms.replacing import Replaced
from tagger.steps.backups import kept
from tagger.steps.pseudonymising.plan import Plan
from tagger.steps.withdrawal import folder as files
from tagger.steps.withdrawal.anew import WRITTEN
from tagger.steps.withdrawal.told import listed, written_out
from tagger.store.study_files import BACKUPS
from tagger.wording import several

_LINES, _AROUND = 12, 40
_LISTS = "SELECT name, version, content FROM frameworks ORDER BY name, version, id"


def before(plan: Plan, folder: Path) -> list[str]:
    """Say what would be done: how much, some lines before and after, and what would stay."""
    often = Counter(one.by for text in plan.newest for one in plan.replaced[text.id].replacements)
    return [
        f"In {several(len(plan.newest), 'transcript')}, {several(often.total(), 'place')} would be replaced, "
        f"by {several(len(often), 'pseudonym')}:",
        *_called(plan, often),
        "",
        *_samples(plan),
        *_notes(plan),
        "",
        "Each transcript gets a new revision. All readings stay, each where it was. The old words go from the study:",
        "  from every earlier revision, what was computed from them, and what waits to be stored.",
        *_gone(plan, folder, "would be"),
        *_left(plan, folder),
    ]


def after(plan: Plan, folder: Path) -> list[str]:
    """Say what was done, and what is left to do."""
    often = Counter(one.by for text in plan.newest for one in plan.replaced[text.id].replacements)
    return [
        f"Replaced {several(often.total(), 'place')} in {several(len(plan.newest), 'transcript')}, "
        f"by {several(len(often), 'pseudonym')}.",
        *_gone(plan, folder, "were"),
        *([f"Next: tagger learn --study {folder}"] if plan.learned else []),
        *_left(plan, folder),
        "No program finds every name. Read the transcripts before you show them to anybody.",
    ]


def _called(plan: Plan, often: Counter[str]) -> Iterator[str]:
    words: dict[str, dict[str, None]] = {}
    for one in plan.entries:
        if one.do == "replace" and often[one.pseudonym]:
            words.setdefault(one.pseudonym, {})[one.words] = None
    yield from (f"  {name}, {several(often[name], 'time')}: {', '.join(own)}" for name, own in words.items())


def _samples(plan: Plan) -> Iterator[str]:
    """Yield lines before and after, of as many pseudonyms as there is room for."""
    shown: set[str] = set()
    for text in plan.newest:
        made = plan.replaced[text.id]
        for one in made.replacements:
            if one.by not in shown and len(shown) < _LINES:
                shown.add(one.by)
                start, end = max(one.start - _AROUND, 0), min(one.end + _AROUND, len(text.text))
                yield f"  {text.name}  before: {_line(text.text, start, end)}"
                yield f"  {' ' * len(text.name)}   after: {_line(made.text, *_around(made, start, end))}"


def _around(made: Replaced, start: int, end: int) -> tuple[int, int]:
    return made.place((start, end))


def _line(text: str, start: int, end: int) -> str:
    return " ".join(text[start:end].split())


def _notes(plan: Plan) -> Iterator[str]:
    number = sum(
        plan.matcher.taken_out(text) != text
        for table, columns in WRITTEN.items()
        for row in plan.database.rows(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
        for text in row
        if text
    )
    if number:
        yield f"So they would be in {several(number, 'note, reason or attribute', 'notes, reasons and attributes')}"


def _gone(plan: Plan, folder: Path, what: str) -> Iterator[str]:
    if number := len(kept(folder)):
        yield f"  Backups in {folder / BACKUPS}, which {what} deleted: {number}. A new one holds the new words."
    for name in sorted(set(plan.learned.values())):
        yield f"  What was learned for {name}, since it saw the old words; tagger learn learns it anew."


def _left(plan: Plan, folder: Path) -> Iterator[str]:
    """Say where the words still are, which only people can change."""
    lists = [f"{name} {version}" for name, version, text in plan.database.rows(_LISTS) if plan.matcher.found_in(text)]
    if lists:
        yield "Lists of values with some of these words, which stay as they are. Look whether they mean somebody:"
        yield from listed(lists)
    seen = files.look(folder, plan.matcher, (), ())
    if seen.holding or seen.lists:
        yield f"Files in {folder} with some of these words, which stay as they are. Look, and delete or change them:"
        yield from listed([*seen.holding, *seen.lists])
    if seen.unread:
        yield f"Files in {folder} that this program cannot look into. Look yourself:"
        yield from listed(seen.unread)
    if named := [one.source for one in plan.newest if plan.matcher.found_in(one.source)]:
        yield "Names of files that hold some of these words. The study knows transcripts by them:"
        yield from listed(named)
    yield from written_out(plan.database, sorted({one.dataset for one in plan.newest}))
    yield "The files that the transcripts were read from still hold the names. Keep them apart, or delete them:"
    yield from listed(sorted(one.source for one in plan.newest))
    yield "Archives, backups and copies of the study that lie elsewhere hold the names too."
