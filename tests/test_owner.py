"""A study that is kept open: one thread writes and answers after the commit, everybody else reads through it."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from merge_until_killed import shard
from serving import coder, served
from small_study import comparable, copied

from tagger import open_study
from tagger.errors import Busy, Damaged, Overloaded, StoreError
from tagger.steps.exports import export
from tagger.steps.imports import import_codings
from tagger.steps.overview import overview
from tagger.store import Shard, Store, remote, serving, shards
from tagger.store.database import Database
from tagger.store.lock import beside, signed

NOWHERE = "http://127.0.0.1:9"
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1"


@pytest.fixture(name="store")
def _store(tmp_path):
    store = Store(tmp_path)
    store.create()
    return store


@pytest.fixture(name="owner")
def _owner(store):
    with served(store.folder) as owner:
        yield owner


def coders(owner):
    """List the coders that are committed."""
    with owner.reading() as database:
        return sorted(name for (name,) in database.rows("SELECT id FROM coders"))


def at_once(*calls):
    """Make the calls at the same time, each on a thread of its own, and return what each returned or raised."""
    results = [None] * len(calls)

    def keep(number, call):
        try:
            results[number] = call()
        except Exception as error:  # whatever it is, the test looks at it
            results[number] = error

    threads = [threading.Thread(target=keep, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def writer_held(owner):
    """Keep the writer's thread busy for the time of the block, so that what is asked in it comes to it at once."""
    begun, over = threading.Event(), threading.Event()

    def hold(_):
        begun.set()
        over.wait(10)

    thread = threading.Thread(target=owner.write, args=(hold,))
    thread.start()
    begun.wait(10)
    try:
        yield
    finally:
        over.set()
        thread.join()


def together(owner, *acts):
    """Have the writer find all these acts waiting at once."""
    with writer_held(owner):
        results = []
        thread = threading.Thread(
            target=lambda: results.extend(at_once(*(lambda act=act: owner.write(act) for act in acts)))
        )
        thread.start()
        end = time.monotonic() + 10
        while len(owner._acts) < len(acts) and time.monotonic() < end:
            time.sleep(0.005)
    thread.join()
    return results


def test_when_others_wait_for_long_no_more_is_taken_on(owner, monkeypatch):
    """While the first in the queue has waited too long, a new act is refused untried, and what waits is stored."""
    monkeypatch.setattr("tagger.store.owner._LONGEST_WAIT", 0.0)
    with writer_held(owner):
        first = threading.Thread(target=owner.write, args=(coder("first"),))
        first.start()
        end = time.monotonic() + 10
        while not owner._acts and time.monotonic() < end:
            time.sleep(0.005)
        with pytest.raises(Overloaded, match="the study is busy"):
            owner.write(coder("second"))
    first.join()

    assert ["first"] == coders(owner)


@pytest.fixture(name="commits")
def _commits(monkeypatch):
    """Count the transactions of all databases."""
    counted = SimpleNamespace(number=0)
    transaction = Database.transaction

    @contextmanager
    def counting(database):
        with transaction(database):
            yield
        counted.number += 1

    monkeypatch.setattr(Database, "transaction", counting)
    return counted


def test_an_act_is_answered_after_it_is_committed(owner):
    """What `write` returned is seen by every reader from then on, by one that was there before too."""
    with owner.reading() as before:
        assert "ann" == owner.write(coder("ann"))
        assert [("ann",)] == before.rows("SELECT id FROM coders")
    assert ["ann"] == coders(owner)


def test_many_writers_share_commits(owner, commits):
    """Twenty threads write 500 acts: all are there, in fewer commits than acts."""
    names = [[f"{thread}-{number}" for number in range(25)] for thread in range(20)]

    results = at_once(*(lambda mine=mine: [owner.write(coder(name)) for name in mine] for mine in names))

    assert names == results
    assert sorted(name for mine in names for name in mine) == coders(owner)
    assert commits.number < 500


def test_an_act_that_fails_takes_no_neighbour_with_it(owner, commits):
    """Its caller gets what it raised, nothing of it is stored, and the others of its group are."""

    def failing(database):
        coder("half")(database)
        raise KeyError("a mistake")

    results = together(owner, coder("ann"), failing, coder("bea"))

    assert {"ann", "bea"} == {result for result in results if isinstance(result, str)}
    [error] = [result for result in results if not isinstance(result, str)]
    assert isinstance(error, KeyError)
    assert ["ann", "bea"] == coders(owner)


def test_an_act_that_hides_a_failure_is_not_stored(owner):
    """A failed statement spoils its transaction, though the act caught the error: its caller is told."""

    def hiding(database):
        coder("half")(database)
        try:
            database.run("INSERT INTO coders (id) VALUES ('nameless')")
        except StoreError:
            return "all is well"

    results = together(owner, coder("ann"), hiding)

    assert 1 == results.count("ann")
    assert 1 == sum(isinstance(result, StoreError) for result in results)
    assert ["ann"] == coders(owner)


def test_acts_that_conflict_are_each_told(owner):
    """Two acts that may not both be stored: one is, and the caller of the other hears why not."""

    def plain(database):
        database.run("INSERT INTO coders (id, name, added_at) VALUES ('ann', 'Ann', '2026-01-01')")

    results = together(owner, plain, plain)

    assert {type(None), StoreError} == {type(result) for result in results}
    assert ["ann"] == coders(owner)


def test_an_act_cannot_wait_for_another(owner):
    """The thread that runs an act would wait for itself: that is a mistake, and said."""
    with pytest.raises(RuntimeError, match="cannot wait"):
        owner.write(lambda _: owner.write(coder("ann")))


def test_even_an_exit_in_an_act_leaves_the_writer_at_work(owner):
    """The writer's thread never dies of what an act does."""

    def leave(_):
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        owner.write(leave)
    assert "ann" == owner.write(coder("ann"))


def test_what_waits_when_the_server_stops_is_still_written(store):
    """An act that was accepted is stored; one that comes later is refused in one sentence."""
    with served(store.folder) as owner, writer_held(owner):
        late = threading.Thread(target=owner.write, args=(coder("ann"),))
        late.start()
        while not owner._acts:
            time.sleep(0.005)
    late.join()

    with pytest.raises(StoreError, match="being closed"):
        owner.write(coder("bea"))
    with store.session("test") as database:
        assert [("ann",)] == database.rows("SELECT id FROM coders")


def interrupted(owner):
    """End what readers are still at, so that a test that fails does not go on for ever."""
    for database in list(owner._connections._lent):
        database._connection.interrupt()


def test_a_question_that_takes_long_does_not_hold_up_the_end(store):
    """Closing interrupts what is still being read, and who asked is told so in one sentence."""
    answers = []

    def ask(owner):
        answers.append(owner.answer(remote._question(ENDLESS, {}, {})))

    with serving(store.folder, NOWHERE) as owner:
        readers = [threading.Thread(target=ask, args=(owner,), daemon=True) for _ in range(3)]
        for reader in readers:
            reader.start()
        time.sleep(0.5)
        rescue = threading.Timer(5, interrupted, args=(owner,))
        rescue.start()
        began = time.monotonic()
    took = time.monotonic() - began
    rescue.cancel()
    for reader in readers:
        reader.join()

    assert took < 2
    assert 3 == len(answers)
    for answer in answers:
        with pytest.raises(StoreError, match="being closed") as caught:
            remote._rows_in(answer)
        assert (str(store.folder), True) == (caught.value.where, "nothing was lost" in caught.value.remedy)


def test_a_question_does_not_hold_up_an_end_that_opens_the_database_again(store):
    """The last acts are stored at once, though DuckDB gave the database up and somebody reads."""
    fatal = [duckdb.FatalException("FATAL Error: the database has been invalidated")]
    over = threading.Event()

    def unlucky(database):
        over.wait(10)
        if fatal:
            raise fatal.pop()
        return coder("ann")(database)

    with serving(store.folder, NOWHERE) as owner:
        results = []
        threads = [
            threading.Thread(target=lambda: owner.answer(remote._question(ENDLESS, {}, {})), daemon=True),
            threading.Thread(target=lambda: results.append(owner.write(unlucky)), daemon=True),
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        rescue = threading.Timer(5, interrupted, args=(owner,))
        rescue.start()
        threading.Timer(0.2, over.set).start()
        began = time.monotonic()
    took = time.monotonic() - began
    rescue.cancel()
    for thread in threads:
        thread.join()

    assert took < 2
    assert ["ann"] == results
    with store.session("test") as database:
        assert [("ann",)] == database.rows("SELECT id FROM coders")


def test_ctrl_c_during_the_end_is_heeded_after_it(store):
    """The lock is kept until the last act is stored, and nothing is opened again after that."""
    begun, over, results, owners = threading.Event(), threading.Event(), [], []

    def hold(database):
        begun.set()
        over.wait(10)
        return coder("ann")(database)

    def press():
        time.sleep(0.3)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.3)
        owners.append(signed(beside(store.path)).get("url"))
        over.set()

    threads = []

    def serve():
        with serving(store.folder, NOWHERE) as owner:
            threads.append(threading.Thread(target=lambda: results.append(owner.write(hold))))
            threads.append(threading.Thread(target=press))
            threads[0].start()
            begun.wait(10)
            threads[1].start()

    with pytest.raises(KeyboardInterrupt):
        serve()
    for thread in threads:
        thread.join()

    assert [NOWHERE] == owners
    assert ["ann"] == results
    with store.session("test") as database:
        assert [("ann",)] == database.rows("SELECT id FROM coders")


def test_what_was_closed_is_not_opened_again(store):
    """After the end the lock is somebody else's, whatever the database is found to be."""
    with serving(store.folder, NOWHERE) as owner:
        pass

    with pytest.raises(StoreError, match="being closed"):
        owner._connections.reopen()
    with pytest.raises(StoreError, match="being closed"), owner.reading():
        pass
    with pytest.raises(duckdb.ConnectionException):
        owner._connections._root.execute("SELECT 1")


def test_an_owner_without_pages_is_waited_for(store):
    """It says that it is brief, and tells neither an address nor what would open its doors."""
    results = []
    waiting = threading.Thread(target=lambda: results.extend(at_once(lambda: taken(store))))
    with serving(store.folder, role="a reading pack") as owner:
        written = signed(beside(store.path))
        waiting.start()
        time.sleep(0.3)
        owner.write(coder("ann"))
    waiting.join()

    assert {"pid", "role", "brief"} == written.keys()
    assert ("a reading pack", True) == (written["role"], written["brief"])
    assert [["ann"]] == results


def taken(store):
    """Own the study for a moment, and list its coders."""
    with serving(store.folder, role="another reading pack") as owner:
        return coders(owner)


def test_a_database_that_duckdb_gave_up_is_opened_again_and_the_act_repeated(owner, caplog):
    """After a fatal error the act is run once more on a new connection, and open readers go on."""
    fatal = [duckdb.FatalException("FATAL Error: Transaction COMMIT succeeded, but the autocheckpoint failed")]

    def unlucky(database):
        if fatal:
            raise fatal.pop()
        return coder("ann")(database)

    with owner.reading() as before:
        assert 0 == before.rows("SELECT count(*) FROM coders")[0][0]
        assert "ann" == owner.write(unlucky)
        assert 1 == before.rows("SELECT count(*) FROM coders")[0][0]
    assert "opened again" in caplog.text


def test_a_reader_that_finds_the_database_given_up_has_it_opened_again(owner):
    """A SELECT is tried once more after the writer has reopened the database."""
    with owner.reading() as database:
        # What DuckDB does to every connection after a fatal error: none of them answers any more.
        owner._connections._root.close()
        assert [(0,)] == database.rows("SELECT count(*) FROM coders")
    assert "ann" == owner.write(coder("ann"))
    assert ["ann"] == coders(owner)


def test_a_database_that_stays_broken_is_told_to_the_caller(owner):
    """A second fatal error is an error of one sentence, and the next act is tried afresh."""

    def broken(_):
        raise duckdb.FatalException("FATAL Error: database has been invalidated because of a previous fatal error")

    with pytest.raises(StoreError, match="Nothing of it was stored"):
        owner.write(broken)
    assert "ann" == owner.write(coder("ann"))


def test_a_shard_that_another_process_left_is_merged(owner, store):
    """The merge goes through the owner, says what it added, and the inbox is empty."""
    store.put(shard("run", 1))

    assert 221 == store.merge()
    assert [] == shards.waiting(store.inbox)
    assert {"run-1"} == store.done(["run-1", "run-2"])
    assert 0 == store.merge()


def test_a_shard_is_merged_without_being_asked_for(owner, store):
    """The writer looks into the inbox by itself, and what it added is counted for the next who asks."""
    store.put(shard("run", 1))
    end = time.monotonic() + 10
    while shards.waiting(store.inbox) and time.monotonic() < end:
        time.sleep(0.05)

    assert [] == shards.waiting(store.inbox)
    assert 221 == store.merge()


def test_a_shard_that_cannot_be_merged_stops_nobody(owner, store, caplog):
    """It is logged, its merger hears of it, acts and other shards are stored, and it is not tried again and again."""
    bad = {"participant_id": "nobody", "may_process": True, "may_quote": True, "recorded_at": datetime(2026, 1, 1)}
    good = shard("run", 2)
    store.put(Shard("bad", "embed", "run", {**shard("run", 1).tables, "permissions": pa.Table.from_pylist([bad])}))
    store.put(good)

    with pytest.raises(StoreError, match="Nothing of it was stored"):
        store.merge()

    assert {"run-2"} == store.done(["bad", "run-2"])
    assert ["embed-bad"] == [folder.name for folder in shards.waiting(store.inbox)]
    time.sleep(1.5)
    assert "ann" == owner.write(coder("ann"))
    assert 1 == caplog.text.count("tried again later")


def test_decisions_are_written_between_shards(owner, store):
    """A decision that comes during a long merge waits for one shard and not for all."""
    with writer_held(owner):
        for number in range(12):
            store.put(shard("run", number))
        merging = threading.Thread(target=owner.merge)
        merging.start()
        while not owner._merging:
            time.sleep(0.005)

    owner.write(coder("ann"))
    left = len(shards.waiting(store.inbox))
    merging.join()

    assert left > 0
    assert [] == shards.waiting(store.inbox)


def test_a_run_goes_on_while_somebody_serves(empty_study, tmp_path):
    """A run and an import leave the rows that they leave without a server, and the same is reported."""
    alone, beside = copied(empty_study, tmp_path / "alone"), copied(empty_study, tmp_path / "beside")
    ran, codings = alone.run(), codings_of(alone)
    imported = import_codings(alone.folder, codings, "independently")

    with served(beside.folder):
        again = beside.run()
        assert (ran.rows, ran.counts, 0) == (again.rows, again.counts, beside.run().rows)
        assert imported == import_codings(beside.folder, codings, "independently")
        while_serving = comparable(beside.tables())

    assert comparable(alone.tables()).keys() == while_serving.keys()
    for name, rows in comparable(alone.tables()).items():
        assert without_times(rows) == without_times(while_serving[name]), name
    assert while_serving == comparable(beside.tables())


def without_times(rows):
    """Leave the moments of an import out of rows that were written out."""
    return [re.sub(r"datetime\.datetime\([\d, ]+\)", "", row) for row in rows]


def codings_of(study):
    """Write a table with one reading of the whole of the first passage."""
    [row] = study.ask("SELECT transcript, start, \"end\" FROM excerpt_list WHERE kind = 'passage' ORDER BY ALL LIMIT 1")
    source = study.one("SELECT source FROM transcripts WHERE id = $id", id=row["transcript"])
    path = study.home / "codings.csv"
    path.write_text(
        f"transcript,start,end,text,coder,values\n{source},{row['start']},{row['end']},,Ann,choice\n", "utf-8"
    )
    return path


def test_an_import_is_no_run_of_the_pipeline(study):
    """A run that stopped is still told of after an import, and the import is not taken for one that stopped."""
    study.do("DELETE FROM run_ends")
    [stopped] = study.ask("SELECT run_id FROM unfinished_runs")

    import_codings(study.folder, codings_of(study), "independently")

    assert [stopped] == study.ask("SELECT run_id FROM unfinished_runs")
    assert [] == shards.waiting(study.folder / "inbox")
    assert {"engine": "import", "finished": True} in study.ask("SELECT engine, finished FROM run_list")


def test_a_study_is_looked_at_through_its_owner(study):
    """Status, exports and notebooks give the same while somebody serves as when nobody does."""

    def looks():
        exported = export(study.folder, "csv", include_unreviewed=True)
        return overview(study.folder), exported, open_study(study.folder).suggestions()

    *before, suggestions = looks()
    with served(study.folder):
        *through, frame = looks()

    assert before == through
    assert len(frame) > 0
    pd.testing.assert_frame_equal(suggestions, frame)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM coders",
        "SELECT 1; DELETE FROM coders",
        "SELECT 1; SELECT 2",
        "INSERT INTO coders (id, name, added_at) VALUES ('x', 'X', '2026-01-01')",
        "CREATE TABLE mine (a INTEGER)",
        "ATTACH ':memory:' AS other",
        "CALL force_checkpoint()",
        "COPY (SELECT 1) TO '/tmp/x'",
        "BEGIN",
        "",
    ],
)
def test_nothing_but_one_select_is_run_for_others(owner, store, sql):
    """What writes, or is several statements, is refused in one sentence, and nothing changes."""
    owner.write(coder("ann"))
    with store.session("test") as database:
        for ask in (database.table, database.rows):
            with pytest.raises(StoreError, match="one SELECT at a time") as caught:
                ask(sql)
            assert str(store.folder) in caught.value.where

    assert ["ann"] == coders(owner)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM nosuchtable", "nosuchtable does not exist"),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM read_text('/etc/hostname')", "disabled"),
        ("SELECT * FROM force_checkpoint()", "Cannot FORCE CHECKPOINT"),
    ],
)
def test_an_error_at_the_owner_s_side_reads_as_one_at_home(owner, store, sql, said):
    """The caller gets the same sentence as without a server, and the owner is unharmed."""
    with store.session("test") as database, pytest.raises(StoreError, match=said) as caught:
        database.table(sql)

    assert ("Nothing of it was stored", str(store.path)) == (caught.value.remedy, caught.value.where)
    assert "ann" == owner.write(coder("ann"))


def test_parameters_and_rows_keep_their_types(owner, store):
    """What is sent and what comes back is what it would be without a server."""
    values = {
        "a": "words – ✓",
        "b": 2**62,
        "c": 0.1,
        "d": True,
        "e": None,
        "f": b"\0\xff",
        "g": datetime(2026, 1, 2, 3, 4, 5, 6),
        "h": date(2026, 1, 2),
        "i": ["one", "two"],
        "j": UUID("00000000-0000-0000-0000-000000000001"),
        "k": datetime(2026, 1, 2, tzinfo=UTC),
    }
    sql = f"SELECT {', '.join(f'${name}' for name in values)}, sum(x)::HUGEINT, 1 AS x, 2 AS x FROM range(3) t(x)"
    with store.session("test") as database:
        assert isinstance(database, remote.Remote)
        [row] = database.rows(sql, values)
        table = database.table("SELECT $i AS i, $g AS g", {"i": values["i"], "g": values["g"]})
        assert [] == database.rows("SELECT 1 AS a, 2 AS b WHERE false")
    with owner.reading() as here:
        assert here.rows(sql, values) == [row]
        assert here.table("SELECT $i AS i, $g AS g", {"i": values["i"], "g": values["g"]}) == table

    assert (*values.values(), 3, 1, 2) == row
    assert [type(value) for value in values.values()] == [type(value) for value in row[: len(values)]]


def test_tables_go_along_with_a_question(owner, store):
    """Rows that a SELECT names are sent with it, several under their names, empty ones and vectors too."""
    owner.write(coder("ann"))
    ids, none = pa.table({"id": ["ann", "bea"]}), pa.table({"id": pa.array([], pa.string())})
    vectors = pa.table({"v": pa.FixedSizeListArray.from_arrays(pa.array([1.0, 2.0], pa.float32()), 2)})
    with store.session("test") as database:
        found = database.table(
            "SELECT c.id, v FROM coders c SEMI JOIN wanted USING (id) ANTI JOIN barred USING (id), vectors",
            wanted=ids,
            barred=none,
            vectors=vectors,
        )

    assert [{"id": "ann", "v": [1.0, 2.0]}] == found.to_pylist()
    assert vectors["v"].type == found["v"].type


def test_what_cannot_be_sent_is_said(owner, store):
    """A parameter of no type that Arrow knows is an error of one sentence."""
    with store.session("test") as database, pytest.raises(StoreError, match="cannot be sent"):
        database.rows("SELECT $a", {"a": 2**80})


def test_a_question_that_is_no_question_is_answered_with_an_error(owner):
    """Bytes of any kind do the owner no harm."""
    for question in (b"", b"nonsense", remote._streams(pa.table({"a": [1]}))):
        with pytest.raises(StoreError, match="not understood"):
            remote._rows_in(owner.answer(question))


def test_only_who_read_the_lock_file_is_known(owner, store):
    """The token stands in the lock file, which only the user can read; no message shows it."""
    lock = store.folder / "study.duckdb.lock"
    written = json.loads(lock.read_bytes())

    assert owner.token == written["token"]
    assert {"pid", "role", "brief", "url", "token", "version"} == written.keys()
    assert 0o600 == stat.S_IMODE(lock.stat().st_mode)
    assert owner.knows(written["token"])
    assert not owner.knows(written["token"] + "x")
    assert not owner.knows("")
    with pytest.raises(Busy) as caught, serving(store.folder, NOWHERE):
        pass
    assert "token" not in caught.value.owner
    assert owner.token not in str(caught.value)


def test_a_second_server_is_sent_to_the_page_of_the_first(owner, store):
    """It fails at once and names the page; the first is unharmed."""
    url = json.loads((store.folder / "study.duckdb.lock").read_bytes())["url"]
    began = time.monotonic()

    with pytest.raises(Busy, match=f"already open at {re.escape(url)}.*Open that page"), serving(store.folder, NOWHERE):
        pass

    assert time.monotonic() - began < 2
    assert "ann" == owner.write(coder("ann"))


def test_a_server_waits_for_a_brief_owner(store):
    """A run that merges when the server starts holds it up for moments."""
    code = (
        "import sys, time; from pathlib import Path; from tagger.store import Store\n"
        "with Store(Path(sys.argv[1])).session('a merge'):\n    print('owned', flush=True); time.sleep(0.5)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(store.folder)], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()

    with served(store.folder) as owner:
        assert [] == coders(owner)
    assert 0 == process.wait()
    process.stdout.close()


def test_setting_up_while_somebody_serves_is_for_the_same_version_only(owner, store, monkeypatch):
    """The server brought the study up to date; a newer program asks for a newer server."""
    store.create()

    monkeypatch.setattr("tagger.store.__version__", "99.0")
    with pytest.raises(Busy, match=r"Stop the review server \(process \d+\), start it again"):
        store.create()


def test_a_server_brings_the_study_up_to_date(tmp_path):
    """Serving makes the tables that are missing, and a study of a newer version stays closed and untouched."""
    with served(tmp_path) as owner:
        assert [] == coders(owner)
        owner.write(lambda database: database.run("INSERT INTO migrations VALUES (999, 'x', '9', '2026-01-01')"))

    with pytest.raises(Damaged, match="newer version of tagger"), serving(tmp_path, NOWHERE):
        pass
    with Store(tmp_path).session("test") as database:
        assert [] == database.rows("SELECT * FROM coders")


def test_a_session_outlives_the_server(store):
    """A reader whose owner leaves between two SELECTs goes on with the database itself."""
    with store.session("test") as direct:
        assert isinstance(direct, Database)
    with served(store.folder) as owner:
        owner.write(coder("ann"))
        session = store.session("test")
        database = session.__enter__()
        assert [("ann",)] == database.rows("SELECT id FROM coders")
    assert [("ann",)] == database.rows("SELECT id FROM coders")
    with served(store.folder):
        assert [{"id": "ann"}] == database.table("SELECT id FROM coders").to_pylist()
    session.__exit__(None, None, None)


def test_an_owner_that_does_not_answer_is_named(store, monkeypatch):
    """A server that hangs, or sits at an address of another machine, is Busy after a while; no token is sent away."""
    monkeypatch.setattr(remote, "PATIENCE", 0.3)
    for url in (NOWHERE, "http://192.0.2.1:80", "https://127.0.0.1:9"):
        with (
            serving(store.folder, url),
            store.session("test") as database,
            pytest.raises(Busy, match=f"does not answer at {re.escape(url)}"),
        ):
            database.rows("SELECT 1")
