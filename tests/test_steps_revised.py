"""What became of codings when their transcripts were corrected."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

import pytest
from desk import lasting
from read_study import read_blind
from small_study import GARDEN, copied

from tagger.cli.revisions import corrected as sentences
from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.exchange.attributes import PermissionSaid
from tagger.review.progress import progress
from tagger.steps.overview import overview
from tagger.steps.permissions import permit
from tagger.steps.revised import AGAIN, ASKED, DONE, HELD, MOVED, OUT, STAYED, only, revised, to_be_read_again

WET, RANG, TALK, TOILET, ROOM = "wet Tuesday", "rang her in June", "Some weeks I only dig", "The toilet", "how quiet"
HELPED = GARDEN[GARDEN.index("Interviewer: Did that") : GARDEN.index("Interviewer: Thank you")]
ASKS_TALK = "Interviewer: And what was it like to talk there?"


def outcomes(study):
    """Say what became of each coding of the garden: by reader and words that tell the passage."""
    [garden] = only(revised(study.folder), "garden.txt")
    told = {}
    for coding in garden.codings:
        words = next(each for each in (WET, RANG, TALK, TOILET) if each in coding.before)
        told[coding.name, words] = coding.became
    return told


def correct(study, *changes):
    """Change words of the garden, and run again."""
    for old, new in changes:
        study.edit("garden.txt", old, new)
    return study.run()


@pytest.fixture(scope="module")
def read(tagged, tmp_path_factory):
    """Return a study in which Ann read four passages of the garden and one elsewhere, and Ben one of hers."""
    study = copied(tagged, tmp_path_factory.mktemp("read"))
    with lasting(study) as desk:
        for reader, found in (("Ann", (WET, RANG, TALK, TOILET, ROOM)), ("Ben", (WET,))):
            desk.reader(reader)
            for words in found:
                read_blind(desk, reader, desk.excerpt(words), ["choice"])
    return study


@pytest.fixture(scope="module")
def corrected(read, tmp_path_factory):
    """Return it after a run over a garden with a sentence corrected, turns moved and added, one out, a new name."""
    study = copied(read, tmp_path_factory.mktemp("corrected"))
    correct(
        study,
        (HELPED, ""),
        (
            ASKS_TALK,
            f"{HELPED}Interviewer: I see.\n\nOttoline: That was in the first of all those years.\n\n{ASKS_TALK}",
        ),
        ("one wet Tuesday in March", "one dry Thursday in March"),
        ("\n\nOttoline: The toilet. Honestly, only the toilet.", ""),
        ("Ottoline:", "Octavia:"),
    )
    return study


def test_each_coding_is_told_for_what_became_of_it(corrected):
    """A rewritten passage is to be read again by both, moved turns keep theirs, words taken out are nowhere."""
    assert {
        ("Ann", WET): AGAIN,
        ("Ben", WET): AGAIN,
        ("Ann", RANG): MOVED,
        ("Ann", TALK): STAYED,
        ("Ann", TOILET): OUT,
    } == outcomes(corrected)


def test_old_and_new_words_are_told_with_their_place(corrected):
    """The changed words stand beside what stands for them now, with turn, speaker, and readers by their letters."""
    [garden] = only(revised(corrected.folder), "garden.txt")

    first, second = garden.codings[:2]
    assert (("wet Tuesday", "dry Thursday"),) == first.changes == second.changes
    assert ("Reader A", "Reader B") == (first.reader, second.reader)
    assert "one wet Tuesday in March" in first.before
    assert first.before.replace("wet Tuesday", "dry Thursday") == first.now
    assert (2, "Ottoline") != (first.turn, first.speaker)
    assert 2 == first.turn


def test_transcripts_without_a_second_revision_are_not_told(read, corrected):
    """Nothing is said of what was not corrected."""
    assert [] == revised(read.folder)
    assert ["files/garden.txt"] == [each.source for each in revised(corrected.folder)]


def test_status_and_progress_count_what_waits(read, corrected):
    """Codings wait for those who hold them, and passages once however many hold them."""
    assert 0 == overview(read.folder)["to_reread"]
    assert 2 == overview(corrected.folder)["to_reread"]
    with lasting(corrected) as desk:
        assert 1 == progress(desk.db, "Ann", ReviewSettings()).to_reread


def test_what_was_read_again_waits_no_longer(corrected, tmp_path):
    """Who has read what stands there now is done; the other reader is not."""
    study = copied(corrected, tmp_path)
    with lasting(study) as desk:
        read_blind(desk, "Ben", desk.excerpt("dry Thursday"))
        waiting = [coding.name for coding in to_be_read_again(desk.db)]

    assert ["Ann"] == waiting
    assert {("Ann", WET): AGAIN, ("Ben", WET): DONE} == {
        key: became for key, became in outcomes(study).items() if key[1] == WET
    }


def test_a_correction_of_a_correction_is_told_from_where_it_was_read(corrected, tmp_path):
    """Over two revisions the words that were read stand beside those that stand there now."""
    study = copied(corrected, tmp_path)
    correct(study, ("dry Thursday", "dry Friday"), ("I stood by the gate", "I stood at the gate"))

    [garden] = only(revised(study.folder), "garden.txt")

    assert (3, AGAIN) == (garden.revision, garden.codings[0].became)
    assert (("wet Tuesday", "dry Friday"), ("by", "at")) == garden.codings[0].changes
    assert STAYED == outcomes(study)["Ann", RANG]


def test_a_correction_that_is_taken_back_brings_back_what_was_read(corrected, read, tmp_path):
    """Where the text of before stands again, nothing waits; what had moved has moved back."""
    study = copied(corrected, tmp_path)
    (study.files / "garden.txt").write_bytes((read.files / "garden.txt").read_bytes())

    study.run()

    assert {STAYED} == {became for (_, words), became in outcomes(study).items() if words != RANG}
    assert MOVED == outcomes(study)["Ann", RANG]
    assert [] == study.ask("SELECT * FROM to_reread")


def test_words_of_who_turns_out_to_ask_are_not_to_be_read_again(corrected, tmp_path):
    """Their codings are kept, and nobody has to read anything."""
    study = copied(corrected, tmp_path)
    sheet = study.home / "speakers.csv"
    sheet.write_text("file,speaker,asks\ngarden.txt,Octavia,yes\n", "utf-8")

    study.run(speakers=str(sheet))

    assert ASKED == outcomes(study)["Ann", RANG] == outcomes(study)["Ann", TALK]


def test_one_transcript_and_one_reader_can_be_asked_for(corrected):
    """A transcript by its id or file, a reader by name or letter; what is not there is an error that says so."""
    found = revised(corrected.folder)

    assert (
        only(found) == only(found, found[0].transcript) == only(found, "garden.txt") == only(found, "files/garden.txt")
    )
    assert {"Ben"} == {coding.name for each in only(found, reader="b") for coding in each.codings}
    assert only(found, reader="Reader B") == only(found, reader="ben")
    with pytest.raises(UsageError, match="Corrected were: files/garden"):
        only(found, "rden.txt")
    with pytest.raises(UsageError, match="Cleo"):
        only(found, reader="Cleo")


def test_words_that_may_not_be_quoted_are_not_told(corrected, tmp_path):
    """Places and readers are, and neither the words of before nor those of now."""
    study = copied(corrected, tmp_path)
    study.do("INSERT INTO permissions SELECT id, true, false, NULL::DATE, now()::TIMESTAMP FROM participants")

    [garden] = revised(study.folder)

    assert {("(may not be quoted)", "(may not be quoted)")} == {(one.before, one.now) for one in garden.codings}
    assert {()} == {coding.changes for coding in garden.codings}


def test_the_command_prints_it_and_writes_the_table(corrected, tagger, tmp_path):
    """What is to be read again comes first; the table has one row a coding, and neither a file's name nor a value."""
    said = tagger("revisions", "garden.txt", "--study", corrected.folder, "-o", tmp_path / "all.csv")

    assert 0 == said.code
    lines = said.out.splitlines()
    assert re.fullmatch(r"files/garden\.txt \(general, transcript [1-4]\), revision 2", lines[0])
    assert "  5 codings: 2 to be read again, 1 moved elsewhere, 1 stayed, 1 taken out" == lines[1]
    assert "      “wet Tuesday” is now “dry Thursday”" in lines
    assert "2 codings wait to be read again: 1 of Reader A, 1 of Reader B." in lines
    table = (tmp_path / "all.csv").read_text("utf-8-sig")
    assert 5 == len(list(csv.DictReader(io.StringIO(table))))
    assert "garden.txt" not in table
    assert "choice" not in table


def test_the_table_of_one_reader_holds_nobody_else_s(corrected, tagger, tmp_path):
    """A list can be handed to a reader."""
    tagger("revisions", "--study", corrected.folder, "--reader", "Ben", "-o", tmp_path / "ben.csv")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "ben.csv").read_text("utf-8-sig"))))
    assert ["Reader B"] == [row["reader"] for row in rows]


def test_a_run_ends_with_a_sentence_for_each_corrected_file(corrected):
    """It is told once, by the run that read the file, with the command that tells more."""
    [garden] = revised(corrected.folder)

    [said] = sentences(corrected.folder, garden.run_id)

    assert said.startswith("files/garden.txt is revision 2 now. 5 codings: 2 to be read again, ")
    assert said.endswith(f". See: tagger revisions files/garden.txt --study {corrected.folder}")
    assert [] == sentences(corrected.folder, "another run")


def test_status_names_the_command(corrected, tagger):
    """A person who asks how the study stands is sent on."""
    said = tagger("status", "--study", corrected.folder)

    expected = "2 codings wait to be read again: words were corrected. See: tagger revisions --study"
    assert f"{expected} {corrected.folder}" in said.out


def test_words_that_may_not_be_worked_on_are_not_said_to_be_a_question(corrected, tmp_path):
    """Nobody is asked to read them again, either; what was said of the others stays said."""
    study = copied(corrected, tmp_path / "copy")
    who = study.one("SELECT participant_id FROM live_turns WHERE transcript_id = $id AND participant_id IS NOT NULL "
                    "GROUP BY ALL ORDER BY count(*) DESC LIMIT 1", id=study.transcript("garden.txt"))  # fmt: skip
    permit(study.folder, who, PermissionSaid(may_process=False), datetime(2026, 11, 30))
    [[before], [after]] = (only(revised(each.folder), "garden.txt") for each in (corrected, study))

    assert {AGAIN, HELD, OUT} <= {*before.counts, *after.counts}
    assert {HELD} == after.counts.keys() - {OUT, ASKED}
    assert before.counts.get(OUT) == after.counts.get(OUT)
