"""A short run of what `benchmarks/fuzz.py` does for as long as one likes."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import fuzz  # noqa: E402
from fuzzing.cases import TAKEN, Files  # noqa: E402

TARGETS = {target.name: target for target in fuzz.targets()}
FILES = {name: target for name, target in TARGETS.items() if isinstance(target, Files)}
CASES = 40


@pytest.mark.parametrize("name", sorted(FILES))
def test_sound_seeds_are_taken(name):
    """What is damaged is sound before, or the damage would test nothing."""
    target = FILES[name]

    assert [TAKEN] * len(target.seeds) == [target.judged(data) for data in target.seeds]


@pytest.mark.parametrize("name", sorted({*TARGETS} - {"routes"}))
def test_a_case_is_taken_or_refused_in_words(name, caplog):
    """Nothing else is raised, takes long, or makes of a file what is not in it. Routes are in test_review_fuzz."""
    caplog.set_level(logging.CRITICAL)

    counts, failures = fuzz.fuzzed(TARGETS[name], 1, range(CASES))

    assert {} == failures
    assert CASES == counts.total()


def test_a_case_is_the_same_again():
    """The number of a case brings it back, also where the seeds are made anew."""
    again = {target.name: target for target in fuzz.targets()}

    for name, target in TARGETS.items():
        assert target.written(7, 3) == again[name].written(7, 3)
        assert target.written(7, 3) != target.written(7, 4)
