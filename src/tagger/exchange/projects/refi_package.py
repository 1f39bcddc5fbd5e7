"""
The parts of a REFI-QDA file, opened within bounds: `project.qde` and the texts of its sources.

Programs write `sources/` or `Sources/`, and names in either case. Nothing is unpacked to disk, no name leads out of the
package, and what a project only points to (`absolute://`, `relative://`) is never opened.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote

from tagger.exchange.projects import zip_parts
from tagger.exchange.projects.zip_parts import Parts

INSIDE = "internal:"
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def holds_project(data: bytes) -> bool:
    """Say whether bytes are a zip package with a REFI-QDA project in it."""
    return any(name.casefold().endswith("project.qde") for name in zip_parts.titles(data))


class Package:
    """A zip package with a REFI-QDA project; `holds_project` has said that it is one."""

    def __init__(self, data: bytes, name: str) -> None:
        self._parts = Parts(data, name)
        projects = [title for title in self._parts.titles if title.casefold().endswith("project.qde")]
        self._project = min(projects, key=len)
        self._texts = {PurePosixPath(title.casefold()).name: title for title in self._parts.titles}

    def project(self) -> bytes:
        """
        Return the XML of the project.

        Raises:
            CodingsError: It is too large, locked or damaged.
        """
        return self._parts.unpacked(self._project)

    def text(self, path: str) -> str | None:
        """
        Return the text of a source with its line ends and byte order mark; None where the package does not hold it.

        Raises:
            CodingsError: It is too large, locked or damaged.
        """
        if not path.casefold().startswith(INSIDE):
            return None
        name = PurePosixPath(path.partition(":")[2].replace("\\", "/")).name.casefold()
        title = self._texts.get(name) or self._texts.get(unquote(name))
        return _decoded(self._parts.unpacked(title)) if title else None


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return "\ufeff" + data[len(mark) :].decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
