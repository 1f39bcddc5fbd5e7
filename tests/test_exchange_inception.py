"""Tests of reading documents of INCEpTION and WebAnno: sentences, tokens, layers and who annotated."""

from __future__ import annotations

import pytest
from label_studio_files import in_utf_16
from project_files import coded, packed
from uima_files import as_cas
from webanno_files import written

from tagger.errors import CodingsError
from tagger.exchange import projects

TALK = "\n".join(
    (
        "Interviewer: How was it? 🙂",
        "Ann: They let me decide. Nobody pushed.",
        "",
        "Interviewer: And then?",
        "Ann: We laughed 😂 a lot, שלום. I went home late, and I slept.",
    )
)
MADE = (
    ("They let me decide", "Choice"),
    ("Nobody", "Choice"),
    ("decide. Nobody pushed.", "Not [pushed] | a_b*"),
    ("laughed 😂 a lot, שלום", "Fun"),
    ("How was it? 🙂\nAnn: They let me decide", "Across"),
)
ALL = [(words, label, "unnamed coder") for words, label in MADE]
HEAD = "#FORMAT=WebAnno TSV 3.3\n"


def read(data, name="talk.tsv"):
    """Read a file."""
    return projects.read(data, name)


@pytest.mark.parametrize("count", [in_utf_16, len])
@pytest.mark.parametrize("version", ["3.1", "3.2", "3.3"])
def test_labels_are_on_their_words(count, version):
    """Stacked, over several tokens and sentences, beside emoji; other programs that write it count code points."""
    project = read(written(TALK, MADE, count=count, version=version))

    assert sorted(ALL) == sorted(coded(project))
    assert TALK == project.documents[0].text
    assert not any(each.moved for each in project.documents[0].codings)
    assert "talk" == project.documents[0].name


def test_line_ends_of_windows_are_read():
    """The file may have been saved by an editor."""
    data = written(TALK, MADE).replace(b"\n", b"\r\n")

    assert sorted(ALL) == sorted(coded(read(b"\xef\xbb\xbf" + data)))


def test_a_sentence_of_several_lines_keeps_them():
    """A line end inside of a sentence is a further line of its text; a tab is written as its code."""
    data = (
        f"{HEAD}#T_SP=webanno.custom.Value|value\n\n\n#Text=This is\n#Text=a\\ttest .\n"
        "1-1\t0-4\tThis\t_\t\n1-2\t5-7\tis\tA[1]\t\n1-3\t8-9\ta\tA[1]\t\n1-4\t10-14\ttest\tB\t\n1-5\t15-16\t.\t_\t\n"
    )
    project = read(data.encode())

    assert "This is\na\ttest ." == project.documents[0].text
    assert [("is\na", "A", "unnamed coder"), ("test", "B", "unnamed coder")] == coded(project)


def test_parts_of_tokens_are_annotated_and_nothing_is_lost_in_silence():
    """A place within a word is one; a place without words is none, with the reason."""
    data = (
        f"{HEAD}#T_SP=webanno.custom.Value|value\n\n\n#Text=aaaaaa bbbbbb cccccc\n1-1\t0-6\taaaaaa\tA[1]|B[2]\t\n"
        "1-2\t7-13\tbbbbbb\tB[2]\t\n1-2.1\t7-10\tbbb\tA[1]\t\n1-2.2\t9-9\t\tC\t\n1-3\t14-20\tcccccc\tD\t\n"
    )
    project = read(data.encode())

    assert [("aaaaaa bbb", "A"), ("aaaaaa bbbbbb", "B"), ("cccccc", "D")] == [each[:2] for each in coded(project)]
    assert ("characters 9 to 9: it holds no words",) == project.documents[0].lost


def test_layers_and_their_features_are_folders_of_codes():
    """A layer without a value is a code by its name; grammar, links and relations have no place in a study."""
    data = (
        f"{HEAD}#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n"
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
        "#T_SP=webanno.custom.Care|\n#T_SP=webanno.custom.Value|name|strength\n#T_RL=webanno.custom.Because|BT_x\n\n\n"
        "#Text=We sang.\n"
        "1-1\t0-2\tWe\tPRP\thttp://example.org/1[1]\tPER[1]\t*\tFun\tstrong\t1-2\t\n"
        "1-2\t3-7\tsang\tVBD\t_\t_\t_\t*[2]\tweak[2]\t_\n1-3\t7-8\t.\t.\t_\t_\t_\t_\t_\t_\t\n"
    )
    project = read(data.encode())

    assert {("We", "PER"), ("We", "Care"), ("We", "Fun"), ("We", "strong"), ("sang", "weak")} == {
        each[:2] for each in coded(project)
    }
    assert {"": {"NamedEntity", "Value: name", "Value: strength", "Care"}} | {
        "NamedEntity": {"PER"},
        "Value: name": {"Fun"},
        "Value: strength": {"strong", "weak"},
    } == {
        above: {code.name for code in project.codes if code.parent == above}
        for above in {c.parent for c in project.codes}
    }
    assert ("3 marks of grammar", "1 relation", "1 link to a knowledge base") == project.lost


def test_words_that_are_not_at_their_place_are_found_near_by():
    """Whoever changed the file by hand: the tokens say which words are meant."""
    data = written(TALK, MADE[:1]).replace(b"#Text=Ann: They", b"#Text=Well, Ann: They")
    project = read(data)

    assert [("They let me decide", "Choice", "unnamed coder")] == coded(project)


@pytest.mark.parametrize("form", ["json", "xmi"])
def test_documents_in_uima_cas_are_read_too(form):
    """As a file, and as whole projects are exported: a zip for each person, with the types beside the document."""
    data = as_cas(TALK, MADE, form)
    inner = packed({f"ann.{form}": data, "TypeSystem.xml": b"<typeSystemDescription/>"})
    parts = {
        "exportedproject.json": b"{}",
        f"source/talk.{form}": data,
        "annotation/talk.txt/ann.zip": inner,
        f"annotation/talk.txt/bea.{form}": as_cas(TALK, MADE[:1], form),
    }

    alone = read(data, f"talk.{form}")
    project = read(packed(parts), "project.zip")

    assert ALL == coded(alone)
    assert TALK == alone.documents[0].text
    assert ("1 relation",) == alone.lost
    assert [*[(*each[:2], "ann") for each in ALL], (*ALL[0][:2], "bea")] == coded(project)


def test_a_zip_has_a_folder_for_each_document_and_a_file_for_each_person():
    """As a whole project is exported; curated documents and empty ones are nobody's."""
    parts = {
        "exportedproject.json": b"{}",
        "source/talk.txt": TALK.encode(),
        "annotation/talk.txt/ann.tsv": written(TALK, MADE[:1]),
        "annotation/talk.txt/bea.tsv": written(TALK, MADE[1:2]),
        "annotation/talk.txt/INITIAL_CAS.tsv": written(TALK),
        "annotation/other.txt/ann.tsv": written("We sang.\nAll of us.", [("We sang", "Fun")]),
        "curation/talk.txt/CURATION_USER.tsv": written(TALK, MADE[:2]),
    }
    project = read(packed(parts), "project.zip")

    assert [("talk.txt", 2), ("other.txt", 1)] == [(each.name, len(each.codings)) for each in project.documents]
    assert [
        ("They let me decide", "Choice", "ann"),
        ("Nobody", "Choice", "bea"),
        ("We sang", "Fun", "ann"),
    ] == coded(project)
    assert ("1 document that was curated",) == project.lost


@pytest.mark.parametrize(
    ("data", "name", "what"),
    [
        (
            packed({"exportedproject.json": b"{}", "annotation/a.txt/ann.zip": b"PK"}),
            "p.zip",
            "a format that is not read",
        ),
        (b'<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:xmi="x"/>', "talk.xmi", "holds no text"),
        (b'<xmi:XMI xmlns:xmi="x"><!DOCTYPE a [<!ENTITY b "c">]></xmi:XMI>', "talk.xmi", "UIMA CAS that is damaged"),
        (b'{\n  "%TYPES" : { },\n  "%FEATURE_STRUCTURES" : [ ', "talk.json", "UIMA CAS that is damaged"),
        (b'{\n  "%TYPES" : { },\n  "%FEATURE_STRUCTURES" : [ ] }', "talk.json", "holds no text"),
        (b"#FORMAT=WebAnno TSV 2.0\n", "talk.tsv", "an older version"),
        (written(TALK, MADE)[:-2] + b"\xff", "talk.tsv", "no UTF-8"),
        (written(TALK) + b"\nThe rest of it\n", "talk.tsv", "It is damaged"),
        (f"{HEAD}\n".encode(), "talk.tsv", "holds no text"),
    ],
)
def test_what_is_not_read_is_refused_with_what_to_export(data, name, what):
    """The message says what to do instead."""
    assert projects.is_project(data, name)
    with pytest.raises(CodingsError, match=what) as refused:
        read(data, name)

    assert "Export" in refused.value.remedy


def test_places_far_beyond_the_text_take_no_room():
    """A number in a file is no reason to fill the memory."""
    data = f"{HEAD}#T_SP=webanno.custom.Value|value\n\n\n#Text=Hi.\n1-1\t999999990-999999992\tHi\tA\t\n"
    project = read(data.encode())

    assert len(project.documents[0].text) < 2_000
    assert "A" in {label for _, label, _ in coded(project)} or project.documents[0].lost


def test_a_locked_zip_says_so():
    """Whoever exported it can save it without a password."""
    data = bytearray(packed({"annotation/talk.txt/ann.tsv": written(TALK)}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1

    with pytest.raises(CodingsError, match="password"):
        read(bytes(data), "project.zip")


def test_other_tables_and_archives_are_none():
    """Only the first line of a file tells."""
    assert not projects.is_project(b"speaker\ttext\nAnn\tWell.\n", "talk.tsv")
    assert not projects.is_project(packed({"talk.txt": b"Ann: Well.", "rows.tsv": b"a\tb"}), "talks.zip")
