"""The pages on which people propose and consent: what each sees, what is refused in words, and nothing that leaks."""

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
SPOKEN = "<script>alert(1)</script> & “so”"


@pytest.fixture
def passage(study: SmallStudy) -> str:
    """Return a passage that Ann and Ben read differently; Cora has not read it."""
    with lasting(study) as desk:
        for name in ("Ann", "Ben", "Cora"):
            desk.assist(desk.reader(name))
        excerpt = str(desk.excerpt(SHED))
        desk.decide(desk.serve("Ann", excerpt), "done", {"common": "yes"})
        desk.decide(desk.serve("Ben", excerpt), "done")
    return excerpt


@pytest.fixture
def browsers(study: SmallStudy, passage: str) -> Iterator[dict[str, Visitor]]:
    """Serve the study to the browsers of all three."""
    with serving(study.folder, "http://127.0.0.1:8000") as owner:
        opened = {name: visitor(owner, study, follow_redirects=True) for name in ("Ann", "Ben", "Cora")}
        for name, browser in opened.items():
            browser.post("/who", data={"id": str(uuid4()), "reader": name})
        yield opened


def page(browser: Visitor, address: str, status: int = 200) -> str:
    """Return the text of a page, without its tags."""
    answer = browser.get(address)
    assert status == answer.status_code, answer.text
    return plain(answer.text)


def plain(html: str) -> str:
    """Leave the tags of a page out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_from_a_difference_to_consent(browsers, passage):
    """Ann proposes, Ben objects, Ben proposes, Ann can live with it: each sees the others after saying their own."""
    ann, ben = browsers["Ann"], browsers["Ben"]
    address = f"/consent/{passage}"
    assert "Read differently (1)" in page(ann, "/consent")
    assert "You differ on Experiences in common" in page(ann, address)

    proposed = {"id": str(uuid4()), "round": "1", "value": "common", "reason": SPOKEN}
    sent = ann.post(address, data=proposed)
    assert "with the others now" in plain(sent.text)
    assert "Your answer is waited for (1)" in page(ben, "/consent")
    assert "1 proposal waits for your answer" in page(ben, "/")
    assert SPOKEN in page(ben, address)
    assert "Reader A : agrees" not in page(ben, address)
    assert "<script>alert" not in ben.get(address).text

    proposal = re.search(r'name="proposal" value="([\w-]+)"', ben.get(address).text)[1]
    stand = {"proposal": proposal, "position": "object"}
    refused = ben.post(f"{address}/position", data=stand | {"id": str(uuid4()), "reason": ""})
    assert 400 == refused.status_code
    assert "An objection needs a reason" in plain(refused.text)
    ben.post(f"{address}/position", data=stand | {"id": str(uuid4()), "reason": "Nobody says so."})
    assert "Reader A : agrees" in page(ben, address)
    assert "Held by an objection (1)" in page(ann, "/consent")
    assert "Nobody says so." in page(ann, address)

    ben.post(address, data={"id": str(uuid4()), "round": "2", "outcome": "nothing here", "reason": ""})
    proposal = re.search(r'name="proposal" value="([\w-]+)"', ann.get(address).text)[1]
    ann.post(f"{address}/position", data={"id": str(uuid4()), "proposal": proposal, "position": "can live with"})
    assert "It stands." in page(ann, address)
    assert "Stands (1)" in page(ben, "/consent")
    assert "1 proposal waits" not in page(ben, "/")


def test_who_has_not_read_it_sees_nothing_and_cannot_take_part(browsers, passage):
    """Neither page, nor answer, tells Cora of it, whatever she sends."""
    cora = browsers["Cora"]
    assert "There is nothing here for you now" in page(cora, "/consent")
    refused = page(cora, f"/consent/{passage}", 400)
    assert "not open to talk about" in refused
    assert "Experiences" not in refused

    unknown = page(cora, f"/consent/{uuid4().hex}", 400)
    assert refused == unknown
    sent = cora.post(f"/consent/{passage}", data={"id": str(uuid4()), "round": "1", "value": "common"})
    assert 400 == sent.status_code
    assert "not open to talk about" in plain(sent.text)


def test_a_position_on_what_one_may_not_see_is_refused(browsers, study, passage):
    """Whoever knows a proposal's id, and has not read its passage, cannot answer it."""
    address = f"/consent/{passage}"
    proposal = str(uuid4())
    browsers["Ann"].post(address, data={"id": proposal, "round": "1", "value": "common"})

    sent = browsers["Cora"].post(
        f"{address}/position", data={"id": str(uuid4()), "proposal": proposal, "position": "agree"}
    )

    assert 400 == sent.status_code
    with browsers["Ann"].app.state.desk.owner.reading() as db:
        assert [("Ann",)] == db.rows("SELECT coder_id FROM positions")
