"""`tagger pack`: passages for somebody who reads without the program; they come back through `tagger import`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import click

from tagger.cli import options
from tagger.cli.files import written
from tagger.errors import Busy, UsageError
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.exchange.packs import Pack
    from tagger.store import Database

T = TypeVar("T")


@click.command()
@options.study
@click.option("--reader", "name", required=True, help="Who will read it.")
@click.option("--new", is_flag=True, help="Add them as a reader if they are not one yet.")
@click.option("--dataset", default="", help="From which dataset.  [default: the only one there is]")
@click.option("-n", "passages", default=20, show_default=True, type=click.IntRange(1), help="How many passages.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The workbook to write."
)
@click.option("--print", "printed", is_flag=True, help="Also write a page to print, beside it.")
def pack(folder: Path, name: str, new: bool, dataset: str, passages: int, output: Path, printed: bool) -> None:
    """Hand out passages as a workbook, for somebody to read without this program."""
    from tagger.config import load_settings
    from tagger.exchange import packs

    if output.suffix.lower() != ".xlsx":
        raise UsageError("a reading pack is a workbook", where=str(output), remedy="Name a file that ends in .xlsx")
    settings = load_settings(folder)
    made = owned(folder, "/packs", _maker(name, new=new, dataset=dataset, n=passages, folder=folder))
    written(output, packs.write(made))
    click.echo(f"Wrote {several(len(made.passages), 'passage')} from {made.dataset} for {made.reader} to {output}.")
    if printed:
        from tagger.review.web.files import pack_page

        page = output.with_suffix(".html")
        written(page, pack_page(made, settings.study.name))
        click.echo(f"To print: {page}")
    click.echo(f"When it is filled in: tagger import {output.name} --study {folder}")


def bring_back(folder: Path, file: Path, data: bytes) -> tuple[str, ...]:
    """Store what was filled into a reading pack, and return what to say about it."""
    from tagger.exchange import packs
    from tagger.review.packs import bring_back as store

    returned, now = packs.read(data, file.name), _now()
    return owned(folder, "/packs", lambda db: store(db, returned, file.name, now)).lines


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


def _maker(name: str, *, new: bool, dataset: str, n: int, folder: Path) -> Callable[[Database], Pack]:
    from tagger.config import load_settings
    from tagger.review.packs import make, reader_called
    from tagger.review.readers import add_reader, readers
    from tagger.review.servings import Queue

    review = load_settings(folder).review
    coder_id, pack_id, seed, now = uuid4().hex, str(uuid4()), secrets.randbits(62), _now()

    def act(db: Database) -> Pack:
        if new and name.strip().casefold() not in {one.name.casefold() for one in readers(db)}:
            add_reader(db, coder_id, name, now)
        reader = reader_called(db, name)
        return make(db, reader.id, Queue(_dataset(db, dataset)), review, n=n, pack_id=pack_id, seed=seed, now=now)

    return act


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


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
