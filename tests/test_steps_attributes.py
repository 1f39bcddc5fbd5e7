"""Attributes and corrections of transcripts: where files go, what is kept, what was held before, what is exported."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from small_study import GARDEN, copied, write_files

from tagger.errors import UsageError
from tagger.steps import begin, read, store
from tagger.steps.attributes import held_by, matched, parted
from tagger.steps.corrections import history
from tagger.steps.exports import export
from tagger.steps.inspect import inspect
from tagger.transcripts.corrections import COLUMNS


def sheet(study, text, name="attributes.csv"):
    """Write a sheet of attributes and return its path."""
    path = study.home / name
    path.write_text(text, "utf-8")
    return path


def taken_in(study, *paths, dataset="general", **options):
    """Do the first stage of a run alone, on the study's files unless others are named; return its notes."""
    run = begin(study.folder, paths or (study.files,), dataset=dataset, **options)
    notes = [note for batch in read.pending(run) for note in read.read(run, batch).notes]
    store(run)
    return notes


def said(study, name):
    """Return what holds of a file now."""
    held = study.ask(
        "SELECT attributes FROM current_attributes JOIN transcripts ON id = transcript_id WHERE source LIKE $name",
        name=f"%/{name}",
    )
    return json.loads(held[0]["attributes"]) if held else {}


@pytest.fixture(scope="module")
def attributed(tagged, tmp_path_factory):
    """Return the study after a run with a sheet: P40 in two interviews, two people in a group, and a group's name."""
    study = copied(tagged, tmp_path_factory.mktemp("attributed"))
    rows = "garden.txt,P40,north,peer lead,Hull\nfirst-meeting.csv,P40,north,,York\nevening.vtt,P41; P42,south,,\n"
    taken_in(study, attributes=str(sheet(study, f"file,participant,group,role,site\n{rows}")))
    return study


def test_one_person_in_two_interviews_is_one_cluster_and_a_group_one_by_itself(attributed):
    """The participant that the sheet names is that of who alone answers; a group stays a cluster of its own."""
    clusters = {
        row["source"].removeprefix("files/"): row["cluster"]
        for row in attributed.ask(
            "SELECT source, cluster FROM transcript_clusters c JOIN transcripts t ON t.id = transcript_id"
        )
    }

    assert "P40" == clusters["garden.txt"] == clusters["first-meeting.csv"]
    assert attributed.transcript("evening.vtt") == clusters["evening.vtt"]
    assert {"group": "south", "participants": "P41; P42"} == said(attributed, "evening.vtt")


def test_attributes_change_no_text_and_no_excerpt(tagged, attributed):
    """Every excerpt has the id and the words that it had."""
    excerpts = 'SELECT excerpt_id, start, "end", text FROM excerpt_list ORDER BY excerpt_id'

    assert tagged.ask(excerpts) == attributed.ask(excerpts)


def test_they_stay_when_a_run_goes_without_the_sheet_and_when_the_file_is_edited(attributed, tmp_path):
    """Nothing is added by a run without it; a new revision keeps them."""
    study = copied(attributed, tmp_path / "copy")
    before = study.tables()
    taken_in(study)
    assert before == study.tables()

    study.edit("garden.txt", "wet Tuesday", "dry Thursday")
    taken_in(study)

    assert 2 == study.one("SELECT max(number) FROM revisions")
    assert {"group": "north", "role": "peer lead", "site": "Hull"} == said(study, "garden.txt")
    assert before["transcript_attributes"] == study.tables()["transcript_attributes"]


def test_a_later_sheet_adds_to_the_history(attributed, tmp_path):
    """What it leaves out stays, what it says holds, a stroke takes away, and what was before can still be read."""
    study = copied(attributed, tmp_path / "copy")
    before = study.ask("SELECT * FROM transcript_attributes ORDER BY ALL")

    taken_in(study, attributes=str(sheet(study, "file,group,role\ngarden.txt,south,-\nevening.vtt,,\n", "later.csv")))

    assert {"group": "south", "site": "Hull"} == said(study, "garden.txt")
    after = study.ask("SELECT * FROM transcript_attributes ORDER BY ALL")
    assert len(before) + 1 == len(after)
    assert all(row in after for row in before)
    told = "\n".join(history(study.folder))
    assert "was  file: group north; role peer lead; site Hull" in told
    assert "now  file: group south (was north); role taken away (was peer lead)" in told
    assert "by the sheet of attributes" in told


def test_a_later_sheet_leaves_open_what_an_earlier_one_said_of_a_speaker(attributed, tmp_path):
    """Empty cells in a sheet of speakers, or a participant alone, put no guess over what a person said."""
    study = copied(attributed, tmp_path / "copy")
    speakers = study.home / "speakers.csv"

    def correct(row):
        speakers.write_text(f"{','.join(COLUMNS)}\n{row}\n", "utf-8")
        taken_in(study, speakers=str(speakers))

    correct("garden.txt,,,OTTOLINE,,staff")
    correct("garden.txt,,,Ottoline,unknown,")

    believed = study.ask(
        "SELECT asks, standing, participant_id FROM speaker_list "
        "WHERE participant_id = 'P40' AND standing <> ['unknown']"
    )
    assert [{"asks": None, "standing": ["staff"], "participant_id": "P40"}] == believed
    assert "asks unknown (was no)" in "\n".join(history(study.folder))


def test_who_turns_out_to_ask_takes_no_excerpt_along(attributed, tmp_path):
    """A run says what follows for readings; excerpts keep their ids, and come back into view when it is taken back."""
    study = copied(attributed, tmp_path / "copy")
    excerpts = "SELECT id FROM excerpts ORDER BY 1"
    live = "SELECT excerpt_id FROM live_excerpts ORDER BY 1"
    before = study.ask(excerpts), study.ask(live)
    speakers = study.home / "speakers.csv"

    def correct(asks):
        speakers.write_text(f"{','.join(COLUMNS)}\ngarden.txt,,,Ottoline,{asks},\n", "utf-8")
        return taken_in(study, speakers=str(speakers))

    [note] = correct("yes")
    assert "is taken for who asks now: what was read in these words is kept, and counts no more" in note
    assert before[0] == study.ask(excerpts)
    assert len(study.ask(live)) < len(before[1])
    [note] = correct("no")
    assert "is not taken for who asks any more" in note
    assert before == (study.ask(excerpts), study.ask(live))


def test_new_pseudonyms_keep_clear_of_those_in_the_sheet(fresh):
    """Nobody else is given the name that the sheet gives to a participant."""
    taken_in(fresh, attributes=str(sheet(fresh, "file,participant\ngarden.txt,P01\n")))

    owners = fresh.ask(
        "SELECT DISTINCT source FROM speaker_list JOIN transcripts ON id = transcript_id WHERE participant_id = 'P01'"
    )
    assert [{"source": "files/garden.txt"}] == owners
    assert "P01" not in {row["pseudonym"] for row in fresh.ask("SELECT pseudonym FROM speakers")}


def test_an_encoding_is_kept_for_a_corrected_file(fresh):
    """A file that cannot be guessed is read as was said, also when it comes again; a stroke ends that."""
    old = fresh.home / "old" / "talk.txt"
    old.parent.mkdir()
    words = "Zoë: Ça va très bien, et toi?\n\nIda: Ça va.\n"
    old.write_bytes(words.encode("cp437"))
    taken_in(fresh, old, attributes=str(sheet(fresh, "file,encoding\ntalk.txt,cp437\n")))
    old.write_bytes(words.replace("bien", "bien, déjà").encode("cp437"))

    notes = taken_in(fresh, old)

    assert "très bien, déjà" in fresh.one("SELECT text FROM live_revisions")
    assert any("was read as cp437, as you said before" in note for note in notes)
    old.write_bytes(words.encode("utf-8"))
    taken_in(fresh, old, attributes=str(sheet(fresh, "file,encoding\ntalk.txt,-\n")))
    assert "très bien, et" in fresh.one("SELECT text FROM live_revisions")
    assert {} == said(fresh, "talk.txt")


def test_a_row_decides_on_the_dataset_then_the_option_then_where_a_file_is(study):
    """Each file goes to one dataset; a file that is in the study already stays where it is."""
    write_files(study.files, {"late.txt": GARDEN.replace("wet", "late"), "new.txt": GARDEN.replace("wet", "new")})
    names = sheet(study, "file,dataset\nlate.txt,women\n")

    by_option, _ = parted(study.folder, (study.files,), names, "other")
    assert ["late.txt"] == [path.name for path in by_option["women"]]
    assert {"women", "other"} == set(by_option)

    taken_in(study, study.files / "late.txt", dataset="women", attributes=str(names))
    (study.files / "new.txt").unlink()
    again, notes = parted(study.folder, (study.files,), None, "")
    assert {"general": 4, "women": 1} == {name: len(paths) for name, paths in again.items()}
    assert [] == notes
    write_files(study.files, {"new.txt": GARDEN.replace("wet", "new")})
    with pytest.raises(UsageError, match=r"nothing says where .*new.txt belongs"):
        parted(study.folder, (study.files,), None, "")


def test_a_transcript_stays_in_its_dataset(study):
    """A row that would take a file in a second time is refused."""
    with pytest.raises(UsageError, match=r"row 2, column dataset: .*in the dataset 'general' already"):
        parted(study.folder, (study.files,), sheet(study, "file,dataset\ngarden.txt,women\n"), "")


def test_a_run_passes_over_files_of_another_dataset(fresh):
    """Also where a program starts the run of one dataset with the whole folder and the whole sheet."""
    names = sheet(
        fresh, "file,dataset\ngarden.txt,women\nevening.vtt,general\nmorning-notes.txt,women\nfirst-meeting.csv,women\n"
    )

    taken_in(fresh, dataset="general", attributes=str(names))

    assert "files/evening.vtt" == fresh.one("SELECT source FROM transcripts")


def test_rows_find_files_in_an_archive(fresh, tmp_path):
    """A zip counts as a folder of its name, for rows as for sources."""
    archive = tmp_path / "talks.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("garden.txt", GARDEN)
    names = sheet(fresh, "file,dataset,group\ntalks.zip/garden.txt,women,north\n")

    parts, _ = parted(fresh.folder, (archive,), names, "")
    taken_in(fresh, *parts["women"], dataset="women", attributes=str(names))

    assert {"group": "north"} == said(fresh, "garden.txt")


def test_a_name_that_two_files_share_is_refused(tmp_path, fresh):
    """The folder has to be written too."""
    for folder in ("a", "b"):
        write_files(tmp_path / folder, {"talk.txt": GARDEN})
    files = read.found((str(tmp_path / "a"), str(tmp_path / "b")))

    with pytest.raises(UsageError, match=r"'talk\.txt' is the name of 2 files"):
        matched(sheet(fresh, "file,group\ntalk.txt,north\n"), files)
    beside = matched(sheet(fresh, "file,group\na/talk.txt,north\ntalk.txt,south\n"), files)
    assert ["north", "south"] == [beside.of[path].said["group"] for path in files]


def test_check_says_what_a_sheet_would_do_and_stores_nothing(attributed):
    """Rows without a file, files without a row, datasets, people and changes, in lines."""
    before = attributed.tables()
    rows = "gardn.txt,,P43,x\nevening.vtt,,P41; P42,east\ngarden.txt,,P43,north\nfirst-meeting.csv,,P43,\n"

    lines = inspect(
        [attributed.files],
        names=False,
        attributes=sheet(attributed, f"file,dataset,participant,group\n{rows}"),
        study=attributed.folder,
    ).lines

    told = "\n".join(lines)
    assert "attributes.csv, row 2: there is no file gardn.txt among these. Did you mean garden.txt?" in told
    assert "1 file has no row: morning-notes.txt" in told
    assert "evening.vtt: 2 participants, and 3 who may answer" in told
    assert "P43 is one person in first-meeting.csv, garden.txt" in told
    assert "evening.vtt: group was south, and would be east" in told
    assert before == attributed.tables()


def test_check_asks_about_a_dataset_that_is_nearly_another(fresh):
    """A slip would make a dataset of its own."""
    names = sheet(fresh, "file,dataset\ngarden.txt,genral\nevening.vtt,general\n")

    told = "\n".join(inspect([fresh.files], names=False, attributes=names, study=fresh.folder).lines)

    assert "dataset genral, a new one: 1 file (is it general?)" in told


def test_both_sheets_are_written_ready_to_fill_in(attributed, tmp_path):
    """The sheet of attributes holds what the study knows, and given back as it is it changes nothing."""
    report = inspect([attributed.files], names=False, sheet=tmp_path / "sheets", study=attributed.folder)

    attributes = report.sheets[1]
    assert ["speakers.csv", "attributes.csv"] == [path.name for path in report.sheets]
    assert "garden.txt,general,,north,peer lead,,,,,Hull" in attributes.read_text("utf-8-sig")
    study = copied(attributed, tmp_path / "copy")
    before = study.ask("SELECT * FROM current_attributes ORDER BY ALL")
    taken_in(study, attributes=str(attributes))
    assert before == study.ask("SELECT * FROM current_attributes ORDER BY ALL")
    with pytest.raises(UsageError, match="there is a sheet already"):
        inspect([attributed.files], names=False, sheet=tmp_path / "sheets")
    with pytest.raises(UsageError, match="among the transcripts"):
        inspect([attributed.files], names=False, sheet=Path(attributed.files))


def test_attributes_are_exported(attributed):
    """Each column of the sheet is one of the export's, but for the encoding; a transcript without has empty cells."""
    data, _ = export(attributed.folder, "jsonl", include_unreviewed=True)
    rows = [json.loads(line) for line in data.decode().splitlines()]

    garden = attributed.transcript("garden.txt")
    assert {("P40", "north", "peer lead", "Hull")} == {
        tuple(row[name] for name in ("participant", "group", "role", "site"))
        for row in rows
        if row["transcript"] == garden and row["kind"] == "passage"
    }
    assert {None} == {row["role"] for row in rows if row["transcript"] != garden}
    assert "encoding" not in rows[0]


def test_the_participants_of_a_study_are_held_against_a_sheet(attributed):
    """A study's own names are known to the check of spellings."""
    held = held_by(attributed.folder)

    with pytest.raises(UsageError, match="'P040' here and 'P40' in the study"):
        matched(sheet(attributed, "file,participant\ngarden.txt,P040\n"), [], held)
