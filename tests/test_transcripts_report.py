"""What check says, to machines and to people, and the names in the text."""

from __future__ import annotations

import json

from tagger.errors import TranscriptError
from tagger.transcripts import names, read, report


def test_a_file_that_can_be_read() -> None:
    """The shape that machines read: path, format, encoding, turns, speakers with who asks and words, problems."""
    transcript = read(b"Interview 3\nI: How was it?\nSam: Good.\n", "talk.txt")

    told = json.loads(json.dumps(report.gathered([report.describe("in/talk.txt", transcript, {"Ann": 1, "Bo": 2})])))

    file = told["files"][0]
    assert ["path", "format", "encoding", "turns", "speakers", "problems"] == list(file)[:6]
    assert ("in/talk.txt", "text", "utf-8", 2, []) == tuple(
        file[key] for key in ("path", "format", "encoding", "turns", "problems")
    )
    assert [("I", True, 3), ("Sam", False, 1)] == [
        (each["name"], each["asks"], each["words"]) for each in file["speakers"]
    ]
    assert (["Interview 3"], {"Bo": 2, "Ann": 1}) == (file["dropped"], file["names"])


def test_a_file_that_cannot_be_read() -> None:
    """No format, no turns, and the reason with its place and remedy among the problems."""
    refused = TranscriptError("A quotation mark is left open", where="talk.csv, line 3", remedy="Save it again")

    file = report.describe("in/talk.csv", refused)

    assert (None, 0) == (file["format"], file["turns"])
    assert ["line 3: A quotation mark is left open. Save it again."] == file["problems"]


def test_lines_for_a_terminal() -> None:
    """A few short lines a file, and a count at the end."""
    transcript = read(b"I: How was it?\nSam: Good.\n", "talk.txt")
    files = [
        report.describe("talk.txt", transcript),
        report.describe("x.pdf", TranscriptError("It is a PDF", remedy="Export it")),
    ]

    assert [
        "talk.txt",
        "  interview, text, utf-8: 2 turns, 4 words",
        "  I: asks, 3 words (the label 'I' is one for who asks)",
        "  Sam: answers, 1 word (the labels say that 'I' asks)",
        "",
        "x.pdf",
        "  not read: It is a PDF. Export it.",
        "",
        "1 of 2 files can be read; nothing was stored.",
    ] == report.lines(report.gathered(files))


def test_names_of_people_in_the_text() -> None:
    """Persons are counted, a possessive taken off; places and fillers are not persons."""
    nlp = names.load_names_pipeline()

    found = names.people(["I told Sarah's midwife and then David Jones and Sarah came to Leeds."], nlp)

    assert {"Sarah": 2, "David Jones": 1} == dict(found)
