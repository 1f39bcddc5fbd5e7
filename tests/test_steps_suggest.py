"""Tests of the last stage: scores of all pairs, and the suggestions that are chosen from them."""

from __future__ import annotations

import math
from collections import Counter
from importlib.resources import files

import numpy as np
import pytest
from read_study import read_by_two
from small_study import copied
from test_steps_imports import table, whole

from tagger.frameworks import load_framework
from tagger.steps.imports import import_codings
from tagger.steps.overview import workload

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


def test_what_shows_between_people_is_suggested_for_what_they_say_to_each_other(fresh):
    """Who rings whom on Sunday is an exchange for two shipped values; one of them is told by one person alone too."""
    fresh.set("share = 0.5")
    fresh.run(framework="side-by-side")

    rows = fresh.ask("SELECT text, kind, value FROM suggestion_list")
    [exchange] = {
        row["text"] for row in rows if row["kind"] == "exchange" and "Could I ring you on Sunday" in row["text"]
    }
    assert "Of course you can." in exchange
    assert {"Two-way interactions", "Human connections"} == {row["value"] for row in rows if row["text"] == exchange}
    assert "Human connections" in {row["value"] for row in rows if row["kind"] == "passage"}


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


NEWEST = "SELECT dataset, framework, scoring_id FROM newest_scorings ORDER BY ALL"
DIMENSIONS = "peer-support-dimensions"


def test_a_dataset_keeps_the_list_that_was_named_for_it(study):
    """A run that names none leaves it, another dataset has the study's, and a name brings each of them back."""
    before = study.ask(NEWEST)
    study.run(framework=DIMENSIONS)
    named = study.ask(NEWEST)
    assert [DIMENSIONS] == [load["framework"] for load in workload(study.folder, "general")]
    assert [DIMENSIONS] == [row["framework"] for row in named]

    study.run()
    assert named == study.ask(NEWEST)
    study.run(study.files / "garden.txt", dataset="women")
    assert {"general": DIMENSIONS, "women": "small"} == {row["dataset"]: row["framework"] for row in study.ask(NEWEST)}

    study.run(framework="small")
    assert before == [row for row in study.ask(NEWEST) if row["dataset"] == "general"]


def test_a_dataset_for_which_no_list_was_named_follows_the_study(study):
    """What study.toml says from now on holds for it at the next run."""
    settings = study.folder / "study.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('framework = "small"', f'framework = "{DIMENSIONS}"'), "utf-8"
    )

    study.run()

    assert [DIMENSIONS] == [row["framework"] for row in study.ask(NEWEST)]


def test_a_named_list_whose_file_is_gone_is_the_one_that_the_study_holds(study, tmp_path):
    """The dataset is read on as it was, and nothing is scored anew."""
    other = tmp_path / "other.yaml"
    text = (study.folder / "frameworks" / "small.yaml").read_text("utf-8")
    other.write_text(text.replace("id: small", "id: other"), "utf-8")
    study.run(framework=str(other))
    other.unlink()
    before = study.tables()

    study.run()

    assert before == study.tables()
    assert ["other"] == [row["framework"] for row in study.ask(NEWEST)]


def test_a_run_says_that_a_dataset_was_read_with_another_list(study):
    """Once, with how many readings, the way back, and the way to have both; a dataset of its own leaves the first."""
    read_by_two(study)
    newest = study.ask(NEWEST)

    apart = study.run(study.files / "garden.txt", dataset="dimensions", framework=DIMENSIONS)

    assert not apart.notes
    assert newest == [row for row in study.ask(NEWEST) if row["dataset"] == "general"]

    [note] = study.run(framework=DIMENSIONS).notes

    assert "general was read with small until now (24 readings)" in note
    assert "tagger run --framework small --dataset general" in note
    assert not study.run(framework=DIMENSIONS).notes


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


ASKED = """\
Interviewer: Did you have a choice about coming here in the first place?

Ottoline: My sister drove me, and she did not ask. I sat in the car for the whole of the first morning and watched \
the others go in and out of the gate with their mugs and their boots. After that I got out when I felt like it. I told \
them that I would come on Tuesdays and on no other day, and that was fine with everybody. People decide for themselves \
what they do and say, and nobody is pushed. So I stayed away for most of the autumn. Then I came back by myself, one \
day in November, because I wanted to see what had become of the beans.

Cornelius: I came because of the soup. Nobody is pushed, and I come and go when I decide to.

Ottoline: You decide for yourself what you do there and what you say.

Interviewer: And what was it like to dig?

Ottoline: It was wet, and the spade was older than I am.

Interviewer: And the shed?

Ottoline: There was a kettle in it, and a family of mice.
"""


def asked(study, question=""):
    """Run a study of one transcript whose first question names a value, or asks *question* instead."""
    (study.files / "asked.txt").write_text(ASKED, "utf-8")
    if question:
        study.edit("asked.txt", "Did you have a choice about coming here in the first place?", question)
    study.run(study.files / "asked.txt")
    return study


def test_a_question_names_a_value_for_the_whole_answer_and_no_longer(fresh):
    """Every part of the answer is marked; what another person said, and what came after it, is not."""
    asked(fresh)

    named = fresh.ask("SELECT e.text, b.value_id FROM named_before b JOIN excerpts e ON e.id = b.excerpt_id")
    assert len(named) > 1
    assert {"choice"} == {row["value_id"] for row in named}
    [answer] = [turn for turn in ASKED.split("\n\n") if turn.startswith("Ottoline: My sister")]
    spoken = answer.removeprefix("Ottoline: ")
    assert len("".join(spoken.split())) == sum(len("".join(row["text"].split())) for row in named)
    assert all(row["text"] in spoken for row in named)
    told = {row["text"]: row["named_by_interviewer"] for row in fresh.ask("SELECT * FROM suggestion_list")}
    assert {"no", "yes", None} >= set(told.values())


def test_a_named_value_is_suggested_where_it_is_among_the_strongest_even_so(fresh, empty_study, tmp_path):
    """
    The score stays what it is; the place among the others is that of half the height above the median.

    Counted here by hand from the stored scores, and beside a study whose interviewer named nothing.
    """
    plain = copied(empty_study, tmp_path / "plain")
    for study in (fresh, plain):
        study.set("share = 0.3")
        study.set("per_excerpt = 3")
    asked(fresh)
    asked(plain, "How did you come to be here in the first place?")

    scores = {study.home: _choice_scores(study) for study in (fresh, plain)}
    assert scores[fresh.home] == pytest.approx(scores[plain.home], abs=1e-6)
    assert 0 == plain.one("SELECT count(*) FROM named_before")
    named = {row["text"] for row in fresh.ask("SELECT text FROM excerpts JOIN named_before ON excerpt_id = id")}
    middle = np.median(list(scores[fresh.home].values()))
    held = {text: (s + middle) / 2 if text in named and s > middle else s for text, s in scores[fresh.home].items()}
    most = math.ceil(round(0.3 * len(held), 9))
    assert set(sorted(held, key=held.get, reverse=True)[:most]) == _suggested_for_choice(fresh)
    assert set(sorted(held, key=scores[plain.home].get, reverse=True)[:most]) == _suggested_for_choice(plain)
    assert _suggested_for_choice(fresh) != _suggested_for_choice(plain)


def _choice_scores(study):
    rows = study.ask(
        "SELECT e.text, s.scores FROM scores s JOIN excerpts e ON e.id = s.excerpt_id WHERE e.kind = 'passage'"
    )
    return {row["text"]: row["scores"][0] for row in rows}


def _suggested_for_choice(study):
    rows = study.ask("SELECT text FROM suggestion_list WHERE kind = 'passage' AND value_id = 'choice'")
    return {row["text"] for row in rows}


def test_another_question_makes_a_new_scoring(study):
    """Also where no word of an answer changed."""
    before = study.one("SELECT scoring_id FROM current_scorings")
    excerpts = study.ask("SELECT excerpt_id FROM live_excerpts ORDER BY 1")
    study.edit("garden.txt", "And what was it like to talk there?", "And what choices did you have there?")
    study.run()

    assert excerpts == study.ask("SELECT excerpt_id FROM live_excerpts ORDER BY 1")
    after = study.one("SELECT scoring_id FROM current_scorings")
    assert before != after
    named = study.ask("SELECT e.text, b.* FROM named_before b JOIN excerpts e ON e.id = b.excerpt_id")
    assert {after} == {row["scoring_id"] for row in named}
    assert "You don't have to." in "".join(row["text"] for row in named)


def test_the_order_in_which_passages_teach_most_holds_all_that_can_be_suggested(tagged):
    """Each once, from the first place on; what is too short for a suggestion has no place."""
    places = tagged.ask(
        "SELECT o.place, length(e.text) AS length FROM reading_orders o JOIN excerpts e ON e.id = o.excerpt_id"
    )

    enough = tagged.one("SELECT count(*) FROM live_excerpts WHERE length(text) >= 20")
    assert list(range(1, enough + 1)) == sorted(row["place"] for row in places)
    assert min(row["length"] for row in places) >= 20


def test_what_was_read_teaches_little_more(study):
    """A new scoring puts what somebody read, and so has nothing new to say, at the end of those compared."""
    first = study.one("SELECT e.text FROM reading_orders o JOIN excerpts e ON e.id = o.excerpt_id "
                      "WHERE o.place <= 9 AND e.kind = 'passage' ORDER BY o.place LIMIT 1")  # fmt: skip
    source = study.one(
        "SELECT t.source FROM excerpts e JOIN transcripts t ON t.id = e.transcript_id WHERE e.text = $text", text=first
    )
    import_codings(study.folder, table(study, whole(study, first, "Ann", "none", source)), "independently")
    study.set("min_characters = 19")
    study.run()

    places = study.ask("SELECT o.place, e.text FROM reading_orders o JOIN excerpts e ON e.id = o.excerpt_id "
                       "JOIN current_scorings USING (scoring_id) ORDER BY place")  # fmt: skip
    assert first == places[-1]["text"]


def test_how_strong_matches_are_is_stored_as_older_studies_have_it(tagged):
    """The run, and the migration that fills the table for scorings of before, say the same."""
    migration = (files("tagger.store") / "sql" / "016_strength_limits.sql").read_text("utf-8")
    counted = migration.partition("INSERT INTO scoring_limits")[2].partition(";")[0]
    order = "ORDER BY scoring_id, kind, value_id"

    stored = tagged.ask(f"SELECT * FROM scoring_limits {order}")

    assert {"passage", "exchange"} == {row["kind"] for row in stored}
    assert any(row["weak"] is not None for row in stored)
    assert stored == tagged.ask(
        f"SELECT scoring_id, kind, value_id, n::INTEGER AS n, strong, middling, weak FROM ({counted}) "
        f"x(scoring_id, kind, value_id, n, strong, middling, weak) {order}"
    )
