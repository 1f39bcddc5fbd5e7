"""Tests of the intervals over whole transcripts: by hand, by two ways of computing, and where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from agreement_examples import CONTENTS
from hypothesis import given
from hypothesis import strategies as st

from tagger.agreement.alpha import alpha_statistic, krippendorff_alpha
from tagger.agreement.clusters import Additive, cluster_bootstrap, difference, jackknife_interval
from tagger.agreement.estimates import not_estimable
from tagger.agreement.ratings import read_ratings
from tagger.errors import UsageError

CATEGORIES = [1, 2, 3, 4, 5]
ALPHA = alpha_statistic(CATEGORIES)
TRANSCRIPTS = ["garden", "kitchen", "harbour"] * 4
"""The transcript of each of the twelve units of `CONTENTS`."""

ANSWERS = np.array([1, 1, 1, 0, 0, 0])
PEOPLE = ["ann", "ann", "bea", "bea", "cem", "cem"]


def share(rows):
    """Return the share of yes."""
    return float(np.mean(rows))


def shares(rows):
    """Return what each answer adds: the yes, and the one."""
    answers = np.asarray(rows, dtype=float).reshape(-1)
    return np.stack([answers, np.ones(len(answers))], axis=1)


SHARE = Additive(shares, lambda sums: sums[..., 0] / sums[..., 1], 2)


@pytest.mark.parametrize("statistic", [share, SHARE])
def test_leaving_one_out_by_hand(statistic):
    """Without each of three people the share is .25, .5 and .75: SE^2 = 2/3 * (1/16 + 1/16), and t(2) is 4.3027."""
    found = jackknife_interval(statistic, ANSWERS, PEOPLE, low=-9, high=9)

    se = np.sqrt(1 / 12)
    assert (0.5, se) == pytest.approx((found.value, found.se))
    assert (0.5 - 4.3027 * se, 0.5 + 4.3027 * se) == pytest.approx(found.interval, abs=0.0001)
    assert (6, 3, "") == (found.n_units, found.n_clusters, found.reason)


def test_the_interval_is_cut_to_the_range():
    """A share is not below 0 nor above 1, and of another level the interval is shorter."""
    assert (0.0, 1.0) == jackknife_interval(SHARE, ANSWERS, PEOPLE, low=0, high=1).interval

    low, high = jackknife_interval(SHARE, ANSWERS, PEOPLE, low=0, high=1, level=0.5).interval
    assert 0.0 < low < 0.5 < high < 1.0


def test_clusters_of_different_size_by_hand():
    """Three people with one, two and three answers: each is left out whole, and none weighs more for its size."""
    found = jackknife_interval(SHARE, ANSWERS, ["ann", "bea", "bea", "cem", "cem", "cem"])

    without = np.array([2 / 5, 1 / 4, 1.0])
    assert np.sqrt(2 / 3 * ((without - without.mean()) ** 2).sum()) == pytest.approx(found.se)


coded = st.lists(
    st.tuples(st.lists(st.sampled_from([*CATEGORIES, None]), min_size=3, max_size=3), st.sampled_from("abcd")),
    min_size=1,
    max_size=20,
)


@given(coded)
def test_subtracting_is_the_same_as_computing_again(units):
    """The jackknife of alpha by sums is that by recomputation, with the same reason where there is none."""
    table, clusters = map(list, zip(*units, strict=True))

    by_sums = jackknife_interval(ALPHA, table, clusters)
    again = jackknife_interval(lambda rows: krippendorff_alpha(rows, categories=CATEGORIES), table, clusters)
    assert (by_sums.n_units, by_sums.n_clusters, by_sums.reason) == (again.n_units, again.n_clusters, again.reason)
    for one, other in [(by_sums.value, again.value), (by_sums.se, again.se), (by_sums.interval, again.interval)]:
        assert (None if one is None else pytest.approx(one, abs=1e-9)) == other


def test_resampling_sums_is_the_same_as_resampling_units():
    """The bootstrap of alpha by sums is that by recomputation of the same resamples."""
    by_sums = cluster_bootstrap(ALPHA, CONTENTS, TRANSCRIPTS, resamples=60, seed=3)
    again = cluster_bootstrap(krippendorff_alpha, CONTENTS, TRANSCRIPTS, resamples=60, seed=3)

    assert by_sums.interval == pytest.approx(again.interval)
    assert (by_sums.value, by_sums.se) == pytest.approx((again.value, again.se))
    assert by_sums.degenerate == again.degenerate


@given(coded)
def test_nothing_differs_from_itself(units):
    """The difference of a statistic and itself is 0 with an error of 0, wherever it has an interval."""
    table, clusters = map(list, zip(*units, strict=True))
    alpha, found = (jackknife_interval(one, table, clusters) for one in (ALPHA, difference(ALPHA, ALPHA)))

    assert (alpha.value is None, alpha.reason) == (found.value is None, found.reason)
    if alpha.interval is not None:
        assert (0.0, 0.0, (0.0, 0.0)) == (found.value, found.se, found.interval)


def test_a_difference_is_paired():
    """The error of the difference of two shares is that of the differences, and not of two independent shares."""
    rows = np.array([[1, 1], [1, 1], [1, 1], [0, 0], [0, 0], [0, 1]])
    first, second = (Additive(lambda rows, at=at: shares(rows[:, at]), SHARE.value, 2) for at in (0, 1))

    found = jackknife_interval(difference(first, second), rows, PEOPLE)
    assert -1 / 6 == pytest.approx(found.value)
    without = np.array([-0.25, -0.25, 0.0])
    assert np.sqrt(2 / 3 * ((without - without.mean()) ** 2).sum()) == pytest.approx(found.se)
    assert found.se < jackknife_interval(first, rows, PEOPLE).se


@pytest.mark.parametrize("statistic", [ALPHA, krippendorff_alpha])
def test_equal_clusters_have_no_error(statistic):
    """Where all transcripts say the same, leaving one out changes alpha by its number of ratings alone."""
    found = jackknife_interval(statistic, CONTENTS * 4, np.repeat(list("abcd"), 12))

    assert 0.0 == pytest.approx(found.se, abs=1e-12)
    assert (found.value, found.value) == pytest.approx(found.interval)


@pytest.mark.parametrize("clusters", [1, 2])
def test_few_clusters_have_no_interval(clusters):
    """With one or two transcripts there is a value, no interval, and the reason why."""
    named = [f"t{at % clusters}" for at in range(12)]

    for found in (jackknife_interval(ALPHA, CONTENTS, named), cluster_bootstrap(ALPHA, CONTENTS, named)):
        assert krippendorff_alpha(CONTENTS).value == pytest.approx(found.value)
        assert (None, None, clusters) == (found.se, found.interval, found.n_clusters)
        assert f"no interval: it takes 3 clusters, and there are {clusters}" == found.reason


@pytest.mark.parametrize("statistic", [alpha_statistic([0, 1]), krippendorff_alpha])
def test_the_cluster_without_which_there_is_nothing_is_named(statistic):
    """Where one transcript has every yes there is no alpha without it, and no interval."""
    ratings = [[0, 0], [0, 0], [1, 1], [1, 0], [0, 0]]

    found = jackknife_interval(statistic, ratings, ["garden", "garden", "kitchen", "kitchen", "harbour"])
    assert found.value is not None
    assert (None, None) == (found.se, found.interval)
    assert "no interval: without kitchen it is not estimable" == found.reason


@pytest.mark.parametrize("statistic", [alpha_statistic([0, 1]), krippendorff_alpha, lambda rows: None])
@pytest.mark.parametrize("ratings", [[[0, 0]] * 6, [[0, None]] * 6])
def test_what_is_not_estimable_at_all_has_a_reason(statistic, ratings):
    """All no, and no two raters: no value, no interval, and why."""
    for found in (jackknife_interval(statistic, ratings, PEOPLE), cluster_bootstrap(statistic, ratings, PEOPLE)):
        assert (None, None, None, 6, 3) == (found.value, found.se, found.interval, found.n_units, found.n_clusters)
        assert "it is not estimable on all the data" == found.reason


def test_nothing_has_a_reason():
    """No unit in no transcript: no value, and why."""
    found = jackknife_interval(ALPHA, [], [])

    assert (None, 0, 0) == (found.value, found.n_units, found.n_clusters)
    assert "it is not estimable on all the data" == found.reason


def test_the_same_seed_gives_the_same_interval():
    """A bootstrap can be done again; another seed gives other resamples."""
    first, again, other = (cluster_bootstrap(SHARE, ANSWERS, PEOPLE, resamples=99, seed=seed) for seed in (7, 7, 8))

    assert first == again
    assert first.se != other.se


def test_the_bootstrap_by_hand():
    """The share of three people with 1, .5 and 0 of yes lies between 0 and 1, and its error is near sqrt(1/18)."""
    found = cluster_bootstrap(SHARE, ANSWERS, PEOPLE, resamples=20000)

    assert 0.5 == found.value
    assert np.sqrt(1 / 18) == pytest.approx(found.se, rel=0.02)
    # One in 27 resamples has the first person three times, and one in 27 the last.
    assert (0.0, 1.0) == pytest.approx(found.interval)
    assert (6, 3, 0.0, "") == (found.n_units, found.n_clusters, found.degenerate, found.reason)
    assert found.interval != cluster_bootstrap(SHARE, ANSWERS, PEOPLE, level=0.8).interval


def test_resamples_without_a_value_are_counted():
    """Of ten transcripts one has every yes: a third of the resamples lack it, too many for an interval."""
    ratings = [[1, 1], [1, 0], *[[0, 0]] * 18]

    found = cluster_bootstrap(alpha_statistic([0, 1]), ratings, np.repeat(np.arange(10), 2))
    assert 0.9**10 == pytest.approx(found.degenerate, abs=0.03)
    assert found.value is not None
    assert (None, None) == (found.se, found.interval)
    assert f"no interval: {found.degenerate:.0%} of the resamples had no value" == found.reason


def test_few_resamples_without_a_value_are_borne():
    """Of ten transcripts three have a yes: fewer than 5% of the resamples lack it, and they become neither 0 nor 1."""
    ratings = [[1, 1], [0, 0]] * 3 + [[0, 0], [0, 1]] * 7

    found = cluster_bootstrap(agreed_yes, ratings, np.repeat(np.arange(10), 2), level=0.98)
    assert 0.7**10 == pytest.approx(found.degenerate, abs=0.01)
    # The interval leaves out 1% at each end: it would begin at 0, if the resamples without a value were 0.
    assert 0.01 < found.degenerate < 0.05
    assert 0.0 < found.interval[0] < found.interval[1] < 1.0
    assert "" == found.reason


def agreed_yes(rows):
    """Return the share of agreed answers that are yes, or None where no yes was agreed on."""
    agreed = [a for a, b in rows if a == b]
    return sum(agreed) / len(agreed) if sum(agreed) else None


def test_a_statistic_may_return_an_estimate_a_number_or_none():
    """Whatever a statistic returns for *no value* is no value."""
    for nothing in (None, float("nan"), np.float64("nan"), not_estimable("so")):
        assert jackknife_interval(lambda rows, found=nothing: found, ANSWERS, PEOPLE).value is None
    assert 0.5 == jackknife_interval(lambda rows: np.float64(0.5), ANSWERS, PEOPLE).value


UNITS = {
    "list": CONTENTS,
    "array": np.array(CONTENTS, dtype=float),
    "objects": np.array(CONTENTS, dtype=object),
    "frame": pd.DataFrame(CONTENTS, index=list("lkjihgfedcba")),
    "nullable": pd.DataFrame(CONTENTS, index=range(12, 0, -1)).astype("Int64"),
    "ratings": read_ratings(CONTENTS),
}


@pytest.mark.parametrize("rows", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("statistic", [ALPHA, krippendorff_alpha])
def test_units_in_any_form(rows, statistic):
    """A list, an array, a DataFrame with any index and read ratings give the same interval, each by both ways."""
    expected = jackknife_interval(ALPHA, CONTENTS, TRANSCRIPTS)

    found = jackknife_interval(statistic, rows, TRANSCRIPTS)
    assert (expected.value, expected.se) == pytest.approx((found.value, found.se))
    assert 12 == found.n_units


def test_units_in_a_series_go_by_place():
    """A Series is taken in its order, whatever its index is."""
    series = pd.Series(ANSWERS, index=[5, 4, 3, 2, 1, 0])
    clusters = ["ann", "bea", "bea", "cem", "cem", "cem"]

    assert jackknife_interval(share, ANSWERS, clusters).se == pytest.approx(
        jackknife_interval(share, series, clusters).se
    )


@pytest.mark.parametrize(
    "clusters",
    [
        np.array(PEOPLE),
        pd.Series(PEOPLE, index=[5, 4, 3, 2, 1, 0]),
        pd.Series(PEOPLE, dtype="category"),
        pd.Series(PEOPLE, dtype="string"),
        [1, 1, "1", "1", 2.5, 2.5],
        [("p", 1), ("p", 1), ("p", 2), ("p", 2), ("q", 1), ("q", 1)],
    ],
    ids=["array", "series", "category", "string", "mixed", "pairs"],
)
def test_clusters_of_any_kind(clusters):
    """Clusters are told apart by name, number or pair, and their order and index do not count."""
    assert np.sqrt(1 / 12) == pytest.approx(jackknife_interval(SHARE, ANSWERS, clusters).se)


@pytest.mark.parametrize("interval_of", [jackknife_interval, cluster_bootstrap])
@pytest.mark.parametrize(
    "clusters",
    [PEOPLE[:5], [*PEOPLE, "cem"], [], [*PEOPLE[:5], None], [*PEOPLE[:5], float("nan")], [*PEOPLE[:5], pd.NA]],
)
def test_every_unit_needs_its_cluster(interval_of, clusters):
    """Too few clusters, too many, and one that is missing are refused."""
    with pytest.raises(UsageError, match="there are 6 units"):
        interval_of(SHARE, ANSWERS, clusters)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_is_a_share(level):
    """95 is no level: an interval from one end of the scale to the other would pass for an answer."""
    rows, clusters = [[1, 1], [0, 1], [0, 0]], ["a", "b", "c"]
    for interval in (jackknife_interval, cluster_bootstrap):
        with pytest.raises(UsageError, match="is no level"):
            interval(alpha_statistic([0, 1]), rows, clusters, level=level)
