"""The pages that take care of people, and the progress page: what they show, keep, and leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from uuid import uuid4

import pytest
from small_study import SmallStudy
from starlette.testclient import TestClient
from visitor import AT_HOME, visitor

from tagger.review.readers import add_reader
from tagger.store import Database, Owner, serving

HOST = AT_HOME.address
NOW = datetime(2026, 5, 4, 9, 30)


@pytest.fixture
def owner(study: SmallStudy) -> Iterator[Owner]:
    """Own a tagged study in which Wren alone reads."""
    with serving(study.folder, HOST) as owner:
        owner.write(lambda database: add_reader(database, "wren", "Wren", NOW))
        yield owner


@pytest.fixture
def browser(owner: Owner, study: SmallStudy) -> Iterator[TestClient]:
    """Return a browser that follows no redirect by itself."""
    with visitor(owner, study, follow_redirects=False) as client:
        yield client


def _place(owner: Owner) -> dict[str, str]:
    with owner.reading() as database:
        sql = "SELECT transcript, excerpt_id FROM excerpt_list WHERE kind = 'passage' ORDER BY ALL"
        transcript, excerpt = database.rows(sql)[0]
    return {"transcript": transcript, "excerpt": excerpt}


def test_a_note_is_added_and_one_is_back_where_one_was(browser: TestClient, owner: Owner) -> None:
    """The form answers with the page that it came from, and the note is said there from now on."""
    place = _place(owner)
    note = {"id": str(uuid4()), "note": "about <b>winter</b>", "back": "/read/1?whole=1"} | place

    answers = [browser.post("/notes", data=note) for _ in range(2)]
    shown = browser.get("/notes", params=place)

    assert [(303, "/read/1?whole=1")] * 2 == [(answer.status_code, answer.headers["location"]) for answer in answers]
    assert 1 == shown.text.count('<span dir="auto">about &lt;b&gt;winter&lt;/b&gt;</span>')


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "read", ""]
)
def test_a_form_never_leads_to_another_site(browser: TestClient, owner: Owner, back: str) -> None:
    """Only a path of ours is gone back to."""
    note = {"id": str(uuid4()), "note": "about winter", "back": back} | _place(owner)

    assert "/" == browser.post("/notes", data=note).headers["location"]
    page = browser.get("/notes", params=_place(owner) | {"back": back}).text
    assert {"/"} == set(re.findall(r'name="back" value="([^"]*)"', page))


def test_a_note_is_taken_away(browser: TestClient, owner: Owner) -> None:
    """The button beside a note takes it away, and is gone with it."""
    place = _place(owner)
    browser.post("/notes", data={"id": str(uuid4()), "note": "about winter"} | place)
    shown = re.search(r'name="note" value="([^"]+)"', browser.get("/notes", params=place).text)
    assert shown

    answer = browser.post("/notes/remove", data={"note": shown[1], "back": "/browse"})

    assert "/browse" == answer.headers["location"]
    assert "Nobody has written a note yet" in browser.get("/notes", params=place).text


def test_an_empty_note_is_explained(browser: TestClient, owner: Owner) -> None:
    """What cannot be stored is said in words, with what to do."""
    answer = browser.post("/notes", data={"id": str(uuid4()), "note": " "} | _place(owner))

    assert 400 == answer.status_code
    assert "Write a few words" in answer.text


def test_the_pause_is_quiet_and_leads_back(browser: TestClient) -> None:
    """It says that all is saved, counts nothing down, and leads to where one came from."""
    page = browser.get("/pause", headers={"referer": f"{HOST}/read/1?whole=1"})

    assert "Everything you did is saved" in page.text
    assert 'href="/read/1?whole=1"' in page.text
    assert not re.search(r"timer|countdown|http-equiv|data-seconds", page.text)


@pytest.mark.parametrize("referer", ["https://elsewhere.example/read", f"{HOST}/pause", "not an address", ""])
def test_from_nowhere_the_pause_leads_to_the_first_page(browser: TestClient, referer: str) -> None:
    """A page of another site, or the pause itself, is not gone back to."""
    page = browser.get("/pause", headers={"referer": referer})

    assert 200 == page.status_code
    assert '<a class="button" href="/">' in page.text


def test_the_teams_own_words_are_on_the_pause(browser: TestClient, study: SmallStudy) -> None:
    """If the study's folder holds care.txt, its paragraphs and lines are shown as they are."""
    without = browser.get("/pause").text
    (study.folder / "care.txt").write_bytes("Ring Sal <on Fridays>.\r\n\r\nThe café\r\nis open.\r\n".encode("cp1252"))

    page = browser.get("/pause").text

    assert "From your team" not in without
    assert "From your team" in page
    assert "Ring Sal &lt;on Fridays&gt;." in page
    assert "The café<br>is open." in page


def test_a_damaged_file_of_the_team_is_left_out(browser: TestClient, study: SmallStudy) -> None:
    """A page to rest on does not fail over a file."""
    (study.folder / "care.txt").write_bytes(bytes(range(32)) * 40)

    assert "From your team" not in browser.get("/pause").text


def test_preferences_are_kept_and_used(browser: TestClient) -> None:
    """What is saved is shown again, and the next page looks like it."""
    answer = browser.post("/preferences", data={"theme": "dark", "rest_after": "20", "key:accept": "j"})
    page = browser.get("/preferences").text

    assert (303, "/preferences") == (answer.status_code, answer.headers["location"])
    assert 'data-theme="dark"' in page
    assert 'data-after="20"' in page
    assert 'name="key:accept" value="j"' in page
    assert 'name="text_size" value="normal" checked' in page


def test_what_cannot_be_preferred_is_said_beside_what_was_written(browser: TestClient) -> None:
    """Two acts on one key: nothing is stored, nothing that was written is lost."""
    answer = browser.post("/preferences", data={"theme": "dark", "key:accept": "n"})

    assert 400 == answer.status_code
    assert "the key n would stand for both" in unescape(answer.text)
    assert 'value="dark" checked' in answer.text
    assert 'name="key:accept" value="n"' in answer.text
    assert 'data-theme="auto"' in browser.get("/preferences").text


def test_the_usual_keys_come_back_with_one_button(browser: TestClient) -> None:
    """Whatever the fields hold, the button brings all defaults back."""
    browser.post("/preferences", data={"key:accept": "j"})

    browser.post("/preferences", data={"key:accept": "j", "key:undo": "j", "usual": "keys"})

    assert 'name="key:accept" value="y"' in browser.get("/preferences").text


def test_the_progress_page_says_what_the_machine_learned_from(browser: TestClient) -> None:
    """Nothing yet, and why some readings will never teach it."""
    page = browser.get("/progress").text

    assert "<strong>Nothing yet.</strong>" in page
    assert "its own echo" in page
    assert "You have read 0 passages" in page


def test_once_something_was_learned_the_progress_page_says_from_how_much(browser: TestClient, owner: Owner) -> None:
    """By dataset, from passages and transcripts, and of no reader."""

    def learn(database: Database) -> None:
        scoring = "SELECT scoring_id, framework, framework_id, model_id FROM newest_scorings"
        database.run(
            f"INSERT INTO learned SELECT 'l1', framework, framework_id, model_id, 1, 40, 2, 6, '{{}}', 'r1', $at "
            f"FROM ({scoring})",
            {"at": NOW},
        )
        database.run("UPDATE scorings SET learned_id = 'l1'")

    owner.write(learn)
    page = browser.get("/progress").text

    assert "<strong>general</strong>: from 40 passages of 6 transcripts, on 4 May 2026." in page
    assert "Nothing yet." not in page


def test_every_chart_has_a_name_and_a_table(browser: TestClient) -> None:
    """Each picture names itself for those who hear the page, and a table says the same; no element has a style."""
    page = browser.get("/progress").text

    pictures = re.findall(r"<svg[^>]*>", page)
    assert pictures
    assert all('role="img"' in picture for picture in pictures)
    assert all(name in page for name in re.findall(r'aria-labelledby="([^"]+)"', page))
    assert "style=" not in page
    assert "<caption" in page


def test_nobody_is_named_on_the_progress_page(browser: TestClient, owner: Owner) -> None:
    """Another reader's name and letter are not on it."""
    owner.write(lambda database: add_reader(database, "imani", "Imani", NOW.replace(hour=10)))
    browser.post("/who", data={"reader": "wren"})

    page = browser.get("/progress").text

    assert "Wren" in page
    assert "Imani" not in page
    assert "Reader " not in page


def test_an_empty_study_has_a_progress_page(fresh: SmallStudy) -> None:
    """Before any transcript was read, the page says that there is nothing yet."""
    with serving(fresh.folder, HOST) as owner:
        owner.write(lambda database: add_reader(database, "wren", "Wren", NOW))
        with visitor(owner, fresh) as browser:
            assert "There is nothing to read yet." in browser.get("/progress").text
