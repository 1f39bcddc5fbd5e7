"""Which backups are kept, what is said of them, and `tagger backup` and `restore`."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from serving import coder, served

from tagger.errors import Busy, UsageError
from tagger.review.web.backing_up import backing_up, started
from tagger.steps import backups
from tagger.store import Store
from tagger.store import backups as stored

NOON = datetime(2026, 11, 30, 12)


@pytest.fixture(name="clock")
def _clock(monkeypatch):
    """Return the time, which stands still, in a list."""
    time = [NOON]
    monkeypatch.setattr(backups, "_now", lambda: time[0])
    monkeypatch.setattr(stored, "_now", lambda: time[0])
    return time


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("made"))
    store.create()
    return store


@pytest.fixture(name="small")
def _small(made, tmp_path):
    return Store(shutil.copytree(made.folder, tmp_path / "small"))


def add(store, *names):
    """Add people."""
    with store.session("a test") as database:
        for name in names:
            coder(name)(database)


def test_a_daily_backup_is_made_once_a_day_and_if_something_was_added(small, clock):
    """Not twice a day, and no second one of the same."""
    assert backups.daily(small.folder)
    add(small, "ann")
    assert backups.daily(small.folder) is None
    clock[0] += timedelta(days=1)
    assert 1 == backups.daily(small.folder).rows["coders"]
    clock[0] += timedelta(days=1)
    assert backups.daily(small.folder) is None


def test_a_clock_that_was_ahead_does_not_keep_backups_from_being_made(small, clock):
    """One from the future says nothing about how old the newest is."""
    clock[0] += timedelta(days=400)
    backups.daily(small.folder)
    add(small, "ann")
    clock[0] = NOON

    assert backups.is_due(small.folder)
    assert backups.daily(small.folder)


def test_of_the_daily_ones_seven_days_and_four_weeks_are_kept(small, clock, monkeypatch):
    """After two months there are the last of each of seven days and of four weeks; all others stay."""
    one = backups.make(small.folder)
    held = [replace(one, made_at=NOON + timedelta(hours=12 * half), reason="daily") for half in range(120)]
    held = [one, *held, replace(one, made_at=NOON, reason="before-update")]
    monkeypatch.setattr(backups, "kept", lambda _: sorted(held, key=lambda each: each.made_at, reverse=True))
    monkeypatch.setattr(backups, "delete", held.remove)
    clock[0] = NOON + timedelta(days=60)

    backups.daily(small.folder)

    # The newest is of midnight on 29 January 2027, a Friday; the weeks before ended on the 24th, 17th and 10th.
    days = [f"{each.made_at:%d %H}" for each in reversed(held) if each.reason == "daily"]
    assert ["10 12", "17 12", "23 12", "24 12", "25 12", "26 12", "27 12", "28 12", "29 00"] == sorted(days)
    assert {"by-hand", "before-update"} < {each.reason for each in held}


def test_all_backups_are_deleted_whole_or_not(small):
    """What must be in none of them is gone: of every kind, and what was left half made."""
    backups.make(small.folder)
    backups.make(small.folder, "daily")
    stored.put_aside(small.folder)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for left in (f"backups/.writing-{ended.pid}-ab", f".restoring-{ended.pid}-ab", "backups/no-backup"):
        (small.folder / left).mkdir()

    backups.delete_all(small.folder)

    assert [] == [*(small.folder / "backups").iterdir(), *small.folder.glob(".restoring*")]


def test_what_is_more_is_said_in_words():
    """People's work first, by its name; the rest in one number."""
    rows = {"decisions": 5, "coders": 2, "vectors": 100, "scores": 7, "transcripts": 3}

    assert "5 decisions, 2 people and 3 transcripts" == backups.holds(rows)
    assert "1 decision, 1 person and 93 rows of other kinds" == backups.more(
        rows, {"decisions": 4, "coders": 1, "vectors": 14, "transcripts": 3}
    )
    assert "" == backups.more(rows, rows)
    assert "nothing that people made" == backups.holds({"vectors": 4})


def test_a_backup_is_made_and_restored_at_the_terminal(tagger, small, tmp_path):
    """What would go is said before, and it can be taken back by the command that is told."""
    add(small, "ann")
    made = tagger("backup", "--study", small.folder)
    assert 0 == made.code, made.err
    [first] = backups.kept(small.folder)
    assert f"Made {first.path}: 1 person. It was opened, and has every row" in made.out
    add(small, "bea", "cy")

    listed = tagger("restore", "--study", small.folder)
    assert first.name in listed.out
    assert "made by hand: 1 person" in listed.out
    assert "The study has more now: 2 people" in listed.out

    restored = tagger("restore", first.name, "--study", small.folder, "--yes")
    assert 0 == restored.code, restored.err
    assert "The study has more now, which the restored one will not have: 2 people." in restored.out
    aside = backups.kept(small.folder)[0]
    assert f"What was there is kept: {aside.path}" in restored.out
    assert 1 == backups.present(small.folder).rows["coders"]

    again = tagger("restore", aside.name, "--study", small.folder, "--yes")
    assert "The backup has more, which comes back: 2 people." in again.out
    assert 3 == backups.present(small.folder).rows["coders"]

    elsewhere = tagger("restore", first.path, "--study", tmp_path / "new", "--yes")
    assert "There is no study in its place." in elsewhere.out
    assert 1 == backups.present(tmp_path / "new").rows["coders"]


def test_nothing_is_restored_without_a_yes(tagger, small, monkeypatch):
    """Whoever presses Return has changed nothing."""
    made = backups.make(small.folder)
    add(small, "ann")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    said = tagger("restore", made.name, "--study", small.folder)

    assert 130 == said.code
    assert 1 == backups.present(small.folder).rows["coders"]


def test_a_damaged_study_is_explained_at_the_terminal(tagger, small):
    """What is safe is listed with the command to go on; that command works."""
    add(small, "ann")
    made = backups.make(small.folder)
    small.path.write_bytes(small.path.read_bytes()[:30_000])

    broken = tagger("status", "--study", small.folder)
    assert 1 == broken.code
    assert f"tagger restore --study {small.folder}" in broken.err

    listed = tagger("restore", "--study", small.folder)
    assert "The study cannot be opened." in listed.out
    assert "1 person" in listed.out
    assert f"tagger restore NAME --study {small.folder}" in listed.out

    restored = tagger("restore", made.name, "--study", small.folder, "--yes")
    assert "nobody can say what it has more. Its files are kept as they are." in restored.out
    assert 1 == backups.present(small.folder).rows["coders"]
    assert "kept for whoever can mend it" in tagger("restore", "--study", small.folder).out


def test_without_backups_it_is_said_how_to_make_one(tagger, small, tmp_path):
    """A name that is none is told so."""
    assert "There are no backups" in tagger("restore", "--study", small.folder).out
    assert "There are no backups" in tagger("restore", "--study", tmp_path / "nothing").out
    assert "no backup of this name" in tagger("restore", "what", "--study", small.folder).err
    with pytest.raises(UsageError):
        backups.named(small.folder, "")


def test_a_study_that_is_read_is_not_restored(small):
    """Stopping the server comes first, and it says so."""
    made = backups.make(small.folder)
    with served(small.folder), pytest.raises(Busy, match=r"Stop it first .*nothing was changed"):
        backups.restore(small.folder, made)


def test_a_study_that_is_read_is_not_restored_before_anything_is_asked(tagger, small):
    """Nobody says yes to what cannot be done."""
    made = backups.make(small.folder)
    with served(small.folder):
        said = tagger("restore", made.name, "--study", small.folder)
    assert 1 == said.code
    assert "Stop it first" in said.err
    assert "" == said.out


def test_status_says_what_no_backup_holds(tagger, coded):
    """People's work alone counts, and nothing is said where all of it is in a backup."""
    command = f"tagger backup --study {coded.folder}"
    first = tagger("status", "--study", coded.folder).out
    assert "There is no backup yet; people added" in first
    assert command in first
    made = backups.make(coded.folder)
    assert command not in tagger("status", "--study", coded.folder).out
    coded.do("INSERT INTO imported_rows SELECT * REPLACE (number + 1000 AS number) FROM imported_rows LIMIT 1")

    assert f"The newest backup is {made.name}; people added 1 row of codings brought in since" in (
        tagger("status", "--study", coded.folder).out
    )


def test_while_people_read_a_backup_is_made_when_it_is_due(small):
    """By a process of its own, through the server; and again only when it is due again."""
    looks = iter([False, False, True])
    looked = threading.Event()

    def wait(over, seconds):
        if next(looks, True):
            looked.set()
            return over.wait(60)
        return over.is_set()

    begun = []

    def start(folder):
        begun.append(folder)
        return started(folder)

    with served(small.folder) as owner:
        owner.write(coder("ann"))
        with backing_up(small.folder, start, wait):
            assert looked.wait(120)

    [made] = backups.kept(small.folder)
    assert ("daily", 1) == (made.reason, made.rows["coders"])
    assert [small.folder] == begun


def test_a_backup_that_cannot_be_made_is_said_and_the_server_goes_on(small, caplog):
    """It is tried again later."""
    looks = iter([False, True])

    def start(_):
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])

    tried = threading.Event()

    def wait(over, _):
        if next(looks, True):
            tried.set()
            return over.wait(60)
        return over.is_set()

    with backing_up(small.folder, start, wait):
        assert tried.wait(60)
    assert "The daily backup was not made; it is tried again in 10 minutes." in caplog.text


def test_a_server_that_ends_does_not_wait_for_a_backup(small):
    """The process that makes it is stopped, and leaves nothing that counts."""
    begun = threading.Event()

    def start(_):
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        begun.set()
        return process

    with backing_up(small.folder, start, lambda over, _: over.is_set()):
        assert begun.wait(60)
    assert [] == backups.kept(small.folder)


def test_backups_are_no_part_of_an_archive(small):
    """It would grow with each of them."""
    from tagger.store.study_files import own_files

    (small.folder / "study.toml").write_text("")
    backups.make(small.folder)
    assert ["study.toml"] == [path.name for path in own_files(small.folder)]


def test_a_manifest_that_is_damaged_makes_no_backup(small):
    """A folder is one if it says so."""
    made = backups.make(small.folder)
    other = shutil.copytree(made.path, made.path.with_name("other"))
    (other / "backup.json").write_text("{}")
    assert [made] == backups.kept(small.folder)
    assert replace(made, path=made.path) == stored.read(made.path)
