"""A study of every earlier schema opens, is backed up, and is brought up to date with every row that it had."""

from __future__ import annotations

import tarfile
from collections import Counter

import earlier_studies
import pytest

from tagger.errors import StoreError
from tagger.store import Store, backups, everything, migrations, trail_check
from tagger.store.database import opened

VIEWS = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name"

MOVED = {"gates": "gate_columns"}
"""Tables whose rows are in another one now."""
DROPPED = {"commitments"}
"""Tables that no version of the program ever wrote to."""


@pytest.fixture(name="packed", scope="module")
def _packed():
    """Return the studies of earlier schemas, opened once: a tar file is read from its beginning."""
    with tarfile.open(earlier_studies.PACKED) as packed:
        yield packed


def rows(path):
    """Return the rows of every table of a database, as columns by their names."""
    with opened(path) as database:
        return {one.name: everything.rows(database, one.name) for one in everything.tables(database)}


def held(table, columns):
    """Return the rows of a table in these columns, and how often each is there."""
    return Counter(map(repr, table.select(columns).to_pylist()))


def test_there_is_a_study_of_every_earlier_schema(packed):
    """One for each; without it: python scripts/earlier_studies.py, before the migration after it is begun."""
    there = {int(name.removesuffix(".duckdb")) for name in packed.getnames()}
    assert set(range(1, migrations.newest())) <= there


@pytest.mark.parametrize("number", range(1, migrations.newest()))
def test_a_study_of_an_earlier_schema_keeps_every_row(packed, tmp_path, number):
    """It has a backup of what it was, each row is there in all of its columns, and every view can be read."""
    study = Store(tmp_path / "study")
    study.folder.mkdir()
    file = packed.extractfile(f"{number:03}.duckdb")
    study.path.write_bytes(file.read())
    before = rows(study.path)
    assert all(table.num_rows for table in before.values())

    study.create()

    [made] = backups.kept(study.folder)
    assert ("before-update", number) == (made.reason, made.schema)
    assert {name: table.num_rows for name, table in before.items()} == made.rows
    after = rows(study.path)
    for name in before.keys() - DROPPED:
        table = before[name]
        assert Counter() == held(table, table.column_names) - held(after[MOVED.get(name, name)], table.column_names), (
            name
        )
    with study.session("a test") as database:
        assert migrations.newest() == migrations.step(database)
        for (view,) in database.rows(VIEWS):
            database.rows(f"SELECT count(*) FROM {view}")
        trail = trail_check.check(database)
    assert trail.entries > 0
    assert () == trail.differences


def test_who_reads_what_is_up_to_date_brings_it_so(packed, tmp_path):
    """With a backup, as `create` does; what is not there is not made."""
    study = Store(tmp_path / "study")
    study.folder.mkdir()
    with pytest.raises(StoreError, match="no study here"), study.up_to_date("a look"):
        pass
    assert not study.path.exists()
    study.path.write_bytes(packed.extractfile("001.duckdb").read())

    with study.up_to_date("a look") as database:
        assert [(migrations.newest(),)] == database.rows("SELECT max(number) FROM migrations")
    assert ["before-update"] == [made.reason for made in backups.kept(study.folder)]
