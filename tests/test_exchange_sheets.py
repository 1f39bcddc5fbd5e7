"""Tables come in many shapes; what cannot be read is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tagger.errors import CodingsError
from tagger.exchange import packs, tables
from tagger.exchange.sheets import MOST_BYTES, Row, read, titles

GRID = [["transcript", "text", "coder"], ["t1", "café, naïve; yes", "Ann"], ["t2", "line\nline", "Bo"]]


def familiarity(cells: Sequence[str]) -> int:
    """Count the cells that are names of columns."""
    return len({"transcript", "text", "coder"} & set(cells))


def delimited(delimiter: str, grid: Sequence[Sequence[str]] = GRID) -> str:
    """Write a grid with a delimiter."""
    return "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in grid)


def workbook(grid: Sequence[Sequence[object]]) -> bytes:
    """Write a grid as a workbook."""
    book = Workbook()
    for row in grid:
        book.worksheets[0].append(list(row))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    """The delimiter and the encoding are found, whichever of the usual ones they are."""
    sheet = read(delimited(delimiter).encode(encoding), "t.csv", familiarity)

    assert GRID == [list(sheet.header.cells), *(list(row.cells) for row in sheet.rows)]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends(end: str) -> None:
    """Any line end parts rows, and inside a cell it becomes LF."""
    sheet = read(delimited(",").replace("\n", end).encode(), "t.csv", familiarity)

    assert GRID[1:] == [list(row.cells) for row in sheet.rows]


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    """Title rows and blank rows count, cells of several lines do not; blank rows are left out."""
    data = 'Codings of March\n\ntranscript,text,coder\nt1,"two\nlines",Ann\n,,\nt2,one,Bo\n'
    sheet = read(data.encode(), "t.csv", familiarity)

    assert Row(3, ("transcript", "text", "coder")) == sheet.header
    assert (Row(4, ("t1", "two\nlines", "Ann")), Row(6, ("t2", "one", "Bo"))) == sheet.rows


def test_workbook() -> None:
    """The first sheet of a workbook is read like a CSV; numbers and truths become plain text."""
    data = workbook(
        [["Title"], [], ["transcript", "text", "coder"], [12, 3.0, True], [None], [date(2026, 3, 1), 0.5, "=1+1"]]
    )
    sheet = read(data, "t.xlsx", familiarity)

    assert Row(3, ("transcript", "text", "coder")) == sheet.header
    assert (Row(4, ("12", "3", "true")), Row(6, ("2026-03-01T00:00:00", "0.5", ""))) == sheet.rows


def test_a_row_that_counts_itself_below_all_rows_is_not_there() -> None:
    """It is not waited for, either: the numbers up to it have no end that anybody lives to see."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(GRID))) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b'r="2"', b'r="%s"' % (b"9" * 20)) if "sheet1" in name else part)

    sheet = read(sink.getvalue(), "table.xlsx", familiarity)

    assert (tuple(GRID[0]), ()) == (sheet.header.cells, sheet.rows)


def test_whole_numbers_in_workbooks() -> None:
    """A position that a workbook holds as 3.0 is read as 3."""
    data = tables.write(pa.table({"text": ["a"], "start": [3.0]}), "xlsx", "Any")

    assert (Row(2, ("a", "3")),) == read(data, "t.xlsx", familiarity).rows


def test_short_rows() -> None:
    """A row may end early: what is not there is empty."""
    assert ("b", "") == (Row(1, ("a", "b")).cell(1), Row(1, ("a", "b")).cell(2))


def zipped(name: str, content: bytes = b"<not-xml") -> bytes:
    """Make a package of one part that is no good."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return sink.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"t: The file is empty\. Save the table as CSV or XLSX\."),
        (b" \n\n", r"t: The file is empty"),
        (b",,\n,,\n", r"t: The file holds no rows"),
        (b"\xef\xbb\xbf", r"t: The file holds no rows"),
        (bytes(range(256)) * 8, r"t: It is not a table but binary data"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), r"t: The workbook is protected by a password\. Save it without"),
        (OLE, r"t: It is a workbook of the old kind"),
        (b"PK\x03\x04 and no more", r"t: The workbook is damaged"),
        (zipped("xl/workbook.xml"), r"t: The workbook is damaged"),
        (zipped("xl/workbook.xml", bytes(MOST_BYTES + 1)), r"t: The workbook unpacks to 100,\d+,\d+ bytes"),
        (zipped("word/document.xml"), r"t: It is a package, but not an XLSX workbook"),
        (b'transcript,text\nt1,ok\nt2,"never closed\nt3,ok\n', r"t: Row 3: a quote is opened and never closed"),
        (b'transcript,text\nt1,"closed" early\n', r"t: Row 2: a quote is closed before the cell ends"),
    ],
    ids=lambda part: part[3:30] if isinstance(part, str) else "file",
)
def test_bad_files(data: bytes, message: str) -> None:
    """A file that is no table is refused with the reason and the remedy."""
    with pytest.raises(CodingsError, match=message):
        read(data, "t", familiarity)


def test_truncated_workbook() -> None:
    """A workbook that lost its end is called damaged."""
    with pytest.raises(CodingsError, match="The workbook is damaged"):
        read(workbook(GRID)[:-200], "t.xlsx", familiarity)


def packed(method: int) -> bytes:
    """Make a small workbook whose parts are compressed by a method."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(GRID))) as before, zipfile.ZipFile(sink, "w", method) as package:
        for part in before.namelist():
            package.writestr(part, before.read(part))
    return sink.getvalue()


WORKBOOKS = [
    packed(method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
]


def offset(data: bytes, value: int) -> bytes:
    """Say in a package's last record that its list of parts begins elsewhere."""
    place = data.rindex(b"PK\x05\x06") + 16
    return data[:place] + value.to_bytes(4, "little") + data[place + 4 :]


def version(data: bytes) -> bytes:
    """Say of each part that it needs a program of the far future."""
    return data.replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff")


def renamed(data: bytes) -> bytes:
    """Give parts names that are not in the encoding they claim."""
    marked = data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x08")
    return marked.replace(b"xl/workbook.xml", b"\xff\xff/workbook.xml")


@pytest.mark.parametrize("damage", [lambda data: offset(data, 2**24), version, renamed])
@pytest.mark.parametrize("data", WORKBOOKS[:2], ids=["stored", "deflated"])
def test_a_list_of_parts_that_is_damaged(data: bytes, damage: Callable[[bytes], bytes]) -> None:
    """A package whose list of parts makes no sense is called damaged, and is no reading pack."""
    broken = damage(data)

    assert broken != data
    assert [] == titles(broken)
    assert not packs.is_pack(broken)
    with pytest.raises(CodingsError, match="The workbook is damaged"):
        read(broken, "t.xlsx", familiarity)


@settings(max_examples=300)
@given(
    data=st.sampled_from(WORKBOOKS),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
    at_end=st.booleans(),
)
def test_any_damage_is_told_in_words(data: bytes, changes: list[tuple[int, int]], at_end: bool) -> None:
    """Whichever bytes of a workbook are wrong, it is read, or refused in words."""
    damaged = bytearray(data)
    for position, value in changes:
        damaged[-1 - position % min(900, len(data) - 4) if at_end else 4 + position % (len(data) - 4)] = value

    assert not packs.is_pack(bytes(damaged))
    with suppress(CodingsError):
        read(bytes(damaged), "t.xlsx", familiarity)


def test_cells_merged_downwards_say_it_of_all_their_rows() -> None:
    """Those merged across are titles, and say it once."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["A title"], ["transcript", "text", "coder"], ["t1", "one", "Ann"], [None, "two"], ["t2", "three"]):
        sheet.append(row)
    for merged in ("A1:C1", "A3:A4", "C3:C5"):
        sheet.merge_cells(merged)
    sink = io.BytesIO()
    book.save(sink)

    found = read(sink.getvalue(), "t.xlsx", familiarity)

    assert ("transcript", "text", "coder") == found.header.cells
    assert [("t1", "one", "Ann"), ("t1", "two", "Ann"), ("t2", "three", "Ann")] == [row.cells for row in found.rows]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'[{"text": "a \\"quote\\" in it"}]', "JSON of no program"),
        (b'{"labels": {}}', "JSON of no program"),
        (b"<!DOCTYPE html><p>a</p>", "a web page or XML"),
        (b"{\\rtf1 a}", "rich text"),
    ],
)
def test_other_kinds_of_files_are_told_what_they_are(data: bytes, what: str) -> None:
    """And not that a quote in them is not closed."""
    with pytest.raises(CodingsError, match=f"It is not a table but {what}"):
        read(data, "t.csv", familiarity)
