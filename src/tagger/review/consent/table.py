"""All proposals about passages as a table for other programs, with what each person held and where they stand."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from tagger.review.consent.rounds import rounds
from tagger.store import Readable

_FIRST = ("state", "newest", "dataset", "proposed", "text", "reader", "own_reading", "own_kind", "after_talk")


def table(db: Readable, today: date) -> pa.Table:
    """
    Return `consent_list` with `state` (open, held, stands) on a day, and `newest`: the round that counts.

    A proposal that was followed by another one is `followed`.
    """
    rows = db.table("SELECT * FROM consent_list ORDER BY dataset, transcript, excerpt_id, round, reader")
    found = rounds(db, "coding", rows["excerpt_id"].to_pylist(), today)
    newest = {each[-1].id: each[-1].state for each in found.values()}
    ids = rows["proposal_id"].to_pylist()
    states = [newest.get(one, "followed") for one in ids]
    rows = rows.append_column("state", pa.array(states, pa.string()))
    rows = rows.append_column("newest", pa.array(["yes" if one in newest else "no" for one in ids], pa.string()))
    return rows.select([*_FIRST, *(name for name in rows.column_names if name not in _FIRST)])
