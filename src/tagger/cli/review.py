"""`tagger review`: read and decide in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from tagger.cli import options
from tagger.cli.terminal import echo

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@options.study
@click.option("--host", default="127.0.0.1", show_default=True, help="The address of this machine to serve on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes any.  [default: 8321, or the next free]")
@click.option("--certificate", type=_file, help="For other machines: the certificate chain, a PEM file.")
@click.option("--key", type=_file, help="For other machines: the key of the certificate, a PEM file.")
@click.option(
    "--behind-proxy", "proxy", default="", help="For other machines: the https:// address of a reverse proxy."
)
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the page in the browser.")
@click.option("--reader", default="", help="The name of somebody who reads here, added if it is new.")
def review(
    folder: Path,
    host: str,
    port: int | None,
    certificate: Path | None,
    key: Path | None,
    proxy: str,
    browser: bool,
    reader: str,
) -> None:
    """Read passages and decide, in the browser; on this machine, unless you say how others reach it."""
    from tagger.review.web.reach import Reach
    from tagger.review.web.server import serve

    reach = Reach(host, port, certificate, key, proxy)

    def opened(address: str, signs_in: bool) -> None:
        echo(f"Reading at {address} (Ctrl-C stops it; everything is saved as you go)")
        if signs_in:
            echo(f"People sign in with their own links: tagger reviewer --help, with --study {folder}")
        if browser and address.startswith("http:"):
            webbrowser.open(address)

    serve(folder, reach, reader=reader, opened=opened)
    echo("Stopped. Everything that was saved is in the study.")
