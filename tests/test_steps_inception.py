"""Tests of bringing in documents of INCEpTION, as a user does."""

from __future__ import annotations

from project_files import packed
from small_study import GARDEN
from webanno_files import written

MADE = (("When I was ready I walked in", "Choice"), ("She rang me when my brother was ill", "Two-way support"))


def placed(study):
    """Return who holds what on which words."""
    return {
        (row["name"], row["value_id"], row["text"][row["start"] : row["end"]])
        for row in study.ask(
            'SELECT c.name, unnest(r.value_ids) AS value_id, l.text, r.start, r."end" FROM imported_rows r '
            "JOIN live_revisions l USING (transcript_id) JOIN coders c ON c.id = r.coder_id"
        )
    }


def test_a_project_of_two_people_lies_on_the_words_of_the_study(study, tagger):
    """The document is one that the study holds, so nothing is read again."""
    file = study.home / "project.zip"
    parts = {f"annotation/garden.txt/{who}.tsv": written(GARDEN, MADE[: 1 + (who == "bea")]) for who in ("ann", "bea")}
    file.write_bytes(packed(parts))

    said = tagger("import", file, "--study", study.folder, "--made", "independently")

    assert 0 == said.code, said.err
    assert "3 codings are on the very same words" in said.out
    assert {("ann", "choice", MADE[0][0]), ("bea", "choice", MADE[0][0]), ("bea", "two-way", MADE[1][0])} == placed(
        study
    )
    assert 4 == study.one("SELECT count(*) FROM transcripts")


def test_a_single_document_is_read_with_who_speaks(fresh, tagger):
    """Its sentences are lines again; twice adds nothing."""
    file = fresh.home / "allotment.tsv"
    file.write_bytes(written(GARDEN, MADE))

    said = tagger("import", file, "--study", fresh.folder, "--made", "unknown")
    before = fresh.tables()
    again = tagger("import", file, "--study", fresh.folder, "--made", "unknown")

    assert (0, 0) == (said.code, again.code), said.err
    assert {words for words, _ in MADE} == {words for *_, words in placed(fresh)}
    assert 2 == fresh.one("SELECT count(*) FROM speakers")
    assert before == fresh.tables()


def test_an_archive_of_transcripts_is_still_one(fresh):
    """A table of turns in a zip is no document of annotations."""
    file = fresh.home / "talks.zip"
    rows = (
        "speaker\ttext\n" + "Ann\tI came late because of the rain that day.\nBea\tWe waited for you by the gate.\n" * 3
    )
    file.write_bytes(packed({"garden.txt": GARDEN.encode(), "rows.tsv": rows.encode()}))

    assert () == fresh.run(file).problems
    assert 2 == fresh.one("SELECT count(*) FROM transcripts")
