"""Tests of the alternative annotator test, and of rejecting many hypotheses at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tagger.agreement.annotators import alternative_annotator_test
from tagger.agreement.multiplicity import rejected
from tagger.errors import UsageError

PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0,
]  # fmt: skip
"""Benjamini & Hochberg (1995), section 3.2."""


def labels(answers):
    """Return the answers by item; a dot is no answer."""
    return {f"x{at:02}": int(answer) for at, answer in enumerate(answers) if answer != "."}


HUMANS = {
    "h0": labels("100010001010011100010100000011000010001001010111001110000100"),
    "h1": labels("10101001101001110001010100001100001100000000010100111010010."),
    "h2": labels(".00010001010011000010100000111101110010000011111001010000000"),
}
MODEL = labels("100010001010010100010100001111100011001000000101001111000100")
"""Constructed; its expected values are those of the authors' notebook, for exact matches."""


@pytest.mark.parametrize(
    ("epsilon", "omega", "p"),
    [
        (0.05, 0.0, [0.30946744, 0.07187022, 0.01556055]),
        (0.10, 1.0, [0.02505521, 0.00607569, 0.0013021]),
        (0.15, 1.0, [0.00044623, 0.00024389, 6.856e-05]),
        (0.20, 1.0, [2.72e-06, 5.71e-06, 2.59e-06]),
    ],
)
def test_it_gives_what_the_authors_give(epsilon, omega, p):
    """Winning rate, mean advantage and p values are those of the authors' own code, for four epsilons."""
    found = alternative_annotator_test(HUMANS, MODEL, epsilon)

    assert p == pytest.approx([row.p for row in found.by_annotator.values()], abs=1e-6)
    assert (omega, omega, omega >= 0.5) == (found.value, found.omega, found.passed)
    assert 0.9494350282485876 == pytest.approx(found.rho, abs=1e-6)
    assert [60, 59, 59] == [row.n_items for row in found.by_annotator.values()]
    assert (epsilon, 60) == (found.epsilon, found.n_units)


def test_a_row_by_hand():
    """Of one annotator both advantages, t and p are those of scipy's one-sided t of their difference."""
    model, human = [], []
    for item, answer in HUMANS["h1"].items():
        others = [HUMANS[name][item] for name in ("h0", "h2") if item in HUMANS[name]]
        model.append(others.count(MODEL[item]) >= others.count(answer))
        human.append(others.count(answer) >= others.count(MODEL[item]))
    expected = stats.ttest_1samp(np.subtract(human, model, dtype=float), 0.1, alternative="less")

    row = alternative_annotator_test(HUMANS, MODEL, 0.1).by_annotator["h1"]
    assert (np.mean(model), np.mean(human)) == pytest.approx((row.model, row.human))
    assert (expected.statistic, expected.pvalue) == pytest.approx((row.statistic, row.p))
    assert (59, 59, True) == (row.n_items, row.n_clusters, row.rejected)


def test_a_dataframe_is_the_same():
    """Items by annotators, with pd.NA where there is no label, in any column type."""
    expected = alternative_annotator_test(HUMANS, MODEL)

    for kind in ("float", "Int64", "category", "object"):
        found = alternative_annotator_test(pd.DataFrame(HUMANS).astype(kind), pd.Series(MODEL))
        assert expected == found


@pytest.mark.parametrize("gap", [None, float("nan"), pd.NA])
def test_missing_labels_do_not_count(gap):
    """An item that the model, or all annotators but one, left without a label changes nothing."""
    humans = {name: labels | {"one": gap, "two": gap, "three": 1} for name, labels in HUMANS.items()}
    humans["h0"] |= {"one": 0}

    found = alternative_annotator_test(humans, MODEL | {"one": 0, "two": 1, "three": gap})
    assert alternative_annotator_test(HUMANS, MODEL) == found


def test_clusters_of_one_item_each_are_the_authors_test():
    """With every item its own cluster, the clustered t is the plain one."""
    own = {item: item for item in MODEL}

    assert alternative_annotator_test(HUMANS, MODEL, 0.1) == alternative_annotator_test(
        HUMANS, MODEL, 0.1, clusters=own
    )


def test_the_clustered_t_by_hand():
    """Sums by transcript less their size times the mean, M / (M - 1), and M - 1 degrees of freedom."""
    humans = {name: dict(enumerate(answers)) for name, answers in {"a": [1] * 6, "b": [1] * 6, "c": [1] * 6}.items()}
    model = dict(enumerate([1, 1, 0, 1, 1, 1]))
    clusters = dict(enumerate("TTTUUV"))

    row = alternative_annotator_test(humans, model, clusters=clusters, least_items=6).by_annotator["a"]
    mean, sums, sizes = 1 / 6, np.array([1, 0, 0]), np.array([3, 2, 1])
    expected = (mean - 0.2) / np.sqrt(3 / 2 * ((sums - sizes * mean) ** 2).sum() / 36)
    assert expected == pytest.approx(row.statistic)
    assert (3, pytest.approx(5 / 6), 1.0) == (row.n_clusters, row.model, row.human)
    assert stats.t.cdf(expected, 2) == pytest.approx(row.p)


def test_items_that_are_copies_do_not_make_it_surer():
    """Every item five times over makes the plain p smaller, and not the clustered one by more than rounding."""
    humans = {name: {(item, copy): label for item, label in given.items() for copy in range(5)}
              for name, given in HUMANS.items()}  # fmt: skip
    model = {(item, copy): label for item, label in MODEL.items() for copy in range(5)}
    clusters = {item: item[0] for item in model}

    once = alternative_annotator_test(HUMANS, MODEL, 0.05).by_annotator["h0"]
    assert once.p == pytest.approx(
        alternative_annotator_test(humans, model, 0.05, clusters=clusters).by_annotator["h0"].p
    )
    assert once.p > 1.2 * alternative_annotator_test(humans, model, 0.05).by_annotator["h0"].p


def test_a_constant_no_passes_where_yes_is_rare():
    """What the docstring warns of: of 3% yes a model that finds nothing passes, and on balanced items it does not."""
    rare = {name: {item: int(item >= 97) for item in range(100)} for name in "abc"}
    balanced = {name: {item: item % 2 for item in range(100)} for name in "abc"}
    no = dict.fromkeys(range(100), 0)

    assert alternative_annotator_test(rare, no).passed
    assert alternative_annotator_test(balanced, no).passed is False


def test_a_score_of_ones_own():
    """A model that misses by one ties with an annotator who misses by more, and with closeness in degrees it wins."""
    humans = {name: {item: item % 5 for item in range(40)} for name in "ab"}
    humans["c"] = {item: item % 5 + 3 for item in range(40)}
    model = {item: item % 5 + 1 for item in range(40)}

    exact = alternative_annotator_test(humans, model).by_annotator["c"]
    near = alternative_annotator_test(humans, model, score=lambda a, b: -abs(a - b)).by_annotator["c"]
    assert (1.0, 1.0) == (exact.model, exact.human)
    assert (1.0, 0.0) == (near.model, near.human)


def test_without_spread_there_is_no_t():
    """Where all items tell the same, p is 0 or 1 by the side of epsilon on which they are, and t has no value."""
    humans = {name: dict.fromkeys(range(30), "yes") for name in "abc"}
    same, other = humans["a"], dict.fromkeys(range(30), "no")

    for model, epsilon, p in ((same, 0.2, 0.0), (same, 0.0, 1.0), (other, 0.2, 1.0)):
        found = alternative_annotator_test(humans, model, epsilon)
        assert (1 - p, p == 0) == (found.omega, found.passed)
        assert (None, p) == (found.by_annotator["a"].statistic, found.by_annotator["a"].p)


def test_who_cannot_be_tested_is_said_and_does_not_count():
    """An annotator with too few items has a row with the reason, and is in neither omega nor rho."""
    humans = HUMANS | {"h3": {"x01": 1, "x02": 1}}

    found = alternative_annotator_test(humans, MODEL)
    assert "it takes 30 items, and there are 2" == found.by_annotator["h3"].reason
    assert found.by_annotator["h3"].rejected is None
    assert (1.0, 3) == (found.omega, sum(row.rejected is not None for row in found.by_annotator.values()))


@pytest.mark.parametrize(
    ("humans", "model", "clusters", "reason"),
    [
        ({}, {}, None, "it takes 3 annotators"),
        (HUMANS, {}, None, "it takes 3 annotators"),
        ({"h0": HUMANS["h0"], "h1": HUMANS["h1"]}, MODEL, None, "it takes 3 annotators"),
        (HUMANS | {"h1": {"x01": None}}, MODEL, None, "it takes 3 annotators"),
        ({name: {"x01": 1} for name in "abc"}, MODEL, None, "no annotator could be tested: it takes 30 items"),
        (HUMANS, MODEL, dict.fromkeys(MODEL, "T1"), "no annotator could be tested: it takes 3 clusters"),
    ],
)
def test_what_cannot_be_tested_has_a_reason(humans, model, clusters, reason):
    """Nobody, two people, few items, one transcript: no omega, no verdict, and why."""
    found = alternative_annotator_test(humans, model, clusters=clusters)

    assert (None, None, None, None) == (found.value, found.omega, found.rho, found.passed)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epsilon": 1.0}, "epsilon: 1.0 is not between"),
        ({"epsilon": -0.1}, "epsilon"),
        ({"q": 5}, "q: 5 is not between"),
        ({"least_items": 1}, "no test has 1"),
        ({"clusters": {"x00": "T1"}}, "'x01' has none"),
        ({"score": lambda a, b: float("nan")}, "score is not a number"),
        ({"model": pd.Series([1, 0], index=["x00", "x00"])}, "'x00' occurs twice"),
        ({"humans": pd.DataFrame([[1, 0, 1]], columns=["a", "b", "a"])}, "'a' occurs twice"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    """A number out of its range, an item without a cluster and one given twice are said in words."""
    with pytest.raises(UsageError, match=words):
        alternative_annotator_test(**({"humans": HUMANS, "model": MODEL} | arguments))


answers = st.lists(st.tuples(*[st.sampled_from([0, 1, None])] * 3, st.integers(0, 1), st.integers(0, 4)), min_size=1)


@given(answers, st.permutations(range(3)), st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(rows, order, random):
    """Annotators and items in another order, and other labels, give the same rows."""

    def tested(rows, order, names):
        humans = {f"h{at}": {row[5]: names.get(row[at]) for row in rows} for at in order}
        model, clusters = {row[5]: names[row[3]] for row in rows}, {row[5]: row[4] for row in rows}
        return alternative_annotator_test(humans, model, 0.1, clusters=clusters, least_items=4)

    rows = [(*row, at) for at, row in enumerate(rows)]
    other = random.sample(rows, len(rows))
    first, second = tested(rows, range(3), {0: 0, 1: 1}), tested(other, order, {0: "no", 1: "yes"})
    assert (first.value, first.n_units) == (second.value, second.n_units)
    for name, row in first.by_annotator.items():
        assert row.model == pytest.approx(second.by_annotator[name].model)
        assert row.p == pytest.approx(second.by_annotator[name].p)


@pytest.mark.parametrize(
    ("arguments", "named", "words"),
    [
        (([[1] * 60] * 3, MODEL), {}, "humans"),
        ((HUMANS, [1] * 60), {}, "model"),
        (({**HUMANS, "h3": [1] * 60}, MODEL), {}, "humans"),
        ((HUMANS, MODEL), {"clusters": [1] * 60}, "clusters"),
        ((HUMANS, MODEL), {"clusters": np.ones(60)}, "clusters"),
    ],
)
def test_labels_without_items_are_refused(arguments, named, words):
    """Labels and clusters come by item, and a bare list or array is refused in words."""
    with pytest.raises(UsageError, match=f"{words}: .* by item"):
        alternative_annotator_test(*arguments, **named)


@pytest.mark.parametrize(("method", "expected"), [("BH", (0, 1, 2, 3)), ("BY", (0, 1, 2))])
def test_the_published_rejections(method, expected):
    """Of the published fifteen p values four are rejected, and three under any dependence."""
    assert expected == rejected(PUBLISHED, 0.05, method)


def test_the_places_are_those_of_the_given_order():
    """Turned round, the p values are rejected at the other end, still in ascending order."""
    assert (11, 12, 13, 14) == rejected(PUBLISHED[::-1])


def test_p_values_on_the_line_are_rejected():
    """One at exactly k q / m is rejected, whatever rounding makes of it."""
    assert (0, 1, 2, 3, 4) == rejected([0.01, 0.02, 0.03, 0.04, 0.05])


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0.01, 0.5))
def test_rejections_are_nested(p, q):
    """Bonferroni rejects no more than BH, BY no more than BH, and a smaller q no more than a larger one."""
    found = set(rejected(p, q))

    assert {at for at, one in enumerate(p) if one <= q / len(p)} <= found
    assert set(rejected(p, q, "BY")) <= found
    assert set(rejected(p, q / 2)) <= found


def test_no_tests_reject_nothing():
    """Without p values there are no rejections."""
    assert () == rejected([])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.5, 1.5],), "a p value"),
        (([0.5, float("nan")],), "a p value"),
        (([0.5], 2), "q: 2 is not between"),
        (([0.5], 0.05, "Holm"), "no method"),
    ],
)
def test_bad_p_values_are_named(arguments, words):
    """What is no p value, rate or method is said in words."""
    with pytest.raises(UsageError, match=words):
        rejected(*arguments)
