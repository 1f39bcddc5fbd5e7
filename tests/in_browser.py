"""What the tests in a real browser share: the browser, a served study, and the way to a first passage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from serve import Server, chromium, served
from small_study import SmallStudy

from tagger.store import Store


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser that all tests of the module share."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def server(study: SmallStudy) -> Iterator[Server]:
    """Serve a copy of the tagged study."""
    with served(study.folder, "--reader", "Jo") as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of its own, which fails the test on any error of a script."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def start(page: Page, server: Server, *, scripts: bool = True) -> None:
    """Begin to read all there is, of which the first is no exchange, and wait until the page is ready for keys."""
    page.goto(server.url)
    page.get_by_text("Read in another way").click()
    page.get_by_label("What", exact=True).select_option("all")
    page.get_by_role("button", name="Read this way").click()
    expect(page.locator("#decision")).to_be_visible()
    if scripts:
        expect(page.locator("#passage")).to_be_focused()


def study_acts(server: Server, *acts: str) -> list[str]:
    """Return the standing acts of these names, read through the running server."""
    with Store(server.folder).session("a test") as database:
        rows = database.rows("SELECT act FROM standing_decisions ORDER BY number")
    return [act for (act,) in rows if act in acts]
