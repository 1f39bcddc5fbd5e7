"""
How fast a run is, beside what it could be at best and what a plain script takes: aims and measurements in one table.

    python benchmarks/bench.py [--quick] [--write docs/performance.md]

Each figure is a ratio of two things that were measured in turns, in the same process, several times over; the table has
the median of the rounds. Texts are those of the bundled sample, each copy with its words in another order, so that no
text is embedded twice. `bench_flow.py` measures runs, `bench_scale.py` what is done with vectors that are there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
from quality import commit, put, say

from tagger.embeddings.fast import able

ROOT = Path(__file__).resolve().parent
MARK = "speed"
THREADS = 2


def main() -> None:
    """Measure in processes of their own, so that each has a memory of its own; print the table, or write it too."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds: a few minutes")
    words.add_argument("--write", type=Path, metavar="PAGE", help="replace the table between this page's markers")
    asked = words.parse_args()
    began = time.monotonic()
    copies, rounds, largest = (1, 2, 100_000) if asked.quick else (3, 5, 1_000_000)
    figures: dict[str, Any] = {}
    for script, *options in (
        ("bench_flow.py", f"--copies={copies}", "--memory"),
        ("bench_flow.py", f"--copies={copies}", f"--rounds={rounds}"),
        ("bench_scale.py", f"--largest={largest}", f"--rounds={rounds}"),
    ):
        say(f"{script} {' '.join(options)}")
        done = subprocess.run([sys.executable, ROOT / script, *options], stdout=subprocess.PIPE, text=True, check=True)
        figures |= json.loads(done.stdout)
    table = "\n".join([*rows(figures), "", machine(time.monotonic() - began)])
    print(table)
    if asked.write:
        put(asked.write, MARK, table)


def rows(found: dict[str, Any]) -> list[str]:
    """Lay out aims beside measurements."""
    fast = f"{found['fast']:.2f} times; {found['same']:.1%}" if found["fast"] else "this processor has no fast mode"
    size = f"{found['largest']:,}"
    lines = [
        ("whole run, exact, beside `SentenceTransformer.encode` on its excerpts", "0.95 of its rate or more",
         f"{found['exact']:.2f}"),
        ("whole run, fast, beside `encode`; the same best three values", "1.8 times; 97%", fast),
        ("whole run, exact, beside a plain script, by texts a second", "3 times", f"{found['plain']:.2f} times"),
        ("second run, nothing new", "under 2% of the first", f"{found['again']:.1%}"),
        ("run with a list whose wording changed", "under 3% of the first", f"{found['changed']:.1%}"),
        (f"scores of {size} vectors beside the bare matrix product", "3 times; 1.5 GB",
         f"{found['product']:.1f} times; {found['score_memory'] / 1e9:.2f} GB"),
        (f"how scoring grows from 10,000 to {size} texts: exponent", "under 1.05", f"{found['exponent']:.2f}"),
        ("most memory of a run, with the model", "under 1.2 GB", f"{found['memory'] / 1e9:.2f} GB"),
        ("`tagger --help`, and beside bare Python", "under 0.3 s",
         f"{found['help']:.2f} s; {found['help_beside_python']:.1f} times"),
        (f"`tagger status` with {found['passages']:,} passages", "under 1 s", f"{found['status']:.2f} s"),
    ]  # fmt: skip
    return ["| what | aim | measured |", "|---|--:|--:|", *(f"| {' | '.join(line)} |" for line in lines)]


def machine(seconds: float) -> str:
    """Say what was run, where, and how long it took."""
    can = "bfloat16 in hardware" if able() else "no bfloat16"
    return (
        f"{commit()}; {os.cpu_count()} cores ({torch.backends.cpu.get_cpu_capability()}, {can}) with a load of "
        f"{os.getloadavg()[0]:.1f}, {THREADS} threads; {seconds:.0f} s in all."
    )


if __name__ == "__main__":
    main()
