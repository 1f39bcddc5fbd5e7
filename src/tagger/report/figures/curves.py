"""Curves between 0 and 1, a small panel for each."""

from __future__ import annotations

from typing import Literal

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from tagger.report.document import Curves, Line
from tagger.report.figures.paper import ACCENT, MARKS, RULE, SIZE, SMALL, SOFT, WIDTH, Paper, tall, wrapped

ACROSS = 3
LEFT, GAP, FOOT = 44.0, 34.0, 42.0
LARGEST = 300.0
TICKS = (0, 0.25, 0.5, 0.75, 1)
MARK = MARKS[1][0]


def draw(plot: Curves) -> Paper:
    """Draw the panels in rows of at most three, each with its name above it."""
    columns = min(ACROSS, max(1, len(plot.lines)))
    side = min(LARGEST, (WIDTH - LEFT - 8 - (columns - 1) * GAP) / columns)
    names = [wrapped(line.name, side, bold=True) for line in plot.lines]
    head = max((tall(name) for name in names), default=0) + 8
    rows = -(-len(plot.lines) // columns)
    paper = Paper(rows * (head + side + FOOT) or 10)
    for number, line in enumerate(plot.lines):
        left = LEFT + number % columns * (side + GAP)
        top = number // columns * (head + side + FOOT)
        paper.text(left, top + 10 + head - 8 - tall(names[number]), names[number], weight="bold")
        axes = paper.axes(left, top + head, side, side)
        _scale(axes)
        axes.set_xlabel(plot.across, fontsize=SMALL, labelpad=3)
        if number % columns == 0:
            axes.set_ylabel(plot.up, fontsize=SMALL, labelpad=3)
        _curve(axes, plot, line)
    return paper


def _scale(axes: Axes) -> None:
    # A little room, so that a curve along an edge is seen whole.
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xticks=TICKS, yticks=TICKS)
    labels = ["0", "", "0.5", "", "1"]
    axes.set_xticklabels(labels)
    axes.set_yticklabels(labels)
    axes.tick_params(length=3)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["right", "top"]].set_visible(False)


def _curve(axes: Axes, plot: Curves, line: Line) -> None:
    if plot.diagonal:
        axes.plot((0, 1), (0, 1), color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
    # A precision holds for the recalls below it, down to the next one.
    rising = line.x[-1:] >= line.x[:1]
    step: Literal["pre", "post"] = "pre" if rising else "post"
    if line.low and line.high:
        how = step if plot.steps else None
        axes.fill_between(line.x, line.low, line.high, step=how, color=ACCENT, alpha=0.18, linewidth=0)
    style = f"steps-{step}" if plot.steps else "default"
    dots = "o" if not plot.steps and len(line.x) <= 12 else ""
    axes.plot(line.x, line.y, color=ACCENT, linewidth=1.9, drawstyle=style, marker=dots, markersize=4.5)
    if line.mark is not None:
        _mark(axes, *line.mark, falling=rising == (line.y[-1:] <= line.y[:1]))


def _mark(axes: Axes, x: float, y: float, *, falling: bool) -> None:
    """Mark the operating point, with its numbers on the side where the curve leaves room."""
    axes.plot([x], [y], color=MARK, marker="D", markersize=8, markeredgecolor="white", clip_on=False, zorder=5)
    right = x < 0.42
    above = right == falling
    axes.annotate(
        f"{x:.2f}, {y:.2f}",
        (x, y),
        xytext=(7 if right else -7, 12 if above else -12),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center_baseline",
        size=SIZE - 0.5,
        weight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
        zorder=6,
    )
