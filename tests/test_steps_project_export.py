"""Tests of a study that leaves as a project for another program, and comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from desk import lasting
from read_study import read_blind
from test_exchange_refi_writer import valid, valid_codes
from test_review_consent import propose, state
from test_steps_imports import table, whole
from test_steps_projects import SELECTED, bring_in, placed

from tagger.errors import UsageError
from tagger.exchange import projects
from tagger.exchange.projects.forms import FORMS
from tagger.exchange.projects.records import MODEL, TOGETHER
from tagger.exchange.projects.refi_writer import write
from tagger.review.consent.table import for_projects
from tagger.steps.imported import Origin
from tagger.steps.imports import import_codings
from tagger.steps.project_export import Choice, export_project
from tagger.steps.projects import import_project

RANG = "She rang me when my brother was ill"


def exported(study, **choice):
    """Export a study, check it by the schema, and read it."""
    made = export_project(study.folder, "qdpx", Choice(**choice))
    return projects.read(valid(made.data), "out.qdpx"), made


def brought_back(study, project, name="back.qdpx"):
    """Bring a project into a study."""
    data = write(project)
    file = study.home / name
    file.write_bytes(data)
    return import_project(study.folder, file, projects.read(data, name), Origin(name, data, "independently"))


THREE = (
    "SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage' GROUP BY excerpt_id ORDER BY any_value(text) LIMIT 3"
)


def document_list(study, proposed, only):
    """Return the documents of a project in which something chosen leaves."""
    made = export_project(study.folder, "qdpx", Choice(only=only), proposed)
    return projects.read(valid(made.data), "out.qdpx").documents


def said(project, called=()):
    """Return what each coding of a person or of the model says, readers called otherwise where that is said."""
    names = {code.key: code.name for code in project.codes}
    return sorted(
        (dict(called).get(each.coder, each.coder), names[each.code], document.text[each.start : each.end])
        for document in project.documents
        for each in document.codings
    )


def current(study):
    """Return what people hold now, by name and words."""
    return study.ask("SELECT coder, value_id, excerpt_id, answer FROM coding_list ORDER BY ALL")


def test_codings_that_came_in_go_out_on_the_same_words(fresh):
    """Not a character is moved, and the words that nobody coded as evidence are there too."""
    bring_in(fresh)

    project, _ = exported(fresh)

    assert sorted(one.words for one in SELECTED) == sorted(words for _, _, words in said(project))
    assert {("Reader A", "Reader B")} == {tuple(sorted({coder for coder, _, _ in said(project)}))}
    [document] = project.documents
    assert document.text.startswith("I01: How did you come to the garden in the first place?\nP07: My neighbour")
    assert ({"format": "group"}, "P07") == (document.attributes, document.participant)


def test_its_own_export_adds_nothing_to_a_study(fresh):
    """Every coding is known again, by letter, place and value."""
    bring_in(fresh)
    before = fresh.tables()

    report = brought_back(fresh, exported(fresh)[0])

    assert before == fresh.tables()
    assert any("6 codings are in the study already" in line for line in report.lines)


def test_what_was_coded_further_elsewhere_comes_back_alone(fresh):
    """A reader who is known by a letter is that person; nothing is lost, doubled or moved."""
    bring_in(fresh)
    project, _ = exported(fresh)
    [document] = project.documents
    start = document.text.index("I rang her in June")
    codes = {code.name: code.key for code in project.codes}
    [ann] = {coding.coder for coding in document.codings if RANG in document.text[coding.start : coding.end]}
    new = replace(document.codings[0], start=start, end=start + 18, code=codes["Leaving"], coder=ann)
    more = replace(project, documents=(replace(document, codings=(*document.codings, new)),))
    before = current(fresh)

    report = brought_back(fresh, more)

    assert 1 == report.stored
    assert "I rang her in June" in placed(fresh)
    rang = fresh.one(
        "SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage' AND contains(text, $words)", words=RANG
    )
    held = [row for row in current(fresh) if row["answer"] == "yes"]
    assert [row for row in held if row not in before] == [
        {"coder": "Ann", "value_id": "leaving", "excerpt_id": rang, "answer": "yes"}
    ]
    assert all(row in held for row in before if row["answer"] == "yes")
    assert {"Ann", "Bea"} == {row["coder"] for row in current(fresh)}
    again, _ = exported(fresh)
    assert len(said(project)) + 1 == len(said(again))


def test_a_project_goes_through_another_study_unchanged(fresh, tmp_path_factory):
    """In, out, in elsewhere, out: the same codings on the same words."""
    from small_study import new_study

    bring_in(fresh)
    once, _ = exported(fresh)
    other = new_study(tmp_path_factory.mktemp("other"))
    report = brought_back(other, once)

    twice, _ = exported(other)

    # Who is A and who is B is another matter in another study.
    assert said(once) in (said(twice), said(twice, {"Reader A": "Reader B", "Reader B": "Reader A"}))
    assert any("6 codings are on the very same words" in line for line in report.lines)


def test_the_model_is_a_user_of_its_own_and_never_comes_back_as_a_person(study):
    """Its suggestions on passages that were read go out with score and version in the comment; none comes in."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "independently")

    project, made = exported(study)

    suggested = [each for document in project.documents for each in document.codings if each.coder == MODEL]
    assert study.one(
        "SELECT count(*) FROM suggestion_list WHERE excerpt_id IN (SELECT excerpt_id FROM codings)"
    ) == len(suggested)
    assert all("score" in each.note for each in suggested)
    before = current(study)
    report = brought_back(study, project)
    assert before == current(study)
    assert not suggested or any("suggestions of a model" in line for line in report.lines)
    assert "1 coding by 1 reader" in made.lines[0]


def test_only_what_was_read_leaves_unless_all_is_asked_for(study):
    """The rest of a transcript is left out, and so are transcripts that nobody read."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "independently")

    [document] = exported(study)[0].documents
    everything = exported(study, everything=True)[0].documents

    assert "[…]" in document.text
    assert "The toilet" not in document.text
    assert "Did that help?" in document.text
    assert 4 == len(everything)
    assert any("The toilet" in each.text for each in everything)
    assert not any("[…]" in each.text for each in everything)


def test_words_of_who_may_not_be_quoted_never_leave(study):
    """Nor do codings of them, and the answer counts what was left out."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "independently")
    study.do(
        "INSERT INTO permissions SELECT participant_id, true, false, NULL, now()::TIMESTAMP FROM live_turns "
        "WHERE contains((SELECT text FROM live_revisions l WHERE l.revision_id = live_turns.revision_id), 'garden') "
        "AND participant_id IS NOT NULL GROUP BY participant_id"
    )

    project, made = exported(study, everything=True)

    assert not [text for text in (each.text for each in project.documents) if RANG in text]
    assert not [one for one in said(project) if "rang me" in one[2]]
    assert any("1 coding of words that are left out" in line for line in made.lines)


def test_readings_without_a_value_stand_in_notes(study):
    """The format has no place for them, and the answer says how many there are."""
    import_codings(study.folder, table(study, whole(study, "The toilet.", "Ann", "none")), "independently")

    made = export_project(study.folder, "qdpx", Choice())

    valid(made.data)
    assert any("1 reading without a value (in notes)" in line for line in made.lines)


def test_the_same_study_gives_the_same_bytes(coded):
    """Exported twice."""
    one, two = (export_project(coded.folder, "qdpx", Choice(everything=True)) for _ in range(2))

    assert one.data == two.data


def test_an_empty_study_has_nothing_to_export(fresh):
    """And says what to do."""
    with pytest.raises(UsageError, match="nothing was tagged or read"):
        export_project(fresh.folder, "qdpx", Choice(everything=True))


def test_the_command_line_writes_a_project(coded, tagger):
    """`--to qdpx` beside the tables."""
    out = coded.home / "out.qdpx"

    done = tagger("export", "--study", coded.folder, "--to", "qdpx", "-o", out)

    assert 0 == done.code
    assert "suggestions of the model as those of a user of its own" in done.out
    valid(out.read_bytes())
    assert 2 == tagger("export", "--study", coded.folder, "--to", "qdpx", "--what", "consent", "-o", out).code


def made_blind(study):
    """Let Ann read a passage without suggestions, and Bea one with them."""
    for words, name, made in ((RANG, "Ann", "independently"), ("The toilet.", "Bea", "after-suggestions")):
        import_codings(study.folder, table(study, whole(study, words, name, "choice"), name=f"{name}.csv"), made)


def test_codings_that_were_made_blind_leave_alone(study):
    """Without the passages that were read otherwise, and without a single suggestion."""
    made_blind(study)

    project, made = exported(study, only="blind")

    assert [("Reader A", "Choice")] == [(coder, value) for coder, value, _ in said(project)]
    assert not any("The toilet" in each.text for each in project.documents)
    assert "0 suggestions" in made.lines[0]


def test_suggestions_leave_alone_and_codings_too(study):
    """Each on the passages that were read; what a reader found in them is not told by the former."""
    made_blind(study)

    suggestions, _ = exported(study, only="suggestions")
    codings, _ = exported(study, only="codings")
    both, _ = exported(study)

    assert {MODEL} >= {coder for coder, _, _ in said(suggestions)}
    assert {"Reader A", "Reader B"} == {coder for coder, _, _ in said(codings)}
    assert said(both) == sorted([*said(suggestions), *said(codings)])
    assert not any(each.lost for each in suggestions.documents)


@pytest.fixture
def agreed(study):
    """Return a study in which two people read three passages each, and proposed what to say of two of them."""
    with lasting(study) as desk:
        ann, bea = desk.reader("Ann"), desk.reader("Bea")
        first, second, third = (row["excerpt_id"] for row in desk.ask(THREE))
        for excerpt in (first, second):
            read_blind(desk, "Ann", excerpt, ["choice"])
            read_blind(desk, "Bea", excerpt, ["common"])
        suggestion = desk.serve(ann, third)
        desk.decide(suggestion, "done", {"common": "yes"})
        stands = propose(desk, ann, first, "choice", "common", reason="both are there")
        state(desk, bea, stands, "can live with")
        held = propose(desk, bea, second, "common")
        state(desk, ann, held, "object", "she never says so")
        proposed = for_projects(desk.db, date(2031, 1, 1))
    return study, proposed


def test_what_stands_by_consent_is_of_a_user_of_its_own(agreed):
    """With all positions; what an objection holds is in a note, and no person's coding is made of either."""
    study, proposed = agreed

    made = export_project(study.folder, "qdpx", Choice(), proposed)
    project = projects.read(valid(made.data), "out.qdpx")

    together = [one for document in project.documents for one in document.codings if one.coder == TOGETHER]
    assert ["Choice", "Experiences in common"] == sorted(
        {code.key: code.name for code in project.codes}[one.code] for one in together
    )
    assert all("Reader A (both are there) in round 1: stands" in one.note for one in together)
    assert all("Reader A: agree; Reader B: can live with" in one.note for one in together)
    assert any("2 codings by consent" in line for line in made.lines)
    with ZipFile(BytesIO(made.data)) as package:
        written = package.read("project.qde").decode()
    assert 1 == written.count("Proposed of characters")
    assert "an objection holds it; Reader A: object (she never says so); Reader B: agree" in written
    before = current(study)
    report = brought_back(study, project)
    assert before == current(study)
    assert any("agreed on together" in line for line in report.lines)


def test_positions_leave_alone_and_not_with_blind_codings(agreed):
    """Chosen, they are all that leaves; whoever asks for codings, or for blind ones, gets none."""
    study, proposed = agreed

    coders = {
        only: {one.coder for document in document_list(study, proposed, only) for one in document.codings}
        for only in ("positions", "codings", "blind", "decisions", "suggestions")
    }

    assert {TOGETHER} == coders["positions"]
    assert {"Reader A", "Reader B"} == coders["codings"] == coders["blind"]
    assert {MODEL} >= coders["suggestions"]
    assert {"Reader A", "Reader B"} <= coders["decisions"]
    assert TOGETHER not in coders["decisions"]


def test_decisions_leave_with_the_suggestions_that_they_answer(agreed):
    """A no stands in the suggestion's note, and what came in from elsewhere is no decision made here."""
    study, _ = agreed
    import_codings(study.folder, table(study, whole(study, RANG, "Cleo", "two-way"), name="c.csv"), "independently")
    answers = study.ask(
        "SELECT r.letter, a.answer, n.kind FROM suggestion_list s JOIN latest_readings n USING (excerpt_id) "
        "JOIN coding_answers a ON a.coding_id = n.coding_id AND a.value_id = s.value_id "
        "JOIN readers r ON r.coder_id = n.coder_id WHERE n.finished AND n.kind <> 'imported'"
    )

    documents = document_list(study, (), "decisions")

    notes = {
        line
        for document in documents
        for one in document.codings
        for line in one.note.splitlines()
        if one.coder == line.partition(":")[0] == MODEL
    }
    assert sorted(f"{row['letter']}: {row['answer']} ({row['kind']})" for row in answers) == sorted(
        part for note in notes for part in note.split("; ")[1:]
    )
    assert {"yes", "no"} == {row["answer"] for row in answers}
    assert "Reader C" not in {one.coder for document in documents for one in document.codings}


def test_the_note_of_a_coding_names_the_version_it_was_made_with(agreed):
    """As it was when the person read, whatever the framework says now."""
    study, _ = agreed
    notes = [one.note for document in document_list(study, (), "codings") for one in document.codings]

    assert notes
    assert all(", with small 1.0" in note for note in notes)


def test_what_was_made_with_one_version_leaves_alone(study):
    """The codes are those of this version, and what was made with another stays."""
    made_blind(study)
    known = study.one("SELECT max(version) FROM frameworks WHERE name = 'small'")

    one, _ = exported(study, framework=f"small@{known}")
    other, _ = exported(study, framework="side-by-side", everything=True)

    assert said(exported(study)[0]) == said(one)
    assert [] == said(other)
    assert 3 == sum(code.codable for code in one.codes) < sum(code.codable for code in other.codes)


def test_the_list_of_codes_leaves_alone(study):
    """Valid by its schema, and its values are those of the framework."""
    made = export_project(study.folder, "qdc", Choice())

    codes = projects.read(valid_codes(made.data), "small.qdc").codes

    assert ["The only layer", "Choice", "Experiences in common", "Two-way support"] == [code.name for code in codes]
    assert "3 codes in 1 layer." == made.lines[0]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_what_it_holds_and_what_not(study, form, tagger):
    """The command writes it, and what it says can be read by somebody who sees it for the first time."""
    made_blind(study)
    out = study.home / "out.file"

    done = tagger("export", "--study", study.folder, "--to", form, "-o", out)

    assert 0 == done.code
    assert f"Wrote {out}: " in done.out
    assert out.stat().st_size > 0
    beside = out.with_name(out.name + (FORMS[form].ending or ".none"))
    assert bool(FORMS[form].beside) == beside.exists()
    assert "Stay here" in done.out or "stay here" in done.out


@pytest.mark.parametrize("options", [["--only", "blind"], ["--framework", "small"]])
def test_a_table_takes_no_choice_of_codings(study, tagger, options):
    """It holds counts; the message says where the choice belongs."""
    done = tagger("export", "--study", study.folder, "--to", "csv", "-o", study.home / "out.csv", *options)

    assert 2 == done.code
    assert "label-studio" in done.err


def test_an_unknown_version_is_named(study, tagger):
    """With those that there are."""
    done = tagger(
        "export", "--study", study.folder, "--to", "qdpx", "-o", study.home / "o.qdpx", "--framework", "small@9.9"
    )

    assert 1 == done.code
    assert "there is no version 9.9" in done.err


def test_a_project_of_taguette_comes_back_with_nothing_new(fresh):
    """Every coding is known again; what was not exported is not taken for said."""
    bring_in(fresh)
    file = fresh.home / "back.sqlite3"
    file.write_bytes(export_project(fresh.folder, "taguette", Choice()).data)
    before = fresh.tables()

    found = projects.read(file.read_bytes(), file.name)
    report = import_project(fresh.folder, file, found, Origin(file.name, file.read_bytes(), "independently"))

    assert before == fresh.tables()
    assert any("6 codings are in the study already" in line for line in report.lines)
