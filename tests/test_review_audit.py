"""Audits: a sample with probabilities that are known, read blind, in which nothing missing is replaced."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from desk import AT_ONCE, OWN_FIRST, START, tried
from hypothesis import given
from hypothesis import strategies as st
from serving import served
from visitor import Visitor, reading_at, visitor

from tagger.agreement import plan_sample
from tagger.config import ReviewSettings
from tagger.errors import StoreError, UsageError
from tagger.review import packs
from tagger.review.audit import Wanted, door, draw
from tagger.review.audit.frame import FAR, NEAR, STRATA, SUGGESTED, Frame, frame, frames
from tagger.review.audit.plan import Goal, plan
from tagger.review.displays import may_show
from tagger.review.servings import Queue, chosen, left, next_serving, postpone, prepare
from tagger.servings import place, sampled, seed_of
from tagger.store import Store, serving

HERE = "http://127.0.0.1"
SEEDS = range(2000)
ALL = dict.fromkeys(STRATA, 1000)
SOME = dict.fromkeys(STRATA, 2)
GENERAL = Queue("general")
EVERYTHING = Queue("general", read="all")
OWN = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)
TABLES = ("draws", "draw_strata", "audit_passages", "audit_cells")


@pytest.fixture
def desk(open_study):
    """Return a desk with two readers, Ann and Ben."""
    with tried(open_study) as desk:
        desk.reader("Ann")
        desk.reader("Ben")
        yield desk


def audited(desk, *readers, sizes=None, seed=7, **more):
    """Draw an audit."""
    return draw(desk.db, Wanted("general", readers or ("Ann",), sizes or SOME, seed, **more), desk.tick())


def sample(desk, draw_id, who="Ann"):
    """Return the rows of a sample by passage."""
    rows = desk.ask("SELECT * FROM audit_list WHERE draw_id = $draw AND coder_id = $who", draw=draw_id, who=who)
    return {row["excerpt_id"]: row for row in rows}


def served_next(desk, who="Ann", queue=GENERAL, review=OWN):
    """Give a reader what is next."""
    prepare(desk.db, who, queue.dataset, review, 3, desk.tick())
    return next_serving(desk.db, who, queue, review, str(uuid4()), desk.tick())


def read_all(desk, who="Ann", queue=GENERAL, review=OWN, act="nothing here"):
    """Read a queue to its end, with a look at what is shown after each, and return the rows of the servings."""
    found = []
    while one := served_next(desk, who, queue, review):
        desk.decide(one, act)
        desk.show(who, one.excerpt_id, review=review)
        found += desk.ask("SELECT * FROM servings WHERE id = $id::UUID", id=one.id)
    return found


def stored(desk):
    """Count the rows of all tables that a draw writes."""
    return [desk.one(f"SELECT count(*) FROM {table}") for table in TABLES]


# The arithmetic of the draw


@pytest.mark.parametrize(("sizes", "n"), [((1, 5, 9), 4), ((3, 3), 1), ((2, 7, 1, 1, 4), 3), ((4,), 3), ((5, 1), 6)])
def test_every_member_is_as_probable_as_is_stored(sizes, n):
    """Over 2,000 seeds each member of each group is taken with n / N, within four standard errors."""
    groups = {f"g{k}": [f"{k}.{one}" for one in range(size)] for k, size in enumerate(sizes)}
    taken = Counter(one for seed in SEEDS for drawn in sampled(groups, n, seed).values() for one in drawn)
    share = n / sum(sizes)
    error = 4 * math.sqrt(share * (1 - share) / len(SEEDS))
    members = [one for members in groups.values() for one in members]
    assert all(abs(taken[one] / len(SEEDS) - share) <= error for one in members)


groups = st.lists(st.integers(0, 12), min_size=1, max_size=8)


@given(groups, st.integers(1, 40), st.integers(0, 2**62))
def test_each_group_has_its_part_rounded_up_or_down(sizes, n, seed):
    """The sample has n members, or all; each group n N_h / N of them, up or down, each member once and in order."""
    members = {str(k): list(range(size)) for k, size in enumerate(sizes)}
    drawn = sampled(members, n, seed)
    total = sum(sizes)
    assert min(n, total) == sum(map(len, drawn.values()))
    for name, size in zip(members, sizes, strict=True):
        assert abs(len(drawn[name]) - min(n, total) * size / max(1, total)) < 1
        assert sorted(set(drawn[name]) & set(members[name])) == drawn[name]


def test_the_same_seed_samples_the_same():
    """And another seed something else."""
    members = {"a": list(range(30)), "b": list(range(30))}
    assert sampled(members, 20, 5) == sampled(members, 20, 5)
    assert sampled(members, 20, 5) != sampled(members, 20, 6)


def test_members_of_small_groups_are_reached():
    """With fewer to draw than there are groups, each group still has its turn."""
    members = {str(k): [k] for k in range(10)}
    assert set(range(10)) == {one for seed in range(200) for held in sampled(members, 1, seed).values() for one in held}


# The frame


def test_the_frame_holds_every_passage_once(desk):
    """All current passages and no exchange, each in one stratum, in the order of the text."""
    found = frame(desk.db, "general")
    passages = desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' ORDER BY transcript, start")
    held = [one for transcripts in found.strata.values() for names in transcripts.values() for one in names]
    assert sorted(row["excerpt_id"] for row in passages) == sorted(held)
    place_of = {row["excerpt_id"]: n for n, row in enumerate(passages)}
    for transcripts in found.strata.values():
        for names in transcripts.values():
            assert sorted(names, key=place_of.__getitem__) == names


def test_suggested_is_what_has_a_suggestion(desk):
    """Of any value; suggestions for exchanges do not count."""
    suggested = desk.ask("SELECT DISTINCT excerpt_id FROM suggestion_list WHERE kind = 'passage'")
    held = {one for names in frame(desk.db, "general").strata[SUGGESTED].values() for one in names}
    assert {row["excerpt_id"] for row in suggested} == held


def test_near_the_threshold_is_what_twice_the_share_would_suggest(desk):
    """Worked out anew from the stored scores: for some value among the strongest fifth, and not suggested."""
    found = frame(desk.db, "general")
    rows = desk.ask(
        "SELECT e.excerpt_id, s.scores, length(e.text) AS length FROM excerpt_list e "
        "JOIN newest_scorings n ON n.dataset = e.dataset "
        "JOIN scores s ON s.scoring_id = n.scoring_id AND s.excerpt_id = e.excerpt_id WHERE e.kind = 'passage'"
    )
    table = np.array([row["scores"] for row in rows if row["length"] >= 20])
    names = [row["excerpt_id"] for row in rows if row["length"] >= 20]
    strongest = np.sort(table, axis=0)[::-1][math.ceil(0.2 * len(table)) - 1]
    reached = {name for name, own in zip(names, table, strict=True) if (own >= strongest).any()}
    held = {stratum: {one for own in found.strata[stratum].values() for one in own} for stratum in STRATA}
    assert held[NEAR]
    assert reached - held[SUGGESTED] == held[NEAR]
    assert held[FAR]
    assert not held[FAR] & reached


def test_what_is_too_short_to_be_suggested_is_far_below(desk):
    """It is not compared, so nothing is near where nothing is long enough."""
    desk.db.run(
        "UPDATE scorings SET settings = replace(settings, '\"min_characters\": 20', '\"min_characters\": 9999')"
    )
    found = frame(desk.db, "general")
    assert 0 == found.size(NEAR)
    assert found.size(*STRATA) - found.size(SUGGESTED) == found.size(FAR)


def test_a_dataset_without_suggestions_says_so(desk):
    """No such dataset, passages not scored, nothing suggested, no scoring: each is said, and nothing is stored."""
    before = stored(desk)
    with pytest.raises(UsageError, match=r"there is no dataset nowhere here\. Name one of general"):
        draw(desk.db, Wanted("nowhere", ("Ann",), SOME, 1), desk.tick())
    one = desk.excerpt("The toilet.")
    desk.db.run("DELETE FROM scores WHERE excerpt_id = $id", {"id": one})
    with pytest.raises(UsageError, match=r"1 of its \d+ passages were not compared with the values yet"):
        audited(desk)
    desk.db.run("DELETE FROM suggestions")
    desk.db.run("INSERT INTO scores SELECT scoring_id, $id, scores FROM scores LIMIT 1", {"id": one})
    with pytest.raises(UsageError, match="nothing is suggested here, so there is nothing to audit"):
        audited(desk)
    desk.db.run("DELETE FROM scoring_uses")
    with pytest.raises(UsageError, match="nothing is suggested in this dataset yet"):
        audited(desk)
    with pytest.raises(UsageError, match="nothing is suggested in this study yet"):
        frames(desk.db)
    assert before == stored(desk)


# What is stored


def test_the_draw_can_be_made_again_from_what_is_stored(desk):
    """The stored frame and seed give the stored sample, its sizes and its order."""
    made = audited(desk, sizes={SUGGESTED: 3, NEAR: 2, FAR: 2}, seed=11)
    [row] = desk.ask("SELECT * FROM draws WHERE id = $id", id=made.draw_id)
    kept = json.loads(row["frame"])
    assert ("audit", 11, ["Ann"]) == (row["purpose"], row["seed"], kept["readers"])
    assert frame(desk.db, "general").strata == kept["strata"]
    again = {
        one: stratum
        for stratum, held in kept["strata"].items()
        for names in sampled(held, kept["sizes"][stratum], seed_of(11, "audit", stratum)).values()
        for one in names
    }
    rows = desk.ask("SELECT * FROM audit_passages WHERE draw_id = $id", id=made.draw_id)
    assert again == {row["excerpt_id"]: row["stratum"] for row in rows}
    assert {one: place(11, one) for one in again} == {row["excerpt_id"]: row["place"] for row in rows}


def test_every_probability_is_that_of_its_stratum(desk):
    """It is n / N, known for every passage of the frame; the cells of the transcripts add up to the strata."""
    made = audited(desk, sizes={SUGGESTED: 3, NEAR: 1, FAR: 2})
    found = frame(desk.db, "general")
    strata = {
        row["stratum"]: (row["population"], row["sample"])
        for row in desk.ask("SELECT * FROM draw_strata WHERE draw_id = $id", id=made.draw_id)
    }
    assert {name: (found.size(name), n) for name, n in {SUGGESTED: 3, NEAR: 1, FAR: 2}.items()} == strata
    for row in sample(desk, made.draw_id).values():
        assert strata[row["stratum"]] == (row["population"], row["sample"])
        assert row["sample"] / row["population"] == row["inclusion_probability"]
    cells = desk.ask("SELECT * FROM audit_cells WHERE draw_id = $id", id=made.draw_id)
    drawn = Counter((row["stratum"], row["transcript"]) for row in sample(desk, made.draw_id).values())
    for cell in cells:
        assert len(found.strata[cell["stratum"]][cell["transcript_id"]]) == cell["population"]
        assert drawn[cell["stratum"], cell["transcript_id"]] == cell["sample"]
    assert sum(found.size(name) for name in STRATA) == sum(cell["population"] for cell in cells)


def test_passages_are_drawn_as_often_as_is_stored(desk):
    """Over 300 draws of the study each passage comes with its stratum's n / N, within four standard errors."""
    found, seeds = frame(desk.db, "general"), range(300)
    for stratum in STRATA:
        share = 2 / found.size(stratum)
        drawn = [sampled(found.strata[stratum], 2, seed_of(seed, "audit", stratum)) for seed in seeds]
        taken = Counter(one for held in drawn for names in held.values() for one in names)
        error = 4 * math.sqrt(share * (1 - share) / len(seeds))
        members = [one for names in found.strata[stratum].values() for one in names]
        assert all(abs(taken[one] / len(seeds) - share) <= error for one in members)


def test_the_same_seed_draws_the_same_and_is_stored_once(desk):
    """A second time nothing is new; another reader gets the same passages as a draw of their own."""
    first = audited(desk)
    before = stored(desk)
    again = audited(desk)
    assert (False, True) == (first.known, again.known)
    assert replace(first, known=True) == again
    assert before == stored(desk)
    other = audited(desk, "Ben")
    assert first.draw_id != other.draw_id
    assert set(sample(desk, first.draw_id)) == set(sample(desk, other.draw_id, "Ben"))
    assert set(sample(desk, first.draw_id)) != set(sample(desk, audited(desk, seed=8).draw_id))


def test_every_reader_gets_every_passage(desk):
    """So that their readings can be compared; a name that is given twice counts once."""
    made = audited(desk, "Ann", "ben", "ANN")
    assert ["Ann", "Ben"] == [one.reader for one in made.readers]
    assert set(sample(desk, made.draw_id)) == set(sample(desk, made.draw_id, "Ben"))


def test_a_sample_can_be_shared_out(desk):
    """Then each passage goes to one of them, in equal parts, with the probability it had."""
    made = audited(desk, "Ann", "Ben", sizes=ALL, share_out=True)
    ann, ben = sample(desk, made.draw_id), sample(desk, made.draw_id, "Ben")
    assert not set(ann) & set(ben)
    assert frame(desk.db, "general").size(*STRATA) == len(ann) + len(ben)
    assert abs(len(ann) - len(ben)) <= 1
    assert {1.0} == {row["inclusion_probability"] for row in (*ann.values(), *ben.values())}


def test_more_than_there_are_is_all_of_them(desk):
    """Each for certain."""
    made = audited(desk, sizes=ALL)
    assert [(part.population, 1000) for part in made.strata] == [(part.sample, part.wanted) for part in made.strata]
    assert {1.0} == {row["inclusion_probability"] for row in sample(desk, made.draw_id).values()}


def test_a_reader_who_is_not_known_is_an_error_and_nobody_is_added(desk):
    """It names those who are known, and how people come to be."""
    before = stored(desk)
    with pytest.raises(
        UsageError, match=r"nobody here is called Cat\. Readers are: Ann, Ben\. People join in the browser"
    ):
        audited(desk, "Ann", "Cat")
    assert before == stored(desk)
    assert ["Ann", "Ben"] == [row["name"] for row in desk.ask("SELECT name FROM coders ORDER BY 1")]


@pytest.mark.parametrize("sizes", [{SUGGESTED: 3}, {SUGGESTED: 3, NEAR: 0, FAR: 1}, {SUGGESTED: -1, NEAR: 1, FAR: 1}])
def test_every_passage_has_a_chance(desk, sizes):
    """A stratum that nothing is drawn from would leave a hole, so it is refused."""
    with pytest.raises(UsageError, match="every stratum needs a passage"):
        audited(desk, sizes=sizes)


# Reading it


@pytest.mark.parametrize("order", ["transcript", "likely", "uncertain", "random", "mix"])
def test_all_that_was_drawn_comes_and_says_why(desk, order):
    """In every order, also where only suggested passages come: blind, with draw, stratum and probability."""
    made = audited(desk, sizes={SUGGESTED: 3, NEAR: 2, FAR: 2})
    wanted = {
        one: (made.draw_id, row["stratum"], row["inclusion_probability"])
        for one, row in sample(desk, made.draw_id).items()
    }
    given_out = [row for row in read_all(desk, queue=Queue("general", order=order)) if row["reason"] == "audit"]
    assert wanted == {
        row["excerpt_id"]: (row["draw_id"], row["stratum"], row["inclusion_probability"]) for row in given_out
    }
    assert {"blind"} == {row["arm"] for row in given_out}
    places = [
        desk.one("SELECT place FROM audit_passages WHERE excerpt_id = $id", id=r["excerpt_id"]) for r in given_out
    ]
    assert sorted(places) == places


def test_what_is_read_of_it_is_blind(desk):
    """Where the arm would have been assisted, too; nothing of it is doubtful."""
    made = audited(desk, sizes={SUGGESTED: 3, NEAR: 2, FAR: 2})
    read_all(desk)
    assert {"assisted"} == {row["arm"] for row in desk.ask("SELECT DISTINCT arm FROM arms")}
    kinds = desk.ask("SELECT excerpt_id, kind FROM codings WHERE coder_id = 'Ann' AND kind = 'blind'")
    assert set(sample(desk, made.draw_id)) == {row["excerpt_id"] for row in kinds}
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")
    assert {False} == {row["waits"] for row in sample(desk, made.draw_id).values()}


def test_passages_of_the_blind_arm_are_read_for_the_audit_too(desk):
    """All are blind; those that were drawn for the audit say so."""
    blind = replace(OWN, blind_share=1.0)
    made = audited(desk)
    rows = [row for row in read_all(desk, review=blind) if row["arm"] == "blind"]
    assert set(sample(desk, made.draw_id)) == {row["excerpt_id"] for row in rows if row["reason"] == "audit"}
    assert {"random", "audit"} == {row["reason"] for row in rows}


@pytest.mark.parametrize("review", [OWN_FIRST, AT_ONCE])
def test_nothing_is_shown_before_it_is_read(desk, review):
    """Not of the passage, and not of an exchange around it, whatever the study says; and afterwards it is."""
    desk.assist("Ann")
    exchange = desk.one("SELECT DISTINCT excerpt_id FROM suggestion_list WHERE kind = 'exchange' ORDER BY 1 LIMIT 1")
    made = audited(desk, sizes=ALL)
    suggested = [one for one, row in sample(desk, made.draw_id).items() if row["stratum"] == SUGGESTED]
    everything = [*suggested, exchange]
    assert set() == may_show(desk.db, "Ann", everything, review)
    assert {()} == {one.suggestions for one in desk.show("Ann", *everything, review=AT_ONCE).values()}
    assert 0 == desk.one("SELECT count(*) FROM displays")
    one = served_next(desk)
    desk.decide(one, "skip")
    assert set() == may_show(desk.db, "Ann", [one.excerpt_id], review)
    desk.decide(one, "unsure")
    assert {one.excerpt_id} == may_show(desk.db, "Ann", [one.excerpt_id], review)


def test_no_exchange_comes_before_the_passages_in_it(desk):
    """Its coming could tell what is suggested; it does come once they are read."""
    audited(desk, sizes=ALL)
    rows = read_all(desk, queue=EVERYTHING)
    kinds = [desk.one("SELECT kind FROM excerpts WHERE id = $id", id=row["excerpt_id"]) for row in rows]
    assert "exchange" in kinds
    spans = {row["excerpt_id"]: row for row in desk.ask("SELECT * FROM live_spans")}
    for n, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        own = spans[row["excerpt_id"]]
        later = [spans[one["excerpt_id"]] for one, what in zip(rows[n:], kinds[n:], strict=True) if what == "passage"]
        if kind == "exchange":
            assert not [
                one
                for one in later
                if one["revision_id"] == own["revision_id"] and one["start"] < own["end"] and one["end"] > own["start"]
            ]


def test_one_value_brings_no_passage_of_an_audit(desk):
    """To come for a value would tell that it is suggested."""
    made = audited(desk, sizes=ALL)
    queue = Queue("general", value="choice")
    prepare(desk.db, "Ann", "general", OWN, 1, desk.tick())
    assert 0 == left(desk.db, "Ann", queue, OWN).total
    assert len(sample(desk, made.draw_id)) == left(desk.db, "Ann", GENERAL, OWN).without_suggestions


def test_what_was_shown_before_is_missing_and_not_replaced(desk):
    """It stays in the sample with its probability, does not come blind, and is counted."""
    desk.assist("Ann")
    [suggestion] = desk.ask("SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage' ORDER BY 1 LIMIT 1")
    name = suggestion["excerpt_id"]
    desk.show("Ann", name, review=AT_ONCE)
    assert 0 < desk.one("SELECT count(*) FROM displays")
    made = audited(desk, "Ann", "Ben", sizes=ALL)
    ann, ben = made.readers
    assert (ann.passages - 1, 1) == (ann.to_read, ann.seen_before)
    assert (ben.passages, 0) == (ben.to_read, ben.seen_before)
    assert ("seen before", False, 1.0) == tuple(
        sample(desk, made.draw_id)[name][column] for column in ("fate", "waits", "inclusion_probability")
    )
    [row] = [row for row in read_all(desk) if row["excerpt_id"] == name]
    assert ("assisted", "likely") == (row["arm"], row["reason"])
    assert "blind" not in {kind for kind, *_ in desk.current("Ann", name)}


def test_who_was_told_that_nothing_is_suggested_cannot_read_it_blind(desk):
    """That leaves no display, and taking the reading back does not unsay it."""
    desk.assist("Ann")
    far = next(iter(frame(desk.db, "general").strata[FAR].values()))[0]
    desk.decide(desk.serve("Ann", far), "done")
    assert 1 == audited(desk, sizes=ALL).readers[0].seen_before
    desk.undo("Ann")
    made = audited(desk, sizes=ALL, seed=8)
    assert 1 == made.readers[0].seen_before
    assert "seen before" == sample(desk, made.draw_id)[far]["fate"]


def test_what_was_read_blind_before_counts_and_does_not_come_again(desk):
    """Even where suggestions were looked at afterwards."""
    gate = desk.excerpt("My neighbour brought me along")
    desk.assist("Ann")
    desk.decide(desk.blind("Ann", gate), "done", {})
    desk.show("Ann", gate, review=AT_ONCE)
    made = audited(desk, sizes=ALL)
    [ann] = made.readers
    assert (ann.passages - 1, 1, 0) == (ann.to_read, ann.read_before, ann.seen_before)
    assert ("read before", False) == tuple(sample(desk, made.draw_id)[gate][name] for name in ("fate", "waits"))
    assert gate not in {row["excerpt_id"] for row in read_all(desk)}


def test_what_was_skipped_before_is_not_asked_again(desk):
    """It is counted as missing; taking the skip back brings it, blind."""
    gate = desk.excerpt("My neighbour brought me along")
    desk.assist("Ann")
    desk.decide(desk.serve("Ann", gate), "skip")
    made = audited(desk, sizes=ALL)
    assert (1, 0) == (made.readers[0].skipped_before, made.readers[0].seen_before)
    assert not sample(desk, made.draw_id)[gate]["waits"]
    desk.undo("Ann")
    assert sample(desk, made.draw_id)[gate]["waits"]
    [row] = [row for row in read_all(desk) if row["excerpt_id"] == gate]
    assert ("blind", "audit") == (row["arm"], row["reason"])


def test_two_draws_share_what_both_drew(desk):
    """A passage of two draws comes once, for the first, and answers both."""
    first, second = audited(desk, sizes=ALL), audited(desk, sizes=ALL, seed=8)
    rows = [row for row in read_all(desk) if row["reason"] == "audit"]
    assert {first.draw_id} == {row["draw_id"] for row in rows}
    assert {1} == set(Counter(row["excerpt_id"] for row in rows).values())
    assert {False} == {row["waits"] for row in sample(desk, second.draw_id).values()}
    third = audited(desk, sizes=ALL, seed=9)
    assert third.readers[0].passages == third.readers[0].read_before


def test_what_was_open_when_it_was_drawn_comes_anew_and_blind(desk):
    """The serving before would have shown suggestions at the end."""
    before = served_next(desk)
    assert "assisted" == before.arm
    made = audited(desk, sizes=ALL)
    assert before.excerpt_id in sample(desk, made.draw_id)
    rows = read_all(desk)
    [row] = [row for row in rows if row["excerpt_id"] == before.excerpt_id]
    assert ("blind", "audit") == (row["arm"], row["reason"])
    assert ["blind"] == [kind for kind, *_ in desk.current("Ann", before.excerpt_id)]


def test_a_reload_skip_later_and_undo_work_as_ever(desk):
    """Open is given again, put off comes last, skipped comes no more, undone comes back for the same reason."""
    made = audited(desk, sizes=ALL)
    one = served_next(desk)
    assert one == served_next(desk)
    desk.decide(one, "done")
    desk.undo("Ann")
    assert one == served_next(desk)
    assert ("audit", "blind") == (one.reason, one.arm)
    postpone(desk.db, one.id, str(uuid4()), desk.tick())
    two = served_next(desk)
    assert two.excerpt_id != one.excerpt_id
    desk.decide(two, "skip")
    assert not sample(desk, made.draw_id)[two.excerpt_id]["waits"]
    rows = read_all(desk)
    assert two.excerpt_id not in {row["excerpt_id"] for row in rows}
    last = [row for row in rows if row["reason"] == "audit"][-1]
    assert (one.excerpt_id, one.id) == (last["excerpt_id"], str(last["id"]))


def test_what_was_looked_at_after_an_undo_is_not_blind(desk):
    """Read, looked at, taken back, read again: the second reading had suggestions in sight."""
    made = audited(desk, sizes={SUGGESTED: 1000, NEAR: 1, FAR: 1})
    suggested = {one for one, row in sample(desk, made.draw_id).items() if row["stratum"] == SUGGESTED}
    one = served_next(desk)
    while one.excerpt_id not in suggested:
        desk.decide(one, "nothing here")
        one = served_next(desk)
    desk.decide(one, "nothing here")
    desk.show("Ann", one.excerpt_id)
    desk.undo("Ann")
    again = served_next(desk)
    assert (one.excerpt_id, "assisted") == (again.excerpt_id, again.arm)
    desk.decide(again, "nothing here")
    assert ["assisted"] == [kind for kind, *_ in desk.current("Ann", one.excerpt_id)]


def test_a_passage_that_the_reader_comes_upon_is_read_for_the_audit(desk):
    """To lose those that readers find by themselves would leave a sample of the others."""
    made = audited(desk, sizes=ALL)
    prepare(desk.db, "Ann", "general", OWN, 1, desk.tick())
    gate = desk.excerpt("My neighbour brought me along")
    one = chosen(desk.db, "Ann", gate, OWN, str(uuid4()), desk.tick())
    assert ("audit", "blind") == (one.reason, one.arm)
    assert one == chosen(desk.db, "Ann", gate, OWN, str(uuid4()), desk.tick())
    desk.decide(one, "nothing here")
    assert ["blind"] == [kind for kind, *_ in desk.current("Ann", gate)]
    assert not sample(desk, made.draw_id)[gate]["waits"]
    assert "chosen" == chosen(desk.db, "Ann", gate, OWN, str(uuid4()), desk.tick()).reason


def test_a_pack_keeps_the_reason(desk):
    """What lies in a pack is read for the audit as on the screen."""
    made = audited(desk, sizes=ALL)
    [pack] = packs.make(desk.db, {str(uuid4()): "Ann"}, GENERAL, OWN, n=packs.MOST, seed=3, now=desk.tick())
    rows = desk.ask("SELECT s.* FROM pack_servings k JOIN servings s ON s.id = k.serving_id WHERE s.reason = 'audit'")
    assert set(sample(desk, made.draw_id)) == {row["excerpt_id"] for row in rows}
    assert len(pack.passages) == len(rows)
    desk.decide(desk.served(str(rows[0]["id"])), "nothing here")
    assert ["blind"] == [kind for kind, *_ in desk.current("Ann", rows[0]["excerpt_id"])]


# Corrections


def test_a_passage_whose_words_were_corrected_waits_no_more(study):
    """It is no longer what was drawn, and is a missing answer."""
    joined(study, "Ann")
    made = door.drawn(study.folder, Wanted("general", ("Ann",), ALL, 1), lambda: START)
    study.edit("garden.txt", "one wet Tuesday in March", "on a dry Thursday in the month of May")
    study.run()
    rows = study.ask("SELECT waits, count(*) AS n FROM audit_list WHERE draw_id = $id GROUP BY 1", id=made.draw_id)
    found = {row["waits"]: row["n"] for row in rows}
    assert 1 <= found[False] < found[True]


# The plan


def parted(suggested, near, far, transcripts=10):
    """Make a frame with so many passages in each stratum."""
    sizes = zip(STRATA, (suggested, near, far), strict=True)
    strata = {
        name: {f"t{k}": [f"{name} {k} {n}" for n in range(size // transcripts)] for k in range(transcripts)}
        for name, size in sizes
    }
    return Frame("general", "s", "small", "g", 0.1, {}, strata)


def test_a_plan_has_the_numbers_of_the_literature():
    """299 passages without a miss show an elusion of 1%; a recall needs its number in passages with the value."""
    found = plan(parted(1000, 1000, 3000), Goal(icc=0.0))
    assert (299, 299) == (found.elusion.here, found.elusion.like_these)
    positives = plan_sample(half_width=0.1).value
    assert (positives, positives * 10) == (found.recall.positives, found.recall.here)
    assert {SUGGESTED: positives, NEAR: 75, FAR: 225} == found.sizes


@pytest.mark.parametrize("icc", [0.0, 0.01, 0.02, 0.03])
def test_a_plan_fits_the_passages_of_a_transcript_that_it_asks_for(icc):
    """The number is enough for what is then read of each transcript, and one fewer is not."""
    need = plan(parted(1000, 1000, 3000, transcripts=20), Goal(icc=icc)).elusion

    def enough(n):
        return n >= plan_sample(elusion=0.01, per_transcript=max(1, n / 20), icc=icc).value

    assert enough(need.like_these)
    assert not enough(need.like_these - 1)


def test_too_few_transcripts_cannot_tell():
    """However many passages are read of three transcripts, one cannot know of interviews like these."""
    need = plan(parted(3000, 3000, 3000, transcripts=3), Goal()).elusion
    assert (299, None, 3) == (need.here, need.like_these, need.transcripts)


def test_where_there_are_fewer_than_it_takes_all_are_read():
    """The sizes are those of the strata then, and one where there are none."""
    assert {SUGGESTED: 20, NEAR: 1, FAR: 30} == plan(parted(20, 0, 30), Goal()).sizes


# From the command line


def joined(study, *names):
    """Add readers to a study."""
    for name in names:
        study.do(f"INSERT INTO coders VALUES ('{name}', '{name}', 'reviewer', NULL, now()::TIMESTAMP)")


def test_a_plan_is_said_in_words(study, tagger):
    """The sizes of the strata, what each goal takes, and the command that draws it, which can be run."""
    said = tagger("audit", "plan", "--study", study.folder)
    with Store(study.folder).session("a test") as db:
        found = frame(db, "general")
    assert 0 == said.code, said.err
    assert re.search(rf"^  near threshold +{found.size(NEAR)} ", said.out, re.MULTILINE)
    assert "in these transcripts" in said.out
    joined(study, "Ann")
    [command] = re.findall(r"tagger (audit draw .*)$", said.out, re.MULTILINE)
    drawn = tagger(*command.replace("NAME", "Ann").split())
    assert (0, True) == (drawn.code, "Ann gets " in drawn.out), drawn.err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--elusion", "0"), 2, "not in the range"),
        (("--elusion", "nan"), 1, "nan is no share"),
        (("--prevalence", "nan"), 1, "nan is no share"),
        (("--icc", "2"), 2, "not in the range"),
        (("--half-width", "much"), 2, "not a valid float"),
        (("--dataset", "nowhere"), 1, "there is no dataset nowhere here. Name one of general"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(study, tagger, options, code, words):
    """One sentence, and no traceback."""
    said = tagger("audit", "plan", "--study", study.folder, *options)
    assert (code, True) == (said.code, words in said.err), said.err


@pytest.mark.parametrize("command", [("plan",), ("draw", "--dataset", "general", "--reader", "Ann")])
def test_without_a_study_or_anything_in_it_that_is_said(fresh, tagger, tmp_path, command):
    """A folder that is no study, and a study without interviews."""
    no_study = tagger("audit", *command, "--study", tmp_path / "nowhere")
    empty = tagger("audit", *command, "--study", fresh.folder)
    assert (1, True) == (no_study.code, "there is no study here" in no_study.err)
    assert (1, True) == (empty.code, "tagger run" in empty.err), empty.err


def test_a_draw_says_what_it_did_and_what_comes_next(study, tagger):
    """Sizes and probabilities by stratum, what each reader gets, what is missing; and then it is in the queue."""
    joined(study, "Ann", "Ben")
    command = ("audit", "draw", "--study", study.folder, "--dataset", "general", "--reader")
    sizes = ("--per-stratum", 2, "--far", 500, "--seed", 5)
    said = tagger(*command, "Ann", "--reader", "Ben", *sizes)
    assert 0 == said.code, said.err
    assert "seed 5" in said.out
    assert re.search(r"suggested: 2 of \d+ passages, each with a probability of 0\.\d{3}\n", said.out)
    assert re.search(r"far below: all \d+ passages, each for certain, for 500 were asked for\n", said.out)
    assert re.search(r"Ann gets (\d+) passages to read, without suggestions\.\nBen gets \1 passages", said.out)
    assert f"Next: tagger review --study {study.folder}" in said.out
    assert study.one("SELECT count(*) FROM waiting_blind WHERE coder_id = 'Ann'") == study.one(
        "SELECT count(*) FROM audit_list WHERE coder_id = 'Ben' AND waits"
    )
    unknown = tagger(*command, "Cat")
    assert (1, True) == (unknown.code, "nobody here is called Cat. Readers are: Ann, Ben." in unknown.err)


def test_what_fails_stores_nothing(study):
    """A draw is stored with all of its rows, or not at all."""
    joined(study, "Ann")
    study.do("DROP TABLE audit_cells")
    with pytest.raises(StoreError, match="audit_cells"):
        door.drawn(study.folder, Wanted("general", ("Ann",), SOME, 1), lambda: START)
    assert (0, 0) == (study.one("SELECT count(*) FROM draws"), study.one("SELECT count(*) FROM audit_passages"))


def test_it_is_drawn_while_people_read(study, tagger):
    """The owner draws, says what was wrong as well, and the passages come on the open pages with nothing shown."""
    joined(study, "Ann")
    study.set('read = "suggested"')
    arguments = ("audit", "draw", "--study", study.folder, "--dataset", "general", "--per-stratum", 1000)
    with reading_at(study) as app:
        said = tagger(*arguments, "--reader", "Ann", "--seed", 5)
        again = tagger(*arguments, "--reader", "Ann", "--seed", 5)
        wrong = tagger(*arguments, "--reader", "Cat")
        plan_said = tagger("audit", "plan", "--study", study.folder)
        with Visitor(app, base_url=HERE) as client:
            page = client.post("/read", data={"dataset": "general"})
            others = [client.get(path) for path in ("/browse", "/browse?value=choice", "/exemplars", "/progress", "/")]
    assert 0 == said.code, said.err
    assert "Ann gets " in said.out
    assert "stored before, and nothing is new" in again.out
    assert (1, True) == (wrong.code, "nobody here is called Cat. Readers are: Ann." in wrong.err)
    assert 0 == plan_said.code, plan_said.err
    assert "read without suggestions" in page.text
    assert {200} == {answer.status_code for answer in (page, *others)}
    assert 1 == study.one("SELECT count(*) FROM draws WHERE purpose = 'audit'")
    assert 1 == study.one("SELECT count(*) FROM servings WHERE reason = 'audit'")
    assert 0 == study.one("SELECT count(*) FROM displays")


def test_an_owner_that_knows_no_audits_is_named_in_words(study, tagger):
    """What answers at its address is not a draw; that is said, and nothing is stored."""
    joined(study, "Ann")
    with served(study.folder):
        said = tagger("audit", "draw", "--study", study.folder, "--dataset", "general", "--reader", "Ann")
    assert (1, True) == (said.code, "did not answer as it should" in said.err)
    assert 0 == study.one("SELECT count(*) FROM draws")


def test_who_does_not_know_the_token_draws_nothing(study):
    """The door is for the study's own programs, and what is not understood is said."""
    joined(study, "Ann")
    with serving(study.folder, "http://127.0.0.1") as owner:
        client = visitor(owner, study)
        assert 403 == client.post(door.DOOR, content=b"{}").status_code
        answer = client.post(door.DOOR, content=b"{}", headers={"x-tagger-token": owner.token})
    assert "what to do was not understood" == answer.json()["error"]["what"]
