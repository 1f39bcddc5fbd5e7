"""`tagger pack`: passages for somebody who reads without the program; they come back through `tagger import`."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.files import handed_out
from tagger.cli.terminal import echo
from tagger.errors import Busy, UsageError
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.exchange.packs import Pack
    from tagger.review.readers import Reader
    from tagger.store import Database

T = TypeVar("T")


@click.command()
@options.study
@click.option("--reader", "names", multiple=True, help="Who will read it; repeat it for a pack each.")
@click.option("--everyone", is_flag=True, help="A pack for each of those who read here.")
@click.option("--new", is_flag=True, help="Add them as readers if they are not there yet.")
@click.option("--dataset", default="", help="From which dataset.  [default: the only one there is]")
@click.option(
    "-n", "passages", default=20, show_default=True, type=click.IntRange(1), help="How many passages in each."
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The workbook to write; for several people the folder to write them into.",
)
@click.option("--print", "printed", is_flag=True, help="Also write a page to print, beside it.")
def pack(
    folder: Path,
    names: tuple[str, ...],
    everyone: bool,
    new: bool,
    dataset: str,
    passages: int,
    output: Path,
    printed: bool,
) -> None:
    """Hand out passages as a workbook, for somebody to read without this program."""
    from tagger.config import load_settings

    if bool(names) == everyone:
        raise click.UsageError("Say who will read it: --reader NAME, once or several times, or --everyone.")
    alone = len(names) == 1
    if alone != (output.suffix.lower() == ".xlsx"):
        remedy = "Name a file that ends in .xlsx" if alone else "Name a folder for the packs of several people"
        raise UsageError("a reading pack is a workbook", where=str(output), remedy=remedy)
    settings = load_settings(folder)
    made, without = owned(folder, "/packs", _maker(names, new=new, dataset=dataset, n=passages, folder=folder))
    for one in made:
        _write(folder, one, output if alone else output / one.file_name, settings.study.name if printed else None)
    if without:
        echo(f"Nothing is left to put into a pack for {', '.join(without)}.")
    echo(f"When one is filled in: tagger import {output.name if alone else 'FILE'} --study {folder}")


def _write(folder: Path, made: Pack, path: Path, study: str | None) -> None:
    """Write a pack, and beside it the page to print where the *study* is named."""
    from tagger.exchange import packs

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handed_out(folder, "reading pack", path, packs.write(made), [made.dataset])
    echo(f"Wrote {several(len(made.passages), 'passage')} from {made.dataset} for {made.reader} to {path}.")
    if study is not None:
        from tagger.review.web.files import pack_page

        page = path.with_suffix(".html")
        handed_out(folder, "reading pack", page, pack_page(made, study), [made.dataset])
        echo(f"To print: {page}")


def bring_back(folder: Path, file: Path, data: bytes) -> tuple[str, ...]:
    """Store what was filled into a reading pack, and return what to say about it."""
    from tagger.exchange import packs
    from tagger.review.packs import bring_back as store

    returned, time = packs.read(data, file.name), now()
    return owned(folder, "/packs", lambda db: store(db, returned, file.name, time)).lines


def owned(folder: Path, page: str, act: Callable[[Database], T]) -> T:
    """
    Do something as the owner of the study.

    Raises:
        Busy: somebody else owns it; where that is a review server, the message names its page for the same.
    """
    from tagger.store import Store, serving

    with Store(folder).session("a look at the study"):
        pass
    try:
        with serving(folder, role="a reading pack") as owner:
            return owner.write(act)
    except Busy as busy:
        if url := busy.owner.get("url"):
            remedy = f"Do it in the browser: {url}{page}"
            raise Busy(
                "people are reading in this study just now", owner=busy.owner, where=str(folder), remedy=remedy
            ) from busy
        raise


def _maker(
    names: tuple[str, ...], *, new: bool, dataset: str, n: int, folder: Path
) -> Callable[[Database], tuple[list[Pack], list[str]]]:
    """Make the act that makes packs; it returns them, and the names of those for whom nothing is left."""
    from tagger.config import load_settings
    from tagger.review.packs import make, reader_called
    from tagger.review.readers import add_reader, readers
    from tagger.review.servings import Queue

    review, seed, time = load_settings(folder).review, secrets.randbits(62), now()
    ids: dict[str, tuple[str, str]] = defaultdict(lambda: (uuid4().hex, str(uuid4())))

    def act(db: Database) -> tuple[list[Pack], list[str]]:
        known = {one.name.casefold() for one in readers(db)}
        for name in names if new else ():
            if " ".join(name.split()).casefold() not in known:
                add_reader(db, ids[name][0], name, time)
        people = [reader_called(db, name) for name in names] or _everyone(db)
        wanted = {ids[one.name][1]: one.id for one in dict.fromkeys(people)}
        made = make(db, wanted, Queue(_dataset(db, dataset)), review, n=n, seed=seed, now=time)
        there = {one.reader for one in made}
        return made, [one.name for one in people if one.name not in there]

    return act


def _everyone(db: Database) -> list[Reader]:
    from tagger.review.readers import readers

    here = {coder_id for (coder_id,) in db.rows("SELECT coder_id FROM readers_here")}
    return [one for one in readers(db) if one.id in here]


def _dataset(db: Database, wanted: str) -> str:
    from tagger.review.datasets import datasets

    names = [dataset.name for dataset in datasets(db) if dataset.framework]
    if not names:
        raise UsageError("there is nothing to read yet", remedy="Add interviews with: tagger run FILES")
    if not wanted and len(names) == 1:
        return names[0]
    if wanted not in names:
        what = f"there is no dataset {wanted} here" if wanted else "it has several datasets"
        raise UsageError(what, where="--dataset", remedy=f"Name one of {', '.join(names)}")
    return wanted
