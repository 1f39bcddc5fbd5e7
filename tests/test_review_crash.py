"""Killing the review server while people read: whatever was answered as saved is there."""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest
from crowd import people
from serve import started
from small_study import SmallStudy

from tagger.store import Store, trail_check

ROUNDS = int(os.environ.get("KILLS", "6"))
"""How often the server is killed; `KILLS=30 pytest tests/test_review_crash.py` is the long form."""


@pytest.mark.slow
def test_nothing_that_was_answered_as_saved_is_lost_when_the_server_is_killed(study: SmallStudy) -> None:
    """After each kill -9 at a random moment, every note and step whose saving was answered is in the study, once."""
    saved: list[str] = []
    steps: list[str] = []
    for number in range(ROUNDS):
        server = started(study.folder)
        with people(server, number) as crowd:
            deadline = time.monotonic() + 20
            while not any(person.saved for person in crowd) and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(random.uniform(0.0, 1.2))
            server.kill()
        saved += [note for person in crowd for note in person.saved]
        steps += [step for person in crowd for step in person.steps]
        with Store(study.folder).session("a test") as database:
            stored = [note for (note,) in database.rows("SELECT note FROM decisions WHERE act = 'memo'")]
            sets = [step for (step,) in database.rows("SELECT set_id::VARCHAR FROM decision_sets")]
            loose = database.rows(
                "SELECT count(*) FROM decisions WHERE id NOT IN (SELECT decision_id FROM decision_sets)"
            )
            trail = trail_check.check(database)

        assert set() == set(saved) - set(stored)
        assert len(stored) == len(set(stored))
        assert [1] * len(steps) == list(map(Counter(sets).__getitem__, steps))
        assert [(0,)] == loose
        assert () == trail.differences
    assert len(saved) > ROUNDS
