"""What people corrected of speakers and transcripts: what holds now, what held before, when, and by which sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from tagger.store import Store

_QUERY = "SELECT * FROM correction_list ORDER BY dataset, source, about DESC, speaker, number"


def history(folder: Path) -> list[str]:
    """Say in lines which corrections a study holds, transcript by transcript, each with what it changed."""
    store = Store(folder)
    store.create()
    with store.session("a look at the corrections") as database:
        rows = database.table(_QUERY).to_pylist()
    if not rows:
        return ["Nothing was corrected: what is believed of speakers and transcripts was guessed."]
    told = []
    for (dataset, name), corrections in groupby(rows, key=lambda row: (row["dataset"], row["source"])):
        told += [f"{name} ({dataset})", *(line for row in corrections for line in _lines(row)), ""]
    return told


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    """Say one correction: the pairs that it changed, those in force marked as what holds now."""
    before, now = json.loads(row["before"] or "{}"), json.loads(row["now"])
    changed = [
        _change(name, before.get(name), now.get(name))
        for name in (*now, *(before.keys() - now.keys()))
        if before.get(name) != now.get(name)
    ]
    state = "now" if row["in_force"] else "was"
    who = row["speaker"] or "file"
    sheet = f", by {row['given_as']}" if row["given_as"] else ""
    account = f", account {row['given_by']}" if row["given_by"] else ""
    when = row["made_at"].strftime("%Y-%m-%d %H:%M") if row["made_at"] else "at a time not known"
    yield f"  {state}  {who}: {'; '.join(changed) or 'the same, confirmed'}"
    yield f"       {when} UTC{sheet}{account}"


def _change(name: str, before: str | None, now: str | None) -> str:
    if not now:
        return f"{name} taken away (was {before})"
    return f"{name} {now}" + (f" (was {before})" if before else "")
