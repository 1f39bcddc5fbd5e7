"""`tagger emergent`: what people read that their list has no word for."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.terminal import echo
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps.emergent import Passage

WIDTH = 96


@click.command()
@options.study
@click.option("--quotes", default=5, show_default=True, type=click.IntRange(1), help="At most so many for a group.")
def emergent(folder: Path, quotes: int) -> None:
    """Show what people marked as something here, not on our list, put together by what it says."""
    from tagger.review.doors import up_to_date
    from tagger.steps.emergent import gathered, readings

    with up_to_date(folder).session("a look at what is not on the list") as study:
        found = gathered(study, readings(study))
    if not found.groups and not found.alone:
        echo("Nobody has marked anything as not on the list yet. It is done in the browser, while reading.")
        return
    echo("The program puts together what says something alike. It does not know what that is: names are yours to give.")
    for number, group in enumerate(found.groups, 1):
        echo(f"\nGroup {number}: {group.words}.")
        _quote(group.passages, quotes)
    if found.alone:
        echo(f"\nLike no other: {several(len(found.alone), 'passage')}.")
        _quote(found.alone, quotes)
    echo("\nTo propose a change from a group: tagger review, under The list.")


def _quote(passages: tuple[Passage, ...], most: int) -> None:
    for one in passages[:most]:
        said = f"{one.place} ({one.why}): {' '.join(one.quote.split())}"
        echo(fill(said, WIDTH, initial_indent="  ", subsequent_indent="    "))
    if len(passages) > most:
        echo(f"  And {len(passages) - most} more.")
