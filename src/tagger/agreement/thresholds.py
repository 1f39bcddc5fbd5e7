"""How much to open, in the order of scores, for a wanted recall: conformal risk control on what people found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from tagger.agreement.estimates import check_level
from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Threshold:
    """
    The least share of the passages to open for a wanted recall.

    Args:
        wanted: the recall that is wanted.
        share: None where too few positives are known, and `reason` says how many it takes.
        recall: what is found with it, on average over samples like this one; not below what is wanted.
        at_least: the lower limit of what is found with it in this corpus.
        n_positives: on how many passages that show the value it rests.
        reason: empty where nothing is missing.
    """

    wanted: float
    share: float | None
    recall: float | None
    at_least: float | None
    n_positives: int
    reason: str = ""


def share_for_recall(depths: Floats, weights: Floats, wanted: float, level: float = 0.95) -> Threshold:
    """
    Return the least share of the passages to open, those with the highest scores first, for a wanted recall.

    Where the passages that people read were drawn at random, those that show the value are a random sample of all that
    do. The share that holds m of n of them holds m / (n + 1) of all on average, or more; so the least share with
    m / (n + 1) >= wanted keeps its promise on average, whatever the scores are worth (conformal risk control,
    Angelopoulos et al. 2024, *ICLR*, the risk being the part that is missed). What it finds is distributed as
    Beta(m, n + 1 - m), whose lower quantile is the limit (Wilks 1941, *Ann. Math. Stat.* 12, 91-96). Both hold for each
    wanted recall by itself, and for the corpus that was drawn from, not for other interviews.

    Passages drawn with unequal probabilities count by their weights: the one that is still to come by the largest
    (Tibshirani et al. 2019, *NeurIPS* 32), and n is the effective number for the limit (Kish 1965), which is then
    approximate.

    Args:
        depths: (n,), for each passage that shows the value the share of the passages that score as high or higher.
        weights: (n,), inverse inclusion probabilities.
        wanted: above 0 and below 1.
        level: of the lower limit.

    Raises:
        UsageError: a number is out of its range, or there is not one weight for each.
    """
    check_level(level)
    if not 0 < wanted < 1:
        raise UsageError(f"{wanted} is no recall to ask for", where="wanted", remedy="Give a share such as 0.9")
    if len(depths) != len(weights) or (np.asarray(weights) <= 0).any():
        raise UsageError("not every passage has a weight", where="weights", remedy="Give each one above 0")
    n = len(depths)
    order = np.argsort(depths, kind="stable")
    reached = np.cumsum(np.asarray(weights, dtype=np.float64)[order])
    total = float(reached[-1]) if n else 0.0
    largest = float(np.max(weights)) if n else 1.0
    enough = np.flatnonzero(reached >= wanted * (total + largest) * (1 - _ROUNDING))
    if not len(enough):
        return Threshold(wanted, None, None, None, n, _too_few(n, total / largest, wanted))
    share = float(np.asarray(depths)[order][enough[0]])
    recall, limit = (float(one[0]) for one in recall_of_shares(depths, weights, np.array([share]), level))
    return Threshold(wanted, share, recall, limit, n)


def recall_of_shares(depths: Floats, weights: Floats, shares: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """
    Return what is found by opening each of some shares: on average or more, and its lower limit; both (shares,).

    The numbers are those of `share_for_recall`, and each share holds by itself. All of the passages hold all of what
    there is.

    Args:
        depths: (n,), as in `share_for_recall`.
        weights: (n,), as there.
        shares: (shares,), of the passages, those with the highest scores first.
        level: of the lower limits.

    Raises:
        UsageError: the level is none, or nobody found the value.
    """
    check_level(level)
    if not len(depths):
        raise UsageError("nobody found the value", where="depths", remedy="Ask for values that people found")
    order = np.argsort(depths, kind="stable")
    reached = np.append(0.0, np.cumsum(np.asarray(weights, dtype=np.float64)[order]))
    within = reached[np.searchsorted(np.asarray(depths)[order], np.asarray(shares) + _ROUNDING, side="right")]
    total, everything = reached[-1], np.asarray(shares) >= 1
    effective = total**2 / float(np.square(weights).sum())
    m = effective * within / total
    limits = np.zeros(len(m))
    some = m > 0
    limits[some] = scipy.stats.beta.ppf(1 - level, m[some], effective + 1 - m[some])
    found = within / (total + float(np.max(weights)))
    return np.where(everything, 1.0, found), np.where(everything, 1.0, limits)


def _too_few(n: int, counts_as: float, wanted: float) -> str:
    needed = math.ceil(wanted / (1 - wanted) * (1 - _ROUNDING))
    weighed = f", counting as {counts_as:.1f}" if counts_as < n - _ROUNDING else ""
    return f"not enough positives (n = {n}{weighed}; {needed} needed for {100 * wanted:g}%)"
