"""Vectors and a framework to suggestions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fakes import WordEncoder
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tagger.records import Candidate, Framework, Layer, Match, Value, Wording
from tagger.seen import Corpus, Seen, corpus_of, see, seen_as
from tagger.spelling import PLACES
from tagger.suggestions import (
    SPELLING,
    Phrases,
    Scores,
    centred,
    choose,
    held_back,
    match,
    near,
    phrase_index,
    phrases_of,
    scores,
)


def value(name: str, *phrases: str) -> Value:
    """Make a value of a definition and cues."""
    definition, *cues = map(Wording, phrases)
    return Value(name, name, "core", definition, cues=tuple(cues))


FRAMEWORK = Framework(
    "small",
    "1",
    "A small framework",
    (Layer("core", "Core"),),
    (
        value("safety", "a safe place", "nobody shouts", "the door stays open"),
        value("choice", "people choose", "nobody must speak"),
        value("trust", "we trust each other"),
    ),
)
ENCODER = WordEncoder()


def scored(texts: list[str]) -> Scores:
    """Score texts with the small framework and the small encoder."""
    seen = see(texts, ENCODER)
    return scores(seen, framework_phrases(), corpus_of([seen], ENCODER.dimension))


def framework_phrases() -> Phrases:
    """Embed and centre the phrases of the small framework."""
    return phrases_of(FRAMEWORK, ENCODER.encode)


def meant(vectors: list[list[float]], sentences: list[list[list[float]]] | None = None) -> Seen:
    """Return texts of which nothing is known but their vectors, and those of their sentences."""
    of_texts = np.array(vectors)
    own = [np.array(one).reshape(-1, of_texts.shape[1]) for one in sentences or [[]] * len(of_texts)]
    return seen_as(of_texts, own, sparse.csr_matrix((len(of_texts), PLACES)))


def unspelled(vectors: list[list[float]], owner: list[int]) -> Phrases:
    """Return phrases of which nothing is known but their vectors, as they are."""
    return Phrases(np.array(vectors), np.array(owner), sparse.csr_matrix((max(owner) + 1, PLACES)))


def nowhere(dimension: int) -> Corpus:
    """Return a corpus whose texts have nothing in common, and in which all runs are as rare."""
    return Corpus(np.zeros(dimension), np.ones(PLACES, dtype=np.float32))


def test_phrases_keep_the_frameworks_order_and_know_their_value() -> None:
    """All phrases are listed value by value, each with the column of its value."""
    texts, owner = phrase_index(FRAMEWORK)

    assert ["a safe place", "nobody shouts", "the door stays open"] == texts[:3]
    assert [0, 0, 0, 1, 1, 2] == owner.tolist()


def test_a_text_scores_highest_for_the_value_whose_words_it_shares() -> None:
    """An excerpt is most similar to the value that it shares words with."""
    table = scored(["it was a safe place and the door was open", "you choose and nobody must", "trust in each other"])

    assert [0, 1, 2] == table.argmax(axis=1).tolist()


def test_centred_phrases_have_nothing_in_common_and_length_one() -> None:
    """The mean of all phrases is taken from each before it is scaled to length 1."""
    phrases = centred(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), 2)

    assert np.allclose([[0.5**0.5, -(0.5**0.5), 0], [-(0.5**0.5), 0.5**0.5, 0]], phrases)


def test_the_phrases_of_one_value_alone_are_not_centred() -> None:
    """With one value, what the phrases share is what the value is about, so it stays."""
    vectors = np.array([[1.0, 0.0], [0.8, 0.6]])

    assert np.allclose(vectors, centred(vectors, 1))


def test_a_text_is_as_near_as_the_mean_of_the_eight_nearest_phrases() -> None:
    """A value with more than eight phrases counts by the eight most similar ones."""
    phrases = unspelled([[1.0, 0.0]] * 8 + [[0.0, 1.0]] * 4, [0] * 12)

    assert 1.0 == near(np.array([[1.0, 0.0]]), phrases, nowhere(2))[0, 0]


def test_a_score_weighs_the_whole_its_best_sentence_and_its_spelling() -> None:
    """By hand: a whole at 0.6, sentences at 0 and 0.8, and one of two equally rare runs shared, cosine 0.5."""
    runs = sparse.csr_matrix(([1.0, 1.0], ([0, 0], [3, 4])), shape=(1, PLACES))
    other = sparse.csr_matrix(([1.0, 1.0], ([0, 0], [4, 5])), shape=(1, PLACES))
    seen = replace(meant([[0.6, 0.8]], [[[0.0, 1.0], [0.8, 0.6]]]), runs=runs)
    phrases = replace(unspelled([[1.0, 0.0]], [0]), runs=other)

    table = scores(seen, phrases, nowhere(2))

    assert np.allclose([[(0.7 + SPELLING * 0.5) / (1 + SPELLING)]], table, atol=1e-6)


def test_each_text_has_the_best_of_its_own_sentences() -> None:
    """A text without a sentence counts as a whole twice; nobody's sentence counts for a neighbour."""
    phrases = unspelled([[1.0, 0.0]], [0])
    seen = meant([[0.6, 0.8]] * 4, [[], [[1.0, 0.0], [0.0, 1.0]], [], [[0.0, 1.0]]])

    table = scores(seen, phrases, nowhere(2))

    assert np.allclose(np.array([0.6, 0.8, 0.6, 0.3]) / (1 + SPELLING), table[:, 0], atol=1e-6)


def test_a_rare_word_is_found_by_its_spelling() -> None:
    """Of two texts that mean the same to the encoder, the one that spells a value's word scores higher."""
    blind = WordEncoder(dimension=1)
    framework = replace(FRAMEWORK, values=(value("doula", "a doula beside me"), value("trust", "we trust each other")))
    seen = see(["the doulas came", "the others came"], blind)

    table = scores(seen, phrases_of(framework, blind.encode), corpus_of([seen], 1))

    assert table[0, 0] > table[1, 0]


def test_a_corpus_without_excerpts_has_a_centre_of_zeros() -> None:
    """No excerpts give a centre and scores without NaN."""
    assert (0, 3) == scored([]).shape


def test_vectors_of_zeros_score_zero() -> None:
    """A vector of zeros, and phrases that are all alike, score 0 and not NaN."""
    alike = unspelled(centred(np.array([[1.0, 0.0]] * 2), 2).tolist(), [0, 1])
    apart = unspelled(centred(np.eye(2), 2).tolist(), [0, 1])

    assert [[0, 0]] == scores(meant([[0.6, 0.8]]), alike, nowhere(2)).tolist()
    assert [[0, 0]] == scores(meant([[0.0, 0.0]]), apart, nowhere(2)).tolist()


def test_float32_vectors_score_as_their_float64_ones_do() -> None:
    """To centre the products, as exact as the vectors are, gives the cosines of the centred vectors."""
    chance = np.random.default_rng(3)
    vectors, centre = chance.standard_normal((40, 16)), chance.standard_normal(16) / 20
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    phrases = Phrases(centred(vectors[:9], 3), np.repeat(np.arange(3), 3), sparse.csr_matrix((3, PLACES)))
    corpus = Corpus(centre, np.ones(PLACES, dtype=np.float32))
    moved = vectors - centre
    cosines = moved @ phrases.vectors.T / np.linalg.norm(moved, axis=1, keepdims=True)
    spelled_out = cosines.reshape(40, 3, 3).mean(axis=2)

    assert np.abs(near(vectors, phrases, corpus) - spelled_out).max() < 1e-12
    assert np.abs(near(vectors.astype(np.float32), phrases, corpus) - spelled_out).max() < 1e-6


def test_a_text_that_is_what_all_have_in_common_scores_zero() -> None:
    """What is left of it has no direction: it is rounding."""
    vectors = np.eye(4, dtype=np.float32)
    phrases = Phrases(np.eye(4), np.arange(4), sparse.csr_matrix((4, PLACES)))

    assert not near(vectors, phrases, Corpus(np.eye(4)[2], np.ones(PLACES, dtype=np.float32)))[2].any()


def test_scores_do_not_depend_on_the_batch() -> None:
    """A text scores the same to six decimals alone and among 5,000 others."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(5000, 32)).astype(np.float32)
    own = np.split(generator.normal(size=(9000, 32)).astype(np.float32), np.sort(generator.integers(0, 9001, 4999)))
    runs = sparse.random_array((5000, PLACES), density=1e-4, format="csr", rng=generator, dtype=np.float32)
    runs.data = np.ceil(9 * runs.data)
    seen = seen_as(vectors, own, sparse.csr_matrix(runs))
    owner = np.repeat(np.arange(4), 10)
    phrases = Phrases(centred(generator.normal(size=(40, 32)), 4), owner, sparse.csr_matrix(runs[:4]))
    corpus = corpus_of([seen], 32)

    whole = scores(seen, phrases, corpus)

    assert whole[4500:4501].tolist() == scores(seen.rows([4500]), phrases, corpus).tolist()
    assert np.array_equal(whole, np.round(whole, 6))


def test_each_value_gets_its_strongest_share_and_each_excerpt_its_best() -> None:
    """The two strongest of four rows are kept per value, and of those at most one per row."""
    table = np.array([[0.9, 0.8, 0.1], [0.7, 0.9, 0.2], [0.1, 0.1, 0.3], [0.0, 0.0, 0.4]])

    chosen = choose(table, per_excerpt=1, share=0.5)

    assert [Candidate(0, 0, 1), Candidate(1, 1, 1), Candidate(2, 2, 1), Candidate(3, 2, 1)] == chosen


def test_ranks_count_the_values_of_an_excerpt_from_one() -> None:
    """Two values of one excerpt have the ranks 1 and 2, the higher score first."""
    assert [Candidate(0, 1, 1), Candidate(0, 0, 2)] == choose(np.array([[0.2, 0.5]]), share=1.0)


def test_ties_go_to_the_earlier_row_and_the_earlier_value() -> None:
    """Equal scores are decided by the order of rows and of values."""
    assert [Candidate(0, 0, 1), Candidate(0, 1, 2)] == choose(np.full((3, 3), 0.5), per_excerpt=2, share=0.3)


@pytest.mark.parametrize(
    ("rows", "share", "expected"), [(30, 0.1, 3), (31, 0.1, 4), (1, 0.1, 1), (0, 0.1, 0), (5, 0.0, 0), (5, 9.0, 5)]
)
def test_the_share_is_rounded_up(rows: int, share: float, expected: Any) -> None:
    """A tenth of 30 rows is 3, of 31 rows 4, of 1 row 1; a share of 0 is nobody."""
    table = np.arange(float(rows)).reshape(rows, 1)

    assert expected == len(choose(table, share=share))


def test_each_value_may_have_a_share_of_its_own() -> None:
    """With half of the rows for the first value and all for the third, the second is suggested for one row alone."""
    table = np.array([[0.9, 0.1, 0.1], [0.8, 0.2, 0.2], [0.7, 0.3, 0.3], [0.6, 0.4, 0.4]])
    chosen = choose(table, per_excerpt=3, share=np.array([0.5, 0.25, 1.0]))

    assert {0: [0, 1], 1: [3], 2: [0, 1, 2, 3]} == {
        column: [one.row for one in chosen if one.column == column] for column in range(3)
    }
    assert [2] == [one.column for one in choose(table, 3, np.array([0.5, 0.25, 1.0]), [2]) if one.row == 0]


def test_only_the_columns_asked_for_are_chosen() -> None:
    """Values of another unit take no part; columns keep their numbers."""
    assert [Candidate(0, 2, 1)] == choose(np.array([[0.9, 0.8, 0.1]]), share=1.0, columns=[2])
    assert [] == choose(np.array([[0.9, 0.8]]), columns=[])


@given(
    st.integers(0, 40).flatmap(
        lambda n: st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4), min_size=n, max_size=n)
    ),
    st.integers(1, 3),
    st.sampled_from([0.1, 0.25, 1.0]),
)
def test_choosing_agrees_with_the_rule_spelled_out(cells: list[list[int]], per_excerpt: int, share: float) -> None:
    """Whatever the scores, the candidates are those of the rule in plain loops."""
    table = np.array(cells, dtype=float).reshape(len(cells), 4)
    quota = -(-len(cells) * int(share * 100) // 100)
    strongest = {(row, v) for v in range(4) for row in sorted(range(len(cells)), key=lambda r: -table[r, v])[:quota]}
    expected = [
        Candidate(row, v, rank)
        for row in range(len(cells))
        for rank, v in enumerate(
            sorted((v for v in range(4) if (row, v) in strongest), key=lambda v: -table[row, v])[:per_excerpt], 1
        )
    ]

    assert expected == choose(table, per_excerpt, share)


def test_the_evidence_is_the_most_similar_pair_of_sentence_and_phrase() -> None:
    """The match names the sentence, and the phrase counted among the value's own."""
    sentences = ENCODER.encode(["I came in.", "Nobody there must speak.", "Then we left."])

    assert Match(1, 1) == match(sentences, framework_phrases(), 1, nowhere(ENCODER.dimension))


def test_what_was_named_counts_as_if_it_stood_half_as_high() -> None:
    """By hand: the median is 0.2; of two named pairs one stands 0.4 above it, and the other below it."""
    table = np.array([[0.6], [0.5], [0.2], [0.1], [0.0]])
    named = np.array([[True], [False], [False], [True], [False]])

    assert np.allclose([[0.4], [0.5], [0.2], [0.1], [0.0]], held_back(table, named))
    assert [1] == [found.row for found in choose(held_back(table, named), share=0.2)]
    assert [0] == [found.row for found in choose(table, share=0.2)]
    assert (0, 1) == held_back(table[:0], named[:0]).shape


@given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=1, max_size=30), st.floats(0.01, 5))
def test_holding_back_keeps_the_order_of_the_named_and_does_not_mind_the_scale(
    pairs: list[tuple[int, bool]], scale: float
) -> None:
    """Scores of another scale are held back alike; nothing rises, and nothing falls below the median that was above."""
    table = np.array([[score / 1000] for score, _ in pairs])
    named = np.array([[mark] for _, mark in pairs])
    held, median = held_back(table, named), np.median(table)

    assert np.allclose(held * scale, held_back(table * scale, named))
    assert (held <= table).all()
    assert (held[table >= median] >= median - 1e-12).all()
    assert np.array_equal(held[~named], table[~named])
    among = np.argsort(table[named], kind="stable")
    assert (np.diff(held[named][among]) >= -1e-12).all()
