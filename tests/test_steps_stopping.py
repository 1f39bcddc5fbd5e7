"""What the newest audits guarantee, from real studies: what was found before the draw, by it, and since."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from desk import lasting

from tagger import agreement
from tagger.agreement import Searched
from tagger.config import ReviewSettings
from tagger.report.coverage import coverage
from tagger.report.found import FOUND, MISSED
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import FAR, NEAR, STRATA, SUGGESTED
from tagger.review.servings import Queue, next_serving, prepare
from tagger.steps.evidence import gather
from tagger.steps.stopping import guarantees, searches

OWN = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)
SIZES = {SUGGESTED: 4, NEAR: 1, FAR: 3}


def passages(desk):
    """Return the ids of all passages, in the order of the text."""
    rows = desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' ORDER BY transcript, start")
    return [row["excerpt_id"] for row in rows]


def audit(desk, who, seed=7, sizes=SIZES):
    """Draw an audit for a person; return the ids of each stratum's sample."""
    made = draw(desk.db, Wanted("general", (who,), sizes, seed), desk.tick())
    rows = desk.ask("SELECT excerpt_id, stratum FROM audit_list WHERE draw_id = $draw", draw=made.draw_id)
    return {name: {row["excerpt_id"] for row in rows if row["stratum"] == name} for name in STRATA}, made


def read(desk, who, answers):
    """Read all of an audit that waits, and skip what comes in between."""
    while True:
        prepare(desk.db, who, "general", OWN, 3, desk.tick())
        one = next_serving(desk.db, who, Queue("general"), OWN, str(uuid4()), desk.tick())
        if one is None:
            return
        audited = one.reason == "audit"
        desk.decide(one, "done" if audited else "skip", answers if audited else {})


def counts(study, value="choice"):
    """Return what was searched for a value by stratum: population, sample, found, unanswered, found_now, rest."""
    table = gather(study.folder).searched
    rows = table[table["value_id"] == value].set_index("stratum")
    return {name: tuple(int(one) for one in rows.loc[name].iloc[3:]) for name in rows.index}


def test_what_was_found_before_the_draw_is_known_and_the_rest_of_the_sample_waits(study):
    """By stratum, against sets made by hand; nothing is answered yet, so each drawn passage may show the value."""
    with lasting(study) as desk:
        ann, ben = desk.reader("Ann"), desk.reader("Ben")
        known = set(passages(desk)[:5])
        for one in known:
            desk.decide(desk.blind(ann, one), "done", {"choice": "yes"})
        sample, made = audit(desk, ben)
        sizes = {part.stratum: part.population for part in made.strata}
        strata = json.loads(desk.one("SELECT frame FROM draws WHERE purpose = 'audit'"))["strata"]
        of = {name: {one for held in by.values() for one in held} for name, by in strata.items()}
    found = counts(study)

    assert {name: len(of[name]) for name in STRATA} == sizes
    for name in STRATA:
        new = sample[name] - known
        now = len(of[name] & known)
        assert (sizes[name] - now, len(new), 0, len(new), now, sizes[name] - now) == found[name]
    [choice, *_] = [one for one in guarantees(study.folder) if one.value.id == "choice"]
    assert (
        choice.found.missed_at_most
        == agreement.found_at_least([Searched(*found[name][:4]) for name in STRATA], 5).missed_at_most
    )
    assert 5 == choice.found.found
    assert "not yet read" in choice.words


def test_what_the_audit_finds_is_counted_by_stratum_and_what_is_known_is_not_counted_again(study):
    """Ben finds the value in all he reads; what Ann had found before is no find of the audit."""
    with lasting(study) as desk:
        ann, ben = desk.reader("Ann"), desk.reader("Ben")
        known = set(passages(desk)[::3])
        for one in known:
            desk.decide(desk.blind(ann, one), "done", {"choice": "yes"})
        sample, _ = audit(desk, ben)
        read(desk, ben, {"choice": "yes"})
    found = counts(study)

    for name in STRATA:
        new = len(sample[name] - known)
        assert (new, new, 0) == found[name][1:4]
    [choice] = [one for one in guarantees(study.folder) if one.value.id == "choice"]
    assert len(known | set().union(*sample.values())) == choice.found.found
    others = [one for one in guarantees(study.folder) if one.value.id != "choice"]
    assert {0} == {one.found.found for one in others}
    assert all(one.words.startswith("Nobody has found") for one in others)


def test_what_is_found_since_is_found_but_was_not_known(study):
    """Assisted readings count as finds, and a yes that was taken back after the draw does not count at all."""
    with lasting(study) as desk:
        ann, ben = desk.reader("Ann"), desk.reader("Ben")
        first, second, third = passages(desk)[:3]
        desk.decide(desk.blind(ann, first), "done", {"choice": "yes"})
        desk.decide(desk.blind(ann, second), "done", {"choice": "yes"})
        audit(desk, ben)
    before = counts(study)
    with lasting(study) as desk:
        desk.now += timedelta(hours=1)
        desk.undo(ann)
        desk.drawn(ann, third, arm="assisted")
        desk.decide(desk.serve(ann, third), "done", {"choice": "yes"})
    found = counts(study)

    assert sum(row[0] for row in before.values()) + 1 == sum(row[0] for row in found.values())
    assert 2 == sum(row[4] for row in found.values())


def test_a_reading_that_is_changed_after_the_draw_was_still_known_before(study):
    """Ann says yes before the draw, and adds another value after it."""
    with lasting(study) as desk:
        ann, ben = desk.reader("Ann"), desk.reader("Ben")
        [first, *_] = passages(desk)
        one = desk.blind(ann, first)
        desk.decide(one, "done", {"choice": "yes"})
        audit(desk, ben)
        desk.decide(one, "done", {"choice": "yes", "common": "yes"})
    whole = sum(row[0] for row in counts(study, "common").values())

    assert whole - 1 == sum(row[0] for row in counts(study).values())
    assert 1 == sum(row[4] for row in counts(study, "common").values())


def test_a_later_audit_is_another_look(study):
    """It counts what the first one found as known, and may err less."""
    with lasting(study) as desk:
        ben = desk.reader("Ben")
        audit(desk, ben)
        read(desk, ben, {"choice": "yes"})
    [one] = [one for one in guarantees(study.folder) if one.value.id == "choice"]
    with lasting(study) as desk:
        desk.now += timedelta(hours=1)
        audit(desk, "Ben", seed=8)
    [two] = [one for one in guarantees(study.folder) if one.value.id == "choice"]

    assert (1, 2) == (one.look, two.look)
    assert (pytest.approx(0.96), pytest.approx(0.992)) == (one.found.alone, two.found.alone)
    assert one.found.found == two.found.found
    assert one.found.population - one.found.found == two.found.population


def test_passages_that_are_gone_are_no_part_of_what_is_said(study):
    """After a correction of words, those passages of the draw that hold them are neither missed nor waited for."""
    with lasting(study) as desk:
        audit(desk, desk.reader("Ben"), sizes=dict.fromkeys(STRATA, 1000))
    before = counts(study)
    study.edit("garden.txt", "one wet Tuesday in March", "on a dry Thursday in the month of May")
    study.run()
    after = counts(study)

    gone = sum(row[0] for row in before.values()) - sum(row[0] for row in after.values())
    assert gone > 0
    assert all(row[0] == row[1] == row[3] for row in after.values())


def test_the_report_says_it_in_section_9(study):
    """With the limits as numbers, and the sentence in the table."""
    with lasting(study) as desk:
        ben = desk.reader("Ben")
        audit(desk, ben, sizes={SUGGESTED: 1000, NEAR: 1000, FAR: 2})
        read(desk, ben, {"choice": "yes"})
    section = coverage(gather(study.folder), 1)
    [choice] = [one for one in guarantees(study.folder) if one.value.id == "choice"]
    found = {one.estimator: one for one in section.numbers if one.value_id == "choice"}

    assert (choice.found.value, choice.found.at_least, 1.0) == (
        found[FOUND].estimate, found[FOUND].low, found[FOUND].high
    )  # fmt: skip
    assert choice.found.missed_at_most == found[MISSED].high
    [table] = [one for one in section.tables if "found" in one.caption and "To read for 90%" in one.head]
    assert choice.words in {row[2] for row in table.rows}


def test_without_an_audit_nothing_is_guaranteed(tagged):
    """And nothing is said."""
    assert [] == guarantees(tagged.folder)


def test_a_plan_says_how_much_to_read_until_people_may_stop(study, tagger):
    """Of the passages in which nobody has found the value; after an audit, for the next one, which may err less."""
    with lasting(study) as desk:
        ann = desk.reader("Ann")
        for one in passages(desk)[:10]:
            desk.decide(desk.blind(ann, one), "done", {"choice": "yes"})
    [choice, *others] = searches(study.folder, "general")

    assert ("Choice", 10, 7) == (choice.value, choice.found, choice.rest)
    assert agreement.plan_search(10, 7) == choice.needed
    assert all(one.needed.value is None for one in others)
    said = tagger("audit", "plan", "--study", study.folder).out
    assert f"\n  Choice: {choice.needed.value} of 7 (10 found so far)\n" in said
    assert f"\n  {others[0].value}: nobody has found it yet\n" in said
    with lasting(study) as desk:
        audit(desk, "Ann")
    assert agreement.plan_search(10, 7, look=2) == searches(study.folder, "general")[0].needed
