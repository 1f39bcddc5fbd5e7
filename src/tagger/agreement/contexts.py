"""
How common a value is in each of several contexts, and how far two of them differ.

A model that is worse in one context makes values look rarer (or more common) there. So each context is corrected by
what people found in it, and by nothing that was found elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from tagger.agreement.clusters import FEWEST
from tagger.agreement.estimates import Estimate, check_level, not_estimable
from tagger.agreement.prevalence import Clusters, Numbers, prevalence_estimate
from tagger.agreement.proportions import exact_interval
from tagger.agreement.ratings import Floats
from tagger.agreement.sampling import HALF
from tagger.wording import several

FEWEST_FOUND = 3
"""With fewer passages in which people found a value, how common it is is not estimable."""
ALIKE = 0.05
"""The least intraclass correlation within clusters that an interval reckons with."""


@dataclass(frozen=True, slots=True)
class Sample:
    """
    A context: passages that people read, drawn with known probabilities, and the model's word on all passages.

    Args:
        labels: (n,), people's labels of what they read: 1, 0, or the share who said yes.
        model: (n,), the model's labels of the same: 1 or 0.
        model_unread: (r,), those of the passages that people did not read.
        probabilities: (n,), how probable it was that people read each; never reconstructed afterwards.
        clusters: (n,), the participant (or group recording) of each passage read.
        clusters_unread: (r,), that of each passage not read.
    """

    labels: Numbers
    model: Numbers
    model_unread: Numbers
    probabilities: Numbers
    clusters: Clusters
    clusters_unread: Clusters


def share_in_context(sample: Sample, level: float = 0.95) -> Estimate:
    """
    Return the share of a context's passages that show a value, as people would find it, corrected by the audit there.

    The share p is the difference estimator of `prevalence_estimate` ("dsl"), unbiased however poor the model is. Its
    symmetric interval fails for rare values, so this has the exact interval of as many independent passages as these
    are worth (Korn & Graubard 1998, *Survey Methodology* 24, 193-201): n = p (1 - p) / v, times (z / t)^2 with M - 1
    degrees of freedom for M participants. The variance v goes by participants. Where people found nothing in the
    passages that are not suggested, v would be that of the others alone; so it is never smaller than if half a passage
    were added to each cell of a stratum, and passages of a participant had an intraclass correlation of `ALIKE`.

    It speaks of interviews like these. `tests/test_agreement_contexts.py` says how often it holds the true share.

    Raises:
        UsageError: columns of several lengths, or a number is missing or out of its range.
    """
    check_level(level)
    labels = np.asarray(sample.labels, dtype=np.float64)
    found = int((labels > 0).sum())
    if found < FEWEST_FOUND:
        return not_estimable(
            f"it was found in {several(found, 'passage')} of those read for it, and it takes {FEWEST_FOUND}",
            len(labels),
        )
    estimate = prevalence_estimate(
        labels,
        sample.model,
        sample.model_unread,
        "dsl",
        probabilities=sample.probabilities,
        clusters=(sample.clusters, sample.clusters_unread),
        level=level,
    )
    share, m = estimate.value, estimate.n_clusters or 0
    if m < FEWEST:
        people = several(m, "participant or group", "participants or groups")
        reason = f"the passages read for it come from {people}, and it takes {FEWEST}"
        return replace(estimate, value=None, se=None, interval=None, reason=reason)
    if share is None or not 0 < share < 1:
        reason = f"corrected, the share is {share:.3f}" if share is not None else estimate.reason
        return replace(estimate, value=None, se=None, interval=None, reason=reason)
    variance = max((estimate.se or 0.0) ** 2, _least_variance(sample, labels))
    degrees = (scipy.stats.norm.ppf(0.5 + level / 2) / scipy.stats.t.ppf(0.5 + level / 2, m - 1)) ** 2
    worth = float(degrees * share * (1 - share) / variance)
    return replace(
        estimate, se=float(np.sqrt(variance)), interval=exact_interval(share * worth, worth, level), reason=""
    )


def _least_variance(sample: Sample, labels: Floats) -> float:
    """Return the variance of passages that are alike within clusters, none of whose cells is empty."""
    weights = 1 / np.asarray(sample.probabilities, dtype=np.float64)
    model = np.asarray(sample.model, dtype=np.float64)
    total = len(labels) + len(sample.model_unread)
    # Passages of one weight that the model labels alike are one stratum, or as good as one.
    cells, cell = np.unique(np.column_stack([weights.round(9), model]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    read = np.bincount(cell, minlength=len(cells))
    shares = (np.bincount(cell, labels) + HALF) / (read + 2 * HALF)
    parts = np.bincount(cell, weights) / total
    alone = float((parts**2 * shares * (1 - shares) / read).sum())
    _, of_cluster = np.unique(_texts(sample.clusters), return_counts=True)
    usual = float((of_cluster**2).sum() / of_cluster.sum())
    return alone * (1 + (usual - 1) * ALIKE)


def _texts(clusters: Clusters) -> npt.NDArray[Any]:
    return np.array([str(one) for one in clusters])


def context_difference(first: Estimate, second: Estimate) -> Estimate:
    """
    Return first - second, the shares of two contexts that have no participant in common.

    The interval is made from those of both (Zou & Donner 2008, *Statistics in Medicine* 27, 1693-1702): lopsided where
    they are, as for rare values. Whether both intervals overlap says nothing of it.
    """
    n = first.n_units + second.n_units
    clusters = (first.n_clusters or 0) + (second.n_clusters or 0)
    if first.value is None or first.interval is None:
        return Estimate(None, n, n_clusters=clusters, reason=first.reason)
    if second.value is None or second.interval is None:
        return Estimate(None, n, n_clusters=clusters, reason=second.reason)
    value = first.value - second.value
    below = np.hypot(first.value - first.interval[0], second.interval[1] - second.value)
    above = np.hypot(first.interval[1] - first.value, second.value - second.interval[0])
    low, high = np.clip([value - below, value + above], -1.0, 1.0)
    return Estimate(value, n, interval=(float(low), float(high)), n_clusters=clusters)
