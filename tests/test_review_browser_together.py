"""Two readers and an analyst in three real browsers, from signing in to consent, and the study checked afterwards."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from serve import Server, served
from small_study import SmallStudy

from tagger.store import Store

pytestmark = pytest.mark.slow

SHED = "a thing about the night shift"
ADDED = """\
Interviewer: What was it like to come back?
Wilhelmina: I stood outside for a while. Nobody came to fetch me, and nobody asked what had kept me. When I did go in \
they had my cup out. I sat where I wanted and said nothing for an hour, and that was all right with everyone.
Interviewer: And the week after that?
Wilhelmina: I brought a cake. It was the first thing I had made since the winter, and they ate all of it.
"""


class Person:
    """Somebody at a browser, who remembers which suggestions each page showed them, by serving."""

    def __init__(self, page: Page, server: Server, name: str) -> None:
        self.page, self.server, self.name = page, server, name
        self.saw: dict[str, set[str]] = defaultdict(set)

    def sign_in(self, link: str) -> None:
        """Open a link, and press its one button."""
        self.page.goto(link)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("button", name=f"Sign out {self.name}", include_hidden=True)).to_have_count(1)

    def start(self) -> None:
        """Begin or go on to read from the first page."""
        self.page.goto(self.server.url)
        buttons = self.page.get_by_role("button", name=re.compile("(Start|Go on) reading"))
        if buttons.count():
            buttons.first.click()
            self.page.wait_for_url(re.compile("/(read|finished)"))

    def read(self, sees: Callable[[str], bool], most: int = 1_000) -> int:
        """Read on to the end: mark a value where *sees* says so, no to all else that is suggested; return how many."""
        passages = 0
        while passages < most and (serving := self._passage()):
            words = " ".join(self.page.locator("mark.excerpt").all_inner_texts())
            if sees(words) and self.page.locator("#mark-common").count():
                self._press("#mark-common")
            # Where nothing is suggested, or it is read blind, this leads on to the next one.
            self._press("#act-done")
            while self._passage() == serving and self.page.locator("#act-no").count():
                said_yes = "Still yes?" in self.page.locator("#decision .question").inner_text()
                self._press("#act-yes" if said_yes else "#act-no")
            if self._passage() == serving and self.page.locator("#act-next").count():
                self._press("#act-next")
            passages += 1
        return passages

    def _passage(self) -> str:
        found = self.page.locator("main[data-serving]")
        return (found.get_attribute("data-serving") or "") if found.count() else ""

    def _look(self) -> None:
        """Remember which suggestions this page shows, by serving."""
        for each in self.page.locator(".suggestion").all():
            self.saw[self._passage()].add(str(each.get_attribute("id")).removeprefix("suggestion-"))

    def _press(self, button: str) -> None:
        self._look()
        form = self.page.locator("#decision input[name=id]").get_attribute("value")
        self.page.locator(button).click()
        self.page.wait_for_function(
            "old => document.querySelector('#decision input[name=id]')?.value !== old", arg=form
        )  # fmt: skip


@contextmanager
def at_a_browser(browser: Browser, server: Server, name: str) -> Iterator[Person]:
    """Give somebody a browser of their own, which fails the test on any error of a script."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Person(page, server, name)
    context.close()
    assert [] == errors


def ask(server: Server, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a SELECT, asked of the running server."""
    with Store(server.folder).session("a test") as database:
        rows: list[dict[str, Any]] = database.table(sql).to_pylist()
    return rows


def test_from_signing_in_to_consent(browser: Browser, study: SmallStudy, tagger: Any) -> None:
    """
    Ann and Ben read everything, with a run of new transcripts in the middle; they differ, propose, and consent.

    The study holds what each of them saw and no more, each reading is of the kind that what was seen makes it, nobody's
    reading is changed by consent, and the analyst saw no passage.
    """
    study.set('read = "all"')
    study.set("double_share = 1.0")
    study.set("blind_share = 0.5")
    with served(study.folder) as server, ExitStack() as stack:
        people = {name: stack.enter_context(at_a_browser(browser, server, name)) for name in ("Ann", "Ben", "Cleo")}
        for name, role in (("Ann", "reviewer"), ("Ben", "reviewer"), ("Cleo", "analyst")):
            said = tagger("reviewer", "add", name, "--role", role, "--study", study.folder)
            people[name].sign_in(re.search(r"http\S+/sign-in#\S+", said.out)[0])
        ann, ben, cleo = people.values()

        ann.start()
        begun = ann.read(lambda text: SHED in text, most=5)
        assert 5 == begun
        (study.files / "added.txt").write_text(ADDED, "utf-8")
        assert study.run().rows
        cleo.page.goto(f"{server.url}/consent")
        expect(cleo.page.locator("main")).not_to_contain_text("night shift")
        cleo.page.goto(f"{server.url}/progress")
        expect(cleo.page.get_by_role("heading", level=1)).to_have_text("Progress")

        ann.start()
        ann.read(lambda text: SHED in text)
        ann.page.goto(f"{server.url}/consent")
        expect(ann.page.locator("main")).to_contain_text("There is nothing here for you now")
        ben.start()
        ben.read(lambda _: False)
        passages = ask(
            server, "SELECT count(*) AS n FROM excerpt_list WHERE text LIKE '%cup out%' OR text LIKE '%cake%'"
        )
        assert passages[0]["n"]

        readings = ask(server, "SELECT * FROM codings ORDER BY id")
        ann.page.goto(f"{server.url}/consent")
        ann.page.get_by_role("link", name="Look at it").first.click()
        ann.page.get_by_label("Experiences in common").check()
        ann.page.get_by_label("Why, in a few words").fill("They were on the same ward.")
        ann.page.get_by_role("button", name="Propose it").click()
        expect(ann.page.locator(".said")).to_contain_text("with the others now")
        ben.page.goto(server.url)
        ben.page.get_by_role("link", name="Say where you stand").click()
        expect(ben.page.get_by_role("heading", level=1)).to_have_text("Together")
        ben.page.get_by_role("link", name="Say where you stand").click()
        expect(ben.page.locator("blockquote")).to_have_text("They were on the same ward.")
        ben.page.get_by_label("I can live with it").check()
        ben.page.get_by_role("button", name="Say where I stand").click()
        expect(ben.page.locator("main")).to_contain_text("It stands.")

        check_what_was_seen(server, people)
        assert readings == ask(server, "SELECT * FROM codings ORDER BY id")
        positions = ask(
            server, "SELECT k.name, p.position FROM positions p JOIN coders k ON k.id = p.coder_id ORDER BY 1"
        )
        assert [("Ann", "agree"), ("Ben", "can live with")] == [tuple(row.values()) for row in positions]
        [row] = ask(server, "SELECT DISTINCT proposed, text FROM consent_list")
        assert "Experiences in common" == row["proposed"]
        assert SHED in row["text"]


def check_what_was_seen(server: Server, people: dict[str, Person]) -> None:
    """Compare what browsers showed with what is stored, and with the kinds of the readings."""
    assert [] == ask(server, "SELECT * FROM doubtful_codings")
    made: set[str] = set()
    for name in ("Ann", "Ben"):
        stored: dict[str, set[str]] = defaultdict(set)
        for row in ask(
            server,
            "SELECT s.id::VARCHAR AS serving, d.suggestion_id FROM displays d JOIN coders k ON k.id = d.coder_id "
            "JOIN servings s ON s.coder_id = d.coder_id AND s.excerpt_id = d.excerpt_id "
            f"WHERE d.shown = 'suggestion' AND k.name = '{name}'",
        ):
            stored[row["serving"]].add(row["suggestion_id"])
        assert people[name].saw == stored
        kinds = ask(
            server,
            "SELECT x.kind, s.arm, s.id::VARCHAR AS serving FROM codings x JOIN coders k ON k.id = x.coder_id "
            f"JOIN servings s ON s.id = x.serving_id WHERE k.name = '{name}'",
        )
        made |= {row["kind"] for row in kinds}
        assert all((row["kind"] == "blind") == (row["arm"] == "blind") for row in kinds)
        assert not [row for row in kinds if row["arm"] == "blind" and row["serving"] in people[name].saw]
    assert {"blind", "own-first", "assisted"} == made
    shown = ask(
        server,
        "SELECT k.name, count(*) AS n FROM displays d JOIN coders k ON k.id = d.coder_id "
        "WHERE d.shown = 'reading' GROUP BY k.name ORDER BY k.name",
    )
    assert ["Ann", "Ben"] == [row["name"] for row in shown]
