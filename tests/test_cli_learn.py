"""Tests of `tagger learn`, and of what `tagger status` says of it."""

from __future__ import annotations

import json

import pytest
from desk import lasting
from read_study import READ, passages, read_blind, read_by_two
from small_study import copied
from test_cli import one_line

from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.steps.stopping import guarantees


@pytest.fixture(scope="module")
def read(tagged, tmp_path_factory):
    """Return a study in which two people read twelve passages blind; tests copy it."""
    return read_by_two(copied(tagged, tmp_path_factory.mktemp("read")))


@pytest.fixture
def own(read, tmp_path):
    """Return a copy of it that a test may change."""
    return copied(read, tmp_path / "own")


def test_learn_says_from_what_how_well_and_what_comes_next(own, tagger):
    """And undo goes back; the second time there is nothing to go back from."""
    said = tagger("learn", "--study", own.folder, "--engine", "local")

    assert 0 == said.code
    lines = said.out.splitlines()
    assert "Learned for Three values for tests (small 1.0) from 12 excerpts in 4 transcripts, by 2 readers:" == lines[0]
    assert "  24 readings read here without suggestions" == lines[1]
    [choice] = [line for line in lines if line.startswith("  Choice")]
    assert ["Choice", "4", "of", "12"] == choice.split()[:4]
    assert "In general:" in lines
    assert f"To go back to the suggestions of before: tagger learn --undo --study {own.folder}" == lines[-1]
    assert max(map(len, lines[:-2])) <= 120

    again = tagger("learn", "--study", own.folder, "--engine", "local").out
    assert again.startswith("small: there are no new answers, so nothing changed. What was learned on ")
    back = tagger("learn", "--undo", "--study", own.folder).out
    assert back.startswith("small: taken back. Suggestions rest on the framework's wording alone again.")
    assert "nothing to take back" in one_line(tagger("learn", "--undo", "--study", own.folder))


def test_learn_tells_other_programs_the_same(own, tagger):
    """One JSON object, with the card and the state of every value."""
    said = tagger("learn", "--study", own.folder, "--engine", "local", "--json")

    [told] = json.loads(said.out)["frameworks"]
    assert ("small", ["general"], "", 12) == (
        told["framework"], told["datasets"], told["refused"], told["card"]["excerpts"]
    )  # fmt: skip
    assert ["untested"] * 4 == [row["state"] for row in told["values"]]
    assert ["blind", "independent"] == [one["source"] for one in told["values"][0]["columns"]]
    assert "" == said.err


def test_too_few_answers_end_with_one_line(study, tagger):
    """It says how many there are, how many it takes, and what to do; Prefect is not started for that."""
    line = one_line(tagger("learn", "--study", study.folder))

    assert "small: there is too little to learn from: 0 excerpts were read before anything was shown" in line
    assert "it takes 10 in 2" in line
    assert not (study.folder / ".prefect").exists()


def test_a_framework_that_no_dataset_uses_is_refused(study, tagger):
    """With the names of those that are used."""
    assert "In use here: small" in one_line(tagger("learn", "--study", study.folder, "--framework", "maternal"))


def test_status_says_what_suggestions_rest_on_and_what_came_since(own, tagger):
    """Before learning, after it, and after one more reading."""
    before = tagger("status", "--study", own.folder).out
    wording, learning = (
        "small rest on the framework's wording alone.",
        "No value is tested until it learns from 24 readings",
    )
    assert f"{wording} {learning}: tagger learn.\n" in before

    tagger("learn", "--study", own.folder, "--engine", "local", "--json")
    after = tagger("status", "--study", own.folder).out
    assert " from 12 excerpts.\nIn general:\n  untested  Choice " in after
    [choice] = [line for line in after.splitlines() if line.startswith("  untested  Choice ")]
    assert choice.endswith("  found in 4 passages of 3 transcripts; it takes 10 of 5 (read here)")
    assert "  untested  Two-way support (exchanges)  nobody reads exchanges without suggestions\n" in after
    assert max(len(line) for line in after.splitlines() if str(own.folder) not in line) <= 120

    with lasting(own) as desk:
        read_blind(desk, desk.reader("Cat"), passages(desk)[READ], ["common"])
    assert " 1 reading came since: tagger learn." in tagger("status", "--study", own.folder).out
    [stands] = json.loads(tagger("status", "--study", own.folder, "--json").out)["learning"]
    assert (1, 0, "small") == (stands["new"], stands["gone"], stands["framework"])


def test_status_says_which_values_are_shown_and_silent_and_by_whose_readings(own, tagger):
    """A line each: how it does beside the best of the simple ways, and which readings decide."""
    tagger("learn", "--study", own.folder, "--engine", "local", "--json")
    for value, source, state, reason in (
        ("choice", "blind", "silent", "worse than looking for its words, 0.31 against 0.45"),
        ("common", "independent", "shown", "better than going by its name, 0.61 against 0.40"),
    ):
        own.do(
            f"UPDATE gate_columns SET state = '{state}', reason = '{reason}' "
            f"WHERE value_id = '{value}' AND source = '{source}'"
        )
    lines = tagger("status", "--study", own.folder).out.splitlines()

    assert (
        "  silent    Choice                       worse than looking for its words, 0.31 against 0.45 (read here)"
        in lines
    )
    [common] = [line for line in lines if line.startswith("  shown     Experiences in common")]
    assert common.endswith("  better than going by its name, 0.61 against 0.40 (coded elsewhere)")


def test_status_says_what_the_newest_audit_guarantees(study, tagger):
    """Word for word as the report does; without an audit it says what would tell, once somebody has read."""
    with lasting(study) as desk:
        read_blind(desk, desk.reader("Ann"), passages(desk)[0], ["choice"])
    before = tagger("status", "--study", study.folder).out
    with lasting(study) as desk:
        draw(desk.db, Wanted("general", ("Ann",), dict.fromkeys(STRATA, 2), 7), desk.tick())
    after = tagger("status", "--study", study.folder).out

    assert f"how much of each value has been found in general: tagger audit plan --study {study.folder}\n" in before
    assert "By the newest audit" not in before
    assert "Only an audit" not in after
    [said] = [one.words for one in guarantees(study.folder) if one.value.id == "choice"]
    assert said in " ".join(after.split())
    found = json.loads(tagger("status", "--study", study.folder, "--json").out)["found"]
    assert said == found[0]["words"]
