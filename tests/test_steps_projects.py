"""Tests of bringing in projects of other programs: framework, transcripts and readings in the study."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from project_files import Selected, Written, qdpx, with_one_for_line_ends
from small_study import GARDEN, NOTES

from tagger.errors import CodingsError
from tagger.exchange.projects import read
from tagger.review.readers import add_reader
from tagger.steps import begin, tag
from tagger.steps.imported import Origin
from tagger.steps.projects import import_project
from tagger.store import Store

CODES = ("Deciding/My own pace", "Deciding/Leaving", "Being known")
SELECTED = (
    Selected("When I was ready I walked in", "Deciding/My own pace"),
    Selected("I could have gone home at any moment", "Deciding/Leaving", "Bea"),
    Selected("what is said by the shed stays by the shed", "Being known", "Bea"),
    Selected(
        "But for me it was the first place in years where I decided what happened next. 🙂", "Deciding/My own pace"
    ),
    Selected("She rang me when my brother was ill", "Being known"),
    Selected("And what was it like to talk there?", "Being known"),
)
GARDEN_IN_WINDOWS = Written("Garden talk.docx", GARDEN.replace("\n", "\r\n"), SELECTED, {"Format": "group"}, "P07")


def bring_in(study, documents=(GARDEN_IN_WINDOWS,), codes=CODES, name="talks.qdpx", made="independently", **options):
    """Write a project beside a study and bring it in."""
    file = study.home / name
    data = qdpx(documents, codes, options.pop("origin", "NVivo 14"), **options.pop("how", {}))
    file.write_bytes(data)
    instead = options.pop("instead", False)
    return import_project(study.folder, file, read(data, name), Origin(name, data, made, instead), **options)


def held(study):
    """Return what each person holds each passage to show, by words of the passage."""
    rows = study.ask(
        "SELECT c.coder, c.value, e.text FROM coding_list c JOIN excerpt_list e USING (excerpt_id) "
        "WHERE c.answer = 'yes' ORDER BY c.coder, c.value, e.start"
    )
    return [(row["coder"], row["value"], row["text"]) for row in rows]


def placed(study):
    """Return the words that each imported coding lies on, in the order of the file."""
    rows = study.ask(
        'SELECT r.number, l.text, r.start, r."end" FROM imported_rows r JOIN live_revisions l USING (transcript_id) '
        "ORDER BY r.import_id, r.number"
    )
    return [row["text"][row["start"] : row["end"]] for row in rows]


def test_a_project_becomes_framework_transcripts_and_readings(fresh):
    """Codings lie on the words that people coded, whatever a transcript leaves out of the document."""
    report = bring_in(fresh)

    assert [one.words for one in SELECTED] == placed(fresh)
    assert {("Ann", "My own pace"), ("Bea", "Leaving"), ("Bea", "Being known"), ("Ann", "Being known")} == {
        (coder, value) for coder, value, _ in held(fresh)
    }
    assert "talk" == fresh.one("SELECT DISTINCT framework FROM coding_list")
    assert "interviews" == fresh.one("SELECT DISTINCT dataset FROM transcript_list")
    assert any("6 codings are on the very same words" in line for line in report.lines)
    assert any("the words of who asks are not coded" in line for line in report.lines)


def test_what_the_project_knows_of_a_document_is_kept(fresh):
    """Its variables are attributes, and a case with a pseudonym is the participant."""
    bring_in(fresh)

    assert '{"format": "group"}' == fresh.one("SELECT attributes FROM current_attributes")
    assert 1 == fresh.one("SELECT count(*) FROM participants WHERE id = 'P07'")


def test_the_same_project_twice_adds_nothing(fresh):
    """Framework, transcripts and readings are known again."""
    first = bring_in(fresh)
    before = fresh.tables()

    second = bring_in(fresh)

    assert (0, first.stored) == (second.stored, second.known)
    assert before == fresh.tables()
    assert 1 == len(list((fresh.folder / "frameworks").glob("talk*.yaml")))


def test_a_project_that_was_coded_further_adds_what_is_new(fresh):
    """The reading of a passage by the same person is the newest one; none is doubled."""
    bring_in(fresh)
    more = replace(GARDEN_IN_WINDOWS, selected=(*SELECTED, Selected("Honestly, only the toilet", "Being known", "Bea")))

    bring_in(fresh, (more,))

    assert ("Bea", "Being known", "The toilet. Honestly, only the toilet.") in held(fresh)
    assert 1 == fresh.one("SELECT count(*) FROM transcripts")
    assert not fresh.ask("SELECT coder, excerpt_id FROM coding_list GROUP BY ALL HAVING count(DISTINCT coding_id) > 1")


def test_documents_that_the_study_holds_are_not_read_again(study):
    """A document of the name of a transcript, with its words, is that transcript."""
    document = replace(GARDEN_IN_WINDOWS, name="garden.docx")

    report = bring_in(study, (replace(document, name="garden"),))

    assert 4 == study.one("SELECT count(*) FROM transcripts")
    assert report.stored == study.one("SELECT count(*) FROM codings")


def test_a_document_with_the_name_of_another_transcript_is_a_new_one(study):
    """The name alone does not make it the same."""
    bring_in(study, (replace(GARDEN_IN_WINDOWS, name="morning-notes.txt"),))

    assert 4 == study.one("SELECT count(*) FROM transcripts")  # its words are those of garden.txt
    assert [one.words for one in SELECTED] == placed(study)


def test_codes_with_the_names_of_values_are_those_values(study):
    """No second framework is made of a project whose codes the study knows."""
    selected = (Selected("When I was ready I walked in", "Choice"),)
    bring_in(study, (replace(GARDEN_IN_WINDOWS, selected=selected),), ("Choice", "Never used"))

    assert {"small"} == {row["framework"] for row in study.ask("SELECT framework FROM coding_list")}
    assert not list((study.folder / "frameworks").glob("talk*.yaml"))


def test_a_framework_that_lacks_a_code_is_refused_and_nothing_is_stored(study):
    """Who names a framework wants its values."""
    before = study.tables()

    with pytest.raises(CodingsError, match="'My own pace' is not a value of small"):
        bring_in(study, framework="small")

    assert before == study.tables()


def test_another_making_is_refused_before_anything_is_read(fresh):
    """As with tables: what was said first counts, unless it is said that it no longer does."""
    bring_in(fresh)
    before = fresh.tables()

    with pytest.raises(CodingsError, match="with --made independently"):
        bring_in(fresh, made="unknown")
    assert before == fresh.tables()

    bring_in(fresh, made="unknown", instead=True)
    assert {"unknown"} == {row["made"] for row in fresh.ask("SELECT made FROM coding_list")}


def test_a_codebook_alone_is_a_framework(fresh):
    """A .qdc holds codes and nothing else."""
    report = bring_in(fresh, (), name="codes.qdc")

    assert (0, 0) == (report.stored, report.known)
    assert (fresh.folder / "frameworks" / "talk.yaml").exists()


def test_documents_that_cannot_be_read_are_named_with_their_codings(fresh):
    """What is too short to be a transcript, and what has no text, leaves the rest alone."""
    short = Written("Short.docx", "Only this.", (Selected("Only", "Being known"),))
    gone = Written("Gone.docx", GARDEN, SELECTED[:2], missing=True)

    report = bring_in(fresh, (GARDEN_IN_WINDOWS, short, gone))

    lines = "\n".join(report.lines)
    assert "Short.txt: It names no speakers" in lines
    assert "Short.docx, characters 0 to 4: its document was not read" in lines
    assert "Gone.docx, characters" in lines
    assert [one.words for one in SELECTED] == placed(fresh)


def test_after_a_project_a_run_makes_suggestions_with_its_codes(fresh):
    """The framework that was made is one like any other, and nothing is read a second time."""
    bring_in(fresh, how={"count": with_one_for_line_ends}, origin="ATLAS.ti 8.4")

    tag(begin(fresh.folder, dataset="interviews", framework="talk"))

    assert 1 == fresh.one("SELECT count(*) FROM transcripts")
    assert fresh.one("SELECT count(*) FROM suggestion_list WHERE framework = 'talk'") > 0


def test_a_project_can_be_run_and_checked_like_a_folder(fresh):
    """Its documents are files in it."""
    file = fresh.home / "talks.qdpx"
    file.write_bytes(qdpx((GARDEN_IN_WINDOWS, Written("notes", NOTES)), CODES))

    summary = fresh.run(file)

    assert () == summary.problems
    assert ["talks/Garden talk.txt", "talks/notes.txt"] == [
        row["source"] for row in fresh.ask("SELECT source FROM transcripts ORDER BY 1")
    ]


def test_the_command_line_sniffs_a_project(fresh, tagger):
    """One command for tables, packs and projects."""
    file = fresh.home / "talks.qdpx"
    file.write_bytes(qdpx((GARDEN_IN_WINDOWS,), CODES))

    assert "--made" in tagger("import", file, "--study", fresh.folder).err
    said = tagger("import", file, "--study", fresh.folder, "--made", "independently", "--dataset", "garden")

    assert 0 == said.code
    assert "readings of passages" in said.out
    assert "garden" == fresh.one("SELECT DISTINCT dataset FROM transcript_list")
    assert 1 == tagger("import", fresh.folder / "study.toml", "--study", fresh.folder, "--made", "unknown").code


def test_a_transcript_that_was_corrected_since_is_told_where_its_words_are_others(study):
    """The coding lies where the words are now, and is named as one to read again."""
    study.edit("garden.txt", "somebody handed me a mug", "a woman in a red coat gave me some tea")
    study.run()
    selected = (
        Selected("When I was ready I walked in and somebody handed me a mug.", "Deciding/My own pace"),
        Selected("I could have gone home at any moment", "Deciding/Leaving"),
    )

    report = bring_in(study, (replace(GARDEN_IN_WINDOWS, name="garden", selected=selected),))

    assert [
        "When I was ready I walked in and a woman in a red coat gave me some tea.",
        "I could have gone home at any moment",
    ] == placed(study)
    told = "\n".join(report.lines)
    assert "1 coding is on the very same words, 0 without the names" in told
    assert "1 coding is on words that are others in the study" in told
    assert f"  garden, characters {GARDEN_IN_WINDOWS.text.replace(chr(13), '').index('When I was')} to" in told


def test_a_coder_who_is_called_like_somebody_who_reads_here_is_kept_apart(study):
    """Nobody becomes another by a name; it is said."""
    with Store(study.folder).session("a test") as database:
        add_reader(database, "reader-1", "ann", datetime(2026, 1, 1))

    report = bring_in(study)

    assert "Ann is also somebody who reads here: what was brought in is kept apart from it." in report.lines
    assert [("Ann", None), ("ann", "reviewer")] == [
        (row["name"], row["role"])
        for row in study.ask("SELECT name, role FROM coders WHERE lower(name) = 'ann' ORDER BY name")
    ]
