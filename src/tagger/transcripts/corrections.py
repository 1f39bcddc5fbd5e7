"""The sheet speakers.csv: what was guessed of each speaker, for a person to correct in a spreadsheet, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Protocol, TypeVar, get_args

from tagger.errors import TranscriptError, UsageError
from tagger.privacy import PSEUDONYM
from tagger.records import Speaker, Standing, Transcript
from tagger.transcripts import decoding, speakers

COLUMNS = ("file", "dataset", "participant", "speaker", "asks", "standing")
NAMELESS = "(not named)"
YES = frozenset({"yes", "y", "true", "t", "1", "ja", "j", "oui", "o", "si", "sí", "sim", "wahr", "x", "vrai"})
NO = frozenset({"no", "n", "false", "f", "0", "nein", "non", "nee", "não", "falsch", "faux"})
OPEN = frozenset({"", "unknown", "?", "unbekannt", "not known"})
# A spreadsheet would run a cell that begins so; a quote before it makes it text, and is taken off again.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


class _AboutFile(Protocol):
    @property
    def file(self) -> str: ...


AboutFile = TypeVar("AboutFile", bound=_AboutFile)
"""A row of a sheet that names the file it is about."""


@dataclass(frozen=True, slots=True)
class Correction:
    """
    One row: what holds of one speaker in one file.

    `asks` None and an empty `standing` leave the guess as it is, unless `asks_open` says that it is not known who asks.
    """

    file: str
    speaker: str | None
    dataset: str = ""
    participant: str = ""
    asks: bool | None = None
    standing: tuple[Standing, ...] = ()
    asks_open: bool = False


def rows(file: str, transcript: Transcript, dataset: str = "") -> tuple[Correction, ...]:
    """Make the rows of one file from what is believed of its speakers."""
    return tuple(
        Correction(file, each.label, dataset, "", each.asks, each.standing, asks_open=each.asks is None)
        for each in transcript.speakers
    )


def sheet(corrections: Iterable[Correction]) -> bytes:
    """Write rows as CSV that a spreadsheet opens with every letter right (UTF-8 with BOM)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in corrections:
        speaker = NAMELESS if each.speaker is None else each.speaker
        asks = {True: "yes", False: "no", None: "unknown" if each.asks_open else ""}[each.asks]
        cells = (each.file, each.dataset, each.participant, speaker, asks, "; ".join(each.standing))
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def parse(data: bytes, name: str) -> tuple[Correction, ...]:
    """
    Read a sheet as spreadsheets save it: comma, semicolon or tab, UTF-8 or Windows, with further columns.

    Raises:
        UsageError: A column is missing or a cell says something else than it may; names row and column.
    """
    try:
        text = decoding.decode(data, name).text
    except TranscriptError as reason:
        raise UsageError(reason.what, where=name, remedy="Save it as CSV (UTF-8)") from reason
    head = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as reason:
        raise UsageError(f"It is not a table ({reason})", where=name, remedy="Save it again as CSV") from reason
    numbered = [(number, row) for number, row in enumerate(table, start=1) if any(cell.strip() for cell in row)]
    if not numbered:
        raise UsageError("It is empty", where=name, remedy=f"Its columns are {', '.join(COLUMNS)}")
    header = [cell.strip().casefold() for cell in numbered[0][1]]
    missing = [column for column in ("file", "speaker") if column not in header]
    if missing:
        raise UsageError(
            f"It has no column {' and no column '.join(missing)}",
            where=name,
            remedy=f"Its columns are {', '.join(COLUMNS)}",
        )
    found = [_correction(header, row, f"{name}, row {number}") for number, row in numbered[1:]]
    _refuse_contradictions(found, name)
    return tuple(found)


def for_file(rows: Iterable[AboutFile], path: str) -> tuple[AboutFile, ...]:
    """Choose the rows of one file: by the same path, else by the longest end of a path that they share."""
    parts = _parts(path)
    shared = [(each, _shared(parts, _parts(each.file))) for each in rows]
    best = max((number for _, number in shared), default=0)
    return tuple(each for each, number in shared if number == best > 0)


def key(label: str | None) -> str | None:
    """Return what a speaker is known by, however a sheet writes case and blanks; None for speech without a speaker."""
    return " ".join(label.casefold().split()) if label else None


def apply(transcript: Transcript, corrections: Sequence[Correction]) -> Transcript:
    """Put a person's word over the guesses of one transcript; a row that fits no speaker becomes a problem."""
    said = {key(each.speaker): each for each in corrections}
    people = tuple(_corrected(each, said.get(key(each.label))) for each in transcript.speakers)
    known = {key(each.label) for each in transcript.speakers}
    strangers = [
        f"the sheet of speakers names '{each.speaker or NAMELESS}', who does not speak here"
        for each in corrections
        if key(each.speaker) not in known
    ]
    timed = any(turn.begins is not None for turn in transcript.turns)
    kind = speakers.kind(people, spoken_aloud=timed) if people != transcript.speakers else transcript.kind
    return replace(transcript, speakers=people, kind=kind, problems=(*transcript.problems, *strangers))


def _corrected(speaker: Speaker, said: Correction | None) -> Speaker:
    if said is None:
        return speaker
    asks = speaker.asks if said.asks is None and not said.asks_open else said.asks
    standing = said.standing or speaker.standing
    if (asks, standing) == (speaker.asks, speaker.standing):
        return speaker
    return replace(speaker, asks=asks, standing=standing, why="the sheet of speakers says so")


def _correction(header: Sequence[str], row: Sequence[str], where: str) -> Correction:
    cells = {
        column: (row[header.index(column)].strip() if column in header and header.index(column) < len(row) else "")
        for column in COLUMNS
    }
    cells = {
        column: cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell for column, cell in cells.items()
    }
    if not cells["file"]:
        raise UsageError("The file is not named", where=f"{where}, column file", remedy="Copy it from the row above")
    if cells["participant"] and not PSEUDONYM.fullmatch(cells["participant"]):
        raise UsageError(
            f"'{cells['participant']}' is not a pseudonym",
            where=f"{where}, column participant",
            remedy="Write a letter or two and a number, such as P07, and never a name",
        )
    asks = cells["asks"].casefold()
    if asks not in YES | NO | OPEN:
        raise UsageError(
            f"'{cells['asks']}' is neither yes nor no", where=f"{where}, column asks", remedy="Write yes, no or unknown"
        )
    speaker = None if cells["speaker"] in ("", NAMELESS) else cells["speaker"]
    return Correction(
        cells["file"],
        speaker,
        cells["dataset"],
        cells["participant"],
        None if asks in OPEN else asks in YES,
        _standings(cells["standing"], f"{where}, column standing"),
        asks_open=asks in OPEN and asks != "",
    )


def _standings(cell: str, where: str) -> tuple[Standing, ...]:
    known: dict[str, Standing] = {each: each for each in get_args(Standing)}
    words = [
        " ".join(word.split()).casefold()
        for word in cell.replace("+", ";").replace(",", ";").replace("/", ";").split(";")
    ]
    for word in filter(None, words):
        if word not in known:
            raise UsageError(
                f"'{word}' is not a standing", where=where, remedy=f"Write one or more of: {'; '.join(known)}"
            )
    return tuple(dict.fromkeys(known[word] for word in words if word))


def _refuse_contradictions(found: Sequence[Correction], name: str) -> None:
    seen: dict[tuple[tuple[str, ...], str | None], Correction] = {}
    for each in found:
        place = (_parts(each.file), key(each.speaker))
        if place in seen and seen[place] != each:
            raise UsageError(
                f"Two rows speak of '{each.speaker or NAMELESS}' in {each.file} and differ",
                where=name,
                remedy="Keep one of them",
            )
        seen[place] = each


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in PurePath(path.replace("\\", "/")).parts if part not in (".", "/"))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the parts at the end of two paths that are the same, where one ends in the other."""
    shorter = min(len(one), len(other))
    return shorter if shorter and tuple(one[-shorter:]) == tuple(other[-shorter:]) else 0
