"""
Withdraw somebody, as a program that is killed: `withdraw_until_killed.py STUDY WHO MOMENT`.

MOMENT is one of `MOMENTS`, or `never`: then the one who called kills it whenever they like. It writes a line to its
output once everything is loaded.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from tagger.steps import withdrawal
from tagger.steps.withdrawal import folder
from tagger.store import remaking

MOMENTS = ("before files go", "before it takes the place", "after it took the place", "before what was learned goes")


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _at(moment: str) -> None:
    """Have the process kill itself at this moment."""
    sync = remaking.sync
    if moment == MOMENTS[0]:
        folder.clear = _die
    elif moment == MOMENTS[1]:
        folder.empty = _die
    elif moment == MOMENTS[2]:
        remaking.sync = lambda path: _die() if path.is_dir() else sync(path)
    elif moment == MOMENTS[3]:
        folder.drop_learned = _die


if __name__ == "__main__":
    _, study, who, moment = sys.argv
    _at(moment)
    sys.stdout.write("loaded\n")
    sys.stdout.flush()
    withdrawal.withdraw(Path(study), withdrawal.Leaving(who), datetime(2026, 11, 30, 9))
