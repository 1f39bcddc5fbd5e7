"""
Contexts side by side, as somebody may see them in the browser: nobody's words, and no number that could sway a reading.

Where each context puts its values is for everybody to whom the page is open. How common values are there moves with
what is read, and somebody who knows it may find what they expect. So whoever reads, or is to read without suggestions,
sees it when all that is theirs is read; and it is not said of values that were found so seldom that it might tell one
reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from tagger.config import Settings
from tagger.review.agreement import State, state_of, still_to_read
from tagger.store import Database

if TYPE_CHECKING:
    # The statistics take seconds to load, and the first page of the app waits for no page that may never be opened.
    from tagger.report.comparison.material import Contexts
    from tagger.report.comparison.shares import Share
    from tagger.report.document import Pyramid, Table


@dataclass(frozen=True, slots=True)
class SideBySide:
    """
    Contexts side by side.

    Args:
        pyramids: the values of each context in its layers, without quotes.
        places: the same as a table.
        shares: how common each value is in each context; None for somebody who has to read first.
        waits: the datasets in which the viewer has to read before that.
    """

    pyramids: tuple[Pyramid, ...]
    places: Table | None
    shares: Table | None
    waits: tuple[str, ...] = ()


class Comparisons:
    """The comparison of a study that is served: computed when asked for, and kept until there is more."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._kept: tuple[State, SideBySide] | None = None

    def side_by_side(self, db: Database, name: str) -> SideBySide:
        """Return the contexts side by side, all of it from one state of the study."""
        from tagger.steps.compare import contexts_of

        with self._turn:
            with db.transaction():
                state = state_of(db)
                if self._kept and self._kept[0] == state:
                    return self._kept[1]
                contexts = contexts_of(db, name, quotes=False)
            made = _made(contexts)
            self._kept = state, made
            return made


def comparison(db: Database, coder_id: str, settings: Settings, kept: Comparisons) -> SideBySide:
    """Return the contexts side by side for one viewer: without shares for somebody who has to read first."""
    made = kept.side_by_side(db, settings.study.name)
    waits = still_to_read(db, coder_id, settings)
    return replace(made, shares=None, waits=waits) if waits else made


def _made(contexts: Contexts) -> SideBySide:
    from tagger.report.comparison.computation import glance
    from tagger.report.comparison.order import order
    from tagger.report.comparison.shares import shares_of

    placed = order(contexts)
    told = [share if _tells_no_single_reading(share) else _untold(share) for share in shares_of(contexts)]
    return SideBySide(placed.pyramids, next(iter(placed.tables), None), glance(contexts, told))


def _tells_no_single_reading(share: Share) -> bool:
    from tagger.report.evidence import FEWEST_POSITIVES

    return share.found >= FEWEST_POSITIVES


def _untold(share: Share) -> Share:
    return replace(share, estimate=replace(share.estimate, value=None, interval=None))
