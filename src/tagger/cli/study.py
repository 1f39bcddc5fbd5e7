"""`tagger demo`, `init`, `status` and `doctor`: the study as a whole."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from tagger.cli import options
from tagger.cli.frameworks import adopt
from tagger.cli.learn import learned
from tagger.cli.progress import shown
from tagger.cli.run import reading, tag, tell
from tagger.cli.terminal import echo
from tagger.errors import UsageError
from tagger.wording import several

# dataset: the framework that fits its context
_DEMO = {"general": "side-by-side", "women": "women-side-by-side", "maternal": "maternal"}


@click.command()
@click.option(
    "--dir",
    "folder",
    default="demo-study",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where to leave the study.",
)
@options.engine()
def demo(folder: Path, engine: str) -> None:
    """Make a complete study from the bundled, invented sample, to try everything on."""
    from tagger.shipped import shipped
    from tagger.steps.imports import import_codings
    from tagger.steps.overview import make_study

    sample = shipped("data") / "sample"
    if not (folder / "study.toml").exists():
        make_study(folder, "Demo", "side-by-side")
    for dataset, framework in _DEMO.items():
        source = folder / "transcripts" / dataset
        if not source.exists():
            source.mkdir(parents=True)
            for file in (sample / dataset).iterdir():
                shutil.copyfile(file, source / file.name)
        with shown(quiet=False):
            summary = tag(folder, (source,), engine, dataset=dataset, framework=framework)
        tell(summary)
        if summary.problems:
            raise UsageError(
                "a file of the sample could not be read", where=str(source), remedy="Remove the folder and try again"
            )
    echo("\n".join(import_codings(folder, sample / "codings.csv", "independently").lines))
    echo("\n".join(["", *(line for dataset in _DEMO for line in reading(folder, dataset))]))
    echo(f"\nThe interviews are invented. The study is in {folder}/.\n{_read_next(folder)}")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--framework", required=True, help="A shipped framework's name, or a file.")
@click.option("--name", default="", help="What to call the study.  [default: the folder's name]")
def init(folder: Path, framework: str, name: str) -> None:
    """Make an empty study in DIR."""
    from tagger.steps.overview import make_study

    make_study(folder, name or folder.resolve().name, framework)
    echo(f"Made {folder}/study.toml. Next: tagger check FILES, then: tagger run FILES --study {folder} --dataset NAME")


@click.command()
@options.study
@options.as_json
def status(folder: Path, as_json: bool) -> None:
    """Say what the study holds and what comes next."""
    from tagger.steps.overview import overview

    if not as_json:
        adopt(folder)
    content = overview(folder)
    if as_json:
        echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
        return
    for row in content["datasets"]:
        echo(
            f"{row['dataset']}: {several(row['transcripts'], 'transcript')}, "
            f"{several(row['passages'], 'passage')} and {several(row['exchanges'], 'exchange')}, "
            f"{row['suggested']} with suggestions, {row['reviewed']} read by people"
        )
    for run in content["unfinished"]:
        echo(f"A run of {run['dataset']} stopped before its end; the same tagger run goes on from there.")
    if content["to_reread"]:
        waiting = several(content["to_reread"], "coding waits", "codings wait")
        echo(f"{waiting} to be read again: words were corrected. See: tagger revisions --study {folder}")
    for one in content["overdue"]:
        echo(
            f"{one['participant']} was to be withdrawn by {one['withdraw_by']:%d %B %Y}: "
            f"tagger withdraw {one['participant']} --study {shlex.quote(str(folder))}"
        )
    for one in content["agreed"]:
        echo(
            f"{one['dataset']}: you agreed on {one['framework']} {one['agreed']}, and its suggestions are those of "
            f"{one['used']}: tagger run --study {folder} --dataset {one['dataset']} makes new ones"
        )
    told = (*content["several"]["words"], *learned(content["learning"]), *_found(content, folder))
    for line in (*told, *_not_backed_up(content["backup"], folder)):
        echo(line)
    echo(next_step(folder))


def _found(content: Mapping[str, Any], folder: Path) -> list[str]:
    """Say how much of each value has been found at least, by the audits, and where only an audit could tell."""
    lines = [
        line
        for one in content["found"]
        for line in wrap(one["words"], 116, initial_indent="  ", subsequent_indent="    ")
    ]
    audited = {one["dataset"] for one in content["found"]}
    unknown = [row["dataset"] for row in content["datasets"] if row["reviewed"] and row["dataset"] not in audited]
    if lines:
        lines.insert(0, "By the newest audit:")
    if unknown:
        lines.append(
            f"Only an audit can tell how much of each value has been found in {', '.join(unknown)}: "
            f"tagger audit plan --study {shlex.quote(str(folder))}"
        )
    return lines


def _not_backed_up(backup: Mapping[str, str], folder: Path) -> list[str]:
    if not backup:
        return []
    newest = f"The newest backup is {backup['name']}" if backup["name"] else "There is no backup yet"
    since = " since" if backup["name"] else ""
    return [f"{newest}; people added {backup['added']}{since}: tagger backup --study {shlex.quote(str(folder))}"]


@click.command()
@options.study
def doctor(folder: Path) -> None:
    """Check the installation, and the study if there is one."""
    from tagger.steps.diagnosis import diagnose

    findings = diagnose(folder)
    for finding in findings:
        echo(f"{'ok ' if finding.good else 'BAD'}  {finding.text}")
        if not finding.good and finding.remedy:
            echo(f"     {finding.remedy}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)


def next_step(folder: Path) -> str:
    """Say what a person in *folder* would do next."""
    here = folder if (folder / "study.toml").exists() else folder / "demo-study"
    if not (here / "study.toml").exists():
        return (
            "There is no study in this folder yet.\n"
            "  To try everything on invented interviews:  tagger demo\n"
            "  To start your own:                         tagger init DIR --framework side-by-side\n"
            "  All commands:                              tagger --help"
        )
    from tagger.steps.overview import datasets

    if not datasets(here):
        return f"Next: tagger check FILES, then: tagger run FILES --study {here} --dataset NAME"
    return _read_next(here)


def _read_next(folder: Path) -> str:
    return f"Next: tagger review --study {folder}   (opens in the browser)"
