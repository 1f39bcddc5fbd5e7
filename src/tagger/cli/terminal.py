"""What commands print and ask: words of others neither colour the terminal nor move in it."""

from __future__ import annotations

import re

import click

# Control characters but for the tab and the end of a line, and marks that turn the direction of what follows.
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def echo(words: str = "", *, err: bool = False) -> None:
    """Print a line, with the code of whatever would steer the terminal in its place; JSON stays what it is."""
    click.echo(_STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", words), err=err)


def sure() -> bool:
    """Ask whether to do what cannot be undone; where nobody is there to ask, it is not done."""
    try:
        return click.confirm("\nIt cannot be undone. Do it now?")
    except click.Abort:
        echo()
        return False
