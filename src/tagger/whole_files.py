"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def put_whole(path: Path, data: bytes) -> Path:
    """
    Write a file in one step, readable by its owner alone, over an earlier one if there is any; return its path.

    Raises:
        OSError: it cannot be written; the earlier one is as it was.
    """
    with whole(path) as file:
        file.write(data)
    return path


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """
    Open a file that takes its place once the block has ended well, as `put_whole` writes it.

    Raises:
        OSError: it cannot be written; the earlier one is as it was.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
