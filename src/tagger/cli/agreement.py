"""`tagger agreement`: how far people agree with each other, and the suggestions with people."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.terminal import echo
from tagger.report.document import SEED, shown


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
@click.option("--seed", default=SEED, show_default=True, type=click.IntRange(0), help="Of the random numbers.")
def agreement(folder: Path, output: Path, dataset: str, seed: int) -> None:
    """Write a report on agreement: people with people, and the suggestions with people."""
    from tagger.steps.agreement import report

    made, files = report(folder, output, dataset, seed)
    echo(made.headline)
    width = max((len(row.value) for row in made.summary), default=0)
    if any(row.enough != "no" for row in made.summary):
        echo(f"\n{'':{width}}  {'people with people':22} {'n':>6}  {'model with people':22} {'n':>6}  transcripts")
        for row in made.summary:
            people, model = row.people, row.model
            told = f"{shown(people):22} {people.n if people else 0:6}  {shown(model):22} {model.n if model else 0:6}"
            transcripts = max((one.transcripts or 0 for one in (people, model) if one), default=0)
            echo(f"{row.value:{width}}  {told}  {transcripts:11}")
        echo(
            f"\nKrippendorff's alpha [95% interval], {made.source}; n: passages. The page says why a number is missing."
        )
    page = next(file for file in files if file.suffix == ".html")
    echo(f"Open {page} in your browser. It holds nobody's words, and readers go by letter.")
