"""
Taguette's own projects, exported as `.sqlite3`.

A document is HTML, and positions count the UTF-8 bytes of its text without markup. Each highlight repeats its words.
Who made it is told by a tag `coded by NAME`, as our own exports have it, or by the log of commands. Tables are those of
Taguette 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tagger.exchange.projects.positions import Counting, Marked, Raw, places
from tagger.exchange.projects.records import NOBODY, Code, Coding, Document, Format, Project, lines
from tagger.exchange.projects.sqlite_tables import Rows, Tables, holds, tables
from tagger.exchange.projects.web_page import WebPage

BY = "coded by "
"""What the tag of a person begins with: it says who made a highlight, and is no code."""
IN_LAYER = "Layer: "
"""What the line of a tag's description begins with that names the layer of a value."""


def read(data: bytes, name: str) -> Project:
    """
    Read all projects of a file.

    Raises:
        CodingsError: The database is damaged.
    """
    with tables(data, name) as found:
        codes = tuple(_codes(found))
        documents = tuple(_documents(found))
        titles = [_plain(row["name"]) for row in found.rows("projects", ("name",))]
    return Project("Taguette", titles[0] if len(titles) == 1 else name.rpartition(".")[0], codes, documents)


FORMAT = Format("Taguette", lambda data: holds(data, "documents", "highlights", "tags", "highlight_tags"), read)


def _codes(found: Tables) -> Iterator[Code]:
    """Yield the tags that are codes; tags have no folders, but ours name the layer that they are in."""
    layers: set[str] = set()
    for row, name in _named_tags(found):
        if name.startswith(BY):
            continue
        described = lines(str(row["description"] or ""))
        *above, last = described.split("\n")
        layer = last.removeprefix(IN_LAYER) if last.startswith(IN_LAYER) else ""
        if layer and layer not in layers:
            layers.add(layer)
            yield Code(f"layer {layer}", layer, codable=False)
        yield Code(str(row["id"]), name, *(("\n".join(above), f"layer {layer}") if layer else (described,)))


def _named_tags(found: Tables) -> Iterator[tuple[dict[str, object], str]]:
    return ((row, _plain(row["path"])) for row in found.rows("tags", ("id", "path", "description")))


def _documents(found: Tables) -> Iterator[Document]:
    highlights: dict[object, Rows] = {}
    for row in found.rows("highlights", ("id", "document_id", "start_offset", "end_offset", "snippet")):
        highlights.setdefault(row["document_id"], []).append(row)
    people = {row["id"]: name.removeprefix(BY) for row, name in _named_tags(found) if name.startswith(BY)}
    tags: dict[object, list[str]] = {}
    coders = _coders(found)
    for row in found.rows("highlight_tags", ("highlight_id", "tag_id")):
        if row["tag_id"] in people:
            coders[row["highlight_id"]] = people[row["tag_id"]]
        else:
            tags.setdefault(row["highlight_id"], []).append(str(row["tag_id"]))
    for row in found.rows("documents", ("id", "name", "contents")):
        page, made = WebPage(str(row["contents"] or ""), "bytes"), highlights.get(row["id"], [])
        raw = Raw(page.text, tuple(_marked(one, page) for one in made))
        codings, lost = [], []
        for one, place in zip(made, places(raw, Counting(marked=True)), strict=True):
            for tag in tags.get(one["id"], ()):
                if place.span:
                    codings.append(Coding(*place.span, tag, coders.get(one["id"], NOBODY), place.moved))
                else:
                    lost.append(f"bytes {one['start_offset']} to {one['end_offset']}: {place.why}")
        missing = "" if page.text.strip() else "its text is empty"
        name, key = _plain(row["name"]), str(row["id"])
        yield Document(key, name, raw.plain, tuple(codings), missing=missing, lost=tuple(lost))


def _marked(row: dict[str, object], page: WebPage) -> Marked:
    start, end = (
        cell if isinstance(cell, int) and cell >= 0 else 0 for cell in (row["start_offset"], row["end_offset"])
    )
    return Marked(
        page.code_point(start), page.code_point(end), " ".join(WebPage(str(row["snippet"] or ""), "bytes").text.split())
    )


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
