"""Looking for words in everything that a study is: the bytes of all files, what is packed in them, and all tables."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from tagger.store import Store
from tagger.store import everything as rows

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")


def places(folder: Path, words: Sequence[str]) -> dict[str, set[str]]:
    """Return, by word, where it is: names of files (`archive.zip/part`) and of tables."""
    return _found((*_files(folder), *_tables(folder)), words)


def places_in_files(folder: Path, words: Sequence[str]) -> dict[str, set[str]]:
    """Return the same of a folder that is no study."""
    return _found(_files(folder), words)


def _found(everything: Iterable[tuple[str, bytes]], words: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {word: set() for word in words}
    for place, data in everything:
        for word in words:
            if any(word.encode(encoding) in data for encoding in ENCODINGS):
                found[word].add(place)
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        yield path.name, path.name.encode()
        if path.is_file():
            yield from _unpacked(path.relative_to(folder).as_posix(), path.read_bytes())


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data[:4] == b"PAR1":
        yield name, repr(pq.read_table(io.BytesIO(data)).to_pylist()).encode()
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for member in package.namelist():
                yield from _unpacked(f"{name}/{member}", package.read(member))


def _tables(folder: Path) -> Iterator[tuple[str, bytes]]:
    with Store(folder).session("a test") as database:
        for one in rows.tables(database):
            yield f"table {one.name}", repr(rows.rows(database, one.name).to_pylist()).encode()
