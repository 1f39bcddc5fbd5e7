"""`tagger import` and `tagger export`: tables in and out."""

from __future__ import annotations

from pathlib import Path

import click

from tagger.cli import options
from tagger.errors import StoreError
from tagger.records import Made


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.study
@click.option(
    "--made",
    required=True,
    type=click.Choice(["independently", "after-suggestions", "unknown"]),
    help="How the codings were made; only those made independently may be compared with the machine.",
)
@click.option("--framework", default="", help="What they were made with.  [default: what each dataset was tagged with]")
def import_codings(file: Path, folder: Path, made: Made, framework: str) -> None:
    """Bring in manual codings from a CSV or XLSX file."""
    from tagger.steps.imports import import_codings as bring_in

    for line in bring_in(folder, file, made, framework).lines:
        click.echo(line)


@click.command()
@options.study
@click.option("--to", "form", required=True, type=click.Choice(["csv", "xlsx", "jsonl", "parquet"]), help="The format.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
@click.option("--include-unreviewed", is_flag=True, help="Also what no person has read yet; the first column says so.")
def export(folder: Path, form: str, output: Path, include_unreviewed: bool) -> None:
    """Write passages with suggestions and readings to a table; by default only those that people have read."""
    from tagger.steps.exports import export as table

    data, n = table(folder, form, include_unreviewed=include_unreviewed)
    try:
        output.write_bytes(data)
    except OSError as error:
        raise StoreError(
            f"it cannot be written ({error.strerror})", where=str(output), remedy="Close it elsewhere, or name another"
        ) from error
    click.echo(f"Wrote {n} rows to {output}.")
    if not n and not include_unreviewed:
        click.echo("Nobody has read anything yet. To see the suggestions: add --include-unreviewed")
