"""The exemplar table as a Word document: a heading for each value, and below it what each dataset says, in quotes."""

from __future__ import annotations

import io
from datetime import date

import docx
from docx.document import Document

from tagger.exchange.projects.records import plain
from tagger.review.exemplars import Cell, Exemplars
from tagger.review.exemplars.quotes import Quote
from tagger.review.exemplars.sheet import MOVED, OWN_MEANING


def write(exemplars: Exemplars, study: str, made: date) -> bytes:
    """Write the table as a DOCX file."""
    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.title = plain(f"Exemplars: {study}")
    document.add_heading(plain(f"Exemplars: {study}"), 0)
    document.add_paragraph(f"{made:%d %B %Y}. These are people's words: keep the file as safe as the study.")
    if exemplars.of_one:
        document.add_paragraph("It is made of what one reader sees. It is not the whole study's.")
    for section in exemplars.sections:
        for layer in section.layers:
            document.add_heading(plain(layer.name), 1)
            for row in layer.rows:
                document.add_heading(plain(row.name), 2)
                for column, cell in zip(section.columns, row.cells, strict=True):
                    _cell(document, column.dataset, cell)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _cell(document: Document, dataset: str, cell: Cell) -> None:
    said = [cell.words, OWN_MEANING if cell.own_meaning else "", cell.silence]
    heading = document.add_paragraph()
    heading.paragraph_format.keep_with_next = bool(cell.quotes)
    heading.add_run(plain(dataset)).bold = True
    heading.add_run(plain(f": {' '.join(filter(None, said))}"))
    for quote in cell.quotes:
        document.add_paragraph(plain(f"“{quote.text}”"), style="Quote")
        document.add_paragraph(plain(_source(quote)))


def _source(quote: Quote) -> str:
    """Say whose words these are, where they stand, and who found the value in them."""
    found = f"found by {quote.agreed}"
    said = (quote.speakers, quote.standing, quote.transcript, quote.begins, found, "; ".join(quote.kinds))
    return f"{', '.join(filter(None, said))}.{f' {MOVED}' if quote.moved else ''}"
