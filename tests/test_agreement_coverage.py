"""A simulation: how often the intervals of alpha cover the alpha that is true."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tagger.agreement.alpha import alpha_statistic
from tagger.agreement.clusters import jackknife_interval
from tagger.agreement.ratings import Ratings

RUNS = 500
EXCERPTS = 40
HIT, PASS = 0.8, 0.96
"""How often a coder sees the value where it is, and sees none where there is none, on average over transcripts."""
MOOD = 0.05
"""The intraclass correlation of a coder's errors within a transcript."""


def spread(rng, mean, correlation, shape):
    """Draw a share for each transcript, so that answers within one are correlated as wanted."""
    size = (1 - correlation) / correlation
    return rng.beta(mean * size, (1 - mean) * size, shape)


def coded(rng, prevalence, correlation, transcripts, coders):
    """Code the excerpts of some transcripts: the value is more common in some, and each coder more careful in some."""
    common = spread(rng, prevalence, correlation, (transcripts, 1))
    there = rng.random((transcripts, EXCERPTS)) < common
    hit, right = (spread(rng, mean, MOOD, (transcripts, 1, coders)) for mean in (HIT, PASS))
    said = rng.random((transcripts, EXCERPTS, coders)) < np.where(there[:, :, None], hit, 1 - right)
    return Ratings(said.reshape(-1, coders).astype(np.int64), (0, 1))


def true_alpha(prevalence):
    """Derive alpha of endless transcripts: given the excerpt, coders err independently, whatever the transcript is."""
    apart = 2 * (prevalence * HIT * (1 - HIT) + (1 - prevalence) * PASS * (1 - PASS))
    said = prevalence * HIT + (1 - prevalence) * (1 - PASS)
    return 1 - apart / (2 * said * (1 - said))


def coverage(seed, prevalence, correlation, coders, transcripts):
    """Return the share of intervals that hold the true alpha: over transcripts, and over excerpts."""
    rng = np.random.default_rng(seed)
    statistic, truth = alpha_statistic([0, 1]), true_alpha(prevalence)
    of_transcript = np.repeat(np.arange(transcripts), EXCERPTS)
    held = np.zeros((RUNS, 2))
    for run in range(RUNS):
        ratings = coded(rng, prevalence, correlation, transcripts, coders)
        for at, clusters in enumerate((of_transcript, np.arange(len(of_transcript)))):
            low, high = jackknife_interval(statistic, ratings, clusters).interval
            held[run, at] = low <= truth <= high
    return held.mean(axis=0)


@pytest.mark.slow
def test_intervals_over_transcripts_cover_and_those_over_excerpts_do_not():
    """Over prevalence, ICC, coders and transcripts, 95% intervals by transcript hold the true alpha in 91 to 98%."""
    grid = list(product([0.12, 0.3], [0.05, 0.15], [2, 3], [10, 20]))
    by_transcript, by_excerpt = np.array([coverage(seed, *cell) for seed, cell in enumerate(grid)]).T
    alike = np.array([correlation == 0.15 for _, correlation, _, _ in grid])

    assert 0.91 <= by_transcript.min() <= by_transcript.max() <= 0.98
    assert 0.92 <= by_transcript.mean() <= 0.97
    # The loss is larger, the more the excerpts of a transcript are alike; it is no less than 5 in 100 anywhere.
    assert 0.85 > by_excerpt[alike].mean()
    assert 0.05 < (by_transcript - by_excerpt)[alike].min()
