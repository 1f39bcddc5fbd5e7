"""What a sheet of attributes means for the files at hand: which row is about which, and which dataset each goes to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import TranscriptError, UsageError
from tagger.exchange import attributes
from tagger.exchange.attributes import NOTHING, Attributes, near
from tagger.records import Transcript
from tagger.steps import archives
from tagger.steps.read import content_key, found, source
from tagger.store import Store
from tagger.transcripts.corrections import for_file
from tagger.wording import several

FIRST_DATASET = "interviews"
MOST_NAMED = 6
_HELD = """
SELECT l.source, l.dataset, l.content_key, a.attributes
FROM live_revisions l LEFT JOIN current_attributes a ON a.transcript_id = l.transcript_id
ORDER BY l.source, l.dataset
"""


@dataclass(frozen=True)
class HeldTranscript:
    """A transcript of the study: its dataset, what tells its file again, and what people said of it."""

    dataset: str
    content_key: str
    said: Mapping[str, str]


@dataclass(frozen=True)
class Held:
    """What a study holds: its datasets and participants, and the transcripts of each source."""

    secret: bytes
    datasets: tuple[str, ...]
    participants: tuple[str, ...]
    transcripts: Mapping[str, Sequence[HeldTranscript]]

    def dataset_of(self, path: Path) -> str:
        """Name the dataset that a file is in; empty where it is in none or in several."""
        held = self.transcripts.get(source(path), ())
        return held[0].dataset if len(held) == 1 else ""


NOTHING_HELD = Held(b"", (), (), {})


def held_by(folder: Path) -> Held:
    """Look at what the study in *folder* holds."""
    store = Store(folder)
    if not store.path.exists():
        return NOTHING_HELD
    store.create()
    transcripts: dict[str, list[HeldTranscript]] = {}
    with store.session("a look at what is known of transcripts") as database:
        datasets = tuple(str(name) for (name,) in database.rows("SELECT id FROM datasets ORDER BY id"))
        people = tuple(str(name) for (name,) in database.rows("SELECT id FROM participants ORDER BY id"))
        for name, dataset, key, said in database.rows(_HELD):
            held = HeldTranscript(str(dataset), str(key), json.loads(said) if said else {})
            transcripts.setdefault(str(name), []).append(held)
    return Held(store.secret(), datasets, people, transcripts)


@dataclass(frozen=True)
class Matched:
    """A sheet beside the files at hand: the row of each file that has one."""

    name: str
    rows: tuple[Attributes, ...]
    files: tuple[Path, ...]
    of: Mapping[Path, Attributes]

    @property
    def strangers(self) -> list[Attributes]:
        """Return the rows that are about none of the files."""
        met = {row.number for row in self.of.values()}
        return [row for row in self.rows if row.number not in met]

    @property
    def without(self) -> list[Path]:
        """Return the files that no row is about."""
        return [path for path in self.files if path not in self.of]


def matched(sheet: Path, files: Sequence[Path], held: Held = NOTHING_HELD) -> Matched:
    """
    Read a sheet and find the file that each row is about.

    Raises:
        UsageError: It makes no sense, a row is about two files, or moves a file to another dataset than it came into.
    """
    rows = attributes.parse(sheet.read_bytes(), sheet.name)
    attributes.check_spellings(rows, sheet.name, held.datasets, held.participants)
    of = {path: about[0] for path in files if (about := for_file(rows, str(path.resolve())))}
    often = Counter(row.number for row in of.values())
    for path, row in of.items():
        where = f"{sheet.name}, row {row.number}"
        if often[row.number] > 1:
            same = [str(other) for other in of if of[other] is row]
            what = f"'{row.file}' is the name of {several(len(same), 'file')}: {_some(same)}"
            raise UsageError(what, where=where, remedy="Write the folder too, as in interviews/01.docx")
        if row.dataset:
            _stays(path, row, held, where)
    return Matched(sheet.name, rows, tuple(files), of)


def _stays(path: Path, row: Attributes, held: Held, where: str) -> None:
    there = held.transcripts.get(source(path), ())
    if not there or row.dataset in {each.dataset for each in there}:
        return
    with suppress(OSError, TranscriptError):  # a file that cannot be read is named when it is read
        key = content_key(held.secret, archives.contents(path))
        for each in there:
            if each.content_key == key:
                raise UsageError(
                    f"{row.file} is in the dataset '{each.dataset}' already, and stays in the one it came into",
                    where=f"{where}, column dataset",
                    remedy=f"Write '{each.dataset}', or leave the cell empty",
                )


def parted(
    folder: Path, paths: Sequence[Path], sheet: Path | None, dataset: str
) -> tuple[dict[str, tuple[Path, ...]], list[str]]:
    """
    Say which files go to which dataset, and what a person would wonder at.

    A row of the sheet decides; else *dataset*; else the one that a file is in already; else the study's only one.

    Raises:
        UsageError: The sheet makes no sense for these files, or nothing says where one of them belongs.
    """
    held = held_by(folder)
    if not sheet and (dataset or len(held.datasets) <= 1):
        return {dataset or next(iter(held.datasets), FIRST_DATASET): tuple(paths)}, []
    files = found(tuple(str(path) for path in paths), folder.resolve())
    beside = matched(sheet, files, held) if sheet else Matched("", (), tuple(files), {})
    parts: dict[str, list[Path]] = {}
    for path in files:
        said = beside.of[path].dataset if path in beside.of else ""
        parts.setdefault(said or dataset or held.dataset_of(path) or _only(held, path), []).append(path)
    notes = [*_strangers(beside), *_without(beside)] if sheet else []
    return {name: tuple(parts[name]) for name in sorted(parts)} or {dataset or _only(held): tuple(paths)}, notes


def _only(held: Held, path: Path | None = None) -> str:
    if len(held.datasets) > 1:
        raise UsageError(
            "the study has several datasets" + (f", and nothing says where {path} belongs" if path else ""),
            where=", ".join(held.datasets),
            remedy="Say which with --dataset" + (", or in the column dataset of --attributes" if path else ""),
        )
    return next(iter(held.datasets), FIRST_DATASET)


def believed(
    outcomes: Mapping[Path, Transcript | TranscriptError], held: Held, dataset: str, encoding: str
) -> list[Attributes]:
    """Make the rows of a sheet to fill in: what is believed of each file, and what the study holds of it already."""
    rows: list[Attributes] = []
    for path, outcome in outcomes.items():
        if isinstance(outcome, Transcript):
            known = held.transcripts.get(source(path), ())
            answering = [each for each in outcome.speakers if each.asks is not True]
            standings = dict.fromkeys(one for each in answering for one in each.standing if one != "unknown")
            said = {"role": ", ".join(standings), "encoding": encoding, **(known[0].said if len(known) == 1 else {})}
            people = tuple(said.pop("participants", "").split("; ")) if "participants" in said else ()
            into = held.dataset_of(path) or dataset
            rows.append(
                Attributes(len(rows) + 2, str(path), into, people, {key: said[key] for key in said if said[key]})
            )
    return rows


def explained(
    beside: Matched, outcomes: Mapping[Path, Transcript | TranscriptError], held: Held, dataset: str
) -> Iterator[str]:
    """Say in lines what a run would do with a sheet; nothing is stored."""
    count = f"{several(len(beside.rows), 'row')}, about {len(beside.of)} of {several(len(beside.files), 'file')}"
    yield f"{beside.name}: {count}"
    yield from (f"  {line}" for line in (*_strangers(beside), *_without(beside)))
    yield from _datasets(beside, held, dataset)
    yield from _people(beside, outcomes)
    columns = sorted({column for row in beside.rows for column in row.said})
    if columns:
        yield f"  kept of each file, and exported: {', '.join(columns)}"
    yield from _changes(beside, held)
    yield ""


def _strangers(beside: Matched) -> Iterator[str]:
    names = [path.name for path in beside.files]
    for row in beside.strangers:
        meant = near(Path(row.file.replace("\\", "/")).name, names)
        asked = f" Did you mean {meant}?" if meant else ""
        yield f"{beside.name}, row {row.number}: there is no file {row.file} among these.{asked}"


def _without(beside: Matched) -> Iterator[str]:
    if beside.without:
        names = _some([path.name for path in beside.without])
        yield f"{beside.name}: {several(len(beside.without), 'file has', 'files have')} no row: {names}."


def _datasets(beside: Matched, held: Held, dataset: str) -> Iterator[str]:
    said = [beside.of[path].dataset if path in beside.of else "" for path in beside.files]
    into = [each or dataset or held.dataset_of(path) for each, path in zip(said, beside.files, strict=True)]
    often = Counter(into)
    for name, number in sorted(often.items()):
        if not name:
            yield f"  dataset: {several(number, 'file goes', 'files go')} where --dataset says"
            continue
        new = "" if name in held.datasets else ", a new one"
        meant = near(name, (*held.datasets, *often)) if new else ""
        yield f"  dataset {name}{new}: {several(number, 'file')}" + (f" (is it {meant}?)" if meant else "")


def _people(beside: Matched, outcomes: Mapping[Path, Transcript | TranscriptError]) -> Iterator[str]:
    files: dict[str, list[str]] = {}
    for path, row in beside.of.items():
        for name in row.participants:
            files.setdefault(name, []).append(path.name)
        outcome = outcomes[path]
        if not row.participants or isinstance(outcome, TranscriptError):
            continue
        answering = [speaker for speaker in outcome.speakers if speaker.asks is not True]
        if len(answering) != 1:
            counts = f"{several(len(row.participants), 'participant')}, and {len(answering)} who may answer"
            yield f"  {path.name}: {counts}; who is who is for the sheet of speakers to say"
    yield from _allowed(beside)
    yield from (f"  {name} is one person in {_some(names)}" for name, names in sorted(files.items()) if len(names) > 1)


def _allowed(beside: Matched) -> Iterator[str]:
    said = {(name, row.permission) for row in beside.of.values() for name in row.participants}
    for name, permission in sorted(said, key=lambda pair: pair[0]):
        if words := permission.words:
            yield f"  {name}: {words}"


def _changes(beside: Matched, held: Held) -> Iterator[str]:
    for path, row in beside.of.items():
        known = held.transcripts.get(source(path), ())
        said = known[0].said if len(known) == 1 else {}
        for column, cell in row.said.items():
            if column in said and said[column] != cell:
                new = "taken away" if cell == NOTHING else cell
                yield f"  {path.name}: {column} was {said[column]}, and would be {new}"


def _some(names: Sequence[str]) -> str:
    more = [f"and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])
