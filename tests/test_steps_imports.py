"""Tests of bringing in codings that people made elsewhere."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from small_study import FRAMEWORK

from tagger.errors import CodingsError
from tagger.steps.imports import import_codings

HEADER = ("transcript", "start", "end", "text", "coder", "values")
RANG = "She rang me when my brother was ill, and I rang her in June when the letters came."


def table(study, *rows, header=HEADER, name="codings.csv"):
    """Write a table of codings and return its path."""
    path = study.home / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def passage(study, holding, kind="passage"):
    """Return the excerpt that holds these words."""
    [row] = study.ask(
        "SELECT * FROM excerpt_list WHERE kind = $kind AND contains(text, $words)", kind=kind, words=holding
    )
    return row


def whole(study, holding, coder, values, transcript="garden.txt"):
    """Make the row that codes the whole passage that holds these words."""
    row = passage(study, holding)
    return (transcript, row["start"], row["end"], row["text"], coder, values)


def answers(study, holding):
    """Return the answers that each coder gave about the passage that holds these words."""
    rows = study.ask(
        "SELECT coder, value_id, answer FROM coding_list WHERE excerpt_id = $id ORDER BY coder, value_id",
        id=passage(study, holding)["excerpt_id"],
    )
    return [tuple(row.values()) for row in rows]


def test_a_reading_is_a_yes_for_its_values_and_a_no_for_all_others(study):
    """A row is a complete reading of its passage: what it does not name is an explicit no."""
    file = table(study, whole(study, RANG, "Ann", "two-way; Experiences in common"))

    report = import_codings(study.folder, file, "independently")

    assert (1, 0) == (report.stored, report.known)
    assert [("Ann", "choice", "no"), ("Ann", "common", "yes"), ("Ann", "two-way", "yes")] == answers(study, RANG)


def test_coded_with_no_value_is_kept_as_such(study):
    """Nothing here is a reading with a no for every value, and not a missing one."""
    import_codings(study.folder, table(study, whole(study, "The toilet.", "Ann", "none")), "independently")

    assert {"no"} == {answer for _, _, answer in answers(study, "The toilet.")}
    assert "nothing here" == study.one("SELECT outcome FROM codings")


@pytest.mark.parametrize("made", ["independently", "after-suggestions", "unknown"])
def test_how_codings_were_made_is_kept(study, made):
    """Kind and making stand in every coding, so that they are never pooled by accident."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), made)

    [row] = study.ask("SELECT kind, made, round FROM codings")
    assert {"kind": "imported", "made": made, "round": "before talk"} == row


def test_rows_on_whole_passages_parts_and_nothing_are_told_apart(study):
    """The report counts them, and says of each row without a passage why it has none."""
    first = passage(study, RANG)
    file = table(
        study,
        whole(study, RANG, "Ann", "two-way"),
        ("garden.txt", first["start"], first["start"] + 20, "", "Bea", "common"),
        ("garden.txt", "", "", "words that nobody said", "Ann", "choice"),
        ("attic.txt", 0, 10, "", "Ann", "choice"),
    )

    report = import_codings(study.folder, file, "independently")

    assert "codings.csv: 1 row lies on whole passages, 1 on part of one, 2 on none." == report.lines[0]
    assert ["row 4", "row 5"] == [line.strip().partition(":")[0] for line in report.lines[1:-1]]
    assert {"Ann": "whole", "Bea": "part"} == {
        row["coder"]: row["matched"] for row in study.ask("SELECT coder, matched FROM coding_list")
    }
    assert [2, 3] == [row["number"] for row in study.ask("SELECT number FROM imported_rows ORDER BY number")]


def test_the_words_of_who_asks_are_not_coded(study):
    """A row on an interviewer's question lies on no passage, and is said to."""
    file = table(
        study,
        whole(study, RANG, "Ann", "two-way"),
        ("garden.txt", "", "", "And what was it like to talk there?", "Ann", "choice"),
    )

    report = import_codings(study.folder, file, "independently")

    assert "who asks" in report.lines[1]


def test_a_stretch_over_several_passages_codes_each(study):
    """A long quotation is a reading of every passage that it holds."""
    first, second = passage(study, "My neighbour brought"), passage(study, "I could have gone home")
    file = table(study, ("garden.txt", first["start"], second["end"], "", "Ann", "choice"))

    assert 2 == import_codings(study.folder, file, "independently").stored


def test_the_same_table_twice_adds_nothing(study):
    """A second import of the same rows is known, row for row."""
    file = table(study, whole(study, RANG, "Ann", "two-way"), whole(study, "The toilet.", "Bea", "none"))
    import_codings(study.folder, file, "independently")
    before = study.tables()

    report = import_codings(study.folder, file, "independently")

    assert (0, 2) == (report.stored, report.known)
    assert "2 were there already" in report.lines[-1]
    assert before == study.tables()


def test_a_corrected_table_is_current_and_the_first_is_kept(study):
    """The later import of the same coder and passage counts; both are in the table."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "choice")), "independently")
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "independently")

    assert ["two-way"] == [value for _, value, answer in answers(study, RANG) if answer == "yes"]
    assert 2 == study.one("SELECT count(*) FROM codings")


def made_now(study):
    """Return how the current codings were made, with their number."""
    rows = study.ask("SELECT made, count(DISTINCT coding_id) AS codings FROM coding_list GROUP BY made")
    return {row["made"]: row["codings"] for row in rows}


def test_a_table_that_contradicts_itself_is_refused(study):
    """The same table with another --made is an error that says what is stored and what to do; nothing is changed."""
    file = table(study, whole(study, RANG, "Ann", "two-way"))
    import_codings(study.folder, file, "unknown")
    before = study.tables()

    with pytest.raises(CodingsError, match=r"with --made unknown .*now it says --made independently") as caught:
        import_codings(study.folder, file, "independently")
    assert "--instead" in str(caught.value)
    assert before == study.tables()


def test_what_is_said_last_of_a_table_counts_and_all_is_kept(study):
    """On purpose it can be changed, also back again; every saying is kept, one counts, and none counts twice."""
    file = table(study, whole(study, RANG, "Ann", "two-way"), whole(study, "The toilet.", "Bea", "none"))
    import_codings(study.folder, file, "unknown")

    assert 2 == import_codings(study.folder, file, "independently", instead=True).stored
    assert {"independently": 2} == made_now(study)
    assert 2 == import_codings(study.folder, file, "independently").known
    import_codings(study.folder, file, "unknown", instead=True)
    assert {"unknown": 2} == made_now(study)
    assert 3 == study.one("SELECT count(*) FROM imports")
    assert 6 == study.one("SELECT count(*) FROM codings")


def test_a_first_import_needs_no_instead(study):
    """Where the table is not there yet, --instead changes nothing."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "unknown", instead=True)

    assert {"unknown": 1} == made_now(study)


def test_another_table_of_the_same_coder_may_be_made_another_way(study):
    """Somebody who coded independently, and after suggestions once more, has two readings, each with its making."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "independently")
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "common")), "after-suggestions")

    assert {"independently": 1, "after-suggestions": 1} == made_now(study)


def test_two_coders_who_disagree_are_both_kept(study):
    """Nobody's reading is merged into another's."""
    file = table(study, whole(study, RANG, "Ann", "two-way"), whole(study, RANG, "Bea", "none"))

    import_codings(study.folder, file, "independently")

    assert {("Ann", "yes"), ("Bea", "no")} == {
        (coder, answer) for coder, value, answer in answers(study, RANG) if value == "two-way"
    }


def test_a_value_of_no_framework_here_is_refused_with_its_row(study):
    """A table in other words is not half understood: nothing of it is stored."""
    before = study.tables()
    file = table(study, whole(study, RANG, "Ann", "two-way"), whole(study, "The toilet.", "Ann", "plumbing"))

    with pytest.raises(CodingsError, match=r"codings\.csv, row 3: 'plumbing' is not a value"):
        import_codings(study.folder, file, "independently")
    assert before == study.tables()


def test_a_value_of_another_dataset_s_framework_is_refused_with_its_row(study):
    """A passage is read with the framework of its own dataset."""
    study.run(study.files / "first-meeting.csv", dataset="women", framework="women-side-by-side")
    file = table(study, whole(study, RANG, "Ann", "two-way"), whole(study, "The toilet.", "Ann", "trust"))

    with pytest.raises(CodingsError, match=r"row 3: trust is not in small 1\.0.*--framework"):
        import_codings(study.folder, file, "independently")
    assert 0 == study.one("SELECT count(*) FROM codings")


def test_the_framework_of_a_table_can_be_named(study):
    """A table made with another framework is stored under that one."""
    file = table(study, whole(study, RANG, "Ann", "trust"))

    import_codings(study.folder, file, "independently", "women-side-by-side")

    assert "women-side-by-side" == study.one("SELECT DISTINCT framework FROM coding_list")
    assert 7 == len(answers(study, RANG))


def test_a_file_of_one_name_in_two_datasets_is_not_guessed(study):
    """Where two datasets hold a file of the same name, the row says which, with the folder that it was read from."""
    study.edit("garden.txt", "wet Tuesday", "dry Thursday")
    study.run(study.files / "garden.txt", dataset="women")
    [row] = study.ask(
        "SELECT start, \"end\", dataset FROM excerpt_list WHERE dataset = 'women' AND contains(text, 'dry Thursday')"
    )

    with pytest.raises(CodingsError, match="could be any of"):
        import_codings(
            study.folder, table(study, ("garden.txt", row["start"], row["end"], "", "Ann", "choice")), "independently"
        )

    import_codings(
        study.folder,
        table(study, ("women/files/garden.txt", row["start"], row["end"], "", "Ann", "choice")),
        "independently",
    )
    assert {"women"} == {found["dataset"] for found in study.ask("SELECT dataset FROM coding_list")}


def test_a_table_that_fits_nothing_is_refused(study):
    """Where no row can be matched, the first reason is said and nothing is stored."""
    with pytest.raises(CodingsError, match="not one of its rows"):
        import_codings(study.folder, table(study, ("attic.txt", 0, 9, "", "Ann", "choice")), "independently")

    assert 0 == study.one("SELECT count(*) FROM imports")


def test_a_long_list_of_unmatched_rows_is_shortened(study):
    """Thirty reasons are twenty lines and a count."""
    strangers = [("attic.txt", number, number + 9, "", "Ann", "choice") for number in range(30)]

    report = import_codings(study.folder, table(study, whole(study, RANG, "Ann", "choice"), *strangers), "unknown")

    assert "... and 10 more" in report.lines[-2]


def test_codings_follow_their_words_into_a_new_revision(study):
    """An edit elsewhere keeps a coding where it is; an edit of its words puts it on the list to read again."""
    file = table(study, whole(study, RANG, "Ann", "two-way"), whole(study, "wet Tuesday", "Ann", "choice"))
    import_codings(study.folder, file, "independently")
    assert [] == study.ask("SELECT * FROM to_reread")

    study.edit("garden.txt", "one wet Tuesday", "one dry Thursday")
    study.run()

    assert [("Ann", "two-way")] == [
        (row["coder"], row["value_id"]) for row in study.ask("SELECT * FROM coding_list WHERE answer = 'yes'")
    ]
    [waiting] = study.ask("SELECT * FROM to_reread")
    assert "one wet Tuesday" in waiting["text_before"]
    assert study.transcript("garden.txt") == waiting["transcript"]
    assert 2 == study.one("SELECT count(*) FROM codings")


def test_codings_are_read_with_the_version_that_was_current(study):
    """A later version of the framework leaves earlier codings under the version they were made with."""
    import_codings(study.folder, table(study, whole(study, RANG, "Ann", "two-way")), "independently")
    changed = FRAMEWORK.replace('"1.0"', '"2.0"').replace("the same illness", "the same ward")
    (study.folder / "frameworks" / "small.yaml").write_text(changed, "utf-8")
    study.run()
    import_codings(study.folder, table(study, whole(study, RANG, "Bea", "two-way")), "independently")

    assert Counter({("Ann", "1.0"): 3, ("Bea", "2.0"): 3}) == Counter(
        (row["coder"], row["framework_version"]) for row in study.ask("SELECT * FROM coding_list")
    )


def test_a_sheet_of_one_coder_with_texts_alone_is_placed(study, tagger):
    """Titles, headings between rows, no transcript and no coder: the words tell where, the command who."""
    file = study.home / "sheet.csv"
    file.write_text(
        "Coding sheet — Annotator 1,,\n#,Claim Text,Your Code\n▸ Theme: One,,\n"
        f'1,"{RANG}",two-way\n2,I went to the moon,choice\n▸ Theme: Two,,\n3,the gate,choice\n',
        "utf-8",
    )

    assert "add --coder NAME" in tagger("import", file, "--study", study.folder, "--made", "independently").err
    said = tagger("import", file, "--study", study.folder, "--made", "independently", "--coder", "Ann")

    assert 0 == said.code, said.err
    assert "2 rows head others and were passed over." in said.out
    assert "row 5: its text is in no transcript of this study" in said.out
    assert "row 7: its text stands 2 times in the transcripts" in said.out
    assert ["Ann"] == [row["name"] for row in study.ask("SELECT name FROM coders")]
