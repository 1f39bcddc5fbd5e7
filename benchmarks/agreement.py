"""
How long alpha with its intervals takes on a large study, as a ratio to one plain alpha on the same ratings.

    python benchmarks/agreement.py [--units 100000] [--coders 5] [--values 20] [--times 3]

Invents ratings of yes and no by coders who agree more often than by chance, 500 passages to a transcript. Prints the
median seconds of: alpha alone, alpha with the leave-one-transcript-out interval, 1,000 resamples of 24 units, and all
values with intervals; and the largest memory.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np

from tagger.agreement import alpha_statistic, cluster_bootstrap, jackknife_interval, krippendorff_alpha
from tagger.agreement.ratings import Codes


def invented(units: int, coders: int, rng: np.random.Generator) -> Codes:
    """Return (units, coders) of 0 and 1: what is there, seen wrongly one time in ten, one passage in twenty unread."""
    there = rng.random(units) < 0.12
    wrong = rng.random((units, coders)) < 0.1
    return np.where(rng.random((units, coders)) < 0.05, -1, there[:, None] ^ wrong)


def seconds(act: Callable[[], object], times: int) -> float:
    """Return the median time of an act."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("units", 100_000), ("coders", 5), ("values", 20), ("times", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    codes = invented(asked.units, asked.coders, rng)
    ratings = np.where(codes < 0, np.nan, codes)
    clusters = np.arange(asked.units) // 500
    alpha = alpha_statistic([0, 1])
    plain = seconds(lambda: krippendorff_alpha(ratings), asked.times)
    with_interval = seconds(lambda: jackknife_interval(alpha, ratings, clusters), asked.times)
    drawn = seconds(lambda: cluster_bootstrap(alpha, ratings[:24], range(24), resamples=1000), asked.times)
    rows = [
        ("alpha, one value", plain),
        ("with the interval by transcript", with_interval),
        ("1,000 resamples of 24 units", drawn),
        (f"{asked.values} values with intervals", asked.values * with_interval),
    ]
    print(f"{asked.units:,} units x {asked.coders} coders, {len(set(clusters))} transcripts")
    for name, taken in rows:
        print(f"{name:34} {taken:8.3f} s {taken / plain:8.1f} x")
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


if __name__ == "__main__":
    main()
