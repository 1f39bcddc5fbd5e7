"""`tagger check` and `tagger run`: from files to suggestions."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tagger.cli import options
from tagger.cli.frameworks import adopt
from tagger.cli.progress import shown
from tagger.cli.revisions import corrected
from tagger.cli.terminal import echo
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.pipelines.workers import Workers
    from tagger.steps import Summary

SOME_FILES_FAILED = 3
_SHEETS = ("speakers", "attributes")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--write",
    "sheet",
    type=click.Path(path_type=Path),
    help="Write the speakers to this CSV file, to correct and give to run --speakers; or, into a folder, "
    "that and a sheet of attributes of the files, for run --attributes.",
)
@click.option(
    "--attributes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A sheet of attributes: say what run --attributes would do with it.",
)
@click.option("--dataset", default="", help="The dataset of files for which no sheet names one.")
@click.option(
    "--study",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A study to look at beside the files. Without files: what was corrected in it, and when.",
)
@click.option("--encoding", default=None, help="Read all files in this encoding instead of guessing.")
@click.option(
    "--names/--no-names",
    default=None,
    help="List person names inside the text.  [default: where it has at most 30,000 words]",
)
@options.as_json
def check(paths: tuple[Path, ...], folder: Path | None, as_json: bool, **chosen: Any) -> None:
    """Say what would be read from files or folders; nothing is stored."""
    from tagger.steps.inspect import inspect

    if not paths:
        _say_corrections(folder)
        return
    report = inspect(paths, study=folder, **chosen)
    echo(json.dumps(report.content, ensure_ascii=False, indent=2) if as_json else "\n".join(report.lines))
    if report.sheets:
        given = " ".join(f"--{kind} {file}" for kind, file in zip(_SHEETS, report.sheets, strict=False))
        written = " and ".join(map(str, report.sheets))
        echo(f"Wrote {written}: correct it in a spreadsheet, then: tagger run PATH {given}", err=True)
    if report.failed:
        raise SystemExit(SOME_FILES_FAILED)


def _say_corrections(folder: Path | None) -> None:
    from tagger.config import load_settings
    from tagger.steps.corrections import history

    if not folder:
        raise click.UsageError("Name files or folders; or --study alone, for what was corrected in it.")
    load_settings(folder)
    echo("\n".join(history(folder)))


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@options.study
@click.option(
    "--dataset",
    default="",
    help="The dataset they belong to, where --attributes names none.  "
    "[default: where they are already, else the study's only one, else 'interviews']",
)
@click.option(
    "--framework",
    default="",
    help="A framework's name or file.  [default: the one named for the dataset, or the study's]",
)
@click.option(
    "--speakers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The sheet from check --write, corrected.",
)
@click.option(
    "--attributes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A sheet (CSV or XLSX) with a row for each file: its dataset, which wins over --dataset, participant, group, "
    "role, encoding, and columns of your own.",
)
@click.option("--encoding", default="", help="Read all files in this encoding instead of guessing.")
@options.engine("dask")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="With --engine dask: so many processes of this machine share the work.  [default: one for each processor]",
)
@click.option(
    "--address",
    default="",
    help="With --engine dask: the scheduler of a Dask cluster whose workers see the study's folder, as tcp://HOST:8786.",
)
@options.as_json
def run(
    paths: tuple[Path, ...],
    folder: Path,
    dataset: str,
    framework: str,
    speakers: Path | None,
    attributes: Path | None,
    encoding: str,
    engine: str,
    workers: int | None,
    address: str,
    as_json: bool,
) -> None:
    """Read transcripts and store suggestions for them; run again after any change, only what is new is done."""
    from tagger.steps.attributes import parted
    from tagger.steps.versions import list_of, note_on

    shared = _workers(engine, workers, address)
    parts, notes = parted(folder, paths, attributes, dataset)
    sheets = {
        kind: str(sheet.resolve()) if sheet else "" for kind, sheet in zip(_SHEETS, (speakers, attributes), strict=True)
    }
    adopt(folder)
    lists = {name: framework or list_of(folder, name) for name in parts}
    for note in filter(None, (*notes, *(note_on(folder, each) for each in dict.fromkeys(lists.values())))):
        echo(f"note: {note}", err=True)
    summaries = []
    for name, files in parts.items():
        with shown(quiet=as_json):
            chosen = {"dataset": name, "framework": lists[name], "encoding": encoding, **sheets}
            summary = tag(folder, files, engine, shared, **chosen)
        summaries.append(summary)
        if not as_json:
            tell(summary)
            echo("\n".join([*corrected(folder, summary.run.id), *reading(folder, name)]))
    if as_json:
        echo(json.dumps(_as_content(folder, summaries), ensure_ascii=False, indent=2))
    else:
        echo(f"Next: tagger review --study {folder}")
    if any(summary.problems for summary in summaries):
        raise SystemExit(SOME_FILES_FAILED)


def _as_content(folder: Path, summaries: Sequence[Summary]) -> dict[str, Any]:
    """Put what the runs of one command did into one object: `run` is the last one, everything else is of all."""
    whole = replace(
        summaries[-1],
        rows=sum(each.rows for each in summaries),
        counts=dict(sum((Counter(each.counts) for each in summaries), Counter())),
        problems=tuple(problem for each in summaries for problem in each.problems),
        notes=tuple(note for each in summaries for note in each.notes),
        seconds=sum(each.seconds for each in summaries),
        calls=sum(each.calls for each in summaries),
    )
    return {
        **asdict(whole),
        "revised": [line for each in summaries for line in corrected(folder, each.run.id)],
        "workload": [load for each in summaries for load in _workload(folder, each.run.dataset)],
    }


def _workers(engine: str, number: int | None, address: str) -> Workers | None:
    """Return who shares the work; nobody where this process does it alone."""
    if engine != "dask":
        if number or address:
            raise click.UsageError("--workers and --address go with --engine dask.")
        return None
    if number and address:
        raise click.UsageError("--workers are of this machine, --address is that of others: name one of the two.")
    from tagger.pipelines.workers import Workers

    return Workers(number or os.cpu_count() or 1, address)


def tag(folder: Path, paths: tuple[Path, ...], engine: str, workers: Workers | None = None, **chosen: str) -> Summary:
    """Run the pipeline on the study in *folder* with the engine of that name."""
    if engine != "local":
        from tagger.pipelines.start import start

        return start(folder, paths, workers, **chosen)
    from tagger.steps import begin
    from tagger.steps import tag as tag_here

    return tag_here(begin(folder, paths, **chosen))


def tell(summary: Summary) -> None:
    """Print what a run did."""
    counts = summary.counts
    for problem in summary.problems:
        echo(f"not read: {problem}", err=True)
    for note in summary.notes:
        echo(f"note: {note}", err=True)
    if summary.rows:
        told = [
            several(counts.get("transcripts", 0), "transcript stored", "transcripts stored"),
            several(counts.get("passages", 0), "new passage"),
            several(counts.get("exchanges", 0), "new exchange"),
        ]
        cut = f"{counts.get('cut off', 0)} cut off by the encoder"
        echo(f"{summary.run.dataset}: {', '.join(told)} ({cut}), in {summary.seconds:.0f} s.")
    else:
        echo(f"{summary.run.dataset}: nothing new, nothing changed.")


def reading(folder: Path, dataset: str) -> list[str]:
    """Say how much reading the suggestions of a dataset ask for."""
    return [
        f"{load['dataset']}: {several(load['excerpts'], 'passage has', 'passages have')} suggestions, {load['time']} "
        f"of reading for one person ({several(load['suggestions'], 'suggestion')} from {load['framework']})."
        for load in _workload(folder, dataset)
    ]


def _workload(folder: Path, dataset: str) -> list[dict[str, Any]]:
    from tagger.steps.overview import workload

    return workload(folder, dataset)
