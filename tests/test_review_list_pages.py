"""The pages of the list: seen, changed together, and no passage shown to those who have not read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import pytest
from desk import lasting
from small_study import SmallStudy
from visitor import Visitor, visitor

from tagger.store import serving

SHED = "a thing about the night shift"
NAMES = ("Ann", "Ben", "Cora")


@pytest.fixture
def passage(study: SmallStudy) -> str:
    """Return a passage that Ann marked as something not on the list; nobody else has read it."""
    with lasting(study) as desk:
        for name in NAMES:
            desk.assist(desk.reader(name))
        excerpt = str(desk.excerpt(SHED))
        desk.decide(desk.serve("Ann", excerpt), "something not on our list")
    return excerpt


@pytest.fixture
def browsers(study: SmallStudy, passage: str) -> Iterator[dict[str, Visitor]]:
    """Serve the study to the browsers of all three."""
    with serving(study.folder, "http://127.0.0.1:8000") as owner:
        opened = {name: visitor(owner, study, follow_redirects=True) for name in NAMES}
        for name, browser in opened.items():
            browser.post("/who", data={"id": str(uuid4()), "reader": name})
        yield opened


def plain(html: str) -> str:
    """Leave the tags of a page out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def page(browser: Visitor, address: str, status: int = 200) -> str:
    """Return the text of a page."""
    answer = browser.get(address)
    assert status == answer.status_code, answer.text
    return plain(answer.text)


def filled(browser: Visitor, address: str, **fields: str) -> dict[str, str]:
    """Return what the form of a page sends when somebody fills some of it in."""
    html = browser.get(address).text
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {**{name: unescape(value) for name, value in hidden}, **fields}


def proposed(browser: Visitor, address: str, **fields: str) -> str:
    """Propose a change with a form; return the address of the change."""
    answer = browser.post("/list/propose", data=filled(browser, address, **fields))
    assert 200 == answer.status_code, plain(answer.text)
    return str(answer.url.path)


def say(browser: Visitor, address: str, position: str, reason: str = "") -> str:
    """State where somebody stands on a change."""
    data = filled(browser, address, position=position, reason=reason)
    answer = browser.post(f"{address}/position", data=data)
    return plain(answer.text)


HOPE = {
    "name": "Hope",
    "definition": "Seeing that it can be better.",
    "layer": "only",
    "reason": "It is missing",
}


def test_a_passage_leads_to_a_change_that_is_agreed_on(browsers, passage):
    """Ann's passage is quoted to her alone; all consent, and the list has the new value."""
    ann, ben, cora = (browsers[name] for name in NAMES)
    address = f"/list/propose?kind=new&excerpt={passage}"
    assert SHED in page(ann, address)
    assert SHED not in page(ben, address)

    change = proposed(ann, address, **HOPE)

    assert SHED in page(ann, change)
    assert SHED not in page(ben, change)
    assert "1 change of the list waits for your answer" in page(ben, "/")
    assert "Your answer is waited for (1)" in page(ben, "/list")
    assert "Hope is new, in the layer" in page(ben, change)
    assert "What the others say is shown once you have said" in page(ben, change)
    assert "needs a reason" in say(ben, change, "object")
    say(ben, change, "agree")
    assert "it is agreed" in say(cora, change, "can live with", "I would say Courage")
    assert "It is agreed" in page(ann, change)
    assert "Hope" in page(ann, "/list")


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        (
            "reword&value=choice",
            {"name": "Having a say", "definition": "x", "holds": "same"},
            "is now called Having a say",
        ),
        ("move", {"value": "choice", "layer": "only", "new_layer": "On top"}, "There is a new layer, 'On top'"),
        ("retire", {"value": "choice"}, "is retired"),
        (
            "split&value=choice",
            {"a-name": "Choice", "a-definition": "a", "b-name": "Control", "b-definition": "b"},
            "is split into Choice and Control",
        ),
    ],
)
def test_each_kind_of_change_is_told_in_plain_words(browsers, kind, fields, told):
    """A form for each kind of change; the page of the change says what it does."""
    ann = browsers["Ann"]
    address = proposed(ann, f"/list/propose?kind={kind}", reason="We talked about it", **fields)

    assert told in page(ann, address)


def test_a_form_that_is_refused_keeps_what_was_written(browsers):
    """What is missing is said, and nothing has to be written twice."""
    ann = browsers["Ann"]
    data = filled(ann, "/list/propose?kind=new", **{**HOPE, "layer": "nowhere"})
    answer = ann.post("/list/propose", data=data)

    assert 400 == answer.status_code
    assert "No layer is chosen" in plain(answer.text)
    assert "Seeing that it can be better." in plain(answer.text)


def test_an_objection_is_taken_up_in_another_round(browsers):
    """The amended form belongs to the same change, and both rounds are shown."""
    ann, ben, cora = (browsers[name] for name in NAMES)
    change = proposed(ann, "/list/propose?kind=new", **HOPE)
    say(ben, change, "object", "Too big a word")
    assert "Held by an objection (1)" in page(ann, "/list")

    again = f"/list/propose?kind=new&change={change.rsplit('/', 1)[1]}"
    assert change == proposed(ben, again, **{**HOPE, "name": "Looking forward"})

    assert "Proposal 2" in page(ann, change)
    say(ann, change, "agree")
    assert "it is agreed" in say(cora, change, "agree")


def test_a_change_that_is_not_there(browsers):
    """An address that somebody made up is answered in words."""
    assert "there is no such change" in page(browsers["Ann"], f"/list/changes/{uuid4()}", 400)
