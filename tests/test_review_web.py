"""The app over HTTP: who is answered, what is said when things go wrong, and reading without a browser's help."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from small_study import NAMES, SmallStudy, new_study, write_files
from visitor import Visitor, visitor

from tagger.errors import Overloaded, StoreError, UsageError
from tagger.review import readers
from tagger.review.datasets import framework
from tagger.review.web.rendering import sentence
from tagger.review.web.security import MOST_BYTES
from tagger.review.web.server import _bound
from tagger.review.web.site import local
from tagger.review.web.visit import now, number
from tagger.store import Owner, Store, serving

HERE = "http://127.0.0.1:8321"
GARDEN_IN_ARABIC = (
    "Interviewer: كيف وجدت الحديقة؟\n\nSalma: وجدتها عندما أخذتني جارتي معها. لم يسألني أحد عن شيء 🙂👩🏽‍🌾. "
    "كان بإمكاني أن أذهب متى شئت. هذا ما أعجبني فيها منذ اليوم الأول.\n"
)


def client_of(owner: Owner, study: SmallStudy, *names: str, **options: Any) -> Visitor:
    """Return a browser that speaks to the study, with these readers in it."""
    for name in names:
        owner.write(lambda db, name=name: readers.add_reader(db, name.lower(), name, now()))
    return visitor(owner, study, **options)


def without_blind_passages(owner: Owner, study: SmallStudy) -> Visitor:
    """Return the browser of Jo, to whom no passage is given blind: what comes then does not hang on a draw."""
    study.set("blind_share = 0.0")
    return client_of(owner, study, "Jo")


@pytest.fixture
def owner(study: SmallStudy) -> Iterator[Owner]:
    """Own a copy of the tagged study."""
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        yield owner


@pytest.fixture
def browser(owner: Owner, study: SmallStudy) -> Visitor:
    """Return the browser of Jo, who reads alone."""
    return client_of(owner, study, "Jo")


def fields(page: str, form: str = "decision") -> dict[str, str]:
    """Return the hidden fields of a form of a page."""
    found = re.search(rf'<form id="{form}".*?</form>', page, re.DOTALL)
    assert found, "there is no such form"
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0])
    return {name: unescape(value) for name, value in pairs}


def acts(owner: Owner) -> list[str]:
    """Return the decisions that stand, in their order."""
    with owner.reading() as db:
        return [act for (act,) in db.rows("SELECT act FROM standing_decisions ORDER BY number")]


def test_a_visit_without_sign_in_is_the_study_for_one_and_a_question_for_several(
    owner: Owner, study: SmallStudy
) -> None:
    """One reader needs no sign-in; with two, the first page asks who one is, and both answer 200."""
    alone = client_of(owner, study, "Jo").get("/")
    assert 200 == alone.status_code
    assert "Start reading" in alone.text

    several = client_of(owner, study, "Sam").get("/")
    assert 200 == several.status_code
    assert "Who are you?" in several.text
    assert "Start reading" not in several.text


def test_a_forged_sign_in_is_nobody(owner: Owner, study: SmallStudy) -> None:
    """A cookie with another's id and no right signature does not sign in."""
    browser = client_of(owner, study, "Jo", "Sam")
    browser.post("/who", data={"reader": "jo"})
    [name] = [name for name in browser.cookies if name.startswith("reader-")]
    assert "Start reading" in browser.get("/").text
    signature = browser.cookies[name].split(".")[1]
    browser.cookies.set(name, f"sam.{signature}", domain="127.0.0.1", path="/")

    assert "Who are you?" in browser.get("/").text


def test_a_sign_in_of_other_letters_is_nobody(owner: Owner, study: SmallStudy) -> None:
    """A cookie that holds what no cookie of ours does is told from a right one without a fault."""
    browser = client_of(owner, study, "Jo", "Sam")
    browser.post("/who", data={"reader": "jo"})
    [name] = [name for name in browser.cookies if name.startswith("reader-")]
    browser.cookies.clear()

    assert "Who are you?" in browser.get("/", headers={"cookie": f"{name}=jo.é".encode("latin-1")}).text


def test_who_read_alone_stays_signed_in_when_somebody_joins(browser: Visitor, owner: Owner) -> None:
    """The browser of the only reader is signed in by the pages it sees, so a second name loses it nothing."""
    page = browser.post("/read", data={"dataset": "general"})
    owner.write(lambda db: readers.add_reader(db, "sam", "Sam", now()))
    browser.post(str(page.url), data={**fields(page.text), "act": "yes"})

    assert ["choose"] == acts(owner)
    assert "Start reading" in browser.get("/").text or "Go on reading" in browser.get("/").text


def test_a_form_of_nobody_is_said_to_be_not_saved(owner: Owner, study: SmallStudy) -> None:
    """Who is not known is told that the form was not saved and where to sign in, and is not just sent elsewhere."""
    stranger = client_of(owner, study, "Jo", "Sam", follow_redirects=False)
    answer = stranger.post("/preferences", data={"theme": "dark"})

    assert 401 == answer.status_code
    assert "was not saved" in answer.text
    assert '<a href="/who">' in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8321", "127.0.0.1.evil.example", "", "[", "[::1", "127.0.0.1]", "℀"]
)
def test_another_host_name_is_refused(browser: Visitor, host: str) -> None:
    """A name that is not this server's gets nothing, so a name that was turned on this machine cannot read it."""
    assert 400 == browser.get("/", headers={"host": host.encode()}).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://["},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_form_of_another_site_is_refused(browser: Visitor, owner: Owner, headers: dict[str, str]) -> None:
    """A post that another page made the browser send changes nothing."""
    answer = browser.post("/read", data={"dataset": "general"}, headers=headers)

    assert 403 == answer.status_code
    with owner.reading() as db:
        assert [] == db.rows("SELECT id FROM servings")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "/a\nb",
        "//[",
        "http://[",
    ],
)
def test_nobody_is_sent_to_another_site(browser: Visitor, path: str) -> None:
    """An address that leads elsewhere becomes the first page, in every form that carries one."""
    assert "/" == local(path)
    answer = browser.post("/who", data={"reader": "jo", "next": path}, follow_redirects=False)
    assert "/" == answer.headers["location"]


def test_every_answer_forbids_what_a_page_never_does(browser: Visitor) -> None:
    """Scripts and styles come from this server's files only, nothing is framed, nothing is kept in a cache."""
    answer = browser.get("/")
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "no-store" == answer.headers["cache-control"]
    assert "DENY" == answer.headers["x-frame-options"]
    for path in ("/", "/welcome", "/help", "/who", "/progress", "/exemplars", "/packs", "/preferences", "/browse"):
        page = browser.get(path).text
        assert not re.search(r"<[^>]*\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page), path


def test_refusals_and_faults_forbid_it_too(owner: Owner, study: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused at the door, and what breaks inside, carry the same headers as a page."""
    browser = client_of(owner, study, "Jo", raise_server_exceptions=False)
    monkeypatch.setattr("tagger.review.web.pages.home.datasets", lambda db: 1 / 0)
    answers = [
        browser.get("/"),
        browser.get("/", headers={"host": "evil.example"}),
        browser.post("/read", headers={"origin": "null"}),
        browser.get("/nothing"),
    ]

    assert [500, 400, 403, 404] == [answer.status_code for answer in answers]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "no-store" == answer.headers["cache-control"]
        assert "nosniff" == answer.headers["x-content-type-options"]


def test_a_wrong_method_is_told_as_what_it_is(browser: Visitor) -> None:
    """An address that takes no form, or only a form, is not said to be missing."""
    answers = [browser.post("/progress"), browser.get("/undo")]

    assert [405, 405] == [answer.status_code for answer in answers]
    assert "POST" == answers[1].headers["allow"]
    for answer in answers:
        assert "no such page" not in answer.text
        assert "cannot be opened or sent this way" in answer.text


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_damaged_form_is_told_as_what_it_is(browser: Visitor, kind: str) -> None:
    """A form that arrived in pieces is said to be that, and that nothing of it was saved."""
    answer = browser.post("/packs/back", content=b"--x\r\nno form", headers={"content-type": kind})

    assert 400 == answer.status_code
    assert "no such page" not in answer.text
    assert "arrived incomplete" in answer.text


def test_what_is_too_large_is_refused_in_words(browser: Visitor) -> None:
    """More than the most is not taken in, whether its length was told or not."""
    piece = bytes(MOST_BYTES // 4)
    kind = {"content-type": "multipart/form-data; boundary=x"}
    head = b'--x\r\nContent-Disposition: form-data; name="pack"; filename="a.xlsx"\r\n\r\n'
    told = browser.post("/packs/back", content=b"short", headers={**kind, "content-length": str(MOST_BYTES + 1)})
    counted = browser.post("/packs/back", content=iter([head, *[piece] * 5]), headers=kind)

    for answer in (told, counted):
        assert 413 == answer.status_code
        assert "A file may have 60 MB" in answer.text
        assert "nosniff" == answer.headers["x-content-type-options"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", 7), (" 7 ", 7), ("0", 0), ("12", 9), ("9" * 5000, 9), ("²", 1), ("٣", 1), ("-1", 1), ("1.5", 1), ("", 1)],
)
def test_numbers_that_were_typed(text: str, expected: int) -> None:
    """Plain digits are a number up to the most; anything else is the default."""
    assert expected == number(text, default=1, most=9)


def test_numbers_of_other_scripts_break_no_page(browser: Visitor) -> None:
    """A digit that is none in a number is the usual page, or is asked for again."""
    assert 200 == browser.get("/browse?page=²").status_code
    answer = browser.post("/packs", data={"n": "²", "dataset": "general", "reader": "jo", "id": str(uuid4())})
    assert 400 == answer.status_code
    assert "say how many passages" in answer.text


def test_a_passage_that_is_not_tagged_yet_says_so(owner: Owner) -> None:
    """A dataset that is cut and not tagged has no framework to read against yet."""
    with owner.reading() as db, pytest.raises(UsageError, match="still being prepared"):
        framework(db, "")


@pytest.mark.parametrize("referer", ["http://[", "https://evil.example/browse", "", "é"])
def test_a_pause_leads_back_to_pages_of_ours_only(browser: Visitor, referer: str) -> None:
    """Whatever the browser says of where it came from, the quiet page leads on to this server."""
    answer = browser.get("/pause", headers={"referer": referer.encode("latin-1")})

    assert 200 == answer.status_code
    assert "evil" not in answer.text
    assert 'href="/"' in answer.text


def test_a_step_that_is_sent_twice_is_stored_once(browser: Visitor, owner: Owner) -> None:
    """The page's id makes a repeated post the same step."""
    page = browser.post("/read", data={"dataset": "general"})
    form = {**fields(page.text), "act": "yes"}
    for _ in range(3):
        browser.post(str(page.url), data=form)

    assert ["choose"] == acts(owner)


def test_done_says_no_to_what_was_not_marked_and_reveals_only_then(owner: Owner, study: SmallStudy) -> None:
    """Before Done nothing of the machine's is on the page; after it, marks are yes, the rest no, of kind own-first."""
    browser = without_blind_passages(owner, study)
    page = browser.post("/read", data={"dataset": "general"})
    while "choice:yes" not in page.text:  # an exchange
        page = browser.post(str(page.url), data={**fields(page.text), "act": "skip"})
    assert "What the machine suggests" not in page.text
    address = str(page.url)
    page = browser.post(address, data={**fields(page.text, "marks"), "mark": "choice:yes"})
    page = browser.post(address, data={**fields(page.text), "act": "done"})
    assert "What the machine suggests" in page.text

    with owner.reading() as db:
        found = db.rows("SELECT value_id, answer FROM coding_list WHERE kind = 'own-first' ORDER BY ALL")
    assert ("choice", "yes") in found
    assert {"no"} == {answer for value, answer in found if value != "choice"}


def test_a_serving_of_somebody_else_cannot_be_decided(owner: Owner, study: SmallStudy) -> None:
    """What was handed to one reader is not another's to decide, and the refusal says what to do."""
    jo = client_of(owner, study, "Jo", "Sam")
    jo.post("/who", data={"reader": "jo"})
    page = jo.post("/read", data={"dataset": "general"})
    sam = client_of(owner, study)
    sam.post("/who", data={"reader": "sam"})
    sent = {**fields(page.text), "act": "done", "by": sam.mark()}
    answer = sam.post(str(page.url), data=sent)

    assert 400 == answer.status_code
    assert "handed to somebody else" in answer.text
    assert [] == acts(owner)


def test_a_page_that_somebody_else_opened_decides_nothing(owner: Owner, study: SmallStudy) -> None:
    """Undo and Done of one person's tab are refused once another reads in this browser; back in person they work."""
    shared = client_of(owner, study, "Ann", "Bob")
    shared.post("/who", data={"reader": "ann"})
    anns = shared.post("/read", data={"dataset": "general", "read": "all"})
    shared.post("/who", data={"reader": "bob"})
    bobs = shared.post("/read", data={"dataset": "general", "read": "all"})
    shared.post(str(bobs.url), data={**fields(bobs.text), "act": "done"})
    before = acts(owner)

    refused = [
        shared.post("/undo", data=fields(anns.text, "undo-form")),
        shared.post(str(anns.url), data={**fields(anns.text), "act": "done"}),
    ]
    assert [401, 401] == [answer.status_code for answer in refused]
    assert "opened by somebody else, or before Bob came" in refused[0].text
    assert before == acts(owner)
    shared.post("/who", data={"reader": "ann"})
    assert 200 == shared.post(str(anns.url), data={**fields(anns.text), "act": "done"}).status_code
    assert [*before, "done"] == acts(owner)


def test_something_not_on_our_list_leaves_done_to_be_said(browser: Visitor, owner: Owner) -> None:
    """The reader stays on the passage, and Done then makes what is not marked a no."""
    page = browser.post("/read", data={"dataset": "general", "read": "all"})
    here = fields(page.text)

    page = browser.post(str(page.url), data={**fields(page.text, "unlisted"), "act": "something not on our list"})
    assert here["framework"] == fields(page.text)["framework"]
    assert "Saved: something that is not on our list." in page.text
    assert 'value="done"' in page.text
    browser.post(str(page.url), data={**fields(page.text), "act": "done"})

    assert ["something not on our list", "done"] == acts(owner)
    with owner.reading() as db:
        outcomes = db.rows("SELECT outcome, count(a.value_id) FROM current_codings x "
                           "JOIN coding_answers a ON a.coding_id = x.id GROUP BY ALL")  # fmt: skip
    assert [("something not on our list", 3)] == outcomes


def test_a_suggestion_says_that_the_interviewer_had_just_named_it(
    study: SmallStudy, request: pytest.FixtureRequest
) -> None:
    """On the reading page and in what is found, once the suggestion is shown."""
    study.edit("garden.txt", "And what was it like to talk there?", "And what did you have in common with the others?")
    study.set("share = 0.5")
    study.run()
    browser = without_blind_passages(request.getfixturevalue("owner"), study)
    found = browser.get("/browse?text=night+shift").text
    excerpt = re.findall(r'name="excerpt" value="([^"]+)"', found)[0]
    page = browser.post("/read/choose", data={"id": str(uuid4()), "excerpt": excerpt})
    assert "The interviewer had just named this." not in page.text
    page = browser.post(str(page.url), data={**fields(page.text), "act": "done"})

    assert "The interviewer had just named this." in page.text
    assert "The interviewer had just named this." in browser.get("/browse?text=night+shift").text


def test_a_suggestion_says_that_nobody_knows_its_worth_yet(owner: Owner, study: SmallStudy) -> None:
    """Beside the match and in the question, and the page says what the word means; not before it is shown."""
    browser = without_blind_passages(owner, study)
    page = browser.post("/read", data={"dataset": "general"})
    assert "untested" not in page.text
    while "What the machine suggests" not in page.text:
        page = browser.post(str(page.url), data={**fields(page.text), "act": "done"})

    assert " match, untested)" in page.text
    assert ">untested</span>" in page.text
    assert "Fewer than 10 passages read without suggestions showed this value yet, in this dataset" in page.text


def test_a_suggestion_is_recorded_as_often_as_it_is_on_a_page(owner: Owner, study: SmallStudy) -> None:
    """What a step leads to is recorded once the page is sent, and not by the step."""
    browser = without_blind_passages(owner, study)
    page = browser.post("/read", data={"dataset": "general"})
    for _ in range(20):
        before = displayed(owner)
        page = browser.post(str(page.url), data={**fields(page.text), "act": "done"})
        if "What the machine suggests" in page.text:
            break

    assert displayed(owner) - before == page.text.count('class="card suggestion')
    browser.get(str(page.url))
    assert displayed(owner) - before == 2 * page.text.count('class="card suggestion')


def displayed(owner: Owner) -> int:
    """Return how many suggestions were recorded as shown on the page of a passage."""
    with owner.reading() as db:
        [(count,)] = db.rows("SELECT count(*) FROM displays WHERE page = 'passage' AND shown = 'suggestion'")
    return int(count)


def test_an_exchange_that_comes_for_its_suggestion_tells_it(owner: Owner, study: SmallStudy) -> None:
    """Read against one value, and handed out because it was suggested: its reading is not made before a suggestion."""
    browser = without_blind_passages(owner, study)
    page = browser.post("/read", data={"dataset": "general"})
    for _ in range(40):
        if page.url.path == "/finished":
            break
        page = browser.post(
            str(page.url), data={**fields(page.text), "act": "next" if suggested(page.text) else "done"}
        )

    with owner.reading() as db:
        kinds = db.rows("SELECT DISTINCT x.kind FROM codings x JOIN excerpts e ON e.id = x.excerpt_id "
                        "WHERE e.kind = 'exchange'")  # fmt: skip
    assert [("assisted",)] == kinds


def suggested(page: str) -> bool:
    """Say whether a page asks about a suggestion."""
    return "What the machine suggests" in page


def test_a_sentence_begins_with_a_capital_and_keeps_the_names_in_it() -> None:
    """Names of values appear as they are written, also beside a rate."""
    assert "When we read, most showed Two-way support." == sentence("when we read, most showed Two-way support.")


def test_undo_across_datasets_goes_back_without_the_other_queue(study: SmallStudy) -> None:
    """A step in one dataset that is taken back from another leads to its passage, and on in its own dataset."""
    study.run(write_files(study.home / "more", {"again.txt": GARDEN_IN_ARABIC}), dataset="second")
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        browser = client_of(owner, study, "Jo")
        page = browser.post("/read", data={"dataset": "second", "read": "all"})
        browser.post(str(page.url), data={**fields(page.text), "act": "yes"})
        other = browser.post("/read", data={"dataset": "general", "read": "all"})

        back = browser.post(f"/undo?{other.url.query.decode()}", data=fields(other.text, "undo-form"))

    assert page.url.path == back.url.path
    assert "general" not in back.url.query.decode()


def test_adding_oneself_twice_adds_one_person(browser: Visitor, owner: Owner) -> None:
    """A name that is sent again with its form is the same person."""
    form = {"name": "Mo", "id": "0d0ad1f0-8f19-4c4e-8c07-0f6ac7f6ff01"}

    answers = [browser.post("/who", data=form).status_code for _ in range(2)]

    assert [200, 200] == answers
    with owner.reading() as database:
        assert ["Jo", "Mo"] == [reader.name for reader in readers.readers(database)]


@pytest.mark.parametrize(
    "path", ["/read/none", "/read/6b97bbef-3e99-42cc-9e4c-73f716a35e1f", "/transcript/x", "/similar/x", "/nothing"]
)
def test_an_unknown_page_is_explained(browser: Visitor, path: str) -> None:
    """What is not there is said in words, on a page with a way back."""
    answer = browser.get(path)

    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text
    assert "To the first page" in answer.text


def test_a_disk_that_is_full_is_said_and_the_page_knows(
    browser: Visitor, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be stored is answered with 503, which the page takes as: keep it and send it again."""
    page = browser.post("/read", data={"dataset": "general"})
    form = {**fields(page.text), "act": "yes"}

    def full(act: object) -> None:
        raise StoreError("the disk is full, so the last piece of work was not stored", remedy="Make room")

    with monkeypatch.context() as patch:
        patch.setattr(type(owner), "write", lambda self, act: full(act))
        answer = browser.post(str(page.url), data=form)
    assert 503 == answer.status_code
    assert "the disk is full" in answer.text
    browser.post(str(page.url), data=form)

    assert ["choose"] == acts(owner)


@pytest.mark.parametrize("act", ["done", "nothing here", "memo", "unsure", "skip", "something not on our list"])
def test_a_reading_against_another_list_is_refused(browser: Visitor, owner: Owner, act: str) -> None:
    """A list that the study does not know is a slip of the form, which sending it again would not mend."""
    page = browser.post("/read", data={"dataset": "general"})
    form = {**fields(page.text), "framework": "another", "act": act, "note": "a few words"}
    answer = browser.post(str(page.url), data=form)

    assert 400 == answer.status_code
    assert "none of this study&#39;s" in answer.text
    assert [] == acts(owner)


@pytest.mark.parametrize("value", ["", "another"])
def test_one_answer_to_many_names_its_value(browser: Visitor, value: str) -> None:
    """Also where the number of the form is that of a step which was stored before."""
    page = browser.post("/read", data={"dataset": "general"})
    form = {**fields(page.text), "act": "done"}
    browser.post(str(page.url), data=form)
    answer = browser.post("/browse/together", data={"id": form["id"], "value": value, "answer": "accept"})

    assert 400 == answer.status_code
    assert "which value this answers" in answer.text


def test_what_cannot_be_stored_tells_no_folder(browser: Visitor, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the study lies on the server is not for those who read in it."""

    def refused(*_: object) -> None:
        raise StoreError("the database refused", where="/srv/study/study.duckdb", remedy="Nothing of it was stored")

    monkeypatch.setattr(type(owner), "write", refused)
    answer = browser.post("/read", data={"dataset": "general"})

    assert (503, False) == (answer.status_code, "/srv" in answer.text)
    assert "the database refused. Nothing of it was stored." in answer.text


def test_a_study_that_is_busy_says_so_and_takes_the_answer_later(
    browser: Visitor, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too much waits, a page says in words that the answer is kept; sent again, it is stored once."""
    page = browser.post("/read", data={"dataset": "general"})
    form = {**fields(page.text), "act": "yes"}

    def busy(self: Owner, act: object) -> None:
        raise Overloaded("many people are at work, and the study is busy", remedy="Try again in a moment")

    with monkeypatch.context() as patch:
        patch.setattr(type(owner), "write", busy)
        late, shown = browser.post(str(page.url), data=form), browser.get(str(page.url))
    assert (503, 503) == (late.status_code, shown.status_code)
    assert "The study is busy just now" in late.text
    assert "the browser keeps it and sends it again by itself" in late.text
    assert "the browser keeps it" not in shown.text
    assert "This page asks again by itself in a few seconds." in shown.text
    assert ("5", None) == (shown.headers["Refresh"], late.headers.get("Refresh"))
    for _ in range(2):
        browser.post(str(page.url), data=form)

    assert ["choose"] == acts(owner)


def test_a_fault_of_the_program_is_no_traceback(
    owner: Owner, study: SmallStudy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug gives a calm page with a number that the log has too."""
    browser = client_of(owner, study, "Jo", raise_server_exceptions=False)
    monkeypatch.setattr("tagger.review.web.pages.home.datasets", lambda db: 1 / 0)
    answer = browser.get("/")

    assert 500 == answer.status_code
    assert "ZeroDivisionError" not in answer.text
    [number] = re.findall(r"the number ([0-9a-f]{6})", answer.text)
    assert number in caplog.text


def test_the_study_s_own_programs_need_the_token(browser: Visitor) -> None:
    """The endpoint for other processes answers nobody without the token from the lock file."""
    assert 403 == browser.post("/owner/read", content=b"").status_code
    assert 403 == browser.post("/owner/merge", headers={"x-tagger-token": "guess"}).status_code


def test_no_page_names_a_file_or_a_speaker(browser: Visitor) -> None:
    """Readers see pseudonyms: neither the names of speakers nor those of files are on any page."""
    page = browser.post("/read", data={"dataset": "general", "read": "all"}).text
    pages = [page, *(browser.get(path).text for path in ("/", "/browse", "/progress", "/exemplars"))]

    for name in (*NAMES, "garden.txt", "evening.vtt", "morning-notes"):
        assert not [page for page in pages if name in page], name


def test_right_to_left_text_and_one_excerpt_read_well(tmp_path: Any) -> None:
    """A study of one Arabic answer with emoji is served whole, in its direction, and finished after one passage."""
    study = new_study(tmp_path)
    study.run(write_files(tmp_path / "one", {"one.txt": GARDEN_IN_ARABIC}))
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        browser = client_of(owner, study, "Jo")
        page = browser.post("/read", data={"dataset": "general", "read": "all"})
        assert 'class="transcript rtl"' in page.text
        assert "👩🏽‍🌾" in page.text
        for _ in range(6):
            if "/finished" in str(page.url):
                break
            page = browser.post(
                str(page.url), data={**fields(page.text), "act": "next" if "What you saw" in page.text else "done"}
            )

    assert "Nothing left to read" in page.text


def test_a_study_without_transcripts_says_what_is_missing(fresh: SmallStudy) -> None:
    """An empty study has a first page, a progress page and a table of quotes."""
    Store(fresh.folder).create()
    with serving(fresh.folder, "http://127.0.0.1:1") as owner:
        browser = client_of(owner, fresh, "Jo")
        assert "nothing to read yet" in browser.get("/").text
        for path in ("/progress", "/exemplars", "/browse", "/packs"):
            assert 200 == browser.get(path).status_code, path


def test_small_answers_are_sent_at_once() -> None:
    """Connections are known as TCP to asyncio, which then does not wait for more before it sends the end of a page."""
    with _bound("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert socket.IPPROTO_TCP == accepted.proto
