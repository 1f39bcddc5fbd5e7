"""What the server writes about faults: where in the program, and of what kind, and no word of anybody."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutWords(logging.Formatter):
    """
    Writes of a fault the lines of the program that led to it, and its kind.

    Its message is left out: whatever failed may quote what it failed on, which is a passage as often as not, and logs
    are kept elsewhere, for longer, and read by others than the study.
    """

    def formatException(self, ei: _Raised) -> str:  # noqa: N802
        """Write the lines and kinds, the cause first."""
        return "\n".join(_lines(ei[1])) if ei[1] else ""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record, whatever another formatter made of its fault before."""
        record.exc_text = None
        return super().format(record)


def _lines(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _lines(before)
        yield "and then:"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield f"{type(error).__name__} (what it says is left out, for it may quote people)"


@contextmanager
def logging_without_words() -> Iterator[None]:
    """Write warnings and faults to where errors go, without words of people, for the time of the block."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(WithoutWords())
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
