"""`tagger learn`: suggestions that learn from what people said, and the way back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from tagger.cli import options
from tagger.cli.progress import shown
from tagger.cli.run import reading
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps.from_review import Lesson, Lessons

_STATES = {"shown": "suggested", "untested": "suggested, and not tested yet", "silent": "not suggested"}


@click.command()
@options.study
@click.option("--framework", default="", help="The name of one framework alone.  [default: all that datasets use]")
@click.option("--undo", is_flag=True, help="Go back to what was before the newest learning, and to its suggestions.")
@options.engine
@options.as_json
def learn(folder: Path, framework: str, undo: bool, engine: str, as_json: bool) -> None:
    """Learn from what people said before they saw any suggestion, and suggest anew."""
    with shown(quiet=as_json):
        lessons = _taken_back(folder, framework) if undo else _taught(folder, framework, engine)
    stands = {one["framework"]: one for one in _standing(folder)}
    if as_json:
        told = [{**asdict(lesson), **stands[lesson.framework]} for lesson in lessons.lessons]
        click.echo(json.dumps({"frameworks": told, "notes": lessons.notes}, ensure_ascii=False, indent=2, default=str))
        return
    for note in (
        *lessons.notes,
        *(note for lesson in lessons.lessons for run in lesson.summaries for note in run.notes),
    ):
        click.echo(f"note: {note}", err=True)
    for number, lesson in enumerate(lessons.lessons):
        lines = _told(lesson, stands[lesson.framework], undone=undo)
        click.echo("\n".join([*([""] if number else []), *lines, *_reading(folder, lesson)]))
    where = f"--study {shlex.quote(str(folder))}"
    click.echo(f"\nNext: tagger review {where}")
    if not undo:
        click.echo(f"To go back to the suggestions of before: tagger learn --undo {where}")


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


def learned(standing: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say of each framework what its suggestions rest on, what came since, and which values earn their place."""
    lines = []
    for stands in standing:
        lines.append(f"Suggestions from {stands['framework']} rest on {rests_on(stands)}.{_since(stands)}")
        lines += states(stands["values"]) if stands["card"] else []
    return lines


def _since(stands: Mapping[str, Any]) -> str:
    new, gone = several(stands["new"], "reading"), several(stands["gone"], "reading")
    came = f" {new} came since: tagger learn." if stands["card"] else f" It can learn from {new}: tagger learn."
    went = f" {gone} that it was learned from {'counts' if stands['gone'] == 1 else 'count'} no more."
    return (came if stands["new"] else "") + (went if stands["gone"] else "")


def rests_on(stands: Mapping[str, Any]) -> str:
    """Say what a framework's suggestions rest on."""
    card = stands["card"]
    if card is None:
        return "the framework's wording alone"
    return f"what was learned on {card['made_on']} from {several(card['excerpts'], 'excerpt')}"


def states(values: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say, dataset by dataset, which values are suggested, and why; values that are so for one reason share a line."""
    lines = []
    for dataset, rows in groupby(values, key=lambda row: row["dataset"]):
        alike: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            alike.setdefault((row["state"], row["reason"]), []).append(row["value"])
        lines.append(f"In {dataset}:")
        for (state, reason), names in alike.items():
            listed = "all values" if len(alike) == 1 else ", ".join(names)
            lines += wrap(f"{_STATES[state]} ({reason}): {listed}", 110, initial_indent="  ", subsequent_indent="    ")
    return lines


def _first(text: str) -> str:
    return text[0].upper() + text[1:]


def _reading(folder: Path, lesson: Lesson) -> list[str]:
    return [line for dataset in lesson.datasets for line in reading(folder, dataset) if not lesson.refused]
