"""How well values are found: the sets that are measured on, the figures, and the tables made of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder
from sklearn.metrics import average_precision_score, label_ranking_average_precision_score

import tagger
from tagger.steps.imports import import_codings

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import choosing  # noqa: E402
import quality  # noqa: E402
import quality_figures as figures  # noqa: E402
import quality_learners as learners  # noqa: E402
import quality_sets as sets  # noqa: E402

FRAMEWORK = """\
id: weather
version: "1"
title: Weather
layers:
  - {id: all, name: All}
values:
  - {id: rain, name: Wet days, layer: all, definition: {source: illustrative, text: It rains.}}
  - {id: sun, name: Dry days, layer: all, definition: {source: illustrative, text: The sun shines.}}
"""


@pytest.fixture(name="weather")
def _weather(tmp_path):
    """Lay out sixty texts from twelve documents: every other one speaks of rain, and nobody was asked about one sun."""
    (tmp_path / "weather.yaml").write_text(FRAMEWORK, "utf-8")
    texts = [f"{'rain fell' if n % 2 else 'the sun shone'} on day {n},{n // 5}" for n in range(60)]
    labels = [f"{n % 2},{'' if n == 7 else (n + 1) % 2}" for n in range(60)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,document", *texts, ""]), "utf-8")
    (tmp_path / "labels.csv").write_text("\n".join(["Wet days,sun", *labels, ""]), "utf-8")
    return tmp_path


def test_a_laid_out_set_is_read(weather):
    """Columns of labels are found by id or name, an empty cell is a question not asked, folds share no document."""
    labelled = sets.labelled_set(weather)

    assert ["rain", "sun"] == [value.id for value in labelled.framework.values]
    assert [1.0, 0.0] == labelled.labels[1].tolist()
    assert [[7, 1]] == np.argwhere(np.isnan(labelled.labels)).tolist()
    assert 5 == len(labelled.splits)
    for pool, test in labelled.splits:
        assert set() == set(labelled.documents[pool]) & set(labelled.documents[test])


def test_touche_is_read(tmp_path):
    """Premises of both splits, definitions and finer values as phrases; quotation marks stand for themselves."""
    for split, premise in (("training", 'say "yes'), ("validation", "say no")):
        rows = f"Argument ID\tConclusion\tStance\tPremise\n{split}\tC {split}\tagainst\t{premise}\n"
        (tmp_path / f"arguments-{split}.tsv").write_text(rows, "utf-8")
        (tmp_path / f"labels-{split}.tsv").write_text(f"Argument ID\tFace\tHumility\n{split}\t1\t0\n", "utf-8")
    (tmp_path / "labels.json").write_text(json.dumps({"labels": {"Face": "Be seen.", "Humility": "Be small."}}))
    finer = {"Face": {"Have an image": ["being admired"]}, "Humility": {}}
    (tmp_path / "value-categories.json").write_text(json.dumps(finer))

    labelled = sets.labelled_set(tmp_path)

    assert ['say "yes', "say no"] == labelled.texts
    assert [[1, 0], [1, 0]] == labelled.labels.tolist()
    assert ("Be seen.", "Have an image", "being admired") == labelled.framework.values[0].phrases
    assert [([0], [1])] == [(pool.tolist(), test.tolist()) for pool, test in labelled.splits]


def test_casino_is_read(tmp_path):
    """Only coded utterances count, of whatever split, and a dialogue is a document."""
    for number, split in enumerate(("train", "valid", "test")):
        dialogue = {"dialogue_id": number, "annotations": [["hello", "small-talk,self-need"], ["ok", ""]]}
        (tmp_path / f"casino_{split}.json").write_text(json.dumps([dialogue, {"dialogue_id": 9, "annotations": []}]))
    (tmp_path / "labels.json").write_text(json.dumps({"labels": {"small-talk": "They chat.", "self-need": "I need."}}))

    labelled = sets.labelled_set(tmp_path)

    assert [[1, 1], [0, 0]] * 3 == labelled.labels.tolist()
    assert ["0", "0", "1", "1", "2", "2"] == labelled.documents.tolist()
    assert "small talk" == labelled.framework.values[0].name


def test_the_bundled_sample_is_read():
    """Each passage is there once, and asked about exactly the values of its dataset's framework."""
    labelled = sets.labelled_set(BENCHMARKS.parent / "data" / "sample")
    asked = {document.split("/")[0]: 0 for document in labelled.documents}
    for document, labels in zip(labelled.documents, labelled.labels, strict=True):
        asked[document.split("/")[0]] = int((~np.isnan(labels)).sum())

    assert 387 == len(labelled.texts)
    assert {"general": 6, "women": 7, "maternal": 7} == asked


def test_a_study_is_read(study, tmp_path):
    """Of a study, passages count that were coded without suggestions, and half of those asked make a yes."""
    passages = tagger.open_study(study.folder).excerpts().query("kind == 'passage'")
    rows = ["transcript,start,end,coder,values"]
    for row in passages.itertuples():
        rows += [f"{row.transcript},{row.start},{row.end},{one}" for one in ("A,Choice", "B,none")]
    (tmp_path / "codings.csv").write_text("\n".join(rows), "utf-8")
    import_codings(study.folder, tmp_path / "codings.csv", "independently")

    labelled = sets.labelled_set(study.folder)

    assert sorted(passages["text"]) == sorted(labelled.texts)
    assert {(1.0, 0.0, 0.0)} == {tuple(row) for row in labelled.labels.tolist()}


def test_a_revised_meaning_is_a_value_of_its_own():
    """Joined frameworks share what means the same, and only that."""
    framework, columns = sets.joined("all", [tagger.load_framework(one) for one in sets.FRAMEWORKS.values()])

    assert columns["side-by-side", "safety"] == columns["maternal", "safety"]
    assert columns["side-by-side", "safety"] != columns["women-side-by-side", "safety"]
    assert len(framework.values) == len({value.id for value in framework.values}) == 1 + max(columns.values())


def test_figures_are_those_of_scikit_learn():
    """Average precision and label-ranking average precision agree with scikit-learn's where everybody was asked."""
    chance = np.random.default_rng(1)
    labels = (chance.random((50, 4)) < 0.4).astype(float)
    labels[:, 0] = np.maximum(labels[:, 0], labels.sum(axis=1) == 0)
    scores = chance.random((50, 4)).round(1)

    found = figures.figures(labels, scores, np.full(4, 0.5), probabilities=True)

    each = [average_precision_score(y, s) for y, s in zip(labels.T, scores.T, strict=True)]
    assert np.mean(each) == pytest.approx(found["mAP"])
    assert label_ranking_average_precision_score(labels, scores) == pytest.approx(found["LRAP"])


def test_what_nobody_was_asked_counts_nowhere():
    """An excerpt with all questions open, added to a set, changes no figure."""
    chance = np.random.default_rng(2)
    labels, scores = (chance.random((40, 3)) < 0.5).astype(float), chance.random((41, 3))

    more = figures.figures(np.vstack([labels, np.full(3, np.nan)]), scores, np.full(3, 0.5), probabilities=True)

    assert more == pytest.approx(figures.figures(labels, scores[:-1], np.full(3, 0.5), probabilities=True))


def test_how_much_is_opened():
    """Two of four yes among ten come third at best, or in the middle of where chance would put them."""
    labels = np.array([1, 0, 1, 1, 0, 0, 0, 0, 0, 1.0])

    assert pytest.approx(0.3) == figures.opened(0.5, labels, -np.arange(10.0))
    assert pytest.approx(1.0) == figures.opened(0.95, labels, -np.arange(10.0))
    assert pytest.approx(2 * 11 / 5 / 10) == figures.opened(0.5, labels, np.zeros(10))


def test_recall_breaks_ties_by_chance():
    """Of three values in a tie for the last place among three, each has a third of it."""
    labels, scores = np.array([[1.0, 0, 0, 0, 1]]), np.array([[3.0, 2, 1, 1, 1]])

    assert pytest.approx((1 + 1 / 3) / 2) == figures.recall_at(3, labels, scores)


def test_both_kinds_of_f1():
    """The mean of F1 over values and the harmonic mean of the means of precision and recall differ, as by hand."""
    labels = np.array([[1, 1], [0, 1], [0, 1], [0, 0.0]])
    said = np.array([[1, 1], [1, 0], [0, 0], [0, 0.0]])

    mean, of_means = figures.f1(labels, said, 0.5)

    assert pytest.approx((2 / 3 + 1 / 2) / 2) == mean
    assert pytest.approx(2 * (3 / 4) * (2 / 3) / (3 / 4 + 2 / 3)) == of_means


def test_a_yes_is_said_where_f1_is_highest_if_probabilities_are_right():
    """
    Worked out by hand: 2 x expected hits over said + expected yes, for the first, the first two, all three.

    First value, 1.5 expected: 1.6 / 2.5, 2.6 / 3.5, 3 / 4.5. Second, 1 expected: 1.8 / 2, 1.9 / 3, 2 / 4.
    """
    limits = figures.thresholds(np.array([[0.2, 0.9], [0.8, 0.05], [0.5, 0.05]]))

    assert [0.5, 0.9] == limits.tolist()


def test_vectors_are_made_once(tmp_path):
    """A text that was seen, in this run or an earlier one, is not given to the model again."""
    encoder = learners.Remembering(WordEncoder())
    encoder.encode(["one", "two"])
    quality.write_vectors(tmp_path / "vectors.npz", encoder)
    again = learners.Remembering(WordEncoder(dimension=512))
    quality.read_vectors(tmp_path / "vectors.npz", again)
    other = learners.Remembering(WordEncoder(dimension=64))
    quality.read_vectors(tmp_path / "vectors.npz", other)

    assert {"one", "two"} == set(again.known)
    assert {} == other.known
    assert WordEncoder().encode(["two"]).tolist() == again.encode(["two"]).tolist()


def test_all_learners_are_measured(weather):
    """A table has a row for each learner and size that it can do, and the learner that is ours finds what is there."""
    labelled = sets.labelled_set(weather)

    lines = list(quality.measure(labelled, learners.Remembering(WordEncoder())))

    untaught, taught = (sum(getattr(learner, kind) for learner in learners.LEARNERS) for kind in ("untaught", "learns"))
    assert untaught + 2 * taught == len(lines)
    assert 2 + len(lines) == len(quality.markdown(lines))
    assert lines[-1].figures["mAP"] > 0.9


def test_tables_are_written_between_their_markers(tmp_path):
    """A table takes the place of the one before; a page without markers for it stays as it is."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- one -->\nold\n<!-- end of one -->\nafter\n", "utf-8")

    quality.put(page, "one", "new")
    quality.put(page, "two", "nothing")

    assert "before\n<!-- one -->\nnew\n<!-- end of one -->\nafter\n" == page.read_text("utf-8")


def test_what_is_chosen_is_uncertain_and_unlike_what_was_taken():
    """By hand: the first is the one taken, the third is the second's twin, so the second and the last are chosen."""
    vectors = np.array([[1, 0], [0.6, 0.8], [0.6, 0.8], [-1, 0.0]])
    taken = np.array([[1.0, 0.0]])

    assert [1, 3] == choosing.uncertain_and_diverse(np.array([0.25, 0.25, 0.2, 0.04]), vectors, taken, 2).tolist()


def test_both_ways_of_choosing_are_measured(weather, monkeypatch):
    """At each size, a way has its mean average precision and its label-ranking average precision."""
    monkeypatch.setattr(choosing, "FIRST", 4)
    monkeypatch.setattr(choosing, "SIZES", (6, 10))
    labelled = sets.labelled_set(weather)
    pool, wanted = labelled.splits[0]

    for chosen in (False, True):
        found = list(choosing.learned(labelled, pool, wanted, learners.Remembering(WordEncoder()), chosen=chosen))
        assert 2 == len(found)
        assert all(0 < figure <= 1 for pair in found for figure in pair)
