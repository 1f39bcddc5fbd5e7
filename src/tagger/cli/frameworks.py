"""`tagger framework`: list, show, check and compare frameworks."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import click

from tagger.cli import options
from tagger.cli.terminal import echo
from tagger.wording import several


@click.group()
def framework() -> None:
    """List, show, check or compare frameworks of values."""


@framework.command("list")
@options.study
def list_frameworks(folder: Path) -> None:
    """List the frameworks that come with tagger, and those of the study."""
    from tagger.frameworks import load_framework, shipped_frameworks

    own = [load_framework(path) for path in sorted((folder / "frameworks").glob("*.yaml"))] if folder.exists() else []
    for item in (*shipped_frameworks(), *own):
        echo(f"{item.id:26} {item.version:8} {item.title} ({several(len(item.values), 'value')})")


@framework.command()
@click.argument("name")
@options.study
def show(name: str, folder: Path) -> None:
    """Show the values of a framework in their layers."""
    from tagger.frameworks import load_framework

    item = load_framework(name, [folder / "frameworks"])
    echo(f"{item.title} ({item.id} {item.version})\n{item.citation}")
    for layer in item.layers:
        echo(f"\n{layer.name}")
        for value in (v for v in item.values if v.layer == layer.id):
            echo(f"  {value.name}")
            echo(fill(value.definition.text, 96, initial_indent="    ", subsequent_indent="    "))
            for heading, texts in (("counts", value.counts), ("does not count", value.does_not_count)):
                for wording in texts:
                    echo(fill(f"{heading}: {wording.text}", 96, initial_indent="    ", subsequent_indent="      "))


@framework.command()
@click.argument("name")
@options.study
def check(name: str, folder: Path) -> None:
    """Check a framework file; errors name the line and what to do."""
    from tagger.frameworks import load_framework, remarks

    item = load_framework(name, [folder / "frameworks"])
    for remark in remarks(item):
        echo(f"note: {remark}")
    held = f"{several(len(item.values), 'value')} in {several(len(item.layers), 'layer')}"
    echo(f"{item.id} {item.version} is in order: {held}.")


@framework.command()
@click.argument("old")
@click.argument("new")
@options.study
def diff(old: str, new: str, folder: Path) -> None:
    """Say in plain English what changed from one framework to another."""
    from tagger.frameworks import compare, load_framework

    changes = compare(load_framework(old, [folder / "frameworks"]), load_framework(new, [folder / "frameworks"]))
    for change in changes:
        echo(change.text)
    if not changes:
        echo("They are the same.")
