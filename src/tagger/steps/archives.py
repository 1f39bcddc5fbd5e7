"""
Zip archives of transcripts, and projects of other programs, seen as folders of files.

A file `garden.txt` in `talks.zip` goes by the path `talks.zip/garden.txt`, and a study knows it as it knows
`talks/garden.txt`. So an archive may be unpacked into a folder of its own name, and nothing is read twice.
DOCX, XLSX and ODT are zip packages too; what is inside tells them from archives. Nothing is ever unpacked to disk.
A document of a project is a text file in that folder; what people coded in it comes in with `steps.projects`.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from tagger.errors import CodingsError, TranscriptError
from tagger.exchange import projects
from tagger.exchange.projects.records import Document
from tagger.transcripts import LARGEST, packages
from tagger.zip_packages import DAMAGE

MOST_FILES, MOST_BYTES = 2_000, 2_000_000_000
"""Files in one archive, and bytes that they unpack to together."""
MOST_TIMES, SMALL = 200, 10_000_000
"""Times that a file larger than the second number may unpack to its packed size; talk packs to a third of its size."""
LEADS_OUT = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)")
UTF_8 = 0x800
LOCKED = 0x1
UNPACK = "Unpack it and give the folder"


def members(path: Path) -> list[Path]:
    """List the files of an archive as paths below it; what is no archive, or refused as a whole, stands for itself."""
    if texts := _project(path):
        return [path / name for name in texts]
    package = _opened(path)
    if package is None:
        return [path]
    with package:
        return [path] if _refused(package) else [path / name for name in _listed(package)]


def contents(path: Path) -> bytes:
    """
    Read a file, or one in an archive.

    Raises:
        TranscriptError: It is an archive that is refused as a whole, or it cannot be unpacked.
        OSError: It cannot be opened.
    """
    archive = _around(path)
    if archive and (texts := _project(archive)):
        return _text(texts, str(path.relative_to(archive)), path.name)
    package = _opened(archive or path)
    if package is None:
        return path.read_bytes()
    with package:
        if archive is None or _refused(package):
            raise TranscriptError(_refused(package) or "It is a zip archive", where=path.name, remedy=UNPACK)
        return _unpacked(package, str(path.relative_to(archive)), path.name)


def there(path: Path) -> bool:
    """Say whether there is such a file or folder; what an archive above it holds is said when it is read."""
    return path.exists() or _around(path) is not None


def folder(path: Path) -> str:
    """Name the folder that a file lies in; an archive counts as a folder of its name without the ending."""
    return path.parent.stem if _around(path) == path.parent else path.parent.name


def _around(path: Path) -> Path | None:
    return None if path.exists() else next((above for above in path.parents if above.is_file()), None)


def _project(path: Path) -> Mapping[str, Document]:
    """Return the documents of a project by their names; none where the file is something else, or cannot be read."""
    if not path.name.casefold().endswith(projects.ENDINGS) or not path.is_file():
        return {}
    status = path.stat()
    known = (path, status.st_mtime_ns, status.st_size)
    return _documents(*known) if _is_project(*known) else {}


@lru_cache(maxsize=20_000)
def _is_project(path: Path, _changed: int, size: int) -> bool:
    """Say whether a file is a project; most that have an ending of one are transcripts, and are looked at once."""
    package = _opened(path)
    if package is not None:
        with package:
            if not projects.in_archive(package.namelist()):
                return False
    try:
        return size <= projects.LARGEST and projects.is_project(path.read_bytes(), path.name)
    except OSError:
        return False  # what is wrong with it is said where it is read


@lru_cache(maxsize=4)
def _documents(path: Path, _changed: int, _size: int) -> Mapping[str, Document]:
    try:
        return projects.texts(projects.read(path.read_bytes(), path.name))
    except (OSError, CodingsError):
        return {}  # what is wrong with it is said where it is brought in


def _text(texts: Mapping[str, Document], name: str, where: str) -> bytes:
    if name not in texts:
        raise TranscriptError("It is not in the project", where=where, remedy="Name the project's file")
    return texts[name].text.encode()


def _opened(path: Path) -> ZipFile | None:
    """Open an archive; None where the file is something else, or too damaged to tell."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            if not file.read(4).startswith(b"PK"):
                return None
        package = ZipFile(path)
    except DAMAGE:
        return None
    if packages.held(package.namelist()) == packages.ARCHIVE:
        return package
    package.close()
    return None


def _refused(package: ZipFile) -> str:
    """Say why an archive is not read at all; empty where it is."""
    parts = package.infolist()
    if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > MOST_BYTES:
        return f"It is a zip archive of more than {MOST_FILES:,} files or {MOST_BYTES // 1_000_000_000} GB"
    return "" if _listed(package) else "It is a zip archive without files"


def _listed(package: ZipFile) -> dict[str, list[ZipInfo]]:
    """Find the files by their names inside the archive; hidden ones, and those of a Mac for itself, are passed over."""
    listed: dict[str, list[ZipInfo]] = {}
    for part in package.infolist():
        steps = [step for step in re.split(r"[/\\]", _name(part)) if step not in ("", ".")]
        steps = ["(up)" if step == ".." else step for step in steps]
        hidden = any(step.startswith((".", "~$")) for step in steps) or steps[:1] == ["__MACOSX"]
        if steps and not part.is_dir() and not hidden:
            listed.setdefault("/".join(steps), []).append(part)
    return listed


def _name(part: ZipInfo) -> str:
    """Return the name of a part; some programs write UTF-8 without saying so."""
    if part.flag_bits & UTF_8:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return part.filename


def _unpacked(package: ZipFile, name: str, where: str) -> bytes:
    parts = _listed(package).get(name, [])
    if len(parts) != 1:
        raise TranscriptError(
            "Two files of the archive go by this name" if parts else "It is not in the archive",
            where=where,
            remedy=UNPACK,
        )
    what = _unsafe(parts[0])
    if what:
        raise TranscriptError(what, where=where, remedy=UNPACK)
    try:
        return package.read(parts[0])
    except DAMAGE as reason:
        raise TranscriptError(
            "It is damaged inside the archive", where=where, remedy="Pack or download the archive again"
        ) from reason


def _unsafe(part: ZipInfo) -> str:
    """Say why one file of an archive is not unpacked; empty where it is."""
    if LEADS_OUT.match(_name(part)):
        return "Its name leads out of the archive"
    if stat.S_ISLNK(part.external_attr >> 16):
        return "It is a link to another file"
    if part.flag_bits & LOCKED:
        return "It is locked with a password inside the archive"
    if part.file_size > LARGEST:
        return f"It is larger than {LARGEST // 1_000_000} MB"
    if part.file_size > SMALL and part.file_size > MOST_TIMES * part.compress_size:
        return f"It unpacks to more than {MOST_TIMES} times its size, as no transcript does"
    return ""
