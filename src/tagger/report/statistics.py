"""
The coefficients of a panel as sums over passages, so that leaving a transcript out is a subtraction.

Each gives what the function of `tagger.agreement` of its name gives for two answers, yes and no.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tagger.agreement.alpha import alpha_statistic
from tagger.agreement.clusters import Additive
from tagger.agreement.ratings import Codes, Floats, Ratings

Pairs = tuple[tuple[int, int], ...]

_SMALLEST = 1e-12
_THERE = 1e-6


def alpha() -> Additive:
    """Return Krippendorff's alpha for two answers."""
    return alpha_statistic(("no", "yes"))


def percent_agreement() -> Additive:
    """Return the share of pairs of readers who agree, averaged over passages."""

    def parts(rows: Ratings) -> Floats:
        yes, read = _counts(rows)
        two = read > 1
        agreed = (yes * (yes - 1) + (read - yes) * (read - yes - 1)) / np.where(two, read * (read - 1), 1)
        return np.stack([np.where(two, agreed, 0), two], axis=1)

    return Additive(parts, lambda sums: _ratio(sums[..., 0], sums[..., 1]), 2)


def positive_agreement() -> Additive:
    """Return how probable yes of one reader is where another one said yes."""
    return _specific(positive=True)


def negative_agreement() -> Additive:
    """Return how probable no of one reader is where another one said no."""
    return _specific(positive=False)


def gwet_ac1() -> Additive:
    """Return Gwet's AC1 for two answers."""

    def parts(rows: Ratings) -> Floats:
        yes, read = _counts(rows)
        two, one = read > 1, read > 0
        agreed = (yes * (yes - 1) + (read - yes) * (read - yes - 1)) / np.where(two, read * (read - 1), 1)
        return np.stack([np.where(two, agreed, 0), two, yes / np.where(one, read, 1), one], axis=1)

    def value(sums: Floats) -> Floats:
        agreed, share = _ratio(sums[..., 0], sums[..., 1]), _ratio(sums[..., 2], sums[..., 3])
        by_chance = 2 * share * (1 - share)
        return _ratio(agreed - by_chance, 1 - by_chance)

    return Additive(parts, value, 4)


def pabak() -> Additive:
    """Return 2 p_o - 1, kappa as it would be at equal prevalence and without bias."""
    agreed = percent_agreement()
    return Additive(agreed.parts, lambda sums: 2 * agreed.value(sums) - 1, agreed.width)


def prevalence_index() -> Additive:
    """Return (both yes - both no) / n of two readers, for which PABAK adjusts."""
    return _index(lambda codes: codes.sum(axis=1) - 1)


def bias_index() -> Additive:
    """Return (yes by the first alone - by the second alone) / n, for which PABAK adjusts."""
    return _index(lambda codes: codes[:, 0] - codes[:, 1])


def mean_alpha(pairs: Pairs) -> Additive:
    """Return the mean of alpha over pairs of columns: of readers, or of a reader and the model."""
    return _pairwise(pairs, _alpha_of)


def mean_kappa(pairs: Pairs) -> Additive:
    """Return the mean of Cohen's kappa over pairs of columns: of readers it is Light's kappa."""
    return _pairwise(pairs, _kappa_of)


def precision() -> Additive:
    """Return the precision of rows of weight, label and prediction."""
    return _of_cells(lambda tp, fp, fn: _ratio(tp, tp + fp))


def recall() -> Additive:
    """Return the recall of rows of weight, label and prediction."""
    return _of_cells(lambda tp, fp, fn: _ratio(tp, tp + fn))


def f1() -> Additive:
    """Return F1 of rows of weight, label and prediction."""
    return _of_cells(lambda tp, fp, fn: _ratio(2 * tp, 2 * tp + fp + fn))


def of_ratings(statistic: Additive) -> Additive:
    """Return a statistic of weight, label and prediction as one of ratings: first the labels, then what was said."""
    return Additive(
        lambda rows: statistic.parts(np.column_stack([np.ones(len(rows.codes)), rows.codes])),
        statistic.value,
        statistic.width,
    )


def weighted_mean() -> Additive:
    """Return the mean of rows of weight and number."""
    return Additive(
        lambda rows: np.stack([rows[:, 0] * rows[:, 1], rows[:, 0]], axis=1),
        lambda sums: _ratio(sums[..., 0], sums[..., 1]),
        2,
    )


def _of_cells(value: Any) -> Additive:
    def parts(rows: Floats) -> Floats:
        weight, label, said = rows.T
        return np.stack([weight * label * said, weight * (1 - label) * said, weight * label * (1 - said)], axis=1)

    return Additive(parts, lambda sums: value(sums[..., 0], sums[..., 1], sums[..., 2]), 3)


def _specific(*, positive: bool) -> Additive:
    def parts(rows: Ratings) -> Floats:
        yes, read = _counts(rows)
        chosen = yes if positive else read - yes
        return np.stack([chosen * (chosen - 1) * (read > 1), chosen * (read - 1) * (read > 1)], axis=1)

    return Additive(parts, lambda sums: _ratio(sums[..., 0], sums[..., 1]), 2)


def _index(of: Callable[[Codes], Codes]) -> Additive:
    """Return the mean of a number for each passage that both of two readers answered."""

    def parts(rows: Ratings) -> Floats:
        both = (rows.codes >= 0).all(axis=1)
        return np.stack([np.where(both, of(rows.codes), 0), both], axis=1).astype(float)

    return Additive(parts, lambda sums: _ratio(sums[..., 0], sums[..., 1]), 2)


def _pairwise(pairs: Pairs, coefficient: Any) -> Additive:
    """Return the mean of a coefficient of two over pairs of columns; pairs without a passage in common do not count."""

    def parts(rows: Ratings) -> Floats:
        codes = rows.codes
        cells = []
        for first, second in pairs:
            both = (codes[:, first] >= 0) & (codes[:, second] >= 0)
            cells += [
                both & (codes[:, first] == a) & (codes[:, second] == b) for a, b in ((0, 0), (0, 1), (1, 0), (1, 1))
            ]
        return np.stack(cells, axis=1).astype(float) if cells else np.zeros((len(codes), 4))

    def value(sums: Floats) -> Floats:
        tables = sums.reshape(*sums.shape[:-1], -1, 4)
        there = tables.sum(axis=-1) > _THERE
        found = np.where(there, coefficient(tables), 0.0)
        return _ratio(found.sum(axis=-1), there.sum(axis=-1))

    return Additive(parts, value, 4 * max(len(pairs), 1))


def _alpha_of(cells: Floats) -> Floats:
    """Return Krippendorff's alpha of two readers' tables, (..., 4): no no, no yes, yes no, yes yes."""
    n = 2 * cells.sum(axis=-1)
    apart = cells[..., 1] + cells[..., 2]
    yes = 2 * cells[..., 3] + apart
    expected = _ratio(2 * yes * (n - yes), n * (n - 1))
    return 1 - _ratio(2 * _ratio(apart, n), expected)


def _kappa_of(cells: Floats) -> Floats:
    n = cells.sum(axis=-1)
    first, second = _ratio(cells[..., 2] + cells[..., 3], n), _ratio(cells[..., 1] + cells[..., 3], n)
    by_chance = first * second + (1 - first) * (1 - second)
    return _ratio(_ratio(cells[..., 0] + cells[..., 3], n) - by_chance, 1 - by_chance)


def _counts(rows: Ratings) -> tuple[Floats, Floats]:
    """Return how many said yes, and how many answered, (units,) each."""
    codes = rows.codes
    return (codes == 1).sum(axis=1).astype(float), (codes >= 0).sum(axis=1).astype(float)


def _ratio(above: Any, below: Any) -> Floats:
    """Divide, NaN where there is nothing to divide by; sums from which a cluster was taken carry rounding errors."""
    below = np.asarray(below, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.abs(below) > _SMALLEST, np.asarray(above, dtype=float) / below, np.nan)
