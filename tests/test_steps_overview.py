"""Tests of making a study, and of saying what it holds."""

from __future__ import annotations

import stat

import pytest

from tagger.config import load_settings
from tagger.errors import FrameworkError, StoreError, UsageError
from tagger.steps.overview import datasets, make_study, overview, workload


def test_a_new_study_has_settings_and_an_empty_database(tmp_path):
    """A new study is study.toml with every setting, and a database that only its owner can read."""
    make_study(tmp_path / "new", 'The "quiet" study', "maternal")

    settings = load_settings(tmp_path / "new")
    assert ('The "quiet" study', "maternal") == (settings.study.name, settings.study.framework)
    assert 0o600 == stat.S_IMODE((tmp_path / "new" / "study.duckdb").stat().st_mode)
    assert [] == datasets(tmp_path / "new")


def test_a_study_that_is_there_is_not_made_again(study):
    """Making a study where one is refuses, and changes nothing."""
    before = study.tables()

    with pytest.raises(UsageError, match="a study here already"):
        make_study(study.folder, "Again", "maternal")
    assert before == study.tables()


def test_a_study_needs_a_framework_that_is_there(tmp_path):
    """An unknown framework makes no folder."""
    with pytest.raises(FrameworkError, match="maternal"):
        make_study(tmp_path / "new", "New", "maternall")

    assert [] == list(tmp_path.iterdir())


def test_a_study_in_a_place_that_cannot_be_written_is_refused(tmp_path):
    """A file where a folder should be is named."""
    (tmp_path / "file").write_text("here")

    with pytest.raises(StoreError, match="file/study"):
        make_study(tmp_path / "file" / "study", "New", "maternal")


def test_what_lies_in_the_folder_already_is_left_alone(tmp_path):
    """A study can be made beside the files it will read."""
    (tmp_path / "interview.txt").write_text("A: Hello")

    make_study(tmp_path, "New", "maternal")

    assert "A: Hello" == (tmp_path / "interview.txt").read_text()


def test_the_datasets_are_named(study, tmp_path):
    """In the order of their names; a folder without a study has none."""
    study.run(study.files / "garden.txt", dataset="a first one")

    assert ["a first one", "general"] == datasets(study.folder)
    assert [] == datasets(tmp_path / "nowhere")


def test_the_overview_counts_what_is_there(tagged):
    """Transcripts, passages, exchanges and those with suggestions; nothing is unfinished."""
    content = overview(tagged.folder)

    [row] = content["datasets"]
    assert (4, 0) == (row["transcripts"], row["reviewed"])
    for kind in ("passage", "exchange"):
        assert row[f"{kind}s"] == tagged.one("SELECT count(*) FROM excerpt_list WHERE kind = $kind", kind=kind)
    assert tagged.one("SELECT count(DISTINCT excerpt_id) FROM suggestion_list") == row["suggested"]
    assert ([], 0) == (content["unfinished"], content["to_reread"])


def test_a_run_that_stopped_is_listed(study):
    """A run without an end is unfinished."""
    study.do("DELETE FROM run_ends")

    assert ["general"] == [run["dataset"] for run in overview(study.folder)["unfinished"]]


def test_a_run_that_stopped_and_was_run_again_is_not_listed(study):
    """What a later run finished is no longer unfinished."""
    study.do(
        "INSERT INTO runs SELECT 'before', started_at - INTERVAL 1 DAY, * EXCLUDE (id, started_at) FROM runs LIMIT 1"
    )

    assert [] == overview(study.folder)["unfinished"]


def test_the_workload_grows_with_what_is_suggested(study):
    """Excerpts with suggestions, their words, and the time that one person needs for them."""
    [load] = workload(study.folder, "general")
    assert tagged_excerpts(study) == load["excerpts"]
    assert "about 5 minutes" == load["time"]

    study.set("share = 1.0")
    study.run()

    [more] = workload(study.folder, "general")
    assert more["excerpts"] > load["excerpts"]
    assert more["minutes"] > load["minutes"]
    assert [] == workload(study.folder, "no such dataset")


def tagged_excerpts(study):
    """Count the excerpts that have suggestions."""
    return study.one("SELECT count(DISTINCT excerpt_id) FROM suggestion_list")
