"""Pages that leave the program as one file: they carry their style, need no script, and print well."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment

from tagger.exchange.packs import ARMS, OUTCOMES, Pack
from tagger.review.exemplars import Exemplars
from tagger.review.web.rendering import HERE, environment, render

PRINTED: dict[str, Any] = {"arms": ARMS, "outcomes": list(OUTCOMES), "style": ""}
"""What the page of a pack says beside its passages; without a style of its own it takes that of the server."""


def exemplars_page(exemplars: Exemplars, study: str, made: date) -> bytes:
    """Write the exemplar table as an HTML file."""
    return render(_templates(), "exemplars_file.html", table=exemplars, study=study, made=made, style=_style()).encode()


def pack_page(pack: Pack, study: str) -> bytes:
    """Write a reading pack as an HTML file to print and tick."""
    return render(_templates(), "pack_file.html", pack=pack, study=study, **PRINTED | {"style": _style()}).encode()


@cache
def _templates() -> Environment:
    return environment()


@cache
def _style() -> str:
    return (HERE / "static" / "paper.css").read_text("utf-8")
