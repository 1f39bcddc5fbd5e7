"""The report's coefficients as sums are those of `tagger.agreement`, on all data and without any transcript."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tagger import agreement
from tagger.agreement.ratings import Ratings
from tagger.report import statistics

ANSWERS = ("no", "yes")


def ratings(codes):
    """Make ratings of codes."""
    return Ratings(np.asarray(codes, dtype=np.int64), ANSWERS, ordered=True)


@st.composite
def tables(draw, least_readers=2):
    """Draw answers of a few readers, with gaps."""
    shape = draw(st.tuples(st.integers(2, 12), st.integers(least_readers, 4)))
    return draw(arrays.arrays(np.int64, shape, elements=st.integers(-1, 1)))


def same(found, estimate):
    """Say whether a sum's value is that of an estimate, NaN standing for None."""
    if estimate is None:
        return bool(np.isnan(found))
    return found == pytest.approx(estimate, abs=1e-9)


PAIRS = {
    "percent_agreement": (statistics.percent_agreement, lambda table: agreement.percent_agreement(table).value),
    "yes": (statistics.positive_agreement, lambda table: agreement.specific_agreement(table).positive.value),
    "no": (statistics.negative_agreement, lambda table: agreement.specific_agreement(table).negative.value),
    "gwet_ac1": (statistics.gwet_ac1, lambda table: agreement.gwet_ac1(table).value),
}


@pytest.mark.parametrize("name", PAIRS)
@given(codes=tables())
def test_sums_give_what_the_functions_give(name, codes):
    """Agreement, agreement on yes and on no, and AC1, of any readers with gaps."""
    statistic, function = PAIRS[name]
    table = ratings(codes).pairable
    if not len(table.codes):
        return
    assert same(statistic()(table), function(table))


@given(codes=tables())
def test_pabak_is_that_of_two_readers(codes):
    """PABAK is 2 p_o - 1 of the passages that both read."""
    table = ratings(codes[:, :2]).pairable
    if len(table.codes):
        assert same(statistics.pabak()(table), agreement.pabak(table).value)


@given(codes=tables(3))
def test_means_over_pairs_are_those_of_the_functions(codes):
    """The mean kappa and the mean alpha over the pairs that share passages, not estimable if one of them is not."""
    table = ratings(codes)
    pairs = tuple(combinations(range(table.raters), 2))
    for statistic, function in (
        (statistics.mean_kappa, agreement.cohen_kappa),
        (statistics.mean_alpha, agreement.krippendorff_alpha),
    ):
        found = [function(table.pair(*pair)).value for pair in pairs if len(table.pair(*pair).codes)]
        expected = None if not found or None in found else float(np.mean(found))
        assert same(statistic(pairs)(table), expected)


@given(
    rows=st.lists(st.tuples(st.sampled_from([1.0, 2.5]), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=20)
)
def test_quality_is_that_of_the_functions(rows):
    """Precision, recall and F1 with weights, and without them of ratings."""
    weight, label, said = map(np.array, zip(*rows, strict=True))
    table = np.column_stack([weight, label, said]).astype(float)
    for statistic, function in (
        (statistics.precision, agreement.precision),
        (statistics.recall, agreement.recall),
        (statistics.f1, agreement.f1),
    ):
        assert same(statistic()(table), function(label, said, weight).value)
        alone = statistics.of_ratings(statistic())(ratings(np.column_stack([label, said])))
        assert same(alone, function(label, said).value)


def test_leaving_out_a_transcript_is_a_subtraction():
    """The interval by sums is the one by computing again without each transcript."""
    chance = np.random.default_rng(7)
    codes = chance.integers(0, 2, (60, 3))
    codes[chance.random((60, 3)) < 0.2] = -1
    clusters = np.repeat(np.arange(6), 10)
    table = ratings(codes).pairable
    kept = clusters[(codes >= 0).sum(axis=1) > 1]
    for statistic, function in PAIRS.values():
        fast = agreement.jackknife_interval(statistic(), table, kept, low=0.0)
        slow = agreement.jackknife_interval(function, table, kept, low=0.0)
        assert fast.interval == pytest.approx(slow.interval)
        assert fast.value == pytest.approx(slow.value)
