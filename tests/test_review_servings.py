"""What is whose next: arms before anything is given, one fixed order, nobody twice, nothing lost."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pyarrow as pa
import pytest
from desk import tried

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.review.servings import HOLD, Queue, chosen, left, next_serving, postpone, prepare, serving, take
from tagger.servings import drawn, probability_of_none
from tagger.store.database import opened

START = datetime(2026, 1, 5, 9)
ALONE = ReviewSettings(double_share=0.0, readers=1)
GENERAL = Queue("general", read="all")
OVERLAPS = 'a.transcript_id = b.transcript_id AND a.start < b."end" AND a."end" > b.start'
TOUCHED = (
    "SELECT b.excerpt_id FROM live_spans a, live_spans b "
    f"WHERE {OVERLAPS} AND a.excerpt_id = $id AND b.excerpt_id IN (SELECT excerpt_id FROM arms)"
)
BESIDE_BLIND = (
    "FROM live_spans a, live_spans b JOIN arms m ON m.excerpt_id = b.excerpt_id AND m.arm = 'blind' "
    f"WHERE {OVERLAPS} AND a.excerpt_id <> b.excerpt_id"
)


class Desk:
    """A study that is open for reading, and a clock that goes on by a minute with each act."""

    def __init__(self, db, review=ALONE):
        self.db, self.review, self.now = db, review, START
        self.number = 0

    def do(self, act, *arguments, **options):
        """Run an act."""
        self.now += timedelta(minutes=1)
        return act(self.db, *arguments, **options)

    def rows(self, sql, **parameters):
        """Return the rows of a SELECT."""
        return self.db.table(sql, parameters).to_pylist()

    def column(self, sql, **parameters):
        """Return the only column of a SELECT."""
        return [next(iter(row.values())) for row in self.rows(sql, **parameters)]

    def insert(self, table, **row):
        """Insert one row."""
        self.do(lambda db: db.insert(table, pa.Table.from_pylist([row])))

    def reader(self, name="Ann", role="reviewer", seed=1):
        """Add a reader, draw for them, and return their id."""
        self.insert("coders", id=name, name=name, role=role, added_at=self.now)
        self.prepare(name, seed)
        return name

    def prepare(self, who, seed=1, dataset="general"):
        """Draw for a reader."""
        self.do(prepare, who, dataset, self.review, seed, self.now)

    def next(self, who="Ann", queue=GENERAL):
        """Give a reader what is next."""
        return self.do(next_serving, who, queue, self.review, str(uuid4()), self.now)

    def choose(self, excerpt_id, who="Ann"):
        """Give a reader what they chose."""
        return self.do(chosen, who, excerpt_id, self.review, str(uuid4()), self.now)

    def later(self, given):
        """Put a serving off."""
        self.do(postpone, given.id, str(uuid4()), self.now)

    def left(self, who="Ann", queue=GENERAL):
        """Count what is left."""
        return left(self.db, who, queue, self.review)

    def decide(self, given, act="done", **columns):
        """Store a decision on a serving, and return its id."""
        self.number += 1
        decision = str(uuid4())
        row = {"coder_id": given.coder_id, "excerpt_id": given.excerpt_id, "serving_id": given.id, "act": act}
        row |= {"framework_id": given.framework_id, "round": "before talk", "suggestions_seen_before": 0}
        self.insert("decisions", id=decision, **row, decided_at=self.now, **columns)
        self.insert("decision_sets", decision_id=decision, set_id=decision, number=self.number)
        return decision

    def show(self, who, suggestion_id):
        """Store that a suggestion was shown."""
        [excerpt] = self.column("SELECT excerpt_id FROM suggestions WHERE id = $id", id=suggestion_id)
        row = {"shown": "suggestion", "suggestion_id": suggestion_id, "page": "browse", "position": 1}
        self.insert("displays", id=str(uuid4()), coder_id=who, excerpt_id=excerpt, **row, shown_at=self.now)
        return excerpt

    def finish(self, who="Ann", queue=GENERAL):
        """Read a queue to its end, and return the servings."""
        found = []
        while given := self.next(who, queue):
            found.append(given)
            self.decide(given)
        return found

    def arms(self, who="Ann"):
        """Return the arm of each passage."""
        rows = self.rows("SELECT excerpt_id, arm FROM arms WHERE coder_id = $who", who=who)
        return {row["excerpt_id"]: row["arm"] for row in rows}


@contextmanager
def desk_at(study, review=ALONE):
    """Open a study for reading, and keep what is done."""
    with opened(study.folder / "study.duckdb") as db:
        yield Desk(db, review)


@pytest.fixture
def desk(open_study):
    """Return a desk at the tagged study; one reader reads each passage, one in five blind."""
    with tried(open_study) as undone:
        yield Desk(undone.db)


def test_all_passages_of_a_turn_share_an_arm(desk):
    """Whatever the seed, a turn is blind as a whole or not at all."""
    for seed in range(6):
        desk.reader(f"r{seed}", seed=seed)
    arms = desk.column(
        "SELECT count(DISTINCT a.arm) FROM arms a JOIN live_excerpts e ON e.excerpt_id = a.excerpt_id "
        "GROUP BY a.coder_id, e.transcript_id, e.first_turn"
    )
    assert {1} == set(arms)
    assert {"blind", "assisted"} == set(desk.column("SELECT arm FROM arms"))


def test_every_passage_has_an_arm_and_a_number_of_readers(desk):
    """All live passages are drawn, and exchanges are not."""
    desk.reader()
    passages = desk.column("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' ORDER BY 1")
    assert passages == sorted(desk.arms())
    assert passages == desk.column("SELECT excerpt_id FROM wanted_readings ORDER BY 1")


def test_a_draw_can_be_made_again_from_what_is_stored(desk):
    """The stored frame and seed give the stored arms, sample sizes and probabilities."""
    desk.review = replace(ALONE, blind_share=0.4)
    desk.reader(seed=11)
    arms = desk.arms()
    draws = desk.rows(
        "SELECT d.id, d.frame, d.seed, s.population, s.sample FROM draws d JOIN draw_strata s ON s.draw_id = d.id "
        "WHERE d.purpose = 'arm'"
    )
    seen = set()
    for draw in draws:
        frame = json.loads(draw["frame"])
        blind = drawn(draw["population"], frame["share"], draw["seed"])
        assert ("Ann", 0.4) == (frame["coder"], frame["share"])
        assert (len(frame["runs"]), sum(blind)) == (draw["population"], draw["sample"])
        for run, taken in zip(frame["runs"], blind, strict=True):
            seen.update(run)
            assert {"blind" if taken else "assisted"} == {arms[one] for one in run}
    assert set(arms) == seen
    assert {("blind", 0.4), ("assisted", 0.6)} >= {
        (row["arm"], row["probability"]) for row in desk.rows("SELECT arm, probability FROM arms")
    }


def test_the_share_holds_over_many_readers(desk):
    """Of the runs of many readers a fifth is blind, within four standard errors."""
    for seed in range(20):
        desk.reader(f"r{seed}", seed=seed)
    [sizes] = desk.rows(
        "SELECT sum(s.sample)::INTEGER AS blind, sum(s.population)::INTEGER AS runs, count(*) AS draws "
        "FROM draw_strata s JOIN draws d ON d.id = s.draw_id WHERE d.purpose = 'arm'"
    )
    # What is random is whether a draw takes one more: at most half a run of standard deviation each.
    assert abs(sizes["blind"] - 0.2 * sizes["runs"]) < 4 * 0.5 * sizes["draws"] ** 0.5


@pytest.mark.parametrize(("share", "arm"), [(0.0, "assisted"), (1.0, "blind")])
def test_shares_of_nothing_and_of_all(desk, share, arm):
    """A share of 0 makes every passage assisted, a share of 1 every passage blind, each for certain."""
    desk.review = replace(ALONE, blind_share=share)
    desk.reader()
    assert {(arm, 1.0)} == {(row["arm"], row["probability"]) for row in desk.rows("SELECT * FROM arms")}
    passages = [given for given in desk.finish() if given.kind == "passage"]
    assert {arm} == {given.arm for given in passages}


def test_a_second_draw_adds_nothing(desk):
    """What was drawn is never drawn again, whatever the seed."""
    desk.reader(seed=1)
    tables = ("arms", "draws", "draw_strata", "wanted_readings")
    before = [desk.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in tables]
    desk.prepare("Ann", seed=2)
    assert before == [desk.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in tables]


def test_new_passages_are_drawn_and_old_ones_keep_their_arms(study):
    """After an edit a new passage takes the arm of its turn, or is drawn where all of its turn is new."""
    with desk_at(study, replace(ALONE, blind_share=0.5)) as desk:
        desk.reader(seed=4)
        before = desk.rows("SELECT * FROM arms ORDER BY ALL")
        draws = desk.column("SELECT id FROM draws")
    study.edit("garden.txt", "one wet Tuesday in March", "on a dry Thursday in the month of May")
    study.edit("garden.txt", "Honestly, only the toilet", "Or the kettle, if we are being honest with each other")
    study.run()
    with desk_at(study, replace(ALONE, blind_share=0.5)) as desk:
        desk.prepare("Ann", seed=5)
        after = desk.rows("SELECT * FROM arms ORDER BY ALL")
        old, new = [row for row in after if row in before], [row for row in after if row not in before]
        live = desk.rows("SELECT * FROM live_excerpts")
        turns = {row["excerpt_id"]: (row["transcript_id"], row["first_turn"]) for row in live}
        of_turn = {turns[row["excerpt_id"]]: row for row in old if row["excerpt_id"] in turns}
        in_turn = [row for row in new if turns[row["excerpt_id"]] in of_turn]
        [alone] = [row for row in new if turns[row["excerpt_id"]] not in of_turn]

        assert before == old
        assert 1 == len(in_turn)
        for name in ("arm", "draw_id", "stratum", "probability"):
            assert of_turn[turns[in_turn[0]["excerpt_id"]]][name] == in_turn[0][name]
        assert alone["draw_id"] not in draws
        assert 2 == len(desk.column("SELECT id FROM draws")) - len(draws)
        assert len(desk.column("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage'")) == len(
            desk.column("SELECT 1 FROM arms a JOIN excerpt_list e ON e.excerpt_id = a.excerpt_id")
        )


def test_what_was_shown_before_the_draw_is_never_blind(desk):
    """A run with anything that was shown is no part of the draw, and is assisted for certain."""
    desk.review = replace(ALONE, blind_share=1.0)
    desk.insert("coders", id="Ann", name="Ann", role="reviewer", added_at=desk.now)
    [suggestion] = desk.column("SELECT suggestion_id FROM suggestion_list WHERE kind = 'exchange'")
    exchange = desk.show("Ann", suggestion)
    desk.prepare("Ann")
    seen = desk.rows("SELECT * FROM arms WHERE stratum = 'seen before'")
    overlapping = desk.column(TOUCHED, id=exchange)
    assert {("assisted", 1.0)} == {(row["arm"], row["probability"]) for row in seen}
    assert set(overlapping) <= {row["excerpt_id"] for row in seen}
    assert overlapping
    assert {"blind"} == set(desk.column("SELECT arm FROM arms WHERE stratum <> 'seen before'"))


def test_what_was_shown_after_the_draw_is_not_served_blind(desk):
    """A blind passage on whose characters something was shown is served as assisted, also if it was open or put off."""
    desk.review = replace(ALONE, blind_share=1.0)
    desk.reader()
    given = desk.next()
    assert "blind" == given.arm
    desk.later(given)
    suggestions = desk.column("SELECT suggestion_id FROM suggestion_list")
    shown = {desk.show("Ann", suggestion) for suggestion in suggestions}
    suggested = desk.column("SELECT DISTINCT excerpt_id FROM shown_on WHERE coder_id = 'Ann'")
    passages = [one for one in desk.finish() if one.kind == "passage"]
    assert shown & {one.excerpt_id for one in passages}
    assert {one.excerpt_id for one in passages if one.arm == "assisted"} == set(suggested) & set(desk.arms())
    assert len(desk.arms()) == len(passages)


def test_reading_to_the_end_gives_everything_once(desk):
    """Everything comes once: all passages, and the exchanges that touch no blind one."""
    desk.review = replace(ALONE, blind_share=0.4)
    desk.reader(seed=3)
    before = desk.left()
    found = desk.finish()
    blind = [name for name, arm in desk.arms().items() if arm == "blind"]
    touching = desk.column(f"SELECT DISTINCT a.excerpt_id {BESIDE_BLIND}")
    everything = desk.column("SELECT excerpt_id FROM excerpt_list")
    assert sorted(set(everything) - set(touching)) == sorted(given.excerpt_id for given in found)
    assert [*range(1, len(found) + 1)] == [given.position for given in found]
    after = desk.left()
    assert (0, len(found), 0, 0, len(blind)) == (
        before.read, before.to_read, before.skipped, before.later, before.without_suggestions
    )  # fmt: skip
    assert (len(found), 0, len(blind), len(found)) == (
        after.read, after.to_read, after.without_suggestions, before.total
    )  # fmt: skip


def test_an_exchange_never_touches_a_blind_passage(desk):
    """Over many draws no exchange that touches a blind passage is served, whether it was read by then or not."""
    desk.review = replace(ALONE, blind_share=0.5, read="all")
    for seed in range(3):
        who = desk.reader(f"r{seed}", seed=seed)
        desk.finish(who)
        # The next reader finds all of it free again.
        desk.do(lambda db: db.run("UPDATE wanted_readings SET wanted = wanted + 1"))
    touching = desk.column(
        f"SELECT a.excerpt_id {BESIDE_BLIND} "
        "AND EXISTS (SELECT 1 FROM servings s WHERE s.excerpt_id = a.excerpt_id AND s.coder_id = m.coder_id)"
    )
    assert [] == touching


def test_the_probability_of_an_exchange_is_that_it_touches_nothing_blind(desk):
    """An exchange without a suggestion stores how probable it was that all its runs are assisted."""
    desk.review = replace(ALONE, blind_share=0.5, order="random")
    [exchange] = desk.column("SELECT excerpt_id FROM excerpt_list WHERE kind = 'exchange' ORDER BY start LIMIT 1")
    readers = [desk.reader(f"r{seed}", seed=seed) for seed in range(30)]
    touched = desk.column(TOUCHED, id=exchange)
    arms = {who: desk.arms(who) for who in readers}
    free = [who for who in readers if {"assisted"} == {arms[who][one] for one in touched}]
    who = free[0]
    [given] = [given for given in desk.finish(who) if given.excerpt_id == exchange]
    [row] = desk.rows(
        "SELECT s.reason, s.inclusion_probability, d.frame FROM servings s JOIN draws d ON d.id = s.draw_id "
        "WHERE s.id = $id::UUID",
        id=given.id,
    )
    runs = json.loads(row["frame"])["runs"]
    expected = probability_of_none(len(runs), 0.5, sum(bool(set(run) & set(touched)) for run in runs))
    assert ("random", expected) == (row["reason"], row["inclusion_probability"])
    assert abs(len(free) / 30 - expected) < 4 * (expected * (1 - expected) / 30) ** 0.5


def test_a_reload_gives_the_same_passage(desk):
    """What is open is given again, in every queue it belongs to, until it is finished."""
    desk.reader()
    given = desk.next()
    assert given == desk.next()
    assert given == desk.next(queue=Queue("general", order="random", read="all"))
    desk.decide(given, "memo", note="a thought")
    assert given == desk.next()
    desk.decide(given, "nothing here")
    assert given.excerpt_id != desk.next().excerpt_id


def test_what_is_undone_comes_back(desk):
    """After an undo of its end a passage is the next one again, in the serving it had."""
    desk.reader()
    given = desk.next()
    done = desk.decide(given)
    desk.insert(
        "decisions", id=str(uuid4()), coder_id="Ann", excerpt_id=given.excerpt_id, act="undo", undoes=done,
        round="before talk", suggestions_seen_before=0, decided_at=desk.now,
    )  # fmt: skip
    assert given == desk.next()


def test_the_order_of_the_transcripts(desk):
    """Without blind passages a queue follows the transcripts, each from its beginning to its end."""
    desk.review = replace(ALONE, blind_share=0.0)
    desk.reader()
    places = {row["excerpt_id"]: row for row in desk.rows("SELECT * FROM live_excerpts")}
    found = [places[given.excerpt_id] for given in desk.finish()]
    transcripts = list(dict.fromkeys(row["transcript_id"] for row in found))
    order = [(transcripts.index(row["transcript_id"]), row["start"], row["end"]) for row in found]
    assert sorted(order) == order


@pytest.mark.parametrize("order", ["transcript", "likely", "uncertain", "random", "mix"])
def test_every_order_gives_the_same_passages_and_says_why(desk, order):
    """Orders differ in nothing but order; suggested ones say likely or uncertain, all others how they were drawn."""
    desk.review = replace(ALONE, blind_share=0.3)
    desk.reader(seed=2)
    found = desk.finish(queue=Queue("general", order=order))
    blind = {name for name, arm in desk.arms().items() if arm == "blind"}
    suggested = set(desk.column("SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage'"))
    passages = {given.excerpt_id for given in found if given.kind == "passage"}
    assert blind | suggested == passages
    assert {given.reason for given in found if given.arm == "blind"} <= {"random"}
    allowed = {
        "transcript": {"likely"}, "likely": {"likely"}, "uncertain": {"uncertain"}, "random": {"random"},
        "mix": {"likely", "uncertain", "random"},
    }[order]  # fmt: skip
    assert {given.reason for given in found if given.arm == "assisted"} <= allowed
    wrong = desk.rows(
        "SELECT * FROM servings s JOIN excerpts e ON e.id = s.excerpt_id JOIN arms a USING (coder_id, excerpt_id) "
        "WHERE s.reason = 'random' AND (s.draw_id <> a.draw_id OR s.inclusion_probability <> a.probability)"
    )
    assert [] == wrong


def test_likely_begins_with_the_strongest_of_a_value(desk):
    """In the queue of one value its strongest suggestion comes first."""
    desk.review = replace(ALONE, blind_share=0.0)
    desk.reader()
    by_score = desk.column(
        "SELECT excerpt_id FROM suggestion_list WHERE value_id = 'choice' ORDER BY kind DESC, score DESC"
    )
    assert by_score[0] == desk.next(queue=Queue("general", "likely", "choice")).excerpt_id


@pytest.mark.parametrize("read", ["suggested", "all"])
def test_uncertain_follows_the_order_in_which_passages_teach_most(desk, read):
    """What has no suggestion is part of it where all is read; the blind come in an order of their own."""
    desk.review = replace(ALONE, blind_share=0.3)
    desk.reader(seed=2)
    found = desk.finish(queue=Queue("general", order="uncertain", read=read))
    places = dict(desk.db.rows("SELECT excerpt_id, place FROM reading_orders"))
    arms = desk.arms()
    blind = [given.excerpt_id for given in found if arms.get(given.excerpt_id) == "blind"]
    others = [given for given in found if given.excerpt_id not in blind]
    by_place = sorted((places[given.excerpt_id], given.excerpt_id) for given in others if given.excerpt_id in places)
    assert [name for _, name in by_place] == [given.excerpt_id for given in others][: len(by_place)]
    assert {"uncertain"} == {given.reason for given in others}
    suggested = set(desk.column("SELECT excerpt_id FROM suggestion_list"))
    assert (read == "all") == any(given.excerpt_id not in suggested for given in others)
    drawn = dict(desk.db.rows("SELECT excerpt_id, place FROM arms WHERE arm = 'blind'"))
    assert sorted(blind, key=drawn.get) == blind


def test_the_queue_of_a_value_never_gives_blind_passages(desk):
    """To be handed a passage by its suggestion would show the suggestion."""
    desk.review = replace(ALONE, blind_share=0.5)
    for seed in range(6):
        who = desk.reader(f"r{seed}", seed=seed)
        found = desk.finish(who, Queue("general", value="choice", read="all"))
        arms, suggested = desk.arms(who), desk.column(
            "SELECT excerpt_id FROM suggestion_list WHERE value_id = 'choice'"
        )  # fmt: skip
        assert {given.excerpt_id for given in found} <= {one for one in suggested if arms.get(one) != "blind"}
        assert {"assisted"} >= {given.arm for given in found}


def test_an_answered_suggestion_leaves_the_queue_of_its_value(desk):
    """Who said yes or no to the suggestion is not asked again there; elsewhere the passage still waits."""
    desk.review = replace(ALONE, blind_share=0.0)
    desk.reader()
    queue = Queue("general", value="choice")
    total = desk.left(queue=queue).total
    given = desk.next(queue=queue)
    [suggestion] = desk.column(
        "SELECT suggestion_id FROM suggestion_list WHERE excerpt_id = $id AND value_id = 'choice'", id=given.excerpt_id
    )
    desk.decide(given, "reject", value_id="choice", suggestion_id=suggestion)
    assert (1, total - 1) == (desk.left(queue=queue).read, desk.left(queue=queue).to_read)
    assert given.excerpt_id not in [one.excerpt_id for one in desk.finish(queue=queue)]
    assert given == desk.next()


def test_where_suggestions_come_first_answering_them_all_is_enough(desk):
    """Without own-first a passage is done when each of its suggestions has an answer."""
    desk.review = replace(ALONE, blind_share=0.0, own_first=False)
    desk.reader()
    [several] = desk.column("SELECT excerpt_id FROM suggestion_list GROUP BY excerpt_id HAVING count(*) = 2")
    given = desk.choose(several)
    pairs = desk.rows("SELECT suggestion_id, value_id FROM suggestion_list WHERE excerpt_id = $id", id=several)
    counts = []
    for pair in pairs:
        desk.decide(given, "accept", **pair)
        counts.append(desk.left().read)
    assert [0, 1] == counts
    assert several not in [one.excerpt_id for one in desk.finish()]


def test_later_comes_last_and_is_not_lost(desk):
    """What is put off comes after all others, in the order in which it was put off, as often as that is done."""
    desk.reader()
    total = desk.left().total
    first = desk.next()
    desk.later(first)
    second = desk.next()
    desk.later(second)
    assert (2, total - 2) == (desk.left().later, desk.left().to_read)
    for _ in range(total - 2):
        desk.decide(desk.next())
    assert first == desk.next()
    assert first == desk.next()
    desk.later(first)
    assert second == desk.next()
    desk.decide(second)
    assert first == desk.next()
    desk.decide(first)
    assert desk.next() is None
    assert (total, 0, 0) == (desk.left().read, desk.left().later, desk.left().to_read)


def test_a_passage_chosen_and_put_off_comes_too(desk):
    """What was opened by choice and put off comes at the end, though the queue would not have given it."""
    desk.review = replace(ALONE, blind_share=0.0)
    desk.reader()
    queue = Queue("general")
    [plain] = desk.column(
        "SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' AND excerpt_id NOT IN "
        "(SELECT excerpt_id FROM suggestion_list) ORDER BY transcript, start LIMIT 1"
    )
    given = desk.choose(plain)
    desk.later(given)
    assert 1 == desk.left(queue=queue).later
    assert given == desk.finish(queue=queue)[-1]


def test_a_skipped_passage_is_not_served_again(desk):
    """Skipping is final, until the reader opens the passage by choice."""
    desk.reader()
    given = desk.next()
    desk.decide(given, "skip")
    assert given.excerpt_id not in [one.excerpt_id for one in desk.finish()]
    assert 1 == desk.left().skipped
    again = desk.choose(given.excerpt_id)
    desk.decide(again)
    assert (0, desk.left().total) == (desk.left().skipped, desk.left().read)


def test_choosing_uses_an_open_serving_again(desk):
    """What is open is opened again by choice; what is finished gets a serving of its own, and only one."""
    desk.reader()
    given = desk.next()
    assert given == desk.choose(given.excerpt_id)
    desk.decide(given)
    again = desk.choose(given.excerpt_id)
    assert ("chosen", given.excerpt_id) == (again.reason, again.excerpt_id)
    assert again == desk.choose(given.excerpt_id)


def test_a_chosen_passage_that_waits_blind_stays_blind_and_waits(desk):
    """By choice it comes without suggestions, and unread it still comes by its draw, in a serving of that kind."""
    desk.review = replace(ALONE, blind_share=1.0)
    desk.reader()
    [exchange] = desk.column("SELECT excerpt_id FROM excerpt_list WHERE kind = 'exchange' LIMIT 1")
    mine = {name: desk.choose(name) for name in desk.arms()}
    assert {("blind", "chosen")} == {(given.arm, given.reason) for given in mine.values()}
    assert "blind" == desk.choose(exchange).arm
    given = desk.next()
    assert ("blind", "random") == (given.arm, given.reason)


def test_two_readers_share_the_work(desk):
    """Where one reader is wanted, two get the same passage only if one drew it blind, and together they get all."""
    desk.reader("Ann", seed=1)
    desk.reader("Ben", seed=2)
    given = {"Ann": [], "Ben": []}
    while served := [desk.next(who) for who in given]:
        served = [one for one in served if one]
        if not served:
            break
        for one in served:
            given[one.coder_id].append(one.excerpt_id)
            desk.decide(one)
    passages = set(desk.column("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage'"))
    blind = set(desk.column("SELECT excerpt_id FROM arms WHERE arm = 'blind'"))
    assert set(given["Ann"]) & set(given["Ben"]) <= blind
    assert passages <= set(given["Ann"]) | set(given["Ben"])


def test_twice_where_two_are_wanted(desk):
    """Where all is for two readers, two read everything and a third nothing."""
    desk.review = ReviewSettings(blind_share=0.0, double_share=1.0, readers=2)
    for who in ("Ann", "Ben", "Cat"):
        desk.reader(who)
    total = desk.left().total
    assert [total, total, 0] == [len(desk.finish(who)) for who in ("Ann", "Ben", "Cat")]
    assert 0 == desk.left("Cat").total


def test_a_share_of_the_passages_is_for_several(desk):
    """The share for several readers is drawn by runs: all passages of a turn are for as many."""
    desk.review = ReviewSettings(double_share=0.5, readers=3)
    desk.reader()
    wanted = desk.column(
        "SELECT list(DISTINCT w.wanted) FROM wanted_readings w JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id "
        "GROUP BY e.transcript_id, e.first_turn"
    )
    assert {(1,), (3,)} == {tuple(one) for one in wanted}


def test_a_passage_that_another_has_open_is_held_for_two_hours(desk):
    """What one reader has open goes to no other for two hours; after that it does, and is not taken back."""
    desk.review = replace(ALONE, blind_share=0.0)
    desk.reader("Ann")
    desk.reader("Ben")
    held = desk.next("Ann")
    assert held.excerpt_id != desk.next("Ben").excerpt_id
    desk.decide(desk.next("Ben"))
    desk.now += HOLD
    assert held.excerpt_id == desk.next("Ben").excerpt_id
    assert held.excerpt_id != desk.next("Ann").excerpt_id


def test_coders_without_a_role_do_not_count(desk):
    """What the coder of an imported table decided takes nothing from the readers of this study."""
    desk.reader("Ann")
    desk.reader("Import", role=None, seed=9)
    total = desk.left("Ann").total
    desk.finish("Import")
    assert total == desk.left("Ann").to_read == len(desk.finish("Ann"))


def test_a_dataset_without_suggestions_gives_all_its_passages(desk):
    """Where nothing is suggested everything is read, and nothing of it for being likely."""
    desk.do(lambda db: db.run("DELETE FROM suggestions"))
    desk.reader()
    found = desk.finish(queue=Queue("general"))
    assert set(desk.arms()) == {given.excerpt_id for given in found if given.kind == "passage"}
    assert {"random"} == {given.reason for given in found}


def test_a_dataset_of_one_passage(fresh):
    """One passage is one run: it is blind with the probability of the share, and is given once."""
    path = fresh.home / "one.txt"
    path.write_text("Ottoline: I could have gone home at any moment and that was fine with everybody.\n", "utf-8")
    fresh.run(path)
    with desk_at(fresh) as desk:
        # So many that none of them drawing it blind would be a wonder: 0.8 ** 60.
        for seed in range(60):
            desk.reader(f"r{seed}", seed=seed)
        [(blind, probability)] = {
            (row["arm"], row["probability"]) for row in desk.rows("SELECT * FROM arms") if row["arm"] == "blind"
        }
        assert ("blind", 0.2) == (blind, probability)
        given = desk.finish("r0", Queue("general"))
        assert 1 == len(given)
        assert 1 == desk.left("r0", Queue("general")).read


def test_a_dataset_that_is_not_there_has_nothing(desk):
    """There is nothing to read where nothing was tagged."""
    desk.reader()
    desk.prepare("Ann", dataset="nowhere")
    assert desk.next(queue=Queue("nowhere")) is None
    assert 0 == desk.left(queue=Queue("nowhere")).total


def test_a_serving_that_is_made_twice_is_one(desk):
    """The same id again gives the same serving, and the id of somebody else's none."""
    desk.reader("Ann")
    desk.reader("Ben")
    given = desk.do(next_serving, "Ann", GENERAL, desk.review, str(uuid4()), desk.now)
    assert given == desk.do(next_serving, "Ann", GENERAL, desk.review, given.id, desk.now)
    with pytest.raises(UsageError):
        desk.do(next_serving, "Ben", GENERAL, desk.review, given.id, desk.now)


def test_a_pack_is_given_once(desk):
    """What went into a reading pack comes on the screen only when nothing else is left, and not into the next pack."""
    desk.reader()
    total = desk.left().total
    taken = desk.do(take, "Ann", GENERAL, desk.review, 3, [str(uuid4()) for _ in range(3)], desk.now)
    desk.insert("packs", id="p", coder_id="Ann", made_at=desk.now)
    for number, one in enumerate(taken, start=1):
        desk.insert("pack_servings", serving_id=one.id, pack_id="p", number=number)
    names = {one.excerpt_id for one in taken}
    assert 3 == len(names)
    assert total == desk.left().total
    more = desk.do(take, "Ann", GENERAL, desk.review, 3, [str(uuid4()) for _ in range(3)], desk.now)
    assert not names & {one.excerpt_id for one in more}
    assert names == {one.excerpt_id for one in desk.finish()[-3:]}


def test_what_is_not_there_is_said(desk):
    """Unknown servings, passages and orders are told in words."""
    desk.reader()
    assert serving(desk.db, str(uuid4())) is None
    assert serving(desk.db, "no id at all") is None
    with pytest.raises(UsageError):
        desk.do(postpone, str(uuid4()), str(uuid4()), desk.now)
    with pytest.raises(UsageError):
        desk.choose("nothing")
    with pytest.raises(UsageError):
        desk.next(queue=Queue("general", order="backwards"))
    with pytest.raises(UsageError):
        desk.left(queue=Queue("general", read="none"))


def test_a_serving_says_what_it_is_read_against(desk):
    """A serving holds its dataset, its transcript and the framework of the newest scoring."""
    desk.reader()
    given = desk.next()
    [row] = desk.rows("SELECT * FROM live_excerpts WHERE excerpt_id = $id", id=given.excerpt_id)
    [framework] = desk.column("SELECT framework_id FROM current_scorings")
    assert (row["dataset"], row["transcript_id"], row["kind"], framework) == (
        given.dataset, given.transcript_id, given.kind, given.framework_id
    )  # fmt: skip
