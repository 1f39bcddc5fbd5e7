"""Cases: each is made from its own number, and is taken, refused in words, or a find."""

from __future__ import annotations

import random
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Protocol

from fuzzing.damage import damaged
from tagger.errors import TaggerError

MOST_SECONDS = 20
TAKEN, REFUSED = "taken", "refused"


class Hangs(BaseException):
    """A case took too long; nothing that is tried may catch this."""


class Target(Protocol):
    """Something of the program to which cases are put."""

    @property
    def name(self) -> str:
        """Return its name, by which it is asked for."""

    @property
    def weight(self) -> float:
        """Return how many of the cases are its, beside the others."""

    def ready(self) -> None:
        """Make what all cases share, before processes of their own try them."""

    def outcomes(self, seed: int, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Try the cases of these numbers, in their order; say of each that it was taken, refused, or what is wrong."""

    def written(self, seed: int, number: int) -> tuple[str, bytes]:
        """Return a name for the file of a case, and what is in it."""


@dataclass(frozen=True)
class Files:
    """
    A kind of file whose sound examples are damaged.

    Args:
        case_name: what a case is called, for the reader that goes by the ending.
        seeds: sound files of this kind.
        others: files from which pieces get into them.
        take: reads a case; it raises TaggerError where it refuses one, and anything else is a find.
        grown: makes a case of no file, by the rules of the kind; every second case is one.
    """

    name: str
    case_name: str
    seeds: tuple[bytes, ...]
    others: tuple[bytes, ...]
    take: Callable[[bytes, str], None]
    grown: Callable[[random.Random], bytes] | None = None
    weight: float = 1.0

    def case(self, seed: int, number: int) -> bytes:
        """Make one case, from its own number and no other."""
        chance = random.Random(f"{seed} {self.name} {number}")
        if self.grown and chance.random() < 0.5:
            grown = self.grown(chance)
            return damaged(grown, chance.choice(self.others), chance) if chance.random() < 0.5 else grown
        return damaged(chance.choice(self.seeds), chance.choice(self.others), chance)

    def ready(self) -> None:
        """Nothing is shared but the seeds."""

    def written(self, seed: int, number: int) -> tuple[str, bytes]:
        """Return a name for the file of a case, and what is in it."""
        return self.case_name, self.case(seed, number)

    def outcomes(self, seed: int, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Take each case."""
        for number in numbers:
            data = self.case(seed, number)
            yield number, self.judged(data)

    def judged(self, data: bytes) -> str:
        """Take one case, and say what came of it."""
        return judged(lambda: self.take(data, self.case_name))


def judged(act: Callable[[], object], seconds: float = MOST_SECONDS) -> str:
    """Do something, and say that it was taken, or refused with a remedy, or what went wrong."""
    try:
        with within(seconds):
            act()
    except TaggerError as refused:
        return REFUSED if refused.what and refused.where and refused.remedy else f"no remedy: {refused}"
    except Hangs:
        return "hangs"
    except Exception:  # whatever else is let out is what this looks for
        return traceback.format_exc()
    return TAKEN


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End the block after so many seconds."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
