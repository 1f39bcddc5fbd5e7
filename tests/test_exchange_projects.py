"""Tests of reading projects of other programs: codes, documents, and where codings are."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from project_files import (
    Selected,
    Written,
    coded,
    guid,
    in_code_points,
    in_utf_16,
    packed,
    qdpx,
    with_one_for_line_ends,
)

from tagger.errors import CodingsError
from tagger.exchange import projects
from tagger.exchange.projects import codebook

EVALDATA = Path(__file__).parents[2] / "shared" / "evaldata" / "refi-qda"
TALK = "\r\n\r\n".join(
    (
        "Interviewer: How was it? 🙂",
        "Ann Smith: They let me decide. Nobody pushed.",
        "Interviewer: And then?",
        "Ann Smith: We laughed 😂 a lot. I went home late, and I slept.",
        "Interviewer: Thank you.",
        "Ann Smith: It was good to come back each week and to be asked.",
    )
)
SELECTED = (
    Selected("They let me decide.", "Choice"),
    Selected("Nobody pushed", "Choice", "Bea"),
    Selected("laughed 😂 a lot", "Values/Fun"),
    Selected("I slept", "Values/Fun"),
    Selected("It was good to come back each week", "Choice"),
    Selected("to be asked.", "Choice", "Bea"),
)
CODES = ("Choice", "Values/Fun")


ALL = [(one.words, one.code.rpartition("/")[2], one.coder) for one in SELECTED]


@pytest.mark.parametrize("count", [in_code_points, with_one_for_line_ends, in_utf_16])
@pytest.mark.parametrize("origin", ["NVivo for Windows 12.6", "ATLAS.ti 8.4.0", "MAXQDA 2020 (Release 20.2.1)", ""])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("repeats", [False, True])
def test_codings_are_on_their_words_however_a_program_counts(count, origin, bom, repeats):
    """Line ends as one or two, emoji as one or two: the way of counting that fits the words is found."""
    selected = tuple(replace(one, quote=one.words if repeats else "") for one in SELECTED)
    project = projects.read(qdpx([Written("talk.docx", TALK, selected, bom=bom)], CODES, origin, count), "talk.qdpx")

    assert ALL == coded(project)
    assert [False] * 6 == [each.moved for each in project.documents[0].codings]


def test_text_inside_of_the_xml_has_lost_its_line_ends_and_is_counted_right():
    """XML turns CRLF to LF; a program that counts two all the same is understood."""
    text = TALK.replace("\r\n", "\n")
    for count in (in_code_points, lambda before: len(before.replace("\n", "\r\n"))):
        data = qdpx([Written("talk.docx", text, SELECTED, inline=True)], CODES, "MAXQDA 24", count)

        assert ALL == coded(projects.read(data, "talk.qdpx"))


@pytest.mark.parametrize("folder", ["sources", "Sources", "SOURCES"])
def test_the_folder_of_the_texts_is_found_in_any_case(folder):
    """NVivo and ATLAS.ti write Sources/, others sources/."""
    data = qdpx([Written("talk.docx", TALK, SELECTED)], CODES, folder=folder)

    assert ALL == coded(projects.read(data, "talk.qdpx"))


def test_a_coding_whose_quote_stands_elsewhere_is_moved_there():
    """Positions that are off by a few, against a quote that tells where the words are."""
    selected = (*SELECTED, Selected("They let me decide.", "Choice", "Cat", quote="Nobody pushed."))
    project = projects.read(qdpx([Written("talk.docx", TALK, selected)], CODES), "talk.qdpx")

    assert ("Nobody pushed.", "Choice", "Cat") == coded(project)[-1]
    assert [*[False] * 6, True] == [each.moved for each in project.documents[0].codings]


def test_a_name_that_is_no_quote_moves_nothing():
    """ATLAS.ti lets people give a coding a name of their own."""
    selected = tuple(replace(one, quote="a thought about it") for one in SELECTED)

    assert ALL == coded(projects.read(qdpx([Written("talk.docx", TALK, selected)], CODES), "talk.qdpx"))


def test_what_cannot_be_placed_is_said_with_the_reason():
    """Codings beyond the end, and those of documents without a text."""
    data = qdpx(
        [Written("talk.docx", TALK, SELECTED[:4]), Written("gone.docx", TALK, SELECTED[:1], missing=True)],
        CODES,
        count=lambda before: len(before) + (900 if len(before) > 160 else 0),
    )
    project = projects.read(data, "talk.qdpx")

    assert ALL[:3] == coded(project)
    assert ["it lies beyond the end of the text (249 characters)"] == [
        line.split(": ")[1] for line in project.documents[0].lost
    ]
    assert "its text is not in the file" == project.documents[1].missing
    assert project.documents[1].lost[0].endswith(": its text is not in the file")


def test_what_a_project_knows_of_its_documents_is_read():
    """Variables are attributes; a case is a participant where it is called by a pseudonym, never by a name."""
    data = qdpx(
        [
            Written("one.docx", TALK, variables={"Format of support": "group"}, case="P07"),
            Written("two.docx", TALK, case="Ann Smith"),
        ],
        CODES,
    )
    one, two = projects.read(data, "talk.qdpx").documents

    assert ({"Format of support": "group"}, "P07") == (one.attributes, one.participant)
    assert "" == two.participant


def test_codes_become_a_framework():
    """Codes at the top that hold others are layers; codes of one name are told apart by the code above."""
    codes = ("Choice", "Values/Fun", "Values/Deep/Quiet", "Other/Fun")
    project = projects.read(qdpx([], codes), "talk.qdpx")
    framework, ids = codebook.framework(project, "talk")

    assert ["Values", "Other", "Codes"] == [layer.name for layer in framework.layers]
    assert [
        ("choice", "Choice", "codes"),
        ("values-fun", "Values: Fun", "values"),
        ("quiet", "Quiet", "values"),
        ("other-fun", "Other: Fun", "other"),
    ] == [(value.id, value.name, value.layer) for value in framework.values]
    assert {value.id for value in framework.values} == set(ids.values())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 cut off", "damaged or incomplete"),
        (packed({"project.qde": b"<!DOCTYPE a [<!ENTITY b 'c'>]><Project/>"}), "entities"),
        (packed({"project.qde": b"<Project><CodeBook>"}), "damaged"),
        (packed({"project.qde": b"<Project/>"}), "no codes"),
        (packed({"notes.txt": b"no project"}), "damaged or incomplete"),
    ],
)
def test_what_is_no_project_is_refused_with_the_reason(data, says):
    """Nothing is expanded or guessed."""
    with pytest.raises(CodingsError, match=says):
        projects.read(data, "talk.qdpx")


def test_a_bomb_is_refused_before_it_is_unpacked():
    """A text that unpacks to gigabytes says so itself."""
    with pytest.raises(CodingsError, match="more than is read"):
        projects.read(_with_size(qdpx([Written("talk.docx", TALK)], CODES), 3_000_000_000), "talk.qdpx")


def test_codes_thousands_deep_are_read():
    """No program is written by recursion alone."""
    deep = (
        "".join(f'<Code guid="{guid(str(i))}" name="c{i}" isCodable="true">' for i in range(3_000)) + "</Code>" * 3_000
    )
    data = f"<Project><CodeBook><Codes>{deep}</Codes></CodeBook></Project>".encode()

    assert 3_000 == len(projects.read(data, "deep.qde").codes)


def test_names_of_documents_lead_nowhere_and_differ():
    """What becomes the name of a file holds no path, and no two are the same."""
    names = ("../../etc/passwd", "a.docx", "a.txt", "", "x" * 500)
    found = projects.texts(projects.read(qdpx([Written(name, TALK) for name in names], CODES), "talk.qdpx"))

    assert len(names) == len(found)
    assert not [name for name in found if "/" in name or "\\" in name or name.startswith(".") or len(name) > 130]


def test_a_project_of_atlas_ti_without_its_texts_is_read():
    """Its codes are there; of each coding it is said that its text is not."""
    for file in ("TestProject.qdpx", "Project.qde"):
        project = projects.read((EVALDATA / "atlasti-skyloom" / file).read_bytes(), file)

        assert (14, 8) == (len(project.codes), len(project.documents))
        assert 9 == sum(len(document.lost) for document in project.documents)


def _with_size(data: bytes, size: int) -> bytes:
    """Have the directory of a package claim another size for its text."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out) as package:
        [part] = [part for part in package.infolist() if part.filename.endswith(".txt")]
        original = part.file_size
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(part.filename.encode()))
    assert original == int.from_bytes(data[at + 24 : at + 28], "little")
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]
