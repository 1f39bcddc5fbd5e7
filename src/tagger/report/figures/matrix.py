"""Counts or shares of rows by columns, darker where there is more, and hatched where there is no number."""

from __future__ import annotations

from math import isnan

from tagger.report.document import Matrix
from tagger.report.figures.paper import (
    INK,
    LEADING,
    RULE,
    SIZE,
    SMALL,
    SOFT,
    WIDTH,
    Paper,
    Place,
    extent,
    tall,
    wrapped,
)

NAMES = 130.0
CELL, LEAST, WITH_WORDS = 84.0, 24.0, 132.0
HEIGHT = 34.0
TURN = 40.0
LIGHT, DARK = (247, 249, 249), (18, 62, 70)


def draw(plot: Matrix) -> Paper:
    """Draw the cells with their numbers, the names of the rows at the left and those of the columns above."""
    rows = [wrapped(name, NAMES) for name in plot.rows]
    left = max([extent(line) for name in rows for line in name] + [extent(plot.down, SMALL, bold=True), 40]) + 14
    cell = min(WITH_WORDS if plot.words else CELL, (WIDTH - left - 12) / max(1, len(plot.columns)))
    turned = any(extent(word, SMALL) > cell - 6 for name in plot.columns for word in name.split())
    if turned:
        # The last of the names leans out to the right.
        cell = min(cell, max(LEAST, (WIDTH - left - 0.77 * _longest(plot)) / max(1, len(plot.columns))))
    head = _head(plot, cell, turned)
    top = head + (24 if plot.across else 4)
    texts = [[_lines(plot, row, column, cell) for column in range(len(plot.columns))] for row in range(len(rows))]
    heights = [
        max(HEIGHT, *(tall(lines, SIZE if lines is name else SMALL) + 8 for lines in (name, *own)))
        for name, own in zip(rows, texts, strict=True)
    ]
    paper = Paper(top + sum(heights) + 6)
    _names_of_columns(paper, plot, left, cell, top, turned)
    most = plot.full or max((abs(number) for row in plot.cells for number in row if not isnan(number)), default=0) or 1
    for place, (name, height) in enumerate(zip(rows, heights, strict=True)):
        edge = top + sum(heights[:place])
        middle = edge + height / 2
        paper.text(left - 10, middle - (len(name) - 1) * SIZE * LEADING / 2, name, align="right")
        for column, number in enumerate(plot.cells[place]):
            _cell(paper, (left + column * cell, edge, cell, height), number / most, texts[place][column])
    return paper


def _lines(plot: Matrix, row: int, column: int, width: float) -> list[str]:
    if not plot.words:
        return [f"{plot.cells[row][column]:,.{plot.digits}f}"]
    return [line for words in plot.words[row][column] for line in wrapped(words, width - 6, SMALL)]


def _longest(plot: Matrix) -> float:
    return max((extent(name, SMALL) for name in plot.columns), default=0)


def _head(plot: Matrix, cell: float, turned: bool) -> float:
    if turned:
        return 0.65 * _longest(plot) + 22
    return max((tall(wrapped(name, cell - 6, SMALL), SMALL) for name in plot.columns), default=0) + 6


def _names_of_columns(paper: Paper, plot: Matrix, left: float, cell: float, top: float, turned: bool) -> None:
    if plot.across:
        paper.text(left, 10, [plot.across], size=SMALL, weight="bold", color=SOFT)
    if plot.down:
        paper.text(left - 10, top - 10, [plot.down], size=SMALL, align="right", weight="bold", color=SOFT)
    for column, name in enumerate(plot.columns):
        x = left + (column + 0.5) * cell
        if turned:
            paper.ground.text(x - 2, top - 5, name, size=SMALL, rotation=TURN, rotation_mode="anchor")
            continue
        lines = wrapped(name, cell - 6, SMALL)
        paper.text(x, top - tall(lines, SMALL) + 3, lines, size=SMALL, align="center")


def _cell(paper: Paper, place: Place, share: float, lines: list[str]) -> None:
    left, top, width, height = place
    known = not isnan(share)
    dark = abs(share) ** 0.8 if known else 0.0
    colour = tuple((light + (full - light) * dark) / 255 for light, full in zip(LIGHT, DARK, strict=True))
    paper.rectangle(place, facecolor=colour, edgecolor=RULE, linewidth=0.8, hatch="" if known else "///")
    ink = "#ffffff" if _luminance(colour) < 0.19 else INK
    widest = SIZE if len(lines) == 1 and known else SMALL
    size = min(widest, widest * (width - 6) / max(1.0, *(extent(line, widest) for line in lines)))
    middle = top + height / 2 - (len(lines) - 1) * size * LEADING / 2
    paper.text(left + width / 2, middle, lines, size=size, align="center", color=ink)


def _luminance(colour: tuple[float, ...]) -> float:
    """Return how light a colour is, as the guidelines on contrast (WCAG) define it."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
