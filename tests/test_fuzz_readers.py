"""A short run of what `benchmarks/fuzz_readers.py` does for as long as one likes."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import fuzz_readers  # noqa: E402

SEEDS = fuzz_readers.seeds()


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_sound_seeds_are_read(name):
    """What is damaged is sound before, or the damage would test nothing."""
    assert ["read"] * len(SEEDS[name]) == [fuzz_readers.tried(data, f"seed.{name}") for data in SEEDS[name]]


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_damaged_file_gives_a_transcript_or_its_reason(name, caplog):
    """No damage raises anything else, takes long, or puts turns outside of the text."""
    caplog.set_level(logging.CRITICAL)

    counts, failures = fuzz_readers.fuzzed(SEEDS, name, seed=1, numbers=range(40))

    assert {} == failures
    assert 40 == counts["read"] + counts["refused"]


def test_a_case_is_the_same_again():
    """The number of a case brings it back, also where the seeds are made anew."""
    again = fuzz_readers.seeds()

    assert SEEDS == again
    assert fuzz_readers.case(SEEDS, "docx", 7, 3) == fuzz_readers.case(again, "docx", 7, 3)
    assert fuzz_readers.case(SEEDS, "docx", 7, 3) != fuzz_readers.case(SEEDS, "docx", 7, 4)
