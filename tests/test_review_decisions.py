"""Tests of deciding and taking back, on a real study."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from desk import AT_ONCE, desk_in, lasting, tried
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_steps_imports import table, whole

from tagger.errors import UsageError
from tagger.review import decisions
from tagger.review.codings import latest
from tagger.steps.imports import import_codings

GATE = "My neighbour brought me along"
RANG = "She rang me when my brother was ill"
SHED = "a thing about the night shift"
WINDOW = "near the window"
WILL_GO = "I will go. It was a bad one"
TURNS = "We can take turns"


@pytest.fixture
def desk(open_study):
    """Return a desk with one reader, Ann."""
    with tried(open_study) as desk:
        desk.assist(desk.reader("Ann"))
        yield desk


@pytest.fixture
def passage(desk):
    """Return a passage in Ann's assisted arm, handed out to her."""
    return desk.serve("Ann", desk.excerpt(SHED))


def adopted(desk, served, value="common", act="accept"):
    """Show what is suggested, and accept or reject it."""
    desk.show(served.coder_id, served.excerpt_id, review=AT_ONCE)
    return desk.decide(served, act, suggestion_id=desk.suggestion(served.excerpt_id, value))


# What is stored


def test_a_mark_is_stored_with_its_coding(desk, passage):
    """One step: the decision, its place in the order, what it says, and the coding that follows."""
    assert desk.decide(passage, "choose", {"common": "yes"})

    assert [("own-first", "values", "common yes")] == desk.current("Ann")
    [row] = desk.ask("SELECT act, value_id, number, round, suggestions_seen_before FROM standing_decisions")
    expected = {
        "act": "choose",
        "value_id": "common",
        "number": 1,
        "round": "before talk",
        "suggestions_seen_before": 0,
    }
    assert expected == row
    assert [{"value_id": "common", "answer": "yes"}] == desk.ask("SELECT value_id, answer FROM decision_answers")


def test_done_makes_unmarked_values_an_explicit_no(desk, passage):
    """The coding that Done makes has an answer for every value of the list."""
    desk.decide(passage, "choose", {"common": "yes"})
    desk.decide(passage, "done")

    assert [("own-first", "values", "choice no, common yes, two-way no")] == desk.current("Ann")
    assert "small" == desk.one(
        "SELECT f.name FROM standing_decisions d JOIN frameworks f ON f.id = d.framework_id WHERE d.act = 'done'"
    )


def test_rejecting_a_suggestion_is_a_no_for_that_value_alone(desk, passage):
    """The other values are not asked."""
    adopted(desk, passage, act="reject")

    assert [("assisted", "values", "common no")] == desk.current("Ann")


@pytest.mark.parametrize(
    ("act", "outcome", "answers"),
    [
        ("nothing here", "nothing here", "choice no, common no, two-way no"),
        ("something not on our list", "something not on our list", ""),
        ("unsure", "unsure", ""),
        ("skip", "skipped", ""),
    ],
)
def test_each_way_to_leave_a_passage_is_an_outcome_of_its_own(desk, passage, act, outcome, answers):
    """Coded with no value, not on the list, unsure and skipped are never mixed up."""
    desk.decide(passage, act)

    assert [("own-first", outcome, answers)] == desk.current("Ann")


def test_marks_that_come_along_with_done_are_stored_before_it(desk, passage):
    """A page without scripts sends them together; one undo takes them back together."""
    desk.decide(passage, "done", {"common": "yes", "choice": "no"})

    assert ["choose", "choose", "done"] == [
        row["act"] for row in desk.ask("SELECT act FROM standing_decisions ORDER BY number")
    ]
    assert "Undone: yes to Experiences in common, no to Choice and Done" == desk.undo("Ann").words
    assert [] == desk.current("Ann")


def test_done_on_an_exchange_answers_only_for_what_exchanges_are_read_for(desk):
    """Values of single turns are not asked of an exchange."""
    exchange = desk.serve("Ann", desk.excerpt("Would somebody else", "exchange"))

    desk.decide(exchange, "done")

    assert [("own-first", "nothing here", "two-way no")] == desk.current("Ann")


def test_the_training_date_and_how_much_was_seen_before_are_kept(desk, passage):
    """They cannot be found out later."""
    desk.add("coders", id="Ben", name="Ben", role="reviewer", trained_on=date(2025, 5, 1), added_at=desk.tick())
    desk.assist("Ben")
    served = desk.serve("Ben", passage.excerpt_id)
    desk.show("Ben", desk.excerpt(RANG), desk.excerpt(SHED), review=AT_ONCE)

    desk.decide(served, "done")

    [row] = desk.ask("SELECT trained_on, suggestions_seen_before FROM codings")
    assert {"trained_on": date(2025, 5, 1), "suggestions_seen_before": 2} == row


def test_a_new_version_of_the_list_keeps_what_was_said_and_asks_only_what_is_new(desk, passage):
    """Done under the old list is no answer about a value that the new one brought."""
    desk.decide(passage, "done", {"common": "yes"})
    [old] = desk.ask("SELECT * FROM frameworks WHERE id = $id", id=passage.framework_id)
    desk.add("frameworks", **old | {"id": "newer", "version": "2"})
    for place, value in enumerate(("common", "hope")):
        unit = {"unit": "passage", "meaning_revised": False}
        desk.add(
            "framework_values", framework_id="newer", value_id=value, position=place, name=value, layer="x", **unit
        )

    newer = decisions.reading(desk.db, "Ann", passage.excerpt_id, "newer")

    assert {"common": "yes"} == newer.answers
    assert {"choice": "no", "common": "yes", "two-way": "no"} == desk.reading(passage).answers


def test_a_new_version_of_the_list_hides_no_yes_of_before(desk, passage):
    """An answer under a list without a value leaves the yes to it where it was."""
    desk.decide(passage, "done", {"choice": "yes"})
    [old] = desk.ask("SELECT * FROM frameworks WHERE id = $id", id=passage.framework_id)
    desk.add("frameworks", **old | {"id": "newer", "version": "2"})
    unit = {"unit": "passage", "meaning_revised": False}
    desk.add("framework_values", framework_id="newer", value_id="hope", position=0, name="Hope", layer="x", **unit)

    desk.decide(replace(passage, framework_id="newer"), "choose", {"hope": "no"})

    [one] = latest(desk.db, [passage.excerpt_id])
    assert (("Choice",), ("choice",), "values") == (one.names, one.yes, one.outcome)
    assert set(one.no) == {"common", "two-way", "hope"}


def test_after_the_end_of_a_reading_a_change_is_assisted_though_nothing_was_suggested(desk):
    """Finishing shows what is suggested, and nothing is an answer too; a reading without suggestions stays blind."""
    plain, hidden = (
        desk.serve("Ann", desk.excerpt("The boiler was mended")),
        desk.blind("Ann", desk.excerpt("I will go. It was")),
    )
    for served in (plain, hidden):
        desk.decide(served, "done")
        desk.decide(served, "choose", {"choice": "yes"})

    kinds = desk.ask("SELECT serving_id, kind FROM codings ORDER BY coded_at")
    assert ["own-first", "assisted", "blind", "blind"] == [row["kind"] for row in kinds]


def test_where_suggestions_come_first_nothing_is_read_before_them(desk, passage):
    """Seeing that nothing is suggested is seeing what the machine says."""
    desk.decide(passage, "choose", {"choice": "yes"}, at_once=True)

    assert ["assisted"] == [kind for kind, *_ in desk.current("Ann")]


# The same step again


@pytest.mark.parametrize("act", ["choose", "done", "skip", "memo"])
def test_a_step_sent_again_stores_nothing(desk, passage, act):
    """A page that heard no answer tries again with the same id."""
    same = {"answers": {"common": "yes"}, "note": "a thought"}
    identity = str(uuid4())
    assert desk.decide(passage, act, id=identity, **same)
    before = desk.state("Ann")

    assert not desk.decide(passage, act, id=identity, **same)
    assert before == desk.state("Ann")


def test_a_step_sent_again_after_it_was_taken_back_stays_taken_back(desk, passage):
    """A late second try is no new decision."""
    identity = str(uuid4())
    desk.decide(passage, "done", id=identity)
    desk.undo("Ann")

    assert not desk.decide(passage, "done", id=identity)
    assert [] == desk.current("Ann")


def test_the_same_id_with_other_content_is_another_step(desk, passage):
    """Somebody went back to an old page and chose differently; each can be taken back for itself."""
    identity = str(uuid4())
    desk.decide(passage, "choose", {"common": "yes"}, id=identity)

    assert desk.decide(passage, "choose", {"common": "no"}, id=identity)
    assert [("own-first", "values", "common no")] == desk.current("Ann")
    desk.undo("Ann")
    assert [("own-first", "values", "common yes")] == desk.current("Ann")


def test_an_undo_sent_again_takes_back_one_step_only(desk, passage):
    """And says the same again."""
    desk.decide(passage, "choose", {"common": "yes"})
    desk.decide(passage, "choose", {"choice": "yes"})
    identity = str(uuid4())

    first, again = desk.undo("Ann", identity), desk.undo("Ann", identity)

    assert first == again
    assert [("own-first", "values", "common yes")] == desk.current("Ann")


# What is refused


def refused(desk, *arguments, **more):
    """Return the message of a refusal; nothing may have been stored."""
    before = desk.state("Ann")
    with pytest.raises(UsageError) as caught:
        desk.decide(*arguments, **more)
    assert before == desk.state("Ann")
    return str(caught.value)


def test_a_passage_handed_to_somebody_else_cannot_be_decided_on(desk, passage):
    """Whether it is said who acts, or the serving is made up."""
    desk.assist(desk.reader("Ben"))
    theirs = desk.serve("Ben", passage.excerpt_id)

    assert "somebody else" in refused(desk, theirs, "done", coder_id="Ann")
    assert "somebody else" in refused(desk, type(passage)(**{**fields(passage), "id": theirs.id}), "done")
    assert "somebody else" in refused(desk, type(passage)(**{**fields(passage), "id": "none"}), "done")


def fields(served):
    """Return a serving as a dict."""
    return {name: getattr(served, name) for name in type(served).__dataclass_fields__}


@pytest.mark.parametrize(
    ("act", "more", "said"),
    [
        ("love", {}, "nothing that can be decided"),
        ("undo", {}, "nothing that can be decided"),
        ("choose", {}, "not yet a value"),
        ("choose", {"answers": {"hope": "yes"}}, "not on the list"),
        ("choose", {"answers": {"common": "perhaps"}}, "no answer"),
        ("accept", {}, "not yet a suggestion"),
        ("reject", {"suggestion_id": "unheard of"}, "another passage"),
        ("memo", {"note": "  "}, "not yet a note"),
        ("memo", {"note": "x" * 10_001}, "10,001 characters"),
        ("choose", {"answers": {"common": "yes"}, "id": "one"}, "not a UUID"),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk, passage, act, more, said):
    """Nothing of it is stored."""
    assert said in refused(desk, passage, act, **more)


def test_only_a_suggestion_of_this_passage_that_was_shown_can_be_answered(desk, passage):
    """Nobody adopts what they have not seen."""
    assert "not shown to you" in refused(
        desk, passage, "accept", suggestion_id=desk.suggestion(passage.excerpt_id, "common")
    )
    desk.show("Ann", desk.excerpt(RANG), review=AT_ONCE)
    assert "another passage" in refused(
        desk, passage, "accept", suggestion_id=desk.suggestion(desk.excerpt(RANG), "two-way")
    )


# Notes and history


def test_notes_are_kept_as_written_without_white_space_around_them(desk, passage):
    """Emoji, right-to-left text and line breaks included, up to 10,000 characters."""
    for note in (" two\nlines 🙂 ", "مرحبا", "x" * 10_000):
        desk.decide(passage, "memo", note=note)

    assert ["two\nlines 🙂", "مرحبا", "x" * 10_000] == decisions.memos(desk.db, "Ann", passage.excerpt_id)
    assert [] == desk.current("Ann")


def test_a_memo_belongs_to_who_wrote_it_and_goes_with_an_undo(desk, passage):
    """Others do not see it."""
    desk.assist(desk.reader("Ben"))
    desk.decide(passage, "memo", note="mine")

    assert [] == decisions.memos(desk.db, "Ben", passage.excerpt_id)
    assert "Undone: a note" == desk.undo("Ann").words
    assert [] == decisions.memos(desk.db, "Ann", passage.excerpt_id)


def test_the_history_of_a_passage_is_told_in_plain_words_and_to_its_reader_alone(desk, passage):
    """With what was taken back."""
    desk.assist(desk.reader("Ben"))
    desk.decide(passage, "choose", {"common": "yes"})
    desk.decide(passage, "something not on our list", note="humour")
    desk.undo("Ann")
    adopted(desk, passage)

    expected = [
        "Yes to Experiences in common",
        "Something here, not on our list: humour (taken back)",
        "Yes to Experiences in common",
    ]
    assert expected == decisions.history(desk.db, "Ann", passage.excerpt_id)
    assert [] == decisions.history(desk.db, "Ben", passage.excerpt_id)


# Undo


def test_undo_gives_back_the_coding_before_each_step_down_to_nothing(desk, passage):
    """Any number of steps, and then it says that there is nothing left."""
    desk.decide(passage, "choose", {"common": "yes"})
    desk.decide(passage, "choose", {"common": "not asked", "choice": "yes"})
    desk.decide(passage, "done")

    said = [desk.undo("Ann").words for _ in range(2)]
    assert ["Undone: Done", "Undone: took the mark off Experiences in common and yes to Choice"] == said
    assert [("own-first", "values", "common yes")] == desk.current("Ann")
    assert "Undone: yes to Experiences in common" == desk.undo("Ann").words
    assert [] == desk.current("Ann")
    assert desk.undo("Ann") is None


def test_undo_takes_back_the_own_newest_step_whatever_the_passage(desk, passage):
    """Not the newest of the passage at hand, and never another person's."""
    desk.assist(desk.reader("Ben"))
    other = desk.serve("Ann", desk.excerpt(GATE))
    desk.decide(passage, "done")
    desk.decide(other, "skip")
    desk.decide(desk.serve("Ben", passage.excerpt_id), "done")

    undone = desk.undo("Ann")

    assert (other.id, other.excerpt_id, ("skip",), "Undone: skipped") == (
        undone.serving_id,
        undone.excerpt_id,
        undone.acts,
        undone.words,
    )
    assert 1 == len(desk.current("Ann", passage.excerpt_id))
    assert 1 == len(desk.current("Ben"))


def test_undo_of_what_followed_a_reveal_leaves_the_reading_before_it(desk):
    """The coding made before is a row of its own, of its own kind."""
    served = desk.blind("Ann", desk.excerpt(SHED))
    desk.decide(served, "done")
    blind = ("blind", "nothing here", "choice no, common no, two-way no")
    adopted(desk, served)
    assert [("assisted", "values", "choice no, common yes, two-way no"), blind] == desk.current("Ann")

    desk.undo("Ann")

    assert [blind] == desk.current("Ann")


def test_undo_works_after_everything_was_closed_and_opened_again(study):
    """There is no state but the database."""
    with lasting(study) as desk:
        passage = desk.serve(desk.assist(desk.reader("Ann")), desk.excerpt(SHED))
        desk.decide(passage, "choose", {"common": "yes"})
        desk.decide(passage, "done")
    with lasting(study) as desk:
        assert "Undone: Done" == desk.undo("Ann").words
    with lasting(study) as desk:
        assert [("own-first", "values", "common yes")] == desk.current("Ann")
        assert "Undone: yes to Experiences in common" == desk.undo("Ann").words
        assert desk.undo("Ann") is None


# Many at once


def items(desk, act="accept"):
    """Show everything that is suggested, and return answers to all of it."""
    rows = desk.ask("SELECT excerpt_id, suggestion_id, value_id FROM suggestion_list ORDER BY suggestion_id")
    desk.show("Ann", *(row["excerpt_id"] for row in rows), review=AT_ONCE, page="browse")
    return [(*row.values(), act) for row in rows]


def all_at_once(desk, given, identity=None):
    """Decide on many suggestions in one step."""
    return decisions.decide_all(desk.db, id=identity or str(uuid4()), coder_id="Ann", items=given, now=desk.tick())


def test_many_answers_are_one_step_that_one_undo_takes_back(desk):
    """Each passage gets an assisted coding, and loses it again."""
    given = items(desk)

    assert 7 == all_at_once(desk, given)
    assert 6 == len(desk.current("Ann"))
    assert {"assisted"} == {kind for kind, _, _ in desk.current("Ann")}
    assert [("assisted", "values", "choice yes, common yes")] == desk.current("Ann", desk.excerpt(WILL_GO))
    undone = desk.undo("Ann")
    assert ("Undone: 7 answers given in one step", "") == (undone.words, undone.serving_id)
    assert [] == desk.current("Ann")
    assert desk.undo("Ann") is None


def test_many_answers_sent_again_store_nothing(desk):
    """And the answer is that nothing is new."""
    given, identity = items(desk, "reject"), str(uuid4())
    all_at_once(desk, given, identity)
    before = desk.state("Ann")

    assert 0 == all_at_once(desk, given, identity) == all_at_once(desk, [])
    assert before == desk.state("Ann")


def test_many_answers_leave_a_finished_reading_finished(desk, passage):
    """An accepted value joins what was said before; the rest stays an explicit no."""
    desk.decide(passage, "done")
    all_at_once(desk, [item for item in items(desk) if item[0] == passage.excerpt_id])

    assert ("assisted", "values", "choice no, common yes, two-way no") in desk.current("Ann", passage.excerpt_id)


def test_many_answers_are_refused_together(desk):
    """One that cannot be keeps all of them out."""
    good = items(desk)
    excerpt, suggestion, value, _ = good[0]
    other = next(item for item in good if item[0] != excerpt)

    for bad, said in [
        ((excerpt, "unheard of", value, "accept"), "another passage"),
        ((other[0], suggestion, value, "accept"), "another passage"),
        ((excerpt, suggestion, "hope", "accept"), "another value"),
        ((excerpt, suggestion, value, "done"), "cannot be done"),
    ]:
        with pytest.raises(UsageError, match=said):
            all_at_once(desk, [other, bad])
    assert [] == desk.current("Ann")


def test_many_answers_to_what_was_not_shown_are_refused(desk):
    """A bulk act reaches no further than what its reader has seen."""
    desk.assist(desk.reader("Ben"))
    given = items(desk)

    with pytest.raises(UsageError, match="not shown"):
        decisions.decide_all(desk.db, id=str(uuid4()), coder_id="Ben", items=given, now=desk.tick())


# Moved borders


def place(desk, excerpt_id):
    """Return where an excerpt lies in the newest text, and that text."""
    [row] = desk.ask(
        'SELECT p.start, p."end", l.text FROM placements p JOIN live_revisions l USING (revision_id) '
        "WHERE p.excerpt_id = $id",
        id=excerpt_id,
    )
    return row["start"], row["end"], row["text"]


def test_moved_borders_make_a_child_and_leave_the_reading_where_it_was(desk, passage):
    """The coding stays on the passage that was handed out."""
    start, _, text = place(desk, passage.excerpt_id)
    end = text.index("plant pot.", start) + len("plant pot.")
    desk.decide(passage, "done", {"common": "yes"})
    before, listed = desk.current("Ann"), desk.one("SELECT count(*) FROM excerpt_list")

    desk.decide(passage, "adjust", borders=(start + 9, end + 1))

    [child] = desk.ask("SELECT e.* FROM adjustments a JOIN excerpts e ON e.id = a.child_id")
    assert text[start + 9 : end] == child["text"]
    assert (passage.excerpt_id, "adjusted", "passage") == (child["parent_id"], child["segmentation_id"], child["kind"])
    assert (start + 9, end) == place(desk, child["id"])[:2]
    assert (before, listed) == (desk.current("Ann"), desk.one("SELECT count(*) FROM excerpt_list"))
    sentences = zip(child["sentence_starts"], child["sentence_ends"], strict=True)
    words = [child["text"][first:last] for first, last in sentences]
    assert ["We had both hidden our tablets in the same plant pot."] == words[1:]
    assert child["text"].startswith(words[0])
    assert words[0].startswith("a thing about")


def test_borders_may_reach_into_the_turns_of_others_who_are_heard(desk):
    """What spans turns is an exchange, with the sentences of all of them."""
    served = desk.serve("Ann", desk.excerpt("Could I ring you on Sunday"))
    start, _, text = place(desk, served.excerpt_id)
    further = text.index("We can take turns.") + len("We can take turns.")

    desk.decide(served, "adjust", borders=(start, further))

    [child] = desk.ask("SELECT e.* FROM adjustments a JOIN excerpts e ON e.id = a.child_id")
    spans = list(zip(child["sentence_starts"], child["sentence_ends"], strict=True))
    assert "exchange" == child["kind"]
    assert "That helps, hearing that." == child["text"][slice(*spans[0])]
    assert "We can take turns." == child["text"][slice(*spans[-1])]


def test_the_same_borders_are_the_same_excerpt_whoever_moves_them(desk, passage):
    """And a second move adds no second one."""
    desk.assist(desk.reader("Ben"))
    start, end, _ = place(desk, passage.excerpt_id)
    desk.decide(passage, "adjust", borders=(start, end - 30))
    desk.decide(desk.serve("Ben", passage.excerpt_id), "adjust", borders=(start, end - 30))

    assert 1 == desk.one("SELECT count(*) FROM excerpts WHERE segmentation_id = 'adjusted'")
    assert 2 == desk.one("SELECT count(*) FROM adjustments")


def test_borders_that_cannot_be_are_refused(desk, passage):
    """Outside the text, beside the passage, turned round, too far, empty, or in the words of the one who asks."""
    start, end, text = place(desk, passage.excerpt_id)
    asks = text.index("Did that help?")
    for borders, said in [
        ((start, len(text) + 1), "at most 3 turns"),
        ((-1, end), "at most 3 turns"),
        ((end, start), "at most 3 turns"),
        ((start, start), "at most 3 turns"),
        ((start, text.index("toilet.")), "at most 3 turns"),
        ((asks, asks + 5), "some of the words"),
        ((end, end + 1), "some of the words"),
        ((start, asks + 5), "person who asks"),
        (None, "where to begin"),
    ]:
        assert said in refused(desk, passage, "adjust", borders=borders), borders
    assert 0 == desk.one("SELECT count(*) FROM excerpts WHERE segmentation_id = 'adjusted'")


def test_moved_borders_are_taken_back_like_anything_else(desk, passage):
    """The adjustment stands no more."""
    start, end, _ = place(desk, passage.excerpt_id)
    desk.decide(passage, "adjust", borders=(start, end - 10))

    assert "Undone: moved the borders" == desk.undo("Ann").words
    assert 0 == desk.one("SELECT count(*) FROM adjustments a JOIN standing_decisions d ON d.id = a.decision_id")


# The kinds: nothing that was shown can be stored as unseen


def kind_of(desk, served):
    """Finish a reading and return the kind of the coding that it makes."""
    desk.decide(served, "done")
    return desk.one(
        "SELECT kind FROM codings x JOIN decision_sets s USING (decision_id) WHERE coder_id = 'Ann' "
        "QUALIFY row_number() OVER (ORDER BY s.number DESC) = 1"
    )


def test_what_was_drawn_blind_and_met_nothing_is_blind(desk):
    """Displays elsewhere in the transcript do not count."""
    served = desk.blind("Ann", desk.excerpt(SHED))
    desk.show("Ann", desk.excerpt(RANG), review=AT_ONCE)

    assert "blind" == kind_of(desk, served)


@pytest.mark.parametrize(
    ("arm", "reason", "kind"),
    [
        ("blind", "random", "blind"),
        ("blind", "audit", "blind"),
        ("blind", "chosen", "own-first"),
        ("assisted", "random", "own-first"),
        ("assisted", "likely", "own-first"),
    ],
)
def test_only_a_random_draw_makes_a_reading_blind(desk, arm, reason, kind):
    """What the reader chose, or was given for its score, is their own reading first."""
    assert kind == kind_of(desk, desk.serve("Ann", desk.excerpt(SHED), arm, reason))


def test_displays_to_somebody_else_do_not_count(desk):
    """Blindness is a matter between a person and what that person saw."""
    desk.assist(desk.reader("Ben"))
    served = desk.blind("Ann", desk.excerpt(SHED))
    desk.show("Ben", served.excerpt_id, review=AT_ONCE)

    assert "blind" == kind_of(desk, served)


@pytest.mark.parametrize("page", ["passage", "browse", "search", "similar", "nearest"])
@pytest.mark.parametrize("arm", ["blind", "assisted"])
def test_after_a_suggestion_was_shown_on_any_page_a_reading_is_assisted(desk, page, arm):
    """Neither blind nor own-first, whatever the serving says."""
    excerpt = desk.excerpt(SHED)
    assert desk.show("Ann", excerpt, review=AT_ONCE, page=page)[excerpt].suggestions

    assert "assisted" == kind_of(desk, desk.serve("Ann", excerpt, arm, "random"))


@pytest.mark.parametrize("arm", ["blind", "assisted"])
def test_after_a_suggestion_was_shown_on_an_exchange_around_it_a_reading_is_assisted(desk, arm):
    """The characters count, not the excerpt."""
    exchange = desk.excerpt("Would somebody else", "exchange")
    assert desk.show("Ann", exchange, review=AT_ONCE)[exchange].suggestions

    assert "assisted" == kind_of(desk, desk.serve("Ann", desk.excerpt("Would somebody else"), arm, "random"))
    assert "own-first" == kind_of(desk, desk.serve("Ann", desk.excerpt("Could I ring you")))


def test_after_a_suggestion_was_shown_on_an_excerpt_of_an_earlier_segmentation_a_reading_is_assisted(study):
    """Cut in another way, the words are the same."""
    with lasting(study) as desk:
        desk.assist(desk.reader("Ann"))
        old = desk.excerpt(SHED)
        assert desk.show("Ann", old, review=AT_ONCE)[old].suggestions
    study.set("max_words = 40")
    study.run()
    with lasting(study) as desk:
        new = desk.excerpt("told her about the winter")
        assert new != old
        assert "assisted" == kind_of(desk, desk.serve("Ann", new, "blind", "random"))
        assert "own-first" == kind_of(desk, desk.serve("Ann", desk.excerpt("The toilet.")))


def test_after_the_text_was_corrected_a_display_on_the_old_one_still_counts(study):
    """Where no revision holds both, the program does not claim that nothing was seen."""
    with lasting(study) as desk:
        desk.assist(desk.reader("Ann"))
        old = desk.excerpt(SHED)
        assert desk.show("Ann", old, review=AT_ONCE)[old].suggestions
    study.edit("garden.txt", "same plant pot", "same flower pot")
    study.run()
    with lasting(study) as desk:
        new = desk.excerpt("told her about the winter")
        assert new != old
        assert "assisted" == kind_of(desk, desk.serve("Ann", new, "blind", "random"))


@pytest.mark.parametrize("arm", ["blind", "assisted"])
def test_after_anothers_reading_was_shown_a_reading_is_after_talk(desk, arm):
    """A reading tells as much as a suggestion."""
    desk.assist(desk.reader("Ben"))
    excerpt = desk.excerpt(GATE)
    desk.decide(desk.serve("Ben", excerpt), "done", {"choice": "yes"})
    first = desk.serve("Ann", excerpt, arm, "random")
    expected = "blind" if arm == "blind" else "own-first"
    assert expected == kind_of(desk, first)
    assert desk.show("Ann", excerpt, suggestions=False, readings=True)[excerpt].readings

    assert "after-talk" == kind_of(desk, first)
    assert [expected, "after-talk"] == sorted((kind for kind, _, _ in desk.current("Ann")), key=("after-talk").__eq__)


def test_after_an_imported_reading_was_shown_a_reading_is_after_talk(study):
    """Readings made elsewhere are others' readings too."""
    import_codings(study.folder, table(study, whole(study, GATE, "Cleo", "Choice")), "independently")
    with desk_in(study) as desk:
        served = desk.blind(desk.assist(desk.reader("Ann")), desk.excerpt(GATE))
        assert () == desk.show("Ann", served.excerpt_id, readings=True)[served.excerpt_id].readings
        assert "blind" == kind_of(desk, served)
        [reading] = desk.show("Ann", served.excerpt_id, readings=True)[served.excerpt_id].readings
        assert ("imported", ("Choice",)) == (reading.kind, reading.yes)

        assert "after-talk" == kind_of(desk, served)


def test_a_display_in_the_same_moment_is_told_apart_from_what_followed(desk, passage):
    """One request decides and then shows; the clock may stand still, or go back."""
    for _ in range(3):
        desk.decide(passage, "choose", {"common": "yes"})
        desk.now -= desk.now - desk.now.replace(hour=1)
        desk.show("Ann", passage.excerpt_id, review=AT_ONCE)
        desk.decide(passage, "done")
        desk.undo("Ann")

    assert [] == desk.ask("SELECT * FROM doubtful_codings")


# Anything in any order


places = st.sampled_from([SHED, WILL_GO, WINDOW])
marks = st.dictionaries(
    st.sampled_from(["choice", "common", "two-way"]), st.sampled_from(["yes", "no", "not asked"]), min_size=1
)
steps = st.one_of(
    st.tuples(st.just("choose"), places, marks),
    st.tuples(st.sampled_from(["done", "something not on our list"]), places, marks | st.just({})),
    st.tuples(st.sampled_from(["nothing here", "unsure", "skip", "memo", "adjust", "accept", "reject", "all"]), places),
)


def take(desk, step):
    """Do one step of Ann's; suggestions are shown before they are answered."""
    act, where, *given = step
    excerpt = desk.excerpt(where)
    [found] = desk.ask("SELECT id::VARCHAR AS id FROM servings WHERE excerpt_id = $id", id=excerpt) or [None]
    served = desk.served(found["id"]) if found else desk.serve("Ann", excerpt, "blind", "random")
    if act in ("accept", "reject", "all"):
        desk.show("Ann", *map(desk.excerpt, (SHED, WILL_GO, WINDOW)), review=AT_ONCE)
        rows = desk.ask("SELECT excerpt_id, suggestion_id, value_id FROM suggestion_list ORDER BY suggestion_id")
        seen = {row["suggestion_id"] for row in desk.ask("SELECT DISTINCT suggestion_id FROM displays")}
        open_to_ann = [row for row in rows if row["suggestion_id"] in seen]
        here = [row["suggestion_id"] for row in open_to_ann if row["excerpt_id"] == excerpt]
        if act == "all" and open_to_ann:
            all_at_once(desk, [(*row.values(), "accept") for row in open_to_ann])
        elif here and act != "all":
            desk.decide(served, act, suggestion_id=here[0])
        else:
            desk.decide(served, "skip")
    elif act == "adjust":
        start, end, _ = place(desk, excerpt)
        desk.decide(served, act, borders=(start, end - 5))
    else:
        desk.decide(served, act, *given, note="a thought")


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=6))
def test_each_undo_gives_back_exactly_what_was_held_before_the_step(open_study, acts):
    """After k steps and j undos everything is as after k - j steps, down to nothing."""
    with tried(open_study) as desk:
        desk.assist(desk.reader("Ann"))
        states = [desk.state("Ann")]
        for act in acts:
            take(desk, act)
            states.append(desk.state("Ann"))

        for before in reversed(states[:-1]):
            assert desk.undo("Ann") is not None
            assert before == desk.state("Ann")
        assert desk.undo("Ann") is None
        assert ([], []) == states[0] == desk.state("Ann")
