"""
What the trail costs: a reading that is noted as against one that is not, and a look at all of a large study.

    python benchmarks/trail.py [--readings 300] [--rows 100000]

Stores readings of eight answers each, every second one without its entries in the trail, and prints the medians and
their ratio. Then puts in so many notes of readers at once, and has the whole trail checked, as against DuckDB reading
every row, as `tagger doctor` does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from uuid import uuid4

import pyarrow as pa

from tagger.store import Database, Store, everything, trail_check

WHEN = datetime(2026, 1, 1)
VALUES = list("abcdefgh")


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def one(**row: object) -> pa.Table:
    """Return a table of one row."""
    return pa.Table.from_pylist([row])


def read(database: Database, *, noted: bool) -> None:
    """Store what somebody says of a passage."""
    serving, decision = str(uuid4()), str(uuid4())
    who = {"excerpt_id": "e", "coder_id": "a"}
    said = {"framework_id": "f", "round": "before talk", "serving_id": serving, "suggestions_seen_before": 0}
    answers = [{"value_id": value, "answer": "yes"} for value in VALUES]
    tables = {
        "servings": one(id=serving, **who, reason="likely", arm="assisted", position=1, served_at=WHEN),
        "decisions": one(id=decision, **who, **said, act="done", decided_at=WHEN),
        "decision_answers": pa.Table.from_pylist([{"decision_id": decision, **answer} for answer in answers]),
        "codings": one(
            id=decision, **who, **said, kind="assisted", outcome="values", decision_id=decision, coded_at=WHEN
        ),
        "coding_answers": pa.Table.from_pylist([{"coding_id": decision, **answer} for answer in answers]),
    }
    with database.transaction():
        for table, rows in tables.items():
            database.insert(table, rows, noted=noted)


def notes(number: int) -> pa.Table:
    """Return the rows of so many notes of somebody who reads."""
    common = {"coder_id": "a", "act": "memo", "note": "a few words", "round": "before talk", "decided_at": WHEN}
    rows = [{"id": str(uuid4()), "excerpt_id": f"e{n}", **common, "suggestions_seen_before": 0} for n in range(number)]
    return pa.Table.from_pylist(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=int, default=300)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place))
        store.create()
        with store.alone("a benchmark") as database:
            database.insert("coders", one(id="a", name="Ann", role="reviewer", added_at=WHEN))
            database.insert("frameworks", one(id="f", name="f", version="1", title="f", content="{}"))
            took: dict[bool, list[float]] = {True: [], False: []}
            for number in range(given.readings):
                noted = number % 2 == 0
                took[noted].append(seconds(partial(read, database, noted=noted)))
            with_it, without = (1000 * median(took[noted]) for noted in (True, False))
            sys.stdout.write(
                f"a reading: {with_it:.1f} ms noted, {without:.1f} ms not: {with_it / without:.2f} times\n"
            )
            database.insert("decisions", notes(given.rows))
            checked = seconds(lambda: trail_check.check(database))
            plain = seconds(lambda: everything.read_all(database))
            sys.stdout.write(f"{given.rows:,} rows: checked in {checked:.1f} s, read in {plain:.1f} s\n")


if __name__ == "__main__":
    main()
