"""Exports are safe to open in a spreadsheet, complete, and the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tagger.errors import UsageError
from tagger.exchange import sheets, tables
from tagger.exchange.workbook import REFUSED

ROWS = pa.table(
    {
        "text": ["She said “hi”,\nthen left 🙂", '=HYPERLINK("x")', None],
        "score": [0.25, -1.5, float("nan")],
        "values": [["Trust", "Safety"], [], None],
        "read": [True, False, None],
        "when": [datetime(2026, 3, 1, 12, 30, tzinfo=UTC), None, None],
        "day": [date(2026, 3, 1), None, None],
    }
)
RISKY = ["=1+1", "+44 20", "@SUM(A1)", "-cmd|' /C calc'!A0", "\t=1", "\r=1"]
HARMLESS = ["- and then she left", "a=b", "-", "", " =1"]


def read_csv(data: bytes) -> list[list[str]]:
    """Read a CSV as another program would."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def open_sheet(data: bytes) -> Any:
    """Open the first sheet of a workbook."""
    return load_workbook(io.BytesIO(data)).worksheets[0]


def test_csv_bytes() -> None:
    """A CSV has a BOM for Excel, CRLF between rows, cells as they are, lists as text, and nothing for what is not."""
    assert (
        '\ufefftext,score,values,read,when,day\r\n"She said “hi”,\nthen left 🙂",0.25,Trust; Safety,true,'
        "2026-03-01T12:30:00,2026-03-01\r\n"
        '"\'=HYPERLINK(""x"")",-1.5,,false,,\r\n,,,,,\r\n'
    ) == tables.write(ROWS, "csv", "Any").decode("utf-8")


def test_csv_keeps_line_ends_inside_cells() -> None:
    """CRLF, LF and CR inside a cell come back as they were."""
    texts = ["a\r\nb", "a\nb", "a\rb"]

    assert [["text"], *([text] for text in texts)] == read_csv(tables.write(pa.table({"text": texts}), "csv", "Any"))


@pytest.mark.parametrize("text", RISKY)
def test_csv_guards_formulas(text: str) -> None:
    """Text that a spreadsheet would run gets an apostrophe before it."""
    assert [["text"], [f"'{text}"]] == read_csv(tables.write(pa.table({"text": [text]}), "csv", "Any"))


@pytest.mark.parametrize("text", HARMLESS)
def test_csv_leaves_other_text(text: str) -> None:
    """Dashes that open a sentence, and signs inside one, stay as they are."""
    assert [["text"], [text]] == read_csv(tables.write(pa.table({"text": [text]}), "csv", "Any"))


def test_xlsx_cells() -> None:
    """A workbook keeps numbers, times and text apart, and text that begins with = is text."""
    sheet = open_sheet(tables.write(ROWS, "xlsx", "Suggestions"))

    assert ("text", "score", "values", "read", "when", "day") == tuple(cell.value for cell in sheet[1])
    assert (
        "She said “hi”,\nthen left 🙂",
        0.25,
        "Trust; Safety",
        True,
        datetime(2026, 3, 1, 12, 30),
        datetime(2026, 3, 1),
    ) == tuple(cell.value for cell in sheet[2])
    assert ('=HYPERLINK("x")', "s") == (sheet["A3"].value, sheet["A3"].data_type)
    assert (None, None, None, None, None, None) == tuple(cell.value for cell in sheet[4])


def test_xlsx_appearance() -> None:
    """The header is bold, stays in view and filters; a column of long text is wide and wraps."""
    rows = pa.table({"n": [1, 2], "text": ["word " * 40, "short"]})
    sheet = open_sheet(tables.write(rows, "xlsx", "What was coded: [all of it] in/out"))

    assert "What was coded   all of it  in" == sheet.title
    assert (True, True) == (sheet["A1"].font.bold, sheet["B1"].font.bold)
    assert ("A2", "A1:B3") == (sheet.freeze_panes, sheet.auto_filter.ref)
    assert (8, 80) == (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width)
    assert (None, True) == (sheet["A2"].alignment.wrap_text, sheet["B2"].alignment.wrap_text)


def test_xlsx_drops_what_xml_cannot_hold() -> None:
    """Control characters go, tabs and line ends stay, and markup is only text."""
    rows = pa.table({"text": ["a\x00b\x0bc\x1fd\ufffee\tf\ng<b>&amp;"]})

    assert "abcde\tf\ng<b>&amp;" == open_sheet(tables.write(rows, "xlsx", "Any"))["A2"].value


def test_xlsx_has_more_than_26_columns() -> None:
    """Columns after Z are AA, AB and so on."""
    sheet = open_sheet(tables.write(pa.table({f"c{n}": [n] for n in range(800)}), "xlsx", "Any"))

    assert (0, 25, 26, 799) == (sheet["A2"].value, sheet["Z2"].value, sheet["AA2"].value, sheet["ADT2"].value)


def test_xlsx_keeps_long_numbers_as_text() -> None:
    """A number with more digits than a sheet can hold is written as text instead of being rounded."""
    sheet = open_sheet(tables.write(pa.table({"n": [2**60, 12]}), "xlsx", "Any"))

    assert (str(2**60), 12) == (sheet["A2"].value, sheet["A3"].value)


@pytest.mark.parametrize("text", ["x" * 32_768, "🙂" * 16_384])
def test_xlsx_refuses_cells_that_are_too_long(text: str) -> None:
    """A cell beyond what a workbook holds, counted as Excel counts, is named with its row and another format."""
    with pytest.raises(UsageError, match=r"row 3: Column 'text' holds .* at most 32,767\. Use csv, jsonl or parquet"):
        tables.write(pa.table({"text": ["ok", text]}), "xlsx", "Any")


def test_xlsx_takes_the_longest_cell() -> None:
    """A cell of exactly 32,767 characters fits."""
    assert "x" * 32_767 == open_sheet(tables.write(pa.table({"text": ["x" * 32_767]}), "xlsx", "Any"))["A2"].value


def test_xlsx_refuses_too_many_rows() -> None:
    """More rows than a sheet has are refused before any is written."""
    with pytest.raises(UsageError, match="1,048,576 rows are more than a sheet can hold"):
        tables.write(pa.table({"n": pa.nulls(1_048_576, pa.int8())}), "xlsx", "Any")


def test_jsonl() -> None:
    """JSONL has one object a line, letters as they are, lists as lists, and null where there is no number."""
    lines = tables.write(ROWS, "jsonl", "Any").decode("utf-8").splitlines()

    assert 3 == len(lines)
    assert "“hi”" in lines[0]
    assert {
        "text": "She said “hi”,\nthen left 🙂",
        "score": 0.25,
        "values": ["Trust", "Safety"],
        "read": True,
        "when": "2026-03-01T12:30:00+00:00",
        "day": "2026-03-01",
    } == json.loads(lines[0])
    assert {"text", "score", "values", "read", "when", "day"} == {
        name for name, value in json.loads(lines[2]).items() if value is None
    }


def test_jsonl_has_no_odd_line_ends() -> None:
    """Characters that some readers take for line ends are escaped and come back."""
    rows = pa.table({"text": ["a\u2028b\u2029c\u0085d"]})
    lines = tables.write(rows, "jsonl", "Any").decode("utf-8").splitlines()

    assert ["a\u2028b\u2029c\u0085d"] == [json.loads(line)["text"] for line in lines]


def test_parquet() -> None:
    """Parquet holds the rows with their types, compressed with zstd."""
    data = tables.write(ROWS.drop_columns("score"), "parquet", "Any")

    assert ROWS.drop_columns("score") == pq.read_table(io.BytesIO(data))
    assert "ZSTD" == pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0).compression


@pytest.mark.parametrize("to", tables.FORMATS)
def test_same_rows_same_bytes(to: str) -> None:
    """The same rows make the same bytes, however they were cut into pieces."""
    pieces = pa.concat_tables([ROWS.slice(0, 1), ROWS.slice(1)])

    assert tables.write(ROWS, to, "Any") == tables.write(pieces, to, "Any")


def test_workbooks_hold_no_time() -> None:
    """The parts of a workbook carry the same fixed time in every file."""
    with zipfile.ZipFile(io.BytesIO(tables.write(ROWS, "xlsx", "Any"))) as package:
        assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in package.infolist()}


@pytest.mark.parametrize("to", tables.FORMATS)
def test_no_rows(to: str) -> None:
    """A table without rows is a file with its header and nothing else."""
    empty = ROWS.slice(0, 0)
    data = tables.write(empty, to, "Any")

    assert {
        "csv": "\ufefftext,score,values,read,when,day\r\n".encode(),
        "jsonl": b"",
    }.get(to, data) == data
    assert to != "xlsx" or open_sheet(data).max_row == 1
    assert to != "parquet" or pq.read_table(io.BytesIO(data)).num_rows == 0


def test_unusual_types() -> None:
    """Sums of a database, records and bytes are written as what a reader can use."""
    rows = pa.table(
        {
            "sum": pa.array([Decimal(12), Decimal("0.5")], pa.decimal128(20, 1)),
            "record": [{"n": 1, "at": date(2026, 3, 1)}, None],
            "key": [b"\x01\xff", None],
            "old": [date(1850, 1, 1), None],
            "id": pa.array([bytes(16), None], pa.uuid()),
        }
    )
    record = {"n": 1, "at": "2026-03-01"}
    nil = "00000000-0000-0000-0000-000000000000"

    assert {"sum": 12, "record": record, "key": "01ff", "old": "1850-01-01", "id": nil} == json.loads(
        tables.write(rows, "jsonl", "Any").splitlines()[0]
    )
    assert ["12.0", json.dumps(record), "01ff", "1850-01-01", nil] == read_csv(tables.write(rows, "csv", "Any"))[1]
    assert (12, json.dumps(record), "01ff", "1850-01-01", nil) == tuple(
        cell.value for cell in open_sheet(tables.write(rows, "xlsx", "Any"))[2]
    )


def test_unknown_format() -> None:
    """A format that does not exist is refused with those that do."""
    with pytest.raises(UsageError, match=r"'ods' is not a format of tables\. Use one of csv, xlsx, jsonl, parquet"):
        tables.write(ROWS, "ods", "Any")


def test_many_rows_in_reasonable_time() -> None:
    """Twenty thousand rows become a workbook in seconds."""
    rows = pa.table({"text": ["some words " * 20] * 20_000, "n": range(20_000)})
    began = time.process_time()
    tables.write(rows, "xlsx", "Any")

    assert 10 > time.process_time() - began


@example(["'="])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1), min_size=1))
def test_exports_read_back(texts: list[str]) -> None:
    """What is written as CSV or XLSX reads back as the same words, formulas and odd characters included."""
    words = [f"{text}." for text in texts]
    for to in ("csv", "xlsx"):
        sheet = sheets.read(tables.write(pa.table({"text": words}), to, "Any"), "x", lambda cells: "text" in cells)

        assert [REFUSED.sub("", word).strip() for word in words] == [row.cell(0) for row in sheet.rows]
