"""`tagger reviewer`: who may sign in to the pages, and the links with which they do."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.hand_over import hand_over, offer
from tagger.cli.terminal import echo
from tagger.errors import StoreError
from tagger.whole_files import put_whole

if TYPE_CHECKING:
    from tagger.review.people import Person
    from tagger.review.people.door import Act, Done

_HERE = "http://127.0.0.1:8321"

_name = click.argument("name")
_address = click.option(
    "--address",
    default="",
    envvar="TAGGER_ADDRESS",
    help=f"How the link begins.  [default: where the pages are served now, or {_HERE}]",
)
_output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the link to this file, which only you can read, and do not print it.",
)


@click.group()
def reviewer() -> None:
    """Say who may sign in to the pages; each person has a link of their own, and no password."""


@reviewer.command()
@_name
@options.study
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=("reviewer",),
    show_default=True,
    type=click.Choice(["reviewer", "analyst", "methodologist", "admin"]),
    help="What they do here; repeat it for several.",
)
@_address
@_output
def add(name: str, folder: Path, roles: tuple[str, ...], address: str, output: Path | None) -> None:
    """Let somebody sign in, and make their link. From the first time on, everybody signs in."""
    done = _done(folder, "add", name, roles)
    echo(f"{done.name} may sign in, as {' and '.join(done.roles)}.")
    _tell(done, address, output)
    if done.waiting:
        echo(f"\nEverybody signs in now, on this machine too. Without a link so far: {', '.join(done.waiting)}.")
        echo(f"Their readings stay theirs: tagger reviewer add {_quoted(done.waiting[0])}{_study(folder)}")


@reviewer.command()
@_name
@options.study
@_address
@_output
def link(name: str, folder: Path, address: str, output: Path | None) -> None:
    """Make a new link for somebody, for another browser or in the place of one that was lost."""
    _tell(_done(folder, "link", name), address, output)


@reviewer.command()
@_name
@options.study
def revoke(name: str, folder: Path) -> None:
    """Take somebody's access away; they are signed out at once, and their readings stay."""
    done = _done(folder, "revoke", name)
    echo(f"{done.name} has no access any more and is signed out everywhere. What they read stays in the study.")
    echo(f"To let them in again: tagger reviewer add {_quoted(done.name)}{_study(folder)}")
    for line in offer(done.name, folder):
        echo(line)


reviewer.add_command(hand_over)


@reviewer.command("list")
@options.study
def list_(folder: Path) -> None:
    """List the people of the study, and how they stand with signing in."""
    from tagger.review.doors import up_to_date
    from tagger.review.people import people, sign_in_is_needed

    with up_to_date(folder).session("a list of people") as database:
        everybody, needed = people(database, now()), sign_in_is_needed(database)
    if not needed:
        echo("Nobody signs in here: whoever uses this computer says who they are.")
        echo(f"To give people links of their own: tagger reviewer add NAME --role reviewer{_study(folder)}")
    width = max((len(one.name) for one in everybody), default=0)
    for one in everybody if needed else ():
        echo(f"{one.name:<{width}}  {', '.join(one.roles) or '-':<12}  {_standing(one)}")


def _done(folder: Path, act: Act, name: str, roles: tuple[str, ...] = ()) -> Done:
    from tagger.review.people.door import Wanted, done

    return done(folder, Wanted(act, name, roles), now)


def _tell(done: Done, address: str, output: Path | None) -> None:
    """Tell the link, or write it to a file."""
    begins = (address or done.address or _HERE).rstrip("/")
    whole = f"{begins}/sign-in#{done.link}"
    rule = f"It signs {done.name} in once, until {done.until}. Whoever has it can: give it to nobody else."
    if output is None:
        echo(f"The link:\n\n    {whole}\n\n{rule}")
        return
    try:
        put_whole(output, f"{whole}\n".encode())
    except OSError as error:
        remedy = f"Make a new link: tagger reviewer link {_quoted(done.name)}"
        raise StoreError(f"it cannot be written ({error.strerror})", where=str(output), remedy=remedy) from error
    echo(f"The link is in {output}. {rule}")


def _standing(one: Person) -> str:
    if one.since is None:
        return "no link yet"
    return {
        "link made": f"has a link, not used yet; it works until {one.since:%d %B %Y}",
        "link expired": f"the link was not used, and worked until {one.since:%d %B %Y}",
        "signed in": f"signed in on {one.since:%d %B %Y}",
        "taken away": f"no access since {one.since:%d %B %Y}",
    }[one.state]


def _study(folder: Path) -> str:
    return f" --study {_quoted(str(folder))}"


def _quoted(word: str) -> str:
    return shlex.quote(word)
