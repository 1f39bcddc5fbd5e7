"""Tests of learning in a study: from which answers, what comes of it, scoring by it, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from desk import desk_in, lasting
from read_study import READ, passages, read_assisted, read_blind, read_by_two
from small_study import comparable, copied
from test_steps_imports import table
from test_steps_suggest import LIST, framework, reworded

from tagger import learning
from tagger.errors import ModelError, UsageError
from tagger.frameworks import load_framework
from tagger.learning import cross_fitting
from tagger.steps import evidence
from tagger.steps.answers import gather
from tagger.steps.from_review import learn_from_review, standing, undo
from tagger.steps.imports import import_codings
from tagger.store import Store

SCORES = "SELECT scoring_id, excerpt_id, scores FROM scores ORDER BY ALL"
IN_USE = "SELECT learned_id FROM current_learning"


@pytest.fixture(scope="module")
def read(tagged, tmp_path_factory):
    """Return a study in which two people read twelve passages blind; tests look at it and do not change it."""
    return read_by_two(copied(tagged, tmp_path_factory.mktemp("read")))


@pytest.fixture(scope="module")
def taught(read, tmp_path_factory):
    """Return the same study after it learned from them; tests look at it and do not change it."""
    study = copied(read, tmp_path_factory.mktemp("taught"))
    learn_from_review(study.folder)
    return study


@pytest.fixture
def own(read, tmp_path):
    """Return a copy of the study that was read, for a test that changes it."""
    return copied(read, tmp_path / "own")


@pytest.fixture
def learned(taught, tmp_path):
    """Return a copy of the study that learned, for a test that changes it."""
    return copied(taught, tmp_path / "learned")


def answers(study, version=""):
    """Return what there is to learn from."""
    with Store(study.folder).session("a test") as database:
        return gather(database, load_framework(version) if version else framework(study), "general")


def said(found, excerpt):
    """Return what is learned of a passage: choice, common, two-way."""
    [row] = np.flatnonzero(found.excerpts["excerpt_id"] == excerpt)
    return found.labels[row].tolist()


def folder_of(study):
    """Return the folder of what is in use."""
    return study.folder / "models" / "learned" / study.one(IN_USE)


def arrays(folder):
    """Return the bytes of what was learned, without its card."""
    [file] = folder.glob("arrays-*.npz")
    return file.read_bytes()


def suggested(study):
    """Return all current suggestions, each with its id."""
    return study.ask(LIST)


# From which answers ----------------------------------------------------------------------------------------------


def test_what_most_said_counts_and_a_tie_is_no_answer(read):
    """Both found choice in the first passage, and one of two found something in common there."""
    found = answers(read)

    with desk_in(read) as desk:
        first, second, *_ = passages(desk)
    assert [1.0, 0.0] == [said(found, first)[0], said(found, second)[0]]
    assert np.isnan(said(found, first)[1])
    assert (READ, 2 * READ, {}) == (found.answered.sum(), len(found.read), found.left_out())
    assert found.calibrating.sum() == READ


def test_passages_that_nobody_read_come_along_without_answers(read):
    """From them it learns what is common in these interviews."""
    found = answers(read)

    assert 17 == len(found.excerpts)
    assert np.isnan(found.labels[~found.answered]).all()


def test_a_reading_before_the_suggestions_teaches_but_does_not_calibrate(own):
    """Own-first; and where the passage was read blind as well, only that counts."""
    with lasting(own) as desk:
        order = passages(desk)
        desk.assist(desk.reader("Cat"))
        for excerpt in (order[0], order[READ]):
            desk.decide(desk.serve("Cat", excerpt), "done", {"common": "yes"})
            assert ["own-first"] == [kind for kind, _, _ in desk.current("Cat", excerpt)]

    found = answers(own)
    assert [0.0, 1.0, 0.0] == said(found, order[READ])
    assert np.isnan(said(found, order[0])[1])
    assert READ == found.calibrating.sum()


def test_what_was_made_independently_elsewhere_teaches_and_calibrates(own):
    """One row of a table is one reading; the values it does not name are no."""
    with desk_in(own) as desk:
        last = passages(desk)[READ]
    row = own.ask('SELECT transcript, start, "end", text FROM excerpt_list WHERE excerpt_id = $id', id=last)[0]
    import_codings(own.folder, table(own, (*row.values(), "Cleo", "Choice")), "independently")

    found = answers(own)
    assert [1.0, 0.0, 0.0] == said(found, last)
    assert READ + 1 == found.calibrating.sum()


def smuggle(study):
    """Have people do in a study all that must never be learned from, each on passages of all transcripts."""
    with lasting(study) as desk:
        order = passages(desk)
        desk.assist(desk.reader("Cat"))
        for excerpt in [
            row["excerpt_id"]
            for row in desk.ask("SELECT DISTINCT excerpt_id FROM suggestion_list WHERE kind = 'passage'")
        ]:
            read_assisted(desk, "Cat", excerpt)
        desk.assist(desk.reader("Dee"))
        for excerpt in order[:3]:
            served = desk.serve("Dee", excerpt)
            desk.decide(served, "unsure")
            assert desk.show("Dee", excerpt, suggestions=False, readings=True)[excerpt].readings
            desk.decide(served, "done", {"choice": "yes", "common": "yes"})
            assert "after-talk" in [kind for kind, _, _ in desk.current("Dee", excerpt)]
        desk.reader("Eve")
        read_blind(desk, "Eve", order[1], ["choice", "common"])
        desk.undo("Eve")
        desk.decide(desk.blind("Eve", order[2]), "choose", {"choice": "yes", "common": "yes"})
        read_blind(desk, "Eve", order[4], ["choice", "common"])
        shown_before = {"shown": "rate", "page": "a test", "position": 1, "shown_at": desk.now.replace(hour=0)}
        identity = "00000000-0000-0000-0000-000000000001"
        desk.add("displays", id=identity, coder_id="Eve", excerpt_id=order[4], **shown_before)
        assert 1 == desk.one("SELECT count(DISTINCT excerpt_id) FROM doubtful_codings")
    for made, coder in (("after-suggestions", "Fay"), ("unknown", "Gus")):
        rows = study.ask("SELECT transcript, start, \"end\", text FROM excerpt_list WHERE kind = 'passage'")
        sheet = table(
            study, *((*row.values(), coder, "Choice; Experiences in common") for row in rows), name=f"{made}.csv"
        )
        import_codings(study.folder, sheet, made)


def test_nothing_that_somebody_saw_or_talked_about_before_is_learned_from(own, taught):
    """
    What is learned is the same to the byte, whatever else people did.

    Assisted, after talk, imported after suggestions or nobody knows how, taken back, not finished, and stored as blind
    although something had been shown.
    """
    smuggle(own)

    found = answers(own)
    learn_from_review(own.folder)

    kinds = {
        "after talk",
        "assisted",
        "imported, and not made independently",
        "not read to the end",
        "with something shown before",
    }
    assert kinds == set(found.left_out())
    assert {"Ann", "Ben"} == set(found.read["coder_id"])
    assert taught.one(IN_USE) == own.one(IN_USE)
    assert arrays(folder_of(taught)) == arrays(folder_of(own))


def test_one_more_blind_reading_makes_something_else(own, taught):
    """So the test above can fail."""
    with lasting(own) as desk:
        read_blind(desk, desk.reader("Cat"), passages(desk)[READ], ["common"])
    learn_from_review(own.folder)

    assert taught.one(IN_USE) != own.one(IN_USE)
    assert arrays(folder_of(taught)) != arrays(folder_of(own))


def test_a_value_whose_meaning_was_revised_starts_again(own):
    """Its answers of before are none, and those of the other values hold; a comma in a cue resets nothing."""
    before = answers(own)
    reworded(own)
    assert np.array_equal(before.labels, answers(own).labels, equal_nan=True)

    revised = replace(framework(own), revised_meaning=frozenset({"choice"}))
    with Store(own.folder).session("a test") as database:
        found = gather(database, revised, "general")

    assert np.isnan(found.labels[:, 0]).all()
    assert np.array_equal(before.labels[:, 1:], found.labels[:, 1:], equal_nan=True)


# What comes of it ------------------------------------------------------------------------------------------------


def test_scores_are_probabilities_by_what_was_learned_from_other_transcripts(own, monkeypatch):
    """Each excerpt's scores are those of the saved learner that did without its transcript, computed from its text."""
    monkeypatch.setattr(cross_fitting, "PENALTIES", (1.0,))  # alike texts are trusted, so that it makes a difference
    learn_from_review(own.folder)
    learner = learning.load(folder_of(own))
    rows = own.ask(
        "SELECT e.text, c.cluster, s.scores FROM newest_scorings n JOIN scores s USING (scoring_id) "
        "JOIN live_excerpts e ON e.excerpt_id = s.excerpt_id JOIN transcript_clusters c USING (transcript_id)"
    )
    texts, clusters = [row["text"] for row in rows], [row["cluster"] for row in rows]
    scores = np.array([row["scores"] for row in rows])

    assert learner.predict_proba(texts, clusters) == pytest.approx(scores, abs=2e-5)
    assert ((scores > 0) & (scores < 1)).all()
    assert {row["cluster"] for row in own.ask("SELECT cluster FROM learned_transcripts")} == set(clusters)
    assert not np.allclose(learner.predict_proba(texts), scores, atol=1e-3)


def test_a_transcript_is_judged_by_the_name_that_it_was_learned_under(learned):
    """A speaker who turns out to be somebody else does not have their words judged by what was learned from them."""
    before = {
        row["excerpt_id"]: row["scores"]
        for row in learned.ask("SELECT s.* FROM newest_scorings JOIN scores s USING (scoring_id)")
    }
    learned.do("INSERT INTO participants VALUES ('P99')")
    learned.do(
        "INSERT INTO speaker_beliefs SELECT speaker_id, number + 1, asks, standing, 'P99', 'corrected', run_id "
        "FROM speaker_beliefs b WHERE participant_id IS NOT NULL AND asks IS DISTINCT FROM true "
        "AND NOT EXISTS (SELECT 1 FROM speaker_beliefs o WHERE o.speaker_id = b.speaker_id AND o.number > b.number)"
    )
    assert ["P99"] == sorted({row["cluster"] for row in learned.ask("SELECT * FROM transcript_clusters")} & {"P99"})
    learned.set("share = 0.5")
    learned.run()

    assert learned.one("SELECT count(DISTINCT scoring_id) FROM scoring_uses") > 2
    after = {
        row["excerpt_id"]: row["scores"]
        for row in learned.ask("SELECT s.* FROM newest_scorings JOIN scores s USING (scoring_id)")
    }
    assert before == after


def test_what_was_learned_is_kept_for_its_owner_alone(taught):
    """Folder and files are readable by nobody else, and hold no word that anybody said."""
    folder = folder_of(taught)

    assert {0o700} == {part.stat().st_mode & 0o777 for part in (folder, folder.parent, folder.parent.parent)}
    assert {0o600} == {file.stat().st_mode & 0o777 for file in folder.iterdir()}
    card = (folder / "card.json").read_text("utf-8") + (folder / "card.md").read_text("utf-8")
    assert "from 12 excerpts in 4 transcripts, by 2 readers" in card
    for words in ("neighbour", "plant pot", "garden.txt", "Ann", "P01"):
        assert words not in card


def test_the_card_says_how_much_and_how_well(taught):
    """Counts by hand; quality as scikit-learn has it, from the scores that are stored."""
    from sklearn.metrics import average_precision_score

    card = json.loads(taught.one("SELECT card FROM current_learning"))
    found = answers(taught)
    rows = {
        row["excerpt_id"]: row["scores"]
        for row in taught.ask("SELECT s.* FROM newest_scorings JOIN scores s USING (scoring_id)")
    }
    scores = np.array([rows[excerpt] for excerpt in found.excerpts["excerpt_id"]])
    asked = ~np.isnan(found.labels[:, 0])

    assert (12, 4, 2, {"blind": 24, "independent": 0, "own-first": 0}) == (
        card["excerpts"], card["transcripts"], card["readers"], card["readings"]
    )  # fmt: skip
    choice = card["values"][0]
    assert ("choice", 4, 12) == (choice["id"], choice["yes"], choice["answers"])
    assert average_precision_score(found.labels[asked, 0], scores[asked, 0]) == pytest.approx(choice["after"])
    assert choice["calibration_error"] is None


def test_learning_twice_from_the_same_adds_nothing(learned):
    """No row, no file, and it says so."""
    before, files = learned.tables(), sorted(learned.folder.rglob("models/**/*"))

    [lesson] = learn_from_review(learned.folder).lessons

    assert not lesson.changed
    assert before == learned.tables()
    assert files == sorted(learned.folder.rglob("models/**/*"))


def test_a_run_that_was_not_asked_learns_nothing(own):
    """However many answers wait."""
    before = own.tables()
    own.run()

    assert before == own.tables()
    assert not (own.folder / "models").exists()


def test_too_few_answers_are_refused_with_what_would_be_enough(study):
    """Nothing is stored, and assisted readings are counted as what they are."""
    with lasting(study) as desk:
        order = passages(desk)
        for excerpt in order[:9]:
            read_blind(desk, "Ann" if excerpt != order[0] else desk.reader("Ann"), excerpt)
        desk.assist(desk.reader("Cat"))
        suggestion = desk.ask("SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage' ORDER BY 1")[0]
        read_assisted(desk, "Cat", suggestion["excerpt_id"])
    before = study.tables()

    with pytest.raises(
        UsageError, match=r"9 excerpts were read .* in 4 transcripts .* takes 10 in 2.* 1 reading made with sug"
    ):
        learn_from_review(study.folder)
    assert before == study.tables()
    with lasting(study) as desk:
        read_blind(desk, "Ann", order[9])
    assert learn_from_review(study.folder).lessons[0].changed


def test_one_persons_answers_about_one_transcript_are_too_few(study):
    """What was learned from one transcript has been tried on no other."""
    with lasting(study) as desk:
        rows = desk.ask(
            "SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' AND transcript = $one",
            one=study.transcript("garden.txt"),
        )
        desk.reader("Ann")
        for row in rows:
            read_blind(desk, "Ann", row["excerpt_id"])

    with pytest.raises(UsageError, match="in 1 transcript "):
        learn_from_review(study.folder)


# The way back ----------------------------------------------------------------------------------------------------


def test_undo_restores_the_suggestions_of_before_row_for_row(own):
    """First what was learned first, then those of the wording alone, each with the ids it had; then nothing is left."""
    by_wording = suggested(own)
    learn_from_review(own.folder)
    first, id_of_first = suggested(own), own.one(IN_USE)
    with lasting(own) as desk:
        desk.reader("Cat")
        for excerpt in passages(desk):
            read_blind(desk, "Cat", excerpt, ["common"])
    learn_from_review(own.folder)
    second = suggested(own)
    assert by_wording != first != second != by_wording
    rows = own.sizes()

    undo(own.folder)
    assert (first, id_of_first) == (suggested(own), own.one(IN_USE))
    undo(own.folder)
    assert (by_wording, None) == (suggested(own), own.one(IN_USE))
    with pytest.raises(UsageError, match="nothing to take back"):
        undo(own.folder)
    after = own.sizes()
    changed = {"ledger", "learning_uses", "run_ends", "runs", "scoring_uses", "trail"}
    assert changed == {name for name in rows if rows[name] != after[name]}
    learn_from_review(own.folder)
    assert second == suggested(own)


def test_an_undo_that_was_stopped_is_finished_and_not_done_twice(learned):
    """The row that takes it back is there, and the suggestions of before are not yet."""
    with Store(learned.folder).session("a test") as database:
        by_wording = database.rows("SELECT scoring_id FROM scoring_uses ORDER BY number LIMIT 1")[0][0]
    learned.do(
        "INSERT INTO learning_uses SELECT framework, number + 1, 0, 'taken back', NULL, run_id, used_at "
        "FROM learning_uses"
    )
    undo(learned.folder)

    assert 2 == learned.one("SELECT count(*) FROM learning_uses")
    assert by_wording == learned.one("SELECT scoring_id FROM newest_scorings")
    with pytest.raises(UsageError, match="nothing to take back"):
        undo(learned.folder)


# Other versions, and what goes wrong -----------------------------------------------------------------------------


def test_a_comma_in_the_framework_has_it_learned_anew_and_says_so(learned):
    """Suggestions do not fall back to the wording alone; to undo goes back to that, and not to the comma."""
    before = learned.one(IN_USE)
    reworded(learned)
    summary = learned.run()

    assert before != learned.one(IN_USE)
    assert learned.one(IN_USE) == learned.one("SELECT learned_id FROM newest_scorings")
    [note] = summary.notes
    assert "so it was learned anew, from the answers of now" in note
    assert () == learned.run().notes
    undo(learned.folder)
    assert None is learned.one(IN_USE)
    assert None is learned.one("SELECT learned_id FROM newest_scorings")


def revised(study, *values):
    """Write version 2 of the study's framework, in which the author revised the meaning of some values."""
    path = study.home / "second.yaml"
    changes = [f"  - {{id: {value}, meaning: revised}}" for value in values]
    lines = ["id: small", 'version: "2"', "title: Three values, revised", "extends: small@1.0", "values:", *changes]
    path.write_text("\n".join(lines), "utf-8")
    (study.home / "small.yaml").write_text((study.folder / "frameworks" / "small.yaml").read_text("utf-8"), "utf-8")
    return str(path)


def test_answers_that_no_longer_hold_leave_the_wording_alone(learned):
    """After the meaning of all values was revised, nothing is left to learn from; the run goes on and says so once."""
    second = revised(learned, "choice", "common", "two-way")
    summary = learned.run(framework=second)

    assert ["too few answers hold" in note for note in summary.notes] == [True]
    assert (None, None) == (learned.one(IN_USE), learned.one("SELECT learned_id FROM newest_scorings"))
    assert (0, ()) == ((again := learned.run(framework=second)).rows, again.notes)
    assert {"of values that mean something else by now": 2 * READ} == answers(learned, second).left_out()
    with Store(learned.folder).session("a test") as database:
        [stands] = standing(database)
    assert (0, {"untested"}) == (stands["new"], {row["state"] for row in stands["values"]})


def test_gates_and_report_leave_out_answers_from_before_a_meaning_was_revised(learned):
    """The value that was revised starts again, and the others keep what was said of them."""
    judged = "SELECT value_id, n, found FROM gate_list WHERE kind = 'passage' ORDER BY value_id"
    before = learned.ask(judged)
    learned.run(framework=revised(learned, "choice"))

    assert [{"value_id": "choice", "n": 0, "found": 0}, *before[1:]] == learned.ask(judged)
    assert before[0]["n"] > 0
    told = evidence.gather(learned.folder)
    assert {"common", "two-way"} == set(told.answers["value_id"])
    assert 2 * READ in json.loads(told.facts["left_out"]).values()


def test_a_damaged_learner_is_an_error_that_says_what_to_do(learned):
    """What is suggested stays; learning again mends it, and changes nothing else."""
    folder, before = folder_of(learned), suggested(learned)
    whole = arrays(folder)
    [file] = folder.glob("arrays-*.npz")
    file.write_bytes(whole[:-9])
    learned.run()
    assert before == suggested(learned)
    learned.set("share = 0.5")

    with pytest.raises(ModelError, match="tagger learn --undo"):
        learned.run()
    learn_from_review(learned.folder)
    assert whole == arrays(folder)
    assert 1 == learned.one("SELECT count(*) FROM learning_uses")
    assert len(before) < len(suggested(learned))


def test_a_folder_without_its_rows_is_in_use_nowhere(own, taught):
    """As after a crash between the two: nothing is scored by it, and learning goes on as if it were not there."""
    for file in (folder_of(taught), *folder_of(taught).iterdir()):
        copy = own.folder / file.relative_to(taught.folder)
        copy.mkdir(parents=True) if file.is_dir() else copy.write_bytes(b"half")
    before = own.tables()
    own.run()
    assert before == own.tables()

    learn_from_review(own.folder)
    assert arrays(folder_of(taught)) == arrays(folder_of(own))
    assert comparable(taught.tables())["scores"] == comparable(own.tables())["scores"]


def test_a_silent_value_has_scores_and_no_suggestions(learned):
    """In the dataset where it is silent, and on passages, for on exchanges nobody could test it."""
    assert "Choice" in {row["value"] for row in suggested(learned)}
    learned.do("UPDATE gate_columns SET state = 'silent' WHERE value_id IN ('choice', 'two-way')")
    learned.set("share = 0.2")
    learned.run()

    found = {(row["kind"], row["value"]) for row in suggested(learned)}
    assert {("passage", "Experiences in common"), ("exchange", "Two-way support")} == found
    assert {3} == {
        len(row["scores"]) for row in learned.ask("SELECT s.* FROM newest_scorings JOIN scores s USING (scoring_id)")
    }


def test_the_report_says_what_suggestions_rest_on(learned):
    """How much was learned from, that nothing was judged by its own transcript, and what is never suggested."""
    told = "in general by what was learned from 12 excerpts, each scored without its own transcript"
    assert evidence.gather(learned.folder).facts["Suggested"].endswith(f"; {told}")

    learned.do("UPDATE gate_columns SET state = 'silent' WHERE value_id IN ('choice', 'two-way')")
    assert (
        evidence.gather(learned.folder)
        .facts["Suggested"]
        .endswith(f"; {told}, and never Choice, Two-way support on passages")
    )


def test_gates_count_blind_passages_drawn_at_random(taught):
    """Twelve were; choice was found in four of them, and too few are found for any value to be tested."""
    rows = taught.ask("SELECT value_id, state, n, found, transcripts FROM gates ORDER BY value_id")
    found = answers(taught)
    clusters = found.excerpts.loc[found.labels[:, 0] == 1, "transcript"].nunique()

    assert {"value_id": "choice", "state": "untested", "n": 12, "found": 4, "transcripts": clusters} == rows[0]
    assert {"untested"} == {row["state"] for row in rows}


def test_it_is_known_how_it_stands(learned):
    """How many readings came since, how many hold no more, and what is in use."""
    with lasting(learned) as desk:
        read_blind(desk, desk.reader("Cat"), passages(desk)[READ], ["common"])
        desk.undo("Ben")
        [stands] = standing(desk.db)

    assert (1, 1, 12, ["general"]) == (stands["new"], stands["gone"], stands["card"]["excerpts"], stands["datasets"])
    judged = [(row["value_id"], row["kind"]) for row in stands["values"]]
    passages_of = [("choice", "passage"), ("common", "passage"), ("two-way", "passage")]
    assert [*passages_of, ("two-way", "exchange")] == judged


def test_only_frameworks_that_are_read_can_be_learned(read):
    """The error names those that are."""
    with pytest.raises(UsageError, match=r"'maternal'.*In use here: small"):
        learn_from_review(read.folder, "maternal")
