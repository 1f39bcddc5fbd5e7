"""
Copying the files of a database that is open, by a process of its own.

A process that closes a file loses every lock that it holds on it, DuckDB's own too; one that only copies has none to
lose. As a program: `copy_apart.py SOURCE TARGET ...`, which copies what is there and has the disk hold it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def copy_apart(files: dict[Path, Path]) -> None:
    """
    Copy each file to the place named; what is not there is passed over.

    Raises:
        OSError: one could not be copied.
    """
    named = [str(path) for pair in files.items() for path in pair]
    command = [sys.executable, "-I", "-S", __file__, *named]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        number = int(ended.stderr) if ended.stderr.isdecimal() else 0
        raise OSError(number, os.strerror(number) if number else "the copying was stopped", named[1])


def _copy(source: str, target: str) -> None:
    with Path(source).open("rb") as read, Path(target).open("wb") as written:
        Path(target).chmod(0o600)
        shutil.copyfileobj(read, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())


if __name__ == "__main__":
    try:
        for source, target in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
            if Path(source).exists():
                _copy(source, target)
    except OSError as error:
        sys.stderr.write(str(error.errno or 0))
        sys.exit(1)
