"""What `tagger.fit` may be given: answers of any kind, little and odd data, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from learning_example import HIDDEN, OF_VALUES, fit, some_texts, speaking_of

import tagger
from tagger.errors import UsageError

ONE_VALUE = tagger.framework_from_definitions({"Dogs": ["a dog barks", "puppies and hounds"]})
TWELVE = some_texts(12)
RANDOM = np.random.default_rng(3).integers(0, 2, (12, 3)).astype(float)


def answered(**cells):
    """Return labels, (12, 3), without answers but for those at the places named _ROW_COLUMN."""
    labels = np.full((12, 3), np.nan)
    for place, answer in cells.items():
        row, column = place[1:].split("_")
        labels[int(row), int(column)] = answer
    return labels


# What may be given


@pytest.mark.parametrize(
    "form",
    [
        lambda labels: labels.astype(int),
        lambda labels: labels.astype(bool),
        lambda labels: labels.astype(np.float32),
        lambda labels: labels.astype(object),
        lambda labels: labels.astype(bool).tolist(),
        lambda labels: pd.DataFrame(labels, index=range(30, 0, -1), columns=["x", "y", "z"]),
        lambda labels: pd.DataFrame(labels.astype(bool)).astype("boolean"),
    ],
    ids=["int", "bool", "float32", "object", "lists", "frame", "nullable frame"],
)
def test_labels_of_any_kind_are_the_same_labels(form):
    """Whole numbers, booleans, lists and tables are read as the same answers."""
    texts = some_texts(30)
    labels = speaking_of(texts, OF_VALUES)

    assert np.array_equal(fit(texts, labels).predict_proba(texts), fit(texts, form(labels)).predict_proba(texts))


@pytest.mark.parametrize("gap", [None, pd.NA, float("nan")], ids=["None", "NA", "nan"])
@pytest.mark.parametrize("holder", [list, pd.DataFrame])
def test_gaps_of_any_kind_are_the_same_gaps(gap, holder):
    """None, pd.NA and NaN all say that nobody was asked, beside booleans too."""
    texts = some_texts(30)
    labels = speaking_of(texts, OF_VALUES)
    labels[::3, 1] = np.nan
    given = holder([[gap if np.isnan(label) else bool(label) for label in row] for row in labels])

    assert np.array_equal(fit(texts, labels).predict_proba(texts), fit(texts, given).predict_proba(texts))


def test_texts_may_come_from_a_table():
    """A column of a DataFrame is read in its order, whatever its index says."""
    texts = some_texts(200)
    labels = speaking_of(texts, HIDDEN)
    column = pd.Series(texts, index=range(199, -1, -1))
    expected = fit(texts, labels).predict_proba(texts)

    assert np.array_equal(expected, fit(column, labels).predict_proba(column))
    assert np.array_equal(expected, fit(tuple(texts), labels).predict_proba(np.array(texts)))


@pytest.mark.parametrize(
    ("texts", "labels", "groups", "said"),
    [
        ("one text", [[1, 0, 1]], None, "the texts are one text"),
        (["a", "b"], [[1, 0, 1]], None, "1 x 3, and there are 2 texts and 3 values"),
        (["a", "b"], [[1, 0], [1, 0]], None, "2 x 2, and there are 2 texts and 3 values"),
        (["a", "b"], [[1, 0, 1], [1, 0]], None, "not a table of numbers"),
        (["a", "b"], np.zeros((2, 3, 1)), None, "not a table of numbers"),
        (["a", "b"], None, None, "not a table of numbers"),
        (["a", "b"], [["yes", "no", "no"]] * 2, None, "not a table of numbers"),
        (["a", "b"], [[1, 0, 1], [1, 0, 2]], None, "^row 2, column 3: a label is 2"),
        (["a", "b"], [[0.5, 0, 1], [1, 0, 1]], None, "^row 1, column 1: a label is 0.5"),
        (["a", "b"], [[1, 0, -1], [1, 0, 1]], None, "^row 1, column 3: a label is -1"),
        (["a", "b"], [[1, np.inf, 1], [1, 0, 1]], None, "^row 1, column 2: a label is inf"),
        (["a", "b"], [[1, 0, 1], [1, 0, 1]], ["x"], "there are 1 groups for 2 texts"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(texts, labels, groups, said):
    """A wrong shape, a label that is neither yes nor no, and groups of another length are errors that say where."""
    with pytest.raises(UsageError, match=said):
        fit(texts, labels, groups)


def test_documents_may_have_any_name():
    """Numbers, pairs of names, gaps and mixtures name documents; only which texts share one counts."""
    texts = some_texts(60)
    labels = speaking_of(texts, HIDDEN)
    numbers = [row % 6 for row in range(60)]
    expected = fit(texts, labels, numbers)

    for named in (
        [("interviews", number) for number in numbers],
        pd.Series([f"d{number}" for number in numbers], index=range(60, 0, -1)),
        [(None, 1, "b", 2.5, "x", ("y", 2))[number] for number in numbers],
    ):
        found = fit(texts, labels, named)
        assert 6 == found.card["documents"]
        assert np.array_equal(expected.predict_proba(texts), found.predict_proba(texts))


# Little and odd data


@pytest.mark.parametrize(
    ("texts", "labels", "groups"),
    [
        (TWELVE, np.full((12, 3), np.nan), None),
        (TWELVE, np.ones((12, 3)), None),
        (TWELVE, np.zeros((12, 3)), None),
        (TWELVE, answered(_3_1=1), None),
        (TWELVE, answered(_3_1=0, _4_1=1), None),
        (TWELVE, RANDOM, ["one document"] * 12),
        (TWELVE, RANDOM, ["one document"] * 11 + ["another"]),
        (TWELVE, np.where([True, True, False], RANDOM, np.nan), None),
        (TWELVE[:1] * 12, RANDOM, None),
        (["", *TWELVE[1:]], RANDOM, None),
        ([""] * 12, RANDOM, None),
        (["\n \t", "?!", "\U0001f642", "x" * 10_000, *TWELVE[4:]], RANDOM, None),
        (TWELVE[:1], [[1, 0, None]], None),
        ([], np.empty((0, 3)), None),
    ],
    ids=[
        *("no answer", "all yes", "all no", "one answer", "two answers", "one document", "two documents"),
        *("a value without answers", "one text twelve times", "an empty text", "empty texts", "odd texts"),
        *("one text", "no texts"),
    ],
)
def test_little_and_odd_data_give_probabilities(texts, labels, groups):
    """Whatever there is to learn from, probabilities are numbers between 0 and 1, and nothing warns."""
    probabilities = fit(texts, labels, groups).predict_proba([*some_texts(20, seed=1), "", "dog", "hounds " * 50])

    assert (23, 3) == probabilities.shape
    assert (probabilities > 0).all()
    assert (probabilities < 1).all()


@pytest.mark.parametrize("labels", [RANDOM[:, :1], RANDOM[:, 0], np.ones((12, 1)), np.full((12, 1), np.nan)])
@pytest.mark.parametrize("texts", [TWELVE, TWELVE[:1] * 12], ids=["texts", "one text"])
def test_one_value_alone_can_be_learned(texts, labels):
    """A framework of one value works as others do, and takes a plain list of answers."""
    learned = fit(texts, labels, framework=ONE_VALUE)

    probabilities = learned.predict_proba(some_texts(20, seed=1))

    assert (20, 1) == probabilities.shape
    assert ((probabilities > 0) & (probabilities < 1)).all()


def test_scores_that_are_all_alike_are_no_scale():
    """One text many times has scores of one height, up to rounding; they are left as they are, not blown up."""
    for copies in range(1, 40):
        learned = fit(["a dog barks at the tide"] * copies, np.full((copies, 1), np.nan), framework=ONE_VALUE)
        assert 1 == learned.scale


def test_no_texts_have_no_probabilities():
    """An empty list gives an empty table of the right width."""
    assert (0, 3) == fit(TWELVE, RANDOM).predict_proba([]).shape
