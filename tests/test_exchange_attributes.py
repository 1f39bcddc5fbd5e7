"""The sheet of attributes: as spreadsheets save it, out and back, and what is refused with its row."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
import pytest

from tagger.errors import UsageError
from tagger.exchange import attributes
from tagger.exchange.attributes import Attributes, check_spellings, near


def workbook(*rows):
    """Return the bytes of a workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_as_a_european_excel_saves_it():
    """Semicolons, Windows letters, other case in the header, blanks around and within cells."""
    data = "File;Participant;Group; Site \r\n01.docx; P07 ;North  side;Hüll\r\n;;;\r\n".encode("cp1252")

    [row] = attributes.parse(data, "a.csv")

    assert Attributes(2, "01.docx", "", ("P07",), {"group": "North side", "site": "Hüll"}) == row


def test_a_workbook_holds_numbers_and_days_as_excel_keeps_them():
    """31.0 is 31, a day has no midnight, and a row with nothing in it is passed over."""
    data = workbook(
        ("file", "dataset", "age", "born"),
        ("01.docx", "women", 31.0, datetime(1994, 5, 2)),
        (None, None, None, None),
        ("02.docx", "women", None, None),
    )

    first, second = attributes.parse(data, "a.xlsx")

    assert {"age": "31", "born": "1994-05-02"} == first.said
    assert (4, {}) == (second.number, second.said)


def test_a_group_has_several_participants_in_one_cell():
    """Parted by semicolon, comma, plus or slash; one named twice counts once."""
    [row] = attributes.parse(b'file,participant\na.vtt,"P1; P2,P3+P1/ P4"\n', "a.csv")

    assert ("P1", "P2", "P3", "P4") == row.participants


def test_what_is_written_is_read_back():
    """With columns that people added, and cells that a spreadsheet would run."""
    rows = (
        Attributes(2, "talks.zip/a.vtt", "women", ("P1", "P2"), {"role": "peer lead", "site": "=Hull"}),
        Attributes(3, "b.txt", "", (), {"encoding": "cp1252"}),
    )

    assert rows == attributes.parse(attributes.sheet(rows), "attributes.csv")


@pytest.mark.parametrize(
    ("sheet", "where", "what"),
    [
        ("", "a.csv", "empty"),
        ("name,group\nx,y\n", "a.csv, row 1", "no column 'file'"),
        ("file,particpant\na,P1\n", "a.csv, row 1", "nearly like 'participant'"),
        ("file,Data set\na,women\n", "a.csv, row 1", "nearly like 'dataset'"),
        ("file,group,Group\na,b,c\n", "a.csv, row 1", "Two columns are called 'group'"),
        ("file,group\na,b,c\n", "a.csv, row 2", "'c' stands in a column without a name"),
        ("file,group\n,b\n", "a.csv, row 2", "not named"),
        ("file,participant\na,P1\nb,Ann\n", "a.csv, row 3, column participant", "'Ann' is not a pseudonym"),
        ("file,participant\na,p 07\n", "a.csv, row 2, column participant", "Write P07"),
        ("file,participant\na,7\n", "a.csv, row 2, column participant", "Write P07"),
        ("file,encoding\na,utf-9\n", "a.csv, row 2, column encoding", "not the name of an encoding"),
        ("file,group\na,x\nb,y\n./a,x\n", "a.csv, row 4", "a row of its own already, row 2"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(sheet, where, what):
    """The message names the row as the spreadsheet counts it, the column, and what to do."""
    with pytest.raises(UsageError) as refused:
        attributes.parse(sheet.encode(), "a.csv")

    assert where == refused.value.where
    assert what in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("sheet", "held", "what"),
    [
        ("file,group\na,North\nb,north \n", {}, "'north' here and 'North' in row 2 look like one group"),
        ("file,dataset\na,Women\n", {"datasets": ["women"]}, "'Women' here and 'women' in the study"),
        ("file,participant\na,P7\nb,P07\n", {}, "'P07' here and 'P7' in row 2 look like one participant"),
        ("file,participant\na,P7\n", {"participants": ["P07"]}, "in the study"),
    ],
)
def test_one_name_is_spelled_in_one_way(sheet, held, what):
    """Case, blanks and zeros before a number part nobody from themselves."""
    with pytest.raises(UsageError, match=what):
        check_spellings(attributes.parse(sheet.encode(), "a.csv"), "a.csv", **held)


def test_names_that_differ_are_two():
    """P10 is not P100, nor is site 1 site 2; the same spelling may come again."""
    sheet = b"file,participant,group\na,P10,site 1\nb,P100,site 2\nc,P10,site 1\n"

    check_spellings(attributes.parse(sheet, "a.csv"), "a.csv")


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("womn", ("women", "general"), "women"),
        ("women", ("women",), ""),
        ("site 1", ("site 2",), ""),
        ("garden", ("kitchen",), ""),
    ],
)
def test_a_slip_is_told_from_another_name(name, known, meant):
    """A letter left out is a slip; the same name, another number or another word is none."""
    assert meant == near(name, known)
