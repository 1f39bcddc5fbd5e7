"""The sheet of speakers: out, through a spreadsheet, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import UsageError
from tagger.transcripts import corrections, read
from tagger.transcripts.corrections import Correction

TALK = read(b"Anna: So.\nSam: Yes.\nAnna: Well.\nSam: No.\n", "talk.txt")


def test_a_sheet_that_nobody_touched_changes_nothing() -> None:
    """What was written, read back and applied gives the same transcript."""
    rows = corrections.rows("in/talk.txt", TALK, "general")

    back = corrections.parse(corrections.sheet(rows), "speakers.csv")

    assert rows == back
    assert TALK == corrections.apply(TALK, corrections.for_file(back, "in/talk.txt"))


def test_a_person_is_believed_over_the_guess() -> None:
    """Who asks and the standing come from the sheet, and the reason says so."""
    sheet = b"file,speaker,asks,standing\ntalk.txt,anna,yes,\ntalk.txt,Sam,no,peer lead; staff\n"

    anna, sam = corrections.apply(TALK, corrections.parse(sheet, "speakers.csv")).speakers

    assert (True, ("unknown",), "the sheet of speakers says so") == (anna.asks, anna.standing, anna.why)
    assert (False, ("peer lead", "staff")) == (sam.asks, sam.standing)


@pytest.mark.parametrize(
    "sheet",
    [
        "\ufefffile;dataset;participant;speaker;asks;standing;note\r\ntalk.txt;d;P01;Zoë;JA;Staff;x\r\n".encode(),
        "File\tDataset\tParticipant\tSpeaker\tAsks\tStanding\ntalk.txt\td\tP01\tZoë\tTRUE\tstaff\n".encode("utf-16"),
        "speaker,file,standing,asks,participant,dataset\nZoë,talk.txt,staff,1,P01,d\n\n,,,,,\n".encode("cp1252"),
    ],
)
def test_sheets_as_spreadsheets_save_them(sheet: bytes) -> None:
    """Semicolons, tabs, byte order marks, Windows letters, other orders and further columns are all the same sheet."""
    assert (Correction("talk.txt", "Zoë", "d", "P01", True, ("staff",)),) == corrections.parse(sheet, "speakers.csv")


@given(
    st.text(min_size=1)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text and "\x00" not in text and text != "(not named)")
)
def test_any_label_survives_the_sheet(label: str) -> None:
    """Labels come back as they were, also those that a spreadsheet would take for a formula."""
    label = "".join(each for each in label if each.isprintable()).strip() or "=1+1"
    rows = (Correction("a.txt", label, asks=True), Correction("a.txt", None, asks=None, asks_open=True))

    assert rows == corrections.parse(corrections.sheet(rows), "speakers.csv")


def test_formulas_are_written_as_text() -> None:
    """No cell of the sheet begins as a formula does."""
    assert b",'=HYPERLINK" in corrections.sheet([Correction("a.txt", "=HYPERLINK(1)")])


@pytest.mark.parametrize(
    ("sheet", "where", "what"),
    [
        (b"", "speakers.csv", "empty"),
        (b"file,asks\na.txt,yes\n", "speakers.csv", "no column speaker"),
        (
            b"file,speaker,asks\na.txt,Sam,yes\na.txt,Anna,perhaps\n",
            "speakers.csv, row 3, column asks",
            "'perhaps' is neither yes nor no",
        ),
        (
            b"file,speaker,standing\na.txt,Sam,boss\n",
            "speakers.csv, row 2, column standing",
            "'boss' is not a standing",
        ),
        (b"file,speaker\n,Sam\n", "speakers.csv, row 2, column file", "The file is not named"),
        (
            b"file,speaker,participant\na.txt,Sam,Samantha\n",
            "speakers.csv, row 2, column participant",
            "'Samantha' is not a pseudonym",
        ),
        (b"file,speaker,asks\na.txt,Sam,yes\n./a.txt,SAM,no\n", "speakers.csv", "Two rows speak of 'SAM'"),
        (b"\x00\x01\x02\x03" * 50, "speakers.csv", "binary"),
    ],
)
def test_mistakes_name_row_and_column(sheet: bytes, where: str, what: str) -> None:
    """A mistake says in which row and column it stands and what may stand there."""
    with pytest.raises(UsageError, match=what) as refused:
        corrections.parse(sheet, "speakers.csv")

    assert where == refused.value.where
    assert refused.value.remedy


def test_rows_are_found_by_path() -> None:
    """A file's rows are those of the same path; a bare name serves where no longer path fits."""
    rows = [Correction("one/talk.txt", "A"), Correction("two/talk.txt", "B"), Correction("notes.txt", "C")]

    assert ["A"] == [each.speaker for each in corrections.for_file(rows, "/home/x/one/talk.txt")]
    assert ["B"] == [each.speaker for each in corrections.for_file(rows, "two\\talk.txt")]
    assert ["C"] == [each.speaker for each in corrections.for_file(rows, "two/notes.txt")]
    assert () == corrections.for_file(rows, "three/talk.txt")


def test_a_row_for_nobody_becomes_a_problem() -> None:
    """A row whose speaker does not speak in the file is told."""
    corrected = corrections.apply(TALK, [Correction("talk.txt", "Mark", asks=True)])

    assert "the sheet of speakers names 'Mark', who does not speak here" in corrected.problems
