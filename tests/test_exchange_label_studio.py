"""Tests of reading exports of Label Studio: tasks, who submitted them, and where labels are."""

from __future__ import annotations

import json

import pytest
from label_studio_files import annotation, choice, export, in_utf_16, label, task
from project_files import coded

from tagger.errors import CodingsError
from tagger.exchange import projects

TALK = "\n".join(
    (
        "Interviewer: How was it? 🙂",
        "Ann: They let me decide. Nobody pushed.",
        "Interviewer: And then?",
        "Ann: We laughed 😂 a lot, שלום. I went home late, and I slept.",
    )
)
WORDS = ("They let me decide.", "laughed 😂 a lot", "I slept")
ALL = [(words, name, "annotator 1") for words, name in zip(WORDS, ("Choice", "Fun", "Rest"), strict=True)]


def labelled(project):
    """Return what each label says, without who read the whole text."""
    names = {code.key: code.name for code in project.codes}
    return [
        (document.text[each.start : each.end], names[each.code], each.coder)
        for document in project.documents
        for each in document.codings
        if each.code
    ]


def read_whole(project):
    """Return who read which texts whole."""
    return [
        (d.text[each.start : each.end], each.coder) for d in project.documents for each in d.codings if not each.code
    ]


def results(count=len, **changed):
    """Return the labels of the talk."""
    return [label(TALK, words, name, count=count, **changed) for words, name, _ in ALL]


@pytest.mark.parametrize("count", [len, in_utf_16])
@pytest.mark.parametrize("repeats", [True, False])
def test_labels_are_on_their_words_however_a_version_counts(count, repeats):
    """Older versions count UTF-16 units, newer ones code points; some leave the words out."""
    made = results(count)
    for each in [] if repeats else made:
        del each["value"]["text"]
    project = projects.read(export(task(7, TALK, annotation(*made), upload="talk.txt")), "export.json")

    assert ALL == labelled(project)
    assert ["talk.txt"] == [document.name for document in project.documents]
    assert not any(each.moved for each in project.documents[0].codings)


def test_who_submitted_a_task_read_it_whole():
    """What they did not mark in it they did not find; also where they marked nothing at all."""
    project = projects.read(export(task(1, TALK, annotation(*results()), annotation(by=2))), "export.json")

    assert [(TALK, "annotator 1"), (TALK, "annotator 2")] == read_whole(project)


def test_lines_of_one_uploaded_file_are_one_document():
    """A text file is uploaded line by line; its lines stand below each other again."""
    lines = TALK.split("\n")
    tasks = [
        task(
            number,
            line,
            annotation(*([label(line, "decide", "Choice")] if "decide" in line else [])),
            upload="talk.txt",
        )
        for number, line in enumerate(lines)
    ]
    project = projects.read(export(*tasks), "export.json")

    [document] = project.documents
    assert TALK == document.text
    assert lines == [document.text[slice(*piece)] for piece in document.pieces]
    assert [("decide", "Choice", "annotator 1")] == labelled(project)


def test_tasks_that_name_their_transcript_are_together():
    """Passages of one transcript, whatever file they were uploaded in; interviews of one upload stay apart."""
    named = [
        {**task(number, text, upload="rows.csv"), "data": {"text": text, "transcript": name}}
        for number, (text, name) in enumerate([("One.\nTwo.", "T1"), ("Three.", "T2"), ("Four.", "T1")])
    ]
    apart = [task(number, TALK, upload="talks.json") for number in (8, 9)]
    for each in apart:
        each["data"]["source"] = "drop-in"

    assert [("T1", "One.\nTwo.\nFour."), ("T2", "Three.")] == [
        (each.name, each.text) for each in projects.read(export(*named), "export.json").documents
    ]
    assert ["talks 8", "talks 9"] == [each.name for each in projects.read(export(*apart), "export.json").documents]


def test_choices_are_about_the_whole_task_or_the_stretch_that_they_name():
    """A choice for a task covers its text; one for a region covers the region."""
    region = label(TALK, "I slept", "Rest", kind="choices")
    project = projects.read(export(task(1, TALK, annotation(choice("Calm", "Glad"), region))), "export.json")

    assert [
        (TALK, "Calm", "annotator 1"),
        (TALK, "Glad", "annotator 1"),
        ("I slept", "Rest", "annotator 1"),
    ] == labelled(project)


def test_a_choice_about_all_of_a_task_does_not_hang_on_how_characters_are_counted():
    """Its text is all of it, also where the version counts an emoji as two."""
    project = projects.read(export(task(1, TALK, annotation(*results(in_utf_16), choice("Calm")))), "export.json")

    assert [*ALL, (TALK, "Calm", "annotator 1")] == labelled(project)


def test_labels_of_several_controls_are_in_folders_of_their_names():
    """And those of a taxonomy below each other."""
    tree = {"from_name": "theme", "to_name": "text", "type": "taxonomy", "value": {"taxonomy": [["Care", "Rest"]]}}
    project = projects.read(export(task(1, TALK, annotation(choice("Calm"), tree))), "export.json")

    assert [("sentiment", "", False), ("Calm", "sentiment", True)] == [
        (code.name, code.parent, code.codable) for code in project.codes[:2]
    ]
    assert [("theme", ""), ("Care", "theme"), ("Rest", "theme/Care")] == [
        (code.name, code.parent) for code in project.codes[2:]
    ]


def test_what_a_model_predicted_is_nobodys_coding():
    """Predictions are counted and left out; codings that began as one are said."""
    predicted = label(TALK, "I slept", "Rest", origin="prediction-changed")
    project = projects.read(
        export(task(1, TALK, annotation(predicted), predictions=[{"result": results()}])), "export.json"
    )

    assert [("I slept", "Rest", "annotator 1")] == labelled(project)
    assert ("1 prediction of a model",) == project.lost
    assert project.remarks[0].startswith("1 coding began as predictions of a model")


def test_what_was_skipped_or_submitted_anew_does_not_count():
    """A cancelled annotation is none, and the last one of a person replaces those before."""
    project = projects.read(
        export(
            task(
                1,
                TALK,
                annotation(results()[0], when="2026-02-02"),
                annotation(results()[1], when="2026-01-01"),
                annotation(results()[2], by=2, was_cancelled=True),
            ),
            task(2, TALK),
        ),
        "export.json",
    )

    assert ALL[:1] == labelled(project)
    assert ("1 task that somebody skipped",) == project.lost
    assert ("1 task was submitted by nobody.",) == project.remarks


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (3, "annotator 3"),
        ("ann@example.org", "ann@example.org"),
        ({"id": 3, "email": "ann@example.org"}, "ann@example.org"),
        ({"id": 3, "email": "ann@example.org", "first_name": "Ann", "last_name": "Lee"}, "Ann Lee"),
        ({"id": 3}, "annotator 3"),
        (None, "unnamed coder"),
    ],
)
def test_who_submitted_is_named(by, name):
    """However a version says it."""
    project = projects.read(export(task(1, TALK, annotation(results()[0], by=by))), "export.json")

    assert [name] == [coder for *_, coder in labelled(project)]


def test_a_choice_of_a_reader_says_who_coded():
    """As in exports of ours, of which each reader had read a part: what they did not mark is not known."""
    made = [
        annotation(choice(name, control="coded_by"), results()[at]) for at, name in enumerate(("Reader A", "Reader B"))
    ]
    project = projects.read(export(task(1, TALK, *made)), "export.json")

    assert [(*ALL[0][:2], "Reader A"), (*ALL[1][:2], "Reader B")] == labelled(project)
    assert [] == read_whole(project)


def test_labels_of_a_web_page_are_on_its_words():
    """Offsets count the text without markup; without them, words that stand there once tell the place."""
    page = "<div><p>They let me&nbsp;decide &amp; 🙂 left.</p><p>We laughed.</p><p>We sang.</p></div>"
    text = "They let me\xa0decide & 🙂 left.We laughed.We sang."
    start = text.index("laughed")
    value = {"start": "/div[1]/p[2]/text()[1]", "startOffset": 3, "hypertextlabels": ["Fun"], "text": "laughed"}
    counted = {"globalOffsets": {"start": start, "end": start + 7}}
    made = [
        {"from_name": "label", "to_name": "text", "type": "hypertextlabels", "value": each}
        for each in (value | counted, value, value | {"text": "We"})
    ]
    project = projects.read(export(task(1, page, annotation(*made), upload="page.html")), "export.json")

    assert [("laughed", "Fun", "annotator 1")] * 2 == labelled(project)
    assert "They let me\xa0decide & 🙂 left.\nWe laughed.\nWe sang." == project.documents[0].text
    [lost] = project.documents[0].lost
    assert lost.startswith("task 1, Fun: the file tells its place by the markup of the page alone")


def test_a_conversation_is_written_as_lines_with_who_speaks():
    """Labels in it name the turn and the place within."""
    turns = [{"author": "Ann", "text": "I came late."}, {"author": "Bea:", "text": "🙂 We waited for you."}]
    value = {
        "start": "1",
        "end": "1",
        "startOffset": 2,
        "endOffset": 11,
        "text": "We waited",
        "paragraphlabels": ["Care"],
    }
    made = {"from_name": "label", "to_name": "text", "type": "paragraphlabels", "value": value}
    project = projects.read(export(task(1, turns, annotation(made))), "export.json")

    assert "Ann: I came late.\nBea: 🙂 We waited for you." == project.documents[0].text
    assert [("We waited", "Care", "annotator 1")] == labelled(project)


def test_results_of_other_kinds_are_counted():
    """Relations, answers in words and marks on pictures have no place in a study."""
    others = [
        {"type": "relation", "from_id": "a", "to_id": "b"},
        {"from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["a thought"]}},
        {"from_name": "box", "to_name": "image", "type": "rectanglelabels", "value": {"rectanglelabels": ["Cup"]}},
    ]
    project = projects.read(export(task(1, TALK, annotation(*others))), "export.json")

    assert ("1 relation", "1 answer in words", "1 result of another kind") == project.lost
    assert () == project.codes


def test_a_text_that_is_elsewhere_is_said_to_be():
    """A task may hold only an address."""
    project = projects.read(export(task(1, "https://example.org/talk.txt", annotation(results()[0]))), "export.json")

    why = "its text is not in the file, which only says where it lies"
    assert [(why, (f"task 1, Choice: {why}",))] == [(each.missing, each.lost) for each in project.documents]
    assert [] == labelled(project)


def minimal(text, identity, annotator, **answers):
    """Write a row of JSON-MIN."""
    ends = {"annotator": annotator, "annotation_id": 5, "created_at": "x", "updated_at": "x", "lead_time": 1.5}
    return {"text": text, "site": "north", "id": identity} | answers | ends


def test_the_short_form_is_read_too():
    """A row for each submission; a label is a list of stretches, a single choice a word, a remark any words."""
    rows = [
        minimal(TALK, 1, 1, label=[{**each["value"]} for each in results()], mood="Calm", note="It was long. " * 9),
        minimal(TALK, 1, 2, mood={"choices": ["Calm", "Glad"]}),
        {**minimal(TALK, 2, None), "annotation_id": None},
    ]
    project = projects.read(json.dumps(rows).encode(), "export.json")

    assert [
        *ALL,
        (TALK, "Calm", "annotator 1"),
        (TALK, "Calm", "annotator 2"),
        (TALK, "Glad", "annotator 2"),
    ] == labelled(project)
    assert ("1 answer in words",) == project.lost
    assert [(TALK, "annotator 1"), (TALK, "annotator 2")] == read_whole(project)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (export(task(1, TALK, annotation(*results())))[:-40], "breaks off in line 1"),
        (b'[{"annotations": [], }, {"annotations": []}]', "with a mistake in line 1"),
        (b'[{"annotations": "none"}]', "without a single task"),
        (b'[{"annotations": ' + b"[" * 100_000, "damaged|breaks off"),
        (b'[{"annotations": "\xff\xfe"}]', "damaged"),
    ],
)
def test_a_damaged_export_is_refused_with_what_is_wrong(data, what):
    """The message says what to do."""
    with pytest.raises(CodingsError, match=what) as refused:
        projects.read(data, "export.json")

    assert refused.value.where == "export.json"
    assert refused.value.remedy


@pytest.mark.parametrize(
    "strange",
    [
        {"annotations": [None, 3, {"result": [None, 7, {"type": "labels"}, {"type": "labels", "value": 3}]}]},
        {"annotations": [annotation({"type": "labels", "value": {"labels": "x", "start": None, "end": []}})]},
        {"annotations": [annotation({"type": "labels", "value": {"labels": [["a"], 4], "start": 9e99, "end": -1}})]},
        {"data": {"text": 7}, "annotations": [annotation(*results())]},
        {"data": {"text": [None, 3, {"text": 5}]}, "annotations": [annotation(choice("Calm"))]},
    ],
)
def test_values_in_wrong_places_raise_nothing(strange):
    """A file of strangers may hold anything."""
    project = projects.read(export(task(1, TALK, annotation(results()[0])), task(2, TALK) | strange), "export.json")

    assert ALL[0] in labelled(project)


def test_an_export_that_begins_with_a_long_text_is_one():
    """The names that tell it stand behind the first text."""
    data = json.dumps([{"data": {"text": "We sang. " * 200_000}, "annotations": [annotation()]}]).encode()

    assert projects.is_project(data, "export.json")


def test_other_json_is_no_export():
    """Only the names of Label Studio make it one."""
    assert not projects.is_project(json.dumps({"segments": [{"text": "x"}]}).encode(), "talk.json")
    assert projects.is_project(export(task(1, TALK, annotation())), "export.json")
    assert coded(projects.read(export(task(1, TALK)), "export.json")) == []
