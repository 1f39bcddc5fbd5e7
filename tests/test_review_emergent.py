"""What is not on the list, for one reader: others' marks after their own reading, and from a group to a proposal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import pytest
from desk import Desk, lasting
from small_study import SmallStudy
from test_review_list_pages import HOPE, page, proposed
from test_steps_emergent import GATE, RANG, SHED, alike, mark
from visitor import Visitor, visitor

from tagger.steps import emergent as steps
from tagger.store import Owner, serving

NAMES = ("Ann", "Ben", "Cora")
MISSING = "/list/missing"


@pytest.fixture
def marked(study: SmallStudy) -> SmallStudy:
    """
    Return a study in which two passages say something alike.

    Ann marked both, and Ben has read one of them and sees a value there; Cora has read nothing.
    """
    with lasting(study) as desk:
        for name in NAMES:
            desk.assist(desk.reader(name))
        alike(desk, GATE, RANG)
        for holding in (GATE, RANG):
            mark(desk, "Ann", holding, "done")
        read(desk, "Ben", GATE)
    return study


def read(desk: Desk, coder: str, holding: str) -> None:
    """Let somebody read a passage to the end."""
    desk.decide(desk.serve(coder, desk.excerpt(holding)), "done", {"choice": "yes"})


@pytest.fixture
def owner(marked: SmallStudy) -> Iterator[Owner]:
    """Serve the study."""
    with serving(marked.folder, "http://127.0.0.1:8000") as owner:
        yield owner


@pytest.fixture
def browsers(marked: SmallStudy, owner: Owner) -> dict[str, Visitor]:
    """Return the browsers of all three."""
    opened = {name: visitor(owner, marked, follow_redirects=True) for name in NAMES}
    for name, browser in opened.items():
        browser.post("/who", data={"id": str(uuid4()), "reader": name})
    return opened


def ask(owner: Owner, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a SELECT."""
    with owner.reading() as db:
        return db.rows(sql)


def displays(owner: Owner, coder: str) -> list[tuple[object, ...]]:
    """Return what was shown of others to somebody: the words of the passage, and the page."""
    return ask(
        owner,
        "SELECT e.text, d.page FROM displays d JOIN excerpts e ON e.id = d.excerpt_id "
        f"WHERE d.coder_id = '{coder}' AND d.shown = 'reading'",
    )


def excerpt(owner: Owner, holding: str) -> str:
    """Return the id of the passage that holds these words."""
    sql = f"SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' AND contains(text, '{holding}')"
    [(found,)] = ask(owner, sql)
    return str(found)


def test_a_reader_sees_their_own_marks_and_others_after_their_own_reading(browsers, owner):
    """Ann sees a group of two, Ben the one that he has read, on its own, and Cora nothing; what Ben saw is recorded."""
    ann, ben, cora = (page(browsers[name], MISSING) for name in NAMES)

    assert "Group 1 2 passages, from 1 transcript, 1 participant and 1 context (general)." in ann
    assert GATE in ann
    assert RANG in ann
    assert "Like no other (1) No two passages here say something alike so far." in ben
    assert GATE in ben
    assert RANG not in ben
    assert "There is nothing here yet." in cora
    assert [] == displays(owner, "Ann") == displays(owner, "Cora")
    [(text, where)] = displays(owner, "Ben")
    assert GATE in str(text)
    assert "not on the list" == where


def test_what_was_shown_is_recorded_once(browsers, owner):
    """However often somebody looks."""
    for _ in range(2):
        page(browsers["Ben"], MISSING)

    assert 1 == len(displays(owner, "Ben"))


def test_a_group_is_found_by_any_of_its_passages_by_those_who_see_it(browsers, owner):
    """To Ben a passage that he has not read is in no group, whether or not anybody marked it."""
    for holding in (GATE, RANG):
        told = page(browsers["Ann"], f"{MISSING}/{excerpt(owner, holding)}")
        assert GATE in told
        assert RANG in told
    hidden = page(browsers["Ben"], f"{MISSING}/{excerpt(owner, RANG)}", 400)
    assert "no group that you can see holds this passage" in hidden.lower()
    assert hidden == page(browsers["Ben"], f"{MISSING}/{excerpt(owner, SHED)}", 400)


def test_a_group_becomes_a_proposal_in_somebodys_own_words(browsers, owner):
    """Its passages go with the proposal, and each reader is shown those that they have read."""
    ann, ben, cora = (browsers[name] for name in NAMES)
    group = f"{MISSING}/{excerpt(owner, GATE)}"
    [link] = re.findall(r'href="(/list/propose\?group=[^"]*)"', ann.get(group).text)
    choice = ann.get(unescape(link)).text
    [form] = [unescape(one) for one in re.findall(r'href="([^"]*)"', choice) if "kind=new" in one]
    assert not re.search(r'<(input id="name"|textarea)[^>]*value="[^"]+"', ann.get(form).text)

    change = proposed(ann, form, **HOPE)

    assert {excerpt(owner, GATE), excerpt(owner, RANG)} == {
        one for (one,) in ask(owner, "SELECT excerpt_id FROM framework_change_excerpts")
    }
    assert [("emergent",)] == ask(owner, "SELECT origin FROM framework_changes")
    assert "You marked this as something not on our list." in page(ann, change)
    told = page(ben, change)
    assert GATE in told
    assert RANG not in told
    assert "Somebody thought of this passage." in told
    assert ["a change of the list"] == [where for _, where in displays(owner, "Ben")]
    assert GATE not in page(cora, change)
    assert [] == displays(owner, "Cora")


def test_a_refused_form_keeps_the_passages_of_its_group(browsers, owner):
    """And what was written."""
    address = f"/list/propose?kind=new&group={excerpt(owner, GATE)}"
    html = browsers["Ann"].get(address).text
    hidden = {n: unescape(v) for n, v in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)}

    refused = browsers["Ann"].post("/list/propose", data={**hidden, **HOPE, "reason": ""})

    assert 400 == refused.status_code
    assert hidden["excerpts"] in refused.text
    assert 2 == len(hidden["excerpts"].split())
    assert GATE in refused.text


def test_words_of_who_may_not_be_quoted_are_left_out(browsers, owner):
    """On the page, on the group's and in the form; where they are said is told."""

    def forbid(db):
        desk = Desk(db)
        [(participant,)] = db.rows("SELECT participant_id FROM speaker_list s JOIN excerpts e USING (transcript_id) "
                                   f"WHERE e.id = '{gate}' AND NOT asks LIMIT 1")  # fmt: skip
        desk.add("permissions", participant_id=participant, may_process=True, may_quote=False, recorded_at=desk.now)

    gate = excerpt(owner, GATE)
    owner.write(forbid)

    for address in (MISSING, f"{MISSING}/{gate}", f"/list/propose?kind=new&group={gate}"):
        told = page(browsers["Ann"], address)
        assert GATE not in told
        assert "not be quoted" in told or "asked not to be quoted" in told


def test_groups_are_worked_out_once_for_the_same_passages(browsers, monkeypatch):
    """And again when there is another one; the writer finds them done."""
    made = []
    grouped = steps.grouped
    monkeypatch.setattr(steps, "grouped", lambda *given: made.append(len(given[0])) or grouped(*given))

    for _ in range(2):
        page(browsers["Ann"], MISSING)
    assert [2] == made
    page(browsers["Ben"], MISSING)

    assert [2, 1] == made


def test_many_groups_are_shown_in_part_unless_all_are_asked_for(browsers, monkeypatch):
    """The page stays short."""
    monkeypatch.setattr("tagger.review.web.pages.emergent.MOST_GROUPS", 0)

    assert GATE not in page(browsers["Ann"], MISSING)
    assert "Show all groups and passages" in page(browsers["Ann"], MISSING)
    assert GATE in page(browsers["Ann"], f"{MISSING}?groups=all")


def test_the_list_leads_there(browsers):
    """For everybody alike, whether or not there is anything."""
    for browser in browsers.values():
        assert f'href="{MISSING}"' in browser.get("/list").text
