"""Tests of the look at files that stores nothing."""

from __future__ import annotations

import csv

import pytest
from small_study import write_files

from tagger.errors import StoreError, UsageError
from tagger.steps.inspect import inspect


@pytest.fixture
def files(tmp_path):
    """Return a folder with the four transcripts and a file that is none."""
    folder = write_files(tmp_path / "files")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 this is no zip")
    return folder


def test_each_file_is_described(files):
    """Format, encoding, turns, speakers with who asks and words, and problems, file by file in the order of names."""
    report = inspect([files], names=False)

    told = {file["path"].rpartition("/")[2]: file for file in report.content["files"]}
    assert ["broken.docx", "evening.vtt", "first-meeting.csv", "garden.txt", "morning-notes.txt"] == list(told)
    assert {"path", "format", "encoding", "turns", "speakers", "problems"} <= set(told["garden.txt"])
    assert 8 == told["garden.txt"]["turns"]
    assert {("Interviewer", True), ("Ottoline", False)} == {
        (speaker["name"], speaker["asks"]) for speaker in told["garden.txt"]["speakers"]
    }
    assert told["garden.txt"]["words"] == sum(speaker["words"] for speaker in told["garden.txt"]["speakers"])
    assert (None, 1) == (told["broken.docx"]["format"], len(told["broken.docx"]["problems"]))
    assert report.failed


def test_nothing_is_written(files):
    """A dry run leaves the folder as it was."""
    before = {path: path.read_bytes() for path in files.iterdir()}

    inspect([files], names=False)

    assert before == {path: path.read_bytes() for path in files.iterdir()}


def test_the_same_is_said_in_lines(files):
    """A person reads one block a file and a count at the end."""
    lines = inspect([files], names=False).lines

    assert "4 of 5 files can be read; nothing was stored." == lines[-1]
    assert any("Ottoline: answers" in line for line in lines)


def test_readable_files_are_no_failure(files):
    """Without the broken file all is well."""
    (files / "broken.docx").unlink()

    assert not inspect([files], names=False).failed


def test_names_inside_the_text_are_listed(tmp_path):
    """Persons who are talked about are listed for a person to confirm."""
    path = tmp_path / "talk.txt"
    path.write_text(
        "Interviewer: Who was there?\n\n"
        "Ann: My sister Margaret Hartley was there. Margaret Hartley drove me to the meeting with David Miller.\n",
        "utf-8",
    )

    [file] = inspect([path]).content["files"]

    assert {"Margaret Hartley", "David Miller"} <= set(file["names"])


def test_an_encoding_can_be_given(tmp_path):
    """A file in an encoding that cannot be guessed is read as the person says."""
    path = tmp_path / "old.txt"
    path.write_bytes("Zoë: Ça va très bien.\n\nIda: Ça va.\n".encode("cp437"))

    [file] = inspect([path], encoding="cp437", names=False).content["files"]

    assert ["Zoë", "Ida"] == [speaker["name"] for speaker in file["speakers"]]


def test_a_sheet_of_the_speakers_is_written(files):
    """One row a speaker of each file that can be read, to be corrected in a spreadsheet."""
    sheet = files.parent / "speakers.csv"

    inspect([files], names=False, sheet=sheet, dataset="general")

    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ["file", "dataset", "participant", "speaker", "asks", "standing"] == list(rows[0])
    assert {"general"} == {row["dataset"] for row in rows}
    assert 8 == len(rows)
    assert "unknown" == next(row["asks"] for row in rows if row["speaker"] == "Philippa")


def test_a_sheet_that_cannot_be_written_is_named(files):
    """A file in the place of its folder is an error in one sentence."""
    with pytest.raises(StoreError, match="cannot be written"):
        inspect([files], names=False, sheet=files / "garden.txt" / "speakers.csv")


def test_a_path_that_is_not_there_is_named(files):
    """A misspelt path is an error and not an empty report."""
    with pytest.raises(UsageError, match="no-such"):
        inspect([files / "no-such.txt"])


def test_names_are_looked_for_in_few_words_unless_asked_for(tmp_path):
    """In a large folder it would take minutes, so it is said instead that they were not."""
    short, long = tmp_path / "short.txt", tmp_path / "long.txt"
    short.write_text("Interviewer: Who was there?\n\nAnn: Margaret Hartley and David Miller were.\n", "utf-8")
    long.write_text("Interviewer: Who was there?\n\nAnn: Margaret Hartley.\n" + "\n\nAnn: I see. So?" * 10_000, "utf-8")

    few, many = inspect([short], names=None), inspect([long], names=None)

    assert {"Margaret Hartley", "David Miller"} <= set(few.content["files"][0]["names"])
    assert "names" not in many.content["files"][0]
    assert "Names were not looked for in 30,005 words: --names does." == many.lines[-1]
