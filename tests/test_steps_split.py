"""Tests of the second stage: texts to excerpts that keep their identity."""

from __future__ import annotations

from small_study import GARDEN, copied


def placements(study):
    """Return every excerpt at every place, with the text of the revision it lies in."""
    return study.ask(
        'SELECT e.text, p.start, p."end", r.text AS whole FROM placements p '
        "JOIN excerpts e ON e.id = p.excerpt_id JOIN revisions r ON r.id = p.revision_id"
    )


def evidence(study):
    """Return, for each transcript, the characters of the turns that are evidence."""
    held: dict[str, set[int]] = {}
    for row in study.ask('SELECT transcript_id, start, "end" FROM live_turns WHERE evidence'):
        held.setdefault(row["transcript_id"], set()).update(range(row["start"], row["end"]))
    return held


def assert_every_character_once(study):
    """Check that the passages of the newest texts hold every evidence character but white space exactly once."""
    words = {row["transcript_id"]: row["text"] for row in study.ask("SELECT transcript_id, text FROM live_revisions")}
    covered: dict[str, list[int]] = {transcript: [] for transcript in words}
    for row in study.ask("SELECT transcript, start, \"end\" FROM excerpt_list WHERE kind = 'passage'"):
        covered[row["transcript"]] += range(row["start"], row["end"])
    for transcript, positions in evidence(study).items():
        wanted = [at for at in sorted(positions) if not words[transcript][at].isspace()]
        assert wanted == sorted(at for at in covered[transcript] if not words[transcript][at].isspace())


def assert_nothing_is_orphaned(study):
    """Check that rows refer to rows that are there."""
    for child, column, parent in (
        ("placements", "excerpt_id", "excerpts"),
        ("placements", "revision_id", "revisions"),
        ("excerpts", "transcript_id", "transcripts"),
        ("excerpts", "revision_id", "revisions"),
        ("excerpts", "segmentation_id", "segmentations"),
        ("turns", "revision_id", "revisions"),
        ("turns", "speaker_id", "speakers"),
        ("suggestions", "excerpt_id", "excerpts"),
        ("suggestions", "scoring_id", "scorings"),
        ("scores", "excerpt_id", "excerpts"),
        ("scorings", "framework_id", "frameworks"),
        ("scorings", "model_id", "models"),
        ("scoring_uses", "scoring_id", "scorings"),
        ("runs", "framework_id", "frameworks"),
        ("codings", "excerpt_id", "excerpts"),
    ):
        lost = f"SELECT count(*) FROM {child} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {parent})"
        assert 0 == study.one(lost), f"{child}.{column}"
    assert 0 == study.one("SELECT count(*) FROM excerpts WHERE id NOT IN (SELECT excerpt_id FROM placements)")
    assert 0 == study.one("SELECT count(*) FROM live_excerpts WHERE text_key NOT IN (SELECT text_key FROM vectors)")


def test_an_excerpt_is_its_stretch_of_the_text(tagged):
    """text[start:end] == excerpt.text in Python's code points, emoji or not."""
    rows = placements(tagged)

    assert any("🙂" in row["whole"] for row in rows)
    assert [] == [row for row in rows if row["whole"][row["start"] : row["end"]] != row["text"]]


def test_every_evidence_character_lies_in_exactly_one_passage(tagged):
    """Passages leave nothing out and hold nothing twice."""
    assert_every_character_once(tagged)
    assert_nothing_is_orphaned(tagged)


def test_passages_lie_within_a_turn_and_exchanges_across_turns_of_several_speakers(tagged):
    """A passage has one turn, an exchange two or three."""
    rows = tagged.ask("SELECT kind, last_turn - first_turn + 1 AS turns FROM live_excerpts")

    assert {1} == {row["turns"] for row in rows if row["kind"] == "passage"}
    assert {2, 3} >= {row["turns"] for row in rows if row["kind"] == "exchange"} > set()


def test_passages_have_at_most_the_words_of_the_settings(tagged):
    """No passage is longer than 80 words where sentences allow it."""
    words = [len(row["text"].split()) for row in tagged.ask("SELECT text FROM excerpts WHERE kind = 'passage'")]

    assert max(words) <= 80


def test_nothing_is_cut_off_by_the_encoder(tagged):
    """The run counts texts that the encoder would truncate, and the count is 0."""
    assert '"cut off": 0' in tagged.one("SELECT counts FROM run_ends")


def test_sentences_lie_in_their_excerpt(tagged):
    """The sentence spans are kept, in order, without white space at their ends."""
    for row in tagged.ask("SELECT text, sentence_starts, sentence_ends FROM excerpts"):
        spans = list(zip(row["sentence_starts"], row["sentence_ends"], strict=True))
        assert spans
        assert sorted(spans) == spans
        for start, end in spans:
            sentence = row["text"][start:end]
            assert sentence
            assert sentence.strip() == sentence


def test_unchanged_excerpts_keep_their_ids_in_a_new_revision(tagged, edited):
    """An edit gives new excerpts where words changed, and moves the others."""
    wanted = "SELECT excerpt_id, text FROM excerpt_list WHERE transcript = $id ORDER BY start"
    garden = tagged.transcript("garden.txt")
    before, after = (
        {row["excerpt_id"]: row["text"] for row in study.ask(wanted, id=garden)} for study in (tagged, edited)
    )
    changed = [text for text in before.values() if "wet Tuesday" in text]
    assert set(before.values()) - set(changed) == {before[id_] for id_ in before.keys() & after.keys()}
    assert 1 == len(changed)
    assert not any("wet Tuesday" in text for text in after.values())
    assert [] == [row for row in placements(edited) if row["whole"][row["start"] : row["end"]] != row["text"]]
    assert_every_character_once(edited)
    assert_nothing_is_orphaned(edited)


def test_every_revision_keeps_its_own_places(edited, tmp_path):
    """Three revisions, and each excerpt fits the text of every revision it lies in."""
    study = copied(edited, tmp_path / "copy")
    study.edit("garden.txt", "dry Thursday", "🙂🙂 Thursday")
    study.edit("garden.txt", "Interviewer: Did that help?\n\n", "")
    study.run()

    assert {1, 2, 3} == {row["number"] for row in study.ask("SELECT number FROM revisions")}
    assert [] == [row for row in placements(study) if row["whole"][row["start"] : row["end"]] != row["text"]]
    assert_every_character_once(study)
    assert_nothing_is_orphaned(study)


def test_a_turn_moved_to_another_place_stays_covered(study):
    """Turns in another order are cut so that every character is in one passage."""
    blocks = GARDEN.split("\n\n")
    (study.files / "garden.txt").write_text("\n\n".join([*blocks[4:], *blocks[:4]]), "utf-8")

    study.run()

    assert_every_character_once(study)
    assert_nothing_is_orphaned(study)


def test_other_settings_make_other_excerpts_and_keep_the_old_ones(study):
    """A change of the words per passage is another segmentation; going back finds the first one again."""
    wanted = "SELECT excerpt_id FROM excerpt_list ORDER BY excerpt_id"
    before = study.ask(wanted)
    study.set("min_words = 10")
    study.set("max_words = 20")

    study.run()

    assert 2 == study.one("SELECT count(*) FROM segmentations")
    assert len(study.ask(wanted)) > len(before)
    assert_every_character_once(study)

    study.set("min_words = 40")
    study.set("max_words = 80")
    excerpts = study.one("SELECT count(*) FROM excerpts")
    study.run()

    assert before == study.ask(wanted)
    assert excerpts == study.one("SELECT count(*) FROM excerpts")
