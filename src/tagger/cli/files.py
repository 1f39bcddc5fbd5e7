"""Files that commands write for people."""

from __future__ import annotations

from pathlib import Path

from tagger.errors import StoreError


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
