"""Coded documents for the tests of every form of project that is written, and what has to come back of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from tagger.exchange.projects.records import OURS, Code, Coding, Document, Project

CODES = (
    Code("values", "Values & more", codable=False),
    Code("values/choice", "Choice <1>", 'What "counts": a; b', parent="values"),
    Code("values/fun", "Fun", parent="values"),
    Code("loose", "Loose"),
)
TEXT = "P01: They let me decide 🙂.\nI01: “And then?”\nP01: e\u0301té, naïve, שלום לכולם, 𝒳 and\u2028more.\n"


def project(*documents, codes=CODES):
    """Return a project of ours."""
    return Project(f"{OURS} 1.0", "A study", codes, documents)


def same(written, *, said=True):
    """Return what has to survive writing and reading, whatever the ids became; `said` of documents, too."""
    names = {code.key: code.name for code in written.codes}
    return [
        (
            document.name,
            document.text,
            sorted((each.start, each.end, names[each.code], each.coder, each.moved) for each in document.codings),
            document.lost,
            (dict(document.attributes), document.participant) if said else None,
        )
        for document in written.documents
    ]


FULL = project(
    Document(
        "one",
        "T1",
        TEXT,
        (
            Coding(5, 27, "values/choice", "Reader A", note="blind", made_at="2026-11-30T08:00:00Z"),
            Coding(5, 27, "values/fun", "Reader B"),
            Coding(5, 27, "values/choice", "Reader B"),
            Coding(46, 60, "loose", "Reader A"),
        ),
        {"group": "Tuesday & <b>", "site": "1"},
        "P01",
        memo="Reader B: nothing here\nsecond line",
    ),
    Document("two", "T2", "Nothing was coded here.\n"),
)


def long_document():
    """Return a document of more than a million characters, with ten thousand codings."""
    text = "".join(
        f"P01: line {number} 🙂 of a long talk, as people talk when they are let.\n" for number in range(16_000)
    )
    codings = tuple(Coding(at, at + 40, "loose", f"Reader {'AB'[at % 2]}") for at in range(0, 1_000_000, 100))
    return replace(FULL.documents[0], text=text, codings=codings)


CHARACTERS = st.one_of(
    st.sampled_from("ab \n\t.,’“”…\u2028\x0b\x85\u0301\u200d\ufeffאש🙂👩𝒳<>&\"'"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\r"),
)
LINES = st.text(CHARACTERS, min_size=1, max_size=80).filter(lambda text: text.strip("\ufeff \n\t\r"))


@st.composite
def coded_documents(draw: st.DrawFn, *, marked: bool = True) -> Document:
    """
    Draw a document and stretches of it, which begin and end anywhere but hold a word.

    Unless `marked`, it does not begin with a byte order mark and holds more than separators, as all texts of a study.
    """
    text = draw(LINES if marked else LINES.filter(lambda text: text[0] != "\ufeff" and text.strip()))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=6, unique=True))
    codings = tuple(
        Coding(
            start, end, draw(st.sampled_from(["values/choice", "loose"])), draw(st.sampled_from(["Reader A", "Bea"]))
        )
        for start, end in spans
        if start < end and text[start:end].strip()
    )
    return Document("d", "name", text, codings, memo=draw(st.text(max_size=5)))
