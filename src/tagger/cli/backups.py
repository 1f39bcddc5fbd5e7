"""`tagger backup` and `tagger restore`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.terminal import echo

if TYPE_CHECKING:
    from tagger.steps.backups import Present
    from tagger.store import Backup


@click.command()
@options.study
@click.option("--daily", is_flag=True, help="Only if the newest is a day old and something was added; old ones go.")
def backup(folder: Path, daily: bool) -> None:
    """Copy the study into its folder backups/, also while people read, and check the copy."""
    from tagger.steps import backups

    made = backups.daily(folder) if daily else backups.make(folder)
    if made is None:
        echo("The newest backup is not a day old, or nothing was added since: no other one is needed.")
        return
    echo(f"Made {made.path}: {backups.holds(made.rows)}. It was opened, and has every row that the study has.")
    echo("It lies on the same disk as the study. Copy it to another one now and then, as safe as the study itself.")


@click.command()
@click.argument("name", metavar="[BACKUP]", default="")
@options.study
@click.option("--without-log", is_flag=True, help="A study whose log is damaged: go on without it.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def restore(name: str, folder: Path, without_log: bool, yes: bool) -> None:
    """
    Go back to a BACKUP of the study; without one, say which there are.

    What is there now is kept as a backup too, so that this can be taken back.
    """
    from tagger.steps import backups

    now = backups.present(folder)
    if not name and not without_log:
        _list(folder, now)
        return
    if name and without_log:
        raise click.UsageError("Name a backup, or say --without-log, not both.")
    chosen = None if without_log else backups.named(folder, name)
    backups.must_be_free(folder)
    _say_what_goes(folder, now, chosen)
    if not yes:
        click.confirm("Restore it?", abort=True)
    aside = backups.restore(folder, chosen)
    echo("Restored.")
    if aside:
        echo(f"What was there is kept: {aside.path}")


def _list(folder: Path, now: Present) -> None:
    from tagger.steps import backups

    held = backups.kept(folder)
    if now.problem:
        echo(f"The study cannot be opened. {now.problem}")
    for one in held:
        echo(f"{one.name}\n    {backups.title(one)}: {_content(one)}")
        if now.rows and one.rows and (extra := backups.more(now.rows, one.rows)):
            echo(f"    The study has more now: {extra}")
    without = backups.counts_without_log(folder) if now.problem else None
    if without is not None:
        echo(f"--without-log\n    the database without its log, which is damaged: {backups.holds(without)}")
    if held or without is not None:
        names = "NAME" if held else "--without-log"
        echo(f"To restore one: tagger restore {names} --study {shlex.quote(str(folder))}")
    else:
        echo(f"There are no backups in {folder}. To make one: tagger backup --study {shlex.quote(str(folder))}")


def _content(one: Backup) -> str:
    from tagger.steps import backups

    return backups.holds(one.rows) if one.rows else "kept for whoever can mend it"


def _say_what_goes(folder: Path, now: Present, chosen: Backup | None) -> None:
    """Say, before anything is done, what the study has that what is restored has not, and the other way round."""
    from tagger.steps import backups

    rows = chosen.rows if chosen else backups.counts_without_log(folder) or {}
    what = f"The backup {chosen.name} ({backups.title(chosen)})" if chosen else "The database without its log"
    echo(f"{what} holds {backups.holds(rows)}.")
    if now.problem:
        echo("The study cannot be opened, so nobody can say what it has more. Its files are kept as they are.")
    elif not now.rows:
        echo("There is no study in its place.")
    else:
        lost, gained = backups.more(now.rows, rows), backups.more(rows, now.rows)
        echo(f"The study has more now, which the restored one will not have: {lost or 'nothing'}.")
        if gained:
            echo(f"The backup has more, which comes back: {gained}.")
        echo("What is there now is kept as a backup of its own.")
