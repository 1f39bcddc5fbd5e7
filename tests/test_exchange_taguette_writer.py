"""Tests of projects that are written for Taguette: the same words when read again, and tables as Taguette has them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from coded_documents import FULL, coded_documents, long_document, project, same
from hypothesis import given, settings

from tagger.exchange import projects
from tagger.exchange.projects.records import MODEL, Code, Coding, Document, plain
from tagger.exchange.projects.taguette_writer import lost, write


def back(written):
    """Write a project and read it."""
    return projects.read(write(written), "study.sqlite3")


@pytest.fixture
def tables():
    """Return a function that opens what is written."""
    connection = sqlite3.connect(":memory:")

    def opened(written):
        connection.deserialize(write(written))
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    yield opened
    connection.close()


def test_codings_come_back_on_their_words_by_their_people():
    """Who coded, the codes with their layers, and the documents with their names."""
    found = back(FULL)

    assert same(FULL, said=False) == same(found, said=False)
    assert "A study" == found.name
    layers = {code.key: code.name for code in found.codes if not code.codable}
    assert {"Choice <1>": "Values & more", "Fun": "Values & more", "Loose": ""} == {
        code.name: layers.get(code.parent, "") for code in found.codes if code.codable
    }
    assert 'What "counts": a; b' == found.codes[1].description


def test_the_same_project_gives_the_same_bytes():
    """Written twice."""
    assert write(FULL) == write(FULL)


def test_what_taguette_asks_of_a_project_is_there(tables):
    """A sound database, a version of its tables, one user, and names no longer than it takes."""
    long = replace(FULL, name="n" * 80, documents=(replace(FULL.documents[0], name="d" * 80),))
    database = tables(long)

    assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall()
    assert [] == database.execute("PRAGMA foreign_key_check").fetchall()
    assert [("db5e31a0233d",)] == database.execute("SELECT version_num FROM alembic_version").fetchall()
    assert [("admin", "ADMIN")] == database.execute("SELECT user_login, privileges FROM project_members").fetchall()
    assert [(50, 50)] == database.execute(
        "SELECT length(p.name), length(d.name) FROM projects p JOIN documents d ON d.project_id = p.id"
    ).fetchall()


def test_a_highlight_holds_all_that_one_person_marked_there(tables):
    """Two people on the same words have a highlight each, which repeats the words as HTML."""
    rows = tables(FULL).execute(
        "SELECT h.id, h.start_offset, h.end_offset, h.snippet, t.path FROM highlights h "
        "JOIN highlight_tags x ON x.highlight_id = h.id JOIN tags t ON t.id = x.tag_id "
        "WHERE h.id < 3 ORDER BY h.id, t.id"
    )

    place = (5, 30, "<p>They let me decide 🙂.\n</p>")
    assert [
        (1, *place, "Choice <1>"),
        (1, *place, "coded by Reader A"),
        (2, *place, "Choice <1>"),
        (2, *place, "Fun"),
        (2, *place, "coded by Reader B"),
    ] == rows.fetchall()


def test_what_is_known_of_a_document_stands_in_its_description(tables):
    """Its participant, attributes and memo."""
    described = tables(FULL).execute("SELECT description FROM documents").fetchall()

    assert "participant: P01\ngroup: Tuesday & <b>\nsite: 1\nReader B: nothing here\nsecond line" == described[0][0]


def test_codes_of_one_name_become_tags_of_two(tables):
    """Taguette takes no name twice."""
    twice = project(codes=(Code("a", "Trust"), Code("b", "Trust")))

    paths = tables(twice).execute("SELECT path FROM tags ORDER BY id").fetchall()

    assert [("Trust",), ("Trust (2)",)] == paths


@pytest.mark.parametrize(("text", "direction"), [("שלום לכולם, P01", "RIGHT_TO_LEFT"), ("hello שלום", "LEFT_TO_RIGHT")])
def test_a_text_that_runs_from_right_to_left_is_marked_so(tables, text, direction):
    """By most of its letters."""
    written = tables(project(Document("d", "name", text)))

    assert [(direction,)] == written.execute("SELECT text_direction FROM documents").fetchall()


def test_what_has_no_place_is_told():
    """Scores of suggestions, and how codings were made."""
    scored = Coding(0, 4, "loose", MODEL, score=0.5)
    document = replace(FULL.documents[0], codings=(*FULL.documents[0].codings, scored))

    assert ["1 score of a suggestion", "when and how 4 codings were made"] == list(lost(project(document)))


@settings(max_examples=200)
@given(coded_documents(marked=False))
def test_no_coding_is_moved_by_a_character(document):
    """Whatever the text is made of; what HTML cannot hold is one other character."""
    held = project(replace(document, text=plain(document.text)))

    assert same(held, said=False) == same(back(project(document)), said=False)


def test_a_byte_order_mark_at_the_beginning_moves_nothing():
    """It is no part of a text here."""
    document = Document("d", "name", "\ufeffone 🙂 two\n", (Coding(7, 10, "loose", "Ann"),))

    [found] = back(project(document)).documents

    assert "two" == found.text[found.codings[0].start : found.codings[0].end]
    assert not found.codings[0].moved


def test_a_document_of_a_million_characters_comes_back():
    """Ten thousand codings in it, each where it was."""
    long = project(long_document())

    assert same(long, said=False) == same(back(long), said=False)
