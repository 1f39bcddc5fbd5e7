"""A study's passages, suggestions and readings as a table for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from tagger.exchange.tables import write
from tagger.store import Store


def export(folder: Path, form: str, *, include_unreviewed: bool) -> tuple[bytes, int]:
    """Write `export_list`, with what people say of each transcript, in the form asked for; return bytes and rows."""
    with Store(folder).session("an export") as database:
        rows = database.table(
            "SELECT * FROM export_list WHERE review = 'reviewed' OR $all "
            'ORDER BY suggested DESC, dataset, framework, value, score DESC NULLS LAST, transcript, start, "end"',
            {"all": include_unreviewed},
        )
        said = database.rows("SELECT transcript_id, attributes FROM current_attributes")
    rows = _with_attributes(rows, {str(transcript): json.loads(held) for transcript, held in said})
    return write(rows, form, "suggestions"), rows.num_rows


def _with_attributes(rows: pa.Table, said: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Add a column for each attribute that a transcript has, but for how its file was written."""
    transcripts = rows["transcript"].to_pylist()
    for name in sorted({name for attributes in said.values() for name in attributes} - {"encoding"}):
        title = f"{name} (of the file)" if name in rows.column_names else name
        cells = [said.get(transcript, {}).get(name) for transcript in transcripts]
        rows = rows.append_column(title, pa.array(cells, pa.string()))
    return rows
