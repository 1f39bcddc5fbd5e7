"""Section 10: do suggestions sway people?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evidence_example import complete, drawn, evidence

from tagger import agreement
from tagger.report.document import Number, Section
from tagger.report.evidence import Evidence
from tagger.report.swayed import ARMS, EFFECT, OVER_RELIANCE, UPTAKE, others_blind, swayed


def arms(
    *,
    transcripts: int = 8,
    passages: int = 40,
    pull: float = 0.5,
    seed: int = 12,
    values: tuple[str, ...] = ("trust", "safety"),
) -> Evidence:
    """Make two arms: with a suggestion in sight, people who would not have made it follow it as often as *pull*."""
    random = np.random.default_rng(seed)
    clusters = [f"t{number}" for number in range(transcripts) for _ in range(passages)]
    answers, machine = [], []
    for value in values:
        there = random.random(len(clusters)) < 0.3
        suggested = there ^ (random.random(len(clusters)) < 0.3)
        strength = random.choice(["strong", "weak"], len(clusters))
        rows = zip(suggested.tolist(), strength.tolist(), strict=True)
        machine += [(place, value, 0.5, said, how) for place, (said, how) in enumerate(rows)]
        for reader in "ABC":
            assisted = random.random(len(clusters)) < 0.5
            yes = there ^ (random.random(len(clusters)) < 0.1)
            followed = yes | (suggested & assisted & (random.random(len(clusters)) < pull))
            answers += [
                (
                    place,
                    f"Reader {reader}",
                    "assisted" if assisted[place] else "blind",
                    value,
                    bool(followed[place]),
                    True,
                )
                for place in range(len(clusters))
            ]
    return evidence(clusters, answers=answers, machine=machine, values=values)


def readings(made: Evidence, value: str = "") -> pd.DataFrame:
    """Return the answers about what is suggested, worked out anew."""
    rows = made.answers.merge(made.machine, on=["place", "value_id"])
    rows = rows[rows["suggested"] & rows["drawn"] & rows["source"].isin(list(ARMS))]
    rows = rows.assign(cluster=made.clusters[rows["place"]])
    return rows[rows["value_id"] == value] if value else rows


def only(section: Section, value: str = "") -> dict[str, Number]:
    """Return the numbers of a value by estimator and between whom."""
    return {f"{one.estimator}, {one.between}": one for one in section.numbers if one.value_id == value}


def effect(section: Section, value: str = "", name: str = EFFECT) -> Number:
    """Return the effect on a value."""
    (found,) = [one for one in section.numbers if one.value_id == value and one.estimator == name]
    return found


def without(made: Evidence, **columns: object) -> Evidence:
    """Leave out the answers with this in a column."""
    kept = made.answers
    for name, cell in columns.items():
        kept = kept[kept[name] != cell]
    return replace(made, answers=kept.reset_index(drop=True))


DEGENERATE = {
    "nothing": evidence(),
    "passages alone": evidence(["a", "b"]),
    "blind alone": drawn(),
    "no scores": drawn(scored=False),
    "one transcript": arms(transcripts=1),
    "one passage each": arms(passages=1),
    "one reader": without(without(arms(), coder="Reader B"), coder="Reader C"),
    "nothing suggested": replace(arms(), machine=arms().machine.assign(suggested=False)),
    "no machine": replace(arms(), machine=arms().machine.iloc[:0]),
    "all yes": replace(arms(), answers=arms().answers.assign(yes=True)),
    "all no": replace(arms(), answers=arms().answers.assign(yes=False)),
    "no blind arm": without(arms(), source="blind"),
}


@pytest.mark.parametrize("made", DEGENERATE.values(), ids=DEGENERATE)
def test_nothing_breaks_where_there_is_little(made: Evidence) -> None:
    """An empty study, one transcript, one reader, all yes: a reason or an empty line."""
    complete(swayed(made))


def test_the_same_evidence_gives_the_same_section() -> None:
    """Nothing in it is drawn."""
    assert swayed(arms()) == swayed(arms())


@pytest.mark.parametrize("value", ["", "trust", "safety"])
def test_the_effect_is_that_of_the_public_function(value: str) -> None:
    """Of readings of what is suggested, within values and strengths."""
    made = arms()
    rows = readings(made, value)
    expected = agreement.anchoring_effect(
        rows["yes"].to_numpy(),
        np.ones(len(rows), dtype=bool),
        (rows["source"] == "assisted").to_numpy(),
        rows["cluster"].to_numpy(),
        (rows["value_id"] + " " + rows["strength"]).to_numpy(),
    )
    found = effect(swayed(made), value)
    assert found.estimate == pytest.approx(expected.value)
    assert (found.low, found.high) == pytest.approx(expected.interval)
    assert (found.n, found.transcripts) == (expected.n_units, 8)


def test_a_pull_is_found_and_none_is_not() -> None:
    """People who follow suggestions that they would not have made do so in half of the cases here."""
    pulled, left = swayed(arms(pull=0.5)), swayed(arms(pull=0.0))
    assert (effect(pulled).low or 0) > 0
    assert "more often once they see it" in pulled.finding
    assert (effect(left).low or 0) < 0 < (effect(left).high or 0)
    assert "cannot be told" in left.finding


def by_hand(each: int) -> Evidence:
    """Make readings in two arms: in sight all said yes, without every third; one is not suggested, one was chosen."""
    clusters = ["a", "b", "c"] * (2 * each // 3) + ["a", "a"]
    answers = [(place, "Reader A", "assisted", "trust", True, True) for place in range(each)]
    answers += [(place, "Reader A", "blind", "trust", place % 3 == 0, True) for place in range(each, 2 * each)]
    answers += [(2 * each, "Reader A", "blind", "trust", True, True)]
    answers += [(2 * each + 1, "Reader A", "assisted", "trust", False, False)]
    machine = [(place, "trust", 0.5, place != 2 * each, "strong") for place in range(2 * each + 2)]
    return evidence(clusters, answers=answers, machine=machine)


def test_a_small_case_by_hand() -> None:
    """In sight 12 of 12 said yes, without 4 of 12; a passage without a suggestion and a chosen one do not count."""
    section = swayed(by_hand(12))
    assert effect(section).estimate == pytest.approx(1 - 1 / 3)
    assert effect(section).n == 24
    found = only(section)
    assert found["share of yes, with suggestions in sight"].estimate == 1
    assert found["share of yes, without suggestions"].estimate == pytest.approx(1 / 3)


def test_with_fewer_than_ten_readings_in_an_arm_nothing_is_said_of_the_effect() -> None:
    """9 readings in each arm are too few, and the reason says so."""
    found = effect(swayed(by_hand(9)))
    assert found.estimate is None
    assert "one arm has 9 readings" in found.reason


def test_most_of_the_others_leaves_out_the_reader() -> None:
    """Reader A's own yes does not count for Reader A, a tie is no reference, and nobody else is none."""
    answers = [
        (0, "Reader A", "blind", "trust", True, True), (0, "Reader B", "blind", "trust", False, True),
        (0, "Reader C", "assisted", "trust", True, True), (1, "Reader A", "blind", "trust", True, True),
        (1, "Reader C", "assisted", "trust", True, True),
    ]  # fmt: skip
    made = evidence(
        ["a", "b"], answers=answers, machine=[(0, "trust", 0.5, True, "weak"), (1, "trust", 0.5, True, "weak")]
    )
    assert others_blind(made.answers, made.answers) == [False, True, None, None, True]


def by_the_others(made: Evidence) -> tuple[pd.DataFrame, list[bool | None]]:
    """Return the readings, and what most of the others said blind of each, worked out anew."""
    rows = readings(made)
    blind = made.answers[made.answers["source"] == "blind"]
    said = dict(iter(blind.groupby(["place", "value_id"])))
    reference: list[bool | None] = []
    for one in rows.itertuples():
        part = said.get((one.place, one.value_id))
        yes = [] if part is None else part.loc[part["coder"] != one.coder, "yes"].tolist()
        reference.append(None if 2 * sum(yes) == len(yes) else 2 * sum(yes) > len(yes))
    return rows, reference


def test_following_wrong_suggestions_is_that_of_the_public_function() -> None:
    """The reference is what most of the others said blind."""
    made = arms()
    rows, reference = by_the_others(made)
    expected = agreement.anchoring_effect(
        rows["yes"].tolist(),
        [True] * len(rows),
        (rows["source"] == "assisted").tolist(),
        rows["cluster"].tolist(),
        (rows["value_id"] + " " + rows["strength"]).tolist(),
        reference=reference,
    )
    found = effect(swayed(made), "", OVER_RELIANCE)
    assert found.estimate == pytest.approx(expected.value)
    assert found.n == expected.n_units
    assert found.estimate is not None
    assert found.estimate > 0.2


def test_taking_up_right_suggestions_is_the_contrast_of_those_that_the_others_found_too() -> None:
    """Who follows suggestions gains by the right ones, and a reading counts as wrong or as right but never as both."""
    made = arms()
    rows, reference = by_the_others(made)
    right = rows[[one is True for one in reference]]
    expected = agreement.anchoring_effect(
        right["yes"].tolist(),
        [True] * len(right),
        (right["source"] == "assisted").tolist(),
        right["cluster"].tolist(),
        (right["value_id"] + " " + right["strength"]).tolist(),
    )
    section = swayed(made)
    found = effect(section, "", UPTAKE)
    assert (found.estimate, (found.low, found.high)) == (
        pytest.approx(expected.value),
        pytest.approx(expected.interval),
    )
    assert found.n == expected.n_units
    assert found.n + effect(section, "", OVER_RELIANCE).n <= effect(section).n
    assert any("where others see it too" in note for note in section.notes)


def test_with_few_wrong_suggestions_nothing_is_said_of_following_them() -> None:
    """Ten readings of wrong suggestions are needed in each arm, however many readings there are in all."""
    made = arms(transcripts=3, passages=12, values=("trust",))
    rows, reference = by_the_others(made)
    wrong = rows[[one is False for one in reference]]
    fewest = min((wrong["source"] == arm).sum() for arm in ARMS)
    assert 0 < fewest < 10
    found = effect(swayed(made), "", OVER_RELIANCE)
    assert found.estimate is None
    assert f"one arm has {fewest} readings" in found.reason
    assert effect(swayed(made)).estimate is not None


def test_alpha_stands_for_each_arm_by_itself() -> None:
    """People who see the same suggestion agree more; the two arms are never pooled."""
    made = arms()
    section = swayed(made)
    for arm, words in ARMS.items():
        said = made.answers[(made.answers["source"] == arm) & (made.answers["value_id"] == "trust")]
        table = said.pivot(index="place", columns="coder", values="yes").astype(float)
        expected = agreement.krippendorff_alpha(table)
        found = only(section, "trust")[f"krippendorff_alpha, people with people, {words}"]
        assert found.estimate == pytest.approx(expected.value)
        assert found.n == expected.n_units
        assert found.source == ("blind" if arm == "blind" else "")


def test_without_an_arm_the_section_says_what_would_fill_it() -> None:
    """A share of 0 is a choice, and the report then says that nothing was measured."""
    for made in (
        drawn(),
        without(arms(), source="blind"),
        without(arms(), source="assisted"),
        without(arms(), drawn=True),
    ):
        section = swayed(made)
        assert section.empty.startswith("Not measured: nobody has read passages with")
        assert "blind_share" in section.empty
        assert not section.numbers
    assert "has a suggestion" in swayed(DEGENERATE["nothing suggested"]).empty


def test_nothing_is_said_of_a_reader_or_of_time() -> None:
    """Readers are not measured."""
    section = swayed(arms())
    assert "Reader " not in repr(section)
    assert any("not timed" in note for note in section.notes)
