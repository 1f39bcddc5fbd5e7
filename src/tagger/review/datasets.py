"""What there is to read: each dataset with the framework it was tagged with."""

from __future__ import annotations

from dataclasses import dataclass

from tagger.errors import UsageError
from tagger.frameworks import from_json
from tagger.records import Framework
from tagger.store import Readable


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset and the framework of its newest scoring; None where nothing was tagged yet."""

    name: str
    transcripts: int
    framework: Framework | None


def datasets(db: Readable) -> list[Dataset]:
    """Return the study's datasets by name."""
    rows = db.rows(
        "SELECT d.id, (SELECT count(*) FROM transcripts t WHERE t.dataset = d.id), "
        "f.content FROM datasets d LEFT JOIN newest_scorings c ON c.dataset = d.id "
        "LEFT JOIN frameworks f ON f.id = c.framework_id ORDER BY d.id"
    )
    return [Dataset(name, count, from_json(content) if content else None) for name, count, content in rows]


def framework(db: Readable, framework_id: str) -> Framework:
    """
    Return a framework as it was stored.

    Raises:
        UsageError: there is none yet, as for a dataset that is cut into passages and not tagged.
    """
    rows = db.rows("SELECT content FROM frameworks WHERE id = $id", {"id": framework_id})
    if not rows:
        raise UsageError("this passage is still being prepared", remedy="Come back when the run has finished")
    return from_json(rows[0][0])
