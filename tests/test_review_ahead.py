"""What a proposed list would suggest, on the page of the proposal: for each reader, of what they have read."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest
from desk import lasting
from read_study import passages
from visitor import reading_at, visitor

from tagger.config import ConsentSettings
from tagger.framework_edits import Words, reworded
from tagger.frameworks import from_json
from tagger.review.consent import changes
from tagger.review.consent.changes import Draft
from tagger.review.web.previewing import previewing, started
from tagger.steps.preview import keep
from tagger.store import serving
from tagger.wording import several

CONSENT = ConsentSettings(days=30)
OTHER = "a mug of tea and a garden gate, and a chair near the window"


def now():
    """Return the time as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def proposed(study):
    """Return a study in which Ann, who has read all passages, proposes other words; Ben has read none."""
    with lasting(study) as desk:
        for name in ("Ann", "Ben"):
            desk.assist(desk.reader(name))
        for excerpt in passages(desk):
            desk.decide(desk.serve("Ann", excerpt), "nothing here")
        propose(desk, "choice", OTHER)
    return study


def propose(desk, value, *cues):
    """Propose other cues for a value."""
    [identity] = changes.in_use(desk.db, "small")
    base = from_json(desk.one("SELECT content FROM frameworks WHERE id = $id", id=identity))
    [old] = [one for one in base.values if one.id == value]
    words = Words(old.name, old.definition.text, {"cues": cues})
    draft = Draft(base, reworded(base, "1.1", value, words, revised=True), "We talked about it")
    changes.propose(desk.db, draft, CONSENT, id=str(uuid4()), coder_id="Ann", now=desk.tick())


@contextmanager
def page_of(study, reader):
    """Serve the study, and look at the page of the only change with somebody's browser."""
    with serving(study.folder, "http://127.0.0.1:8000") as owner:
        browser = visitor(owner, study, follow_redirects=True)
        browser.post("/who", data={"id": str(uuid4()), "reader": reader})
        yield looked(browser)


def looked(browser):
    """Return the answer to a look at the page of the only change."""
    [link] = set(re.findall(r'href="(/list/changes/[^"]+)"', browser.get("/list").text))
    answer = browser.get(link)
    assert 200 == answer.status_code
    return answer.text


def plain(html):
    """Leave the tags of a page out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_it_is_being_worked_out_and_then_shown_to_those_who_have_read(proposed):
    """Ann sees counts and passages of what she has read; Ben, who has read nothing, sees neither."""
    with page_of(proposed, "Ann") as html:
        assert "It is being worked out" in plain(html)
        assert 'hx-trigger="every 3s"' in html

    assert 1 == keep(proposed.folder, now)
    assert 0 == keep(proposed.folder, now)

    rows = proposed.ask(
        "SELECT c.value_id, c.added, c.excerpt_id, e.text FROM preview_changes c "
        "JOIN excerpts e ON e.id = c.excerpt_id AND e.kind = 'passage'"
    )
    texts = {" ".join(row["text"].split()) for row in rows}
    counts = [sum(row["value_id"] == "choice" and row["added"] is added for row in rows) for added in (True, False)]
    assert all(counts)
    with page_of(proposed, "Ann") as html:
        told = plain(html)
        assert "hx-trigger" not in html
        assert all(text in told for text in texts)
        assert f"Choice : {several(counts[0], 'suggestion')} more, {several(counts[1], 'suggestion')} fewer" in told
        assert "They would say nothing for it any more" in told
    with page_of(proposed, "Ben") as html:
        told = plain(html)
        assert "You have read no passage here yet" in told
        assert not any(text in told for text in texts)
    shown = proposed.ask("SELECT coder_id, excerpt_id FROM displays WHERE page = 'preview'")
    assert {("Ann", row["excerpt_id"]) for row in rows} == {(row["coder_id"], row["excerpt_id"]) for row in shown}


def test_a_preview_that_fails_says_so_and_blocks_nobody(proposed):
    """What was wrong is said in words; the form for an answer is there all the same, and it can be tried again."""
    file = proposed.folder / "study.toml"
    right = file.read_text("utf-8")
    file.write_text(right.replace('"all-MiniLM-L6-v2"', '"no-such-model"'), "utf-8")
    keep(proposed.folder, now)
    file.write_text(right, "utf-8")

    with page_of(proposed, "Ben") as html:
        assert "It could not be worked out." in plain(html)
        assert "no-such-model" in plain(html)
        assert 'value="agree"' in html
    assert 1 == keep(proposed.folder, now)
    with page_of(proposed, "Ann") as html:
        assert "It could not be worked out." not in plain(html)


def test_the_server_has_it_worked_out_beside_it(proposed):
    """By a process of its own, once for each proposal."""
    begun = []

    def start(folder):
        begun.append(folder)
        return started(folder)

    with reading_at(proposed) as app:
        owner = app.app.state.desk.owner
        heard = threading.Event()
        owner.watch(Heard(heard))
        with previewing(owner, proposed.folder, start):
            assert heard.wait(300)
            with owner.reading() as study:
                [(problem,)] = study.rows("SELECT problem FROM current_previews")
    assert problem is None
    assert 1 == len(begun)


def test_a_process_that_stops_without_a_word_is_told_of(proposed):
    """Nobody waits for ever."""
    with serving(proposed.folder, "http://127.0.0.1:8000") as owner:
        heard = threading.Event()
        owner.watch(Heard(heard))
        with previewing(owner, proposed.folder, lambda _: subprocess.Popen([sys.executable, "-c", ""])):
            assert heard.wait(300)
    with page_of(proposed, "Ann") as html:
        assert "stopped and did not say why" in plain(html)


class Heard:
    """Tells when a preview is stored."""

    def __init__(self, heard):
        self.heard = heard
        self.written = False

    def inserted(self, table, rows):
        """Take note of previews."""
        self.written |= table == "previews"

    def ran(self):
        """Take no note of other statements."""

    def committed(self):
        """Tell."""
        if self.written:
            self.heard.set()

    def rolled_back(self):
        """Forget it."""
        self.written = False
