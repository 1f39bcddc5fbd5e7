"""Sections 9 and 11: what suggestions miss, and how often values occur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evidence_example import complete, drawn, evidence

from tagger import agreement
from tagger.agreement import Searched
from tagger.agreement.clusters import jackknife_interval
from tagger.report import statistics
from tagger.report.coverage import LINEARISED, MOST_MISSES, SINCE, coverage, frame_of
from tagger.report.document import Forest, Number, Section
from tagger.report.evidence import SEARCHED, Evidence
from tagger.report.found import FOUND, MISSED
from tagger.report.prevalence import ALONE, BIASED, PEOPLE, WITH_MODEL, prevalence

SEED = 3
STRATA = {"suggested": 60, "near threshold": 120, "far below": 900}


def audited(
    *,
    read: int = 120,
    readers: int = 1,
    found: Callable[[int], bool] = lambda place: place % 3 == 0,
    strata: dict[str, dict[str, int]] | None = None,
) -> Evidence:
    """Make an audit of 120 passages in 6 transcripts: 40 suggested, 40 near the threshold and 40 far below it."""
    names = list(STRATA)
    answers = [
        (place, f"Reader {'AB'[reader]}", "audit", "trust", found(place), True)
        for place in range(read)
        for reader in range(readers)
    ]
    return evidence(
        [f"t{place % 6}" for place in range(120)],
        answers=answers,
        machine=[(place, "trust", 1 - place / 120, place < 40, "weak") for place in range(120)],
        audit=[(place, names[place // 40], STRATA[names[place // 40]]) for place in range(120)],
        strata=strata,
    )


def parts(section: Section, value: str = "trust") -> dict[str, Number]:
    """Return the numbers of section 9 by what they are, such as recall."""
    here = [one for one in section.numbers if one.value_id == value and one.estimator.startswith("stratified_recall")]
    return {one.estimator.split("(")[1].rstrip(")"): one for one in here}


def people(section: Section, source: str = "blind", group: str = "", value: str = "trust") -> dict[str, Number]:
    """Return the numbers of section 11 by who is asked."""
    here = [one for one in section.numbers if one.value_id == value and one.group == group]
    return {one.between: one for one in here if one.source in (source, "")}


DEGENERATE = {
    "nothing": evidence(),
    "passages alone": evidence(["a", "b"]),
    "no scores": drawn(scored=False),
    "one reader": drawn(readers=1),
    "one transcript": drawn(transcripts=1),
    "two transcripts, some read": drawn(transcripts=2, read=0.5),
    "all yes": drawn(common=2.0),
    "independent": drawn(sources=("independent",), read=0.5),
    "audit": audited(),
    "audit, ties alone": evidence(
        ["a", "b", "c"],
        answers=[(0, "Reader A", "audit", "trust", True, True), (0, "Reader B", "audit", "trust", False, True)],
        machine=[(place, "trust", 0.5, True, "weak") for place in range(3)],
        audit=[(0, "suggested", 3)],
    ),
    "audit, nobody read": audited(read=0),
    "audit, few read": audited(read=5),
    "audit, all yes": audited(found=lambda _: True),
    "audit, all no": audited(found=lambda _: False),
    "audit, no machine": evidence(
        ["a", "b", "c"],
        answers=[(0, "Reader A", "audit", "trust", True, True)],
        audit=[(0, "suggested", 3)],
    ),
}


@pytest.mark.parametrize("made", DEGENERATE.values(), ids=DEGENERATE)
def test_nothing_breaks_where_there_is_little(made: Evidence) -> None:
    """An empty study, one reader, one transcript, all yes, all no: a reason or an empty line."""
    complete(coverage(made, SEED))
    complete(prevalence(made))


def test_the_same_evidence_gives_the_same_sections() -> None:
    """With the same seed."""
    assert coverage(audited(), SEED) == coverage(audited(), SEED)
    assert prevalence(drawn(read=0.5)) == prevalence(drawn(read=0.5))


def test_coverage_is_that_of_stratified_recall() -> None:
    """Of what most readers said, with the strata of the draw."""
    made = audited(readers=2)
    section = coverage(made, SEED)
    panel = made.panel("audit", "trust")
    strata = made.audit["stratum"].to_numpy()
    expected = agreement.stratified_recall(panel.majority(), panel.suggested, strata, STRATA, seed=SEED)
    found = parts(section)
    for name in ("recall", "precision", "elusion", "prevalence"):
        estimate = getattr(expected, name)
        assert (found[name].estimate, (found[name].low, found[name].high)) == (estimate.value, estimate.interval)
        assert (found[name].n, found[name].transcripts, found[name].seed) == (estimate.n_units, 6, SEED)


def test_a_small_audit_by_hand() -> None:
    """Each passage stands for N / n of its stratum: 1.5, 3 and 22.5."""
    made = audited(found=lambda place: place < 30 or place in (40, 41, 42, 43, 80))
    found = parts(coverage(made, SEED))
    hits, near, far = 30 * 60 / 40, 4 * 120 / 40, 1 * 900 / 40
    assert found["recall"].estimate == pytest.approx(hits / (hits + near + far))
    assert found["precision"].estimate == pytest.approx(30 / 40)
    assert found["elusion"].estimate == pytest.approx((near + far) / 1020)
    assert found["prevalence"].estimate == pytest.approx((hits + near + far) / 1080)
    row = coverage(made, SEED).tables[0].rows[0]
    assert row[5:] == ("120", "6", "0", "30", "5")


def test_a_stratum_that_nobody_read_is_not_taken_for_empty() -> None:
    """Neither one of which passages were drawn, nor one of which none was."""
    for made in (audited(read=80), audited(strata={"women": {**STRATA, "other draw": 10}})):
        recall = parts(coverage(made, SEED))["recall"]
        assert recall.estimate is None
        assert "nothing was read of" in recall.reason
    assert frame_of(audited(strata={"women": {"other draw": 10}})) == {**STRATA, "other draw": 10}


def test_an_empty_stratum_of_another_dataset_takes_nothing_from_this_one() -> None:
    """None was drawn of it, and the value was never asked for there; its own dataset's strata are all read."""
    made = audited(strata={"women": STRATA, "mothers": {"mothers: far below": 70}})
    assert coverage(made, SEED).numbers == coverage(audited(), SEED).numbers
    assert parts(coverage(made, SEED))["recall"].estimate is not None


def test_a_value_found_in_few_passages_has_neither_recall_nor_precision() -> None:
    """Found in 9 of 120; how often it occurs, and in how much of what is not suggested, are shares of what was read."""
    found = parts(coverage(audited(found=lambda place: place < 9), SEED))
    for name in ("recall", "precision"):
        assert (found[name].estimate, found[name].low) == (None, None)
        assert "found in 9 passages, and it takes 10" in found[name].reason
    assert found["elusion"].high is not None
    assert found["prevalence"].estimate == pytest.approx(9 / 40 * 60 / 1080)


def test_a_second_interval_of_recall_is_that_of_the_public_function() -> None:
    """Linearised, of the same passages and strata."""
    made = audited(readers=2)
    panel = made.panel("audit", "trust")
    strata = made.audit["stratum"].to_numpy()
    expected = agreement.linearised_recall(panel.majority(), panel.suggested, strata, STRATA)
    (found,) = [one for one in coverage(made, SEED).numbers if one.estimator == LINEARISED]
    assert (found.estimate, (found.low, found.high)) == (expected.value, expected.interval)
    assert (found.n, found.transcripts) == (120, 6)


def test_passages_that_came_since_the_draw_are_counted() -> None:
    """The numbers speak of the frame, and the section says so only where that is another thing."""
    made = audited()
    grown = replace(made, facts={**made.facts, SINCE: '{"women": 12}'})
    assert any("12 passages came into the dataset women" in note for note in coverage(grown, SEED).notes)
    assert not any("Since the draw" in note for note in coverage(made, SEED).notes)


def test_drawn_passages_that_nobody_read_are_counted() -> None:
    """They are missing answers."""
    made = audited(read=110)
    section = coverage(made, SEED)
    assert section.tables[0].rows[0][7] == "10"
    assert "120 passages were drawn, and 10 of them nobody read" in section.notes[0]


def test_recall_is_never_without_its_interval() -> None:
    """No miss in the sample does not mean that nothing is missed."""
    made = audited(found=lambda place: place < 30)
    recall = parts(coverage(made, SEED))["recall"]
    assert recall.estimate == 1
    assert recall.low is not None
    assert recall.low < 1
    section = coverage(made, SEED)
    assert f"1.00 [{recall.low:.2f}, 1.00] for Trust." in section.finding
    assert section.finding.startswith("For 1 of 1 values there is enough")
    assert "this corpus" in section.finding


def test_misses_are_listed_in_the_order_of_the_transcripts_without_their_words() -> None:
    """And no more of them than somebody will read."""
    made = audited(found=lambda place: place in range(10) or place in (90, 50))
    table = coverage(made, SEED).tables[1]
    assert table.rows == (("women", "t2", "5000", "5080", "Trust"), ("women", "t0", "9000", "9080", "Trust"))
    many = coverage(audited(found=lambda place: place >= 40), SEED).tables[1]
    assert len(many.rows) == MOST_MISSES
    assert "And 30 more." in many.note


def test_a_stratum_of_suggestions_of_any_value_is_mixed() -> None:
    """It may hold suggestions of this value although none was drawn; one without any suggestion may not."""
    base = audited()
    rows = [(place, "safety", 0.5, place < 3, "weak") for place in range(120)]
    machine = [tuple(row) for row in base.machine.itertuples(index=False)] + rows
    answers = [tuple(row) for row in base.answers.itertuples(index=False)]
    answers += [(place, "Reader A", "audit", "safety", place % 4 == 0, True) for place in range(3, 120)]
    made = evidence(
        base.passages["cluster"].tolist(),
        answers=answers,
        machine=machine,
        audit=[tuple(row) for row in base.audit.itertuples(index=False)],
        values=("trust", "safety"),
    )
    panel = made.panel("audit", "safety")
    assert not panel.suggested.any()
    strata = made.audit["stratum"].to_numpy()[3:]
    given = (panel.majority(), panel.suggested, strata, STRATA)
    expected = agreement.stratified_recall(*given, mixed=("suggested",), seed=SEED)
    found = parts(coverage(made, SEED), "safety")["recall"]
    assert (found.low, found.high) == expected.recall.interval
    assert expected.recall.interval != agreement.stratified_recall(*given, seed=SEED).recall.interval


def test_strata_in_which_the_machine_was_not_asked_are_no_part_of_the_frame() -> None:
    """A value of one dataset alone is not missed in another."""
    base = audited()
    answers = [tuple(row) for row in base.answers.itertuples(index=False)]
    made = evidence(
        [*base.passages["cluster"], "x", "x"],
        datasets=["women"] * 120 + ["mothers"] * 2,
        answers=answers,
        machine=[tuple(row) for row in base.machine.itertuples(index=False)],
        audit=[*(tuple(row) for row in base.audit.itertuples(index=False)), (120, "mothers, far below", 50)],
    )
    assert parts(coverage(made, SEED))["recall"].estimate == parts(coverage(base, SEED))["recall"].estimate


def looked(
    made: Evidence, *strata: tuple[int, int, int, int, int, int], look: int = 1, dataset: str = "women"
) -> Evidence:
    """Add what was searched for trust: population, sample, found, unanswered, found_now and rest of each stratum."""
    rows = [(dataset, "trust", look, f"stratum {at}", *counts) for at, counts in enumerate(strata)]
    table = pd.concat([made.searched, pd.DataFrame(rows, columns=list(SEARCHED))], ignore_index=True)
    return replace(made, searched=table)


def test_what_has_been_found_is_that_of_the_public_function() -> None:
    """As a number with its limit, and in a sentence; and what is missed at most is a number too."""
    made = looked(audited(), (500, 60, 1, 2, 40, 499), (100, 50, 2, 0, 12, 98))
    expected = agreement.found_at_least([Searched(500, 60, 1, 2), Searched(100, 50, 2)], 52)
    section = coverage(made, SEED)
    found = {one.estimator: one for one in section.numbers}
    assert (found[FOUND].estimate, found[FOUND].low, found[FOUND].high) == (expected.value, expected.at_least, 1)
    assert (found[MISSED].estimate, found[MISSED].high) == (expected.missed, expected.missed_at_most)
    assert (found[FOUND].n, found[FOUND].transcripts) == (110, 6)
    (row,) = section.tables[1].rows
    needed = agreement.plan_search(52, 597, look=2).value
    assert row[0] == "Trust"
    assert row[2:] == (expected.words("Trust"), f"{needed} of 597")
    assert any("96% (audit 1)" in note for note in section.notes)
    assert any("such as 2 passages for one value, count as if each showed it" in note for note in section.notes)
    complete(section)


def test_a_share_that_is_reached_needs_no_more() -> None:
    """And what nobody found has no share, but a limit."""
    (row,) = coverage(looked(audited(), (100, 90, 0, 0, 60, 100)), SEED).tables[1].rows
    assert row[3] == "reached"
    section = coverage(looked(audited(), (100, 50, 0, 0, 0, 100), look=2), SEED)
    (row,) = section.tables[1].rows
    assert (row[1], row[3]) == ("not estimable", "not known yet")
    assert row[2].startswith("Nobody has found Trust yet. With 95% confidence at most 6 of 100 passages show it")
    assert any("99.2% (audit 2)" in note for note in section.notes)
    complete(section)


def test_datasets_are_searched_one_by_one() -> None:
    """Each audit speaks of its own dataset."""
    made = looked(looked(audited(), (100, 50, 1, 0, 30, 99)), (200, 50, 0, 0, 5, 200), dataset="mothers")
    section = coverage(made, SEED)
    assert [row[0] for row in section.tables[1].rows] == ["Trust, mothers", "Trust, women"]
    assert "showing Trust in women have been found (30 found" in section.tables[1].rows[1][2]
    assert {one.group for one in section.numbers if one.estimator == FOUND} == {"women", "mothers"}


def test_without_an_audit_the_section_says_what_would_fill_it() -> None:
    """And where recall stands until then."""
    assert "tagger audit draw" in coverage(drawn(), SEED).empty
    assert "section 5" not in coverage(drawn(), SEED).empty
    assert "section 5" in coverage(drawn(sources=("independent",)), SEED).empty
    assert "nobody has read any" in coverage(audited(read=0), SEED).empty


def shares(made: Evidence, source: str) -> np.ndarray:
    """Return the share of yes of each passage."""
    codes = made.panel(source, "trust").codes
    return (codes == 1).sum(axis=1) / (codes >= 0).sum(axis=1)


def test_how_often_people_find_a_value_and_with_the_model() -> None:
    """The mean of the passages' shares, and ppi++ with what is suggested; suggestions alone are marked."""
    made = drawn(read=0.5)
    section = prevalence(made)
    panel, y = made.panel("blind", "trust"), shares(made, "blind")
    suggested, _ = made.machine_of("trust")
    rest = np.setdiff1d(np.arange(len(suggested)), panel.places)
    found = people(section)
    rows = np.column_stack([np.ones(len(y)), y])
    expected = jackknife_interval(statistics.weighted_mean(), rows, panel.clusters, low=0.0)
    assert found[PEOPLE].estimate == pytest.approx(y.mean())
    assert (found[PEOPLE].low, found[PEOPLE].high) == pytest.approx(expected.interval)
    clusters = (panel.clusters, made.clusters[rest])
    expected = agreement.prevalence_estimate(y, panel.suggested, suggested[rest], "ppi++", clusters=clusters)
    assert found[WITH_MODEL].estimate == expected.value
    assert (found[WITH_MODEL].low, found[WITH_MODEL].high) == expected.interval
    assert (found[ALONE].estimate, found[ALONE].n) == (suggested.mean(), 320)
    assert found[ALONE].reason == BIASED


def test_an_audit_weighs_by_its_design() -> None:
    """Horvitz-Thompson, by hand and by the public function."""
    made = audited()
    panel, y = made.panel("audit", "trust"), shares(made, "audit")
    found = people(prevalence(made), "audit")
    given = (y, panel.suggested)
    clusters = (panel.clusters, [])
    expected = agreement.prevalence_estimate(*given, [], "ht", probabilities=1 / panel.weights, clusters=clusters)
    assert (found[PEOPLE].estimate, (found[PEOPLE].low, found[PEOPLE].high)) == (expected.value, expected.interval)
    by_hand = sum(size * y[40 * at : 40 * at + 40].mean() for at, size in enumerate(STRATA.values())) / 1080
    assert found[PEOPLE].estimate == pytest.approx(by_hand)


def test_an_audit_of_a_part_is_completed_by_what_is_suggested_elsewhere() -> None:
    """With the probabilities of the draw."""
    random = np.random.default_rng(SEED)
    there = random.random(600) < 0.3
    suggested = there ^ (random.random(600) < 0.2)
    places = {
        name: np.flatnonzero(suggested == said)[:60] for name, said in (("suggested", True), ("far below", False))
    }
    sizes = {"suggested": int(suggested.sum()), "far below": int((~suggested).sum())}
    read = [(int(place), name) for name, some in places.items() for place in some]
    made = evidence(
        [f"t{place % 8}" for place in range(600)],
        answers=[(place, "Reader A", "audit", "trust", bool(there[place]), True) for place, _ in read],
        machine=[(place, "trust", 0.5, bool(one), "weak") for place, one in enumerate(suggested)],
        audit=[(place, name, sizes[name]) for place, name in read],
    )
    panel = made.panel("audit", "trust")
    rest = np.setdiff1d(np.arange(600), panel.places)
    expected = agreement.prevalence_estimate(
        shares(made, "audit"),
        panel.suggested,
        suggested[rest].astype(int),
        "dsl",
        probabilities=1 / panel.weights,
        clusters=(panel.clusters, made.clusters[rest]),
    )
    found = people(prevalence(made), "audit")[WITH_MODEL]
    assert found.estimator == 'prevalence_estimate (method="dsl")'
    assert (found.estimate, (found.low, found.high)) == (expected.value, expected.interval)


def test_a_sample_of_other_passages_than_there_are_now_is_not_completed() -> None:
    """The strata hold 1,080 passages and the study 120: they were cut anew, or many came and went."""
    found = people(prevalence(audited(read=110)), "audit")[WITH_MODEL]
    assert found.estimate is None
    assert "drawn from about 1080 passages, and now there are 120" in found.reason


def test_where_all_was_read_the_model_adds_nothing() -> None:
    """People's share is all there is, and the section says so."""
    section = prevalence(drawn())
    assert people(section)[WITH_MODEL].estimate is None
    assert section.tables[0].rows[0][2] == "all were read"
    assert any("people's share is all there is" in note for note in section.notes)
    assert not any("all there is" in note for note in prevalence(drawn(read=0.5)).notes)


def test_datasets_stand_side_by_side_and_are_not_pooled() -> None:
    """They are different contexts."""
    made = drawn(datasets=("women", "mothers"), read=0.5)
    section = prevalence(made)
    assert {one.group for one in section.numbers} == {"women", "mothers"}
    part = (made.passages["dataset"] == "mothers").to_numpy()
    panel = made.panel("blind", "trust", part)
    expected = ((panel.codes == 1).sum(axis=1) / (panel.codes >= 0).sum(axis=1)).mean()
    assert people(section, group="mothers")[PEOPLE].estimate == pytest.approx(expected)
    (plot,) = section.plots
    assert isinstance(plot, Forest)
    assert [label for label, _ in plot.rows] == ["Trust, women", "Trust, mothers", "Safety, women", "Safety, mothers"]
    assert (plot.low, plot.high) == (0, 1)


def test_sources_are_kept_apart_and_what_is_suggested_is_counted_once() -> None:
    """It rests on nobody's readings."""
    section = prevalence(drawn(sources=("blind", "independent"), read=0.6))
    assert {one.source for one in section.numbers} == {"blind", "independent", ""}
    assert len([one for one in section.numbers if one.between == ALONE and one.value_id == "trust"]) == 1
    assert len(section.tables) == len(section.plots) == 2


def test_readings_that_are_all_alike_have_no_interval_of_no_width() -> None:
    """Leaving out a transcript changes nothing there, which is no certainty."""
    made = evidence(
        ["a", "b", "c"] * 10,
        answers=[(place, "Reader A", "blind", "trust", True, True) for place in range(30)],
        machine=[(place, "trust", 0.1, True, "strong") for place in range(30)],
    )
    found = people(prevalence(made))[PEOPLE]
    assert (found.estimate, found.low) == (1.0, None)
    assert "alike" in found.reason
