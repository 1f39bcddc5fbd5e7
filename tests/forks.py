"""
Run `tagger` in processes that can be killed, one after another, without loading the encoder each time.

`Forks` starts this file as a process that loads what every run needs and then forks for each command it is sent. The
fork says on its stdout what it is at: each call of a stage by its name as it begins, and `between` as it ends.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True)
class Kill:
    """A moment to kill at: so many seconds after a stage was called for the nth time."""

    stage: str
    nth: int
    seconds: float


@dataclass(frozen=True)
class How:
    """
    How a command is run.

    `encoder`: "words" for the quick one of `fakes`, "shipped" for the real one. `die_after_inserts`: the process kills
    itself after so many inserts, 0 for never. `transactions`: False takes them out, so that every insert is committed
    for itself. `said`: functions whose calls are said too, each as "module:name:what is said"; none calls another.
    `left_out`: functions that do nothing, each as "module:name". `die_in_copy`: the process kills itself when the
    file that it copies as the nth is half written, 0 for never; each that is so is said as `halfway`.
    """

    encoder: str = "words"
    die_after_inserts: int = 0
    transactions: bool = True
    said: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    die_in_copy: int = 0


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code or minus its signal, what it wrote to stderr, when it said what."""

    code: int
    errors: str
    said: tuple[tuple[float, str], ...]

    @property
    def at(self):
        """Return what the process was at when it ended."""
        return self.said[-1][1]

    def calls(self, *stages):
        """List the calls of these stages (of all) that came to their end: stage, number, seconds."""
        numbers = dict.fromkeys(("read", "split", "embed", "suggest", "store"), 0)
        found = []
        for (began, stage), (ended, what) in zip(self.said, self.said[1:], strict=False):
            if what == "between":
                numbers[stage] += 1
                if not stages or stage in stages:
                    found.append((stage, numbers[stage], ended - began))
        return found

    def moments(self):
        """List the moments that a run like this one can be killed at: what was said last, which time, for how long."""
        times = Counter()
        found = []
        for (began, what), (ended, _) in zip(self.said[1:], self.said[2:], strict=False):
            times[what] += 1
            found.append((what, times[what], ended - began))
        return found

    def random_moment(self, stage, chance: random.Random):
        """Choose a moment of a run like this one that lies in a call of *stage*."""
        _, nth, seconds = chance.choice(self.calls(stage))
        return Kill(stage, nth, chance.uniform(0, seconds))


class Forks:
    """The process that forks."""

    def __init__(self, folder: Path):
        self._errors = folder / "stderr"
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        code = [sys.executable, str(Path(__file__).resolve())]
        self._process = subprocess.Popen(
            code, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert "ready" == self._next()

    def run(self, *arguments, kill: Kill | None = None, how: How = How()):
        """Run one command, and kill it at that moment."""
        self._errors.unlink(missing_ok=True)
        request = {"arguments": [str(argument) for argument in arguments], "errors": str(self._errors), **asdict(how)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        pid = int(self._next())
        left = kill.nth if kill else -1
        said = [(time.monotonic(), "start")]
        while not (line := self._next()).startswith("ended "):
            said.append((time.monotonic(), line))
            if kill and line == kill.stage:
                left -= 1
                if left == 0:
                    time.sleep(kill.seconds)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        return Ended(int(line.removeprefix("ended ")), self._errors.read_text("utf-8"), tuple(said))

    def stop(self):
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            pipe.close()
        assert 0 == self._process.wait(60)

    def _next(self):
        line = self._process.stdout.readline()
        assert line, "the process that forks has died"
        return line.strip()


def serve():
    """Load what every command needs, then run one for each line of stdin."""
    import spacy
    import torch

    from tagger.embeddings import load_encoder

    for module in ("cli", "steps.overview", "transcripts"):
        importlib.import_module(f"tagger.{module}")

    # A pool of threads would not live on in a forked process.
    torch.set_num_threads(1)
    spacy.blank("en")
    load_encoder().count_tokens(["ready"])
    _say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _be_the_command(json.loads(line))
        _say(f"ended {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")


def _be_the_command(request):
    from fakes import WordEncoder

    from tagger import cli, steps
    from tagger.store import Database

    _say(os.getpid())
    with Path(request["errors"]).open("ab") as errors, Path(os.devnull).open("rb") as nothing:
        os.dup2(errors.fileno(), 2)
        os.dup2(nothing.fileno(), 0)
    sys.stdout = sys.stderr
    sys.argv = ["tagger", *request["arguments"]]

    class Announced(steps.Engine):
        def once(self, work, *arguments):
            return _announced(work, *arguments)

    tag = steps.tag
    steps.tag = lambda run, _engine=None, *stages: tag(run, Announced(), *stages)
    if request["encoder"] == "words":
        # Not `steps.workplace`: that is the function of this name.
        sys.modules["tagger.steps.workplace"].load_encoder = lambda *_asked: WordEncoder(dimension=384)
    if lives := request["die_after_inserts"]:
        Database.insert = _dying(Database.insert, lives)
    for said in request["said"]:
        module, name, what = said.split(":")
        _replace(module, name, lambda work, what=what: functools.partial(_announced, work, said=what))
    for left_out in request["left_out"]:
        _replace(*left_out.split(":"), lambda _: lambda *_given: None)
    if nth := request["die_in_copy"]:
        shutil.copyfile = _dying_half_way(nth)
    if not request["transactions"]:
        Database.transaction = lambda _self: contextlib.nullcontext()
    code = 70
    try:
        cli.main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # the fork must not go on to serve requests
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def _say(line):
    os.write(1, f"{line}\n".encode())


def _announced(work, *arguments, said="", **options):
    _say(said or work.__name__)
    outcome = work(*arguments, **options)
    _say("between")
    return outcome


def _replace(module, name, changed):
    *path, last = name.split(".")
    home = functools.reduce(getattr, path, importlib.import_module(module))
    work = changed(getattr(home, last))
    # A function, so that it is a method where it is one.
    setattr(home, last, lambda *arguments, **options: work(*arguments, **options))


def _dying_half_way(nth):
    left = itertools.count(nth - 1, -1)

    def copy_and_die(source, target, **_options):
        data = Path(source).read_bytes()
        with Path(target).open("wb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            _say("halfway")
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            file.write(data[len(data) // 2 :])
        _say("between")
        return target

    return copy_and_die


def _dying(insert, lives):
    left = iter(range(lives - 1))

    def insert_and_die(*arguments):
        added = insert(*arguments)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return added

    return insert_and_die


if __name__ == "__main__":
    serve()
