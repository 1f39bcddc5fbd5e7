"""The order in which passages teach most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger import reading_orders
from tagger.reading_orders import reading_order, uncertainty

NOTHING = np.empty((0, 2))


def ordered(uncertain, vectors, read=NOTHING):
    """Order excerpts whose vectors are given."""
    table = np.asarray(vectors, dtype=np.float64)
    return reading_order(np.asarray(uncertain, dtype=np.float64), lambda rows: table[rows], np.asarray(read))


def test_uncertainty_is_the_ratio_of_the_odds_of_rank_and_border():
    """Five excerpts stand at 0.1, 0.3 ... 0.9; the border at 0.3 has odds of 3 to 7."""
    table = np.array([[5.0], [4.0], [3.0], [2.0], [1.0]])

    expected = [(1 / 9) / (3 / 7), 1.0, (3 / 7) / 1, (3 / 7) / (7 / 3), (3 / 7) / 9]
    assert np.allclose(expected, uncertainty(table, 0.3))


def test_only_ranks_count():
    """Cosines and the probabilities made of them by any rising function are equally uncertain."""
    cosines = np.random.default_rng(5).normal(size=(40, 3))

    assert np.array_equal(uncertainty(cosines, 0.1), uncertainty(1 / (1 + np.exp(-7 * cosines)), 0.1))


def test_the_value_that_is_nearest_to_its_border_counts():
    """Each value may have a share of its own; without values nothing is uncertain."""
    table = np.array([[4.0, 1.0], [3.0, 2.0], [2.0, 3.0], [1.0, 4.0]])
    alone = [uncertainty(table[:, [column]], share) for column, share in enumerate((0.125, 0.375))]

    assert np.array_equal(np.maximum(*alone), uncertainty(table, np.array([0.125, 0.375])))
    assert [0.0] * 4 == uncertainty(table[:, :0], 0.1).tolist()
    assert [] == uncertainty(table[:0], 0.1).tolist()


def test_equal_scores_are_equally_uncertain_and_a_share_of_all_has_a_border():
    """Those level with each other stand where their middle stands; with a share of 1 the last is nearest."""
    assert 1 == len(set(uncertainty(np.zeros((7, 2)), 0.1)))
    assert 3 == uncertainty(np.array([[9.0], [8.0], [7.0], [1.0]]), 1.0).argmax()


def test_what_is_like_those_before_it_waits():
    """By hand: the second is a copy of the first, so the third comes before it, and the copy last."""
    vectors = [[1, 0], [1, 0], [0, 1], [0.6, 0.8]]

    # Gains: 1, .9, .5, .8; then 0, .5, .8 * .4 = .32; then 0, min(.4, .2) * .8 = .16.
    assert [0, 2, 3, 1] == ordered([1.0, 0.9, 0.5, 0.8], vectors)


def test_what_is_like_those_read_waits_too():
    """What was read is not only passed over, but what resembles it comes later."""
    vectors = [[1, 0], [0, 1]]

    assert [0, 1] == ordered([1.0, 0.9], vectors)
    assert [1, 0] == ordered([1.0, 0.9], vectors, [[0.6, -0.8]])
    # More read than are compared at once.
    assert [1, 0] == ordered([1.0, 0.9], vectors, [[-1.0, 0.0]] * 600 + [[0.6, -0.8]])


def test_opposites_gain_nothing():
    """A negative cosine is no more unlike than none at all to what was read."""
    assert [0, 1] == ordered([1.0, 0.9], [[1, 0], [-1, 0]], [[0.0, 1.0]])


def test_ties_go_to_the_earlier_row():
    """Also where two machines differ in the last digits."""
    noise = np.array([0.0, 1e-9, -1e-9, 1e-9])

    assert [0, 1, 2, 3] == ordered(0.5 + noise, np.eye(4) + noise)


def test_beyond_the_first_uncertainty_alone_decides(monkeypatch: pytest.MonkeyPatch):
    """Only the most uncertain are compared, and only some of those are taken by how unlike they are."""
    monkeypatch.setattr(reading_orders, "FIRST", 2)
    monkeypatch.setattr(reading_orders, "AMONG", 3)
    vectors, asked = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [-1, 0]]), []

    def vectors_of(rows):
        asked.append(rows.tolist())
        return vectors[rows]

    assert [4, 2, 3, 1, 0] == reading_order(np.array([0.1, 0.2, 0.8, 0.7, 0.9]), vectors_of, NOTHING)
    assert [[2, 3, 4]] == asked


@given(st.integers(0, 12), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_everything_comes_once_and_as_a_slow_count_says(rows, read, seed):
    """Another way to count: compare each that is left with all that were taken or read."""
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(rows + read, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    uncertain, left, seen = chance.random(rows), list(range(rows)), list(range(rows, rows + read))
    expected = []
    while left:
        gains = [round(uncertain[one] * (1 - max([0.0, *(vectors[seen] @ vectors[one])])), 6) for one in left]
        expected.append(left.pop(int(np.argmax(gains))))
        seen.append(expected[-1])

    assert expected == ordered(uncertain, vectors[:rows], vectors[rows:])
