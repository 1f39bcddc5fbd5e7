"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

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


def engine(*more: str) -> Callable[[F], F]:
    """Make the option that says what runs the stages; *more* are engines that only some commands know."""
    return click.option(
        "--engine",
        type=click.Choice(["prefect", "local", *more]),
        default="prefect",
        show_default=True,
        help="What runs the stages.",
    )
