"""
A project as one page to read or print: the transcripts, and below each line what people found in it.

The page is whole in itself: it fetches nothing and runs nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from tagger.exchange.projects.records import Coding, Document, Project, plain

LONGEST_QUOTE = 160


def write(project: Project) -> bytes:
    """Write a project; the same project gives the same bytes."""
    names = {code.key: code.name for code in project.codes}
    documents = [document for document in project.documents if not document.missing]
    body = "".join(piece for document in documents for piece in _document(document, names))
    title = escape(plain(project.name))
    return _PAGE.format(title=title, style=_STYLE, body=body).encode("utf-8", "replace")


def lost(project: Project) -> Iterator[str]:
    """Yield what of a project has no place on the page."""
    if project.codes:
        yield "the list of values with its layers"


def _document(document: Document, names: Mapping[str, str]) -> Iterator[str]:
    text = plain(document.text)
    said = ", ".join(filter(None, (document.participant, *document.attributes.values())))
    yield f"<section><h2>{_safe(document.name)}</h2>\n"
    if said:
        yield f'<p class="about">{_safe(said)}</p>\n'
    codings = sorted(document.codings, key=lambda one: (one.start, one.end, one.coder, one.code))
    at, starts = 0, [one.start for one in codings]
    for line in text.split("\n"):
        if line.strip():
            yield f"<p>{_safe(line)}</p>\n"
        begun = codings[bisect_left(starts, at) : bisect_right(starts, at + len(line))]
        if begun:
            yield f"<ul>{''.join(_found(text, begun, names))}</ul>\n"
        at += len(line) + 1
    yield "</section>\n"


def _found(text: str, codings: Sequence[Coding], names: Mapping[str, str]) -> Iterator[str]:
    """Yield an item for each stretch: its words, and who found what in it."""
    for (start, end), group in groupby(codings, key=lambda one: (one.start, one.end)):
        words = " ".join(text[start:end].split())
        quote = words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…"
        who = (f"<b>{_safe(names[one.code])}</b> {_safe(one.note or one.coder)}" for one in group)
        yield f"<li><q>{_safe(quote)}</q><br>{'; '.join(who)}</li>"


def _safe(text: str) -> str:
    return escape(plain(text)).replace("\n", "<br>")


_STYLE = """
body { font: 1rem/1.5 serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.5rem; break-after: avoid }
ul { list-style: none; margin: 0 0 1rem; padding: .2rem 0 .2rem 1rem; border-left: 3px solid #767676; font-size: .9rem }
li { margin: .3rem 0; break-inside: avoid } .about { color: #555 }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1>
{body}</body></html>
"""
