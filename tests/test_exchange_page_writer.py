"""Tests of projects that are written as a page to read."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from coded_documents import FULL, coded_documents, project
from hypothesis import given, settings

from tagger.exchange.projects.page_writer import LONGEST_QUOTE, write
from tagger.exchange.projects.records import Coding, Document


class Items(HTMLParser):
    """The words and values of each item, and every tag."""

    def __init__(self, page):
        super().__init__()
        self.items, self.tags, self._in = [], set(), ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        """Begin an item."""
        self.tags.add(tag)
        self._in = tag
        if tag == "li":
            self.items.append({"q": "", "b": []})

    def handle_endtag(self, tag):
        """End it."""
        self._in = ""

    def handle_data(self, data):
        """Keep its words."""
        if self._in == "q":
            self.items[-1]["q"] += data
        elif self._in == "b":
            self.items[-1]["b"].append(data)


def test_what_people_found_stands_below_the_line():
    """Each stretch once, with who found what in it; the words of the transcript are all there."""
    page = write(FULL).decode()

    line, item = (
        "<p>P01: They let me decide 🙂.</p>",
        "<li><q>They let me decide 🙂.</q><br><b>Choice &lt;1&gt;</b> blind",
    )
    assert f"{line}\n<ul>{item}; " in page
    assert [["Choice <1>", "Choice <1>", "Fun"], ["Loose"]] == [item["b"] for item in Items(page.encode()).items]
    assert "P01, Tuesday &amp; &lt;b&gt;, 1" in page


def test_a_long_stretch_is_cut():
    """It stands in the transcript above."""
    text = "word " * 100 + "\n"
    long = project(Document("d", "d", text, (Coding(0, 499, "loose", "Ann"),)))

    [item] = Items(write(long)).items

    assert (LONGEST_QUOTE + 1, "…") == (len(item["q"]), item["q"][-1])


def test_the_same_project_gives_the_same_bytes():
    """Written twice."""
    assert write(FULL) == write(FULL)


@settings(max_examples=200)
@given(coded_documents())
def test_nothing_that_people_wrote_becomes_markup(document):
    """Every coding has its place, and the page has no tag but its own."""
    plain = Items(write(FULL)).tags
    found = Items(write(project(replace(document, name=document.text, participant=document.text))))

    assert plain >= found.tags
    assert len({(one.start, one.end) for one in document.codings}) == len(found.items)
