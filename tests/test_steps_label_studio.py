"""Tests of bringing in exports of Label Studio, as a user does."""

from __future__ import annotations

import pytest
from label_studio_files import annotation, choice, export, label, task
from small_study import GARDEN

MUG = "When I was ready I walked in and somebody handed me a mug."
LOST_FLAT = "After that I told her about the winter I lost the flat. She told me about hers."
ASKED = "And what was it like to talk there?"


@pytest.fixture
def bring_in(study, tagger):
    """Return a function that writes tasks beside a study and brings them in by the command."""

    def bring(*tasks, name="labels.json", folder=study.folder):
        file = study.home / name
        file.write_bytes(export(*tasks))
        said = tagger("import", file, "--study", folder, "--made", "independently")
        assert 0 == said.code, said.err
        return said.out

    return bring


def held(study):
    """Return what each person holds each passage to show, nothing included."""
    return study.ask(
        "SELECT c.coder, CASE c.answer WHEN 'yes' THEN c.value ELSE '' END AS value, e.text "
        "FROM coding_list c JOIN excerpt_list e USING (excerpt_id) "
        "WHERE c.answer = 'yes' OR c.outcome = 'nothing here' GROUP BY ALL ORDER BY ALL"
    )


def test_a_transcript_that_was_labelled_comes_in_with_its_labels(study, bring_in):
    """Whole interviews as tasks: framework, transcript and readings; twice adds nothing."""
    told = GARDEN.replace("garden", "allotment")
    made = [label(told, "When I was ready I walked in", "My own pace"), label(told, "She rang me", "Being known")]
    tasks = [task(1, told, annotation(*made), annotation(made[0], by=2), upload="allotment.txt")]

    said = bring_in(*tasks)

    assert "labels.json, written by Label Studio: 2 codes, 1 document, 2 people who coded." in said
    assert "3 codings are on the very same words, 0 without the names of speakers or times in them, 0 moved" in said
    assert "2 texts were read whole: what was not marked in them is a no." in said
    assert 5 == study.one("SELECT count(*) FROM transcripts")
    before = study.tables()
    assert "Stored 0 readings of passages" in bring_in(*tasks)
    assert before == study.tables()


def test_passages_of_the_study_that_were_labelled_elsewhere_are_found_again(study, bring_in):
    """In any order, without a name: nothing is read a second time, and what was not marked is a no."""
    tasks = [
        task(1, LOST_FLAT, annotation(choice("Experiences in common"))),
        task(2, MUG, annotation(choice("Choice")), annotation(by=2)),
    ]

    bring_in(*tasks)

    assert 4 == study.one("SELECT count(*) FROM transcripts")
    found = {(row["coder"], row["value"]) for row in held(study) if MUG in row["text"] or row["text"] in GARDEN}
    assert {("annotator 1", "Choice"), ("annotator 1", "Experiences in common"), ("annotator 2", "")} == found


def test_words_that_stand_several_times_are_not_guessed(study, bring_in):
    """One place or none."""
    twice = f"{GARDEN}\nInterviewer: Again, please.\n\nOttoline: {MUG}\n"
    study.edit("garden.txt", GARDEN, twice)
    study.run()

    said = bring_in(task(1, MUG, annotation(choice("Choice"))))

    assert "its words stand more than once in the study" in said


def test_what_the_interviewer_says_is_lost_with_the_reason(study, bring_in):
    """A label there is named; having read it is not."""
    said = bring_in(task(1, ASKED, annotation(choice("Choice"))), task(2, MUG, annotation(choice("Choice"))))

    assert "1 lost" in said
    assert "it lies on no passage (the words of who asks are not coded)" in said
