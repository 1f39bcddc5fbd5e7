"""`tagger reviewer hand-over`: what somebody who left was still to read goes to others."""

from __future__ import annotations

import shlex
from pathlib import Path
from uuid import uuid4

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.terminal import echo


@click.command("hand-over")
@click.argument("name")
@options.study
@click.option("--to", "to", multiple=True, metavar="NAME", help="Who may get it.  [default: all who read here]")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def hand_over(name: str, folder: Path, to: tuple[str, ...], yes: bool) -> None:
    """Hand over what somebody who left, or comes no more, was still to read. Nobody is told what they read or noted."""
    from tagger.review.hand_over.door import Wanted, done
    from tagger.review.hand_over.words import lines

    planned = done(folder, Wanted(name, to), now)
    echo("\n".join(lines(planned) or [f"{planned.name} has nothing to hand over."]))
    if not planned.changes:
        return
    if not yes:
        click.confirm("Hand it over?", abort=True)
    made = done(folder, Wanted(name, to, str(uuid4())), now)
    if made != planned:
        echo("\n".join(["Somebody has read meanwhile, so that this was done:", *lines(made)]))
    echo("Handed over. What they read stays in the study, and is shown to nobody through this.")


def offer(name: str, folder: Path) -> list[str]:
    """Say what somebody leaves behind, and how to hand it over; nothing where there is nothing."""
    from tagger.review.hand_over.door import Wanted, done
    from tagger.review.hand_over.words import lines

    found = done(folder, Wanted(name), now)
    said = lines(found)
    if found.changes:
        command = f"tagger reviewer hand-over {shlex.quote(name)} --study {shlex.quote(str(folder))}"
        said = ["What is still theirs to read can go to others:", *said, f"To hand it over: {command}"]
    return said
