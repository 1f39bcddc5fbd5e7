"""
How well a model finds what people found: by its yes, by the order of its scores, and by its scores as probabilities.

One value at a time. `y` is what people said, 0 or 1 (False or True); where it is None, NaN or pd.NA, the unit does not
count, and nothing else is asked of it. `weights` are inverse inclusion probabilities: in a sample in which suggested
passages are more frequent than in the corpus, only weighted numbers speak of the corpus. Units that were all suggested
show precision and nothing else: recall, average precision and calibration need a sample of what was not suggested too.
Nothing here has an interval: report `jackknife_interval` by transcript beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tagger.agreement.estimates import Estimate, not_estimable
from tagger.agreement.ratings import Column, Floats
from tagger.errors import UsageError

Strategy = Literal["mass", "width"]
Norm = Literal["l1", "l2", "max"]

NO_LABELS = "no unit has a label"
NO_YES = "people found none, so there is nothing to find"
NOTHING_PREDICTED = "the model said yes nowhere"
NO_YES_AT_ALL = "neither people nor the model said yes anywhere"
NO_PAIRS_IN_BINS = "no bin holds two units, so what is chance cannot be told"
CHANCE_ALONE = "its square is below 0 without what chance adds, and so it is 0"
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class CalibrationCurve:
    """
    What the model promised and what came of it, bin by bin from the lowest p; bins without units are not in it.

    Args:
        mean_p: of each bin the mean p.
        share_yes: the share of yes among its units.
        n: how many units it holds.
        mass: its share of all units, by weight where there are weights.
        effective: how many units of equal weight it is worth, (sum of w)^2 / sum of w^2 (Kish 1965, *Survey Sampling*).
        n_units: how many units have a label.
        reason: why there is no bin, else empty.
    """

    mean_p: tuple[float, ...]
    share_yes: tuple[float, ...]
    n: tuple[int, ...]
    mass: tuple[float, ...]
    effective: tuple[float, ...]
    n_units: int
    reason: str = ""

    @property
    def value(self) -> tuple[tuple[float, float], ...] | None:
        """Return the points of the curve, (mean p, share of yes)."""
        return tuple(zip(self.mean_p, self.share_yes, strict=True)) or None


@dataclass(frozen=True, slots=True)
class _Units:
    """The n units with a label: y, what the model said, and their weights, each (n,)."""

    y: Floats
    said: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Counts:
    """Weighted counts of the cells in which somebody said yes."""

    both: float
    model_alone: float
    people_alone: float
    n_units: int


def precision(y: Column, predicted: Column, weights: Column | None = None) -> Estimate:
    """
    Return the share of yes among the units to which the model said yes (van Rijsbergen 1979, ch. 7).

    Args:
        y: (units,), what people said.
        predicted: (units,), what the model said, 0 or 1.
        weights: (units,), inverse inclusion probabilities.
    """
    cells = _counts(y, predicted, weights)
    return _ratio(cells.both, cells.both + cells.model_alone, cells.n_units, NOTHING_PREDICTED)


def recall(y: Column, predicted: Column, weights: Column | None = None) -> Estimate:
    """Return the share of what people found that the model found (van Rijsbergen 1979, ch. 7)."""
    cells = _counts(y, predicted, weights)
    return _ratio(cells.both, cells.both + cells.people_alone, cells.n_units, NO_YES)


def f1(y: Column, predicted: Column, weights: Column | None = None) -> Estimate:
    """
    Return the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979, ch. 7).

    Of two coders it is their specific agreement on yes. Where only one side ever said yes, it is 0.
    """
    cells = _counts(y, predicted, weights)
    found = 2 * cells.both
    return _ratio(found, found + cells.model_alone + cells.people_alone, cells.n_units, NO_YES_AT_ALL)


def average_precision(y: Column, score: Column, weights: Column | None = None) -> Estimate:
    """
    Return the mean of the precisions at each gain in recall (Manning, Raghavan & Schütze 2008, ch. 8; scikit-learn's).

    *score* is any numbers, higher ones for a likelier yes. Its level by chance is the share of yes, so values of
    different prevalence are not comparable.
    """
    from sklearn.metrics import average_precision_score

    units = _units(y, score, weights, "score")
    if not len(units.y):
        return not_estimable(NO_LABELS)
    if not units.y.any():
        return not_estimable(NO_YES, len(units.y))
    value = average_precision_score(units.y, units.said, sample_weight=units.weights)
    return Estimate(float(value), len(units.y))


def brier_score(y: Column, p: Column, weights: Column | None = None) -> Estimate:
    """Return the mean of (p - y)^2, 0 at best (Brier 1950, *Monthly Weather Review* 78, 1-3)."""
    units = _units(y, p, weights, "p")
    if not len(units.y):
        return not_estimable(NO_LABELS)
    return Estimate(float(np.average((units.said - units.y) ** 2, weights=units.weights)), len(units.y))


def calibration_curve(
    y: Column, p: Column, bins: int = 10, strategy: Strategy = "mass", weights: Column | None = None
) -> CalibrationCurve:
    """
    Return the share of yes against the mean p in each bin (DeGroot & Fienberg 1983, *The Statistician* 32, 12-22).

    Args:
        y: (units,), what people said.
        p: (units,), the model's probabilities.
        bins: how many at most.
        strategy: "mass" for bins with as nearly as possible the same weight; equal p are never parted, and the order
            of the units does not matter. "width" for [0, 1/bins), [1/bins, 2/bins) and so on, the last with its end.
        weights: (units,), inverse inclusion probabilities.

    Raises:
        UsageError: a p is not between 0 and 1, or the bins are no bins.
    """
    if not isinstance(bins, int | np.integer) or isinstance(bins, bool) or bins < 1:
        raise UsageError(f"{bins!r} is no number of bins", where="bins", remedy="Give a whole number above 0")
    units = _units(y, p, weights, "p")
    if not len(units.y):
        return CalibrationCurve((), (), (), (), (), 0, NO_LABELS)
    _, place = np.unique(_places(units, int(bins), strategy), return_inverse=True)
    mass = np.bincount(place, units.weights)
    return CalibrationCurve(
        tuple((np.bincount(place, units.weights * units.said) / mass).tolist()),
        tuple((np.bincount(place, units.weights * units.y) / mass).tolist()),
        tuple(np.bincount(place).tolist()),
        tuple((mass / mass.sum()).tolist()),
        tuple((mass**2 / np.bincount(place, units.weights**2)).tolist()),
        len(units.y),
    )


def expected_calibration_error(
    y: Column, p: Column, bins: int = 10, strategy: Strategy = "width", norm: Norm = "l1", weights: Column | None = None
) -> Estimate:
    """
    Return how far shares of yes are from mean p, bins weighted by mass (Naeini, Cooper & Hauskrecht 2015, AAAI).

    It depends on the bins, and with few units it is too large even for a perfect model. Arguments without a word here
    are those of `calibration_curve`.

    Args:
        norm: "l1" for the mean distance, "l2" for the root of the mean square, "max" for the largest.
    """
    if norm not in ("l1", "l2", "max"):
        raise UsageError(f"there is no norm {norm!r}", where="norm", remedy="Choose l1, l2 or max")
    curve = calibration_curve(y, p, bins, strategy, weights)
    if curve.value is None:
        return not_estimable(curve.reason)
    gaps, mass = np.abs(np.subtract(curve.mean_p, curve.share_yes)), np.array(curve.mass)
    if norm == "max":
        return Estimate(float(gaps.max()), curve.n_units)
    value = (mass * gaps).sum() if norm == "l1" else np.sqrt((mass * gaps**2).sum())
    return Estimate(float(value), curve.n_units)


def debiased_calibration_error(
    y: Column, p: Column, bins: int = 10, strategy: Strategy = "mass", weights: Column | None = None
) -> Estimate:
    """
    Return the root mean square distance of shares of yes from mean p, without what chance adds to its square.

    From the square of each bin's distance s (1 - s) / (n - 1) is subtracted, the variance of its share of yes s among n
    units (Kumar, Liang & Ma 2019, "Verified Uncertainty Calibration", *NeurIPS*; after Bröcker 2012, *Climate Dynamics*
    39, 655-667); with weights, n is the effective number of units. Where p is the same throughout a bin, the square is
    unbiased, and for a well calibrated model it is below 0 about as often as above: the value then is 0, and `reason`
    says so. Where p differs within a bin, it is a little too low.

    A bin with one unit shows no variance; it is left out, and `n_units` counts the units of the others. The plain error
    is `expected_calibration_error` with the norm "l2". Arguments are those of `calibration_curve`.
    """
    curve = calibration_curve(y, p, bins, strategy, weights)
    if curve.value is None:
        return not_estimable(curve.reason)
    n = np.array(curve.effective)
    used = n > 1 + ROUNDING
    if not used.any():
        return not_estimable(NO_PAIRS_IN_BINS, curve.n_units)
    n, share, gaps = n[used], np.array(curve.share_yes)[used], np.subtract(curve.mean_p, curve.share_yes)[used]
    square = float(np.average(gaps**2 - share * (1 - share) / (n - 1), weights=np.array(curve.mass)[used]))
    units = int(np.array(curve.n)[used].sum())
    return Estimate(float(np.sqrt(square)), units) if square >= 0 else Estimate(0.0, units, reason=CHANCE_ALONE)


def _places(units: _Units, bins: int, strategy: Strategy) -> npt.NDArray[np.int64]:
    """Return (n,): the bin of each unit."""
    if strategy == "width":
        return np.asarray(np.searchsorted(np.arange(1, bins) / bins, units.said, side="right"), dtype=np.int64)
    if strategy != "mass":
        raise UsageError(f"there is no strategy {strategy!r}", where="strategy", remedy="Choose mass or width")
    _, which = np.unique(units.said, return_inverse=True)
    mass = np.bincount(which, units.weights)
    middle = (mass.cumsum() - mass / 2) / mass.sum()
    return np.asarray(np.minimum(np.floor(bins * middle + ROUNDING), bins - 1)[which], dtype=np.int64)


def _counts(y: Column, predicted: Column, weights: Column | None) -> _Counts:
    units = _units(y, predicted, weights, "predicted")
    yes, said = units.y * units.weights, units.said
    alone = (1 - units.y) * units.weights
    return _Counts(float(yes @ said), float(alone @ said), float(yes @ (1 - said)), len(units.y))


def _ratio(part: float, whole: float, n: int, reason: str) -> Estimate:
    if not n:
        return not_estimable(NO_LABELS)
    return Estimate(part / whole, n) if whole else not_estimable(reason, n)


def _units(y: Column, said: Column, weights: Column | None, where: str) -> _Units:
    """Return the units with a label; *where* is the name of the argument that *said* is."""
    labels = np.fromiter(y, dtype=object, count=len(y))
    for name, column in ((where, said), ("weights", weights)):
        if column is not None and len(column) != len(labels):
            what = f"there are {len(labels)} labels and {len(column)} {name}"
            raise UsageError(what, where=name, remedy="Give one for each unit, in the same order")
    labelled = ~pd.isna(labels)
    numbers = _numbers(said, labelled, where)
    each = np.ones(len(numbers)) if weights is None else _numbers(weights, labelled, "weights")
    if (each <= 0).any():
        raise UsageError("a weight is not above 0", where="weights", remedy="Give 1 / the probability of being drawn")
    return _Units(_numbers(labels, labelled, "y"), numbers, each)


def _numbers(column: Column, labelled: npt.NDArray[np.bool_], where: str) -> Floats:
    """Return the numbers of the units with a label, checked for what they must be."""
    cells = np.fromiter(column, dtype=object, count=len(column))[labelled]
    try:
        numbers: Floats = np.where(pd.isna(cells), np.nan, cells).astype(float)
    except (TypeError, ValueError):
        raise UsageError("they are not all numbers", where=where, remedy="Give one number for each unit") from None
    if not np.isfinite(numbers).all():
        raise UsageError("one is missing or infinite", where=where, remedy="Give it for each unit that has a label")
    if where in ("y", "predicted") and not np.isin(numbers, (0, 1)).all():
        raise UsageError("yes is 1 and no is 0, and there is something else", where=where, remedy="Give 0 or 1")
    if where == "p" and ((numbers < 0) | (numbers > 1)).any():
        raise UsageError("a probability is not between 0 and 1", where="p", remedy="Calibrate the scores first")
    return numbers
