"""PDF with a text layer: `pdf_pages` finds the lines of its pages, `page_layout` puts them in order."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tagger.errors import TranscriptError
from tagger.transcripts import documents, page_layout, pdf_pages
from tagger.transcripts.documents import Paragraph
from tagger.transcripts.page_layout import Piece
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft
from tagger.wording import several

FORMAT = "pdf"
START = re.compile(rb"[^%]{0,1000}%PDF-", re.DOTALL)
MOST_SECONDS, MOST_BYTES = 120, 1_000_000_000
"""Computing time and memory of the program that reads the pages; 500 pages take it a quarter of the one."""
UNKNOWN = re.compile(r"\(cid:\d+\)|\ufffd")
FEWEST_LETTERS = 20
"""A page with fewer letters than that and a picture is a picture of a page with a stamp on it."""
OCR = "Recognise its text first (OCR), for example with ocrmypdf, and check it; or ask for the file it was made from"
REASONS = {
    pdf_pages.LOCKED: ("It is a PDF locked with a password", "Open it with the password and print it to a new PDF"),
    pdf_pages.TOO_MANY: (f"It is a PDF with more than {pdf_pages.MOST_PAGES:,} pages", "Split it"),
    pdf_pages.TOO_MUCH: (
        "It is a PDF that takes too much time or memory to read",
        "Print it to a new PDF, or split it",
    ),
}
DAMAGED = ("It is a damaged or incomplete PDF", "Export it again, or open it in a PDF reader and print it to a new PDF")


def recognises(source: Source) -> bool:
    """Tell a PDF by its first bytes."""
    return bool(START.match(source.data))


def read(source: Source) -> Draft:
    """
    Read the text of all pages.

    Raises:
        TranscriptError: It is locked, damaged, too large, without text, or a scan.
    """
    return drafted(source, _pages(source))


def drafted(source: Source, pages: list[dict[str, Any]]) -> Draft:
    """
    Put the lines that were found on the pages in order, and read them.

    Raises:
        TranscriptError: There are no pages, or they are pictures, or nothing says which letters they show.
    """
    _refuse_pictures(pages, source.name)
    lines, dropped = page_layout.laid_out([[Piece(*line) for line in page["lines"]] for page in pages])
    blocks = [Paragraph(" " * line.indent + _known(line.text), line.bold) for line in lines]
    draft = documents.read(blocks)
    dropped += [
        several(number, thing)
        for key, thing in (("sideways", "letter that stands sideways"), ("remarks", "comment"))
        if (number := sum(page[key] for page in pages))
    ]
    return Draft(draft.utterances, (*dropped, *draft.dropped), (*_problems(source, pages), *draft.problems))


def _pages(source: Source) -> list[dict[str, Any]]:
    """Have the pages read by another program, which the system ends when it takes too long or too much."""
    program = [sys.executable, "-P", str(Path(pdf_pages.__file__)), str(MOST_SECONDS), str(MOST_BYTES)]
    done = subprocess.run(program, input=source.data, capture_output=True, check=False)  # noqa: S603
    answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"reason": pdf_pages.TOO_MUCH}
    if "pages" in answer:
        pages: list[dict[str, Any]] = answer["pages"]
        return pages
    what, remedy = REASONS.get(answer["reason"], DAMAGED)
    raise TranscriptError(what, where=source.name, remedy=remedy)


def _letters(page: dict[str, Any]) -> int:
    return sum(len(line[-1].replace(" ", "")) for line in page["lines"])


def _refuse_pictures(pages: list[dict[str, Any]], name: str) -> None:
    if not pages:
        raise TranscriptError(DAMAGED[0], where=name, remedy=DAMAGED[1])
    written = sum(_letters(page) >= FEWEST_LETTERS for page in pages)
    pictures = sum(_letters(page) < FEWEST_LETTERS and page["pictures"] > 0 for page in pages)
    if pictures > written:
        raise TranscriptError("It is a scanned PDF: its pages are pictures", where=name, remedy=OCR)
    text = "".join(line[-1] for page in pages for line in page["lines"])
    unknown = len(UNKNOWN.findall(text))
    if unknown > 0.1 * len(UNKNOWN.sub("", text)):
        raise TranscriptError("It is a PDF that does not say which letters it shows", where=name, remedy=OCR)


def _known(text: str) -> str:
    return UNKNOWN.sub("\ufffd", text)


def _problems(source: Source, pages: list[dict[str, Any]]) -> list[str]:
    problems = []
    if b"%%EOF" not in source.data[-2048:]:
        problems.append("its end is missing: was it cut short?")
    scanned = [
        str(place) for place, page in enumerate(pages, 1) if page["pictures"] and _letters(page) < FEWEST_LETTERS
    ]
    if scanned:
        problems.append(f"pages that are pictures are not read: {', '.join(scanned)}")
    unknown = sum(len(UNKNOWN.findall(line[-1])) for page in pages for line in page["lines"])
    if unknown:
        problems.append(f"{several(unknown, 'letter')} that the file does not name show as \ufffd")
    return problems
