"""The part of section 11 on drift: how often the team finds a value as time goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence_example import complete, evidence, readings

from tagger.report.drift import Drift, drift, note
from tagger.report.evidence import Evidence
from tagger.report.prevalence import prevalence


def over_time(*, more: float = 0.0, stronger: float = 0.0, seed: int = 1, readers: str = "AB") -> Evidence:
    """
    Make two months of blind readings of 12 transcripts.

    Args:
        more: how much more often people say yes in the second month, whatever the passage.
        stronger: how many more strong matches they read in it; a strong match shows the value three times as often.
    """
    random = np.random.default_rng(seed)
    clusters = [f"t{number}" for number in range(12) for _ in range(60)]
    second = np.arange(len(clusters)) % 2 == 1
    strong = random.random(len(clusters)) < 0.4 + stronger * second
    yes = random.random(len(clusters)) < np.where(strong, 0.45, 0.15) + more * second
    answers = [
        (place, f"Reader {reader}", "blind", "trust", bool(yes[place]), True)
        for place in range(len(clusters))
        for reader in readers
    ]
    machine = [(place, "trust", 0.5, bool(hit), "strong" if hit else "none") for place, hit in enumerate(strong)]
    made = evidence(clusters, answers=answers, machine=machine)
    told = readings(made.answers)
    return replace(made, readings=told.assign(read_on=np.where(second[told["place"]], "2026-02-03", "2026-01-05")))


def of(made: Evidence) -> Drift:
    """Return the drift of the one value."""
    [found] = drift(made)
    return found


def test_a_team_that_finds_more_shows_it():
    """The difference, its halves and its months."""
    found = of(over_time(more=0.2))

    assert found.differs.estimate == pytest.approx(0.2, abs=0.06)
    assert found.differs.low > 0
    assert found.differs.estimate == pytest.approx(found.later.estimate - found.earlier.estimate)
    assert ["2026-01", "2026-02"] == [month for month, _ in found.months]
    assert note((found,)).startswith("Later readings find Trust more often")


def test_reading_what_matches_better_is_no_drift():
    """The plain shares of the months differ; the halves do not, at the same strength of match."""
    found = of(over_time(stronger=0.5))
    (_, january), (_, february) = found.months

    assert february.estimate - january.estimate > 0.08
    assert found.differs.low < 0 < found.differs.high
    assert "clearly" in note((found,))


def test_a_team_that_does_not_drift_mostly_shows_none():
    """The interval of the difference holds 0 in 19 of 20 studies or nearly so."""
    held = [of(over_time(seed=seed)).differs for seed in range(60)]

    assert sum(one.low <= 0 <= one.high for one in held) >= 54


def test_nobody_s_own_drift_is_shown():
    """With one reader, in all or in a half or month, there is nothing."""
    alone = over_time(readers="A")
    assert () == drift(alone)
    made = over_time(more=0.2)
    january = set(made.readings.loc[made.readings["read_on"] < "2026-02", "place"])
    gone = made.answers["place"].isin(january) & (made.answers["coder"] == "Reader B")
    assert () == drift(replace(made, answers=made.answers[~gone]))
    told = made.readings.copy()
    december = (told["coder"] == "Reader A") & told["place"].isin(sorted(january)[:40])
    told.loc[december, "read_on"] = "2025-12-20"
    assert ["2026-01", "2026-02"] == [month for month, _ in of(replace(made, readings=told)).months]


def test_one_day_of_reading_has_no_earlier_half():
    """And nothing is said."""
    made = over_time()
    assert () == drift(replace(made, readings=made.readings.assign(read_on="2026-01-05")))
    assert () == drift(replace(made, readings=made.readings.assign(read_on="")))


def test_it_stands_in_section_11():
    """Two tables and a sentence, with their numbers."""
    section = prevalence(over_time(more=0.2))

    complete(section)
    assert any(table.caption.startswith("Does the team find") for table in section.tables)
    assert "Month by month" in [table.caption for table in section.tables]
    assert {"month 2026-01", "month 2026-02"} <= {number.group for number in section.numbers}
