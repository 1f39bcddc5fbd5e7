"""How far readings agree, in the app: the report's own numbers, in sums, and nothing that tells on anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pandas as pd
import pytest
from coded_study import CODED
from serving import served
from small_study import NAMES, SmallStudy
from starlette.testclient import TestClient
from visitor import visitor

import tagger
from tagger.config import ReviewSettings, Settings, load_settings
from tagger.errors import UsageError
from tagger.report.computation import first_screen
from tagger.review import decisions
from tagger.review.agreement import Agreement, FirstScreens, agreement
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.review.readers import add_reader
from tagger.review.servings import Queue, next_serving, prepare
from tagger.steps.agreement import measure, report
from tagger.steps.evidence import gather, gather_from
from tagger.steps.stopping import guarantees
from tagger.store import Database, Owner, Store

HERE = "http://127.0.0.1:8321"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC).replace(tzinfo=None)
BLIND = ReviewSettings(blind_share=1.0, read="all", double_share=1.0, readers=3)


@contextmanager
def reading(study: SmallStudy, *names: str, review: ReviewSettings = BLIND) -> Iterator[tuple[Owner, TestClient]]:
    """Serve a study to these readers; return its owner, and a browser in which nobody but an only reader is known."""
    with served(study.folder) as owner:
        for name in names:
            owner.write(lambda db, name=name: add_reader(db, name.lower(), name, NOW))
        settings = replace(load_settings(study.folder), review=review)
        with visitor(owner, study, settings=settings, raise_server_exceptions=False) as browser:
            yield owner, browser


def settings_of(study: SmallStudy) -> Settings:
    """Return the settings of a study in which all passages are read blind."""
    return replace(load_settings(study.folder), review=BLIND)


def look(study: SmallStudy, coder_id: str, dataset: str = "") -> Agreement:
    """Return what somebody may see, computed anew."""
    with Store(study.folder).session("a test") as database:
        return agreement(database, coder_id, settings_of(study), dataset, FirstScreens())


def read(db: Database, coder_id: str, most: int = 1_000) -> int:
    """Let somebody find Choice in passages that they read blind, until none or *most* are read; return how many."""
    prepare(db, coder_id, "general", BLIND, 7, NOW)
    for count in range(most):
        serving = next_serving(db, coder_id, Queue("general", read="all"), BLIND, str(uuid4()), NOW)
        if serving is None:
            return count
        decisions.decide(db, id=str(uuid4()), serving=serving, act="done", answers={"choice": "yes"}, now=NOW)
    return most


def words(html: str) -> str:
    """Return the words of a piece of a page, between single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def rows_of(html: str) -> dict[str, list[str]]:
    """Return the cells of the table by value, in words."""
    found = re.findall(r'<th role="rowheader" scope="row">(.*?)</th>(.*?)</tr>', html, re.DOTALL)
    return {
        words(name): [words(cell) for cell in re.findall(r"<td.*?</td>", cells, re.DOTALL)] for name, cells in found
    }


def written(number: dict[str, float]) -> str:
    """Write a number of the report's JSON as a person reads it."""
    return (
        f"{number['estimate']:.2f} [{number['low']:.2f}, {number['high']:.2f}] "
        f"{number['n']} passages, {number['transcripts']} transcripts"
    )


def test_report_files_api_and_page_say_the_same_while_people_read(coded: SmallStudy) -> None:
    """Each number of the page is that of report.json, of numbers.csv and of `Study.agreement`, for people and model."""
    with reading(coded, "Jo") as (_, browser):
        report(coded.folder, coded.home / "report")
        told = tagger.open_study(coded.folder).agreement().summary.set_index("value")
        page = browser.get("/agreement").text
    content = json.loads((coded.home / "report" / "report.json").read_text("utf-8"))
    numbers = pd.read_csv(coded.home / "report" / "numbers.csv", keep_default_na=False)
    shown = rows_of(page)

    assert {"Choice", "Experiences in common"} == set(shown)
    assert content["headline"] in words(page)
    for row in content["summary"][:2]:
        people, model, enough, said = shown[row["value"]]
        assert f"People with people {written(row['people'])}" == people
        assert f"Model with people {written(row['model'])}" == model
        assert (f"Enough data? {'roughly' if row['enough'] == 'rough' else row['enough']}", row["words"]) == (
            enough,
            said,
        )
        for name in ("people", "model"):
            number = row[name]
            where = numbers[["section", "value_id", "source", "estimator"]].astype(str)
            [line] = numbers[(where == [str(number[key]) for key in where]).all(axis=1)].to_dict("records")
            own = told.loc[row["value"]]
            for key, column in (("estimate", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
                assert number[key] == pytest.approx(float(line[key])) == pytest.approx(own[column])
            assert (number["n"], number["transcripts"]) == (int(line["n"]), int(line["transcripts"]))
            assert number["n"] == own[f"{name}_n"]


def test_the_first_screen_alone_is_that_of_the_whole_report(coded: SmallStudy) -> None:
    """Computed without the other sections, it has the very numbers and words of the report."""
    whole, alone = measure(coded.folder), first_screen(gather(coded.folder))

    assert (whole.headline, whole.source, whole.summary) == (alone.headline, alone.source, alone.rows)
    assert {section.cannot_say for section in whole.sections if section.number in (2, 5)} == set(alone.cannot_say)
    assert all(alone.cannot_say)


def test_the_page_holds_no_passage_no_name_and_no_pair(coded: SmallStudy) -> None:
    """Nobody's words, nobody's name or letter, and nothing that the policy for pages forbids."""
    passages = tagger.open_study(coded.folder).excerpts()["text"]
    with reading(coded, "Jo") as (_, browser):
        page = browser.get("/agreement").text
        before = coded.one("SELECT count(*) FROM displays")

    main = words(page[page.index("<main") :])
    assert not [name for name in (*NAMES, *CODED, "Jo", "Reader A", "Reader B") if name in main]
    assert not [text for text in passages if text[:25] in main]
    assert not re.search(r"<[^>]*\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)
    assert 0 == before


def test_the_table_tells_a_screen_reader_what_is_what(coded: SmallStudy) -> None:
    """It has a caption, a column header for each column, and a row header for each value."""
    with reading(coded, "Jo") as (_, browser):
        page = browser.get("/agreement").text

    [table] = re.findall(r'<table class="agreement".*?</table>', page, re.DOTALL)
    assert 1 == table.count("<caption>")
    assert 5 == table.count('scope="col"')
    assert 2 == table.count('scope="row"')
    assert 4 * 2 == table.count("<td")


def test_how_often_a_rare_value_was_found_is_not_said(coded: SmallStudy) -> None:
    """Values without a number are named together, without a count: it may be one person's reading of one passage."""
    with reading(coded, "Jo") as (_, browser):
        page = words(browser.get("/agreement").text)

    assert "No number yet: Two-way support." in page
    assert "it was found in" in measure(coded.folder).summary[2].people.reason
    assert not re.search(r"found in \d+ passages,", page)


@pytest.mark.parametrize("state", ["fresh", "study"])
def test_a_study_without_readings_has_one_friendly_sentence(state: str, request: pytest.FixtureRequest) -> None:
    """Before there are transcripts, and before anybody has read them, the page says what it waits for."""
    with reading(request.getfixturevalue(state), "Jo") as (_, browser):
        answer = browser.get("/agreement")

    assert 200 == answer.status_code
    assert "There is not enough yet to compare." in answer.text
    assert "<table" not in answer.text


def test_an_unknown_dataset_is_told_in_words(coded: SmallStudy) -> None:
    """The address of a dataset that is not there gets a message that names those that are, and no folder."""
    with reading(coded, "Jo") as (_, browser):
        answer = browser.get("/agreement?dataset=nowhere")

    assert 400 == answer.status_code
    assert "there is no dataset 'nowhere'. There are general." in words(answer.text)
    assert str(coded.home) not in answer.text
    with pytest.raises(UsageError, match="there is no dataset 'nowhere'"):
        measure(coded.folder, "nowhere")


def test_a_dataset_can_be_chosen_where_there_are_several(coded: SmallStudy) -> None:
    """Each has a link, which leads to its own numbers; with one dataset there is no choice to make."""
    with reading(coded, "Jo") as (_, browser):
        alone = browser.get("/agreement").text
    coded.run(dataset="second & last")
    with reading(coded) as (_, browser):
        page = browser.get("/agreement").text
        links = [unescape(link) for link in re.findall(r'class="button" href="(/agreement[^"]*)"', page)]
        second, general = browser.get(links[2]).text, browser.get(links[1]).text

    assert 'aria-label="Datasets"' not in alone
    assert ["/agreement", "/agreement?dataset=general", "/agreement?dataset=second%20%26%20last"] == links
    assert "There is not enough yet to compare." in second
    assert rows_of(alone) == rows_of(general)
    assert look(coded, "jo", "general").screen == first_screen(gather(coded.folder, "general"))


def test_a_reading_of_one_s_own_moves_nothing_until_all_is_read(study: SmallStudy) -> None:
    """What a reader sees is the same after each of their readings but the last: no reading of others shows through."""
    with Store(study.folder).session("a test") as database:
        for name in ("Wren", "Imani", "Dee"):
            add_reader(database, name.lower(), name, NOW)
        passages = read(database, "wren")
    before = look(study, "imani")
    seen = []
    with Store(study.folder).session("a test") as database:
        for most in (1, 1, passages - 3, 1):
            assert most == read(database, "imani", most)
            seen.append(agreement(database, "imani", settings_of(study), "", FirstScreens()))
    outside = look(study, "dee")

    assert () == before.waits
    assert {("general",)} == {one.waits for one in seen[:-1]}
    assert {None} == {one.screen for one in seen[:-1]}
    assert (
        ((), first_screen(gather(study.folder))) == (seen[-1].waits, seen[-1].screen) == (outside.waits, outside.screen)
    )


def test_the_page_of_somebody_in_the_middle_of_reading_has_no_number(study: SmallStudy) -> None:
    """It says why it waits and where to read on, and is complete for those who read nothing."""
    with reading(study, "Wren", "Imani", "Dee") as (owner, browser):
        owner.write(lambda db: read(db, "wren"))
        owner.write(lambda db: read(db, "imani", 14))
        pages = {}
        for name in ("imani", "dee"):
            browser.post("/who", data={"reader": name})
            pages[name] = browser.get("/agreement").text

    assert "You have begun to read in general." in words(pages["imani"])
    assert "<table" not in pages["imani"]
    assert not re.search(r"\d\.\d\d", words(pages["imani"]))
    people, _, _, said = rows_of(pages["dee"])["Choice"]
    # Which transcripts come first depends on the study's secret.
    read_of = study.one(
        "SELECT count(DISTINCT e.transcript_id) FROM conclusions c JOIN excerpts e ON e.id = c.excerpt_id "
        "WHERE c.coder_id = 'imani'"
    )
    assert f"People with people no number yet 14 passages, {read_of} transcripts" == people
    # Both found it in all 14 passages: they are many, and alpha is not defined.
    assert "How far people agree cannot be said yet." == said


def test_readings_made_elsewhere_are_seen_while_one_reads(coded: SmallStudy) -> None:
    """What is read here moves no number of them, so that nobody has to wait."""
    before = look(coded, "jo")
    with Store(coded.folder).session("a test") as database:
        add_reader(database, "jo", "Jo", NOW)
        read(database, "jo", 3)
    after = look(coded, "jo")

    assert before.screen is not None
    assert ((), before.screen) == (after.waits, after.screen)


def audited(study: SmallStudy) -> None:
    """Draw an audit of all passages for Wren, who finds Choice in them all, and for Imani, who has not begun."""
    with Store(study.folder).session("a test") as database:
        for name in ("Wren", "Imani", "Dee"):
            add_reader(database, name.lower(), name, NOW)
        draw(database, Wanted("general", ("wren", "imani"), dict.fromkeys(STRATA, 1_000), 7), NOW)
        read(database, "wren")


def test_what_has_been_found_is_told_to_those_who_have_nothing_to_read(study: SmallStudy) -> None:
    """The very sentence of the step, to those to whom nothing is given and who are through; others wait for it."""
    audited(study)
    [choice] = [one for one in guarantees(study.folder) if one.value.id == "choice"]
    outside = look(study, "dee")
    with reading(study) as (_, browser):
        pages = {}
        for name in ("wren", "imani"):
            browser.post("/who", data={"reader": name})
            pages[name] = words(browser.get("/agreement").text)

    assert choice.found.found >= 10
    assert ([choice], ("Experiences in common", "Two-way support")) == (list(outside.guaranteed), outside.seldom_found)
    assert choice.words in pages["wren"]
    assert "Not said yet: Experiences in common, Two-way support." in pages["wren"]
    assert "Nobody has found" not in pages["wren"]
    assert "You see this for general when you have read all that is yours there." in pages["imani"]
    assert "confidence at least" not in pages["imani"]
    assert "Not said yet" not in pages["imani"]


def test_without_an_audit_it_says_what_would_tell(coded: SmallStudy) -> None:
    """However much was coded elsewhere, only a random draw says how much there is."""
    with reading(coded, "Jo") as (_, browser):
        page = words(browser.get("/agreement").text)

    assert "Nobody knows yet. An audit tells" in page
    assert "confidence" not in page


def test_it_is_computed_once_for_a_state_of_the_study(coded: SmallStudy) -> None:
    """A second look gives what the first one made, until something was read."""
    screens = FirstScreens()
    with Store(coded.folder).session("a test") as database:
        add_reader(database, "jo", "Jo", NOW)
        read(database, "jo", 1)  # after which nothing is drawn for them any more
        first, again = (screens.screen(database, "Small", "")[0] for _ in range(2))
        one, _ = screens.screen(database, "Small", "general")
        read(database, "jo", 1)
        later, _ = screens.screen(database, "Small", "")

    assert first is again
    assert first is not later
    assert first == later == one


def test_it_is_one_state_of_the_study_and_keeps_nobody_from_reading(coded: SmallStudy) -> None:
    """A reading that is stored while the numbers are gathered is not kept waiting, and is in the next ones alone."""
    with served(coded.folder) as owner, owner.reading() as database:
        owner.write(lambda db: add_reader(db, "jo", "Jo", NOW))
        with database.transaction():
            before = gather_from(database, "Small")
            owner.write(lambda db: read(db, "jo", 2))
            meanwhile = gather_from(database, "Small")
        after = gather_from(database, "Small")

    assert len(before.readings) == len(meanwhile.readings) == len(after.readings) - 2


def test_one_finds_it_from_the_menu_and_from_progress(coded: SmallStudy) -> None:
    """The page is in the menu of every page, and where the progress page speaks of differences."""
    with reading(coded, "Jo") as (_, browser):
        home, progress = browser.get("/").text, browser.get("/progress").text

    assert 1 == home.count('href="/agreement"')
    assert 2 == progress.count('href="/agreement"')
