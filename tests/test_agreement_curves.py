"""How well scores order passages, with intervals and bands that know of clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tagger.agreement import average_precision
from tagger.agreement.clusters import jackknife_interval
from tagger.agreement.curves import POINTS, average_precision_statistic, gains_curve, precision_recall_curve
from tagger.errors import UsageError


@st.composite
def ranked(draw):
    """Make rows of weight, label and score with equal scores among them, and four clusters."""
    n = draw(st.integers(8, 40))
    random = np.random.default_rng(draw(st.integers(0, 9999)))
    rows = np.column_stack(
        [
            random.choice([1.0, 1.5, 20.0], n),
            random.random(n) < draw(st.sampled_from([0.2, 0.6])),
            random.integers(0, 9, n),
        ]
    )
    clusters = np.array(list("abcd"))[np.arange(n) % 4]
    random.shuffle(clusters)
    assume(all(rows[clusters != one, 1].any() for one in "abcd"))
    return rows, clusters


def precision_at(rows, recall):
    """Read down score by score until so much is found, and return the share of yes by then."""
    weight, label, score = rows.T
    for least in np.unique(score)[::-1]:
        read = score >= least
        found = (weight * label)[read].sum()
        if found > 0 and found / (weight * label).sum() >= recall - 1e-9:
            return found / weight[read].sum()
    return None


def found_at(rows, share):
    """Return the share found when such a share is read, in a straight line between two scores."""
    weight, label, score = rows.T
    depths = [score >= least for least in np.unique(score)[::-1]]
    x = [0, *(weight[read].sum() / weight.sum() for read in depths)]
    y = [0, *((weight * label)[read].sum() / (weight * label).sum() for read in depths)]
    return np.interp(share, x, y)


@given(ranked())
def test_average_precision_and_its_interval_are_those_of_leaving_out(made):
    """The value is scikit-learn's, and leaving out by subtraction gives what computing it again does."""
    rows, clusters = made
    found = jackknife_interval(average_precision_statistic(), rows, clusters, low=0.0)
    expected = jackknife_interval(
        lambda kept: average_precision(kept[:, 1], kept[:, 2], kept[:, 0]), rows, clusters, low=0.0
    )

    assert expected.value == pytest.approx(found.value)
    assert expected.interval == pytest.approx(found.interval)


@given(ranked())
@pytest.mark.parametrize(("curve", "at"), [(precision_recall_curve, precision_at), (gains_curve, found_at)])
def test_each_point_and_its_band_are_the_jackknife_s(curve, at, made):
    """As if each point were the only number, worked out by reading down the scores."""
    rows, clusters = made
    found = curve(rows, clusters)

    assert len(found.x) == len(found.y) == len(found.low) == len(found.high)
    assert (4, len(rows), "") == (found.n_clusters, found.n_units, found.reason)
    for x, y, low, high in zip(found.x, found.y, found.low, found.high, strict=True):
        expected = jackknife_interval(lambda kept, x=x: at(kept, x), rows, clusters, low=0.0)
        assert expected.value == pytest.approx(y)
        assert expected.interval == pytest.approx((low, high), abs=1e-9)


def test_curves_begin_and_end_where_they_must():
    """Three passages by hand: yes, no and yes, from the best score down."""
    rows, clusters = np.array([[1, 1, 0.9], [1, 0, 0.5], [1, 1, 0.1]]), np.array(["a", "b", "c"])
    precision, gains = precision_recall_curve(rows, clusters), gains_curve(rows, clusters)

    assert ((0.0, 0.5, 1.0), (1.0, 1.0, 2 / 3)) == (precision.x, pytest.approx(precision.y))
    assert (pytest.approx((0, 1 / 3, 2 / 3, 1)), (0.0, 0.5, 0.5, 1.0)) == (gains.x, gains.y)


@pytest.mark.parametrize("curve", [precision_recall_curve, gains_curve])
def test_where_there_is_no_band_it_says_why(curve):
    """Two clusters, one that holds all that was found, and nothing found at all."""
    rows = np.column_stack([np.ones(30), np.arange(30) < 12, -np.arange(30)]).astype(float)
    two, alone = np.arange(30) % 2, np.repeat(["all of it", "b", "c"], [12, 9, 9])
    nothing = curve(rows * [1, 0, 1], np.arange(30) % 5)

    assert ((), "no band: it takes 3 clusters, and there are 2") == (curve(rows, two).low, curve(rows, two).reason)
    assert ((), "no band: without all of it nothing was found") == (curve(rows, alone).low, curve(rows, alone).reason)
    assert len(curve(rows, alone).x) == len(curve(rows, alone).y) > 1
    assert ((), ()) == (nothing.x, nothing.low)
    assert "people found none" in nothing.reason


@pytest.mark.parametrize("curve", [precision_recall_curve, gains_curve])
def test_a_long_curve_is_thinned_and_keeps_its_ends(curve):
    """To as many points as a small plot can show, and they lie on the whole curve; the band holds it."""
    random = np.random.default_rng(3)
    label = random.random(5000) < 0.3
    rows = np.column_stack([np.ones(5000), label, label + random.normal(0, 1, 5000)])
    found = curve(rows, np.arange(5000) % 20)
    at = {precision_recall_curve: precision_at, gains_curve: found_at}[curve]

    assert POINTS + 1 == len(found.x)
    assert (0.0, 1.0) == (found.x[0], found.x[-1])
    assert [at(rows, x) for x in found.x[::25]] == pytest.approx(found.y[::25])
    assert all(low <= y <= high for low, y, high in zip(found.low, found.y, found.high, strict=True))


def test_units_without_a_cluster_are_refused():
    """As everywhere."""
    with pytest.raises(UsageError, match="clusters"):
        gains_curve(np.ones((3, 3)), np.array(["a", "b"]))
