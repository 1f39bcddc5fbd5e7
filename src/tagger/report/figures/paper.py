"""A sheet to draw on, in pixels from its upper left corner, and what all plots look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.textpath import text_to_path

WIDTH = 640.0
SIZE = 12.5
SMALL = 11.0
LEADING = 1.25
INK, SOFT, RULE, BAND, ACCENT = "#24211d", "#5d574e", "#d9d2c5", "#f7f4ee", "#245259"
# Okabe and Ito's colours for all eyes, each with a marker of its own for black and white.
MARKS = (
    ("#0072B2", "o"), ("#D55E00", "s"), ("#000000", "D"), ("#CC79A7", "^"), ("#56B4E9", "v"), ("#E69F00", "P"),
    ("#009E73", "X"),
)  # fmt: skip
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    # Wide letters: what has room with them has room with the fonts of other machines.
    "font.family": ["DejaVu Sans"],
    "font.size": SIZE,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
}
_POINTS = 72.0

Place = tuple[float, float, float, float]  # left, top, width, height


class Paper:
    """A sheet of *height* pixels and the usual width."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH / _POINTS, height / _POINTS), facecolor="none")
        self.ground = self.axes(0, 0, WIDTH, height)
        self.ground.set_axis_off()
        self.ground.set(xlim=(0, WIDTH), ylim=(height, 0))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes in this place, without a ground of their own."""
        bottom = self.height - top - height
        place = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        axes: Axes = self.figure.add_axes(place, facecolor="none")
        return axes

    def text(
        self, x: float, y: float, lines: Iterable[str], *, size: float = SIZE, align: str = "left", **how: Any
    ) -> None:
        """Write lines of which the first has its middle at *y*."""
        for number, line in enumerate(lines):
            middle = y + number * size * LEADING
            self.ground.text(x, middle, line, size=size, ha=align, va="center_baseline", **how)

    def rectangle(self, place: Place, *, round_by: float = 0, **how: Any) -> None:
        """Draw a box, with corners that may be round."""
        left, top, width, height = place
        how = {"linewidth": 0, "clip_on": False, **how}
        if not round_by:
            self.ground.add_patch(Rectangle((left, top), width, height, **how))
            return
        shape = f"round,pad=0,rounding_size={round_by}"
        self.ground.add_patch(FancyBboxPatch((left, top), width, height, boxstyle=shape, **how))

    def line(self, x: Sequence[float], y: Sequence[float], **how: Any) -> None:
        """Draw a line through these points."""
        self.ground.add_line(Line2D(x, y, clip_on=False, **how))


@lru_cache(maxsize=4_096)
def extent(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Return how wide a text is, in pixels."""
    font = FontProperties(family=["DejaVu Sans"], size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def wrapped(text: str, width: float, size: float = SIZE, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most this width, between words where that is possible."""
    lines: list[str] = []
    for word in text.split():
        if lines and extent(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines += _broken(word, width, size, bold)
    return lines or [""]


def _broken(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and extent(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def tall(lines: Sequence[str], size: float = SIZE) -> float:
    """Return how much room lines take, from top to bottom."""
    return len(lines) * size * LEADING
