"""
The archive of a study: a zip package that says what it is, and can be read without this program.

A table is a Parquet file, a file of the study is itself, `README.txt` says what each of them is, and `manifest.json`
has the number of bytes and the SHA-256 of every part. The same parts give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tagger.errors import ArchiveError
from tagger.zip_packages import DAMAGE

KIND = b"application/x-transcript-tagger-study+zip"
MIMETYPE, MANIFEST, README = "mimetype", "manifest.json", "README.txt"
TABLES, FILES = "tables/", "files/"
VERSION = 1
LARGEST_MANIFEST = 20_000_000
MOST_PARTS, MOST_BYTES = 20_000, 50_000_000_000
"""Parts of one archive, and bytes that they unpack to together."""
MOST_TIMES, SMALL = 200, 10_000_000
"""Times that a part larger than the second number may unpack to its packed size."""
BATCH = 50_000
LONG_AGO = (1980, 1, 1, 0, 0, 0)
HEAD = 120
STEP = r"(?!\.{1,2}(?:/|$))[^/\\:\x00-\x1f]+"
SAFE = re.compile(rf"tables/\w+\.parquet|files/{STEP}(?:/{STEP})*")
"""Names of parts: none leads out of the folder that it is unpacked to."""
DAMAGED = "It is damaged"
COPY_AGAIN = "Copy it again from where it was kept, or take another archive; nothing was restored"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an archive: its bytes, their SHA-256, and for a table its rows."""

    bytes: int
    sha256: str
    rows: int | None = None


def recognises(start: bytes) -> bool:
    """Tell an archive, whole or cut off, by its first `HEAD` bytes."""
    return start.startswith(b"PK\x03\x04") and KIND in start[:HEAD]


class Packing:
    """An archive that is being written to an open file; `close` leaves it unfinished, unless it was."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w")
        self._parts: dict[str, Part] = {}
        self._put(MIMETYPE, KIND, zipfile.ZIP_STORED)

    def table(self, name: str, rows: pa.Table) -> None:
        """Add the rows of a table."""
        sink = io.BytesIO()
        pq.write_table(rows.combine_chunks(), sink, compression="zstd")
        self._add(f"{TABLES}{name}.parquet", sink.getvalue(), zipfile.ZIP_STORED, rows.num_rows)

    def file(self, path: str, data: bytes) -> None:
        """Add a file of the study; `path` is relative to its folder, slashes forward."""
        self._add(f"{FILES}{path}", data, zipfile.ZIP_DEFLATED)

    def finish(self, about: Mapping[str, object], readme: str) -> dict[str, Part]:
        """Add what the archive says of itself, and end it; return its parts."""
        self._put(README, readme.encode(), zipfile.ZIP_DEFLATED)
        listed = {name: _listed(part) for name, part in self._parts.items()}
        manifest = {"archive": VERSION, **about, "parts": listed}
        self._put(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode(), zipfile.ZIP_DEFLATED)
        self._zip.close()
        return self._parts

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError, ValueError):
            self._zip.close()

    def _add(self, name: str, data: bytes, packed: int, rows: int | None = None) -> None:
        self._parts[name] = Part(len(data), hashlib.sha256(data).hexdigest(), rows)
        self._put(name, data, packed)

    def _put(self, name: str, data: bytes, packed: int) -> None:
        self._zip.writestr(zipfile.ZipInfo(name, LONG_AGO), data, packed)


class Archive:
    """
    An archive in an open file; every part is checked when it is read.

    `about` is what it says of itself, `parts` what it holds.

    Raises:
        ArchiveError: it is damaged, of a newer kind, or not bounded.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(file)
        except DAMAGE as reason:
            raise self._refused(f"{DAMAGED} or cut off: its list of parts is missing") from reason
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self._check_bounds()
        self.about = self._manifest()
        self.parts = self._listed_parts()
        self._check_parts()

    def read(self, name: str) -> bytes:
        """
        Return a part.

        Raises:
            ArchiveError: it is not what was written.
        """
        part, data = self.parts[name], self._unpacked(name)
        if len(data) != part.bytes or hashlib.sha256(data).hexdigest() != part.sha256:
            raise self._refused(f"{DAMAGED}: {name} is not what was written")
        return data

    def rows(self, table: str) -> Iterator[pa.Table]:
        """
        Yield the rows of a table, some at a time; none where the archive has no such table.

        Raises:
            ArchiveError: it is not what was written.
        """
        name = f"{TABLES}{table}.parquet"
        if name not in self.parts:
            return
        try:
            content = pq.ParquetFile(io.BytesIO(self.read(name)))
            for batch in content.iter_batches(BATCH):
                yield pa.Table.from_batches([batch])
        except (pa.ArrowException, ValueError, OSError) as reason:
            raise self._refused(f"{DAMAGED}: {name} cannot be read") from reason

    def _check_bounds(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise self._refused(
                f"It unpacks to more than {MOST_PARTS:,} files or {MOST_BYTES // 1_000_000_000} GB, as no study does"
            )
        for part in parts:
            if part.file_size > SMALL and part.file_size > MOST_TIMES * part.compress_size:
                raise self._refused(f"{part.filename} unpacks to more than {MOST_TIMES} times its size")

    def _manifest(self) -> dict[str, Any]:
        if MANIFEST not in self._infos or self._infos[MANIFEST].file_size > LARGEST_MANIFEST:
            raise self._refused(f"{DAMAGED}: its {MANIFEST} is missing or too large")
        try:
            about: dict[str, Any] = json.loads(self._unpacked(MANIFEST))
            version = int(about["archive"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as reason:
            raise self._refused(f"{DAMAGED}: its {MANIFEST} cannot be read") from reason
        if version > VERSION:
            raise ArchiveError(
                f"It is an archive of a newer version of tagger ({about.get('tagger', 'unknown')})",
                where=self._name,
                remedy="Install that version; nothing was restored",
            )
        if not isinstance(about.get("parts"), dict) or not isinstance(about.get("schema"), int):
            raise self._refused(f"{DAMAGED}: its {MANIFEST} does not say what it holds")
        return about

    def _listed_parts(self) -> dict[str, Part]:
        try:
            return {str(name): _part(part) for name, part in self.about["parts"].items()}
        except (ValueError, TypeError, OverflowError) as reason:
            raise self._refused(f"{DAMAGED}: its {MANIFEST} does not say what it holds") from reason

    def _check_parts(self) -> None:
        there = self._infos.keys() - {MIMETYPE, MANIFEST, README}
        if missing := sorted(self.parts.keys() - there):
            raise self._refused(f"{DAMAGED}: {missing[0]} is missing")
        if strange := sorted(there - self.parts.keys()):
            raise self._refused(f"It was changed after it was written: {strange[0]} is not in its {MANIFEST}")
        if unsafe := [name for name in self.parts if not SAFE.fullmatch(name)]:
            raise self._refused(f"The name of a part leads elsewhere: {unsafe[0]!r}")

    def _unpacked(self, name: str) -> bytes:
        try:
            return self._zip.read(self._infos[name])
        except DAMAGE as reason:
            raise self._refused(f"{DAMAGED}: {name} cannot be unpacked") from reason

    def _refused(self, what: str) -> ArchiveError:
        return ArchiveError(what, where=self._name, remedy=COPY_AGAIN)


def _listed(part: Part) -> dict[str, object]:
    rows = {} if part.rows is None else {"rows": part.rows}
    return {"bytes": part.bytes, "sha256": part.sha256, **rows}


def _part(said: object) -> Part:
    fields: Mapping[str, Any] = said if isinstance(said, dict) else {}
    return Part(int(fields.get("bytes") or 0), str(fields.get("sha256")), fields.get("rows"))
