"""
The parts of a REFI-QDA file, opened within bounds: `project.qde` and the texts of its sources.

Programs write `sources/` or `Sources/`, and names in either case. Nothing is unpacked to disk, no name leads out of the
package, and what a project only points to (`absolute://`, `relative://`) is never opened.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from urllib.parse import unquote

from tagger.errors import CodingsError
from tagger.zip_packages import DAMAGE

LARGEST_PROJECT, LARGEST_TEXT, LARGEST_TEXTS = 100_000_000, 100_000_000, 500_000_000
"""Bytes that the project, one text, and all texts together may unpack to."""
MOST_PARTS = 20_000
INSIDE = "internal:"
EXPORT_AGAIN = "Export the project again from the program that wrote it"
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def holds_project(data: bytes) -> bool:
    """Say whether bytes are a zip package with a REFI-QDA project in it."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return any(name.casefold().endswith("project.qde") for name in package.namelist()[:MOST_PARTS])
    except DAMAGE:
        return False


class Package:
    """A zip package with a REFI-QDA project; `holds_project` has said that it is one."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name, self._unpacked_bytes = name, 0
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise CodingsError(f"It holds more than {MOST_PARTS:,} files", where=name, remedy=EXPORT_AGAIN)
        titles = [part.filename.replace("\\", "/").casefold() for part in parts]
        projects = [part for part, title in zip(parts, titles, strict=True) if title.endswith("project.qde")]
        self._project = min(projects, key=lambda part: len(part.filename))
        self._texts = {PurePosixPath(title).name: part for part, title in zip(parts, titles, strict=True)}

    def project(self) -> bytes:
        """
        Return the XML of the project.

        Raises:
            CodingsError: It is too large, locked or damaged.
        """
        return self._unpacked(self._project, LARGEST_PROJECT)

    def text(self, path: str) -> str | None:
        """
        Return the text of a source with its line ends and byte order mark; None where the package does not hold it.

        Raises:
            CodingsError: It is too large, locked or damaged.
        """
        if not path.casefold().startswith(INSIDE):
            return None
        title = PurePosixPath(path.partition(":")[2].replace("\\", "/")).name.casefold()
        part = self._texts.get(title) or self._texts.get(unquote(title))
        return _decoded(self._unpacked(part, LARGEST_TEXT)) if part else None

    def _unpacked(self, part: zipfile.ZipInfo, most: int) -> bytes:
        self._unpacked_bytes += part.file_size
        if part.file_size > most or self._unpacked_bytes > LARGEST_PROJECT + LARGEST_TEXTS:
            raise CodingsError(
                f"Its part {part.filename} unpacks to {part.file_size:,} bytes, more than is read",
                where=self._name,
                remedy="Export fewer documents at a time",
            )
        if part.flag_bits & 1:
            raise CodingsError("It is locked with a password", where=self._name, remedy="Save it without a password")
        try:
            return self._zip.read(part)
        except DAMAGE as reason:
            raise CodingsError(
                f"Its part {part.filename} is damaged", where=self._name, remedy=EXPORT_AGAIN
            ) from reason


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return "\ufeff" + data[len(mark) :].decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
