"""The sections on people with people and the model with people: the numbers, and where there is none, the reason."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evidence_example import AUDIT, SPANS, drawn, evidence, frame, readings
from scipy import stats

from tagger import agreement
from tagger.errors import UsageError
from tagger.report import closing, design, machine, people, spans, stand_in, subgroups, summary, together
from tagger.report.computation import compute
from tagger.report.document import shown
from tagger.report.evidence import COMPARABLE, REFUSED


def changed(told, **tables):
    """Return evidence with other tables."""
    return replace(told, **tables)


def number(section, estimator, value_id="trust", source="blind", between=None):
    """Return the only number of a section that was made so."""
    [found] = [
        one
        for one in section.numbers
        if (one.estimator, one.value_id, one.source) == (estimator, value_id, source)
        and (between is None or one.between == between)
    ]
    return found


def beside(told):
    """Return section 5 beside section 2."""
    return machine.model(told, people.people(told).numbers)


def table(told, value_id="trust", source="blind"):
    """Return what readers said of a value as a table of units by readers, and the clusters."""
    said = told.answers[(told.answers["value_id"] == value_id) & (told.answers["source"] == source)]
    wide = said.assign(yes=said["yes"].map({True: "yes", False: "no"})).pivot(
        index="place", columns="coder", values="yes"
    )
    return wide, told.passages["cluster"].iloc[wide.index].to_numpy()


def test_the_headline_is_alpha_with_its_interval_by_transcript():
    """Alpha of section 2 is that of the public functions on the same rows, interval and all."""
    told = drawn(transcripts=8, read=0.8)
    found = number(people.people(told), people.ALPHA)
    wide, clusters = table(told)
    both = (wide.notna().sum(axis=1) > 1).to_numpy()

    expected = agreement.jackknife_interval(agreement.alpha_statistic(["no", "yes"]), wide[both], clusters[both])

    assert found.estimate == pytest.approx(agreement.krippendorff_alpha(wide).value)
    assert (found.low, found.high) == pytest.approx(expected.interval)
    assert (int(both.sum()), 8) == (found.n, found.transcripts)


def test_every_coefficient_of_two_readers_is_the_public_one():
    """The panel of section 2 and the appendix say what `tagger.agreement` says."""
    told = drawn()
    wide, _ = table(told)
    panel, others = people.people(told), closing.appendix(told)
    specific, adjusted = agreement.specific_agreement(wide), agreement.pabak(wide)
    expected = {
        "percent_agreement": agreement.percent_agreement(wide).value,
        "specific_agreement (yes)": specific.positive.value,
        "specific_agreement (no)": specific.negative.value,
        "gwet_ac1": agreement.gwet_ac1(wide).value,
        "light_kappa": agreement.light_kappa(wide).value,
        "pabak": adjusted.value,
        "pabak (prevalence_index)": adjusted.prevalence_index,
        "pabak (bias_index)": adjusted.bias_index,
    }

    assert expected == pytest.approx({name: number(panel, name).estimate for name in expected})
    for name in ("conger_kappa", "fleiss_kappa", "brennan_prediger"):
        assert number(others, name).estimate == pytest.approx(getattr(agreement, name)(wide).value)


def rows_of(section, caption):
    """Return the rows of the one table whose caption begins so, by value."""
    [found] = [one for one in section.tables if one.caption.startswith(caption)]
    return {row[0]: row[1:] for row in found.rows}


def test_it_is_counted_who_said_yes():
    """Of two readers it is known who alone said yes; of three, in how many passages all, none, or some did."""
    told = drawn(readers=2, read=0.8)
    wide, _ = table(told)
    one, two = (wide[reader] == "yes" for reader in ("Reader A", "Reader B"))
    expected = {
        "passages (all yes)": (one & two).sum(),
        "passages (all no)": (~one & ~two).sum(),
        "passages (split)": (one != two).sum(),
        "passages (Reader A alone)": (one & ~two).sum(),
        "passages (Reader B alone)": (~one & two).sum(),
    }
    section = people.people(told)

    assert expected == {name: number(section, name).estimate for name in expected}
    both, neither, split, alone, of_all, transcripts = rows_of(section, "Who said yes?")["Trust"]
    assert (str((one & two).sum()), str((~one & ~two).sum()), str((one != two).sum())) == (both, neither, split)
    assert f"Reader A: {(one & ~two).sum()}, Reader B: {(~one & two).sum()}" == alone
    assert (str(len(wide)), "8") == (of_all, transcripts)

    three = evidence(
        ["t1", "t2", "t3", "t4"],
        answers=[
            (place, f"Reader {reader}", "blind", "trust", said == "y", True)
            for place, of_passage in enumerate(["yyy", "nnn", "yn.", ".yy"])
            for reader, said in zip("ABC", of_passage, strict=True)
            if said != "."
        ],
    )
    section = people.people(three)
    assert [2, 1, 1] == [number(section, f"passages ({name})").estimate for name in ("all yes", "all no", "split")]
    assert ("2", "1", "1", "", "4", "4") == rows_of(section, "Who said yes?")["Trust"]


def test_what_pabak_adjusts_for_stands_for_the_transcripts_as_pabak_does():
    """In an audit, the prevalence and the bias index weigh passages by how many they stand for."""
    told = drawn(sources=("audit",), transcripts=8)
    strata = [(place, ("few", "many")[place % 2], (160, 1600)[place % 2]) for place in range(320)]
    told = changed(told, audit=frame(strata, AUDIT))
    wide, _ = table(told, source="audit")
    one, two = (np.array(wide[reader] == "yes", dtype=float) for reader in wide)
    weight = np.where(np.arange(320) % 2, 10.0, 1.0)
    section = people.people(told)

    for name, each in (("prevalence_index", one + two - 1), ("bias_index", one - two)):
        found = number(section, f"pabak ({name})", source="audit")
        assert found.estimate == pytest.approx(np.average(each, weights=weight))
        assert found.low < found.estimate < found.high


def test_alpha_is_made_again_without_each_reader():
    """The lowest and the highest alpha without one reader are those of the public function on the columns left."""
    told = drawn(readers=4, read=0.9)
    told = changed(told, answers=told.answers[~((told.answers["coder"] == "Reader D") & (told.answers["place"] > 90))])
    wide, _ = table(told)
    left = [agreement.krippendorff_alpha(wide.drop(columns=reader)) for reader in wide]
    section = people.people(told)
    low, high = (number(section, name) for name in (people.LOWEST, people.HIGHEST))

    assert (min(one.value for one in left), max(one.value for one in left)) == pytest.approx(
        (low.estimate, high.estimate)
    )
    assert low.estimate < high.estimate
    assert f"{low.estimate:.2f} to {high.estimate:.2f}" == rows_of(section, "What alpha rests on")["Trust"][2]
    assert {one.n_units for one in left} >= {low.n, high.n}
    assert not low.seed
    assert not [one for one in people.people(drawn(readers=2)).numbers if one.estimator == people.LOWEST]


def test_without_a_reader_who_alone_found_a_value_there_is_no_range():
    """Where the others found it in too few passages, the range is not estimable, and it is not said who is missing."""
    answers = [
        (place, f"Reader {reader}", "blind", "trust", place < 12 if reader == "A" else 6 < place < 13, True)
        for place in range(40)
        for reader in "ABC"
    ]
    section = people.people(evidence([f"t{place % 5}" for place in range(40)], answers=answers))
    low = number(section, people.LOWEST)

    assert number(section, people.ALPHA).estimate is not None
    assert low.estimate is None
    assert "not estimable: with one reader left out, it was found in 6 passages, and it takes 10" == low.reason


def test_transcripts_are_drawn_again_as_a_second_look():
    """The second interval of alpha is that of the public bootstrap with the report's seed, which it names."""
    told = drawn(transcripts=9, read=0.8)
    wide, clusters = table(told)
    name = "krippendorff_alpha (cluster_bootstrap, resamples=2000)"
    for seed in (20, 4):
        expected = agreement.cluster_bootstrap(agreement.alpha_statistic(["no", "yes"]), wide, clusters, seed=seed)
        [found] = [
            one
            for one in compute(told, seed).numbers
            if (one.section, one.estimator, one.value_id) == (2, name, "trust")
        ]
        assert (expected.value, *expected.interval) == pytest.approx((found.estimate, found.low, found.high))
        assert (seed, expected.n_units, 9) == (found.seed, found.n, found.transcripts)
    assert "0.0%" == rows_of(people.people(told), "What alpha rests on")["Trust"][1]


def test_draws_without_a_value_are_counted_and_not_made_up():
    """A value of one transcript alone is in some draws not there: beyond 5% of them there is no interval."""
    section = people.people(few(10))
    found = number(section, "krippendorff_alpha (cluster_bootstrap, resamples=2000)")
    share = number(section, "krippendorff_alpha (cluster_bootstrap, resamples=2000, share without a value)")

    assert (1.0, None, None) == (found.estimate, found.low, found.high)
    assert share.estimate == pytest.approx((5 / 6) ** 6, abs=0.04)
    assert f"no interval: {share.estimate:.0%} of the resamples had no value" == found.reason
    alone = people.people(few(15, clusters=2, each=20)).numbers
    assert {None} == {one.estimate for one in alone if one.estimator.endswith("share without a value)")}


def test_the_axis_begins_where_there_is_something_to_see():
    """A forest of alphas begins at 0, or at the lowest end of an interval, rounded down."""
    [plain] = people.people(drawn(transcripts=20)).plots
    assert (0.0, 1.0) == (plain.low, plain.high)
    told = drawn(transcripts=4, passages=15, common=0.05, seed=2)
    [wide] = people.people(told).plots
    lowest = min(end for _, bars in wide.rows for bar in bars for end in bar.interval or (bar.value or 0.0,))
    assert lowest < 0
    assert -1 <= wide.low <= lowest < wide.low + 0.1


def test_alpha_over_sets_is_the_public_one():
    """Section 3 gives MASI and Jaccard of the sets that readers gave, the empty set among them."""
    told = drawn(values=("trust", "safety", "choice"), common=0.4)
    said = told.answers
    sets = said[said["yes"]].groupby(["place", "coder"])["value_id"].agg(frozenset)
    read = said[["place", "coder"]].drop_duplicates()
    wide = [
        [sets.get((place, coder), frozenset()) for coder in sorted(set(read["coder"]))]
        for place in sorted(set(read["place"]))
    ]
    section = together.together(told)

    for distance in ("masi", "jaccard"):
        found = number(section, f'krippendorff_alpha (distance="{distance}")', "")
        assert found.estimate == pytest.approx(agreement.krippendorff_alpha(wide, distance=distance).value)
        slow = agreement.jackknife_interval(
            lambda rows, by=distance: agreement.krippendorff_alpha(rows, distance=by), wide, told.passages["cluster"]
        )
        assert (found.low, found.high) == pytest.approx(slow.interval)
    assert number(closing.appendix(told), "multivalued_alpha", "").estimate == pytest.approx(
        agreement.multivalued_alpha(wide).value
    )


def test_the_model_is_one_more_reader_beside_people():
    """Section 5: mean alpha of readers with the model, and the paired difference to people on the same passages."""
    told = drawn(transcripts=10, readers=3)
    section = beside(told)
    wide, clusters = table(told)
    suggested = told.machine[told.machine["value_id"] == "trust"].set_index("place")["suggested"]
    model = suggested.reindex(wide.index).map({True: "yes", False: "no"})
    with_model = [agreement.krippendorff_alpha(np.column_stack([wide[reader], model])).value for reader in wide]
    pairs = [
        agreement.krippendorff_alpha(wide[[one, two]]).value
        for n, one in enumerate(wide)
        for two in list(wide)[n + 1 :]
    ]
    found, paired = number(section, machine.MODEL_ALPHA), number(section, machine.PAIRED)

    assert found.estimate == pytest.approx(np.mean(with_model))
    assert paired.estimate == pytest.approx(np.mean(with_model) - np.mean(pairs))
    without = []
    for left_out in sorted(set(clusters)):
        kept = clusters != left_out
        one = [agreement.krippendorff_alpha(np.column_stack([wide[r][kept], model[kept]])).value for r in wide]
        two = [
            agreement.krippendorff_alpha(wide[[a, b]][kept]).value
            for n, a in enumerate(wide)
            for b in list(wide)[n + 1 :]
        ]
        without.append(np.mean(one) - np.mean(two))
    se = math.sqrt(9 / 10 * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert (paired.high - paired.low) / 2 == pytest.approx(2.2621571628 * se, rel=1e-6)
    p = number(section, machine.P_VALUE)
    assert p.estimate == pytest.approx(2 * stats.t.sf(abs(paired.estimate) / se, 9), rel=1e-6)
    assert (paired.n, 10, None) == (p.n, p.transcripts, p.low)


def test_the_difference_to_people_is_drawn_again_too():
    """The second interval of the paired difference is that of alphas by hand, with transcripts drawn again."""
    told = drawn(transcripts=10, readers=2)
    wide, clusters = table(told)
    suggested = told.machine[told.machine["value_id"] == "trust"].set_index("place")["suggested"].reindex(wide.index)
    said = np.column_stack([wide["Reader A"] == "yes", wide["Reader B"] == "yes", suggested]).astype(bool)
    names = list(dict.fromkeys(clusters))

    def sums(one, two):
        each = np.stack([one != two, one.astype(int) + two, np.ones(len(one))], axis=1).astype(float)
        return np.array([each[clusters == name].sum(axis=0) for name in names])

    def alpha(totals):
        apart, yes, n = totals.T
        return 1 - (2 * n - 1) * apart / (yes * (2 * n - yes))

    times = np.random.default_rng(20).multinomial(10, np.full(10, 0.1), size=2000)
    alphas = [alpha(times @ sums(said[:, one], said[:, two])) for one, two in ((0, 2), (1, 2), (0, 1))]
    expected = np.quantile((alphas[0] + alphas[1]) / 2 - alphas[2], [0.025, 0.975])
    found = number(beside(told), f"{machine.PAIRED} (cluster_bootstrap, resamples=2000)")

    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert (20, 400) == (found.seed, found.n)


def test_each_reader_with_the_model_has_the_panel_of_people():
    """Section 5 says of each reader and the model what section 2 says of two readers, on what this reader read."""
    told = drawn(readers=3, read=0.8)
    told = changed(told, answers=told.answers[~((told.answers["coder"] == "Reader B") & (told.answers["place"] < 60))])
    wide, clusters = table(told)
    suggested = told.machine[told.machine["value_id"] == "trust"].set_index("place")["suggested"]
    says = suggested.reindex(wide.index).map({True: "yes", False: "no"})
    section = beside(told)
    for reader in wide:
        read = wide[reader].notna().to_numpy()
        two = np.column_stack([wide[reader], says])[read]
        specific, adjusted = agreement.specific_agreement(two), agreement.pabak(two)
        expected = {
            "krippendorff_alpha": agreement.krippendorff_alpha(two).value,
            "cohen_kappa": agreement.cohen_kappa(two).value,
            "percent_agreement": agreement.percent_agreement(two).value,
            "specific_agreement (yes)": specific.positive.value,
            "specific_agreement (no)": specific.negative.value,
            "gwet_ac1": agreement.gwet_ac1(two).value,
            "pabak": adjusted.value,
            "pabak (prevalence_index)": adjusted.prevalence_index,
            "pabak (bias_index)": adjusted.bias_index,
        }
        found = {name: number(section, name, between=f"model and {reader}") for name in expected}
        assert expected == pytest.approx({name: one.estimate for name, one in found.items()})
        assert {(int(read.sum()), len(set(clusters[read])))} == {(one.n, one.transcripts) for one in found.values()}
        interval = agreement.jackknife_interval(agreement.alpha_statistic(["no", "yes"]), two, clusters[read]).interval
        assert (found["krippendorff_alpha"].low, found["krippendorff_alpha"].high) == pytest.approx(interval)
    alphas = [number(section, people.ALPHA, between=f"model and {reader}").estimate for reader in wide]
    assert number(section, machine.MODEL_ALPHA).estimate == pytest.approx(np.mean(alphas))


def test_a_difference_counts_when_all_values_are_tested_at_once():
    """By Benjamini & Yekutieli, by hand: more seem to differ by their own interval than stand among all."""
    values = tuple(f"v{place}" for place in range(8))
    told = drawn(values=values, transcripts=5, passages=24, seed=8)
    section = beside(told)
    p = {value: number(section, machine.P_VALUE, value).estimate for value in values}
    ordered = sorted(values, key=p.get)
    limits = [0.05 * (rank + 1) / (8 * sum(1 / n for n in range(1, 9))) for rank in range(8)]
    last = max((rank + 1 for rank in range(8) if p[ordered[rank]] <= limits[rank]), default=0)
    told_of = {row[0].casefold(): row[5] for row in section.tables[0].rows}
    seeming = [value for value in values if number(section, machine.PAIRED, value).high < 0]

    assert {value: "differs" if value in ordered[:last] else "may be chance" for value in values} == told_of
    assert 0 < last < len(seeming)
    assert f"With all values tested at once, the model differs from people for {last}." in section.finding
    assert {p[value] < 0.05 for value in seeming} == {True}


def test_what_was_not_compared_was_not_tested():
    """With one reader, or two transcripts, there is no p, and the table says so."""
    for told in (few(15, clusters=2, each=20), drawn(readers=1, values=("trust",))):
        section = beside(told)
        assert {"not tested"} == {row[5] for row in section.tables[0].rows}
        assert not [one for one in section.numbers if one.estimator == machine.P_VALUE and one.estimate is not None]


def test_the_forest_of_section_5_has_the_alphas_of_section_2():
    """The points of people are the numbers handed over, and none is made where nobody read twice."""
    told = drawn()
    section = people.people(told)
    [forest] = machine.model(told, section.numbers).plots
    for (_, (of_people, _)), value_id in zip(forest.rows, ("trust", "safety"), strict=True):
        expected = number(section, people.ALPHA, value_id)
        assert (expected.estimate, (expected.low, expected.high)) == (of_people.value, of_people.interval)
    alone = drawn(readers=1)
    [forest] = machine.model(alone, people.people(alone).numbers).plots
    assert {None} == {of_people.value for _, (of_people, _) in forest.rows}


def test_precision_and_recall_are_against_each_reader_and_the_majority():
    """Ties of two readers are left out of the majority, and not counted as no."""
    told = drawn()
    section = beside(told)
    wide, _ = table(told)
    suggested = told.machine[told.machine["value_id"] == "trust"].set_index("place")["suggested"].reindex(wide.index)
    agreed = wide["Reader A"] == wide["Reader B"]
    y = (wide["Reader A"] == "yes").to_numpy()

    majority = number(section, "precision", between="model and the majority")
    first = number(section, "recall", between="model and Reader A")

    assert int(agreed.sum()) == majority.n
    expected = agreement.precision(y[agreed], suggested[agreed].to_numpy().astype(int))
    assert majority.estimate == pytest.approx(expected.value)
    assert first.estimate == pytest.approx(agreement.recall(y, suggested.to_numpy().astype(int)).value)


@pytest.mark.parametrize("source", REFUSED)
def test_readings_that_saw_suggestions_are_refused(source):
    """No panel, and so no section, can be made of such readings; the reason is said in the API and in section 0."""
    told = drawn(sources=(source,))
    told = changed(told, readings=readings(told.answers))
    with pytest.raises(UsageError, match=r"not compared with the machine"):
        told.panel(source, "trust")

    made = compute(told)

    assert {""} >= {one.source for one in made.numbers if one.section < 9}
    assert all(row.people is None and row.model is None and row.enough == "no" for row in made.summary)
    assert any(row[0].casefold() == source for table_ in made.sections[0].tables for row in table_.rows)


def test_sources_are_never_added_together():
    """Blind readings, audits and independent codings have numbers of their own, as if the others were not there."""
    all_three = people.people(drawn(sources=COMPARABLE))
    for source in COMPARABLE:
        found = number(all_three, people.ALPHA, source=source)
        assert found.n == 320
    assert not [one for one in all_three.numbers if one.source not in COMPARABLE]


def few(yes, clusters=6, readers=("Reader A", "Reader B"), each=10):
    """Make evidence of one value that each reader found in the first `yes` passages."""
    names = [f"t{n}" for n in range(clusters) for _ in range(each)]
    answers = [
        (place, reader, "blind", "trust", place < yes, True) for place in range(len(names)) for reader in readers
    ]
    scores = [(place, "trust", 1 - place / 1000, place % 3 == 0, "none") for place in range(len(names))]
    return evidence(names, answers=answers, machine=scores)


def test_with_fewer_than_ten_positives_nothing_is_estimated():
    """9 passages are not estimable and 10 are, for people as for the model; it is never 0 or 1."""
    for section, name in ((people.people, people.ALPHA), (beside, machine.MODEL_ALPHA)):
        lacking, enough = number(section(few(9)), name), number(section(few(10)), name)
        assert lacking.estimate is None
        assert "found in 9 passages" in lacking.reason
        assert enough.estimate is not None


def test_with_fewer_than_three_transcripts_there_is_no_interval():
    """2 transcripts give a number without an interval, and the reason."""
    found = number(people.people(few(15, clusters=2, each=20)), people.ALPHA)

    assert found.estimate == pytest.approx(1.0)
    assert found.low is None
    assert "takes 3 clusters" in found.reason


@pytest.mark.parametrize(
    "told",
    [
        evidence(),
        evidence(["t1"] * 3),
        few(0),
        few(60),
        few(10, readers=("Reader A",)),
        few(10, clusters=1, each=30),
        drawn(scored=False),
        evidence(["t1"], answers=[(0, "Reader A", "blind", "trust", True, True)]),
    ],
    ids=["nothing", "no readings", "all no", "all yes", "one reader", "one transcript", "no scores", "one answer"],
)
def test_whatever_is_missing_there_is_a_reason_and_no_crash(told):
    """Each number has an estimate or a reason, and an interval or a reason; each section words or one empty line."""
    made = compute(told)

    assert list(range(17)) == [section.number for section in made.sections]
    for section in made.sections:
        assert section.empty or section.finding
    for one in made.numbers:
        assert one.estimate is not None or one.reason, one
        assert one.low is not None or one.reason, one
        assert one.estimate is None or math.isfinite(one.estimate), one
    for row in made.summary:
        assert row.words
    assert made.headline
    assert made.methods


def test_a_perfect_panel_without_a_no_is_not_estimable():
    """Where everybody always says yes there is nothing that could have been confused."""
    found = number(people.people(few(60)), people.ALPHA)

    assert found.estimate is None
    assert found.reason
    assert "not estimable" == shown(found)


def test_the_same_evidence_gives_the_same_report():
    """Nothing of a report depends on a clock, or on the order in which rows come."""
    told = drawn(sources=("blind", "independent"), datasets=("women", "general"))
    shuffled = changed(
        told,
        answers=told.answers.sample(frac=1, random_state=3).reset_index(drop=True),
        machine=told.machine.sample(frac=1, random_state=4).reset_index(drop=True),
    )

    assert compute(told) == compute(shuffled)


def test_the_first_screen_shows_the_numbers_of_the_sections():
    """One number per value: the first screen's are those of sections 2 and 5."""
    made = compute(drawn())
    for row, value_id in zip(made.summary, ("trust", "safety"), strict=True):
        assert row.people == number(made.sections[2], people.ALPHA, value_id)
        assert row.model == number(made.sections[5], machine.MODEL_ALPHA, value_id)
        assert "yes" == row.enough


def test_the_alternative_annotator_test_takes_three_readers():
    """Section 6 gives omega and rho of the public function by tolerance; with two readers it says what it takes."""
    assert "takes 3 people" in stand_in.stand_in(drawn(readers=2)).empty
    told = drawn(readers=3)
    wide, clusters = table(told)
    suggested = told.machine[told.machine["value_id"] == "trust"].set_index("place")["suggested"].astype(int)
    humans = {reader: (wide[reader] == "yes").astype(int).to_dict() for reader in wide}
    by_place = dict(zip(wide.index, clusters, strict=True))

    section = stand_in.stand_in(told)

    for epsilon in stand_in.EPSILONS:
        expected = agreement.alternative_annotator_test(humans, suggested.to_dict(), epsilon, clusters=by_place)
        omega = number(section, f"alternative_annotator_test (omega, epsilon={epsilon})")
        rho = number(section, f"alternative_annotator_test (rho, epsilon={epsilon})")
        assert (omega.estimate, rho.estimate) == pytest.approx((expected.value, expected.rho))


def test_datasets_stand_apart_and_pairs_where_there_are_several():
    """Section 12 has alpha of each dataset as if it were alone, and of each pair once there are three readers."""
    told = drawn(readers=3, datasets=("women", "general"))
    section = subgroups.subgroups(told)
    alone = people.people(told)
    kept = told.passages.index[told.passages["dataset"] == "general"]
    part = changed(told, answers=told.answers[told.answers["place"].isin(kept)])

    [general] = [
        one
        for one in section.numbers
        if (one.group, one.value_id, one.estimator) == ("general", "trust", people.ALPHA)
        and one.between == people.PEOPLE
    ]

    assert general.estimate == pytest.approx(number(people.people(part), people.ALPHA).estimate)
    assert general.estimate != pytest.approx(number(alone, people.ALPHA).estimate)
    pairs = {one.between for one in section.numbers if " and Reader" in one.between}
    assert {"Reader A and Reader B", "Reader A and Reader C", "Reader B and Reader C"} == pairs


def test_the_matrix_of_disagreements_counts_what_each_alone_saw():
    """One saw trust where the other saw safety, and one saw trust where the other saw nothing."""
    said = {
        "Reader A": [{"trust"}, {"trust"}, {"safety"}],
        "Reader B": [{"safety"}, set(), {"safety"}],
    }
    answers = [
        (place, reader, "blind", value, value in held, True)
        for reader, readings in said.items()
        for place, held in enumerate(readings)
        for value in ("trust", "safety")
    ]
    section = subgroups.disagreements(evidence(["t1", "t2", "t3"], answers=answers, values=("trust", "safety")))
    [matrix] = section.plots

    assert ("Trust", "Safety", "No value") == matrix.rows
    assert ((0, 1, 1), (1, 0, 0), (1, 0, 0)) == matrix.cells


def test_each_number_can_be_made_again_from_the_matrix():
    """The reliability matrix holds what alpha of section 2 and of section 5 are made of."""
    made = compute(drawn(read=0.7))
    head = made.matrix.head
    rows = [dict(zip(head, row, strict=True)) for row in made.matrix.rows]
    readers = [name for name in head if name.startswith("Reader")]
    for value_id in ("trust", "safety"):
        own = [row for row in rows if row["value_id"] == value_id]
        codes = [[row[reader] or None for reader in readers] for row in own]
        found = agreement.krippendorff_alpha(codes).value
        assert found == pytest.approx(number(made.sections[2], people.ALPHA, value_id).estimate)
        model = [
            agreement.krippendorff_alpha([[row[reader] or None, row["model"]] for row in own]).value
            for reader in readers
        ]
        assert np.mean(model) == pytest.approx(number(made.sections[5], machine.MODEL_ALPHA, value_id).estimate)


def test_stretches_that_coders_drew_are_compared_as_such():
    """Section 4: equal stretches are alike, others by their overlap; with one coder nothing is measured."""
    told = drawn(sources=("independent",))
    rows = [
        ("Reader A", "t1", 0, 10, 100, "trust"),
        ("Reader B", "t1", 0, 10, 100, "trust"),
        ("Reader A", "t1", 20, 30, 100, "safety"),
        ("Reader B", "t1", 20, 26, 100, "safety"),
        ("Reader A", "t2", 0, 50, 80, ""),
        ("Reader C", "t2", 3, 40, 80, "trust"),
        ("Reader A", "t3", 0, 50, 80, "trust"),
    ]
    section = spans.spans(changed(told, spans=frame(rows, SPANS)))
    two, _, _ = pairs = [
        {"value_id": "", "source": "independent", "between": between}
        for between in ("Reader A and Reader B", "Reader A and Reader C", "Reader A, Reader C")
    ]

    assert number(section, "span_f1 (equal)", **two).estimate == pytest.approx(0.5)
    assert number(section, "span_f1 (iou=0.5)", **two).estimate == pytest.approx(1.0)
    assert 1 == number(section, "span_f1 (equal)", **two).transcripts
    assert {one["between"] for one in pairs} == {made.between for made in section.numbers}
    expected = agreement.unitizing_alpha([(1, 3, 37, "trust")], 0, 80, 2).value
    assert number(section, "unitizing_alpha (2004)", "", "independent").estimate == expected
    assert spans.spans(changed(told, spans=frame(rows[:1], SPANS))).empty


def test_ready_made_passages_are_no_stretches_of_ones_own():
    """Where every stretch is a passage as the program cuts it, borders agree by construction: nothing is measured."""
    told = drawn(sources=("independent",))
    rows = [(reader, "t0", 0, 80, 999, "trust") for reader in ("Reader A", "Reader B")]

    assert "ready-made passages" in spans.spans(changed(told, spans=frame(rows, SPANS))).empty


def test_what_an_interval_would_take_grows_with_the_square_of_its_width():
    """Section 14 names the least number of transcripts whose interval, t and all, is as narrow as wanted."""
    told = drawn(transcripts=4, passages=15, seed=3)
    alphas = people.people(told).numbers
    section = closing.planning(told, alphas)
    [of_trust] = [row for row in section.tables[0].rows if row[0] == "Trust"]
    wide, clusters = table(told)
    se = agreement.jackknife_interval(agreement.alpha_statistic(["no", "yes"]), wide, clusters).se
    found = number(people.people(told), people.ALPHA)

    assert f"{float(stats.t.ppf(0.975, 3)) * se:.2f}" == of_trust[2]
    assert "enough" != of_trust[4]
    needed = int(of_trust[4])
    reach = [float(stats.t.ppf(0.975, m - 1)) * se * math.sqrt(4 / m) for m in (needed - 1, needed)]
    assert reach[1] <= closing.WANTED < reach[0]
    effective = number(section, "effective sample size").estimate
    assert effective is None or 0 < effective <= found.n


def test_the_first_screen_says_what_intervals_allow():
    """The words follow the lower end of the interval, and not the estimate."""
    sure = compute(drawn(transcripts=20)).summary[0]
    rough = compute(drawn(transcripts=4)).summary[0]

    assert sure.people.low > 0
    assert "beyond chance" in sure.words or "well enough" in sure.words
    assert "rough" == rough.enough
    assert summary.headline(evidence(), ()).startswith("Nobody has read anything")


def test_the_design_says_who_read_how_and_what_is_left_out():
    """Section 0 counts readings by source, finished and not, and the data of section 1 add up."""
    told = drawn(readers=2)
    read = told.answers[["place", "coder", "source", "drawn"]].drop_duplicates()
    told = changed(told, readings=pd.concat([readings(read.iloc[:5], finished=False), readings(read.iloc[5:])]))
    section = design.design(told)
    [blind] = [row for row in section.tables[0].rows if row[0].startswith("Made here without")]

    assert ("Reader A, Reader B", "640", "635") == blind[1:4]
    assert any(note.startswith("5 readings") for note in section.notes)
    yes = told.answers[(told.answers["value_id"] == "trust") & told.answers["yes"]]
    [trust] = [row for row in design.data(told).tables[0].rows if row[0] == "Trust"]
    assert str(yes["place"].nunique()) == trust[2]
