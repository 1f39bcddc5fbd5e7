"""Tests of what a person holds: the meaning of each act, and of silence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.readings import Reading, Step, fold

VALUES = ("choice", "common", "two-way")
ALL_NO = dict.fromkeys(VALUES, "no")


def held(*acts, values=VALUES):
    """Fold acts, each a name or a pair of name and answers, in the order given."""
    steps = [Step(act, {}, n) if isinstance(act, str) else Step(act[0], act[1], n) for n, act in enumerate(acts)]
    return fold(steps, values)


def yes(value):
    """Mark a value."""
    return ("choose", {value: "yes"})


def off(value):
    """Take a mark away."""
    return ("choose", {value: "not asked"})


def test_nothing_is_held_before_anything_is_said():
    """Without an act no value was asked, and there is no outcome."""
    assert Reading({}, None, finished=False, unlisted=False) == held()


def test_a_mark_without_done_leaves_the_other_values_not_asked():
    """Silence says nothing until the person says that they read against the whole list."""
    assert Reading({"common": "yes"}, "values", finished=False, unlisted=False) == held(yes("common"))


def test_done_makes_every_value_without_a_mark_an_explicit_no():
    """That is what Done means."""
    expected = Reading(ALL_NO | {"common": "yes"}, "values", finished=True, unlisted=False)

    assert expected == held(yes("common"), "done")


def test_done_without_a_yes_is_coded_with_no_value():
    """Nothing was marked against the whole list: nothing here."""
    assert Reading(ALL_NO, "nothing here", finished=True, unlisted=False) == held("done") == held("nothing here")


def test_rejecting_a_suggestion_is_a_no_for_its_value_alone():
    """The other values were not asked."""
    expected = Reading({"choice": "no"}, "values", finished=False, unlisted=False)

    assert expected == held(("reject", {"choice": "no"}))


def test_accepting_a_suggestion_is_a_yes_for_its_value_alone():
    """The other values were not asked."""
    expected = Reading({"choice": "yes"}, "values", finished=False, unlisted=False)

    assert expected == held(("accept", {"choice": "yes"}))


def test_nothing_here_takes_marks_back_with_it():
    """It says of every value that it is not there."""
    assert Reading(ALL_NO, "nothing here", finished=True, unlisted=False) == held(yes("common"), "nothing here")


def test_something_not_on_our_list_is_no_answer_about_the_list():
    """Values without a mark stay not asked, and the reading is not finished by it: that is what Done is for."""
    expected = Reading({}, "something not on our list", finished=False, unlisted=True)

    assert expected == held("something not on our list")


def test_something_not_on_our_list_beside_values_is_a_reading_with_values():
    """The marks count, and that there is more is kept."""
    expected = Reading({"choice": "yes"}, "values", finished=False, unlisted=True)

    assert (
        expected == held(yes("choice"), "something not on our list") == held("something not on our list", yes("choice"))
    )


def test_done_after_something_not_on_our_list_keeps_both():
    """No value of the list, and yet not nothing."""
    expected = Reading(ALL_NO, "something not on our list", finished=True, unlisted=True)

    assert expected == held("something not on our list", "done") == held("done", "something not on our list")


@pytest.mark.parametrize(("act", "outcome"), [("unsure", "unsure"), ("skip", "skipped")])
def test_unsure_and_skip_leave_no_answer(act, outcome):
    """Whatever was marked before is not said any more."""
    assert Reading({}, outcome, finished=True, unlisted=False) == held(yes("common"), "done", act)


@pytest.mark.parametrize("act", ["unsure", "skip"])
def test_a_mark_after_unsure_or_skip_starts_from_nothing(act):
    """What was said before stays unsaid, and the reading is open again."""
    expected = Reading({"choice": "yes"}, "values", finished=False, unlisted=False)

    assert expected == held(yes("common"), "done", act, yes("choice"))


def test_a_mark_after_nothing_here_keeps_the_other_values_at_no():
    """They were explicit, and one change of mind does not unsay them."""
    expected = Reading(ALL_NO | {"choice": "yes"}, "values", finished=True, unlisted=False)

    assert expected == held("nothing here", yes("choice"))


def test_a_mark_taken_away_is_not_asked_before_done_and_a_no_after_it():
    """An unmarked value is a no exactly while Done stands."""
    assert {} == held(yes("choice"), off("choice")).answers
    assert ALL_NO == held(yes("choice"), "done", off("choice")).answers
    assert "nothing here" == held(yes("choice"), "done", off("choice")).outcome


@pytest.mark.parametrize("act", ["memo", "adjust"])
def test_a_memo_and_moved_borders_change_nothing_of_what_is_held(act):
    """They are not about values."""
    assert held(yes("common"), "done") == held(act, yes("common"), act, "done", act)
    assert held() == held(act)


def test_done_says_nothing_of_a_value_that_a_later_list_brought():
    """The list that was read against is the one that was shown."""
    steps = [Step("done", {}, 1, listed=("choice", "common"))]

    assert {"choice": "no", "common": "no"} == fold(steps, VALUES).answers


def test_answers_about_values_that_the_list_lost_are_left_out():
    """What is held is said in the values that are asked for."""
    assert {"choice": "no"} == held(yes("common"), "done", values=("choice",)).answers


def test_acts_are_folded_in_the_order_of_their_numbers():
    """Whatever order they come in."""
    assert (
        "no"
        == fold([Step("choose", {"choice": "no"}, 2), Step("choose", {"choice": "yes"}, 1)], VALUES).answers["choice"]
    )


answers = st.dictionaries(st.sampled_from(VALUES), st.sampled_from(["yes", "no", "not asked"]), min_size=1)
suggestion = st.sampled_from(VALUES)
anything = st.one_of(
    st.tuples(st.just("choose"), answers),
    suggestion.map(lambda value: ("accept", {value: "yes"})),
    suggestion.map(lambda value: ("reject", {value: "no"})),
    st.sampled_from(["done", "nothing here", "something not on our list", "unsure", "skip", "memo", "adjust"]),
)


@given(st.lists(anything))
def test_after_done_every_value_is_answered(acts):
    """Whatever came before it."""
    assert set(VALUES) == set(held(*acts, "done").answers)


@given(st.lists(anything), suggestion)
def test_a_no_to_one_value_never_changes_the_answer_about_another(acts, value):
    """Unless it follows unsure or skip, after which a mark starts from nothing."""
    before, after = held(*acts).answers, held(*acts, ("reject", {value: "no"})).answers

    assert before | {value: "no"} == after


@given(st.lists(anything))
def test_a_value_that_nobody_named_is_answered_only_under_done_or_nothing_here(acts):
    """Silence alone is no answer."""
    named = {value for act in acts if not isinstance(act, str) for value in act[1]}
    declared = "done" in acts or "nothing here" in acts

    assert declared or set(held(*acts).answers) <= named


@given(st.lists(anything))
def test_the_outcome_fits_the_answers(acts):
    """Values where there is a yes; nothing here only with every value at no; no answers where it was left open."""
    reading = held(*acts)

    if "yes" in reading.answers.values():
        assert "values" == reading.outcome
    if reading.outcome == "nothing here":
        assert ALL_NO == reading.answers
    if reading.outcome in ("unsure", "skipped", None):
        assert {} == reading.answers
    assert (reading.outcome is None) <= (not reading.finished)
