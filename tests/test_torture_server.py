"""A server that is killed while it is backed up, and a log that is cut: what was acknowledged is there, in order."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from torturing import assert_backups_are_whole, chance, rounds

from tagger.errors import Damaged
from tagger.store import Store, backups, restoring, trail_check

pytestmark = pytest.mark.slow

SERVER = Path(__file__).with_name("serving.py")


def test_a_server_that_is_killed_while_it_is_backed_up_loses_nothing(tmp_path):
    """What it acknowledged is there, every backup is one, and some kills came in the middle of a copy."""
    study, of, hits = tmp_path / "study", chance(), Counter()
    study.mkdir()
    Store(study).create()
    acknowledged = study / "acknowledged"

    def kill() -> None:
        process = subprocess.Popen([sys.executable, SERVER, study, acknowledged, "backups"], stdout=subprocess.PIPE)
        assert b"ready\n" == process.stdout.readline()
        time.sleep(of.uniform(0.2, 1.5))
        process.kill()
        process.wait()
        process.stdout.close()
        hits["while it was backed up" if backups.unfinished(study) else "between backups"] += 1
        said = {line.strip() for line in acknowledged.read_text().splitlines(keepends=True) if line.endswith("\n")}
        with Store(study).session("a test") as database:
            there = {str(name) for (name,) in database.rows("SELECT id FROM coders")}
            there |= {f"shard {key}" for (key,) in database.rows("SELECT key FROM ledger")}
        assert set() == said - there
        assert_backups_are_whole(study)
        for backup in backups.kept(study):
            backups.delete(backup)

    number = rounds(0.2, lambda: [kill() for _ in range(4)])
    sys.stdout.write(f"KILLED serve: {dict(hits)} in {number} rounds\n")
    assert hits["while it was backed up"]


LEAVES_A_LOG = """
import os, sys
from datetime import datetime
from pathlib import Path
import pyarrow as pa
from tagger.store.database import opened
with opened(Path(sys.argv[1])) as database:
    for number in range(200):
        row = {"id": f"{number:03}", "name": "Ann", "role": "reviewer", "added_at": datetime(2026, 1, 1)}
        database.insert("coders", pa.Table.from_pylist([row]))
    os._exit(1)
"""


def people(study):
    """List who is in a study, all of them as the trail has them."""
    with Store(study).session("a test") as database:
        assert () == trail_check.check(database).differences
        return [str(name) for (name,) in database.rows("SELECT id FROM coders ORDER BY id")]


def test_a_log_that_is_cut_or_damaged_loses_its_end_and_no_more(tmp_path):
    """The study opens with all up to some act, in order; or says that it is damaged, and opens without its log."""
    whole, of, hits = tmp_path / "whole", chance(), Counter()
    whole.mkdir()
    Store(whole).create()
    subprocess.run([sys.executable, "-c", LEAVES_A_LOG, str(whole / "study.duckdb")], check=False)
    log = (whole / "study.duckdb.wal").read_bytes()

    def damage() -> None:
        study, at = shutil.copytree(whole, tmp_path / "study"), of.randrange(len(log))
        cut = of.random() < 0.5
        (study / "study.duckdb.wal").write_bytes(log[:at] if cut else log[:at] + of.randbytes(64) + log[at + 64 :])
        try:
            there = people(study)
            hits["opened"] += 1
        except Damaged:
            restoring.put_back_without_log(study)
            there = people(study)
            hits["opened without its log"] += 1
        assert [f"{number:03}" for number in range(len(there))] == there
        shutil.rmtree(study)

    number = rounds(0.05, lambda: [damage() for _ in range(20)])
    sys.stdout.write(f"DAMAGED log: {dict(hits)} in {number} rounds\n")
    assert hits["opened"]
