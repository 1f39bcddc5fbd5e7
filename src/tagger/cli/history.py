"""`tagger history`."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.terminal import echo


@click.command()
@click.argument("excerpt")
@options.study
def history(excerpt: str, folder: Path) -> None:
    """Say who did what with an EXCERPT and on which day; its id stands in exports."""
    from tagger.steps.history import history as of

    found = of(folder, excerpt)
    for line in filter(None, (found.where, found.text, found.held_back, *found.lines)):
        echo(line)
