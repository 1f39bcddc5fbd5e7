"""What people say of a dataset: kept with its history, checked for spelling, in exports and through the command."""

from __future__ import annotations

import csv
import json

import pytest
from serving import served

from tagger import load_framework
from tagger.errors import UsageError
from tagger.steps.describe import DIMENSIONS, describe, described
from tagger.steps.exports import export


def test_the_shipped_framework_has_the_same_five_dimensions():
    """As its layers, in the same order."""
    layers = [layer.id for layer in load_framework("peer-support-dimensions").layers]

    assert [name.replace(" ", "-") for name in DIMENSIONS] == layers


def test_what_is_said_is_kept_with_what_was_said_before(study):
    """Each change is a new row; a dash takes away; the same again stores nothing; it works while people read."""
    [dataset] = [one.dataset for one in described(study.folder)]
    assert DIMENSIONS == described(study.folder)[0].not_said

    describe(study.folder, dataset, {"Facilitation": " high ", "led_by": "peers"})
    with served(study.folder):
        describe(study.folder, dataset, {"facilitation": "low", "leadership": "shared"})
        describe(study.folder, dataset, {"facilitation": "low"})
    found = describe(study.folder, dataset, {"led by": "-"})

    assert {"facilitation": "low", "leadership": "shared"} == dict(found.attributes)
    assert ("focus", "membership", "organisational support") == found.not_said
    rows = study.ask("SELECT number, attributes FROM dataset_attributes ORDER BY number")
    assert [
        (1, {"facilitation": "high", "led by": "peers"}),
        (2, {"facilitation": "low", "leadership": "shared", "led by": "peers"}),
        (3, {"facilitation": "low", "leadership": "shared"}),
    ] == [(row["number"], json.loads(row["attributes"])) for row in rows]


def test_what_is_said_is_a_column_of_exports(study):
    """With the dataset's name beside it where the table has a column of that name."""
    [dataset] = [one.dataset for one in described(study.folder)]
    describe(study.folder, dataset, {"leadership": "peers", "time": "evenings"})

    data, _ = export(study.folder, "csv", include_unreviewed=True)

    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert {"peers"} == {row["leadership"] for row in rows}
    assert {"evenings"} == {row["time (of the dataset)"] for row in rows}


def test_what_cannot_be_meant_is_refused(study, tagger):
    """A dataset that is not there, a name misspelled, nothing said; nothing is stored."""
    [dataset] = [one.dataset for one in described(study.folder)]
    for name, said, what in (
        ("elsewhere", {"focus": "any"}, "there is no dataset 'elsewhere'"),
        (dataset, {"leadershp": "peers"}, "spelled nearly like 'leadership'"),
        (dataset, {"focus": " "}, "is not said"),
        (dataset, {"focus": "x" * 300}, "more than 200"),
        (dataset, {"": "x"}, "no name"),
    ):
        with pytest.raises(UsageError, match=what):
            describe(study.folder, name, said)
    assert [] == study.ask("SELECT * FROM dataset_attributes")

    said = tagger("dataset", dataset, "--study", study.folder, "--set", "focus=the garden")
    assert (0, "") == (said.code, said.err)
    assert "focus: the garden" in said.out
    assert "not said: facilitation, leadership, membership, organisational support" in said.out
    said = tagger("dataset", "--study", study.folder, "--json")
    assert {"focus": "the garden"} == json.loads(said.out)[0]["attributes"]
    assert 2 == tagger("dataset", dataset, "--study", study.folder, "--set", "focus").code
    assert 2 == tagger("dataset", "--study", study.folder, "--set", "focus=any").code
    said = tagger("dataset", "nowhere", "--study", study.folder)
    assert (1, True) == (said.code, "It has: " in said.err)
