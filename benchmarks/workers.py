"""
Two workers against one: the same transcripts, each time into a new study, in turns.

    python benchmarks/workers.py [--copies 20] [--repeat 3] [--workers 1 2]

Starts `tagger run --engine dask` as its own process. The seconds are those that a run says it took: reading, cutting,
embedding and suggesting, without the start of Prefect and of the workers. Each worker computes on one thread.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_flow import write_transcripts

_TAGGER = (sys.executable, "-m", "tagger")


def taken(transcripts: Path, study: Path, workers: int) -> float:
    """Run the transcripts into a new study, and return the seconds that it took."""
    subprocess.run([*_TAGGER, "init", study, "--framework", "side-by-side"], check=True, stdout=subprocess.DEVNULL)
    shared = ("--study", study, "--engine", "dask", "--workers", str(workers), "--json")
    ended = subprocess.run([*_TAGGER, "run", transcripts, *shared], check=True, capture_output=True, text=True)
    return float(json.loads(ended.stdout)["seconds"])


def main() -> None:
    """Print the median of each, and how many times as fast the last is as the first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=20, help="Shuffled copies of each dialogue of the sample.")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    seconds: dict[int, list[float]] = {number: [] for number in asked.workers}
    with tempfile.TemporaryDirectory() as folder:
        transcripts = Path(folder, "transcripts")
        write_transcripts(transcripts, asked.copies)
        for turn in range(asked.repeat):
            for number in asked.workers:
                seconds[number].append(taken(transcripts, Path(folder, f"{number}-{turn}"), number))
    print("| workers | seconds (median) | of |\n|--:|--:|---|")
    for number, each in seconds.items():
        print(f"| {number} | {statistics.median(each):.1f} | {', '.join(f'{one:.1f}' for one in each)} |")
    first, last = (statistics.median(seconds[number]) for number in (asked.workers[0], asked.workers[-1]))
    print(f"\n{asked.workers[-1]} workers are {first / last:.2f} times as fast as {asked.workers[0]}.")


if __name__ == "__main__":
    main()
