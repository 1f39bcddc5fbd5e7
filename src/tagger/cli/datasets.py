"""The command that says, and is told, what is known of each dataset."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.terminal import echo
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps.describe import Described


@click.command()
@click.argument("name", default="")
@options.study
@click.option(
    "--set",
    "said",
    multiple=True,
    metavar="NAME=TEXT",
    help='What is known of it, such as --set "leadership=peers"; NAME=- takes it away. May be given several times.',
)
@options.as_json
def dataset(name: str, folder: Path, said: tuple[str, ...], as_json: bool) -> None:
    """
    Show what is known of each dataset, or say more of one: how peer support is done there, and anything else.

    The five dimensions are facilitation, leadership, focus, membership and organisational support. None of their
    places is better than another.
    """
    from tagger.steps.describe import describe, described

    if said and not name:
        raise click.UsageError("Name the dataset that is described.")
    pairs = [one.partition("=") for one in said]
    if unclear := [one for one, sign, _ in pairs if not sign]:
        raise click.UsageError(f"'{unclear[0]}' says nothing: write it as NAME=TEXT.")
    if said:
        describe(folder, name, {key: text for key, _, text in pairs})
    found = described(folder, name)
    if as_json:
        echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    elif not found:
        echo("There is no dataset yet. Next: tagger run PATH")
    else:
        echo("\n".join(line for one in found for line in _lines(one)))


def _lines(one: Described) -> list[str]:
    said = [f"  {name}: {text}" for name, text in one.attributes.items()]
    missing = [f"  not said: {', '.join(one.not_said)}"] if one.not_said else []
    return [f"{one.dataset} ({several(one.transcripts, 'transcript')})", *said, *missing]
