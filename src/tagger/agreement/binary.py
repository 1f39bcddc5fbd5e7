"""
One value at a time, yes or no: what kappa and alpha hide when a value is rare or common.

At one observed agreement kappa falls as the two answers become unequal (Feinstein & Cicchetti 1990, *J. Clin.
Epidemiol.* 43, 543-549); the agreement on yes and on no, apart, shows why.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tagger.agreement.estimates import Estimate, not_estimable
from tagger.agreement.ratings import NO_PAIRS, Ratings, Table, read_ratings
from tagger.errors import UsageError

_YES = ("yes", "Yes", "YES", "y", "Y", "true", "True", "TRUE")
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SpecificAgreement:
    """Agreement on yes and agreement on no."""

    positive: Estimate
    negative: Estimate

    @property
    def value(self) -> float | None:
        """Return the agreement on yes."""
        return self.positive.value

    @property
    def n_units(self) -> int:
        """Return how many units two raters rated."""
        return self.positive.n_units

    @property
    def reason(self) -> str:
        """Return why there is no agreement on yes."""
        return self.positive.reason


@dataclass(frozen=True, slots=True)
class AdjustedKappa:
    """
    PABAK with what it adjusts for.

    `prevalence_index` is (both yes - both no) / n, `bias_index` (yes by the first alone - by the second alone) / n.
    """

    value: float | None
    n_units: int
    observed: float | None
    prevalence_index: float | None
    bias_index: float | None
    reason: str = ""


def specific_agreement(ratings: Table, positive: Hashable = None) -> SpecificAgreement:
    """
    Return the agreement on one category and on everything else (Cicchetti & Feinstein 1990, *J. Clin. Epidemiol.* 43).

    For one category it is the probability that, where a random rater chose it, another random rater did; of two raters
    it is the F1 of one against the other.

    Args:
        ratings: (units, raters).
        positive: the category; of two categories "yes" or "true" where it is one, else the later one: True, 1.

    Raises:
        UsageError: there are more than two categories, and none was named.
    """
    table = read_ratings(ratings).pairable
    if not len(table.codes):
        return SpecificAgreement(not_estimable(NO_PAIRS), not_estimable(NO_PAIRS))
    yes, raters = _yes(table, positive)
    return SpecificAgreement(_specific(yes, raters, "yes"), _specific(raters - yes, raters, "no"))


def pabak(ratings: Table, positive: Hashable = None) -> AdjustedKappa:
    """
    Return kappa as it would be at equal prevalence and without bias, 2 p_o - 1.

    Byrt, Bishop & Carlin (1993, *J. Clin. Epidemiol.* 46, 423-429). It is for two raters and two categories; units
    that one of them did not rate do not count.

    Raises:
        UsageError: there are not two raters, or more than two categories and none was named.
    """
    table = read_ratings(ratings)
    if table.raters != 2:
        raise UsageError(
            f"PABAK is of two raters, and there are {table.raters}", where="ratings", remedy="Choose two columns"
        )
    table = table.complete
    n = len(table.codes)
    if not n:
        return AdjustedKappa(None, 0, None, None, None, NO_PAIRS)
    said_yes = table.codes == _place(table, positive)
    both, neither = said_yes.all(axis=1).sum(), (~said_yes).all(axis=1).sum()
    observed = float((both + neither) / n)
    bias = float((said_yes[:, 0].sum() - said_yes[:, 1].sum()) / n)
    return AdjustedKappa(2 * observed - 1, n, observed, float((both - neither) / n), bias)


def _specific(chosen: Counts, raters: Counts, answer: str) -> Estimate:
    possible = float((chosen * (raters - 1)).sum())
    if not possible:
        return not_estimable(f"nobody said {answer}", len(raters))
    return Estimate(float((chosen * (chosen - 1)).sum()) / possible, len(raters))


def _yes(table: Ratings, positive: Hashable) -> tuple[Counts, Counts]:
    return (table.codes == _place(table, positive)).sum(axis=1), (table.codes >= 0).sum(axis=1)


def _place(table: Ratings, positive: Hashable) -> int:
    if positive is not None:
        return table.values.index(positive) if positive in table.values else len(table.values)
    if len(table.values) > 2:
        raise UsageError(
            f"there are {len(table.values)} categories", where="positive", remedy="Say which one is meant by yes"
        )
    if len(table.values) == 1:
        [only] = table.values
        return 0 if only in (*_YES, True, "1") else 1
    said = [place for place, value in enumerate(table.values) if value in _YES]
    return said[0] if len(said) == 1 else 1
