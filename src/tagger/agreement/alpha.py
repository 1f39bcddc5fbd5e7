"""Krippendorff's alpha: any number of coders, missing ratings, any level of measurement, sets of labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import product

import numpy as np
from scipy import sparse

from tagger.agreement.clusters import Additive
from tagger.agreement.distances import Distance, Level, as_set, distances
from tagger.agreement.estimates import Estimate, not_estimable, t_interval
from tagger.agreement.ratings import NO_PAIRS, Floats, Table, check_order, read_ratings

ONE_VALUE = "only one value was used, so there is nothing that could have been confused"
SMALLEST = 1e-12


def krippendorff_alpha(
    ratings: Table,
    level: Level = "nominal",
    distance: Distance | None = None,
    categories: Iterable[Hashable] | None = None,
) -> Estimate:
    """
    Return Krippendorff's alpha, 1 - D_o / D_e (Krippendorff 2011, *Computing Krippendorff's Alpha-Reliability*).

    Units with fewer than two ratings do not count. The standard error and the interval take units as the sample
    (Gwet 2014, ch. 5); excerpts of one transcript are no such sample, so report `jackknife_interval` instead.

    Args:
        ratings: (units, raters).
        level: nominal, ordinal (in the order of the categories), interval or ratio.
        distance: in the place of the level, "masi", "jaccard" or "dice" for sets of labels, or a function of two
            ratings that is 0 for equal ones.
        categories: the order of the values where it is not that of numbers; needed for ordinal words.

    Raises:
        UsageError: the level or the distance does not fit the ratings.
    """
    table = read_ratings(ratings, categories)
    if level == "ordinal":
        check_order(table, "level")
    table = table.pairable
    if not len(table.codes):
        return not_estimable(NO_PAIRS)
    counts = table.counts()
    totals = np.asarray(counts.sum(axis=0)).ravel()
    used = np.flatnonzero(totals)
    if len(used) < 2:
        return not_estimable(ONE_VALUE, len(table.codes))
    apart = np.zeros((len(totals), len(totals)))
    apart[np.ix_(used, used)] = distances([table.values[at] for at in used], totals[used], level, distance)
    observed, expected = map(float, _disagreement(coincidences(counts).toarray(), apart))
    if expected == 0:
        return not_estimable(ONE_VALUE, len(table.codes))
    value = 1 - observed / expected
    se = _standard_error(counts, 1 - apart / apart.max())
    interval = t_interval(value, se, len(table.codes) - 1, -1.0, 1.0) if se is not None else None
    return Estimate(value, len(table.codes), se, interval, observed, expected)


def multivalued_alpha(ratings: Table) -> Estimate:
    """
    Return alpha for ratings that are sets of labels, with chance by label and not by whole set.

    Krippendorff & Craggs (2016, *Communication Methods and Measures* 10(4), 181-198), nominal labels: the distance of
    two sets is 1 - 2|C and K| / (|C| + |K|), and by chance sets of two sizes are drawn label by label.

    Args:
        ratings: (units, raters), each a set of labels; the empty set is an answer.

    Raises:
        UsageError: a rating is not a set.
    """
    table = read_ratings(ratings).pairable
    if not len(table.codes):
        return not_estimable(NO_PAIRS)
    counts = table.counts()
    totals = np.asarray(counts.sum(axis=0)).ravel()
    apart = distances(table.values, totals, "nominal", "dice")
    observed, _ = map(float, _disagreement(coincidences(counts).toarray(), apart))
    expected = _expected_by_label(table.values, totals)
    if expected == 0:
        return not_estimable(ONE_VALUE, len(table.codes))
    return Estimate(1 - observed / expected, len(table.codes), observed=observed, expected=expected)


def alpha_statistic(categories: Iterable[Hashable], distance: Distance | None = None) -> Additive:
    """
    Return alpha as a statistic for `jackknife_interval` and `cluster_bootstrap`, nominal or with a distance.

    Args:
        categories: the values that the ratings can have.
        distance: as for `krippendorff_alpha`.
    """
    values = tuple(categories)
    q = len(values)
    apart = distances(values, np.zeros(q), "nominal", distance)

    def parts(ratings: Table) -> Floats:
        table = read_ratings(ratings, values)
        of_unit = np.stack([(table.codes == place).sum(axis=1) for place in range(q)], axis=1).astype(float)
        raters = of_unit.sum(axis=1)
        meetings = of_unit[:, :, None] * of_unit[:, None, :] - of_unit[:, :, None] * np.eye(q)
        met = meetings / np.maximum(raters - 1, 1)[:, None, None]
        return np.asarray(met.reshape(len(raters), q * q))

    def value(sums: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            observed, expected = _disagreement(sums.reshape(*sums.shape[:-1], q, q), apart)
            # Sums from which a cluster was subtracted carry rounding errors.
            return np.where(expected > SMALLEST, 1 - observed / expected, np.nan)

    return Additive(parts, value, q * q)


def coincidences(counts: sparse.csr_array) -> sparse.csr_array:
    """Return (q, q): how often two values meet in a unit, each unit weighing as many as it has ratings."""
    ratings = np.asarray(counts.sum(axis=1)).ravel()
    weighted = counts.multiply((1 / (ratings - 1))[:, None]).tocsr()
    with_itself = sparse.diags_array(np.asarray(weighted.sum(axis=0)).ravel())
    return (counts.T @ weighted - with_itself).tocsr()


def _disagreement(met: Floats, apart: Floats) -> tuple[Floats, Floats]:
    """Return the observed and the expected disagreement of coincidences (..., q, q)."""
    totals = met.sum(axis=-1)
    n = totals.sum(axis=-1)
    observed = (met * apart).sum(axis=(-2, -1)) / n
    return observed, np.einsum("...i,ij,...j->...", totals, apart, totals) / (n * (n - 1))


def _expected_by_label(values: Sequence[Hashable], totals: Floats) -> float:
    """Sum the distance of two sets of sizes s and t that are drawn label by label, over all pairs of sizes."""
    sets = list(zip(map(as_set, values), totals, strict=True))
    n = totals.sum()
    size_share: dict[int, float] = {}
    label_counts: dict[Hashable, float] = {}
    for one, count in sets:
        size_share[len(one)] = size_share.get(len(one), 0.0) + count / n
        for label in one:
            label_counts[label] = label_counts.get(label, 0.0) + count
    weights = _ways(list(label_counts.values()), max(size_share), float(n))
    return sum(
        size_share[s] * size_share[t] * _mean_distance(weights, s, t) for s, t in product(sorted(size_share), repeat=2)
    )


def _ways(label_counts: list[float], most: int, n: float) -> Floats:
    """Return [a, b, i]: the weight of the pairs of sets with a labels in the first alone, b in the other, i in both."""
    weights = np.zeros((most + 1, most + 1, most + 1))
    weights[0, 0, 0] = 1.0
    for count in label_counts:
        share, shared = count / n, count * (count - 1) / n**2
        grown = weights.copy()
        grown[1:, :, :] += share * weights[:-1, :, :]
        grown[:, 1:, :] += share * weights[:, :-1, :]
        grown[:, :, 1:] += shared * weights[:, :, :-1]
        weights = grown
    return weights


def _mean_distance(weights: Floats, s: int, t: int) -> float:
    shared = np.arange(min(s, t) + 1)
    ways = weights[s - shared, t - shared, shared]
    apart = 1 - np.divide(2 * shared, s + t, out=np.ones(len(shared)), where=np.full(len(shared), s + t > 0))
    return float((ways * apart).sum() / ways.sum()) if ways.sum() else 0.0


def _standard_error(counts: sparse.csr_array, weights: Floats) -> float | None:
    """Return the standard error by linearisation, units being the sample (Gwet 2014, ch. 5)."""
    n = counts.shape[0]
    if n < 2:
        return None
    ratings = np.asarray(counts.sum(axis=1)).ravel()
    mean, small = ratings.mean(), 1 / ratings.sum()
    shares = np.asarray(counts.sum(axis=0)).ravel() / (n * mean)
    agreeing = counts.multiply(counts @ weights - 1).sum(axis=1) / (mean * (ratings - 1))
    more = (ratings - mean) / mean
    chance = float(shares @ weights @ shares)
    value = (agreeing.mean() - chance) / (1 - chance)
    agreed = (1 - small) * agreeing.mean() + small
    by_unit = (agreeing - agreed * more - chance) / (1 - chance)
    by_chance = counts @ ((weights + weights.T) @ shares / 2) / mean - chance * more
    linear = by_unit - 2 * (1 - value) * (by_chance - chance) / (1 - chance)
    return float(np.sqrt(((linear - value) ** 2).sum() / (n * (n - 1))))
