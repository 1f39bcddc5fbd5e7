"""The proof that somebody can leave: nothing of a participant is left, everything of the others is, killed or not."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from desk import lasting
from forks import SOURCE
from read_study import read_by_two
from searched import places
from small_study import FRAMEWORK, copied
from withdraw_until_killed import MOMENTS
from written import docx_bold

from tagger.errors import UsageError
from tagger.review import notes
from tagger.steps.from_review import learn_from_review
from tagger.steps.whole_study import pack_study
from tagger.steps.withdrawal import Leaving, withdraw
from tagger.steps.withdrawal.folder import LEARNED
from tagger.store.backups import kept

WHO = "P07"
NOW = datetime(2026, 11, 30, 9)
GARDEN, LETTER = "quillwort", "heronsong"
MEMO, NOTE, UNLISTED, REASON, POSITION, REFLECTION = (
    "mossbell", "fennelgate", "larkpudding", "thistledown", "bramblewick", "sorreldance",
)  # fmt: skip
QUOTED = "the quillwort grew up over the only ladder we had"
ELSEWHERE = "over the only ladder"
WRITTEN = (MEMO, NOTE, UNLISTED, REASON, POSITION, REFLECTION)
WORDS = (GARDEN, LETTER, ELSEWHERE, *WRITTEN)
SHEET = f"file,participant\ngarden.txt,{WHO}\nfirst-meeting.csv,{WHO}\nletter.docx,{WHO}\n"
TALK = [
    ("Interviewer", "And what do you remember of it now?"),
    ("Ottoline", "There was a heronsong about the pond every morning, and I told nobody of it for a whole year or so."),
]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived_in(empty_study, tmp_path_factory):
    """Return a study with words of P07 and about them wherever there can be any; it is copied and never changed."""
    study = copied(empty_study, tmp_path_factory.mktemp("lived-in"))
    study.edit("garden.txt", "It sounds like nothing, I know.", f"And {QUOTED}, that is how long it took.")
    (study.files / "letter.docx").write_bytes(docx_bold(TALK))
    sheet = study.home / "attributes.csv"
    sheet.write_text(SHEET, "utf-8")
    listed = FRAMEWORK.replace("It was my decision.", f"It was my decision. As when {QUOTED}.")
    (study.folder / "frameworks/small.yaml").write_text(listed, "utf-8")
    study.run(attributes=str(sheet))
    read_by_two(study)
    with lasting(study) as desk:
        people_write(desk)
    learn_from_review(study.folder)
    shutil.copytree(study.files, study.folder / "transcripts")
    return study


def people_write(desk):
    """Have people write about passages of P07, about another one in words of theirs, and about the list."""
    theirs, letter, other = desk.excerpt(GARDEN), desk.excerpt(LETTER), desk.excerpt("crying in the yard")
    for excerpt in (theirs, letter):
        desk.decide(desk.blind("Ann", excerpt), "memo", note=f"a {MEMO} in the margin")
        desk.decide(desk.blind("Ben", excerpt), "something not on our list", note=f"some {UNLISTED}")
        notes.add(
            desk.db, note_id=str(uuid4()), coder_id="Ann", excerpt_id=excerpt, note=NOTE, now=desk.tick(),
            transcript_id=desk.one("SELECT transcript_id FROM excerpts WHERE id = $id", id=excerpt),
        )  # fmt: skip
    desk.decide(desk.blind("Ann", other), "memo", note=f"As somebody else said: {QUOTED}. I agree")
    desk.decide(desk.blind("Ben", other), "memo", note="of this one")
    memo = desk.one("SELECT id FROM decisions WHERE excerpt_id = $id AND act = 'memo' LIMIT 1", id=theirs)
    desk.add("reflections", id=str(uuid4()), coder_id="Ann", text=REFLECTION, memo_id=str(memo), written_at=desk.tick())
    framework = desk.one("SELECT max(framework_id) FROM newest_scorings")
    proposal = {"about": "coding", "framework_id": framework, "round": 1, "coder_id": "Ann", "outcome": "nothing here"}
    identity = str(uuid4())
    desk.add("proposals", id=identity, about_id=theirs, reason=REASON, proposed_at=desk.tick(), **proposal)
    desk.add("positions", id=str(uuid4()), coder_id="Ben", about="coding", about_id=identity, position="object",
             reason=POSITION, stated_at=desk.tick())  # fmt: skip


@pytest.fixture
def study(lived_in, tmp_path):
    """Return a copy that a test may change."""
    return copied(lived_in, tmp_path / "copy")


def left_in(study):
    """Return each place in which one of the words is."""
    return sorted({place for found in places(study.folder, WORDS).values() for place in found})


def leave(study, who=WHO, **options):
    """Have somebody leave."""
    return withdraw(study.folder, Leaving(who, **options), NOW)


def test_no_byte_of_them_is_left(study, tagger):
    """They are found in every kind of file and table first; then in none."""
    written_out(study, tagger)
    before = places(study.folder, WORDS)
    assert {
        "table revisions", "table excerpts", "table decisions", "table frameworks", "study.duckdb",
        "transcripts/garden.txt", "frameworks/small.yaml", "out.csv", "out.xlsx/xl/worksheets/sheet1.xml",
        "out.parquet", "out.html", "all.zip/tables/revisions.parquet",
    } <= before[ELSEWHERE]  # fmt: skip
    assert "transcripts/letter.docx/word/document.xml" in before[LETTER]
    assert all(before[word] >= {"study.duckdb"} for word in WRITTEN)
    [old] = kept(study.folder)
    assert f"backups/{old.name}/study.duckdb" in before[ELSEWHERE]

    said = leave(study)

    assert [] == left_in(study)
    [new] = kept(study.folder)
    assert new.name != old.name
    assert f"Backups in {study.folder / 'backups'}, which were deleted: 1. A new one holds what stays." in said


def written_out(study, tagger):
    """Write the study out in many forms, into its own folder."""
    for form in ("csv", "xlsx", "jsonl", "parquet", "qdpx", "taguette", "label-studio", "docx", "html"):
        out = study.folder / f"out.{form}"
        assert 0 == tagger("export", "--study", study.folder, "--to", form, "-o", out).code
    for form in ("xlsx", "docx", "html"):
        assert 0 == tagger("exemplars", "--study", study.folder, "-o", study.folder / f"quotes.{form}").code
    pack_study(study.folder, study.folder / "all.zip")
    assert 0 == tagger("backup", "--study", study.folder).code


def test_a_run_over_the_same_files_does_not_bring_them_back(study):
    """Under no dataset; the others are there already, and their pseudonym is given to nobody."""
    leave(study)
    (study.files / "new.txt").write_text("Interviewer: And you?\n\nSomebody: I came for the tea and stayed.\n", "utf-8")

    again, elsewhere = study.run(), study.run(dataset="other", framework="side-by-side")

    assert 3 == len(again.problems) == len([one for one in elsewhere.problems if "withdrawn" in one])
    assert [] == left_in(study)
    assert 0 == study.one("SELECT count(*) FROM speaker_list WHERE pseudonym = $who OR participant_id = $who", who=WHO)


def test_everybody_elses_rows_are_as_they_were(study):
    """To the row, but for the quote that somebody wrote down elsewhere, and what is remembered of leaving."""
    theirs = {"runs", "run_ends", "withdrawals", "withdrawn_numbers", "tombstones", "audit_losses", "trail", "erasures"}
    gone = {
        row["id"]
        for row in study.ask(
            "SELECT id FROM transcripts WHERE source NOT LIKE '%evening.vtt' AND source NOT LIKE '%morning-notes.txt'"
        )
    }
    before = study.tables()
    leave(study)
    after = study.tables()

    assert 3 == len(gone)
    for name, rows in after.items():
        new = [row for row in rows if row not in before[name]]
        assert not new or name in theirs | {"decisions", "frameworks"} | OF_LISTS, f"{name}: {new[:2]}"
    assert ["As somebody else said: (withdrawn). I agree", "of this one"] == sorted(
        row["note"] for row in after["decisions"] if row["act"] == "memo"
    )
    kept = "SELECT count(*) AS n FROM codings x JOIN excerpts e ON e.id = x.excerpt_id"
    assert study.one(kept) == len(after["codings"]) > 0


OF_LISTS = {
    "framework_values", "framework_meanings", "scorings", "codings", "decisions", "frameworks", "learned",
}  # fmt: skip
"""Tables that name a version of the list: the one that quoted them got other words, and so another id."""


@pytest.fixture(scope="module")
def states(lived_in, tmp_path_factory):
    """Return what the study holds before anybody leaves, and after; by table without what differs each time."""
    study = copied(lived_in, tmp_path_factory.mktemp("states"))
    before = rows_of(study)
    leave(study)
    return before, rows_of(study)


def rows_of(study):
    """Return all rows of all tables, but for receipts and runs, whose ids are new each time."""
    tables = study.tables()
    own = {"withdrawals", "runs", "run_ends", "migrations", "audit_losses", "trail", "erasures"}
    for row in (*tables["revisions"], *tables["speaker_beliefs"]):
        row["run_id"] = "" if row["run_id"].startswith("withdrawal") else row["run_id"]
    for row in tables["withdrawn_numbers"]:
        row["withdrawal_id"] = ""
    return {name: sorted(map(repr, rows)) for name, rows in tables.items() if name not in own}


def started(study, moment="never"):
    """Start to withdraw in a process of its own; return once it has loaded everything."""
    program = Path(__file__).with_name("withdraw_until_killed.py")
    process = subprocess.Popen(
        [sys.executable, program, study.folder, WHO, moment],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        start_new_session=True,
    )
    assert b"loaded\n" == process.stdout.readline()
    return process


def ended(process):
    """Wait for it, and return how it ended."""
    with process:
        return process.wait(timeout=120)


def finish(study, states):
    """Check that a study is the old one or the new one; finish, and check that nothing is left."""
    before, after = states
    found = rows_of(study)
    assert found in (before, after)
    if found == before:
        leave(study)
    else:
        with pytest.raises(UsageError, match="was withdrawn before"):
            leave(study)
    assert after == rows_of(study)
    assert [] == left_in(study)
    assert [] == [path for path in study.folder.iterdir() if path.name.startswith(".study")]
    assert {row["id"] for row in study.ask("SELECT id FROM learned")} == names(study.folder / LEARNED)
    return found == after


def names(folder):
    """Return the names of what is in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(("moment", "is_new"), list(zip(MOMENTS, (False, False, True, True), strict=True)))
def test_killed_at_each_step_it_is_the_old_study_or_the_new_one(study, states, moment, is_new):
    """The same command finishes what was begun."""
    assert -signal.SIGKILL == ended(started(study, moment))

    assert is_new == finish(study, states)


def test_killed_at_random_moments_it_is_the_old_study_or_the_new_one(lived_in, states, tmp_path):
    """Eight times over, somewhere between its beginning and its end."""
    whole = copied(lived_in, tmp_path / "whole")
    process, begun = started(whole), time.monotonic()
    assert 0 == ended(process)
    seconds = time.monotonic() - begun
    chance = random.Random(seed := time.time_ns() % 1_000_000)
    sys.stdout.write(f"seed {seed}\n")
    for trial in range(8):
        study = copied(lived_in, tmp_path / str(trial))
        process = started(study)
        time.sleep(chance.uniform(0, seconds))
        process.kill()
        assert ended(process) in (0, -signal.SIGKILL)
        finish(study, states)
        shutil.rmtree(study.home)
