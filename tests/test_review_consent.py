"""Readings that differ are talked about after everybody's own, and what stands leaves every reading as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from desk import tried
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tagger.config import ConsentSettings, Settings
from tagger.consent import POSITIONS
from tagger.errors import UsageError
from tagger.review import consent
from tagger.review.consent.rounds import rounds, take_position
from tagger.review.consent.table import table

SHED = "a thing about the night shift"
WILL_GO = "I will go. It was a bad one"
GATE = "My neighbour brought me along"
SETTINGS = Settings()
SOON = ConsentSettings(days=3)


@pytest.fixture
def desk(open_study):
    """Return a desk with three readers, to whom suggestions are shown after their own reading."""
    with tried(open_study) as desk:
        for name in ("Ann", "Ben", "Cora"):
            desk.assist(desk.reader(name))
        yield desk


def read(desk, reader, excerpt, *values, act="done"):
    """Have a person read a passage to the end."""
    return desk.decide(desk.serve(reader, excerpt), act, dict.fromkeys(values, "yes"))


def listed(desk, reader, settings=SETTINGS):
    """Return what a reader finds to talk about: words of each passage, the values, and how it stands."""
    found, more = consent.topics(desk.db, reader, settings, desk.tick())
    assert 0 == more
    return [(topic.excerpt_id, topic.values, topic.standing) for topic in found]


def propose(desk, reader, excerpt, *values, outcome="", number=1, reason="", identity=None, settings=SETTINGS):
    """Propose what a passage shows; return the id."""
    identity = identity or str(uuid4())
    consent.propose(
        desk.db, excerpt, values, outcome, reason, number, settings, id=identity, coder_id=reader, now=desk.tick()
    )
    return identity


def state(desk, reader, proposal, position, reason="", identity=None):
    """State where somebody stands."""
    take_position(
        desk.db, proposal, position, reason, id=identity or str(uuid4()), coder_id=reader, now=desk.tick()
    )  # fmt: skip


def newest(desk, excerpt, later=timedelta()):
    """Return the newest round about a passage."""
    return rounds(desk.db, "coding", [excerpt], (desk.now + later).date())[excerpt][-1]


@pytest.fixture
def contested(desk):
    """Return a passage that Ann and Ben read differently."""
    excerpt = desk.excerpt(SHED)
    read(desk, "Ann", excerpt, "common")
    read(desk, "Ben", excerpt)
    return excerpt


def test_what_is_read_differently_is_listed_for_those_who_read_it(desk, contested):
    """Both who read it find it with the value they differ on; who has not read it finds nothing."""
    read(desk, "Ann", desk.excerpt(GATE), "choice")
    read(desk, "Ben", desk.excerpt(GATE), "choice")

    expected = [(contested, ("Experiences in common",), "talk")]
    assert expected == listed(desk, "Ann") == listed(desk, "Ben")
    assert [] == listed(desk, "Cora")
    with pytest.raises(UsageError, match="not open to talk about"):
        consent.talk(desk.db, "Cora", contested, SETTINGS, desk.tick())


def test_what_is_not_listed_yet_is_not_told(desk, contested):
    """Of more than one page holds, the rest is counted, and nothing of it is recorded as shown."""
    read(desk, "Ann", desk.excerpt(GATE), "choice")
    read(desk, "Ben", desk.excerpt(GATE))

    found, more = consent.topics(desk.db, "Ann", SETTINGS, desk.tick(), most=1)

    assert (1, 1) == (len(found), more)
    shown = desk.ask("SELECT excerpt_id FROM displays WHERE coder_id = 'Ann' AND shown = 'reading'")
    assert [found[0].excerpt_id] == [row["excerpt_id"] for row in shown]


def test_being_listed_is_being_told(desk, contested):
    """The list says that others read a passage differently: a reading after that is one after talk."""
    listed(desk, "Ann")
    read(desk, "Ann", contested, act="nothing here")

    kinds = {kind: outcome for kind, outcome, _ in desk.current("Ann", contested)}
    assert {"own-first": "values", "after-talk": "nothing here"} == kinds
    assert [] == listed(desk, "Ann")
    assert 1 == desk.one("SELECT count(*) AS n FROM displays WHERE coder_id = 'Ann' AND shown = 'reading'")


def test_nothing_is_listed_while_somebody_is_still_to_read_it(desk, contested):
    """One for whom it was drawn, in whose hands it is, or who is wanted for it: talk waits, until the study's day."""
    day = replace(SETTINGS, consent=ConsentSettings(begins=desk.now.date().isoformat()))
    early = replace(SETTINGS, consent=ConsentSettings(begins=(desk.now + timedelta(days=1)).date().isoformat()))

    desk.drawn("Cora", contested)
    assert [] == listed(desk, "Ann") == listed(desk, "Ann", early)
    assert [contested] == [excerpt for excerpt, *_ in listed(desk, "Ann", day)]
    desk.drawn("Cora", contested, arm="assisted")
    assert [contested] == [excerpt for excerpt, *_ in listed(desk, "Ann")]

    served = desk.serve("Cora", contested)
    assert [] == listed(desk, "Ann")
    desk.decide(served, "skip")
    assert [contested] == [excerpt for excerpt, *_ in listed(desk, "Ann")]

    desk.add("wanted_readings", excerpt_id=contested, wanted=3, draw_id=desk._draw("double coding"))
    assert [] == listed(desk, "Ann")


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(days=1)])
def test_the_position_that_is_stated_last_counts_though_the_clock_was_set_back(desk, contested, jump):
    """An objection is none any more once it is taken back, and both are kept."""
    proposal = propose(desk, "Ann", contested, "common")
    state(desk, "Ben", proposal, "object", "too little is said")
    desk.now -= jump
    state(desk, "Ben", proposal, "agree")

    assert "agree" == desk.one("SELECT position FROM current_positions WHERE coder_id = 'Ben'")
    assert 2 == desk.one("SELECT count(*) FROM positions WHERE coder_id = 'Ben'")


def test_a_passage_that_waits_to_be_read_blind_shows_nothing(desk, contested):
    """Who is still to read its characters without suggestions sees no reading of others, also after the day."""
    day = replace(SETTINGS, consent=ConsentSettings(begins="2020-01-01"))
    desk.drawn("Cora", contested)

    assert [] == listed(desk, "Cora", day)
    assert 0 == desk.one("SELECT count(*) AS n FROM displays WHERE coder_id = 'Cora'")


def test_a_proposal_stands_when_all_who_read_it_consent(desk, contested):
    """From a proposal to consent: who is named, what each sees, and what stands."""
    proposal = propose(desk, "Ann", contested, "common", reason="They both speak of the same shift.")
    assert [(contested, ("Experiences in common",), "answer")] == listed(desk, "Ben")
    assert [(contested, ("Experiences in common",), "open")] == listed(desk, "Ann")
    assert 1 == consent.waiting_for(desk.db, "Ben", desk.now)
    assert 0 == consent.waiting_for(desk.db, "Ann", desk.now) == consent.waiting_for(desk.db, "Cora", desk.now)

    state(desk, "Ben", proposal, "can live with", "I still read it as being on one's own.")

    assert "stands" == newest(desk, contested).state
    assert [("agree", ""), ("can live with", "I still read it as being on one's own.")] == [
        (one.position, one.reason) for one in newest(desk, contested).people
    ]
    assert "stands" == listed(desk, "Ann")[0][2] == listed(desk, "Ben")[0][2]


def test_an_objection_holds_it_until_it_is_met(desk, contested):
    """An objection holds a proposal past every date; one that follows takes it up, and silence takes nothing back."""
    settings = replace(SETTINGS, consent=SOON)
    first = propose(desk, "Ann", contested, "common", settings=settings)
    state(desk, "Ben", first, "object", "Nobody says that they share it.")
    assert "held" == newest(desk, contested, timedelta(days=30)).state

    second = propose(desk, "Ben", contested, outcome="nothing here", number=2, settings=settings)
    assert ["Ann"] == [one.coder_id for one in newest(desk, contested).people if not one.position]
    state(desk, "Ann", second, "can live with")
    assert "stands" == newest(desk, contested).state

    third = propose(desk, "Ann", contested, "common", "choice", number=3, settings=settings)
    assert "open" == newest(desk, contested).state
    state(desk, "Ben", third, "object", "No.")
    fourth = propose(desk, "Ann", contested, "choice", number=4, settings=settings)
    assert ("held", ("Reader B",)) == (newest(desk, contested).state, newest(desk, contested).objecting)
    state(desk, "Ben", fourth, "agree")
    assert ("stands", ()) == (newest(desk, contested).state, newest(desk, contested).objecting)
    assert 4 == len(rounds(desk.db, "coding", [contested], desk.now.date())[contested])


def test_two_answers_are_enough_after_the_date(desk, contested):
    """Where one of three does not answer, it stands after the team's days, and not before."""
    read(desk, "Cora", contested)
    proposal = propose(desk, "Ann", contested, "common", settings=replace(SETTINGS, consent=SOON))
    state(desk, "Ben", proposal, "agree")

    assert "open" == newest(desk, contested, timedelta(days=3)).state
    assert "stands" == newest(desk, contested, timedelta(days=4)).state


def test_nobodys_reading_is_changed_by_consent(desk, contested):
    """No coding, decision or answer is added or altered by proposing, answering and standing."""
    before = desk.state("Ann"), desk.state("Ben")
    proposal = propose(desk, "Ann", contested, "common")
    state(desk, "Ben", proposal, "agree")

    assert before == (desk.state("Ann"), desk.state("Ben"))
    rows = desk.ask("SELECT reader, own_reading, own_kind, proposed FROM consent_list ORDER BY reader")
    assert [
        ("Reader A", "Experiences in common", "own-first", "Experiences in common"),
        ("Reader B", "(nothing here)", "own-first", "Experiences in common"),
    ] == [tuple(row.values()) for row in rows]


def test_the_same_form_twice_counts_once(desk, contested):
    """A browser that sends a proposal or a position again adds nothing."""
    one, other = str(uuid4()), str(uuid4())
    for _ in range(2):
        propose(desk, "Ann", contested, "common", identity=one)
        state(desk, "Ben", one, "object", "No.", identity=other)

    assert 2 == desk.one("SELECT count(*) AS n FROM positions")
    assert 1 == desk.one("SELECT count(*) AS n FROM proposals")


def test_two_who_propose_at_once_do_not_overwrite_each_other(desk, contested):
    """The second is told to look at the first; nothing of theirs is stored in its place."""
    propose(desk, "Ann", contested, "common")

    with pytest.raises(UsageError, match="somebody else has just proposed"):
        propose(desk, "Ben", contested, outcome="nothing here")
    assert ("common",) == newest(desk, contested).yes


@pytest.mark.parametrize(
    ("values", "outcome", "match"),
    [((), "", "nothing is proposed"), (("strange",), "", "not on the list"), ((), "unsure", "nothing is proposed")],
)
def test_what_says_nothing_is_not_proposed(desk, contested, values, outcome, match):
    """A proposal says something of the list, or that nothing of it is there."""
    with pytest.raises(UsageError, match=match):
        propose(desk, "Ann", contested, *values, outcome=outcome)
    assert 0 == desk.one("SELECT count(*) AS n FROM proposals")


def test_positions_that_say_too_little_or_come_too_late_are_refused(desk, contested):
    """An objection needs a reason, a position is one of three, and only the newest round is answered."""
    first = propose(desk, "Ann", contested, "common")
    for position, reason, match in [("object", " ", "needs a reason"), ("perhaps", "", "where you stand")]:
        with pytest.raises(UsageError, match=match):
            state(desk, "Ben", first, position, reason)
    with pytest.raises(UsageError, match="no such proposal"):
        state(desk, "Ben", "none", "agree")
    propose(desk, "Ann", contested, "choice", number=2)
    with pytest.raises(UsageError, match="followed by another"):
        state(desk, "Ben", first, "agree")
    assert "" == newest(desk, contested).of("Ben")


def test_who_left_is_not_waited_for(desk, contested):
    """Whose access was taken away need not answer a new proposal, and what they objected to was another one."""
    read(desk, "Cora", contested)
    first = propose(desk, "Ann", contested, "common")
    state(desk, "Cora", first, "object", "It is about work.")
    desk.add("access_changes", number=1, coder_id="Cora", roles=[], changed_at=desk.tick())
    assert "held" == newest(desk, contested).state

    second = propose(desk, "Ann", contested, "choice", number=2)
    assert {"Ann", "Ben"} == {one.coder_id for one in newest(desk, contested).people}
    state(desk, "Ben", second, "agree")
    assert "stands" == newest(desk, contested).state


@bounds(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["Ann", "Ben", "Cora"]), st.sampled_from(["propose", *POSITIONS])), max_size=8
    )
)
def test_no_position_is_ever_lost(open_study, acts):
    """Whatever people propose and answer in whatever order: every act is there, and readings are as they were."""
    with tried(open_study) as desk:
        excerpt = desk.excerpt(SHED)
        for name, values in (("Ann", ["common"]), ("Ben", []), ("Cora", ["choice"])):
            read(desk, desk.assist(desk.reader(name)), excerpt, *values)
        before = [desk.state(name) for name in ("Ann", "Ben", "Cora")]
        proposal, expected, number = propose(desk, "Ann", excerpt, "common"), 1, 1
        for name, act in acts:
            if act == "propose":
                number += 1
                proposal = propose(desk, name, excerpt, "choice", number=number)
            else:
                state(desk, name, proposal, act, "Because.")
            expected += 1

        assert expected == desk.one("SELECT count(*) AS n FROM positions")
        assert number == len(rounds(desk.db, "coding", [excerpt], desk.now.date())[excerpt])
        assert before == [desk.state(name) for name in ("Ann", "Ben", "Cora")]


def test_the_table_keeps_the_minority_reading(desk, contested):
    """Each proposal and person is a row: what they held before talk, where they stand and why."""
    listed(desk, "Ben")
    first = propose(desk, "Ann", contested, "common", reason="The shift.")
    state(desk, "Ben", first, "object", "He laughs at it.")
    read(desk, "Ben", contested, "choice")
    second = propose(desk, "Ben", contested, "choice", number=2)
    state(desk, "Ann", second, "can live with", "I still see more.")

    columns = ["state", "newest", "proposed", "reader", "own_reading", "after_talk", "position", "position_reason"]
    rows = table(desk.db, desk.now.date()).select(columns).to_pylist()

    common, choice = "Experiences in common", "Choice"
    assert [
        ("followed", "no", common, "Reader A", common, None, "agree", None),
        ("followed", "no", common, "Reader B", "(nothing here)", choice, "object", "He laughs at it."),
        ("stands", "yes", choice, "Reader A", common, None, "can live with", "I still see more."),
        ("stands", "yes", choice, "Reader B", "(nothing here)", choice, "agree", None),
    ] == [tuple(row.values()) for row in rows]


def test_what_may_not_be_quoted_is_not_in_the_table(desk, contested):
    """A passage of somebody who may not be quoted is there without its words."""
    propose(desk, "Ann", contested, "common")
    who = desk.one("SELECT participant FROM excerpt_list WHERE excerpt_id = $id", id=contested)
    desk.add("permissions", participant_id=who, may_process=True, may_quote=False, recorded_at=desk.now)

    assert {"(may not be quoted)"} == set(table(desk.db, desk.now.date())["text"].to_pylist())


def test_consent_is_exported(tagger, study, tmp_path):
    """The command writes the table, or says where proposals are made."""
    out = tmp_path / "consent.csv"

    said = tagger("export", "--study", study.folder, "--what", "consent", "--to", "csv", "-o", out)

    assert (0, True) == (said.code, "under Together" in said.out)
    assert out.read_text("utf-8-sig").startswith("state,newest,dataset,proposed,text,reader")
