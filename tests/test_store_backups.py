"""Backups: whole, checked, made also while the study is in use; and going back, whatever state the study is in."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from serving import coder, served

from tagger.errors import Busy, Damaged, StoreError, UsageError
from tagger.store import Store, backups, everything, migrations, restoring, serving
from tagger.store.database import opened
from tagger.store.lock import beside, owned

FOREIGN = "import duckdb, sys; opened = duckdb.connect(sys.argv[1])"
LEAVES_A_LOG = """
import os, sys
from pathlib import Path
from tagger.store.database import opened
with opened(Path(sys.argv[1])) as database:
    for i in range(300):
        database.run(f"INSERT INTO coders VALUES ('late-{i}', 'Late', 'reviewer', NULL, '2026-01-01'::TIMESTAMP)")
    os._exit(1)
"""


@pytest.fixture(name="store", scope="module")
def _store(tmp_path_factory):
    """Return a study with one person and a settings file; it is copied."""
    store = Store(tmp_path_factory.mktemp("made"))
    store.create()
    add(store, "ann")
    (store.folder / "study.toml").write_text('[study]\nname = "Small"\n')
    (store.folder / "frameworks" / "deep" / "er").mkdir(parents=True)
    (store.folder / "frameworks" / "deep" / "er" / "own.yaml").write_text("id: deeper\n")
    (store.folder / "frameworks" / "own.yaml").write_text("id: own\n")
    return store


@pytest.fixture(name="study")
def _study(store, tmp_path):
    return Store(shutil.copytree(store.folder, tmp_path / "study"))


def add(store, name):
    """Add a person."""
    with store.session("a test") as database:
        coder(name)(database)


def people(path):
    """List who is in a database."""
    with opened(path) as database:
        return {name for (name,) in database.rows("SELECT id FROM coders")}


def all_rows(path):
    """Return every row of every table of a database."""
    with opened(path) as database:
        return {one.name: everything.rows(database, one.name).to_pylist() for one in everything.tables(database)}


def names(folder):
    """List what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def with_a_log(study):
    """Leave 300 people in the log, as a process does that was killed; return the log."""
    subprocess.run([sys.executable, "-c", LEAVES_A_LOG, str(study.path)], check=False)
    return study.folder / "study.duckdb.wal"


def test_a_backup_is_the_study_in_every_row_and_file(study):
    """The database, the study's files, what is in each table; for nobody else's eyes."""
    made = study.backup("by-hand")

    assert all_rows(study.path) == all_rows(made.path / "study.duckdb")
    assert ["backup.json", "frameworks", "study.duckdb", "study.toml"] == names(made.path)
    assert 1 == made.rows["coders"]
    assert migrations.newest() == made.schema
    assert [made] == backups.kept(study.folder)
    inside = [made.path.parent, made.path, *made.path.rglob("*")]
    assert {0o700, 0o600} == {stat.S_IMODE(path.stat().st_mode) for path in inside}


def test_two_backups_of_one_moment_have_two_names(study):
    """The time in the name is no more than a name."""
    first, second = study.backup("by-hand"), study.backup("by-hand")

    assert [second, first] == backups.kept(study.folder)


def test_what_is_still_in_the_log_is_in_the_backup(study):
    """People work, and their work is not in the database file yet."""
    with served(study.folder) as owner:
        owner.write(coder("bea"))
        assert (study.folder / "study.duckdb.wal").stat().st_size
        made = study.backup("daily")

    assert {"ann", "bea"} == people(made.path / "study.duckdb")
    assert 2 == made.rows["coders"]


def test_while_people_work_a_backup_is_a_moment_between_two_acts(study):
    """What was acknowledged before it is in it; an act of two rows is there whole or not at all; nobody is refused."""
    acknowledged, over = [], threading.Event()

    def work(owner, who):
        for number in range(10_000):
            if over.is_set():
                return
            names = [f"{who}-{number}-{half}" for half in "ab"]
            owner.write(lambda database, names=names: [coder(name)(database) for name in names])
            acknowledged.extend(names)

    with served(study.folder) as owner:
        threads = [threading.Thread(target=work, args=(owner, who)) for who in "xyz"]
        for thread in threads:
            thread.start()
        found = []
        for _ in range(4):
            before = set(acknowledged)
            made = study.backup("daily")
            found.append((before, made))
        over.set()
        for thread in threads:
            thread.join()
    for before, made in found:
        there = people(made.path / "study.duckdb")
        assert set() == before - there
        pairs = [name.rpartition("-")[0] for name in there - {"ann"}]
        assert all(2 == pairs.count(pair) for pair in pairs)
    assert len(acknowledged) > 8


def test_after_a_backup_no_other_program_can_open_the_database(study):
    """The owner's locks are still there: copying must not close the file in the owner's process."""
    with served(study.folder):
        study.backup("daily")
        tried = subprocess.run([sys.executable, "-c", FOREIGN, study.path], capture_output=True, text=True, check=False)

    assert "Could not set lock" in tried.stderr


def test_the_owner_copies_into_backups_that_are_being_made_and_nowhere_else(study):
    """Whoever has the token cannot have the database written to any other place."""
    with served(study.folder) as owner:
        for name in ("..", "../..", ".writing-1-ab/../..", "elsewhere", ""):
            with pytest.raises(StoreError, match="no backup of this name"):
                owner.copy(name)


def test_a_server_that_ends_refuses_who_waits_for_a_copy(study):
    """Nobody waits for ever."""
    with served(study.folder) as owner:
        pass
    place = study.folder / "backups" / ".writing-1-ab"
    place.mkdir(parents=True)

    with pytest.raises(StoreError, match="being closed"):
        owner.copy(place.name)


def test_a_copy_that_lacks_a_row_is_no_backup(study, monkeypatch):
    """It is opened and counted before it gets its name."""
    counted = backups.copied
    monkeypatch.setattr(backups, "copied", lambda *given: {**counted(*given), "coders": 2})

    with pytest.raises(Damaged, match="has 1 of the 2 rows of the table coders"):
        study.backup("by-hand")

    assert [] == names(study.folder / "backups")


def test_without_room_there_is_one_sentence_and_nothing_else(study, monkeypatch):
    """How much is needed is said before anything is written."""
    usage = shutil.disk_usage(study.folder)
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _: usage._replace(free=1000))

    with pytest.raises(StoreError, match=r"no room for a backup, which takes \d+ MB"):
        study.backup("by-hand")

    assert not (study.folder / "backups").exists()


def test_a_place_that_cannot_be_written_to_is_said_in_one_sentence(study):
    """A file lies where the folder should be."""
    (study.folder / "backups").write_text("mine")

    with pytest.raises(StoreError, match="cannot be written"):
        study.backup("by-hand")


def test_what_a_killed_backup_left_goes_with_the_next_one(study):
    """That of a process that lives stays, and neither is taken for a backup."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid in (ended.pid, os.getpid()):
        (study.folder / "backups" / f".writing-{pid}-ab").mkdir(parents=True)
    (study.folder / "backups" / "mine").mkdir()
    assert [f".writing-{ended.pid}-ab"] == [place.name for place in backups.unfinished(study.folder)]
    assert [] == backups.kept(study.folder)

    made = study.backup("by-hand")

    assert sorted([f".writing-{os.getpid()}-ab", made.name, "mine"]) == names(study.folder / "backups")


def older(tmp_path, step):
    """Make a study of an earlier schema, with a person in it."""
    study = Store(tmp_path / "older")
    study.folder.mkdir()
    with opened(study.path) as database:
        migrations.migrate(database, step)
        coder("ann")(database)
    return study


@pytest.mark.parametrize("serve", [False, True])
def test_before_a_migration_there_is_a_backup(tmp_path, serve):
    """Whoever brings it up to date; it has the schema that the study had, and all that was in it."""
    study = older(tmp_path, step=12)
    before = all_rows(study.path)
    if serve:
        with served(study.folder):
            pass
    else:
        study.create()

    [made] = backups.kept(study.folder)
    assert ("before-update", 12) == (made.reason, made.schema)
    assert before == all_rows(made.path / "study.duckdb")
    assert {"ann"} == people(study.path)
    with opened(study.path) as database:
        assert migrations.newest() == migrations.step(database)


def test_without_room_for_a_backup_nothing_is_migrated(tmp_path, monkeypatch):
    """The schema stays as it is."""
    study = older(tmp_path, step=12)
    usage = shutil.disk_usage(study.folder)
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _: usage._replace(free=1000))

    with pytest.raises(StoreError, match="no room for a backup"):
        study.create()

    with opened(study.path) as database:
        assert 12 == migrations.step(database)


def test_a_new_study_and_one_that_is_up_to_date_need_no_backup(study):
    """There is nothing to lose, or nothing is done."""
    study.create()

    assert [] == backups.kept(study.folder)


def test_going_back_brings_every_row_and_file_back_and_keeps_what_was_there(study):
    """And that can be taken back too."""
    (study.folder / "frameworks" / "later.yaml").write_text("id: later\n")
    then, made = all_rows(study.path), study.backup("by-hand")
    add(study, "bea")
    (study.folder / "study.toml").write_text('[study]\nname = "Changed"\n')
    (study.inbox / "read-k1").mkdir(parents=True)
    (study.folder / "mine.txt").write_text("mine")
    now = all_rows(study.path)

    aside = restoring.put_back(study.folder, made)

    assert then == all_rows(study.path)
    assert "Small" in (study.folder / "study.toml").read_text()
    assert "before-restore" == aside.reason
    assert now == all_rows(aside.path / "study.duckdb")
    assert ["read-k1"] == names(aside.path / "inbox")
    assert not study.inbox.exists()
    assert (study.folder / "mine.txt").exists()
    assert "backup.json" not in names(study.folder)
    assert 0o600 == stat.S_IMODE(study.path.stat().st_mode)

    restoring.put_back(study.folder, aside)

    assert now == all_rows(study.path)
    assert "Changed" in (study.folder / "study.toml").read_text()


def test_a_backup_of_an_earlier_schema_is_brought_up_to_date_as_any_study(tmp_path):
    """Whoever goes back to before an update, and updates again."""
    study = older(tmp_path, step=12)
    study.create()
    add(study, "bea")
    [made] = backups.kept(study.folder)

    restoring.put_back(study.folder, made)
    with opened(study.path) as database:
        assert 12 == migrations.step(database)
    study.create()

    assert {"ann"} == people(study.path)
    assert ["before-update", "before-restore", "before-update"] == [one.reason for one in backups.kept(study.folder)]


def test_a_backup_alone_makes_a_study_anywhere(study, tmp_path):
    """On another machine there is nothing but the backup."""
    made = study.backup("by-hand")
    moved = backups.read(shutil.copytree(made.path, tmp_path / "stick" / "some-name"))

    assert restoring.put_back(tmp_path / "new" / "study", moved) is None

    assert all_rows(study.path) == all_rows(tmp_path / "new" / "study" / "study.duckdb")
    assert 0o700 == stat.S_IMODE((tmp_path / "new" / "study").stat().st_mode)


@pytest.mark.parametrize("name", ["study.duckdb", "study.toml"])
def test_a_backup_that_was_changed_is_refused(study, name):
    """Its SHA-256 tells; the study stays as it is."""
    made = study.backup("by-hand")
    add(study, "bea")
    with (made.path / name).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")

    with pytest.raises(Damaged, match=f"the backup is damaged: {name} is not what was written"):
        restoring.put_back(study.folder, made)

    assert {"ann", "bea"} == people(study.path)
    assert [made] == backups.kept(study.folder)
    assert [] == list(study.folder.glob(".restoring*"))


def test_nothing_is_restored_while_somebody_else_has_the_study(study):
    """Neither under a server nor under a run."""
    made = study.backup("by-hand")
    with served(study.folder), pytest.raises(Busy, match="already open"):
        restoring.put_back(study.folder, made)
    with study.only_run(), pytest.raises(Busy, match="a run of the pipeline"):
        restoring.put_back(study.folder, made)
    foreign = subprocess.Popen(
        [sys.executable, "-c", f"{FOREIGN}; print('open', flush=True); sys.stdin.read()", study.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "open\n" == foreign.stdout.readline()
    with pytest.raises(Busy, match="another program"):
        restoring.put_back(study.folder, made)
    foreign.communicate("")

    assert [made] == backups.kept(study.folder)


def test_a_backup_is_not_worked_with_as_a_study(study):
    """It would be changed, and be no backup any more."""
    made = study.backup("by-hand")
    with pytest.raises(StoreError, match=r"stays as it is. To make a study of it: tagger restore"):
        Store(made.path).create()
    with pytest.raises(StoreError, match="stays as it is"), Store(made.path).session("a test"):
        pass


DAMAGES = [
    pytest.param(lambda data: b"\0" * 12288 + data[12288:], id="zeroed header"),
    pytest.param(lambda data: data[: len(data) // 3], id="cut short"),
    pytest.param(lambda data: data[:12288] + random.Random(1).randbytes(len(data) - 12288), id="written over"),
    pytest.param(lambda data: b"", id="empty"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_study_says_how_to_go_on_and_that_works(study, damage):
    """Whatever it is that is damaged: it is kept as it is, and the backup is the study."""
    made = study.backup("by-hand")
    broken = damage(study.path.read_bytes())
    study.path.write_bytes(broken)
    with pytest.raises(Damaged) as said, study.session("a test"):
        pass
    assert f"Nothing was deleted. To see what is safe, and go on from there: tagger restore --study {study.folder}" in (
        str(said.value)
    )

    aside = restoring.put_back(study.folder, made)

    assert {"ann"} == people(study.path)
    assert ("damaged", {}) == (aside.reason, aside.rows)
    assert broken == (aside.path / "study.duckdb").read_bytes()
    with pytest.raises(UsageError, match="could not be opened"):
        restoring.put_back(study.folder, aside)


def test_a_damaged_log_can_be_left_out(study):
    """What was in the database before is there; the log is kept for whoever can mend it."""
    log = with_a_log(study)
    data = bytearray(log.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = b"\xff" * 400
    log.write_bytes(bytes(data))
    with pytest.raises(Damaged), study.session("a test"):
        pass
    assert 1 == restoring.counts_without_log(study.folder)["coders"]
    assert bytes(data) == log.read_bytes()

    aside = restoring.put_back_without_log(study.folder)

    assert {"ann"} == people(study.path)
    assert bytes(data) == (aside.path / "study.duckdb.wal").read_bytes()


def test_without_a_log_there_is_nothing_to_leave_out(study):
    """And where the database is damaged too, it is no help."""
    assert restoring.counts_without_log(study.folder) is None
    with_a_log(study)
    study.path.write_bytes(b"not a database" * 2000)
    assert restoring.counts_without_log(study.folder) is None
    with pytest.raises(Damaged):
        restoring.put_back_without_log(study.folder)
    assert [] == backups.kept(study.folder)


def test_a_database_that_is_gone_is_not_made_anew(study):
    """Not by a run, nor by a server: an empty study in its place would look as if all were well."""
    made = study.backup("by-hand")
    study.path.unlink()

    for act in (study.create, lambda: serving(study.folder).__enter__(), lambda: study.done(["k"])):
        with pytest.raises(Damaged, match="the database is gone, and this is no new study"):
            act()
    assert not study.path.exists()

    assert restoring.put_back(study.folder, made) is None
    assert {"ann"} == people(study.path)


class Stopped:
    """Going back to a backup, stopped before one of the steps that change the study; `over` once none was left."""

    def __init__(self, study, made, monkeypatch, steps):
        self.study, self.made = study, made
        left = iter(range(steps))

        def stopping(act):
            def acted(*given, **options):
                if next(left, None) is None:
                    raise KeyboardInterrupt
                return act(*given, **options)

            return acted

        with monkeypatch.context() as patch:
            for method in ("replace", "unlink", "rename"):
                patch.setattr(Path, method, stopping(getattr(Path, method)))
            try:
                self.go_back()
            except KeyboardInterrupt:
                self.over = False
            else:
                self.over = True

    def go_back(self):
        """Go back to the backup."""
        restoring.put_back(self.study.folder, backups.read(self.study.folder / "backups" / self.made.name))

    @property
    def now(self):
        """Return the bytes of the database; None where there is none."""
        return self.study.path.read_bytes() if self.study.path.exists() else None

    @property
    def aside(self):
        """Return the backup of what was there."""
        [aside] = [one for one in backups.kept(self.study.folder) if one.name != self.made.name]
        return aside


@pytest.mark.parametrize("sound", [True, False])
def test_whoever_is_stopped_while_restoring_loses_nothing(study, monkeypatch, sound):
    """Before and after each step there is the study, or one that asks to be restored; what was there is kept."""
    made = study.backup("by-hand")
    add(study, "bea")
    if not sound:
        with with_a_log(study).open("r+b") as file:
            file.seek(3000)
            file.write(b"\xff" * 4000)
    clean = shutil.copytree(study.folder, study.folder.with_name("clean"))
    before, then = study.path.read_bytes(), (made.path / "study.duckdb").read_bytes()
    seen = set()
    for steps in range(40):
        shutil.rmtree(study.folder)
        shutil.copytree(clean, study.folder)
        stopped = Stopped(study, made, monkeypatch, steps)
        seen.add(stopped.now)
        if stopped.now is None:
            with pytest.raises(Damaged, match="tagger restore"):
                study.create()
        if stopped.now != before:
            aside = stopped.aside.path / "study.duckdb"
            assert {"ann", "bea"} == people(aside) if sound else before == aside.read_bytes()
        if stopped.over:
            break
        stopped.go_back()
        assert {"ann"} == people(study.path)
        assert [] == restoring.unfinished(study.folder)
    assert {None, before, then} == seen
    assert stopped.over


def test_who_was_killed_while_restoring_is_tidied_up_after(study):
    """The next one removes what was unpacked."""
    made = study.backup("by-hand")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (study.folder / f".restoring-{ended.pid}-ab").mkdir()
    assert [f".restoring-{ended.pid}-ab"] == [place.name for place in restoring.unfinished(study.folder)]

    restoring.put_back(study.folder, made)

    assert [] == list(study.folder.glob(".restoring*"))


def test_a_brief_owner_is_waited_for(study):
    """Somebody who looks at the study for a moment keeps no backup from being made."""
    begun, over = threading.Event(), threading.Event()

    def own():
        with owned(beside(study.path), "a look"):
            begun.set()
            over.wait(20)

    thread = threading.Thread(target=own)
    thread.start()
    begun.wait()
    threading.Timer(0.2, over.set).start()
    assert {"ann"} == people(study.backup("by-hand").path / "study.duckdb")
    thread.join()
