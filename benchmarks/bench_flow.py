"""
Runs beside the encoder alone and beside a plain script, for `bench.py`: prints ratios as JSON.

    python benchmarks/bench_flow.py [--copies 3] [--rounds 5] [--profile]

With --profile it prints where a run's time goes, stage by stage.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import random
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from preview import changed_list

from tagger.embeddings import load_encoder
from tagger.embeddings.fast import able
from tagger.frameworks import load_framework
from tagger.shipped import shipped
from tagger.steps import begin, tag
from tagger.steps.overview import make_study
from tagger.store import Store
from tagger.transcripts import read

LIST = "side-by-side"
THREADS, BATCH, TOP = 2, 32, 3
PLAIN_TEXTS = 150
"""So many texts the plain script encodes, one by one."""

_TEXTS = "SELECT DISTINCT text FROM live_excerpts ORDER BY length(text) DESC, text"
_SCORES = """
SELECT e.text, any_value(s.scores) FROM scores s JOIN newest_scorings n USING (scoring_id)
JOIN live_excerpts e USING (excerpt_id) GROUP BY e.text ORDER BY e.text
"""


def write_transcripts(folder: Path, copies: int) -> None:
    """Write copies of the sample's dialogues, each with its words in another order."""
    folder.mkdir()
    chance = random.Random(7)
    for file in sorted((shipped("data") / "sample").rglob("*.*")):
        if file.name == "codings.csv":
            continue
        transcript = read(file.read_bytes(), file.name)
        text, turns = transcript.text, transcript.turns
        spoken = [(turn.speaker or "Writer", text[turn.start : turn.end].split()) for turn in turns]
        for copy in range(copies):
            lines = []
            for speaker, said in spoken:
                chance.shuffle(said)
                lines.append(f"{speaker}: {' '.join(said)}")
            (folder / f"{file.stem}-{copy}.txt").write_text("\n\n".join(lines), "utf-8")


class Bench:
    """What is measured in turns: each thing in a study of its own, with models that are loaded."""

    def __init__(self, home: Path, copies: int) -> None:
        self.home, self.source, self.studies = home, home / "in", 0
        write_transcripts(self.source, copies)
        self.warm = self.study("exact")
        self.run(self.warm)
        self.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        with Store(self.warm).session("texts to encode") as database:
            self.texts = [text for (text,) in database.rows(_TEXTS)]
        self.model: Any = load_encoder().model  # type: ignore[attr-defined]
        self.phrases = self.model.encode([p for value in load_framework(LIST).values for p in value.phrases])

    def study(self, precision: str) -> Path:
        """Make a new study."""
        self.studies += 1
        folder = self.home / f"study-{self.studies}"
        make_study(folder, "Benchmark", LIST)
        toml = folder / "study.toml"
        toml.write_text(toml.read_text("utf-8").replace('precision = "exact"', f'precision = "{precision}"'), "utf-8")
        return folder

    def run(self, study: Path, framework: str = "") -> None:
        """Do what `tagger run` does, once the program is there."""
        tag(begin(study, [self.source], dataset="all", framework=framework))

    def encode(self) -> None:
        """Encode the same texts, and nothing else, as sentence-transformers does it."""
        self.model.encode(self.texts, batch_size=BATCH, show_progress_bar=False)

    def plain(self) -> None:
        """Do what a script of ten lines does: read, split, encode text by text, compare, write a table."""
        rows: list[tuple[str, float]] = []
        for file in sorted(self.source.iterdir()):
            words = file.read_text("utf-8").split()
            for start in range(0, len(words), 71):
                if len(rows) == PLAIN_TEXTS:
                    break
                text = " ".join(words[start : start + 71])
                rows.append((text, float((self.model.encode(text) @ self.phrases.T).max())))
        with (self.home / "plain.csv").open("w", encoding="utf-8") as table:
            csv.writer(table).writerows(rows)

    def best(self, study: Path) -> np.ndarray:
        """Return the best values of each excerpt, (n, TOP)."""
        with Store(study).session("scores") as database:
            scores = np.array([row for _, row in database.rows(_SCORES)])
        return np.sort(np.argsort(-scores, axis=1, kind="stable")[:, :TOP], axis=1)


def measure(bench: Bench, rounds: int) -> dict[str, Any]:
    """Measure all of it in turns; return medians of the ratios of each round."""
    ratios: dict[str, list[float]] = defaultdict(list)
    changed = bench.home / "changed.yaml"
    changed.write_text(changed_list(load_framework(LIST)), "utf-8")
    fast = bench.study("fast") if able() else None
    if fast:
        bench.run(fast)
    for _ in range(rounds):
        study = bench.study("exact")
        alone, first = timed(bench.encode), timed(bench.run, study)
        ratios["exact"].append(alone / first)
        ratios["again"].append(timed(bench.run, study) / first)
        ratios["changed"].append(timed(bench.run, study, str(changed)) / first)
        ratios["plain"].append(timed(bench.plain) / PLAIN_TEXTS / (first / len(bench.texts)))
        if fast:
            other = bench.study("fast")
            ratios["fast"].append(alone / timed(bench.run, other))
    found: dict[str, Any] = {name: statistics.median(each) for name, each in ratios.items()}
    found["fast"] = found.get("fast")
    if fast:
        found["same"] = float((bench.best(bench.warm) == bench.best(fast)).all(axis=1).mean())
    return found


def timed(act: Callable[..., object], *given: object) -> float:
    """Return how many seconds an act takes."""
    began = time.monotonic()
    act(*given)
    return time.monotonic() - began


class Stages(logging.Handler):
    """Add up the seconds of each stage from the progress that the steps report."""

    def __init__(self) -> None:
        super().__init__()
        self.began: dict[str, float] = {}
        self.took: dict[str, float] = defaultdict(float)

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a stage that begins or ends."""
        stage, done, total = (record.__dict__[key] for key in ("stage", "done", "total"))
        if done == 0 and total:
            self.began[stage] = time.monotonic()
        if done == total and stage in self.began:
            self.took[stage] += time.monotonic() - self.began.pop(stage)


def profile(bench: Bench) -> None:
    """Print where the time of one run goes, beside the encoder alone."""
    stages, logger = Stages(), logging.getLogger("tagger.progress")
    logger.setLevel(logging.INFO)
    logger.addHandler(stages)
    alone, whole = timed(bench.encode), timed(bench.run, bench.study("exact"))
    print(f"{len(bench.texts)} texts: encode {alone:.2f} s, whole run {whole:.2f} s")
    for stage, seconds in stages.took.items():
        print(f"  {stage:8} {seconds:6.2f} s")


def main(given: Sequence[str] | None = None) -> None:
    """Measure, and print what was found as JSON."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--copies", type=int, default=3)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--memory", action="store_true", help="of one run, and nothing else")
    words.add_argument("--profile", action="store_true")
    asked = words.parse_args(given)
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(Path(home), asked.copies)
        if asked.profile:
            profile(bench)
        else:
            print(json.dumps({"memory": bench.memory} if asked.memory else measure(bench, asked.rounds)))


if __name__ == "__main__":
    main()
