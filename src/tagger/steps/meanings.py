"""Which values are the same across datasets, whose frameworks may share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tagger.report.evidence import Value


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
