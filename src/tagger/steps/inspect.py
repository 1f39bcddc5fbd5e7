"""`tagger check`: read files as a run would, say what was understood, store nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import StoreError, TranscriptError, UsageError
from tagger.records import Transcript
from tagger.steps import archives
from tagger.steps.read import found
from tagger.transcripts import corrections, read
from tagger.transcripts.names import load_names_pipeline, people
from tagger.transcripts.report import Report, describe, gathered, lines

MOST_WORDS = 30_000
"""Words in which names are looked for without being asked to, in about ten seconds."""


@dataclass(frozen=True)
class Inspection:
    """What a look at files found: for machines, as lines to read, and whether a file could not be read."""

    content: Report
    lines: list[str]
    failed: bool


def inspect(
    paths: Iterable[Path],
    *,
    encoding: str | None = None,
    names: bool | None = True,
    sheet: Path | None = None,
    dataset: str = "",
) -> Inspection:
    """
    Look at files and folders.

    Args:
        encoding: read all files in it instead of guessing.
        names: list the persons named inside the text, which takes a second for some thousand words; None: where the
            files hold at most `MOST_WORDS` words.
        sheet: write what is believed of the speakers to this file, for correction.
        dataset: the dataset to name in that sheet.
    """
    paths = tuple(paths)
    if missing := [str(path) for path in paths if not path.exists()]:
        raise UsageError(
            "there is no such file or folder", where=", ".join(missing), remedy="Check the spelling of the path"
        )
    outcomes = _outcomes(found(tuple(map(str, paths))), encoding)
    words = sum(len(outcome.text.split()) for outcome in outcomes.values() if isinstance(outcome, Transcript))
    passed_over = names is None and words > MOST_WORDS
    nlp = load_names_pipeline() if words and names is not False and not passed_over else None
    content = gathered(
        describe(str(path), outcome, people(_turns(outcome), nlp) if nlp and isinstance(outcome, Transcript) else None)
        for path, outcome in outcomes.items()
    )
    if sheet:
        _write_sheet(sheet, outcomes, dataset)
    told = [*lines(content), *([f"Names were not looked for in {words:,} words: --names does."] if passed_over else [])]
    return Inspection(content, told, any(isinstance(outcome, TranscriptError) for outcome in outcomes.values()))


def _outcomes(paths: list[Path], encoding: str | None) -> dict[Path, Transcript | TranscriptError]:
    """Read files side by side: those that a process of their own reads, as PDFs are, keep no other waiting."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(paths, pool.map(lambda path: _outcome(path, encoding), paths), strict=True))


def _outcome(path: Path, encoding: str | None) -> Transcript | TranscriptError:
    try:
        return read(archives.contents(path), path.name, encoding)
    except TranscriptError as error:
        return error
    except OSError as error:
        return TranscriptError(
            f"it cannot be opened ({error.strerror})", where=path.name, remedy="Check its permissions"
        )


def _turns(transcript: Transcript) -> list[str]:
    return [transcript.text[turn.start : turn.end] for turn in transcript.turns]


def _write_sheet(sheet: Path, outcomes: dict[Path, Transcript | TranscriptError], dataset: str) -> None:
    read_ones = [(path, outcome) for path, outcome in outcomes.items() if isinstance(outcome, Transcript)]
    rows = [row for path, outcome in read_ones for row in corrections.rows(str(path), outcome, dataset)]
    try:
        sheet.write_bytes(corrections.sheet(rows))
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise StoreError(f"it cannot be written ({reason})", where=str(sheet), remedy="Name another file") from error
