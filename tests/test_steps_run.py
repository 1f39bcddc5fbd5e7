"""Tests of a run as a whole: what it adds, what it adds the second time, what it refuses."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest
from small_study import FRAMEWORK, NAMES, comparable, texts

from tagger.errors import Busy, FrameworkError, SettingsError, UsageError
from tagger.steps import Engine, anything_pending, begin, tag
from tagger.store import Store
from tagger.transcripts.corrections import COLUMNS


def test_a_run_says_what_it_did(tagged):
    """The stored counts of a run are those of the tables."""
    [run] = tagged.ask("SELECT * FROM run_list")

    assert ("local", "general", "small", True) == tuple(
        run[key] for key in ("engine", "dataset", "framework", "finished")
    )
    counts = {
        "passages": "SELECT count(*) FROM excerpts WHERE kind = 'passage'",
        "exchanges": "SELECT count(*) FROM excerpts WHERE kind = 'exchange'",
        "transcripts": "SELECT count(*) FROM transcripts",
        "vectors": "SELECT count(*) FROM vectors",
        "suggestions": "SELECT count(*) FROM suggestions",
    }
    for name, sql in counts.items():
        assert f'"{name}": {tagged.one(sql)}' in run["counts"]


def test_a_second_run_adds_no_row_to_any_table(study):
    """Nothing new, nothing changed: every table is as it was."""
    before = study.tables()

    summary = study.run()

    assert (0, {}, 0) == (summary.rows, summary.counts, summary.calls)
    assert before == study.tables()


def test_a_run_that_was_stopped_after_its_last_piece_of_work_is_ended_by_the_next(study):
    """Where only the word that it ended is missing, the next run says it, and the one after adds nothing."""
    study.do("DELETE FROM run_ends")

    study.run()
    assert 0 == study.one("SELECT count(*) FROM unfinished_runs")

    assert 0 == study.run().rows


def test_the_same_files_in_another_order_give_the_same_excerpts(fresh, tagged):
    """What is cut from a file does not depend on what was read before it."""
    for name in ("morning-notes.txt", "evening.vtt"):
        fresh.run(fresh.files / name)

    wanted = 'SELECT transcript, kind, start, "end", text FROM excerpt_list ORDER BY ALL'
    found = fresh.ask(wanted)
    here = {row["transcript"] for row in found}
    assert 2 == len(here)
    assert found == [row for row in tagged.ask(wanted) if row["transcript"] in here]


def test_a_run_that_stopped_after_any_stage_is_finished_by_the_next(fresh, tagged):
    """Stopped after reading, cutting, embedding or scoring, with unmerged work: the end is the same as without."""

    class Stopped(Exception):
        pass

    @dataclass
    class StopsAfter(Engine):
        stage: str

        def once(self, work, *arguments):
            outcome = work(*arguments)
            if work.__name__ == self.stage:
                raise Stopped
            return outcome

    for stage in ("read", "split", "embed", "suggest"):
        with pytest.raises(Stopped):
            tag(begin(fresh.folder, [fresh.files], dataset="general"), StopsAfter(stage))
        assert anything_pending(begin(fresh.folder, [fresh.files], dataset="general"))
    fresh.run()

    assert comparable(tagged.tables()) == comparable(fresh.tables())
    assert [] == list((fresh.folder / "inbox").iterdir())


def test_a_folder_without_files_to_read_is_mentioned(study, tmp_path):
    """A run over an empty folder, or over the study itself, says why it did nothing."""
    for place in (tmp_path / "empty", study.folder):
        place.mkdir(exist_ok=True)

        summary = study.run(place)

        assert 0 == summary.rows
        assert f"{place}: there are no files to read" in summary.notes[0]


def test_a_run_beside_another_is_refused(study):
    """Two runs of one study never work at the same time."""
    with Store(study.folder).only_run(), pytest.raises(Busy, match="a run of the pipeline"):
        study.run()


def test_a_path_that_is_not_there_is_refused_before_anything_is_stored(fresh):
    """One misspelt path stops the run, and it is named."""
    with pytest.raises(UsageError, match="no-such-folder"):
        begin(fresh.folder, [fresh.files, fresh.home / "no-such-folder"], dataset="general")

    assert 0 == fresh.sizes()["datasets"]


def test_a_framework_that_is_not_there_is_refused_before_anything_is_stored(fresh):
    """An unknown framework is answered with the known ones."""
    with pytest.raises(FrameworkError, match="side-by-side"):
        begin(fresh.folder, [fresh.files], dataset="general", framework="upside-down")

    assert 0 == fresh.sizes()["datasets"]


def test_a_folder_that_is_no_study_is_refused(tmp_path):
    """A run makes no study by accident."""
    with pytest.raises(SettingsError, match="tagger init"):
        begin(tmp_path, [], dataset="general")

    assert [] == list(tmp_path.iterdir())


def test_a_study_keeps_a_framework_of_its_own(tagged):
    """The file given to init is copied into the study, and is what every run reads."""
    assert (tagged.folder / "frameworks" / "small.yaml").is_file()
    assert {"small"} == {row["framework"] for row in tagged.ask("SELECT framework FROM suggestion_list")}


def test_a_framework_file_from_elsewhere_can_be_used_for_a_run(study):
    """A run with a framework by its path stores suggestions under the id inside the file."""
    elsewhere = study.home / "elsewhere.yaml"
    elsewhere.write_text(FRAMEWORK.replace("id: small", "id: elsewhere"), "utf-8")

    study.run(framework=str(elsewhere))

    assert {"small", "elsewhere"} == {row["framework"] for row in study.ask("SELECT framework FROM suggestion_list")}


def test_the_names_of_speakers_and_files_are_stored_nowhere_else(study):
    """Speakers' names are in no table; file names only where the source of a transcript or of its twin is named."""
    (study.files / "again.txt").write_bytes((study.files / "garden.txt").read_bytes())
    sheet = study.home / "sheet-of-speakers.csv"
    sheet.write_text(f"{','.join(COLUMNS)}\nevening.vtt,,,Philippa,yes,\n", "utf-8")
    study.run(speakers=str(sheet))
    files = [path.name for path in study.files.iterdir()]

    stored = texts(study.tables(), without=[("transcripts", "source"), ("twins", "source"), ("trail", "row_key")])

    assert [] == [name for name in (*NAMES, *files, sheet.name, str(study.files)) if name in stored]
    assert sorted(f"files/{name}" for name in files) == sorted(
        row["source"] for row in study.ask("SELECT source FROM transcripts UNION SELECT source FROM twins")
    )


def test_a_run_reports_how_far_it_is(fresh, caplog):
    """Each stage says what it is at, so that a person sees it move."""
    with caplog.at_level(logging.INFO, "tagger.progress"):
        fresh.run(fresh.files / "morning-notes.txt")

    told = [(record.stage, record.done, record.total) for record in caplog.records]
    assert [("read", 0, 1), ("read", 1, 1), ("split", 0, 1), ("split", 1, 1)] == told[:4]
    assert ["embed", "suggest"] == sorted({stage for stage, _, _ in told[4:]})
