"""The other pages in a real browser: finding, transcripts, warnings, keys, rest, quotes, packs, many at once."""

from __future__ import annotations

import io
from dataclasses import replace
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from coded_study import coded_elsewhere
from in_browser import start, study_acts
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from scored import let_all_match_equally
from serve import Server, press, served
from small_study import SmallStudy

from tagger.config import load_settings
from tagger.review import decisions, readers, servings
from tagger.review.web.visit import now
from tagger.store import Database
from tagger.store.database import opened

pytestmark = pytest.mark.slow


def test_a_passage_is_found_seen_in_its_transcript_compared_and_read(page: Page, server: Server) -> None:
    """From a word to the passages that hold it, to the whole transcript, to similar ones, and to a reading of it."""
    page.goto(server.url)
    page.get_by_role("link", name="Find", exact=True).click()
    page.get_by_label("Words in it").fill("night shift")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("mark.hit").first).to_have_text("night shift")
    page.get_by_role("link", name="See it in its transcript").first.click()
    expect(page.locator("mark.excerpt").first).to_contain_text("night shift")
    page.get_by_role("link", name="Find similar").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Read this one").first.click()
    expect(page.locator("#decision")).to_be_visible()
    expect(page.locator("mark.excerpt").first).to_contain_text("night shift")
    press(page, "Yes")

    assert ["choose"] == study_acts(server, "choose")


def test_more_of_the_transcript_is_one_press_away(page: Page, server: Server) -> None:
    """What was said around a passage opens in steps, and then as a whole."""
    start(page, server)
    some = page.locator(".transcript .turn").count()
    page.get_by_role("link", name="the whole transcript").click()
    expect(page.get_by_role("link", name="the whole transcript")).to_have_count(0)

    assert some < page.locator(".transcript .turn").count()


def test_later_comes_back_and_is_told_on_the_first_page(page: Page, server: Server) -> None:
    """What was put off is no longer next, and the first page says that it will come back."""
    start(page, server)
    first = page.locator("main").get_attribute("data-serving")
    page.keyboard.press("l")
    expect(page.locator(".said")).to_contain_text("It will come back at the end")
    assert first != page.locator("main").get_attribute("data-serving")
    page.goto(server.url)

    expect(page.locator("main")).to_contain_text("1 will come back later")


def test_one_value_is_read_with_its_suggestions_at_once(page: Page, study: SmallStudy) -> None:
    """Reading for one value shows why it was suggested, and an answer leads to the next of its passages."""
    study.set("blind_share = 0.0")
    with served(study.folder, "--reader", "Jo") as server:
        page.goto(server.url)
        page.get_by_text("Read in another way").click()
        page.get_by_label("For one value only").select_option("Choice")
        page.get_by_role("button", name="Read this way").click()
        expect(page.locator(".suggestion")).to_contain_text("Choice")
        press(page, "Yes")

        assert ["accept"] == study_acts(server, "accept")


def test_a_warning_stands_above_the_text_until_it_is_taken_away(page: Page, server: Server) -> None:
    """A reader's words are there for whoever opens the passage next; those for a whole transcript too."""
    start(page, server)
    page.locator("details.more summary").click()
    page.locator("#content").fill("about a flat that was lost")
    page.get_by_role("button", name="Add the warning").click()
    warning = page.locator(".notice", has_text="Before you read")
    expect(warning).to_contain_text("about a flat that was lost")
    page.get_by_role("link", name="Change this warning").click()
    page.get_by_role("link", name="goes through the whole transcript").click()
    expect(page.locator("main")).to_contain_text("above every passage of this transcript")
    page.get_by_label("What does it touch on?").fill("about being on a ward")
    page.get_by_role("button", name="Add it").click()
    expect(warning).to_contain_text("about being on a ward")
    page.get_by_role("link", name="Change this warning").click()
    page.locator("li", has_text="about a flat").get_by_role("button").click()

    expect(warning).not_to_contain_text("about a flat that was lost")
    expect(warning).to_contain_text("about being on a ward")


def test_keys_and_looks_are_the_reader_s_own(page: Page, server: Server) -> None:
    """A key that was chosen does what it was chosen for, the old one nothing, and dark is dark."""
    page.goto(server.url + "/preferences")
    page.get_by_label("Dark", exact=True).check()
    page.get_by_text("Choose my own keys").click()
    page.locator("#key-skip").fill("k")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    start(page, server)
    page.keyboard.press("s")
    page.keyboard.press("k")
    expect(page.locator(".said")).to_contain_text("Skipped")

    assert ["skip"] == study_acts(server, "skip")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_rest_is_suggested_after_the_time_that_was_set_and_a_pause_leads_back(page: Page, server: Server) -> None:
    """Not before, and with a way to carry on; the quiet page leads back to the passage."""
    page.clock.install()
    start(page, server)
    page.clock.fast_forward("44:00")
    expect(page.locator("#rest")).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(page.locator("#rest")).to_be_visible()
    page.get_by_role("button", name="Carry on").click()
    expect(page.locator("#rest")).to_be_hidden()
    here = page.url
    page.locator("details.more summary").click()
    page.locator("details.more").get_by_role("link", name="Take a pause").click()
    page.locator("main a.button").first.click()

    expect(page.locator("#decision")).to_be_visible()
    assert here.split("?")[0] == page.url.split("?")[0]


def test_quotes_are_shown_and_saved(page: Page, server: Server) -> None:
    """What was found stands under its value with who said it, and comes along in both files."""
    start(page, server)
    words = page.locator("mark.excerpt").first.inner_text()[:40]
    page.locator(".mark").first.click()
    expect(page.locator(".value.yes")).to_have_count(1)
    press(page, "Done")
    page.get_by_role("link", name="Quotes", exact=True).click()
    expect(page.locator("blockquote", has_text=words)).to_be_visible()
    saved = {}
    for name in ("Save as a spreadsheet", "Save as a page to print"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        saved[Path(download.value.suggested_filename).suffix] = download.value.path().read_bytes()

    assert words in unescape(saved[".html"].decode())
    book = load_workbook(io.BytesIO(saved[".xlsx"]))
    assert any(words in str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_agreement_is_reached_read_and_chosen_with_keys_alone(browser: Browser, study: SmallStudy, width: int) -> None:
    """From the menu to the numbers and how to read them, in both colours: axe-core and the policy object to nothing."""
    coded_elsewhere(study).run(dataset="second")
    context = browser.new_context(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with served(study.folder, "--reader", "Jo") as server:
        page.goto(server.url)
        page.locator("header.top summary").press("Enter")
        page.get_by_role("link", name="How far readings agree").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("How far do readings agree?")
        page.get_by_role("link", name="general").press("Enter")
        expect(page.get_by_role("link", name="general")).to_have_attribute("aria-current", "page")
        page.get_by_text("How to read this").press("Enter")
        expect(page.get_by_text("Krippendorff's alpha", exact=False)).to_be_visible()
        expect(page.get_by_role("row", name="Choice")).to_contain_text("17 passages, 4 transcripts")
        expect(page.locator("table.agreement svg").first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert said == []
        found = {}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[scheme] = [one["id"] for one in Axe().run(page).response["violations"]]
    context.close()

    assert wide <= width
    assert {"light": [], "dark": []} == found


def test_a_pack_goes_out_and_comes_back(page: Page, server: Server, tmp_path: Path) -> None:
    """Made on the page, marked with an x in a spreadsheet, and brought back: the answer is stored."""
    page.goto(server.url + "/packs")
    page.get_by_label("How many passages").fill("3")
    page.get_by_role("button", name="Make the pack").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a spreadsheet").click()
    pack = tmp_path / "pack.xlsx"
    download.value.save_as(pack)
    book = load_workbook(pack)
    sheet = book["Read"]
    [nothing] = [cell.column for cell in sheet[1] if cell.value == "Nothing here"]
    sheet.cell(2, nothing, "x")
    book.save(pack)
    page.get_by_label("The spreadsheet that was filled in").set_input_files(pack)
    page.get_by_role("button", name="Bring it back").click()

    expect(page.get_by_role("status").filter(has_text="The pack came back")).to_contain_text("stored what 1 row says")
    assert ["nothing here"] == study_acts(server, "nothing here")


def test_many_are_answered_at_once_where_enough_was_read_blind_and_taken_back_at_once(
    browser: Browser,
    study: SmallStudy,
) -> None:
    """One press after a look at what it is about, and one Undo for all of it."""
    study.set("own_first = false")
    study.set("blind_share = 0.0")
    with opened(study.folder / "study.duckdb") as db:
        let_all_match_equally(db)
        all_read_blind(db, study)
    with served(study.folder) as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url + "/who")
        page.get_by_role("button", name="Ann").click()
        expect(page.get_by_role("button", name="Start reading")).to_be_visible()
        page.goto(server.url + "/browse?value=choice")
        page.get_by_role("link", name="No to all").click()
        page.get_by_role("button", name="No to Choice on").click()
        expect(page.locator(".said")).to_contain_text("no to Choice")
        many = study_acts(server, "reject")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".said")).to_contain_text("Undone")
        left = study_acts(server, "reject")
        context.close()

    assert len(many) > 1
    assert [] == left


def all_read_blind(db: Database, study: SmallStudy) -> None:
    """Let Ben read every passage without suggestions; Ann has read nothing yet."""
    time, review = now(), replace(load_settings(study.folder).review, blind_share=1.0, read="all")
    for name in ("Ann", "Ben"):
        readers.add_reader(db, name.lower(), name, time)
    servings.prepare(db, "ann", "general", load_settings(study.folder).review, 1, time)
    servings.prepare(db, "ben", "general", review, 1, time)
    everything = servings.Queue("general", read="all")
    while one := servings.next_serving(db, "ben", everything, review, str(uuid4()), time):
        decisions.decide(db, id=str(uuid4()), serving=one, act="done", now=time)
