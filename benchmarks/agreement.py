"""
How long alpha with its intervals takes on a large study, as a ratio to one plain alpha and to other packages.

    python -m pip install --no-deps --target /tmp/bench-libs -r benchmarks/requirements.txt
    PYTHONPATH=/tmp/bench-libs python benchmarks/agreement.py [--units 100000] [--coders 5] [--values 20] [--times 5]

Invents ratings of yes and no by coders who agree more often than by chance, 500 passages to a transcript. Prints the
median seconds of: alpha alone, alpha with the leave-one-transcript-out interval, 1,000 resamples of 24 units, and all
values with intervals; and the largest memory. Then the same alpha by `krippendorff` on the same ratings, and alpha over
label sets by `nltk` and on fewer passages, because it is slow: their values must agree to 1e-9. Where one of the two
packages is not there, it says how to get it and leaves the line out.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import statistics
import time
from collections.abc import Callable
from types import ModuleType

import numpy as np

from tagger.agreement import alpha_statistic, cluster_bootstrap, jackknife_interval, krippendorff_alpha
from tagger.agreement.distances import SetDistance
from tagger.agreement.ratings import Codes, Floats

Sets = list[list[frozenset[int]]]

INSTALL = "python -m pip install --no-deps --target /tmp/bench-libs -r benchmarks/requirements.txt"
AGREE = 1e-9


def invented(units: int, coders: int, rng: np.random.Generator) -> Codes:
    """Return (units, coders) of 0 and 1: what is there, seen wrongly one time in ten, one passage in twenty unread."""
    there = rng.random(units) < 0.12
    wrong = rng.random((units, coders)) < 0.1
    return np.where(rng.random((units, coders)) < 0.05, -1, there[:, None] ^ wrong)


def invented_sets(units: int, coders: int, values: int, rng: np.random.Generator) -> Sets:
    """Return (units, coders) sets of one to three values, none empty: nltk cannot compare two empty ones."""
    there = rng.integers(values, size=(units, 3))
    seen = rng.integers(1, 4, size=(units, coders))
    return [[frozenset(labels[:n].tolist()) for n in row] for labels, row in zip(there, seen, strict=True)]


def timed(act: Callable[[], float]) -> tuple[float, float]:
    """Return the seconds of an act, and what it found."""
    begun = time.perf_counter()
    found = act()
    return time.perf_counter() - begun, found


def seconds(act: Callable[[], float], times: int) -> float:
    """Return the median time of an act."""
    return statistics.median(timed(act)[0] for _ in range(times))


def value(ratings: Floats | Sets, distance: SetDistance | None = None) -> float:
    """Return this project's alpha."""
    found = krippendorff_alpha(ratings, distance=distance).value
    if found is None:
        raise SystemExit("too few ratings for an alpha")
    return found


def other(name: str) -> ModuleType | None:
    """Return a package that only this benchmark needs, or say how to get it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed. To compare with it:")
        print(f"    {INSTALL}\n    PYTHONPATH=/tmp/bench-libs python benchmarks/agreement.py")
        return None


def compare(name: str, ours: Callable[[], float], theirs: Callable[[], float], times: int) -> None:
    """Print one line of medians, the two taking turns as the machine may be busy; refuse to if the values differ."""
    rounds = [(*timed(ours), *timed(theirs)) for _ in range(times)]
    _, found, _, expected = rounds[-1]
    if abs(found - expected) > AGREE:
        raise SystemExit(f"{name}: {found} is not {expected}")
    mine, taken, ratio = (
        statistics.median(each) for each in zip(*[(a, b, a / b) for a, _, b, _ in rounds], strict=True)
    )
    print(f"{name:46} {mine:8.3f} s {taken:8.3f} s {ratio:8.2f} x   {found:.9f}")


def compare_all(ratings: Floats, sets: Sets, times: int) -> None:
    """Print how this project's alpha compares to that of other packages."""
    alpha, krippendorff, nltk = alpha_statistic([0, 1]), other("krippendorff"), other("nltk.metrics")
    if krippendorff or nltk:
        print(f"{f'the same alpha, equal to {AGREE}':46} {'ours':>10} {'theirs':>10} {'ratio':>10}   value")
    if krippendorff:

        def by_krippendorff() -> float:
            return float(krippendorff.alpha(reliability_data=ratings.T, level_of_measurement="nominal"))

        compare("krippendorff: nominal, no interval", lambda: alpha(ratings), by_krippendorff, times)
        compare("krippendorff: nominal, ours with its SE", lambda: value(ratings), by_krippendorff, times)
    if nltk:
        rows = [(coder, unit, one) for unit, row in enumerate(sets) for coder, one in enumerate(row)]

        def by_nltk() -> float:
            return float(nltk.AnnotationTask(rows, distance=nltk.masi_distance).alpha())

        compare(f"nltk: MASI, {len(sets):,} units of label sets", lambda: value(sets, "masi"), by_nltk, times)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("units", 100_000), ("coders", 5), ("values", 20), ("times", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    codes = invented(asked.units, asked.coders, rng)
    ratings = np.where(codes < 0, np.nan, codes)
    clusters = np.arange(asked.units) // 500
    alpha = alpha_statistic([0, 1])

    def with_interval() -> float:
        return jackknife_interval(alpha, ratings, clusters).value or 0.0

    def drawn() -> float:
        return cluster_bootstrap(alpha, ratings[:24], range(24), resamples=1000).value or 0.0

    plain, one = seconds(lambda: value(ratings), asked.times), seconds(with_interval, asked.times)
    rows = [
        ("alpha, one value", plain),
        ("with the interval by transcript", one),
        ("1,000 resamples of 24 units", seconds(drawn, asked.times)),
        (f"{asked.values} values with intervals", asked.values * one),
    ]
    print(f"{asked.units:,} units x {asked.coders} coders, {len(set(clusters))} transcripts")
    for name, taken in rows:
        print(f"{name:34} {taken:8.3f} s {taken / plain:8.1f} x")
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB\n")
    compare_all(ratings, invented_sets(min(2000, asked.units), asked.coders, asked.values, rng), asked.times)


if __name__ == "__main__":
    main()
