"""May a model stand in for an annotator? Who of the two is closer to the *other* annotators, asked of each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from tagger.agreement.clusters import FEWEST
from tagger.agreement.multiplicity import rejected
from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

Labels = Mapping[Any, Any] | pd.Series
Humans = Mapping[Any, Labels] | pd.DataFrame
Score = Callable[[Any, Any], float]
Places = npt.NDArray[np.int64]

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

    items: pd.Index
    names: tuple[Any, ...]
    labels: npt.NDArray[Any]
    given: npt.NDArray[np.bool_]
    model: npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Margin:
    """Of one annotator: n items in m clusters, both advantages, and the mean of their differences with its error."""

    n: int
    m: int
    model: float
    human: float
    mean: float
    se: float


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
    (found,) = alternative_annotator_tests(
        humans, model, [epsilon], q=q, clusters=clusters, least_items=least_items, score=score
    )
    return found


def alternative_annotator_tests(
    humans: Humans,
    model: Labels,
    epsilons: Sequence[float],
    *,
    q: float = 0.05,
    clusters: Labels | None = None,
    least_items: int = 30,
    score: Score | None = None,
) -> tuple[AnnotatorTest, ...]:
    """
    Return `alternative_annotator_test` for each epsilon: who is closer is worked out once, which is most of the work.

    Raises:
        UsageError: as there.
    """
    for name, share in (*(("epsilon", one) for one in epsilons), ("q", q)):
        if not 0 <= share < 1:
            raise UsageError(f"{share} is not between 0 and 1", where=name, remedy="Give a share such as 0.05 or 0.2")
    if least_items < 2:
        raise UsageError(f"no test has {least_items} items", where="least_items", remedy="Give at least 2, better 30")
    panel = _panel(humans, model)
    n, m = len(panel.items), len(panel.names)
    if m < FEWEST_HUMANS:
        reason = f"it takes {FEWEST_HUMANS} annotators who share items with others and with the model; there are {m}"
        return tuple(AnnotatorTest(None, n, None, None, {}, epsilon, reason) for epsilon in epsilons)
    groups = _groups(panel.items, clusters)
    margins = [_margin(*_closer(panel, at, score), groups[panel.given[:, at]]) for at in range(m)]
    found = []
    for epsilon in epsilons:
        rows = [_advantage(one, epsilon, least_items, clusters is not None) for one in margins]
        found.append(_outcome(dict(zip(panel.names, rows, strict=True)), n, epsilon, q))
    return tuple(found)


def _outcome(rows: dict[Any, Advantage], n: int, epsilon: float, q: float) -> AnnotatorTest:
    p = {name: row.p for name, row in rows.items() if row.p is not None}
    if not p:
        first = next(iter(rows.values()))
        return AnnotatorTest(None, n, None, None, rows, epsilon, f"no annotator could be tested: {first.reason}")
    below = rejected(list(p.values()), q, "BY")
    rows = rows | {name: replace(rows[name], rejected=at in below) for at, name in enumerate(p)}
    omega, rho = len(below) / len(p), float(np.mean([rows[name].model for name in p]))
    return AnnotatorTest(omega, n, rho, omega >= PASS, rows, epsilon)


def _margin(model: Floats, human: Floats, groups: Places) -> _Margin:
    """Return the margin by which the human is closer, from who was at least as close on each item, 0 or 1."""
    sizes = np.bincount(groups)
    n, m = len(groups), int((sizes > 0).sum())
    sums, mean = np.bincount(groups, human - model), float((human - model).mean())
    se = float(np.sqrt(m / (m - 1) * ((sums - sizes * mean) ** 2).sum()) / n) if m > 1 else 0.0
    return _Margin(n, m, float(model.mean()), float(human.mean()), mean, se)


def _advantage(one: _Margin, epsilon: float, least: int, clustered: bool) -> Advantage:
    """Return the test of one annotator: whether the margin is below epsilon, with clusters as the sample."""
    if one.n < least:
        return Advantage(None, None, one.n, n_clusters=one.m, reason=f"it takes {least} items, and there are {one.n}")
    if clustered and one.m < FEWEST:
        reason = f"it takes {FEWEST} clusters, and there are {one.m}"
        return Advantage(one.model, one.human, one.n, n_clusters=one.m, reason=reason)
    if one.se < ROUNDING:
        return Advantage(one.model, one.human, one.n, p=float(one.mean > epsilon - ROUNDING), n_clusters=one.m)
    t = (one.mean - epsilon) / one.se
    return Advantage(one.model, one.human, one.n, t, float(scipy.stats.t.cdf(t, one.m - 1)), n_clusters=one.m)


def _closer(panel: _Panel, at: int, score: Score | None) -> tuple[Floats, Floats]:
    """Return on which of their items the model, and the annotator, was at least as close to the others, as 0 and 1."""
    mine = panel.given[:, at]
    given, others = panel.given[mine], panel.labels[mine]
    given[:, at] = False
    by_model = _closeness(panel.model[mine], others, given, score)
    by_human = _closeness(panel.labels[mine, at], others, given, score)
    return (by_model >= by_human - ROUNDING).astype(float), (by_human >= by_model - ROUNDING).astype(float)


def _closeness(
    labels: npt.NDArray[Any], others: npt.NDArray[Any], given: npt.NDArray[np.bool_], score: Score | None
) -> Floats:
    """Return (items,): the mean score of a label with those of the others who gave one."""
    close = np.frompyfunc(score, 2, 1) if score else np.equal
    total = np.zeros(len(labels))
    for other in range(others.shape[1]):
        items = np.flatnonzero(given[:, other])
        total[items] += close(labels[items], others[items, other]).astype(float)
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
    said = _by_item(model, "model").dropna()
    columns = [_by_item(labels, "humans").reindex(said.index).to_numpy() for labels in humans.values()]
    labels = np.stack(columns, axis=1) if columns else np.empty((len(said), 0), dtype=object)
    given = ~pd.isna(labels)
    kept = given.sum(axis=1) > 1
    there = given[kept].any(axis=0)
    names = tuple(name for name, one in zip(humans, there, strict=True) if one)
    return _Panel(said.index[kept], names, labels[kept][:, there], given[kept][:, there], said.to_numpy()[kept])


def _by_item(given: Labels, where: str) -> pd.Series:
    """Return labels as they are, by item; an item that is a tuple stays one."""
    if isinstance(given, pd.Series):
        _check_unique(given.index, where)
        # Numbers are compared many times faster as they are than as objects.
        found = given.astype(object) if pd.api.types.is_extension_array_dtype(given) else given
        return found.set_axis(given.index.to_flat_index())
    if not isinstance(given, Mapping):
        raise UsageError("they are not by item", where=where, remedy=BY_ITEM)
    items = pd.Index(_column(list(given)), dtype=object, tupleize_cols=False)
    return pd.Series(_column(list(given.values())), index=items, dtype=object)


def _column(labels: Sequence[Any]) -> npt.NDArray[np.object_]:
    return np.fromiter(labels, dtype=object, count=len(labels))


def _groups(items: pd.Index, clusters: Labels | None) -> Places:
    """Return (items,): the number of the cluster of each, each its own where there are none."""
    if clusters is None:
        return np.arange(len(items))
    named = _by_item(clusters, "clusters").reindex(items)
    if named.isna().any():
        item = items[int(named.isna().to_numpy().argmax())]
        raise UsageError(f"item {item!r} has none", where="clusters", remedy="Name the cluster of every item")
    return pd.factorize(named)[0].astype(np.int64)


def _check_unique(names: pd.Index, where: str) -> None:
    if not names.is_unique:
        twice = names[names.duplicated()][0]
        raise UsageError(f"{twice!r} occurs twice", where=where, remedy="Give each item and each annotator once")
