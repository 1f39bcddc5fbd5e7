"""Reading in a real browser: keys only, no JavaScript, a phone, an outage, and axe-core on every page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import start, study_acts
from playwright.sync_api import Browser, Page, Route, expect
from serve import Server, press, served, started, step, until_suggested
from small_study import SmallStudy, copied

pytestmark = pytest.mark.slow

PAGES = (
    "/", "/who", "/welcome", "/help", "/without-suggestions", "/preferences", "/pause", "/browse", "/browse?text=the",
    "/progress", "/agreement", "/exemplars", "/packs", "/finished?dataset=general", "/nothing-here",
)  # fmt: skip


def serving(page: Page) -> str:
    """Return which serving the page shows."""
    return page.locator("main").get_attribute("data-serving") or ""


def test_a_person_reads_ten_passages_with_keys_alone(page: Page, server: Server, study: SmallStudy) -> None:
    """From the first page to ten passages read and the progress page, only keys are pressed."""
    page.goto(server.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start reading").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#decision")).to_be_visible()
    seen = set()
    for number in range(60):
        if page.url.split("?")[0].endswith("/finished") or len(seen) > 10:
            break
        seen.add(serving(page))
        if page.locator("[data-key~=done]", has_text="Next").count() == 0 and number % 2:
            page.keyboard.press("1")
            expect(page.locator(".value.yes")).to_have_count(1)
        before = step(page)
        page.keyboard.press("Enter")
        page.wait_for_function("old => document.querySelector('#decision input[name=id]')?.value !== old", arg=before)
    assert len(seen) >= min(10, study.ask("SELECT count(*) AS n FROM servings")[0]["n"])
    page.keyboard.press("?")
    page.goto(server.url + "/progress")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_untouched_suggestion_is_never_stored(page: Page, server: Server, study: SmallStudy) -> None:
    """Going on past a suggestion stores nothing about it."""
    start(page, server)
    until_suggested(page)
    press(page, "Next")
    expect(page.locator(".suggestion")).to_have_count(0)

    assert [] == study_acts(server, "accept", "reject")


def test_none_of_the_values_and_undo_work_after_reload_and_restart(browser: Browser, study: SmallStudy) -> None:
    """Nothing here is one key; undo takes it back after a reload and a restart, and the reader is still signed in."""
    server = started(study.folder, "--reader", "Jo")
    context = browser.new_context()
    page = context.new_page()
    try:
        start(page, server)
        first = serving(page)
        page.keyboard.press("0")
        expect(page.locator(".said, .suggestion").first).to_be_visible()
        assert ["nothing here"] == study_acts(server, "nothing here")
        page.reload()
        server.kill()
        port = server.url.rsplit(":", 1)[1]
        server = started(study.folder, "--port", port)
        page.goto(server.url)
        page.get_by_role("button", name=re.compile("on reading|Start reading")).click()
        expect(page.locator("#passage")).to_be_focused()
        page.keyboard.press("z")
        expect(page.locator(".said")).to_contain_text("Undone")
        assert first == serving(page)

        assert [] == study_acts(server, "nothing here")
    finally:
        context.close()
        server.kill()


def test_all_of_it_works_without_javascript(browser: Browser, server: Server) -> None:
    """Marking, answering, nothing here, something else, notes, borders, undo: plain forms and links."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    start(page, server, scripts=False)
    page.locator(".mark").first.click()
    expect(page.locator(".value.yes")).to_have_count(1)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator(".value.no")).to_have_count(1)
    page.locator("details.more summary").click()
    page.locator("#memo").fill("a thought")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".memo")).to_contain_text("a thought")
    page.locator("details.more summary").click()
    page.get_by_role("link", name="begin or end elsewhere").click()
    page.get_by_role("button", name="Move the borders").click()
    expect(page.locator(".said")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".said")).to_contain_text("Undone")
    page.locator("details.else summary").click()
    page.locator("#unlisted-note").fill("being needed")
    page.get_by_role("button", name="Something not on our list").click()
    expect(page.locator(".chip", has_text="not on our list")).to_be_visible()
    page.get_by_role("button", name="Skip").or_(page.get_by_role("button", name="Next", exact=True)).first.click()

    assert ["something not on our list"] == study_acts(server, "something not on our list")
    assert ["memo"] == study_acts(server, "memo")
    context.close()


@pytest.mark.parametrize("width", [320, 390])
def test_the_buttons_are_in_view_on_a_phone(browser: Browser, server: Server, width: int) -> None:
    """At the size of a phone the four buttons and Done are in view without scrolling, and nothing scrolls sideways."""
    context = browser.new_context(viewport={"width": width, "height": 844 if width == 390 else 640})
    page = context.new_page()
    start(page, server)
    for name in ("Yes", "No", "Skip", "Done"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    expect(page.locator("details.else summary")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


def test_marks_made_while_the_server_is_away_are_kept_and_saved(browser: Browser, study: SmallStudy) -> None:
    """The page says that it cannot save, keeps the mark through a reload, and saves it once when the server is back."""
    server = started(study.folder, "--reader", "Jo")
    context = browser.new_context()
    page = context.new_page()
    try:
        start(page, server)
        url, port = page.url, server.url.rsplit(":", 1)[1]
        server.kill()
        page.keyboard.press("1")
        expect(page.locator("#saving")).to_contain_text("could not be saved")
        server = started(study.folder, "--port", port)
        page.goto(url)
        expect(page.locator(".value.yes")).to_have_count(1, timeout=15_000)

        assert ["choose"] == study_acts(server, "choose")
    finally:
        context.close()
        server.kill()


def test_a_note_being_written_survives_a_reload(page: Page, server: Server) -> None:
    """What stands in a note's field is still there after a reload."""
    start(page, server)
    page.keyboard.press("m")
    page.keyboard.type("half a thou")
    page.reload()
    page.locator("details.more summary").click()

    expect(page.locator("#memo")).to_have_value("half a thou")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_accessibility_engine_finds_nothing(browser: Browser, server: Server, scheme: Any, width: int) -> None:
    """axe-core has no violation on any page: the pages of the list, and a passage before and after its suggestions."""
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    found = {}
    for path in PAGES:
        page.goto(server.url + path)
        found[path] = violations(page)
    start_or_go_on(page, server)
    found["read"] = violations(page)
    page.locator("details.more summary").click()
    found["read, more"] = violations(page)
    page.goto(page.url.replace("?", "/borders?", 1))
    found["borders"] = violations(page)
    page.go_back()
    until_suggested(page)
    found["suggested"] = violations(page)
    page.goto(page.url + "&others=1")
    found["others"] = violations(page)
    for way in ("All warnings here", "Find passages like this one"):
        page.locator("details.more summary").click()
        page.get_by_role("link", name=way).click()
        expect(page.locator("#decision")).to_have_count(0)
        found[way] = violations(page)
        page.go_back()
        expect(page.locator("#decision")).to_be_visible()
    page.goto(server.url + "/browse?text=the")
    page.get_by_role("link", name="See it in its transcript").first.click()
    expect(page.locator("mark.excerpt").first).to_be_visible()
    found["transcript"] = violations(page)
    context.close()

    assert {} == {path: report for path, report in found.items() if report}


def start_or_go_on(page: Page, server: Server) -> None:
    """Begin to read, or go on."""
    page.goto(server.url)
    page.locator("button.large").first.click()
    expect(page.locator("#decision")).to_be_visible()


def violations(page: Page) -> list[str]:
    """Return what axe-core objects to on this page."""
    results = Axe().run(page)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in results.response["violations"]]


def test_nothing_is_asked_of_another_machine(browser: Browser, server: Server) -> None:
    """Every request of every page goes to the address that was served."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(server.url + path)
    context.close()

    assert [] == [url for url in asked if not url.startswith((server.url, "data:"))]


def test_two_people_on_one_machine_are_kept_apart(browser: Browser, study: SmallStudy, tmp_path: Path) -> None:
    """With a second name the first page asks who one is, and a reading of the one is not shown to the other."""
    other = copied(study, tmp_path / "two")
    with served(other.folder, "--reader", "Jo") as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url + "/who")
        page.get_by_label("Your name").fill("Sam")
        page.get_by_role("button", name="Add me").click()
        page.wait_for_url("**/welcome")
        page.goto(server.url)
        expect(page.get_by_role("button", name="Start reading")).to_be_visible()
        stranger = browser.new_context().new_page()
        answer = stranger.goto(server.url)
        assert answer is not None
        assert 200 == answer.status
        expect(stranger.get_by_role("heading", name="Who are you?")).to_be_visible()
        context.close()


def test_a_browser_that_keeps_nothing_for_the_site_can_read(browser: Browser, server: Server) -> None:
    """With storage refused, as by a setting of the browser, every press is still answered."""
    context = browser.new_context()
    context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage']) "
        "Object.defineProperty(window, name, { get() { throw new DOMException('refused', 'SecurityError'); } });"
    )
    page = context.new_page()
    start(page, server)
    for _ in range(3):
        press(page, "No")

    assert 3 == len(study_acts(server, "choose"))
    context.close()


def test_what_met_a_fault_is_sent_again(page: Page, server: Server) -> None:
    """A press that could not be sent, and then met a fault of the program, is stored once when that has passed."""
    answers = iter(["abort", "fault"])

    def stand_between(route: Route) -> None:
        answer = next(answers, "pass") if route.request.method == "POST" else "pass"
        if answer == "abort":
            route.abort()
        elif answer == "fault":
            route.fulfill(status=500, content_type="text/html", body="<main><p>A fault.</p></main>")
        else:
            route.continue_()

    start(page, server)
    page.route("**/read/**", stand_between)
    page.locator("#decision").get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator("#saving")).to_contain_text("could not be saved")
    expect(page.locator(".value.yes")).to_have_count(1, timeout=15_000)

    assert ["choose"] == study_acts(server, "choose")
