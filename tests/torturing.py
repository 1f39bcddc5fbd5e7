"""What the tests that kill again and again share: how long they go on, by what chance, and what a backup must be."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tagger.store import backups, everything
from tagger.store.database import opened

MINUTES = float(os.environ.get("TORTURE_MINUTES", "0"))
"""How long rounds are begun; one round of all is the short form."""


def chance() -> random.Random:
    """Return the chance of this run, and say how to have it again."""
    seed = int(os.environ.get("TAGGER_TEST_SEED", time.time_ns() % 1_000_000))
    sys.stdout.write(f"TAGGER_TEST_SEED={seed}\n")
    return random.Random(seed)


def rounds(share: float, act: Callable[[], object]) -> int:
    """Act once, and again as long as this share of the time lasts; return how often."""
    end, number = time.monotonic() + MINUTES * 60 * share, 0
    while not number or time.monotonic() < end:
        act()
        number += 1
    return number


def assert_backups_are_whole(folder: Path) -> None:
    """Fail unless all that bears the name of a backup is as it was written, opens, and has the rows that it says."""
    kept = backups.kept(folder)
    assert {backup.path for backup in kept} == set((folder / "backups").glob("[!.]*"))
    for backup in kept:
        assert [] == backups.changed(backup, backup.path)
        with opened(backup.path / "study.duckdb") as database:
            assert backup.rows == everything.counts(database)
