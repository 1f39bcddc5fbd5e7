"""How much to open for a wanted recall, and whether as much is found then."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tagger.agreement.thresholds import recall_of_shares, share_for_recall
from tagger.errors import UsageError


def equal(depths, wanted):
    """Choose from positives that count alike."""
    return share_for_recall(np.array(depths, dtype=float), np.ones(len(depths)), wanted)


def test_a_small_case_by_hand():
    """Of 9 positives the 8th gives 8 / 10 on average, and the 9th 9 / 10."""
    depths = [0.5, 0.1, 0.2, 0.05, 0.3, 0.4, 0.01, 0.9, 0.6]
    assert (0.6, 0.8) == (equal(depths, 0.8).share, equal(depths, 0.8).recall)
    assert (0.9, 0.9) == (equal(depths, 0.9).share, equal(depths, 0.9).recall)
    assert stats.beta.ppf(0.05, 8, 2) == pytest.approx(equal(depths, 0.8).at_least)
    # The limit is the chance that all 9 lie among nine tenths: 0.9 ** 9 is more than 0.05, 0.717 ** 9 is not.
    assert 0.05 == pytest.approx(equal(depths, 0.9).at_least ** 9)


@pytest.mark.parametrize(("wanted", "needed"), [(0.8, 4), (0.9, 9), (0.95, 19)])
def test_so_many_positives_are_needed(wanted, needed):
    """One less is not enough, and the reason says how many are."""
    assert equal(np.linspace(0, 1, needed), wanted).share == 1.0
    few = equal(np.linspace(0, 1, needed - 1), wanted)
    assert few.share is None
    assert few.reason == f"not enough positives (n = {needed - 1}; {needed} needed for {100 * wanted:g}%)"
    assert equal([], wanted).share is None


def test_equal_scores_are_opened_together():
    """All that have the score of the last one are found with it."""
    found = equal([0.1] * 3 + [0.4] * 7, 0.5)
    assert (0.4, 10 / 11) == (found.share, found.recall)


def test_weights_count():
    """A passage that stands for 5 is missed as 5 are, and the one to come counts as the heaviest."""
    depths, weights = np.array([0.1, 0.2, 0.3, 0.8]), np.array([1.0, 1.0, 1.0, 5.0])
    assert share_for_recall(depths, weights, 0.6).share == 0.8
    assert share_for_recall(depths, weights, 0.2).share == 0.3
    refused = share_for_recall(depths, weights, 0.7)
    assert "n = 4, counting as 1.6; 3 needed for 70%" in refused.reason
    same = share_for_recall(depths, np.full(4, 7.0), 0.7)
    assert same == share_for_recall(depths, np.ones(4), 0.7)


def test_what_a_share_finds_is_what_was_wanted_of_it():
    """By hand for 9 positives: none below the first, m of 10 from the m-th on, and all in all of the passages."""
    depths = np.array([0.5, 0.1, 0.2, 0.05, 0.3, 0.4, 0.01, 0.9, 0.6])
    found, limits = recall_of_shares(depths, np.ones(9), np.array([0.005, 0.01, 0.25, 0.6, 0.99, 1.0]))

    assert [0.0, 0.1, 0.4, 0.8, 0.9, 1.0] == pytest.approx(found.tolist())
    binomial = [0.0, *(stats.beta.ppf(0.05, m, 10 - m) for m in (1, 4, 8, 9)), 1.0]
    assert binomial == pytest.approx(limits.tolist())
    # The exact (Clopper-Pearson) limit: with a share that low, 4 or more of 9 come up in 5 of 100 samples.
    assert 0.05 == pytest.approx(stats.binom.sf(3, 9, limits[2]))
    wanted = equal(depths, 0.8)
    assert (wanted.recall, wanted.at_least) == (found[3], limits[3])
    with pytest.raises(UsageError, match="nobody found the value"):
        recall_of_shares(np.array([]), np.array([]), np.array([0.5]))


def corpus(random):
    """Make scores of 2,000 passages in 20 transcripts that differ in how common the value is and how well it scores."""
    transcript = np.repeat(np.arange(20), 100)
    shows = random.random(2000) < random.beta(0.5, 4.5, 20)[transcript]
    scores = random.normal(1.0, 0.7, 20)[transcript] * shows + random.normal(size=2000)
    return shows, (2000 - np.argsort(np.argsort(scores))) / 2000


@pytest.mark.parametrize("wanted", [0.8, 0.9, 0.95])
def test_as_much_is_found_as_was_wanted(wanted):
    """
    On average over 1,000 random samples of 400 passages, and above the limit in 95% of them.

    Passages of a transcript are alike here, which does no harm: the sample is of these passages.
    """
    random = np.random.default_rng(11)
    found, kept = [], []
    while len(found) < 1000:
        shows, depths = corpus(random)
        sample = random.permutation(2000)[:400]
        own = depths[sample][shows[sample]]
        chosen = equal(own, wanted)
        if chosen.share is not None:
            found.append((depths[shows] <= chosen.share).mean())
            kept.append(found[-1] >= chosen.at_least)
    assert np.mean(found) >= wanted
    assert np.mean(kept) >= 0.94


@pytest.mark.parametrize("wanted", [0.8, 0.9])
def test_as_much_is_found_after_an_audit(wanted):
    """Where the strongest tenth and the rest are drawn with unequal probabilities, over 1,000 samples."""
    random = np.random.default_rng(12)
    found, kept = [], []
    while len(found) < 1000:
        shows, depths = corpus(random)
        strata = [np.flatnonzero(depths <= 0.1), np.flatnonzero(depths > 0.1)]
        drawn = [random.permutation(stratum)[:n] for stratum, n in zip(strata, (100, 300), strict=True)]
        weights = np.concatenate([np.full(100, 2.0), np.full(300, 6.0)])
        sample = np.concatenate(drawn)
        yes = shows[sample]
        chosen = share_for_recall(depths[sample][yes], weights[yes], wanted)
        if chosen.share is not None:
            found.append((depths[shows] <= chosen.share).mean())
            kept.append(found[-1] >= chosen.at_least)
    assert np.mean(found) >= wanted
    assert np.mean(kept) >= 0.94


@pytest.mark.parametrize(("weights", "wanted"), [([1.0], 0.9), ([1.0, 0.0], 0.9), ([1.0, 1.0], 1.0), ([1.0, 1.0], 0.0)])
def test_numbers_that_cannot_be_are_refused(weights, wanted):
    """With the remedy."""
    with pytest.raises(UsageError):
        share_for_recall(np.array([0.1, 0.2]), np.array(weights), wanted)
