"""From lines on pages to lines of text: margins, headers and columns are told by where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from tagger.wording import several

MARGIN_NUMBER = re.compile(r"\s*(\d{1,3})(?:\s+|$)")
LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st"}
)
BROKEN = re.compile(r"([^\W\d_]+)([-\u00ad\u2010])$")
NEXT = re.compile(r"([^\W\d_]+)(\S*)")
ENOUGH_ROWS, MOST_INDENT = 8, 60
EDGE_ROWS = 3
"""How many rows at the top and at the bottom of a page may be its header and footer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in one stretch on a page; places and size in points from the lower left, `bold` a number of letters."""

    left: float
    bottom: float
    right: float
    size: float
    bold: int
    text: str


Row = tuple[Piece, ...]
"""What stands side by side at one height, from left to right."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A line of text, how far it is indented in letters, its bold beginning; an empty one ends a paragraph."""

    text: str
    bold: str = ""
    indent: int = 0


def laid_out(pages: Sequence[Sequence[Piece]]) -> tuple[list[Laid], list[str]]:
    """Put the pieces of all pages into lines in the order of reading; also say what was left out."""
    rows, numbered = [], 0
    for page in pages:
        plain = _without_numbers(_rows(page))
        numbered += plain is not None
        rows.append(plain if plain is not None else _rows(page))
    bodies, dropped = _without_headers(rows)
    if numbered:
        dropped.append(f"line numbers in the margin of {several(numbered, 'page')}")
    columns = [column for body in bodies for column in _columns(body)]
    return _mended(list(_lines(columns))), dropped


def _rows(page: Sequence[Piece]) -> list[Row]:
    """Gather the pieces that stand at one height, from the top of the page down."""
    rows: list[list[Piece]] = []
    for piece in sorted(page, key=lambda each: -each.bottom):
        if rows and rows[-1][0].bottom - piece.bottom < 0.4 * min(rows[-1][0].size, piece.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [tuple(sorted(row, key=lambda each: each.left)) for row in rows]


def _without_numbers(rows: Sequence[Row]) -> list[Row] | None:
    """Take away numbers that count the lines of a page at its left margin; None where there are none."""
    margin = min((row[0].left for row in rows), default=0) + 25
    counted = {
        place: int(found[1])
        for place, row in enumerate(rows)
        if row[0].left <= margin and (found := MARGIN_NUMBER.match(row[0].text))
    }
    steps = sum(after == before + 1 for before, after in pairwise(counted.values()))
    if len(counted) < 8 or steps < 0.9 * (len(counted) - 1):
        return None
    kept = [_unnumbered(row) if place in counted else row for place, row in enumerate(rows)]
    return [row for row in kept if row]


def _unnumbered(row: Row) -> Row:
    first = row[0]
    rest = MARGIN_NUMBER.sub("", first.text, count=1)
    taken = len(first.text) - len(rest)
    return (replace(first, text=rest, bold=max(first.bold - taken, 0)), *row[1:]) if rest.strip() else row[1:]


def _without_headers(pages: Sequence[Sequence[Row]]) -> tuple[list[list[Row]], list[str]]:
    """Take away what stands at the same place at the edge of many pages, whatever numbers are in it."""
    often = Counter(mark for page in pages for mark in {_mark(row) for row in _edges(page)})
    least = max(2, 0.4 * len(pages))
    kept: list[list[Row]] = []
    dropped: dict[tuple[str, int], str] = {}
    for page in pages:
        edges = {id(row) for row in _edges(page) if often[_mark(row)] >= least}
        kept.append([row for row in page if id(row) not in edges])
        for row in page:
            if id(row) in edges:
                dropped.setdefault(_mark(row), " ".join(_text(row).split()))
    return kept, [f"page header or footer: {text}" for text in dict.fromkeys(dropped.values())]


def _edges(page: Sequence[Row]) -> list[Row]:
    return [*page[:EDGE_ROWS], *page[max(EDGE_ROWS, len(page) - EDGE_ROWS) :]]


def _mark(row: Row) -> tuple[str, int]:
    return re.sub(r"\d+", "#", " ".join(_text(row).split())), round(row[0].bottom)


def _columns(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Cut a page with two columns of running text into what is read one after the other."""
    gutter = _gutter(rows)
    if gutter is None:
        yield list(rows)
        return
    left: list[Row] = []
    right: list[Row] = []
    for row in rows:
        if any(piece.left < gutter < piece.right for piece in row):
            yield from (column for column in (left, right, [row]) if column)
            left, right = [], []
            continue
        for side, pieces in (
            (left, [piece for piece in row if piece.right <= gutter]),
            (right, [piece for piece in row if piece.left >= gutter]),
        ):
            if pieces:
                side.append(tuple(pieces))
    yield from (column for column in (left, right) if column)


def _gutter(rows: Sequence[Row]) -> float | None:
    """Say where the middle between two columns is; None where the page has one, or a narrow one beside the text."""
    pieces = [piece for row in rows for piece in row]
    if len(pieces) < 20:
        return None
    start, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    middle = (start + end) / 2
    starts = Counter(round(piece.left) for piece in pieces if abs(piece.left - middle) < 0.15 * (end - start))
    if not starts:
        return None
    gutter = starts.most_common(1)[0][0] - 1.5
    left = [piece for piece in pieces if piece.right <= gutter]
    right = [piece for piece in pieces if piece.left >= gutter]
    if min(len(left), len(right)) < 8 or len(left) + len(right) < 0.85 * len(pieces):
        return None
    wide = 0.3 * (end - start)
    both = median(each.right - each.left for each in left), median(each.right - each.left for each in right)
    return gutter if min(both) > wide else None


def _text(row: Row) -> str:
    """Join what stands side by side; a gap as between columns of a table becomes a tab."""
    text = row[0].text.rstrip()
    for before, after in pairwise(row):
        wide = after.left - before.right > 2.5 * max(before.size, after.size)
        text += ("\t" if wide else " ") + after.text.strip()
    return text.translate(LIGATURES)


def _lines(columns: Sequence[Sequence[Row]]) -> Iterator[Laid]:
    usual = _pitch([gap for rows in columns for gap in _gaps(rows)])
    for rows in filter(None, columns):
        gaps = _gaps(rows)
        pitch = _pitch(gaps) if len(gaps) >= ENOUGH_ROWS else usual
        body = Counter(round(row[0].left) for row in rows).most_common(1)[0][0]
        start, end = min(row[0].left for row in rows), max(row[-1].right for row in rows)
        full = start + 0.8 * (end - start)
        for before, row in zip([None, *rows], rows, strict=False):
            if before and _begins_paragraph(before, row, body, pitch, full):
                yield Laid("")
            text, bold = _text(row).strip(), row[0].text[: row[0].bold].strip()
            indent = round((row[0].left - start) / max(0.5 * row[0].size, 1))
            yield Laid(text, bold if len(bold) < len(text) else "", min(indent, MOST_INDENT))
        if _ends(rows[-1], full):
            yield Laid("")


def _gaps(rows: Sequence[Row]) -> list[float]:
    return [gap for before, after in pairwise(rows) if (gap := before[0].bottom - after[0].bottom) > 0]


def _pitch(gaps: Sequence[float]) -> float:
    """Say how far apart lines of one paragraph are: less than most gaps where paragraphs have a line or two."""
    return sorted(gaps)[len(gaps) // 4] if gaps else 0.0


def _begins_paragraph(before: Row, row: Row, body: float, pitch: float, full: float) -> bool:
    """Tell a new paragraph by the gap above it, by its indent or hanging out, or by a short last line before it."""
    step = 0.8 * row[0].size
    further_in = row[0].left > body + step and before[0].left < row[0].left - step
    further_out = row[0].left < body - step and before[0].left > row[0].left + step
    apart = before[0].bottom - row[0].bottom > 1.3 * pitch
    return apart or further_in or further_out or _ends(before, full)


def _ends(row: Row, full: float) -> bool:
    """Tell the last line of a paragraph: it ends a sentence and stops short of the edge."""
    return row[-1].right < full and row[-1].text.rstrip().endswith((".", "?", "!"))


def _mended(lines: list[Laid]) -> list[Laid]:
    """
    Rejoin words that were broken at the end of a line, where the rest of the text tells how they are written.

    A hyphen goes where the word stands elsewhere without it, and stays where it stands elsewhere with it. A soft hyphen
    always goes. Where nothing tells, most of the words that were told decide; where none was, both parts stay apart.
    """
    words = Counter(word.casefold() for line in lines for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text))
    breaks = [(place, *found) for place in range(len(lines) - 1) if (found := _break(lines[place], lines[place + 1]))]
    gone = sum(words[(head + tail).casefold()] > 0 for _, head, _, tail, _ in breaks)
    stays = sum(words[f"{head}-{tail}".casefold()] > 0 for _, head, _, tail, _ in breaks)
    for place, head, hyphen, tail, mark in breaks:
        whole, parts = words[(head + tail).casefold()], words[f"{head}-{tail}".casefold()]
        joiner = "" if hyphen == "\u00ad" or whole > parts or (whole == parts and gone > 2 and gone > stays) else "-"
        if not joiner or parts:
            line, after = lines[place], lines[place + 1]
            lines[place] = replace(line, text=line.text[:-1] + joiner + tail + mark)
            lines[place + 1] = replace(after, text=after.text[len(tail + mark) :].lstrip())
    return lines


def _break(line: Laid, after: Laid) -> tuple[str, str, str, str] | None:
    """Return the parts of a broken word with the hyphen between them and the marks after them."""
    head, tail = BROKEN.search(line.text), NEXT.match(after.text)
    if not head or not tail or not tail[1][0].islower():
        return None
    return head[1], head[2], tail[1], tail[2]
