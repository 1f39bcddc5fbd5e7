"""
Another database in the place of a study's own.

DuckDB leaves in a file what was deleted from it, until something else is written there. So a study out of which words
must go is written anew, row by row, and the new file takes the name of the old one in a single step.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tagger.errors import StoreError
from tagger.store import everything
from tagger.store.database import Database, opened
from tagger.store.migrations import migrate
from tagger.store.plain_errors import explained, full
from tagger.store.study_files import sync
from tagger.store.trail_carried import carry


def remake(
    path: Path,
    killed: bool,
    rows: Callable[[Database], Callable[[str], everything.Batches]],
    ready: Callable[[], object],
) -> None:
    """
    Do what `Store.remake` says, for a caller that holds the owner's lock.

    Args:
        killed: whether the owner before ended without letting go.
    """
    fresh = path.with_name(f".{path.name}.new")
    _remove(fresh)
    if shutil.disk_usage(path.parent).free < path.stat().st_size:
        raise full(path)
    try:
        with opened(path, killed) as old:
            migrate(old)
            with opened(fresh) as new:
                fresh.chmod(0o600)
                migrate(new)
                read = rows(old)
                everything.fill(new, lambda table: () if table == "trail" else read(table))
                carry(old, new)
        for one in (path, fresh):
            _must_be_whole(one)
        with explained(path):
            sync(fresh)
            ready()
            fresh.replace(path)
            sync(path.parent)
        _remove_spilled(path)
    finally:
        _remove(fresh)


def _must_be_whole(path: Path) -> None:
    """Refuse to go on while changes wait in a log beside the file: they would be read into whatever has its name."""
    log = path.with_name(f"{path.name}.wal")
    if log.exists():
        raise StoreError(
            "changes to the study could not be written into its file",
            where=str(path.parent),
            remedy="Make room on the disk and try again; nothing was changed",
        )


def _remove(path: Path) -> None:
    """Remove a database that need not be there, with what DuckDB puts beside it."""
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    _remove_spilled(path)


def _remove_spilled(path: Path) -> None:
    """Remove the folder into which DuckDB puts what it has no memory for."""
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
