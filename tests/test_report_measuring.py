"""Counting passages that were answered alike, by cluster and weight, gives what going through them one by one does."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tagger import agreement
from tagger.agreement.clusters import Additive
from tagger.report import statistics
from tagger.report.evidence import Panel
from tagger.report.measuring import measured, tally


def panel(codes, clusters=None, weights=None, suggested=None):
    """Make the panel of these answers."""
    codes = np.asarray(codes, dtype=np.int64)
    n = len(codes)
    return Panel(
        np.arange(n),
        tuple(f"Reader {chr(65 + reader)}" for reader in range(codes.shape[1])),
        codes,
        np.asarray(["t1"] * n if clusters is None else clusters),
        np.zeros(n, dtype=np.int64) if suggested is None else suggested,
        np.full(n, np.nan),
        np.ones(n) if weights is None else weights,
    )


@st.composite
def panels(draw):
    """Draw a panel of a few readers with gaps, in which one value was found in ten passages at least."""
    n, readers = draw(st.tuples(st.integers(15, 60), st.integers(2, 4)))
    codes = draw(arrays.arrays(np.int64, (n, readers), elements=st.integers(-1, 1)))
    codes[:10] = 1
    clusters = np.array([f"t{number}" for number in draw(arrays.arrays(np.int64, n, elements=st.integers(0, 4)))])
    weights = draw(arrays.arrays(np.float64, n, elements=st.sampled_from([1.0, 2.5, 20.0])))
    return panel(codes, clusters, weights, draw(arrays.arrays(np.int64, n, elements=st.integers(-1, 1)))).pairable


@pytest.mark.parametrize("statistic", [statistics.alpha(), statistics.percent_agreement(), statistics.gwet_ac1()])
@given(made=panels())
def test_what_is_counted_is_what_was_said(statistic, made):
    """A number of a tally, interval and all, is that of the passages one by one, each by its weight."""
    each = made.weights / made.weights.mean()
    one_by_one = Additive(lambda rows: each[:, None] * statistic.parts(rows), statistic.value, statistic.width)

    expected = agreement.jackknife_interval(one_by_one, made.ratings, made.clusters)
    found = measured(statistic, tally(made))

    assert (expected.value is None, expected.reason) == (found.value is None, found.reason)
    assert (expected.n_units, expected.n_clusters) == (found.n_units, found.n_clusters)
    if expected.value is not None:
        assert found.value == pytest.approx(expected.value, abs=1e-9)
    if expected.interval is not None:
        assert found.interval == pytest.approx(expected.interval, abs=1e-6)


@given(made=panels())
def test_some_of_the_readers_are_counted_where_two_of_them_answered(made):
    """Two of the readers in a tally have the passages that both read."""
    for one, two in combinations(range(len(made.coders)), 2):
        part = tally(made).of((one, two))
        both = (made.codes[:, one] >= 0) & (made.codes[:, two] >= 0)
        apart = both & (made.codes[:, one] != made.codes[:, two])

        assert int(both.sum()) == part.n
        assert int(apart.sum()) == int(part.passages[part.codes[:, 0] != part.codes[:, 1]].sum())
        assert made.weights[both].sum() == pytest.approx(part.weights.sum())


def test_a_pair_counts_once_there_is_enough_of_it():
    """One or both found the value in 10 passages that both read, and not all of them said yes to everything."""
    codes = np.full((30, 4), -1)
    codes[:, 0] = [1] * 10 + [0] * 20
    codes[:, 1] = [1] * 9 + [0] * 21
    codes[:2, 2] = 0
    codes[:12, 3] = 1

    assert ((0, 1), (0, 3), (1, 3)) == tally(panel(codes)).admitted(combinations(range(4), 2))
    assert () == tally(panel(codes[:9])).admitted([(0, 1), (0, 3)])


def test_weights_stand_for_passages_that_are_not_there():
    """A passage of weight 3 counts as three of weight 1, but for the size of the sample."""
    chance = np.random.default_rng(5)
    codes = chance.integers(0, 2, (400, 2))
    weights = np.where(np.arange(400) < 200, 1.0, 3.0)
    many = np.concatenate([codes[:200], np.repeat(codes[200:], 3, axis=0)])
    for statistic in (statistics.alpha(), statistics.percent_agreement(), statistics.gwet_ac1()):
        found = measured(statistic, tally(panel(codes, weights=weights)))
        assert found.value == pytest.approx(measured(statistic, tally(panel(many))).value, abs=2e-3)
        assert 400 == found.n_units


def test_what_is_refused_stays_refused():
    """9 passages are too few for all that is made of them, and 10 are enough; of none it is said why."""
    codes = np.array([[1, 0]] * 9 + [[0, 0]] * 20)
    few, enough = tally(panel(codes)), tally(panel(np.concatenate([codes, [[0, 1]]])))

    for said in (few, few.of((0, 1)), few.only(few.codes[:, 0] == 1), replace(few, codes=1 - few.codes)):
        found = measured(statistics.percent_agreement(), said)
        assert (None, None) == (found.value, found.interval)
        assert "found in 9 passages" in found.reason
    assert measured(statistics.percent_agreement(), enough).value == pytest.approx(20 / 30)
    assert "nobody came" == measured(statistics.alpha(), tally(panel(codes[:0]), "nobody came")).reason
