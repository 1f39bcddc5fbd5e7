"""
Ratings as people have them, read into one form: a table of units by raters, of any label type, with gaps.

Missing is None, NaN, NaT or pd.NA, and never a category of its own. A rating may be a set of labels (a set, list or
tuple); the empty set is an answer, *coded with no label*, and is not missing.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from tagger.errors import UsageError

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Column = Sequence[Any] | npt.NDArray[Any] | pd.Series
"""What a function here takes for one thing a unit, in whatever form it is at hand."""

NO_PAIRS = "no unit was rated by two raters"


@dataclass(frozen=True, slots=True)
class Ratings:
    """
    Ratings of n units by m raters.

    Args:
        codes: (n, m), each the place of the rating in `values`, -1 where there is none.
        values: the q categories: the codebook's in its order where it was given, else those that occur, sorted.
        ordered: whether the order of the values means something: they are numbers, or somebody said it.
    """

    codes: Codes
    values: tuple[Hashable, ...]
    ordered: bool = False

    @property
    def raters(self) -> int:
        """Return how many raters there are, whether or not they rated anything."""
        return int(self.codes.shape[1])

    @property
    def pairable(self) -> Ratings:
        """Return the units that at least two raters rated."""
        return replace(self, codes=self.codes[(self.codes >= 0).sum(axis=1) > 1])

    @property
    def rated(self) -> Ratings:
        """Return the units that at least one rater rated."""
        return replace(self, codes=self.codes[(self.codes >= 0).any(axis=1)])

    @property
    def complete(self) -> Ratings:
        """Return the units that every rater rated."""
        return replace(self, codes=self.codes[(self.codes >= 0).all(axis=1)])

    def counts(self) -> sparse.csr_array:
        """Return (n, q): how many raters put each unit into each category."""
        unit, rater = np.nonzero(self.codes >= 0)
        shape = (len(self.codes), len(self.values))
        return sparse.csr_array((np.ones(len(unit)), (unit, self.codes[unit, rater])), shape=shape)

    def pair(self, first: int, second: int) -> Ratings:
        """Return the units that both of two raters rated, with these two alone."""
        return replace(self, codes=self.codes[:, [first, second]]).complete


Table = Ratings | Sequence[Sequence[Any]] | npt.NDArray[Any] | pd.DataFrame
"""What a function here takes for ratings: (units, raters), in whatever form they are at hand."""


def read_ratings(ratings: Table, categories: Iterable[Hashable] | None = None) -> Ratings:
    """
    Read a table of units by raters.

    Args:
        ratings: (units, raters), a sequence of rows, a two-dimensional array or a DataFrame with a column per rater.
        categories: the codebook, in its order; without it, the values that occur.

    Raises:
        UsageError: it is no table, its rows differ in length, or a rating is not in the codebook.
    """
    if isinstance(ratings, Ratings):
        return ratings
    cells, order = _cells(ratings)
    places, found = pd.factorize(cells.ravel(), use_na_sentinel=True)
    if categories is None and order is not None:
        categories = order
    values = tuple(map(_label, categories)) if categories is not None else _sorted(found)
    if len(set(values)) != len(values):
        raise UsageError("a category occurs twice", where="categories", remedy="Name each once")
    place_of = {value: place for place, value in enumerate(values)}
    unknown = [value for value in found if value not in place_of]
    if unknown:
        raise UsageError(
            f"the rating {unknown[0]!r} is not one of the categories",
            where="ratings",
            remedy="Add it to categories, or correct it",
        )
    lookup = np.array([*(place_of[value] for value in found), -1], dtype=np.int64)
    ordered = categories is not None or all(isinstance(value, bool | int | float) for value in values)
    return Ratings(lookup[places].reshape(cells.shape), values, ordered)


def check_order(table: Ratings, where: str) -> None:
    """Refuse to take the alphabet for an order."""
    if not table.ordered:
        raise UsageError("words have no order of their own", where=where, remedy="Give categories in their order")


def _cells(
    ratings: Sequence[Sequence[Any]] | npt.NDArray[Any] | pd.DataFrame,
) -> tuple[npt.NDArray[Any], Sequence[Hashable] | None]:
    """Return the cells as a two-dimensional array, and the order of the values where the data has one."""
    order: Sequence[Hashable] | None = None
    if isinstance(ratings, pd.DataFrame):
        kinds = [kind for kind in ratings.dtypes if isinstance(kind, pd.CategoricalDtype)]
        if kinds and len(kinds) == ratings.shape[1] and all(kind == kinds[0] for kind in kinds) and kinds[0].ordered:
            order = list(kinds[0].categories)
        columns = [ratings.iloc[:, at].astype(object).to_numpy() for at in range(ratings.shape[1])]
        cells = np.empty(ratings.shape, dtype=object)
        for at, column in enumerate(columns):
            cells[:, at] = [_label(cell) for cell in column]
        return cells, order
    if isinstance(ratings, np.ndarray) and ratings.ndim == 2 and ratings.dtype != object:
        return ratings, None
    rows = [list(row) for row in ratings]
    if len({len(row) for row in rows}) > 1:
        raise UsageError("the rows differ in length", where="ratings", remedy="Give every unit one cell for each rater")
    cells = np.empty((len(rows), len(rows[0]) if rows else 0), dtype=object)
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            cells[at, place] = _label(cell)
    return cells, order


def _label(cell: Any) -> Any:
    """Return a rating as something that can be a category; collections of labels become frozen sets."""
    if isinstance(cell, Collection) and not isinstance(cell, str | bytes):
        return frozenset(cell)
    return cell.item() if isinstance(cell, np.generic) else cell


def _sorted(values: Iterable[Any]) -> tuple[Hashable, ...]:
    """Sort values of any type, always in the same way."""
    return tuple(sorted(map(_label, values), key=_rank))


def _rank(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool | int | float):
        return 0, float(value), ""
    if isinstance(value, frozenset):
        return 2, len(value), repr(sorted(map(str, value)))
    return 1, 0, str(value)
