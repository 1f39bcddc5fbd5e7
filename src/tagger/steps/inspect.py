"""`tagger check`: read files as a run would, say what was understood, store nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import StoreError, TranscriptError, UsageError
from tagger.exchange import attributes as attribute_sheet
from tagger.exchange.attributes import Attributes
from tagger.records import Transcript
from tagger.steps import archives
from tagger.steps.attributes import NOTHING_HELD, believed, explained, held_by, matched
from tagger.steps.read import found
from tagger.transcripts import corrections, read
from tagger.transcripts.names import load_names_pipeline, people
from tagger.transcripts.report import Report, describe, gathered, lines

MOST_WORDS = 30_000
"""Words in which names are looked for without being asked to, in about ten seconds."""


@dataclass(frozen=True)
class Inspection:
    """What a look at files found: for machines, as lines to read, whether one could not be read; the sheets written."""

    content: Report
    lines: list[str]
    failed: bool
    sheets: tuple[Path, ...]


def inspect(
    paths: Iterable[Path],
    *,
    encoding: str | None = None,
    names: bool | None = True,
    sheet: Path | None = None,
    attributes: Path | None = None,
    study: Path | None = None,
    dataset: str = "",
) -> Inspection:
    """
    Look at files and folders.

    Args:
        encoding: read all files in it instead of guessing.
        names: list the persons named inside the text, which takes a second for some thousand words; None: where the
            files hold at most `MOST_WORDS` words.
        sheet: write what is believed of the speakers to this CSV file, for correction; or, where it is a folder, that
            and a sheet of attributes into it.
        attributes: a sheet of attributes, to say what a run would do with it.
        study: a study to look at beside it.
        dataset: the dataset of files for which the sheet of attributes names none.

    Raises:
        UsageError: A path does not exist, or a sheet makes no sense.
        StoreError: A sheet cannot be written.
    """
    paths = tuple(paths)
    if missing := [str(path) for path in paths if not path.exists()]:
        raise UsageError(
            "there is no such file or folder", where=", ".join(missing), remedy="Check the spelling of the path"
        )
    files = found(tuple(map(str, paths)))
    held = held_by(study) if study else NOTHING_HELD
    beside = matched(attributes, files, held) if attributes else None
    said = {path: row.said.get("encoding") for path, row in beside.of.items()} if beside else {}
    outcomes = _outcomes(files, {path: said.get(path) or encoding for path in files})
    words = sum(len(outcome.text.split()) for outcome in outcomes.values() if isinstance(outcome, Transcript))
    passed_over = names is None and words > MOST_WORDS
    nlp = load_names_pipeline() if words and names is not False and not passed_over else None
    content = gathered(
        describe(str(path), outcome, people(_turns(outcome), nlp) if nlp and isinstance(outcome, Transcript) else None)
        for path, outcome in outcomes.items()
    )
    told = [*lines(content), *([f"Names were not looked for in {words:,} words: --names does."] if passed_over else [])]
    if beside:
        told = [*explained(beside, outcomes, held, dataset), *told]
    failed = any(isinstance(outcome, TranscriptError) for outcome in outcomes.values())
    sheets = (
        _written(sheet, paths, outcomes, dataset, believed(outcomes, held, dataset, encoding or "")) if sheet else ()
    )
    return Inspection(content, told, failed, sheets)


def _outcomes(paths: list[Path], encodings: Mapping[Path, str | None]) -> dict[Path, Transcript | TranscriptError]:
    """Read files side by side: those that a process of their own reads, as PDFs are, keep no other waiting."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(paths, pool.map(lambda path: _outcome(path, encodings[path]), paths), strict=True))


def _outcome(path: Path, encoding: str | None) -> Transcript | TranscriptError:
    try:
        return read(archives.contents(path), path.name, None if encoding == attribute_sheet.NOTHING else encoding)
    except TranscriptError as error:
        return error
    except OSError as error:
        return TranscriptError(
            f"it cannot be opened ({error.strerror})", where=path.name, remedy="Check its permissions"
        )


def _turns(transcript: Transcript) -> list[str]:
    return [transcript.text[turn.start : turn.end] for turn in transcript.turns]


def _written(
    target: Path,
    paths: Sequence[Path],
    outcomes: Mapping[Path, Transcript | TranscriptError],
    dataset: str,
    rows: Sequence[Attributes],
) -> tuple[Path, ...]:
    """Write the sheet of speakers, or both sheets into a folder; what was filled in there before is not overwritten."""
    read_ones = [(path, outcome) for path, outcome in outcomes.items() if isinstance(outcome, Transcript)]
    speakers = corrections.sheet(row for path, each in read_ones for row in corrections.rows(str(path), each, dataset))
    if target.suffix and not target.is_dir():
        sheets = {target: speakers}
    else:
        sheets = {target / "speakers.csv": speakers, target / "attributes.csv": attribute_sheet.sheet(rows)}
        _refuse_place(target, sheets, paths)
    for path, data in sheets.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
            raise StoreError(f"it cannot be written ({reason})", where=str(path), remedy="Name another file") from error
    return tuple(sheets)


def _refuse_place(target: Path, sheets: Iterable[Path], paths: Sequence[Path]) -> None:
    if any(target.resolve().is_relative_to(path.resolve()) for path in paths if path.is_dir()):
        raise UsageError(
            "the sheets would lie among the transcripts and be read as such", where=str(target), remedy="Name another"
        )
    if there := [str(path) for path in sheets if path.exists()]:
        raise UsageError(
            "there is a sheet already, which may be filled in", where=", ".join(there), remedy="Name another folder"
        )
