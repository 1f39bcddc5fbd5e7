"""Work that is finished but not yet in the database: folders of Parquet files in the inbox, whole or not there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tagger.store.database import Database
from tagger.store.lock import at_work
from tagger.store.plain_errors import explained
from tagger.store.study_files import WRITING, sync

_MANIFEST = "shard.json"
_STORED = "SELECT key FROM ledger WHERE list_contains($keys::VARCHAR[], key)"
_WEIGHT = 16_000_000
"""Bytes of shards that are stored in one transaction, unless one has more."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shard:
    """A finished piece of work: its key, the stage it belongs to, its run, and the rows it adds, by table."""

    key: str
    stage: str
    run_id: str
    tables: Mapping[str, pa.Table]


def write(inbox: Path, shard: Shard) -> Path:
    """
    Put *shard* into the inbox: written under a temporary name, synced, then renamed.

    A shard of the same key that is already there is left as it is: the same key means the same work.
    """
    target = inbox / f"{shard.stage}-{shard.key}"
    if target.exists():
        return target
    temporary = inbox / f"{WRITING}{os.getpid()}-{uuid.uuid4().hex}"
    with explained(inbox):
        temporary.mkdir(parents=True, mode=0o700)
        try:
            digests = {name: _write_table(temporary / f"{name}.parquet", rows) for name, rows in shard.tables.items()}
            manifest = {"key": shard.key, "stage": shard.stage, "run_id": shard.run_id, "tables": digests}
            _write_synced(temporary / _MANIFEST, json.dumps(manifest).encode())
            sync(temporary)
            temporary.rename(target)
            sync(inbox)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    return target


def waiting(inbox: Path) -> list[Path]:
    """Name the shards that wait to be merged, those of earlier stages first."""
    if not inbox.is_dir():
        return []
    found = []
    for folder in inbox.iterdir():
        # Another process may merge it while this one looks.
        with contextlib.suppress(FileNotFoundError):
            if folder.is_dir() and not folder.name.startswith("."):
                found.append((folder.stat().st_mtime_ns, folder.name))
    return [inbox / name for _, name in sorted(found)]


def groups(folders: Iterable[Path]) -> Iterator[list[Path]]:
    """Put shards together, in their order, as many as are light enough to be stored in one transaction."""
    group: list[Path] = []
    weight = 0
    for folder in folders:
        own = sum(file.stat().st_size for file in folder.iterdir())
        if group and weight + own > _WEIGHT:
            yield group
            group, weight = [], 0
        group.append(folder)
        weight += own
    if group:
        yield group


def merge(database: Database, folders: Iterable[Path]) -> int:
    """
    Store shards with their ledger rows in one transaction; return the rows added.

    A shard whose ledger row is there was stored before the process that wrote it could tidy up.
    """
    whole: dict[Path, Shard] = {}
    for folder in folders:
        if shard := load(folder):
            whole[folder] = shard
        else:
            aside = set_aside(folder)
            log.warning("Finished work was damaged on disk: it is kept as %s and is done again.", aside)
    added = _store(database, list(whole.values()))
    for folder in whole:
        remove(folder)
    return added


def _store(database: Database, shards: Sequence[Shard]) -> int:
    now = datetime.now(UTC).replace(tzinfo=None)
    ledger: list[dict[str, Any]] = []
    latest: dict[str, pa.Table] = {}
    with database.transaction():
        before = database.rows(_STORED, {"keys": [shard.key for shard in shards]})
        for shard in shards:
            if (shard.key,) in before:
                continue
            added = 0
            for name, rows in shard.tables.items():
                # Shards of one run repeat what they all refer to, such as the run.
                if not (name in latest and rows.equals(latest[name])):
                    added += database.insert(name, rows)
                latest[name] = rows
            entry = {"key": shard.key, "stage": shard.stage, "run_id": shard.run_id}
            ledger.append({**entry, "n_rows": added, "merged_at": now})
        if ledger:
            database.insert("ledger", pa.Table.from_pylist(ledger))
    return sum(entry["n_rows"] for entry in ledger)


def load(folder: Path) -> Shard | None:
    """Read a shard back; None if its bytes are not those that were written."""
    tables: dict[str, pa.Table] = {}
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        for name, digest in manifest["tables"].items():
            data = (folder / f"{name}.parquet").read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                return None
            tables[name] = pq.read_table(pa.BufferReader(data))
    except (FileNotFoundError, ValueError):
        return None
    return Shard(manifest["key"], manifest["stage"], manifest["run_id"], tables)


def remove(folder: Path) -> None:
    """Take a merged shard out of the inbox; a half-removed one is never mistaken for a whole one."""
    doomed = folder.with_name(f".merged-{uuid.uuid4().hex}")
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def set_aside(folder: Path) -> Path:
    """Keep a damaged shard out of the way without deleting it."""
    aside = folder.with_name(f".damaged-{folder.name}-{uuid.uuid4().hex[:8]}")
    return folder.rename(aside)


def sweep(inbox: Path) -> None:
    """Remove what a killed process left half-written or half-removed; what one that lives is writing is left alone."""
    if inbox.is_dir():
        for folder in inbox.iterdir():
            if folder.name.startswith(".merged-") or (
                folder.name.startswith(WRITING) and not at_work(folder.name, WRITING)
            ):
                shutil.rmtree(folder, ignore_errors=True)


def left_over(inbox: Path) -> list[Path]:
    """Name what is of no use to anybody: half-written, half-removed, or set aside because it was damaged."""
    hidden = [folder for folder in inbox.glob(".*") if folder.is_dir()]
    return [folder for folder in hidden if not (at_work(folder.name, WRITING))]


def _write_table(path: Path, rows: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    # Vectors are all different: to look for those that repeat takes five times as long as to write them.
    pq.write_table(rows, sink, compression="zstd", use_dictionary=False)
    data = sink.getvalue().to_pybytes()
    _write_synced(path, data)
    return hashlib.sha256(data).hexdigest()


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
