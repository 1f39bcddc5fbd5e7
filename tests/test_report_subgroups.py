"""Section 12: parts of the study and pairs of readers, each as if it were alone; what is too small is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evidence_example import complete, drawn, evidence, readings

from tagger import agreement
from tagger.report.machine import MODEL_ALPHA
from tagger.report.people import ALPHA
from tagger.report.subgroups import disagreements, subgroups

ANSWERS = agreement.alpha_statistic(["no", "yes"])


def found(section, group, estimator=ALPHA, value_id="trust", between=None):
    """Return the only number of a part of the study."""
    [one] = [
        one
        for one in section.numbers
        if (one.group, one.estimator, one.value_id) == (group, estimator, value_id)
        and (between is None or one.between == between)
    ]
    return one


def table(told, kept, value_id="trust"):
    """Return what readers said of a value in some passages, units by readers."""
    said = told.answers[(told.answers["value_id"] == value_id) & told.answers["place"].isin(kept)]
    return said.assign(yes=said["yes"].map({True: "yes", False: "no"})).pivot(
        index="place", columns="coder", values="yes"
    )


def tables(section):
    """Return the tables of a section by their captions up to the comma."""
    return {one.caption.split(",")[0]: one for one in section.tables}


def test_a_transcript_has_its_own_alpha_and_no_interval():
    """Alpha by transcript is that of its passages alone, and one cluster gives no interval."""
    told = drawn(transcripts=4, passages=60)
    section = subgroups(told)
    own = told.passages.index[told.passages["transcript"] == "t2"]
    one = found(section, "transcript t2")

    complete(section)
    assert one.estimate == pytest.approx(agreement.krippendorff_alpha(table(told, own)).value)
    assert (60, 1, None) == (one.n, one.transcripts, one.low)
    assert "takes 3 clusters" in one.reason
    model = told.machine[(told.machine["value_id"] == "trust") & told.machine["place"].isin(own)].set_index("place")
    model = model["suggested"].map({True: "yes", False: "no"})
    wide = table(told, own)
    expected = [agreement.krippendorff_alpha(np.column_stack([wide[reader], model])).value for reader in wide]
    assert found(section, "transcript t2", MODEL_ALPHA).estimate == pytest.approx(np.mean(expected))
    assert {"t0", "t1", "t2", "t3"} == {row[1] for row in tables(section)["Alpha by transcript"].rows}


def test_small_cells_are_left_out_and_counted():
    """A transcript in which a value was found in 9 passages has no number, and one with 10 has."""
    names = [f"t{n}" for n in range(3) for _ in range(20)]
    most = {"t0": 9, "t1": 10, "t2": 12}
    answers = [
        (place, reader, "blind", "trust", place % 20 < most[name], True)
        for place, name in enumerate(names)
        for reader in ("Reader A", "Reader B")
    ]
    section = subgroups(evidence(names, answers=answers))

    assert {"transcript t1", "transcript t2"} == {one.group for one in section.numbers}
    assert ("By transcript, 1 cell left out: the value was found there in fewer than 10 passages.",) == section.notes


def test_interviewers_stand_apart_where_they_are_known():
    """Passages of an interviewer's transcripts are one part, with an interval; those of nobody known are in none."""
    told = drawn(transcripts=9, passages=40)
    asks = np.array(["I01", "I02", ""])[np.arange(360) // 120]
    told = replace(told, passages=told.passages.assign(interviewer=asks))
    section = subgroups(told)
    own = told.passages.index[told.passages["interviewer"] == "I02"]
    expected = agreement.jackknife_interval(ANSWERS, table(told, own), told.passages["cluster"].iloc[own])
    one = found(section, "interviewer I02")

    assert one.estimate == pytest.approx(expected.value)
    assert (one.low, one.high) == pytest.approx(expected.interval)
    assert (120, 3) == (one.n, one.transcripts)
    assert {"I01", "I02"} == {row[1] for row in tables(section)["Alpha by interviewer"].rows}


def test_weeks_are_those_of_the_readings():
    """A week holds the answers given in it; people are compared where both read in it. The year may be another one."""
    told = drawn(transcripts=4, passages=60)
    made = readings(told.answers)
    late = (made["place"] >= 120) | ((made["coder"] == "Reader B") & (made["place"] < 40))
    made["read_on"] = np.where(late, "2026-01-05", "2025-12-29")
    section = subgroups(replace(told, readings=made))

    first, second = found(section, "week 2026-W01"), found(section, "week 2026-W02")
    assert first.estimate == pytest.approx(agreement.krippendorff_alpha(table(told, range(40, 120))).value)
    assert second.estimate == pytest.approx(agreement.krippendorff_alpha(table(told, range(120, 240))).value)
    assert (80, 120) == (first.n, second.n)
    assert (120, 160) == tuple(found(section, f"week 2026-W0{week}", MODEL_ALPHA).n for week in (1, 2))
    assert {"2026-W01", "2026-W02"} == {row[1] for row in tables(section)["Alpha by week"].rows}


def test_a_week_of_one_reader_is_shown_to_nobody():
    """How one person drifts is no business of a report: a week in which one person alone read is no part."""
    told = drawn(transcripts=4, passages=60)
    made = readings(told.answers)
    made["read_on"] = np.select([made["place"] < 80, made["place"] < 160], ["2026-01-05", "2026-01-12"], "2026-01-19")
    alone = (made["place"] >= 160) & (made["coder"] == "Reader B")
    told = replace(told, readings=made[~alone])
    groups = {one.group for one in subgroups(told).numbers}

    assert {"week 2026-W02", "week 2026-W03"} == {group for group in groups if group.startswith("week")}


def test_pairs_weigh_passages_of_an_audit():
    """Alpha of a pair in an audit counts each passage by how many it stands for, as the other sections do."""
    told = drawn(transcripts=6, passages=50, readers=3, sources=("audit",))
    rows = [(place, "far" if place % 2 else "near", 1500 if place % 2 else 150) for place in range(300)]
    audit = pd.DataFrame(rows, columns=["place", "stratum", "population"])
    told = replace(told, audit=audit)
    wide = table(told, range(300))[["Reader A", "Reader C"]]
    heavy = pd.concat([wide[wide.index % 2 == 0], *[wide[wide.index % 2 == 1]] * 10])
    one = found(subgroups(told), "", between="Reader A and Reader C")

    # With 1,650 passages instead of 300 the correction of alpha for small samples differs in the fourth digit.
    assert one.estimate == pytest.approx(agreement.krippendorff_alpha(heavy).value, abs=2e-3)
    assert one.estimate != pytest.approx(agreement.krippendorff_alpha(wide).value, abs=2e-3)
    assert 300 == one.n


def test_one_part_alone_is_not_shown_again():
    """One dataset, no interviewer, one week, two readers: of these section 2 says all, and transcripts remain."""
    told = drawn(transcripts=3, passages=60)
    section = subgroups(replace(told, readings=readings(told.answers, read_on="2026-01-05")))

    assert {"transcript"} == {one.group.split()[0] for one in section.numbers}
    assert ["Alpha by transcript"] == list(tables(section))
    assert () == section.plots


def test_a_long_table_is_cut_and_says_so():
    """A table by transcript has 60 rows at most; numbers.csv has all of them."""
    section = subgroups(drawn(transcripts=40, passages=60))
    [by_transcript] = section.tables

    assert 80 * 2 == len(section.numbers)
    assert 60 == len(by_transcript.rows)
    assert by_transcript.note.endswith("20 more rows: numbers.csv has them all.")


def test_more_transcripts_than_anybody_compares_are_not_set_side_by_side():
    """With more than 100 transcripts section 12 says that it leaves them out, and datasets stay."""
    section = subgroups(drawn(transcripts=102, passages=30, datasets=("women", "general")))

    assert {"women", "general"} == {one.group for one in section.numbers}
    assert ("Not by transcript: there are more than 100.",) == section.notes


def test_nothing_to_set_side_by_side_is_said():
    """Where every part is too small the section is one line."""
    told = evidence(["t1", "t2"], answers=[(0, "Reader A", "blind", "trust", True, True)])

    assert subgroups(told).empty.startswith("Nothing to set side by side yet")


def test_the_heatmap_says_that_it_counts():
    """The title says what a cell is: a number of pairs of readings."""
    [matrix] = disagreements(drawn()).plots

    assert matrix.title.endswith("how many pairs of readings")
