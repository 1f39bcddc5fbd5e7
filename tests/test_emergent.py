"""Tests of how passages that a list has no word for are grouped."""

from __future__ import annotations

import numpy as np
import pytest

from tagger.emergent import Groups, grouped

DIMENSION = 12
RNG = np.random.default_rng(5)
SAMPLE = RNG.normal(size=(60, 2 * DIMENSION))


def about(topic: int, count: int, spread: float = 0.05) -> np.ndarray:
    """Return vectors that point much the same way."""
    vectors = np.eye(2 * DIMENSION)[topic] + np.eye(2 * DIMENSION)[DIMENSION + topic]
    return vectors + np.random.default_rng(topic).normal(scale=spread, size=(count, 2 * DIMENSION))


def together(found: Groups, rows: np.ndarray) -> set[frozenset[int]]:
    """Return which passages are together, by the numbers that they had before they were shuffled."""
    return {frozenset(rows[list(group)].tolist()) for group in found.groups}


def test_what_says_something_alike_is_together_and_the_largest_group_comes_first():
    """Passages that are like no other are on their own."""
    found = grouped(np.vstack([about(0, 3), about(1, 5), about(2, 1)]), SAMPLE, DIMENSION)

    assert [{3, 4, 5, 6, 7}, {0, 1, 2}] == [set(group) for group in found.groups]
    assert (8,) == found.alone


def test_the_most_typical_passage_of_a_group_comes_first():
    """One at the edge of it comes last."""
    middle = about(0, 4, spread=0.01)
    edge = middle[:1] + 0.6 * np.eye(2 * DIMENSION)[3]

    found = grouped(np.vstack([edge, middle]), SAMPLE, DIMENSION)

    [group] = found.groups
    assert 0 == group[-1]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_passages_come_changes_nothing(seed):
    """Also where some are the same to the letter."""
    vectors = np.vstack([about(topic, 4, spread=0.4) for topic in range(6)] + [about(0, 2, spread=0.4)])
    rows = np.random.default_rng(seed).permutation(len(vectors))
    before, after = grouped(vectors, SAMPLE, DIMENSION), grouped(vectors[rows], SAMPLE, DIMENSION)

    assert together(before, np.arange(len(vectors))) == together(after, rows)
    assert set(before.alone) == set(rows[list(after.alone)].tolist())


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_passages_are_no_group(count):
    """What there is, is on its own."""
    assert Groups((), tuple(range(count))) == grouped(about(0, count), SAMPLE, DIMENSION)


def test_nothing_is_together_where_nothing_is_known_of_the_study():
    """How alike passages have to be is told by all passages of a study."""
    assert Groups((), (0, 1, 2)) == grouped(about(0, 3), SAMPLE[:0], DIMENSION)


def test_vectors_without_a_second_half_are_grouped_too():
    """Some encoders have no middle that is known."""
    vectors = np.vstack([about(0, 3), about(1, 3)])[:, :DIMENSION]

    found = grouped(vectors, SAMPLE[:, :DIMENSION], DIMENSION)

    assert [{0, 1, 2}, {3, 4, 5}] == sorted(sorted(map(set, found.groups), key=min))
