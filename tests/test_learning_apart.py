"""No document is judged by what was learned from it: cross-fitting, and answers that teach but do not calibrate."""

from __future__ import annotations

import numpy as np
import pytest
from learning_example import ENCODER, FRAMEWORK, HIDDEN, OF_VALUES, fit, some_texts, speaking_of, zero_shot
from scipy.stats import rankdata

from tagger.learning import cross_fitting, learn, load
from tagger.learning.calibration import calibrate
from tagger.learning.documents import documents
from tagger.seen import see

TEXTS = some_texts(120)
OF = np.arange(120) // 6
LABELS = speaking_of(TEXTS, HIDDEN)


@pytest.fixture(name="trusting")
def _trusting(monkeypatch):
    """Leave no choice of a penalty, so that one document's answers cannot sway it."""
    monkeypatch.setattr(cross_fitting, "PENALTIES", (1.0,))


def estimated(learned, groups=OF):
    """Return estimates before calibration, which is learned from all documents."""
    return learned.estimates(see(TEXTS, ENCODER), groups)


def residuals(learned, rows):
    """Return what likeness adds to the estimates of texts of one part, beyond their line, which has its own level."""
    found = estimated(learned)[rows] - learned.lines.slope[0] * zero_shot(TEXTS)[rows] / learned.scale
    return found - found.mean(axis=0)


@pytest.mark.usefixtures("trusting")
def test_a_documents_own_answers_move_its_texts_along_the_common_line_alone():
    """With the penalty held, turning all answers of a document leaves what likeness adds to its texts as it was."""
    for document in (0, 7, 19):
        own = document == OF
        turned = np.where(own[:, None], 1 - LABELS, LABELS)

        before, after = (fit(TEXTS, labels, OF) for labels in (LABELS, turned))

        assert np.allclose(residuals(before, own), residuals(after, own), rtol=0, atol=1e-9)
        assert np.abs(residuals(before, own)).max() > 0.05
        assert np.abs(estimated(before)[~own] - estimated(after)[~own]).max() > 0.01


def test_where_alike_texts_are_not_trusted_all_documents_stand_on_one_line(monkeypatch):
    """Whatever its part did without, a text of a higher score stands ahead of one of a lower in another document."""
    monkeypatch.setattr(cross_fitting, "PENALTIES", (float("inf"),))
    uneven = np.where((OF % 2 == 0)[:, None], 1, LABELS)

    found = estimated(fit(TEXTS, uneven, OF))

    assert np.array_equal(rankdata(zero_shot(TEXTS), axis=0), rankdata(found, axis=0))


@pytest.mark.usefixtures("trusting")
def test_without_its_name_a_document_is_judged_by_all():
    """Nobody said that a text is of a document that was learned from: its own answers count."""
    turned = np.where((OF == 7)[:, None], 1 - LABELS, LABELS)
    one, other = fit(TEXTS, LABELS, OF), fit(TEXTS, turned, OF)

    for groups in (None, np.full(120, "unknown")):
        assert np.abs(estimated(one, groups) - estimated(other, groups))[OF == 7].max() > 0.1
    assert np.array_equal(one.predict_proba(TEXTS), one.predict_proba(TEXTS, ["unknown"] * 120))
    assert not np.array_equal(one.predict_proba(TEXTS), one.predict_proba(TEXTS, OF))


@pytest.mark.usefixtures("trusting")
def test_what_is_said_of_a_document_is_what_those_outside_its_part_teach():
    """What likeness adds in a part is what it adds for a learner that saw the answers of the other parts alone."""
    learned = fit(TEXTS, LABELS, OF)
    parts = learned.documents.parts_without(OF)
    assert {1, 2, 3, 4, 5} == set(parts)

    for part in (1, 4):
        others = fit(TEXTS, np.where((parts == part)[:, None], np.nan, LABELS), OF)

        assert np.allclose(residuals(learned, parts == part), residuals(others, parts == part), rtol=0, atol=2e-3)


@pytest.mark.parametrize(
    "named",
    [str, float, lambda n: ("talk", n), lambda n: (None, 1.5, "é\ud800", frozenset({3}), b"x")[n % 5], np.int64],
    ids=["text", "number", "pair", "mixture", "NumPy's number"],
)
def test_a_document_is_known_again_by_any_name(named, tmp_path):
    """Names of any kind part documents, and part them again after saving and loading."""
    names = [named(int(number)) for number in OF]
    learned = fit(TEXTS, LABELS, names)
    learned.save(tmp_path)
    again = load(tmp_path, ENCODER)

    assert (learned.documents.parts_without(names) > 0).all()
    assert np.array_equal(learned.predict_proba(TEXTS, names), again.predict_proba(TEXTS, names))
    assert not np.array_equal(learned.predict_proba(TEXTS, names), again.predict_proba(TEXTS))


def test_a_text_that_is_its_own_document_is_known_by_its_words():
    """Without groups, each text is a document, and its name is the text."""
    learned = fit(TEXTS, LABELS)

    assert (learned.documents.parts_without(TEXTS) > 0).all()
    assert [0] == learned.documents.parts_without(["never heard of"]).tolist()


def test_one_document_is_judged_by_its_scores():
    """What was learned from the only document is no judge of it: the texts of a value keep the order of the scores."""
    learned = fit(TEXTS, LABELS, ["the only one"] * 120)

    found = estimated(learned, ["the only one"] * 120)

    assert np.array_equal(rankdata(zero_shot(TEXTS), axis=0), rankdata(found, axis=0))


def test_names_are_kept_as_hashes_that_differ_from_study_to_study():
    """The same name beside other documents has another hash."""
    one, other = documents(["a", "b"], np.array([1, 2])), documents(["a", "c"], np.array([1, 2]))

    assert [1, 2, 0] == one.parts_without(["a", "b", "c"]).tolist()
    assert not {key.tobytes() for key in one.keys} & {key.tobytes() for key in other.keys}


# What calibrates


def test_answers_may_teach_without_calibrating():
    """Calibration is that of the chosen texts, each judged by other documents; what is learned is that of all texts."""
    seen, chosen = see(TEXTS, ENCODER), OF % 3 == 0

    of_all = learn(TEXTS, seen, FRAMEWORK, LABELS, OF, ENCODER)
    of_some = learn(TEXTS, seen, FRAMEWORK, LABELS, OF, ENCODER, chosen)

    assert np.array_equal(estimated(of_all), estimated(of_some))
    for learned, rows in ((of_all, slice(None)), (of_some, chosen)):
        expected = calibrate(estimated(learned)[rows], LABELS[rows])
        assert np.allclose(expected.shift, learned.calibration.shift, atol=1e-3)
        assert np.allclose(expected.stretch, learned.calibration.stretch, atol=1e-3)
    assert np.abs(of_all.calibration.shift - of_some.calibration.shift).max() > 0.01


def test_where_nothing_calibrates_estimates_are_taken_as_they_are():
    """No text calibrates: neither shift nor stretch."""
    learned = learn(TEXTS, see(TEXTS, ENCODER), FRAMEWORK, LABELS, OF, ENCODER, np.zeros(120, dtype=bool))

    assert not learned.calibration.shift.any()
    assert not learned.calibration.stretch.any()


def test_fitting_is_learning_from_texts_that_it_encodes_itself():
    """`fit` gives what `learn` does with the texts as they are seen."""
    labels = speaking_of(TEXTS, OF_VALUES)
    one = fit(TEXTS, labels, OF)
    other = learn(TEXTS, see(TEXTS, ENCODER), FRAMEWORK, labels, OF, ENCODER)

    assert np.array_equal(one.predict_proba(TEXTS), other.predict_proba(TEXTS))
