"""
Cases of chance for everything that takes what strangers, or slips, put into it: each is taken, or refused in words.

    python benchmarks/fuzz.py [--cases 1000000] [--seed 0] [--only transcripts/docx lists ...] [--processes 1]

The targets are `transcripts/FORMAT`, `projects/FORMAT`, `sheets/KIND`, `lists/KIND`, `commands` and `routes`; the
beginning of a name asks for all that begin so, and `--list` prints them. Cases are shared out among the targets that
are asked for. Most are small sound files that were damaged: bytes flipped, cut out, doubled or taken from another file,
lines moved, fields blown up, marks of the format where none belong; in packages (DOCX, XLSX, zip) inside of a part.
Others are made by the rules of their kind, with what does not belong in some places. Requests and command lines go
their way through one study, a thousand to each copy of it.

Nothing may be let out but a reason with what to do; no case of a file may take 20 s or 4 GB. Prints how many cases
were taken, refused, and failed, with the number of each failure, which brings it back: `--only TARGET --case NUMBER`
writes it to a file and tries it again, and for `commands` and `routes` tries all that came before it in its thousand.
"""

from __future__ import annotations

import argparse
import logging
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from multiprocessing import Pool
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from fuzzing import commands, lists, projects, routes, sheets, transcripts
from fuzzing.cases import REFUSED, TAKEN, Target

MOST_BYTES = 4_000_000_000
AT_A_TIME, CHUNKS_A_PROCESS = 1_000, 5
"""Cases that a process is given at once, and how often, so that nothing that they leave behind adds up."""
A_LINE = 60.0
"""Seconds after which a line is printed."""

Outcomes = tuple[Counter[str], dict[int, str]]


def targets(files: Path | None = None) -> list[Target]:
    """Return all targets; *files* is a folder of further transcripts to damage."""
    return [
        *transcripts.targets(files),
        *projects.targets(),
        *sheets.targets(),
        *lists.targets(),
        commands.Commands(),
        routes.Routes(),
    ]


def fuzzed(target: Target, seed: int, numbers: range) -> Outcomes:
    """Try cases of a target; return how many were taken, refused and failed, and what failed."""
    counts: Counter[str] = Counter()
    failures: dict[int, str] = {}
    for number, outcome in target.outcomes(seed, numbers):
        counts[outcome if outcome in (TAKEN, REFUSED) else "failed"] += 1
        if outcome not in (TAKEN, REFUSED):
            failures[number] = outcome
    return counts, failures


def _bounded(target: Target) -> None:
    logging.disable()
    if target.name.count("/"):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def tried(target: Target, seed: int, first: int, cases: int, processes: int) -> int:
    """Try so many cases of a target, print what came of them, and return how many failed."""
    began = said = time.monotonic()
    counts: Counter[str] = Counter()
    failures: dict[int, str] = {}
    for counted, failed in _parts(target, seed, first, cases, processes):
        counts.update(counted)
        failures |= failed
        if time.monotonic() - said > A_LINE:
            said = time.monotonic()
            print(f"  {target.name}: {counts.total():,} cases, {counts['failed']} failed", flush=True)
    told = ", ".join(f"{counts[each]:,} {each}" for each in (TAKEN, REFUSED, "failed"))
    print(f"{target.name}: {told}; seed {seed}; {time.monotonic() - began:.0f} s", flush=True)
    for number, what in list(failures.items())[:5]:
        print(f"  case {number}: {what.strip().splitlines()[-1][:500]}", flush=True)
    return len(failures)


def _parts(target: Target, seed: int, first: int, cases: int, processes: int) -> Iterator[Outcomes]:
    starts = range(first, first + cases, AT_A_TIME)
    chunks = [range(start, min(start + AT_A_TIME, first + cases)) for start in starts]
    target.ready()
    with Pool(processes, _bounded, (target,), maxtasksperchild=CHUNKS_A_PROCESS) as pool:
        yield from pool.imap_unordered(partial(fuzzed, target, seed), chunks)


def again(target: Target, seed: int, number: int) -> None:
    """Write one case to a file, and try it again, with all of its thousand before it where these matter."""
    name, data = target.written(seed, number)
    Path(name).write_bytes(data)
    begin = number if target.name.count("/") else number - number % AT_A_TIME
    outcomes = target.outcomes(seed, range(begin, number + 1))
    *_, (_, outcome) = takewhile(lambda one: one[0] <= number, outcomes)
    print(f"{name}: {outcome}")


def main() -> int:
    """Print counts for each target; 1: something failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[1])
    parser.add_argument("--cases", type=int, default=100_000, help="how many in all")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one of each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[""], help="targets, or the beginnings of their names")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--case", type=int, help="write this case to a file, and try it")
    parser.add_argument("--files", type=Path, help="a folder of further transcripts to damage")
    parser.add_argument("--list", action="store_true", help="print the targets")
    asked = parser.parse_args()
    chosen = [target for target in targets(asked.files) if target.name.startswith(tuple(asked.only))]
    if asked.list:
        print("\n".join(target.name for target in chosen))
        return 0
    if asked.case is not None:
        again(chosen[0], asked.seed, asked.case)
        return 0
    whole = sum(target.weight for target in chosen)
    failed = sum(
        tried(target, asked.seed, asked.first, round(asked.cases * target.weight / whole), asked.processes)
        for target in chosen
    )
    print(f"{failed} failed" if failed else "Nothing failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
