"""A full disk or one that cannot be written to: one sentence, nothing half stored, and it goes on with room made."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from forks import Forks
from studies import assert_ledger_is_right, rows_of, write_transcripts

pytestmark = pytest.mark.slow

DISK = 24_000_000
# Too little for the lock, for the first shard, for merging the first, for later ones.
ROOMS = (0, 50_000, 250_000, 1_400_000, 1_600_000)
FULL = re.compile("the disk is full.* Make room and run the same command again|No space left.* the disk has room")


@pytest.fixture(name="forks", scope="module")
def _forks(tmp_path_factory):
    forks = Forks(tmp_path_factory.mktemp("forks"))
    yield forks
    forks.stop()


@pytest.fixture(name="transcripts", scope="module")
def _transcripts(tmp_path_factory):
    return write_transcripts(tmp_path_factory.mktemp("talks") / "talks", files=6)


@pytest.fixture(name="disk")
def _disk(tmp_path):
    """Mount a small disk of its own for a study; that needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def run(forks, transcripts, study):
    """Run the transcripts through a study."""
    return forks.run("run", transcripts, "--study", study, "--dataset", "talks", "--engine", "local")


def sentences(ended):
    """Return what was said apart from the progress."""
    return [line for line in ended.errors.splitlines() if not line.endswith("...")]


def leave_room(disk, size):
    """Fill the disk but for *size* bytes."""
    with (disk / "ballast").open("wb") as ballast:
        for _ in range((shutil.disk_usage(disk).free - size) // 4096):
            ballast.write(bytes(4096))


def test_a_full_disk_is_said_in_one_sentence_and_nothing_is_half_stored(forks, transcripts, disk):
    """D1: wherever the disk fills up, the run ends with one sentence; with room made, the same command finishes."""
    fresh, unbroken = disk.parent / "fresh", disk.parent / "unbroken"
    assert 0 == forks.run("init", fresh, "--framework", "side-by-side").code
    shutil.copytree(fresh, unbroken)
    assert 0 == run(forks, transcripts, unbroken).code
    hits = set()
    for room in ROOMS:
        study = shutil.copytree(fresh, disk / f"study-{room}")
        leave_room(disk, room)

        full = run(forks, transcripts, study)

        hits.add(full.at)
        assert 1 == full.code, full.errors
        assert 1 == len(sentences(full)), full.errors
        assert FULL.search(full.errors), full.errors
        (disk / "ballast").unlink()
        assert_ledger_is_right(study)
        assert 0 == run(forks, transcripts, study).code
        assert_ledger_is_right(study)
        assert rows_of(unbroken)[0] == rows_of(study)[0]
        shutil.rmtree(study)
    assert {"start", "read", "store"} <= hits


def test_a_read_only_study_is_said_in_one_sentence(forks, transcripts, disk):
    """A study on a disk that cannot be written to stops the run before anything is done."""
    study = disk / "study"
    assert 0 == forks.run("init", study, "--framework", "side-by-side").code
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    ended = run(forks, transcripts, study)

    assert (1, "start") == (ended.code, ended.at)
    assert 1 == len(sentences(ended))
    assert "not read-only" in ended.errors
