"""Tests of REFI-QDA files that are written here: valid by the published schema, and the same when read again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tagger.exchange import projects
from tagger.exchange.projects.records import OURS, Code, Coding, Document, Project
from tagger.exchange.projects.refi_writer import write

# As published by REFI, 18 March 2019, under the MIT licence that it holds.
SCHEMA = Path(__file__).with_name("refi_qda_project_1_0.xsd")
CODES = (
    Code("values", "Values & more", codable=False),
    Code("values/choice", "Choice <1>", 'What "counts": a; b', parent="values"),
    Code("values/fun", "Fun", parent="values"),
    Code("loose", "Loose"),
)
TEXT = "P01: They let me decide 🙂.\nI01: “And then?”\nP01: e\u0301té, naïve, שלום לכולם, 𝒳 and\u2028more.\n"


def project(*documents, codes=CODES):
    """Return a project of ours."""
    return Project(f"{OURS} 1.0", "A study", codes, documents)


def valid(data):
    """Check a file by the schema."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        schema.assertValid(etree.fromstring(package.read("project.qde")))
    return data


def same(written):
    """Return what has to survive writing and reading, whatever the ids became."""
    names = {code.key: code.name for code in written.codes}
    return [
        (
            document.name,
            document.text,
            sorted((each.start, each.end, names[each.code], each.coder, each.moved) for each in document.codings),
            dict(document.attributes),
            document.participant,
            document.lost,
        )
        for document in written.documents
    ]


FULL = project(
    Document(
        "one",
        "T1",
        TEXT,
        (
            Coding(5, 27, "values/choice", "Reader A", note="blind", made_at="2026-11-30T08:00:00Z"),
            Coding(5, 27, "values/fun", "Reader B"),
            Coding(5, 27, "values/choice", "Reader B"),
            Coding(46, 60, "loose", "Reader A"),
        ),
        {"group": "Tuesday & <b>", "site": "1"},
        "P01",
        memo="Reader B: nothing here\nsecond line",
    ),
    Document("two", "T2", "Nothing was coded here.\n"),
)


def test_a_project_is_valid_and_the_same_when_read_again():
    """Everything that the format has a place for comes back."""
    found = projects.read(valid(write(FULL)), "study.qdpx")

    assert same(FULL) == same(found)
    assert ["Values & more", "Choice <1>", "Fun", "Loose"] == [code.name for code in found.codes]
    assert [False, True, True, True] == [code.codable for code in found.codes]
    assert 'What "counts": a; b' == found.codes[1].description


def test_the_same_project_gives_the_same_bytes():
    """Written twice, and written again after it was read."""
    again = projects.read(write(FULL), "study.qdpx")

    assert write(FULL) == write(FULL)
    assert same(again) == same(projects.read(valid(write(again)), "study.qdpx"))


@pytest.mark.parametrize("part", [project(), project(Document("one", "T1", "", missing="its text is not there"))])
def test_a_project_without_documents_is_valid(part):
    """An empty list of anything is left out, as the schema wants it."""
    assert () == projects.read(valid(write(part)), "study.qdpx").documents


CHARACTERS = st.one_of(
    st.sampled_from("ab \n\t.,’“”…\u2028\x0b\x85\u0301\u200d\ufeffאש🙂👩𝒳<>&\"'"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\r"),
)
LINES = st.text(CHARACTERS, min_size=1, max_size=80).filter(lambda text: text.strip("\ufeff \n\t\r"))


@st.composite
def coded_documents(draw: st.DrawFn) -> Document:
    """Draw a document and stretches of it, which begin and end anywhere but hold a word."""
    text = draw(LINES)
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=6, unique=True))
    codings = tuple(
        Coding(
            start, end, draw(st.sampled_from(["values/choice", "loose"])), draw(st.sampled_from(["Reader A", "Bea"]))
        )
        for start, end in spans
        if start < end and text[start:end].strip()
    )
    return Document("d", "name", text, codings, memo=draw(st.text(max_size=5)))


@settings(max_examples=300)
@given(coded_documents())
def test_no_coding_is_moved_by_a_character(document):
    """Whatever the text is made of: emoji, marks, right-to-left, line ends of all kinds."""
    found = projects.read(valid(write(project(document))), "study.qdpx")

    assert same(project(document)) == same(found)


def test_a_document_of_a_million_characters_comes_back():
    """Ten thousand codings in it, each where it was."""
    text = "".join(
        f"P01: line {number} 🙂 of a long talk, as people talk when they are let.\n" for number in range(16_000)
    )
    codings = tuple(Coding(at, at + 40, "loose", f"Reader {'AB'[at % 2]}") for at in range(0, 1_000_000, 100))
    long = replace(FULL.documents[0], text=text, codings=codings)

    assert len(text) > 1_000_000
    assert same(project(long)) == same(projects.read(write(project(long)), "study.qdpx"))
