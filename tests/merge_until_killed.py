"""
Put shards into a study and merge them until killed: `merge_until_killed.py STUDY NAME ACKNOWLEDGED`.

The key of each shard is written to the file ACKNOWLEDGED once its merge has returned. With the name `reader` nothing is
written; the study is read again and again, and what is read must be whole shards.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

import pyarrow as pa

from tagger.store import Shard, Store, database

PARTICIPANTS, VECTORS, SIZE = 20, 200, 384


def shard(name, number):
    """Make a shard of 1 + 20 + 200 rows, none of which is in another one (but that of the run)."""
    key = f"{name}-{number}"
    run = {"id": name, "started_at": datetime(2026, 1, 1), "engine": "local", "dataset": "d", "settings": "{}"}
    vectors = {
        "model_id": ["m"] * VECTORS,
        "text_key": [key] * VECTORS,
        "part": pa.array(range(VECTORS), pa.int32()),
        "vector": [[float(number)] * SIZE] * VECTORS,
    }
    tables = {
        "runs": pa.Table.from_pylist([{**run, "tagger_version": "0"}]),
        "participants": pa.table({"id": [f"{key}-{n}" for n in range(PARTICIPANTS)]}),
        "vectors": pa.table(vectors),
    }
    return Shard(key, "embed", name, tables)


def write(store, name, acknowledged):
    """Store one shard after another."""
    with acknowledged.open("a") as file:
        for number in count(len(acknowledged.read_text().split())):
            made = shard(f"{name}-{os.getpid()}", number)
            store.put(made)
            store.merge()
            file.write(f"{made.key}\n")
            file.flush()


def read(store):
    """Look again and again whether all that is there is whole."""
    while True:
        with store.session("a reader") as opened:
            rows = opened.rows(
                "SELECT l.key, count(DISTINCT v.part) FROM ledger l LEFT JOIN vectors v ON v.text_key = l.key "
                "GROUP BY l.key"
            )
        assert all(number == VECTORS for _, number in rows), rows


if __name__ == "__main__":
    # Many checkpoints, so that some are killed.
    database._CONFIG["wal_autocheckpoint"] = "64KB"
    study, name, acknowledged = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    acknowledged.touch()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    read(Store(study)) if name == "reader" else write(Store(study), name, acknowledged)
