"""
Requests of chance to every route, by everybody and by nobody: none breaks anything, and no page goes astray.

TAGGER_TEST_STEPS says how many requests (a long run has thousands), TAGGER_TEST_SEED which ones. What fails prints the
request, and its number: the same seed brings it back.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import House
from small_study import SmallStudy, copied
from visitor import AT_HOME

from tagger.store import serving

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from roamer import ACTS, Roaming, rows, unsound

STEPS = int(os.environ.get("TAGGER_TEST_STEPS", "120"))
SEED = int(os.environ.get("TAGGER_TEST_SEED", "1"))


@pytest.fixture(scope="module")
def house(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve a copy of the tagged study to this machine, doors of its own programs among the routes."""
    study = copied(tagged, tmp_path_factory.mktemp("roamed"))
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        made = House(owner, study, AT_HOME)
        made.link("Somebody who looks after it", "admin")
        yield made


def test_requests_of_chance_break_nothing(house: House) -> None:
    """No fault of the program, no page for whom it is not, nothing from outside in a page, and a sound study after."""
    before = rows(house)
    roaming = Roaming(house, SEED)
    for who in roaming.everybody:
        roaming.come_back(who)
    for number in range(STEPS):
        if number % 50 == 0:
            roaming.learn()
        try:
            roaming.step()
        except BaseException as error:
            error.add_note(f"It was request {number} of seed {SEED}.")
            raise
    after = rows(house)

    # Which of the refusals come in so few requests is chance.
    assert {200, 303, 400} <= roaming.came.keys()
    assert roaming.came.keys() & {401, 403, 404, 405}
    assert {} == {name: lost for name, held in before.items() if (lost := held - after[name])}
    assert {name for name, held in after.items() if held - before[name]} <= ACTS
    assert [] == unsound(house)
