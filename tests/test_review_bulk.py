"""One answer to many suggestions: where it is offered, what it stores, and that one step takes it back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from desk import AT_ONCE, OWN_FIRST, tried
from scored import let_all_match_equally

from tagger.errors import UsageError
from tagger.review.browse import Find, bulk
from tagger.review.browse.bulk import Coverage

WINDOW = "near the window"
WILL_GO = "I will go. It was a bad one"
NIGHT = "a thing about the night shift"
CHOICE = Find(value="choice")


@pytest.fixture
def desk(open_study):
    """Return a desk with readers Ann and Ben; every passage matches every value equally, and weakly."""
    with tried(open_study) as desk:
        desk.assist(desk.reader("Ann"))
        desk.assist(desk.reader("Ben"))
        let_all_match_equally(desk.db)
        yield desk


def read_blind(desk, *, without=0, act="done"):
    """Let Ben read all passages but some without suggestions."""
    found = desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' ORDER BY transcript, start")
    for row in found[: len(found) - without]:
        desk.decide(desk.blind("Ben", row["excerpt_id"]), act)


def offer(desk, review=AT_ONCE, sought=CHOICE):
    """Return what Ann could answer at once."""
    return bulk.offer(desk.db, "Ann", sought, review)


def answer(desk, *suggestions, sought=CHOICE, given="accept", identity=None, review=AT_ONCE):
    """Let Ann answer these suggestions at once."""
    return bulk.answer_all(
        desk.db, "Ann", sought, review,
        id=identity or str(uuid4()), answer=given, suggestion_ids=set(suggestions), page_name="all at once",
        now=desk.tick(),
    )  # fmt: skip


def offered(desk, **more):
    """Return the suggestions that are offered to Ann."""
    found = offer(desk, **more)
    return [item.suggestion_id for item in found.items] if found else []


@pytest.mark.parametrize(
    ("counts", "to_read"),
    [
        ((100, 0, 9, 0), 20),
        ((100, 19, 9, 5), 1),
        ((100, 20, 9, 3), 0),
        ((100, 25, 9, 1), 2),
        ((100, 25, 2, 1), 1),
        ((100, 25, 2, 2), 0),
        ((12, 11, 4, 4), 1),
        ((12, 12, 1, 1), 0),
    ],
)
def test_enough_is_twenty_passages_of_three_transcripts_or_all_there_are(counts, to_read):
    """Below that it is said how many are still to be read."""
    coverage = Coverage("general", "strong", *counts)

    assert (to_read, to_read == 0) == (coverage.to_read, coverage.enough)


def test_nothing_to_compare_with_is_not_enough():
    """Where no passage matches so strongly nothing is covered."""
    assert not Coverage("general", "strong").enough


def test_only_blind_readings_with_an_answer_count(desk):
    """Own-first and unsure readings, and those of another value, do not show what passages hold without suggestions."""
    desk.decide(desk.serve("Ben", desk.excerpt(WINDOW)), "done")
    desk.decide(desk.blind("Ben", desk.excerpt(WILL_GO)), "unsure")
    desk.decide(desk.blind("Ben", desk.excerpt(NIGHT)), "choose", {"common": "yes"})

    assert (17, 0) == _counts(bulk.covered(desk.db, "general", "choice", "weak"))
    assert (17, 1) == _counts(bulk.covered(desk.db, "general", "common", "weak"))
    assert (0, 0) == _counts(bulk.covered(desk.db, "women", "choice", "weak"))


def _counts(coverage):
    return coverage.passages, coverage.read


def test_nothing_is_offered_before_enough_was_read_blind(desk):
    """It is said how many suggestions wait, and for how many passages."""
    read_blind(desk, without=1)
    found = offer(desk)

    assert ((), [(1, 2)]) == (found.items, [(coverage.to_read, count) for coverage, count in found.waiting])
    with pytest.raises(UsageError, match="nothing left"):
        answer(desk, *(row["suggestion_id"] for row in desk.ask("SELECT suggestion_id FROM suggestion_list")))


def test_what_is_covered_is_offered_for_one_value_alone(desk):
    """The open suggestions of the value on the whole result, and none without a value."""
    read_blind(desk)

    expected = [desk.suggestion(desk.excerpt(place), "choice") for place in (WINDOW, WILL_GO)]
    assert sorted(expected) == sorted(offered(desk))
    assert ("choice", "Choice", ()) == (offer(desk).value, offer(desk).name, offer(desk).waiting)
    assert offer(desk, sought=Find()) is None
    assert offer(desk, sought=Find(value="unheard-of")) is None
    assert offer(desk, sought=Find(value="choice", text="zebra")) is None


def test_own_first_nothing_is_offered_on_what_the_reader_has_not_read(desk):
    """Suggestions that are hidden cannot be answered; those on passages left unsure can."""
    read_blind(desk)
    assert offer(desk, OWN_FIRST) is None
    desk.decide(desk.serve("Ann", desk.excerpt(WINDOW)), "unsure")

    assert [desk.suggestion(desk.excerpt(WINDOW), "choice")] == offered(desk, review=OWN_FIRST)


def test_what_waits_blind_or_has_an_answer_is_not_offered(desk):
    """An own answer to the value, by whatever act, is not overruled; a passage to be read blind is left alone."""
    read_blind(desk)
    desk.drawn("Ann", desk.excerpt(WILL_GO))
    assert [desk.suggestion(desk.excerpt(WINDOW), "choice")] == offered(desk)
    desk.decide(desk.serve("Ann", desk.excerpt(WINDOW)), "choose", {"choice": "no"})

    assert offer(desk) is None


def test_exchanges_are_never_answered_together(desk):
    """No exchange is part of an audit, so none is covered; how many there are is said."""
    read_blind(desk)
    found = offer(desk, sought=Find(value="two-way"))

    kinds = {row["kind"] for item in found.items for row in desk.ask(
        "SELECT kind FROM excerpts WHERE id = $id", id=item.excerpt_id
    )}  # fmt: skip
    assert ({"passage"}, 1) == (kinds, found.exchanges)


def test_many_answers_are_stored_as_one_step_and_as_assisted(desk):
    """Each suggestion counts as shown and as accepted; one undo takes all back, and they are offered again."""
    read_blind(desk)
    suggestions = offered(desk)

    assert 2 == answer(desk, *suggestions)
    assert {("assisted", "values", "choice yes")} == set(desk.current("Ann"))
    shown = desk.ask("SELECT DISTINCT suggestion_id FROM displays WHERE coder_id = 'Ann' AND page = 'all at once'")
    assert set(suggestions) == {row["suggestion_id"] for row in shown}
    assert 1 == desk.one("SELECT count(DISTINCT set_id) FROM standing_decisions WHERE coder_id = 'Ann'")
    assert offer(desk) is None
    desk.undo("Ann")
    assert [] == desk.current("Ann")
    assert suggestions == offered(desk)


def test_the_same_answers_sent_again_are_stored_once(desk):
    """The second time tells the same number and stores nothing."""
    read_blind(desk)
    suggestions, identity = offered(desk), str(uuid4())

    assert 2 == answer(desk, *suggestions, identity=identity, given="reject")
    before = desk.state("Ann")
    assert 2 == answer(desk, *suggestions, identity=identity, given="reject")
    assert before == desk.state("Ann")
    assert {("assisted", "values", "choice no")} == set(desk.current("Ann"))


def test_only_what_was_confirmed_is_answered(desk):
    """A suggestion that was not on the page of confirmation, or is not on offer, is left alone."""
    read_blind(desk)
    common = desk.suggestion(desk.excerpt(NIGHT), "common")

    assert 1 == answer(desk, desk.suggestion(desk.excerpt(WINDOW), "choice"), common)
    assert [("assisted", "values", "choice yes")] == desk.current("Ann")
