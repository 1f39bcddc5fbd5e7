"""Tests of reading comments of Word documents as codes."""

from __future__ import annotations

import io

import docx
import pytest
from commented import commented, package
from project_files import coded

from tagger.errors import CodingsError
from tagger.exchange import projects

TALK = "\n".join(
    (
        "Interviewer: How was it? 🙂",
        "Ann: They let me decide. Nobody pushed.",
        "Interviewer: And then?",
        "Ann: We laughed 😂 a lot. I went home late, and I slept.",
    )
)


def read(data):
    """Read a document."""
    return projects.read(data, "talk.docx")


def test_comments_are_codes_on_the_words_that_they_are_about():
    """Several codes in one comment, over paragraphs, on top of each other, by several people."""
    comments = [
        ("They let me decide", "Choice", "Ann Lee"),
        ("let me decide. Nobody", "Choice; Trust", "Bea"),
        ("laughed 😂 a lot", "Fun\nTrust | Choice", "Bea"),
        ("pushed.\nInterviewer: And then?\nAnn: We", "Across", ""),
        ("I slept.", "nothing here", "Bea"),
    ]
    project = read(commented(TALK, comments))

    assert TALK == project.documents[0].text
    names = {code.key: code.name for code in project.codes} | {"": "(none)"}
    text = project.documents[0].text
    assert [
        ("They let me decide", "Choice", "Ann Lee"),
        ("let me decide. Nobody", "Choice", "Bea"),
        ("let me decide. Nobody", "Trust", "Bea"),
        *[("laughed 😂 a lot", name, "Bea") for name in ("Fun", "Trust", "Choice")],
        ("pushed.\nInterviewer: And then?\nAnn: We", "Across", "unnamed coder"),
        ("I slept.", "(none)", "Bea"),
    ] == [(text[each.start : each.end], names[each.code], each.coder) for each in project.documents[0].codings]


def test_what_another_program_writes_is_read():
    """A comment that python-docx puts on words."""
    document = docx.Document()
    paragraph = document.add_paragraph("Ann: ")
    run = paragraph.add_run("They let me decide.")
    document.add_comment([run], text="Choice", author="Bea", initials="B")
    out = io.BytesIO()
    document.save(out)

    assert [("They let me decide.", "Choice", "Bea")] == coded(read(out.getvalue()))


def test_words_that_are_crossed_out_are_no_words():
    """Changes count as accepted, and a comment on nothing else is named."""
    body = (
        '<w:p><w:r><w:t>Ann: I </w:t></w:r><w:commentRangeStart w:id="0"/><w:del><w:r><w:t>left</w:t></w:r></w:del>'
        '<w:commentRangeEnd w:id="0"/><w:commentRangeStart w:id="1"/><w:ins><w:r><w:t>stayed</w:t><w:tab/>'
        '<w:t>on.</w:t></w:r></w:ins><w:commentRangeEnd w:id="1"/></w:p>'
    )
    said = "".join(
        f'<w:comment w:id="{number}" w:author="Bea"><w:p><w:r><w:t>Choice</w:t></w:r></w:p></w:comment>'
        for number in range(3)
    )
    project = read(package(body, said))

    assert [("stayed\ton.", "Choice", "Bea")] == coded(project)
    assert ("'Choice': its comment marks no words",) * 2 == project.documents[0].lost


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (package("<w:p/>", None), "a Word document without comments"),
        (package("<w:p/>", ""), "a Word document without comments"),
        (package("<w:p>", '<w:comment w:id="1"><w:p><w:r><w:t>A</w:t></w:r></w:p></w:comment>'), "cannot be read"),
        (package("<w:p/>", '<!DOCTYPE x [<!ENTITY a "aaaa">]><w:comment w:id="1"/>'), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused(data, what):
    """Nothing is expanded, and a document without comments is told what it is."""
    with pytest.raises(CodingsError, match=what) as refused:
        read(data)

    assert refused.value.remedy
