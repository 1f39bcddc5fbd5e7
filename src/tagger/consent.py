"""
Consent: when a proposal stands, whatever it is about.

People agree with a proposal, can live with it, or object with a reason. No majority decides: it stands when nobody
objects, and what the others hold is kept beside it. The source is sociocratic consent decision-making as peer
researchers use it (Mackay et al. 2022, doi 10.1080/18387357.2022.2033128).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal

Position = Literal["agree", "can live with", "object"]
POSITIONS: tuple[Position, ...] = ("agree", "can live with", "object")

State = Literal["open", "held", "stands"]
"""Of a proposal: answers are still waited for; an objection holds it; it stands."""
IN_WORDS: Mapping[State, str] = {"open": "waits for answers", "held": "an objection holds it", "stands": "stands"}

FEWEST = 2
"""Answers without which nothing stands: consent is between people."""


def state(
    named: Collection[str],
    positions: Mapping[str, Position],
    answers_by: date | None,
    today: date,
    objecting: Collection[str] = (),
) -> State:
    """
    Say how a proposal stands.

    It stands when all who were named have answered, or when the date for answers has passed, with at least two answers
    and without an open objection.

    Args:
        named: the people whose answers are waited for.
        positions: each person's newest position on it, of people who were not named too.
        answers_by: the last day for answers; None: all are waited for.
        today: the day on which is asked.
        objecting: people who objected to an earlier round and have said nothing of this one: their objection is open.
    """
    if "object" in positions.values() or not set(objecting) <= positions.keys():
        return "held"
    complete = set(named) <= positions.keys() or (answers_by is not None and answers_by < today)
    return "stands" if complete and len(positions) >= FEWEST else "open"
