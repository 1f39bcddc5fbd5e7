"""Projects that are SQLite databases, QualCoder's and Taguette's, for tests."""

from __future__ import annotations

import html
import json
import sqlite3
from collections.abc import Iterable, Mapping

LINES = (
    "Interviewer: Wie war es? 🙂",
    "Ann: They let me decide & nobody pushed.",
    "Ann: Ça va, שלום, we laughed 😂 a lot.",
)
QUALCODER = """
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text);
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer, pos1 integer,
    owner text, date text, memo text);
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text);
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer);
CREATE TABLE code_av (avid integer primary key, memo text);
CREATE TABLE cases (caseid integer primary key, name text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text, id integer);
"""
TAGUETTE = """
CREATE TABLE projects (id integer primary key, name text);
CREATE TABLE documents (id integer primary key, name text, contents text, project_id integer);
CREATE TABLE highlights (id integer primary key, document_id integer, start_offset integer, end_offset integer,
    snippet text);
CREATE TABLE tags (id integer primary key, project_id integer, path text, description text);
CREATE TABLE highlight_tags (highlight_id integer, tag_id integer);
CREATE TABLE commands (id integer primary key, user_login text, document_id integer, payload text);
"""
WORDS = ("nobody pushed", "we laughed 😂 a lot", "let me decide & nobody")


def database(schema: str, **rows: Iterable[Mapping[str, object]]) -> bytes:
    """Make a database; each keyword is a table with its rows as dictionaries."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(schema)
    for table, held in rows.items():
        for row in held:
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
    connection.commit()
    return connection.serialize()


def qualcoder(newline: str = "\n") -> bytes:
    """Make a project of QualCoder."""
    text = newline.join(LINES)
    made = [
        {"cid": 1, "fid": 1, "seltext": words, "pos0": text.index(words), "pos1": text.index(words) + len(words)}
        | {"owner": "Ann", "memo": ""}
        for words in WORDS
    ]
    return database(
        QUALCODER,
        source=[
            {"name": "talk.docx", "fulltext": text, "memo": ""},
            {"name": "film.mp4", "mediapath": "/video/film.mp4"},
        ],
        code_cat=[{"name": "Values", "memo": ""}, {"name": "Core", "supercatid": 1}],
        code_name=[{"name": "Choice", "memo": "what they decide", "catid": 2}],
        code_text=made,
        code_av=[{"memo": ""}, {"memo": ""}],
        cases=[{"name": "P04"}, {"name": "Ann Smith"}],
        case_text=[{"caseid": 1, "fid": 1, "pos0": 0, "pos1": 9}],
        attribute=[
            {"name": "Site", "attr_type": "file", "value": "north", "id": 1},
            {"name": "Age", "attr_type": "case", "value": "40", "id": 1},
        ],
    )


def taguette(separator: str = "") -> bytes:
    """Make a project of Taguette, whose positions are bytes of the text without markup."""
    text = separator.join(LINES)
    page = separator.join(f"<p><b>{html.escape(line[:3])}</b>{html.escape(line[3:])}</p>" for line in LINES)
    made: list[dict[str, object]] = []
    log: list[dict[str, object]] = []
    for number, words in enumerate(WORDS, start=1):
        start = len(text[: text.index(words)].encode())
        made.append({"document_id": 1, "start_offset": start, "end_offset": start + len(words.encode())})
        made[-1]["snippet"] = f"<p>{html.escape(words)}</p>"
        for user in ("bea", "ann"):
            payload = json.dumps({"type": "highlight_add", "highlight_id": number})
            log.append({"user_login": user, "document_id": 1, "payload": payload})
    return database(
        TAGUETTE,
        projects=[{"name": "Talks"}],
        documents=[{"name": "talk", "contents": page, "project_id": 1}, {"name": "empty", "contents": ""}],
        highlights=made,
        tags=[{"path": "choice", "description": "what they decide"}, {"path": "fun", "description": ""}],
        highlight_tags=[
            {"highlight_id": 1, "tag_id": 1},
            {"highlight_id": 2, "tag_id": 2},
            {"highlight_id": 3, "tag_id": 1},
        ],
        commands=[*log, {"user_login": "x", "payload": "no json"}],
    )
