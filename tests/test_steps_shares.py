"""Shares of single values: what is suggested with them, what an audit makes of them, and names that nobody knows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from desk import desk_in

from tagger.errors import SettingsError
from tagger.review.audit.frame import FAR, NEAR, STRATA, SUGGESTED, frame
from tagger.steps.evidence import gather

COUNTS = "SELECT value_id, count(*) AS n FROM suggestion_list WHERE kind = 'passage' GROUP BY value_id"


def counted(study):
    """Return how many passages each value is suggested for."""
    return {row["value_id"]: row["n"] for row in study.ask(COUNTS)}


def test_a_value_with_a_share_of_its_own_is_suggested_as_often(study):
    """Choice for half of the passages that are long enough, others for a tenth as before; and the report says so."""
    study.set("per_excerpt = 3")
    study.set("shares = { choice = 0.5 }")
    study.run()
    long = study.one("SELECT count(*) FROM excerpt_list WHERE kind = 'passage' AND length(text) >= 20")

    assert math.ceil(0.5 * long) == counted(study)["choice"]
    assert math.ceil(0.1 * long) == counted(study)["common"]
    assert gather(study.folder).facts["Suggested"].endswith("value by value; 0.5 for choice")


def test_an_audit_goes_by_the_shares_of_single_values(study):
    """Near the threshold is what twice the share of a value would suggest, worked out anew from the scores."""
    study.set("shares = { choice = 0.3 }")
    study.run()
    with desk_in(study) as desk:
        found = frame(desk.db, "general")
        rows = desk.ask(
            "SELECT e.excerpt_id, s.scores FROM excerpt_list e JOIN newest_scorings n ON n.dataset = e.dataset "
            "JOIN scores s ON s.scoring_id = n.scoring_id AND s.excerpt_id = e.excerpt_id "
            "WHERE e.kind = 'passage' AND length(e.text) >= 20"
        )
        order = [row["value_id"] for row in desk.ask("SELECT value_id FROM framework_values ORDER BY position")]
    table = np.array([row["scores"] for row in rows])
    reached = set()
    for column, value in enumerate(order):
        share = 0.6 if value == "choice" else 0.2
        least = np.sort(table[:, column])[::-1][math.ceil(round(share * len(table), 9)) - 1]
        reached |= {row["excerpt_id"] for row, score in zip(rows, table[:, column], strict=True) if score >= least}
    held = {stratum: {one for own in found.strata[stratum].values() for one in own} for stratum in STRATA}

    assert {"choice": 0.3} == found.shares
    assert reached - held[SUGGESTED] == held[NEAR]
    assert not held[FAR] & reached


def test_a_share_for_a_value_that_is_nowhere_is_refused(study):
    """Before anything is read or stored, and the values there are are named."""
    study.set("shares = { trusst = 0.5 }")
    with pytest.raises(SettingsError, match=r"there is no value trusst.*choice"):
        study.run()


def test_a_share_may_be_that_of_another_framework_of_the_study(study):
    """A study with several frameworks has one study.toml."""
    study.do("INSERT INTO frameworks SELECT 'other', 'others', version, title, content FROM frameworks LIMIT 1")
    study.do(
        "INSERT INTO framework_values SELECT 'other', 'hope', position, 'Hope', layer, unit, NULL, false "
        "FROM framework_values WHERE value_id = 'choice'"
    )
    study.set("shares = { hope = 0.5 }")
    study.run()

    assert {"choice", "common"} <= set(counted(study))


def test_back_to_one_share_for_all_gives_the_suggestions_of_before(study):
    """To the last row."""
    before = study.ask("SELECT * FROM suggestion_list ORDER BY suggestion_id")
    study.set("shares = { choice = 0.5 }")
    study.run()
    assert before != study.ask("SELECT * FROM suggestion_list ORDER BY suggestion_id")
    study.set("shares = {}")
    study.run()

    assert before == study.ask("SELECT * FROM suggestion_list ORDER BY suggestion_id")
