"""A study's passages, suggestions and readings as a table for other programs."""

from __future__ import annotations

from pathlib import Path

from tagger.exchange.tables import write
from tagger.store import Store


def export(folder: Path, form: str, *, include_unreviewed: bool) -> tuple[bytes, int]:
    """Write the view `export_list` in the form asked for; return the bytes and the number of rows."""
    with Store(folder).session("an export") as database:
        rows = database.table(
            "SELECT * FROM export_list WHERE review = 'reviewed' OR $all "
            'ORDER BY suggested DESC, dataset, framework, value, score DESC NULLS LAST, transcript, start, "end"',
            {"all": include_unreviewed},
        )
    return write(rows, form, "suggestions"), rows.num_rows
