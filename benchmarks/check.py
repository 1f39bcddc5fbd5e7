"""
How long `tagger check` takes for a folder of many mixed files, and how many times as long as for one of them.

    python benchmarks/check.py [-n 500] [--files ../shared/evaldata/transcripts]

The folder holds interviews of 20 to 90 turns of the sample, in every format that is read in turn, and beside them the
files of a folder that is named. Names in the text are left out, as they are in a folder of that size. The ratio, of the
time that processors spent, says what reading costs beside starting the program, also on a busy machine.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tagger.shipped import shipped
from tagger.transcripts import read

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from written import FORMATS, Talk

CHECK = [sys.executable, "-m", "tagger", "check", "--no-names"]
WESTERN = "cp1252"


def sample() -> list[tuple[str, str]]:
    """Return all turns of the sample as speakers and words, in Western letters, which PDF has here."""
    turns = []
    for path in sorted((shipped("data") / "sample").rglob("*")):
        if path.is_file() and path.suffix != ".csv" and path.parent.name != "sample":
            transcript = read(path.read_bytes(), path.name)
            turns += [(turn.speaker or "Ann", transcript.text[turn.start : turn.end]) for turn in transcript.turns]
    return [(who, words.encode(WESTERN, "ignore").decode(WESTERN)) for who, words in turns]


def interviews(turns: Talk, number: int, seed: int) -> list[Talk]:
    """Draw so many runs of 20 to 90 turns, between two people."""
    chance = random.Random(seed)
    drawn: list[Talk] = []
    for _ in range(number):
        size = chance.randint(20, 90)
        start = chance.randrange(len(turns) - size)
        words = [words for _, words in turns[start : start + size]]
        drawn.append([(("Interviewer", "Sam")[at % 2], each) for at, each in enumerate(words)])
    return drawn


def seconds(*paths: Path) -> tuple[float, float, str]:
    """Check files in a process of its own; return how long it took and computed, and the count that it ends with."""
    began, before = time.monotonic(), _computed()
    done = subprocess.run([*CHECK, *map(str, paths)], capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    told = [line for line in done.stdout.splitlines() if line.endswith("nothing was stored.")]
    if not told:
        raise SystemExit(done.stderr)
    return took, _computed() - before, told[0]


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the seconds for the folder and for the first of its text files, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    parser.add_argument("-n", type=int, default=500)
    parser.add_argument("--files", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "interviews"
        folder.mkdir()
        if chosen.files:
            shutil.copytree(chosen.files, folder / chosen.files.name)
        number = chosen.n - sum(path.is_file() for path in folder.rglob("*"))
        names = list(FORMATS)
        for at, talk in enumerate(interviews(sample(), number, chosen.seed)):
            name = names[at % len(names)]
            (folder / f"{at:03}-{name}").write_bytes(FORMATS[name](talk))
        took, all_of_it, told = seconds(folder)
        _, one, _ = seconds(folder / f"000-{names[0]}")
    ratio = f"{all_of_it / one:.1f} times that of one file"
    print(f"{told.split(';')[0]}: {took:.1f} s, of computing {all_of_it:.1f} s, {ratio} ({one:.1f} s)")


if __name__ == "__main__":
    main()
