"""
RTF: paragraphs with bold names, tables and text in any code page; what was deleted or hidden is left out.

Own code: striprtf 0.0.35 prints deleted and hidden text as if it had been said, and needs minutes for links left open.
Words and values: Rich Text Format Specification 1.9.1 (Microsoft, 2008).
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby

from tagger.errors import TranscriptError
from tagger.transcripts import documents
from tagger.transcripts.documents import Paragraph, Table
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft
from tagger.wording import several


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FORMAT = "rtf"
START = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,64}\{\s{0,64}\\rtf")
MOST_MARKS = 2_000_000
"""Braces, control words and stretches of text in one file; a Word file of 500 pages has a third of it."""
MARK = re.compile(
    rb"\\(?:(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?|'(?P<hex>[0-9a-fA-F]{2})|(?P<symbol>[^a-zA-Z]))"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n\0]+)|[\r\n\0\\]"
)
CODE_PAGE = re.compile(rb"\\(?:ansicpg(\d{1,6})|(mac|pca|pc)(?![a-z]))")
BREAKS = ("par", "line", "sect", "page", "column")
CHARACTERS = {
    **dict.fromkeys(BREAKS, "\n"),
    "tab": "\t",
    "emdash": "\N{EM DASH}",
    "endash": "\N{EN DASH}",
    "bullet": "\N{BULLET}",
    "lquote": "\N{LEFT SINGLE QUOTATION MARK}",
    "rquote": "\N{RIGHT SINGLE QUOTATION MARK}",
    "ldblquote": "\N{LEFT DOUBLE QUOTATION MARK}",
    "rdblquote": "\N{RIGHT DOUBLE QUOTATION MARK}",
    **dict.fromkeys(("emspace", "enspace", "qmspace"), " "),
}
SYMBOLS = {"~": " ", "_": "-", "\n": "\n", "\r": "\n", "\t": "\t", "\\": "\\", "{": "{", "}": "}"}
TEXT, MARGIN = "text", "page header or footer"
CELLS = frozenset({"cell", "row", "nestcell", "nestrow"})
LEFT_OUT = {
    "annotation": "comment",
    "footnote": "footnote",
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), MARGIN),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), MARGIN),
}
# Groups that hold no words of the text although no \* before them says so. List numbers are among them, as in Word.
NO_TEXT = _words(
    """fonttbl colortbl stylesheet info filetbl template doccomm pict objdata shp do fldinst datafield listtext pntext
    xe tc rxe txe bkmkstart bkmkend nonesttables upr"""
)
CHARSETS = {
    int(number): encoding
    for number, encoding in zip(
        _words("77 128 129 130 134 136 161 162 163 177 178 186 204 222 238 254 255"),
        _words(
            """mac_roman cp932 cp949 johab gbk big5 cp1253 cp1254 cp1258 cp1255 cp1256 cp1257 cp1251 cp874 cp1250
            cp437 cp850"""
        ),
        strict=True,
    )
}
USUAL_FONT = -1


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group: where its words go, their looks and font, and how many stand in for one after `u`."""

    into: str = TEXT
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    font: int = USUAL_FONT
    stand_ins: int = 1


def recognises(source: Source) -> bool:
    """Tell RTF by its first bytes."""
    return bool(START.match(source.data))


def code_page(data: bytes) -> str:
    """Name the encoding of letters that are written as bytes, where no font says otherwise."""
    found = CODE_PAGE.search(data, 0, 4096)
    if not found:
        return "cp1252"
    return _known(f"cp{int(found[1])}") if found[1] else {b"mac": "mac_roman", b"pc": "cp437"}.get(found[2], "cp850")


def _known(encoding: str) -> str:
    """Return the name of an encoding, or that of Western Windows in place of one that is unknown."""
    try:
        return codecs.lookup({"cp10000": "mac_roman"}.get(encoding, encoding)).name
    except LookupError:
        return "cp1252"


def read(source: Source) -> Draft:
    """
    Read the text of an RTF file.

    Raises:
        TranscriptError: It holds more marks than any transcript.
    """
    walk = _Walk(source.data, source.encoding)
    if not walk.all_of_it():
        raise TranscriptError(
            f"It has more than {MOST_MARKS:,} formatting marks",
            where=source.name,
            remedy="Save it as DOCX or plain text",
        )
    draft = documents.read(walk.blocks)
    margins = [f"{MARGIN}: {text}" for each in walk.margins if (text := " ".join("".join(each).split()))]
    counts = [several(number, thing) for thing, number in walk.left_out.items()]
    dropped = (*dict.fromkeys(margins), *counts, *draft.dropped)
    return Draft(draft.utterances, dropped, (*walk.problems, *draft.problems))


class _Walk:
    """A walk through the marks of a file, from the first brace to the one that closes it."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self.blocks: list[Paragraph | Table] = []
        self.left_out: Counter[str] = Counter()
        self.margins: list[list[str]] = []
        self.problems: list[str] = []
        self._data, self._encoding = data, encoding
        self._state, self._outer = _State(), list[_State]()
        self._fonts: dict[int, str] = {}
        self._usual_font = USUAL_FONT
        self._bytes = bytearray()
        self._standing_in = 0
        self._starred = False
        self._leaving_out = ""
        self._boxed = False
        self._runs: list[tuple[str, bool]] = []
        self._cells: list[str] = []
        self._rows: list[tuple[str, ...]] = []

    def all_of_it(self) -> bool:
        """Walk to the end; False where there are too many marks."""
        place, marks = self._data.index(b"{"), 0
        while (found := MARK.match(self._data, place)) and marks < MOST_MARKS:
            marks += 1
            place = found.end()
            if found["text"]:
                self._raw(found["text"])
            elif found["hex"]:
                self._escaped(bytes.fromhex(found["hex"].decode()))
            elif found["word"]:
                place += self._word(found["word"].decode(), int(found["number"]) if found["number"] else None)
            elif found["symbol"]:
                self._symbol(found["symbol"].decode("latin-1"))
            elif found["brace"] and not self._brace(opens=found["brace"] == b"{"):
                break
        if self._boxed:
            self.problems.append("its text boxes are not read: move their words into the text")
        if self._outer:
            self.problems.append("its end is missing: was it cut short?")
        self._flush()
        self._end_of_paragraph()
        self._end_of_table()
        return marks < MOST_MARKS

    def _brace(self, *, opens: bool) -> bool:
        """Enter or leave a group; False when the last one is left."""
        self._flush()
        self._standing_in, self._starred = 0, False
        if opens:
            self._outer.append(self._state)
        elif self._outer:
            self._state = self._outer.pop()
        return bool(self._outer)

    def _raw(self, data: bytes) -> None:
        data = data[self._stand_ins_of(len(data)) :]
        try:
            text = "" if data.isascii() else data.decode()
        except UnicodeDecodeError:
            text = ""
        if text:
            # Letters should be escaped; programs that write them as they are write UTF-8, whatever the header says.
            self._flush()
            self._put(text)
        else:
            self._bytes += data

    def _escaped(self, data: bytes) -> None:
        self._bytes += data[self._stand_ins_of(1) :]

    def _stand_ins_of(self, number: int) -> int:
        """Take what stands in for a letter that was given as its Unicode number, at most *number* bytes."""
        taken = min(self._standing_in, number)
        self._standing_in -= taken
        return taken

    def _flush(self) -> None:
        """Turn the bytes that have come together into letters of the font at hand."""
        if self._bytes:
            font = self._state.font if self._state.font != USUAL_FONT else self._usual_font
            text = self._bytes.decode(self._fonts.get(font, self._encoding), errors="replace")
            self._bytes.clear()
            self._put(text)

    def _symbol(self, symbol: str) -> None:
        self._flush()
        self._standing_in = 0
        if symbol == "*":
            self._starred = True
        elif symbol in SYMBOLS:
            self._put(SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> int:
        """Do what a control word says; return how many bytes after it are no text."""
        self._flush()
        self._standing_in = 0
        starred, self._starred = self._starred, False
        if word in LEFT_OUT:
            self._leave_out(LEFT_OUT[word])
        elif word in NO_TEXT or starred:
            self._into("")
        elif word in CHARACTERS:
            self._put(CHARACTERS[word])
        elif word == "u" and number is not None:
            self._put(chr(number % 0x10000 if number < 0x10000 else min(number, 0x10FFFF)))
            self._standing_in = self._state.stand_ins
        elif word in CELLS:
            self._cell(word)
        elif word == "bin":
            return max(number or 0, 0)
        else:
            self._set(word, number)
        return 0

    def _set(self, word: str, number: int | None) -> None:
        """Change what holds in this group, or what is known of fonts."""
        state, on = self._state, number != 0
        match word:
            case "b":
                self._state = replace(state, bold=on)
            case "v":
                self._state = replace(state, hidden=on)
            case "deleted":
                self._state = replace(state, deleted=on)
            case "plain":
                self._state = replace(state, bold=False, hidden=False, deleted=False, font=USUAL_FONT)
            case "pard" | "intbl":
                self._state = replace(state, in_table=word == "intbl")
            case "shptxt" | "dptxbxtext":
                self._boxed = True
            case "f" | "uc" | "deff" | "fcharset" | "cpg" if number is not None:
                self._set_number(word, number)

    def _set_number(self, word: str, number: int) -> None:
        if word == "f":
            self._state = replace(self._state, font=number)
        elif word == "uc":
            self._state = replace(self._state, stand_ins=min(max(number, 0), 16))
        elif word == "deff":
            self._usual_font = number
        elif word == "cpg":
            self._fonts[self._state.font] = _known(f"cp{number}")
        elif number in CHARSETS:
            self._fonts[self._state.font] = CHARSETS[number]

    def _into(self, where: str) -> None:
        self._state = replace(self._state, into=where if self._state.into == TEXT else "")

    def _leave_out(self, what: str) -> None:
        if self._state.into == TEXT and what == MARGIN:
            self.margins.append([])
        elif self._state.into == TEXT:
            self.left_out[what] += 1
        self._into(what)

    def _put(self, text: str) -> None:
        """Add words to the paragraph, or to what is left out; a line break ends the paragraph outside of a table."""
        state = self._state
        if state.into == MARGIN:
            self.margins[-1].append(text)
        elif state.into == TEXT and text == "\n":
            self._runs.append(("\n", False))
            if not state.in_table:
                self._end_of_paragraph()
        elif state.into == TEXT and (state.deleted or state.hidden):
            what = "tracked deletion" if state.deleted else "hidden passage"
            self.left_out[what] += bool(text.strip()) and what != self._leaving_out
            self._leaving_out = what if text.strip() else self._leaving_out
        elif state.into == TEXT:
            self._leaving_out = "" if text.strip() else self._leaving_out
            self._runs.append((text, state.bold))

    def _cell(self, word: str) -> None:
        if self._state.into != TEXT:
            return
        if word == "cell":
            self._cells.append(self._paragraph().text.strip())
        elif word == "row":
            self._rows.append(tuple(self._cells))
            self._cells = []
        else:
            self._runs.append(("\t" if word == "nestcell" else "\n", False))

    def _paragraph(self) -> Paragraph:
        """Take the runs that have come together as a paragraph; halves of one letter become that letter."""
        together = [
            ("".join(text for text, _ in runs), bold) for bold, runs in groupby(self._runs, key=lambda run: run[1])
        ]
        self._runs = []
        return documents.paragraph((_whole_letters(text), bold) for text, bold in together)

    def _end_of_paragraph(self) -> None:
        paragraph = self._paragraph()
        if paragraph.text.strip():
            self._end_of_table()
        self.blocks.append(Paragraph(paragraph.text.rstrip("\n"), paragraph.bold))

    def _end_of_table(self) -> None:
        if self._cells:
            self._rows.append(tuple(self._cells))
        if self._rows:
            self.blocks.append(Table(tuple(self._rows)))
        self._cells, self._rows = [], []


def _whole_letters(text: str) -> str:
    """Join the two halves (UTF-16 surrogates) in which RTF writes letters beyond the first 65,536."""
    return text if text.isprintable() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
