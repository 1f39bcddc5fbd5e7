"""Tests of a study as one archive: packed, restored, and the same in every row."""

from __future__ import annotations

import zipfile

import pytest
from serving import served

from tagger.errors import ArchiveError, Busy, UsageError
from tagger.exchange import archive
from tagger.steps import whole_study
from tagger.steps.whole_study import pack_study, restore_study
from tagger.store import Store, everything, migrations
from tagger.store.database import opened

MEMO, UNDO, REDO = (f"{first}-0000-0000-0000-000000000001" for first in ("ffffffff", "11111111", "00000000"))
"""Acts of which each takes back the one before it, and comes before it by its id."""
DECISIONS = """
    INSERT INTO decisions (id, coder_id, excerpt_id, act, undoes, note, round, suggestions_seen_before, decided_at)
    VALUES ($id, 'ann', 'e', $act, $undoes, 'a thought', 'before talk', 0, '2026-11-30'::TIMESTAMP)
"""


def with_acts_taken_back(study):
    """Let somebody write a memo, take it back, and take that back."""
    study.do("INSERT INTO coders VALUES ('ann', 'Ann', 'reviewer', NULL, '2026-11-30'::TIMESTAMP)")
    with opened(study.folder / "study.duckdb") as database:
        for identity, act, undoes in ((MEMO, "memo", None), (UNDO, "undo", MEMO), (REDO, "undo", UNDO)):
            database.run(DECISIONS, {"id": identity, "act": act, "undoes": undoes})
    return study


def all_rows(folder):
    """Return every row of every table of a study."""
    with Store(folder).session("a test") as database:
        return {one.name: everything.rows(database, one.name).to_pylist() for one in everything.tables(database)}


def names(folder):
    """List what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_study_comes_back_in_every_row_and_file(coded):
    """People's work, what the machine made, settings and files; packed again it is the same to the byte."""
    with_acts_taken_back(coded)
    (coded.folder / "models/learned").mkdir(parents=True)
    (coded.folder / "models/learned/weights.bin").write_bytes(bytes(range(256)))
    first, again, out = coded.home / "first.zip", coded.home / "again.zip", coded.home / "out"

    pack_study(coded.folder, first)
    restore_study(first, out)
    pack_study(out, again)

    assert all_rows(coded.folder) == all_rows(out)
    assert (coded.folder / "study.toml").read_bytes() == (out / "study.toml").read_bytes()
    assert bytes(range(256)) == (out / "models/learned/weights.bin").read_bytes()
    assert first.read_bytes() == again.read_bytes()
    assert 0o600 == first.stat().st_mode & 0o777


def test_a_restored_study_goes_on(coded, tagger):
    """The same files are not read twice, and what people hold is exported as before."""
    pack_study(coded.folder, coded.home / "all.zip")
    out = coded.home / "out"
    restore_study(coded.home / "all.zip", out)

    before = tagger("export", "--study", coded.folder, "--to", "csv", "-o", coded.home / "before.csv")
    after = tagger("export", "--study", out, "--to", "csv", "-o", coded.home / "after.csv")

    assert 0 == before.code == after.code
    assert (coded.home / "before.csv").read_bytes() == (coded.home / "after.csv").read_bytes()


def test_it_says_what_every_part_is(coded):
    """Somebody who has never heard of this program finds each table with what it is and its columns."""
    pack_study(coded.folder, coded.home / "all.zip")

    with zipfile.ZipFile(coded.home / "all.zip") as package:
        told = package.read("README.txt").decode()
        tables = [name for name in package.namelist() if name.startswith("tables/")]
    assert all(f"\n{name}\n  " in told for name in tables)
    assert "A person's act on an excerpt" in told
    assert "delete the archive" in told


def test_what_is_of_the_moment_or_no_part_of_the_study_stays(coded):
    """Locks, hidden files, links, and archives that lie in the study's folder, this one too."""
    (coded.folder / ".prefect").mkdir(exist_ok=True)
    (coded.folder / ".prefect/runs.db").write_bytes(b"runs")
    (coded.folder / "passwd").symlink_to("/etc/passwd")
    out = coded.folder / "all.zip"

    pack_study(coded.folder, out)
    before = out.read_bytes()
    moved = pack_study(coded.folder, out)

    with zipfile.ZipFile(out) as package:
        files = [name for name in package.namelist() if name.startswith("files/")]
    assert "files/study.toml" in files
    assert not [name for name in files if "prefect" in name or "lock" in name or "passwd" in name or "zip" in name]
    assert before == out.read_bytes()
    assert any("1 link to other places" in line for line in moved.lines)


def test_nothing_is_restored_over_anything(fresh):
    """Neither over a study nor over other files, nor into the folder where one is."""
    pack_study(fresh.folder, fresh.home / "all.zip")
    (fresh.home / "full").mkdir()
    (fresh.home / "full/letter.txt").write_text("mine")

    for folder in (fresh.folder, fresh.home / "full", fresh.home / "all.zip", fresh.home / "full/letter.txt"):
        with pytest.raises(UsageError, match="a folder of its own"):
            restore_study(fresh.home / "all.zip", folder)
    assert ["letter.txt"] == names(fresh.home / "full")


def test_an_empty_folder_may_become_the_study(fresh):
    """As when somebody made it for the purpose."""
    pack_study(fresh.folder, fresh.home / "all.zip")
    (fresh.home / "empty").mkdir()

    restore_study(fresh.home / "all.zip", fresh.home / "empty")

    assert all_rows(fresh.folder) == all_rows(fresh.home / "empty")


def rewritten(path, change):
    """Write an archive anew whose parts and manifest were changed together, as only a program can."""
    with path.open("rb") as file:
        old = archive.Archive(file, "old")
        parts = {name: old.read(name) for name in old.parts}
        about = {name: old.about[name] for name in ("study", "tagger", "schema")}
    change(parts, about)
    with path.open("wb") as file:
        packing = archive.Packing(file)
        for name, data in parts.items():
            rows = old.parts[name].rows if name in old.parts else None
            packing._add(name, data, zipfile.ZIP_STORED, rows)
        packing.finish(about, "")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda parts, about: about.update(schema=999), "newer version"),
        (lambda parts, about: parts.pop("tables/study.parquet"), "study"),
        (lambda parts, about: parts.update({"tables/ledger.parquet": b"PAR1 no"}), "cannot be read"),
        (lambda parts, about: parts.update({"tables/codings.parquet": parts["tables/coders.parquet"]}), "codings"),
        (lambda parts, about: parts.pop("tables/transcripts.parquet"), "do not fit"),
    ],
)
def test_an_archive_that_does_not_fit_leaves_nothing_behind(coded, change, why):
    """The reason is said, and the folder is as it was."""
    path = coded.home / "all.zip"
    pack_study(coded.folder, path)
    rewritten(path, change)
    there = names(coded.home)

    with pytest.raises(ArchiveError, match=why):
        restore_study(path, coded.home / "out")

    assert there == names(coded.home)


def test_a_disk_without_room_is_said_before_anything_is_unpacked(fresh, monkeypatch):
    """With how much it takes."""
    pack_study(fresh.folder, fresh.home / "all.zip")
    usage = whole_study.shutil.disk_usage(fresh.home)
    monkeypatch.setattr(whole_study.shutil, "disk_usage", lambda _: usage._replace(free=1000))

    with pytest.raises(ArchiveError, match="0 MB are free"):
        restore_study(fresh.home / "all.zip", fresh.home / "out")


def test_a_study_that_people_read_is_not_packed(fresh):
    """Who keeps it open is named, and no half file is left."""
    with served(fresh.folder), pytest.raises(Busy):
        pack_study(fresh.folder, fresh.home / "all.zip")

    assert not [name for name in names(fresh.home) if "all.zip" in name]


def test_an_archive_of_an_earlier_version_is_brought_up_to_date(tmp_path):
    """Its rows go into the schema that they are from, and then what came later is done to them."""
    earlier = migrations.newest() - 1
    old, new = Store(tmp_path / "old"), Store(tmp_path / "new")
    for store in (old, new):
        store.folder.mkdir()
    with opened(old.path) as database:
        migrations.migrate(database, earlier)
        rows = {one.name: everything.rows(database, one.name) for one in everything.tables(database)}

    new.restore(earlier, lambda name: [rows[name]])

    with new.session("a test") as database:
        assert migrations.newest() == migrations.step(database)
        assert rows["study"] == everything.rows(database, "study")


def test_the_commands_pack_and_restore(fresh, tagger):
    """What they say is enough to go on with."""
    path, out = fresh.home / "all.zip", fresh.home / "out"

    packed = tagger("export", "--study", fresh.folder, "--to", "archive", "-o", path)
    restored = tagger("import", path, "--study", out)
    over = tagger("import", path, "--study", out)

    assert (0, 0, 1) == (packed.code, restored.code, over.code)
    assert "keep it as safe as the study itself" in packed.out
    assert f"tagger import {path} --study NEW-FOLDER" in packed.out
    assert f"Restored the study {fresh.folder.name}" in restored.out or "Restored the study" in restored.out
    assert f"tagger status --study {out}" in restored.out
    assert 2 == tagger("export", "--study", out, "--to", "archive", "-o", path, "--only", "blind").code
