"""How often sign-in links that were made up may be tried: a few at once, then one now and then."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tagger.errors import TooOften


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many tries at once, and one more after each *seconds*."""

    at_once: int
    seconds: float


FOR_EACH = Allowance(10, 6)
FOR_ALL = Allowance(100, 1)


@dataclass(slots=True)
class _Left:
    """What is left of an allowance, as of a time; a clock that was set back gives and takes nothing."""

    allowance: Allowance
    tries: float
    at: datetime

    def fill(self, now: datetime) -> None:
        gained = max(0.0, (now - self.at).total_seconds()) / self.allowance.seconds
        self.tries, self.at = min(float(self.allowance.at_once), self.tries + gained), now

    @property
    def wait(self) -> float:
        """Return after how many seconds there is another try."""
        return max(0.0, 1 - self.tries) * self.allowance.seconds


class Attempts:
    """
    Counts what was tried in vain, for each address and in all.

    Only addresses that tried of late are remembered: no more than the allowance for all lets in meanwhile.
    """

    def __init__(self, for_each: Allowance = FOR_EACH, for_all: Allowance = FOR_ALL) -> None:
        self._for_each = for_each
        self._lock = threading.Lock()
        self._in_all = _Left(for_all, for_all.at_once, datetime.min)
        self._of_each: dict[str, _Left] = {}

    def count(self, address: str, now: datetime) -> None:
        """
        Count one more.

        Raises:
            TooOften: there were too many; this one is not counted.
        """
        with self._lock:
            self._fill(now)
            one = self._of_each.get(address) or _Left(self._for_each, self._for_each.at_once, now)
            wait = max(one.wait, self._in_all.wait)
            if wait:
                raise TooOften(
                    "links that are none were tried too often",
                    seconds=ceil(wait),
                    remedy=f"Wait for {ceil(wait)} seconds, then copy the whole of your own link and try again",
                )
            self._in_all.tries -= 1
            one.tries -= 1
            self._of_each[address] = one

    def _fill(self, now: datetime) -> None:
        for left in (self._in_all, *self._of_each.values()):
            left.fill(now)
        full = self._for_each.at_once
        self._of_each = {address: left for address, left in self._of_each.items() if left.tries < full}
