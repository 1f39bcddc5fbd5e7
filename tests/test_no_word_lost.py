"""No word of a source is lost or doubled between file, turns, passages and export, whatever the format."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from fakes import WordEncoder
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_study import copied
from written import FORMATS

from tagger.excerpts import EvidenceTurn, passages
from tagger.sentences import sentence_splitter
from tagger.steps.exports import export
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
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
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


TALK = [
    ("Interviewer", "How was it, that first day?"),
    ("Zoë", " ".join((*ODD[:28], *PLAIN, "Then I went home.", *ODD[28:], *PLAIN, "That was it.")) + " " + PLAIN[0] * 9),
    ("Interviewer", ""),
    ("Zoë", "It was"),
    ("Interviewer", "And then, who came?"),
    ("Zoë", "=1+1 people came, as -we- said. " + " ".join(f"I counted {word}." for word in PLAIN)),
]
"""Odd words, an empty turn, a turn of one word, and words that a spreadsheet would run."""


def own(name):
    """Make a talk of which one turn is no other file's, so that no file is taken for another."""
    return [(who, f"{words} {name}" if words == "It was" else words) for who, words in fitted(TALK, name)]


def whole(spoken):
    """Put words together without the blanks between them, which passages do not have at their ends."""
    return "".join(UNSPOKEN.sub("", "".join(spoken)).split())


@pytest.fixture(scope="module")
def every_format(empty_study, tmp_path_factory):
    """Return a study that read the same talk in every format, and suggests all of it."""
    study = copied(empty_study, tmp_path_factory.mktemp("formats"))
    study.set("share = 1.0")
    study.set("min_characters = 1")
    folder = study.home / "talks"
    folder.mkdir()
    for name, write in FORMATS.items():
        (folder / name).write_bytes(write(own(name)))
    study.run(folder)
    return study


def test_words_of_the_export_are_those_of_the_files(every_format):
    """What people said in each file is in the export, each word once, in CSV and in JSON Lines; what asks is not."""
    kept = {}
    for form in ("csv", "jsonl"):
        data, _ = export(every_format.folder, form, include_unreviewed=True)
        kept[form] = records(data, form)
    sources = {row["source"]: row["id"] for row in every_format.ask("SELECT id, source FROM transcripts")}

    assert len(FORMATS) == len(sources)
    for name in FORMATS:
        answers = [words for who, words in own(name) if who == "Zoë"]
        for form, rows in kept.items():
            found = {(row["start"], row["text"]) for row in rows if row["transcript"] == sources[f"talks/{name}"]}
            assert (form, whole(answers)) == (form, whole(text for _, text in sorted(found)))


def records(data, form):
    """Read passages of an export: where they start, and their words, without what a spreadsheet is kept from by."""
    if form == "jsonl":
        rows = [json.loads(line) for line in data.decode().splitlines()]
    else:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    passages_only = [row for row in rows if row["kind"] == "passage"]
    return [
        {**row, "start": int(row["start"]), "text": re.sub("^'(?=[=+@-])", "", row["text"])} for row in passages_only
    ]
