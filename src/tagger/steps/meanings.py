"""Which values are the same across datasets, whose frameworks may share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tagger.report.evidence import Value
from tagger.store import Readable

_VALUES = """
SELECT d.dataset, v.framework_id, v.value_id, v.name, v.position, f.name AS framework, f.version AS framework_version,
       coalesce(v.stands_for, '') AS stands_for, v.meaning_revised, m.meaning
FROM (
    SELECT dataset, framework_id FROM newest_scorings
    UNION
    SELECT DISTINCT e.dataset, x.framework_id FROM codings x JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
    WHERE e.dataset NOT IN (SELECT dataset FROM newest_scorings)
) d
JOIN framework_values v ON v.framework_id = d.framework_id
JOIN value_meanings m ON m.framework_id = v.framework_id AND m.value_id = v.value_id
JOIN frameworks f ON f.id = d.framework_id
WHERE list_contains($datasets::VARCHAR[], d.dataset)
ORDER BY d.dataset, v.position
"""


def values_in_use(study: Readable, datasets: list[str]) -> pd.DataFrame:
    """Return the values of each dataset's framework, in its order; a row each."""
    found: pd.DataFrame = study.table(_VALUES, {"datasets": datasets}).to_pandas()
    return found


def shared_values(rows: pd.DataFrame) -> tuple[tuple[Value, ...], Mapping[tuple[str, str], str]]:
    """
    Return the values, and what each is called here by dataset and its own id.

    Datasets share a value where it is that of one framework, or stands for that of another without a meaning of its
    own. All others are values of their own, however they are called.
    """
    named: dict[tuple[str, str], str] = {}
    names: dict[str, str] = {}
    where: dict[str, list[str]] = {}
    owners = _owners(rows)
    for row in rows.itertuples():
        root = str(row.stands_for or row.value_id)
        key = root
        if row.stands_for and row.meaning_revised:
            key = f"{row.value_id}@{row.framework} {_since(row)}".rstrip()
        elif not row.stands_for and owners[root] != (row.framework, _meaning(row)):
            key = f"{row.value_id}@{row.framework} {row.framework_version}"
        if str(row.dataset) in where.get(key, []):  # two values of one framework may stand for the same one
            key = f"{row.value_id}@{row.framework}"
        named[str(row.dataset), str(row.value_id)] = key
        names.setdefault(key, str(row.name))
        where.setdefault(key, []).append(str(row.dataset))
    shared = [Value(key, name) for key, name in names.items() if "@" not in key]
    own = [Value(key, f"{name} ({', '.join(where[key])})") for key, name in names.items() if "@" in key]
    return (*shared, *own), named


def _owners(rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return of each id the framework, and the meaning in it, that goes by the id alone: the first that has it."""
    owners: dict[str, tuple[str, str]] = {}
    for row in rows.itertuples():
        if not row.stands_for:
            owners.setdefault(str(row.value_id), (str(row.framework), _meaning(row)))
    for row in rows.itertuples():
        owners.setdefault(str(row.stands_for or row.value_id), (str(row.framework), ""))
    return owners


def _meaning(row: Any) -> str:
    """Return the version that last revised a value's meaning, where datasets use several; empty where none did."""
    if row.stands_for:
        return ""
    return str(row.framework_version) if row.meaning == "revised" else _since(row)


def _since(row: Any) -> str:
    """Return the version since which a value means what it does, where versions were made from each other."""
    return "" if row.meaning == "revised" else str(row.meaning)


def renamed(value_ids: pd.Series, datasets: np.ndarray, named: Mapping[tuple[str, str], str]) -> list[str]:
    """Return what values are called here, by the dataset of each."""
    return [
        named.get((dataset, value), value) for dataset, value in zip(datasets.tolist(), value_ids.tolist(), strict=True)
    ]
