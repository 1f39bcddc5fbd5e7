"""
A project as a Word document: the transcripts one after the other, and what people found as comments on their words.

A comment is by the person who coded, and names the values that they found there, parted by `;`. The parts of the
package are those of ECMA-376 (Office Open XML), and the same project gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tagger.exchange.projects.records import Coding, Document, Project, plain
from tagger.wording import several

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{WORD}}}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PIECE = re.compile("\t|[^\t]+")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
HEADING = "Heading1"


@dataclass(frozen=True, slots=True)
class _Comment:
    """What one person found on a stretch of a document, under a number of the whole file."""

    number: int
    start: int
    end: int
    coder: str
    values: tuple[str, ...]
    made_at: str


def write(project: Project) -> bytes:
    """Write a project."""
    ElementTree.register_namespace("w", WORD)
    names = {code.key: plain(code.name) for code in project.codes}
    body = SubElement(root := Element(f"{W}document"), f"{W}body")
    comments = Element(f"{W}comments")
    for document in project.documents:
        if not document.missing:
            made = _comments(document, names, len(comments))
            _text(body, document, made)
            for comment in made:
                _told(comments, comment)
    return _packed(root, comments)


def lost(project: Project) -> Iterator[str]:
    """Yield what of a project has no place in comments."""
    codings = [coding for document in project.documents for coding in document.codings]
    if codings:
        yield f"how {several(len(codings), 'coding was', 'codings were')} made"
    yield "the list of values with its layers"


def _comments(document: Document, names: Mapping[str, str], number: int) -> list[_Comment]:
    def place(coding: Coding) -> tuple[int, int, str]:
        return coding.start, coding.end, coding.coder

    made: list[_Comment] = []
    in_order = sorted(document.codings, key=lambda coding: (*place(coding), coding.code))
    for (start, end, coder), group in groupby(in_order, key=place):
        codings = list(group)
        values = tuple(dict.fromkeys(names[one.code] for one in codings))
        made_at = max(one.made_at for one in codings)
        made.append(_Comment(number + len(made), start, end, coder, values, made_at))
    return made


def _text(body: Element, document: Document, comments: Sequence[_Comment]) -> None:
    said = ", ".join(filter(None, (document.name, document.participant, *document.attributes.values())))
    heading = SubElement(body, f"{W}p")
    SubElement(SubElement(heading, f"{W}pPr"), f"{W}pStyle", {f"{W}val": HEADING})
    _run(heading, plain(said))
    marks: dict[int, list[tuple[bool, int]]] = {}
    for comment in comments:
        marks.setdefault(comment.start, []).append((True, comment.number))
        # What ends at a place ends before anything that begins there.
        marks.setdefault(comment.end, []).insert(0, (False, comment.number))
    at, places = 0, sorted(marks)
    for line in plain(document.text).split("\n"):
        paragraph = SubElement(body, f"{W}p")
        inside = places[bisect_left(places, at) : bisect_right(places, at + len(line))]
        borders = sorted({at, at + len(line), *inside})
        for place, until in zip(borders, [*borders[1:], borders[-1]], strict=True):
            for begins, number in marks.pop(place, ()):
                _mark(paragraph, number, begins=begins)
            _run(paragraph, line[place - at : until - at])
        at += len(line) + 1


def _mark(paragraph: Element, number: int, *, begins: bool) -> None:
    said = {f"{W}id": str(number)}
    SubElement(paragraph, f"{W}commentRange{'Start' if begins else 'End'}", said)
    if not begins:
        SubElement(SubElement(paragraph, f"{W}r"), f"{W}commentReference", said)


def _run(paragraph: Element, words: str) -> None:
    if not words:
        return
    run = SubElement(paragraph, f"{W}r")
    for piece in PIECE.findall(words):
        if piece == "\t":
            SubElement(run, f"{W}tab")
        else:
            SubElement(run, f"{W}t", {"xml:space": "preserve"}).text = piece


def _told(comments: Element, comment: _Comment) -> None:
    initials = "".join(word[0] for word in comment.coder.split())
    said = {f"{W}id": str(comment.number), f"{W}author": plain(comment.coder), f"{W}initials": initials}
    if comment.made_at:
        said[f"{W}date"] = comment.made_at
    _run(SubElement(SubElement(comments, f"{W}comment", said), f"{W}p"), "; ".join(comment.values))


def _packed(document: Element, comments: Element) -> bytes:
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
        "word/document.xml": ElementTree.tostring(document, encoding="unicode"),
        "word/comments.xml": ElementTree.tostring(comments, encoding="unicode"),
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": _relations(("comments", "comments.xml"), ("styles", "styles.xml")),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}'
            package.writestr(zipfile.ZipInfo(name, LONG_AGO), xml.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _relations(*parts: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


_CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{TYPES}.document.main+xml"/>'
    f'<Override PartName="/word/comments.xml" ContentType="{TYPES}.comments+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{TYPES}.styles+xml"/></Types>'
)
_STYLES = (
    f'<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '<w:pPr><w:spacing w:after="120"/></w:pPr></w:style>'
    f'<w:style w:type="paragraph" w:styleId="{HEADING}"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style></w:styles>'
)
