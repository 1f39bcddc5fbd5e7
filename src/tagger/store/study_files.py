"""What lies in a study's folder: its own files, and what a computer notes for itself or can make again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tagger.exchange import archive

DATABASE, LOG = "study.duckdb", "study.duckdb.wal"
INBOX, BACKUPS = "inbox", "backups"
WRITING = ".writing-"
"""So the name of a folder begins while it is written; the number of the process comes next."""
LEFT_OUT = (DATABASE, LOG, f"{DATABASE}.lock", "run.lock", INBOX, "cache", BACKUPS)
"""What is no file of the study: of the moment, made again, in the tables, or another copy of all."""


def own_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a study, links among them, in an order that is always the same; none of them is hidden."""
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith("."):
            continue
        inside = sorted(path.rglob("*")) if path.is_dir() and not path.is_symlink() else [path]
        for each in inside:
            if each.is_symlink() or (each.is_file() and not _hidden(each, folder) and not is_archive(each)):
                yield each


def is_archive(file: Path) -> bool:
    """Say whether a file is an archive of a study, whole or cut off."""
    with file.open("rb") as start:
        return archive.recognises(start.read(archive.HEAD))


def sync(path: Path) -> None:
    """Have the disk hold a file, or what a folder lists, where that can be asked for."""
    if path.is_file():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        return
    if os.name == "nt":  # folders cannot be opened there
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _hidden(path: Path, folder: Path) -> bool:
    return any(step.startswith(".") for step in path.relative_to(folder).parts)
