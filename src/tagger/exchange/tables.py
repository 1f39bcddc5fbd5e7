"""Rows as a table that people open elsewhere: CSV, XLSX, JSONL or Parquet, the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tagger.errors import UsageError
from tagger.exchange import workbook

FORMATS = ("csv", "xlsx", "jsonl", "parquet")
BATCH = 2_000
# A spreadsheet takes a cell that begins so for a formula and runs it.
FORMULA = re.compile(r"'*(?:[=+@\t\r\n]|-\S)")
# Line ends to some readers, though not to JSON: escaped, an object stays on its line everywhere.
LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write(rows: pa.Table, to: str, title: str) -> bytes:
    """
    Write rows as a file of the format `to`.

    Args:
        rows: columns of text, numbers, times or lists of text.
        to: one of `FORMATS`.
        title: names the sheet of a workbook; the other formats have no place for it.

    Raises:
        UsageError: There is no such format, or the rows do not fit into it.
    """
    writers = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
    if to == "xlsx":
        return workbook.write(list(rows.column_names), _records(rows), rows.num_rows, title)
    if to not in writers:
        raise UsageError(f"'{to}' is not a format of tables", remedy=f"Use one of {', '.join(FORMATS)}")
    return writers[to](rows)


def _csv(rows: pa.Table) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in rows.column_names])
    for record in _records(rows):
        writer.writerow([_csv_cell(value) for value in record])
    return lines.getvalue().encode("utf-8-sig")


def _jsonl(rows: pa.Table) -> bytes:
    names = rows.column_names
    lines = io.StringIO()
    for record in _plain_records(rows):
        found = {name: _json_value(value) for name, value in zip(names, record, strict=True)}
        lines.write(json.dumps(found, ensure_ascii=False, allow_nan=False).translate(LINE_ENDS))
        lines.write("\n")
    return lines.getvalue().encode("utf-8")


def _parquet(rows: pa.Table) -> bytes:
    # In one piece and without notes of where the rows came from: both would show in the bytes.
    whole = rows.combine_chunks().replace_schema_metadata(None)
    sink = io.BytesIO()
    pq.write_table(whole, sink, compression="zstd")
    return sink.getvalue()


def _plain_records(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield rows by position, a batch at a time, so that a large table is never held twice."""
    for batch in rows.to_batches(max_chunksize=BATCH):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _records(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield rows whose cells are text, numbers, times or None."""
    for record in _plain_records(rows):
        yield tuple(map(_cell, record))


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(str(part) for part in value if part is not None)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime) and value.tzinfo is not None:
        # Neither a sheet nor a reader of CSV has a place for time zones; the study's times are UTC.
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, dict):
        return json.dumps({name: _json_value(part) for name, part in value.items()}, ensure_ascii=False)
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, uuid.UUID) else value


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return _harmless(value) if isinstance(value, str) else value


def _harmless(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _json_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_json_value(part) for part in value]
    if isinstance(value, dict):
        return {name: _json_value(part) for name, part in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
