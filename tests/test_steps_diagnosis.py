"""Tests of looking whether everything is in order."""

from __future__ import annotations

from tagger.steps.diagnosis import diagnose


def bad(folder):
    """Return what is not as it should be."""
    return [finding.text for finding in diagnose(folder) if not finding.good]


def test_a_sound_study_has_no_bad_finding(tagged):
    """Installation, weights, frameworks, settings and placements are in order, emoji or not."""
    assert [] == bad(tagged.folder)
    told = {finding.text for finding in diagnose(tagged.folder)}
    assert "every excerpt matches the text it was cut from" in told


def test_a_folder_without_a_study_is_no_fault(tmp_path):
    """The installation can be checked anywhere."""
    assert [] == bad(tmp_path)


def test_an_excerpt_in_the_wrong_place_is_found(study):
    """text[start:end] == excerpt.text is checked row by row."""
    study.do("UPDATE placements SET start = start + 1 WHERE excerpt_id = (SELECT min(excerpt_id) FROM placements)")

    assert ["excerpts that do not match their text: 1"] == bad(study.folder)


def test_settings_that_make_no_sense_are_found(study):
    """An unknown key in study.toml is a bad finding and not a traceback."""
    with (study.folder / "study.toml").open("a") as file:
        file.write("\n[nonsense]\n")

    [finding] = bad(study.folder)
    assert "nonsense" in finding


def test_a_framework_that_is_gone_is_found(study):
    """The study's framework must be there."""
    (study.folder / "frameworks" / "small.yaml").unlink()

    [finding] = bad(study.folder)
    assert "small" in finding


def test_a_damaged_database_is_found(study):
    """A database that does not open is one bad finding."""
    (study.folder / "study.duckdb").write_bytes(b"not a database " * 999)

    assert "damaged" in " ".join(bad(study.folder))


def test_a_database_that_others_can_read_is_found(study):
    """Interviews are for the owner of the study alone."""
    (study.folder / "study.duckdb").chmod(0o644)

    assert ["only you can read the database file"] == bad(study.folder)


def test_a_run_that_stopped_is_mentioned_and_no_fault(study):
    """It goes on with the next run."""
    study.do("DELETE FROM run_ends")

    assert [] == bad(study.folder)
    assert any("1 runs stopped" in finding.text for finding in diagnose(study.folder))
