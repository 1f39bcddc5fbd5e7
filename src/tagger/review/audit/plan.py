"""How many passages of a dataset it takes to know something about its suggestions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tagger.agreement import plan_sample
from tagger.review.audit.frame import FAR, NEAR, STRATA, SUGGESTED, Frame


@dataclass(frozen=True, slots=True)
class Goal:
    """
    What is to be known.

    Args:
        elusion: the share of what is not suggested that is to be shown not to be exceeded.
        half_width: half the width of an interval.
        prevalence: the share of the passages that a value is expected in.
        icc: how alike passages of one transcript are.
    """

    elusion: float = 0.01
    half_width: float = 0.1
    prevalence: float = 0.1
    icc: float = 0.1


@dataclass(frozen=True, slots=True)
class Need:
    """
    How many passages to read of those there are.

    Args:
        here: for what is said of these transcripts, each of which has its part in the sample; at most `there_are`.
        like_these: for what is said of interviews like these, whose passages are alike within each; None where no
            number of passages from so few transcripts is enough.
        there_are: how many passages there are, `transcripts` of how many transcripts.
        positives: how many of those for `here` count, where not all do.
    """

    here: int
    like_these: int | None
    there_are: int
    transcripts: int
    positives: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What each goal needs, and a size for each stratum that serves elusion and the precision of suggestions."""

    elusion: Need
    share: Need
    recall: Need
    sizes: dict[str, int]


def plan(found: Frame, goal: Goal) -> Plan:
    """
    Say how many passages of a frame to read for a goal.

    Raises:
        UsageError: a number of the goal is out of its range.
    """
    width, seen_in = goal.half_width, goal.prevalence
    elusion = _needed(found, (NEAR, FAR), goal.icc, elusion=goal.elusion)
    share = _needed(found, STRATA, goal.icc, half_width=width, prevalence=seen_in)
    recall = _needed(found, STRATA, goal.icc, one_in=seen_in, half_width=width)
    precision = _needed(found, (SUGGESTED,), goal.icc, half_width=width)
    others = elusion.like_these or elusion.here
    sizes = {name: _part(others, found.size(name), elusion.there_are) for name in (NEAR, FAR)}
    return Plan(elusion, share, recall, {SUGGESTED: precision.like_these or precision.here, **sizes})


def _needed(found: Frame, strata: tuple[str, ...], icc: float, *, one_in: float = 1.0, **goal: float) -> Need:
    """
    Return how many passages of some strata are enough, given how many of a transcript are then read.

    Args:
        one_in: the share of the passages that count.
    """
    there_are, transcripts = found.size(*strata), found.transcripts(*strata)
    alone = plan_sample(**goal).value or 0
    read, needed = 0, math.ceil(alone / one_in)
    while read < needed <= there_are:
        read = needed
        size = plan_sample(**goal, per_transcript=max(1.0, read * one_in / transcripts), icc=icc)
        needed = max(read, math.ceil((size.value or 0) / one_in))
    here = min(there_are, math.ceil(alone / one_in))
    return Need(here, needed if needed <= there_are else None, there_are, transcripts, alone)


def _part(sample: int, size: int, whole: int) -> int:
    """Return a stratum's part in a sample, in proportion to its size; a draw takes one at least of each."""
    return max(1, math.ceil(sample * size / max(1, whole)))
