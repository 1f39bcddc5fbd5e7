"""Files that commands write for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tagger.cli.clock import now
from tagger.errors import StoreError


def handed_out(folder: Path, kind: str, path: Path, data: bytes, datasets: Sequence[str] = ()) -> None:
    """
    Write a file with people's words, and note in the study that it was.

    Args:
        folder: the study's.
        kind: what it is, in words for people.
        datasets: whose words it holds; without any, it may be all.

    Raises:
        StoreError: it cannot be written.
    """
    from tagger.steps.exported import note

    written(path, data)
    note(folder, kind, path.name, now(), datasets)


def written(path: Path, data: bytes) -> None:
    """
    Write a file.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(
            f"it cannot be written ({error.strerror})", where=str(path), remedy="Close it elsewhere, or name another"
        ) from error
