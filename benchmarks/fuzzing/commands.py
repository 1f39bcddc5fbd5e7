"""Command lines of chance, from the commands that there are: each ends with one of the codes, and says why."""

from __future__ import annotations

import io
import os
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import click
from roaming import WORDS

from fuzzing import studies
from fuzzing.cases import REFUSED, TAKEN, judged
from tagger import cli

FRESH = 100
"""So many commands are put to one copy of the study."""
MOST_SECONDS = 120.0
CODES = (0, 1, 2, 3, 130)
LEFT_OUT = {"review", "demo"}
"""The first serves until it is stopped, the second makes the same study each time."""
THERE = ("study", "files", "files/garden.txt", "files/evening.vtt", "study/study.toml", "study/study.duckdb", ".",
         "new", "study/frameworks/small.yaml", "out.csv", "nothing.here", "link.txt")  # fmt: skip
# Not one that leads out of the folder: what a command is told to write, it writes. No program is started with a NUL.
ODD = tuple(word for word in WORDS if not {"/", "\\", "~", "\0"} & set(word))
KNOWN = ("general", "small", "small@1.0", "side-by-side", "choice", "P01", "P02", "P99", "garden.txt", "Ann", "Jo",
         "none", "likely", "format=drop-in", "yes", "no", "2027-03-01", "newest", "utf-8", "latin-1")  # fmt: skip
NUMBERS = ("0", "1", "-1", "3", "1000000", "9" * 30, "0.5", "1e400", "nan", "inf", "x", "")


@dataclass(frozen=True)
class Commands:
    """The command line, in this process."""

    name: str = "commands"
    weight: float = 0.5

    def ready(self) -> None:
        """Make the study."""
        studies.tagged()

    def written(self, seed: int, number: int) -> tuple[str, bytes]:
        """Return the command as Python writes its arguments."""
        return "case.txt", repr(self.case(seed, number)).encode("utf-8", "backslashreplace")

    def case(self, seed: int, number: int) -> list[str]:
        """Make the arguments of one command."""
        chance = random.Random(f"{seed} commands {number}")
        command: click.Command = cli.tagger
        words: list[str] = []
        while isinstance(command, click.Group):
            name = chance.choice([one for one in command.commands if one not in LEFT_OUT])
            words.append(name)
            command = command.commands[name]
        for parameter in command.params:
            words += _given(parameter, chance)
        if chance.random() < 0.1:
            words.insert(chance.randint(1, len(words)), chance.choice((*ODD, "--help", "--nothing", "-", "--")))
        return words

    def outcomes(self, seed: int, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Run the commands, one after another, in a folder with a study and its files."""
        with ExitStack() as stack:
            for number in numbers:
                if number % FRESH == 0:
                    stack.close()
                    stack.enter_context(chdir(stack.enter_context(studies.copied())))
                yield number, ran(self.case(seed, number))


def ran(words: list[str]) -> str:
    """Run a command, and say what came of it."""
    said, code = io.StringIO(), [0]

    def run() -> None:
        with patch.object(sys, "argv", ["tagger", *words]), redirect_stdout(said), redirect_stderr(said):
            try:
                cli.main()
            except SystemExit as ended:
                code[0] = int(ended.code or 0)

    with Path(os.devnull).open() as nothing, patch.object(sys, "stdin", nothing):
        outcome = judged(run, MOST_SECONDS)
    if outcome != TAKEN:
        return f"{outcome}\n{words!r}: {outcome.strip().splitlines()[-1]}"
    if code[0] not in CODES or "Traceback" in said.getvalue() or (code[0] and not said.getvalue().strip()):
        return f"{words!r} ended with {code[0]}, and said {said.getvalue()[-300:]!r}"
    return REFUSED if code[0] else TAKEN


def _given(parameter: click.Parameter, chance: random.Random) -> list[str]:
    """Return the words by which a parameter is given, or none."""
    if isinstance(parameter, click.Argument):
        times = chance.choice((0, 1, 2)) if parameter.nargs == -1 else 1
        return [_value(parameter, chance) for _ in range(times)]
    name = parameter.opts[-1]
    if name == "--engine":
        return [name, "local"]
    if name == "--study":
        return [name, "study"] if chance.random() < 0.95 else [name, chance.choice((*THERE, *ODD))]
    if not parameter.required and chance.random() < 0.7:
        return []
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return [chance.choice((*parameter.opts, *parameter.secondary_opts))]
    times = chance.choice((1, 2)) if parameter.multiple else 1
    return [word for _ in range(times) for word in (name, _value(parameter, chance))]


def _value(parameter: click.Parameter, chance: random.Random) -> str:
    if chance.random() < 0.15:
        return chance.choice(ODD)
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return str(chance.choice(kind.choices))
    if isinstance(kind, click.Path):
        return chance.choice(THERE)
    if isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
        return chance.choice(NUMBERS)
    return chance.choice(KNOWN)
