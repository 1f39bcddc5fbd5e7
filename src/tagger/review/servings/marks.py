"""What people did with excerpts, as far as it says whose turn it is: how they left them, and what they were given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from tagger.store import Readable

PACK_HOLD = timedelta(days=30)
"""How long a passage that lies in one person's reading pack is kept from others."""


class Given(NamedTuple):
    """
    A serving: when it was put off last, and when that or the serving itself was; whether it lies in a reading pack.

    `let_go` says that its person handed over since.
    """

    id: str
    reason: str
    position: int
    served_at: datetime
    later: datetime | None
    packed: bool
    touched_at: datetime
    let_go: bool

    def held(self, since: datetime) -> bool:
        """
        Say whether it is kept from others.

        Args:
            since: it is where it was touched after this; what lies in a pack is for `PACK_HOLD` longer.
        """
        return not self.let_go and self.touched_at > (since - PACK_HOLD if self.packed else since)


@dataclass(slots=True)
class Mark:
    """What one person did with one excerpt: how they left it, the suggested values they answered, what they had."""

    concluded: str | None = None
    answered: set[str] = field(default_factory=set)
    given: list[Given] = field(default_factory=list)

    @property
    def had(self) -> list[Given]:
        """Return what makes an excerpt this person's: not what they only chose to look at."""
        return [one for one in self.given if one.reason != "chosen" or one.later or one.packed]


NOTHING = Mark()
_MOST = 200


class Marks:
    """The marks on all excerpts, by excerpt and person; excerpts that nobody touched have none."""

    def __init__(self, db: Readable) -> None:
        self._marks: dict[str, dict[str, Mark]] = {}
        self._readers: frozenset[str] = frozenset()
        self.read(db)

    def on(self, excerpt_id: str) -> Mapping[str, Mark]:
        """Return the marks on an excerpt, by person."""
        return self._marks.get(excerpt_id, {})

    def all(self) -> Collection[str]:
        """Return the excerpts with marks."""
        return self._marks.keys()

    def others(self, excerpt_id: str, coder_id: str, since: datetime) -> int:
        """
        Count the other readers who read an excerpt, or have it.

        Args:
            since: as in `Given.held`.
        """
        return sum(
            mark.concluded != "skip" if mark.concluded else any(given.held(since) for given in mark.given)
            for coder, mark in self.on(excerpt_id).items()
            if coder != coder_id and coder in self._readers
        )

    def read(self, db: Readable, excerpt_ids: Collection[str] | None = None) -> None:
        """Read the marks on some excerpts again, or on all."""
        everything = excerpt_ids is None or len(excerpt_ids) > _MOST
        ids = [] if everything else list(excerpt_ids or ())
        if everything:
            self._marks.clear()
        for excerpt_id in ids:
            self._marks.pop(excerpt_id, None)
        asked = {"everything": everything, "ids": ids}
        self._readers = frozenset(coder for (coder,) in db.rows("SELECT id FROM coders WHERE role IS NOT NULL"))
        for coder, excerpt, act, value in db.rows(_ENDS, asked):
            mark = self._mark(coder, excerpt)
            if act in ("accept", "reject"):
                mark.answered.add(value)
            else:
                mark.concluded = act
        for coder, excerpt, *given in db.rows(_GIVEN, asked):
            self._mark(coder, excerpt).given.append(Given(*given))

    def _mark(self, coder_id: str, excerpt_id: str) -> Mark:
        return self._marks.setdefault(excerpt_id, {}).setdefault(coder_id, Mark())


_ENDS = """
    SELECT coder_id, excerpt_id, act, value_id FROM standing_decisions
    WHERE ($everything OR list_contains($ids, excerpt_id))
      AND act IN ('done', 'nothing here', 'unsure', 'skip', 'accept', 'reject')
    ORDER BY number
"""

_GIVEN = """
    SELECT coder_id, excerpt_id, id::VARCHAR, reason, position, served_at, later, pack_id IS NOT NULL, touched_at,
           let_go
    FROM serving_list
    WHERE $everything OR list_contains($ids, excerpt_id)
"""
