"""Boxes and arrows from the top to the bottom: who coded what, how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from matplotlib.patches import FancyArrowPatch

from tagger.report.document import Flow, Step
from tagger.report.figures.paper import ACCENT, LEADING, SIZE, SMALL, SOFT, WIDTH, Paper, tall, wrapped

WIDEST, GAP, BETWEEN, MARGIN = 204.0, 14.0, 34.0, 7.0
COUNT = 17.0
BEND = 20.0


@dataclass
class _Box:
    """A step in its place; one without a step is where a long arrow passes a row."""

    step: Step | None
    row: int
    above: list[_Box]
    middle: float = 0.0
    width: float = BEND
    top: float = 0.0
    height: float = 0.0


def draw(plot: Flow) -> Paper:
    """
    Draw each step below all those that lead to it.

    Raises:
        ValueError: the steps lead round in a circle.
    """
    rows = _rows(plot.steps)
    for row in rows:
        _set_out(row)
    top = 2.0
    for row in rows:
        tallest = max(box.height for box in row)
        for box in row:
            box.top, box.height = top, tallest
        top += tallest + BETWEEN
    paper = Paper(max(top - BETWEEN + 4, 10))
    for box in (box for row in rows for box in row):
        _connect(paper, box)
        if box.step is not None:
            _box(paper, box, box.step)
    return paper


def _rows(steps: Sequence[Step]) -> list[list[_Box]]:
    """Put the steps into rows, and a bend into each row that an arrow passes."""
    before: dict[int, list[int]] = {number: [] for number in range(len(steps))}
    for number, step in enumerate(steps):
        for target in step.to:
            before[target].append(number)
    rows: list[list[_Box]] = []
    boxes: dict[int, _Box] = {}
    for number in TopologicalSorter(before).static_order():
        row = max((boxes[source].row + 1 for source in before[number]), default=0)
        rows += [[] for _ in range(row + 1 - len(rows))]
        above = [_led(boxes[source], row, rows) for source in before[number]]
        boxes[number] = _Box(steps[number], row, above)
        rows[row].append(boxes[number])
    return rows


def _led(source: _Box, row: int, rows: list[list[_Box]]) -> _Box:
    for passed in range(source.row + 1, row):
        source = _Box(None, passed, [source])
        rows[passed].append(source)
    return source


def _set_out(row: list[_Box]) -> None:
    """Give the boxes of a row their places: below what leads to them, as far as they do not overlap."""
    row.sort(key=lambda box: sum(one.middle for one in box.above) / max(1, len(box.above)))
    boxes = sum(box.step is not None for box in row)
    free = WIDTH - 4 - GAP * (len(row) - 1) - BEND * (len(row) - boxes)
    width = min(WIDEST, free / max(1, boxes))
    for box in row:
        if box.step is not None:
            box.width = width
            box.height = sum(tall(lines, size) for lines, size in _lines(box.step, width)) + 2 * MARGIN
    used = sum(box.width for box in row) + GAP * (len(row) - 1)
    x = (WIDTH - used) / 2
    for box in row:
        box.middle = x + box.width / 2
        x += box.width + GAP
    # At the edge of a row an arrow may pass straight below where it comes from.
    if row[0].step is None:
        row[0].middle = min(row[0].middle, row[0].above[0].middle)
    if row[-1].step is None:
        row[-1].middle = max(row[-1].middle, row[-1].above[0].middle)


def _lines(step: Step, width: float) -> list[tuple[list[str], float]]:
    room = width - 2 * MARGIN
    note = wrapped(step.note, room, SMALL) if step.note else []
    return [(wrapped(step.name, room), SIZE), ([f"{step.count:,}"], COUNT), (note, SMALL)]


def _box(paper: Paper, box: _Box, step: Step) -> None:
    left = box.middle - box.width / 2
    looks = {"facecolor": "#f4f8f8", "edgecolor": ACCENT, "linewidth": 1.2}
    paper.rectangle((left, box.top, box.width, box.height), round_by=7, **looks)
    texts = _lines(step, box.width)
    y = box.top + (box.height - sum(tall(lines, size) for lines, size in texts)) / 2
    for (lines, size), how in zip(texts, ({}, {"weight": "bold"}, {"color": SOFT}), strict=True):
        paper.text(box.middle, y + size * LEADING / 2, lines, size=size, align="center", **how)
        y += tall(lines, size)


def _connect(paper: Paper, box: _Box) -> None:
    """Draw the lines from what leads here, with a head where the line ends."""
    if box.step is None:
        paper.line((box.middle, box.middle), (box.top, box.top + box.height), color=SOFT, linewidth=1.3)
    for source in box.above:
        ends = ((source.middle, source.top + source.height), (box.middle, box.top - (1 if box.step else 0)))
        style = "-|>,head_length=5,head_width=3" if box.step else "-"
        arrow = FancyArrowPatch(*ends, arrowstyle=style, shrinkA=0, shrinkB=0, color=SOFT, linewidth=1.3, clip_on=False)
        paper.ground.add_patch(arrow)
