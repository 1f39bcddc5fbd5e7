"""
Blocks that a checkpoint was writing when its process was killed or the power went.

DuckDB puts what is new beside what is there and names it last, in the header, so that a checkpoint happens whole or
not at all. One kind of block it writes over in place, though: metadata, whose free parts it fills. Whatever the header
names in such a block is the same before and after, so half a write harms nothing but the checksum over the whole block;
with that one wrong, DuckDB (1.5.6, 2.0.1) opens the file no more. The checksum is all that is renewed here.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np

log = logging.getLogger(__name__)

_HEADERS = (4096, 8192)
_HEADER_SIZE = 4096
_BLOCKS = 12288
_CHECKSUM = 8
_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_START = np.uint64(5381)


def mend(path: Path, config: dict[str, Any]) -> None:
    """
    Renew the checksums of the metadata blocks of *path* that are wrong; the caller holds the owner's lock.

    To be called when an owner ended without letting go, and only then: in a file that nobody was writing, a wrong
    checksum tells of a failing disk. Nothing is done to any other block, nor to a file whose headers are not as this
    module knows them.
    """
    if not path.exists():
        return
    size = _block_size(path)
    if size is None:
        return
    before: dict[int, bytes] = {}
    while True:
        locations, opens = _metadata(path, config, size)
        torn = _renewed(path, locations, size)
        before |= torn
        if not torn:
            break
    others = before.keys() - locations if opens else before.keys()
    with path.open("r+b") as file:
        for location in others:
            file.seek(location)
            file.write(before[location])
    for location in before.keys() - others:
        log.warning(
            "The last program that had %s open was stopped in the middle of a write. Nothing is lost: the checksum of "
            "the block at %d was renewed (it was %s).",
            path,
            location,
            before[location].hex(),
        )


def _block_size(path: Path) -> int | None:
    with path.open("rb") as file:
        if not all(_whole(file, location, _HEADER_SIZE) for location in _HEADERS):
            return None
        newest = max(_numbers(file, location) for location in _HEADERS)
    return newest[-1]


def _numbers(file: BinaryIO, header: int) -> tuple[int, int]:
    """Read the number of the checkpoint and the size of a block."""
    file.seek(header + _CHECKSUM)
    numbers = np.frombuffer(file.read(48), "<u8")
    return int(numbers[0]), int(numbers[4])


def _metadata(path: Path, config: dict[str, Any], size: int) -> tuple[set[int], bool]:
    """Say where the metadata blocks are; or, if the file does not open, which block is the reason."""
    try:
        with duckdb.connect(str(path), read_only=True, config=config) as connection:
            found = connection.execute("SELECT block_id FROM pragma_metadata_info()").fetchall()
    except duckdb.Error as error:
        return {int(location) for location in re.findall(r"in block at location (\d+)", str(error))}, False
    return {_BLOCKS + block * size for (block,) in found}, True


def _renewed(path: Path, locations: set[int], size: int) -> dict[int, bytes]:
    """Renew the checksums that are wrong; return what they were."""
    before = {}
    with path.open("r+b") as file:
        for location in sorted(locations):
            if not _whole(file, location, size):
                file.seek(location)
                before[location] = file.read(_CHECKSUM)
                right = _checksum(file.read(size - _CHECKSUM))
                file.seek(location)
                file.write(right)
    return before


def _whole(file: BinaryIO, location: int, size: int) -> bool:
    file.seek(location)
    block = file.read(size)
    return len(block) == size and block[:_CHECKSUM] == _checksum(block[_CHECKSUM:])


def _checksum(data: bytes) -> bytes:
    words = np.frombuffer(data, "<u8") * _FACTOR
    return int(np.bitwise_xor.reduce(words) ^ _START).to_bytes(_CHECKSUM, "little")
