"""
ODT and flat FODT: paragraphs with bold names, lists and tables, with tracked changes as accepted.

Elements and attributes are those of OpenDocument 1.3, part 3 (OASIS, 2021); documents with a DOCTYPE are refused before
they are parsed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tagger.errors import TranscriptError
from tagger.transcripts import documents, packages
from tagger.transcripts.documents import Paragraph, Table
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft
from tagger.wording import several

FORMAT = "odt"
MOST_ELEMENTS = 2_000_000
"""Elements of one part; a text of 500 pages has about 50,000."""
WIDEST, LONGEST_BLANK = 64, 64
FLAT = re.compile(r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<office:document\s", re.DOTALL)
NAMESPACES = {
    name: f"{{urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0}}"
    for name, urn in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }.items()
}


def _named(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{NAMESPACES[prefix]}{local}"


BLOCKS = {_named("text:p"), _named("text:h")}
TABLE, ROW = _named("table:table"), _named("table:table-row")
CELL, COVERED = _named("table:table-cell"), _named("table:covered-table-cell")
CHANGES = _named("text:tracked-changes")
LEFT_OUT = {
    _named("office:annotation"): "comment",
    _named("text:deletion"): "tracked deletion",
    _named("text:note"): "footnote",
}
# What holds words that are no part of the text; tracked deletions stand apart from it, in CHANGES.
NO_WORDS = {*LEFT_OUT, CHANGES, _named("office:annotation-end"), _named("text:ruby-text")}
OTHERS = {"spreadsheet": "a spreadsheet (ODS)", "presentation": "a presentation (ODP)", "drawing": "a drawing (ODG)"}
Styles = dict[str, tuple[str | None, str | None]]
"""For the name of a style its font weight and the style on which it rests; either may be None."""


def recognises(source: Source) -> bool:
    """Tell a package by its parts, a flat document by its first element."""
    if source.data.startswith(b"PK"):
        return packages.kind(source.data, source.name) == FORMAT
    return bool(FLAT.match(source.text))


def read(source: Source) -> Draft:
    """
    Read the body of a text document.

    Raises:
        TranscriptError: It is damaged, locked, or a document of another kind.
    """
    try:
        return _read(source)
    except (ElementTree.ParseError, RecursionError, ValueError) as reason:
        raise packages.broken(source.name) from reason


def _read(source: Source) -> Draft:
    content, design = _roots(source)
    body = content.find(_named("office:body"))
    text = body.find(_named("office:text")) if body is not None else None
    if text is None:
        raise _no_text(body, source.name)
    styles = {**_styles(design), **_styles(content)}
    draft = documents.read([_block(each, styles) for each in _each(text, {*BLOCKS, TABLE})])
    dropped = [f"page header or footer: {each}" for each in dict.fromkeys(_margins(design)) if each]
    left = Counter(LEFT_OUT.get(each.tag) for each in text.iter())
    dropped += [several(left[thing], thing) for thing in LEFT_OUT.values() if left[thing]]
    problems = [documents.BOXED] if _has_boxes(text) else []
    return Draft(draft.utterances, (*dropped, *draft.dropped), (*problems, *draft.problems))


def _roots(source: Source) -> tuple[Element, Element]:
    """Parse the part with the words and the one with styles, headers and footers; in a flat document they are one."""
    if not source.data.startswith(b"PK"):
        flat = _parsed(source.text.lstrip(), source.name)
        return flat, flat
    if b"encryption-data" in packages.part(source.data, source.name, "META-INF/manifest.xml"):
        raise TranscriptError("It is locked with a password", where=source.name, remedy="Save it without a password")
    parts = [packages.part(source.data, source.name, title) for title in ("content.xml", "styles.xml")]
    content, design = (_parsed(part or "<none/>", source.name) for part in parts)
    return content, design


def _parsed(part: bytes | str, name: str) -> Element:
    data = part.encode() if isinstance(part, str) else part
    packages.refuse_declarations(data, "content.xml", name)
    if data.count(b"<") > MOST_ELEMENTS:
        raise TranscriptError(
            f"It has more than {MOST_ELEMENTS:,} elements", where=name, remedy="Save it in several files"
        )
    return ElementTree.fromstring(part)  # noqa: S314  nothing can be expanded or fetched: declarations were refused


def _no_text(body: Element | None, name: str) -> TranscriptError:
    tags = [each.tag.rpartition("}")[2] for each in body] if body is not None else []
    what = next((OTHERS[tag] for tag in tags if tag in OTHERS), "an OpenDocument file without text")
    remedy = "Save it as XLSX or CSV" if "spreadsheet" in tags else "Save it as ODT, DOCX or plain text"
    return TranscriptError(f"It is {what}, which is not read", where=name, remedy=remedy)


def _styles(root: Element) -> Styles:
    found: Styles = {}
    for each in root.iter(_named("style:style")):
        letters = each.find(_named("style:text-properties"))
        weight = letters.get(_named("fo:font-weight")) if letters is not None else None
        found[each.get(_named("style:name"), "")] = weight, each.get(_named("style:parent-style-name"))
    return found


def _is_bold(name: str | None, styles: Styles, otherwise: bool) -> bool:
    """Follow a style to the one that says how heavy its letters are."""
    for _ in range(20):
        weight, name = styles.get(name or "", (None, None))
        if weight is not None:
            return weight == "bold" or weight in ("600", "700", "800", "900")
    return otherwise


def _each(parent: Element, tags: set[str]) -> Iterator[Element]:
    """Walk what has these tags, through lists, sections and groups of rows, not through deletions and frames."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif _is_text(child):
            yield from _each(child, tags)


def _is_text(element: Element) -> bool:
    return element.tag not in NO_WORDS and not element.tag.startswith(NAMESPACES["draw"])


def _has_boxes(text: Element) -> bool:
    """Tell frames and shapes that hold words; pictures do not."""
    open_ones = [text]
    while open_ones:
        element = open_ones.pop()
        if not element.tag.startswith(NAMESPACES["draw"]):
            open_ones.extend(element)
        elif any(each.tag in BLOCKS for each in element.iter()) and "".join(element.itertext()).strip():
            return True
    return False


def _block(element: Element, styles: Styles) -> Paragraph | Table:
    if element.tag == TABLE:
        return Table(tuple(_rows(element, styles)))
    bold = _is_bold(element.get(_named("text:style-name")), styles, otherwise=False)
    return documents.paragraph(_runs(element, styles, bold))


def _runs(element: Element, styles: Styles, bold: bool) -> Iterator[tuple[str, bool]]:
    """Walk the words of a paragraph or of a part of it; white space is one blank, as in all OpenDocument."""
    if element.text:
        yield re.sub(r"\s+", " ", element.text), bold
    for child in element:
        if child.tag == _named("text:s"):
            yield " " * _times(child, "text:c", LONGEST_BLANK), bold
        elif child.tag == _named("text:tab"):
            yield "\t", bold
        elif child.tag == _named("text:line-break"):
            yield "\n", bold
        elif _is_text(child):
            yield from _runs(child, styles, _is_bold(child.get(_named("text:style-name")), styles, otherwise=bold))
        if child.tail:
            yield re.sub(r"\s+", " ", child.tail), bold


def _rows(table: Element, styles: Styles) -> Iterator[tuple[str, ...]]:
    """Read a table cell by cell: a merged cell speaks once, and its further places are empty."""
    for row in _each(table, {ROW}):
        cells: list[str] = []
        for cell in _each(row, {CELL, COVERED}):
            text = "" if cell.tag == COVERED else _cell(cell, styles)
            further = _times(cell, "table:number-columns-repeated", WIDEST) - 1
            cells += [text, *[""] * min(further, WIDEST - len(cells))]
        yield tuple(cells)


def _cell(cell: Element, styles: Styles) -> str:
    blocks = [_block(each, styles) for each in _each(cell, {*BLOCKS, TABLE})]
    texts = ["\n".join(map("\t".join, each.rows)) if isinstance(each, Table) else each.text for each in blocks]
    return "\n".join(texts).strip()


def _times(element: Element, name: str, most: int) -> int:
    number = element.get(_named(name), "1")
    return min(int(number), most) if number.isdecimal() and len(number) < 10 else 1


def _margins(design: Element) -> Iterator[str]:
    for page in design.iter(_named("style:master-page")):
        for block in _each(page, BLOCKS):
            yield " ".join("".join(words for words, _ in _runs(block, {}, bold=False)).split())
