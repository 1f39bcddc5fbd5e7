"""Sharing out: as many people read each passage as are wanted, whatever they do, and what was drawn stays true."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from desk import tried

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.exchange.packs import Answered, Returned
from tagger.review import packs
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.review.hand_over import hand_over
from tagger.review.servings import Queue, next_serving, postpone, prepare

THREE = ReviewSettings(blind_share=0.0, double_share=0.5, readers=3)
"""Of a transcript of two runs, and there are two, one run is for three people whatever is drawn, and one for one."""
GENERAL = Queue("general", read="all")
DRAWS = 0
TEAM = ("Ann", "Ben", "Cat", "Dan", "Eve")


class Team:
    """Five people who read, skip, put off, walk away, take packs, come late and leave, as chance has it."""

    def __init__(self, desk, seed, review=THREE):
        self.desk, self.review, self.chance = desk, review, random.Random(seed)
        self.here, self.out, self.skipped = [], [], Counter()
        for name in TEAM[:4]:
            self.join(name)

    def join(self, name):
        """Let somebody join."""
        self.here.append(self.desk.reader(name))
        prepare(self.desk.db, name, "general", self.review, DRAWS, self.desk.tick())

    def leave(self, name):
        """Hand over what somebody was still to read; their packs never come back."""
        self.here.remove(name)
        self.out = [pack for pack in self.out if pack.reader != name]
        hand_over(self.desk.db, name, (), str(uuid4()), self.desk.tick())

    def read(self, name):
        """Have somebody do something with what is next; say whether there was anything."""
        self.desk.now += timedelta(minutes=self.chance.randrange(5, 60))
        one = next_serving(self.desk.db, name, GENERAL, self.review, str(uuid4()), self.desk.tick())
        if one is None:
            return False
        act = self.chance.choices(["nothing here", "skip", "later", "open", "pack"], [12, 1, 2, 2, 1])[0]
        # So few skip the same passage that the others are enough.
        if act == "skip" and not self.skipped[one.excerpt_id]:
            self.skipped[one.excerpt_id] += 1
            self.desk.decide(one, "skip")
        elif act == "later":
            postpone(self.desk.db, one.id, str(uuid4()), self.desk.now)
        elif act == "pack":
            self.take(name)
        elif act != "open":
            self.desk.decide(one, "nothing here")
        return True

    def take(self, name):
        """Hand somebody a pack, if anything is left for one."""
        if len(self.out) < 2:
            wanted, now = {str(uuid4()): name}, self.desk.tick()
            with suppress(UsageError):
                self.out += packs.make(self.desk.db, wanted, GENERAL, self.review, n=3, seed=1, now=now)

    def bring_back(self):
        """Bring a pack back days later, filled in but for what its reader has skipped in the browser meanwhile."""
        self.desk.now += timedelta(days=2)
        pack = self.out.pop(0)
        skipped = self.desk.ask(
            "SELECT p.number FROM pack_servings p JOIN servings s ON s.id = p.serving_id "
            "JOIN conclusions c ON c.coder_id = s.coder_id AND c.excerpt_id = s.excerpt_id "
            "WHERE p.pack_id = $pack AND c.act = 'skip'",
            pack=pack.id,
        )
        left = {one.number for one in pack.passages} - {row["number"] for row in skipped}
        rows = [Answered(number, number, (), "nothing here", "") for number in sorted(left)]
        returned = Returned(pack.id, pack.framework_id, tuple(rows), 0, ())
        packs.bring_back(self.desk.db, returned, "pack.xlsx", self.desk.tick())

    def read_to_the_end(self, events):
        """Have everybody read until each has asked three times in vain; *events* come after so many acts."""
        acts, in_vain = 0, Counter()
        while any(in_vain[name] < 3 for name in self.here):
            if acts in events:
                events.pop(acts)()
            acts += 1
            name = self.chance.choice(self.here)
            if self.read(name):
                in_vain.clear()
            else:
                in_vain[name] += 1
            if self.out and (acts % 15 == 0 or in_vain.total() > 2):
                self.bring_back()
                in_vain.clear()
        assert not events

    def readings(self):
        """Return for each passage how many people are wanted, and the readings of it, each with its newest serving."""
        rows = self.desk.ask(
            "SELECT w.excerpt_id, w.wanted, c.coder_id, c.decided_at, s.arm, s.reason, s.served_at, a.arm AS drawn "
            "FROM wanted_readings w "
            "LEFT JOIN conclusions c ON c.excerpt_id = w.excerpt_id AND c.act <> 'skip' "
            "LEFT JOIN arms a ON a.coder_id = c.coder_id AND a.excerpt_id = c.excerpt_id "
            "LEFT JOIN servings s ON s.coder_id = c.coder_id AND s.excerpt_id = c.excerpt_id "
            "QUALIFY row_number() OVER (PARTITION BY w.excerpt_id, c.coder_id ORDER BY s.position DESC) = 1"
        )
        found = {row["excerpt_id"]: (row["wanted"], []) for row in rows}
        for row in rows:
            if row["coder_id"]:
                found[row["excerpt_id"]][1].append(row)
        return found


@pytest.fixture
def desk(open_study):
    """Return a desk at the tagged study."""
    with tried(open_study) as desk:
        yield desk


@pytest.mark.parametrize("seed", range(2))
def test_each_passage_gets_the_number_of_readers_that_is_wanted(desk, seed):
    """Neither more nor fewer, with people who skip, put off, walk away, read from packs, come late and leave."""
    team = Team(desk, seed)

    team.read_to_the_end({20: lambda: team.join("Eve"), 30: lambda: team.leave("Ann")})

    readings = team.readings()
    assert {1, 3} == {wanted for wanted, _ in readings.values()}
    assert {} == {name: (wanted, len(read)) for name, (wanted, read) in readings.items() if wanted != len(read)}


def test_only_what_was_drawn_to_be_read_without_suggestions_is_read_by_more(desk):
    """Nobody in the assisted arm is given what enough others have read; arms, draws and probabilities stay as drawn."""
    team = Team(desk, 0, replace(THREE, blind_share=0.2))
    wanted = Wanted("general", ("Ann", "Ben"), dict.fromkeys(STRATA, 3), seed=0, share_out=True)
    audit = draw(desk.db, wanted, desk.tick()).draw_id

    team.read_to_the_end({20: lambda: team.join("Eve"), 40: lambda: team.leave("Ann")})

    for number, readings in team.readings().values():
        assert number <= len(readings)
        for one in readings:
            before = [other for other in readings if other["decided_at"] < one["served_at"]]
            assert one["arm"] == "blind" or len(before) < number
            assert one["arm"] == one["drawn"] or one["reason"] == "audit"
    assert [] == desk.ask(
        "SELECT * FROM servings s JOIN arms a ON a.coder_id = s.coder_id AND a.excerpt_id = s.excerpt_id "
        "WHERE s.reason = 'random' "
        "AND (a.arm, a.draw_id, a.probability) <> (s.arm, s.draw_id, s.inclusion_probability)"
    )
    assert [] == desk.ask(
        "SELECT * FROM servings s ANTI JOIN audit_passages a ON a.coder_id = s.coder_id "
        "AND a.excerpt_id = s.excerpt_id AND a.draw_id = s.draw_id AND a.stratum = s.stratum "
        "AND a.inclusion_probability = s.inclusion_probability WHERE s.reason = 'audit'"
    )
    answered = desk.ask(
        "SELECT DISTINCT a.excerpt_id FROM audit_list a JOIN conclusions c "
        "ON c.coder_id = a.coder_id AND c.excerpt_id = a.excerpt_id WHERE a.draw_id = $draw",
        draw=audit,
    )
    assert desk.one("SELECT sum(sample) FROM draw_strata WHERE draw_id = $draw", draw=audit) == len(answered)
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")
    assert 0 == desk.one(
        "SELECT count(*) FROM waiting_blind w JOIN readers_here h ON h.coder_id = w.coder_id "
        "ANTI JOIN conclusions c ON c.coder_id = w.coder_id AND c.excerpt_id = w.excerpt_id"
    )
