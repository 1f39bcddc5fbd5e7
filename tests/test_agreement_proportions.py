"""Tests of shares, their intervals, and of what a coefficient reaches on a scale."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tagger.agreement.proportions import (
    SCALES,
    benchmark_probabilities,
    clopper_pearson_interval,
    clustered_share_interval,
    wilson_interval,
)
from tagger.errors import UsageError

INTERVALS = [wilson_interval, clopper_pearson_interval]


@pytest.mark.parametrize(
    ("interval_of", "expected"), [(wilson_interval, (0.2553, 0.3662)), (clopper_pearson_interval, (0.2527, 0.3676))]
)
def test_the_published_intervals(interval_of, expected):
    """Newcombe 1998, table I: 81 of 263."""
    found = interval_of(81, 263)

    assert expected == pytest.approx(found.interval, abs=0.0001)
    assert (81 / 263, 263) == (found.value, found.n_units)


def test_none_and_all_have_an_exact_bound():
    """Of n without a single one, the exact upper bound is 1 - .025 ** (1 / n), and the score one z^2 / (n + z^2)."""
    z = stats.norm.ppf(0.975)

    assert (0.0, 1 - 0.025 ** (1 / 20)) == pytest.approx(clopper_pearson_interval(0, 20).interval)
    assert (0.025 ** (1 / 20), 1.0) == pytest.approx(clopper_pearson_interval(20, 20).interval)
    assert (0.0, z**2 / (20 + z**2)) == pytest.approx(wilson_interval(0, 20).interval)
    assert (20 / (20 + z**2), 1.0) == pytest.approx(wilson_interval(20, 20).interval)


@pytest.mark.parametrize("interval_of", INTERVALS)
@pytest.mark.parametrize("n", [1, 7, 263])
def test_what_was_seen_of_none_or_all_is_within_the_interval(interval_of, n):
    """The interval of 0 of n begins at 0 and does not end there; that of n of n ends at 1."""
    none, every = interval_of(0, n), interval_of(n, n)

    assert (0.0, 1.0) == (none.value, every.value)
    assert 0.0 == none.interval[0] < none.interval[1] < 1.0
    assert 0.0 < every.interval[0] < every.interval[1] == 1.0


@pytest.mark.parametrize("interval_of", INTERVALS)
def test_another_level_gives_another_width(interval_of):
    """An interval of 99% holds that of 95%, which holds that of 80%."""
    wide, usual, narrow = (interval_of(81, 263, level).interval for level in (0.99, 0.95, 0.8))

    assert wide[0] < usual[0] < narrow[0] < narrow[1] < usual[1] < wide[1]


@pytest.mark.parametrize("interval_of", INTERVALS)
def test_a_share_of_nothing_is_not_estimable(interval_of):
    """0 of 0 is neither 0 nor 1: no number, and why."""
    found = interval_of(0, 0)

    assert (None, 0, None) == (found.value, found.n_units, found.interval)
    assert found.reason.startswith("there is nothing")


@pytest.mark.parametrize("interval_of", INTERVALS)
@pytest.mark.parametrize(("x", "n"), [(-1, 10), (11, 10), (1, 0), (0, -1), (float("nan"), 10)])
def test_what_is_no_share_is_refused(interval_of, x, n):
    """More than all, or less than none, is a mistake."""
    with pytest.raises(UsageError, match="no share"):
        interval_of(x, n)


# Shares of readings that are alike


def exact(x, n):
    """Return the exact interval by the quantiles of beta distributions, for x among n that need not be whole."""
    low = stats.beta.ppf(0.025, x, n - x + 1) if x else 0.0
    return pytest.approx((low, stats.beta.ppf(0.975, x + 1, n - x) if x < n else 1.0))


def test_independent_readings_are_worth_one_less_than_there_are():
    """One reading in each cluster: p (1 - p) / v is n - 1, as of any variance that is estimated."""
    found = clustered_share_interval([1] * 6 + [0] * 4, [1] * 10, range(10))

    assert (0.6, 10, 10) == (found.value, found.n_units, found.n_clusters)
    assert exact(0.6 * 9, 9) == found.interval


def test_the_variance_between_clusters_counts():
    """By hand: 4 of 4, 2 of 4 and 0 of 4 in three clusters; v = 3 / 2 * (2^2 + 0 + 2^2) / 12^2, and 0.25 / v is 3."""
    found = clustered_share_interval([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1] * 12, list("aaaabbbbcccc"))

    assert exact(0.5 * 3, 3) == found.interval


@pytest.mark.parametrize(("each", "interval"), [(0, (0, None)), (1, (None, 1))])
def test_where_all_said_the_same_readings_are_alike_all_the_same(each, interval):
    """By hand: 12 readings in three clusters of 4 with a correlation of .2 are worth 12 / (1 + 3 * .2) = 7.5."""
    low, high = clustered_share_interval([each] * 12, [1] * 12, list("aaaabbbbcccc")).interval

    assert exact(each * 7.5, 7.5) == (low, high)
    assert interval[0] in (None, low)
    assert interval[1] in (None, high)


def test_several_readings_of_a_passage_are_worth_no_more_than_one():
    """Each of nine passages read by five people who agree says what one reading of each does, and no more."""
    yes, clusters = np.array([1, 0, 1, 0, 1, 1, 0, 0, 1]), list("aaabbbccc")
    once, often = clustered_share_interval(yes, [1] * 9, clusters), clustered_share_interval(5 * yes, [5] * 9, clusters)

    assert (once.value, once.n_units) == (often.value, often.n_units)
    assert once.interval == pytest.approx(often.interval)


def test_a_passage_that_many_read_makes_the_rest_worth_less():
    """By hand, all yes: 10 readings of one passage and one each of three are worth 13^2 / (.8 * 103 + .2 * 123)."""
    low, _ = clustered_share_interval([10, 1, 1, 1], [10, 1, 1, 1], list("aabc")).interval

    assert exact(1.0, 1.0) != (low, 1.0)
    worth = 169 / (0.8 * 103 + 0.2 * (11**2 + 1 + 1))
    assert 0.025 ** (1 / worth) == pytest.approx(low)


def test_two_clusters_give_no_interval():
    """The share is there, and the reason why it has no interval."""
    found = clustered_share_interval([1, 0, 1], [1, 2, 1], ["a", "b", "b"])

    assert (0.5, 3, None) == (found.value, found.n_units, found.interval)
    assert "no interval: it takes 3 clusters, and there are 2" == found.reason


def test_no_readings_have_no_share():
    """None at all is neither 0 nor 1."""
    assert None is clustered_share_interval([], [], []).value


@pytest.mark.parametrize(
    "given",
    [
        ([1, 0], [1], ["a", "b"]),
        ([2, 0], [1, 1], ["a", "b"]),
        ([-1, 0], [1, 1], ["a", "b"]),
        ([0, 0], [1, 0], ["a", "b"]),
        ([np.nan, 0], [1, 1], ["a", "b"]),
    ],
)
def test_counts_that_do_not_fit_are_refused(given):
    """Columns of several lengths, more yes than readings or fewer than none, and a passage that nobody read."""
    with pytest.raises(UsageError, match="do not fit"):
        clustered_share_interval(*given)


@pytest.mark.parametrize("clusters", [["a"], ["a", None]])
def test_each_passage_has_a_cluster(clusters):
    """Readings of nowhere are refused."""
    with pytest.raises(UsageError, match="2 units and 1 clusters named"):
        clustered_share_interval([1, 0], [1, 1], clusters)


def spread(random, n, clusters):
    """Deal n passages to so many clusters of very different sizes; none is empty."""
    sizes = 1 + random.multinomial(n - clusters, random.dirichlet(np.full(clusters, 2.0)))
    return np.repeat(np.arange(clusters), sizes)


def held(random, *, clusters, n, share, correlation, readers=1, runs=1000):
    """Return the share of studies in which the interval holds the true share; up to so many read each passage."""
    size, count = (1 - correlation) / correlation, 0
    for _ in range(runs):
        of_cluster = random.beta(share * size, (1 - share) * size, clusters)
        place = spread(random, n, clusters)
        there = random.random(n) < of_cluster[place]
        read = random.integers(1, readers + 1, n)
        # Of those who read a passage, 1 in 10 says the contrary of what is there.
        yes = random.binomial(read, np.where(there, 0.9, 0.1) if readers > 1 else there)
        truth = 0.1 + 0.8 * share if readers > 1 else share
        low, high = clustered_share_interval(yes, read, place).interval
        count += low <= truth <= high
    return count / runs


@pytest.mark.parametrize(("clusters", "n"), [(3, 20), (4, 25), (10, 25), (3, 200), (30, 200)])
def test_the_interval_holds_the_true_share_of_beta_binomial_answers(clusters, n):
    """In at least 93% of 1,000 studies, rare or common, in transcripts that are a little alike or a lot."""
    random = np.random.default_rng(100 * clusters + n)
    cells = (0.02, 0.3), (0.1, 0.1), (0.4, 0.3), (0.8, 0.2)
    found = {cell: held(random, clusters=clusters, n=n, share=cell[0], correlation=cell[1]) for cell in cells}

    assert 0.93 <= min(found.values()), found


@pytest.mark.parametrize(("clusters", "n"), [(3, 12)])
def test_the_interval_holds_with_several_readers_of_a_passage(clusters, n):
    """One to four read each, and are mistaken now and then."""
    random = np.random.default_rng(clusters)
    found = {
        share: held(random, clusters=clusters, n=n, share=share, correlation=0.2, readers=4)
        for share in (0.02, 0.3, 0.8)
    }

    assert 0.93 <= min(found.values()), found


# Levels of a scale


def test_the_published_membership_probabilities():
    """Gwet's rule on Landis & Koch's scale: .67 with a standard error of .15 is moderate, and not substantial."""
    found = benchmark_probabilities(0.67, 0.15)

    assert (0.18168, 0.67511, 0.96356, 0.99912, 1.0, 1.0) == pytest.approx(found.cumulative, abs=0.00001)
    assert "moderate" == found.value
    assert ("almost perfect", "substantial", "moderate", "fair", "slight", "poor") == found.levels


@pytest.mark.parametrize(
    ("scale", "level"),
    [
        ("landis-koch", "substantial"),
        ("fleiss", "intermediate to good"),
        ("altman", "good"),
        ("krippendorff", "tentative"),
    ],
)
def test_without_an_error_the_level_is_that_of_the_number(scale, level):
    """A standard error of 0 leaves no doubt: .67 is in the level whose bounds it lies between."""
    found = benchmark_probabilities(0.67, 0, scale)

    assert level == found.value
    assert set(found.cumulative) <= {0.0, 1.0}


@pytest.mark.parametrize("scale", SCALES)
def test_a_bound_belongs_to_the_level_above(scale):
    """A coefficient that is a level's lower bound, without an error, is in that level."""
    for name, lower in SCALES[scale]:
        assert name == benchmark_probabilities(lower, 0, scale).value


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("coefficient", [-0.3, 0.0, 0.67, 1.0])
def test_probabilities_add_up(scale, coefficient):
    """Taken together the levels of a scale are certain, and each better one is no more probable than with the next."""
    found = benchmark_probabilities(coefficient, 0.2, scale).cumulative

    assert 1.0 == pytest.approx(found[-1])
    assert sorted(found) == list(found)


def test_an_error_that_says_nothing_leaves_the_lowest_level():
    """With a huge standard error nothing but the last level is sure."""
    assert "poor" == benchmark_probabilities(0.9, 50.0).value


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.67, 0.15, "cicchetti"), "no scale"),
        ((0.67, -0.1), "no standard error"),
        ((0.67, float("nan")), "no standard"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    """A scale that there is not, and what is no standard error, are said in words."""
    with pytest.raises(UsageError, match=words):
        benchmark_probabilities(*arguments)
