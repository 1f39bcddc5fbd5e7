"""The files in a study's folder that hold somebody's words, whatever program wrote them."""

from __future__ import annotations

import gzip
import html
import io
import re
import shutil
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from tagger.config import FILE
from tagger.steps.read import source
from tagger.steps.stored import FOLDER as CACHE
from tagger.store import Store
from tagger.store.study_files import DATABASE, LEFT_OUT
from tagger.whole_files import put_whole
from tagger.zip_packages import DAMAGE

MADE_AGAIN = (CACHE, "inbox", ".prefect")
"""Folders that are emptied whatever they hold: all of it is made again, or is about runs that are over."""
LISTS = "frameworks"
LEARNED = Path("models", "learned")
_LEVELS, _LARGEST = 4, 2_000_000_000
_PICTURES = (".bmp", ".emf", ".gif", ".jpeg", ".jpg", ".png", ".tiff", ".wmf")
_PDF, _DATABASE = b"%PDF", b"SQLite format 3"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_Kind = Literal["holding", "lists", "naming", "unread"]
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class Sought(Protocol):
    """What is looked for in texts."""

    def found_in(self, text: str) -> bool:
        """Say whether a text has it."""

    def taken_out(self, text: str) -> str:
        """Return a text without it."""


@dataclass(frozen=True)
class Found:
    """
    Files of a study's folder, as paths in it.

    `holding` hold words of somebody, or rows about them; `lists` are lists of values that quote them; `naming` have no
    more than what they are called, as a sheet of attributes; `unread` cannot be looked into.
    """

    holding: tuple[Path, ...] = ()
    lists: tuple[Path, ...] = ()
    naming: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()


def look(folder: Path, sought: Sought, ids: Collection[str], sources: Collection[str], who: str = "") -> Found:
    """
    Look through all files of a study for somebody's words.

    Args:
        sought: their words, or their name.
        ids: of the transcripts and excerpts that go.
        sources: the names under which the study knows the files that they were read from.
        who: what they are called.
    """
    found: dict[_Kind, list[Path]] = {"holding": [], "lists": [], "naming": [], "unread": []}
    for path in _files(folder):
        inside = path.relative_to(folder)
        kind = _kind(path, sought, {one.casefold() for one in ids}, who.casefold())
        if kind == "holding" and inside.parts[0] == LISTS and inside.suffix in (".yaml", ".yml"):
            kind = "lists"
        elif source(path) in sources:
            kind = "holding"
        if kind:
            found[kind].append(inside)
    return Found(**{kind: tuple(paths) for kind, paths in found.items()})


def clear(folder: Path, found: Found, sought: Sought) -> None:
    """Remove the files that hold somebody's words, take quotes out of lists, and empty what is made again."""
    for path in found.lists:
        text = (folder / path).read_bytes().decode("utf-8", "surrogateescape")
        put_whole(folder / path, sought.taken_out(text).encode("utf-8", "surrogateescape"))
    for path in found.holding:
        (folder / path).unlink(missing_ok=True)
    empty(folder)


def empty(folder: Path) -> None:
    """Empty the folders of what is made again."""
    for name in MADE_AGAIN:
        if (folder / name).is_dir():
            for path in (folder / name).iterdir():
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def drop_learned(folder: Path) -> None:
    """Remove what was learned and is no longer in the study."""
    with Store(folder).session("a look at what was learned") as database:
        held = {str(one) for (one,) in database.rows("SELECT id FROM learned")}
    if (folder / LEARNED).is_dir():
        for path in (folder / LEARNED).iterdir():
            if path.name not in held:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that people and commands put into a study's folder."""
    own = {FILE, f".{DATABASE}.new", *LEFT_OUT}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        passed = inside.parts[0] in (*own, *MADE_AGAIN) or inside.is_relative_to(LEARNED)
        if path.is_file() and not path.is_symlink() and not passed:
            yield path


def _kind(path: Path, sought: Sought, ids: Collection[str], who: str) -> _Kind | None:
    """Say what a file is to whoever leaves; None where it is nothing."""
    try:
        data = path.read_bytes()
    except OSError:
        return "unread"
    kind: _Kind | None = None
    for text in _texts(data, _LEVELS):
        if text is None:
            kind = "unread"
            continue
        words = set(re.findall(r"\w+", text.casefold()))
        if sought.found_in(text) or not words.isdisjoint(ids):
            return "holding"
        if who in words:
            kind = kind or "naming"
    return kind


def _texts(data: bytes, levels: int) -> Iterator[str | None]:
    """Yield the texts in a file, those of packages in it too; None for what cannot be read."""
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            yield from _packed(data, levels)
        elif data[:4] == b"PAR1":
            yield from _columns(pq.read_table(io.BytesIO(data)))
        elif data[:2] == b"\x1f\x8b" and levels:
            yield from _texts(gzip.decompress(data), levels - 1)
        else:
            yield from _decoded(data)
    except (*DAMAGE, pa.ArrowException):
        yield None


def _packed(data: bytes, levels: int) -> Iterator[str | None]:
    if not levels:
        yield None
        return
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for member in package.infolist():
            yield member.filename
            if member.file_size > _LARGEST:
                yield None
            elif not member.is_dir() and not member.filename.lower().endswith(_PICTURES):
                yield from _texts(package.read(member), levels - 1)


def _columns(table: pa.Table) -> Iterator[str]:
    for column in table.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            yield "\n".join(filter(None, column.to_pylist()))


def _decoded(data: bytes) -> Iterator[str | None]:
    """Yield a file as text, with and without what is markup in web pages, and without what is escaped in JSON."""
    text = _as_text(data)
    binary = len(_CONTROL.findall(text)) > len(text) / 10 and not data.startswith(_DATABASE)
    if binary or data.startswith(_PDF):
        yield None
        return
    for plain in (text, re.sub(r"<[^<>]*>", "", text)):
        unescaped = html.unescape(plain).replace("\\n", "\n").replace("\\t", "\t")
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unescaped)


def _as_text(data: bytes) -> str:
    if data.startswith(_DATABASE):
        return data.decode("utf-8", "replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:200:2].count(0) > len(data[1:200:2]) / 2:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
