"""Tests of how well a model finds what people found: published examples, weights, and what has no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tagger.agreement.detection import (
    average_precision,
    brier_score,
    calibration_curve,
    debiased_calibration_error,
    expected_calibration_error,
    f1,
    precision,
    recall,
)
from tagger.errors import UsageError

P = [0.25, 0.25, 0.55, 0.75, 0.75]
Y = [0, 0, 1, 1, 1]
DECISIONS = (precision, recall, f1)
PROBABILITIES = (average_precision, brier_score, expected_calibration_error)


def test_precision_recall_and_f1_by_hand():
    """Of three found, two rightly, and of four there are: 2/3, 2/4, and 4/7."""
    y, predicted = [1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 1, 0]

    assert [2 / 3, 2 / 4, 4 / 7] == pytest.approx([metric(y, predicted).value for metric in DECISIONS])
    assert {6} == {metric(y, predicted).n_units for metric in DECISIONS}


def test_weights_undo_a_sample_that_favours_suggestions():
    """Of 10 suggested all were read, of 90 others 10: the yes found among these stands for nine."""
    y = [1] * 8 + [0] * 2 + [1] + [0] * 9
    suggested = [1] * 10 + [0] * 10
    weights = [1] * 10 + [9] * 10

    assert 8 / 9 == pytest.approx(recall(y, suggested).value)
    assert 8 / 17 == pytest.approx(recall(y, suggested, weights).value)
    assert 0.8 == pytest.approx(precision(y, suggested, weights).value)


def test_average_precision_of_the_published_example():
    """scikit-learn's documentation of average_precision_score: .83."""
    assert 0.8333333 == pytest.approx(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value, abs=1e-6)


@pytest.mark.parametrize(("norm", "expected"), [("l1", 0.29), ("l2", 0.2918), ("max", 0.3167)])
def test_calibration_error_of_the_published_example(norm, expected):
    """TorchMetrics' documentation of BinaryCalibrationError, two bins of equal width."""
    assert expected == pytest.approx(expected_calibration_error(Y, P, bins=2, norm=norm).value, abs=1e-4)


def test_curve_of_the_published_example():
    """Two bins of equal width hold two and three units, of mean p .25 and .683, none and all of them yes."""
    curve = calibration_curve(Y, P, bins=2, strategy="width")

    assert ((0.25, 0.0), pytest.approx((2.05 / 3, 1.0))) == curve.value
    assert ((2, 3), pytest.approx((0.4, 0.6)), 5) == (curve.n, curve.mass, curve.n_units)


def test_brier_score_by_hand():
    """The mean of squares: (2 * .0625 + .2025 + 2 * .0625) / 5."""
    assert 0.0905 == pytest.approx(brier_score(Y, P).value)


def test_bins_of_equal_width_hold_their_lower_end():
    """Of [0, .1), [.1, .2) ... [.9, 1] each tenth is in the bin that it opens, and 1 in the last."""
    tenths = [tenth / 10 for tenth in range(11)]

    assert (1,) * 9 + (2,) == calibration_curve([0] * 11, tenths, strategy="width").n


def test_bins_of_equal_mass_are_equal_without_ties():
    """A hundred different p make ten bins of ten."""
    assert (10,) * 10 == calibration_curve([0, 1] * 50, np.linspace(0, 1, 100)).n


def test_bins_of_equal_mass_keep_ties_together():
    """Seven of ten units with the same p are one bin, which takes the place of several."""
    curve = calibration_curve([0] * 10, [0.0] * 7 + [0.2, 0.5, 0.9], bins=5)

    assert ((7, 1, 2), pytest.approx((0.0, 0.2, 0.7))) == (curve.n, curve.mean_p)


units = st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.integers(1, 4)), min_size=1, max_size=30)


def columns(rows):
    """Return y, p in eighths, the decisions at one half, and weights."""
    y, eighths, weights = (list(column) for column in zip(*rows, strict=True))
    return y, [eighth / 8 for eighth in eighths], [eighth >= 4 for eighth in eighths], weights


def values(y, p, predicted, weights=None):
    """Return what every function here makes of the same units, -1 where it is nothing."""
    found = [metric(y, predicted, weights).value for metric in DECISIONS]
    found += [metric(y, p, weights=weights).value for metric in PROBABILITIES]
    by_mass = expected_calibration_error(y, p, 4, "mass", "l2", weights)
    found = [-1 if value is None else value for value in found]
    return [*found, by_mass.value, *calibration_curve(y, p, weights=weights).mean_p]


@given(units)
def test_equal_weights_are_no_weights(rows):
    """Weights that are all 1, or all a seventh, change nothing."""
    y, p, predicted, _ = columns(rows)

    for weight in (1, 1 / 7):
        assert values(y, p, predicted) == pytest.approx(values(y, p, predicted, [weight] * len(y)))


@given(units)
def test_whole_weights_are_repeated_units(rows):
    """A unit of weight 3 is three units."""
    repeated = [row for row in rows for _ in range(row[2])]

    assert values(*columns(repeated)[:3]) == pytest.approx(values(*columns(rows)))


@given(units, st.randoms(use_true_random=False))
def test_order_does_not_matter(rows, random):
    """Units in another order give the same numbers and the same bins."""
    other = list(rows)
    random.shuffle(other)

    assert values(*columns(rows)) == pytest.approx(values(*columns(other)))


@given(units)
def test_f1_is_the_harmonic_mean(rows):
    """Wherever precision and recall have values above 0, F1 is their harmonic mean."""
    y, _, predicted, weights = columns(rows)
    exactness, completeness = precision(y, predicted, weights).value, recall(y, predicted, weights).value
    assume(exactness and completeness)

    expected = 2 / (1 / exactness + 1 / completeness)
    assert expected == pytest.approx(f1(y, predicted, weights).value)


@given(units)
def test_norms_are_ordered(rows):
    """The mean distance is at most the root mean square, and that at most the largest, for any bins."""
    y, p, _, weights = columns(rows)

    for strategy in ("mass", "width"):
        mean, root, largest = (
            expected_calibration_error(y, p, 4, strategy, norm, weights).value for norm in ("l1", "l2", "max")
        )
        assert 0 <= mean <= root + 1e-12 <= largest + 2e-12 <= 1 + 3e-12


@pytest.mark.parametrize(
    "column",
    [
        [0, None, 1, 1, float("nan"), 0],
        [False, None, True, True, pd.NA, False],
        np.array([0, np.nan, 1, 1, np.nan, 0]),
        pd.Series([0, pd.NA, 1, 1, pd.NA, 0], dtype="Int64"),
        pd.Series([False, None, True, True, None, False], dtype="boolean"),
        pd.Series([0, None, 1, 1, None, 0], dtype="category"),
    ],
)
def test_missing_labels_leave_the_unit_out(column):
    """None, NaN and pd.NA in whatever column count neither as no nor as yes, and need no prediction or weight."""
    p, predicted, weights = [0.1, None, 0.9, 0.4, 7, 0.6], [0, None, 1, 0, 5, 1], [1, None, 2, 1, -1, 3]
    complete = values([0, 1, 1, 0], [0.1, 0.9, 0.4, 0.6], [0, 1, 0, 1], [1, 2, 1, 3])

    assert complete == pytest.approx(values(column, p, predicted, weights))
    assert 4 == precision(column, predicted).n_units


@pytest.mark.parametrize(
    ("metric", "y", "said", "reason"),
    [
        (precision, [0, 1], [0, 0], "the model said yes nowhere"),
        (recall, [0, 0], [0, 1], "people found none"),
        (f1, [0, 0], [0, 0], "neither people nor the model"),
        (average_precision, [0, 0], [0.2, 0.3], "people found none"),
        *((metric, y, y, "no unit has a label") for metric in DECISIONS + PROBABILITIES for y in ([], [None, None])),
        (calibration_curve, [], [], "no unit has a label"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(metric, y, said, reason):
    """Nothing predicted, nothing to find, or nothing at all: no number, and why."""
    found = metric(y, said)

    assert found.value is None
    assert found.reason.startswith(reason)


def test_one_side_alone_gives_an_f1_of_zero():
    """Where only people, or only the model, said yes, none is found and F1 is 0."""
    assert [0.0, 0.0] == [f1([0, 1], [0, 0]).value, f1([0, 0], [0, 1]).value]


def test_all_yes():
    """If everything is yes and all of it is found, there is nothing wrong."""
    assert [1.0] * 3 == [metric([1, 1], [1, 1]).value for metric in DECISIONS]
    assert [1.0, 0.0, 0.0] == [metric([1, 1], [1.0, 1.0]).value for metric in PROBABILITIES]


@pytest.mark.parametrize(
    ("metric", "arguments", "words"),
    [
        (precision, {"y": [0, 2], "predicted": [0, 1]}, "yes is 1"),
        (precision, {"y": ["no", "yes"], "predicted": [0, 1]}, "not all numbers"),
        (recall, {"y": [0, 1], "predicted": [0, 0.5]}, "yes is 1"),
        (recall, {"y": [0, 1], "predicted": [0, None]}, "missing"),
        (f1, {"y": [0, 1], "predicted": [0]}, "2 labels and 1 predicted"),
        (f1, {"y": [0, 1], "predicted": [0, 1], "weights": [1]}, "2 labels and 1 weights"),
        (f1, {"y": [0, 1], "predicted": [0, 1], "weights": [1, 0]}, "not above 0"),
        (average_precision, {"y": [0, 1], "score": [0, float("inf")]}, "infinite"),
        (brier_score, {"y": [0, 1], "p": [0, 1.1]}, "between 0 and 1"),
        (brier_score, {"y": [0, 1], "p": [-0.1, 1]}, "between 0 and 1"),
        (calibration_curve, {"y": [0, 1], "p": [0, 1], "bins": 0}, "no number of bins"),
        (calibration_curve, {"y": [0, 1], "p": [0, 1], "bins": 2.5}, "no number of bins"),
        (calibration_curve, {"y": [0, 1], "p": [0, 1], "strategy": "equal"}, "no strategy"),
        (expected_calibration_error, {"y": [0, 1], "p": [0, 1], "norm": "l3"}, "no norm"),
    ],
)
def test_bad_arguments_are_named(metric, arguments, words):
    """A column or a choice that does not fit is said in words."""
    with pytest.raises(UsageError, match=words):
        metric(**arguments)


BINNED = {"y": [1, 1, 0, 0, 0, 0, 1, 0, 0], "p": [0.25] * 4 + [0.75] * 5, "bins": 2}


def test_debiased_error_by_hand():
    """Of four units half are yes at .25, of five a fifth at .75: squares less .25 / 3 and .16 / 4, by mass."""
    expected = (4 * (0.25**2 - 0.25 / 3) + 5 * (0.55**2 - 0.16 / 4)) / 9

    for strategy in ("mass", "width"):
        found = debiased_calibration_error(**BINNED, strategy=strategy)
        assert (pytest.approx(expected**0.5), 9, "") == (found.value, found.n_units, found.reason)


def test_debiased_error_with_weights_by_hand():
    """Weights of 3 and 1 are 1.6 units of equal weight; two of 2 are two units."""
    y, p, weights = [1, 0, 0, 0], [0.5, 0.5, 0.9, 0.9], [3, 1, 2, 2]
    expected = ((0.25**2 - 0.75 * 0.25 / 0.6) + 0.9**2) / 2

    assert (pytest.approx((1.6, 2.0)),) == (calibration_curve(y, p, 2, weights=weights).effective,)
    assert expected**0.5 == pytest.approx(debiased_calibration_error(y, p, 2, weights=weights).value)


@pytest.mark.parametrize("weighted", [False, True])
def test_debiased_error_is_right_on_average_where_the_plain_one_is_too_large(weighted):
    """Of a model that is always off by .2 the mean square is .04; the plain one is larger by what chance adds."""
    random = np.random.default_rng(7)
    p = np.repeat([0.1, 0.3, 0.5, 0.7], 50)
    weights = random.choice([1, 9], 200) if weighted else None
    samples = [random.random(200) < p + 0.2 for _ in range(1000)]
    plain = [expected_calibration_error(y, p, 4, "mass", "l2", weights).value ** 2 for y in samples]
    debiased = [debiased_calibration_error(y, p, 4, weights=weights).value ** 2 for y in samples]

    assert 0.04 == pytest.approx(np.mean(debiased), abs=0.0015)
    assert np.mean(plain) > 0.043


def test_debiased_error_of_a_calibrated_model_is_often_zero():
    """Of a model that is right the plain error is .09 on average, half the debiased ones are 0, and these say so."""
    random = np.random.default_rng(8)
    p = np.repeat([0.2, 0.4, 0.6, 0.8], 25)
    samples = [random.random(100) < p for _ in range(300)]
    found = [debiased_calibration_error(y, p, 4) for y in samples]

    assert np.mean([expected_calibration_error(y, p, 4, "mass", "l2").value for y in samples]) > 0.08
    assert 0.4 < np.mean([one.value == 0 for one in found]) < 0.7
    assert all((one.value == 0) == one.reason.startswith("its square is below 0") for one in found)


def test_debiased_error_leaves_out_a_bin_of_one():
    """A unit alone in its bin shows no variance: it adds nothing, and is not counted."""
    y, p = [*BINNED["y"], 1], [*BINNED["p"], 0.5]
    alone = debiased_calibration_error(y, p, 3, "width")

    assert debiased_calibration_error(**BINNED).value == pytest.approx(alone.value)
    assert 9 == alone.n_units


@given(units, st.sampled_from(["mass", "width"]))
def test_debiased_error_is_at_most_the_plain_one(rows, strategy):
    """Where every bin has two units, it is at most the plain one; equal weights are no weights."""
    y, p, _, weights = columns(rows)
    found = debiased_calibration_error(y, p, 4, strategy, weights)
    if min(calibration_curve(y, p, 4, strategy, weights).n) > 1:
        assert 0 <= found.value <= expected_calibration_error(y, p, 4, strategy, "l2", weights).value + 1e-9

    plain, equal = (debiased_calibration_error(y, p, 4, strategy, given) for given in (None, [1 / 7] * len(y)))
    assert (plain.value is None) == (equal.value is None)
    assert plain.value is None or plain.value**2 == pytest.approx(equal.value**2)


@pytest.mark.parametrize(
    ("y", "p", "value", "reason"),
    [
        ([], [], None, "no unit has a label"),
        ([None, float("nan"), pd.NA], [0.1, None, 0.3], None, "no unit has a label"),
        ([1], [0.5], None, "no bin holds two units"),
        ([1, 0, None], [0.1, 0.9, 0.9], None, "no bin holds two units"),
        ([1, 1, 1], [1.0, 1.0, 1.0], 0, ""),
        ([0, 0], [1.0, 1.0], 1, ""),
        ([1, 1, 0, 0], [0.5] * 4, 0, "its square is below 0"),
    ],
)
def test_debiased_error_of_next_to_nothing(y, p, value, reason):
    """Without labels or without two units in a bin there is none; all yes or all no is no special case."""
    found = debiased_calibration_error(y, p)

    assert (value, found.reason.startswith(reason), bool(reason)) == (found.value, True, bool(found.reason))
    with pytest.raises(UsageError, match="no number of bins"):
        debiased_calibration_error(y, p, 0)
