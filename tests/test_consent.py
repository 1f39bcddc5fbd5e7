"""When a proposal stands: nobody objects, and all have answered or the date for it has passed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.consent import POSITIONS, state

LAST = date(2026, 5, 10)
PEOPLE = ("ann", "ben", "cora")


@pytest.mark.parametrize(
    ("positions", "today", "found"),
    [
        ({}, LAST, "open"),
        ({"ann": "agree", "ben": "agree"}, LAST, "open"),
        ({"ann": "agree", "ben": "agree", "cora": "can live with"}, LAST, "stands"),
        ({"ann": "agree", "ben": "can live with"}, LAST + timedelta(days=1), "stands"),
        ({"ann": "agree"}, LAST + timedelta(days=400), "open"),
        ({"ann": "agree", "ben": "object"}, LAST + timedelta(days=400), "held"),
        ({"ann": "agree", "ben": "agree", "cora": "object"}, LAST, "held"),
        ({"ann": "agree", "ben": "agree", "cora": "agree", "dee": "object"}, LAST, "held"),
        ({"ann": "agree", "dee": "agree"}, LAST + timedelta(days=1), "stands"),
    ],
)
def test_a_proposal_stands_without_objections(positions, today, found) -> None:
    """All who were named answer, or two do until the date; an objection of anybody holds it, at any date."""
    assert found == state(PEOPLE, positions, LAST, today)


def test_without_a_date_all_are_waited_for() -> None:
    """A proposal without a date for answers waits for everybody who was named."""
    positions = {"ann": "agree", "ben": "agree"}

    assert "open" == state(PEOPLE, positions, None, LAST + timedelta(days=10_000))
    assert "stands" == state(PEOPLE[:2], positions, None, LAST)


def test_an_objection_to_an_earlier_round_is_open_until_this_one_is_answered() -> None:
    """Silence takes no objection back, and an answer does."""
    positions = {"ann": "agree", "ben": "agree"}

    assert "held" == state(PEOPLE, positions, LAST, LAST + timedelta(days=1), ["cora"])
    assert "stands" == state(PEOPLE, positions | {"cora": "can live with"}, LAST, LAST, ["cora"])


def test_nobody_consents_alone() -> None:
    """A proposal that names only the one who made it does not stand by itself."""
    assert "open" == state(["ann"], {"ann": "agree"}, LAST, LAST + timedelta(days=1))


@given(
    positions=st.dictionaries(st.sampled_from([*PEOPLE, "dee"]), st.sampled_from(POSITIONS)),
    days=st.integers(-5, 5),
)
def test_no_majority_outweighs_an_objection(positions, days) -> None:
    """Whoever agrees, and whenever: what somebody objects to does not stand; one more who agrees undoes no consent."""
    today = LAST + timedelta(days=days)
    found = state(PEOPLE, positions, LAST, today)

    assert (found == "held") == ("object" in positions.values())
    if found == "stands":
        assert len(positions) >= 2
        assert "stands" == state(PEOPLE, {**positions, "eli": "agree"}, LAST, today + timedelta(days=1))
