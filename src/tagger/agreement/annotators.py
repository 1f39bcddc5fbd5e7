"""May a model stand in for an annotator? Who of the two is closer to the *other* annotators, asked of each of them."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from tagger.agreement.clusters import FEWEST
from tagger.agreement.multiplicity import rejected
from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

Labels = Mapping[Any, Any] | pd.Series
Humans = Mapping[Any, Labels] | pd.DataFrame
Score = Callable[[Any, Any], float]
Places = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

FEWEST_HUMANS = 3
PASS = 0.5
ROUNDING = 1e-12
BY_ITEM = "Give a dict or a Series by item; for several annotators a dict of these, or a DataFrame"


@dataclass(frozen=True, slots=True)
class Advantage:
    """
    One annotator against the model, by closeness to the other annotators.

    Args:
        model: the share of items on which the model was as close as the annotator, or closer (rho_j).
        human: the share on which the annotator was as close as the model, or closer.
        n_items: how many items this annotator, another one and the model labelled.
        statistic: t; None where it was not tested, or where there is no spread and p is 0 or 1 by the side.
        p: how probable so small an advantage of the annotator would be, were it epsilon in truth.
        rejected: whether the annotator's advantage is below epsilon, at rate q of false discoveries.
        n_clusters: how many clusters the test rests on; without clusters, the items.
        reason: why it was not tested, else empty.
    """

    model: float | None
    human: float | None
    n_items: int
    statistic: float | None = None
    p: float | None = None
    rejected: bool | None = None
    n_clusters: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnnotatorTest:
    """
    The outcome of the alternative annotator test.

    Args:
        value: omega, the share of the tested annotators against whom the model holds its own.
        n_units: how many items the model and at least two annotators labelled.
        rho: the mean over the tested annotators of the model's advantage.
        passed: whether omega is at least one half.
        by_annotator: each one's row, in the order in which they were given.
        epsilon: by how much the model was allowed to be worse.
        reason: why there is no value, else empty.
    """

    value: float | None
    n_units: int
    rho: float | None
    passed: bool | None
    by_annotator: dict[Any, Advantage]
    epsilon: float
    reason: str = ""

    @property
    def omega(self) -> float | None:
        """Return the value under its name."""
        return self.value


@dataclass(frozen=True, slots=True)
class _Panel:
    """The n items that count, by m annotators: labels, which of them are given, and the model's labels, (n,)."""

    items: tuple[Any, ...]
    names: tuple[Any, ...]
    labels: Objects
    given: npt.NDArray[np.bool_]
    model: Objects


def alternative_annotator_test(
    humans: Humans,
    model: Labels,
    epsilon: float = 0.2,
    *,
    q: float = 0.05,
    clusters: Labels | None = None,
    least_items: int = 30,
    score: Score | None = None,
) -> AnnotatorTest:
    """
    Test whether a model may stand in for an annotator (Calderon, Reichart & Dror 2025, ACL: the alternative annotator).

    For each annotator, the difference between the human's and the model's advantage is tested to be below epsilon
    (one-sided t), and Benjamini & Yekutieli's procedure decides over all annotators. Before you trust a pass:

    - Epsilon is what the model may be worse by: a model that is worse than every annotator can pass. The authors
      advise .2 against experts, .15 against skilled annotators and .1 against others, and less where people agree
      little. Fix it before you look.
    - Where yes is rare, a model that always says no is close to everybody and passes. Run the test for each value
      apart, and on a set of items with as many yes as no besides.
    - Excerpts of one transcript are no independent items. Without `clusters` the test is the authors', which takes
      them as such and is too sure.
    - With three annotators the value can only be 0, 1/3, 2/3 or 1.

    Args:
        humans: of each annotator the labels by item; or a DataFrame, (items, annotators). Missing ones do not count.
        model: the label of each item, of the same type.
        q: the largest expected share of false ones among the rejected.
        clusters: the transcript (or participant, or group) of each item; t is then by clusters, of which it takes 3.
        least_items: with fewer items an annotator is not tested; the authors advise 50 to 100.
        score: of two labels, the candidate's and another human's, how close they are, more being closer; without it 1
            for equal ones and else 0.

    Raises:
        UsageError: a number is out of its range, an item has no cluster, or one occurs twice.
    """
    for name, share in (("epsilon", epsilon), ("q", q)):
        if not 0 <= share < 1:
            raise UsageError(f"{share} is not between 0 and 1", where=name, remedy="Give a share such as 0.05 or 0.2")
    if least_items < 2:
        raise UsageError(f"no test has {least_items} items", where="least_items", remedy="Give at least 2, better 30")
    panel = _panel(humans, model)
    n, m = len(panel.items), len(panel.names)
    if m < FEWEST_HUMANS:
        reason = f"it takes {FEWEST_HUMANS} annotators who share items with others and with the model; there are {m}"
        return AnnotatorTest(None, n, None, None, {}, epsilon, reason)
    groups = _groups(panel.items, clusters)
    rows = {}
    for at, name in enumerate(panel.names):
        closer = _closer(panel, at, score or operator.eq)
        rows[name] = _advantage(*closer, groups[panel.given[:, at]], epsilon, least_items, clusters is not None)
    return _outcome(rows, n, epsilon, q)


def _outcome(rows: dict[Any, Advantage], n: int, epsilon: float, q: float) -> AnnotatorTest:
    p = {name: row.p for name, row in rows.items() if row.p is not None}
    if not p:
        first = next(iter(rows.values()))
        return AnnotatorTest(None, n, None, None, rows, epsilon, f"no annotator could be tested: {first.reason}")
    below = rejected(list(p.values()), q, "BY")
    rows = rows | {name: replace(rows[name], rejected=at in below) for at, name in enumerate(p)}
    omega, rho = len(below) / len(p), float(np.mean([rows[name].model for name in p]))
    return AnnotatorTest(omega, n, rho, omega >= PASS, rows, epsilon)


def _advantage(model: Floats, human: Floats, groups: Places, epsilon: float, least: int, clustered: bool) -> Advantage:
    """Return the test of one annotator, from who was at least as close on each item, (items,) of 0 and 1."""
    n, m = len(model), len(np.unique(groups))
    if n < least:
        return Advantage(None, None, n, n_clusters=m, reason=f"it takes {least} items, and there are {n}")
    shares = float(model.mean()), float(human.mean())
    if clustered and m < FEWEST:
        return Advantage(*shares, n, n_clusters=m, reason=f"it takes {FEWEST} clusters, and there are {m}")
    statistic, p = _below(human - model, groups, epsilon)
    return Advantage(*shares, n, statistic, p, n_clusters=m)


def _below(differences: Floats, groups: Places, epsilon: float) -> tuple[float | None, float]:
    """Return t and p of the hypothesis that the mean difference is epsilon or more, with clusters as the sample."""
    mean, n = differences.mean(), len(differences)
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    sums, m = np.bincount(group, differences), len(sizes)
    se = np.sqrt(m / (m - 1) * ((sums - sizes * mean) ** 2).sum()) / n
    if se < ROUNDING:
        return None, float(mean > epsilon - ROUNDING)
    statistic = float((mean - epsilon) / se)
    return statistic, float(stats.t.cdf(statistic, m - 1))


def _closer(panel: _Panel, at: int, score: Score) -> tuple[Floats, Floats]:
    """Return on which of their items the model, and the annotator, was at least as close to the others, as 0 and 1."""
    mine = panel.given[:, at]
    given, others = panel.given[mine], panel.labels[mine]
    given[:, at] = False
    by_model = _closeness(panel.model[mine], others, given, score)
    by_human = _closeness(panel.labels[mine, at], others, given, score)
    return (by_model >= by_human - ROUNDING).astype(float), (by_human >= by_model - ROUNDING).astype(float)


def _closeness(labels: Objects, others: Objects, given: npt.NDArray[np.bool_], score: Score) -> Floats:
    """Return (items,): the mean score of a label with those of the others who gave one."""
    total = np.zeros(len(labels))
    for other in range(others.shape[1]):
        items = np.flatnonzero(given[:, other])
        total[items] += np.fromiter(map(score, labels[items], others[items, other]), dtype=float, count=len(items))
    if not np.isfinite(total).all():
        raise UsageError("a score is not a number", where="score", remedy="Return how close two labels are, say 0 to 1")
    return np.asarray(total / given.sum(axis=1))


def _panel(humans: Humans, model: Labels) -> _Panel:
    """Return the items that the model and at least two annotators labelled, and the annotators who labelled any."""
    if isinstance(humans, pd.DataFrame):
        _check_unique(humans.columns, "humans")
        humans = {name: humans[name] for name in humans}
    if not isinstance(humans, Mapping):
        raise UsageError("there are no annotators with labels by item", where="humans", remedy=BY_ITEM)
    said = _labels(model, "model")
    by_name = {name: _labels(labels, "humans") for name, labels in humans.items()}
    times = Counter(item for labels in by_name.values() for item in labels)
    items = tuple(item for item in said if times[item] > 1)
    names = tuple(name for name, labels in by_name.items() if any(item in labels for item in items))
    table = np.empty((len(items), len(names)), dtype=object)
    for at, name in enumerate(names):
        table[:, at] = _column([by_name[name].get(item) for item in items])
    return _Panel(items, names, table, ~pd.isna(table), _column([said[item] for item in items]))


def _labels(given: Labels, where: str) -> dict[Any, Any]:
    """Return the labels that are not missing, by item."""
    if not isinstance(given, Mapping | pd.Series):
        raise UsageError("they are not by item", where=where, remedy=BY_ITEM)
    if isinstance(given, pd.Series):
        _check_unique(given.index, where)
    missing = pd.isna(_column(list(given.values() if isinstance(given, Mapping) else given)))
    return {item: label for (item, label), gap in zip(given.items(), missing, strict=True) if not gap}


def _column(labels: Sequence[Any]) -> Objects:
    return np.fromiter(labels, dtype=object, count=len(labels))


def _groups(items: Sequence[Any], clusters: Labels | None) -> Places:
    """Return (items,): the number of the cluster of each, each its own where there are none."""
    if clusters is None:
        return np.arange(len(items))
    named = _labels(clusters, "clusters")
    for item in items:
        if item not in named:
            raise UsageError(f"item {item!r} has none", where="clusters", remedy="Name the cluster of every item")
    return pd.factorize(_column([named[item] for item in items]))[0].astype(np.int64)


def _check_unique(names: pd.Index, where: str) -> None:
    if not names.is_unique:
        twice = names[names.duplicated()][0]
        raise UsageError(f"{twice!r} occurs twice", where=where, remedy="Give each item and each annotator once")
