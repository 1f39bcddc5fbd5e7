"""`tagger pseudonymise`: names go out of the transcripts, and pseudonyms take their place."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.files import handed_out
from tagger.cli.terminal import echo, sure
from tagger.errors import UsageError
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps.pseudonymising.keys import KeyFile

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("transcripts", nargs=-1)
@options.study
@click.option("--dataset", default="", help="Look in this dataset alone.  [default: in all]")
@click.option("-o", "--output", type=_FILE, help="Where the list of names goes: .xlsx or .csv.")
@click.option("--apply", "filled_in", type=_FILE, metavar="LIST", help="Do what this list says.")
@click.option("--key", "given", type=_FILE, help="The key.  [default: beside the study's folder, as STUDY-names.key]")
@click.option("--show-key", is_flag=True, help="Show who is called what.")
@click.option("--yes", is_flag=True, help="With --apply: do it without asking. It cannot be undone.")
def pseudonymise(
    transcripts: tuple[str, ...],
    folder: Path,
    dataset: str,
    output: Path | None,
    filled_in: Path | None,
    given: Path | None,
    show_key: bool,
    yes: bool,
) -> None:
    """
    Find names and numbers that tell who somebody is, and replace them by pseudonyms.

    First it writes a list of what it found. You decide about each row, and add what it missed. Then --apply shows
    what would change, asks, and does it. No program finds every name: read the transcripts too.
    """
    from tagger.steps.pseudonymising.keys import KeyFile

    if sum((output is not None, filled_in is not None, show_key)) != 1:
        raise click.UsageError("Say where the list goes (-o LIST.xlsx), or which to apply (--apply LIST.xlsx).")
    if (dataset or transcripts) and not output:
        raise click.UsageError("Transcripts and --dataset are for making a list: -o LIST.xlsx.")
    key = KeyFile(folder, given)
    if show_key:
        _show(key)
    elif output:
        _list(folder, key, dataset, transcripts, output)
    elif filled_in:
        _apply(folder, key, filled_in, yes)


def _show(key: KeyFile) -> None:
    if not key.exists:
        raise UsageError("there is no key", where=str(key.path), remedy="Name it: --key FILE")
    for one in key.read(_passphrase(key)):
        echo(f"{one.pseudonym}: {', '.join(one.words)}")


def _list(folder: Path, key: KeyFile, dataset: str, transcripts: tuple[str, ...], output: Path) -> None:
    from tagger.exchange.name_lists import written
    from tagger.steps.pseudonymising import find_names

    known = key.read(_passphrase(key)) if key.exists else []
    found = find_names(folder, known, dataset, transcripts)
    data = written(found.entries, found.names, output.suffix.lower().removeprefix("."))
    handed_out(folder, "names found", output, data, [dataset] if dataset else [])
    output.chmod(0o600)
    echo(f"Wrote {output}: {several(len(found.entries), 'row')}.")
    echo("1. Look at each row. Write keep in the column 'do' where the words may stay.")
    echo("2. Two rows with one pseudonym are one person. Give them the same, or different ones, as it is.")
    echo("3. Read the transcripts, and add a row for each name that is missing: words, kind, pseudonym.")
    echo(f"4. tagger pseudonymise --apply {shlex.quote(str(output))} --study {shlex.quote(str(folder))}")
    echo("It holds real names: keep it as safe as the transcripts, and delete it when you are done.")


def _apply(folder: Path, key: KeyFile, filled_in: Path, yes: bool) -> None:
    from tagger.exchange.name_lists import parsed
    from tagger.steps.pseudonymising import preview, transcript_names
    from tagger.steps.pseudonymising import pseudonymise as do

    try:
        data = filled_in.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the list cannot be read ({error.strerror})", where=str(filled_in), remedy="Make one: -o LIST.xlsx"
        ) from error
    entries = parsed(data, filled_in.name, transcript_names(folder))
    passphrase = _passphrase(key)
    known = key.read(passphrase)
    if not yes:
        echo("\n".join(preview(folder, entries, known)))
        if not sure():
            echo("Nothing was changed.")
            raise SystemExit(1)
    echo("\n".join(do(folder, entries, known, lambda more: key.write(more, passphrase), now())))
    echo(
        f"The key is {key.path}. Without it and its passphrase nobody can say who is who. Keep it apart from the study."
    )
    echo(f"{filled_in} holds real names. Delete it.")


def _passphrase(key: KeyFile) -> str:
    """Ask for the passphrase, of a new key twice."""
    from tagger.pseudonyms.key import FEWEST_CHARACTERS

    if key.exists:
        return str(click.prompt(f"Passphrase of {key.path.name}", hide_input=True, err=True))
    echo(f"A new key: {key.path}. Choose a passphrase of {FEWEST_CHARACTERS} characters or more, and write it down.")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True))
