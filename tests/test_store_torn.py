"""A checkpoint that was cut off in the middle of a block: the study opens, and nothing is missing."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from merge_until_killed import shard

from tagger.errors import Damaged
from tagger.store import Store
from tagger.store.database import opened
from tagger.store.lock import beside, owned

PAGE = 4096
BLOCKS = 12288
SIZE = 16384


class Moments(NamedTuple):
    """
    The files of a study before a checkpoint and after it, a block of data, and those that it wrote over in place.

    Of the last, `torn` is one without which DuckDB does not open the file once its first page is written.
    """

    before: Path
    after: bytes
    data: int
    blocks: list[int]
    torn: int


@pytest.fixture(scope="module", name="moments")
def _moments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("torn")
    store = Store(folder / "study")
    store.folder.mkdir()
    store.create()
    for number in range(3):
        store.put(shard("x", number))
        store.merge()
    before = folder / "before"
    with opened(store.path) as database:
        database.run("INSERT INTO participants SELECT 'P' || range FROM range(1500)")
        metadata = sorted({block for (block,) in database.rows("SELECT block_id FROM pragma_metadata_info()")})
        stored = "SELECT block_id FROM pragma_storage_info('participants') WHERE persistent AND block_id >= 0"
        data = database.rows(stored)[0][0]
        shutil.copytree(store.folder, before)
        database.run("CHECKPOINT")
        after = store.path.read_bytes()
    assert (before / "study.duckdb.wal").exists()
    old = (before / "study.duckdb").read_bytes()
    changed = [block for block in metadata if old[place(block) :][:SIZE] != after[place(block) :][:SIZE]]
    torn = next(block for block in changed if not opens(before, place(block), after[place(block) :][:PAGE]))
    return Moments(before, after, data, changed, torn)


def place(block):
    """Say where a block begins."""
    return BLOCKS + block * SIZE


def opens(folder, at, data):
    """Say whether DuckDB by itself opens a copy of the database that was written over in one place."""
    with tempfile.TemporaryDirectory() as copy:
        study = Store(shutil.copytree(folder, Path(copy) / "study"))
        write_over(study, at, data)
        try:
            duckdb.connect(str(study.path)).close()
        except duckdb.Error:
            return False
    return True


@pytest.fixture(name="study")
def _study(moments, tmp_path):
    shutil.copytree(moments.before, tmp_path / "study")
    return Store(tmp_path / "study")


def write_over(store, at, data):
    """Write into the database file behind DuckDB's back."""
    with store.path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def leave_as_killed(store):
    """Leave the lock file as an owner leaves it that was killed."""
    beside(store.path).write_text(json.dumps({"pid": 2**22 + 1, "role": "a merge", "brief": True}))


def rows(store):
    """Read the study, and say what is there."""
    with store.session("a test") as database:
        ledger = database.rows("SELECT count(*) FROM ledger")[0][0]
        people = database.rows("SELECT count(DISTINCT id || '') FROM participants")[0][0]
        vectors = database.rows("SELECT count(*), sum(vector[384]) FROM vectors")[0]
    return ledger, people, *vectors


def test_half_a_metadata_block_costs_nothing(moments, study, caplog):
    """Whichever metadata block a checkpoint was writing over when it was killed, after whichever page, all is there."""
    caplog.set_level(logging.WARNING)
    assert len(moments.blocks) >= 2
    clean = study.path.read_bytes()
    log = study.folder / "study.duckdb.wal"
    wal = log.read_bytes()
    torn = 0
    for block in moments.blocks:
        for pages in (1, 2, 3):
            study.path.write_bytes(clean)
            log.write_bytes(wal)
            write_over(study, place(block), moments.after[place(block) :][: pages * PAGE])
            half = study.path.read_bytes()[place(block) :][:SIZE]
            torn += half not in (clean[place(block) :][:SIZE], moments.after[place(block) :][:SIZE])
            leave_as_killed(study)

            assert (3, 1560, 600, 600.0) == rows(study)
            assert (3, 1560, 600, 600.0) == rows(study)
            assert "" == beside(study.path).read_text()
    assert torn > 4
    assert torn == sum("Nothing is lost" in record.message for record in caplog.records)


def test_without_an_owner_that_was_killed_a_wrong_checksum_is_damage(moments, study):
    """A file that nobody was writing is left as it is when a checksum is wrong, and the error says what to do."""
    write_over(study, place(moments.torn), moments.after[place(moments.torn) :][:PAGE])
    beside(study.path).unlink(missing_ok=True)
    found = study.path.read_bytes()

    with pytest.raises(Damaged, match="is damaged"):
        rows(study)

    assert found == study.path.read_bytes()


def test_other_blocks_are_left_alone(moments, study):
    """A block of data with a wrong checksum stays an error, even after an owner was killed."""
    found = study.path.read_bytes()
    at = place(moments.data)
    write_over(study, at + 8000, bytes(byte ^ 0xFF for byte in found[at + 8000 : at + 8004]))
    leave_as_killed(study)
    found = study.path.read_bytes()

    with pytest.raises(Damaged, match="is damaged"):
        rows(study)

    assert found[at : at + SIZE] == study.path.read_bytes()[at : at + SIZE]


def test_a_file_with_other_headers_is_left_alone(moments, study):
    """Where the headers are not as they should be, no byte is changed."""
    write_over(study, place(moments.torn), moments.after[place(moments.torn) :][:PAGE])
    write_over(study, PAGE, b"12345678")
    leave_as_killed(study)
    found = study.path.read_bytes()

    with pytest.raises(Damaged):
        rows(study)

    assert found == study.path.read_bytes()


def test_an_owner_hears_whether_the_one_before_let_go(tmp_path):
    """Who takes the lock hears whether the owner before it ended without letting go; an error within is no such end."""
    lock = tmp_path / "lock"
    with owned(lock, "first") as killed:
        assert not killed
    with pytest.raises(ZeroDivisionError), owned(lock, "second"):
        raise ZeroDivisionError
    lock.write_text(json.dumps({"pid": 1, "role": "third"}))
    with owned(lock, "fourth") as killed:
        assert killed
    with owned(lock, "fifth") as killed:
        assert not killed
