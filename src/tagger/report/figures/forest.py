"""Points with their intervals, a row for each value."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tagger.report.document import Bar, Forest
from tagger.report.figures.paper import (
    BAND,
    INK,
    MARKS,
    RULE,
    SIZE,
    SMALL,
    SOFT,
    WIDTH,
    Paper,
    extent,
    tall,
    wrapped,
)

NAMES = 170.0
STEP = 17.0
AXIS = 46.0
ENTRY = 22.0


def draw(plot: Forest) -> Paper:
    """Draw names at the left, points and whiskers at the right, and above them which mark is whose."""
    series = list(dict.fromkeys(bar.series for _, bars in plot.rows for bar in bars))
    names = [wrapped(label, NAMES) for label, _ in plot.rows]
    legend = _legend_rows(series)
    top = len(legend) * ENTRY + (8 if legend else 2)
    heights = [max(tall(name), STEP * len(bars)) + 12 for name, (_, bars) in zip(names, plot.rows, strict=True)]
    paper = Paper(top + sum(heights) + AXIS)
    _legend(paper, legend, series)
    left = max((extent(line) for name in names for line in name), default=0) + 16
    for row, height in enumerate(heights):
        edge = top + sum(heights[:row])
        if row % 2 == 0:
            paper.rectangle((0, edge, WIDTH, height), facecolor=BAND)
        first = edge + height / 2 - (len(names[row]) - 1) * SIZE * 0.625
        paper.text(4, first, names[row])
    axes = paper.axes(left, top, WIDTH - left - 12, sum(heights))
    _scale(axes, plot, sum(heights))
    for row, (_, bars) in enumerate(plot.rows):
        middle = sum(heights[:row]) + heights[row] / 2
        for place, bar in enumerate(bars):
            _bar(axes, plot, bar, middle + (place - (len(bars) - 1) / 2) * STEP, series)
    return paper


def _scale(axes: Axes, plot: Forest, height: float) -> None:
    axes.set(xlim=(plot.low, plot.high), ylim=(height, 0), yticks=[])
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.tick_params(axis="x", length=3)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}".replace("-", "−"))
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(plot.axis, fontsize=SMALL + 0.5, labelpad=4)
    for line in plot.lines:
        axes.axvline(line, color=SOFT, linewidth=1.1, linestyle="-" if line == 0 else (0, (4, 3)), zorder=1.5)
    if 0.0 not in plot.lines and plot.low <= 0 <= plot.high:
        axes.axvline(0, color=SOFT, linewidth=1.1, zorder=1.5)


def _bar(axes: Axes, plot: Forest, bar: Bar, y: float, series: list[str]) -> None:
    colour, marker = _mark(series.index(bar.series))
    if bar.value is None:
        words = "not estimable" if len(series) == 1 else f"{bar.series}: not estimable"
        place = plot.low + 0.01 * (plot.high - plot.low)
        axes.text(place, y, words, size=SMALL, color=SOFT, style="italic", va="center_baseline", clip_on=False)
        return
    if bar.interval is not None:
        axes.plot(bar.interval, (y, y), color=colour, linewidth=1.8, marker="|", markersize=7, markeredgewidth=1.8)
    axes.plot([bar.value], [y], color=colour, marker=marker, markersize=8, markeredgecolor="white", markeredgewidth=0.8)


def _mark(place: int) -> tuple[str, str]:
    return MARKS[place % len(MARKS)]


def _legend_rows(series: list[str]) -> list[list[int]]:
    """Put the entries of the legend into as few rows as they need."""
    rows: list[list[int]] = []
    used = WIDTH
    for number, name in enumerate(series):
        wide = extent(name, SMALL) + 46
        if used + wide > WIDTH:
            rows.append([])
            used = 0
        rows[-1].append(number)
        used += wide
    return rows if any(series) else []


def _legend(paper: Paper, rows: list[list[int]], series: list[str]) -> None:
    for row, numbers in enumerate(rows):
        x, y = 4.0, 10 + row * ENTRY
        for number in numbers:
            colour, marker = _mark(number)
            paper.line((x, x + 22), (y, y), color=colour, linewidth=1.8)
            paper.line((x + 11,), (y,), color=colour, marker=marker, markersize=8, markeredgecolor="white")
            paper.text(x + 28, y, [series[number]], size=SMALL, color=INK)
            x += extent(series[number], SMALL) + 46
