"""Daily backups while people read, made by a process of its own that has the server copy the database."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tagger.review.web.beside import Start, Worker, beside
from tagger.steps.backups import is_due

log = logging.getLogger(__name__)

FIRST, AGAIN = 60.0, 600.0
"""Seconds until it is first asked whether a backup is due, when those who came to read have begun; and from then on."""

Wait = Callable[[threading.Event, float], bool]


def started(folder: Path) -> subprocess.Popen[bytes]:
    """Start making a backup of the study in a folder, if it needs one."""
    return beside("backup", "--daily", "--study", str(folder))


@contextmanager
def backing_up(folder: Path, start: Start = started, wait: Wait = threading.Event.wait) -> Iterator[None]:
    """
    Have a backup made each day for the time of the block.

    Args:
        wait: waits for an event for so many seconds, and says whether it came.
    """
    worker = Worker()
    thread = threading.Thread(target=_back_up, args=(folder, worker, start, wait), name="backups", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.end()
        thread.join()


def _back_up(folder: Path, worker: Worker, start: Start, wait: Wait) -> None:
    pause = FIRST
    while not wait(worker.over, pause):
        pause = AGAIN
        if is_due(folder) and worker.run(lambda: start(folder)):
            log.warning("The daily backup was not made; it is tried again in %.0f minutes.", AGAIN / 60)
