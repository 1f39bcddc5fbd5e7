"""
How far readings agree, as the first screen of the report says it, and how much of each value has been found.

They are sums over passages, and tell no single reading.

These numbers move with what is read here without suggestions. Somebody who looked before and after a reading of their
own could tell from them what others said of that passage. So whoever has begun to read in a dataset sees them once all
that is theirs there is read, and until then nothing that hangs on them. What has been found moves with every reading,
and what somebody knows of it might sway a reading that is still to be made without suggestions: so it waits for those,
too, and it is not said of values that were found so seldom that it might tell one reading.
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
    from tagger.report.found import SoFar
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
        found: what the newest audits say of how much of each value has been found, where the viewer may see that.
        found_waits: the datasets with an audit in which the viewer has to read before they see that.
    """

    datasets: tuple[str, ...]
    dataset: str
    waits: tuple[str, ...]
    screen: FirstScreen | None
    found: tuple[SoFar, ...] = ()
    found_waits: tuple[str, ...] = ()

    @property
    def guaranteed(self) -> tuple[SoFar, ...]:
        """Return those of what has been found that rest on enough passages to tell no single reading."""
        from tagger.report.evidence import FEWEST_POSITIVES

        return tuple(one for one in self.found if one.found.found >= FEWEST_POSITIVES)

    @property
    def seldom_found(self) -> tuple[str, ...]:
        """Return the names of the other values that an audit looked for."""
        there = self.guaranteed
        return tuple(one.name for one in self.found if one not in there)

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
    """
    The report's first screens of a study that is served, and what has been found of each value.

    They are computed when asked for, and kept until there is more.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._kept: dict[str, tuple[State, FirstScreen, tuple[SoFar, ...]]] = {}

    def screen(self, db: Database, name: str, dataset: str) -> tuple[FirstScreen, tuple[SoFar, ...]]:
        """
        Return the first screen and what has been found, all of it from one state of the study.

        Raises:
            UsageError: the study has no such dataset.
        """
        from tagger.report.computation import first_screen
        from tagger.report.found import found_so_far
        from tagger.steps.evidence import gather_from

        with self._turn:
            with db.transaction():
                state = state_of(db)
                if dataset in self._kept and self._kept[dataset][0] == state:
                    return self._kept[dataset][1:]
                evidence = gather_from(db, name, dataset)
            made = first_screen(evidence), tuple(found_so_far(evidence))
            self._kept[dataset] = state, *made
            return made


def agreement(db: Database, coder_id: str, settings: Settings, dataset: str, screens: FirstScreens) -> Agreement:
    """
    Return how far readings agree, for one viewer.

    Raises:
        UsageError: the study has no such dataset.
    """
    screen, found = screens.screen(db, settings.study.name, dataset)
    through = read_through(db, coder_id, settings.review)
    waits = _named(db, _BEGUN, coder_id, dataset) - through if screen.moves else set()
    later = (_named(db, _READS, coder_id, dataset) - through) & {one.dataset for one in found}
    return Agreement(
        tuple(dataset_names(db)),
        dataset,
        tuple(sorted(waits)),
        None if waits else screen,
        tuple(one for one in found if one.dataset not in later),
        tuple(sorted(later)),
    )


def state_of(db: Readable) -> State:
    """Return what tells one state of all that the numbers rest on from another."""
    state: State = db.rows(_STATE)[0]
    return state


def still_to_read(db: Readable, coder_id: str, settings: Settings) -> tuple[str, ...]:
    """Return the datasets in which somebody reads, or is to read without suggestions, and has not come to the end."""
    return tuple(sorted(_named(db, _READS, coder_id, "") - read_through(db, coder_id, settings.review)))


def _named(db: Readable, sql: str, coder_id: str, dataset: str) -> set[str]:
    return {str(name) for (name,) in db.rows(sql, {"coder": coder_id, "dataset": dataset})}


# Nothing of what the numbers rest on is ever changed or deleted: whatever is new is one more row of one of these.
_STATE = """
SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM codings), (SELECT count(*) FROM decisions),
       (SELECT count(*) FROM draws), (SELECT count(*) FROM audit_passages)
"""

_BEGUN = """
SELECT DISTINCT e.dataset
FROM current_codings x JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
WHERE x.coder_id = $coder AND x.kind = 'blind' AND ($dataset = '' OR e.dataset = $dataset)
"""

# Whoever has read anything, or is to read something without suggestions.
_READS = """
SELECT e.dataset
FROM current_codings x JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
WHERE x.coder_id = $coder AND ($dataset = '' OR e.dataset = $dataset)
UNION
SELECT t.dataset
FROM waiting_blind w JOIN transcripts t ON t.id = w.transcript_id
WHERE w.coder_id = $coder AND ($dataset = '' OR t.dataset = $dataset)
"""
