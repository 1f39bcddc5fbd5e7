"""Tests of projects that are written for Label Studio."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

from coded_documents import FULL, coded_documents, long_document, project, same
from hypothesis import given, settings

from tagger.exchange import projects
from tagger.exchange.projects.label_studio_writer import configuration, lost, write
from tagger.exchange.projects.records import MODEL, Coding


def regions(task, kind="labels"):
    """Return the results of a kind, of all who annotated."""
    return [each for one in task["annotations"] for each in one["result"] if each["type"] == kind]


def test_each_person_is_an_annotation_that_says_who_it_is():
    """Label Studio forgets who it was, and a choice does not."""
    first, second = json.loads(write(FULL))

    assert [["Reader A"], ["Reader B"]] == [each["value"]["choices"] for each in regions(first, "choices")]
    assert [2, 2] == [sum(each["type"] == "labels" for each in one["result"]) for one in first["annotations"]]
    assert [] == second["annotations"]
    assert "predictions" not in first
    assert {"transcript": "T1", "about participant": "P01"}.items() <= first["data"].items()


def test_suggestions_are_predictions_with_their_scores():
    """And no person's annotation."""
    scored = Coding(0, 4, "loose", MODEL, note="rank 1", score=0.25)
    written = project(replace(FULL.documents[0], codings=(*FULL.documents[0].codings, scored)))

    [task] = json.loads(write(written))

    [predicted] = task["predictions"]
    assert (MODEL, 0.25) == (predicted["model_version"], predicted["result"][0]["score"])
    assert {"text": ["rank 1"]} == predicted["result"][0]["meta"]
    assert 2 == len(task["annotations"])
    assert MODEL not in configuration(written).decode()


def test_the_configuration_has_every_label_and_everybody():
    """What the tasks refer to is in it, under the same names."""
    view = ElementTree.fromstring(configuration(FULL))

    assert ["Choice <1>", "Fun", "Loose"] == [label.get("value") for label in view.iter("Label")]
    assert ["Reader A", "Reader B"] == [choice.get("value") for choice in view.iter("Choice")]
    controls = {(each.tag.casefold(), each.get("name"), each.get("toName")) for each in view if each.get("toName")}
    used = {
        (each["type"], each["from_name"], each["to_name"])
        for kind in ("labels", "choices")
        for task in json.loads(write(FULL))
        for each in regions(task, kind)
    }
    assert used == controls


def test_the_same_project_gives_the_same_bytes():
    """Written twice."""
    assert write(FULL) == write(FULL)


def test_layers_have_no_place():
    """They are named."""
    assert ["layers (Values & more)"] == list(lost(FULL))


@settings(max_examples=200)
@given(coded_documents())
def test_every_region_lies_on_its_words(document):
    """Positions count code points, and the words beside them are those that are there."""
    [task] = json.loads(write(project(document)))

    found = [(each["value"]["start"], each["value"]["end"], each["value"]["text"]) for each in regions(task)]
    assert sorted((one.start, one.end, document.text[one.start : one.end]) for one in document.codings) == sorted(found)
    assert document.text == task["data"]["text"]


def test_a_document_of_a_million_characters_is_written_whole():
    """With its ten thousand codings."""
    [task] = json.loads(write(project(long_document())))

    assert 10_000 == len(regions(task))
    assert long_document().text == task["data"]["text"]


def test_codings_come_back_on_their_words_by_their_people():
    """Nothing is taken for read that was not, and nothing that a model said for a person's."""
    scored = Coding(0, 4, "loose", MODEL, score=0.25)
    written = project(replace(FULL.documents[0], codings=(*FULL.documents[0].codings, scored)), FULL.documents[1])

    assert same(FULL, said=False) == same(projects.read(write(written), "study.json"), said=False)


@settings(max_examples=200)
@given(coded_documents(marked=False))
def test_no_coding_is_moved_by_a_character(document):
    """Whatever the text is made of."""
    written = project(FULL.documents[0], document)

    assert same(written, said=False) == same(projects.read(write(written), "study.json"), said=False)


def test_a_document_of_a_million_characters_comes_back():
    """Ten thousand codings in it, each where it was."""
    long = project(long_document())

    assert same(long, said=False) == same(projects.read(write(long), "study.json"), said=False)
