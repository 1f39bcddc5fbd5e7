"""Tests of the first stage: files to transcripts, revisions and speakers."""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest
from small_study import FILES, GARDEN, NOTES, copied

from tagger.errors import UsageError
from tagger.steps import begin, read
from tagger.steps.inspect import inspect
from tagger.transcripts.corrections import COLUMNS

LIVE = "SELECT source, number FROM live_revisions ORDER BY source"


def numbers(study):
    """Return the number of each transcript's newest revision, by source as seen from the folder `files`."""
    return {row["source"].removeprefix("files/"): row["number"] for row in study.ask(LIVE)}


def corrected(study, *rows):
    """Write a sheet of speakers with these rows and return its path."""
    sheet = study.home / "speakers.csv"
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows])
    sheet.write_text(out.getvalue(), "utf-8")
    return str(sheet)


def to_read(study, path):
    """Name the files that a run on a path would read."""
    batches = read.pending(begin(study.folder, [path], dataset="general"))
    return [Path(file).name for batch in batches for file in batch]


def packed(path: Path, files: Mapping[str | zipfile.ZipInfo, bytes]) -> Path:
    """Write a zip archive of these files and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return path


def heard(study, source):
    """Return pseudonym, participant, asks and standing of each speaker of a file."""
    rows = study.ask(
        "SELECT s.pseudonym, s.participant_id, s.asks, s.standing FROM speaker_list s "
        "JOIN transcripts t ON t.id = s.transcript_id WHERE t.source = $source ORDER BY s.pseudonym",
        source=f"files/{source}",
    )
    return [tuple(row.values()) for row in rows]


def test_each_file_becomes_a_transcript(tagged):
    """Four shapes of file, four transcripts in their first revision, each with its kind and format."""
    rows = tagged.ask(
        "SELECT t.source, t.kind, t.language, r.number, r.format FROM transcripts t "
        "JOIN revisions r ON r.transcript_id = t.id ORDER BY t.source"
    )

    assert [
        ("files/evening.vtt", "group", "en", 1),
        ("files/first-meeting.csv", "interview", "en", 1),
        ("files/garden.txt", "interview", "en", 1),
        ("files/morning-notes.txt", "observation", "en", 1),
    ] == [(row["source"], row["kind"], row["language"], row["number"]) for row in rows]
    assert 3 <= len({row["format"] for row in rows})


def test_ids_of_transcripts_say_nothing_about_files(tagged):
    """An id is T and a keyed hash; it holds no part of the file's name."""
    ids = [row["id"] for row in tagged.ask("SELECT id FROM transcripts")]

    assert all(id_[0] == "T" and len(id_) == 11 and int(id_[1:], 16) >= 0 for id_ in ids)


def test_an_edited_file_is_a_second_revision_of_the_same_transcript(tagged, edited):
    """Only the edited file gets a revision, and the first one stays as it was."""
    before, after = (study.ask("SELECT * FROM revisions ORDER BY id") for study in (tagged, edited))

    assert {"evening.vtt": 1, "first-meeting.csv": 1, "garden.txt": 2, "morning-notes.txt": 1} == numbers(edited)
    assert 1 == len(after) - len(before)
    assert [] == [row for row in before if row not in after]


def test_going_back_to_the_first_words_is_a_third_revision(edited, tmp_path):
    """History is only added to: the words of revision 1 come back as revision 3."""
    study = copied(edited, tmp_path / "copy")
    (study.files / "garden.txt").write_text(GARDEN, "utf-8")
    study.run()

    garden = study.transcript("garden.txt")
    texts = study.ask("SELECT number, text FROM revisions WHERE transcript_id = $id ORDER BY number", id=garden)
    assert [1, 2, 3] == [row["number"] for row in texts]
    assert texts[0]["text"] == texts[2]["text"] != texts[1]["text"]
    before = study.sizes()
    study.run()
    assert before == study.sizes()


def test_a_new_turn_for_the_same_words_is_a_revision_too(study):
    """Who says it matters: the same text in other turns is another revision."""
    study.edit("garden.txt", "swear at the beans.", "swear at the beans.\n\nInterviewer: Beans.")
    study.run()
    study.edit("garden.txt", "Interviewer: Beans.", "Ottoline: Beans.")
    study.run()

    assert 3 == numbers(study)["garden.txt"]
    assert 1 == study.one(
        "SELECT count(DISTINCT text) FROM revisions WHERE transcript_id = $id AND number > 1",
        id=study.transcript("garden.txt"),
    )


def test_other_bytes_with_the_same_words_are_no_revision(study):
    """Line ends and a BOM are not words."""
    path = study.files / "garden.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    study.run()

    assert 1 == numbers(study)["garden.txt"]
    before = study.tables()
    study.run()
    assert before == study.tables()


def test_the_same_words_under_another_name_are_stored_once(study):
    """A copy is noted with the name of what it copies, and adds no transcript; a later run says nothing more."""
    (study.files / "copy-of-garden.txt").write_text(GARDEN, "utf-8")

    summary = study.run()

    assert (
        "files/copy-of-garden.txt: holds the same words as files/garden.txt, so it was not stored a second time.",
    ) == (summary.notes)
    assert "copy-of-garden.txt" not in numbers(study)
    assert ["files/copy-of-garden.txt"] == [row["source"] for row in study.ask("SELECT source FROM twins")]
    before = study.tables()
    assert () == study.run().notes
    assert before == study.tables()


def test_the_same_words_in_two_new_files_are_stored_once(fresh):
    """Two copies that come together are one transcript and one note."""
    (fresh.files / "zz-copy.txt").write_text(NOTES, "utf-8")

    summary = fresh.run(fresh.files / "morning-notes.txt", fresh.files / "zz-copy.txt")

    assert {"morning-notes.txt": 1} == numbers(fresh)
    assert 1 == len(summary.notes)


def test_two_files_of_one_name_in_two_folders_are_two_transcripts(fresh):
    """Where two files share their name, their folders tell them apart, in later runs too."""
    spring = fresh.files / "spring" / "morning-notes.txt"
    spring.parent.mkdir()
    spring.write_text(NOTES.replace("toast", "paint"), "utf-8")

    fresh.run(fresh.files / "morning-notes.txt")
    fresh.run(spring.parent)
    assert {"morning-notes.txt": 1, "spring/morning-notes.txt": 1} == numbers(fresh)

    spring.write_text(NOTES.replace("toast", "soap"), "utf-8")
    fresh.run(spring.parent)
    assert {"morning-notes.txt": 1, "spring/morning-notes.txt": 2} == numbers(fresh)


def test_two_files_of_one_name_in_folders_of_one_name_are_refused(fresh):
    """Nothing tells them apart for ever, so neither is stored, and the remedy is said."""
    for year in ("2024", "2025"):
        folder = fresh.home / year / "spring"
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_text(NOTES.replace("toast", year), "utf-8")

    summary = fresh.run(fresh.home / "2024", fresh.home / "2025")

    assert 2 == len(summary.problems)
    assert "spring/notes.txt: two files go by this name. Rename one" in summary.problems[0]
    assert {} == numbers(fresh)


def test_speakers_get_pseudonyms_that_do_not_repeat(tagged):
    """Speakers are P01, P02 ... or, where they ask, I01 ...; speech without a speaker is unnamed."""
    rows = tagged.ask("SELECT pseudonym, asks FROM speaker_list ORDER BY pseudonym")

    assert ["I01", "I02", "P01", "P02", "P03", "P04", "P05", "unnamed"] == [row["pseudonym"] for row in rows]
    assert {"I01", "I02"} == {row["pseudonym"] for row in rows if row["asks"]}


def test_who_asks_is_no_participant(tagged):
    """Participants are those whose words are evidence."""
    assert [("I02", None, True, ["unknown"]), ("P05", "P05", False, ["unknown"])] == heard(tagged, "garden.txt")


@pytest.fixture(scope="module")
def with_sheet(tagged, tmp_path_factory):
    """Return the study after a run with a sheet: Philippa asks, Barnaby is P77, Ottoline's interviewer is heard."""
    study = copied(tagged, tmp_path_factory.mktemp("with-sheet"))
    sheet = corrected(
        study,
        ("evening.vtt", "", "", "Philippa", "yes", "peer facilitator"),
        ("evening.vtt", "", "P77", "Barnaby", "no", "group member; family"),
        ("garden.txt", "", "", "Interviewer", "no", "staff"),
    )
    study.run(speakers=sheet)
    return study


def test_a_corrected_sheet_changes_what_is_believed_and_makes_no_revision(with_sheet):
    """Asks, participant and standing follow the sheet; the text is the same, and so is its revision."""
    assert {1} == set(numbers(with_sheet).values())
    assert {
        ("P01", True, ("peer facilitator",)),
        ("P02", None, ("unknown",)),
        ("P77", False, ("group member", "family")),
    } == {(participant, asks, tuple(standing)) for _, participant, asks, standing in heard(with_sheet, "evening.vtt")}


def test_excerpts_follow_a_corrected_speaker(tagged, with_sheet):
    """Words of somebody who turns out to ask are no evidence any more, and words of somebody who does not, are."""
    philippa = "SELECT text FROM excerpt_list WHERE text LIKE '%would like to start%'"
    assert (2, 0) == (len(tagged.ask(philippa)), len(with_sheet.ask(philippa)))
    assert [] == with_sheet.ask("SELECT 1 FROM suggestion_list WHERE text LIKE '%somebody else like to say%'")

    [passage] = with_sheet.ask("SELECT participant, standing FROM excerpt_list WHERE text LIKE 'Did that help?'")
    assert "staff" == passage["standing"]
    assert passage["participant"].startswith("P")


def test_a_correction_survives_a_later_run_without_the_sheet(with_sheet, tmp_path):
    """What a person said is not overruled by a guess, not even when the file is edited."""
    study = copied(with_sheet, tmp_path / "copy")
    before = study.tables()

    study.run()
    assert before == study.tables()

    study.edit("evening.vtt", "It was a bad one", "It was a hard one")
    study.run()
    assert 2 == numbers(study)["evening.vtt"]
    assert heard(with_sheet, "evening.vtt") == heard(study, "evening.vtt")
    assert "corrected" == study.one("SELECT basis FROM speaker_list WHERE participant_id = 'P77'")


def test_the_same_sheet_twice_adds_nothing(with_sheet, tmp_path):
    """A sheet that says what is believed already changes nothing."""
    study = copied(with_sheet, tmp_path / "copy")
    before = study.tables()

    study.run(speakers=str(study.home / "speakers.csv"))

    assert before == study.tables()


def test_the_sheet_that_check_writes_changes_nothing_as_it_is(study):
    """What was guessed, written out and given back uncorrected is what was guessed."""
    sheet = study.home / "speakers.csv"
    inspect([study.files], names=False, sheet=sheet, dataset="general")
    before = study.ask("SELECT * FROM excerpt_list ORDER BY excerpt_id")

    study.run(speakers=str(sheet))

    assert before == study.ask("SELECT * FROM excerpt_list ORDER BY excerpt_id")


def test_one_participant_in_two_transcripts_is_one(study):
    """A sheet can say that two recordings are of one person."""
    study.run(
        speakers=corrected(
            study, ("garden.txt", "", "P40", "Ottoline", "", ""), ("first-meeting.csv", "", "P40", "Ottoline", "", "")
        )
    )

    assert 2 == study.one("SELECT count(DISTINCT transcript) FROM excerpt_list WHERE participant = 'P40'")


def test_bad_files_are_named_and_the_others_are_stored(fresh):
    """A file that cannot be read is a problem with a name; it stops no other file, and no part of it is stored."""
    bad = fresh.home / "bad"
    bad.mkdir()
    (bad / "broken.docx").write_bytes(b"PK\x03\x04 this is no zip")
    (bad / "empty.txt").write_bytes(b"")
    (bad / "gone.txt").symlink_to(bad / "nowhere.txt")
    (bad / "noise.txt").write_bytes(bytes(range(256)) * 16)

    summary = fresh.run(bad, fresh.files / "morning-notes.txt")

    assert (1, 3) == (summary.counts["transcripts"], summary.counts["files with problems"])
    for problem, name in zip(summary.problems, ("broken.docx", "empty.txt", "noise.txt"), strict=True):
        assert problem.startswith(name)
        assert 1 == len(problem.splitlines())
    assert {"morning-notes.txt": 1} == numbers(fresh)


def test_bad_files_alone_store_nothing(fresh):
    """Where nothing can be read, every table is as it was."""
    bad = fresh.home / "bad"
    bad.mkdir()
    (bad / "empty.txt").write_bytes(b"")
    before = fresh.tables()

    summary = fresh.run(bad)

    assert (0, 1) == (summary.rows, len(summary.problems))
    assert before == fresh.tables()


def test_a_sheet_that_makes_no_sense_is_refused(study):
    """A cell that cannot be read names its row, and nothing changes."""
    before = study.tables()

    with pytest.raises(UsageError, match="row 2, column asks"):
        study.run(speakers=corrected(study, ("evening.vtt", "", "", "Philippa", "perhaps", "")))

    assert before == study.tables()


def test_what_was_withdrawn_is_not_read_again(fresh):
    """A source with a tombstone is refused by name."""
    from tagger.privacy import keyed_hash
    from tagger.store import Store

    key = keyed_hash(Store(fresh.folder).secret(), "source", "general", "files/garden.txt")
    fresh.do(f"INSERT INTO tombstones VALUES ('{key}', 'withdrawn', now()::TIMESTAMP)")

    summary = fresh.run(fresh.files / "garden.txt")

    assert "withdrawn" in summary.problems[0]
    assert 0 == fresh.one("SELECT count(*) FROM transcripts")


@pytest.mark.parametrize("name", [".hidden.txt", "~$garden.docx"])
def test_hidden_files_are_passed_over(fresh, name):
    """Files that editors and systems leave behind are no transcripts."""
    (fresh.files / name).write_bytes(b"nothing to read")

    assert name not in to_read(fresh, fresh.files)


def test_the_study_s_own_files_are_no_transcripts(fresh):
    """A run over the folder around a study reads what lies beside it, and nothing of the study itself."""
    assert sorted(FILES) == to_read(fresh, fresh.home)


def test_transcripts_inside_the_study_are_read_when_named(fresh):
    """A folder in the study is read like any other."""
    inside = fresh.folder / "transcripts"
    fresh.files.rename(inside)

    assert sorted(FILES) == to_read(fresh, inside)


def test_other_datasets_are_not_touched(study):
    """The same files in a second dataset are transcripts of their own, and the first dataset is as it was."""
    wanted = "SELECT * FROM excerpt_list WHERE dataset = 'general' ORDER BY excerpt_id"
    before = study.ask(wanted)

    study.run(study.files / "garden.txt", dataset="women")

    assert before == study.ask(wanted)
    assert 2 == study.one("SELECT count(*) FROM transcripts WHERE source = 'files/garden.txt'")


def test_an_archive_is_read_as_the_folder_of_its_name(fresh):
    """The same files in an archive and in a folder of its name are the same transcripts, with the same ids."""
    archive = packed(fresh.home / "files.zip", {name: (fresh.files / name).read_bytes() for name in FILES})

    fresh.run(archive)
    before = fresh.tables()

    assert [f"files/{name}" for name in sorted(FILES)] == sorted(row["source"] for row in fresh.ask(LIVE))
    assert 0 == fresh.run(archive).rows
    assert 0 == fresh.run(fresh.files).rows
    assert before == fresh.tables()


def test_folders_of_an_archive_are_folders(fresh):
    """A file deeper in an archive goes by the folder that it lies in, and Word files are told from archives."""
    word = (fresh.files / "garden.txt").read_text("utf-8").replace("garden", "meadow").split("\n\n")
    document = docx.Document()
    for each in word:
        document.add_paragraph(each)
    saved = io.BytesIO()
    document.save(saved)

    fresh.run(packed(fresh.home / "all.zip", {"north/talk.docx": saved.getvalue(), "south\\notes.txt": NOTES.encode()}))

    assert [("north/talk.docx", 1), ("south/notes.txt", 1)] == [tuple(row.values()) for row in fresh.ask(LIVE)]


def test_an_archive_in_a_folder_is_read_with_the_folder(fresh):
    """Archives and files may lie side by side."""
    packed(fresh.files / "more.zip", {"meadow.txt": GARDEN.replace("garden", "meadow").encode()})

    assert sorted([*FILES, "meadow.txt"]) == sorted(to_read(fresh, fresh.files))


def test_what_systems_put_into_archives_is_passed_over(fresh):
    """Folders, hidden files and what a Mac packs for itself are no transcripts."""
    strange = ["__MACOSX/._talk.txt", ".DS_Store", "a/.hidden/talk.txt", "~$talk.docx", "empty/"]

    archive = packed(fresh.home / "all.zip", {**dict.fromkeys(strange, b"x"), "talk.txt": GARDEN.encode()})

    assert ["talk.txt"] == to_read(fresh, archive)


def test_names_of_a_mac_s_archive_are_utf_8(fresh):
    """Macs write names in UTF-8 and do not say so."""
    archive = packed(fresh.home / "all.zip", {"aaaaaa.txt": GARDEN.encode()})
    archive.write_bytes(archive.read_bytes().replace(b"aaaaaa", "zoë1".encode() + b"2"))

    assert ["zoë12.txt"] == to_read(fresh, archive)


def link(name: str) -> zipfile.ZipInfo:
    """Make an entry of an archive that is a symbolic link."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entry", "data", "reason"),
    [
        ("../../talk.txt", b"I: hi", "talk.txt: Its name leads out of the archive."),
        ("/etc/talk.txt", b"I: hi", "talk.txt: Its name leads out of the archive."),
        ("C:\\talk.txt", b"I: hi", "talk.txt: Its name leads out of the archive."),
        (link("talk.txt"), b"/etc/passwd", "talk.txt: It is a link to another file."),
        ("talk.txt", b"\0" * 20_000_000, "talk.txt: It unpacks to more than 200 times its size"),
        ("talk.zip", b"PK\x05\x06" + bytes(18), "talk.zip: It is a zip archive without files"),
    ],
)
def test_a_hostile_file_in_an_archive_is_named_and_the_others_are_stored(fresh, entry, data, reason):
    """Nothing leads out of an archive, nothing in it is a link or a bomb, and no archive in it is opened."""
    archive = packed(fresh.home / "all.zip", {entry: data, "garden.txt": GARDEN.encode()})

    summary = fresh.run(archive)

    assert [reason] == [problem[: len(reason)] for problem in summary.problems]
    assert ["all/garden.txt"] == [row["source"] for row in fresh.ask(LIVE)]


def test_an_archive_in_an_archive_is_named_and_not_opened(fresh):
    """A person unpacks it, so that nothing unpacks itself without end."""
    inner = packed(fresh.home / "inner.zip", {"talk.txt": GARDEN.encode()}).read_bytes()

    summary = fresh.run(packed(fresh.home / "all.zip", {"inner.zip": inner}))

    assert ("inner.zip: It is a zip archive, which is not read. Unpack it and give the folder.",) == summary.problems


def test_a_locked_file_in_an_archive_is_named(fresh):
    """An entry with a password is refused with that reason."""
    archive = packed(fresh.home / "all.zip", {"talk.txt": GARDEN.encode()})
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)

    assert "talk.txt: It is locked with a password inside the archive." in fresh.run(archive).problems[0]


def test_a_damaged_file_in_an_archive_is_named(fresh):
    """An entry whose bytes are not those that were packed is refused with that reason."""
    archive = packed(fresh.home / "all.zip", {"talk.txt": GARDEN.encode()})
    data = bytearray(archive.read_bytes())
    data[60:80] = bytes(20)
    archive.write_bytes(data)

    assert "talk.txt: It is damaged inside the archive." in fresh.run(archive).problems[0]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {f"{number}.txt": b"" for number in range(2001)},
            "all.zip: It is a zip archive of more than 2,000 files or 2 GB",
        ),
        ({".hidden": b""}, "all.zip: It is a zip archive without files"),
    ],
)
def test_an_archive_that_is_refused_as_a_whole_is_named(fresh, files, reason):
    """Too many files, or none, are one problem and not thousands."""
    (problem,) = fresh.run(packed(fresh.home / "all.zip", files)).problems

    assert problem.startswith(reason)


def test_check_looks_into_archives(fresh):
    """A look at an archive tells of each of its files."""
    archive = packed(fresh.home / "all.zip", {"garden.txt": GARDEN.encode(), "bad.txt": b""})

    report = inspect([archive], names=False).content["files"]

    assert [(str(archive / "garden.txt"), "text"), (str(archive / "bad.txt"), None)] == [
        (file["path"], file["format"]) for file in report
    ]
