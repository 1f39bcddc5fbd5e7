"""The parts of the learner, each against an independent computation: lines, likeness, residuals, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import WordEncoder
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from learning_example import some_texts
from scipy.optimize import minimize
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics.pairwise import rbf_kernel

from tagger.learning import likeness as likenesses
from tagger.learning.calibration import SPREAD_OF_ALL, SPREAD_OF_VALUES, Calibration, calibrate, log_odds
from tagger.learning.likeness import SPELLING, features, likeness
from tagger.learning.lines import lines
from tagger.learning.residuals import JITTER, MOST_LANDMARKS, coordinates, landmarks, patterns, ridge
from tagger.seen import Corpus, corpus_of, see
from tagger.spelling import LENGTH

CHANCE = np.random.default_rng(0)


def sigmoid(logit):
    """Return the logistic function, as it is in books."""
    return 1 / (1 + np.exp(-logit))


# Lines


def test_with_many_answers_a_line_is_that_of_least_squares():
    """What all values have in common no longer counts."""
    scores = CHANCE.normal(size=(40_000, 3))
    labels = (CHANCE.random(scores.shape) < [0.2, 0.5, 0.3] + np.array([0.05, 0.1, 0.02]) * scores).astype(float)

    found = lines(scores, labels)

    for value in range(3):
        slope, level = np.polyfit(scores[:, value], labels[:, value], 1)
        assert abs(slope - found.slope[value]) < 0.002
        assert abs(level - found.level[value]) < 0.002


def test_a_value_without_answers_has_the_line_of_all():
    """That is the one of least squares through the answers of all values together."""
    scores = CHANCE.normal(size=(200, 2))
    labels = np.column_stack([scores[:, 0] > 0.5, np.full(200, np.nan)])

    found = lines(scores, labels)

    assert np.allclose(np.polyfit(scores[:, 0], labels[:, 0], 1), [found.slope[1], found.level[1]])


def test_own_answers_pull_a_line_away_from_that_of_all_as_they_grow():
    """A value with yes throughout, beside one with no throughout, is the further away the more it was answered."""
    levels = []
    for count in (1, 5, 25, 125):
        labels = np.full((500, 2), np.nan)
        labels[:, 0], labels[:count, 1] = 0, 1
        levels.append(lines(np.zeros((500, 2)), labels).level[1])

    assert sorted(levels) == levels
    assert levels[0] < 0.5 < levels[-1] < 1


def test_without_any_answer_all_lines_are_the_same():
    """Then they rise and nothing else."""
    found = lines(np.zeros((0, 3)), np.zeros((0, 3)))

    assert (found.slope > 0).all()
    assert 1 == len(set(found.slope)) == len(set(found.level))


@given(
    arrays(float, (12, 3), elements=st.floats(-5, 5)),
    arrays(float, (12, 3), elements=st.sampled_from([0.0, 1.0, np.nan])),
)
def test_lines_rise_whatever_was_answered(scores, labels):
    """A higher score never means a smaller share of yes, and levels are numbers."""
    found = lines(scores, labels)

    assert (found.slope > 0).all()
    assert np.isfinite(found.level).all()
    assert (np.diff(found.at(np.array([[-3.0] * 3, [0.0] * 3, [4.0] * 3])), axis=0) > 0).all()


# Likeness


def uncentred(texts):
    """Return what the learner sees of texts that have nothing in common."""
    known = see(texts, WordEncoder())
    return features(known, Corpus(np.zeros(512), corpus_of([known], 512).rare), 512)


def test_likeness_is_that_of_meaning_and_of_spelling():
    """It is a Gaussian kernel of centred unit vectors plus a share of the cosine of TF-IDF of runs of characters."""
    texts = [*some_texts(30), "A word, and ANOTHER word: a word!"]
    vectors = WordEncoder().encode(texts)
    centre = vectors.mean(axis=0) / 2
    runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(LENGTH, LENGTH), sublinear_tf=True).fit_transform(texts)
    centred = (vectors - centre) / np.linalg.norm(vectors - centre, axis=1, keepdims=True)

    known = see(texts, WordEncoder())
    seen = features(known, Corpus(centre, corpus_of([known], 512).rare), 512)

    expected = rbf_kernel(centred, gamma=1) + SPELLING * (runs @ runs.T).toarray()
    # Two runs that share a place move the second part a little.
    assert np.allclose(expected, likeness(seen, seen), atol=0.01)


def test_likeness_is_one_that_can_be_computed_with():
    """It is symmetric, positive definite and at its greatest with oneself; an empty text is spelled like no other."""
    texts = [*some_texts(40), ""]
    seen = uncentred(texts)

    table = likeness(seen, seen)

    assert np.allclose(table, table.T)
    assert np.linalg.eigvalsh(table).min() > -JITTER / 10
    assert np.allclose(1 + SPELLING, np.diag(table)[:-1], atol=1e-5)
    assert np.allclose(np.exp(-2), table[-1, :-1], atol=1e-5)
    assert table.max() <= 1 + SPELLING + 1e-5


def test_likeness_is_the_same_in_parts(monkeypatch):
    """Rows are compared some at a time, and none is lost between."""
    texts = some_texts(50)
    seen = uncentred(texts)
    whole = likeness(seen, seen)

    monkeypatch.setattr(likenesses, "ROWS_AT_ONCE", 7)

    assert np.allclose(whole, likeness(seen, seen), rtol=0, atol=1e-6)
    assert (0, 50) == likeness(seen.rows(slice(0, 0)), seen).shape


# Residuals


def alike(rows, seed=0):
    """Return the likeness of random points to each other, as a Gaussian kernel has it."""
    return rbf_kernel(np.random.default_rng(seed).normal(size=(rows, 4)), gamma=0.5)


def test_all_of_few_texts_are_landmarks_and_a_sample_of_many():
    """The sample is drawn without repetition, in order, and follows from the seed."""
    assert list(range(5)) == landmarks(5, 1).tolist()
    assert MOST_LANDMARKS == len(landmarks(MOST_LANDMARKS, 1))

    chosen = landmarks(3 * MOST_LANDMARKS, 1)

    assert MOST_LANDMARKS == len(set(chosen.tolist()))
    assert sorted(chosen.tolist()) == chosen.tolist()
    assert chosen.max() > 2 * MOST_LANDMARKS
    assert chosen.tolist() == landmarks(3 * MOST_LANDMARKS, 1).tolist() != landmarks(3 * MOST_LANDMARKS, 2).tolist()


def test_with_all_rows_as_landmarks_the_likeness_is_exact():
    """The products of the coordinates are the likeness itself, as closely as equal texts are told apart."""
    table = alike(60)

    features = table @ coordinates(table)

    assert np.allclose(table, features @ features.T, rtol=0, atol=2 * JITTER)


def test_landmarks_that_are_all_the_same_have_coordinates():
    """One text many times is no obstacle."""
    assert np.isfinite(coordinates(np.ones((20, 20)))).all()
    assert (0, 0) == coordinates(np.zeros((0, 0))).shape


def test_some_landmarks_are_nystroems_approximation():
    """Williams & Seeger (2001): the likeness to the landmarks, times the inverse among them, times its transpose."""
    table, kept = alike(60), np.arange(0, 60, 3)
    across, among = table[:, kept], table[np.ix_(kept, kept)]

    features = across @ coordinates(among)

    expected = across @ np.linalg.inv(among + JITTER * np.eye(len(kept))) @ across.T
    assert np.allclose(expected, features @ features.T)


def test_ridge_is_scikit_learns():
    """For each finite penalty the weights are those of Ridge; where nothing is trusted they are zero."""
    features, targets = CHANCE.normal(size=(80, 6)), CHANCE.normal(size=(80, 3))

    nothing, *found = ridge(features.T @ features, features.T @ targets, [np.inf, 0.1, 1.0, 30.0])

    assert not nothing.any()
    for penalty, weights in zip((0.1, 1.0, 30.0), found, strict=True):
        expected = Ridge(alpha=penalty, fit_intercept=False).fit(features, targets).coef_.T
        assert np.allclose(expected, weights)


def test_ridge_on_all_rows_is_kernel_ridge_regression():
    """Estimates for unseen rows are those of scikit-learn's KernelRidge on the exact likeness."""
    table, targets = alike(120), CHANCE.normal(size=(80, 2))
    seen, unseen = table[:80, :80], table[80:, :80]
    turned = coordinates(seen)
    features = seen @ turned

    weights = turned @ ridge(features.T @ features, features.T @ targets, [0.5])[0]

    expected = KernelRidge(alpha=0.5, kernel="precomputed").fit(seen, targets).predict(unseen)
    assert np.allclose(expected, unseen @ weights, rtol=0, atol=10 * JITTER)


def test_columns_answered_for_the_same_rows_go_together():
    """Each known cell is in exactly one pattern; a column without answers is in none."""
    nan = np.nan
    labels = np.array([[1, nan, 0, nan], [nan, 1, nan, nan], [0, 0, 1, nan]])

    found = [(columns.tolist(), rows.tolist()) for columns, rows in patterns(labels)]

    assert [([0, 2], [0, 2]), ([1], [1, 2])] == sorted(found)
    assert [] == list(patterns(np.zeros((0, 3))))


# Calibration


def test_without_answers_nothing_is_moved():
    """The prior is that estimates are right."""
    found = calibrate(CHANCE.random((10, 2)), np.full((10, 2), np.nan))

    assert not found.shift.any()
    assert not found.stretch.any()


def test_with_many_answers_calibration_is_logistic_regression():
    """Platt (1999): of labels on log odds; intercept and slope are those of scikit-learn without a penalty."""
    estimates = CHANCE.uniform(0.02, 0.98, (30_000, 1))
    labels = (CHANCE.random((30_000, 1)) < sigmoid(0.4 + 0.5 * log_odds(estimates))).astype(float)

    found = calibrate(estimates, labels)

    expected = LogisticRegression(C=1e9).fit(log_odds(estimates), labels[:, 0])
    assert abs(expected.intercept_[0] - found.shift[0]) < 0.01
    assert abs(expected.coef_[0, 0] - np.exp(found.stretch[0])) < 0.01


def test_calibration_is_the_most_probable_one():
    """Another minimiser, of the loss as it is written, with gaps and two values, ends at the same place."""
    estimates = CHANCE.uniform(-0.2, 1.1, (40, 2))
    labels = (CHANCE.random((40, 2)) < [0.2, 0.6]).astype(float)
    labels[::3, 0] = np.nan

    def loss(x):
        shift, stretch = x[0] + x[2:4], x[1] + x[4:6]
        yes = sigmoid(shift + np.exp(stretch) * log_odds(estimates))
        missed = np.where(labels == 1, np.log(yes), np.log(1 - yes))[~np.isnan(labels)]
        return (x[:2] ** 2).sum() / 2 / SPREAD_OF_ALL**2 + (x[2:] ** 2).sum() / 2 / SPREAD_OF_VALUES**2 - missed.sum()

    x = minimize(loss, np.zeros(6), method="Powell", options={"xtol": 1e-8, "ftol": 1e-12, "maxiter": 10_000}).x
    found = calibrate(estimates, labels)

    assert np.allclose(x[0] + x[2:4], found.shift, atol=1e-3)
    assert np.allclose(x[1] + x[4:6], found.stretch, atol=1e-3)


def test_log_odds_bend_where_there_are_none():
    """Inside they are the log odds, nearly; outside they go on rising, evenly on both sides, however far."""
    estimates = np.array([0.2, 0.5, 0.9])
    everywhere = np.array([-1e12, -1e6, -3.0, -0.1, 0.0, 0.3, 1.0, 1.1, 4.0, 1e6, 1e12])

    assert np.allclose(np.log(estimates / (1 - estimates)), log_odds(estimates), atol=0.02)
    assert np.isfinite(log_odds(everywhere)).all()
    assert (np.diff(log_odds(everywhere)) > 0).all()
    assert np.allclose(log_odds(everywhere[3:9]), -log_odds(1 - everywhere[3:9]))


@pytest.mark.parametrize("moved", [(0.0, 0.0), (5.0, 5.0), (-5.0, 5.0), (3.0, -5.0)])
def test_probabilities_keep_the_order_and_their_distance_from_certainty(moved):
    """Whatever was learned, higher estimates have no lower probability, and none is 0 or 1."""
    estimates = np.concatenate([[-1e9, -50], np.linspace(-1, 2, 200), [50, 1e9]])[:, None]

    found = Calibration(*(np.array([each]) for each in moved)).probabilities(estimates)

    assert (np.diff(found[:, 0]) >= 0).all()
    assert ((found > 0) & (found < 1)).all()
