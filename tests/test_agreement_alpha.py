"""Tests of Krippendorff's alpha: published examples, real ratings, and what must not change it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from agreement_examples import CONTENTS, FORMS, MULTIVALUED, SETS, contingency, worded
from hypothesis import given
from hypothesis import strategies as st

from tagger.agreement.alpha import alpha_statistic, krippendorff_alpha, multivalued_alpha
from tagger.errors import UsageError

SHARED = Path(__file__).resolve().parents[2] / "shared" / "evaldata"


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_example_with_missing_ratings(level, expected):
    """Krippendorff 2011, data C: four observers, twelve units, gaps."""
    assert expected == pytest.approx(krippendorff_alpha(CONTENTS, level).value, abs=0.0006)


def test_its_standard_error_and_interval():
    """Gwet's linearised standard error of the same data, and t with one less than the units, cut at 1."""
    found = krippendorff_alpha(CONTENTS)

    assert 0.146 == pytest.approx(found.se, abs=0.0006)
    assert (0.419, 1.0) == pytest.approx(found.interval, abs=0.0006)
    assert 11 == found.n_units


def test_weights_of_ones_own():
    """Artstein & Poesio 2008, example 2: a distance given as a function of two ratings."""
    ratings = contingency([[46, 0, 0], [6, 32, 6], [0, 0, 10]])

    def apart(a, b):
        return 0.0 if a == b else 0.5 if 2 in (a, b) else 1.0

    assert 0.8005 == pytest.approx(krippendorff_alpha(ratings).value, abs=0.0001)
    assert 0.8156 == pytest.approx(krippendorff_alpha(ratings, distance=apart).value, abs=0.0001)


@pytest.mark.parametrize(("distance", "expected"), [(None, 0.238806), ("jaccard", 0.31562), ("masi", 0.273081)])
def test_sets_of_labels(distance, expected):
    """Alpha over label sets, two empty sets being alike."""
    assert expected == pytest.approx(krippendorff_alpha(SETS, distance=distance).value, abs=2e-6)


def test_several_values_at_once():
    """Krippendorff & Craggs 2016, table 3."""
    assert 0.2865907 == pytest.approx(multivalued_alpha(MULTIVALUED).value, abs=1e-6)


def test_real_ratings_of_severity():
    """Of 4,185 real items and 8 raters, the first answer kept: nominal .4374, ordinal .6598, interval .7339."""
    table = pd.read_csv(SHARED / "convabuse-ratings" / "ratings.csv")
    levels = [int(name.removeprefix("is_abuse.")) for name in table if name.startswith("is_abuse.")]
    chosen = table[[f"is_abuse.{level}" for level in levels]].to_numpy()
    table["severity"] = np.where(chosen.sum(axis=1) == 1, np.array(levels)[chosen.argmax(axis=1)], np.nan)
    ratings = table.dropna(subset="severity").drop_duplicates(["item", "annotator_id"])
    wide = ratings.pivot(index="item", columns="annotator_id", values="severity")

    found = [krippendorff_alpha(wide, level).value for level in ("nominal", "ordinal", "interval")]
    assert [0.4374, 0.6598, 0.7339] == pytest.approx(found, abs=0.0001)
    abusive = (wide < 0).where(wide.notna())
    assert 0.6523 == pytest.approx(krippendorff_alpha(abusive.astype(object)).value, abs=0.0001)


tables = st.lists(st.lists(st.sampled_from([0, 1, 2, None]), min_size=3, max_size=3), min_size=1, max_size=12)


@given(tables, st.permutations(range(3)), st.data())
def test_order_and_names_do_not_matter(table, order, data):
    """Raters and units in another order, other labels, and units with one rating leave alpha as it is."""
    alpha = krippendorff_alpha(table)
    names = {0: "p", 1: "q", 2: "r", None: None}
    changed = [[names[row[at]] for at in order] for row in data.draw(st.permutations(table))]
    changed.append([None, "q", None])

    again = krippendorff_alpha(changed)
    assert (alpha.value is None) == (again.value is None)
    if alpha.value is not None:
        assert alpha.value == pytest.approx(again.value)


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=2, max_size=12), st.integers(2, 5))
def test_identical_raters_agree_perfectly(answers, raters):
    """Alpha is 1 if there are two values, and not estimable if there is one."""
    value = krippendorff_alpha([[answer] * raters for answer in answers]).value

    assert (1.0 if len(set(answers)) > 1 else None) == value


@given(tables)
def test_the_additive_form_is_the_same_number(table):
    """Alpha by sums over units is alpha."""
    alpha, by_sums = krippendorff_alpha(table).value, alpha_statistic([0, 1, 2])(table)

    assert (alpha is None) == bool(np.isnan(by_sums))
    if alpha is not None:
        assert alpha == pytest.approx(by_sums)


def test_chance_gives_nought_because_what_neither_chose_counts():
    """Two raters at exactly chance, each with one yes in five: alpha is about 0, and not the .8 of their agreement."""
    ratings = contingency([[64, 16], [16, 4]])

    assert krippendorff_alpha(ratings).value == pytest.approx(0.005, abs=1e-9)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_no_form_of_missing_becomes_a_category(form):
    """Integers, words, categories, pd.NA, None and NaN give the same alpha."""
    assert krippendorff_alpha(CONTENTS).value == pytest.approx(krippendorff_alpha(form(CONTENTS)).value)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([], "no unit"),
        ([[1], [0]], "no unit"),
        ([[1, None], [None, 0]], "no unit"),
        ([[1, 1], [1, 1]], "only one value"),
        ([[0, 0]], "only one value"),
        ([[set(), set()], [set(), set()]], "only one value"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(ratings, reason):
    """No rater, one rater, all yes, all no, all empty: no number, and why."""
    found = krippendorff_alpha(ratings)

    assert found.value is None
    assert found.reason.startswith(reason)


def test_one_unit_has_a_value_and_no_interval():
    """One unit of which two raters say different things: -0 at best, and no interval from a sample of one."""
    found = krippendorff_alpha([[0, 1]])

    assert (0.0, None, None) == (found.value, found.se, found.interval)


def test_words_have_no_order_of_their_own():
    """Ordinal words need their order; with it they are as good as numbers."""
    with pytest.raises(UsageError, match="no order"):
        krippendorff_alpha(worded(CONTENTS), "ordinal")

    ordered = krippendorff_alpha(worded(CONTENTS), "ordinal", categories=["one", "two", "three", "four", "five"])
    assert krippendorff_alpha(CONTENTS, "ordinal").value == pytest.approx(ordered.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"level": "cardinal"}, "no level"),
        ({"distance": "hamming"}, "not a set"),
        ({"categories": [1, 2]}, "not one of the categories"),
        ({"categories": [1, 1]}, "twice"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    """A level, a distance or a codebook that does not fit is said in words."""
    with pytest.raises(UsageError, match=words):
        krippendorff_alpha(CONTENTS, **arguments)


def test_rows_of_different_length_are_refused():
    """A unit without a cell for each rater is a mistake, and not a gap."""
    with pytest.raises(UsageError, match="differ in length"):
        krippendorff_alpha([[1, 2], [1]])
