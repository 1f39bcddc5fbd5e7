"""What DuckDB says when something goes wrong, in plain words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tagger.errors import Busy, Damaged, StoreError

_DAMAGE = (
    "not a valid DuckDB database file",
    "Corrupt",
    "Could not read enough bytes",
    "replaying WAL",
    "WAL checkpoint iteration",
    "checksum",
)
_NEWER = ("with version number", "newer version of DuckDB")
_FULL = ("No space left on device", "not enough space", "File too large")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn DuckDB's own errors into one sentence that says what to do."""
    try:
        yield
    except duckdb.Error as error:
        raise _explanation(error, path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise full(path) from error
        raise


def full(path: Path) -> StoreError:
    """Say that the disk is full."""
    return StoreError(
        "the disk is full, so the last piece of work was not stored",
        where=str(path.parent),
        remedy="Make room and run the same command again: what is stored is whole, and it goes on from there",
    )


def closing(path: Path) -> StoreError:
    """Say that whoever keeps the database open is about to end."""
    return StoreError(
        "the study is being closed", where=str(path.parent), remedy="Start it again, or ask again; nothing was lost"
    )


def _explanation(error: duckdb.Error, path: Path) -> StoreError:
    text = str(error)
    if isinstance(error, duckdb.InterruptException):
        return closing(path)
    if any(sign in text for sign in _FULL):
        return full(path)
    if any(sign in text for sign in _NEWER):
        return Damaged(
            "the database was written by a newer version of DuckDB",
            where=str(path),
            remedy="Install the newer version of tagger; nothing was changed",
        )
    if any(sign in text for sign in _DAMAGE):
        return Damaged(
            f"the database is damaged ({text.splitlines()[0]})",
            where=str(path),
            remedy="Nothing was deleted. To see what is safe, and go on from there: "
            f"tagger restore --study {path.parent}",
        )
    if "Could not set lock" in text:
        return Busy(
            "another program has the database open",
            owner={},
            where=str(path),
            remedy="Close it (a database viewer, a notebook) and try again; read a study through tagger.open_study",
        )
    if isinstance(error, duckdb.IOException):
        return StoreError(f"the database cannot be read or written ({text.splitlines()[0]})", where=str(path))
    return StoreError(
        f"the database refused: {text.splitlines()[0]}", where=str(path), remedy="Nothing of it was stored"
    )


def given_up(error: BaseException) -> bool:
    """Say whether DuckDB gave the whole database up with this error, so that only opening it again helps."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, duckdb.FatalException | duckdb.InternalException | duckdb.ConnectionException):
            return True
        cause = cause.__cause__
    return False
