"""From what people held texts to show to probabilities: what `tagger.fit` promises, from no answer to thousands."""

from __future__ import annotations

import numpy as np
import pytest
from learning_example import ENCODER, FRAMEWORK, HIDDEN, OF_VALUES, WORDS, fit, some_texts, speaking_of, zero_shot
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

import tagger
from tagger import agreement
from tagger.seen import see


def ranks(table):
    """Rank texts within each value, equal ones alike."""
    return rankdata(table, axis=0)


def precision(labels, table):
    """Return the average precision of each value's order, mean over values."""
    return average_precision_score(labels, table, average="macro")


def first_answers(labels, count):
    """Keep the answers of the first texts alone."""
    return np.where(np.arange(len(labels))[:, None] < count, labels, np.nan)


# Never below zero-shot


def test_without_an_answer_the_order_is_that_of_the_scores():
    """Nobody was asked: within a value, texts have the order of `score_texts` on the same texts."""
    texts = some_texts(60)

    learned = fit(texts, np.full((60, 3), np.nan))

    assert np.array_equal(ranks(zero_shot(texts)), ranks(learned.predict_proba(texts)))


@pytest.mark.parametrize("count", [5, 25])
def test_answers_that_say_nothing_leave_the_order_as_it_was(count):
    """Random answers mostly win no trust, and where they win none, the order of all texts is that of the scores."""
    texts = some_texts(80)
    before, truth = zero_shot(texts), speaking_of(texts, OF_VALUES)
    random = [np.random.default_rng(seed).integers(0, 2, (80, 3)).astype(float) for seed in range(30)]

    learned = [fit(texts, first_answers(answers, count)) for answers in random]
    distrusted = [one.predict_proba(texts) for one in learned if one.card["penalty"] == "inf"]

    assert len(distrusted) > len(random) / 3
    for probabilities in distrusted:
        assert np.array_equal(ranks(before), ranks(probabilities))
        assert precision(truth, before) == precision(truth, probabilities)


@pytest.mark.parametrize("count", [5, 25])
def test_answers_that_agree_with_the_scores_do_no_harm(count):
    """Answers as the scores foretell them leave the order of unseen texts no worse."""
    texts, unseen = some_texts(80), some_texts(300, seed=1)
    learned = fit(texts, first_answers(speaking_of(texts, OF_VALUES), count))
    truth = speaking_of(unseen, OF_VALUES)

    assert precision(truth, learned.predict_proba(unseen)) > precision(truth, zero_shot(unseen)) - 0.01


def test_what_definitions_do_not_say_is_learned_from_answers():
    """Values that people find in words which no phrase has are ranked far better in unseen documents."""
    texts, unseen = some_texts(400), some_texts(300, seed=1)
    learned = fit(texts, speaking_of(texts, HIDDEN), [row // 10 for row in range(400)])
    truth = speaking_of(unseen, HIDDEN)

    assert learned.card["penalty"] != "inf"
    assert precision(truth, learned.predict_proba(unseen)) > precision(truth, zero_shot(unseen)) + 0.3


def test_answers_that_contradict_a_value_do_not_turn_it_round():
    """Few answers against the scores flatten a value's line; higher scores stay ahead as long as no text is trusted."""
    texts = some_texts(20, words=WORDS[:6])
    answers = np.where(zero_shot(texts) > 0, 0.0, 1.0)

    assert (fit(texts, answers).lines.slope > 0).all()


# Pooling


def test_a_value_nobody_was_asked_about_keeps_its_order():
    """Answers about other values move its probabilities, but never its order."""
    texts = some_texts(200)
    answers = speaking_of(texts, HIDDEN)
    answers[:, 2] = np.nan

    learned = fit(texts, answers)

    assert learned.card["penalty"] != "inf"
    assert np.array_equal(ranks(zero_shot(texts))[:, 2], ranks(learned.predict_proba(texts))[:, 2])


def test_how_common_yes_is_carries_over_to_a_value_nobody_was_asked_about():
    """Values share what was learned: where others are rare, so is this one, until somebody is asked about it."""
    texts = some_texts(100)
    rare, common = np.zeros((100, 3)), np.ones((100, 3))
    rare[:, 2] = common[:, 2] = np.nan

    assert fit(texts, rare).predict_proba(texts)[:, 2].mean() < 0.1
    assert fit(texts, common).predict_proba(texts)[:, 2].mean() > 0.9


# Whole documents


def test_a_document_does_not_vouch_for_itself():
    """
    Where each document says its own word and has one answer throughout, answers tell nothing about other documents.

    With groups, probabilities of new documents stay near how common yes is; without, one part of a document foretells
    the other, texts of new documents are taken to be as well known, and are not.
    """
    of, answer = np.repeat(np.arange(40), 8), np.tile([0.0, 1.0], 20)

    def speaking(seed):
        own = ["".join(letters) for letters in np.random.default_rng(seed).choice(list("abcdefghijklm"), (40, 9))]
        return [f"{own[row]} " * 3 + text for row, text in zip(of, some_texts(320, seed), strict=True)]

    texts, new = speaking(seed=0), speaking(seed=1)
    labels = np.tile(answer[of][:, None], (1, 3))

    whole, torn = fit(texts, labels, of), fit(texts, labels)

    def overconfidence(learned):
        return np.abs(learned.predict_proba(new) - 0.5).mean()

    assert overconfidence(whole) < 0.1
    assert overconfidence(torn) > 2 * overconfidence(whole)
    assert whole.calibration.stretch.max() < torn.calibration.stretch.min()


# The same again


def test_the_same_data_give_the_same_probabilities():
    """Same texts, answers and seed: the same to the last bit."""
    texts = some_texts(150)
    labels = speaking_of(texts, HIDDEN)

    one, other = (fit(texts, labels, seed=4).predict_proba(texts) for _ in range(2))

    assert np.array_equal(one, other)


@pytest.mark.parametrize("groups", [None, np.arange(150) // 10], ids=["texts alone", "documents"])
def test_the_order_of_the_texts_does_not_matter(groups):
    """Texts that all differ may come in any order."""
    texts = some_texts(150)
    labels = speaking_of(texts, HIDDEN)
    labels[::4, 1] = np.nan
    order = np.random.default_rng(0).permutation(150)
    assert 150 == len(set(texts))

    one = fit(texts, labels, groups)
    other = fit([texts[row] for row in order], labels[order], None if groups is None else groups[order])

    assert one.card["penalty"] == other.card["penalty"]
    assert np.allclose(one.predict_proba(texts), other.predict_proba(texts), rtol=0, atol=1e-6)


def test_a_probability_does_not_depend_on_the_other_texts_of_the_call():
    """A text has the same probabilities alone and among others; what was common in the corpus is known already."""
    texts, new = some_texts(150), some_texts(40, seed=1)
    learned = fit(texts, speaking_of(texts, HIDDEN))

    together = learned.predict_proba(new)

    assert learned.weights.any()
    assert np.allclose(together, np.vstack([learned.predict_proba([text]) for text in new]), rtol=0, atol=1e-6)
    assert np.allclose(together, learned.probabilities(see(new, ENCODER)), rtol=0, atol=1e-6)


# How probable


def test_probabilities_are_as_good_as_their_word():
    """Of what is called 30 % probable in unseen documents, about 30 % is so, after 200 answers a value."""
    words = ("garden", "kettle", "winter")

    def asked(documents, seed):
        chance = np.random.default_rng(seed)
        said = chance.integers(0, 7, (10 * documents, 3))
        texts = [" ".join((*np.repeat(words, row), *chance.choice(WORDS, 2))) for row in said]
        return texts, (chance.random(said.shape) < 0.02 + 0.6 * (said / 6) ** 2).astype(float)

    errors = []
    for seed in range(4):
        unseen, truth = asked(300, seed=100 + seed)
        probabilities = fit(*asked(20, seed), np.arange(200) // 10).predict_proba(unseen)
        errors += [
            agreement.expected_calibration_error(*pair).value for pair in zip(truth.T, probabilities.T, strict=True)
        ]

    assert np.mean(errors) < 0.05


def test_the_card_says_what_it_was_made_from():
    """Answers, texts with any, their documents, the seed, and of each value how many yes of how many answers."""
    labels = np.array([[1, 0, None], [None, None, None], [1, 1, None], [0, None, None]], dtype=object)

    card = fit(some_texts(4), labels, ["a", "b", "a", "c"], seed=7).card

    assert (5, 3, 2, 7) == tuple(card[name] for name in ("answers", "texts", "documents", "seed"))
    assert [(2, 3), (1, 2), (0, 0)] == [(value["yes"], value["answers"]) for value in card["values"]]
    assert [value.id for value in FRAMEWORK.values] == [value["id"] for value in card["values"]]


# With the real encoder


def test_the_default_encoder_learns_what_people_meant():
    """With the real vectors, answers about weather teach a value that was defined by other words."""
    framework = tagger.framework_from_definitions(
        {"Gladness": "People are glad.", "Money": "Someone pays for something."}
    )
    skies = {
        "sun": ["The sun came out at last", "There was blue sky", "It was warm and bright", "Sunshine lay on the lake"],
        "rain": ["It rained", "Grey clouds hung low", "Cold drizzle fell", "A storm flooded the path"],
    }
    times = ("all morning.", "while I walked home.", "and we had tea.", "when my sister called.", "on Tuesday.")
    texts = [f"{sky} {time}" for own in skies.values() for sky in own for time in times]
    documents = [text[:8] for text in texts]

    learned = tagger.fit(texts, framework, [[row < 20, 0] for row in range(40)], documents)
    found = learned.predict_proba(["It was a sunny afternoon in the garden.", "Rain and fog until evening."])

    assert 8 == learned.card["documents"]
    assert found[0, 0] > 0.5 > found[1, 0]
    assert found[:, 1].max() < 0.2


# Size


@pytest.mark.slow
def test_thousands_of_texts_can_be_learned_from():
    """5,000 texts and 20 values, with gaps, are more than the landmarks, and still rank unseen texts well."""
    words = [f"word{letter}{number}" for letter in "abcdefgh" for number in range(10)]
    framework = tagger.framework_from_definitions({f"Value {n}": f"{words[n]} and {words[n + 20]}" for n in range(20)})
    found_in = tuple((words[n], words[n + 40]) for n in range(20))
    texts, unseen = some_texts(5000, words=words), some_texts(500, seed=1, words=words)
    labels = speaking_of(texts, found_in)
    labels[::7, :10] = np.nan

    learned = fit(texts, labels, np.arange(5000) // 25, framework)
    probabilities = learned.predict_proba(unseen)

    assert len(learned.landmarks) < 5000
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert precision(speaking_of(unseen, found_in), probabilities) > 0.8
