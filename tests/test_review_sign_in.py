"""Signing in over HTTP: links and sessions, roles on every route, and what is refused whoever asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from house import House, enter, numbers, routes
from small_study import SmallStudy, copied
from visitor import BEYOND, Visitor, visitor

from tagger.review import people, readers
from tagger.review.people import ROLES, door, sessions
from tagger.review.people.tokens import new_token
from tagger.review.web.access import FIRST, FOR, FOR_ANYBODY
from tagger.review.web.security import MOST_IN_FORM
from tagger.review.web.visit import now
from tagger.store import serving


@pytest.fixture(scope="module")
def house(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve a copy of the tagged study to other machines; tests add people to it, each its own."""
    study = copied(tagged, tmp_path_factory.mktemp("house"))
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        yield House(owner, study)


def cookie_of(browser: Visitor) -> tuple[str, str]:
    """Return the name and the value of the cookie by which a browser is signed in."""
    [found] = [(name, value) for name, value in browser.cookies.items() if "session-" in name]
    return found


def filled_in(path: str) -> str:
    """Return an address of a route, with parts that are nothing's."""
    return re.sub(r"\{\w+:uuid\}", str(uuid4()), re.sub(r"\{\w+\}", "nothing", path))


def test_every_route_says_for_whom_it_is(house: House) -> None:
    """The table of roles names each address of the application, and no other; no role is made up."""
    assert FOR.keys() | FOR_ANYBODY == {path for _, path in routes(house)}
    assert not FOR.keys() & FOR_ANYBODY
    assert all(roles and roles <= ROLES.keys() for roles in FOR.values())
    assert FIRST.keys() | {"reviewer"} == ROLES.keys()
    assert all(role in FOR[path] for role, path in FIRST.items())


def test_a_route_that_is_not_in_the_table_is_for_nobody(house: House) -> None:
    """Whoever adds a page and forgets to say for whom has made one that is refused to all."""
    browser = house.signed_in(*ROLES)
    desk = house.app.state.desk
    [endpoint] = [route.endpoint for route in house.app.app.routes if getattr(route, "path", "") == "/help"]
    known = desk.access.pop(endpoint)
    try:
        assert 403 == browser.get("/help").status_code
    finally:
        desk.access[endpoint] = known
    assert 200 == browser.get("/help").status_code


def test_a_stranger_sees_the_sign_in_page_and_nothing_else(house: House) -> None:
    """Every address leads there, names nobody, and no form of a stranger does anything."""
    house.link("Philomena", "admin")
    stranger = house.browser()
    servings, displays = house.count("servings"), house.count("displays")
    for method, path in routes(house):
        answer = stranger.request(method, filled_in(path), data={} if method == "POST" else None)
        if method == "GET":
            assert (200, "/sign-in") == (answer.status_code, answer.url.path)
        else:
            assert answer.status_code in (400, 401), path
        assert "Philomena" not in answer.text
        assert 'aria-label="Pages"' not in answer.text
    assert (servings, displays) == (house.count("servings"), house.count("displays"))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_pages_and_is_refused_the_others(house: House, role: str) -> None:
    """What is for another role answers 403 in plain words, to the address and to the form, and does nothing."""
    browser = house.signed_in(role, follow_redirects=False)
    mark = browser.mark()
    for method, path in routes(house):
        if path in FOR_ANYBODY or path == "/sign-out":
            continue
        data = {"by": mark, "id": str(uuid4())} if method == "POST" else None
        answer = browser.request(method, filled_in(path), data=data)
        assert (answer.status_code == 403) == (role not in FOR[path]), (method, path, answer.status_code)
        if answer.status_code == 403:
            assert f"You are here as {role}" in answer.text
        assert answer.status_code < 500


@pytest.mark.parametrize("role", ROLES)
def test_each_role_begins_on_a_page_of_its_own(house: House, role: str) -> None:
    """The first page is one that the role may open, and its menu has no link to what it may not."""
    page = house.signed_in(role).get("/")

    assert 200 == page.status_code
    assert FIRST.get(role, "/") == page.url.path
    linked = set(re.findall(r'href="(/[^"?#]*)"', page.text)) - {"/who"}
    for path in linked & FOR.keys():
        assert role in FOR[path], path


def test_a_link_signs_in_once_and_leaves_no_trace_in_the_address(house: House) -> None:
    """The answer leads on to a page whose address does not hold it; a second browser with the same link is refused."""
    link = house.link("Ada", "reviewer")
    here, elsewhere = house.browser(), house.browser()
    answer = enter(here, link)
    again = enter(elsewhere, link)

    assert (303, "/") == (answer.status_code, answer.headers["location"])
    assert "Start reading" in here.get("/").text
    assert 400 == again.status_code
    assert "used already" in again.text
    assert "session-" not in str(elsewhere.cookies)
    assert link not in again.text


def test_the_cookie_is_for_this_site_this_server_and_tls_alone(house: House) -> None:
    """Scripts do not see it, other sites do not cause it to be sent, and it is not sent without TLS."""
    answer = enter(house.browser(), house.link("Bea", "reviewer"))
    [cookie] = [value for name, value in answer.headers.multi_items() if name == "set-cookie" and "session-" in value]

    assert cookie.startswith("__Host-session-")
    for part in ("HttpOnly", "SameSite=strict", "Path=/", "Secure", f"Max-Age={90 * 24 * 3600}"):
        assert part in cookie
    assert "Domain" not in cookie


def test_looking_at_the_page_uses_no_link_up(house: House) -> None:
    """Whatever opens the address of a link before its reader does, the link works after it."""
    link = house.link("Cleo", "reviewer")
    for method in ("GET", "HEAD"):
        assert 200 == house.browser().request(method, "/sign-in").status_code

    assert 303 == enter(house.browser(), link).status_code


def test_pressing_twice_signs_in(house: House) -> None:
    """The same form sent again at once is answered like the first."""
    link, form = house.link("Dot", "reviewer"), str(uuid4())
    browser = house.browser()

    assert [303, 303] == [enter(browser, link, form).status_code for _ in range(2)]
    assert "Start reading" in browser.get("/").text


def test_an_expired_link_says_so(house: House) -> None:
    """After 14 days it opens nothing, and the page says what to do."""
    answer = enter(house.browser(), house.link("Eve", "reviewer", ago=timedelta(days=14)))

    assert 400 == answer.status_code
    assert "This link worked until" in answer.text
    assert "Ask whoever gave it to you for a new one" in answer.text


@pytest.mark.parametrize("link", ["", "x", "a.b", "é.ü", "<script>alert(1)</script>", "x" * 100_000])
def test_what_is_no_link_is_refused_in_words(house: House, link: str) -> None:
    """Whatever was pasted, nothing breaks and nothing of it is on the page."""
    answer = enter(house.browser(), link)

    assert 400 == answer.status_code
    assert "This is no sign-in link of this study" in answer.text
    assert "alert(1)" not in answer.text


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(house: House, path: str) -> None:
    """An address to go on to that is not one of this server's is the first page instead, in the page and after it."""
    browser = house.browser()
    page = browser.get("/sign-in", params={"next": path}).text
    answer = enter(browser, house.link(f"Fay {next(numbers)}", "reviewer"), next=path)

    assert 'name="next" value="/"' in page
    assert "/" == answer.headers["location"]


def test_a_session_is_never_one_that_was_there_before(house: House) -> None:
    """What a browser was made to hold before signing in is not what it holds after, and is worth nothing."""
    browser, other = house.signed_in("reviewer"), house.browser()
    name, planted = cookie_of(browser)
    other.cookies.set(name, planted, domain="read.example.org", path="/")
    enter(other, house.link("Gil", "reviewer"))
    values = {value for known, value in other.cookies.items() if known == name}
    left = house.browser()
    left.cookies.set(name, planted, domain="read.example.org", path="/")

    assert values - {planted}
    assert "/sign-in" == left.get("/").url.path


def test_signing_out_is_for_good(house: House) -> None:
    """The button ends the session: the cookie that was copied before is nobody's."""
    browser, thief = house.signed_in("reviewer"), house.browser()
    name, value = cookie_of(browser)
    thief.cookies.set(name, value, domain="read.example.org", path="/")
    assert "Start reading" in thief.get("/").text

    assert "/sign-in" == browser.post("/sign-out", data={}).url.path
    assert "session-" not in str(browser.cookies)
    assert "/sign-in" == thief.get("/").url.path


def test_who_loses_access_is_out_at_once(house: House) -> None:
    """The next page is the sign-in page, and the next form is not saved."""
    browser = house.browser()
    enter(browser, house.link("Hal", "reviewer"))
    mark = browser.mark()
    house.change(lambda db: people.take_access_away(db, "Hal", now()))
    served = house.count("servings")

    assert 401 == browser.post("/read", data={"dataset": "general", "by": mark}).status_code
    assert "/sign-in" == browser.get("/").url.path
    assert served == house.count("servings")


def test_a_session_ends_when_it_is_not_used(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit within 14 days goes on and counts as use; after 15 days without one the link page is shown."""
    browser = house.signed_in("reviewer")
    start = now()
    ends = []
    for days in (14, 28, 43):
        monkeypatch.setattr("tagger.review.web.visit.now", lambda days=days: start + timedelta(days=days))
        ends.append(browser.get("/help").url.path)

    assert ["/help", "/help", "/sign-in"] == ends
    assert (sessions.IDLE_DAYS, sessions.LONGEST_DAYS) == (14, 90)


@pytest.mark.parametrize("forged", ["", "0" * 20, "ü", "another session", "another person"])
def test_a_form_without_the_mark_of_its_session_does_nothing(house: House, forged: str) -> None:
    """A mark that is missing, made up, of the person's other browser or of somebody else's is refused on every form."""
    browser, other = house.browser(), house.browser()
    name = f"Ida {next(numbers)}"
    enter(browser, house.link(name, *ROLES))
    more = new_token()
    house.change(lambda db: people.make_link(db, name, more, now()))
    enter(other, str(more))
    marks = {"another session": other.mark(), "another person": house.signed_in("reviewer").mark()}
    assert browser.mark() not in marks.values()
    before = [house.count(table) for table in ("servings", "preferences", "content_notes", "access_changes", "packs")]
    for method, path in routes(house):
        if method == "POST" and path not in FOR_ANYBODY:
            sent = {"by": marks.get(forged, forged), "dataset": "general", "theme": "dark", "name": name, "note": "x"}
            assert 401 == browser.post(filled_in(path), data=sent).status_code, path

    after = [house.count(table) for table in ("servings", "preferences", "content_notes", "access_changes", "packs")]
    assert before == after
    assert 200 == browser.get("/help").status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8321", "evil.example", "read.example.org.evil.example", ""])
def test_only_the_name_that_it_serves_is_answered(house: House, host: str) -> None:
    """To other machines the server has one name; not even this machine's own ones reach the pages."""
    assert 400 == house.browser().get("/sign-in", headers={"host": host}).status_code
    assert 200 == house.browser().get("/sign-in", headers={"host": "READ.example.org:443"}).status_code


def test_a_page_of_the_same_name_without_tls_is_another_site(house: House) -> None:
    """A form from http://read.example.org, which anybody on the way could have written, is refused."""
    browser = house.signed_in("reviewer")
    sent = {"theme": "dark", "by": browser.mark()}

    plain = browser.post("/preferences", data=sent, headers={"origin": "http://read.example.org"})
    own = browser.post("/preferences", data=sent, headers={"origin": BEYOND.address}, follow_redirects=False)
    assert [403, 303] == [plain.status_code, own.status_code]


def test_another_site_may_link_here_and_not_draw_from_here(house: House) -> None:
    """A link from elsewhere is followed; what another page asks for without going here is refused."""
    browser = house.signed_in("reviewer")
    elsewhere = {"sec-fetch-site": "cross-site"}

    assert 200 == browser.get("/", headers={**elsewhere, "sec-fetch-mode": "navigate"}).status_code
    for mode in ("no-cors", "cors", "websocket", ""):
        assert 403 == browser.get("/", headers={**elsewhere, "sec-fetch-mode": mode}).status_code


def test_the_doors_of_the_study_s_own_programs_are_not_on_the_pages(house: House) -> None:
    """Where other machines come, they are no address at all, with and without the token."""
    token = {"x-tagger-token": house.owner.token}
    for path in ("/owner/read", "/owner/merge", "/owner/copy", "/owner/audit", door.DOOR):
        assert 404 == house.browser().post(path, content=b"", headers=token).status_code


def test_a_large_form_is_refused_before_it_is_read(house: House) -> None:
    """Two megabytes are more than any form holds, also for somebody who has not signed in."""
    body = b"link=" + b"x" * MOST_IN_FORM
    kind = {"content-type": "application/x-www-form-urlencoded"}

    assert 413 == house.browser().post("/sign-in", content=body, headers=kind).status_code
    assert 401 == house.browser().post("/packs/back", content=body, headers=kind).status_code


def test_a_pack_of_somebody_else_is_not_a_reader_s(house: House) -> None:
    """Who reads makes, opens and brings back their own packs; an analyst does so for others."""
    ann, ben = house.signed_in("reviewer"), house.signed_in("reviewer")
    analyst = house.signed_in("analyst")
    whose = re.findall(r'data-reader="(\w+)"', ben.get("/help").text)[0]
    wanted = {"dataset": "general", "n": "2", "reader": whose}
    assert 400 == ann.post("/packs", data={**wanted, "id": str(uuid4())}).status_code

    pack = str(uuid4())
    assert "The pack is made" in analyst.post("/packs", data={**wanted, "id": pack}).text
    book = ben.get(f"/packs/{pack}.xlsx").content
    answers = [ann.get(f"/packs/{pack}.xlsx"), ann.get(f"/packs/{pack}/print")]
    answers += [browser.post("/packs/back", files={"pack": ("a.xlsx", book)}) for browser in (ann, ben, analyst)]

    assert [400, 400, 400, 200, 200] == [answer.status_code for answer in answers]
    assert "was not made for you" in answers[2].text


def test_an_admin_adds_people_and_takes_their_access_away(house: House) -> None:
    """The page shows a link that works, once; a name is text there; whose access is taken away is out."""
    admin = house.signed_in("admin")
    name = f"<script>alert(1)</script> & Co. {next(numbers)}"
    form = {"name": name, "role": ["reviewer", "analyst"], "id": str(uuid4())}
    made = admin.post("/people", data=form)
    [link] = re.findall(r'value="https://read\.example\.org/sign-in#([^"]+)"', made.text)
    again = admin.post("/people", data=form)
    browser = house.browser()

    assert "<script>alert" not in made.text
    assert name in unescape(made.text)
    assert (400, True) == (again.status_code, "may sign in already" in again.text)
    assert link not in admin.get("/people").text
    assert 303 == enter(browser, link).status_code
    assert "reviewer, analyst" in admin.get("/people").text
    newer = admin.post("/people/link", data={"name": name, "id": str(uuid4())})
    assert link not in newer.text
    assert "/sign-in#" in newer.text
    gone = admin.post("/people/revoke", data={"name": name})
    assert "has no access any more" in gone.text
    assert "/sign-in" == browser.get("/").url.path
    with house.owner.reading() as db:
        changes = db.rows("SELECT count(*) FROM access_changes WHERE by_id IS NOT NULL")
    assert changes[0][0] >= 2


def test_where_people_sign_in_no_name_is_told_and_none_is_taken(study: SmallStudy) -> None:
    """The first link ends the choosing of names on this computer too: old cookies and the form for it are nobody."""
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        browser = visitor(owner, study)
        for name in ("Wilhelmina", "Sam"):
            owner.write(lambda db, name=name: readers.add_reader(db, name.lower(), name, now()))
        browser.post("/who", data={"reader": "sam"})
        assert "Start reading" in browser.get("/").text
        assert 403 == browser.get("/people").status_code
        link = new_token()
        browser.app.state.desk.entrance.change(
            lambda db: people.give_access(db, "", "Wilhelmina", ("reviewer",), link, now())
        )

        page = browser.get("/")
        assert "/sign-in" == page.url.path
        assert "Wilhelmina" not in page.text
        assert 400 == browser.post("/who", data={"reader": "sam"}).status_code
        assert "/sign-in" == browser.get("/who").url.path
        answer = enter(browser, str(link))
        assert (303, False) == (answer.status_code, "Secure" in answer.headers["set-cookie"])
        assert "Sign out Wilhelmina" in browser.get("/").text


def test_where_nobody_signs_in_the_link_page_leads_on(study: SmallStudy) -> None:
    """On a laptop with one person everything is as it was: no link, no password."""
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        owner.write(lambda db: readers.add_reader(db, "jo", "Jo", now()))
        page = visitor(owner, study).get("/sign-in")

    assert "/" == page.url.path
    assert "Start reading" in page.text


def test_the_command_gives_links_while_the_pages_are_served(house: House) -> None:
    """What another process of this machine asks at the door is done at once; what is wrong with it is answered."""
    entrance = house.app.state.desk.entrance
    wanted = b'{"act": "add", "name": "Kit", "roles": ["reviewer"]}'
    made = door.answer(wanted, entrance.change, BEYOND.address, now())
    done = json.loads(made)
    browser = house.browser()

    assert (("reviewer",), BEYOND.address) == (tuple(done["roles"]), done["address"])
    assert 303 == enter(browser, done["link"]).status_code
    door.answer(b'{"act": "revoke", "name": "Kit", "roles": []}', entrance.change, "", now())
    assert "/sign-in" == browser.get("/").url.path
    for wrong in (b"", b"[]", b"{}", b'{"act": "x", "name": "Kit", "roles": []}'):
        assert b"was not understood" in door.answer(wrong, entrance.change, "", now())


def test_no_secret_is_on_the_disk(house: House) -> None:
    """Neither that of a link nor that of a session is in any file of the study, whatever the database keeps aside."""
    link = house.link("Lou", "reviewer")
    browser = house.browser()
    enter(browser, link)
    _, cookie = cookie_of(browser)
    held = b"".join(file.read_bytes() for file in house.study.folder.rglob("*") if file.is_file())

    assert link.partition(".")[0].encode() in held
    assert link.partition(".")[2].encode() not in held
    assert cookie.partition(".")[2].strip('"').encode() not in held
