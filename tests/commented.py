"""Word documents with comments, as Word writes them, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from project_files import packed

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/comments.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/%s" Target="%s"/></Relationships>'
)


def commented(text: str, comments: Sequence[tuple[str, str, str]], extra: str = "") -> bytes:
    """Write a text, a paragraph a line; each comment is (words that it is about, what it says, author)."""
    marks: dict[int, str] = {}
    for number, (words, *_) in enumerate(comments):
        start = text.index(words)
        end = start + len(words)
        marks[start] = marks.get(start, "") + f'<w:commentRangeStart w:id="{number}"/>'
        reference = f'<w:r><w:commentReference w:id="{number}"/></w:r>'
        marks[end] = f'<w:commentRangeEnd w:id="{number}"/>{reference}' + marks.get(end, "")
    body, start = "", 0
    for line in text.split("\n"):
        cuts = [start, *sorted(at for at in marks if start < at <= start + len(line)), start + len(line)]
        runs = marks.get(start, "") if start in marks else ""
        for first, last in pairwise(cuts):
            words = escape(text[first:last])
            runs += f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>' if words else ""
            runs += marks.get(last, "") if last > first else ""
        body += f"<w:p>{runs}</w:p>"
        start += len(line) + 1
    said = "".join(
        f'<w:comment w:id="{number}" w:author={quoteattr(author)} w:date="2026-01-01T00:00:00Z">'
        + "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in what.split("\n"))
        + "</w:comment>"
        for number, (_, what, author) in enumerate(comments)
    )
    return package(f"{body}{extra}", said)


def package(body: str, comments: str | None) -> bytes:
    """Pack the XML of a body and of comments, if there are any."""
    parts = {
        "[Content_Types].xml": TYPES.encode(),
        "_rels/.rels": (RELATED % ("officeDocument", "word/document.xml")).encode(),
        "word/document.xml": f'<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>'.encode(),
    }
    if comments is not None:
        parts["word/_rels/document.xml.rels"] = (RELATED % ("comments", "comments.xml")).encode()
        parts["word/comments.xml"] = f'<w:comments xmlns:w="{NAMESPACE}">{comments}</w:comments>'.encode()
    return packed(parts)
