"""
Taguette's own projects, exported as `.sqlite3`.

A document is HTML, and positions count the UTF-8 bytes of its text without markup. Each highlight repeats its words.
Who made it is told by the log of commands. Tables are those of Taguette 1.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from html.parser import HTMLParser

from tagger.exchange.projects.positions import Counting, Marked, Raw, places
from tagger.exchange.projects.records import Code, Coding, Document, Format, Project
from tagger.exchange.projects.sqlite_tables import Rows, Tables, holds, tables

BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
)
UNSEEN = frozenset({"script", "style", "head", "title"})
NOBODY = "unnamed coder"


def read(data: bytes, name: str) -> Project:
    """
    Read all projects of a file.

    Raises:
        CodingsError: The database is damaged.
    """
    with tables(data, name) as found:
        rows = found.rows("tags", ("id", "path", "description"))
        codes = tuple(Code(str(row["id"]), _plain(row["path"]), _plain(row["description"])) for row in rows)
        documents = tuple(_documents(found))
        titles = [_plain(row["name"]) for row in found.rows("projects", ("name",))]
    return Project("Taguette", titles[0] if len(titles) == 1 else name.rpartition(".")[0], codes, documents)


FORMAT = Format("Taguette", lambda data: holds(data, "documents", "highlights", "tags", "highlight_tags"), read)


class _Page(HTMLParser):
    """The text of a page, and where each piece of it begins in bytes; line breaks between blocks are not counted."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._bytes, self._at, self._pieces = [0], [0], [b""]
        self._lines: list[str] = []
        self._counted, self._written, self._unseen = 0, 0, 0
        self.feed(html)
        self.close()
        self.text = "".join(self._lines)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in UNSEEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN and self._unseen > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        words = data.replace("\r\n", "\n").replace("\r", "\n")
        # White space before anything else is no part of a page, as browsers read it.
        words = words if self._counted else words.lstrip()
        if self._unseen or not words:
            return
        self._bytes.append(self._counted)
        self._at.append(self._written)
        self._pieces.append(words.encode())
        self._counted += len(self._pieces[-1])
        self._write(words)

    def code_point(self, position: int) -> int:
        """Return the code point of the text at a byte of it."""
        row = bisect_right(self._bytes, position) - 1
        inside = self._pieces[row][: position - self._bytes[row]]
        return self._at[row] + len(inside.decode("utf-8", "ignore"))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and self._lines and not self._lines[-1].endswith("\n"):
            self._write("\n")

    def _write(self, words: str) -> None:
        self._lines.append(words)
        self._written += len(words)


def _documents(found: Tables) -> Iterator[Document]:
    highlights: dict[object, Rows] = {}
    for row in found.rows("highlights", ("id", "document_id", "start_offset", "end_offset", "snippet")):
        highlights.setdefault(row["document_id"], []).append(row)
    tags: dict[object, list[str]] = {}
    for row in found.rows("highlight_tags", ("highlight_id", "tag_id")):
        tags.setdefault(row["highlight_id"], []).append(str(row["tag_id"]))
    coders = _coders(found)
    for row in found.rows("documents", ("id", "name", "contents")):
        page, made = _Page(str(row["contents"] or "")), highlights.get(row["id"], [])
        raw = Raw(page.text, tuple(_marked(one, page) for one in made))
        codings, lost = [], []
        for one, place in zip(made, places(raw, Counting()), strict=True):
            for tag in tags.get(one["id"], ()):
                if place.span:
                    codings.append(Coding(*place.span, tag, coders.get(one["id"], NOBODY), place.moved))
                else:
                    lost.append(f"bytes {one['start_offset']} to {one['end_offset']}: {place.why}")
        missing = "" if page.text.strip() else "its text is empty"
        name, key = _plain(row["name"]), str(row["id"])
        yield Document(key, name, raw.plain, tuple(codings), missing=missing, lost=tuple(lost))


def _marked(row: dict[str, object], page: _Page) -> Marked:
    start, end = (
        cell if isinstance(cell, int) and cell >= 0 else 0 for cell in (row["start_offset"], row["end_offset"])
    )
    return Marked(page.code_point(start), page.code_point(end), " ".join(_Page(str(row["snippet"] or "")).text.split()))


def _coders(found: Tables) -> dict[object, str]:
    """Return who made each highlight: whoever the log names first."""
    coders: dict[object, str] = {}
    for row in found.rows("commands", ("user_login", "payload")):
        try:
            payload = json.loads(str(row["payload"]))
        except ValueError:
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            coders.setdefault(payload.get("highlight_id"), _plain(row["user_login"]) or NOBODY)
    return coders


def _plain(cell: object) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""
