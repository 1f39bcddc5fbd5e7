"""The pages on which passages are found, compared, seen in their transcript, and answered together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from scored import let_all_match_equally
from small_study import NAMES, SmallStudy
from starlette.testclient import TestClient
from visitor import visitor

from tagger.config import load_settings
from tagger.review import decisions, readers, servings
from tagger.review.web.visit import now
from tagger.store import Database, Owner, serving

WINDOW = "near the window"
WILL_GO = "I will go. It was a bad one"
GATE = "My neighbour brought me along"


@dataclass(frozen=True)
class House:
    """A served study with one reader, Ann, and a browser that speaks to it."""

    owner: Owner
    browser: TestClient

    def get(self, address: str) -> str:
        """Return a page, which must be there, safe and well formed enough for its forms."""
        answer = self.browser.get(address)
        assert 200 == answer.status_code, answer.text
        assert not re.search(r"<[^>]*\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", answer.text)
        assert 1 == answer.text.count("<h1")
        return str(answer.text)

    def excerpt(self, words: str) -> tuple[str, str]:
        """Return the passage that holds these words, and its transcript."""
        with self.owner.reading() as db:
            [found] = db.rows(
                "SELECT excerpt_id, transcript FROM excerpt_list WHERE kind = 'passage' AND contains(text, $words)",
                {"words": words},
            )
        return found[0], found[1]

    def decided(self, words: str, act: str, coder: str = "ann", **answers: str) -> None:
        """Let somebody decide on a passage of their own choice."""
        excerpt, review, time = self.excerpt(words)[0], load_settings(self.folder).review, now()
        identity = str(uuid4())

        def do(db: Database) -> None:
            chosen = servings.chosen(db, coder, excerpt, review, identity, time)
            decisions.decide(db, id=str(uuid4()), serving=chosen, act=act, answers=answers, now=time)

        self.owner.write(do)

    @property
    def folder(self) -> Any:
        """Return the study's folder."""
        return self.browser.app.state.desk.folder

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT."""
        with self.owner.reading() as db:
            return db.rows(sql)


@pytest.fixture
def house(study: SmallStudy) -> Iterator[House]:
    """Return a served study."""
    with serving(study.folder, "") as owner:
        yield _house(study, owner)


@pytest.fixture
def open_house(study: SmallStudy) -> Iterator[House]:
    """Return a served study in which suggestions come first, none wait blind, and all match equally."""
    study.set("own_first = false")
    study.set("blind_share = 0.0")
    with serving(study.folder, "") as owner:
        owner.write(let_all_match_equally)
        house = _house(study, owner)
        drawn(house)
        yield house


def _house(study: SmallStudy, owner: Owner) -> House:
    time = now()
    owner.write(lambda db: readers.add_reader(db, "ann", "Ann", time))
    return House(owner, visitor(owner, study))


def drawn(house: House) -> None:
    """Draw what Ann is to read without suggestions."""
    review, time = load_settings(house.folder).review, now()
    house.owner.write(lambda db: servings.prepare(db, "ann", "general", review, 1, time))


def shown_texts(page: str) -> list[str]:
    """Return the passages on a page."""
    found = re.findall(r'<p class="words"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [unescape(re.sub("<[^>]*>", "", text)) for text in found]


def fields(page: str, action: str) -> dict[str, list[str]]:
    """Return the hidden fields of the form that is sent to *action*."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    assert form
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_words_are_found_and_marked(house: House) -> None:
    """A search lists the passages with the words in it, and marks them."""
    page = house.get("/browse?text=NEIGHBOUR+brought")

    assert "1 passage found" in page
    assert '<mark class="hit">neighbour brought</mark>' in page
    assert GATE in shown_texts(page)[0]
    assert 17 == len(shown_texts(house.get("/browse")))
    assert "Nothing was found" in house.get("/browse?text=zebra")


def test_an_address_with_slips_still_shows_a_list(house: House) -> None:
    """Unknown choices, absurd pages and markup in the search are harmless."""
    page = house.get("/browse?page=999999999999&mine=bla&text=%3Cscript%3E&value=%27")

    assert "0 passages found" in page
    assert "<script>" not in page
    for address in (
        "/browse?page=-1",
        "/browse?page=x",
        f"/browse?text={'long+' * 500}",
        "/browse?text=%00%F0%9F%99%82",
    ):
        house.get(address)


def test_no_page_names_a_person_or_a_file(house: House) -> None:
    """Only pseudonyms and numbers of transcripts are there."""
    excerpt, transcript = house.excerpt(GATE)
    pages = [house.get(address) for address in ("/browse", f"/similar/{excerpt}", f"/transcript/{transcript}")]

    for page in pages:
        assert not [name for name in (*NAMES, "garden", "Ann") if f">{name}<" in page or f"{name}.txt" in page]


def test_a_value_finds_nothing_unread_while_the_own_reading_comes_first(house: House) -> None:
    """The list says why, shows a suggestion once the passage is read, and stores that it was shown."""
    assert "stays hidden until you have" in house.get("/browse?value=choice")
    assert "0 passages found" in house.get("/browse?value=choice")
    assert [] == house.ask("SELECT 1 FROM displays")
    house.decided(WINDOW, "done", choice="yes")

    page = house.get("/browse?value=choice&mine=yes")
    assert "You said yes to Choice." in page
    assert "Suggested: <strong>Choice</strong> (weak match, <span title=" in page
    assert ">untested</span>)" in page
    assert [("browse", "suggestion")] == house.ask("SELECT DISTINCT page, shown FROM displays")


@pytest.mark.parametrize("share", ["0.0", "1.0"])
def test_who_begins_with_a_search_sees_nothing_that_is_still_to_be_drawn(study: SmallStudy, share: str) -> None:
    """No list suggests anything before it is drawn what this reader reads blind; then only what is not."""
    study.set("own_first = false")
    study.set(f"blind_share = {share}")
    with serving(study.folder, "") as owner:
        house = _house(study, owner)
        addresses = ("/browse?value=choice", f"/similar/{house.excerpt(WINDOW)[0]}", "/browse")
        assert not any("Suggested" in house.get(address) for address in addresses)
        assert [] == house.ask("SELECT 1 FROM displays")
        drawn(house)

        assert {share == "0.0"} == {"Suggested" in house.get(address) for address in addresses}


def test_each_row_leads_to_reading_the_transcript_and_similar_passages(house: House) -> None:
    """A button to read it, a link into its transcript, and one to passages like it."""
    excerpt, transcript = house.excerpt(GATE)
    page = house.get("/browse?text=neighbour+brought")

    assert [excerpt] == fields(page, "/read/choose")["excerpt"]
    assert f'href="/transcript/{transcript}?excerpt={excerpt}#excerpt"' in page
    assert f'href="/similar/{excerpt}"' in page
    answer = house.browser.post("/read/choose", data={"excerpt": excerpt, "id": str(uuid4())}, follow_redirects=False)
    assert answer.headers["location"].startswith("/read/")


def test_a_transcript_shows_everything_that_was_said_with_the_passage_marked(house: House) -> None:
    """All turns are there, whoever asks is marked, the passage is the target of its link, and nothing is suggested."""
    house.decided(WINDOW, "done")
    excerpt, transcript = house.excerpt(WINDOW)
    page = house.get(f"/transcript/{transcript}?excerpt={excerpt}")

    assert 1 == page.count('id="excerpt"')
    assert 4 == page.count('class="turn')
    assert 2 == page.count('<span class="chip">asks</span>')
    assert "Suggested" not in page
    assert [] == house.ask("SELECT 1 FROM displays")
    assert 0 == house.get(f"/transcript/{transcript}").count('id="excerpt"')
    other, _ = house.excerpt(GATE)
    assert 0 == house.get(f"/transcript/{transcript}?excerpt={other}").count('id="excerpt"')


def test_similar_passages_are_shown_under_the_same_rules(house: House) -> None:
    """Twelve alike and four unlike ones, with nothing suggested on what is not read."""
    excerpt, _ = house.excerpt(GATE)
    page = house.get(f"/similar/{excerpt}")

    assert 1 + 12 + 4 == len(shown_texts(page))
    assert "Suggested" not in page
    assert 17 == len(set(shown_texts(page)))


@pytest.mark.parametrize("address", ["/similar/nothing", "/transcript/nothing", "/transcript/nothing?excerpt=nothing"])
def test_what_is_not_there_is_said_in_plain_words(house: House, address: str) -> None:
    """A wrong address is answered with a page that leads on."""
    answer = house.browser.get(address)

    assert 400 == answer.status_code
    assert "in this study" in answer.text


def test_answers_to_many_wait_for_blind_readings(open_house: House) -> None:
    """The list says how many passages must be read without suggestions first; the address of the page leads back."""
    page = open_house.get("/browse?value=choice")

    assert "cannot be answered together yet: at least 17 more passages" in page
    assert "Yes to all" not in page
    answer = open_house.browser.get("/browse/together?value=choice&answer=accept", follow_redirects=False)
    assert "/browse?value=choice" == answer.headers["location"]


def test_many_suggestions_are_answered_together_and_taken_back(open_house: House) -> None:
    """A page of confirmation with what it is about, one step that says what it did, and a button that undoes it."""
    _read_blind(open_house)
    open_house.browser.post("/who", data={"reader": "ann"})
    page = open_house.get("/browse?value=choice")
    assert "Yes to all 2" in page
    page = open_house.get("/browse/together?value=choice&answer=accept")
    assert "Yes to Choice on 2 passages?" in page
    assert 2 == len(shown_texts(page))

    sent = fields(page, "/browse/together")
    for _ in range(2):
        answer = open_house.browser.post("/browse/together", data=sent, follow_redirects=False)
        assert {"value": ["choice"], "done": ["1"]} == parse_qs(urlsplit(answer.headers["location"]).query)
    page = open_house.get(answer.headers["location"])
    assert "Done: yes to Choice on 2 passages." in page
    accepted = "SELECT kind, outcome FROM current_codings WHERE coder_id = 'ann'"
    assert [("assisted", "values")] * 2 == open_house.ask(accepted)

    open_house.browser.post("/undo", data=fields(page, "/undo"))
    assert [] == open_house.ask(accepted)
    assert "Yes to all 2" in open_house.get("/browse?value=choice")


def test_nothing_that_a_form_names_is_answered_unless_it_is_on_offer(open_house: House) -> None:
    """A made-up or outdated form stores nothing and says so."""
    [(suggestion,)] = open_house.ask("SELECT min(suggestion_id) FROM suggestion_list WHERE value_id = 'choice'")
    data = {"id": str(uuid4()), "value": "choice", "answer": "accept", "suggestion": suggestion}
    answer = open_house.browser.post("/browse/together", data=data)

    assert 400 == answer.status_code
    assert "nothing left to answer" in answer.text
    assert [] == open_house.ask("SELECT 1 FROM decisions")


def _read_blind(house: House) -> None:
    """Let Ben read every passage without suggestions."""
    time, blind = now(), load_settings(house.folder).review

    def read(db: Database) -> None:
        readers.add_reader(db, "ben", "Ben", time)
        review = replace(blind, blind_share=1.0, read="all")
        servings.prepare(db, "ben", "general", review, 1, time)
        while one := servings.next_serving(
            db, "ben", servings.Queue("general", read="all"), review, str(uuid4()), time
        ):
            decisions.decide(db, id=str(uuid4()), serving=one, act="done", now=time)

    house.owner.write(read)
