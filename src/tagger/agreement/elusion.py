"""What is missed among the passages that are not suggested, and how many of them to read blind to know it."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

import scipy

from tagger.agreement.estimates import Estimate, Interval, not_estimable
from tagger.agreement.proportions import clopper_pearson_interval
from tagger.errors import UsageError


@dataclass(frozen=True, slots=True)
class ElusionRecall:
    """Recall by elusion, the share of what was not suggested that should have been; `reason` says why it is None."""

    value: float | None
    n_units: int
    elusion: Estimate
    interval: Interval | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """
    How many passages to read.

    Args:
        value: rounded up; None where no number is enough, and `reason` then says why.
        n_independent: how many it were if passages of one transcript were not alike.
        design_effect: how many times as many it takes because they are.
        reason: empty where nothing is missing.
    """

    value: int | None
    n_independent: int | None
    design_effect: float
    reason: str = ""


def elusion_recall(true_positives: int, null_size: int, sample: int, misses: int, level: float = 0.95) -> ElusionRecall:
    """
    Return recall from the suggested passages that are right and a sample of those that are not suggested.

    TP / (TP + e * N0), where e lies in its exact interval (Clopper & Pearson 1934; "ei-Recall", Losey 2015). It takes
    TP for known without error: where only a sample of the suggested was read, use `stratified_recall`.

    Args:
        true_positives: TP, how many suggested passages are right.
        null_size: N0, how many passages are not suggested.
        sample: how many of these were read, drawn at random.
        misses: in how many of the sample people found the value.
        level: the nominal coverage.

    Raises:
        UsageError: a number is negative, or there is more in the sample than there is.
    """
    if true_positives < 0 or not 0 <= misses <= sample <= null_size:
        raise UsageError(
            f"{misses} misses in a sample of {sample} out of {null_size} cannot be",
            where="misses",
            remedy="Count the misses within the sample, and the sample within what is not suggested",
        )
    if not sample:
        nothing = not_estimable("nothing was read of what is not suggested")
        return ElusionRecall(None, 0, nothing, reason=nothing.reason)
    elusion = clopper_pearson_interval(misses, sample, level)
    if elusion.value is None or elusion.interval is None or true_positives + misses == 0:
        return ElusionRecall(None, sample, elusion, reason="nobody found the value: not estimable")

    def recall(rate: float) -> float:
        return true_positives / (true_positives + rate * null_size)

    low, high = elusion.interval
    return ElusionRecall(recall(elusion.value), sample, elusion, (recall(high), recall(low)))


def plan_sample(
    *,
    elusion: float | None = None,
    half_width: float | None = None,
    prevalence: float | None = None,
    per_transcript: float = 1.0,
    icc: float = 0.0,
    level: float = 0.95,
) -> SampleSize:
    """
    Return how many passages to read blind: for a bound on what suggestions miss, or for an interval of a given width.

    Passages of one transcript are alike, and it takes 1 + (m - 1) ICC times as many as independent ones (Kish 1965,
    *Survey Sampling*, 5.4).

    Args:
        elusion: the share of what is not suggested that is to be shown not to be exceeded, if the sample has no miss.
        half_width: half of the Wilson interval's width, in the place of *elusion*.
        prevalence: the proportion that the interval is expected around; one half, which takes most, where unknown.
        per_transcript: m, how many passages are read of a transcript, on average.
        icc: how alike passages of one transcript are, the intraclass correlation.
        level: the nominal coverage.

    Raises:
        UsageError: both or neither of elusion and half_width are given, or a number is out of its range.
    """
    _check_plan(elusion, half_width, prevalence, per_transcript, icc, level)
    effect = 1 + (per_transcript - 1) * icc
    if not (elusion or half_width):
        return SampleSize(None, None, effect, "no sample is enough for that: only reading everything is")
    if elusion:
        n = _rounded_up(math.log(1 - level) / math.log(1 - elusion))
    else:
        n = _least_for(half_width or 0.0, 0.5 if prevalence is None else prevalence, level)
    return SampleSize(_rounded_up(n * effect), n, effect)


def _check_plan(
    elusion: float | None,
    half_width: float | None,
    prevalence: float | None,
    per_transcript: float,
    icc: float,
    level: float,
) -> None:
    if (elusion is None) == (half_width is None):
        raise UsageError("one thing is planned for at a time", where="elusion", remedy="Give elusion or half_width")
    shares = {"elusion": elusion, "half_width": half_width, "prevalence": prevalence, "icc": icc, "level": level}
    for name, share in shares.items():
        if share is not None and not (0 <= share < 1 or (share == 1 and name in ("prevalence", "icc"))):
            raise UsageError(f"{share} is no share", where=name, remedy="Give a number from 0 to below 1")
    if not per_transcript >= 1:
        raise UsageError(
            f"{per_transcript} passages of a transcript are too few", where="per_transcript", remedy="Read at least one"
        )


def _least_for(half_width: float, p: float, level: float) -> int:
    """Return the least n whose Wilson interval around p is not wider; it narrows as n grows."""
    z2 = float(scipy.stats.norm.ppf(0.5 + level / 2)) ** 2

    def narrow(n: int) -> bool:
        return math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n) <= half_width

    return bisect_left(range(math.ceil(z2 / (4 * half_width**2)) + 1), True, lo=1, key=narrow)


def _rounded_up(number: float) -> int:
    # Products such as 299 * 1.1 come out a hair above what they are.
    return math.ceil(number - 1e-9)
