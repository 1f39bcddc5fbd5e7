"""
Chance-corrected agreement of the kappa family: (p_a - p_e) / (1 - p_e), each with its own idea of chance.

Formulas as in Gwet (2014, *Handbook of Inter-Rater Reliability*, 4th ed.), for any number of raters, with gaps: p_a is
the mean over the units that two raters or more rated, chance goes by all units that anybody rated. Standard errors
take units as the sample and these raters as given, and intervals are t(n - 1), cut to the range. Excerpts of one
transcript are no such sample: report `jackknife_interval` beside them.

`categories` is the codebook. What chance is for Brennan & Prediger and for AC1 depends on how many categories could
have been used, not on how many were.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np

from tagger.agreement.estimates import Estimate, not_estimable, t_interval
from tagger.agreement.ratings import NO_PAIRS, Floats, Ratings, Table, check_order, read_ratings
from tagger.errors import UsageError

Weights = Literal["linear", "quadratic"] | Callable[[Any, Any], float] | Sequence[Sequence[float]] | None
Categories = Iterable[Hashable] | None

CERTAIN = "by chance alone agreement would be certain: only one category was used"
ONE_CATEGORY = "one category is no choice; give the whole codebook as categories"


@dataclass(frozen=True, slots=True)
class _Chance:
    """Agreement by chance: in all, and what each unit contributes to it (for the standard error)."""

    expected: float
    by_unit: Floats


def percent_agreement(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """Return the share of pairs of raters that agree, averaged over the units that at least two raters rated."""
    table = read_ratings(ratings, categories).pairable
    if not len(table.codes):
        return not_estimable(NO_PAIRS)
    # Sets of labels are many; a table of their pairs is not needed for all or nothing.
    agreeing = _agreeing(table, None if weights is None else _weights(table, weights))
    value, n = float(agreeing.mean()), len(agreeing)
    se = float(agreeing.std(ddof=1) / np.sqrt(n)) if n > 1 else None
    return Estimate(value, n, se, t_interval(value, se, n - 1, 0.0, 1.0) if se is not None else None, observed=value)


def cohen_kappa(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """
    Return Cohen's kappa of two raters (1960, *Educational and Psychological Measurement* 20, 37-46).

    Units that one of them did not rate do not count. With weights it is weighted kappa (Cohen 1968).

    Args:
        ratings: (units, 2).
        weights: "linear" or "quadratic" by the order of the categories, a function of two ratings or a (q, q) table
            that says how much a pair agrees, 1 for equal ratings; None for all or nothing.
        categories: the codebook, in its order.

    Raises:
        UsageError: there are not two raters, or the weights do not fit.
    """
    return conger_kappa(_two(ratings, categories, "Cohen's kappa").complete, weights)


def conger_kappa(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """
    Return Conger's kappa: Cohen's for several raters, each with shares of their own.

    Conger (1980, *Psychological Bulletin* 88, 322-328). Raters who rated nothing do not count.
    """
    table = read_ratings(ratings, categories).rated
    table = replace(table, codes=table.codes[:, (table.codes >= 0).any(axis=0)])
    return _kappa(table, weights, _by_each_rater)


def fleiss_kappa(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """Return Fleiss' kappa, for any raters (1971, *Psychological Bulletin* 76, 378-382)."""
    return _kappa(read_ratings(ratings, categories).rated, weights, _by_shares)


def scott_pi(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """
    Return Scott's pi of two raters (1955, *Public Opinion Quarterly* 19, 321-325).

    Units that one of them did not rate do not count.
    """
    return _kappa(_two(ratings, categories, "Scott's pi").complete, weights, _by_shares)


def brennan_prediger(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """Return the coefficient of Brennan & Prediger (1981, *Educ. Psychol. Meas.* 41, 687-699), also known as S."""
    return _kappa(read_ratings(ratings, categories).rated, weights, _by_codebook)


def gwet_ac1(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """
    Return Gwet's AC1, or AC2 with weights (2008, *Br. J. Math. Stat. Psychol.* 61, 29-48).

    It is no drop-in for kappa: at one agreement it rises as prevalence leaves one half, where kappa falls, and it is
    not 0 under independence (Vach & Gerke 2023).
    """
    return _kappa(read_ratings(ratings, categories).rated, weights, _by_hard_units)


def light_kappa(ratings: Table, weights: Weights = None, categories: Categories = None) -> Estimate:
    """
    Return the mean of Cohen's kappa over all pairs of raters (Light 1971, *Psychological Bulletin* 76, 365-377).

    It is not estimable where it is not for one of the pairs; `reason` names it.
    """
    table = read_ratings(ratings, categories)
    pairs = list(combinations(range(table.raters), 2))
    if not pairs:
        return not_estimable("one rater agrees with nobody")
    found = [cohen_kappa(table.pair(*pair), weights) for pair in pairs]
    for (first, second), one in zip(pairs, found, strict=True):
        if one.value is None:
            return not_estimable(f"raters {first + 1} and {second + 1}: {one.reason}", one.n_units)
    return Estimate(float(np.mean([one.value for one in found])), len(table.pairable.codes))


def _two(ratings: Table, categories: Categories, name: str) -> Ratings:
    table = read_ratings(ratings, categories)
    if table.raters != 2:
        raise UsageError(
            f"{name} is of two raters, and there are {table.raters}",
            where="ratings",
            remedy="Choose two columns, or light_kappa, fleiss_kappa or conger_kappa for several",
        )
    return table


def _kappa(table: Ratings, weights: Weights, chance_of: Callable[[Ratings, Floats], _Chance]) -> Estimate:
    ratings_per_unit = (table.codes >= 0).sum(axis=1)
    paired = ratings_per_unit > 1
    n, n_paired = len(table.codes), int(paired.sum())
    if not n_paired:
        return not_estimable(NO_PAIRS)
    if len(table.values) < 2:
        return not_estimable(ONE_CATEGORY, n_paired)
    like = _weights(table, weights)
    agreeing = np.zeros(n)
    agreeing[paired] = _agreeing(table.pairable, like)
    observed, chance = float(agreeing.sum() / n_paired), chance_of(table, like)
    if chance.expected >= 1:
        return not_estimable(CERTAIN, n_paired)
    room = 1 - chance.expected
    value = (observed - chance.expected) / room
    linear = (n / n_paired) * (agreeing - chance.expected * paired) / room
    linear = linear - 2 * (1 - value) * (chance.by_unit - chance.expected) / room
    se = float(np.sqrt(((linear - value) ** 2).sum() / (n * (n - 1)))) if n > 1 else None
    interval = t_interval(value, se, n - 1, -1.0, 1.0) if se is not None else None
    return Estimate(value, n_paired, se, interval, observed, chance.expected)


def _agreeing(table: Ratings, like: Floats | None) -> Floats:
    """Return (n,): of each unit, all of which are paired, the mean weight of its pairs of raters."""
    counts = table.counts()
    ratings = np.asarray(counts.sum(axis=1)).ravel()
    met = counts.multiply(counts) - counts if like is None else counts.multiply(counts @ like - 1)
    agreeing: Floats = np.asarray(met.sum(axis=1)).ravel()
    return np.asarray(agreeing / (ratings * (ratings - 1)))


def _shares(table: Ratings) -> tuple[Floats, Floats]:
    """Return (n, q) the share of a unit's ratings in each category, and (q,) their mean."""
    counts = table.counts().toarray()
    by_unit = counts / counts.sum(axis=1, keepdims=True)
    return by_unit, by_unit.mean(axis=0)


def _by_shares(table: Ratings, like: Floats) -> _Chance:
    by_unit, shares = _shares(table)
    return _Chance(float(shares @ like @ shares), by_unit @ ((like + like.T) @ shares) / 2)


def _by_codebook(table: Ratings, like: Floats) -> _Chance:
    expected = float(like.sum() / len(like) ** 2)
    return _Chance(expected, np.full(len(table.codes), expected))


def _by_hard_units(table: Ratings, like: Floats) -> _Chance:
    by_unit, shares = _shares(table)
    q = len(like)
    scale = float(like.sum() / (q * (q - 1)))
    return _Chance(scale * float(shares @ (1 - shares)), scale * (by_unit @ (1 - shares)))


def _by_each_rater(table: Ratings, like: Floats) -> _Chance:
    raters, q = table.raters, len(table.values)
    if raters < 2:
        return _Chance(1.0, np.ones(len(table.codes)))
    own = np.stack([np.bincount(column[column >= 0], minlength=q) / (column >= 0).sum() for column in table.codes.T])
    mean, spread = own.mean(axis=0), np.cov(own, rowvar=False, ddof=1)
    expected = float((like * (np.outer(mean, mean) - spread / raters)).sum())
    n, by_unit = len(table.codes), np.zeros(len(table.codes))
    for rater, column in enumerate(table.codes.T):
        # A unit moves a rater's shares only if the rater rated it, and then the more, the fewer they rated.
        rated = column >= 0
        pull = (like + like.T) / 2 @ (raters * mean - own[rater])
        by_unit += own[rater] @ pull
        by_unit[rated] += n / rated.sum() * (pull[column[rated]] - own[rater] @ pull)
    return _Chance(expected, by_unit / (raters * (raters - 1)))


def _weights(table: Ratings, weights: Weights) -> Floats:
    """Return (q, q): how much two categories agree."""
    q = len(table.values)
    if weights is None:
        return np.eye(q)
    if callable(weights):
        like = np.array([[float(weights(a, b)) for b in table.values] for a in table.values]).reshape(q, q)
    elif isinstance(weights, str):
        if weights not in ("linear", "quadratic"):
            raise UsageError(f"there are no weights {weights!r}", where="weights", remedy="Choose linear or quadratic")
        check_order(table, "weights")
        steps = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / max(q - 1, 1)
        like = 1 - (steps if weights == "linear" else steps**2)
    else:
        like = _table(weights)
    if like.shape != (q, q) or not np.allclose(np.diag(like), 1):
        raise UsageError(
            f"weights are a table of {q} by {q} categories with 1 for equal ratings",
            where="weights",
            remedy="Say how much two ratings agree, and not how far they are apart",
        )
    return like


def _table(weights: Sequence[Sequence[float]]) -> Floats:
    try:
        return np.asarray(weights, dtype=float)
    except (TypeError, ValueError):
        raise UsageError("weights are no table of numbers", where="weights", remedy="Give (q, q) numbers") from None
