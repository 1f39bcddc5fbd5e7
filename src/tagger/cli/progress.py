"""Live progress of a run: bars with the time left in a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tagger.cli.terminal import echo

if TYPE_CHECKING:
    from rich.progress import TaskID

_SECONDS_BETWEEN_LINES = 10.0
_WORDS = {
    "start": "Starting Prefect",
    "read": "Reading transcripts",
    "split": "Cutting excerpts",
    "embed": "Embedding excerpts",
    "learn": "Learning from answers",
    "suggest": "Finding suggestions",
}


class _Lines(logging.Handler):
    """Say the start of each stage, and now and then how far it is, as plain lines on stderr."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = ""
        self._began = self._said = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        stage, done, total = _stage_of(record)
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began, self._said = stage, now, now
            echo(f"{_WORDS.get(stage, stage)} ...", err=True)
        elif 0 < done < total and now - self._said > _SECONDS_BETWEEN_LINES:
            self._said = now
            left = (now - self._began) / done * (total - done)
            echo(f"{_WORDS.get(stage, stage)}: {done} of {total}, about {left:.0f} s left", err=True)


class _Bars(logging.Handler):
    """Draw one bar per stage, with an estimate of the time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

        super().__init__()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        self.progress = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def emit(self, record: logging.LogRecord) -> None:
        stage, done, total = _stage_of(record)
        if stage not in self._tasks:
            self._tasks[stage] = self.progress.add_task(_WORDS.get(stage, stage), total=None)
        # A stage that had nothing to do counts as one piece of work, done.
        self.progress.update(self._tasks[stage], completed=done if total else 1, total=total or 1)


def _stage_of(record: logging.LogRecord) -> tuple[str, int, int]:
    return str(record.__dict__["stage"]), int(record.__dict__["done"]), int(record.__dict__["total"])


@contextmanager
def shown(quiet: bool) -> Iterator[None]:
    """Show the progress that the steps report, for the time of the block."""
    if quiet:
        yield
        return
    import sys

    bars = _Bars() if sys.stderr.isatty() else None
    handler = bars or _Lines()
    logger = logging.getLogger("tagger.progress")
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        if bars:
            with bars.progress:
                yield
        else:
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
