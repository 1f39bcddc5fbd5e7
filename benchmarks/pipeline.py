"""
How long a run takes, stage by stage, and what a second run and Prefect cost beside it.

    python benchmarks/pipeline.py [--copies 4]

It runs the bundled sample several times over, each copy with its words in another order of turns, so that no text is
embedded twice. All figures come from one run on one machine: compare them with each other, not with other machines.
"""

from __future__ import annotations

import argparse
import logging
import random
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tagger.pipelines.start import start
from tagger.shipped import shipped
from tagger.steps import begin, prepare, tag
from tagger.steps.overview import make_study
from tagger.transcripts import read

_began: dict[str, float] = {}
_took: dict[str, float] = defaultdict(float)


class _Clock(logging.Handler):
    """Add up the seconds of each stage from the progress that the steps report."""

    def emit(self, record: logging.LogRecord) -> None:
        stage, done, total = (record.__dict__[key] for key in ("stage", "done", "total"))
        if done == 0 and total:
            _began[stage] = time.monotonic()
        if done == total and stage in _began:
            _took[stage] += time.monotonic() - _began.pop(stage)


def write_transcripts(folder: Path, copies: int) -> int:
    """Write shuffled copies of the sample's dialogues; return the number of words."""
    chance, words = random.Random(7), 0
    for file in sorted((shipped("data") / "sample").rglob("*.*")):
        if file.name == "codings.csv":
            continue
        transcript = read(file.read_bytes(), file.name)
        turns = [
            (turn.speaker or "Writer", transcript.text[turn.start : turn.end].split()) for turn in transcript.turns
        ]
        for copy in range(copies):
            lines = []
            for speaker, said in turns:
                chance.shuffle(said)
                words += len(said)
                lines.append(f"{speaker}: {' '.join(said)}")
            (folder / f"{file.stem}-{copy}.txt").write_text("\n\n".join(lines), "utf-8")
    return words


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=4)
    copies = parser.parse_args().copies
    logger = logging.getLogger("tagger.progress")
    logger.setLevel(logging.INFO)
    logger.addHandler(_Clock())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "in").mkdir()
        words = write_transcripts(root / "in", copies)
        make_study(root / "local", "Benchmark", "side-by-side")
        prepare(begin(root / "local", dataset="all"))
        first = _seconds(root / "local", root / "in", "local")
        print(f"{words} words in {9 * copies} transcripts: {first:.1f} s, {words / first:.0f} words/s, encoder loaded")
        for stage, seconds in _took.items():
            print(f"  {stage:8} {seconds:6.1f} s  {words / max(seconds, 1e-9):9.0f} words/s")
        again = _seconds(root / "local", root / "in", "local")
        print(f"second run, nothing new: {again:.2f} s, {again / first:.1%} of the first")
        make_study(root / "flow", "Benchmark", "side-by-side")
        flow = _seconds(root / "flow", root / "in", "prefect")
        print(f"the same under Prefect, its server started anew: {flow:.1f} s, {flow - first:+.1f} s")
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _seconds(study: Path, source: Path, engine: str) -> float:
    began = time.monotonic()
    if engine == "prefect":
        start(study, [source], dataset="all")
    else:
        tag(begin(study, [source], dataset="all"))
    return time.monotonic() - began


if __name__ == "__main__":
    main()
