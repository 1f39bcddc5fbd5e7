"""
A project as a database of Taguette (.sqlite3), which its page *Import project* opens.

Tables are those of Taguette 1, as its version 1.5 makes them. A document is HTML whose text without markup is the
document to the character, so that positions are the UTF-8 bytes before a place. Taguette says of no highlight who made
it, and forgets it when a project is taken in: so each person is a tag of their own, beside those of the values.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate, groupby

from tagger.exchange.projects.codebook import distinct
from tagger.exchange.projects.records import Document, Project, plain
from tagger.exchange.projects.taguette import BY, IN_LAYER
from tagger.wording import several

REVISION = "db5e31a0233d"
"""The version of the tables, as Taguette knows it; a newer Taguette brings them up to date."""
LONGEST_NAME, LONGEST_TAG = 50, 200
LONG_AGO = "1980-01-01 00:00:00.000000"
LINE = re.compile("[^\n]*\n|[^\n]+")
WHO = "admin"
"""The one user that every Taguette has."""


def write(project: Project) -> bytes:
    """Write a project; the same project gives the same bytes."""
    documents = [document for document in project.documents if not document.missing]
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(_TABLES)
        title = plain(project.name)[:LONGEST_NAME] or "study"
        connection.execute("INSERT INTO alembic_version VALUES (?)", (REVISION,))
        connection.execute("INSERT INTO users (login, created, disabled) VALUES (?, ?, 0)", (WHO, LONG_AGO))
        connection.execute("INSERT INTO projects VALUES (1, ?, ?, ?)", (title, f"Written by {project.tool}", LONG_AGO))
        connection.execute("INSERT INTO project_members VALUES (1, ?, 'ADMIN')", (WHO,))
        tags = _tags(connection, project, documents)
        for number, document in enumerate(documents, start=1):
            _document(connection, number, document, tags)
        connection.execute(
            'INSERT INTO commands VALUES (1, ?, ?, 1, NULL, \'{"type": "project_import"}\')', (LONG_AGO, WHO)
        )
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def lost(project: Project) -> Iterator[str]:
    """Yield what of a project has no place in Taguette."""
    codings = [coding for document in project.documents for coding in document.codings]
    if scored := sum(coding.score is not None for coding in codings):
        yield several(scored, "score of a suggestion", "scores of suggestions")
    if made := len(codings) - scored:
        yield f"when and how {several(made, 'coding was', 'codings were')} made"


def _tags(connection: sqlite3.Connection, project: Project, documents: Sequence[Document]) -> dict[str, int]:
    """Store a tag for each code and each person; return their ids, by the code's key or the person's name."""
    tree = {code.key: code for code in project.codes}
    used = {coding.code for document in documents for coding in document.codings}
    names = distinct([code for code in project.codes if code.codable or code.key in used], tree)
    people = sorted({coding.coder for document in documents for coding in document.codings})
    ids: dict[str, int] = {}
    for key, name in names.items():
        above = tree.get(tree[key].parent)
        described = "\n".join(filter(None, (tree[key].description, f"{IN_LAYER}{above.name}" if above else "")))
        ids[key] = _tag(connection, name, described)
    return ids | {BY + name: _tag(connection, BY + name, "Who made a highlight") for name in people}


def _tag(connection: sqlite3.Connection, name: str, described: str) -> int:
    tag = (plain(name)[:LONGEST_TAG], plain(described))
    return connection.execute("INSERT INTO tags (project_id, path, description) VALUES (1, ?, ?)", tag).lastrowid or 0


def _document(connection: sqlite3.Connection, number: int, document: Document, tags: dict[str, int]) -> None:
    name = plain(document.name)[:LONGEST_NAME]
    text = plain(document.text)
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
        (number, name, plain(_about(document)), f"{name}.txt", LONG_AGO, _direction(text), _html(text)),
    )
    marked = sorted(document.codings, key=lambda coding: (coding.start, coding.end, coding.coder, coding.code))
    bytes_before = list(accumulate((len(character.encode()) for character in text), initial=0))
    for (start, end, coder), codings in groupby(marked, key=lambda coding: (coding.start, coding.end, coding.coder)):
        place = (number, bytes_before[start], bytes_before[end], _html(text[start:end]))
        highlight = connection.execute(
            "INSERT INTO highlights (document_id, start_offset, end_offset, snippet) VALUES (?, ?, ?, ?)", place
        ).lastrowid
        of_it = [*dict.fromkeys(tags[coding.code] for coding in codings), tags[BY + coder]]
        connection.executemany("INSERT INTO highlight_tags VALUES (?, ?)", [(highlight, tag) for tag in of_it])


def _html(text: str) -> str:
    """Write a line a paragraph; its line end is in it, so that the text without markup is the text."""
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in LINE.findall(text))


def _about(document: Document) -> str:
    said = {"participant": document.participant, **document.attributes}
    return "\n".join([*(f"{name}: {cell}" for name, cell in said.items() if cell), *filter(None, [document.memo])])


def _direction(text: str) -> str:
    kinds = [unicodedata.bidirectional(character) for character in text]
    return "RIGHT_TO_LEFT" if sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L") else "LEFT_TO_RIGHT"


_TABLES = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE users (
    login VARCHAR(30) NOT NULL CONSTRAINT pk_users PRIMARY KEY, created DATETIME NOT NULL,
    hashed_password VARCHAR(192), disabled BOOLEAN NOT NULL, password_set_date DATETIME, language VARCHAR(10),
    email VARCHAR(256), email_sent DATETIME
);
CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE TABLE projects (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL, description TEXT NOT NULL,
    created DATETIME NOT NULL
);
CREATE TABLE project_members (
    project_id INTEGER NOT NULL
        CONSTRAINT fk_project_members_project_id_projects REFERENCES projects (id) ON DELETE CASCADE,
    user_login VARCHAR(30) NOT NULL CONSTRAINT fk_project_members_user_login_users
        REFERENCES users (login) ON DELETE CASCADE ON UPDATE CASCADE,
    privileges VARCHAR(11) NOT NULL, CONSTRAINT pk_project_members PRIMARY KEY (project_id, user_login)
);
CREATE INDEX ix_project_members_user_login ON project_members (user_login);
CREATE INDEX ix_project_members_project_id ON project_members (project_id);
CREATE TABLE documents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL, description TEXT NOT NULL,
    filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL,
    project_id INTEGER NOT NULL CONSTRAINT fk_documents_project_id_projects REFERENCES projects (id) ON DELETE CASCADE,
    text_direction VARCHAR(13) NOT NULL, contents TEXT NOT NULL
);
CREATE INDEX ix_documents_project_id ON documents (project_id);
CREATE TABLE commands (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, date DATETIME NOT NULL,
    user_login VARCHAR(30) NOT NULL CONSTRAINT fk_commands_user_login_users REFERENCES users (login) ON UPDATE CASCADE,
    project_id INTEGER NOT NULL CONSTRAINT fk_commands_project_id_projects REFERENCES projects (id) ON DELETE CASCADE,
    document_id INTEGER, payload TEXT NOT NULL
);
CREATE INDEX ix_commands_document_id ON commands (document_id);
CREATE INDEX ix_commands_date ON commands (date);
CREATE INDEX idx_project_id ON commands (project_id, id);
CREATE INDEX ix_commands_project_id ON commands (project_id);
CREATE INDEX idx_project_document ON commands (project_id, document_id);
CREATE INDEX ix_commands_user_login ON commands (user_login);
CREATE TABLE tags (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL CONSTRAINT fk_tags_project_id_projects REFERENCES projects (id) ON DELETE CASCADE,
    path VARCHAR(200) NOT NULL, description TEXT NOT NULL, CONSTRAINT uq_tags_project_id UNIQUE (project_id, path)
);
CREATE INDEX ix_tags_path ON tags (path);
CREATE INDEX ix_tags_project_id ON tags (project_id);
CREATE TABLE highlights (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL CONSTRAINT fk_highlights_document_id_documents
        REFERENCES documents (id) ON DELETE CASCADE,
    start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, snippet TEXT NOT NULL
);
CREATE INDEX ix_highlights_document_id ON highlights (document_id);
CREATE TABLE highlight_tags (
    highlight_id INTEGER NOT NULL CONSTRAINT fk_highlight_tags_highlight_id_highlights
        REFERENCES highlights (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL CONSTRAINT fk_highlight_tags_tag_id_tags REFERENCES tags (id) ON DELETE CASCADE,
    CONSTRAINT pk_highlight_tags PRIMARY KEY (highlight_id, tag_id)
);
CREATE INDEX ix_highlight_tags_tag_id ON highlight_tags (tag_id);
CREATE INDEX ix_highlight_tags_highlight_id ON highlight_tags (highlight_id);
"""
