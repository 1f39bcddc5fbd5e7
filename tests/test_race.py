"""Several processes on one study, killed at any moment: what was acknowledged is there, and nothing in part."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from forks import SOURCE
from merge_until_killed import PARTICIPANTS, VECTORS
from studies import assert_ledger_is_right

from tagger.store import Store

pytestmark = pytest.mark.slow

TESTS = Path(__file__).resolve().parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(TESTS)])}
ROUNDS = 5
INSERT = """
import sys, time
from pathlib import Path
from tagger.store import Store
print("ready", flush=True)
sys.stdin.readline()
began = time.monotonic()
with Store(Path(sys.argv[1])).session("a test") as database:
    database.run("INSERT INTO participants VALUES ($name)", {"name": sys.argv[2]})
print(time.monotonic() - began)
"""


@pytest.fixture(name="store")
def _store(tmp_path):
    store = Store(tmp_path / "study")
    store.folder.mkdir()
    store.create()
    return store


def start(store, name):
    """Start a process that merges (or reads) until it is killed, and wait until it does."""
    command = [
        sys.executable,
        TESTS / "merge_until_killed.py",
        store.folder,
        name,
        store.folder.parent / f"{name}.keys",
    ]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert "ready\n" == process.stdout.readline()
    return process


def kill_at_random(processes, chance):
    """Kill each process at a moment of its own, unless it ended by itself: then it found something wrong."""
    moments = sorted((chance.uniform(1.5, 3), n) for n in range(len(processes)))
    began = time.monotonic()
    for moment, n in moments:
        time.sleep(max(0, began + moment - time.monotonic()))
        assert processes[n].poll() is None, f"process {n} failed"
        processes[n].kill()
    for process in processes:
        process.wait()
        process.stdout.close()


def test_what_was_acknowledged_is_there_and_whole(store):
    """C1: after kill -9 of 4 writers and a reader, 5 times, what was acknowledged is there, whole and in the ledger."""
    seed = int(os.environ.get("TAGGER_TEST_SEED", time.time_ns() % 1_000_000))
    sys.stdout.write(f"TAGGER_TEST_SEED={seed}\n")
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        kill_at_random([start(store, name) for name in ("a", "b", "c", "d", "reader")], chance)

        with store.session("a test") as database:
            told = [key for (key,) in database.rows("SELECT key FROM ledger")]
            vectors = dict(database.rows("SELECT text_key, count(*) FROM vectors GROUP BY text_key"))
            owners = Counter(name.rpartition("-")[0] for (name,) in database.rows("SELECT id FROM participants"))
        acknowledged = {key for file in store.folder.parent.glob("?.keys") for key in file.read_text().split()}
        assert acknowledged <= set(told)
        assert dict.fromkeys(told, VECTORS) == vectors
        assert dict.fromkeys(told, PARTICIPANTS) == owners
        assert_ledger_is_right(store.folder)
    assert len(acknowledged) > 4 * ROUNDS

    waiting = {folder.name.removeprefix("embed-") for folder in store.inbox.glob("embed-*")}
    store.merge()
    assert waiting | set(told) == store.done([*waiting, *told])


def test_no_row_is_lost_when_one_process_opens_while_another_closes(store, tmp_path):
    """L2: a process that is held up while it opens the file does not write over what another one stored meanwhile."""
    assert shutil.which("strace"), "this test needs strace: apt-get install strace"
    trace = tmp_path / "trace"
    traced = insert(store, "P00", "strace", "-f", "-e", "trace=fcntl", "-o", trace)
    traced.communicate("\n", timeout=60)
    number = first_lock(trace.read_text())
    held_up = f"inject=fcntl:delay_enter=3000000:when={number}"
    first = insert(store, "P01", "strace", "-f", "-e", "trace=fcntl", "-e", held_up, "-o", trace)
    second = insert(store, "P02")

    go(first)
    end = time.monotonic() + 60
    while trace.read_text().count("fcntl(") < number - 1:
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(0.2)
    go(second)

    seconds = [float(process.communicate(timeout=60)[0]) for process in (first, second)]
    assert [0, 0] == [first.returncode, second.returncode]
    with store.session("a test") as database:
        assert [("P00",), ("P01",), ("P02",)] == database.rows("SELECT id FROM participants ORDER BY id")
    assert seconds[0] > 3, "the first was not held up"
    assert seconds[1] > 1, "the second did not wait for the first"


def insert(store, name, *before):
    """Start a process that opens the study, inserts a participant and closes it, once it is told to go."""
    command = [*before, sys.executable, "-c", INSERT, store.folder, name]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert "ready\n" == process.stdout.readline()
    return process


def go(process):
    """Let a process go on."""
    process.stdin.write("\n")
    process.stdin.flush()


def first_lock(trace):
    """Count the calls of fcntl up to the one that locks the database, in the thread that makes it."""
    calls = Counter()
    for line in trace.splitlines():
        thread, _, call = line.partition(" ")
        if "fcntl(" in call:
            calls[thread] += 1
            if re.search(r"F_(OFD_)?SETLKW?,", call):
                return calls[thread]
    raise AssertionError("the database is not locked by fcntl")
