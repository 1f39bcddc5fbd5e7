"""`tagger check` and `tagger run`: from files to suggestions."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tagger.cli import options
from tagger.cli.progress import shown
from tagger.cli.revisions import corrected
from tagger.errors import UsageError
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps import Summary

SOME_FILES_FAILED = 3


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--write",
    "sheet",
    type=click.Path(path_type=Path),
    help="Write the speakers to this CSV file, to correct and give to run --speakers.",
)
@click.option("--dataset", default="", help="The dataset to name in that file.")
@click.option("--encoding", default=None, help="Read all files in this encoding instead of guessing.")
@click.option(
    "--names/--no-names",
    default=None,
    help="List person names inside the text.  [default: where it has at most 30,000 words]",
)
@options.as_json
def check(
    paths: tuple[Path, ...], sheet: Path | None, dataset: str, encoding: str | None, names: bool | None, as_json: bool
) -> None:
    """Say what would be read from files or folders; nothing is stored."""
    from tagger.steps.inspect import inspect

    report = inspect(paths, encoding=encoding, names=names, sheet=sheet, dataset=dataset)
    click.echo(json.dumps(report.content, ensure_ascii=False, indent=2) if as_json else "\n".join(report.lines))
    if sheet:
        click.echo(f"Wrote {sheet}: correct it in a spreadsheet, then: tagger run PATH --speakers {sheet}", err=True)
    if report.failed:
        raise SystemExit(SOME_FILES_FAILED)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@options.study
@click.option(
    "--dataset", default="", help="The dataset they belong to.  [default: the study's only one, else 'interviews']"
)
@click.option("--framework", default="", help="A framework's name or file.  [default: the study's]")
@click.option(
    "--speakers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The sheet from check --write, corrected.",
)
@click.option("--encoding", default="", help="Read all files in this encoding instead of guessing.")
@options.engine
@options.as_json
def run(
    paths: tuple[Path, ...],
    folder: Path,
    dataset: str,
    framework: str,
    speakers: Path | None,
    encoding: str,
    engine: str,
    as_json: bool,
) -> None:
    """Read transcripts and store suggestions for them; run again after any change, only what is new is done."""
    from tagger.config import load_settings

    load_settings(folder)
    dataset = dataset or _only_dataset(folder)
    sheet = str(speakers.resolve()) if speakers else ""
    chosen = {"dataset": dataset, "framework": framework, "speakers": sheet, "encoding": encoding}
    with shown(quiet=as_json):
        summary = tag(folder, paths, engine, **chosen)
    if as_json:
        click.echo(
            json.dumps(
                {
                    **asdict(summary),
                    "revised": corrected(folder, summary.run.id),
                    "workload": _workload(folder, dataset),
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        tell(summary)
        click.echo("\n".join([*corrected(folder, summary.run.id), *reading(folder, dataset)]))
        click.echo(f"Next: tagger review --study {folder}")
    if summary.problems:
        raise SystemExit(SOME_FILES_FAILED)


def tag(folder: Path, paths: tuple[Path, ...], engine: str, **chosen: str) -> Summary:
    """Run the pipeline on the study in *folder* with the engine of that name."""
    if engine == "prefect":
        from tagger.pipelines.start import start

        return start(folder, paths, **chosen)
    from tagger.steps import begin
    from tagger.steps import tag as tag_here

    return tag_here(begin(folder, paths, **chosen))


def tell(summary: Summary) -> None:
    """Print what a run did."""
    counts = summary.counts
    for problem in summary.problems:
        click.echo(f"not read: {problem}", err=True)
    for note in summary.notes:
        click.echo(f"note: {note}", err=True)
    if summary.rows:
        told = [
            several(counts.get("transcripts", 0), "transcript stored", "transcripts stored"),
            several(counts.get("passages", 0), "new passage"),
            several(counts.get("exchanges", 0), "new exchange"),
        ]
        cut = f"{counts.get('cut off', 0)} cut off by the encoder"
        click.echo(f"{summary.run.dataset}: {', '.join(told)} ({cut}), in {summary.seconds:.0f} s.")
    else:
        click.echo(f"{summary.run.dataset}: nothing new, nothing changed.")


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


def _only_dataset(folder: Path) -> str:
    from tagger.steps.overview import datasets

    known = datasets(folder)
    if len(known) > 1:
        raise UsageError("the study has several datasets", where=", ".join(known), remedy="Say which with --dataset")
    return known[0] if known else "interviews"
