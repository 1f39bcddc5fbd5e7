"""
Taguette's own projects, exported as `.sqlite3`.

A document is HTML, and positions count the UTF-8 bytes of its text without markup. Each highlight repeats its words.
Who made it is told by the log of commands. Tables are those of Taguette 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tagger.exchange.projects.positions import Counting, Marked, Raw, places
from tagger.exchange.projects.records import NOBODY, Code, Coding, Document, Format, Project
from tagger.exchange.projects.sqlite_tables import Rows, Tables, holds, tables
from tagger.exchange.projects.web_page import WebPage


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


def _documents(found: Tables) -> Iterator[Document]:
    highlights: dict[object, Rows] = {}
    for row in found.rows("highlights", ("id", "document_id", "start_offset", "end_offset", "snippet")):
        highlights.setdefault(row["document_id"], []).append(row)
    tags: dict[object, list[str]] = {}
    for row in found.rows("highlight_tags", ("highlight_id", "tag_id")):
        tags.setdefault(row["highlight_id"], []).append(str(row["tag_id"]))
    coders = _coders(found)
    for row in found.rows("documents", ("id", "name", "contents")):
        page, made = WebPage(str(row["contents"] or ""), "bytes"), highlights.get(row["id"], [])
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
