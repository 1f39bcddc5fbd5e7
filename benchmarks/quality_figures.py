"""
How well scores find what people found: the figures of `quality.py`, each a mean over values or over excerpts.

Labels are (n, k): 1, 0, or NaN where nobody was asked, which counts nowhere. Scores are (n, k), higher for likelier.
Equal scores are in no order: what a ranking would give on average, had chance broken the tie, is what they give.
A value that nobody found in the excerpts at hand has no figures, nor has an excerpt in which nothing was found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tagger.agreement import average_precision, expected_calibration_error

Floats = NDArray[np.float64]

SHARES = (0.8, 0.9, 0.95)
FIGURES = ("mAP", "LRAP", "recall@3", "F1 mean", "F1 of means", *(f"open {share:.0%}" for share in SHARES), "ECE")
BINS = 10


def figures(labels: Floats, scores: Floats, limits: Floats, *, probabilities: bool) -> dict[str, float]:
    """
    Return all figures by name; NaN where there is none.

    Args:
        limits: (k,), a score from here on is a yes; NaN for no F1.
        probabilities: whether the scores are any, so that they can be right or wrong as such.
    """
    some = np.nansum(labels, axis=0) > 0
    found = labels[:, some], scores[:, some]
    mean_f1, of_means = f1(*found, limits[some]) if np.isfinite(limits).all() else (np.nan, np.nan)
    return {
        "mAP": _mean(lambda y, s: average_precision(y, s).value, *found),
        "LRAP": ranking_precision(labels, scores),
        "recall@3": recall_at(3, labels, scores),
        "F1 mean": mean_f1,
        "F1 of means": of_means,
        **{f"open {share:.0%}": _mean(partial(opened, share), *found) for share in SHARES},
        "ECE": _mean(calibration_error, labels, scores) if probabilities else np.nan,
    }


def ranking_precision(labels: Floats, scores: Floats) -> float:
    """Return, over excerpts, the mean share of true values among those ranked at least as high as each (LRAP)."""
    kept = np.nansum(labels, axis=1) > 0
    true, asked = labels[kept] == 1, ~np.isnan(labels[kept])
    at_least = (scores[kept][:, None, :] >= scores[kept][:, :, None]) & asked[:, None, :]
    share = (at_least & true[:, None, :]).sum(axis=2) / at_least.sum(axis=2).clip(1)
    return float(((share * true).sum(axis=1) / true.sum(axis=1)).mean())


def recall_at(count: int, labels: Floats, scores: Floats) -> float:
    """Return, over excerpts, the mean share of their values that are among the first *count*."""
    kept = np.nansum(labels, axis=1) > 0
    true, ranked = labels[kept] == 1, np.where(np.isnan(labels[kept]), -np.inf, scores[kept])
    above = (ranked[:, None, :] > ranked[:, :, None]).sum(axis=2)
    level = (ranked[:, None, :] == ranked[:, :, None]).sum(axis=2)
    within = np.clip((count - above) / level, 0, 1)
    return float(((within * true).sum(axis=1) / true.sum(axis=1)).mean())


def opened(share: float, labels: Floats, scores: Floats) -> float:
    """Return what share of the excerpts has to be opened, from the highest score down, to find a share of the yes."""
    asked = ~np.isnan(labels)
    places, ranks = np.unique(-scores[asked], return_inverse=True)
    yes, size = np.bincount(ranks, labels[asked], len(places)), np.bincount(ranks)
    wanted = np.ceil(share * yes.sum() - 1e-9)
    level = int(np.searchsorted(np.cumsum(yes), wanted))
    still = wanted - yes[:level].sum()
    # Of m among t in a random order, the j-th comes at place j (t + 1) / (m + 1) on average.
    return float((size[:level].sum() + still * (size[level] + 1) / (yes[level] + 1)) / asked.sum())


def f1(labels: Floats, scores: Floats, limits: Floats) -> tuple[float, float]:
    """Return the mean of F1 over values, and the harmonic mean of macro precision and macro recall (Touché's)."""
    asked = ~np.isnan(labels)
    said, true = (scores >= limits) & asked, labels == 1
    both = (said & true).sum(axis=0)
    precision = both / said.sum(axis=0).clip(1)
    recall = both / true.sum(axis=0).clip(1)
    means = precision.mean(), recall.mean()
    of_means = 2 * means[0] * means[1] / sum(means) if sum(means) else 0.0
    return float((2 * both / (said.sum(axis=0) + true.sum(axis=0)).clip(1)).mean()), float(of_means)


def thresholds(probabilities: Floats) -> Floats:
    """
    Return from which probability on a yes is said of each value, (k,): where F1 is highest if they are right.

    No label is asked: of the texts at hand, (n, k), so many are expected to be a yes as the probabilities add up to.
    """
    falling = -np.sort(-probabilities, axis=0)
    said = np.arange(1, len(falling) + 1)[:, None]
    expected = 2 * np.cumsum(falling, axis=0) / (said + falling.sum(axis=0))
    return np.asarray(np.take_along_axis(falling, expected.argmax(axis=0)[None], axis=0)[0])


def calibration_error(labels: Floats, scores: Floats) -> float | None:
    """Return how far probabilities are from shares of yes, in bins of equal mass."""
    return expected_calibration_error(labels, scores, BINS, "mass").value


def _mean(figure: Callable[[Floats, Floats], float | None], labels: Floats, scores: Floats) -> float:
    """Return the mean of a figure over the values that have one."""
    each = [figure(y, s) for y, s in zip(labels.T, scores.T, strict=True)]
    known = [one for one in each if one is not None]
    return float(np.mean(known)) if known else float("nan")
