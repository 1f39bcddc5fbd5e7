"""
WebAnno TSV 3, as INCEpTION and WebAnno write it: sentences, their tokens, and annotations of tokens.

A column holds one feature of a layer. `_` is no annotation, `*` one without a value; several on a token are parted by
`|`, and one of several tokens has the same number in brackets on each. Positions count UTF-16 units. The text between
sentences is not in the file: as many line ends stand for it as there are positions. (INCEpTION user guide, appendix
"WebAnno TSV 3.x File format".)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tagger.errors import CodingsError
from tagger.exchange.projects.positions import Marked

START = re.compile(rb"(?:\xef\xbb\xbf)?#FORMAT=WebAnno TSV 3\b")
ANY_VERSION = re.compile(rb"(?:\xef\xbb\xbf)?#FORMAT=WebAnno TSV")
HEADER = re.compile(r"#T_(SP|CH|RL)=([^|]*)\|?(.*)")
SENTENCE = "#Text="
TOKEN = re.compile(r"(\d{1,9})-(\d{1,9})(?:\.(\d{1,9}))?\t(\d{1,9})-(\d{1,9})\t")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}
BETWEEN = re.compile(r"(?<!\\)((?:\\\\)*)\|")
NOTHING, UNNAMED = "_", "*"
WIDEST_GAP = 1_000
"""Characters between two sentences that are taken for real."""
EXPORT_AGAIN = "Export the document again, as WebAnno TSV v3.3"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: what it annotates (`SP` stretches, `CH` chains, `RL` relations), its name and those of its features."""

    kind: str
    name: str
    features: tuple[str, ...]


@dataclass(slots=True)
class Annotation:
    """A stretch that a layer marks, and the values of its features; `tokens` are the places and words of its tokens."""

    layer: Layer
    values: dict[str, str] = field(default_factory=dict)
    tokens: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def marked(self) -> Marked:
        """Return the stretch with the words that the file repeats: those of its tokens, with blanks where these are."""
        places = sorted(self.tokens)
        words: list[str] = []
        reached = places[0][0]
        for start, end in places:
            words += [" "] * (start > reached) + [self.tokens[start, end]]
            reached = end
        return Marked(places[0][0], max(end for _, end in places), "".join(words))


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document as one person annotated it: its text, and what is annotated in it; relations are counted."""

    text: str
    annotations: tuple[Annotation, ...]
    relations: int


def read(data: bytes, name: str) -> Annotated:
    """
    Read a file.

    Raises:
        CodingsError: It is of an older version, damaged, or holds no sentences.
    """
    if not START.match(data):
        raise CodingsError("It is WebAnno TSV of an older version than 3", where=name, remedy=EXPORT_AGAIN)
    try:
        lines = [line.removesuffix("\r") for line in data.decode("utf-8-sig").split("\n")]
    except UnicodeDecodeError as reason:
        raise CodingsError("It is damaged: it is no UTF-8", where=name, remedy=EXPORT_AGAIN) from reason
    file = _File(tuple(_layers(lines)))
    for number, line in enumerate(lines, start=1):
        if not file.takes(line, number):
            raise CodingsError("It is damaged", where=f"{name}, line {number:,}", remedy=EXPORT_AGAIN)
    text = file.text.written
    if not text.strip():
        raise CodingsError("It holds no text", where=name, remedy=EXPORT_AGAIN)
    return Annotated(text, tuple(file.annotations.values()), file.relations)


class _File:
    """What was read of a file so far: its text, and its annotations by what tells them apart."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers = layers
        self.text = _Text()
        self.annotations: dict[object, Annotation] = {}
        self.relations = 0

    def takes(self, line: str, number: int) -> bool:
        """Read a line; say whether it is one of this format."""
        if line.startswith(SENTENCE):
            self.text.add(_plain(line.removeprefix(SENTENCE)))
            return True
        token = TOKEN.match(line)
        if token is None:
            return line.startswith("#") or not line.strip()
        place = int(token[4]), int(token[5])
        word, *cells = line[token.end() :].split("\t")
        if token[3] is None:
            self.text.token(_plain(word), place)
        for layer, columns in _columns(self._layers, cells):
            if layer.kind == "SP":
                self._annotate(layer, columns, (place, _plain(word)), number)
            else:
                self.relations += any(cell not in (NOTHING, "") for cell in columns)
        return True

    def _annotate(self, layer: Layer, columns: list[str], token: tuple[tuple[int, int], str], line: int) -> None:
        """Take the annotations of a layer on one token."""
        place, word = token
        for feature, cell in zip(layer.features, columns, strict=True):
            if cell in (NOTHING, ""):
                continue
            for written in BETWEEN.sub("\\1\0", cell).split("\0"):
                value, number = _numbered(written)
                # Without a number it is on this token alone.
                key = (layer.name, number or f"line {line}")
                annotation = self.annotations.setdefault(key, Annotation(layer))
                annotation.tokens[place] = word
                if value not in (UNNAMED, NOTHING):
                    annotation.values[feature] = _plain(value)


def _numbered(written: str) -> tuple[str, str]:
    """Part a value from the number behind it, which is empty where there is none."""
    value, bracket, number = written.rpartition("[")
    escaped = (len(value) - len(value.rstrip("\\"))) % 2
    if bracket and number.endswith("]") and number[:-1].isdecimal() and not escaped:
        return value, number[:-1]
    return written, ""


class _Text:
    """The text of a document, put together of its sentences by the places of their tokens."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._sentence: list[str] = []
        self._reached, self._behind = 0, 0
        self._begun = False

    @property
    def written(self) -> str:
        """Return all of it."""
        return "".join(self._pieces)

    def add(self, line: str) -> None:
        """Take a line of a sentence; one that follows before any token goes on with it."""
        if self._begun:
            self._sentence, self._begun = [], False
        self._sentence.append(line)

    def token(self, word: str, place: tuple[int, int]) -> None:
        """Take a token; the first of a sentence tells where the sentence is."""
        if not self._begun:
            self._begun = True
            sentence = "\n".join(self._sentence)
            before = max(0, sentence.find(word))
            gap = place[0] - _units(sentence[:before]) - self._reached - self._behind
            self._pieces += ["\n" * min(max(gap, bool(self._pieces)), WIDEST_GAP), sentence]
            self._rest = sentence[before:]
        at = self._rest.find(word)
        self._rest = self._rest[at + len(word) :] if at >= 0 else self._rest
        self._reached, self._behind = place[1], len(self._rest)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _layers(lines: Iterable[str]) -> Iterator[Layer]:
    for line in lines:
        if line.startswith(SENTENCE):
            return
        if header := HEADER.match(line.removesuffix("\r")):
            yield Layer(header[1], header[2], tuple(header[3].split("|")))


def _columns(layers: Iterable[Layer], cells: list[str]) -> Iterator[tuple[Layer, list[str]]]:
    """Yield the cells of each layer; what is missing at the end of a line is no annotation."""
    first = 0
    for layer in layers:
        last = first + len(layer.features)
        columns = cells[first:last]
        yield layer, columns + [NOTHING] * (len(layer.features) - len(columns))
        first = last


def _plain(text: str) -> str:
    return ESCAPED.sub(lambda found: ESCAPES.get(found[1], found[1]), text)
