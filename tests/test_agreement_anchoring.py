"""Tests of what seeing a suggestion does to readings: by hand, against the plain jackknife, and where it is unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tagger.agreement.anchoring import anchoring_effect
from tagger.errors import UsageError


def readings(*groups):
    """Write out groups of (how many, human, model, shown, cluster, stratum) as six columns."""
    rows = [group[1:] for group in groups for _ in range(group[0])]
    return [list(column) for column in zip(*rows, strict=True)]


HUMAN, MODEL, SHOWN, CLUSTERS, STRATA = readings(
    (3, 1, 1, True, "T1", "high"), (1, 0, 1, True, "T1", "high"), (1, 1, 1, False, "T1", "high"),
    (2, 0, 1, False, "T2", "high"), (2, 1, 1, True, "T2", "low"), (1, 0, 1, False, "T2", "low"),
    (1, 0, 0, False, "T3", "low"), (2, 1, 0, True, "T3", "low"), (1, 1, 1, True, "T3", "high"),
)  # fmt: skip


def test_the_contrast_by_hand():
    """High: 4/5 shown, 1/3 blind, 8 readings; low: 2/4 shown, 1/2 blind, 6 readings; weighted by size."""
    found = anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS, STRATA)

    assert (8 * (4 / 5 - 1 / 3) + 6 * (2 / 4 - 1 / 2)) / 14 == pytest.approx(found.value)
    assert (8 * 4 / 5 + 6 * 2 / 4) / 14 == pytest.approx(found.shown_rate)
    assert found.value == pytest.approx(found.shown_rate - found.blind_rate)
    assert (9, 5, 3, 0, 14) == (found.n_shown, found.n_blind, found.n_clusters, found.left_out, found.n_units)


def test_without_strata_it_is_the_difference_of_two_shares():
    """6 of 9 readings equal the model's where it was shown, and 2 of 5 blind."""
    assert 6 / 9 - 2 / 5 == pytest.approx(anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS).value)


def test_its_standard_error_leaves_one_cluster_out():
    """The jackknife over three transcripts computed one by one, with t(2), cut to -1 and 1."""
    found = anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS)
    rows = pd.DataFrame({"same": np.equal(HUMAN, MODEL), "shown": SHOWN, "cluster": CLUSTERS})
    without = []
    for name in ("T1", "T2", "T3"):
        rates = rows[rows.cluster != name].groupby("shown").same.mean()
        without.append(rates[True] - rates[False])

    se = np.sqrt(2 / 3 * np.sum((np.array(without) - np.mean(without)) ** 2))
    reach = stats.t.ppf(0.975, 2) * se
    assert se == pytest.approx(found.se)
    assert (max(-1, found.value - reach), min(1, found.value + reach)) == pytest.approx(found.interval)


def test_a_lower_level_is_a_shorter_interval():
    """A 50% interval lies inside of the 95% one."""
    wide, narrow = (anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS, level=level).interval for level in (0.95, 0.5))

    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_clusters_that_are_alike_have_no_spread():
    """Where all transcripts tell the same, the standard error is 0."""
    columns = readings(*(group for name in "ABCD" for group in (
        (3, 1, 1, 1, name, 0), (1, 0, 1, 1, name, 0), (1, 1, 1, 0, name, 0), (1, 0, 1, 0, name, 0)
    )))  # fmt: skip
    found = anchoring_effect(*columns)

    assert (0.25, 0.0, (0.25, 0.25)) == (found.value, pytest.approx(found.se), pytest.approx(found.interval))


def test_strata_with_one_arm_are_left_out_and_counted():
    """Readings of a stratum that nobody read blind change no number but their count."""
    more = readings((7, 0, 1, True, "T9", "rare"))
    columns = [old + new for old, new in zip((HUMAN, MODEL, SHOWN, CLUSTERS, STRATA), more, strict=True)]
    found, without = anchoring_effect(*columns), anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS, STRATA)

    assert (7, 16, 14, 3) == (found.left_out, found.n_shown, found.n_units, found.n_clusters)
    assert (without.value, without.se) == pytest.approx((found.value, found.se))


def test_over_reliance_counts_wrong_suggestions_only():
    """With a reference, readings count where the model differs from it: 1 of 2 follow it shown, and 1 of 4 blind."""
    wrong = (0, 3, 5, 6, 9, 10)
    reference = [1 - told if at in wrong else told for at, told in enumerate(MODEL)]
    reference[1] = None
    found = anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS, reference=reference)

    chosen = [[column[at] for at in wrong] for column in (HUMAN, MODEL, SHOWN, CLUSTERS)]
    assert anchoring_effect(*chosen) == found
    assert (2, 4, 1 / 2 - 1 / 4) == (found.n_shown, found.n_blind, found.value)


@pytest.mark.parametrize("gap", [None, float("nan"), pd.NA])
def test_missing_answers_do_not_count(gap):
    """A reading without an answer, and a passage to which the model said nothing, change nothing."""
    found = anchoring_effect(
        [*HUMAN, gap, 1], [*MODEL, 1, gap], [*SHOWN, True, None], [*CLUSTERS, "T1", None], [*STRATA, "high", None]
    )

    assert anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS, STRATA) == found


@pytest.mark.parametrize("kind", ["Int64", "float", "category", "string", "object"])
def test_the_type_of_a_column_does_not_matter(kind):
    """Numbers, words and categories with gaps give the same contrast."""
    human, model = (pd.Series([*column, None], dtype="Int64").astype(kind) for column in (HUMAN, MODEL))
    found = anchoring_effect(human, model, np.array([*SHOWN, True]), pd.Series([*CLUSTERS, "T1"]))

    assert anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS) == found


def test_strata_may_be_pairs():
    """A stratum named by value and band of scores is as good as one named by a word."""
    pairs = [("growth", stratum) for stratum in STRATA]

    assert anchoring_effect(HUMAN, MODEL, SHOWN, CLUSTERS, STRATA) == anchoring_effect(
        HUMAN, MODEL, SHOWN, CLUSTERS, pairs
    )


rows = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.booleans(), st.sampled_from("TUVW"), st.sampled_from("ab")),
    min_size=1,
    max_size=40,
)


@given(rows, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_arms_are_opposites(given_rows, random):
    """Readings in another order give the same; with the arms exchanged the contrast changes its sign and no more."""
    columns = list(zip(*given_rows, strict=True))
    shuffled = list(zip(*random.sample(given_rows, len(given_rows)), strict=True))
    first, second = anchoring_effect(*columns), anchoring_effect(*shuffled)
    turned = anchoring_effect(columns[0], columns[1], [not shown for shown in columns[2]], *columns[3:])

    assert first.left_out == second.left_out == turned.left_out
    assert first.value == (None if second.value is None else pytest.approx(second.value))
    assert first.se == (None if second.se is None else pytest.approx(second.se))
    assert first.value == (None if turned.value is None else pytest.approx(-turned.value))
    assert first.se == (None if turned.se is None else pytest.approx(turned.se))


@pytest.mark.parametrize(
    ("columns", "reference", "reason"),
    [
        (([], [], [], []), None, "there are no readings"),
        (([None], [1], [True], ["T1"]), None, "there are no readings"),
        (([1, 1], [1, 1], [True, True], ["T1", "T2"]), None, "nobody read blind"),
        (([1, 1], [1, 1], [False, False], ["T1", "T2"]), None, "nobody read with the suggestion shown"),
        (([1, 1], [1, 1], [False, True], ["T1", "T2"], ["a", "b"]), None, "no stratum"),
        (([1, 1], [1, 1], [False, True], ["T1", "T2"]), [1, 1], "there are no readings of suggestions that were wrong"),
        (([1, 1], [1, 1], [False, True], ["T1", "T2"]), [1, 0], "nobody read blind"),
    ],
)
def test_what_was_not_measured_has_a_reason(columns, reference, reason):
    """No readings, one arm, no stratum in both, no wrong suggestion: no number, and why."""
    found = anchoring_effect(*columns, reference=reference)

    assert (None, None, None, None) == (found.value, found.interval, found.shown_rate, found.blind_rate)
    assert found.reason.startswith(f"not measured: {reason}")
    assert 0 == found.n_units


def test_two_clusters_have_no_interval():
    """Two transcripts give a contrast and no interval, with the reason."""
    two = [name.replace("3", "2") for name in CLUSTERS]
    found = anchoring_effect(HUMAN, MODEL, SHOWN, two)

    assert found.value is not None
    assert (None, None, 2) == (found.se, found.interval, found.n_clusters)
    assert "no interval: it takes 3 clusters, and there are 2" == found.reason


def test_an_arm_in_one_transcript_has_no_interval():
    """Where all blind readings are of one transcript, leaving it out leaves nothing, and it is named."""
    found = anchoring_effect([1, 0, 1, 1, 1], [1] * 5, [0, 0, 1, 1, 1], ["T1", "T1", "T1", "T2", "T3"])

    assert (0.5, None) == (found.value, found.interval)
    assert "no interval: without T1 it is not estimable" == found.reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"shown": [True]}, "2 readings and 1 shown"),
        ({"shown": [True, None]}, "not known of each reading"),
        ({"shown": ["yes", "no"]}, "not known of each reading"),
        ({"clusters": ["T1", None]}, "clusters: one is missing"),
        ({"strata": ["a", None]}, "strata: one is missing"),
        ({"reference": [1]}, "2 readings and 1 reference"),
        ({"level": 95}, "no coverage"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    """Columns of different length, an unknown arm, cluster or stratum, and a level that is none are said in words."""
    columns = {"human": [1, 0], "model": [1, 1], "shown": [True, False], "clusters": ["T1", "T2"]}
    with pytest.raises(UsageError, match=words):
        anchoring_effect(**(columns | arguments))
