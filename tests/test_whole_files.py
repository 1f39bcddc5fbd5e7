"""A file is written in one step, or the earlier one stays."""

import os
import stat

import pytest

from tagger.whole_files import put_whole


def test_a_file_is_written_over_an_earlier_one_for_its_owner_alone(tmp_path):
    """What was there is replaced, nobody else may read it, and nothing is left beside it."""
    path = tmp_path / "numbers.csv"
    path.write_bytes(b"earlier and longer")

    assert path == put_whole(path, b"later")

    assert b"later" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())
    if os.name == "posix":
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_write_that_fails_changes_nothing(tmp_path, monkeypatch):
    """Where the disk is full, the earlier file is as it was, and the part that was written is gone."""
    path = tmp_path / "numbers.csv"
    put_whole(path, b"earlier")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        put_whole(path, b"later")

    assert b"earlier" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())
