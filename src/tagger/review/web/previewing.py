"""
Previews of what is proposed, worked out beside the server by a process of its own.

The server loads no encoder, and answers people meanwhile. Each proposal is tried once while the server lives; one that
fails has a row that says so.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from tagger.errors import TaggerError
from tagger.review.consent import ahead
from tagger.review.web.beside import Start, Worker, beside
from tagger.review.web.visit import now
from tagger.store import Owner

log = logging.getLogger(__name__)


def started(folder: Path) -> subprocess.Popen[bytes]:
    """Start working out what is proposed in the study of a folder."""
    return beside("framework", "preview", "--study", str(folder))


@contextmanager
def previewing(owner: Owner, folder: Path, start: Start = started) -> Iterator[None]:
    """Work out previews of what is proposed for the time of the block."""
    waiting = _Waiting(owner, folder, start)
    owner.watch(waiting)
    thread = threading.Thread(target=waiting.work, name="previews", daemon=True)
    thread.start()
    try:
        yield
    finally:
        waiting.end()
        thread.join()


class _Waiting:
    """Waits for proposals, and has their previews worked out; it is told of all that is written."""

    def __init__(self, owner: Owner, folder: Path, start: Start) -> None:
        self._owner = owner
        self._folder = folder
        self._start = start
        self._tried: set[ahead.Wanted] = set()
        self._worker = Worker()
        self._touched = False
        self._news = threading.Event()
        self._news.set()  # there may be proposals from before

    def inserted(self, table: str, rows: pa.Table) -> None:
        """Take note of a proposal, and of a run that made other suggestions to compare with."""
        self._touched |= table in ("proposals", "scoring_uses")

    def ran(self) -> None:
        """Take no note of other statements."""

    def committed(self) -> None:
        """Look for what is wanted now."""
        if self._touched:
            self._news.set()
        self._touched = False

    def rolled_back(self) -> None:
        """Forget what is not stored."""
        self._touched = False

    def work(self) -> None:
        """Have previews worked out until it is over."""
        while self._news.wait() and not self._worker.over.is_set():
            self._news.clear()
            try:
                self._work_out(self._wanted() - self._tried)
            except TaggerError as error:
                log.warning("A preview of what is proposed could not be worked out: %s", error)

    def end(self) -> None:
        """Stop, whatever is being worked out."""
        self._worker.end()
        self._news.set()

    def _wanted(self) -> set[ahead.Wanted]:
        with self._owner.reading() as study:
            return ahead.wanted_previews(study)

    def _work_out(self, wanted: set[ahead.Wanted]) -> None:
        self._tried |= wanted
        if wanted and self._worker.run(lambda: self._start(self._folder)) is not None:
            self._owner.merge()
            made_at = now()
            self._owner.write(lambda study: ahead.give_up(study, wanted, made_at))
