"""What matplotlib writes, as a piece of a page: no prolog, no style for others, and ids that nobody else has."""

from __future__ import annotations

import hashlib
import io
import re
from html import escape

from tagger.report.figures.paper import WIDTH, Paper

FONTS = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
# Text and values come escaped, so that these are all tags and nothing else.
TAG = re.compile(r"<[^<>]*>")
SHEET = re.compile(r"<defs>\s*<style[^<>]*>[^<>]*</style>\s*</defs>")
REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]*)"|url\(#([^)]*)\)')
ID = re.compile(r' id="([^"]*)"')
NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
NO_DATES: dict[str, None] = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def figure(paper: Paper, title: str, alt: str, salt: str) -> str:
    """Wrap what was drawn in a figure with its title as the caption and *alt* as its name."""
    sink = io.BytesIO()
    paper.figure.savefig(sink, format="svg", facecolor="none", metadata=NO_DATES)
    drawing = sink.getvalue().decode("utf-8")
    inner = SHEET.sub("", drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")])
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {WIDTH:g} {paper.height:g}" width="{WIDTH:g}" height="{paper.height:g}" '
        f'font-family="{FONTS}" stroke-linejoin="round">'
    )
    caption = f"<figcaption>{escape(title)}</figcaption>"
    # Lines inside tags are matplotlib's own; a text never has any.
    return f'<figure class="plot">{caption}{root}{_tidy(inner, salt)}</svg></figure>\n'


def _tidy(drawing: str, salt: str) -> str:
    """Drop ids that nothing refers to, and give the others a prefix that comes from the plot's salt."""
    prefix = "p" + hashlib.sha256(salt.encode()).hexdigest()[:10]
    tags = TAG.findall(drawing)
    wanted = {name for tag in tags for pair in REFERENCE.findall(tag) for name in pair if name}

    def named(found: re.Match[str]) -> str:
        return f' id="{prefix}-{found[1]}"' if found[1] in wanted else ""

    def referring(found: re.Match[str]) -> str:
        return f'href="#{prefix}-{found[1]}"' if found[1] else f"url(#{prefix}-{found[2]})"

    def clean(found: re.Match[str]) -> str:
        tag = REFERENCE.sub(referring, ID.sub(named, found[0]))
        tag = NO_TURN.sub("", tag.replace("font-family: 'DejaVu Sans'; ", "").replace("stroke-linecap: butt", ""))
        return re.sub(r"\s*\n\s*", " ", tag)

    return re.sub(r">\s*\n\s*<", "><", TAG.sub(clean, drawing)).strip()
