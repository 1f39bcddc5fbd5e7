"""The report as a page and files: the same bytes each time, nothing from elsewhere, and words that stay words."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import socket
import stat
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from dataclasses import asdict, fields, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import report_example
from axe_playwright_python.sync_playwright import Axe
from in_browser import browser  # noqa: F401  a fixture
from playwright.sync_api import Browser

from tagger.errors import StoreError, UsageError
from tagger.report.document import Flow, Number, Section, Step, Table
from tagger.report.figures import svg
from tagger.report.figures.paper import extent, wrapped
from tagger.report.files import files, write
from tagger.report.page import TEMPLATES, numeric, page

ROOT = Path(__file__).resolve().parents[1]
NAMES = ["report.html", "report.json", "numbers.csv", "reliability.csv", "disagreements.csv", "methods.md"]
DIGEST = """
import hashlib, report_example
from tagger.report.files import files
print(hashlib.sha256(b"".join(files(report_example.report()).values())).hexdigest())
"""


POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Elements(HTMLParser):
    """The elements of a page, each with what it has and the words directly in it, and whom it is in."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down an element."""
        element = {"tag": tag, "words": "", "inside": [one["tag"] for one in self.open], **dict(attrs)}
        self.found.append(element)
        if tag not in ("meta", "br", "img", "link", "input"):
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element; a page of ours closes what it opens."""
        assert tag == self.open.pop()["tag"]

    def handle_data(self, data: str) -> None:
        """Take down words."""
        if self.open:
            self.open[-1]["words"] += data

    def all(self, *tags: str) -> list[dict[str, Any]]:
        """Return the elements with these tags."""
        return [element for element in self.found if element["tag"] in tags]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Return the files of the example."""
    return files(report_example.report())


@pytest.fixture(scope="module")
def markup(made: dict[str, bytes]) -> str:
    """Return its page."""
    return made["report.html"].decode("utf-8")


@pytest.fixture(scope="module")
def elements(markup: str) -> Elements:
    """Return the elements of its page."""
    return Elements(markup)


def policy(elements: Elements) -> str:
    """Return what the page lets a browser load and run."""
    [one] = [one for one in elements.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    return str(one["content"])


def rows(data: bytes) -> list[list[str]]:
    """Read a table in CSV."""
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def test_the_same_report_makes_the_same_bytes(made: dict[str, bytes]) -> None:
    """Made twice, and in a fresh process with other hashes, time zone and place, the files are equal."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland"}
    command = [sys.executable, "-c", DIGEST]
    elsewhere = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=True)

    assert made == files(report_example.report())
    assert hashlib.sha256(b"".join(made.values())).hexdigest() == elsewhere.stdout.strip()
    assert NAMES == list(made)


def test_no_file_says_when_or_where_it_was_made(made: dict[str, bytes]) -> None:
    """No date or time, no name of a machine, and no path stands in any file."""
    text = b"\n".join(made.values()).decode("utf-8")
    places = [str(ROOT), str(Path.home()), str(Path(matplotlib.__file__).parent), socket.gethostname()]

    assert [] == re.findall(r"\b20\d\d-\d\d-\d\d|\b\d\d:\d\d:\d\d", text)
    assert [] == [place for place in places if len(place) > 5 and place in text]


def test_the_page_asks_nothing_of_anybody(markup: str, elements: Elements) -> None:
    """Nothing is loaded, and one script of ours may run: a policy forbids the rest, and references stay on the page."""
    references = [
        one[name] for one in elements.found for name in ("src", "href", "xlink:href", "srcset") if name in one
    ]
    [script] = elements.all("script")
    ours = b64encode(hashlib.sha256(script["words"].encode()).digest()).decode()

    assert [] == [one for one in references if not one.startswith("#")]
    assert [] == [one for one in re.findall(r"url\(([^)]*)\)", markup) if not one.startswith("#")]
    assert "@import" not in markup
    assert [] == elements.all("link", "iframe", "object", "embed", "img", "form", "base")
    assert [] == [name for one in elements.found for name in one if name.startswith("on")]
    assert f"{POLICY}; script-src 'sha256-{ours}'" == policy(elements)


def test_a_page_without_anything_to_move_has_no_script() -> None:
    """Then its policy forbids all of them."""
    report = report_example.report()
    still = Elements(page(replace(report, sections=report.sections[:7])).decode())

    assert [] == still.all("script", "input")
    assert policy(still) == POLICY


def test_shares_that_can_be_moved_are_labelled_and_hidden_until_the_script_runs(elements: Elements) -> None:
    """Each has a label and an output of its own, starts where it should, and all of its numbers stand on the page."""
    movers = report_example.movers()
    [whole] = [one for one in elements.all("section") if one.get("class") == "movers"]
    sliders, labels = elements.all("input"), {one["for"]: one["words"] for one in elements.all("label")}
    outputs = {one["for"] for one in elements.all("output")}

    assert "hidden" in whole
    assert [(row.value, str(row.start), row.key) for row in movers.rows] == [
        (labels[one["id"]], one["value"], one["data-key"]) for one in sliders
    ]
    assert outputs == {*(one["id"] for one in sliders), " ".join(one["id"] for one in sliders)}
    for row, slider in zip(movers.rows, sliders, strict=True):
        assert list(row.opened) == [int(word) for word in slider["data-opened"].split()]
        assert pytest.approx(row.finds, abs=0.005) == [float(word) for word in slider["data-finds"].split()]
        assert pytest.approx(row.at_least, abs=0.005) == [float(word) for word in slider["data-least"].split()]


def test_ids_are_unique_and_whatever_is_referred_to_is_there(markup: str, elements: Elements) -> None:
    """Two plots with the same title keep their marks and clips apart, and no reference leads nowhere."""
    ids = Counter(one["id"] for one in elements.found if "id" in one)
    referred = {one["href"][1:] for one in elements.found if "href" in one}
    referred |= {one["aria-labelledby"] for one in elements.found if "aria-labelledby" in one}
    clips = set(re.findall(r"url\(#([^)]*)\)", markup))

    assert [] == [name for name, count in ids.items() if count > 1]
    assert set() == (referred | clips) - set(ids)
    assert clips


def test_every_plot_has_a_name(elements: Elements) -> None:
    """A plot is an image to a screen reader, with its description as the name and its title as the caption."""
    plots = [plot for section in report_example.report().sections for plot in section.plots]
    figures = [(one["role"], one["aria-label"]) for one in elements.all("svg")]

    assert [("img", plot.alt) for plot in plots] == figures
    assert [plot.title for plot in plots] == [one["words"] for one in elements.all("figcaption")]


def test_the_page_has_a_language_headings_in_order_and_tables_with_captions(markup: str, elements: Elements) -> None:
    """One h1, no level left out, one main, and in each table a caption and heads that say of what they are the head."""
    levels = [int(one["tag"][1]) for one in elements.all("h1", "h2", "h3", "h4")]

    assert "en" == elements.all("html")[0]["lang"]
    assert 1 == levels.count(1)
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert 1 == len(elements.all("main"))
    assert len(elements.all("table")) == len(elements.all("caption"))
    assert {"row", "col"} == {one["scope"] for one in elements.all("th")}
    assert "#sections" == elements.all("a")[0]["href"]
    assert "prefers-color-scheme: dark" in markup
    assert "@media print" in markup


def test_words_that_look_like_markup_are_words(markup: str, elements: Elements) -> None:
    """What somebody wrote stands on the page as it is, in tables, notes and the checklist, and is no markup."""
    hostile, script = report_example.HOSTILE, (TEMPLATES / "report.js").read_text("utf-8")

    assert [script] == [one["words"] for one in elements.all("script")]
    assert hostile[0] not in markup
    for words in hostile:
        assert words in [one["words"] for one in elements.all("td")]


def test_the_first_screen_says_what_is_missing_and_why(elements: Elements) -> None:
    """A number stands with its interval and basis; where there is none, the reason stands in its place."""
    numbers = [one["words"] for one in elements.all("span") if one.get("class") == "number"]
    missing = [one["words"] for one in elements.all("span") if one.get("class") == "none"]
    small = [one["words"] for one in elements.all("small")]

    assert "0.78 [0.61, 0.94]" == numbers[0]
    assert "0.25" in numbers
    assert [report_example.FEW, report_example.NOTHING] == missing
    assert "n = 342, 9 transcripts" == small[0]
    assert f"n = 298, 9 transcripts; {report_example.ROUGH}" in small


def test_a_value_that_nobody_compared_says_so() -> None:
    """Where there is no number at all, the page says that nothing was compared."""
    row = replace(report_example.SUMMARY[0], people=None)
    made = page(replace(report_example.report(), summary=(row,), sections=())).decode()

    assert ["not compared"] == [one["words"] for one in Elements(made).all("span") if one.get("class") == "none"]


def test_an_empty_section_is_one_line(elements: Elements) -> None:
    """A section without data is its title and one sentence, and the contents say that it has nothing yet."""
    empty = [section for section in report_example.report().sections if section.empty]
    start = elements.found.index(next(one for one in elements.found if one.get("id") == "section-3"))
    after = elements.found[start + 1 : start + 5]

    assert ["h2", "span", "p", "section"] == [one["tag"] for one in after]
    assert empty[0].empty == after[2]["words"]
    assert len(empty) == [one["words"] for one in elements.all("small")].count("nothing yet")


def test_commands_are_set_as_code_and_an_empty_table_is_a_sentence() -> None:
    """What stands between backticks is code, whatever is in it; a table without rows is not drawn."""
    table = Table("Pairs", ("Pair", "Alpha"), ())
    section = Section(0, "Design", "Run `tagger audit <b>` first.", tables=(table,), notes=("one ` alone",))
    made = page(replace(report_example.report(), summary=(), sections=(section,))).decode()
    elements = Elements(made)

    assert ["tagger audit <b>"] == [one["words"] for one in elements.all("code")]
    assert "one ` alone" in [one["words"] for one in elements.all("p")]
    assert "Pairs: there is nothing to list." in [one["words"] for one in elements.all("p")]


def test_a_number_is_not_broken_over_lines() -> None:
    """Cells with a number, with its interval or without, are told from cells with words."""
    numbers = ("0.62 [0.41, 0.83]", "-0.03", "1,204", "12%", "−0.5", "9")

    assert [] == [words for words in numbers if not numeric(words)]
    assert [] == [words for words in ("not estimable", "", "9 of 10", "3 people [all]") if numeric(words)]


def test_numbers_in_csv_are_the_numbers_of_the_report(made: dict[str, bytes]) -> None:
    """A row for each number, a column for each field, nothing where there is none, and below zero it stays a number."""
    head, *body = rows(made["numbers.csv"])
    kinds = {field.name: str(field.type) for field in fields(Number)}

    def read(name: str, cell: str) -> Any:
        if cell == "" and "None" in kinds[name]:
            return None
        return float(cell) if "float" in kinds[name] else int(cell) if "int" in kinds[name] else cell

    assert "version" == head[-1]
    found = [Number(**{name: read(name, cell) for name, cell in zip(head[:-1], row[:-1], strict=True)}) for row in body]

    assert list(report_example.report().numbers) == found
    assert any(one.low is not None and one.low < 0 for one in found)
    assert not made["numbers.csv"].startswith(b"\xef\xbb\xbf")
    assert b"\r" not in made["numbers.csv"]


def test_json_holds_every_number_and_every_word(made: dict[str, bytes]) -> None:
    """Numbers come back as they were, and with them the summary, findings, methods, checklist and sources."""
    report = report_example.report()
    found = json.loads(made["report.json"])

    assert [asdict(one) for one in report.numbers] == [one for part in found["sections"] for one in part["numbers"]]
    assert [asdict(row) for row in report.summary] == found["summary"]
    assert [section.finding for section in report.sections] == [part["finding"] for part in found["sections"]]
    assert [list(pair) for pair in report.checklist] == [list(one.values()) for one in found["checklist"]]
    assert [list(pair) for pair in report.sources] == [list(one.values()) for one in found["sources"]]
    assert report.methods == found["methods"]
    assert report_example.HOSTILE[3] in made["report.json"].decode("utf-8")


def test_floats_have_the_digits_that_a_machine_always_gets_the_same() -> None:
    """A number is written with ten digits, and what is no number is null."""
    number = replace(report_example.HUMAN[0], estimate=0.1 + 0.2, low=float("nan"), high=1 / 3)
    section = replace(report_example.report().sections[2], numbers=(number,))
    made = files(replace(report_example.report(), sections=(section,), summary=()))
    found = json.loads(made["report.json"])["sections"][0]["numbers"][0]

    assert (0.3, None, 0.3333333333) == (found["estimate"], found["low"], found["high"])
    assert ["0.3", "", "0.3333333333"] == rows(made["numbers.csv"])[1][5:8]


def test_a_spreadsheet_finds_no_formula(made: dict[str, bytes]) -> None:
    """A cell that would be run has an apostrophe before it, and a plain negative number has none."""
    cells = [cell for name in NAMES[2:5] for row in rows(made[name]) for cell in row]

    assert "'" + report_example.HOSTILE[1] in cells
    assert "-0.25" in cells
    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@sum", "-1+cmd", "'=1", "\t=1", "-"])
def test_cells_are_guarded_as_in_other_exports(cell: str) -> None:
    """What another export of the program guards is guarded here too."""
    made = files(replace(report_example.report(), matrix=Table("", (cell,), ((cell,),)), sections=(), summary=()))
    guarded = cell if cell == "-" else f"'{cell}"

    assert [[guarded], [guarded]] == rows(made["reliability.csv"])


def test_methods_are_a_paragraph_and_a_table(made: dict[str, bytes]) -> None:
    """The checklist is a table of Markdown that no cell can break, and no cell can bring in a tag."""
    text = made["methods.md"].decode("utf-8")

    assert text.startswith("# Methods\n\nTwo coders read 342 passages.")
    assert "| Were coders blind \\| to suggestions? | yes |" in text
    assert "| Training | &lt;script>alert('x')&lt;/script> |" in text


def test_files_are_private_and_others_stay(tmp_path: Path) -> None:
    """The folder and files are for this user alone, and what else was in the folder is still there."""
    folder = tmp_path / "new" / "report"

    written = write(report_example.report(), folder)
    (folder / "mine.txt").write_text("mine")
    again = write(report_example.report(), folder)

    assert [folder / name for name in NAMES] == written == again
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in written}
    assert sorted([*NAMES, "mine.txt"]) == sorted(path.name for path in folder.iterdir())


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, what was there before is as it was, and nothing half-written is left."""
    write(report_example.report(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write(replace(report_example.report(), title="Another"), tmp_path)

    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be, or a folder where a file should be, is an error that says where."""
    taken = tmp_path / "taken"
    taken.write_text("mine")
    (tmp_path / "folder" / "report.html").mkdir(parents=True)

    with pytest.raises(UsageError, match="taken: it is not a folder"):
        write(report_example.report(), taken)
    with pytest.raises(UsageError, match="it is not a folder"):
        write(report_example.report(), taken / "below")
    with pytest.raises(StoreError, match="folder: the report cannot be written"):
        write(report_example.report(), tmp_path / "folder")
    assert "mine" == taken.read_text()


@pytest.mark.parametrize("plot", report_example.hostile_plots(), ids=lambda plot: type(plot).__name__)
def test_any_name_can_be_drawn(plot: Any) -> None:
    """Tags, formulas, accents, other scripts, no name and a very long one are drawn as the words they are."""
    drawn = svg(plot)
    elements = Elements(drawn)
    words = " ".join(one["words"] for one in elements.all("text"))

    assert [] == elements.all("script", "style", "metadata")
    assert plot.alt == elements.all("svg")[0]["aria-label"]
    assert all(name in words for name in report_example.HOSTILE[1:])
    assert "alert('x')" in words


def test_a_plot_depends_on_nothing_around_it() -> None:
    """A user's own settings of matplotlib change nothing, and are as they were afterwards."""
    plot = report_example.forest()
    plain = svg(plot)
    with matplotlib.rc_context({"font.size": 30.0, "svg.fonttype": "path", "lines.linewidth": 9.0}):
        assert plain == svg(plot)
        assert 30.0 == matplotlib.rcParams["font.size"]


def test_plots_in_two_places_share_no_ids() -> None:
    """The same plot drawn for two places has other ids in each."""
    first, second = (set(re.findall(r' id="([^"]*)"', svg(report_example.curves(), place))) for place in ("a", "b"))

    assert first
    assert set() == first & second


def test_a_forest_says_where_there_is_no_point() -> None:
    """In the row of a value without an estimate, it says whose is not estimable."""
    words = [one["words"] for one in Elements(svg(report_example.forest())).all("text")]

    assert 1 == words.count("People with people: not estimable")
    assert 1 == words.count("Model with people: not estimable")
    assert set(report_example.VALUES) <= set(words)


def test_lines_are_no_wider_than_they_may_be() -> None:
    """Words are broken between words, and a word that is too wide for a line is broken inside, with nothing lost."""
    long = "Experiences in common " + "unbreakable" * 9
    lines = wrapped(long, 120)

    assert "Experiences in" == lines[0]
    assert all(extent(line) <= 120 for line in lines)
    assert long.replace(" ", "") == "".join(lines).replace(" ", "")


def test_steps_that_lead_round_in_a_circle_are_an_error() -> None:
    """A flow has a top and a bottom."""
    with pytest.raises(ValueError, match="cycle"):
        svg(Flow("", "", (Step("a", 1, to=(1,)), Step("b", 1, to=(0,)))))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_in_a_browser(browser: Browser, tmp_path: Path, scheme: Any, width: int) -> None:  # noqa: F811
    """Nothing scrolls sideways, axe-core finds nothing, nothing else is asked for, and an empty section is one line."""
    path = write(report_example.report(), tmp_path)[0]
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    sheet = context.new_page()
    asked: list[str] = []
    sheet.on("request", lambda request: asked.append(request.url))
    sheet.goto(path.as_uri())
    sheet.locator("details summary").click()
    found = Axe().run(sheet).response["violations"]

    assert [] == [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
    assert [path.as_uri()] == asked
    assert sheet.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if width == 1280:
        assert sheet.locator("#section-3").bounding_box()["height"] < 32
        sheet.locator("details summary").click()
        table = sheet.locator("table.summary").bounding_box()
        assert table["y"] + table["height"] <= 900
    context.close()


@pytest.mark.slow
def test_shares_move_on_the_page(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    """With the keyboard, under the page's own policy: the sentence and the line to copy follow; no error is raised."""
    path = write(report_example.report(), tmp_path)[0]
    sheet = browser.new_page()
    wrong: list[str] = []
    sheet.on("console", lambda message: wrong.append(message.text))
    sheet.on("pageerror", lambda error: wrong.append(str(error)))
    sheet.goto(path.as_uri())
    safety, hostile, last = sheet.locator(".mover").all()
    line = sheet.locator(".line code")

    assert 'shares = { safety = 0.30, "x 1" = 1.00 }' == line.inner_text()
    assert "Open 30 in 100: 360 passages. Of what shows Safety, that finds 0.60 on average, and 0.30 at least" in (
        safety.locator("output").inner_text()
    )
    assert f"Of what shows {report_example.HOSTILE[0]}, that finds 0.20" in hostile.locator("output").inner_text()
    safety.get_by_label("Safety").focus()
    for _ in range(2):
        sheet.keyboard.press("ArrowRight")
    last.locator("input").press("Home")
    assert "Open 32 in 100: 384 passages." in safety.locator("output").inner_text()
    assert "32 in 100" == safety.locator("input").get_attribute("aria-valuetext")
    assert 'shares = { safety = 0.32, "x 1" = 0.01 }' == line.inner_text()
    assert [] == wrong


@pytest.mark.slow
def test_without_scripts_nothing_is_there_to_move(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    """The rest of the page stands."""
    path = write(report_example.report(), tmp_path)[0]
    sheet = browser.new_context(java_script_enabled=False).new_page()
    sheet.goto(path.as_uri())

    assert not sheet.locator(".movers").is_visible()
    assert sheet.locator("#section-7 .finding").is_visible()
