"""
Plots as SVG that stands in a page: the same bytes for the same plot, and its words stay words.

    paper.py    a sheet to draw on, in pixels, and what all plots look like
    markup.py   matplotlib's file as a piece of a page
    forest.py, matrix.py, curves.py, flow.py    one kind of plot each
"""

from __future__ import annotations

import warnings

import matplotlib

from tagger.report.document import Curves, Flow, Forest, Matrix, Plot
from tagger.report.figures import curves, flow, forest, markup, matrix
from tagger.report.figures.paper import STYLE, Paper

__all__ = ["svg"]


def svg(plot: Plot, place: str = "") -> str:
    """
    Draw a plot as a figure for a page.

    Args:
        place: where it stands on the page. It keeps the ids of two plots apart that have the same title.
    """
    salt = f"{place}|{plot.title}"
    with warnings.catch_warnings(), matplotlib.rc_context():
        # A name in a script that the font lacks: it is only measured here, and the browser has other fonts.
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**STYLE, "svg.hashsalt": salt})
        return markup.figure(_drawn(plot), plot.title, plot.alt, salt)


def _drawn(plot: Plot) -> Paper:
    match plot:
        case Forest():
            return forest.draw(plot)
        case Matrix():
            return matrix.draw(plot)
        case Curves():
            return curves.draw(plot)
        case Flow():
            return flow.draw(plot)
