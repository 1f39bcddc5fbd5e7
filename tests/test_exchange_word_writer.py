"""Tests of projects that are written as Word documents with comments."""

from __future__ import annotations

import io
from dataclasses import replace

import docx
from coded_documents import FULL, coded_documents, long_document, project
from hypothesis import given, settings

from tagger.exchange import projects
from tagger.exchange.projects.records import MODEL, Coding, plain
from tagger.exchange.projects.word_writer import lost, write


def said(written):
    """Return what each coding says: value, person, words."""
    names = {code.key: code.name for code in written.codes}
    return sorted(
        (names[each.code], each.coder, plain(document.text[each.start : each.end]))
        for document in written.documents
        for each in document.codings
    )


def back(written):
    """Write a project and read its comments."""
    return projects.read(write(written), "study.docx")


def test_comments_name_values_on_the_words_where_people_found_them():
    """Each by its own person, and read again on the same words."""
    assert said(FULL) == said(back(FULL))


def test_word_processors_read_it():
    """With a heading for each transcript, its lines as paragraphs, and comments with author and time."""
    document = docx.Document(io.BytesIO(write(FULL)))

    texts = [paragraph.text for paragraph in document.paragraphs]
    assert ["T1, P01, Tuesday & <b>, 1", "P01: They let me decide 🙂."] == texts[:2]
    assert ["T1, P01, Tuesday & <b>, 1", "T2"] == [
        each.text for each in document.paragraphs if each.style.name == "Heading 1"
    ]
    comments = [(each.author, each.initials, each.text) for each in document.comments]
    assert [
        ("Reader A", "RA", "Choice <1>"),
        ("Reader B", "RB", "Choice <1>; Fun"),
        ("Reader A", "RA", "Loose"),
    ] == comments
    assert "2026-11-30T08:00:00+00:00" == next(iter(document.comments)).timestamp.isoformat()


def test_suggestions_are_comments_of_the_model():
    """And are read as those of nobody."""
    document = replace(FULL.documents[0], codings=(Coding(0, 4, "loose", MODEL, score=0.5),))

    assert [("Loose", MODEL, "P01:")] == said(back(project(document)))


def test_the_same_project_gives_the_same_bytes():
    """Written twice."""
    assert write(FULL) == write(FULL)


def test_what_has_no_place_is_told():
    """How codings were made, and the list of values."""
    assert ["how 4 codings were made", "the list of values with its layers"] == list(lost(FULL))


@settings(max_examples=200)
@given(coded_documents(marked=False))
def test_no_coding_is_moved_by_a_character(document):
    """Whatever the text is made of; what XML cannot hold is one other character."""
    written = project(replace(document, codings=(*document.codings, Coding(0, len(document.text), "loose", "Cyn"))))

    assert said(written) == said(back(written))


def test_a_document_of_a_million_characters_comes_back():
    """Ten thousand comments in it, each where it was."""
    long = project(long_document())

    assert said(long) == said(back(long))
