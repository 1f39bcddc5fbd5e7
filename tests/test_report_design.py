"""Sections 0 and 1, the methods paragraph and the checklist: what was read, when, with what, and how it was drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
from evidence_example import drawn, evidence, readings

from tagger.report.closing import checklist, methods
from tagger.report.design import data, design


def captioned(section, words):
    """Return the rows of the only table whose caption begins so."""
    [found] = [table.rows for table in section.tables if table.caption.startswith(words)]
    return list(found)


def dated(told):
    """Return evidence of readings made here on two days, and of some made elsewhere."""
    made = readings(told.answers)
    made["read_on"] = ["2026-01-05" if place < 100 else "2026-02-28" for place in made["place"]]
    made.loc[made["source"] == "independent", "read_on"] = ""
    return replace(told, readings=made)


def test_the_days_and_the_framework_of_readings_are_said():
    """Section 0 has first and last day by kind and version; for tables made elsewhere it says that none is recorded."""
    told = dated(drawn(sources=("blind", "independent")))
    newer = told.readings["place"] >= 200
    told = replace(told, readings=told.readings.assign(framework=newer.map({True: "made up 2", False: "made up 1"})))

    assert [
        ("Made here without suggestions", "made up 1", "400", "2026-01-05", "2026-02-28"),
        ("Made here without suggestions", "made up 2", "240", "2026-02-28", "2026-02-28"),
        ("Made elsewhere, independently", "made up 1", "400", "not recorded", "not recorded"),
        ("Made elsewhere, independently", "made up 2", "240", "not recorded", "not recorded"),
    ] == captioned(design(told), "When readings were made")
    assert ("Which version of the codebook", "made up 1; made up 2") in checklist(told)
    assert (
        "When they read",
        "made here: 2026-01-05 to 2026-02-28; made elsewhere: not recorded",
    ) in checklist(told)


def test_how_probable_it_was_to_be_drawn_is_said_by_stratum():
    """Of each stratum of an audit: N, n, n / N, and how many were read."""
    answers = [(place, "Reader A", "audit", "trust", False, True) for place in (0, 1, 2)]
    audit = [(0, "women: near", 40), (1, "women: near", 40), (2, "women: far", 50), (3, "women: far", 50)]
    told = evidence(["t1"] * 5, answers=answers, audit=audit)
    facts = {
        "audit_frame": json.dumps({"women: near": 40, "women: far": 50, "women: suggested": 0}),
        "audit_sample": json.dumps({"women: near": 10, "women: far": 2, "women: suggested": 0}),
    }

    assert [("women: near", "40", "10", "0.250", "2"), ("women: far", "50", "2", "0.040", "1")] == captioned(
        design(replace(told, facts=facts)), "Audits"
    )


def test_what_of_an_audit_went_with_people_who_withdrew_is_said():
    """By stratum, below the table; nothing is said where nothing went."""
    told = evidence(["t1"] * 2, audit=[(0, "women: near", 40), (1, "women: far", 50)])
    facts = {
        "audit_frame": json.dumps({"women: far": 50, "women: near": 40}),
        "audit_sample": json.dumps({"women: far": 2, "women: near": 10}),
    }
    gone = {"audit_lost": json.dumps({"women: far": 0, "women: near": 1})}

    assert "1 passage (women: near) went with participants who withdrew" in note(replace(told, facts=facts | gone))
    assert "withdrew" not in note(replace(told, facts=facts))


def note(told):
    """Return what stands below the table of audits."""
    [table] = [table for table in design(told).tables if table.caption.startswith("Audits")]
    return table.note


def test_training_is_told_as_far_as_it_is_stored():
    """The checklist says that training is not recorded unless something is."""
    told = drawn()
    asked = "Whether they trained or practised together"

    assert (asked, "not recorded") in checklist(told)
    assert (asked, "1 of 2 readers") in checklist(replace(told, facts={"Training of readers": "1 of 2 readers"}))


def test_the_methods_of_an_empty_study_claim_nothing():
    """Where nothing was read, no reader, alpha, interval or suggestion is spoken of as if there had been one."""
    nothing, unread = methods(evidence()), methods(evidence(["t1"]))

    assert "There are no passages yet: nothing was read, suggested or measured." == nothing
    assert "Transcripts were cut into 1 passage by tagger" in unread
    assert "agreement was not measured" in unread
    for words in ("Krippendorff", "intervals", "Readers answered", "Suggestions were made", "the model"):
        assert words not in nothing + unread


def test_the_methods_count_readers_and_passages():
    """The paragraph says how many people read how much; of a model it speaks only where there is one."""
    told = drawn(transcripts=2, passages=10)
    told = replace(told, readings=readings(told.answers[told.answers["coder"] == "Reader A"].query("place < 1")))

    said = methods(told)
    assert "1 reader read 1 passage (made here without suggestions), 0% of which" in said
    assert "Suggestions were made" not in said
    assert "Suggestions were made by MiniLM from" in methods(replace(told, sources=(("model", "MiniLM"),)))


def test_the_heatmap_of_the_data_says_that_it_counts_readings():
    """A cell is a number of readings, and the title says of how many."""
    told = drawn()
    [matrix] = data(told).plots
    yes = told.answers[told.answers["yes"]]
    both = pd.crosstab([yes["place"], yes["coder"]], yes["value_id"]).to_numpy()

    assert f"how many readings, of {len(both)} readings that found any" in matrix.title
    assert float((both.min(axis=1) > 0).sum()) == matrix.cells[0][1]
