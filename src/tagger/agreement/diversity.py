"""How many different values people find: whether their readings are many-sided, or narrow down to a few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tagger.agreement.clusters import Additive, jackknife_interval, numbered
from tagger.agreement.estimates import Estimate, check_level, not_estimable
from tagger.agreement.ratings import Column, Floats

NO_PAIR = "it takes marks in two clusters, of which two are alike"


def effective_number(values: int) -> Additive:
    """
    Return the effective number of values, of rows that count the marks of each of *values*, a row for each cluster.

    See `effective_number_of_values`.
    """

    def parts(counts: Floats) -> Floats:
        within = [(counts**2).sum(axis=1), counts.sum(axis=1) ** 2]
        return np.column_stack([counts, *within])

    def value(sums: Floats) -> Floats:
        totals, alike_within, within = sums[..., :values], sums[..., values], sums[..., values + 1]
        alike = (totals**2).sum(axis=-1) - alike_within
        pairs = totals.sum(axis=-1) ** 2 - within
        # Sums from which a cluster was taken carry rounding errors.
        known = alike > 1e-9 * np.maximum(pairs, 1)
        return np.where(known, pairs / np.where(known, alike, 1), np.nan)

    return Additive(parts, value, values + 2)


def effective_number_of_values(values: Column, clusters: Column, level: float = 0.95) -> Estimate:
    """
    Return how many equally common values would make what people found as mixed as it is.

    Two marks from different clusters name the same value with probability p; the effective number is 1 / p, Hill's
    number of order 2 (Hill 1973, *Ecology* 54, 427-432; Jost 2006, *Oikos* 113, 363-375). p is estimated by the share
    of such pairs (Simpson 1949, *Nature* 163, 688), and is unbiased however few marks there are, so that a small sample
    does not look narrower than a large one. Pairs within a cluster do not count, since one transcript goes on about
    the same things.

    Args:
        values: (marks,), the value that each mark names.
        clusters: (marks,), the transcript (or participant, or group) of each.
        level: the nominal coverage of the leave-one-cluster-out interval.

    Raises:
        UsageError: the columns differ in length, or the level is no level.
    """
    check_level(level)
    named, kinds = pd.factorize(pd.Series(list(values), dtype=object))
    cluster, names = numbered(list(clusters), len(named))
    counts = np.zeros((len(names), len(kinds)))
    np.add.at(counts, (cluster, named), 1)
    statistic = effective_number(len(kinds))
    if not len(named) or np.isnan(statistic(counts)):
        return not_estimable(NO_PAIR, len(named))
    found = jackknife_interval(statistic, counts, names, low=1.0, high=np.inf, level=level)
    return replace(found, n_units=len(named))
