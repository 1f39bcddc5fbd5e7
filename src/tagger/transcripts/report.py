"""What `tagger check` says of each file: as a table for machines, and as short lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NotRequired, TypedDict

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import many_files
from tagger.wording import several

MOST_SHOWN = 5
MOST_FILES = 20
"""Files that are told one by one."""


class SpeakerReport(TypedDict):
    """What is believed of one speaker."""

    name: str | None
    asks: bool | None
    words: int
    standing: list[str]
    why: str


class FileReport(TypedDict):
    """One file; `format` is None where it could not be read, and `problems` then says why."""

    path: str
    format: str | None
    encoding: str | None
    turns: int
    speakers: list[SpeakerReport]
    problems: list[str]
    kind: NotRequired[str]
    words: NotRequired[int]
    dropped: NotRequired[list[str]]
    names: NotRequired[dict[str, int]]


class Report(TypedDict):
    """All files, in the order in which they were given."""

    files: list[FileReport]


def describe(path: str, outcome: Transcript | TranscriptError, names: Mapping[str, int] | None = None) -> FileReport:
    """Describe one file: the transcript it gives, or why it gives none; `names` are the people named in its text."""
    if isinstance(outcome, TranscriptError):
        advice = f" {outcome.remedy.rstrip('.')}." if outcome.remedy else ""
        problem = f"{_place(path, outcome.where)}{outcome.what.rstrip('.')}.{advice}"
        return {"path": path, "format": None, "encoding": None, "turns": 0, "speakers": [], "problems": [problem]}
    told: FileReport = {
        "path": path,
        "format": outcome.format,
        "encoding": outcome.encoding,
        "turns": len(outcome.turns),
        "speakers": [
            {
                "name": each.label,
                "asks": each.asks,
                "words": each.words,
                "standing": list(each.standing),
                "why": each.why,
            }
            for each in outcome.speakers
        ],
        "problems": list(outcome.problems),
        "kind": outcome.kind,
        "words": sum(each.words for each in outcome.speakers),
        "dropped": list(outcome.dropped),
    }
    if names is not None:
        told["names"] = dict(sorted(names.items(), key=lambda name: (-name[1], name[0])))
    return told


def gathered(files: Iterable[FileReport]) -> Report:
    """Put the files under one roof, as `tagger check --json` prints them."""
    return {"files": list(files)}


def lines(report: Report) -> list[str]:
    """Say a report in plain text: a file after the other, or of many what they have in common; a count at the end."""
    files = report["files"]
    many = len(files) > MOST_FILES
    told = list(many_files.lines(files)) if many else [line for file in files for line in _lines(file)]
    read = sum(file["format"] is not None for file in files)
    told.append(f"{read} of {several(len(files), 'file')} can be read; nothing was stored.")
    if many:
        told.append("Of a file by itself, tagger check FILE says more; of each, --json does.")
    return told


def _lines(file: FileReport) -> list[str]:
    if file["format"] is None:
        return [file["path"], *(f"  not read: {problem}" for problem in file["problems"]), ""]
    held = f"{several(file['turns'], 'turn')}, {several(file['words'], 'word')}"
    head = f"  {file['kind']}, {file['format']}, {file['encoding']}: {held}"
    told = [file["path"], head]
    told += [_speaker(each) for each in file["speakers"]]
    told += _some("look at", file["problems"])
    told += _some("left out", file.get("dropped", []))
    if file.get("names"):
        told.append(f"  names in the text: {', '.join(file['names'])}")
    return [*told, ""]


def _speaker(each: SpeakerReport) -> str:
    asks = {True: "asks", False: "answers", None: "asks or answers: unknown"}[each["asks"]]
    standing = ", ".join(one for one in each["standing"] if one != "unknown")
    standing = f", {standing}" if standing else ""
    return f"  {each['name'] or '(not named)'}: {asks}, {several(each['words'], 'word')}{standing} ({each['why']})"


def _some(what: str, told: list[str]) -> list[str]:
    shown = [f"  {what}: {each if len(each) < 120 else each[:117] + '...'}" for each in told[:MOST_SHOWN]]
    return [*shown, f"  {what}: and {len(told) - MOST_SHOWN} more"] if len(told) > MOST_SHOWN else shown


def _place(path: str, where: str) -> str:
    """Name a line or row inside the file, where the error knows one; the path itself stands above already."""
    inside = where.rpartition(", ")[2] if ", " in where and where != path else ""
    return f"{inside}: " if inside else ""
