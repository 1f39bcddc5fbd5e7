"""
Take the pictures in docs/screens, on the bundled sample: the pages of the review app, and the reports.

    python scripts/screenshots.py [--study demo-study]     (needs Debian's chromium)

The study is copied first; what is read for the pictures is read in the copy.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, Page, ViewportSize  # noqa: E402
from serve import chromium, press, served, step, until_suggested  # noqa: E402

from tagger.config import load_settings  # noqa: E402
from tagger.review import decisions, servings  # noqa: E402
from tagger.steps import compare  # noqa: E402
from tagger.steps.agreement import report  # noqa: E402
from tagger.store.database import opened  # noqa: E402

PHONE, WIDE = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=860)
REPORT = ViewportSize(width=1280, height=920)
PAGES = {
    "progress": "/progress",
    "app-agreement": "/agreement",
    "side-by-side": "/comparison",
    "find": "/browse",
    "quotes": "/exemplars",
    "paper": "/packs",
    "how-it-works": "/welcome",
    "without-suggestions": "/without-suggestions",
    "keys": "/help",
    "preferences": "/preferences",
    "who": "/who",
    "pause": "/pause",
    "the-list": "/list",
    "change-the-list": "/list/propose?kind=new",
}


def read_some(page: Page, url: str, passages: int) -> None:
    """Read passages of the first dataset as a person might: a value here and there, and on."""
    page.goto(url)
    page.locator("button.large").first.click()
    page.wait_for_selector("#decision")
    for number in range(passages):
        if number % 4 != 3:
            before = step(page)
            page.locator(".mark").nth(number % 3).click()
            page.wait_for_function(
                "old => document.querySelector('#decision input[name=id]')?.value !== old", arg=before
            )
        press(page, "Done")
        if page.locator(".suggestion").count():
            press(page, "Next")


def until_telling(page: Page) -> None:
    """Read on until something is suggested in a passage that is long enough to look like one."""
    for _ in range(12):
        until_suggested(page)
        if len("".join(page.locator("mark.excerpt").all_inner_texts())) > 250:
            return
        press(page, "Next")


def mark_some(folder: Path) -> None:
    """Mark what the two adaptations added, as whoever read for the pictures would with the base list alone."""
    review = load_settings(folder).review
    with opened(folder / "study.duckdb") as study:
        [(coder,)] = study.rows("SELECT DISTINCT coder_id FROM servings")
        shown = study.rows(
            "SELECT DISTINCT excerpt_id FROM coding_list "
            "WHERE value IN ('Trust', 'Family-centred') AND answer = 'yes' AND excerpt_kind = 'passage'"
        )
        for (excerpt,) in shown:
            now = datetime.now(UTC).replace(tzinfo=None)
            serving = servings.chosen(study, coder, excerpt, review, str(uuid4()), now)
            decisions.decide(study, id=str(uuid4()), serving=serving, act="something not on our list", now=now)


def main() -> None:
    """Serve a copy of the study, read a little, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Path, default=ROOT / "demo-study")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "study")
        shutil.copytree(arguments.study, folder)
        _, files = report(folder, Path(temporary, "report"))
        _, compared = compare.write(folder, Path(temporary, "comparison"))
        with served(folder) as server, chromium() as browser:
            _pictures(browser, server.url, arguments.out)
            _proposal(browser, server.url, arguments.out)
            sheet = browser.new_page(viewport=REPORT, reduced_motion="reduce")
            sheet.goto(next(file for file in files if file.suffix == ".html").as_uri())
            _picture(sheet, arguments.out / "agreement.png")
            sheet.goto(next(file for file in compared if file.suffix == ".html").as_uri() + "#section-1")
            _picture(sheet, arguments.out / "comparison.png")
        mark_some(folder)
        with served(folder) as server, chromium() as browser:
            page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
            page.goto(f"{server.url}/list/missing")
            _picture(page, arguments.out / "not-on-the-list.png")


def _pictures(browser: Browser, url: str, out: Path) -> None:
    wide = browser.new_page(viewport=WIDE, reduced_motion="reduce")
    phone = browser.new_page(viewport=PHONE, reduced_motion="reduce")
    wide.goto(url)
    _picture(wide, out / "start.png")
    read_some(wide, url, 6)
    _picture(wide, out / "read.png")
    phone.goto(wide.url)
    _picture(phone, out / "read-phone.png")
    phone.emulate_media(color_scheme="dark")
    _picture(phone, out / "read-phone-dark.png")
    until_telling(wide)
    _picture(wide, out / "suggested.png")
    phone.emulate_media(color_scheme="light")
    phone.goto(wide.url)
    _picture(phone, out / "suggested-phone.png")
    for name, path in PAGES.items():
        wide.goto(url + path)
        _picture(wide, out / f"{name}.png")


def _proposal(browser: Browser, url: str, out: Path) -> None:
    page = browser.new_page(viewport=ViewportSize(width=1280, height=1000), reduced_motion="reduce")
    read_some(page, url, 40)  # so that there is something to show
    page.goto(f"{url}/list/propose?list=side-by-side&kind=reword&value=safety")
    page.locator("#cues").fill("The door is open and nobody asks why you came.\nA quiet corner to sit in.")
    page.locator("#examples").fill("I could sit by the window and nobody minded.")
    page.locator("input[name=holds][value=same]").check()
    page.locator("#why").fill("People speak of a place where they can just be.")
    page.get_by_role("button", name="Propose it").click()
    page.wait_for_selector("#ahead figure", timeout=180_000)
    page.goto(f"{page.url}#ahead")
    _picture(page, out / "change-ahead.png")


def _picture(page: Page, file: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)
    print(file)  # noqa: T201


if __name__ == "__main__":
    main()
