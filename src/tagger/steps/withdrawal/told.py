"""What goes, what stays and what there may be elsewhere, in words for the person who has to decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from tagger.steps.withdrawal.folder import Found
from tagger.steps.withdrawal.participant import Leaver
from tagger.steps.withdrawal.reader import LeavingReader
from tagger.store import Readable
from tagger.store.backups import kept
from tagger.store.study_files import BACKUPS
from tagger.withdrawing import GONE
from tagger.wording import several

_MOST = 12
_EXPORTS = """
SELECT kind, file_name, made_at FROM exports
WHERE len($datasets::VARCHAR[]) = 0 OR len(datasets) = 0 OR list_has_any(datasets, $datasets::VARCHAR[])
ORDER BY made_at
"""
_FIRST_NOTED = "SELECT applied_at FROM migrations WHERE number = 22"
_BEGUN = "SELECT created_at FROM study"


def before(found: Leaver | LeavingReader, seen: Found, folder: Path) -> list[str]:
    """Say what would go."""
    if isinstance(found, LeavingReader):
        return [*_reader(found), *_named(seen), *_backups(folder, "would be"), *_learn(found.learned, "would be")]
    return [
        *_counted(found),
        *_shared(found),
        *_files(seen, "would be deleted", folder),
        *_lists(found, seen),
        *_backups(folder, "would be"),
        *_learn(found.learned, "would be"),
        *_elsewhere(found),
    ]


def after(found: Leaver | LeavingReader, seen: Found, folder: Path) -> list[str]:
    """Say what is gone, what is to be done next, and what there may be elsewhere."""
    next_step = [f"Next: tagger learn --study {folder}"] if found.learned else []
    if isinstance(found, LeavingReader):
        stay = f"stay as those of {found.letter}" if found.keep_codings else "are gone too"
        gone = f"The name, the notes and the reflections are gone. The codings {stay}."
        return [gone, *_named(seen), *_backups(folder, "were"), *_learn(found.learned, "was"), *next_step]
    return [
        f"{found.who} is withdrawn: nothing of them is left in this study, and tagger run does not read them again.",
        *_files(seen, "deleted", folder),
        *_lists(found, seen),
        *_backups(folder, "were"),
        *_learn(found.learned, "was"),
        *next_step,
        *_elsewhere(found),
    ]


def _counted(found: Leaver) -> Iterator[str]:
    counts = found.counts()
    where = f" in the dataset {found.dataset}" if found.dataset else ""
    yield f"Of {found.who}{where}, this would go:"
    yield f"  {several(counts['transcripts'], 'transcript')} and {several(counts['passages'], 'passage')}"
    people = several(counts["people"], "person", "people")
    yield f"  {several(counts['readings'], 'reading')} of these by {people}, and {several(counts['notes'], 'note')}"
    if counts["proposals"]:
        yield f"  {several(counts['proposals'], 'proposal')} about these, with what people said of them"
    if number := counts["audited passages"]:
        lost = several(number, "passage")
        yield f"  {lost} of audits: they count as not answered, so what an audit tells gets less exact"


def _shared(found: Leaver) -> Iterator[str]:
    if found.shared:
        number = several(len(found.shared), "recording")
        yield f"  their words in {number} in which others speak too; what the others said stays, with its readings"
    if found.named_in:
        yield (
            f"A sheet says that they took part in {', '.join(found.named_in)}, and no turn there is known to be "
            "theirs: nothing of it would go. To have their words there go, say first which speaker they are: "
            "tagger run --speakers SHEET"
        )


def _files(seen: Found, what: str, folder: Path) -> Iterator[str]:
    if seen.holding:
        yield f"Files in {folder} with their words, {what}:"
        yield from listed(seen.holding)
    if seen.unread:
        yield f"Files in {folder} that this program cannot look into, and leaves alone. Look yourself:"
        yield from listed(seen.unread)
    yield from _named(seen)


def _lists(found: Leaver, seen: Found) -> Iterator[str]:
    if quoting := [*found.quoting.values(), *seen.lists]:
        yield f"Lists of values that quote them. {GONE} stands there instead; look whether they still make sense:"
        yield from listed(quoting)


def _named(seen: Found) -> Iterator[str]:
    if seen.naming:
        yield "Files that have no more than what they are called, such as sheets. They stay as they are. Look yourself:"
        yield from listed(seen.naming)


def _backups(folder: Path, what: str) -> Iterator[str]:
    if number := len(kept(folder)):
        yield f"Backups in {folder / BACKUPS}, which {what} deleted: {number}. A new one holds what stays."


def _learn(learned: dict[str, str], verb: str) -> Iterator[str]:
    for name in sorted(set(learned.values())):
        yield f"What was learned for {name} {verb} forgotten, since they had a part in it; tagger learn learns it anew."


def _reader(found: LeavingReader) -> Iterator[str]:
    counts = found.counts()
    yield f"Of {found.quotes.name}, who is {found.letter}, this would go: the name, wherever it is, and"
    yield f"  {several(counts['notes'], 'note')} and {several(counts['reflections'], 'reflection')}"
    readings = several(counts["readings"], "coding")
    if found.keep_codings:
        yield f"{readings} would stay, as those of {found.letter}. Only they can agree to that."
    else:
        yield f"  {readings}. If they agree that these stay, as those of {found.letter}: --keep-codings"
    if counts["proposals"]:
        yield f"{several(counts['proposals'], 'proposal')} would stay for those who answered, without the reasons."


def _elsewhere(found: Leaver) -> Iterator[str]:
    """Say which files were written by now, and what nobody can know of."""
    datasets = sorted({one.dataset for one in found.recordings})
    if found.packs:
        yield "Reading packs with passages of theirs. Ask for them back, and for what was copied from them:"
        yield from listed([f"{made_at:%d %B %Y}  pack {number}, for {name}" for made_at, number, name in found.packs])
    yield from written_out(found.database, datasets)
    names = sorted({name for _, name in found.sources})
    if names:
        yield "The files that they were read from, and copies of them, if they lie outside of the study's folder:"
        yield from listed(names)
    yield "Archives, backups and copies of the study that lie elsewhere still hold it all. You alone can delete them."


def written_out(database: Readable, datasets: Sequence[str]) -> Iterator[str]:
    """Say which files with words out of these datasets were written by now."""
    exports = database.rows(_EXPORTS, {"datasets": list(datasets)})
    if exports:
        yield "Written out of this study before. Delete these wherever they are, or make them anew:"
        yield from listed([f"{made_at:%d %B %Y}  {kind}: {name}" for kind, name, made_at in exports], len(exports))
    if older := _not_noted(database):
        yield f"Files that were written before {older:%d %B %Y} were not noted. There may be some."


def _not_noted(database: Readable) -> datetime | None:
    """Return when this study began to note what is written out of it, if it is older than that."""
    [(begun,)] = database.rows(_BEGUN)
    [(noted,)] = database.rows(_FIRST_NOTED)
    return noted if (noted - begun).total_seconds() > 3600 else None


def listed(names: Sequence[object] | Iterable[object], most: int = _MOST) -> Iterator[str]:
    """Yield names on lines of their own, and how many more there are."""
    named = [str(name) for name in names]
    yield from (f"  {name}" for name in named[:most])
    if len(named) > most:
        yield f"  and {len(named) - most} more"
