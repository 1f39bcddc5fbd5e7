"""The revision that follows once words are replaced: the text of the one before it by then, and all that lies in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tagger.privacy import plain_hash
from tagger.revisions import Shared
from tagger.steps import split
from tagger.steps.pseudonymising.masked import Masked, map_row
from tagger.steps.workplace import Rows
from tagger.store import Readable

_HEARD = """
SELECT revision_id, list(evidence ORDER BY position) FROM live_turns
WHERE list_contains($revisions::VARCHAR[], revision_id) GROUP BY revision_id
"""
_SEGMENTATIONS = "SELECT id FROM segmentations ORDER BY id"
_DONE = "SELECT key, n_rows FROM ledger WHERE list_contains($keys::VARCHAR[], key)"


def rows(masked: Masked, database: Readable, run_id: str, now: datetime) -> dict[str, Rows]:
    """
    Make the rows of a new revision of each transcript, by table.

    Args:
        run_id: of what replaced.
    """
    numbers = {one.id: one.number + 1 for one in masked.newest.values()}
    new = {
        one.id: plain_hash("revision", transcript, str(numbers[one.id]), masked.text_key(one.id))
        for transcript, one in masked.newest.items()
    }
    revisions = [
        masked.revision(row) | {"id": new[row["id"]], "number": numbers[row["id"]], "run_id": run_id}
        for row in masked.about("revisions", "id")
        if row["id"] in new
    ]
    lying = {
        table: [
            masked.placed(row) | {"revision_id": new[row["revision_id"]]}
            for row in masked.about(table)
            if row["revision_id"] in new
        ]
        for table in ("turns", "placements")
    }
    whole = [map_row(new[one], Shared(0, 0, length)) for one in new if (length := masked.length(one))]
    return {"revisions": revisions, **lying, "offset_maps": whole, "ledger": list(_cut(new, database, run_id, now))}


def _cut(new: dict[str, str], database: Readable, run_id: str, now: datetime) -> Iterator[dict[str, object]]:
    """Yield that the new texts are cut in all ways in which those before are: no run cuts them again."""
    ways = [str(one) for (one,) in database.rows(_SEGMENTATIONS)]
    keys = {
        split.key(revision, way, heard): split.key(new[revision], way, heard)
        for revision, heard in database.rows(_HEARD, {"revisions": list(new)})
        for way in ways
    }
    for key, n_rows in database.rows(_DONE, {"keys": list(keys)}):
        yield {"key": keys[key], "stage": "split", "run_id": run_id, "n_rows": n_rows, "merged_at": now}
