"""Tests of looking whether everything is in order."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest
from serving import served

from tagger.steps import checks, diagnosis
from tagger.steps.diagnosis import diagnose
from tagger.store import Store, lock

NOBODY = 2**22 + 1
"""The id of no process."""


def remedies(folder):
    """Return what mends what is not as it should be."""
    return [finding.remedy for finding in diagnose(folder) if not finding.good]


def told(folder):
    """Return all that is said, in one text."""
    return "\n".join(finding.text for finding in diagnose(folder))


def bad(folder):
    """Return what is not as it should be."""
    return [finding.text for finding in diagnose(folder) if not finding.good]


def insert(study, table, sql):
    """Insert rows as the program does, so that the trail has them."""
    with Store(study.folder).alone("a test") as database:
        assert 1 == database.insert(table, database.table(sql))


def test_a_sound_study_has_no_bad_finding(tagged):
    """Installation, weights, frameworks, settings and placements are in order, emoji or not."""
    assert [] == bad(tagged.folder)
    told = {finding.text for finding in diagnose(tagged.folder)}
    assert "every excerpt matches the text it was cut from" in told
    entries = tagged.one("SELECT count(*) FROM trail")
    assert f"everything that people did is as it was noted ({entries:,} entries in the trail)" in told


def test_a_folder_without_a_study_is_no_fault(tmp_path):
    """The installation can be checked anywhere."""
    assert [] == bad(tmp_path)


def test_an_excerpt_in_the_wrong_place_is_found(study):
    """text[start:end] == excerpt.text is checked row by row."""
    study.do("UPDATE placements SET start = start + 1 WHERE excerpt_id = (SELECT min(excerpt_id) FROM placements)")

    assert ["excerpts that do not match their text: 1"] == bad(study.folder)


def test_what_was_changed_past_this_program_is_found(study):
    """By the trail; the command that is named says which row, and what to do."""
    study.do("UPDATE revisions SET text = text || '!' WHERE id = (SELECT min(id) FROM revisions)")

    assert ["things that are not as they were noted in the trail: 1"] == bad(study.folder)
    [remedy] = remedies(study.folder)
    command = shlex.split(remedy.removeprefix("To see which, and what to do: tagger "))
    found = subprocess.run([sys.executable, "-m", "tagger", *command], capture_output=True, text=True, check=False)
    assert (1, "") == (found.returncode, found.stderr)
    assert "Changed: a row of revisions" in found.stdout


def test_of_very_many_entries_the_chain_alone_is_looked_at(study, monkeypatch):
    """The command that looks at the rows too is named; an entry that was taken out is found all the same."""
    entries = study.one("SELECT count(*) FROM trail")
    monkeypatch.setattr(checks, "_QUICK", entries - 1)
    command = f"tagger verify --study {study.folder}"
    whole = f"the trail's {entries:,} entries are whole; whether the rows are as noted says: {command}"
    assert whole in told(study.folder)

    study.do("DELETE FROM trail WHERE number = 2")
    monkeypatch.setattr(checks, "_QUICK", entries - 2)

    assert ["things that are not as they were noted in the trail: 1"] == bad(study.folder)


def test_settings_that_make_no_sense_are_found(study):
    """An unknown key in study.toml is a bad finding and not a traceback."""
    with (study.folder / "study.toml").open("a") as file:
        file.write("\n[nonsense]\n")

    [finding] = bad(study.folder)
    assert "nonsense" in finding


def test_a_framework_that_is_gone_is_found(study):
    """The study's framework must be there."""
    (study.folder / "frameworks" / "small.yaml").unlink()

    [finding] = bad(study.folder)
    assert "small" in finding


def test_a_damaged_database_is_found(study):
    """A database that does not open is one bad finding."""
    (study.folder / "study.duckdb").write_bytes(b"not a database " * 999)

    assert "damaged" in " ".join(bad(study.folder))


def test_a_database_that_others_can_read_is_found(study):
    """Interviews are for the owner of the study alone."""
    (study.folder / "study.duckdb").chmod(0o644)

    [finding] = [finding for finding in diagnose(study.folder) if not finding.good]
    assert "only you can read the database file" == finding.text
    assert f"chmod -R go-rwx {study.folder}/study.duckdb" == finding.remedy
    subprocess.run(shlex.split(finding.remedy), check=True)
    assert [] == bad(study.folder)


@pytest.mark.parametrize("opened", ["", "backups", "backups/NAME/study.duckdb"])
def test_a_folder_or_backup_that_others_can_read_is_found_and_mended(study, opened):
    """The study's folder keeps others from all that is in it; backups are kept from them again by themselves."""
    name = Store(study.folder).backup("by-hand").name
    path = study.folder / opened.replace("NAME", name)
    path.chmod(path.stat().st_mode | 0o044)

    assert ["only you can read the study's folder and its backups"] == bad(study.folder)
    subprocess.run(shlex.split(remedies(study.folder)[0]), check=True)
    assert [] == bad(study.folder)


def test_packages_that_do_not_fit_are_named(study, monkeypatch):
    """A newer one than is needed, or none; with the command that installs the right ones."""
    monkeypatch.setattr(diagnosis, "requires", lambda _: ["duckdb<1", "no-such-package>=2", "click>=8; extra == 'x'"])

    version = importlib.metadata.version("duckdb")
    assert [f"duckdb is {version}, and <1 is needed", "no-such-package is missing"] == bad(study.folder)
    assert {"pip install --upgrade transcript-tagger"} == set(remedies(study.folder))


def test_a_disk_that_grants_every_lock_is_found(study, monkeypatch):
    """As some network drives do: two programs would write at once."""
    monkeypatch.setattr(lock, "_try_lock", lambda fd: True)

    assert "the study's disk keeps two programs from writing at once" in bad(study.folder)
    assert any("no network drive" in remedy for remedy in remedies(study.folder))


def test_who_has_the_study_is_said(study):
    """Nobody; one that lives; one that was stopped by force."""
    assert "no program has the study open" in told(study.folder)
    with served(study.folder):
        assert f"the review server (process {os.getpid()}) has the study open" in told(study.folder)
        assert [] == bad(study.folder)
    (study.folder / "study.duckdb.lock").write_text(json.dumps({"pid": NOBODY, "role": "a merge", "brief": True}))
    assert f"a merge (process {NOBODY}) was stopped by force; the next command tidies up" in told(study.folder)


def test_without_room_it_is_said(study, monkeypatch):
    """At least a gigabyte."""
    usage = shutil.disk_usage(study.folder)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: usage._replace(free=10))

    assert ["0 GB free on the study's disk (1 is needed)"] == bad(study.folder)


def test_a_clock_that_is_behind_is_found(study):
    """A row from the future; that people's order is kept is said."""
    study.do("UPDATE ledger SET merged_at = '2199-01-01'::TIMESTAMP WHERE key = (SELECT min(key) FROM ledger)")

    [finding] = bad(study.folder)
    assert "the newest row is of 01 January 2199" in finding
    assert "Set the clock" in remedies(study.folder)[0]


def test_a_clock_that_went_back_while_people_read_is_mentioned(study):
    """It is no fault that could be mended."""
    study.do("INSERT INTO coders VALUES ('ann', 'Ann', 'reviewer', NULL, '2026-01-01'::TIMESTAMP)")
    for number, day in enumerate(("02", "01", "03"), start=1):
        identity = f"00000000-0000-0000-0000-00000000000{number}"
        study.do(
            "INSERT INTO decisions (id, coder_id, excerpt_id, act, note, round, suggestions_seen_before, decided_at) "
            f"VALUES ('{identity}', 'ann', 'e', 'memo', 'a', 'before talk', 0, '2026-01-{day}'::TIMESTAMP)"
        )
        study.do(f"INSERT INTO decision_sets VALUES ('{identity}', '{identity}', {number})")

    assert "the clock went back 1 times" in told(study.folder)


def test_a_study_of_another_version_is_found(study):
    """An earlier one is brought up to date by the next command; a newer one cannot be worked with."""
    study.do("DELETE FROM migrations WHERE number > 15")
    assert "the study is of an earlier version (step 15 of" in told(study.folder)
    study.do("INSERT INTO migrations SELECT 999, name, tagger_version, applied_at FROM migrations LIMIT 1")
    assert ["a newer version of tagger wrote the study (step 999)"] == bad(study.folder)


def test_a_block_that_cannot_be_read_is_found(study):
    """The database opens, and a checksum deep in it is wrong: every row is read to find it."""
    with Store(study.folder).session("a test") as database:
        stored = "SELECT block_id FROM pragma_storage_info('vectors') WHERE persistent AND block_id >= 0 LIMIT 1"
        [(block,)] = database.rows(stored)
    with (study.folder / "study.duckdb").open("r+b") as file:
        file.seek(12288 + block * 16384 + 100)
        file.write(b"\xff" * 64)

    assert any("damaged" in text and "tagger restore" in text for text in bad(study.folder))


def test_a_model_that_is_another_one_than_that_of_the_suggestions_is_found(study):
    """The same name with other weights."""
    study.do("UPDATE models SET weights_sha256 = 'other'")

    assert ["the newest suggestions were made with other weights than those of all-MiniLM-L6-v2 on this disk"] == (
        bad(study.folder)
    )


def test_people_s_work_that_no_backup_holds_is_found_after_a_week(coded):
    """In a young study, or with a young backup, it is mentioned; a changed one is no backup."""
    assert [] == bad(coded.folder)
    assert f"(to make one: tagger backup --study {coded.folder})" in told(coded.folder)
    coded.do("UPDATE study SET created_at = created_at - INTERVAL 8 DAY")
    [finding] = bad(coded.folder)
    assert "people's work that no backup holds yet" in finding
    assert [f"tagger backup --study {coded.folder}"] == remedies(coded.folder)
    made = Store(coded.folder).backup("by-hand")
    assert [] == bad(coded.folder)
    assert f"the newest backup is what was written: {made.name}" in told(coded.folder)
    insert(coded, "imported_rows", "SELECT * REPLACE (number + 1000 AS number) FROM imported_rows LIMIT 1")
    assert [] == bad(coded.folder)
    manifest = made.path / "backup.json"
    manifest.write_text(manifest.read_text().replace(f"{made.made_at:%Y}-", "2001-", 2))
    assert ["people's work that no backup holds yet: 1 row of codings brought in"] == bad(coded.folder)

    (made.path / "study.toml").write_text("")
    assert any("study.toml of the newest backup is not what was written" in text for text in bad(coded.folder))


def test_what_was_left_behind_is_named_with_what_removes_it(study):
    """Half a backup, half a restore, half a shard, one that was damaged."""
    for name in ("backups/.writing", ".restoring", "inbox/.writing", "inbox/.damaged-read"):
        (study.folder / f"{name}-{NOBODY}-ab").mkdir(parents=True)
    (study.folder / "backups").chmod(0o700)
    (study.folder / "backups" / f".writing-{NOBODY}-ab").chmod(0o700)

    assert ["left behind by programs that were stopped, and needed by nobody: 4 folders"] == bad(study.folder)
    subprocess.run(shlex.split(remedies(study.folder)[0]), check=True)
    assert [] == bad(study.folder)


def test_a_run_that_stopped_is_mentioned_and_no_fault(study):
    """It goes on with the next run."""
    insert(
        study, "runs", "SELECT * REPLACE ('stopped' AS id, started_at + INTERVAL 1 DAY AS started_at) FROM runs LIMIT 1"
    )

    assert [] == bad(study.folder)
    assert any("1 runs stopped" in finding.text for finding in diagnose(study.folder))
