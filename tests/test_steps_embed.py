"""Tests of the third stage: texts to vectors, each once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_study import GARDEN

from tagger.steps.workplace import Run, Workplace


def test_excerpts_and_sentences_have_unit_vectors(tagged):
    """Part 0 is the excerpt, two unit vectors end to end; parts 1 to n are its sentences, one unit vector each."""
    rows = tagged.ask("SELECT text_key, list(part ORDER BY part) AS parts FROM vectors GROUP BY text_key")
    sentences = tagged.ask("SELECT text_key, len(sentence_starts) AS n FROM excerpts")
    excerpts = np.array([row["vector"] for row in tagged.ask("SELECT vector FROM vectors WHERE part = 0")])
    halves = [*np.split(excerpts, 2, axis=1), [row["vector"] for row in tagged.ask("FROM vectors WHERE part > 0")]]

    assert {row["text_key"]: list(range(row["n"] + 1)) for row in sentences} == {
        row["text_key"]: row["parts"] for row in rows
    }
    for vectors in map(np.array, halves):
        assert (len(vectors), 384) == vectors.shape
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_words_in_two_transcripts_are_embedded_once(study):
    """Two transcripts that share turns share the vectors of those turns."""
    vectors = study.one("SELECT count(*) FROM vectors")
    excerpts = study.one("SELECT count(*) FROM excerpts")
    longer = f"{GARDEN}\nInterviewer: And the shed?\n\nOttoline: The shed is for tools and for crying in.\n"
    (study.files / "garden-2.txt").write_text(longer, "utf-8")

    summary = study.run()

    assert 1 == summary.counts["excerpts embedded"]
    assert excerpts + 7 == study.one("SELECT count(*) FROM excerpts")
    assert vectors + 2 == study.one("SELECT count(*) FROM vectors")


def test_another_dataset_embeds_nothing_again(study):
    """Vectors belong to texts, not to datasets."""
    suggestions = study.one("SELECT count(*) FROM suggestions")

    summary = study.run(study.files, dataset="women")

    assert "excerpts embedded" not in summary.counts
    assert suggestions == summary.counts["suggestions"]


def test_a_vector_that_was_lost_is_made_again(study):
    """What is pending is asked of the rows that are there."""
    [row] = study.ask("SELECT text_key FROM vectors WHERE part = 0 ORDER BY text_key LIMIT 1")
    wanted = study.ask("SELECT vector FROM vectors WHERE text_key = $key AND part = 0", key=row["text_key"])
    study.do(f"DELETE FROM vectors WHERE text_key = '{row['text_key']}'")
    study.do("DELETE FROM ledger WHERE stage = 'embed'")

    assert 1 == study.run().counts["excerpts embedded"]
    [again] = study.ask("SELECT vector FROM vectors WHERE text_key = $key AND part = 0", key=row["text_key"])
    assert np.allclose(wanted[0]["vector"], again["vector"], atol=1e-5)


def test_the_model_is_known_by_its_weights(tagged):
    """The encoder's name, revision and hash are stored with its vectors."""
    [model] = tagged.ask("SELECT * FROM models")

    assert ("all-MiniLM-L6-v2", 384) == (model["name"], model["dimension"])
    assert model["weights_sha256"].startswith("53aa5117")
    assert {model["id"]} == {row["model_id"] for row in tagged.ask("SELECT DISTINCT model_id FROM vectors")}


def test_vectors_of_another_depth_are_another_models(tagged):
    """The id of a model tells what is kept of a text, so that a study from before there was more embeds anew."""
    run = Run("r", str(tagged.folder), "women", "2026-01-01T00:00:00+00:00")
    now, before = Workplace(run), Workplace(run)
    before.card = replace(now.card, deep_dimension=now.card.dimension)

    assert now.model_id != before.model_id
    assert [now.model_id] == [row["id"] for row in tagged.ask("SELECT id FROM models")]
