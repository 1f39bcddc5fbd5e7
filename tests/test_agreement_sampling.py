"""What a blind random sample says of all passages: recall, elusion, prevalence, and how large it has to be."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tagger.agreement.elusion import elusion_recall, plan_sample
from tagger.agreement.prevalence import METHODS, prevalence_estimate
from tagger.agreement.sampling import linearised_recall, stratified_recall
from tagger.errors import UsageError

# 40 passages that people and a model labelled, and 200 that the model alone did; Angelopoulos et al. (2023) give 0.24
# by PPI and 0.212261 by PPI++ for them. Only how often each pair of labels occurs matters.
PEOPLE = [1] * 5 + [1] * 3 + [0] * 5 + [0] * 27
MODEL = [1] * 5 + [0] * 3 + [1] * 5 + [0] * 27
REST = [1] * 58 + [0] * 142

SIZES = {"suggested": 100, "near": 200, "far": 1000}


def read(stratum, suggested, yes, no):
    """Make the sample of one stratum: labels, suggestions and strata."""
    n = yes + no
    return [1] * yes + [0] * no, [suggested] * n, [stratum] * n


def together(*samples):
    """Join the samples of several strata."""
    return tuple([*chain(*column)] for column in zip(*samples, strict=True))


SAMPLE = together(read("suggested", 1, 30, 20), read("near", 0, 5, 35), read("far", 0, 2, 98))


def test_recall_weighs_each_passage_by_what_it_stands_for():
    """Recall, precision, elusion and prevalence are ratios of totals in which a passage counts N_h / n_h times."""
    found = stratified_recall(*SAMPLE, SIZES)

    assert (60, 40, 45) == pytest.approx((found.hits, found.false_alarms, found.misses))
    assert 60 / 105 == pytest.approx(found.value)
    assert 60 / 100 == pytest.approx(found.precision.value)
    assert 45 / 1200 == pytest.approx(found.elusion.value)
    assert 105 / 1300 == pytest.approx(found.prevalence.value)
    assert (37, 190, 50, 140) == (found.n_positives, found.n_units, found.precision.n_units, found.elusion.n_units)


def test_the_interval_of_a_single_stratum_is_beta_binomial():
    """In one wholly suggested stratum, the hits among what was not read are beta-binomial, with half priors."""
    labels, suggested, strata = read("suggested", 1, 60, 20)
    found = stratified_recall(labels, suggested, strata, {"suggested": 400}, draws=40_000)
    total = stats.betabinom(320, 60.5, 20.5, loc=60)

    assert tuple(total.ppf([0.025, 0.975]) / 400) == pytest.approx(found.precision.interval, abs=0.004)


def test_a_stratum_that_holds_both_is_drawn_in_four_cells():
    """In one mixed stratum prevalence is beta-binomial, with two halves for yes and two for no."""
    sample = together(read("all", 1, 30, 20), read("all", 0, 10, 60))
    found = stratified_recall(*sample, {"all": 1200}, draws=40_000)
    total = stats.betabinom(1080, 41, 81, loc=40)

    assert (30 / 40, 30 / 50, 10 / 70) == pytest.approx((found.value, found.precision.value, found.elusion.value))
    assert tuple(total.ppf([0.025, 0.975]) / 1200) == pytest.approx(found.prevalence.interval, abs=0.004)


def test_a_stratum_named_as_mixed_may_hold_what_its_sample_does_not():
    """Where unsuggested passages may be left in a stratum that showed none, recall is less certain."""
    sample = together(read("suggested", 1, 30, 20), read("far", 0, 2, 98))
    sizes = {"suggested": 1000, "far": 1000}
    cut, mixed = (stratified_recall(*sample, sizes, mixed=names) for names in ([], ["suggested"]))

    assert cut.value == mixed.value
    assert cut.interval[0] > mixed.interval[0]


def test_recall_of_equal_weights_is_the_samples_own():
    """Where all strata were sampled alike, recall is the plain share of the sample's positives that are suggested."""
    sample = together(read("a", 1, 12, 8), read("b", 0, 4, 36))

    assert 12 / 16 == pytest.approx(stratified_recall(*sample, {"a": 60, "b": 120}).value)


def test_reading_everything_leaves_no_uncertainty():
    """With the whole frame read, each interval is its value."""
    found = stratified_recall(*SAMPLE, {"suggested": 50, "near": 40, "far": 100})

    for one in (found.recall, found.precision, found.elusion, found.prevalence):
        assert (one.value, one.value) == pytest.approx(one.interval)


def test_no_misses_in_the_sample_is_not_full_recall():
    """With zero misses recall's interval begins well below 1, and elusion's ends near 3 / n."""
    sample = together(read("suggested", 1, 40, 10), read("rest", 0, 0, 300))
    found = stratified_recall(*sample, {"suggested": 100, "rest": 3000})

    assert (1, 0) == (found.value, found.elusion.value)
    assert found.interval[0] < 0.9
    assert 0.004 < found.elusion.interval[1] < 0.012


def test_the_same_seed_gives_the_same_interval():
    """Neither the order of passages nor that of strata changes an interval; another seed does."""
    turned = stratified_recall(*[column[::-1] for column in SAMPLE], dict(reversed(SIZES.items())))

    assert stratified_recall(*SAMPLE, SIZES) == turned
    assert turned.interval != stratified_recall(*SAMPLE, SIZES, seed=1).interval


def test_few_positives_give_no_recall_and_no_precision():
    """With nine positives neither is estimable, with ten, or with a lower minimum, both are; elusion always is."""
    nine, ten = (together(read("a", 1, k, 20), read("b", 0, 2, 90)) for k in (7, 8))
    sizes = {"a": 50, "b": 500}

    assert stratified_recall(*nine, sizes).value is None
    assert stratified_recall(*nine, sizes).reason == "not estimable: the value was found in 9 passages, and it takes 10"
    assert stratified_recall(*nine, sizes).precision.value is None
    assert (
        stratified_recall(*nine, sizes).precision.reason
        == "not estimable: the value was found in 9 passages, and it takes 10"
    )
    assert stratified_recall(*ten, sizes).precision.value == pytest.approx(8 / 28)
    assert stratified_recall(*nine, sizes).elusion.value == pytest.approx(2 / 92)
    assert stratified_recall(*ten, sizes).interval is not None
    assert stratified_recall(*nine, sizes, least=9).interval is not None


def test_the_linearised_interval_is_that_of_its_formula():
    """The variance of z = y (f - R) / (TP + FN) by strata, worked out passage by passage, on the logit scale."""
    rows = pd.DataFrame(dict(zip(("y", "f", "stratum"), SAMPLE, strict=True)))
    recall = 60 / 105
    z = rows["y"] * (rows["f"] - recall) / 105
    by_stratum = z.groupby(rows["stratum"]).agg(["var", "count"])
    sizes = by_stratum.index.map(SIZES)
    variance = (sizes**2 * (1 - by_stratum["count"] / sizes) * by_stratum["var"] / by_stratum["count"]).sum()
    centre, reach = np.log(recall / (1 - recall)), 1.959964 * np.sqrt(variance) / (recall * (1 - recall))

    found = linearised_recall(*SAMPLE, SIZES)
    assert (recall, 190) == (pytest.approx(found.value), found.n_units)
    expected = [1 / (1 + np.exp(-(centre + sign * reach))) for sign in (-1, 1)]
    assert found.interval == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("sample", "sizes", "value", "reason"),
    [
        (together(read("a", 1, 20, 0), read("b", 0, 0, 20)), {"a": 50, "b": 500}, 1.0, "has no logit"),
        (together(read("a", 1, 20, 0), read("b", 0, 1, 0)), {"a": 50, "b": 5}, 50 / 55, "a single passage was read"),
        (together(read("a", 1, 20, 0), read("b", 0, 5, 0)), {"a": 50, "b": 50}, 0.5, "are alike"),
        (
            together(read("a", 1, 9, 0), read("b", 0, 0, 20)),
            {"a": 50, "b": 500},
            None,
            "found in 9 passages, and it takes 10",
        ),
        (SAMPLE, {**SIZES, "farthest": 9}, None, "nothing was read of farthest"),
    ],
)
def test_where_there_is_no_linearised_interval_it_says_why(sample, sizes, value, reason):
    """All found, a stratum with one passage, none with spread, few positives, a stratum that nobody read."""
    found = linearised_recall(*sample, sizes)

    assert found.value == (None if value is None else pytest.approx(value))
    assert found.interval is None
    assert reason in found.reason


def test_a_linearised_interval_of_everything_has_no_width():
    """What was read altogether, be it by a single passage, adds no uncertainty."""
    found = linearised_recall(*together(read("a", 1, 20, 0), read("b", 0, 1, 0)), {"a": 20, "b": 1})

    assert found.interval == pytest.approx((20 / 21, 20 / 21))


def test_an_unread_stratum_makes_all_unknown():
    """Where nothing was read of a stratum that holds something, nothing is estimable, and the reason names it."""
    found = stratified_recall(*SAMPLE, {**SIZES, "farthest": 9, "nothing": 0})

    assert (None, None, None) == (found.value, found.elusion.value, found.prevalence.value)
    assert "farthest" in found.reason
    assert "not estimable: nothing was read of farthest" == found.reason


@pytest.mark.parametrize(("yes", "no", "prevalence"), [(50, 0, 1), (0, 50, 0)])
def test_all_yes_and_all_no(yes, no, prevalence):
    """All yes and all no are shares of 1 and 0 with an interval, without a warning or a crash."""
    found = stratified_recall(*read("rest", 0, yes, no), {"rest": 500})

    assert (prevalence, prevalence) == (found.prevalence.value, found.elusion.value)
    assert found.prevalence.interval[0] < found.prevalence.interval[1]
    assert found.precision.value is None


def test_an_empty_frame_has_a_reason():
    """Without passages there is nothing to estimate."""
    assert "not estimable: the frame is empty" == stratified_recall([], [], [], {}).reason


@pytest.mark.parametrize(
    "arguments",
    [
        ([1], [1], ["a"], {"b": 3}),
        ([1, 0], [1], ["a"], {"a": 3}),
        ([2], [1], ["a"], {"a": 3}),
        ([None], [1], ["a"], {"a": 3}),
        ([1, 1], [1, 1], ["a", "a"], {"a": 1}),
        ([1], [1], ["a"], {"a": 1.5}),
    ],
)
def test_recall_refuses_what_is_no_sample(arguments):
    """Answers other than 0 and 1, unknown strata and more read than there is are refused."""
    with pytest.raises(UsageError):
        stratified_recall(*arguments)
    with pytest.raises(UsageError):
        stratified_recall([1], [1], ["a"], {"a": 3}, mixed=["b"])


@given(st.data())
def test_intervals_hold_their_values(data):
    """Whatever the sample, each value lies in its interval, and the interval from 0 to 1."""
    counts = data.draw(st.lists(st.tuples(*[st.integers(0, 12)] * 4).filter(any), min_size=1, max_size=4))
    sample = together(
        *[
            together(read(h, 1, hits, wrong), read(h, 0, misses, rest))
            for h, (hits, wrong, misses, rest) in enumerate(counts)
        ]
    )
    sizes = {h: sum(four) + data.draw(st.integers(0, 200)) for h, four in enumerate(counts)}
    found = stratified_recall(*sample, sizes, draws=200, least=1)

    for one in (found.recall, found.precision, found.elusion, found.prevalence):
        assert one.value is None or 0 <= one.interval[0] <= one.value <= one.interval[1] <= 1
        assert (one.value is None) == bool(one.reason)


def drawn_corpus(random, transcripts=1):
    """Draw 1,200 passages, 12% with the value, a score that ranks them, and a sample of three strata by score."""
    y = random.random(1200) < 0.12
    score = random.normal(size=1200) + 1.9 * y
    suggested = score > np.quantile(score, 0.865)
    band = np.where(suggested, 0, np.where(score > np.quantile(score, 0.7), 1, 2))
    stratum = band * transcripts + np.arange(1200) % transcripts
    sizes = dict(enumerate(np.bincount(stratum, minlength=3 * transcripts).tolist()))
    wanted = np.repeat(np.array([120, 60, 100]) // transcripts, transcripts)
    rows = [random.permutation(np.flatnonzero(stratum == h))[: wanted[h]] for h in sizes]
    chosen = np.concatenate(rows)
    return y, suggested, (y[chosen].astype(int), suggested[chosen].astype(int), stratum[chosen].tolist(), sizes)


@pytest.mark.slow
@pytest.mark.parametrize(("transcripts", "runs"), [(1, 1500), (10, 800)])
def test_recall_is_unbiased_and_its_interval_covers(transcripts, runs):
    """By a biased score recall is right to .01, its interval covers .93 to .97, and suggestions alone are far off."""
    random = np.random.default_rng(20)
    errors, covered, alone = [], [], []
    for run in range(runs):
        y, suggested, sample = drawn_corpus(random, transcripts)
        true = (y & suggested).sum() / y.sum()
        found = stratified_recall(*sample, draws=1000, seed=run)
        errors.append(found.value - true)
        covered.append(found.interval[0] <= true <= found.interval[1])
        shown = [column[: sample[1].sum()] for column in sample[:3]]
        sizes = {h: size for h, size in sample[3].items() if h < transcripts}
        alone.append(stratified_recall(*shown, sizes, draws=10, seed=run).value - true)

    assert 0 == pytest.approx(np.mean(errors), abs=0.01)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(alone) > 0.3


def test_elusion_recall_of_the_published_example():
    """8,000 right ones and 5 misses in 1,534 of 92,000 give a recall of .964 from .920 to .988 (Losey 2015)."""
    found = elusion_recall(8000, 92000, 1534, 5)

    assert 0.003259452411994785 == pytest.approx(found.elusion.value, abs=1e-9)
    assert (0.0010591562361772723, 0.007589953689284011) == pytest.approx(found.elusion.interval, abs=1e-9)
    assert 0.963870562362551 == pytest.approx(found.value, abs=1e-9)
    assert (0.9197225104913538, 0.9879662775934713) == pytest.approx(found.interval, abs=1e-9)


def test_elusion_recall_without_misses_leaves_room():
    """No miss in the sample gives an interval from below 1, and with nothing found at all there is no recall."""
    assert elusion_recall(100, 1000, 300, 0).interval[0] < 0.92
    assert (None, True) == (elusion_recall(0, 1000, 300, 0).value, bool(elusion_recall(0, 1000, 300, 0).reason))
    assert (None, True) == (elusion_recall(9, 1000, 0, 0).value, bool(elusion_recall(9, 1000, 0, 0).reason))
    assert (0, (0, 0)) == (elusion_recall(0, 1000, 300, 4).value, elusion_recall(0, 1000, 300, 4).interval)


@pytest.mark.parametrize("arguments", [(-1, 10, 5, 1), (1, 10, 5, 6), (1, 10, 11, 1), (1, 10, 5, -1)])
def test_elusion_recall_refuses_impossible_counts(arguments):
    """More misses than were read, more read than there is, and negative counts are refused."""
    with pytest.raises(UsageError):
        elusion_recall(*arguments)


@pytest.mark.parametrize(("elusion", "passages"), [(0.01, 299), (0.02, 149), (0.05, 59), (0.5, 5)])
def test_planning_for_a_bound_on_elusion(elusion, passages):
    """Zero misses in ln(.05) / ln(1 - e) passages show that elusion is at most e: 299 for 1%."""
    assert passages == plan_sample(elusion=elusion).value
    assert (1 - elusion) ** passages <= 0.05 < (1 - elusion) ** (passages - 1)


@given(st.floats(0.01, 0.4), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_planning_for_a_width_gives_the_least_number(half_width, prevalence, level):
    """The number planned gives a Wilson interval that is narrow enough, and one passage fewer does not."""
    n = plan_sample(half_width=half_width, prevalence=prevalence, level=level).value
    z = stats.norm.ppf(0.5 + level / 2)
    fewer, planned = (
        z / (1 + z**2 / k) * np.sqrt(prevalence * (1 - prevalence) / k + z**2 / (4 * k**2)) for k in (max(n - 1, 1), n)
    )

    assert planned <= half_width
    assert fewer > half_width or n == 1


def test_planning_agrees_with_the_intervals_library():
    """120 passages are planned for a half-width of .08 around .25, and 30 of 120 have it; 119 would not do."""
    n = plan_sample(half_width=0.08, prevalence=0.25).value
    narrow = stats.binomtest(round(n / 4), n).proportion_ci(method="wilson")

    assert 0.08 == pytest.approx((narrow.high - narrow.low) / 2, abs=0.001)


def test_planning_knows_that_passages_of_a_transcript_are_alike():
    """Five passages a transcript and an ICC of .15 take 1.6 times as many; an ICC of 0 or one passage none more."""
    plan = plan_sample(elusion=0.01, per_transcript=5, icc=0.15)

    assert (479, 299, 1.6) == (plan.value, plan.n_independent, plan.design_effect)
    assert 299 == plan_sample(elusion=0.01, per_transcript=5).value == plan_sample(elusion=0.01, icc=0.15).value
    assert 329 == plan_sample(elusion=0.01, per_transcript=2, icc=0.1).value


def test_planning_for_certainty_has_no_number():
    """No sample shows that nothing at all is missed, or gives an interval without width."""
    assert (None, True) == (plan_sample(elusion=0).value, bool(plan_sample(elusion=0).reason))
    assert plan_sample(half_width=0).value is None


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"elusion": 0.01, "half_width": 0.1},
        {"elusion": 1},
        {"elusion": -0.1},
        {"half_width": 0.1, "prevalence": 1.2},
        {"elusion": 0.1, "icc": -1},
        {"elusion": 0.1, "per_transcript": 0},
        {"elusion": 0.1, "level": 1},
    ],
)
def test_planning_refuses_impossible_wishes(wishes):
    """It takes one thing to plan for, and shares that are shares."""
    with pytest.raises(UsageError):
        plan_sample(**wishes)


def test_prevalence_of_the_reference_data():
    """PPI and PPI++ give the values and intervals of the authors' own package for the same data."""
    plain, tuned = (prevalence_estimate(PEOPLE, MODEL, REST, method) for method in ("ppi", "ppi++"))

    assert 0.24 == pytest.approx(plain.value)
    assert (0.08859991815364882, 0.39140008184635117) == pytest.approx(plain.interval, abs=1e-9)
    assert 0.21226060191518467 == pytest.approx(tuned.value, abs=1e-9)
    assert (0.09818313538754118, 0.3263380684428282) == pytest.approx(tuned.interval, abs=1e-9)


def test_prevalence_by_people_alone_is_the_plain_share():
    """Where all were equally probable, "ht" is people's share with its usual standard error."""
    people = prevalence_estimate(PEOPLE, MODEL, REST, "ht")

    assert (0.2, 40) == (pytest.approx(people.value), people.n_units)
    assert np.std(PEOPLE, ddof=1) / np.sqrt(40) == pytest.approx(people.se)
    assert people == prevalence_estimate(PEOPLE, MODEL, REST, "ht", probabilities=[40 / 240] * 40)


def test_prevalence_by_design_is_the_mean_of_corrected_labels():
    """By "dsl" prevalence is the mean of f + (R / pi)(y - f), with the standard error of the transcripts' sums."""
    y, f, rest, pi = [1, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1, 0, 0], [0.5, 0.5, 0.25, 0.5]
    corrected = np.array([1, 1 - 2, 4, 0, *rest])
    transcripts = np.array([0, 1, 2, 2, 0, 0, 1, 1, 2, 2])
    found = prevalence_estimate(y, f, rest, "dsl", probabilities=pi, clusters=(transcripts[:4], transcripts[4:]))
    sums = [(corrected - corrected.mean())[transcripts == g].sum() for g in range(3)]

    assert corrected.mean() == pytest.approx(found.value)
    assert np.sqrt(3 / 2 * np.square(sums).sum()) / 10 == pytest.approx(found.se)
    assert (3, found) == (
        found.n_clusters,
        prevalence_estimate(y, f, rest, "ppi", probabilities=pi, clusters=(transcripts[:4], transcripts[4:])),
    )


def test_prevalence_by_strata_of_the_model_needs_no_model():
    """Where strata are cut on a yes-or-no f, "dsl" equals the stratified estimate by people alone."""
    y, f = [1, 1, 0, 1, 0, 0, 1, 0, 0], [1] * 4 + [0] * 5
    design = {"probabilities": [4 / 20] * 4 + [5 / 100] * 5}
    rest = [1] * 16 + [0] * 95
    stratified = (20 * 3 / 4 + 100 * 1 / 5) / 120

    assert stratified == pytest.approx(prevalence_estimate(y, f, rest, "dsl", **design).value)
    assert stratified == pytest.approx(prevalence_estimate(y, f, rest, "ht", **design).value)
    assert stratified == pytest.approx(prevalence_estimate(y, f, [], "ht", **design).value)


@pytest.mark.parametrize("method", METHODS)
def test_prevalence_with_everything_read_is_the_share(method):
    """With nothing left to read, every method that has a value says the share that people found."""
    found = prevalence_estimate(PEOPLE, MODEL, [], method, probabilities=[1] * 40)

    assert 0.2 == pytest.approx(found.value)


@given(st.floats(-5, 5), st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=3, max_size=20))
def test_prevalence_does_not_mind_a_model_that_is_off_by_a_constant(shift, pairs):
    """Adding the same to all of the model's scores changes no estimate."""
    y, f = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rest = [0.1, 0.4, 0.9, *f]
    for method in METHODS:
        one = prevalence_estimate(y, f, rest, method)
        other = prevalence_estimate(y, [a + shift for a in f], [a + shift for a in rest], method)

        assert one.value == pytest.approx(other.value, abs=1e-6)


def test_clusters_of_one_are_no_clusters():
    """With each passage its own transcript, the standard error is that without transcripts, and the interval by t."""
    own = (range(40), range(40, 240))
    by_one, plain = (prevalence_estimate(PEOPLE, MODEL, REST, "ht", clusters=names) for names in (own, None))

    assert plain.se == pytest.approx(by_one.se)
    assert by_one.interval[1] - by_one.interval[0] > plain.interval[1] - plain.interval[0]


def test_clusters_that_are_alike_leave_no_error():
    """Where every transcript says the same, the standard error is 0."""
    found = prevalence_estimate(
        [1, 0] * 5, [1, 0] * 5, [1, 0] * 10, "dsl", clusters=(np.repeat(range(5), 2), [*range(5)] * 4)
    )

    assert 0.5 == pytest.approx(found.value)
    assert 0 == pytest.approx(found.se, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("clusters", [1, 2])
def test_fewer_than_three_clusters_give_no_interval(method, clusters):
    """With one or two transcripts there is a value, no interval, and a reason."""
    names = (np.arange(40) % clusters, np.arange(200) % clusters)
    found = prevalence_estimate(PEOPLE, MODEL, REST, method, clusters=names)

    assert (None, None, clusters) == (found.interval, found.se, found.n_clusters)
    assert 0 < found.value < 1
    assert "3 clusters" in found.reason


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("answer", [0, 1])
def test_labels_that_are_all_alike_never_give_an_interval_without_width(method, answer):
    """All yes or all no, an interval has a width or is not there, with the reason."""
    for model in (PEOPLE, [answer] * 40):
        found = prevalence_estimate([answer] * 40, model, [*model, *model], method)

        assert answer == pytest.approx(found.value)
        assert found.interval[0] < found.interval[1] if found.interval else "alike" in found.reason


@pytest.mark.parametrize("method", METHODS)
def test_prevalence_of_next_to_nothing(method):
    """Nothing read gives no value; one passage read gives no interval."""
    assert "people read nothing" == prevalence_estimate([], [], [0, 1], method).reason
    assert prevalence_estimate([1], [1], [0, 1], method).interval is None
    assert "people read one passage" in prevalence_estimate([1], [1], [0, 1], method).reason


def test_prevalence_without_unlabelled_passages():
    """PPI has nothing to learn where people read everything, and says so."""
    assert "choose ht" in prevalence_estimate(PEOPLE, MODEL, [], "ppi").reason


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([1, 0], [1], [1]), {}),
        (([1, None], [1, 0], [1]), {}),
        (([1, 2], [1, 0], [1]), {}),
        (([1, 0], [1, float("nan")], [1]), {}),
        (([1, 0], [1, 0], [1]), {"method": "PPI"}),
        (([1, 0], [1, 0], [1]), {"probabilities": [0.5]}),
        (([1, 0], [1, 0], [1]), {"probabilities": [0.5, 0]}),
        (([1, 0], [1, 0], [1]), {"clusters": (["a", "b"], [])}),
        (([1, 0], [1, 0], [1]), {"clusters": (["a", None], ["a"])}),
    ],
)
def test_prevalence_refuses_what_does_not_fit(arguments, named):
    """Missing answers, unequal lengths, impossible probabilities and unnamed transcripts are refused."""
    with pytest.raises(UsageError):
        prevalence_estimate(*arguments, **named)


@pytest.mark.slow
@pytest.mark.parametrize("skill", [0.0, 1.0])
@pytest.mark.parametrize("transcripts", [0, 20])
def test_prevalence_is_unbiased_however_poor_the_model(skill, transcripts):
    """All methods are unbiased, and PPI++ is at most 2% wider than people alone if the model is useless."""
    random = np.random.default_rng(21)
    found = {method: [] for method in METHODS}
    for _ in range(600):
        y = (random.random(1500) < 0.2).astype(float)
        f = 0.3 + skill * y * 0.5 + 0.1 * random.normal(size=1500)
        names = random.integers(transcripts, size=1500) if transcripts else None
        clusters = None if names is None else (names[:150], names[150:])
        for method in METHODS:
            one = prevalence_estimate(y[:150], f[:150], f[150:], method, clusters=clusters)
            found[method].append(
                (one.value, one.interval[1] - one.interval[0], one.interval[0] <= 0.2 <= one.interval[1])
            )
    value, width, covered = (dict(zip(METHODS, row, strict=True)) for row in np.mean([*found.values()], axis=1).T)

    assert [0.2] * 4 == pytest.approx(list(value.values()), abs=0.003)
    assert width["ppi++"] <= width["ht"] * (1.02 if skill == 0 else 0.8)
    assert min(covered.values()) >= 0.92
    assert max(covered[method] for method in ("ppi", "ppi++", "ht")) <= 0.97


@pytest.mark.parametrize("size", [None, pd.NA, float("nan"), "", "many", -1, float("inf"), 1.5])
def test_a_stratum_of_unknown_size_is_never_taken_for_empty(size):
    """A stratum whose size is missing or no whole number is refused, whether or not it was read."""
    for stratum in ("unread", "far"):
        with pytest.raises(UsageError, match=f"'{stratum}'"):
            stratified_recall(*SAMPLE, {**SIZES, stratum: size})


@pytest.mark.parametrize("kind", [np.int64, np.float64, float, np.uint16])
def test_sizes_of_any_type_of_number(kind):
    """Sizes may be whole numbers of any type, also in a Series."""
    sizes = {name: kind(size) for name, size in SIZES.items()}

    assert stratified_recall(*SAMPLE, SIZES) == stratified_recall(*SAMPLE, sizes)
    assert stratified_recall(*SAMPLE, SIZES) == stratified_recall(*SAMPLE, pd.Series(sizes))


@pytest.mark.parametrize("level", [95, 1, 0, -0.5, float("nan")])
def test_a_level_that_is_no_share_is_refused(level):
    """A level of 95, or NaN, gives an error in words and neither NaN nor an interval turned round."""
    with pytest.raises(UsageError, match="level"):
        stratified_recall(*SAMPLE, SIZES, level=level)
    with pytest.raises(UsageError, match="level"):
        prevalence_estimate(PEOPLE, MODEL, REST, level=level)


@pytest.mark.parametrize("draws", [0, -1, 2.5, None])
def test_no_draws_are_refused(draws):
    """An interval takes draws, a whole number of them."""
    with pytest.raises(UsageError, match="draws"):
        stratified_recall(*SAMPLE, SIZES, draws=draws)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shift", [-9, 9])
def test_a_model_on_another_scale_never_gives_an_interval_without_width(method, shift):
    """Where the model scored the unread by another scale, an estimate beyond 0 to 1 has no interval, and says so."""
    found = prevalence_estimate([0, 1] * 20, [0, 1] * 20, [shift, shift + 1] * 20, method)

    assert found.interval[0] < found.interval[1] if found.interval else "beyond 0 to 1" in found.reason
    assert not found.interval or found.interval[0] <= min(max(found.value, 0), 1) <= found.interval[1]
