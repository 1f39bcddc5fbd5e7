"""What seeing the model's suggestion does to what people say: readings after it against readings blind to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tagger.agreement.clusters import Additive, jackknife_interval
from tagger.agreement.estimates import Interval
from tagger.agreement.ratings import Column, Floats
from tagger.errors import UsageError

Places = npt.NDArray[np.int64]
NOT_SHOWN, NOT_BLIND = "nobody read with the suggestion shown", "nobody read blind to the suggestion"
NO_READINGS, NO_WRONG = "there are no readings", "there are no readings of suggestions that were wrong"
NO_STRATUM = "no stratum was read both with and without the suggestion"


@dataclass(frozen=True, slots=True)
class AnchoringEffect:
    """
    How much more often people say what the model says once they have seen it; positive means they follow it.

    Args:
        value: the share of readings that equal the model's, shown less blind, or None where it was not measured.
        n_shown: how many readings were made with the suggestion shown.
        n_blind: how many were made blind to it.
        n_clusters: how many clusters (transcripts) the contrast rests on.
        left_out: how many of these readings do not count, as their stratum occurs in one arm only.
        shown_rate: the share that equals the model's with the suggestion shown; blind and shown have the same mix of
            strata, so that the value is the difference of the two.
        blind_rate: the same, blind.
        se: the standard error of the value, by leaving one cluster out.
        interval: the interval of the value.
        reason: why there is no value or no interval, else empty.
    """

    value: float | None
    n_shown: int
    n_blind: int
    n_clusters: int
    left_out: int
    shown_rate: float | None = None
    blind_rate: float | None = None
    se: float | None = None
    interval: Interval | None = None
    reason: str = ""

    @property
    def n_units(self) -> int:
        """Return how many readings the contrast rests on."""
        return self.n_shown + self.n_blind - self.left_out


def anchoring_effect(
    human: Column,
    model: Column,
    shown: Column,
    clusters: Column,
    strata: Column | None = None,
    level: float = 0.95,
    *,
    reference: Column | None = None,
) -> AnchoringEffect:
    """
    Return P(human = model | shown) - P(human = model | blind) (the design of Schroeder, Roy & Kabbara 2025).

    Within strata, weighted by their readings in both arms; the interval is leave-one-cluster-out with t(M - 1), and
    needs 3 clusters. It is the effect of the suggestion only where chance decided who saw it, within the strata.
    Readings without an answer, and passages to which the model said nothing, do not count.

    Args:
        human: (readings,), what people said, of any type.
        model: (readings,), what the model said of the same passage.
        shown: (readings,), whether the suggestion was in sight, True or False.
        clusters: (readings,), the transcript (or participant, or group) of each.
        strata: (readings,), within what chance decided on the arm, such as (value, band of scores).
        level: the nominal coverage of the interval.
        reference: (readings,), what most of the *other* coders said blind. With it only readings count for which it
            differs from what the model said, and the effect is over-reliance: following suggestions that are wrong.
            For useful uptake, give instead the readings where the two are equal, and no reference.

    Raises:
        UsageError: the columns differ in length, an arm, cluster or stratum is unknown, or the level is no level.
    """
    if not 0 < level < 1:
        raise UsageError(f"{level} is no coverage", where="level", remedy="Give a number between 0 and 1, such as 0.95")
    names, counts = _counts(human, model, shown, clusters, strata, reference)
    n_blind, n_shown = map(int, counts.sum(axis=(0, 1, 3)))
    if not n_shown or not n_blind:
        nothing = NO_READINGS if reference is None else NO_WRONG
        return _not_measured(NOT_SHOWN if n_blind else NOT_BLIND if n_shown else nothing, n_shown, n_blind)
    counts = counts[:, counts.sum(axis=(0, 3)).all(axis=1)]
    used = counts.any(axis=(1, 2, 3))
    if not used.any():
        return _not_measured(NO_STRATUM, n_shown, n_blind)
    width = counts[0].size
    contrast = Additive(lambda rows: rows, lambda sums: _contrast(sums.reshape(*sums.shape[:-1], -1, 2, 2)), width)
    found = jackknife_interval(contrast, counts[used].reshape(-1, width), names[used], level=level)
    blind_rate, shown_rate = map(float, _rates(counts.sum(axis=0)))
    left_out = n_shown + n_blind - int(counts.sum())
    return AnchoringEffect(
        found.value, n_shown, n_blind, int(used.sum()), left_out, shown_rate, blind_rate, found.se, found.interval,
        found.reason,
    )  # fmt: skip


def _not_measured(reason: str, n_shown: int, n_blind: int) -> AnchoringEffect:
    return AnchoringEffect(None, n_shown, n_blind, 0, n_shown + n_blind, reason=f"not measured: {reason}")


def _rates(counts: Floats) -> Floats:
    """Return (..., 2), the shares of the same answer blind and shown, of (..., strata, 2 arms, different or same)."""
    readings = counts.sum(axis=-1)
    size = np.where((readings > 0).all(axis=-1), readings.sum(axis=-1), 0.0)
    shares = np.divide(counts[..., 1], readings, out=np.zeros_like(readings), where=readings > 0)
    whole = size.sum(axis=-1)[..., None]
    rates = (size[..., None] * shares).sum(axis=-2)
    return np.asarray(np.divide(rates, whole, out=np.full_like(rates, np.nan), where=whole > 0))


def _contrast(counts: Floats) -> Floats:
    rates = _rates(counts)
    return np.asarray(rates[..., 1] - rates[..., 0])


def _counts(
    human: Column, model: Column, shown: Column, clusters: Column, strata: Column | None, reference: Column | None
) -> tuple[npt.NDArray[Any], Floats]:
    """Return the clusters' names, and (clusters, strata, blind or shown, different or same): how many readings."""
    columns = {"human": human, "model": model, "shown": shown, "clusters": clusters}
    columns |= {"strata": [0] * len(human) if strata is None else strata}
    columns |= {} if reference is None else {"reference": reference}
    read = {name: _cells(column, name, len(human)) for name, column in columns.items()}
    counted = ~pd.isna(read["human"]) & ~pd.isna(read["model"])
    if reference is not None:
        counted &= ~pd.isna(read["reference"]) & (_equal(read["model"], read["reference"]) == 0)
    human_said, model_said, arm = (read[name][counted] for name in ("human", "model", "shown"))
    places, names = _places(read["clusters"][counted], "clusters")
    strata_places, strata_names = _places(read["strata"][counted], "strata")
    shape = (len(names), len(strata_names), 2, 2)
    at = ((places * len(strata_names) + strata_places) * 2 + _arm(arm)) * 2 + _equal(human_said, model_said)
    return names, np.bincount(at, minlength=math.prod(shape)).reshape(shape).astype(float)


def _cells(column: Column, name: str, n: int) -> npt.NDArray[Any]:
    if len(column) != n:
        what = f"there are {n} readings and {len(column)} {name}"
        raise UsageError(what, where=name, remedy="Give one for each reading, in the same order")
    return np.fromiter(column, dtype=object, count=n)


def _equal(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> Places:
    """Return (n,): 1 where the two are the same answer, 0 where they are not or one is missing."""
    missing = pd.isna(first) | pd.isna(second)
    same = [not gap and bool(a == b) for a, b, gap in zip(first, second, missing, strict=True)]
    return np.array(same, dtype=np.int64)


def _arm(shown: npt.NDArray[Any]) -> Places:
    if pd.isna(shown).any() or not set(shown) <= {0, 1}:
        raise UsageError(
            "whether the suggestion was shown is not known of each reading",
            where="shown",
            remedy="Give True or False, and leave out readings of which nobody knows",
        )
    return shown.astype(np.int64)


def _places(cells: npt.NDArray[Any], name: str) -> tuple[Places, npt.NDArray[Any]]:
    if pd.isna(cells).any():
        raise UsageError("one is missing", where=name, remedy="Name it for every reading")
    places, names = pd.factorize(cells)
    return places.astype(np.int64), names
