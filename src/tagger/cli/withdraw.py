"""`tagger withdraw`: a participant, or somebody who reads, leaves the study."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.terminal import echo, sure


@click.command()
@click.argument("participant", default="")
@options.study
@click.option("--dataset", default="", help="Out of this dataset alone.  [default: out of all]")
@click.option("--whole", is_flag=True, help="Recordings in which others speak too go as well, all of them.")
@click.option("--reviewer", default="", metavar="NAME", help="Somebody who reads leaves, and no participant.")
@click.option("--keep-codings", is_flag=True, help="Of somebody who reads: they agree that their codings stay.")
@click.option("--yes", is_flag=True, help="Do it without asking. It cannot be undone.")
def withdraw(
    participant: str, folder: Path, dataset: str, whole: bool, reviewer: str, keep_codings: bool, yes: bool
) -> None:
    """
    Take a participant out of the study, with everything there is of them. PARTICIPANT is a pseudonym, such as P07.

    It first says what would go, and asks. What is gone cannot be brought back.
    """
    from tagger.steps.withdrawal import Leaving, preview
    from tagger.steps.withdrawal import withdraw as do

    if bool(participant) == bool(reviewer):
        raise click.UsageError("Say who leaves: a participant such as P07, or --reviewer NAME.")
    if reviewer and (dataset or whole):
        raise click.UsageError("--dataset and --whole are about a participant.")
    if participant and keep_codings:
        raise click.UsageError("--keep-codings is about somebody who reads: --reviewer NAME.")
    leaving = Leaving(participant or reviewer, dataset, whole, bool(reviewer), keep_codings)
    if not yes:
        echo("\n".join(preview(folder, leaving)))
        if not sure():
            echo("Nothing was changed.")
            raise SystemExit(1)
    echo("\n".join(do(folder, leaving, now())))
