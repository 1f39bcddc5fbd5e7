"""
A report as one page that stands by itself: it asks nothing of any network and needs no script.

Where it has a script, to move shares on the page, that is ours, holds nothing of the study, and is the only one that
the page's policy lets run, by its hash.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from tagger.report.document import Comparison, Number, Plot, Report, shown
from tagger.report.figures import svg
from tagger.wording import several

TEMPLATES = Path(__file__).parent / "templates"
# 0.62, 1,204, 12%, 0.62 [0.41, 0.83]
NUMERIC = re.compile(r"[-−]?\d[\d.,]*%?(?: \[[^\]]*\])?")
ENOUGH = {"yes": "yes", "rough": "roughly", "no": "not yet"}


def page(report: Report) -> bytes:
    """Write the page of a report: the same bytes for the same report."""
    return _page("report.html", report)


def comparison_page(comparison: Comparison) -> bytes:
    """Write the page of a comparison: the same bytes for the same comparison."""
    return _page("comparison.html", comparison)


def _page(template: str, report: Report | Comparison) -> bytes:
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(shown=shown, basis=basis, missing=missing, enough=enough, figure=figure, numeric=numeric)
    templates.filters.update(sentence=sentence, coded=coded, hundredths=hundredths)
    moves = any(section.movers for section in report.sections)
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8") if moves else ""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    # Style and script are ours: they hold nothing of the study.
    ours = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    fingerprint = b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")
    made = templates.get_template(template).render(report=report, fingerprint=fingerprint, **ours)
    return made.encode("utf-8")


def basis(number: Number) -> str:
    """Say on how much a number rests."""
    passages = f"n = {number.n:,}"
    if number.transcripts is None:
        return passages
    return f"{passages}, {several(number.transcripts, 'transcript')}"


def missing(number: Number | None) -> str:
    """Say in words why there is no number, or no interval; empty where nothing is missing."""
    if number is None:
        return "not compared"
    return number.reason or ("" if number.estimate is not None else shown(number))


def enough(answer: str) -> str:
    """Say whether there is enough data, in the words of the page."""
    return ENOUGH.get(answer, answer)


def sentence(words: str) -> str:
    """Begin with a capital and leave the rest as it is written."""
    return words[:1].upper() + words[1:]


def coded(words: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return escape(words)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if place % 2 else part for place, part in enumerate(parts))


def numeric(words: str) -> bool:
    """Say whether a cell is a number, which is never broken over lines."""
    return NUMERIC.fullmatch(words) is not None


def hundredths(shares: Iterable[float]) -> str:
    """Write shares with two decimals, as they are shown, between spaces."""
    return " ".join(f"{share:.2f}" for share in shares)


def figure(plot: Plot, section: int, number: int) -> Markup:
    """Draw a plot for its place on the page."""
    return Markup(svg(plot, f"{section}.{number}"))  # noqa: S704  its words are escaped where it is drawn
