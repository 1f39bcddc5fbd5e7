"""Work that a process of its own does beside the server, which answers people meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Start = Callable[[Path], "subprocess.Popen[bytes]"]
_LAST_OF_ALL = 10
"""How far the process stands back for people who read, as `nice` counts."""


def beside(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a command of `tagger`, which stands back for people who read."""
    command = [sys.executable, "-m", "tagger", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _LAST_OF_ALL)
    return process


class Worker:
    """Runs one process at a time, until it is over."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, start: Callable[[], subprocess.Popen[bytes]]) -> int | None:
        """Run a process to its end, and return its exit code; None where it is over."""
        with self._turn:
            self._process = None if self.over.is_set() else start()
        code = self._process.wait() if self._process else None
        return None if self.over.is_set() else code

    def end(self) -> None:
        """Stop what runs; nothing is started from now on."""
        with self._turn:
            self.over.set()
            if self._process:
                self._process.terminate()
