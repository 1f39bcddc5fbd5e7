"""
Replace names, as a program that is killed: `pseudonymise_until_killed.py STUDY KEY MOMENT`.

KEY is the file of a key whose passphrase is `PASSPHRASE`; MOMENT is one of `MOMENTS`.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from tagger.pseudonyms import key
from tagger.pseudonyms.records import Entry
from tagger.steps import pseudonymising
from tagger.steps.pseudonymising.keys import KeyFile
from tagger.steps.withdrawal import folder
from tagger.store import remaking

PASSPHRASE = "four words that differ"
MOMENTS = (
    "before the key is written",
    "after the key was written",
    "before it takes the place",
    "after it took the place",
    "before what was learned goes",
)
ENTRIES = [Entry("Sarah", "person", "[Person 1]"), Entry("Sarah Jones", "person", "[Person 1]")]


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _at(moment: str) -> None:
    """Have the process kill itself at this moment."""
    sync = remaking.sync
    if moment == MOMENTS[1]:
        folder.empty = _die
    elif moment == MOMENTS[2]:
        pseudonymising.backups.delete_all = _die
    elif moment == MOMENTS[3]:
        remaking.sync = lambda path: _die() if path.is_dir() else sync(path)
    elif moment == MOMENTS[4]:
        folder.drop_learned = _die


if __name__ == "__main__":
    study, file, moment = Path(sys.argv[1]), KeyFile(Path(sys.argv[1]), Path(sys.argv[2])), sys.argv[3]
    key._COST["n"] = 2**10
    _at(moment)
    keep = _die if moment == MOMENTS[0] else lambda known: file.write(known, PASSPHRASE)
    pseudonymising.pseudonymise(study, ENTRIES, file.read(PASSPHRASE), keep, datetime(2026, 11, 30, 9))
