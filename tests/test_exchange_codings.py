"""Tables of codings, long or wide, become one record for each coded stretch and coder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tagger.errors import CodingsError
from tagger.exchange.codings import CodedRow, parse
from tagger.records import Framework, Layer, Value, Wording

FRAMEWORK = Framework(
    id="small",
    version="1.0",
    title="Small",
    layers=(Layer("core", "Core"),),
    values=tuple(
        Value(id_, name, "core", Wording(name))
        for id_, name in (
            ("safety", "Safety"),
            ("choice", "Choice and control"),
            ("two-way", "Two-way interactions"),
        )
    ),
)
HEADER = "transcript,start,end,text,coder,values\n"
WIDE = "transcript,text,coder,Safety,choice,Two way interactions\n"


def read(text: str) -> list[CodedRow]:
    """Parse a CSV given as text."""
    return parse(text.encode(), "c.csv", FRAMEWORK).rows


def test_long_rows() -> None:
    """Several values stand in one cell; a row has a span, a text, or both."""
    assert [
        CodedRow(2, "t1", 3, 9, "", "Ann", ("safety", "two-way")),
        CodedRow(3, "t1", None, None, "I felt, you know", "Ann", ("choice",)),
        CodedRow(4, "t2", 0, 5, "Hello", "Bo", ()),
    ] == read(
        HEADER
        + 't1,3,9,,Ann,Two-way interactions; Safety\nt1,,,"I felt, you know",Ann,choice\nt2,0,5.0,Hello,Bo,none\n'
    )


@pytest.mark.parametrize(
    "name", ["two-way", "Two Way", "TWO-WAY INTERACTIONS", "two‐way_interactions", "TwoWayInteractions"]
)
def test_names_of_values(name: str) -> None:
    """A value is named by id or name, whatever the case, blanks and hyphens."""
    assert [("two-way",)] == [row.value_ids for row in read(f"{HEADER}t1,0,5,,Ann,{name}\n")]


@pytest.mark.parametrize("words", ["none", "No value", "nothing here", "NOTHING"])
def test_no_value(words: str) -> None:
    """Coded with no value is said in words."""
    assert [()] == [row.value_ids for row in read(f"{HEADER}t1,0,5,,Ann,{words}\n")]


@pytest.mark.parametrize("cell", ["Safety;choice", "Safety|choice", "Safety ; choice;", "choice;safety;Safety"])
def test_several_values(cell: str) -> None:
    """Values are parted by ; or | and come in the framework's order, each once."""
    assert [("safety", "choice")] == [row.value_ids for row in read(f"{HEADER}t1,0,5,,Ann,{cell}\n")]


def test_one_row_for_each_value() -> None:
    """Rows of one coder about one stretch are one coding; another coder or stretch is another."""
    text = "t1,0,5,,Ann,choice\nt1,0,5,,Bo,choice\nT1,0,5,,ann,safety\nt1,0,6,,Ann,safety\nt1,0,5,,Bo,none\n"

    assert [
        CodedRow(2, "t1", 0, 5, "", "Ann", ("safety", "choice")),
        CodedRow(3, "t1", 0, 5, "", "Bo", ("choice",)),
        CodedRow(5, "t1", 0, 6, "", "Ann", ("safety",)),
    ] == read(HEADER + text)


def test_answers() -> None:
    """In an export with a row for each answer, a no is not a value."""
    text = "transcript,text,coder,value,answer\nt1,Hi,Ann,safety,yes\nt1,Hi,Ann,choice,no\nt1,Ho,Ann,choice,no\n"

    assert [("Hi", ("safety",)), ("Ho", ())] == [(row.text, row.value_ids) for row in read(text)]


@pytest.mark.parametrize(
    "header",
    [
        "Transcript,Start,End,Text,Coder,Values",
        "file,from,to,quote,reader,codes",
        "Document, BEGIN ,end,passage,annotator,Labels",
        "source,start,end,excerpt,rater,value",
        "File_Name,start,end,Text,coder,code",
    ],
)
def test_names_of_columns(header: str) -> None:
    """Columns go by the names that people give them."""
    assert [CodedRow(2, "t1", 1, 3, "ab", "Ann", ("safety",))] == read(f"{header}\nt1,1,3,ab,Ann,Safety\n")


def test_own_name_of_a_column_wins() -> None:
    """Of two columns that could hold the same, the one with the plain name does."""
    text = "transcript,source,text,coder,values\nt1,recorder,Hi,Ann,none\n"

    assert ["t1"] == [row.transcript for row in read(text)]


def test_title_rows() -> None:
    """Rows above the header are passed over, and rows keep their numbers."""
    assert [4] == [row.number for row in read(f"Our codings,,\n\n{HEADER}t1,0,5,,Ann,safety\n")]


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("yes", "No"), ("x", ""), ("TRUE", "false"), ("✓", "")])
def test_wide_rows(yes: str, no: str) -> None:
    """One column for each value holds a yes or a no, in any usual writing."""
    rows = read(f"{WIDE}t1,Hi,Ann,{no},{yes},{yes}\nt1,Ho,Ann,{no},{no},{no}\n")

    assert [("choice", "two-way"), ()] == [row.value_ids for row in rows]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "t1,Hi,Ann,1,maybe,0\n",
            r"c\.csv, row 2: 'maybe' under 'choice' is neither a yes nor a no\. Write 1 or 0",
        ),
        ("t1,Hi,Ann,1,0,0\nt1,Ho,Ann,,,\n", r"c\.csv, row 3: No value is marked\. Write 0 under each value"),
    ],
)
def test_wide_rows_in_doubt(rows: str, message: str) -> None:
    """A mark that is no mark, and a row left blank where others write 0, are errors."""
    with pytest.raises(CodingsError, match=message):
        read(WIDE + rows)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("t1,0,5,,Ann,", r"c\.csv, row 2: The cell with the values is empty\. Write 'none' where no value fits\."),
        ("t1,0,5,,Ann,Saftey", r"c\.csv, row 2: 'Saftey' is not a value of small\. The nearest is 'Safety'\."),
        ("t1,0,5,,Ann,safety; choise", r"'choise' is not a value of small\. The nearest is 'Choice and control'\."),
        ("t1,0,5,,Ann,zzz", r"Its values are Safety, Choice and control, Two-way interactions\."),
        ('t1,0,5,,Ann,"safety, choice"', r"Part several values by ; instead of a comma"),
        ("t1,0,5,,Ann,none; safety", r"'none; safety' says both that values fit and that none does"),
        (",0,5,,Ann,safety", r"row 2: The cell with the transcript is empty"),
        ("t1,0,5,,,safety", r"row 2: The cell with the coder is empty"),
        ("t1,,,,Ann,safety", r"row 2: It names no stretch\. Give start and end, or the text that was coded\."),
        ("t1,0,,Hi,Ann,safety", r"row 2: It has no end"),
        ("t1,ten,20,Hi,Ann,safety", r"row 2: Its start is 'ten', not a whole number"),
        ("t1,-1,20,Hi,Ann,safety", r"row 2: Its start is '-1', not a whole number"),
        ("t1,1.5,20,Hi,Ann,safety", r"row 2: Its start is '1\.5', not a whole number"),
        ("t1,9,9,Hi,Ann,safety", r"row 2: It ends \(9\) before it starts \(9\)"),
    ],
)
def test_bad_rows(row: str, message: str) -> None:
    """What a row lacks or gets wrong is said with its number and what to write."""
    with pytest.raises(CodingsError, match=message):
        read(f"{HEADER}{row}\n")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "transcript,text,values",
            r"c\.csv, row 1: There is no column for coder\. The columns found are 'transcript', 'text'",
        ),
        ("start,end,coder,values", r"There is no column for transcript"),
        ("transcript,text,coder", r"There is no column for values"),
        ("transcript,coder,values", r"There is no column for text \(or start and end\)"),
        ("transcript,start,text,coder,values", r"There is no column for end"),
        ("transcript,text,coder,safety,choice,two wey", r"There is no column for Two-way interactions\. .*'two wey'"),
        ("transcript,text,coder,safety", r"no column for .* of [a-z-]+; .* another framework, add --framework NAME"),
        ("transcript,text,coder,values,safety", r"a column for the values and also one for a value"),
        ("transcript,text,coder,safety,choice,two-way,Safety", r"Two columns are for 'Safety'"),
        ("file,document,text,coder,values", r"Both 'file' and 'document' could hold the transcript"),
        (
            "hello",
            r"There is no column for transcript, coder, text \(or start and end\), values\. .* found are 'hello'",
        ),
        (HEADER.strip(), r"c\.csv: There are no rows below the header"),
    ],
)
def test_bad_headers(header: str, message: str) -> None:
    """What the columns lack is named, with the columns that were found."""
    with pytest.raises(CodingsError, match=message):
        read(f"{header}\n" if header == HEADER.strip() else f"{header}\na,b,c,d,e,f,g\n")


SHEET = """\
Coding sheet — Annotator 1,,,,
"Instructions: for each claim, write ONE code. Leave column E for comments.",,,,
#,Claim ID,Claim Text,Your Code,Notes (optional)
▸  Theme: Core,,,,
1,C9,I felt safe.,Safety,
2,C7,They let me be.,Choice and control,not sure
#,Claim ID,Claim Text,Your Code,Notes (optional)
▸  Theme: Others,,,,
3,C8,I rang her.,none,
"""


def test_a_sheet_with_titles_and_headings_between_its_rows() -> None:
    """Columns are known by the last word of their names; rows that head others are passed over, and told."""
    table = parse(SHEET.encode(), "c.csv", FRAMEWORK, "Ann")

    assert [
        CodedRow(5, "", None, None, "I felt safe.", "Ann", ("safety",)),
        CodedRow(6, "", None, None, "They let me be.", "Ann", ("choice",)),
        CodedRow(9, "", None, None, "I rang her.", "Ann", ()),
    ] == table.rows
    assert (4, 7, 8) == table.headings


def test_who_coded_is_asked_for_where_no_column_says() -> None:
    """And refused where one does."""
    with pytest.raises(CodingsError, match=r"row 3: There is no column for coder.* add --coder NAME"):
        read(SHEET)
    with pytest.raises(CodingsError, match=r"The column 'coder' says who coded"):
        parse(f"{HEADER}t1,0,5,,Ann,Safety\n".encode(), "c.csv", FRAMEWORK, "Bo")


def test_a_passage_that_was_left_blank_is_no_heading() -> None:
    """Its text is there, and its code is missing."""
    with pytest.raises(CodingsError, match="row 3: The cell with the values is empty"):
        parse(b"text,values,notes\nA,Safety,\nB,,\n", "c.csv", FRAMEWORK, "Ann")


def test_not_applicable_is_a_value_where_the_list_has_it() -> None:
    """What other programs take for a missing cell is what somebody wrote."""
    values = (*FRAMEWORK.values, Value("n-a", "n/a", "core", Wording("does not apply")))
    table = parse(f"{HEADER}t1,0,5,,Ann,n/a\n".encode(), "c.csv", replace(FRAMEWORK, values=values))

    assert [("n-a",)] == [row.value_ids for row in table.rows]
    with pytest.raises(CodingsError, match="'n/a' is not a value of small"):
        read(f"{HEADER}t1,0,5,,Ann,n/a\n")


def test_a_sheet_of_western_windows_is_read() -> None:
    """Its quotation marks and accents are those that were written."""
    table = parse(
        SHEET.replace("I felt safe.", "I felt “safe” — Zoë").encode("cp1252", "replace"), "c.csv", FRAMEWORK, "A"
    )

    assert "I felt “safe” — Zoë" == table.rows[0].text
