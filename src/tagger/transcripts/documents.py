"""What a word processor writes, in whatever format: its paragraphs and tables as talk, captions or rows of turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tagger.transcripts import cues, dialogue, tables, vtt
from tagger.transcripts.dialogue import Line
from tagger.transcripts.utterances import Draft

BOXED = "its text boxes are not read: move their words into the text"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words with their line breaks; `bold` is their bold beginning."""

    text: str
    bold: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a merged cell speaks once, and its further places are empty."""

    rows: tuple[tuple[str, ...], ...]


def paragraph(runs: Iterable[tuple[str, bool]]) -> Paragraph:
    """Put together a paragraph of its runs: the words of each, and whether they are bold."""
    runs = list(runs)
    first_plain = next((place for place, (words, bold) in enumerate(runs) if words.strip() and not bold), len(runs))
    start = "".join(words for words, _ in runs[:first_plain]).strip()
    whole = first_plain == len(runs) or "\n" in start
    return Paragraph("".join(words for words, _ in runs), "" if whole else start)


def read(blocks: Sequence[Paragraph | Table]) -> Draft:
    """Read rows as turns where most words stand in tables that can be read so, otherwise all of it line by line."""
    inside = sum(len(cell.split()) for each in blocks if isinstance(each, Table) for row in each.rows for cell in row)
    outside = sum(len(each.text.split()) for each in blocks if isinstance(each, Paragraph))
    draft = _from_tables(blocks) if inside > outside else None
    return draft or _from_lines(_lines(blocks))


def _from_tables(blocks: Sequence[Paragraph | Table]) -> Draft | None:
    """Read tables whose rows are turns; what stands around them is left out and listed."""
    all_rows = [row for each in blocks if isinstance(each, Table) for row in each.rows]
    width = max((len(row) for row in all_rows), default=0)
    draft = tables.read([(*row, *[""] * (width - len(row))) for row in all_rows]) if width > 1 else None
    if draft is None:
        return None
    around = [" ".join(each.text.split()) for each in blocks if isinstance(each, Paragraph)]
    return Draft(draft.utterances, (*[each for each in around if each], *draft.dropped), draft.problems)


def _from_lines(lines: list[Line]) -> Draft:
    """Read paragraphs as talk, or as the captions that Teams writes into documents."""
    timed = sum(vtt.timing(line.text) is not None for line in lines)
    if timed > 1 and timed > 0.1 * len(lines):
        return cues.spoken(*cues.gather([(line.number, line.text) for line in lines], vtt.timing))
    return dialogue.read(lines)


def _lines(blocks: Sequence[Paragraph | Table]) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, Table):
            block = Paragraph("\n".join("\t".join(row) for row in block.rows))
        first, *more = block.text.split("\n")
        lines.append(Line(first, len(lines) + 1, block.bold))
        lines.extend(Line(each, number) for number, each in enumerate(more, len(lines) + 1))
    return lines
