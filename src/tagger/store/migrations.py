"""The steps that make the schema, each run once, in the order of their numbers."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from importlib import resources

from tagger import __version__
from tagger.errors import Damaged
from tagger.store import trail
from tagger.store.database import Database, Readable

TRAIL = 23
"""The step by which the trail begins."""


def migrate(database: Database, last: int | None = None) -> None:
    """
    Bring the schema up to date, each migration in one transaction with the record that it ran.

    Args:
        last: the number of the last one that runs; all of them where it is not said.

    Raises:
        Damaged: the database was written by a newer version of this program.
    """
    database.run(
        "CREATE TABLE IF NOT EXISTS migrations "
        "(number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, tagger_version VARCHAR NOT NULL, "
        "applied_at TIMESTAMP NOT NULL)"
    )
    done = {number for (number,) in database.rows("SELECT number FROM migrations")}
    scripts = _scripts()
    if unknown := sorted(done - scripts.keys()):
        raise Damaged(
            f"a newer version of tagger wrote this study (schema step {unknown[-1]}; this one knows {max(scripts)})",
            remedy="Install the newer version; nothing was changed",
        )
    for number, (name, sql) in sorted(scripts.items()):
        if number not in done and (last is None or number <= last):
            now = datetime.now(UTC).replace(tzinfo=None)
            with database.transaction():
                database.run(sql)
                if number == 1:
                    database.run(
                        "INSERT INTO study (secret, created_at, tagger_version) VALUES ($secret, $now, $version)",
                        {"secret": secrets.token_bytes(32), "now": now, "version": __version__},
                    )
                if number == TRAIL:
                    begin_trail(database)
                database.run(
                    "INSERT INTO migrations VALUES ($number, $name, $version, $now)",
                    {"number": number, "name": name, "version": __version__, "now": now},
                )
    if scripts.keys() - done:
        # A log that holds schema changes is the one that DuckDB most often fails to replay.
        database.run("CHECKPOINT")


def begin_trail(database: Database) -> None:
    """Note everything that is there when the trail begins."""
    for table in trail.noted(database):
        if shape := trail.Shape.of(database, table):
            database.note(table, database.rows(trail.units(table, shape)))


def step(database: Readable) -> int:
    """Return the number of the last migration that ran; 0 in a database that was just made."""
    if not database.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'migrations'"):
        return 0
    return int(database.rows("SELECT coalesce(max(number), 0) FROM migrations")[0][0])


def newest() -> int:
    """Return the number of the last migration that this version knows."""
    return max(_scripts())


def _scripts() -> dict[int, tuple[str, str]]:
    folder = resources.files("tagger.store") / "sql"
    return {
        int(file.name[:3]): (file.name.removesuffix(".sql"), file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }
