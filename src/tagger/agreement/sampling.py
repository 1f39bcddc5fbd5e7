"""
What suggestions miss, from a random sample of passages that people read blind.

Reading what was suggested tells how often suggestions are right and never how much they miss: that takes passages
that were not suggested, drawn with known probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from tagger.agreement.estimates import Estimate, Interval, check_level, not_estimable
from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

Labels = Sequence[Any] | npt.NDArray[Any]
Strata = Sequence[Hashable] | npt.NDArray[Any]

HIT, FALSE_ALARM, MISS, REST = range(4)
"""The four cells of a stratum: suggested or not, by whether people found the value there."""
HALF = 0.5
"""The prior weight of each cell that can occur."""
THIN = 50
"""With fewer passages read, a stratum shares its halves with others."""

ROUNDING = 1e-12
_FEW = "not estimable: the value was found in {} passages, and it takes {}"


@dataclass(frozen=True, slots=True)
class StratifiedRecall:
    """
    What suggestions find and miss in the whole frame, as a sample of it says; `value` is the recall.

    Args:
        recall: hits / (hits + misses).
        precision: hits / suggested.
        elusion: misses / not suggested.
        prevalence: (hits + misses) / all.
        n_positives: in how many of the sampled passages people found the value.
        hits: how many passages of the frame are suggested rightly, as estimated; None where a stratum is unread.
        false_alarms: how many are suggested wrongly.
        misses: how many are not suggested though the value is there.
    """

    recall: Estimate
    precision: Estimate
    elusion: Estimate
    prevalence: Estimate
    n_positives: int
    hits: float | None = None
    false_alarms: float | None = None
    misses: float | None = None

    @property
    def value(self) -> float | None:
        """Return the recall."""
        return self.recall.value

    @property
    def interval(self) -> Interval | None:
        """Return the interval of the recall."""
        return self.recall.interval

    @property
    def n_units(self) -> int:
        """Return how many passages were read."""
        return self.recall.n_units

    @property
    def reason(self) -> str:
        """Return why there is no recall."""
        return self.recall.reason


def stratified_recall(
    labels: Labels,
    suggested: Labels,
    strata: Strata,
    frame_sizes: Mapping[Any, int],
    *,
    mixed: Collection[Hashable] = (),
    least: int = 10,
    draws: int = 4000,
    seed: int = 0,
    level: float = 0.95,
) -> StratifiedRecall:
    """
    Return recall, precision, elusion and prevalence in a frame, from a simple random sample of each stratum.

    Totals weigh each passage by N_h / n_h (Horvitz & Thompson 1952, *JASA* 47, 663-685). Intervals are quantiles of
    drawn totals, half a passage being added to each cell (beta-binomial; Webber 2013, *ACM Trans. Inf. Syst.* 31(1)):
    in a stratum that is wholly suggested, or wholly not, people can only have said yes or no, p ~ Beta(x + 1/2,
    n - x + 1/2) and the total is x + Binomial(N - n, p). A stratum that holds both has four cells, and p is Dirichlet,
    the total multinomial. Strata of which fewer than 50 passages were read share their halves with those that are alike
    in this and in weight (within a factor of two), for in many small strata, such as one per transcript, halves would
    outweigh what was read. Intervals speak of this frame, not of interviews like these, and always hold the value.

    Args:
        labels: (n,), 1 or 0: whether people, who saw no suggestion, found the value in the passage.
        suggested: (n,), 1 or 0: whether it is suggested.
        strata: (n,), the stratum that each was drawn from.
        frame_sizes: N_h, how many passages each stratum holds, also those of which none was drawn.
        mixed: the strata of the frame that hold suggested passages and others. Those whose sample does need not be
            named; one that is not named and whose sample is all alike is taken to be alike altogether.
        least: with fewer positives in the sample, recall and precision are not estimable. Elusion and prevalence are
            shares of what was read, and their intervals hold with none found too.
        draws: how many totals are drawn for the intervals.
        seed: of the random numbers; the same seed gives the same interval.
        level: the nominal coverage.

    Raises:
        UsageError: something else than 1 and 0, a stratum of unknown size, or more read than there is.
    """
    check_level(level)
    if not isinstance(draws, int | np.integer) or draws < 1:
        raise UsageError(
            f"{draws!r} is no number of draws", where="draws", remedy="Give a whole number, some thousands"
        )
    if any(name not in frame_sizes for name in mixed):
        raise UsageError("a mixed stratum is not in the frame", where="mixed", remedy="Name strata of frame_sizes")
    counts, sizes, names = _cells(labels, suggested, strata, frame_sizes)
    sampled = counts.sum(axis=1)
    n, positives = int(sampled.sum()), int(counts[:, [HIT, MISS]].sum())
    if refused := _unread(sampled, names):
        nothing = not_estimable(refused, n)
        return StratifiedRecall(nothing, nothing, nothing, nothing, positives)
    totals = (sizes / sampled) @ counts
    possible = _possible(counts, np.array([name in mixed for name in names]))
    drawn = _drawn(counts, sizes, possible, draws, np.random.default_rng(seed))

    def ratio(part: list[int], whole: list[int], n_units: int, none: str) -> Estimate:
        return _ratio(totals, drawn, part, whole, n_units, none, level)

    read = counts.sum(axis=0)
    shown = int(read[[HIT, FALSE_ALARM]].sum())
    recall = ratio([HIT], [HIT, MISS], n, "nobody found the value")
    precision = ratio([HIT], [HIT, FALSE_ALARM], shown, "nothing that was read is suggested")
    if positives < least:
        recall, precision = (not_estimable(_FEW.format(positives, least), units) for units in (n, shown))
    return StratifiedRecall(
        recall,
        precision,
        ratio([MISS], [MISS, REST], int(read[[MISS, REST]].sum()), "all that was read is suggested"),
        ratio([HIT, MISS], [HIT, FALSE_ALARM, MISS, REST], n, "the frame is empty"),
        positives,
        *map(float, totals[:REST]),
    )


def linearised_recall(
    labels: Labels,
    suggested: Labels,
    strata: Strata,
    frame_sizes: Mapping[Any, int],
    *,
    least: int = 10,
    level: float = 0.95,
) -> Estimate:
    """
    Return the recall in a frame with its linearised interval on the logit scale, as survey software prints it.

    Recall R is a ratio of weighted totals, and each passage adds z = y (f - R) / (TP + FN) to its error, y being what
    people said and f what is suggested; the variance is the sum over the strata of N^2 (1 - n / N) s_z^2 / n (Särndal,
    Swensson & Wretman 1992, *Model Assisted Survey Sampling*, ch. 5). In simulations it covered less often than the
    drawn interval of `stratified_recall`, at the same width: it is here to compare with. Arguments are those of
    `stratified_recall`.

    There is no interval where recall is 0 or 1, where a single passage of a stratum was read, and where those of each
    stratum are alike.

    Raises:
        UsageError: as there.
    """
    check_level(level)
    counts, sizes, names = _cells(labels, suggested, strata, frame_sizes)
    read = counts.sum(axis=1)
    n, positives = int(read.sum()), int(counts[:, [HIT, MISS]].sum())
    if refused := _unread(read, names):
        return not_estimable(refused, n)
    if positives < least or not positives:
        return not_estimable(_FEW.format(positives, max(least, 1)), n)
    hits, _, misses, _ = (sizes / read) @ counts
    found, recall = hits + misses, hits / (hits + misses)
    z = np.array([1 - recall, 0, -recall, 0]) / found
    around = z - (counts @ z / read)[:, None]
    spread = (counts * around**2).sum(axis=1) / np.maximum(read - 1, 1)
    se = math.sqrt((sizes**2 * (1 - read / sizes) * spread / read).sum())
    reason = ""
    if not 0 < recall < 1:
        reason = f"no interval: recall is {recall:g} in the sample, and has no logit"
    elif ((read == 1) & (sizes > 1)).any():
        reason = "no interval: of a stratum a single passage was read"
    elif se < ROUNDING and (read < sizes).any():
        reason = "no interval: in each stratum all passages that were read are alike"
    if reason:
        return Estimate(float(recall), n, reason=reason)
    reach = float(scipy.stats.norm.ppf(0.5 + level / 2)) * se / (recall * (1 - recall))
    low, high = scipy.special.expit(scipy.special.logit(recall) + np.array([-reach, reach]))
    return Estimate(float(recall), n, interval=(float(low), float(high)))


def _unread(read: Floats, names: list[Hashable]) -> str:
    """Say why nothing is estimable from so many passages of each stratum; empty where all were read of."""
    unread = [str(name) for name, n in zip(names, read, strict=True) if not n]
    if unread or not names:
        reason = f"nothing was read of {', '.join(unread)}" if unread else "the frame is empty"
        return f"not estimable: {reason}"
    return ""


def _cells(
    labels: Labels, suggested: Labels, strata: Strata, frame_sizes: Mapping[Any, int]
) -> tuple[Floats, Floats, list[Hashable]]:
    """Return (strata, 4) counts of the sample, (strata,) sizes and the names of the strata that hold anything."""
    found, shown = _yes_or_no(labels, "labels"), _yes_or_no(suggested, "suggested")
    if not len(found) == len(shown) == len(strata):
        raise UsageError(
            f"there are {len(found)} labels, {len(shown)} suggestions and {len(strata)} strata",
            where="strata",
            remedy="Give each passage one of each",
        )
    for name, size in frame_sizes.items():
        if not isinstance(size, Real) or not float(size).is_integer() or size < 0:
            what, remedy = f"stratum {name!r} has the size {size!r}", "Give the number of passages that it holds"
            raise UsageError(what, where="frame_sizes", remedy=remedy)
    names = sorted((name for name, size in frame_sizes.items() if size), key=repr)
    place_of = {name: place for place, name in enumerate(names)}
    for name in strata:
        if name not in place_of:
            raise UsageError(
                f"stratum {name!r} has no size", where="frame_sizes", remedy="Say how many passages it holds"
            )
    sizes = np.array([frame_sizes[name] for name in names], dtype=np.float64)
    cells = 4 * np.array([place_of[name] for name in strata], dtype=np.int64) + 2 * (1 - shown) + 1 - found
    counts = np.bincount(cells, minlength=4 * len(names)).reshape(-1, 4).astype(np.float64)
    for name, size, read in zip(names, sizes, counts.sum(axis=1), strict=True):
        if read > size:
            raise UsageError(
                f"{read:.0f} were read of the {size:g} passages of stratum {name!r}",
                where="frame_sizes",
                remedy="Give the number of passages that it was drawn from, each drawn once at most",
            )
    return counts, sizes, names


def _yes_or_no(answers: Labels, where: str) -> npt.NDArray[np.int64]:
    wrong = [answer for answer in answers if pd.isna(answer) or answer not in (0, 1)]
    if wrong:
        raise UsageError(f"{wrong[0]!r} is neither 1 nor 0", where=where, remedy="Leave out what has no answer")
    return np.array([int(answer) for answer in answers], dtype=np.int64)


def _possible(counts: Floats, mixed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return (strata, 4): whether a passage of the stratum can be in the cell."""
    shown = counts[:, [HIT, FALSE_ALARM]].any(axis=1) | mixed
    other = counts[:, [MISS, REST]].any(axis=1) | mixed
    return np.stack([shown, shown, other, other], axis=1)


def _groups(counts: Floats, weights: Floats, possible: npt.NDArray[np.bool_]) -> Iterable[npt.NDArray[np.int64]]:
    """Return the strata that share their halves: each alone, but thin ones with their like."""
    keys = [
        (at, ()) if read >= THIN or weight == 1 else (-1, (*cells, round(math.log2(weight))))
        for at, (read, cells, weight) in enumerate(zip(counts.sum(axis=1), possible, weights, strict=True))
    ]
    return [np.array([at for at, key in enumerate(keys) if key == one]) for one in dict.fromkeys(keys)]


def _drawn(
    counts: Floats, sizes: Floats, possible: npt.NDArray[np.bool_], draws: int, random: np.random.Generator
) -> Floats:
    """Return (draws, 4): totals of the frame that the sample leaves possible."""
    read, totals = counts.sum(axis=1), np.zeros((draws, 4))
    weights = sizes / read
    for group in _groups(counts, weights, possible):
        size, n = sizes[group].sum(), read[group].sum()
        found = weights[group] @ counts[group] / size
        effective = size**2 / (sizes[group] @ weights[group])
        shares = random.standard_gamma((effective * found + HALF) * possible[group[0]], size=(draws, 4))
        totals += n * found + random.multinomial(int(size - n), shares / shares.sum(axis=1, keepdims=True))
    return totals


def _ratio(
    totals: Floats, drawn: Floats, part: list[int], whole: list[int], n_units: int, none: str, level: float
) -> Estimate:
    if not totals[whole].sum():
        return not_estimable(f"not estimable: {none}", n_units)
    value = float(totals[part].sum() / totals[whole].sum())
    parts, wholes = drawn[:, part].sum(axis=1), drawn[:, whole].sum(axis=1)
    shares = parts[wholes > 0] / wholes[wholes > 0]
    low, high = np.quantile(shares, [0.5 - level / 2, 0.5 + level / 2])
    return Estimate(value, n_units, interval=(min(value, float(low)), max(value, float(high))))
