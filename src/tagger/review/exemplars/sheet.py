"""The exemplar table as a workbook: one row for each quote, to be sorted and filtered, and never a formula."""

from __future__ import annotations

from collections.abc import Iterator

from tagger.exchange import workbook
from tagger.review.exemplars import Cell, Exemplars

COLUMNS = (
    "layer",
    "value",
    "dataset",
    "found in transcripts",
    "transcripts read",
    "quote",
    "who",
    "standing",
    "transcript",
    "time",
    "readers",
    "how it was read",
    "remark",
)
OWN_MEANING = "This dataset's list gives the value a meaning of its own."
MOVED = "A reader moved where it begins or ends."
Record = tuple[str | int | None, ...]


def write(exemplars: Exemplars) -> bytes:
    """Write the table as an XLSX workbook."""
    records = list(_records(exemplars))
    title = "Exemplars, as one reader sees" if exemplars.of_one else "Exemplars"
    return workbook.write(COLUMNS, records, len(records), title)


def _records(exemplars: Exemplars) -> Iterator[Record]:
    for section in exemplars.sections:
        for layer in section.layers:
            for row in layer.rows:
                for column, cell in zip(section.columns, row.cells, strict=True):
                    for record in _of_cell(cell):
                        yield (layer.name, row.name, column.dataset, *record)


def _of_cell(cell: Cell) -> Iterator[Record]:
    counts = (cell.found, cell.read) if cell.listed else (None, None)
    said = [OWN_MEANING] if cell.own_meaning else []
    said += [part for part in (cell.silence, "" if cell.found else cell.words) if part]
    if not cell.quotes:
        yield (*counts, *[None] * 7, " ".join(said))
    for quote in cell.quotes:
        remark = " ".join([*said, *([MOVED] if quote.moved else [])])
        said = []
        yield (
            *counts,
            quote.text,
            quote.speakers,
            quote.standing,
            quote.transcript,
            quote.begins or None,
            quote.agreed,
            "; ".join(quote.kinds),
            remark or None,
        )
