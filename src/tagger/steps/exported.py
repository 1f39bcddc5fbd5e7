"""A note of each file with people's words that leaves a study, so that it can be named when somebody leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from tagger.steps.overview import dataset_names
from tagger.steps.workplace import outside_runs
from tagger.store import Database, Readable, Store


def note(folder: Path, kind: str, file_name: str, now: datetime, datasets: Sequence[str] = ()) -> None:
    """
    Note a file that was written.

    Args:
        kind: what it is, in words for people.
        file_name: without its folder.
        datasets: whose words it holds; without any, it may be all.
    """
    store = Store(folder)
    store.create()
    with store.session("an export") as study:
        row = _row(study, kind, file_name, now, datasets)
    store.put(outside_runs("export", row["id"], {"exports": [row]}, "{}", now, {"exports": 1}))
    store.merge()


def note_in(database: Database, kind: str, file_name: str, now: datetime, datasets: Sequence[str] = ()) -> None:
    """Note the same in a study that is open."""
    database.insert("exports", pa.Table.from_pylist([_row(database, kind, file_name, now, datasets)]))


def _row(study: Readable, kind: str, file_name: str, now: datetime, datasets: Sequence[str]) -> dict[str, Any]:
    held = list(datasets) or dataset_names(study)
    return {"id": uuid4().hex, "kind": kind, "file_name": file_name, "datasets": held, "made_at": now}
