"""Sections 7 and 8: the order of the scores, and whether rates hold."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from evidence_example import complete, drawn, evidence

from tagger import agreement
from tagger.agreement.clusters import jackknife_interval
from tagger.report.calibration import calibration, rates_elsewhere
from tagger.report.document import Curves, Number, Section
from tagger.report.evidence import Evidence
from tagger.report.ranking import AP, CHANCE, WORKLOAD, decided, ranking, standing
from tagger.report.thresholds import WANTED


def by_name(section: Section, value: str, source: str = "blind") -> dict[str, Number]:
    """Return the numbers of a value by their estimators."""
    return {one.estimator: one for one in section.numbers if one.value_id == value and one.source == source}


DEGENERATE = {
    "nothing": evidence(),
    "passages alone": evidence(["a", "b"]),
    "no scores": drawn(scored=False),
    "one reader": drawn(readers=1),
    "one transcript": drawn(transcripts=1),
    "all yes": drawn(common=2.0),
    "all no": evidence(
        ["a", "b", "c"] * 10,
        answers=[(place, "Reader A", "blind", "trust", False, True) for place in range(30)],
        machine=[(place, "trust", 0.1, False, "none") for place in range(30)],
    ),
    "all suggested": evidence(
        ["a", "b", "c"] * 10,
        answers=[(place, "Reader A", "blind", "trust", True, True) for place in range(30)],
        machine=[(place, "trust", 0.1, True, "strong") for place in range(30)],
    ),
    "ties alone": evidence(
        ["a", "b", "c"] * 10,
        answers=[
            (place, f"Reader {'AB'[yes]}", "blind", "trust", bool(yes), True) for place in range(30) for yes in (0, 1)
        ],
        machine=[(place, "trust", 0.1, place < 5, "strong") for place in range(30)],
    ),
}


@pytest.mark.parametrize("made", DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.parametrize("section", [ranking, calibration])
def test_nothing_breaks_where_there_is_little(made: Evidence, section: object) -> None:
    """An empty study, one reader, one transcript, all yes, all no: a reason or an empty line."""
    complete(section(made))


@pytest.mark.parametrize("section", [ranking, calibration])
def test_the_same_evidence_gives_the_same_section(section: object) -> None:
    """Nothing in them is drawn."""
    assert section(drawn(sources=("blind", "independent"))) == section(drawn(sources=("blind", "independent")))


def test_each_number_is_that_of_the_public_function() -> None:
    """Of each source by itself, ties left out."""
    made = drawn(sources=("blind", "independent"), read=0.7)
    section = ranking(made)
    complete(section)
    for source in ("blind", "independent"):
        panel = made.panel(source, "trust")
        labels = panel.majority()
        found = by_name(section, "trust", source)
        said = ~np.isnan(labels)
        assert found[AP].estimate == pytest.approx(agreement.average_precision(labels, panel.scores).value)
        assert found["precision"].estimate == pytest.approx(agreement.precision(labels, panel.suggested).value)
        assert found["recall"].estimate == pytest.approx(agreement.recall(labels, panel.suggested).value)
        assert found["f1"].estimate == pytest.approx(agreement.f1(labels, panel.suggested).value)
        assert found[CHANCE].estimate == pytest.approx(labels[said].mean())
        assert found[WORKLOAD].estimate == pytest.approx(panel.suggested[said].mean())
        of_all = [one for name, one in found.items() if not name.startswith("share_for_recall")]
        assert {one.n for one in of_all} == {said.sum()}


def test_the_interval_of_average_precision_is_the_jackknife_s() -> None:
    """By transcripts, with scikit-learn's average precision."""
    made = drawn()
    panel = made.panel("blind", "trust")
    labels = panel.majority()
    rows, clusters = np.column_stack([labels, panel.scores])[~np.isnan(labels)], panel.clusters[~np.isnan(labels)]
    expected = jackknife_interval(lambda kept: agreement.average_precision(*kept.T), rows, clusters, low=0.0)
    found = by_name(ranking(made), "trust")[AP]
    assert (found.low, found.high) == pytest.approx(expected.interval)
    assert found.transcripts == expected.n_clusters == 8


def small() -> Evidence:
    """Make 40 passages with the value in the best 10 and in the worst one, two of the best scores being equal."""
    clusters = ["a", "b", "c", "d"] * 10
    yes = [place < 10 or place == 39 for place in range(40)]
    scores = [1 - max(place, 1) / 100 for place in range(40)]
    return evidence(
        clusters,
        answers=[(place, "Reader A", "blind", "trust", said, True) for place, said in enumerate(yes)],
        machine=[(place, "trust", score, place < 20, "strong") for place, score in enumerate(scores)],
    )


def test_a_small_case_by_hand() -> None:
    """Ten found at once and the last passage of 40: (10 * 1 + 11 / 40) / 11."""
    section = ranking(small())
    found = by_name(section, "trust")
    assert found[AP].estimate == pytest.approx((10 * 1 + 11 / 40) / 11)
    assert found["precision"].estimate == pytest.approx(10 / 20)
    assert found["recall"].estimate == pytest.approx(10 / 11)
    assert found[CHANCE].estimate == pytest.approx(11 / 40)
    assert found[WORKLOAD].estimate == pytest.approx(20 / 40)


def test_curves_are_stepwise_pool_equal_scores_and_mark_where_suggestions_end() -> None:
    """The first two passages have the same score, and are read at once."""
    precision, workload = ranking(small()).plots
    assert isinstance(precision, Curves)
    assert isinstance(workload, Curves)
    assert precision.steps
    assert workload.diagonal
    line = precision.lines[0]
    assert (line.x[:3], line.y[:3]) == (pytest.approx((0, 2 / 11, 3 / 11)), (1.0, 1.0, 1.0))
    assert line.mark == pytest.approx((10 / 11, 10 / 20))
    read = workload.lines[0]
    assert (read.x[0], read.y[0], read.x[-1], read.y[-1]) == (0, 0, 1, 1)
    assert (read.x[1], read.y[1]) == pytest.approx((2 / 40, 2 / 11))
    assert read.mark == pytest.approx((20 / 40, 10 / 11))


def test_curves_and_bands_are_those_of_the_public_functions() -> None:
    """By transcripts, of the passages on which most readers said the same, and the section says what a band is."""
    made = drawn(values=("trust",))
    one = decided(made.panel("blind", "trust"))
    rows = np.column_stack([one.panel.weights, one.labels, one.panel.scores])
    section = ranking(made)
    for plot, curve in zip(section.plots, (agreement.precision_recall_curve, agreement.gains_curve), strict=True):
        assert isinstance(plot, Curves)
        (line,), expected = plot.lines, curve(rows, one.panel.clusters)
        assert (line.x, line.y) == (pytest.approx(expected.x), pytest.approx(expected.y))
        assert (line.low, line.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
        assert line.low
    assert "diamond" in section.notes[-1]
    assert "band" in section.notes[-1]


def test_two_transcripts_give_curves_without_a_band() -> None:
    """As for every interval."""
    for plot in ranking(drawn(transcripts=2, passages=80)).plots:
        assert isinstance(plot, Curves)
        assert plot.lines[0].x
        assert not plot.lines[0].low


def test_scores_of_two_datasets_are_compared_by_their_place_within_them() -> None:
    """The best passage of each dataset stands as high as the other's, whatever its score."""
    made = evidence(
        ["a", "a", "b", "b"],
        datasets=["women", "women", "mothers", "mothers"],
        machine=[(0, "trust", 0.9, True, "strong"), (1, "trust", 0.8, False, "none"),
                 (2, "trust", 0.2, True, "strong"), (3, "trust", 0.1, False, "none")],
    )  # fmt: skip
    assert standing(made, "trust").tolist() == [0.5, 0.0, 0.5, 0.0]
    assert any("lower score" in note for note in ranking(drawn(datasets=("women", "mothers"))).notes)
    assert not any("lower score" in note for note in ranking(drawn()).notes)


def test_a_rare_value_says_how_rare() -> None:
    """With fewer than 10 passages in which most readers found it, nothing is estimable."""
    made = drawn(common=0.0, passages=6, readers=1)
    found = by_name(ranking(made), "trust")
    assert found[AP].estimate is None
    assert "and it takes 10" in found[AP].reason


def test_ties_are_left_out_and_counted() -> None:
    """Two readers who disagree have no majority."""
    made = drawn()
    ties = sum(int(np.isnan(made.panel("blind", value).majority()).sum()) for value in ("trust", "safety"))
    assert ties
    assert any(f"{ties} pairs" in note for note in ranking(made).notes)
    assert any("pairs of a passage" in note for note in calibration(made).notes)


def test_weights_of_an_audit_count() -> None:
    """A passage far below the threshold stands for ten here."""
    yes = [place % 3 == 0 for place in range(60)]
    made = evidence(
        [f"t{place % 6}" for place in range(60)],
        answers=[(place, "Reader A", "audit", "trust", said, True) for place, said in enumerate(yes)],
        machine=[(place, "trust", (place * 7 % 60) / 60, place < 20, "weak") for place in range(60)],
        audit=[(place, *(("suggested", 20) if place < 20 else ("far below", 400))) for place in range(60)],
    )
    panel = made.panel("audit", "trust")
    assert set(panel.weights) == {1.0, 10.0}
    found = by_name(ranking(made), "trust", "audit")
    assert found[AP].estimate == pytest.approx(agreement.average_precision(yes, panel.scores, panel.weights).value)
    assert found["recall"].estimate == pytest.approx(agreement.recall(yes, panel.suggested, panel.weights).value)


def test_a_rate_comes_from_other_transcripts() -> None:
    """Two of three passages in the first transcript show it, one of two in the second."""
    made = evidence(
        ["a", "b", "b", "a", "c", "a"],
        answers=[(place, "Reader A", "blind", "trust", place in (1, 3, 5), True) for place in range(6)],
    )
    one = decided(made.panel("blind", "trust"))
    rates = rates_elsewhere(one, np.array(["strong", "strong", "strong", "strong", "weak", "strong"]))
    assert rates[[0, 1, 2, 3, 5]].tolist() == pytest.approx([1 / 2, 2 / 3, 2 / 3, 1 / 2, 1 / 2])
    assert np.isnan(rates[4])


def test_errors_are_those_of_the_public_functions() -> None:
    """With one value, all values are that one."""
    made = drawn(values=("trust",))
    one = decided(made.panel("blind", "trust"))
    rates = rates_elsewhere(one, made.machine["strength"].to_numpy()[one.panel.places])
    y, p = one.labels[~np.isnan(rates)], rates[~np.isnan(rates)]
    section = calibration(made)
    complete(section)
    for value in ("trust", ""):
        brier, error, debiased = by_name(section, value).values()
        assert brier.estimate == pytest.approx(agreement.brier_score(y, p).value)
        assert error.estimate == pytest.approx(agreement.expected_calibration_error(y, p, 10, "mass").value)
        assert debiased.estimate == pytest.approx(agreement.debiased_calibration_error(y, p, 10).value)
        assert {one.n for one in (brier, error)} == {len(y)}
    (plot,) = section.plots
    assert isinstance(plot, Curves)
    curve = agreement.calibration_curve(y, p, 10, "mass")
    assert (plot.lines[0].x, plot.lines[0].y) == (curve.mean_p, curve.share_yes)
    assert all(
        low <= y <= high for low, y, high in zip(plot.lines[0].low, plot.lines[0].y, plot.lines[0].high, strict=True)
    )


def test_an_error_that_chance_explains_has_no_interval_of_no_width() -> None:
    """Each transcript has the same share of yes, so the squared error is below what chance adds."""
    made = evidence(
        [f"t{place // 12}" for place in range(60)],
        answers=[(place, "Reader A", "blind", "trust", place % 3 == 0, True) for place in range(60)],
        machine=[(place, "trust", 0.1, False, "none") for place in range(60)],
    )
    debiased = list(by_name(calibration(made), "trust").values())[2]
    assert debiased.estimate == 0
    assert debiased.low is None
    assert debiased.reason


def test_how_much_to_open_is_that_of_the_public_function() -> None:
    """By the places of what most readers found, among all passages of the dataset, whether they were read or not."""
    made = drawn(read=0.6)
    section = ranking(made)
    panel = made.panel("blind", "trust")
    yes = panel.majority() == 1
    _, scores = made.machine_of("trust")
    depths = np.array([(scores >= one).mean() for one in panel.scores[yes]])
    found = by_name(section, "trust", "blind")
    for wanted in WANTED:
        expected = agreement.share_for_recall(depths, np.ones(len(depths)), wanted)
        name = f"share_for_recall, wanted={wanted:g}"
        assert found[name].estimate == pytest.approx(expected.share)
        assert found[f"{name} (recall)"].low == expected.at_least
        assert found[f"{name} (recall)"].estimate >= wanted
    [table] = [one for one in section.tables if one.caption.startswith("How much to open")]
    opened = round(found["share_for_recall, wanted=0.9"].estimate * len(scores))
    assert f"({opened} passages; at least " in table.rows[0][4]
    assert table.rows[0][2] == f"{made.machine_of('trust')[0].mean():.2f}"


def test_the_line_for_study_toml_can_be_read_as_it_stands() -> None:
    """TOML with a share for each value that is enough for nine in ten, rounded up; the audit's where there is one."""
    section = ranking(drawn(read=0.6))
    [note] = [one for one in section.notes if "study.toml" in one]
    shares = tomllib.loads(note.split("[suggestions]: ")[1].split(". Each share")[0])["shares"]
    for value, share in shares.items():
        exact = by_name(section, value, "blind")["share_for_recall, wanted=0.9"].estimate
        assert exact <= share < exact + 0.0101
    assert set(shares) == {"trust", "safety"}


def test_what_can_be_moved_is_counted_from_the_passages() -> None:
    """At each share: how many passages that is, and the m of n finds within it, of n + 1; it starts at nine in ten."""
    made = drawn(read=0.6)
    section = ranking(made)
    assert section.movers is not None
    trust = section.movers.rows[0]
    panel = made.panel("blind", "trust")
    yes = panel.majority() == 1
    _, scores = made.machine_of("trust")
    depths = np.array([(scores >= one).mean() for one in panel.scores[yes]])

    assert ("Trust", "trust") == (trust.value, trust.key)
    for hundredth in (1, 10, 37, 99):
        within = (depths <= hundredth / 100 + 1e-12).sum()
        assert np.ceil(hundredth * len(scores) / 100 - 1e-9) == trust.opened[hundredth - 1]
        assert within / (len(depths) + 1) == pytest.approx(trust.finds[hundredth - 1])
    assert (len(scores), 1.0, 1.0) == (trust.opened[-1], trust.finds[-1], trust.at_least[-1])
    assert sorted(trust.at_least) == list(trust.at_least)
    exact = by_name(section, "trust", "blind")["share_for_recall, wanted=0.9"].estimate
    assert exact <= trust.start / 100 < exact + 0.0101


def test_nothing_can_be_moved_where_nobody_found_anything() -> None:
    """A value that nobody found has no slider; one that was found too seldom for nine in ten starts where it is now."""
    answers = [(place, "Reader A", "blind", "trust", place < 7, True) for place in range(40)]
    machine = [(place, "trust", 1 - place / 40, place < 4, "weak") for place in range(40)]
    few = ranking(evidence(["a", "b", "c", "d"] * 10, answers=answers, machine=machine))
    none = ranking(DEGENERATE["all no"])

    assert few.movers is not None
    assert [10] == [row.start for row in few.movers.rows]
    assert none.movers is None


def test_too_few_finds_leave_no_share() -> None:
    """The reason says how many it takes."""
    answers = [(place, "Reader A", "blind", "trust", place < 7, True) for place in range(40)]
    machine = [(place, "trust", 1 - place / 40, place < 4, "weak") for place in range(40)]
    section = ranking(evidence(["a", "b", "c", "d"] * 10, answers=answers, machine=machine))
    [table] = [one for one in section.tables if one.caption.startswith("How much to open")]
    assert table.rows[0][4] == "not enough positives (n = 7; 9 needed for 90%)"
    assert "(7 passages; at least 0.65)" in table.rows[0][3]
    assert not any("study.toml" in one for one in section.notes)


def test_an_audit_weighs_what_it_found() -> None:
    """A find far below stands for many that nobody drew, so more has to be opened."""
    answers = [(place, "Reader A", "audit", "trust", place < 30 or place == 59, True) for place in range(60)]
    machine = [(place, "trust", 1 - place / 100, place < 10, "weak") for place in range(100)]
    audit = [(place, "suggested", 40) if place < 40 else (place, "far below", 60) for place in range(60)]
    made = evidence(["a", "b", "c", "d"] * 25, answers=answers, machine=machine, audit=audit)
    found = by_name(ranking(made), "trust", "audit")
    depths = np.append(np.arange(1, 31) / 100, 0.6)
    expected = agreement.share_for_recall(depths, np.append(np.ones(30), 3.0), 0.9)
    assert expected.share == 0.6
    assert found["share_for_recall, wanted=0.9"].estimate == pytest.approx(0.6)
    assert found["share_for_recall, wanted=0.9 (recall)"].low == pytest.approx(expected.at_least)
