"""
The parts of a zip package, opened within bounds.

Nothing is unpacked to disk, and no name of a part is ever used as a path.
"""

from __future__ import annotations

import io
import re
import zipfile

from tagger.errors import CodingsError
from tagger.zip_packages import DAMAGE

LARGEST, LARGEST_TOGETHER = 100_000_000, 600_000_000
"""Bytes that one part, and all parts together, may unpack to."""
MOST_PARTS = 20_000
EXPORT_AGAIN = "Export the project again from the program that wrote it"
HEAD = 200
LOCKED = 0x1
START = b"PK\x03\x04"


def titles(data: bytes) -> list[str]:
    """List the names of the parts; none where bytes are no zip package that can be read."""
    if not data.startswith(START):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return package.namelist()[:MOST_PARTS]
    except DAMAGE:
        return []


def any_begins(data: bytes, suffixes: tuple[str, ...], start: re.Pattern[bytes]) -> bool:
    """Say whether a part whose name ends so begins like this, or is locked."""
    if not any(title.casefold().endswith(suffixes) for title in titles(data)):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [part for part in package.infolist() if part.filename.casefold().endswith(suffixes)]
            return any(part.flag_bits & LOCKED or start.match(package.open(part).read(HEAD)) for part in parts)
    except DAMAGE:
        return False


class Parts:
    """The parts of a package by their names, slashes forward; `titles` has said that it is one."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name, self._unpacked = name, 0
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise CodingsError(f"It holds more than {MOST_PARTS:,} files", where=name, remedy=EXPORT_AGAIN)
        self._parts = {part.filename.replace("\\", "/"): part for part in parts if not part.is_dir()}
        self.titles = tuple(self._parts)

    def unpacked(self, title: str) -> bytes:
        """
        Unpack a part.

        Raises:
            CodingsError: It is too large, locked or damaged.
        """
        part = self._parts[title]
        self._unpacked += part.file_size
        if part.file_size > LARGEST or self._unpacked > LARGEST_TOGETHER:
            raise CodingsError(
                f"Its part {title} unpacks to {part.file_size:,} bytes, more than is read",
                where=self._name,
                remedy="Export fewer documents at a time",
            )
        if part.flag_bits & LOCKED:
            raise CodingsError("It is locked with a password", where=self._name, remedy="Save it without a password")
        try:
            return self._zip.read(part)
        except DAMAGE as reason:
            raise CodingsError(f"Its part {title} is damaged", where=self._name, remedy=EXPORT_AGAIN) from reason
