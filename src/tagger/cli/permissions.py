"""`tagger permissions`: what participants allow."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.terminal import echo
from tagger.records import Permission


@click.command()
@click.argument("participant", default="")
@options.study
@click.option(
    "--process", default="", metavar="yes|no", help="Their words may be worked on: shown, suggested, counted."
)
@click.option("--quote", default="", metavar="yes|no", help="Their words may leave in exports and quotes.")
@click.option(
    "--withdraw-by",
    default="",
    metavar="DAY",
    help="The last day on which they may be here, as 2027-03-01; - for none.",
)
def permissions(participant: str, folder: Path, process: str, quote: str, withdraw_by: str) -> None:
    """Show what participants allow, or record it for one of them, such as P07. It holds from the next page and file."""
    from tagger.exchange.attributes import PermissionSaid, day, yes_or_no
    from tagger.steps.permissions import permit, permitted

    said = PermissionSaid(
        yes_or_no(process, "--process"), yes_or_no(quote, "--quote"), day(withdraw_by, "--withdraw-by")
    )
    if said != PermissionSaid():
        if not participant:
            raise click.UsageError("Say whose permission it is: a participant such as P07.")
        echo(_line(participant, permit(folder, participant, said, now())))
        if said.may_process is False:
            command = f"tagger withdraw {participant} --study {shlex.quote(str(folder))}"
            echo(f"To take their words out of the study: {command}")
        return
    found = {name: held for name, held in permitted(folder).items() if participant in ("", name)}
    for name, held in found.items():
        echo(_line(name, held))
    if not found:
        echo(f"No participant here is called {participant}." if participant else "There is no participant yet.")


def _line(participant: str, held: Permission) -> str:
    said = [
        "may be worked on" if held.may_process else "may not be worked on, nor quoted",
        *(["may be quoted" if held.may_quote else "may not be quoted"] if held.may_process else []),
        *([f"to be withdrawn by {held.withdraw_by:%d %B %Y}"] if held.withdraw_by else []),
    ]
    return f"{participant}: {'; '.join(said)}"
