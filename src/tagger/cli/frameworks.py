"""`tagger framework`: list, show, check and compare frameworks, and change them together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.terminal import echo
from tagger.errors import FrameworkError, StoreError
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.records import Framework
    from tagger.steps.preview import Preview, Previewed

_WHICH = "A name, a file, or NAME@VERSION: a shipped one, the study's, or one that it holds."


@click.group()
def framework() -> None:
    """List, show, check, compare or change frameworks of values."""


@framework.command("list")
@options.study
def list_frameworks(folder: Path) -> None:
    """List the frameworks that come with tagger, and those of the study."""
    from tagger.frameworks import shipped_frameworks

    own = [_version(folder, str(path)) for path in sorted((folder / "frameworks").glob("*.yaml"))]
    for item in (*shipped_frameworks(), *own):
        echo(f"{item.id:26} {item.version:8} {item.title} ({several(len(item.values), 'value')})")


@framework.command()
@click.argument("name")
@options.study
@click.option("--yaml", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file instead.")
def show(name: str, folder: Path, file: Path | None) -> None:
    """Show the values of a framework in their layers; NAME may be NAME@VERSION."""
    item = _version(folder, name)
    if file:
        _write(folder, item, file)
        return
    echo(f"{item.title} ({item.id} {item.version})\n{item.citation}")
    for layer in item.layers:
        echo(f"\n{layer.name}")
        for value in (v for v in item.values if v.layer == layer.id):
            echo(f"  {value.name}")
            echo(fill(value.definition.text, 96, initial_indent="    ", subsequent_indent="    "))
            for heading, texts in (("counts", value.counts), ("does not count", value.does_not_count)):
                for wording in texts:
                    echo(fill(f"{heading}: {wording.text}", 96, initial_indent="    ", subsequent_indent="      "))


def _write(folder: Path, item: Framework, file: Path) -> None:
    from tagger.steps.versions import as_file
    from tagger.whole_files import put_whole

    try:
        put_whole(file, as_file(folder, item).encode())
    except OSError as error:
        remedy = "Choose a folder you can write to"
        raise StoreError(f"it cannot be written ({error.strerror})", where=str(file), remedy=remedy) from error
    echo(f"{item.id} {item.version} is in {file}.")


@framework.command()
@click.argument("name")
@options.study
def check(name: str, folder: Path) -> None:
    """Check a framework file; errors name the line and what to do."""
    from tagger.frameworks import remarks
    from tagger.steps.versions import from_file

    item = from_file(folder, name)
    for remark in remarks(item):
        echo(f"note: {remark}")
    held = f"{several(len(item.values), 'value')} in {several(len(item.layers), 'layer')}"
    echo(f"{item.id} {item.version} is in order: {held}.")


@framework.command()
@click.argument("old")
@click.argument("new")
@options.study
def diff(old: str, new: str, folder: Path) -> None:
    """Say in plain English what changed from one framework to another; each may be NAME@VERSION."""
    from tagger.frameworks import compare, unchanged

    before, after = _version(folder, old), _version(folder, new)
    changes = compare(before, after)
    for change in changes:
        if change.kind != "texts":
            echo(change.text)
    if changes and (same := unchanged(before, after)):
        echo(f"As before: {', '.join(same)}.")
    if texts := [change.text for change in changes if change.kind == "texts"]:
        echo("\nWord by word:")
        for text in texts:
            echo(fill(text, 110, initial_indent="- ", subsequent_indent="  "))
    if not changes:
        echo("They are the same.")


@framework.command()
@click.argument("name", required=False)
@options.study
@click.option("--dataset", "datasets", multiple=True, help="A dataset to look at; repeat it. All, if left out.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def preview(name: str | None, folder: Path, datasets: tuple[str, ...], as_json: bool) -> None:
    """
    Say what a run with a changed framework would add to the suggestions and drop; nothing is suggested by it.

    Without NAME, it works out all that is proposed, for the pages under The list.
    """
    from tagger.steps.preview import keep, previews
    from tagger.steps.workplace import Run

    if name is None:
        echo(f"{several(keep(folder, now), 'preview')} worked out. People find them in the pages, under The list.")
        return
    found = previews(Run("preview", str(folder), "", now().isoformat(), framework=name), datasets)
    if as_json:
        echo(json.dumps([_in_json(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        echo(f"{one.dataset}: {one.new.id} {one.new.version} in the place of {one.old.version}. Nothing was stored.")
        for value in one.values:
            _previewed(value)


def _in_json(one: Preview) -> dict[str, object]:
    values = [asdict(value) for value in one.values]
    return {"dataset": one.dataset, "from": one.old.version, "to": one.new.version, "values": values}


def _previewed(value: Previewed) -> None:
    change = value.change
    added, dropped = (several(len(ones), "suggestion") for ones in (change.added, change.dropped))
    was = f", beside {' and '.join(value.was)} now" if value.was else ""
    echo(f"\n{value.name}{was}: adds {added}, drops {dropped}, keeps {change.kept}.")
    if value.codings:
        answers = f"{several(value.codings, 'answer')} by people made under wording that changed"
        echo(f"  {answers}; {'they would no longer count' if value.meaning_changed else 'they would still count'}.")
    for heading, quotes in (("Added", value.added), ("Dropped", value.dropped)):
        for quote in quotes:
            echo(fill(f"{heading}, {quote.place}: {quote.text}", 96, initial_indent="  ", subsequent_indent="    "))


@framework.command()
@click.argument("name")
@options.study
def history(name: str, folder: Path) -> None:
    """Say of every version of a framework who proposed it and why, who consented, and what was made with it."""
    from tagger.review.consent.history import history as versions
    from tagger.review.consent.history import lines
    from tagger.review.doors import up_to_date

    with up_to_date(folder).session("a framework's history") as study:
        found = lines(versions(study, name, now()))
    if not found:
        raise click.UsageError(f"This study holds no version of '{name}': tagger run stores the one that it uses.")
    echo("\n".join(found))


@framework.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.study
@click.option("--reason", required=True, help="Why, in a few words: everybody who is asked reads it.")
@click.option("--reader", required=True, metavar="NAME", help="Who proposes it: somebody who reads here.")
@click.option("--same", multiple=True, metavar="VALUE", help="What was read of it before still holds; repeat it.")
@click.option("--revised", multiple=True, metavar="VALUE", help="What was read of it before may not; repeat it.")
def propose(
    file: Path, folder: Path, reason: str, reader: str, same: tuple[str, ...], revised: tuple[str, ...]
) -> None:
    """Propose a changed framework file to everybody who reads here; once nobody objects, runs use it."""
    from tagger.review.consent.changes import Draft
    from tagger.review.consent.door import propose as put
    from tagger.steps.versions import as_next

    base, proposed = as_next(folder, file, same, revised)
    done = put(folder, Draft(base, proposed, reason), reader, str(uuid4()), now)
    echo(f"{proposed.id} {proposed.version} is proposed in the place of {base.version}. {_asked(done.asked)}")
    echo(f"They find it in the pages under The list. Until it stands, {base.version} is used.")


def _asked(letters: tuple[str, ...]) -> str:
    if not letters:
        return "Nobody else reads here yet: it takes two answers to stand."
    return f"Asked: {', '.join(letters)}."


def adopt(folder: Path) -> None:
    """Let changes take effect that stand, and say so."""
    from tagger.review.consent.door import adopt_what_stands

    for version in adopt_what_stands(folder, now).adopted:
        echo(f"{version} is in use from now on: nobody objects to it any more. Next: tagger run --study {folder}")


def _version(folder: Path, name: str) -> Framework:
    from tagger.steps.versions import version

    with _not_understood():
        return version(folder, name)


@contextmanager
def _not_understood() -> Iterator[None]:
    """Take a name that nothing has for a command that was not understood; what is wrong in a file has a place."""
    try:
        yield
    except FrameworkError as error:
        if error.where:
            raise
        raise click.UsageError(str(error)) from None
