"""Tests of the last stage: scores of all pairs, and the suggestions that are chosen from them."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from tagger.frameworks import load_framework

COLUMNS = [
    "dataset", "transcript", "participant", "standing", "start", "end", "text", "value", "rank", "score",
    "evidence_text", "framework", "framework_version", "model", "run_id",
]  # fmt: skip
LIST = "SELECT * FROM suggestion_list ORDER BY suggestion_id"


def framework(study):
    """Return the study's framework."""
    return load_framework("small", [study.folder / "frameworks"])


def reworded(study):
    """Change one cue of the study's framework, as version 1.1."""
    path = study.folder / "frameworks" / "small.yaml"
    text = path.read_text("utf-8")
    changed = text.replace('version: "1.0"', 'version: "1.1"').replace("the same illness", "the same diagnosis")
    assert 2 == sum(a != b for a, b in zip(text.splitlines(), changed.splitlines(), strict=True))
    path.write_text(changed, "utf-8")


def test_the_list_of_suggestions_has_the_documented_columns(tagged):
    """The view begins with the documented columns in their order; more may follow."""
    rows = tagged.ask("SELECT * FROM suggestion_list")

    assert rows
    assert COLUMNS == list(rows[0])[: len(COLUMNS)]


def test_a_suggestion_says_where_it_is_from(tagged):
    """Each row names its framework, version, model and run, and its text is that of its excerpt."""
    run = tagged.one("SELECT id FROM runs")
    rows = tagged.ask(
        "SELECT s.*, l.text AS whole FROM suggestion_list s JOIN live_revisions l ON l.transcript_id = s.transcript"
    )
    for row in rows:
        made = (row["framework"], row["framework_version"], row["model"], row["run_id"], row["dataset"])
        assert ("small", "1.0", "all-MiniLM-L6-v2", run, "general") == made
        assert row["text"] == row["whole"][row["start"] : row["end"]]


def test_an_excerpt_has_at_most_two_suggestions_in_order_of_rank(tagged):
    """Ranks count from 1, and the better rank has the better score."""
    rows = tagged.ask("SELECT excerpt_id, rank, score FROM suggestion_list ORDER BY excerpt_id, rank")
    by_excerpt: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        by_excerpt.setdefault(row["excerpt_id"], []).append((row["rank"], row["score"]))

    assert {1, 2} >= {len(found) for found in by_excerpt.values()} > set()
    for found in by_excerpt.values():
        assert list(range(1, len(found) + 1)) == [rank for rank, _ in found]
        assert sorted((score for _, score in found), reverse=True) == [score for _, score in found]


def test_a_value_is_suggested_for_its_share_of_the_passages(tagged):
    """Per value at most a tenth of the passages, rounded up."""
    passages = tagged.one("SELECT count(*) FROM excerpt_list WHERE kind = 'passage'")
    found = Counter(row["value"] for row in tagged.ask("SELECT value FROM suggestion_list WHERE kind = 'passage'"))

    assert max(found.values()) <= math.ceil(0.10 * passages)


def test_most_excerpts_have_no_suggestion(tagged):
    """No candidate is a normal outcome."""
    with_one = tagged.one("SELECT count(DISTINCT excerpt_id) FROM suggestion_list")

    assert 0 < with_one < tagged.one("SELECT count(*) FROM excerpt_list")


def test_the_evidence_is_a_sentence_of_the_excerpt_and_a_phrase_of_the_value(tagged):
    """A reader can see which sentence resembled which wording."""
    phrases = {value.id: value.phrases for value in framework(tagged).values}
    sentences = {
        row["id"]: [row["text"][a:b] for a, b in zip(row["sentence_starts"], row["sentence_ends"], strict=True)]
        for row in tagged.ask("SELECT * FROM excerpts")
    }

    for row in tagged.ask("SELECT * FROM suggestion_list"):
        assert row["evidence_text"] in sentences[row["excerpt_id"]]
        assert row["cue"] in phrases[row["value_id"]]


def test_only_values_of_exchanges_are_suggested_for_exchanges(tagged):
    """An exchange serves the values that ask for it and no others."""
    asked = {value.id for value in framework(tagged).values if value.unit == "exchange"}

    assert asked == {
        row["value_id"] for row in tagged.ask("SELECT value_id FROM suggestion_list WHERE kind = 'exchange'")
    }


def test_all_pairs_have_a_score(tagged):
    """Every live excerpt has a score for every value, shown or not, and a suggestion has the score of its pair."""
    values = [value.id for value in framework(tagged).values]
    scores = {row["excerpt_id"]: row["scores"] for row in tagged.ask("SELECT * FROM scores")}

    assert {row["excerpt_id"] for row in tagged.ask("SELECT excerpt_id FROM live_excerpts")} == set(scores)
    assert {len(values)} == {len(row) for row in scores.values()}
    assert np.isfinite(list(scores.values())).all()
    for row in tagged.ask("SELECT excerpt_id, value_id, score FROM suggestions"):
        assert row["score"] == pytest.approx(scores[row["excerpt_id"]][values.index(row["value_id"])], abs=1e-6)


def test_changed_settings_make_a_new_scoring_and_going_back_none(study):
    """A larger share gives more suggestions; back at the first share, the first suggestions are current again."""
    first = study.ask(LIST)
    study.set("share = 0.5")
    study.run()
    more = study.ask(LIST)

    assert len(more) > len(first)
    assert 2 == study.one("SELECT count(*) FROM scorings")

    study.set("share = 0.1")
    summary = study.run()

    assert 0 == summary.counts["suggestions"]
    assert first == study.ask(LIST)
    assert 2 == study.one("SELECT count(*) FROM scorings")
    before = study.tables()
    study.run()
    assert before == study.tables()


def test_a_changed_framework_makes_new_suggestions_and_keeps_the_old(study):
    """A new version is scored without embedding anything again; the list shows the new, the table keeps both."""
    old = study.one("SELECT count(*) FROM suggestions")
    reworded(study)

    summary = study.run()

    assert "excerpts embedded" not in summary.counts
    assert {"1.1"} == {row["framework_version"] for row in study.ask(LIST)}
    assert ["1.0", "1.1"] == [row["version"] for row in study.ask("SELECT version FROM frameworks ORDER BY version")]
    assert old + summary.counts["suggestions"] == study.one("SELECT count(*) FROM suggestions")


def test_two_frameworks_for_one_dataset_are_both_current(study):
    """A second framework adds its suggestions beside those of the first."""
    study.run(framework="peer-support-dimensions")

    assert {"small", "peer-support-dimensions"} == {row["framework"] for row in study.ask(LIST)}


def test_what_happens_to_one_dataset_does_not_touch_another(study):
    """New settings and a new framework for one dataset leave the suggestions of the other as they were."""
    study.run(study.files / "garden.txt", dataset="women")
    general = [row for row in study.ask(LIST) if row["dataset"] == "general"]
    study.set("share = 0.5")
    reworded(study)

    study.run(study.files / "garden.txt", dataset="women")

    after = study.ask(LIST)
    assert general == [row for row in after if row["dataset"] == "general"]
    assert {"1.1"} == {row["framework_version"] for row in after if row["dataset"] == "women"}


def test_one_more_transcript_scores_the_dataset_anew(study):
    """What is strongest depends on all excerpts of a dataset, so a new file makes a new scoring of all of them."""
    (study.files / "late.txt").write_text("Interviewer: And now?\n\nOttoline: Now I choose for myself.\n", "utf-8")

    study.run()

    assert 2 == study.one("SELECT count(*) FROM scorings")
    current = study.one("SELECT scoring_id FROM current_scorings")
    assert study.one("SELECT count(*) FROM live_excerpts") == study.one(
        "SELECT count(*) FROM scores WHERE scoring_id = $id", id=current
    )
