"""
What is done with vectors that are there, beside the bare matrix product, and how soon commands answer, for `bench.py`.

    python benchmarks/bench_scale.py [--largest 1000000] [--rounds 5]

Vectors are drawn by chance and lie in a file that memory maps, as those of a study do. Prints ratios as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from preview import DATASET, LIST, Invented, invented_run
from scipy import sparse
from threadpoolctl import threadpool_limits

from tagger.seen import Corpus, Seen
from tagger.spelling import PLACES, rarity
from tagger.steps import store
from tagger.steps.overview import make_study
from tagger.steps.suggest import suggest
from tagger.steps.workplace import Workplace
from tagger.suggestions import Phrases, scores

DIMENSION, VALUES, PHRASES, SMALLEST, PASSAGES = 384, 20, 200, 10_000, 5000
AT_ONCE = 16384
TAGGER = [sys.executable, "-m", "tagger"]


class OwnMemory(threading.Thread):
    """Looks every hundredth of a second how much memory is this process's own: what a file maps is not."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.over = 0, threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.01):
            lines = Path("/proc/self/status").read_text("ascii").splitlines()
            [anonymous] = [int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon")]
            self.most = max(self.most, anonymous)


def drawn(folder: Path, number: int) -> Seen:
    """Draw unit vectors of so many texts, without sentences and spelling."""
    chance = np.random.default_rng(7)
    vectors = np.lib.format.open_memmap(folder / f"{number}.npy", "w+", np.float32, (number, DIMENSION))
    for start in range(0, number, AT_ONCE):
        some = chance.standard_normal((min(AT_ONCE, number - start), DIMENSION), dtype=np.float32)
        vectors[start : start + AT_ONCE] = some / np.linalg.norm(some, axis=1, keepdims=True)
    vectors.flush()
    none = np.zeros((0, DIMENSION), dtype=np.float32)
    return Seen(
        vectors, none, np.zeros(number + 1, dtype=np.intp), sparse.csr_matrix((number, PLACES), dtype=np.float32)
    )


def scoring(folder: Path, largest: int, rounds: int) -> dict[str, Any]:
    """Score few and many vectors in turns with the bare product of the many."""
    few, many = (drawn(folder, number) for number in (SMALLEST, largest))
    vectors = np.array(many.vectors[:PHRASES], dtype=np.float64)
    runs = sparse.csr_matrix((VALUES, PLACES), dtype=np.float32)
    phrases = Phrases(vectors, np.repeat(np.arange(VALUES), PHRASES // VALUES), runs)
    corpus = Corpus(np.zeros(DIMENSION), rarity(np.zeros(PLACES, dtype=np.int64), largest))
    plain = vectors.astype(np.float32).T.copy()
    beside, growth = [], []
    watch = OwnMemory()
    watch.start()
    for _ in range(rounds):
        small = timed(scores, few, phrases, corpus)
        large = timed(scores, many, phrases, corpus)
        beside.append(large / timed(product, many.vectors, plain))
        growth.append(np.log(large / small) / np.log(largest / SMALLEST))
    watch.over.set()
    return {
        "product": statistics.median(beside),
        "exponent": statistics.median(growth),
        "score_memory": watch.most,
        "largest": largest,
    }


def product(vectors: np.ndarray, phrases: np.ndarray) -> None:
    """Multiply, and keep nothing: what no program can be faster than."""
    with threadpool_limits(os.cpu_count()):
        for start in range(0, len(vectors), AT_ONCE):
            vectors[start : start + AT_ONCE] @ phrases


def commands(folder: Path, rounds: int) -> dict[str, Any]:
    """Start commands in turns with a Python that does nothing."""
    make_study(folder, "Bench", LIST)
    Invented(Workplace(invented_run(folder, "invented"))).fill(PASSAGES)
    run = invented_run(folder, "first")
    suggest(run, (DATASET,))
    store(run)
    bare, shown, told = [], [], []
    for _ in range(max(rounds, 5)):
        bare.append(timed(started, sys.executable, "-c", "pass"))
        shown.append(timed(started, *TAGGER, "--help"))
        told.append(timed(started, *TAGGER, "status", "--study", str(folder)))
    median = statistics.median
    beside = median(one / other for one, other in zip(shown, bare, strict=True))
    return {"help": median(shown), "help_beside_python": beside, "status": median(told), "passages": PASSAGES}


def started(*words: str) -> None:
    """Run a command to its end."""
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)


def timed(act: Callable[..., object], *given: object) -> float:
    """Return how many seconds an act takes."""
    began = time.monotonic()
    act(*given)
    return time.monotonic() - began


def main() -> None:
    """Measure, and print what was found as JSON."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--largest", type=int, default=1_000_000)
    words.add_argument("--rounds", type=int, default=5)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as home:
        scored = scoring(Path(home), asked.largest, asked.rounds)
        print(json.dumps(scored | commands(Path(home) / "study", asked.rounds)))


if __name__ == "__main__":
    main()
