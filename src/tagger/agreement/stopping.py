"""
When to stop looking: how much of what shows a value has been found at least, from an audit and never from scores.

What was found before an audit was drawn is known. Of all other passages the audit holds a random sample, and what it
brought to light limits how many more there can be. The limit is exact: it rests on the draw alone, and on no model of
passages or of people.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tagger.agreement.elusion import SampleSize
from tagger.agreement.estimates import check_level
from tagger.agreement.missed import Searched, improbable, most_missed, probabilities
from tagger.errors import UsageError
from tagger.wording import several

_FIRST, _NEXT = 0.8, 0.2
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class FoundAtLeast:
    """
    How much of what shows a value has been found.

    Args:
        value: the share as estimated; None where it is not estimable, and `reason` says why.
        at_least: the lower limit of the share; None where nobody has found the value.
        found: how many passages people have found to show it.
        missed: how many more there are, as estimated; None where the audit cannot say.
        missed_at_most: the upper limit of how many more there are.
        confidence: of all audits of a dataset together.
        alone: of this audit by itself.
        population: how many passages the value had not been found in before the draw.
        sampled: how many of these were drawn.
        unanswered: how many of the drawn ones nobody has answered; they count as if each showed it.
        reason: empty where nothing is missing.
    """

    value: float | None
    at_least: float | None
    found: int
    missed: float | None
    missed_at_most: int
    confidence: float
    alone: float
    population: int
    sampled: int
    unanswered: int
    reason: str = ""

    def words(self, name: str) -> str:
        """Say it in a sentence, of a value of this name."""
        unread = f", {self.unanswered:,} not yet read" if self.unanswered else ""
        sure = f"With {100 * self.confidence:g}% confidence"
        if self.at_least is None:
            return (
                f"Nobody has found {name} yet. {sure} at most {self.missed_at_most:,} of "
                f"{several(self.population, 'passage')} show it (audit of {self.sampled:,} of them{unread})."
            )
        # Rounded down: what is at least 0.899 is not at least 90%.
        share = int(100 * self.at_least + _ROUNDING)
        return (
            f"{sure} at least {share}% of the passages showing {name} have been found ({self.found:,} found, at most "
            f"{self.missed_at_most:,} missed; audit of {several(self.sampled, 'other passage')}{unread})."
        )


def found_at_least(strata: Sequence[Searched], found: int, *, look: int = 1, level: float = 0.95) -> FoundAtLeast:
    """
    Return how much of what shows a value has been found, with an exact lower limit.

    A passage shows the value if somebody has found it there, or if one of the audit's readers would. M_h passages of
    stratum h do, though nobody had found it before the draw, and x_h of the sample; M is their sum. M is too large to
    be believed if, however it is shared out among the strata, the sum of x_h N_h / n_h is so small with a probability
    of at most alpha. M_h being known, x_h is hypergeometric, so the limit is the largest M for which some shares leave
    more than alpha (Buonaccorsi 1987, *The American Statistician* 41, 215-218, for one stratum; Wendell & Schmee 1996,
    *JASA* 91, 825-831, for several). Of what shows the value at least found / (found + M - x) is found.

    Sampled passages that nobody has answered count as if each showed it, so that the limit holds while people read and
    rises as they go on. Audits are looks: the k-th of a dataset may err with probability 0.8 * 0.2^(k - 1) of
    what all together may, so that a team may draw another audit until one says enough.

    Args:
        strata: those of the audit; where nothing of a stratum was drawn, all of it may show the value.
        found: in how many passages of the frame somebody has found the value until now, in the audit too.
        look: k, this being the k-th audit of its dataset.
        level: the confidence of all audits of a dataset together.

    Raises:
        UsageError: a number cannot be.
    """
    _check(strata, found, look, level)
    alpha = _FIRST * _NEXT ** (look - 1) * (1 - level)
    known = sum(one.found + one.unanswered for one in strata if one.sample == one.population)
    unseen = sum(one.population for one in strata if not one.sample)
    sampled = [one for one in strata if 0 < one.sample < one.population]
    audited = sum(one.found for one in strata)
    most = known + unseen + (most_missed(sampled, alpha) if sampled else 0) - audited
    missed = _missed(strata)
    value = found / (found + missed) if found and missed is not None else None
    reason = "" if value is not None else "not estimable: nobody has found it yet"
    if found and missed is None:
        reason = "not estimable: nobody has read any of a part of the audit yet"
    return FoundAtLeast(
        value,
        found / (found + most) if found else None,
        found,
        missed,
        most,
        level,
        1 - alpha,
        sum(one.population for one in strata),
        sum(one.sample for one in strata),
        sum(one.unanswered for one in strata),
        reason,
    )


def plan_search(found: int, population: int, *, share: float = 0.9, look: int = 1, level: float = 0.95) -> SampleSize:
    """
    Return how many of the other passages to read blind to be able to stop, if the value is found in none of them.

    With so many of them drawn, the same part of each stratum, `found_at_least` is at least the share.

    Args:
        found: in how many passages the value has been found.
        population: how many other passages there are.
        share: what share is to have been found at least.
        look: which audit of its dataset that is.
        level: as in `found_at_least`.

    Raises:
        UsageError: a number cannot be.
    """
    _check([Searched(population, 0, 0)], found, look, level)
    check_level(share)
    alpha = _FIRST * _NEXT ** (look - 1) * (1 - level)
    one_too_many = int(found * (1 - share) / share + _ROUNDING) + 1
    if not found:
        return SampleSize(None, None, 1.0, "nobody has found it yet: no share of it can be shown")
    if one_too_many > population:
        return SampleSize(0, 0, 1.0)

    def enough(n: int) -> bool:
        return bool(improbable(probabilities(population, n, np.array([one_too_many]), 0), alpha).all())

    n = bisect_left(range(population), True, key=enough)
    return SampleSize(n, n, 1.0)


def _check(strata: Sequence[Searched], found: int, look: int, level: float) -> None:
    check_level(level)
    if look < 1:
        raise UsageError(f"there is no audit number {look}", where="look", remedy="Give 1 for the first")
    for one in strata:
        if min(one.found, one.unanswered) < 0 or not one.found + one.unanswered <= one.sample <= one.population:
            raise UsageError(
                f"{one.found} finds and {one.unanswered} without an answer in a sample of {one.sample} out of "
                f"{one.population} cannot be",
                where="strata",
                remedy="Count both within the sample, and the sample within the stratum",
            )
    if found < sum(one.found for one in strata):
        raise UsageError("the audit found more", where="found", remedy="Count what the audit found, too")


def _missed(strata: Sequence[Searched]) -> float | None:
    """Return how many are still missed, as estimated from what was answered; None where nothing of a part was."""
    read = [(one, one.sample - one.unanswered) for one in strata if one.population]
    if any(not answered for _, answered in read):
        return None
    return float(sum(one.found * (one.population / answered - 1) for one, answered in read))
