"""The part of section 10 on diversity: whether readings narrow once suggestions are in sight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence_example import evidence, readings

from tagger.agreement import effective_number_of_values
from tagger.report import narrowing
from tagger.report.evidence import Evidence
from tagger.report.narrowing import KINDS, UNASKED, UNLISTED, VALUES, Measure
from tagger.report.swayed import swayed

NAMES = ("trust", "safety", "choice", "hope")


def arms(*, pull: float, seed: int = 3, transcripts: int = 12, strong: float = 0.5) -> Evidence:
    """
    Make two arms: every passage shows a value, and is suggested for trust.

    With the suggestion in sight, readers say trust in the place of what they would have said as often as *pull*. With
    suggestions in sight, passages that match strongly are read more often the further *strong* is from a half.
    """
    random = np.random.default_rng(seed)
    clusters = [f"t{number}" for number in range(transcripts) for _ in range(40)]
    there = random.integers(0, 4, len(clusters))
    matches = random.random(len(clusters)) < 0.5
    machine = [
        (place, name, 0.5, name == "trust", "strong" if matches[place] else "weak")
        for place in range(len(clusters))
        for name in NAMES
    ]
    answers = []
    for reader in "AB":
        assisted = random.random(len(clusters)) < np.where(matches, strong, 1 - strong)
        follows = assisted & (random.random(len(clusters)) < pull)
        answers += [
            (place, f"Reader {reader}", "assisted" if assisted[place] else "blind", name, bool(name == seen), True)
            for place in range(len(clusters))
            for seen in ["trust" if follows[place] else NAMES[there[place]]]
            for name in NAMES
        ]
    made = evidence(clusters, answers=answers, machine=machine, values=NAMES)
    return replace(made, readings=readings(made.answers))


def compared(made: Evidence) -> dict[str, Measure]:
    """Return the measures by name."""
    return {one.name: one for one in narrowing.narrowing(made)}


def test_readings_that_give_way_to_suggestions_are_narrower():
    """Four equally common values become fewer, by as much as the pull says."""
    found = compared(arms(pull=0.5))

    share = 0.5 + 0.5 / 4
    expected = 1 / (share**2 + 3 * ((1 - share) / 3) ** 2)
    assert found[KINDS].in_sight.estimate == pytest.approx(expected, abs=0.25)
    assert found[KINDS].without.estimate == pytest.approx(4.0, abs=0.25)
    assert found[KINDS].differs.high < 0
    assert found[UNASKED].differs.estimate == pytest.approx(-0.375, abs=0.08)
    assert found[VALUES].differs.estimate == pytest.approx(0.0, abs=1e-9)
    assert "Readings narrow" in narrowing.finding(tuple(found.values()))


def test_readings_that_do_not_give_way_are_as_wide():
    """The interval of the difference holds 0 in 19 of 20 studies or nearly so."""
    held = 0
    for seed in range(60):
        of = compared(arms(pull=0.0, seed=seed))[KINDS].differs
        held += of.low <= 0 <= of.high

    assert held >= 54


def test_what_chance_dealt_unevenly_is_weighed_to_the_same_mix():
    """Where strong matches are of trust, more of them in one arm are no narrowing."""
    made = arms(pull=0.0, strong=0.8)
    answers = made.answers.copy()
    strong = set(made.machine.loc[made.machine["strength"] == "strong", "place"])
    at = answers["place"].isin(strong)
    answers.loc[at, "yes"] = answers.loc[at, "value_id"] == "trust"
    of = compared(replace(made, answers=answers))

    rows = answers[answers["yes"] & (answers["source"] == "blind")]
    unweighted = effective_number_of_values(rows["value_id"], made.clusters[rows["place"]]).value
    assert of[KINDS].differs.estimate == pytest.approx(0.0, abs=0.2)
    assert unweighted - of[KINDS].without.estimate > 0.5


def test_what_is_not_on_the_list_is_compared_too_whether_or_not_it_was_finished():
    """A reading that saw something else and was left there has no answers, and counts."""
    made = arms(pull=0.0)
    told = made.readings.copy()
    blind = told.index[told["source"] == "blind"]
    told.loc[blind[::4], ["unlisted", "finished"]] = [True, False]
    told.loc[blind[1::4], "unlisted"] = True
    answers = made.answers.merge(told.loc[told["finished"], ["place", "coder"]], on=["place", "coder"])

    of = compared(replace(made, readings=told, answers=answers))[UNLISTED]

    assert of.without.estimate == pytest.approx(0.5, abs=0.01)
    assert of.in_sight.estimate == 0.0
    assert of.differs.high < 0
    assert len(blind) == of.without.n


def test_readings_that_chance_did_not_deal_and_passages_without_a_suggestion_do_not_count():
    """Nothing is left to compare."""
    made = arms(pull=0.5)

    assert () == narrowing.narrowing(replace(made, readings=made.readings.assign(drawn=False)))
    assert () == narrowing.narrowing(replace(made, machine=made.machine.assign(suggested=False)))


def test_it_stands_in_section_10_with_its_numbers():
    """A table, a sentence, and each number with its n and clusters."""
    section = swayed(arms(pull=0.5))

    assert "Do readings narrow once suggestions are in sight?" in [table.caption for table in section.tables]
    assert any(note.startswith("Readings narrow") for note in section.notes)
    told = [number for number in section.numbers if number.estimator == narrowing.EFFECTIVE]
    assert 3 == len(told)
    assert all(number.n > 0 and number.transcripts == 12 for number in told)
