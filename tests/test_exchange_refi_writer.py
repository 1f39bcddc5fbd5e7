"""Tests of REFI-QDA files that are written here: valid by the published schema, and the same when read again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from coded_documents import FULL, coded_documents, long_document, project, same
from hypothesis import given, settings
from lxml import etree

from tagger.exchange import projects
from tagger.exchange.projects import codebook
from tagger.exchange.projects.records import Coding, Document
from tagger.exchange.projects.refi_writer import write, write_codes
from tagger.frameworks import shipped_frameworks
from tagger.records import Framework, Layer, Value, Wording

# As published by REFI, 18 March 2019, under the MIT licence that it holds.
SCHEMA = Path(__file__).with_name("refi_qda_project_1_0.xsd")
SCHEMA_OF_CODES = Path(__file__).with_name("refi_qda_codebook_1_0.xsd")


def valid(data):
    """Check a file by the schema."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        schema.assertValid(etree.fromstring(package.read("project.qde")))
    return data


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


@settings(max_examples=300)
@given(coded_documents())
def test_no_coding_is_moved_by_a_character(document):
    """Whatever the text is made of: emoji, marks, right-to-left, line ends of all kinds."""
    found = projects.read(valid(write(project(document))), "study.qdpx")

    assert same(project(document)) == same(found)


def test_a_document_of_a_million_characters_comes_back():
    """Ten thousand codings in it, each where it was."""
    long = project(long_document())

    assert len(long.documents[0].text) > 1_000_000
    assert same(long) == same(projects.read(write(long), "study.qdpx"))


def valid_codes(data):
    """Check a list of codes by its schema."""
    etree.XMLSchema(etree.parse(SCHEMA_OF_CODES)).assertValid(etree.fromstring(data))
    return data


def test_codes_alone_are_valid_and_come_back_as_the_values_that_they_were():
    """Layers, names and every text of a value; what has no place is its id, its unit and who wrote a text."""
    values = (
        Value(
            "choice",
            "Choice <1>",
            "first",
            Wording("They decide & \n say so."),
            counts=(Wording("a; b"), Wording("Cue: c")),
            does_not_count=(Wording("d"),),
            cues=(Wording("it is up to me"),),
            examples=(Wording("“I was let.”"),),
        ),
        Value("fun", "Fun", "second", Wording("They laugh.")),
    )
    wanted = Framework("mine", "1.0", "Mine", (Layer("first", "First & last"), Layer("second", "Second")), values)

    written = valid_codes(write_codes(project(codes=tuple(codebook.codes([wanted])))))
    found, _ = codebook.framework(projects.read(written, "mine.qdc"), "mine")

    assert [layer.name for layer in wanted.layers] == [layer.name for layer in found.layers]
    assert [value.name for value in wanted.values] == [value.name for value in found.values]
    assert "They decide & say so." == found.values[0].definition.text
    for field in ("counts", "does_not_count", "cues", "examples"):
        assert [getattr(value, field) for value in wanted.values] == [getattr(value, field) for value in found.values]


@pytest.mark.parametrize("framework", shipped_frameworks(), ids=lambda framework: framework.id)
def test_each_shipped_framework_goes_through_a_list_of_codes_unchanged(framework):
    """Out, in, and out again: the same names and texts."""
    written = valid_codes(write_codes(project(codes=tuple(codebook.codes([framework])))))
    found, _ = codebook.framework(projects.read(written, "codes.qdc"), "back")

    def said(one):
        return [(value.name, value.phrases, [each.text for each in value.does_not_count]) for value in one.values]

    assert said(framework) == said(found)


def elements(written, name):
    """Return the elements of a project that have a name."""
    with zipfile.ZipFile(io.BytesIO(valid(write(written)))) as package:
        return list(etree.fromstring(package.read("project.qde")).iter(f"{{*}}{name}"))


def test_each_person_has_a_stretch_of_their_own():
    """QualCoder takes whoever marked a stretch for the one who coded it, and then keeps one coding of two alike."""
    stretches = elements(FULL, "PlainTextSelection")
    users = {user.get("guid"): user.get("name") for user in elements(FULL, "User")}

    assert [("5", "Reader A"), ("5", "Reader B"), ("46", "Reader A")] == [
        (each.get("startPosition"), users[each.get("creatingUser")]) for each in stretches
    ]
    assert {each.get("creatingUser") for each in stretches} == {
        coding.get("creatingUser") for each in stretches for coding in each.iter("{*}Coding")
    }
    assert 3 == len({each.get("guid") for each in stretches})


@pytest.mark.parametrize(("made_at", "when"), [("2026-11-30T08:00:00Z",) * 2, ("", "1980-01-01T00:00:00Z")])
def test_every_note_has_a_time(made_at, when):
    """Without one, QualCoder does not open the project."""
    document = replace(FULL.documents[0], codings=(Coding(5, 27, "loose", "Ann", made_at=made_at),))

    assert [when] == [note.get("creationDateTime") for note in elements(project(document), "Note")]
