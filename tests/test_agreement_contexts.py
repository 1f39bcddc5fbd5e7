"""How common a value is in each context: by hand, at the edges, and in simulated studies whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from tagger.agreement.contexts import FEWEST_FOUND, Sample, context_difference, share_in_context
from tagger.agreement.estimates import Estimate
from tagger.agreement.proportions import clopper_pearson_interval

STUDIES = 1000
PER_CONTEXT = 800
AUDITED = {1: 80, 0: 120}
"""How many passages are audited of those that are suggested, and of the others."""
LIKENESS = 0.1
"""The intraclass correlation of a value within a participant."""


@dataclass(frozen=True)
class Context:
    """A made-up context: how common a value is, how well the model finds it, how many people took part."""

    prevalence: float
    hit: float
    false_alarm: float
    participants: int = 20


def drawn(rng, context):
    """Draw a study's passages, what is suggested of them, and an audit: the sample, and the share suggested."""
    size = (1 - LIKENESS) / LIKENESS
    common = rng.beta(context.prevalence * size, (1 - context.prevalence) * size, context.participants)
    usual = PER_CONTEXT // context.participants
    of = np.repeat(
        np.arange(context.participants), rng.integers(usual // 2, usual + usual // 2 + 1, context.participants)
    )
    there = rng.random(len(of)) < common[of]
    suggested = (rng.random(len(of)) < np.where(there, context.hit, context.false_alarm)).astype(int)
    read, probability = np.zeros(len(of), dtype=bool), np.ones(len(of))
    for label, wanted in AUDITED.items():
        held = np.flatnonzero(suggested == label)
        read[rng.choice(held, min(wanted, len(held)), replace=False)] = True
        probability[held] = min(1, wanted / max(len(held), 1))
    sample = Sample(there[read].astype(int), suggested[read], suggested[~read], probability[read], of[read], of[~read])
    return sample, suggested.mean()


def simulated(seed, first, second):
    """Return, over many studies, how often intervals hold the truth, what counts say, and how often there are any."""
    rng = np.random.default_rng(seed)
    truth = (first.prevalence, second.prevalence, first.prevalence - second.prevalence)
    held, naive = [], []
    for _ in range(STUDIES):
        (one, suggested), (other, suggested_too) = drawn(rng, first), drawn(rng, second)
        shares = share_in_context(one), share_in_context(other)
        found = (*shares, context_difference(*shares))
        held.append([_holds(each, true) for each, true in zip(found, truth, strict=True)])
        naive.append((suggested, suggested_too))
    return np.nanmean(held, axis=0), np.mean(naive, axis=0), np.isfinite(held).mean(axis=0)


def _holds(found, truth):
    return np.nan if found.interval is None else float(found.interval[0] <= truth <= found.interval[1])


def test_counts_mislead_and_corrected_shares_do_not():
    """
    The value is as common in both contexts, and the model finds it in one of them half as often.

    By counts of suggestions it looks much rarer there, in study after study. Corrected intervals hold the truth, and
    that of the difference holds 0.
    """
    held, naive, _ = simulated(1, Context(0.2, 0.9, 0.05), Context(0.2, 0.4, 0.02))

    assert naive[0] == pytest.approx(0.22, abs=0.01)
    assert naive[1] == pytest.approx(0.096, abs=0.01)
    assert 0.93 <= held.min()


def test_counts_turn_a_difference_round_and_corrected_shares_do_not():
    """The value is more common where the model finds it worse: by counts it looks more common in the other context."""
    held, naive, _ = simulated(2, Context(0.15, 0.9, 0.1), Context(0.25, 0.4, 0.03))

    assert naive[0] > naive[1] + 0.05
    assert 0.93 <= held.min()


def test_a_rare_value_is_covered_too():
    """At 2% the suggestions are mostly false alarms in one context; few audits find too little to say anything."""
    held, naive, made = simulated(3, Context(0.02, 0.9, 0.03), Context(0.02, 0.4, 0.1))

    assert naive[1] > 5 * 0.02
    assert 0.93 <= held.min()
    assert 0.75 <= made[1] <= made[0]


def test_a_few_participants_are_enough_for_an_honest_interval():
    """With 8 participants the intervals are wide, and hold the truth as often as they say."""
    held, _, _ = simulated(4, Context(0.2, 0.9, 0.05, 8), Context(0.2, 0.4, 0.02, 8))

    assert 0.93 <= held.min()


def small():
    """Return an audit small enough to compute by hand: 4 participants of 10 passages, 2 suggested for each."""
    labels, model, probabilities, clusters = [], [], [], []
    for name in "abcd":
        # Both suggested passages are read (one is right), and 2 of the 8 others (a and b show the value in one).
        labels += [1, 0, int(name in "ab"), 0]
        model += [1, 1, 0, 0]
        probabilities += [1, 1, 0.25, 0.25]
        clusters += [name] * 4
    return Sample(labels, model, [0] * 24, probabilities, clusters, [name for name in "abcd" for _ in range(6)])


def test_the_share_by_hand():
    """
    The worked example.

    Suggested: 8 of 40. People hold 4 of these, and 2 of the 8 others that were read, each standing for 4: 4 + 2 * 4 =
    12 of 40, or 0.3. Each participant's parts, (sum of corrected labels) - 10 * 0.3, are 2, 2, -2, -2; so v between
    participants is 4/3 * 16 / 40^2 = 0.01333. The least v: the suggested 8 count for 0.2, (4.5/9) (4.5/9) / 8 *
    0.04 = 0.00125; the others for 0.8, (2.5/9) (6.5/9) / 8 * 0.64 = 0.01605; 4 passages of each participant were read,
    so times 1 + 3 * 0.05: 0.01990, which is more. So 40 passages are worth 0.3 * 0.7 / 0.01990 * (1.95996 / 3.18245)^2.
    """
    found = share_in_context(small())

    least = (0.04 * 0.25 / 8 + 0.64 * (2.5 / 9) * (6.5 / 9) / 8) * 1.15
    assert found.value == pytest.approx(0.3)
    assert found.se == pytest.approx(least**0.5)
    assert (16, 4) == (found.n_units, found.n_clusters)
    worth = 0.21 / least * (1.959964 / 3.182446) ** 2
    assert worth == pytest.approx(4.0037, abs=0.0001)
    # The exact interval of 1.2 among 4.0037 lies between those of 1 and 2 among 4.
    lower, upper = (clopper_pearson_interval(x, 4).interval for x in (1, 2))
    assert lower[0] < found.interval[0] < upper[0]
    assert lower[1] < found.interval[1] < upper[1]


def test_too_little_was_found():
    """A value that the audit found less than three times has no share, and it is not 0."""
    found = share_in_context(replace(small(), labels=[1, 1] + [0] * 14))

    assert found.value is None
    assert found.interval is None
    assert f"2 passages of those read for it, and it takes {FEWEST_FOUND}" in found.reason


def test_two_participants_are_too_few():
    """Nothing is said of interviews like these from two people."""
    pairs = {"a": "a", "b": "a", "c": "b", "d": "b"}
    sample = small()
    found = share_in_context(
        replace(
            sample,
            clusters=[pairs[name] for name in sample.clusters],
            clusters_unread=[pairs[name] for name in sample.clusters_unread],
        )
    )

    assert found.value is None
    assert "2 participants or groups" in found.reason


def test_the_difference_by_hand():
    """0.5 [0.3, 0.8] - 0.2 [0.1, 0.4]: 0.3 - sqrt(0.2^2 + 0.2^2), 0.3 + sqrt(0.3^2 + 0.1^2)."""
    first = Estimate(0.5, 30, interval=(0.3, 0.8), n_clusters=9)
    second = Estimate(0.2, 40, interval=(0.1, 0.4), n_clusters=8)
    found, other = context_difference(first, second), context_difference(second, first)

    assert found.value == pytest.approx(0.3)
    assert found.interval == pytest.approx((0.3 - 0.08**0.5, 0.3 + 0.1**0.5))
    assert other.interval == pytest.approx(tuple(-end for end in reversed(found.interval)))
    assert (70, 17) == (found.n_units, found.n_clusters)


def test_there_is_no_difference_to_what_is_not_known():
    """What cannot be said of one context cannot be compared, and the reason goes with it."""
    known = Estimate(0.5, 30, interval=(0.3, 0.8), n_clusters=9)
    found = context_difference(known, Estimate(None, 12, n_clusters=2, reason="too little"))

    assert (None, None, "too little") == (found.value, found.interval, found.reason)
