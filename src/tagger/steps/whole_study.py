"""
A study as one archive, and back: every row and every file; what a computer notes for itself is left out.

A study is packed while nobody else reads it and nothing runs. What is restored is a new folder: it is put together
beside its place, compared with what the archive says, and only then given its name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tagger import __version__
from tagger.config import load_settings
from tagger.errors import ArchiveError, StoreError, UsageError
from tagger.exchange import archive
from tagger.exchange.archive import FILES, TABLES, Archive, Packing, Part
from tagger.store import Store, everything, migrations
from tagger.store.study_files import own_files
from tagger.wording import several

ANOTHER = "Name a new folder: --study DIR"


@dataclass(frozen=True)
class Moved:
    """What went into an archive, or came out of one, in lines to show."""

    lines: tuple[str, ...]


def pack_study(folder: Path, out: Path) -> Moved:
    """
    Write everything of a study to a file.

    Raises:
        Busy: a run is at work, or people read; nothing was written.
        StoreError: there is no study, or the file cannot be written.
    """
    store = Store(folder)
    with store.session("an archive") as database:
        step = migrations.step(database)
    with store.only_run():
        store.merge()
        try:
            with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as place:
                part = Path(place) / out.name
                with part.open("wb") as file, closing(Packing(file)) as packing:
                    part.chmod(0o600)
                    moved = _packed(store, step, packing)
                part.replace(out)
                return moved
        except OSError as error:
            raise StoreError(
                f"it cannot be written ({error.strerror})", where=str(out), remedy="Make room, or name another place"
            ) from error


def restore_study(file: Path, folder: Path) -> Moved:
    """
    Make a study of an archive, in a folder that is not there yet or is empty.

    Raises:
        UsageError: there is something in the folder.
        ArchiveError: the archive is damaged, of a newer version, or not bounded; nothing was restored.
    """
    target = folder.resolve()
    if target == Path.cwd() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise UsageError("an archive is restored into a folder of its own", where=str(folder), remedy=ANOTHER)
    with file.open("rb") as opened:
        packed = Archive(opened, file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        _must_fit(packed, target.parent, file.name)
        place = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            _unpack(packed, place, file.name)
            if target.exists():
                target.rmdir()
            place.rename(target)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
    return Moved((f"Restored the study {packed.about.get('study')} to {folder}: {_counts(packed.parts)}.",))


def _packed(store: Store, step: int, packing: Packing) -> Moved:
    with store.alone("an archive") as database:
        tables = everything.tables(database)
        for table in tables:
            packing.table(table.name, everything.rows(database, table.name))
    paths, links = [], 0
    for path in own_files(store.folder):
        if path.is_symlink():
            links += 1
        else:
            packing.file(path.relative_to(store.folder).as_posix(), path.read_bytes())
            paths.append(path)
    name = load_settings(store.folder).study.name
    about = {"study": name, "tagger": __version__, "schema": step}
    parts = packing.finish(about, "".join(_readme(name, tables)))
    told = [f"{_counts(parts)}. Each part is checked by its SHA-256, and can be read without this program."]
    if links:
        told.append(f"{several(links, 'link', 'links')} to other places were left out.")
    return Moved(tuple(told))


def _counts(parts: dict[str, Part]) -> str:
    rows = [part.rows or 0 for name, part in parts.items() if name.startswith(TABLES)]
    files = sum(name.startswith(FILES) for name in parts)
    return f"{several(len(rows), 'table')} with {several(sum(rows), 'row')}, and {several(files, 'file')}"


def _must_fit(packed: Archive, place: Path, name: str) -> None:
    needed, free = sum(part.bytes for part in packed.parts.values()), shutil.disk_usage(place).free
    if needed * 2 > free:
        raise ArchiveError(
            f"It needs about {needed * 2 // 1_000_000:,} MB, and {free // 1_000_000:,} MB are free",
            where=name,
            remedy="Make room, or restore it on another disk",
        )
    if packed.about["schema"] > migrations.newest():
        raise ArchiveError(
            f"It was written by a newer version of tagger ({packed.about.get('tagger')})",
            where=name,
            remedy="Install that version; nothing was restored",
        )


def _unpack(packed: Archive, place: Path, name: str) -> None:
    for title in packed.parts:
        if title.startswith(FILES):
            path = place / PurePosixPath(title.removeprefix(FILES))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packed.read(title))
    (place / "inbox").mkdir(exist_ok=True)
    written = {PurePosixPath(title).stem: part.rows for title, part in packed.parts.items() if title.startswith(TABLES)}
    try:
        filled = Store(place).restore(packed.about["schema"], packed.rows)
    except StoreError as error:
        raise ArchiveError(f"Its rows do not fit: {error.what}", where=name, remedy=archive.COPY_AGAIN) from error
    if differs := sorted(table for table in filled.keys() | written.keys() if filled.get(table) != written.get(table)):
        raise ArchiveError(f"Not all rows of the table {differs[0]} are in it", where=name, remedy=archive.COPY_AGAIN)


def _readme(name: str, tables: tuple[everything.TableInfo, ...]) -> Iterator[str]:
    yield _INTRODUCTION.format(name=name, version=__version__)
    for table in tables:
        columns = ", ".join(f"{column} ({kind})" for column, kind in table.columns)
        yield f"\ntables/{table.name}.parquet\n  {table.comment}\n  Columns: {columns}.\n"


_INTRODUCTION = """\
The study "{name}", as a whole
==============================

This is an archive of a study of peer support transcripts, written by transcript-tagger {version}.
It holds what the study held, and can be read without that program.

It is as confidential as the study: it has all that participants said, what every reader decided, and the keys by which
names were turned into ids. What a participant withdraws later stays in here; delete the archive then, and make another.

What is in it
  tables/*.parquet   every table of the study's database, all rows. Any program for Parquet reads them: R (arrow),
                     Python (pandas, pyarrow, DuckDB), and many others. Times are UTC. Positions count Unicode code
                     points from 0 in the text of one revision: text[start:end] is the excerpt.
  files/             the files in the study's folder as they were: settings (study.toml), frameworks, what was learned,
                     and transcripts if they lay there.
  manifest.json      the bytes and the SHA-256 of every part, and the rows of every table.

What is not in it: files outside of the study's folder, hidden files, links, Prefect's records of runs, locks, other
archives.

To restore it: tagger import ARCHIVE --study NEW-FOLDER

The tables
----------
"""
