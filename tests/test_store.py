"""One owner, whole transactions, whole shards: nothing is lost, and what is wrong is said in one sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime

import pyarrow as pa
import pytest

from tagger.errors import Busy, Damaged, StoreError
from tagger.store import Shard, Store, shards
from tagger.store.database import opened
from tagger.store.migrations import migrate

NOW = datetime(2026, 1, 1)


@pytest.fixture(name="fresh", scope="module")
def _fresh(tmp_path_factory):
    """Return the database file of a study that was just made; copies of it are cheaper than making it again."""
    store = Store(tmp_path_factory.mktemp("fresh"))
    store.create()
    return store.path


@pytest.fixture(name="store")
def _store(fresh, tmp_path):
    store = Store(tmp_path)
    shutil.copy(fresh, store.path)
    return store


def run_row(run="r1"):
    """Make the row of a run."""
    described = {"engine": "local", "dataset": "general", "settings": "{}", "tagger_version": "0"}
    return {"id": run, "started_at": NOW, **described}


def shard(key="k1", run="r1", participants=("P01", "P02"), **tables):
    """Make a shard of participants and whatever other rows are given."""
    rows = {"runs": [run_row(run)], "participants": [{"id": name} for name in participants], **tables}
    return Shard(key, "read", run, {name: pa.Table.from_pylist(content) for name, content in rows.items()})


def participants(store):
    """List the pseudonyms that are stored."""
    with store.session("test") as database:
        return [name for (name,) in database.rows("SELECT id FROM participants ORDER BY id")]


def owner_process(store, role="a review server"):
    """Start a process that owns *store* until it is killed, and wait until it does."""
    code = (
        "import sys, time, pathlib\n"
        "from tagger.store.lock import owned\n"
        "from tagger.store.database import opened\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "with owned(path.with_name('study.duckdb.lock'), sys.argv[2], brief=False), opened(path):\n"
        "    print('owned', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(store.path), role], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "owned\n" == process.stdout.readline()
    return process


def stop(process):
    """Kill a process and tidy up after it."""
    process.kill()
    process.wait()
    process.stdout.close()


def test_every_table_and_view_says_what_it_is(store):
    """The schema is documentation: each table and view carries a comment."""
    with store.session("test") as database:
        silent = database.rows(
            "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL "
            "UNION SELECT view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal"
        )

    assert [] == silent


def test_people_s_words_are_stored_without_compression(store):
    """Columns with people's words are uncompressed, so that a search of the file's bytes can prove an erasure."""
    secret = "a sentence that nobody else says"
    text = "\n".join([secret] * 500)
    revision = {"id": "v", "transcript_id": "T", "number": 1, "text": text, "text_key": "k", "content_key": "c"}
    rows = {
        "datasets": [{"id": "general"}],
        "transcripts": [{"id": "T", "dataset": "general", "source": "a.txt", "kind": "interview", "language": "en"}],
        "revisions": [{**revision, "format": "text", "encoding": "utf-8", "run_id": "r1"}],
    }
    store.put(shard(**rows))
    store.merge()
    with store.session("test") as database:
        database.run("CHECKPOINT")

    # Of 500, the few that lie across the border of two blocks are stored in two parts.
    assert store.path.read_bytes().count(secret.encode()) > 495


def test_creating_twice_changes_nothing(store):
    """The secret of a study is made once: every id depends on it."""
    with store.session("test") as database:
        before = database.rows("SELECT * FROM study")
    store.create()
    with store.session("test") as database:
        assert before == database.rows("SELECT * FROM study")


def test_a_merged_shard_is_in_the_ledger_and_out_of_the_inbox(store):
    """What is done is decided by a row written in the transaction that stored the work."""
    store.put(shard())

    assert 3 == store.merge()
    assert ["P01", "P02"] == participants(store)
    assert {"k1"} == store.done(["k1", "k2"])
    assert [] == shards.waiting(store.inbox)


def test_the_same_work_is_not_stored_twice(store):
    """A shard that was merged before its folder could be removed adds nothing."""
    store.put(shard())
    shutil.copytree(store.inbox / "read-k1", store.folder / "copy")
    store.merge()
    shutil.copytree(store.folder / "copy", store.inbox / "read-k1")

    assert 0 == store.merge()
    assert [] == shards.waiting(store.inbox)


def test_a_shard_that_breaks_a_rule_stores_nothing_of_itself(store):
    """T1: one bad row, and nothing of its shard is there, the ledger row neither; the error reaches the caller."""
    bad = [{"participant_id": "P99", "may_process": True, "may_quote": True, "recorded_at": NOW}]
    store.put(shard(permissions=bad))

    with pytest.raises(StoreError, match="Nothing of it was stored"):
        store.merge()

    assert [] == participants(store)
    assert set() == store.done(["k1"])


def test_a_failed_statement_is_never_committed(store):
    """T1: after an error inside a transaction nothing of it is stored, even if the caller goes on."""
    with store.session("test") as database:
        with pytest.raises(StoreError), database.transaction():
            database.run("INSERT INTO participants VALUES ('P01'); INSERT INTO participants VALUES (NULL)")
        assert [] == database.rows("SELECT * FROM participants")


def test_a_damaged_shard_is_set_aside_and_the_others_are_stored(store, caplog):
    """Bytes that are not the ones written are kept out of the database, kept on disk, and reported."""
    store.put(shard("k1"))
    store.put(shard("k2", participants=("P03",)))
    file = store.inbox / "read-k1" / "participants.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")

    store.merge()

    assert ["P03"] == participants(store)
    assert "damaged on disk" in caplog.text
    assert 1 == sum(folder.name.startswith(".damaged-read-k1") for folder in store.inbox.iterdir())


def test_a_half_written_shard_is_never_merged(store):
    """What a killed process left under a temporary name is swept away by the next run."""
    store.put(shard())
    (store.inbox / "read-k1").rename(store.inbox / ".writing-abc")

    assert 0 == store.merge()
    with store.only_run():
        assert [] == list(store.inbox.iterdir())


def test_what_another_process_is_writing_is_not_swept_away(store):
    """An import beside a beginning run keeps its half-written shard; that of a process that died goes."""
    (store.inbox / f".writing-{os.getpid()}-abc").mkdir(parents=True)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (store.inbox / f".writing-{ended.pid}-abc").mkdir()

    with store.only_run():
        assert [f".writing-{os.getpid()}-abc"] == [folder.name for folder in store.inbox.iterdir()]


def test_a_shard_without_its_manifest_is_set_aside(store, caplog):
    """A folder that somebody emptied does not stop the others."""
    store.put(shard())
    (store.inbox / "read-k1" / "shard.json").unlink()
    store.put(shard("k2"))

    assert 3 == store.merge()
    assert "damaged on disk" in caplog.text


def test_a_second_owner_is_told_who_the_first_is(store):
    """L1: while another process owns the study, opening fails at once and names it; the owner is unharmed."""
    process = owner_process(store)
    try:
        began = time.monotonic()
        with pytest.raises(Busy, match=f"a review server \\(process {process.pid}\\)") as caught, store.session("test"):
            pass
        assert process.pid == caught.value.owner["pid"]
        assert time.monotonic() - began < 5
        assert process.poll() is None
    finally:
        stop(process)

    assert [] == participants(store)


def test_a_second_owner_is_kept_out_after_the_first_read_its_own_file(store):
    """L1: opening and closing the database file inside the owning process drops DuckDB's lock, and ours still holds."""
    with store.session("the owner"):
        store.path.read_bytes()
        code = (
            "import sys; from tagger.store import Store; from pathlib import Path\n"
            "with Store(Path(sys.argv[1])).session('x'): pass"
        )
        lock = json.loads((store.folder / "study.duckdb.lock").read_bytes())
        (store.folder / "study.duckdb.lock").write_bytes(json.dumps({**lock, "brief": False}).encode())
        other = subprocess.run(
            [sys.executable, "-c", code, str(store.folder)], capture_output=True, text=True, check=False
        )

    assert other.returncode != 0
    assert "Busy" in other.stderr


def test_a_brief_owner_is_waited_for(store):
    """A reader that comes while a run merges waits for moments instead of failing."""
    code = (
        "import sys, time; from pathlib import Path; from tagger.store import Store\n"
        "with Store(Path(sys.argv[1])).session('a merge'):\n    print('owned', flush=True); time.sleep(1)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(store.folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()

    assert [] == participants(store)
    assert 0 == process.wait()
    process.stdout.close()


def test_the_name_that_a_killed_owner_left_does_not_keep_anybody_out(store):
    """Between taking the lock and signing it, the file still names the owner before; if that one is dead, one waits."""
    process = owner_process(store)
    stop(process)
    code = (
        "import fcntl, os, sys, time\n"
        "fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX)\n"
        "print('owned', flush=True); time.sleep(1)"
    )
    lock = store.folder / "study.duckdb.lock"
    unsigned = subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True)
    assert unsigned.stdout is not None
    unsigned.stdout.readline()

    assert [] == participants(store)
    unsigned.wait()
    unsigned.stdout.close()


def test_two_runs_at_once_are_refused(store):
    """A second run of the same study is told that one is going on."""
    with store.only_run(), pytest.raises(Busy, match="a run of the pipeline"), Store(store.folder).only_run():
        pass


def test_a_lock_left_by_a_dead_process_does_not_matter(store):
    """An owner that was killed leaves a study that opens."""
    process = owner_process(store)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert [] == participants(store)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"\0" * 12288 + data[12288:], id="zeroed header"),
        pytest.param(lambda data: b"Dear diary, this is not a database.\n" * 400, id="a text file"),
        pytest.param(lambda data: data[: len(data) // 3], id="cut short"),
        pytest.param(lambda data: b"", id="empty"),
    ],
)
def test_a_damaged_database_is_named_and_left_alone(store, damage):
    """D2: one sentence that names the file; nothing is deleted."""
    broken = damage(store.path.read_bytes())
    store.path.write_bytes(broken)

    with pytest.raises(Damaged) as caught, store.session("test"):
        pass

    assert str(store.path) in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())
    assert broken == store.path.read_bytes()


def test_a_damaged_log_is_named_and_left_alone(store):
    """D2: a write-ahead log whose middle is damaged stops the opening and is kept."""
    code = (
        "import os, sys; from pathlib import Path; from tagger.store.database import opened\n"
        "with opened(Path(sys.argv[1])) as database:\n"
        "    for i in range(300): database.run(f\"INSERT INTO participants VALUES ('P{i}')\")\n"
        "    os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(store.path)], check=False)
    log = store.path.with_name("study.duckdb.wal")
    data = bytearray(log.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = b"\xff" * 400
    log.write_bytes(bytes(data))

    with pytest.raises(Damaged), store.session("test"):
        pass

    assert bytes(data) == log.read_bytes()


def test_a_study_of_a_newer_version_is_not_touched(store):
    """D2: a schema step that this version does not know is answered with the advice to install the newer one."""
    with store.session("test") as database:
        database.run("INSERT INTO migrations VALUES (999, '999_future', '9', now()::TIMESTAMP)")

    with pytest.raises(Damaged, match="newer version of tagger"):
        store.create()


def test_a_migration_that_fails_leaves_nothing(tmp_path, monkeypatch):
    """Each migration runs in one transaction with the record that it ran."""
    scripts = {1: ("001_broken", "CREATE TABLE study (a INTEGER); CREATE TABLE broken (a NOSUCHTYPE)")}
    monkeypatch.setattr("tagger.store.migrations._scripts", lambda: scripts)

    with opened(tmp_path / "study.duckdb") as database:
        with pytest.raises(StoreError):
            migrate(database)
        assert [] == database.rows("SELECT * FROM migrations")
        assert [("migrations",)] == database.rows("SELECT table_name FROM duckdb_tables()")


def test_a_folder_without_a_study_says_how_to_make_one(tmp_path):
    """Reading a study that is not there makes no file."""
    with pytest.raises(StoreError, match="tagger init"), Store(tmp_path).session("test"):
        pass

    assert [] == list(tmp_path.iterdir())


def test_nothing_is_fetched_and_no_file_is_read_by_sql(store):
    """The database can neither load extensions nor read other files of the machine."""
    with store.session("test") as database, pytest.raises(StoreError, match="disabled"):
        database.rows("SELECT * FROM read_text('/etc/hostname')")


@pytest.mark.parametrize(
    ("table", "row", "rule"),
    [
        ("codings", {"kind": "blind", "made": "independently"}, "a coding made here is not an imported one"),
        ("codings", {"kind": "imported"}, "an imported coding says how it was made"),
        ("codings", {"kind": "blind", "serving_id": None}, "a blind coding was served"),
        ("codings", {"kind": "pooled"}, "there are five kinds"),
        ("codings", {"kind": "after-talk", "round": "before talk"}, "what was coded after talk is not before it"),
        ("servings", {"reason": "random", "inclusion_probability": None}, "a random draw has a probability"),
        ("servings", {"reason": "audit", "arm": "assisted"}, "an audit is read blind"),
        ("servings", {"inclusion_probability": 1.5}, "a probability is at most 1"),
        ("displays", {"shown": "suggestion", "suggestion_id": None}, "a shown suggestion is named"),
        ("decisions", {"act": "accept", "suggestion_id": None}, "what was accepted is named"),
        ("decisions", {"act": "done", "framework_id": None}, "done holds the list that was shown"),
        ("decisions", {"act": "undo"}, "undo says what it undoes"),
        ("positions", {"position": "object", "reason": None}, "an objection has a reason"),
        ("draw_strata", {"sample": 9}, "a sample is no larger than its stratum"),
    ],
)
def test_the_glossary_s_distinctions_hold_in_the_schema(store, table, row, rule):
    """A row that mixes up what the glossary keeps apart is refused."""
    with store.session("test") as database:
        _people(database)
        good = _GOOD[table]
        database.insert(table, pa.Table.from_pylist([good]))
        before = database.rows(f"SELECT count(*) FROM {table}")
        changed = {**good, "id": "00000000-0000-0000-0000-0000000000ff", "stratum": "other", **row}
        bad = {key: changed[key] for key in good}

        with pytest.raises(StoreError):
            database.insert(table, pa.Table.from_pylist([bad]))
        assert before == database.rows(f"SELECT count(*) FROM {table}"), rule


_ID = "00000000-0000-0000-0000-000000000001"
_GOOD = {
    "codings": {
        "id": "c1",
        "excerpt_id": "e1",
        "coder_id": "ann",
        "framework_id": "f1",
        "kind": "blind",
        "made": None,
        "round": "before talk",
        "outcome": "values",
        "serving_id": _ID,
        "decision_id": _ID,
        "suggestions_seen_before": 0,
        "coded_at": NOW,
    },
    "servings": {
        "id": "00000000-0000-0000-0000-000000000002",
        "excerpt_id": "e1",
        "coder_id": "ann",
        "reason": "random",
        "arm": "blind",
        "draw_id": "d1",
        "inclusion_probability": 0.2,
        "position": 1,
        "served_at": NOW,
    },
    "displays": {
        "id": _ID,
        "coder_id": "ann",
        "excerpt_id": "e1",
        "shown": "suggestion",
        "suggestion_id": "s1",
        "page": "excerpt",
        "position": 1,
        "shown_at": NOW,
    },
    "decisions": {
        "id": "00000000-0000-0000-0000-000000000002",
        "coder_id": "ann",
        "excerpt_id": "e1",
        "act": "accept",
        "framework_id": "f1",
        "value_id": "trust",
        "suggestion_id": "s1",
        "round": "before talk",
        "suggestions_seen_before": 0,
        "decided_at": NOW,
    },
    "positions": {
        "id": _ID,
        "coder_id": "ann",
        "about": "coding",
        "about_id": "c1",
        "position": "agree",
        "reason": None,
        "stated_at": NOW,
    },
    "draw_strata": {"draw_id": "d1", "stratum": "suggested", "population": 5, "sample": 5},
}


def _people(database):
    """Put down what the rows under test refer to: a coder, a framework, a draw, a serving and a decision."""
    database.run(f"""
        INSERT INTO coders VALUES ('ann', 'Ann', 'reviewer', NULL, '{NOW}');
        INSERT INTO frameworks VALUES ('f1', 'side-by-side', '1', 'Side by side', '[]');
        INSERT INTO draws VALUES ('d1', 'audit', '[]', 7, '{NOW}');
        INSERT INTO servings VALUES ('{_ID}', 'e1', 'ann', 'chosen', 'blind', NULL, NULL, NULL, 1, '{NOW}');
        INSERT INTO decisions (id, coder_id, excerpt_id, act, note, round, suggestions_seen_before, decided_at)
            VALUES ('{_ID}', 'ann', 'e1', 'memo', 'a note', 'before talk', 0, '{NOW}');
    """)


@pytest.mark.parametrize("count", [3, 30])
def test_rows_that_conflict_with_any_key_are_left_out(store, count):
    """Whether few are inserted or many, and whichever of a table's keys it is; the others are stored."""
    places = range(1, count + 1)

    def rows(prefix, places):
        ids = [f"{prefix}{place}" for place in places]
        return pa.table({"scoring_id": ["s"] * len(ids), "excerpt_id": ids, "place": list(places)})

    with opened(store.path) as database:
        assert count == database.insert("reading_orders", rows("a", places))
        assert 0 == database.insert("reading_orders", rows("a", places))
        assert 0 == database.insert("reading_orders", rows("another", places))
        assert 1 == database.insert("reading_orders", rows("a", range(2, count + 2)))
