"""`tagger compare`: values across contexts."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.terminal import echo
from tagger.report.document import Comparison


@click.command()
@options.study
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder to write the page and its numbers into; files of an earlier comparison there are replaced.",
)
@click.option(
    "--by",
    default="dataset",
    show_default=True,
    metavar="ATTRIBUTE",
    help="What tells contexts apart: dataset, or a column of the sheet of attributes.",
)
@click.option("--dataset", "datasets", multiple=True, help="A dataset to compare; repeat it.  [default: all]")
@click.option("--without-quotes", is_flag=True, help="Leave people's words out of the page.")
@options.as_json
def compare(
    folder: Path, output: Path | None, by: str, datasets: tuple[str, ...], without_quotes: bool, as_json: bool
) -> None:
    """
    Compare contexts: how common each value is there, corrected by what people found, and what it means there.

    Nothing is ranked. A number that the audit does not bear out is not shown, and it says why.
    """
    from tagger.report.comparison.files import in_json
    from tagger.steps import compare as step
    from tagger.steps.exported import note

    files: list[Path] = []
    if output is None:
        made = step.compare(folder, by, datasets, quotes=not without_quotes)
    else:
        made, files = step.write(folder, output, by, datasets, quotes=not without_quotes)
    for page in files if made.quoted else ():
        note(folder, "comparison", page.name, now())
    if as_json:
        echo(in_json(made).decode("utf-8"))
        return
    _tell(made)
    for page in (file for file in files if file.suffix == ".html"):
        words = "It holds people's words: treat it as you treat the transcripts." if made.quoted else ""
        echo(f"Open {page} in your browser. {words}".rstrip())
    if not files:
        echo("The page, with every number and why one is missing: add -o DIR.")


def _tell(made: Comparison) -> None:
    echo(made.headline)
    if not made.glance.rows:
        return
    rows = [made.glance.head, *made.glance.rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    echo()
    for row in rows:
        echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    echo(f"\n{made.glance.caption}. {made.glance.note}")
    if made.missing:
        echo("\nNot comparable:")
    for words in made.missing:
        echo(f"  {words}")
    echo()
