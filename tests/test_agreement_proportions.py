"""Tests of shares, their intervals, and of what a coefficient reaches on a scale."""

from __future__ import annotations

import pytest
from scipy import stats

from tagger.agreement.proportions import SCALES, benchmark_probabilities, clopper_pearson_interval, wilson_interval
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
