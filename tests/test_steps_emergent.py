"""Tests of what people marked as not on the list: which passages count, how it is told, and what leaves the study."""

from __future__ import annotations

import csv
import re

import pytest
from desk import desk_in, lasting

from tagger.framework_edits import Place, Words, added
from tagger.frameworks import digest
from tagger.review.datasets import framework as stored
from tagger.steps.emergent import Group, Passage, gathered, readings, table
from tagger.steps.workplace import framework_rows

GATE = "My neighbour brought me along"
SHED = "a thing about the night shift"
RANG = "She rang me when my brother was ill"
WILL_GO = "I will go. It was a bad one"
UNLISTED = "something not on our list"


@pytest.fixture
def desk(study):
    """Return a desk with two readers."""
    with desk_in(study) as desk:
        for name in ("Ann", "Ben"):
            desk.assist(desk.reader(name))
        yield desk


def mark(desk, coder, holding, *acts):
    """Let somebody mark a passage as not on the list, and do more with it; return the serving."""
    served = desk.serve(coder, desk.excerpt(holding))
    desk.decide(served, UNLISTED)
    for act in acts:
        desk.decide(served, act)
    return served


def alike(desk, one, *others):
    """Let what is stored of some passages be what is stored of another one."""
    ids = [desk.excerpt(holding) for holding in others]
    desk.db.run(
        "UPDATE vectors SET vector = (SELECT v.vector FROM vectors v JOIN excerpts e ON e.text_key = v.text_key "
        "WHERE e.id = $one AND v.part = 0) "
        "WHERE part = 0 AND text_key IN (SELECT text_key FROM excerpts WHERE list_contains($ids, id))",
        {"one": desk.excerpt(one), "ids": ids},
    )


def found(desk):
    """Group all that anybody said."""
    return gathered(desk.db, readings(desk.db))


def here(desk):
    """Return why each passage is here, by its excerpt."""
    return {one.excerpt_id: one.why for one in found(desk).passages()}


def test_a_passage_is_here_once_somebody_marked_it(desk):
    """Whether or not they have said Done; how many people did is told."""
    mark(desk, "Ann", GATE)
    mark(desk, "Ben", GATE, "done")
    mark(desk, "Ann", SHED, "done")

    assert {desk.excerpt(GATE): "marked by 2 people", desk.excerpt(SHED): "marked by 1 person"} == here(desk)


@pytest.mark.parametrize("act", ["nothing here", "unsure", "skip"])
def test_what_was_left_otherwise_is_not_here(desk, act):
    """Nothing here is a different act, and never feeds this; nor does what was taken back by saying so."""
    desk.decide(desk.serve("Ben", desk.excerpt(SHED)), act)
    mark(desk, "Ann", GATE, act)

    assert {} == here(desk)


def test_a_mark_that_was_undone_is_not_here(desk):
    """Undo takes it back."""
    mark(desk, "Ann", GATE)
    desk.undo("Ann")

    assert {} == here(desk)


def test_a_mark_is_answered_by_a_value_that_the_list_did_not_have_then(desk):
    """Another value of the old list beside the mark is no answer to it."""
    served = mark(desk, "Ann", GATE)
    desk.decide(served, "done", {"choice": "yes"})
    assert 1 == len(here(desk))
    base = stored(desk.db, served.framework_id)
    hope = added(base, "1.1", Words("Hope", "Seeing that it can be better.", {}), Place("only"))
    for name, rows in framework_rows(hope).items():
        if rows:
            desk.add_all(name, rows)
    newest = desk.one("SELECT max(number) AS n FROM scoring_uses")
    [scoring] = desk.ask("SELECT * FROM scorings s JOIN newest_scorings n ON n.scoring_id = s.id")
    columns = ("dataset", "model_id", "segmentation_id", "settings", "run_id", "learned_id")
    new = {name: scoring[name] for name in columns if name in scoring} | {"id": "new", "framework_id": digest(hope)}
    desk.add("scorings", **new)
    [use] = desk.ask("SELECT * FROM scoring_uses WHERE number = $n", n=newest)
    desk.add("scoring_uses", **{**use, "scoring_id": "new", "number": newest + 1})

    again = desk.serve("Ann", desk.excerpt(GATE))
    desk.decide(again, "choose", {"hope": "yes"})

    assert {} == here(desk)


def test_a_passage_is_here_once_suggestions_were_often_rejected_for_something_else(desk):
    """Once is not often; rejected alone, or for another suggestion, is no sign that the list lacks a word."""
    rows = desk.ask("SELECT excerpt_id, value_id FROM suggestion_list WHERE kind = 'passage' ORDER BY excerpt_id")
    own = {row["excerpt_id"]: row["value_id"] for row in rows}
    excerpt = next(one for one in own if 1 == sum(row["excerpt_id"] == one for row in rows))
    rejected, other = own[excerpt], next(value for value in ("choice", "common") if value != own[excerpt])

    def relabel(coder, *, instead):
        served = desk.serve(coder, excerpt)
        desk.decide(served, "done", {})
        desk.show(coder, excerpt)
        desk.decide(served, "reject", suggestion_id=desk.suggestion(excerpt, rejected))
        if instead:
            desk.decide(served, "choose", {other: "yes"})

    relabel("Ann", instead=True)
    assert {} == here(desk)
    relabel("Ben", instead=False)
    assert {} == here(desk)
    desk.assist(desk.reader("Cora"))
    relabel("Cora", instead=True)

    assert {excerpt: "2 suggestions rejected for something else"} == here(desk)


def test_passages_that_say_something_alike_are_one_group_and_the_others_on_their_own(desk):
    """A group says how many there are, and how far they are spread."""
    for holding in (GATE, RANG, WILL_GO, SHED):
        mark(desk, "Ann", holding)
    alike(desk, GATE, RANG, WILL_GO)

    made = found(desk)

    [group] = made.groups
    assert {desk.excerpt(one) for one in (GATE, RANG, WILL_GO)} == {one.excerpt_id for one in group.passages}
    assert "3 passages, from 2 transcripts, 2 participants and 1 context (general)" == group.words
    assert "small" == group.framework
    assert [desk.excerpt(SHED)] == [one.excerpt_id for one in made.alone]
    assert group == made.group_of(desk.excerpt(RANG))
    assert made.alone == made.group_of(desk.excerpt(SHED)).passages
    assert made.group_of("nobody's") is None


def test_passages_without_vectors_are_on_their_own(desk):
    """As those with borders that somebody moved are."""
    desk.db.run("DELETE FROM vectors")
    mark(desk, "Ann", GATE)
    mark(desk, "Ann", RANG)

    assert ((), 2) == (found(desk).groups, len(found(desk).alone))


def test_reflections_of_those_who_read_are_not_among_what_participants_said(desk):
    """They are kept apart."""
    mark(desk, "Ann", GATE)
    mark(desk, "Ann", WILL_GO)
    about = {"id": desk.excerpt(GATE)}
    desk.db.run(
        "UPDATE transcripts SET kind = 'reflection' WHERE id = (SELECT transcript_id FROM excerpts WHERE id = $id)",
        about,
    )

    assert {desk.excerpt(WILL_GO)} == set(here(desk))


def test_words_of_who_may_not_be_quoted_stay_in_the_study(desk):
    """The passage counts, and its words are left out."""
    mark(desk, "Ann", GATE)
    [participant] = found(desk).alone[0].participants
    desk.add("permissions", participant_id=participant, may_process=True, may_quote=False, recorded_at=desk.tick())

    [row] = table(found(desk)).to_pylist()

    assert ("(may not be quoted)", participant, 1) == (row["text"], row["participant"], row["marked_by"])


def test_who_speaks_is_told_where_it_is_known():
    """Unknown speech has a place all the same, and a group of it no count of people."""
    passage = Passage("e", "t", "general", 2, (), "So it goes.", 1, 0, ("small",))

    assert "not named, general 2" == passage.place
    assert "1 passage, from 1 transcript and 1 context (general)" == Group((passage,)).words


@pytest.fixture
def marked(study):
    """Return a study in which Ann marked passages, two of them alike."""
    with lasting(study) as desk:
        desk.assist(desk.reader("Ann"))
        for holding in (GATE, RANG, SHED):
            mark(desk, "Ann", holding, "done")
        alike(desk, GATE, RANG)
    return study


def test_the_command_prints_groups_as_quotes_without_names(marked, tagger):
    """Groups have numbers; what is like no other comes last."""
    said = tagger("emergent", "--study", marked.folder, "--quotes", 1)

    assert 0 == said.code
    words = " ".join(said.out.split())
    assert "Group 1: 2 passages, from 1 transcript, 1 participant and 1 context (general)." in words
    assert re.search(r"\(general\)\. P\d\d, general \d \(marked by 1 person\): ", words)
    assert "And 1 more. Like no other: 1 passage." in words
    assert words.index("Like no other") < words.index(SHED)


def test_where_nobody_marked_anything_it_is_said_where_one_does(study, tagger):
    """At the terminal and in the export."""
    for arguments in (("emergent",), ("export", "--what", "emergent", "--to", "csv", "-o", study.home / "e.csv")):
        said = tagger(*arguments, "--study", study.folder)
        assert 0 == said.code
        assert "Nobody has marked anything as not on the list yet." in said.out


def test_the_export_has_a_row_for_each_passage(marked, tagger):
    """The group is empty where a passage is on its own."""
    file = marked.home / "emergent.csv"

    assert 0 == tagger("export", "--what", "emergent", "--to", "csv", "-o", file, "--study", marked.folder).code

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert ["1", "1", ""] == [row["group"] for row in rows]
    assert {"marked by 1 person"} == {row["why"] for row in rows}
    assert SHED in rows[-1]["text"]
