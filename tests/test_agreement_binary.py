"""Tests of the agreement on yes and on no, and of PABAK."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from agreement_examples import CONTENTS, FORMS, PARADOX, contingency
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from tagger.agreement.binary import pabak, specific_agreement
from tagger.agreement.ratings import read_ratings
from tagger.errors import UsageError


def turned(table):
    """Write a table of counts that has yes first out as ratings, with 1 for yes."""
    return [(1 - a, 1 - b) for a, b in contingency(table)]


@pytest.mark.parametrize(("table", "expected"), [(PARADOX[0], (0.8421, 0.8571)), (PARADOX[1], (0.9143, 0.4))])
def test_the_paradox_is_in_the_agreement_on_no(table, expected):
    """Feinstein & Cicchetti 1990: two tables of 85% agreement differ in what was agreed on."""
    found = specific_agreement(turned(table))

    assert expected == pytest.approx((found.positive.value, found.negative.value), abs=0.0001)
    assert (found.positive.value, 100, "") == (found.value, found.n_units, found.reason)


@pytest.mark.parametrize(("table", "prevalence", "bias"), [(PARADOX[0], -0.05, 0.03), (PARADOX[1], 0.75, 0.05)])
def test_pabak_names_what_it_adjusts_for(table, prevalence, bias):
    """Byrt, Bishop & Carlin 1993: .7 for both tables, which differ in prevalence and bias."""
    found = pabak(turned(table))

    assert (0.7, 0.85) == pytest.approx((found.value, found.observed))
    assert (prevalence, bias) == pytest.approx((found.prevalence_index, found.bias_index))
    assert 100 == found.n_units


pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30)


@given(pairs)
def test_of_two_raters_it_is_f1(ratings):
    """Agreement on an answer is the F1 of one rater against the other, and there is none where nobody gave it."""
    found = specific_agreement(ratings)
    first, second = zip(*ratings, strict=True)

    for answer, one in ((True, found.positive), (False, found.negative)):
        expected = f1_score(first, second, pos_label=answer, zero_division=np.nan)
        assert (None if np.isnan(expected) else pytest.approx(expected)) == one.value


@given(pairs)
def test_the_names_of_the_answers_do_not_matter(ratings):
    """Swapping yes and no swaps the two agreements, and turns the two indices round."""
    found, swapped = specific_agreement(ratings, True), specific_agreement(ratings, False)
    assert (found.positive.value, found.negative.value) == (swapped.negative.value, swapped.positive.value)

    yes, no = pabak(ratings, True), pabak(ratings, False)
    assert yes.value == no.value
    assert yes.prevalence_index == pytest.approx(-no.prevalence_index)
    assert yes.bias_index == pytest.approx(-no.bias_index)


def test_of_three_raters_by_hand():
    """Three, two and one yes of three, and one of two: 8 of 13 meetings of a yes are with a yes, 2 of 7 of a no."""
    ratings = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 0, None], [None, 1, None]]

    found = specific_agreement(ratings)
    # yes: 3*2 + 2*1 + 1*0 + 1*0 of 3*2 + 2*2 + 1*2 + 1*1; no: 1*0 + 2*1 + 1*0 of 1*2 + 2*2 + 1*1.
    assert (8 / 13, 2 / 7) == pytest.approx((found.positive.value, found.negative.value))
    assert 4 == found.n_units


def test_indices_by_hand():
    """Three both yes, one yes of the first alone, two of the second alone, four both no, and one that was not rated."""
    found = pabak([*turned([[3, 1], [2, 4]]), (1, None)])

    assert (0.4, 0.7, -0.1, -0.1) == pytest.approx(
        (found.value, found.observed, found.prevalence_index, found.bias_index)
    )
    assert 10 == found.n_units


@pytest.mark.parametrize(
    ("yes", "no"),
    [(True, False), (1, 0), ("yes", "no"), ("Yes", "no"), ("TRUE", "FALSE"), ("1", "0"), (2, 1), ("b", "a")],
)
def test_which_answer_is_yes(yes, no):
    """Of two answers yes is the one that says so, in whatever case, and otherwise the later one."""
    found = specific_agreement([(yes, yes), (yes, no), (no, no), (no, no)])

    assert (2 / 3, 4 / 5) == pytest.approx((found.positive.value, found.negative.value))


@pytest.mark.parametrize("answer", [True, 1, 1.0, "yes", "Yes", "Y", "true", "1"])
def test_an_answer_that_all_gave_can_be_yes(answer):
    """Where everybody said yes to everything there is no agreement on no."""
    found = specific_agreement([(answer, answer)] * 3)

    assert 1.0 == found.positive.value
    assert (None, "nobody said no") == (found.negative.value, found.negative.reason)
    assert (1.0, 1.0) == (pabak([(answer, answer)]).value, pabak([(answer, answer)]).prevalence_index)


@pytest.mark.parametrize("answer", [False, 0, "no", "false", "0"])
def test_an_answer_that_all_gave_can_be_no(answer):
    """Where nobody said yes to anything there is no agreement on yes."""
    found = specific_agreement([(answer, answer)] * 3)

    assert (None, None, "nobody said yes") == (found.value, found.positive.value, found.reason)
    assert 1.0 == found.negative.value
    assert (1.0, -1.0) == (pabak([(answer, answer)]).value, pabak([(answer, answer)]).prevalence_index)


def test_a_category_that_is_named_is_set_against_all_others():
    """Of three categories one is yes and the others are no, and a name that nobody used was said by nobody."""
    ratings = [("a", "a"), ("a", "b"), ("b", "c"), ("c", "c")]

    found = specific_agreement(ratings, positive="a")
    assert (2 / 3, 4 / 5) == pytest.approx((found.positive.value, found.negative.value))
    assert 0.5 == pytest.approx(pabak(ratings, positive="a").value)
    assert "nobody said yes" == specific_agreement(ratings, positive="d").reason


@pytest.mark.parametrize("measure", [specific_agreement, pabak])
def test_three_categories_have_no_yes(measure):
    """Which of three categories is meant is not guessed."""
    with pytest.raises(UsageError, match="3 categories"):
        measure([("a", "b"), ("c", "c")])


@pytest.mark.parametrize("ratings", [[[1], [0]], [[1, 0, 1]]])
def test_pabak_is_of_two_raters(ratings):
    """One rater, or three, are refused."""
    with pytest.raises(UsageError, match="two raters"):
        pabak(ratings)


@pytest.mark.parametrize("ratings", [[], [[1], [0]], [[1, None], [None, 0]], np.empty((0, 2)), pd.DataFrame()])
def test_what_nobody_rated_together_has_a_reason(ratings):
    """No unit, one rater, or no unit of two: no number, and why."""
    found = specific_agreement(ratings)

    assert (None, 0, "no unit was rated by two raters") == (found.value, found.n_units, found.reason)
    assert (None, found.reason) == (found.negative.value, found.negative.reason)


@pytest.mark.parametrize("ratings", [[[1, None], [None, 0]], np.empty((0, 2))])
def test_pabak_of_nothing_has_a_reason(ratings):
    """Without a unit that both rated there is no PABAK, and no index."""
    found = pabak(ratings)

    assert (None, None, None, None) == (found.value, found.observed, found.prevalence_index, found.bias_index)
    assert (0, "no unit was rated by two raters") == (found.n_units, found.reason)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_no_form_of_missing_becomes_an_answer(form):
    """Integers, words, categories, pd.NA, None and NaN give the same agreement on 3 and on all else."""
    ratings = read_ratings(form(CONTENTS))

    found = specific_agreement(ratings, positive="three" if "three" in ratings.values else 3)
    assert (24 / 30, 74 / 80) == pytest.approx((found.positive.value, found.negative.value))
    assert 11 == found.n_units
