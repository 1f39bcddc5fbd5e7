"""
Word documents whose comments are codes: each on the words that it is about, by whoever wrote it.

A comment names values of a framework, one or several, parted by `;` or line by line; any other comment is no code. The
document itself is a transcript and is read as one; here it is the text of its paragraphs, tracked changes accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tagger import markup
from tagger.errors import CodingsError
from tagger.exchange.codings import BETWEEN_VALUES, NO_VALUE, simple
from tagger.exchange.projects import zip_parts
from tagger.exchange.projects.records import NOBODY, Code, Coding, Document, Format, Project
from tagger.exchange.projects.zip_parts import Parts

BODY, COMMENTS = "word/document.xml", "word/comments.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
UNREAD = frozenset({"del", "moveFrom", "txbxContent", "drawing", "pict", "AlternateContent"})
CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
NOTHING = frozenset(map(simple, NO_VALUE))
NO_WORDS = "its comment marks no words"
LONGEST_SHOWN = 60


def read(data: bytes, name: str) -> Project:
    """
    Read the comments of a document, and the words that they are about.

    Raises:
        CodingsError: It is damaged, locked or too large, or has no comments.
    """
    parts = Parts(data, name)
    comments = _comments(parts, name) if COMMENTS in parts.titles else {}
    if not comments:
        remedy = "Put the names of values into comments; to read it as a transcript alone: tagger run"
        raise CodingsError("It is a Word document without comments", where=name, remedy=remedy)
    body = _Body(_parsed(parts, BODY, name))
    codings: list[Coding] = []
    lost: list[str] = []
    for key, (author, said) in comments.items():
        start, end = body.ranges.get(key, (0, 0))
        names = [part.strip() for part in BETWEEN_VALUES.split(said) if part.strip()]
        if body.text[start:end].strip():
            codings += [Coding(start, end, "" if simple(each) in NOTHING else each, author) for each in names]
        else:
            lost.append(f"'{said[:LONGEST_SHOWN]}': {NO_WORDS}")
    used = dict.fromkeys(each.code for each in codings if each.code)
    codes = tuple(Code(each, each) for each in used)
    document = Document(name, name, body.text, tuple(codings), lost=tuple(lost))
    return Project("a word processor", name, codes, (document,), commented=True)


FORMAT = Format("Word comments", lambda data: BODY in zip_parts.titles(data), read)


class _Body:
    """The text of a document, and the stretch that each comment is about, by its id."""

    def __init__(self, root: Element) -> None:
        self.ranges: dict[str, tuple[int, int]] = {}
        self._starts: dict[str, int] = {}
        self._pieces: list[str] = []
        self._length = 0
        for element in _inside(root):
            self._take(element)
        self.text = "".join(self._pieces)

    def _take(self, element: Element) -> None:
        name = _local(element)
        if name == "commentRangeStart":
            self._starts[_attribute(element, "id")] = self._length
        elif name == "commentRangeEnd":
            key = _attribute(element, "id")
            self.ranges[key] = (self._starts.get(key, self._length), self._length)
        elif name == "p" and self._length:
            self._write("\n")
        else:
            self._write((element.text or "") if name == "t" else CHARACTERS.get(name, ""))

    def _write(self, words: str) -> None:
        self._pieces.append(words)
        self._length += len(words)


def _inside(root: Element) -> Iterator[Element]:
    """Yield the elements below another in the order of the document, but those that nobody reads in its text."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if _local(element) not in UNREAD:
            yield element
            waiting += reversed(element)


def _comments(parts: Parts, name: str) -> dict[str, tuple[str, str]]:
    """Return who wrote each comment and what it says, by its id."""
    found: dict[str, tuple[str, str]] = {}
    for comment in _parsed(parts, COMMENTS, name):
        paragraphs = [each for each in comment.iter() if _local(each) == "p"]
        said = "\n".join(
            "".join((each.text or "") if _local(each) == "t" else CHARACTERS.get(_local(each), "") for each in p.iter())
            for p in paragraphs
        )
        author = " ".join(_attribute(comment, "author").split())
        found[_attribute(comment, "id")] = (author or NOBODY, said.strip())
    return {key: comment for key, comment in found.items() if comment[1]}


def _parsed(parts: Parts, title: str, name: str) -> Element:
    try:
        return markup.parsed(parts.unpacked(title))
    except ValueError as reason:
        remedy = "Open it in the program that wrote it, and save it again"
        raise CodingsError(f"Its part {title} cannot be read: {reason}", where=name, remedy=remedy) from reason


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return element.get(W + name) or element.get(STRICT + name) or ""
