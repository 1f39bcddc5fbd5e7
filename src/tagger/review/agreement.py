"""
How far readings agree, as the first screen of the report says it: sums over passages, and no single reading.

These numbers move with what is read here without suggestions. Somebody who looked before and after a reading of their
own could tell from them what others said of that passage. So whoever has begun to read in a dataset sees them once all
that is theirs there is read, and until then nothing that hangs on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from tagger.config import Settings
from tagger.review.progress import read_through
from tagger.steps.overview import dataset_names
from tagger.store import Database, Readable

if TYPE_CHECKING:
    # The statistics take seconds to load, and the first page of the app waits for no page that may never be opened.
    from tagger.report.document import SummaryRow
    from tagger.report.summary import FirstScreen

State = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    What a viewer may see of how far readings agree.

    Args:
        datasets: all there are.
        dataset: the one that it is about; empty for all of them.
        waits: the datasets in which the viewer has begun to read and not come to the end; `screen` is then None.
        screen: the first screen of the report.
    """

    datasets: tuple[str, ...]
    dataset: str
    waits: tuple[str, ...]
    screen: FirstScreen | None

    @property
    def estimated(self) -> tuple[SummaryRow, ...]:
        """Return the values of which there is a number, of people or of the model."""
        rows = self.screen.rows if self.screen else ()
        return tuple(row for row in rows if any(one and one.estimate is not None for one in (row.people, row.model)))

    @property
    def not_yet(self) -> tuple[str, ...]:
        """Return the names of the other values; how often they were found is not said, for it may be once."""
        there = self.estimated
        return tuple(row.value for row in self.screen.rows if row not in there) if self.screen else ()


class FirstScreens:
    """The report's first screens of a study that is served: computed when asked for, kept until there is more."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._kept: dict[str, tuple[State, FirstScreen]] = {}

    def screen(self, db: Database, name: str, dataset: str) -> FirstScreen:
        """
        Return the first screen, all of it from one state of the study.

        Raises:
            UsageError: the study has no such dataset.
        """
        from tagger.report.computation import first_screen
        from tagger.steps.evidence import gather_from

        with self._turn:
            with db.transaction():
                state: State = db.rows(_STATE)[0]
                kept, found = self._kept.get(dataset, (None, None))
                if found and kept == state:
                    return found
                evidence = gather_from(db, name, dataset)
            made = first_screen(evidence)
            self._kept[dataset] = state, made
            return made


def agreement(db: Database, coder_id: str, settings: Settings, dataset: str, screens: FirstScreens) -> Agreement:
    """
    Return how far readings agree, for one viewer.

    Raises:
        UsageError: the study has no such dataset.
    """
    screen = screens.screen(db, settings.study.name, dataset)
    waits = _waits(db, coder_id, settings, dataset) if screen.moves else ()
    return Agreement(tuple(dataset_names(db)), dataset, waits, None if waits else screen)


def _waits(db: Readable, coder_id: str, settings: Settings, dataset: str) -> tuple[str, ...]:
    begun = {str(name) for (name,) in db.rows(_BEGUN, {"coder": coder_id, "dataset": dataset})}
    return tuple(sorted(begun - read_through(db, coder_id, settings.review))) if begun else ()


# Nothing of what the numbers rest on is ever changed or deleted: whatever is new is one more row of one of these.
_STATE = """
SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM codings), (SELECT count(*) FROM decisions),
       (SELECT count(*) FROM draws)
"""

_BEGUN = """
SELECT DISTINCT e.dataset
FROM current_codings x JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
WHERE x.coder_id = $coder AND x.kind = 'blind' AND ($dataset = '' OR e.dataset = $dataset)
"""
