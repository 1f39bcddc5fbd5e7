"""
How many passages can be left that nobody has found, from random samples of several strata: an exact upper limit.

It rests on the draw alone, and on no model of passages or of people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import scipy

from tagger.agreement.ratings import Floats

Counts = npt.NDArray[np.int64]

_CLOSE = 0.01
"""The search for the limit ends when it is known so closely; what is then returned is not below it."""
_MOST_WAYS, _MOST_WORK, _AT_ONCE = 500, 2_000_000, 200_000
"""How many products of probabilities are added up for one, how many a limit may take, and how many are held at once."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Searched:
    """
    A stratum of an audit, without the passages in which the value had been found before the draw.

    Args:
        population: N_h, how many passages there are.
        sample: n_h, how many of these were drawn.
        found: in how many of the drawn ones the audit's readers found the value.
        unanswered: how many of the drawn ones nobody has answered.
    """

    population: int
    sample: int
    found: int
    unanswered: int = 0


def most_missed(strata: Sequence[Searched], alpha: float) -> int:
    """
    Return the largest M of which some shares among the strata are not improbable, or a number that is not far above.

    Of boxes of shares, those with the largest sums are halved in each direction. If the smallest shares of a box are
    improbable, so are all others in it.
    """
    plausible = _Plausible(strata)
    width = len(strata)
    halves = np.array(list(product((False, True), repeat=width)))
    batch = max(1, _AT_ONCE // (plausible.terms * len(halves)))
    least, most = plausible.found[None, :], plausible.possible[None, :]
    best, work = int(least.sum()), 0
    while True:
        open_ = most.sum(axis=1) > best
        if not open_.any():
            return best
        least, most = least[open_], most[open_]
        order = np.argsort(-most.sum(axis=1), kind="stable")
        top = int(most[order[0]].sum())
        if top - best <= _CLOSE * top or work > _MOST_WORK:
            return top
        now, later = order[:batch], order[batch:]
        middle = (least[now] + most[now]) // 2
        low = np.where(halves[:, None], middle + 1, least[now]).reshape(-1, width)
        high = np.where(halves[:, None], most[now], middle).reshape(-1, width)
        kept = (low <= high).all(axis=1)
        kept[kept] = ~improbable(plausible(low[kept]), alpha)
        work += plausible.terms * len(halves) * len(now)
        best = max(best, int(low[kept].sum(axis=1).max(initial=0)))
        least, most = np.concatenate([least[later], low[kept]]), np.concatenate([most[later], high[kept]])


class _Plausible:
    """
    How probable it is to find so little: P(sum of w_h x_h <= what was found), by the M_h of the strata.

    The strata are in the order of their weights w_h = N_h / n_h. All ways to find so little are listed once, by the x_h
    of all strata but the first, whose distribution function does the rest. Where there are too many ways, neighbouring
    x_h count as the least of them, which makes it more probable. M_h is `found` at least and `possible` at most.
    """

    def __init__(self, strata: Sequence[Searched]) -> None:
        ordered = sorted(strata, key=lambda one: one.population / one.sample)
        self._sizes: Counts = np.array([one.population for one in ordered], dtype=np.int64)
        self.found: Counts = np.array([one.found for one in ordered], dtype=np.int64)
        self._samples = [one.sample for one in ordered]
        at_most = self.found + [one.unanswered for one in ordered]
        self.possible = self._sizes - self._samples + at_most
        weights = self._sizes / self._samples
        reached = float(weights @ at_most) + _ROUNDING
        self._tops = [min(int(reached / weight), n) for weight, n in zip(weights, self._samples, strict=True)]
        most = max(2, int(_MOST_WAYS ** (1 / max(1, len(ordered) - 1))))
        self._starts = [np.arange(0, top + 1, math.ceil((top + 1) / most)) for top in self._tops[1:]]
        blocks = np.array(list(product(*(range(len(starts)) for starts in self._starts))), dtype=np.int64)
        least = np.array([starts[block] for starts, block in zip(self._starts, blocks.T, strict=True)])
        left = reached - (weights[1:] @ least if len(least) else np.zeros(1))
        self._first = np.minimum(left[left >= 0] // weights[0], self._tops[0]).astype(np.int64)
        self._others = blocks[left >= 0]

    @property
    def terms(self) -> int:
        """Return how many products are added up for one probability."""
        return len(self._first)

    def __call__(self, missed: Counts) -> Floats:
        """Return (rows,) probabilities for (rows, strata) of M_h."""
        found = np.ones((len(missed), self.terms))
        for place, (size, sample, top) in enumerate(zip(self._sizes.tolist(), self._samples, self._tops, strict=True)):
            different, where = np.unique(missed[:, place], return_inverse=True)
            chances = probabilities(size, sample, different, top)
            if place:
                blocks = np.add.reduceat(chances, self._starts[place - 1], axis=1)
                found *= blocks[:, self._others[:, place - 1]][where]
            else:
                found *= chances.cumsum(axis=1)[:, self._first][where]
        return np.asarray(found.sum(axis=1))


def improbable(chance: Floats, alpha: float) -> npt.NDArray[np.bool_]:
    """Say which probabilities are below alpha; one that is equal to it, as far as can be computed, is not."""
    return np.asarray(chance < alpha * (1 - _ROUNDING))


def probabilities(size: int, sample: int, missed: Counts, top: int) -> Floats:
    """Return (rows, top + 1): the hypergeometric probability of 0 ... top in the sample, for each number missed."""
    x, m = np.arange(top + 1), missed[:, None]
    ways = _log_ways(m, x) + _log_ways(size - m, sample - x) - _log_ways(np.array(size), np.array(sample))
    return np.asarray(np.exp(ways))


def _log_ways(n: Counts, k: Counts) -> Floats:
    """Return the logarithm of n over k, which is that of 0 where k is not from 0 to n."""
    possible = (k >= 0) & (k <= n)
    n, k = np.where(possible, n, 0), np.where(possible, k, 0)
    ways = scipy.special.gammaln(n + 1) - scipy.special.gammaln(k + 1) - scipy.special.gammaln(n - k + 1)
    return np.where(possible, ways, -np.inf)
