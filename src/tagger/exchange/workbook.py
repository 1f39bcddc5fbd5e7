"""
Rows as an XLSX workbook: bold frozen header, filter, wrapped long text, and never a formula.

The few parts of the package are written here, row by row into memory: openpyxl takes ten times as long, stamps the
time into the file and keeps people's words in a temporary file meanwhile.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tagger.errors import UsageError

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
MOST_DIGITS = 10**15
SAMPLE = 500
NARROWEST, WIDEST, WRAPPED = 8, 36, 80
LAST = "Use csv, jsonl or parquet, which have no such limit"
# What XML cannot hold.
REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
EPOCH = datetime(1899, 12, 30)  # the day 0 of sheets
FIRST_DAY = date(1900, 3, 1)  # before it, sheets count a day that never was
# Read as a character's code by spreadsheets, unless its first stroke is written as a code itself.
LIKE_A_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
Record = Sequence[Any]

PLAIN, HEADER, LONG, MOMENT, DAY, LONG_HEADER, FRAMED, BOX = range(8)
TOP = '<alignment vertical="top"/>'
TOP_WRAPPED = '<alignment vertical="top" wrapText="1"/>'
MIDDLE = '<alignment horizontal="center" vertical="top" wrapText="1"/>'
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OOXML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
EDGES = "".join(f'<{edge} style="thin"><color rgb="FF808080"/></{edge}>' for edge in ("left", "right", "top", "bottom"))
STYLES = (
    f"<styleSheet {MAIN}>"
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    f"<border>{EDGES}<diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="8">'
    + "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="{border}" xfId="0" applyNumberFormat="1" '
        f'applyFont="1" applyAlignment="1" applyBorder="1">{alignment}</xf>'
        for number, font, border, alignment in (
            (0, 0, 0, TOP),
            (0, 1, 0, TOP),
            (0, 0, 0, TOP_WRAPPED),
            (164, 0, 0, TOP),
            (165, 0, 0, TOP),
            (0, 1, 1, TOP_WRAPPED),
            (0, 0, 1, TOP_WRAPPED),
            (0, 0, 1, MIDDLE),
        )
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to be read and filled in: columns of a stated width and style, empty cells framed as others are."""

    title: str
    names: Sequence[str]
    records: Sequence[Record]
    widths: Sequence[int]
    styles: Sequence[int]


def write(names: Sequence[str], records: Iterable[Record], n_rows: int, title: str) -> bytes:
    """
    Write records of text, numbers, times and None under a header of names.

    Raises:
        UsageError: A cell or the whole table is larger than a sheet can be.
    """
    if n_rows >= MOST_ROWS:
        raise UsageError(f"{n_rows:,} rows are more than a sheet can hold ({MOST_ROWS - 1:,})", remedy=LAST)
    return _package({title: _sheet(names, iter(records), n_rows)})


def write_sheets(sheets: Sequence[Sheet]) -> bytes:
    """
    Write a workbook of several sheets, each printed on pages that lie on their side.

    Raises:
        UsageError: A cell is larger than a sheet allows.
    """
    return _package({sheet.title: _laid_out(sheet) for sheet in sheets})


def _package(sheets: Mapping[str, Iterable[str]]) -> bytes:
    numbered = list(enumerate(sheets, start=1))
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{OOXML}.worksheet+xml"/>' for n, _ in numbered
    )
    names = "".join(
        f'<sheet name={quoteattr(_sheet_name(title))} sheetId="{n}" r:id="rId{n}"/>' for n, title in numbered
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    last = f'<Relationship Id="rId{len(numbered) + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{RELATIONS}"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{OOXML}.sheet.main+xml"/>{overrides}'
        f'<Override PartName="/xl/styles.xml" ContentType="{OOXML}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}{last}</Relationships>',
        "xl/styles.xml": STYLES,
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(_entry(name), XML + content)
        for number, pieces in enumerate(sheets.values(), start=1):
            with package.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as part:
                for piece in pieces:
                    part.write(piece.encode())
    return sink.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    # Its time is that of the oldest file a package can hold, so that the same rows make the same bytes.
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet_name(title: str) -> str:
    return NOT_IN_SHEET_NAMES.sub(" ", REFUSED.sub("", title))[:31].strip(" '") or "Table"


def _sheet(names: Sequence[str], records: Iterator[Record], n_rows: int) -> Iterator[str]:
    sample = list(islice(records, SAMPLE))
    widths = [_width(name, [record[position] for record in sample]) for position, name in enumerate(names)]
    letters = [_letters(position) for position in range(len(names))]
    yield from _opened(widths)
    yield _row(1, zip(letters, names, [HEADER] * len(names), names, strict=True))
    styles = [LONG if width == WRAPPED else PLAIN for width in widths]
    for number, record in enumerate(chain(sample, records), start=2):
        yield _row(number, zip(letters, record, styles, names, strict=True))
    yield f'</sheetData><autoFilter ref="A1:{letters[-1]}{n_rows + 1}"/></worksheet>'


def _laid_out(sheet: Sheet) -> Iterator[str]:
    letters = [_letters(position) for position in range(len(sheet.names))]
    yield from _opened(sheet.widths, '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>')
    yield _row(1, zip(letters, sheet.names, [LONG_HEADER] * len(letters), sheet.names, strict=True))
    for number, record in enumerate(sheet.records, start=2):
        cells = ["" if value is None else value for value in record]
        yield _row(number, zip(letters, cells, sheet.styles, sheet.names, strict=True))
    yield '</sheetData><pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>'


def _opened(widths: Sequence[int], properties: str = "") -> Iterator[str]:
    yield f'{XML}<worksheet {MAIN}>{properties}<sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for number, width in enumerate(widths, start=1):
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"


def _letters(position: int) -> str:
    more, last = divmod(position, 26)
    return (_letters(more - 1) if more else "") + chr(ord("A") + last)


def _width(name: str, values: Sequence[Any]) -> int:
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    if longest > 2 * WIDEST:
        return WRAPPED
    return max(NARROWEST, len(name) + 4, min(longest + 2, WIDEST))


def _row(number: int, cells: Iterable[tuple[str, Any, int, str]]) -> str:
    written = "".join(
        _cell(f"{letter}{number}", value, style, name) for letter, value, style, name in cells if value is not None
    )
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, value: Any, style: int, name: str) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" s="{style}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, (int, float, Decimal)) and abs(float(value)) < MOST_DIGITS:
        return f'<c r="{place}" s="{style}"><v>{value}</v></c>'
    if isinstance(value, datetime) and value.date() >= FIRST_DAY:
        return f'<c r="{place}" s="{MOMENT}"><v>{(value - EPOCH).total_seconds() / 86_400:.9f}</v></c>'
    if isinstance(value, date) and not isinstance(value, datetime) and value >= FIRST_DAY:
        return f'<c r="{place}" s="{DAY}"><v>{(value - EPOCH.date()).days}</v></c>'
    text = value.isoformat() if isinstance(value, (date, time)) else str(value)
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(text, place, name)}</t></is></c>'
    )


def _text(text: str, place: str, name: str) -> str:
    # A sheet counts UTF-16 units: an emoji is two.
    if len(text) > MOST_CHARACTERS // 2 and len(text.encode("utf-16-le", "replace")) // 2 > MOST_CHARACTERS:
        row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        what = f"Column '{name}' holds {len(text):,} characters, and a cell of a workbook at most {MOST_CHARACTERS:,}"
        raise UsageError(what, where=f"row {row}", remedy=LAST)
    one_line_end = text.replace("\r\n", "\n").replace("\r", "\n")
    return escape(LIKE_A_CODE.sub("_x005F_", REFUSED.sub("", one_line_end)))
