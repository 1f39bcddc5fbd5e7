"""DOCX and XLSX as people make them, and as nobody should."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from written import docx_bold

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def saved(document: Any) -> bytes:
    """Give the bytes of a document or workbook."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def paragraphs(*texts: str) -> bytes:
    """Make a Word file of paragraphs."""
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    return saved(document)


def repacked(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change one part of a zip package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, change(old.read(each)) if each == part else old.read(each))
    return buffer.getvalue()


def zipped(part: str, data: bytes) -> bytes:
    """Make a zip package of one part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(part, data)
    return buffer.getvalue()


def run(text: str, *, tag: str = "w:t") -> Any:
    """Make a run of text for a Word paragraph."""
    element, words = OxmlElement("w:r"), OxmlElement(tag)
    words.text = text
    element.append(words)
    return element


def test_bold_names_and_page_headers() -> None:
    """A bold name without a colon opens a turn; headings and page headers are left out and listed."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Study X, confidential"
    document.add_heading("Interview 3")
    for name, words in [("Anna", "How was it?"), ("Sam", "Good: really."), ("Anna", "And?"), ("Sam", "Yes")]:
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(f" {words}")
    document.add_paragraph("A second paragraph of Sam's.")

    transcript = read(saved(document), "a.docx")

    assert [
        ("Anna", "How was it?"),
        ("Sam", "Good: really."),
        ("Anna", "And?"),
        ("Sam", "Yes A second paragraph of Sam's."),
    ] == said(transcript)
    assert ("page header or footer: Study X, confidential", "Interview 3") == transcript.dropped


def test_line_breaks_and_tabs_inside_one_paragraph() -> None:
    """An interview in a single paragraph with line breaks is read line by line."""
    transcript = read(paragraphs("Interview 3\nI:\tHow?\nP:\tGood.\nI:\tOk?\nP:\tYes\tno"), "a.docx")

    assert [("I", "How?"), ("P", "Good."), ("I", "Ok?"), ("P", "Yes no")] == said(transcript)


def test_table_of_two_columns() -> None:
    """A table of speakers and words is read row by row; an empty first cell goes on with the row above."""
    document = docx.Document()
    document.add_paragraph("Interview 3, Tuesday")
    table = document.add_table(rows=0, cols=2)
    for cells in [("I", "So how was it for you?"), ("P", "Good, I think.\nReally"), ("", "and more"), ("I", "Ok?")]:
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text

    transcript = read(saved(document), "a.docx")

    assert [("I", "So how was it for you?"), ("P", "Good, I think. Really and more"), ("I", "Ok?")] == said(transcript)
    assert ("Interview 3, Tuesday",) == transcript.dropped
    assert "columns were taken by content: no. 2 for what was said, no. 1 for the speaker" in transcript.problems


def test_table_of_three_columns() -> None:
    """A column of times gives the turns their beginning."""
    document = docx.Document()
    table = document.add_table(rows=0, cols=3)
    for cells in [
        ("00:01", "Anna", "How was it for you?"),
        ("00:05", "Sam", "Good, I think."),
        ("00:08", "Anna", "Is it?"),
    ]:
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text

    transcript = read(saved(document), "a.docx")

    assert [("Anna", "How was it for you?"), ("Sam", "Good, I think."), ("Anna", "Is it?")] == said(transcript)
    assert [1.0, 5.0, 8.0] == [turn.begins for turn in transcript.turns]


def test_a_table_of_details_above_the_talk_is_dropped() -> None:
    """A small table of date and interviewer is no talk."""
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Date", "3 May"
    for text in ["I: So how was it?", "P: Well, a long answer it is.", "I: Ok", "P: Yes, and so on."]:
        document.add_paragraph(text)

    transcript = read(saved(document), "a.docx")

    assert 4 == len(transcript.turns)
    assert ("Date 3 May",) == transcript.dropped


def test_merged_cells_speak_once() -> None:
    """A cell merged over rows or columns is read once."""
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for at, cells in enumerate(
        [("I", "So how was it for you?"), ("P", "Good, I think so."), ("", "Really it was good.")]
    ):
        table.cell(at, 0).text, table.cell(at, 1).text = cells
    table.cell(1, 0).merge(table.cell(2, 0))

    assert [("I", "So how was it for you?"), ("P", "Good, I think so. Really it was good.")] == said(
        read(saved(document), "a.docx")
    )


def test_tracked_changes_are_taken_as_accepted() -> None:
    """Insertions are said, deletions and what was moved away are not, and that is counted."""
    document = docx.Document()
    for text in ["I: So?", "P: Well.", "I: Ok"]:
        paragraph = document.add_paragraph(text)._p
        for tag, element in [
            ("w:ins", run(" in")),
            ("w:del", run(" out", tag="w:delText")),
            ("w:moveFrom", run(" gone")),
        ]:
            change = OxmlElement(tag)
            change.append(element)
            paragraph.append(change)

    transcript = read(saved(document), "a.docx")

    assert [("I", "So? in"), ("P", "Well. in"), ("I", "Ok in")] == said(transcript)
    assert ("3 tracked deletions",) == transcript.dropped


def test_captions_in_a_document() -> None:
    """A Word file that Teams filled with times, names and words is read as captions."""
    data = paragraphs("0:0:3.540 --> 0:0:7.23\nAnna Smith\nSo how?", "0:0:8.540 --> 0:0:9.23\nSam Jones\nFine.")

    transcript = read(data, "a.docx")

    assert [("Anna Smith", "So how?"), ("Sam Jones", "Fine.")] == said(transcript)
    assert ("docx", 3.54) == (transcript.format, transcript.turns[0].begins)


def test_text_named_docx_is_read_as_text() -> None:
    """The content decides, not the name."""
    assert "text" == read(b"I: Hi?\nP: Ho\n", "a.docx").format


def test_workbook() -> None:
    """Title rows, further columns and sheets are listed; the columns are found by name and told."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [
        ("Study",),
        (),
        ("Nr", "Start", "Who", "Said"),
        (1, datetime.time(0, 0, 1), "I", "How?"),
        (2, "0:05", "P", "Fine. 3"),
    ]:
        sheet.append(row)
    book.create_sheet("codes").append(("a note",))

    transcript = read(saved(book), "a.xlsx")

    assert [("I", "How?"), ("P", "Fine. 3")] == said(transcript)
    assert [1.0, 5.0] == [turn.begins for turn in transcript.turns]
    assert {"Study", "column 'Nr'", "sheet 'codes'"} == set(transcript.dropped)
    assert (
        "columns were taken by name: 'Said' for what was said, 'Who' for the speaker, 'Start' for the time"
        in transcript.problems
    )


def test_workbook_of_one_column() -> None:
    """Where one column holds speakers and words, each cell is read as a line of talk."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in ["Text", "I: How?", "P: Good.", "I: Ok?"]:
        book.active.append((line,))

    assert [("I", "How?"), ("P", "Good."), ("I", "Ok?")] == said(read(saved(book), "a.xlsx"))


def test_workbook_without_words_is_refused() -> None:
    """Numbers are no talk."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append((1, 2, 3))

    with pytest.raises(TranscriptError, match="no column holds what was said"):
        read(saved(book), "a.xlsx")


SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }.items()
)
STYLES = """<style:style style:name="Strong"><style:text-properties fo:font-weight="bold"/></style:style>
    <style:style style:name="T1" style:parent-style-name="Strong"/>
    <style:style style:name="T2"><style:text-properties fo:font-weight="normal"/></style:style>
    <style:style style:name="P1"><style:text-properties fo:font-weight="bold"/></style:style>"""


def opendocument(body: str, kind: str = "document-content") -> str:
    """Write a text document as OpenDocument does."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{kind} {SPACES}>'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body>{body}</office:body></office:{kind}>"
    )


def odt(text: str, **parts: str) -> bytes:
    """Make an ODT of what stands in its text; further parts by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", opendocument(f"<office:text>{text}</office:text>"))
        for name, part in parts.items():
            package.writestr("META-INF/manifest.xml" if name == "manifest" else f"{name}.xml", part)
    return buffer.getvalue()


def bold(name: str, words: str) -> str:
    """Write a paragraph with a name in bold."""
    return f'<text:p><text:span text:style-name="T1">{name}</text:span> {words}</text:p>'


def test_opendocument_with_bold_names_lists_and_white_space() -> None:
    """Bold names open turns, in lists and sections too; blanks, tabs and line breaks have elements of their own."""
    talk = [
        "<text:h>Interview 3</text:h>",
        bold("Anna", "How<text:s text:c='3'/>was<text:tab/>it?"),
        bold("Sam", "Good:<text:line-break/>really <text:span>  very\n good</text:span>."),
        f"<text:list><text:list-item>{bold('Anna', 'And?')}</text:list-item></text:list>",
        f"<text:section>{bold('Sam', 'Yes')}<text:p>A second one.</text:p></text:section>",
    ]

    transcript = read(odt("".join(talk)), "a.odt")

    assert [
        ("Anna", "How was it?"),
        ("Sam", "Good: really very good."),
        ("Anna", "And?"),
        ("Sam", "Yes A second one."),
    ] == said(transcript)
    assert ("odt", ("Interview 3",)) == (transcript.format, transcript.dropped)


def test_a_bold_paragraph_with_words_that_are_not() -> None:
    """The style of a paragraph says what is bold where that of a part says nothing else."""
    lines = [("Anna", "How was it?"), ("Sam", "Good"), ("Anna", "And?"), ("Sam", "Yes")]
    talk = [
        f'<text:p text:style-name="P1">{name} <text:span text:style-name="T2">{words}</text:span></text:p>'
        for name, words in lines
    ]

    assert lines == said(read(odt("".join(talk)), "a.odt"))


def test_opendocument_as_accepted() -> None:
    """Deletions, comments, notes and margins are no part of the talk, and each is listed."""
    deletion = "<text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region>"
    comment = "<office:annotation><text:p>look here</text:p></office:annotation>"
    note = "<text:note><text:note-body><text:p>see there</text:p></text:note-body></text:note>"
    page = "<style:master-page><style:header><text:p>Study X</text:p></style:header></style:master-page>"
    styles = (
        f"<office:document-styles {SPACES}><office:master-styles>{page}</office:master-styles></office:document-styles>"
    )
    talk = f"<text:tracked-changes>{deletion}</text:tracked-changes>" + "".join(
        f"<text:p>{line}</text:p>"
        for line in (
            f"I: How{comment} was <text:change-start/>all of it<text:change-end/>?",
            f"P: Good{note}.",
            "I: And?",
            "P: Yes",
        )
    )

    transcript = read(odt(talk, styles=styles), "a.odt")

    assert [("I", "How was all of it?"), ("P", "Good."), ("I", "And?"), ("P", "Yes")] == said(transcript)
    assert (
        "page header or footer: Study X",
        "1 comment",
        "1 tracked deletion",
        "1 footnote",
    ) == transcript.dropped


def test_text_boxes_and_pictures_of_opendocument() -> None:
    """Words in a box are not read, and that is said; a picture is nothing to say."""
    frame = "<draw:frame><draw:{0}>{1}</draw:{0}></draw:frame>"
    lines = "<text:p>I: How was it?</text:p><text:p>P: Good{}</text:p>"

    boxed = read(odt(lines.format(frame.format("text-box", "<text:p>Aside</text:p>"))), "a.odt")
    pictured = read(odt(lines.format(frame.format("image", ""))), "a.odt")

    assert "How was it?\nGood" == boxed.text == pictured.text
    assert "its text boxes are not read: move their words into the text" in boxed.problems
    assert not pictured.problems


def test_table_of_opendocument() -> None:
    """A table is read row by row; a merged cell speaks once, and cells that repeat to the right edge are bounded."""
    rows = [("Speaker", "Text"), ("I", "So how was it for you?"), ("P", "Good, I think. Really"), ("I", "And then?")]
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    merged = (
        '<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Part two</text:p>'
        '</table:table-cell><table:covered-table-cell table:number-columns-repeated="16000"/></table:table-row>'
    )
    table = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)

    transcript = read(odt(f"<table:table><table:table-rows>{table}{merged}</table:table-rows></table:table>"), "a.odt")

    assert rows[1:] == said(transcript)
    assert "1 row without words, such as 'Part two'" in transcript.dropped


def test_a_flat_document() -> None:
    """FODT is the same in one file of text."""
    text = "<office:text><text:p>I: How was it?</text:p>\n<text:p>P: naïve</text:p></office:text>"
    flat = opendocument(text, "document")

    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        transcript = read(flat.encode(encoding), "a.fodt")
        assert [("I", "How was it?"), ("P", "naïve")] == said(transcript)
        assert "odt" == transcript.format


def test_every_word_of_a_document_comes_back() -> None:
    """However deep its paragraphs lie in lists and sections, no word is lost or doubled."""
    words = [f"word{number}" for number in range(40)]
    text = ""
    for number, word in enumerate(words):
        tag = "text:section" if number % 2 else "text:list"
        text = f"<{tag}>{text}<text:p><text:a><text:span>{word}</text:span></text:a> and on</text:p></{tag}>"

    assert " and on ".join([*words, ""]).split() == read(odt(text), "a.odt").text.split()


def with_entity(part: bytes) -> bytes:
    """Declare an external entity."""
    return part.replace(b"<w:document", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document', 1)


def with_wide_entity(part: bytes) -> bytes:
    """Declare one in UTF-16, where a byte search does not see it."""
    body = with_entity(part).decode().split("?>", 1)[1]
    return ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        ("\u2003\n".encode(), "white space"),
        (paragraphs("I: Hi?", "P: Ho")[:5000], "damaged or incomplete"),
        (b"PK\x03\x04" + bytes(range(256)), "damaged or incomplete"),
        (bytes(range(1, 256)) * 20, "damaged or incomplete"),
        (zipped("word/document.xml", b"<a/>"), "damaged or incomplete"),
        (zipped("note.txt", b"hi"), "zip archive"),
        (zipped("content.xml", b"<a/>"), "OpenDocument file without text"),
        (zipped("content.xml", opendocument("<office:spreadsheet/>").encode()), "a spreadsheet"),
        (zipped("content.xml", opendocument("<office:presentation/>").encode()), "a presentation"),
        (zipped("content.xml", b"<office:text"), "damaged or incomplete"),
        (zipped("content.xml", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"), "declares XML entities"),
        (zipped("content.xml", b"<a>" * 100_000 + b"</a>" * 100_000), "without text"),
        (zipped("content.xml", b"<a>" + b"<a/>" * 2_000_000 + b"</a>"), "more than 2,000,000 elements"),
        (odt("<text:section>" * 50_000 + "</text:section>" * 50_000), "damaged or incomplete"),
        (odt("<text:p>I: Hi?</text:p>")[:300], "damaged or incomplete"),
        (odt("", manifest="<m><manifest:encryption-data/></m>"), "locked with a password"),
        (odt("<text:p> </text:p>"), "no words"),
        (b"<?xml version='1.0'?><office:document xmlns:office='o'><a></office:document>", "damaged or incomplete"),
        (zipped("word/document.xml", b"0" * 250_000_000), "unpacks to more than 200 MB"),
        (repacked(paragraphs("I: Hi?"), "word/document.xml", with_entity), "declares XML entities"),
        (repacked(paragraphs("I: Hi?"), "word/document.xml", with_wide_entity), "declares XML entities"),
        (paragraphs(), "no words"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (OLE + "WordDocument".encode("utf-16-le"), r"old Word file \(.doc\)"),
        (b"%PDF-1.7\n", "incomplete PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """Broken, locked, hostile and foreign files are refused by their true reason, with their name and a remedy."""
    with pytest.raises(TranscriptError, match=reason) as refused:
        read(data, "talk.docx")

    assert "talk.docx" == refused.value.where
    assert refused.value.remedy


@pytest.mark.parametrize("part", ["word/document.xml", "content.xml"])
@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_that_is_damaged_is_said_however_it_was_compressed(part: str, way: int) -> None:
    """Each way of compressing has its own errors, and all of them mean the same to whoever reads the message."""
    with zipfile.ZipFile(sink := io.BytesIO(), "w", way) as package:
        package.writestr(part, bytes(range(256)) * 40)
    data = bytearray(sink.getvalue())
    first = 30 + len(part) + 9  # behind the header of the part, its name, and that of LZMA
    data[first : first + 40] = bytes(40)

    with pytest.raises(TranscriptError, match="damaged or incomplete"):
        read(bytes(data), "talk.docx")


def test_a_row_that_counts_itself_far_down_is_read() -> None:
    """A sheet with a gap of a million rows is read like one without; what counts itself below all rows is not there."""
    book = openpyxl.Workbook()
    for row in (("speaker", "text"), ("Ann", "How was it?"), ("Bo", "Slow."), ("Ann", "And then?")):
        book.active.append(row)
    far = repacked(saved(book), "xl/worksheets/sheet1.xml", lambda part: part.replace(b'"4"', b'"999999"'))
    beyond = repacked(far, "xl/worksheets/sheet1.xml", lambda part: part.replace(b"999999", b"9" * 20))

    assert [("Ann", "How was it?"), ("Bo", "Slow."), ("Ann", "And then?")] == said(read(far, "talk.xlsx"))
    assert [("Ann", "How was it?"), ("Bo", "Slow.")] == said(read(beyond, "talk.xlsx"))


def test_a_name_in_bold_that_says_nothing_is_no_word() -> None:
    """A speaker's name alone in a paragraph opens a turn, as it does elsewhere, and is not said by others."""
    talk = [("Ann", "How was it?"), ("Bo", "Fine."), ("Ann", ""), ("Bo", "And warm."), ("Ann", "Good.")]

    transcript = read(docx_bold(talk), "talk.docx")

    assert [each for each in talk if each[1]] == [
        (turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns
    ]
    assert any("'Ann' says nothing" in problem for problem in transcript.problems)
