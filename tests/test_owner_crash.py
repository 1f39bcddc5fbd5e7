"""Kill -9 of a process that serves: what was acknowledged is there, and shards are whole or not there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from merge_until_killed import VECTORS
from serving import coder

from tagger.errors import StoreError
from tagger.store import Store, serving, trail_check

PROGRAM = Path(__file__).with_name("serving.py")


def kill_and_look(folder, acknowledged, seconds):
    """Serve, kill after so many seconds, and return what was acknowledged and is not there."""
    process = subprocess.Popen([sys.executable, PROGRAM, folder, acknowledged], stdout=subprocess.PIPE, text=True)
    assert "ready\n" == process.stdout.readline()
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    # The last line may have been cut by the kill.
    lines = acknowledged.read_text().splitlines(keepends=True)
    lines = [line.strip() for line in lines if line.endswith("\n")]
    with Store(folder).session("a test") as database:
        there = {str(name) for (name,) in database.rows("SELECT id FROM coders")}
        ledger = {f"shard {key}" for (key,) in database.rows("SELECT key FROM ledger")}
        in_part = database.rows(
            f"SELECT text_key FROM vectors GROUP BY text_key HAVING count(DISTINCT part) <> {VECTORS} "
            "UNION SELECT key FROM ledger ANTI JOIN vectors ON text_key = key "
            "UNION SELECT text_key FROM vectors ANTI JOIN ledger ON text_key = key"
        )
        assert () == trail_check.check(database).differences
    assert [] == in_part
    return set(lines) - there - ledger, len(lines)


def kill_often(folder, kills, shortest, longest):
    """Kill at random moments; fail if anything that was acknowledged is missing after any of them."""
    seed = int(os.environ.get("TAGGER_TEST_SEED", time.time_ns() % 1_000_000))
    sys.stdout.write(f"TAGGER_TEST_SEED={seed}\n")
    chance = random.Random(seed)
    Store(folder).create()
    for _ in range(kills):
        missing, acknowledged = kill_and_look(folder, folder / "acknowledged", chance.uniform(shortest, longest))
        assert set() == missing
    sys.stdout.write(f"{acknowledged} acknowledged\n")
    assert acknowledged > 4 * kills


def test_a_server_that_is_killed_loses_nothing_it_acknowledged(tmp_path):
    """Three kills under load, shards being merged at the same time."""
    kill_often(tmp_path, kills=3, shortest=0.3, longest=0.8)


@pytest.mark.slow
def test_a_server_that_is_killed_at_thirty_moments_loses_nothing_it_acknowledged(tmp_path):
    """Thirty kills at random moments under load, shards being merged at the same time."""
    kill_often(tmp_path, kills=30, shortest=1.0, longest=2.5)


@pytest.fixture(name="disk")
def _disk(tmp_path):
    """Mount a small disk for a study; that needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.slow
def test_a_server_whose_disk_fills_up_goes_on_once_there_is_room(disk, monkeypatch):
    """D1: with the disk full acts are refused in one sentence, nothing acknowledged is lost, and it works again."""
    # Checkpoints are what makes DuckDB give a database up.
    monkeypatch.setitem(sys.modules["tagger.store.database"]._CONFIG, "wal_autocheckpoint", "256KB")
    Store(disk).create()
    acknowledged, refused = [], []
    with serving(disk, "http://127.0.0.1:9") as owner:
        with (disk / "ballast").open("wb") as ballast:
            ballast.write(bytes(4_000_000))

        def decide(name):
            for number in range(10_000):
                identity = f"{name}-{number}-" + "x" * 5_000
                try:
                    acknowledged.append(owner.write(coder(identity)))
                except StoreError as error:
                    refused.append(error)
                    return

        threads = [threading.Thread(target=decide, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 4 == len(refused)
        assert all("the disk is full" in str(error) for error in refused), [str(error) for error in refused]
        (disk / "ballast").unlink()

        owner.write(coder("after"))
        with owner.reading() as database:
            there = {str(name) for (name,) in database.rows("SELECT id FROM coders")}
    assert set() == {*acknowledged, "after"} - there
    with Store(disk).session("a test") as database:
        assert len(there) == database.rows("SELECT count(*) FROM coders")[0][0]
