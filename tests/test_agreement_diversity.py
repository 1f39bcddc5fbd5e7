"""The effective number of values: by hand, unbiased in small samples, and blind to what one transcript repeats."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from tagger.agreement import effective_number_of_values
from tagger.errors import UsageError


def test_it_is_one_over_the_share_of_pairs_across_transcripts_that_name_the_same():
    """Six marks in three transcripts, every pair counted out."""
    values = ["trust", "trust", "safety", "trust", "safety", "choice"]
    clusters = ["a", "a", "a", "b", "b", "c"]
    marks = list(zip(values, clusters, strict=True))
    pairs = [(one[0] == other[0]) for one, other in combinations(marks, 2) if one[1] != other[1]]

    found = effective_number_of_values(values, clusters)

    assert Fraction(11, 3) == 1 / Fraction(sum(pairs), len(pairs))
    assert found.value == pytest.approx(11 / 3)
    assert (6, 3) == (found.n_units, found.n_clusters)


def test_equally_common_values_are_as_many_as_there_are_however_few_marks():
    """The mean of p over many samples of 12 marks is 1 / 5, where the plain Simpson index of the sample is far off."""
    chance = np.random.default_rng(4)
    estimated, plain = [], []
    for _ in range(4000):
        values = chance.integers(0, 5, 12)
        found = effective_number_of_values(values, np.arange(12) // 2)
        estimated.append(0.0 if found.value is None else 1 / found.value)
        plain.append(float(((np.bincount(values) / 12) ** 2).sum()))

    assert np.mean(estimated) == pytest.approx(1 / 5, abs=0.006)
    assert np.mean(plain) > 0.25


def test_what_one_transcript_goes_on_about_is_no_narrowness():
    """Each transcript speaks of one value alone, all transcripts together of four."""
    values = [value for value in "abcd" for _ in range(50)] * 2
    clusters = [f"{value}{copy}" for copy in range(2) for value in "abcd" for _ in range(50)]

    assert effective_number_of_values(values, clusters).value == pytest.approx(7.0)
    assert effective_number_of_values(values, range(400)).value == pytest.approx(4.0, abs=0.05)


def test_without_two_alike_in_two_transcripts_there_is_no_number():
    """Neither 0 nor infinity."""
    for values, clusters in (([], []), (["trust", "trust"], ["a", "a"]), (["trust", "safety"], ["a", "b"])):
        found = effective_number_of_values(values, clusters)
        assert (found.value, len(values)) == (None, found.n_units)
        assert "two are alike" in found.reason


def test_the_interval_holds_the_truth():
    """Of 300 studies of 12 transcripts, each with its own taste."""
    chance = np.random.default_rng(5)
    common = np.array([0.4, 0.3, 0.2, 0.1])
    held = 0
    for _ in range(300):
        tastes = chance.dirichlet(12 * common, 12)
        values = np.concatenate([chance.choice(4, 15, p=taste) for taste in tastes])
        interval = effective_number_of_values(values, np.repeat(np.arange(12), 15)).interval
        held += interval is not None and interval[0] <= 1 / (common**2).sum() <= interval[1]

    assert held >= 0.92 * 300


def test_columns_of_two_lengths_are_refused():
    """And so is a level in per cent."""
    with pytest.raises(UsageError, match="clusters"):
        effective_number_of_values(["trust"], ["a", "b"])
    with pytest.raises(UsageError, match="level"):
        effective_number_of_values(["trust"], ["a"], level=95)
