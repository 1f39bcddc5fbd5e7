"""Reading again: what is drawn, that it changes nothing that people hold, and that it is for one person's eyes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk import lasting, tried
from visitor import AT_HOME, visitor

from tagger.errors import UsageError
from tagger.review import again
from tagger.store import serving

CODINGS = "SELECT * FROM current_codings ORDER BY id"


@pytest.fixture
def desk(open_study):
    """Return a desk at the tagged study."""
    with tried(open_study) as desk:
        yield desk


def passages_of(desk, n):
    """Return the ids of some passages."""
    rows = desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' ORDER BY transcript, start")
    return [row["excerpt_id"] for row in rows][:n]


def read_blind(desk, reader, excerpts, yes=("choice",)):
    """Have a person read passages without suggestions, to the end."""
    for excerpt in excerpts:
        desk.decide(desk.blind(reader, excerpt), "done", dict.fromkeys(yes, "yes"))


def all_of_a_round(desk, reader, seen=()):
    """Have a person read a round again; return its passages."""
    found, one = [], again.begin(desk.db, reader, 1, desk.tick())
    while one:
        found.append(again.passage(desk.db, reader, one).excerpt_id)
        one = again.answer(desk.db, reader, one, seen, desk.tick())
    return found


def test_what_was_read_blind_weeks_ago_comes_again_and_only_that(desk):
    """Not what was read lately, with suggestions, or not to the end; and never a second time."""
    ann, ids = desk.reader("Ann"), passages_of(desk, 10)
    read_blind(desk, ann, ids[:7])
    desk.decide(desk.blind(ann, ids[7]), "unsure")
    desk.drawn(ann, ids[8], arm="assisted")
    desk.decide(desk.serve(ann, ids[8]), "done")
    assert (0, 7) == (again.ready(desk.db, ann, desk.now).ready, again.ready(desk.db, ann, desk.now).later)
    with pytest.raises(UsageError, match="nothing to read again"):
        again.begin(desk.db, ann, 1, desk.now)
    desk.now += again.WAIT
    read_blind(desk, ann, ids[9:])

    first, second = all_of_a_round(desk, ann), all_of_a_round(desk, ann)

    assert (5, 2) == (len(first), len(second))
    assert set(ids[:7]) == {*first, *second}
    state = again.ready(desk.db, ann, desk.now)
    assert (("", 0, 1), ids[9:]) == ((state.open_id, state.ready, state.later), ids[9:])
    assert desk.now < state.first < desk.now + again.WAIT


def test_the_draw_is_kept_with_its_frame_and_seed(desk):
    """N and n of what could be drawn."""
    ann, ids = desk.reader("Ann"), passages_of(desk, 7)
    read_blind(desk, ann, ids)
    desk.now += again.WAIT
    all_of_a_round(desk, ann)

    [row] = desk.ask(
        "SELECT s.population, s.sample, json_extract_string(d.frame, '$.\"read before\"[*]') AS frame "
        "FROM draws d JOIN draw_strata s ON s.draw_id = d.id WHERE d.purpose = 'order'"
    )
    assert (7, 5) == (row["population"], row["sample"])
    assert sorted(ids) == row["frame"]


def test_a_person_sees_how_far_they_agree_with_themselves(desk):
    """Counts by value, of the passages that were read twice."""
    ann, ids = desk.reader("Ann"), passages_of(desk, 4)
    read_blind(desk, ann, ids[:3])
    read_blind(desk, ann, ids[3:], yes=())
    desk.now += again.WAIT
    answers = {ids[0]: ["choice"], ids[1]: ["choice", "common"], ids[2]: [], ids[3]: []}
    one = again.begin(desk.db, ann, 1, desk.tick())
    while one:
        excerpt = again.passage(desk.db, ann, one).excerpt_id
        one = again.answer(desk.db, ann, one, answers[excerpt], desk.tick())

    found = {value.name: value for value in again.twice(desk.db, ann)}
    by_id = {row["value_id"]: row["name"] for row in desk.ask("SELECT DISTINCT value_id, name FROM framework_values")}

    choice, common = found[by_id["choice"]], found[by_id["common"]]
    assert (4, 3, 3, 2, 2) == (choice.passages, choice.same, choice.before, choice.both, choice.now)
    assert (4, 3, 0, 0, 1) == (common.passages, common.same, common.before, common.both, common.now)


def test_it_changes_nothing_that_anybody_holds(desk):
    """Codings, decisions, queues and what may be shown stay as they were; the first word stands."""
    ann, ids = desk.reader("Ann"), passages_of(desk, 6)
    read_blind(desk, ann, ids)
    desk.now += again.WAIT
    before = desk.ask(CODINGS), desk.state(ann), desk.one("SELECT count(*) FROM servings")

    all_of_a_round(desk, ann, ["common"])

    assert before == (desk.ask(CODINGS), desk.state(ann), desk.one("SELECT count(*) FROM servings"))


def test_what_was_shown_in_between_takes_a_passage_out(desk):
    """Before it is drawn, while it waits in a round, and from the sums if it was shown before the second reading."""
    suggested = desk.ask("SELECT DISTINCT excerpt_id FROM suggestion_list WHERE kind = 'passage' ORDER BY 1")
    known = [row["excerpt_id"] for row in suggested][:3]
    ann, others = desk.reader("Ann"), [one for one in passages_of(desk, 9) if one not in known]
    read_blind(desk, ann, [*known, *others[:3]])
    desk.now += again.WAIT
    shown = desk.show(ann, known[0])
    assert shown[known[0]].suggestions
    assert 5 == again.ready(desk.db, ann, desk.now).ready

    begun = again.begin(desk.db, ann, 1, desk.tick())
    waiting = desk.ask("SELECT excerpt_id FROM repeats WHERE coder_id = 'Ann'")
    assert known[0] not in {row["excerpt_id"] for row in waiting}
    assert 5 == again.ready(desk.db, ann, desk.now).left
    excerpt = again.passage(desk.db, ann, begun).excerpt_id
    another = next(one for one in known[1:] if one != excerpt)
    desk.show(ann, another)
    assert 4 == again.ready(desk.db, ann, desk.now).left
    while begun:
        begun = again.answer(desk.db, ann, begun, [], desk.tick())
    assert {4} == {value.passages for value in again.twice(desk.db, ann)}

    # What is shown after the second reading takes nothing away.
    desk.show(ann, excerpt)
    assert {4} == {value.passages for value in again.twice(desk.db, ann)}


def test_it_is_nobody_else_s(desk):
    """Another person can neither open nor answer it, and sees none of it."""
    ann, ben = desk.reader("Ann"), desk.reader("Ben")
    read_blind(desk, ann, passages_of(desk, 2))
    desk.now += again.WAIT
    one = again.begin(desk.db, ann, 1, desk.tick())

    for act in (again.passage, lambda db, who, what: again.answer(db, who, what, [], desk.tick())):
        with pytest.raises(UsageError, match="does not wait"):
            act(desk.db, ben, one)
    again.answer(desk.db, ann, one, [], desk.tick())
    assert () == again.twice(desk.db, ben)
    assert {1} == {value.passages for value in again.twice(desk.db, ann)}


def test_the_same_answer_twice_is_one_and_a_strange_value_is_refused(desk):
    """The first one stands."""
    ann = desk.reader("Ann")
    read_blind(desk, ann, passages_of(desk, 2))
    desk.now += again.WAIT
    one = again.begin(desk.db, ann, 1, desk.tick())
    with pytest.raises(UsageError, match="'joy' is not on the list"):
        again.answer(desk.db, ann, one, ["joy"], desk.tick())

    first = again.answer(desk.db, ann, one, ["choice"], desk.tick())
    second = again.answer(desk.db, ann, one, [], desk.tick())

    assert first == second != one
    said = desk.ask("SELECT value_id FROM repeat_answers WHERE answer = 'yes'")
    assert [{"value_id": "choice"}] == said


def test_a_reading_that_was_taken_back_does_not_wait(desk):
    """Its coding is current no more."""
    ann = desk.reader("Ann")
    read_blind(desk, ann, passages_of(desk, 1))
    desk.now += again.WAIT
    again.begin(desk.db, ann, 1, desk.tick())
    desk.undo(ann)

    assert ("", 0) == (again.ready(desk.db, ann, desk.now).open_id, again.ready(desk.db, ann, desk.now).left)


def test_the_pages_lead_through_a_round_without_what_was_said_before(study):
    """Begin, read, answer, skip, and see the sums."""
    with lasting(study) as desk:
        desk.now -= timedelta(weeks=6)
        ann, ids = desk.reader("Ann"), passages_of(desk, 3)
        read_blind(desk, ann, ids)
    with serving(study.folder, AT_HOME.address) as owner, visitor(owner, study) as browser:
        shown = browser.get("/again")
        assert "3 passages, picked by chance" in shown.text
        assert "Only you see this page" in shown.text
        shown = browser.post("/again", data={})
        for act in ("done", "skip", "done"):
            assert "for your eyes only" in shown.text
            assert "checked" not in shown.text
            address = re.search(r'action="(/again/[^"]+)"', shown.text)[1]
            shown = browser.post(address, data={"act": act, "seen": "choice"} if act == "done" else {"act": act})
        assert str(shown.url).endswith("/again")
        assert "You have read 2 passages twice. That is few" in shown.text
        assert re.search(r"<td>2 of 2</td><td>2 of 2</td><td>2</td>", shown.text)
        assert "There is nothing to read again." in shown.text
        gone = browser.get(address)
        assert (400, True) == (gone.status_code, "does not wait to be read again" in gone.text)
