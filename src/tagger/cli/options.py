"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

study = click.option(
    "--study",
    "folder",
    default=".",
    envvar="TAGGER_STUDY",
    show_default="this folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The study's folder.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for other programs.")
engine = click.option(
    "--engine",
    type=click.Choice(["prefect", "local"]),
    default="prefect",
    show_default=True,
    help="What runs the stages.",
)
