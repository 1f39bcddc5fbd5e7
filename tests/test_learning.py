"""From what people held texts to show to probabilities: what `tagger.fit` promises, from no answer to thousands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fakes import WordEncoder
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

import tagger
from tagger import agreement
from tagger.errors import UsageError

ENCODER = WordEncoder()
FRAMEWORK = tagger.framework_from_definitions(
    {
        "Dogs": ["a dog barks", "puppies and hounds"],
        "Bread": ["flour water yeast", "bread in an oven"],
        "Sea": ["waves and sand", "the tide comes in"],
    }
)
ONE_VALUE = tagger.framework_from_definitions({"Dogs": ["a dog barks", "puppies and hounds"]})
OF_VALUES = (("dog", "hounds"), ("flour", "oven"), ("waves", "tide"))
OF_NO_VALUE = ("garden", "kettle", "winter", "letter", "bridge", "candle", "pocket", "ladder", "marble", "saddle")
WORDS = (*(word for own in OF_VALUES for word in own), *OF_NO_VALUE)


def some_texts(count, seed=0, words=WORDS):
    """Make texts of six words."""
    return [" ".join(row) for row in np.random.default_rng(seed).choice(words, (count, 6))]


def speaking_of(texts, words):
    """Return labels, (n, k): whether the words of a value, one tuple each, occur in a text."""
    return np.array([[any(word in text.split() for word in own) for own in words] for text in texts], dtype=float)


def fit(texts, labels, groups=None, framework=FRAMEWORK, **options):
    """Learn with the small encoder."""
    return tagger.fit(texts, framework, labels, groups, ENCODER, **options)


def zero_shot(texts):
    """Score texts without any answer."""
    return tagger.score_texts(texts, FRAMEWORK, ENCODER)


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
    found_in = (("garden",), ("kettle",), ("winter",))
    texts, unseen = some_texts(400), some_texts(300, seed=1)
    learned = fit(texts, speaking_of(texts, found_in), [row // 10 for row in range(400)])
    truth = speaking_of(unseen, found_in)

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
    answers = speaking_of(texts, (("garden",), ("kettle",), ("winter",)))
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
    labels = speaking_of(texts, (("garden",), ("kettle",), ("winter",)))
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
    labels = speaking_of(texts, (("garden",), ("kettle",), ("winter",)))
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


# Little and odd data


def _with(**cells):
    labels = np.full((12, 3), np.nan)
    for place, answer in cells.items():
        labels[tuple(int(digit) for digit in place[1:].split("_"))] = answer
    return labels


RANDOM = np.random.default_rng(3).integers(0, 2, (12, 3)).astype(float)
TWELVE = some_texts(12)


@pytest.mark.parametrize(
    ("texts", "labels", "groups"),
    [
        (TWELVE, np.full((12, 3), np.nan), None),
        (TWELVE, np.ones((12, 3)), None),
        (TWELVE, np.zeros((12, 3)), None),
        (TWELVE, _with(_3_1=1), None),
        (TWELVE, _with(_3_1=0, _4_1=1), None),
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


# The same again


def test_the_same_data_give_the_same_probabilities():
    """Same texts, answers and seed: the same to the last bit."""
    texts = some_texts(150)
    labels = speaking_of(texts, (("garden",), ("kettle",), ("winter",)))

    one, other = (fit(texts, labels, seed=4).predict_proba(texts) for _ in range(2))

    assert np.array_equal(one, other)


@pytest.mark.parametrize("groups", [None, np.arange(150) // 10], ids=["texts alone", "documents"])
def test_the_order_of_the_texts_does_not_matter(groups):
    """Texts that all differ may come in any order."""
    texts = some_texts(150)
    labels = speaking_of(texts, (("garden",), ("kettle",), ("winter",)))
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
    learned = fit(texts, speaking_of(texts, (("garden",), ("kettle",), ("winter",))))

    together = learned.predict_proba(new)

    assert learned.weights.any()
    assert np.allclose(together, np.vstack([learned.predict_proba([text]) for text in new]), rtol=0, atol=1e-6)
    assert np.allclose(together, learned.probabilities(new, ENCODER.encode(new)), rtol=0, atol=1e-6)


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

    card = fit(TWELVE[:4], labels, ["a", "b", "a", "c"], seed=7).card

    assert (5, 3, 2, 7) == tuple(card[name] for name in ("answers", "texts", "documents", "seed"))
    assert [(2, 3), (1, 2), (0, 0)] == [(value["yes"], value["answers"]) for value in card["values"]]
    assert [value.id for value in FRAMEWORK.values] == [value["id"] for value in card["values"]]


# With the real encoder


def test_the_default_encoder_learns_what_people_meant():
    """With the real vectors, answers about weather teach a value that was defined by other words."""
    framework = tagger.framework_from_definitions(
        {"Gladness": "People are glad.", "Money": "Someone pays for something."}
    )
    glad = ["The sun came out at last.", "Blue sky all morning.", "It was warm and bright.", "Sunshine on the lake."]
    not_glad = ["It rained all week.", "Grey clouds again.", "Cold drizzle and wind.", "The storm flooded the path."]
    texts = [f"{text} {more}" for more in ("", "I walked home.", "We had tea.") for text in (*glad, *not_glad)]

    learned = tagger.fit(texts, framework, [[row % 8 < 4, 0] for row in range(24)], [row % 8 for row in range(24)])
    found = learned.predict_proba(["A sunny afternoon in the garden.", "Rain and fog until evening."])

    assert found[0, 0] > found[1, 0]
    assert found[:, 1].max() < 0.5


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
