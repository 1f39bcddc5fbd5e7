"""
A person's queue: all that is theirs to read, in one fixed order, with what became of each.

What is next is the first that is not done, so that the same state always gives the same next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from tagger.config import ORDERS, ReviewSettings
from tagger.errors import UsageError
from tagger.review.servings.frames import Frame, frame
from tagger.review.servings.marks import NOTHING, Given, Mark, Marks
from tagger.store import Readable


@dataclass(frozen=True, slots=True)
class Queue:
    """
    What a person asked to read: a dataset, or in it what is suggested for one value (`value`).

    `order` and `read` are as in the settings; empty: as the study's settings say.
    """

    dataset: str
    order: str = ""
    value: str = ""
    read: str = ""

    def settled(self, review: ReviewSettings) -> Queue:
        """
        Say how to read where it was not said.

        Raises:
            UsageError: there is no such order, or no such choice of what to read.
        """
        order, read = self.order or review.order, self.read or review.read
        if order not in ORDERS or read not in ("suggested", "all"):
            known = ", ".join(ORDERS)
            raise UsageError("there is no such way to read", where=f"{order}, {read}", remedy=f"Orders are {known}")
        return Queue(self.dataset, order, self.value, read)


@dataclass(frozen=True, slots=True)
class Left:
    """
    How far a person is in a queue.

    `total` is the sum of `read`, `to_read`, `skipped` and `later` (put off); what enough others have read is not in it.
    `without_suggestions` counts those read or to read without suggestions.
    """

    read: int
    to_read: int
    skipped: int
    later: int
    without_suggestions: int
    total: int


class Entry(NamedTuple):
    """
    An excerpt of a queue.

    `brought` is the order that brings it; `open_id` is this person's newest serving of it, which can be used again;
    `packed` says that it lies in a reading pack of theirs.
    """

    excerpt_id: str
    passage: bool
    blind: bool
    suggested: bool
    brought: str
    open_id: str | None
    packed: bool


class _Mine(NamedTuple):
    """What a person did with an excerpt of their queue: whether they are done, and what they have of it."""

    done: bool
    skipped: bool
    open: Given | None
    later: datetime | None
    packed: bool


_ELSEWHERE, _READ, _SKIPPED, _TO_READ, _LATER = range(5)
"""How an excerpt counts: not at all, since it is no part of the queue or others read it, or as one of `Left`."""


class Standing:
    """
    A queue as it stands for one person.

    It says the same whether it was made just now or kept: `see` is told of every excerpt that anybody touched.
    """

    def __init__(self, coder_id: str, queue: Queue, review: ReviewSettings, frame: Frame, marks: Marks) -> None:
        self.coder_id, self.queue, self.frame = coder_id, queue, frame
        self._marks = marks
        self._by_answers = bool(queue.value) or not review.own_first
        self._counts = np.where(frame.in_queue, _TO_READ, _ELSEWHERE).astype(np.int8)
        self._totals = np.bincount(self._counts, minlength=5).tolist()
        self._blind_totals = np.bincount(self._counts[frame.blind], minlength=5).tolist()
        self._mine: dict[int, _Mine] = {}
        # All before this place of the order are past, but for those noted: they may be free again by themselves.
        self._reached = 0
        self._again: set[int] = set()
        self.see(marks.all())

    def see(self, excerpt_ids: Iterable[str]) -> None:
        """Take in what became of some excerpts."""
        for excerpt_id in excerpt_ids:
            row = self.frame.rows.get(excerpt_id)
            if row is not None:
                self._see(row)

    def left(self) -> Left:
        """
        Count how far the person is.

        What somebody else has open just now still counts as to read: it may come back.
        """
        totals, blind = self._totals, self._blind_totals
        return Left(
            read=totals[_READ],
            to_read=totals[_TO_READ],
            skipped=totals[_SKIPPED],
            later=totals[_LATER],
            without_suggestions=blind[_READ] + blind[_TO_READ],
            total=sum(totals[1:]),
        )

    def ahead(self, since: datetime) -> Iterator[Entry]:
        """
        Yield what comes next: what is open, what is left, then what was put off.

        What lies in a reading pack comes last, so that a pack that was lost holds nothing back.

        Args:
            since: what others were given after this, and did not finish, is theirs for now, as in `Given.held`.
        """
        mine = {row: one for row, one in sorted(self._mine.items()) if not one.done and self._is_free(row, since)}
        waiting = {row: one for row, one in mine.items() if one.open or not one.packed}
        opened = [(one.open.position, row) for row, one in waiting.items() if one.open and not one.later]
        for _, row in sorted(opened, reverse=True):
            yield self._entry(row)
        yield from map(self._entry, self._fresh(since))
        put_off = [(one.later, one.open.position if one.open else 0, row) for row, one in waiting.items() if one.later]
        for *_, row in sorted(put_off):
            yield self._entry(row)
        yield from (self._entry(row) for row in mine if row not in waiting)

    def _fresh(self, since: datetime) -> Iterator[int]:
        """Yield what the person never had, in order."""
        for place in sorted(self._again):
            row = int(self.frame.order[place])
            if self._is_free(row, since):
                yield row
        passing = True
        for place in range(self._reached, len(self.frame.order)):
            row = int(self.frame.order[place])
            waits = self._is_fresh(row)
            if waits and self._is_free(row, since):
                passing = False
                yield row
            elif passing:
                self._reached = place + 1
                if waits:
                    self._again.add(place)

    def _is_fresh(self, row: int) -> bool:
        return bool(self._counts[row] == _TO_READ) and row not in self._mine

    def _see(self, row: int) -> None:
        marks = self._marks.on(self.frame.ids[row])
        self._mine.pop(row, None)
        mine = self._of(row, marks.get(self.coder_id, NOTHING))
        counted = bool(self.frame.in_queue[row]) or (mine.later is not None and not self.queue.value)
        if counted and (mine.done or mine.open or mine.later or mine.packed):
            self._mine[row] = mine
        self._recount(row, self._count(row, mine) if counted else _ELSEWHERE)
        place = int(self.frame.at[row])
        self._again.discard(place)
        if 0 <= place < self._reached and self._is_fresh(row):
            self._again.add(place)

    def _recount(self, row: int, count: int) -> None:
        for totals in (self._totals, self._blind_totals) if self.frame.blind[row] else (self._totals,):
            totals[self._counts[row]] -= 1
            totals[count] += 1
        self._counts[row] = count

    def _count(self, row: int, mine: _Mine) -> int:
        if mine.done:
            ended = _SKIPPED if mine.skipped else _READ
            return ended if self.frame.in_queue[row] else _ELSEWHERE
        if not self._is_free(row, datetime.max):
            return _ELSEWHERE
        return _LATER if mine.later else _TO_READ

    def _of(self, row: int, mark: Mark) -> _Mine:
        """Fold what the person did with an excerpt."""
        values = self.frame.values[row].as_py() if self._by_answers and mark.answered else ()
        answered = bool(values) and mark.answered.issuperset(values)
        had = mark.had
        usable = [one for one in had if not one.packed and (one.reason != "chosen" or not self.frame.in_queue[row])]
        later = max((one.later for one in had if one.later), default=None)
        return _Mine(
            done=mark.concluded is not None or answered,
            skipped=mark.concluded == "skip",
            open=max(usable, key=lambda one: one.position, default=None),
            later=later if later and later >= max(one.served_at for one in had) else None,
            packed=any(one.packed for one in had),
        )

    def _is_free(self, row: int, since: datetime) -> bool:
        """Say whether others leave it to this person, as they always do with what was drawn to be read blind."""
        if self.frame.blind[row]:
            return True
        excerpt_id = self.frame.ids[row]
        if self._marks.others(excerpt_id, self.coder_id, since) < self.frame.wanted[row]:
            return True
        mine = self._marks.on(excerpt_id).get(self.coder_id, NOTHING)
        return any(one.held(since) for one in mine.had)

    def _entry(self, row: int) -> Entry:
        frame, mine = self.frame, self._mine.get(row)
        return Entry(
            excerpt_id=frame.ids[row],
            passage=bool(frame.passage[row]),
            blind=bool(frame.blind[row]),
            suggested=bool(frame.suggested[row]),
            brought=frame.bringing(row, self.queue.order),
            open_id=mine.open.id if mine and mine.open else None,
            packed=bool(mine and mine.packed),
        )


def standing(db: Readable, coder_id: str, queue: Queue, review: ReviewSettings, marks: Marks | None = None) -> Standing:
    """
    Return a person's queue as it stands now.

    Raises:
        UsageError: the queue has an order, or a choice of what to read, that there is not.
    """
    asked = queue.settled(review)
    found = frame(db, coder_id, asked.dataset, asked.value, asked.order, asked.read, review.weights)
    return Standing(coder_id, asked, review, found, marks or Marks(db))


def left(db: Readable, coder_id: str, queue: Queue, review: ReviewSettings) -> Left:
    """
    Count how far a person is in a queue.

    Raises:
        UsageError: the queue has an order, or a choice of what to read, that there is not.
    """
    return standing(db, coder_id, queue, review).left()
