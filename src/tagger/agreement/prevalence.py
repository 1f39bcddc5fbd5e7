"""
How common a value is, from passages that people read and a model's word on the others.

A model's labels alone are biased, also where most are right (Egami et al. 2023, *NeurIPS*). Here people's labels
correct them, and the result is unbiased however poor the model is: at worst it is no more certain than people alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from tagger.agreement.clusters import FEWEST
from tagger.agreement.estimates import Estimate, check_level, not_estimable
from tagger.agreement.ratings import Codes, Floats
from tagger.errors import UsageError

Method = Literal["ppi", "ppi++", "ht", "dsl"]
Numbers = Sequence[float] | npt.NDArray[Any]
Clusters = Sequence[Hashable] | npt.NDArray[Any]

METHODS = ("ppi", "ppi++", "ht", "dsl")
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Sample:
    """
    What people read, and the rest.

    Args:
        y: (n,), people's labels.
        f: (n,), the model's, for the same passages.
        rest: (r,), the model's, for those that people did not read.
        weights: (n,), inverse probabilities of having been read.
        weighted: whether the probabilities were given.
        groups: (n + r,), the number of each one's cluster, or None.
    """

    y: Floats
    f: Floats
    rest: Floats
    weights: Floats
    weighted: bool
    groups: Codes | None


def prevalence_estimate(
    labelled: Numbers,
    model_labelled: Numbers,
    model_unlabelled: Numbers,
    method: Method = "ppi",
    *,
    probabilities: Numbers | None = None,
    clusters: tuple[Clusters, Clusters] | None = None,
    level: float = 0.95,
) -> Estimate:
    """
    Return the share of passages that show a value, of which people read some and the model all.

    "ppi": mean of f over the unlabelled + mean of y - f over the labelled (Angelopoulos et al. 2023, *Science* 382,
    669-674). "ppi++": the same of lambda f, lambda = Cov(y, f) / ((1 + n/N) Var f) in 0 to 1 (Angelopoulos, Duchi &
    Zrnic 2023); with clusters, each has its lambda from the others. "ht": y / pi summed, over the frame (Horvitz &
    Thompson 1952, *JASA* 47, 663-685); the model has no say. "dsl": mean of f + (R / pi)(y - f) over the frame, R being
    1 where people read (Egami et al. 2023, *NeurIPS*).

    Intervals are for passages like these, not for this frame: normal, or t(M - 1) by M clusters with labels, cut to 0
    to 1. That of "dsl" also takes how many were read for chance, and is wide where the model is off on average. For few
    labels of a rare value, `stratified_recall` has the better one.

    Args:
        labelled: (n,), y, people's labels: 1, 0 or a share.
        model_labelled: (n,), f, the model's label or score of the same.
        model_unlabelled: (N,), f of those that people did not read; the frame is both. "ht" can do without, and the
            frame then is as large as 1 / pi summed.
        method: see above.
        probabilities: (n,), pi, how probable it was that people read each; never reconstructed afterwards. With them,
            "ppi" is "dsl" and "ppi++" is "dsl" with lambda; without, all were equally probable.
        clusters: the transcript of each labelled and of each unlabelled passage.
        level: the nominal coverage.

    Raises:
        UsageError: lengths differ, or a number is missing or out of its range.
    """
    if method not in METHODS:
        raise UsageError(f"there is no method {method!r}", where="method", remedy=f"Choose one of {', '.join(METHODS)}")
    check_level(level)
    sample = _read(labelled, model_labelled, model_unlabelled, probabilities, clusters)
    n = len(sample.y)
    if not n:
        return not_estimable("people read nothing")
    shares = _lambdas(sample, method)
    if method in ("ht", "dsl") or sample.weighted:
        value, parts = _over_the_frame(sample, shares, centred=method == "ht")
        free = n if method == "ht" else len(parts)
        return _with_interval(value, parts, sample, free / max(free - 1, 1), level)
    if not len(sample.rest):
        return not_estimable("people read everything, so the model adds nothing: choose ht", n)
    value, parts = _over_the_rest(sample, shares)
    return _with_interval(value, parts, sample, 1.0, level)


def _lambdas(sample: _Sample, method: Method) -> Floats:
    """Return (n + r,): how much the model's label of each passage counts."""
    size = len(sample.y) + len(sample.rest)
    if method != "ppi++":
        return np.full(size, 0.0 if method == "ht" else 1.0)
    if sample.groups is None:
        return np.full(size, _tuned(sample, np.ones(size, dtype=bool)))
    by_group = [_tuned(sample, sample.groups != group) for group in range(sample.groups.max() + 1)]
    return np.array(by_group)[sample.groups]


def _tuned(sample: _Sample, used: npt.NDArray[np.bool_]) -> float:
    n = len(sample.y)
    y, f, weights, rest = sample.y[used[:n]], sample.f[used[:n]], sample.weights[used[:n]], sample.rest[used[n:]]
    if not len(y) or not len(rest):
        return 0.0
    spread = float(np.var(np.concatenate([f, rest]), ddof=1))
    if spread == 0:
        return 0.0
    shared = np.average((y - np.average(y, weights=weights)) * f, weights=weights)
    return float(np.clip(shared / ((1 + len(y) / len(rest)) * spread), 0.0, 1.0))


def _over_the_rest(sample: _Sample, shares: Floats) -> tuple[float, Floats]:
    """Return the estimate whose model part is the unlabelled alone, and (n + r,) what each adds to its error."""
    n = len(sample.y)
    told, wrong = shares[n:] * sample.rest, sample.y - shares[:n] * sample.f
    parts = np.concatenate([(wrong - wrong.mean()) / n, (told - told.mean()) / len(told)])
    return float(told.mean() + wrong.mean()), parts


def _over_the_frame(sample: _Sample, shares: Floats, *, centred: bool) -> tuple[float, Floats]:
    """Return the estimate over labelled and unlabelled, and (n + r,) what each adds to its error."""
    n, weights = len(sample.y), sample.weights
    size = len(shares) if len(sample.rest) or not centred else float(weights.sum())
    told = shares * np.concatenate([sample.f, sample.rest])
    wrong = sample.y - told[:n]
    # How many were read is no source of error where the draw fixed it, and then inverse probabilities add up.
    usual = float(np.average(wrong, weights=weights)) if centred and np.isclose(weights.sum(), size) else 0.0
    value = float((told.sum() + weights @ wrong) / size)
    parts = told + usual - value
    parts[:n] += weights * (wrong - usual)
    return value, parts / size


def _with_interval(value: float, parts: Floats, sample: _Sample, correction: float, level: float) -> Estimate:
    n, clustered = len(sample.y), sample.groups is not None
    m = len(np.unique(sample.groups[:n])) if sample.groups is not None else n
    estimate = Estimate(value, n, n_clusters=m if clustered else None)
    if clustered and m < FEWEST:
        return estimate.without_interval(f"no interval: it takes {FEWEST} clusters, and there are {m}")
    if n < 2:
        return estimate.without_interval("no interval: people read one passage")
    if sample.groups is not None:
        correction, parts = m / (m - 1), np.asarray(np.bincount(sample.groups, weights=parts), dtype=np.float64)
    se = float(np.sqrt(correction * (parts**2).sum()))
    if np.isclose(se, 0) and np.ptp(sample.y) == 0:
        return estimate.without_interval("no interval: all labels are alike, so their spread says nothing")
    quantile = scipy.stats.t.ppf(0.5 + level / 2, m - 1) if clustered else scipy.stats.norm.ppf(0.5 + level / 2)
    low, high = value - quantile * se, value + quantile * se
    if low > 1 + ROUNDING or high < -ROUNDING:
        reason = (
            "no interval: all of it is beyond 0 to 1, as if the model had scored the two groups by different scales"
        )
        return estimate.without_interval(reason)
    low, high = np.clip([low, high], 0.0, 1.0)
    return replace(estimate, se=se, interval=(float(low), float(high)))


def _read(
    labelled: Numbers,
    model_labelled: Numbers,
    model_unlabelled: Numbers,
    probabilities: Numbers | None,
    clusters: tuple[Clusters, Clusters] | None,
) -> _Sample:
    y, f = _numbers(labelled, "labelled", 0.0, 1.0), _numbers(model_labelled, "model_labelled")
    rest = _numbers(model_unlabelled, "model_unlabelled")
    equal = len(y) / (len(y) + len(rest)) if len(y) else 1.0
    pi = np.full(len(y), equal) if probabilities is None else _numbers(probabilities, "probabilities", 0.0, 1.0)
    if not len(y) == len(f) == len(pi):
        raise UsageError(
            f"there are {len(y)} labels, {len(f)} of the model for the same, and {len(pi)} probabilities",
            where="labelled",
            remedy="Give each passage that people read one of each",
        )
    if (pi == 0).any():
        raise UsageError("a passage was read that could not be drawn", where="probabilities", remedy="Correct the 0")
    groups = None if clusters is None else _groups(clusters, len(y), len(rest))
    return _Sample(y, f, rest, 1 / pi, probabilities is not None, groups)


def _numbers(numbers: Numbers, where: str, low: float = -np.inf, high: float = np.inf) -> Floats:
    found = pd.to_numeric(pd.Series(list(numbers), dtype=object), errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(found) & (found >= low) & (found <= high)))
    if len(wrong):
        raise UsageError(
            f"{list(numbers)[int(wrong[0])]!r} is no {'share' if high == 1 else 'number'}",
            where=f"{where}, row {wrong[0]}",
            remedy="Leave out passages without an answer",
        )
    return found


def _groups(clusters: tuple[Clusters, Clusters], n: int, rest: int) -> Codes:
    if (len(clusters[0]), len(clusters[1])) != (n, rest):
        raise UsageError("not every passage has a cluster", where="clusters", remedy="Name those of both groups")
    places, _ = pd.factorize(pd.Series([*clusters[0], *clusters[1]], dtype=object), use_na_sentinel=True)
    if (places < 0).any():
        raise UsageError("a passage has no cluster", where="clusters", remedy="Name the cluster of every passage")
    return places.astype(np.int64)
