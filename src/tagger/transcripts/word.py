"""DOCX, opened by python-docx: paragraphs with line breaks and bold names, tables, tracked changes as accepted."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn

from tagger.transcripts import documents, packages
from tagger.transcripts.documents import Paragraph, Table
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft
from tagger.wording import several

FORMAT = "docx"
P, TBL, R, TR, TC, BODY_BREAKS = qn("w:p"), qn("w:tbl"), qn("w:r"), qn("w:tr"), qn("w:tc"), (qn("w:br"), qn("w:cr"))
# What holds paragraphs, rows or runs without being one; deletions (w:del, w:moveFrom) are left out by not being here.
HOLDERS = {
    qn(f"w:{each}")
    for each in ("ins", "moveTo", "sdt", "sdtContent", "smartTag", "hyperlink", "customXml", "fldSimple")
}
HOLDERS |= {qn("w:dir"), qn("w:bdo"), qn("w:ruby"), qn("w:rubyBase")}
OFF = ("0", "false", "off")


def recognises(source: Source) -> bool:
    """Tell a Word package by its parts."""
    return source.data.startswith(b"PK") and packages.kind(source.data, source.name) == "docx"


def read(source: Source) -> Draft:
    """
    Read the body of a Word file; insertions are in, deletions are out.

    Raises:
        TranscriptError: It is damaged, or no document.
    """
    packages.checked(source.data, source.name)
    try:
        document = docx.Document(BytesIO(source.data))
        body = document.element.body
    except Exception as reason:  # python-docx raises whatever its reading of a damaged package trips over
        raise packages.broken(source.name) from reason
    if body is None:
        raise packages.broken(source.name)
    dropped, problems = _left_out(document)
    draft = documents.read([_block(each) for each in _each(body, {P, TBL})])
    return Draft(draft.utterances, (*dropped, *draft.dropped), (*problems, *draft.problems))


def _block(element: Any) -> Paragraph | Table:
    if element.tag == TBL:
        return Table(tuple(_grid(element)))
    return documents.paragraph((_words(run), _is_bold(run)) for run in _each(element, {R}))


def _each(parent: Any, tags: set[str]) -> Iterator[Any]:
    """Walk the children with these tags, through insertions, links and content controls, not through deletions."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in HOLDERS:
            yield from _each(child, tags)


def _text(paragraph: Any) -> str:
    return "".join(_words(run) for run in _each(paragraph, {R}))


def _words(run: Any) -> str:
    words = []
    for child in run:
        if child.tag == qn("w:t"):
            words.append(child.text or "")
        elif child.tag in BODY_BREAKS:
            words.append("\n")
        elif child.tag in (qn("w:tab"), qn("w:ptab")):
            words.append("\t")
        elif child.tag == qn("w:noBreakHyphen"):
            words.append("-")
        elif child.tag in HOLDERS:
            words.extend(_words(inner) for inner in _each(child, {R}))
    return "".join(words)


def _is_bold(run: Any) -> bool:
    found = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
    return found is not None and found.get(qn("w:val")) not in OFF


def _grid(table: Any) -> list[tuple[str, ...]]:
    """Read a table cell by cell: a merged cell speaks once, and its further places are empty."""
    rows = []
    for row in _each(table, {TR}):
        cells: list[str] = []
        for cell in _each(row, {TC}):
            span, covered = _merging(cell)
            cells.extend(["" if covered else _cell(cell), *[""] * (span - 1)])
        rows.append(tuple(cells))
    return rows


def _merging(cell: Any) -> tuple[int, bool]:
    """Say how many columns a cell spans, and whether it only continues the one above."""
    shape = cell.find(qn("w:tcPr"))
    span = shape.find(qn("w:gridSpan")) if shape is not None else None
    across = shape.find(qn("w:vMerge")) if shape is not None else None
    width = (span.get(qn("w:val")) or "1") if span is not None else "1"
    covered = across is not None and across.get(qn("w:val")) != "restart"
    return (min(int(width), 64) if width.isdigit() else 1), covered


def _cell(cell: Any) -> str:
    texts = [
        _text(block) if block.tag == P else "\n".join("\t".join(row) for row in _grid(block))
        for block in _each(cell, {P, TBL})
    ]
    return "\n".join(texts).strip()


def _left_out(document: Any) -> tuple[list[str], list[str]]:
    """List the page headers and footers, and count deletions, notes and text boxes."""
    margins = [
        " ".join(paragraph.text.split())
        for section in document.sections
        for part in (section.header, section.first_page_header, section.footer, section.first_page_footer)
        if not part.is_linked_to_previous
        for paragraph in part.paragraphs
    ]
    dropped = [f"page header or footer: {text}" for text in dict.fromkeys(margins) if text]
    body = document.element.body
    for tag, thing in (
        ("w:del", "tracked deletion"),
        ("w:commentReference", "comment"),
        ("w:footnoteReference", "footnote"),
    ):
        number = sum(1 for _ in body.iter(qn(tag)))
        if number:
            dropped.append(several(number, thing))
    boxed = any(True for _ in body.iter(qn("w:txbxContent")))
    return dropped, [documents.BOXED] if boxed else []
