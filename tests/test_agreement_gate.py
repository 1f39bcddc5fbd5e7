"""Whether a value's suggestions are shown, marked untested, or silent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tagger import agreement
from tagger.agreement import average_precision, gate, jackknife_interval
from tagger.errors import UsageError

LEVEL = 1 - 0.05 / 3


def passages(found_in, each=4):
    """Make transcripts of *each* passages, of which so many show the value, the first ones."""
    y = np.concatenate([np.arange(each) < found for found in found_in]).astype(float)
    return y, np.repeat(np.arange(len(found_in)), each)


def simulated(random, *, transcripts, each, share, ours, baselines):
    """Draw studies until the value is tested: answers and scores are alike within a transcript."""
    while True:
        common = random.beta(9 * share, 9 * (1 - share), transcripts)
        clusters = np.repeat(np.arange(transcripts), each)
        y = (random.random(len(clusters)) < common[clusters]).astype(float)
        if agreement.tested(int(y.sum()), len(set(clusters[y == 1]))):
            break
    alike = random.normal(size=len(y))

    def scores(strength):
        own = 0.7 * random.normal(size=len(y)) + 0.3 * random.normal(size=transcripts)[clusters]
        return strength * y + 0.7 * alike + own

    return gate(y, scores(ours), {str(place): scores(one) for place, one in enumerate(baselines)}, clusters)


@pytest.mark.parametrize(
    ("found_in", "state"),
    [
        ((2, 2, 2, 2, 2), "shown"),
        ((2, 2, 2, 2, 1), "untested"),
        ((3, 3, 2, 2, 0), "untested"),
        ((6, 1, 1, 1, 1, 0), "shown"),
        ((0, 0, 0, 0, 0), "untested"),
        ((20,), "untested"),
    ],
)
def test_a_value_is_untested_below_ten_passages_or_five_transcripts(found_in, state):
    """At exactly ten from exactly five it is tested; with one fewer of either it is not."""
    y, clusters = passages(found_in, each=max(8, *found_in))
    found = gate(y, y, {"label frequency": np.zeros(len(y))}, clusters)

    assert (state, len(y), sum(found_in)) == (found.state, found.n, found.found)
    assert np.count_nonzero(found_in) == found.transcripts
    if state == "untested":
        assert (None, "", None, None, None) == (
            found.ours, found.baseline_name, found.baseline, found.low, found.high,
        )  # fmt: skip
        assert "it takes 10 of 5" in found.reason


def test_the_reason_counts_what_was_found():
    """In words that a person reads."""
    y, clusters = passages((1, 0, 0))

    assert "found in 1 passage of 1 transcript; it takes 10 of 5" == (gate(y, y, {"keyword": y}, clusters).reason)


def test_what_is_found_first_is_better_than_chance():
    """Ours finds all ten before anything else, a constant is at the share of yes, in every transcript alike."""
    y, clusters = passages((2, 2, 2, 2, 2), each=8)
    found = gate(y, y, {"label frequency": np.ones(40)}, clusters)

    assert ("shown", 1.0, "label frequency", 0.25) == (found.state, found.ours, found.baseline_name, found.baseline)
    assert (pytest.approx(0.75), pytest.approx(0.75)) == (found.low, found.high)
    assert "better than label frequency, 1.00 against 0.25" == found.reason


def test_what_is_found_last_is_silent():
    """The same the other way round: all that was found has the lowest scores."""
    y, clusters = passages((2, 2, 2, 2, 2), each=8)
    found = gate(y, -y, {"keyword": y, "label frequency": np.ones(40)}, clusters)

    assert ("silent", 0.25, "keyword", 1.0) == (found.state, found.ours, found.baseline_name, found.baseline)
    assert "worse than keyword, 0.25 against 1.00" == found.reason


def test_the_interval_is_that_of_the_difference_from_the_best_baseline():
    """It leaves one transcript out of both at once; the level is shared among the three baselines."""
    random = np.random.default_rng(1)
    y, clusters = passages((3, 1, 4, 2, 0, 1, 2), each=9)
    ours, *others = (strength * y + random.normal(size=len(y)) for strength in (1, 0, 2, 1))
    found = gate(y, ours, dict(zip("abc", others, strict=True)), clusters)

    def lead(rows):
        return average_precision(rows[:, 0], rows[:, 1]).value - average_precision(rows[:, 0], rows[:, 2]).value

    expected = jackknife_interval(lead, np.column_stack([y, ours, others[1]]), clusters, level=LEVEL)

    assert "b" == found.baseline_name
    assert max(average_precision(y, one).value for one in others) == pytest.approx(found.baseline)
    assert expected.value == pytest.approx(found.ours - found.baseline)
    assert expected.interval == pytest.approx((found.low, found.high))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_passages_without_an_answer_do_not_count(missing):
    """Nothing changes when some are added, whatever their scores are."""
    random = np.random.default_rng(2)
    y, clusters = passages((3, 1, 4, 2, 0, 1), each=6)
    ours, other = y + random.normal(size=len(y)), random.normal(size=len(y))
    expected = gate(y, ours, {"keyword": other}, clusters)

    found = gate([*y, missing], [*ours, np.nan], {"keyword": [*other, 9.0]}, [*clusters, 99])

    assert expected == found


def test_nothing_read_is_untested():
    """No passages at all, and passages without an answer."""
    assert ("untested", 0, 0, 0) == (lambda one: (one.state, one.n, one.found, one.transcripts))(
        gate([], [], {"keyword": []}, [])
    )
    assert "untested" == gate([np.nan] * 3, [0.1] * 3, {"keyword": [1, 0, 0]}, list("abc")).state


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"baselines": {}}, "no baseline"),
        ({"baselines": {"keyword": [1, 2]}}, "3 labels and 2 score"),
        ({"ours": [0.1, np.nan, 0.2]}, "missing or infinite"),
        ({"y": [1, 0, 2]}, "yes is 1 and no is 0"),
        ({"clusters": ["a", "b"]}, "3 units and 2 clusters named"),
        ({"clusters": ["a", "b", None]}, "3 units and 2 clusters named"),
        ({"level": 95}, "95 is no level"),
    ],
)
def test_what_cannot_be_judged_is_refused(wrong, message):
    """Whether or not the value has been found often enough to be tested."""
    given = {"y": [1, 0, 0], "ours": [0.3, 0.2, 0.1], "baselines": {"keyword": [1, 0, 0]}, "clusters": list("abc")}

    with pytest.raises(UsageError, match=message):
        gate(**given | wrong)


@pytest.mark.parametrize(("transcripts", "each", "share"), [(6, 12, 0.25), (30, 20, 0.05)], ids=["few", "many"])
def test_a_value_as_good_as_the_best_baseline_is_rarely_silenced(transcripts, each, share):
    """Of 500 studies in which three baselines are as good as ours, in fewer than 4 in 100."""
    random = np.random.default_rng(transcripts)
    states = [
        simulated(random, transcripts=transcripts, each=each, share=share, ours=1, baselines=(1, 1, 1)).state
        for _ in range(500)
    ]

    assert 20 > states.count("silent")


def test_a_value_that_is_clearly_worse_is_silenced():
    """Scores that say nothing beside a baseline that does: with 60 transcripts, in nearly every study."""
    random = np.random.default_rng(4)
    states = [
        simulated(random, transcripts=60, each=20, share=0.1, ours=0, baselines=(1.5, 0, 0.5)).state for _ in range(100)
    ]

    assert 95 <= states.count("silent")


def test_a_value_that_is_better_is_never_silenced():
    """Of 100 studies in which ours tells more than any baseline."""
    random = np.random.default_rng(5)
    states = [
        simulated(random, transcripts=12, each=15, share=0.15, ours=1.5, baselines=(1, 0, 0.5)).state
        for _ in range(100)
    ]

    assert "silent" not in states
