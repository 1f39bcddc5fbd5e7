"""
Run `tagger` in processes that can be killed, one after another, without loading the encoder each time.

Reads one request per line of stdin, as JSON:

    arguments           of the command line
    errors              the file that gets its stderr
    die_after_inserts   kill the process with SIGKILL after so many inserts (null: never)
    transactions        false: every insert is committed for itself

and answers on stdout: `pid N`, then each call of a stage by its name as it begins and `between` as it ends, then
`ended CODE`, negative for a signal.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import traceback
from contextlib import nullcontext

import spacy
import torch

from tagger import cli, steps
from tagger.embeddings import load_encoder
from tagger.store import Database


def say(line):
    """Write a line that is there even if the process is killed next."""
    os.write(1, f"{line}\n".encode())


def announced(work, *arguments):
    """Call a stage, saying so."""
    say(work.__name__)
    outcome = work(*arguments)
    say("between")
    return outcome


def dying(insert, lives):
    """Return an `insert` that is the last act of its process after *lives* calls."""
    left = iter(range(lives - 1))

    def insert_and_die(*arguments):
        added = insert(*arguments)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return added

    return insert_and_die


def run(request):
    """Be the process that runs one command; never return."""
    say(f"pid {os.getpid()}")
    with open(request["errors"], "ab") as errors, open(os.devnull, "rb") as nothing:
        os.dup2(errors.fileno(), 2)
        os.dup2(nothing.fileno(), 0)
    steps.tag = functools.partial(steps.tag, call=announced)
    if lives := request["die_after_inserts"]:
        Database.insert = dying(Database.insert, lives)
    if not request["transactions"]:
        Database.transaction = lambda _self: nullcontext()
    sys.stdout = sys.stderr
    sys.argv = ["tagger", *request["arguments"]]
    code = 70
    try:
        cli.main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # the fork must not go on as the process that serves requests
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def main():
    """Load what every request needs, then serve them one by one."""
    # A pool of threads would not live on in a forked process.
    torch.set_num_threads(1)
    spacy.blank("en")
    load_encoder().count_tokens(["ready"])
    say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            run(json.loads(line))
        say(f"ended {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")


if __name__ == "__main__":
    main()
