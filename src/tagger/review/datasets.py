"""What there is to read: each dataset with the framework it was tagged with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tagger.errors import UsageError
from tagger.frameworks import from_json
from tagger.readings import read_against
from tagger.records import Framework, Value
from tagger.store import Readable

_read = lru_cache(maxsize=16)(from_json)


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
    return [Dataset(name, count, _read(content) if content else None) for name, count, content in rows]


def framework(db: Readable, framework_id: str) -> Framework:
    """
    Return a framework as it was stored.

    Raises:
        UsageError: there is none yet, as for a dataset that is cut into passages and not tagged.
    """
    rows = db.lasting("SELECT content FROM frameworks WHERE id = $id", {"id": framework_id})
    if not rows:
        raise UsageError("this passage is still being prepared", remedy="Come back when the run has finished")
    return _read(rows[0][0])


def values_against(framework: Framework, kind: str) -> tuple[Value, ...]:
    """Return the values of a list that an excerpt of some kind is read against."""
    wanted = read_against({value.id: value.unit for value in framework.values}, kind)
    return tuple(value for value in framework.values if value.id in wanted)


def units(db: Readable, framework_id: str) -> dict[str, str]:
    """Return the ids of a framework's values in its order, each with the unit that it asks for."""
    return dict(db.lasting(_UNITS, {"id": framework_id}))


_UNITS = "SELECT value_id, unit FROM framework_values WHERE framework_id = $id ORDER BY position"
