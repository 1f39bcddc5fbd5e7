"""`tagger agreement`: how far people agree with each other, and the suggestions with people."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options


@click.command()
@options.study
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write the report into; files of an earlier report there are replaced.",
)
@click.option("--dataset", default="", help="One dataset alone.  [default: all of them]")
@click.option("--seed", default=20, show_default=True, type=click.IntRange(0), help="Of the random numbers.")
def agreement(folder: Path, output: Path, dataset: str, seed: int) -> None:
    """Write a report on agreement: people with people, and the suggestions with people."""
    from tagger.report.document import shown
    from tagger.steps.agreement import report

    made, files = report(folder, output, dataset, seed)
    click.echo(made.headline)
    width = max((len(row.value) for row in made.summary), default=0)
    if any(row.enough != "no" for row in made.summary):
        click.echo(f"\n{'':{width}}  {'people with people':22}  model with people")
        for row in made.summary:
            click.echo(f"{row.value:{width}}  {shown(row.people):22}  {shown(row.model)}")
        click.echo(f"\nKrippendorff's alpha [95% interval], {made.source}.")
    page = next(file for file in files if file.suffix == ".html")
    click.echo(f"Open {page} in your browser. It holds nobody's words, and readers go by letter.")
