"""The text of a web page, and where its characters are by a program's own count of them."""

from __future__ import annotations

from bisect import bisect_right
from html.parser import HTMLParser
from typing import Literal

Unit = Literal["bytes", "characters"]
BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
)
UNSEEN = frozenset({"script", "style", "head", "title"})
ENCODED = {"bytes": ("utf-8", 1), "characters": ("utf-32-le", 4)}


class WebPage(HTMLParser):
    """
    The text of a page, and where each piece of it begins; line breaks between blocks are not counted.

    `unit` is what is counted: bytes of UTF-8, or characters.
    """

    def __init__(self, html: str, unit: Unit) -> None:
        super().__init__(convert_charrefs=True)
        self._encoding, self._width = ENCODED[unit]
        self._counts, self._at, self._pieces = [0], [0], [b""]
        self._lines: list[str] = []
        self._counted, self._written, self._unseen = 0, 0, 0
        self._begun = self._due = False
        self.feed(html)
        self.close()
        self.text = "".join(self._lines)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a new line where the tag begins a block."""
        self._unseen += tag in UNSEEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        """End the line where the tag ends a block."""
        self._unseen -= tag in UNSEEN and self._unseen > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        """Keep words that a reader of the page sees."""
        words = data.replace("\r\n", "\n").replace("\r", "\n")
        # White space before anything else is no part of a page, as browsers read it.
        words = words if self._begun else words.lstrip()
        if self._unseen or not words:
            return
        if self._due and self._lines and not self._lines[-1].endswith("\n"):
            self._write("\n")
        self._begun, self._due = True, False
        self._counts.append(self._counted)
        self._at.append(self._written)
        self._pieces.append(words.encode(self._encoding, "surrogatepass"))
        self._counted += len(self._pieces[-1]) // self._width
        self._write(words)

    def code_point(self, position: int) -> int:
        """Return the code point of the text at a position in it, as the program counts."""
        row = bisect_right(self._counts, position) - 1
        inside = self._pieces[row][: (position - self._counts[row]) * self._width]
        return self._at[row] + len(inside.decode(self._encoding, "ignore"))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS:
            self._begun = self._due = True

    def _write(self, words: str) -> None:
        self._lines.append(words)
        self._written += len(words)
