"""
The lines on the pages of a PDF, found by pdfminer.six; run as a program of its own, with the file on stdin.

pdfminer puts words together right where pypdf 7.1 breaks them at kerned letters ("r èglement"), but it bounds neither
time nor memory: a few bytes can unpack to gigabytes, or draw each other a million times. So the system bounds both, for
this process alone. Nothing of this package is imported here, which keeps the start short.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTFigure, LTImage, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

MOST_PAGES = 2_000
LOCKED, TOO_MANY, TOO_MUCH = "locked", "too many pages", "too much"
HEAVY = ("bold", "black", "heavy", "semibold", "demi")
REMARKS = ("Text", "FreeText", "Highlight", "Underline", "StrikeOut", "Squiggly", "Caret")


class _Letters(PDFPageAggregator):
    """Keep letters and pictures of a page, not the lines that are drawn on it."""

    def paint_path(self, *path: Any) -> None:
        """Draw nothing."""


def pages(data: bytes) -> list[dict[str, Any]]:
    """
    Find the lines of each page.

    Returns:
        For each page its `width`, its `pictures`, `sideways` (letters that are turned) and `remarks` as numbers, and
        `lines`: left, bottom, right and size in points, the length of the bold beginning, and the text.

    Raises:
        ValueError: It is locked, or has too many pages; the message is `LOCKED` or `TOO_MANY`.
    """
    try:
        document = PDFDocument(PDFParser(BytesIO(data)))
    except PDFPasswordIncorrect as reason:
        raise ValueError(LOCKED) from reason
    manager = PDFResourceManager()
    device = _Letters(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    found: list[dict[str, Any]] = []
    for page in PDFPage.create_pages(document):
        if len(found) == MOST_PAGES:
            raise ValueError(TOO_MANY)
        interpreter.process_page(page)
        found.append(_page(device.get_result(), page))
    return found


def _page(layout: Any, page: PDFPage) -> dict[str, Any]:
    things = list(_things(layout))
    letters = [each for each in things if isinstance(each, LTChar)]
    upright = list(_once(each for each in letters if each.upright))
    options = LAParams()
    lines = [_line(each) for each in layout.group_objects(options, upright)] if upright else []
    return {
        "width": layout.width,
        "pictures": sum(isinstance(each, LTImage) for each in things),
        "sideways": sum(not each.upright for each in letters),
        "remarks": sum(_is_remark(each) for each in resolve1(page.annots) or ()),
        "lines": [line for line in lines if line[-1].strip()],
    }


def _things(container: Iterable[Any]) -> Iterator[Any]:
    """Walk through what a page shows, and through the figures that it is made of."""
    for each in container:
        if isinstance(each, LTFigure):
            yield from _things(each)
        else:
            yield each


def _once(letters: Iterable[LTChar]) -> Iterator[LTChar]:
    """Leave out a letter that is printed over itself, as some programs do for bold."""
    seen: set[tuple[str, int, int]] = set()
    for each in letters:
        place = (each.get_text(), round(each.x0), round(each.y0))
        if place not in seen:
            seen.add(place)
            yield each


def _line(line: LTTextLine) -> tuple[float, float, float, float, int, str]:
    text = line.get_text()
    bold = 0
    for each in line:
        if isinstance(each, LTChar) and each.get_text().strip() and not _is_bold(each):
            break
        bold += len(each.get_text())
    size = max((each.size for each in line if isinstance(each, LTChar)), default=0.0)
    return round(line.x0, 1), round(line.y0, 1), round(line.x1, 1), round(size, 1), bold, text


def _is_bold(letter: LTChar) -> bool:
    return any(each in letter.fontname.casefold() for each in HEAVY)


def _is_remark(annotation: object) -> bool:
    known = resolve1(annotation)
    return isinstance(known, dict) and getattr(resolve1(known.get("Subtype")), "name", "") in REMARKS


def main(most_seconds: int, most_bytes: int) -> None:
    """Read a PDF from stdin and write its pages, or why there are none, as JSON to stdout, within bounds."""
    logging.disable()
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, Any] = {"pages": pages(sys.stdin.buffer.read())}
    except ValueError as reason:
        answer = {"reason": str(reason)}
    except MemoryError:
        answer = {"reason": TOO_MUCH}
    except Exception:  # pdfminer raises whatever its reading of a damaged file trips over
        answer = {"reason": "damaged"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
