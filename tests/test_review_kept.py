"""Queues kept in memory: whatever happens in between, they say what a queue worked out anew says."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pyarrow as pa
import pytest
from small_study import SmallStudy

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.review import decisions, displays, readers
from tagger.review.audit import Wanted, draw
from tagger.review.displays import why
from tagger.review.hand_over import hand_over
from tagger.review.servings import HOLD, Kept, Queue, Serving, chosen, next_serving, postpone, take
from tagger.review.servings.queues import standing
from tagger.store import Database, Owner, Shard, Store, serving

PEOPLE = ("Ann", "Bob", "Cleo")
QUEUES = (
    Queue("general"),
    Queue("general", "mix", "", "all"),
    Queue("general", "uncertain", "", "all"),
    Queue("general", "likely", "choice"),
)


class Team:
    """Several people who read one study, with a clock, and what they were given."""

    def __init__(self, owner: Owner, study: SmallStudy, seed: int) -> None:
        self.owner, self.study = owner, study
        self.chance = random.Random(seed)
        self.review = ReviewSettings(own_first=self.chance.random() < 0.7, readers=2, double_share=0.4)
        self.now = datetime(2026, 1, 5, 9)
        self.kept = Kept()
        self.given: list[Serving] = []
        owner.watch(self.kept)
        for name in PEOPLE:
            owner.write(lambda db, name=name: readers.add_reader(db, name, name, self.now))
            owner.write(lambda db, name=name: self.kept.prepare(db, name, "general", self.review, 1, self.now))

    def anybody(self) -> str:
        """Choose a person."""
        return self.chance.choice(PEOPLE)

    def check(self) -> None:
        """Compare every queue of everybody with the same made anew."""

        def compare(db: Database) -> None:
            for who in PEOPLE:
                for queue in QUEUES:
                    anew = standing(db, who, queue, self.review)
                    kept = self.kept.standing(db, who, queue, self.review)
                    since = self.now - HOLD
                    assert list(anew.ahead(since)) == list(kept.ahead(since))
                    assert anew.left() == kept.left()

        self.owner.write(compare)

    def check_answers(self) -> None:
        """Compare what is remembered of unprompted answers with what is stored."""
        with self.owner.reading() as db:
            assert db.rows(why.ANSWERS) == db.derived(why.ANSWERS, why.STAMP, list)

    def next(self, db: Database) -> None:
        """Give somebody what is next, from what is kept."""
        given = next_serving(
            db, self.anybody(), self.chance.choice(QUEUES), self.review, str(uuid4()), self.now, self.kept
        )
        if given:
            self.given.append(given)

    def decide(self, db: Database) -> None:
        """Say something of a passage that was given, with a mark or without."""
        if self.given:
            given = self.chance.choice(self.given)
            act = self.chance.choice(("done", "nothing here", "unsure", "skip", "memo", "something not on our list"))
            marks = {"choice": "yes"} if self.chance.random() < 0.3 else {}
            decisions.decide(
                db, id=str(uuid4()), serving=given, act=act, answers=marks, note="so", now=self.now,
                at_once=not self.review.own_first,
            )  # fmt: skip

    def answer(self, db: Database) -> None:
        """Answer what is suggested on a passage."""
        for given in self.given[-5:]:
            shown = displays.show(db, given.coder_id, [given.excerpt_id], "passage", self.review, self.now)
            for one in shown[given.excerpt_id].suggestions:
                decisions.decide(
                    db, id=str(uuid4()), serving=given, act=self.chance.choice(("accept", "reject")),
                    suggestion_id=one.id, now=self.now, at_once=not self.review.own_first,
                )  # fmt: skip

    def undo(self, db: Database) -> None:
        """Take somebody's last step back."""
        decisions.undo(db, id=str(uuid4()), coder_id=self.anybody(), now=self.now)

    def later(self, db: Database) -> None:
        """Put a passage off."""
        if self.given:
            postpone(db, self.chance.choice(self.given).id, str(uuid4()), self.now)

    def choose(self, db: Database) -> None:
        """Open a passage that was found."""
        excerpts = [one for (one,) in db.rows("SELECT id FROM excerpts WHERE parent_id IS NULL ORDER BY id")]
        excerpt = self.chance.choice(excerpts)
        self.given.append(chosen(db, self.anybody(), excerpt, self.review, str(uuid4()), self.now))

    def pack(self, db: Database) -> None:
        """Put two passages into a reading pack."""
        who, pack = self.anybody(), uuid4().hex
        taken = take(db, who, QUEUES[1], self.review, 2, [str(uuid4()), str(uuid4())], self.now)
        db.insert("packs", pa.table({"id": [pack], "coder_id": [who], "made_at": [self.now]}))
        for number, one in enumerate(taken, 1):
            db.insert("pack_servings", pa.table({"serving_id": [one.id], "pack_id": [pack], "number": [number]}))

    def audit(self, db: Database) -> None:
        """Draw an audit for one person."""
        sizes = {"suggested": 1, "near threshold": 1, "far below": 2}
        draw(db, Wanted("general", (self.anybody(),), sizes, self.chance.randrange(1000)), self.now)

    def leave(self, db: Database) -> None:
        """Hand over what somebody was to read."""
        hand_over(db, self.anybody(), [], str(uuid4()), self.now)

    def correct(self) -> None:
        """Learn from a run that a speaker asks, or does not."""
        sql = "SELECT speaker_id, asks, standing, number FROM speaker_list ORDER BY speaker_id"
        one = self.chance.choice(self.study_rows(sql))
        belief = {"speaker_id": one["speaker_id"], "number": one["number"] + 1, "asks": not one["asks"],
                  "standing": one["standing"], "basis": "corrected", "run_id": "run"}  # fmt: skip
        key = uuid4().hex
        run = self.study_rows("SELECT * FROM runs LIMIT 1")[0]
        tables = {"runs": pa.Table.from_pylist([run]), "speaker_beliefs": pa.Table.from_pylist([belief])}
        Store(self.study.folder).put(Shard(key, "read", run["id"], tables))
        self.owner.merge()

    def fail(self, act: Callable[[Database], None]) -> None:
        """Do something, look at what is kept, and then let it come to nothing."""
        before = list(self.given)

        def failing(db: Database) -> None:
            act(db)
            for queue in QUEUES:
                self.kept.standing(db, self.anybody(), queue, self.review)
            raise UsageError("this came to nothing")

        with pytest.raises(UsageError):
            self.owner.write(failing)
        self.given = before

    def study_rows(self, sql: str) -> list[dict[str, object]]:
        """Return the rows of a SELECT."""
        with self.owner.reading() as db:
            return db.table(sql).to_pylist()

    def step(self) -> None:
        """Let something happen."""
        self.now += self.chance.choice((timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=70)))
        acts = (self.next, self.decide, self.answer, self.undo, self.later, self.choose)
        rare = (self.pack, self.audit, self.leave, self.correct, self.fail)
        what = self.chance.choices((*acts, *rare), (8, 8, 4, 3, 2, 2, 0.5, 0.3, 0.3, 0.7, 3))[0]
        if what == self.correct:
            self.correct()
        elif what == self.fail:
            self.fail(self.chance.choice(acts[:5]))
        else:
            try:
                self.owner.write(what)
            except UsageError:
                return


@pytest.fixture
def owner(study: SmallStudy) -> Iterator[Owner]:
    """Own a copy of the tagged study."""
    with serving(study.folder) as owner:
        yield owner


@pytest.mark.parametrize("seed", range(int(os.environ.get("SEEDS", "2"))))
def test_what_is_kept_says_what_is_worked_out_anew(owner: Owner, study: SmallStudy, seed: int) -> None:
    """Over any sequence of acts by several people, every queue kept gives the same next, and the same counts.

    So do the answers on which rates rest.
    """
    team = Team(owner, study, seed)
    for _ in range(30):
        team.step()
        team.check_answers()
        if team.chance.random() < 0.4:
            team.check()
    team.check()
