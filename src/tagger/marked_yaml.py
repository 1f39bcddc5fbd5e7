"""
YAML text -> nodes that know where they stand, so that an error can name the line and the field.

A small, safe part of YAML is read: mappings, lists and text. Every scalar stays the text that was written (a version
`1.0` is not a number), and what can surprise a reader or swell in memory is refused: anchors and aliases, tags,
a key given twice, several documents, deep nesting, more than a megabyte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from tagger.errors import FrameworkError

LIMIT = 1_000_000
_DEPTH = 8
_ADVICE = {
    "mapping values are not allowed": "A text that holds a colon and a space needs quotes round it",
    "cannot start any token": "Indent with spaces, not tabs, and put quotes round a text that begins with a sign",
    "unexpected end of stream": "A quote or a bracket is opened and never closed",
    "could not find expected ':'": "Each key is followed by a colon and a space",
}


@dataclass(frozen=True, slots=True)
class Node:
    """
    A text, a list or a mapping, and where it stands.

    `path` is the way to it, such as `values[2].cues`, counted from 1; `line`, from 1, is that of its key if it has one.
    """

    content: str | tuple[Node, ...] | dict[str, Node]
    where: str
    line: int
    path: str

    def error(self, what: str, remedy: str) -> FrameworkError:
        """Say what is wrong with this node, and where it is."""
        place = f"{self.where}, line {self.line}" + (f", {self.path}" if self.path else "")
        return FrameworkError(what, where=place, remedy=remedy)


def decode(content: bytes, where: str) -> str:
    """Turn a file's bytes into text, with or without a byte order mark."""
    _check_size(content, where)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        remedy = "Open it in a text editor and save it as UTF-8"
        raise FrameworkError("this is not UTF-8 text", where=f"{where}, line {line}", remedy=remedy) from None


def _check_size(content: bytes | str, where: str) -> None:
    if len(content) > LIMIT:
        remedy = "Check that this is the file you meant; a framework is a few pages of text"
        raise FrameworkError(f"the file is larger than {LIMIT // 1_000_000} MB", where=where, remedy=remedy)


def read(text: str, where: str) -> Node:
    """
    Read one YAML document; `where` is what errors call it, normally the file's name.

    Raises:
        FrameworkError: it is empty, too large, not YAML, or uses a part of YAML that is refused here.
    """
    _check_size(text, where)
    events = _events(text, where)
    first = next(events)
    while not isinstance(first, (DocumentStartEvent, StreamEndEvent)):
        first = next(events)
    if isinstance(first, StreamEndEvent):
        raise FrameworkError("the file is empty", where=where, remedy="Copy a shipped framework and change it")
    root = _node(next(events), events, where, "", 1)
    for event in events:
        if isinstance(event, DocumentStartEvent):
            remedy = "Keep one framework in one file: split it at the line with three dashes"
            raise _at(event, where, "").error("a second document begins here", remedy)
    return root


def _events(text: str, where: str) -> Iterator[Any]:
    """Turn text into the parser's events, and the parser's complaints into ours."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}, line {mark.line + 1}" if mark else where
        problem = str(error.problem or error.context or "it cannot be read")
        default = "Check indents, dashes, colons and quotes on this line and the one above it"
        advice = next((advice for sign, advice in _ADVICE.items() if sign in problem), default)
        raise FrameworkError(f"this is not valid YAML: {problem}", where=place, remedy=advice) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        remedy = "Remove the character, and save the file as UTF-8 text"
        what = f"a character that text files do not hold (code {ord(text[error.position])})"
        raise FrameworkError(what, where=f"{where}, line {line}", remedy=remedy) from None


def _at(event: Any, where: str, path: str) -> Node:
    return Node("", where, event.start_mark.line + 1, path)


def _node(event: Any, events: Iterator[Any], where: str, path: str, depth: int) -> Node:
    """Build the node that begins with `event`, taking the events that belong to it."""
    here = _at(event, where, path)
    if isinstance(event, AliasEvent) or event.anchor is not None:
        remedy = "Write the text out, or put quotes round it"
        raise here.error("anchors and aliases (& and *) are not read here", remedy)
    if event.tag is not None:
        raise here.error("tags (words that begin with !) are not read here", "Remove it, or put quotes round the text")
    if depth > _DEPTH:
        raise here.error("lists and mappings are nested too deep", "Compare the indents with a shipped framework")
    if isinstance(event, ScalarEvent):
        absent = event.style is None and event.value in ("~", "null")
        return Node("" if absent else event.value, where, here.line, path)
    if isinstance(event, SequenceStartEvent):
        return Node(tuple(_items(events, where, path, depth)), where, here.line, path)
    if not isinstance(event, MappingStartEvent):
        raise TypeError(f"the parser gave an unknown event: {event}")
    return Node(_entries(events, where, path, depth), where, here.line, path)


def _items(events: Iterator[Any], where: str, path: str, depth: int) -> Iterator[Node]:
    count = 0
    while not isinstance(event := next(events), SequenceEndEvent):
        count += 1
        yield _node(event, events, where, f"{path}[{count}]", depth + 1)


def _entries(events: Iterator[Any], where: str, path: str, depth: int) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        key = _node(event, events, where, path, depth + 1)
        if not isinstance(key.content, str):
            raise key.error("a key must be one word of text", "Put quotes round a text that begins with [ or {")
        name = key.content
        if name in entries:
            what = f"the key '{name}' is given twice, first on line {entries[name].line}"
            raise key.error(what, "Keep one of them")
        child = _node(next(events), events, where, f"{path}.{name}".lstrip("."), depth + 1)
        entries[name] = Node(child.content, where, key.line, child.path)
    return entries


def suggestion(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or list them all."""
    known = tuple(known)
    close = get_close_matches(word, known, n=1)
    return f"You may mean '{close[0]}'" if close else f"It can be: {', '.join(known)}"


def fields(node: Node, known: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, Node]:
    """Give a mapping's entries, all of them known."""
    if not isinstance(node.content, dict):
        raise node.error("this should be a list of 'key: text' lines", f"It has the keys: {', '.join(known)}")
    for key, child in node.content.items():
        if key not in known:
            raise child.error(f"unknown key '{key}'", suggestion(key, known))
    for key in required:
        if key not in node.content:
            raise node.error(f"the key '{key}' is missing", f"Add '{key}:' here")
    return node.content


def items(node: Node) -> tuple[Node, ...]:
    """Give a list's items, at least one."""
    if not isinstance(node.content, tuple):
        raise node.error("this should be a list", "Put each item on a line of its own that begins with a dash")
    if not node.content:
        raise node.error("this list is empty", "Add an item, or leave the key out")
    return node.content


def text_of(node: Node) -> str:
    """Give a text with its white space evened out, so that line breaks in the file mean nothing."""
    if not isinstance(node.content, str):
        raise node.error("this should be one text", "Write it on one line, or after '>-' on the lines below")
    text = " ".join(node.content.split())
    if not text:
        raise node.error("this text is empty", "Write something, or leave the line out")
    return text


def one_of(node: Node, known: tuple[str, ...]) -> str:
    """Give a text that is one of the known ones."""
    text = text_of(node)
    if text not in known:
        raise node.error(f"'{text}' is not known here", suggestion(text, known))
    return text
