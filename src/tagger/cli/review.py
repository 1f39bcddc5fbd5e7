"""`tagger review`: read and decide in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from tagger.cli import options


@click.command()
@options.study
@click.option("--host", default="127.0.0.1", show_default=True, help="The address of this machine to serve on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes any.  [default: 8321, or the next free]")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the page in the browser.")
@click.option("--reader", default="", help="The name of somebody who reads here, added if it is new.")
def review(folder: Path, host: str, port: int | None, browser: bool, reader: str) -> None:
    """Read passages and decide, in the browser; the pages are for this machine only."""
    from tagger.review.web.server import serve

    def opened(url: str) -> None:
        click.echo(f"Reading at {url} (Ctrl-C stops it; everything is saved as you go)")
        if browser:
            webbrowser.open(url)

    serve(folder, host=host, port=port, reader=reader, opened=opened)
    click.echo("Stopped. Everything that was saved is in the study.")
