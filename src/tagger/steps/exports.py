"""A study's passages, suggestions and readings as a table for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from tagger.exchange.tables import write
from tagger.steps.overview import names_without_reflections
from tagger.store import Store

_PASSAGES = """
SELECT * FROM export_list
WHERE (review = 'reviewed' OR $all) AND list_contains($datasets::VARCHAR[], dataset) <> $reflections
ORDER BY suggested DESC, dataset, framework, value, score DESC NULLS LAST, transcript, start, "end"
"""


def export(folder: Path, form: str, *, include_unreviewed: bool, reflections: bool = False) -> tuple[bytes, int]:
    """
    Write `export_list`, with what people say of transcripts and datasets, in a form; return bytes and rows.

    Args:
        reflections: of the datasets of reflections, in the place of those of what participants said.
    """
    with Store(folder).session("an export") as database:
        chosen = {"datasets": names_without_reflections(database), "reflections": reflections}
        rows = database.table(_PASSAGES, {"all": include_unreviewed, **chosen})
        said = database.rows("SELECT transcript_id, attributes FROM current_attributes")
        of_datasets = database.rows("SELECT dataset, attributes FROM current_dataset_attributes")
    rows = _with_attributes(rows, "transcript", said, "of the file")
    rows = _with_attributes(rows, "dataset", of_datasets, "of the dataset")
    return write(rows, form, "suggestions"), rows.num_rows


def _with_attributes(rows: pa.Table, of: str, said: Sequence[tuple[str, str]], where: str) -> pa.Table:
    """
    Add a column for each attribute of transcripts or datasets, but for how a file was written.

    Args:
        of: the column that says whose attributes they are.
        said: that column's ids, each with its attributes as JSON.
        where: what tells an attribute from another column of its name.
    """
    held = {str(one): json.loads(attributes) for one, attributes in said}
    known = rows[of].to_pylist()
    for name in sorted({name for attributes in held.values() for name in attributes} - {"encoding"}):
        title = f"{name} ({where})" if name in rows.column_names else name
        rows = rows.append_column(title, pa.array([held.get(one, {}).get(name) for one in known], pa.string()))
    return rows
