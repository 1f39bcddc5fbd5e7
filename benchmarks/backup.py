"""
What a backup costs those who work meanwhile, as against having DuckDB copy the rows.

    python benchmarks/backup.py [--vectors 100000]

Makes a study with so many vectors, keeps it open as the review server does, and has acts stored one after another while
a backup is made. Prints how long the longest of them waited, the whole backup with its check, and DuckDB's own
`COPY FROM DATABASE` of the same file, as a multiple of the plain copy.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from tagger.store import Owner, Store, backups, serving
from tagger.store.copy_apart import copy_apart

SIZE = 384


def study(folder: Path, vectors: int) -> Store:
    """Make a study that holds nothing but vectors."""
    store = Store(folder)
    store.create()
    numbers = np.random.default_rng(0).normal(size=vectors * SIZE).astype("f4")
    rows = {
        "model_id": pa.array(["m"] * vectors),
        "text_key": pa.array([f"k{number}" for number in range(vectors)]),
        "part": pa.array([0] * vectors, pa.int32()),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(numbers), SIZE).cast(pa.list_(pa.float32())),
    }
    with store.alone("a benchmark") as database:
        database.insert("vectors", pa.table(rows))
    return store


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def stored(owner: Owner, number: int) -> float:
    """Have an act stored, and return how long it took."""
    row = pa.table({"id": [f"P{number}"]})
    return seconds(lambda: owner.write(lambda study: study.insert("participants", row)))


def waits(owner: Owner, over: threading.Event) -> list[float]:
    """Have acts stored, one after another, and return how long each took."""
    found: list[float] = []
    while not over.is_set():
        found.append(stored(owner, len(found)))
    return found


def copied_by_duckdb(source: Path, target: Path) -> None:
    """Have DuckDB copy the rows of a database into a new one."""
    with duckdb.connect(str(source)) as connection:
        connection.execute(f"ATTACH '{target}' AS copied (BLOCK_SIZE 16384)")
        connection.execute("COPY FROM DATABASE study TO copied")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=int, default=100_000)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store = study(folder, parser.parse_args().vectors)
        over = threading.Event()
        found: list[float] = []
        with serving(folder) as owner:
            thread = threading.Thread(target=lambda: found.extend(waits(owner, over)))
            thread.start()
            whole = seconds(lambda: backups.write(folder, "daily", lambda made: owner.copy(made.name)))
            over.set()
            thread.join()
        plain = seconds(lambda: copy_apart({store.path: folder / "plain.duckdb"}))
        duck = seconds(lambda: copied_by_duckdb(store.path, folder / "duck.duckdb"))
        size, middle = store.path.stat().st_size / 1e6, np.median(found) * 1e3
        sys.stdout.write(f"{size:.0f} MB; {len(found)} acts meanwhile: median {middle:.0f} ms, ")
        sys.stdout.write(f"longest {max(found):.2f} s\nbackup with its check {whole:.1f} s; plain copy {plain:.2f} s; ")
        sys.stdout.write(f"COPY FROM DATABASE {duck / plain:.0f} times that\n")


if __name__ == "__main__":
    main()
