"""Tests of projects that are SQLite databases: QualCoder's and Taguette's."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from project_files import coded
from sqlite_projects import LINES, TAGUETTE, WORDS, database, qualcoder, taguette

from tagger.errors import CodingsError
from tagger.exchange import projects


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_project_of_qualcoder(newline):
    """Codes in their categories, codings on their words, cases and attributes; what has no place is counted."""
    project = projects.read(qualcoder(newline), "data.qda")

    assert [(words, "Choice", "Ann") for words in WORDS] == coded(project)
    assert ["Values", "Core", "Choice"] == [code.name for code in project.codes]
    [document] = project.documents
    assert ({"Site": "north", "Age": "40"}, "P04") == (document.attributes, document.participant)
    assert ("2 codings of recordings",) == project.lost


@pytest.mark.parametrize("separator", ["", "\n"])
def test_a_project_of_taguette(separator):
    """Bytes become characters, markup is not counted, and blocks are lines."""
    project = projects.read(taguette(separator), "talks.sqlite3")

    assert [(WORDS[0], "choice", "bea"), (WORDS[1], "fun", "bea"), (WORDS[2], "choice", "bea")] == coded(project)
    talk, empty = project.documents
    assert list(LINES) == [line for line in talk.text.split("\n") if line]
    assert not any(each.moved for each in talk.codings)
    assert "its text is empty" == empty.missing


def test_a_database_in_the_mode_with_a_log_is_read():
    """Programs leave it so; the copy without the log is what there is."""
    data = bytearray(taguette())
    data[18:20] = b"\x02\x02"

    assert 3 == len(coded(projects.read(bytes(data), "talks.sqlite3")))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"SQLite format 3\x00" + b"\x00" * 200, "damaged or incomplete"),
        (database("CREATE TABLE other (a text);"), "damaged or incomplete"),
        (taguette()[:9000], "damaged"),
        # SQLite quotes what is wrong, and that is no text.
        (taguette().replace(b"CREATE TABLE highlights (id", b"CREATE TABLE highlights \x81id"), "damaged"),
    ],
)
def test_a_database_that_is_no_project_is_refused(data, says):
    """Damaged, cut off, or of another program."""
    with pytest.raises(CodingsError, match=says):
        projects.read(data, "talks.sqlite3")


def test_a_coding_of_a_code_that_is_gone_is_lost_and_said():
    """Damage in one place of a database leaves codings behind that name nothing."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(qualcoder())
        connection.execute("DELETE FROM code_name")
        connection.commit()
        data = connection.serialize()
    [document] = projects.read(data, "data.qda").documents

    assert () == document.codings
    assert ("3 codings name a code that the project does not have",) == document.lost


def test_a_view_in_the_place_of_a_table_is_not_run():
    """Only tables are read, so nothing that is made to run for ever is."""
    schema = TAGUETTE.partition("CREATE TABLE commands")[0]
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS user_login, x AS payload FROM n"
    )
    data = database(
        schema + f"CREATE VIEW commands AS {endless};",
        documents=[{"name": "talk", "contents": "<p>We laughed a lot.</p>"}],
        highlights=[{"document_id": 1, "start_offset": 3, "end_offset": 10, "snippet": "laughed"}],
        tags=[{"path": "fun", "description": ""}],
        highlight_tags=[{"highlight_id": 1, "tag_id": 1}],
    )

    assert [("laughed", "fun", "unnamed coder")] == coded(projects.read(data, "talks.sqlite3"))
