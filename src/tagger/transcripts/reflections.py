"""Reflections of those who read, as `tagger export --what reflections` writes them: one entry a row, nobody asks."""

from __future__ import annotations

import csv

from tagger.errors import TranscriptError
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "reflections"
COLUMNS = ("reflection_by", "text")


def recognises(source: Source) -> bool:
    """Tell them by the name of the first column, whatever the file is called."""
    first = source.text.lstrip("\ufeff").partition("\n")[0]
    return tuple(cell.strip(' "').casefold() for cell in first.split(",")[:2]) == COLUMNS


def read(source: Source) -> Draft:
    """
    Read one entry a row.

    Raises:
        TranscriptError: Its quotes are unbalanced.
    """
    reader = csv.reader(source.text.splitlines(keepends=True), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)][1:]
    except csv.Error as reason:
        raise TranscriptError(
            f"A quotation mark is left open or stands where none may ({reason})",
            where=f"{source.name}, line {reader.line_num}",
            remedy="Export it again: tagger export --what reflections --to csv",
        ) from reason
    said = [Utterance(row[1], row[0].strip() or None, line=line) for line, row in rows if len(row) > 1]
    return Draft(tuple(said), kind="reflection")
