"""
The small study through which commands and requests go, tagged once and copied for each thousand of them.

As a program, `python studies.py FOLDER` makes it: a process that was split off from one in which a language model ran
may wait for threads that it does not have.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[2] / "tests"


@cache
def tagged() -> Path:
    """Make the study, once, and return the folder that holds it and its files."""
    home = Path(tempfile.mkdtemp(prefix="fuzzed-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    subprocess.run([sys.executable, __file__, str(home)], check=True)
    return home


@contextmanager
def copied() -> Iterator[Path]:
    """Copy the study and its files into a folder of their own, for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="fuzzed-") as home:
        shutil.copytree(tagged(), home, dirs_exist_ok=True)
        yield Path(home)


if __name__ == "__main__":
    sys.path.append(str(TESTS))
    from small_study import new_study

    new_study(Path(sys.argv[1])).run()
