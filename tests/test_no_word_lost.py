"""No word of a source is lost or doubled between file, turns, passages and export, whatever the format."""

from __future__ import annotations

import json
import re

import pytest
from fakes import WordEncoder
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from written import FORMATS

from tagger.excerpts import EvidenceTurn, passages
from tagger.sentences import sentence_splitter
from tagger.transcripts import Source, pdf, pdf_pages, read
from tagger.transcripts.utterances import assemble

SPLIT, COUNT = sentence_splitter("en"), WordEncoder().count_tokens
ODD = (
    *("naïve", "Zoë’s", "don't", "re-read", "half–way", "“so”", "why?", "me.", "No!", "etc.", "e.g.", "it…", "(well)"),
    *(
        "🙂",
        "👩‍👩‍👧",
        "👍🏽",
        "🇬🇧",
        "e\u0301te\u0301",
        "שָׁלוֹם",
        "مرحبا",
        "\u202bשלום\u202c",
        "我们",
        "हिन्दी",
        "10\u00a0kg",
    ),
    *("soft\u00adhyphen", "zero\u200bwidth", "non\u200cjoiner", "word\u2060joiner", "R&D", "a<b", "5", "1,000", "50%"),
    *("a/b", "it's", "'quoted'", "x_y", "*", "-", "—", "=", "+1", "@home", "#tag", "\\back", "{brace}", "~", "^", "|"),
)
PLAIN = ("so", "we", "went", "home", "and", "then", "Tuesday", "garden", "nobody", "said", "anything", "about", "it")
UNSPOKEN = re.compile("[\u200b\u2060\ufeff]")
"""Marks without width, which readers leave out: no word is made of them."""
NOT_IN = {
    "pages.pdf": re.compile(r"[^\x20-\x7e\xe9\xef\u2019\u2013\u201c\u201d\u2026\u2014]"),
    "captions.srt": re.compile(r"[<{&]"),
    "captions.sbv": re.compile(r"[<{&]"),
    "hanging.txt": re.compile("\u00a0"),
    "aws.json": re.compile("[\u4e00-\u9fff]"),
}
"""What a format has no way to write, or the writer for tests has none."""

words = st.sampled_from(PLAIN) | st.sampled_from(ODD)
turns = st.lists(words, min_size=1, max_size=30).map(" ".join)
talks = st.lists(turns, min_size=4, max_size=9).map(
    lambda said: [(("Interviewer", "Zoë")[at % 2], f"Well, {each}") for at, each in enumerate(said)]
)
LONG = [
    ("Interviewer", "And then?"),
    ("Zoë", " ".join(f"{word} {at}" for at in range(80) for word in PLAIN)),
    *[("Interviewer", "Right, go on."), ("Zoë", "Yes, so it was.")] * 2,
]
"""A turn of 2,080 words among short ones."""


def fitted(talk, name):
    """Leave out the words that a format cannot hold."""
    refused = NOT_IN.get(name)
    return [
        (who, " ".join(word for word in said.split(" ") if not (refused and refused.search(word))))
        for who, said in talk
    ]


def by_word(spoken):
    """List each word with who says it."""
    return [(who, word) for who, said in spoken for word in UNSPOKEN.sub("", said).split()]


def understood(data, name):
    """Read a file; the pages of a PDF in this process, which is quicker."""
    if name.endswith(".pdf"):
        draft = pdf.drafted(Source(name, data), json.loads(json.dumps(pdf_pages.pages(data))))
        return assemble(draft, name=name, format=pdf.FORMAT, encoding="utf-8")
    return read(data, name)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(talk=talks)
@example(talk=LONG)
def test_words_of_the_file_are_those_of_the_turns_and_of_the_passages(name, talk):
    """Each word once, in its order and by its speaker; passages hold each character of the turns once."""
    talk = fitted(talk, name)

    transcript = understood(FORMATS[name](talk), name)

    said = [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]
    assert by_word(talk) == by_word(said)
    every = [EvidenceTurn(at, (turn.start, turn.end), turn.speaker or "") for at, turn in enumerate(transcript.turns)]
    cuts = passages(transcript.text, every, SPLIT, COUNT, max_tokens=256)
    held = "".join(transcript.text[cut.start : cut.end] for cut in cuts)
    assert "".join(transcript.text.split()) == "".join(held.split())
