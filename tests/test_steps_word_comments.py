"""Tests of bringing in a commented Word document, as a user does."""

from __future__ import annotations

import pytest
from commented import commented
from small_study import GARDEN

COMMENTS = [
    ("When I was ready I walked in", "Choice", "Ann Lee"),
    ("She rang me when my brother was ill", "two-way support; experiences in common", "Bea"),
    ("I am not a case there", "Choise", "Bea"),
    ("The toilet.", "ask her about this", "Bea"),
]


@pytest.fixture
def bring_in(tagger):
    """Return a function that writes a commented document beside a study and brings it in by the command."""

    def bring(study, comments=COMMENTS, name="allotment.docx", text=GARDEN):
        file = study.home / name
        file.write_bytes(commented(text, comments))
        return tagger("import", file, "--study", study.folder, "--made", "independently")

    return bring


def placed(study):
    """Return who holds what on which words."""
    return {
        (row["name"], row["value_id"], row["text"][row["start"] : row["end"]])
        for row in study.ask(
            'SELECT c.name, unnest(r.value_ids) AS value_id, l.text, r.start, r."end" FROM imported_rows r '
            "JOIN live_revisions l USING (transcript_id) JOIN coders c ON c.id = r.coder_id"
        )
    }


EXPECTED = {
    ("Ann Lee", "choice", COMMENTS[0][0]),
    ("Bea", "two-way", COMMENTS[1][0]),
    ("Bea", "common", COMMENTS[1][0]),
}


def test_a_commented_document_is_a_transcript_with_readings(fresh, bring_in):
    """It is read as any Word file is; a comment that names no value is said, with the nearest."""
    said = bring_in(fresh)

    assert 0 == said.code, said.err
    assert EXPECTED == placed(fresh)
    assert "files" not in said.out
    assert "'Choise' is not a value of small (the nearest is 'Choice')" in said.out
    assert "'ask her about this' is not a value of small" in said.out
    assert not list((fresh.folder / "frameworks").glob("allotment*"))
    assert "docx" == fresh.one("SELECT format FROM revisions")
    before = fresh.tables()
    assert "Stored 0 readings" in bring_in(fresh).out
    assert before == fresh.tables()


def test_a_transcript_that_the_study_holds_is_not_read_again(study, bring_in):
    """By its name and its words."""
    assert 0 == bring_in(study, name="garden.docx").code

    assert 4 == study.one("SELECT count(*) FROM transcripts")
    assert EXPECTED == placed(study)


def test_comments_that_name_no_value_at_all_store_nothing(fresh, bring_in):
    """A document with remarks is no coding."""
    before = fresh.tables()
    said = bring_in(fresh, COMMENTS[2:])

    assert 1 == said.code
    assert "Not one comment names a value of small" in said.err
    assert "Choice, Experiences in common, Two-way support" in said.err
    assert before == fresh.tables()
