"""`tagger learn`: suggestions that learn from what people said, and the way back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from tagger.cli import options
from tagger.cli.progress import shown
from tagger.cli.run import reading
from tagger.cli.terminal import echo
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps.from_review import Lesson, Lessons

_READ = {"blind": "read here", "independent": "coded elsewhere"}
_LEGEND = (
    "  (untested: suggested, and marked so, until people who saw no suggestion found it often enough to judge by.",
    "  silent: not suggested, since a simpler way finds it better. 1.00 would be to find all of it first.)",
)


@click.command()
@options.study
@click.option("--framework", default="", help="The name of one framework alone.  [default: all that datasets use]")
@click.option("--undo", is_flag=True, help="Go back to what was before the newest learning, and to its suggestions.")
@options.engine()
@options.as_json
def learn(folder: Path, framework: str, undo: bool, engine: str, as_json: bool) -> None:
    """Learn from what people said before they saw any suggestion, and suggest anew."""
    with shown(quiet=as_json):
        lessons = _taken_back(folder, framework) if undo else _taught(folder, framework, engine)
    stands = {one["framework"]: one for one in _standing(folder)}
    if as_json:
        told = [{**asdict(lesson), **stands[lesson.framework]} for lesson in lessons.lessons]
        echo(json.dumps({"frameworks": told, "notes": lessons.notes}, ensure_ascii=False, indent=2, default=str))
        return
    for note in (
        *lessons.notes,
        *(note for lesson in lessons.lessons for run in lesson.summaries for note in run.notes),
    ):
        echo(f"note: {note}", err=True)
    for number, lesson in enumerate(lessons.lessons):
        lines = _told(lesson, stands[lesson.framework], undone=undo)
        echo("\n".join([*([""] if number else []), *lines, *_reading(folder, lesson)]))
    if any(lesson.changed for lesson in lessons.lessons) and not undo:
        echo("\n".join(("", *_LEGEND)))
    where = f"--study {shlex.quote(str(folder))}"
    echo(f"\nNext: tagger review {where}")
    if not undo:
        echo(f"To go back to the suggestions of before: tagger learn --undo {where}")


def _taught(folder: Path, framework: str, engine: str) -> Lessons:
    if engine == "prefect":
        from tagger.pipelines.start import start_learning

        return start_learning(folder, framework)
    from tagger.steps.from_review import learn_from_review

    return learn_from_review(folder, framework)


def _taken_back(folder: Path, framework: str) -> Lessons:
    from tagger.steps.from_review import undo

    return undo(folder, framework)


def _standing(folder: Path) -> list[dict[str, Any]]:
    from tagger.steps.from_review import standing
    from tagger.store import Store

    with Store(folder).session("a look at what was learned") as study:
        return standing(study)


def _told(lesson: Lesson, stands: Mapping[str, Any], *, undone: bool) -> list[str]:
    """Say what became of one framework."""
    from tagger.steps.cards import in_words

    if lesson.refused:
        return [f"Nothing was learned. {lesson.refused}"]
    if undone:
        return [f"{lesson.framework}: taken back. Suggestions rest on {rests_on(stands)} again."]
    if not lesson.changed:
        return [f"{lesson.framework}: there are no new answers, so nothing changed. {_first(rests_on(stands))} counts."]
    return [*in_words(stands["card"]), *states(stands["values"])]


def learned(standing: Collection[Mapping[str, Any]]) -> list[str]:
    """Say of each framework what its suggestions rest on, what came since, and which values earn their place."""
    lines = []
    for stands in standing:
        lines.append(f"Suggestions from {stands['framework']} rest on {rests_on(stands)}.{_since(stands)}")
        lines += states(stands["values"]) if stands["card"] else []
    return [*lines, *_LEGEND] if any(stands["card"] for stands in standing) else lines


def _since(stands: Mapping[str, Any]) -> str:
    new, gone = several(stands["new"], "reading"), several(stands["gone"], "reading")
    waits = f"{new} came since" if stands["card"] else f"No value is tested until it learns from {new}"
    went = f" {gone} that it was learned from {'counts' if stands['gone'] == 1 else 'count'} no more."
    return (f" {waits}: tagger learn." if stands["new"] else "") + (went if stands["gone"] else "")


def rests_on(stands: Mapping[str, Any]) -> str:
    """Say what a framework's suggestions rest on."""
    card = stands["card"]
    if card is None:
        return "the framework's wording alone"
    return f"what was learned on {card['made_on']} from {several(card['excerpts'], 'excerpt')}"


def states(values: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say, dataset by dataset and value by value, which are untested, shown or silent, and why."""
    lines = []
    for dataset, rows in groupby(values, key=lambda row: row["dataset"]):
        named = [(row["value"] + (" (exchanges)" if row["kind"] == "exchange" else ""), row) for row in rows]
        width = max(len(name) for name, _ in named)
        lines.append(f"In {dataset}:")
        for name, row in named:
            indent = " " * (14 + width)
            lines += wrap(f"  {row['state']:9} {name:{width}}  {_why(row)}", 119, subsequent_indent=indent)
    return lines


def _why(row: Mapping[str, Any]) -> str:
    """Say what the state of a value in a dataset rests on: the readings that decide, or that come nearest to it."""
    by = {one["source"]: one for one in row["columns"] or ()}
    if not by:
        return str(row["reason"])
    source = max(by, key=lambda one: by[one]["found"]) if row["state"] == "untested" else row["source"]
    return f"{by[source]['reason']} ({_READ[source]})"


def _first(text: str) -> str:
    return text[0].upper() + text[1:]


def _reading(folder: Path, lesson: Lesson) -> list[str]:
    return [line for dataset in lesson.datasets for line in reading(folder, dataset) if not lesson.refused]
