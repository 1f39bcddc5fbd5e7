"""`tagger verify`."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.terminal import echo


@click.command()
@options.study
@click.option("--head", metavar="HEAD", default="", help="A head that you noted earlier: is all up to there as it was?")
def verify(folder: Path, head: str) -> None:
    """Say whether anything that people did was changed, removed or added since, past this program."""
    from tagger.steps.verifying import verify as verified

    found = verified(folder, head)
    for line in found.lines:
        echo(line)
    if not found.good:
        raise SystemExit(1)
