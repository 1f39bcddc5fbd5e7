"""
Queues that are kept in memory by the process that owns a study.

What is kept is right because every row that is written to the study passes here, in the order in which it is written:

- an excerpt on which somebody did something is looked at again before a queue is next used;
- a draw for a person drops that person's queues; one of numbers of readers, and a hand-over, drop all;
- after rows of a run, a dataset's queues stay only if what they are made of is what it was;
- what was rolled back counts as touched once more, and what was made in the meantime is dropped.

All tables are only ever added to, so that as many rows as before are the same rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.review.servings.arms import prepare
from tagger.review.servings.marks import Marks
from tagger.review.servings.queues import Left, Queue, Standing, standing
from tagger.store import Database, Readable

MOST = 200
"""So many queues are kept, those used last; one over 100,000 excerpts takes about 5 MB."""

_ACTS = ("servings", "decisions")
_ABOUT_SERVINGS = ("postponements", "pack_servings")
_OF_A_PERSON = ("arms", "audit_passages")
_OF_LEAVING = ("hand_overs", "handed_passages", "permissions")
_OF_RUNS = (
    "transcripts", "revisions", "turns", "speakers", "speaker_beliefs", "excerpts", "placements",
    "scorings", "scoring_uses", "suggestions", "reading_orders",
)  # fmt: skip

_Key = tuple[str, Queue]


class Kept:
    """Queues as they stand, and whose passages were drawn; for the thread that writes, and for one study's settings."""

    def __init__(self) -> None:
        self._clear()

    def standing(self, db: Readable, coder_id: str, queue: Queue, review: ReviewSettings) -> Standing:
        """
        Return a person's queue as `queues.standing` would.

        Raises:
            UsageError: as there.
        """
        key = coder_id, queue.settled(review)
        self._look(db)
        if key not in self._queues:
            self._make(db, key, review)
        self._queues.move_to_end(key)
        stands, touched = self._queues[key], self._unseen[key]
        stands.see(touched)
        touched.clear()
        return stands

    def left(self, db: Readable, coder_id: str, queue: Queue, review: ReviewSettings) -> Left:
        """Count how far a person is in a queue, as `queues.left` does."""
        return self.standing(db, coder_id, queue, review).left()

    def prepare(
        self, db: Database, coder_id: str, dataset: str, review: ReviewSettings, seed: int, now: datetime
    ) -> None:
        """Draw as `arms.prepare` does, which is not asked again before there is anything new."""
        self._look(db)
        if (coder_id, dataset) in self._drawn:
            return
        prepare(db, coder_id, dataset, review, seed, now)
        self._datasets.setdefault(dataset, _made_of(db, dataset))
        self._drawn.add((coder_id, dataset))
        self._drawn_now.add((coder_id, dataset))

    # What the one who writes tells.

    def inserted(self, table: str, rows: pa.Table) -> None:
        """Note rows that are being written."""
        if table in _ACTS:
            self._touch(rows["excerpt_id"].to_pylist())
        elif table in _ABOUT_SERVINGS:
            self._about_servings.update(map(str, rows["serving_id"].to_pylist()))
        elif table in _OF_A_PERSON:
            people = set(rows["coder_id"].to_pylist())
            self._drop(lambda key: key[0] in people)
        elif table == "wanted_readings":
            self._drop(lambda key: True)
        elif table in _OF_RUNS:
            self._runs_wrote = True
        elif table in _OF_LEAVING:
            self.ran()

    def ran(self) -> None:
        """Note something that may have changed anything."""
        self._clear()
        self._cleared_now = True

    def committed(self) -> None:
        """Note that what was written is stored."""
        self._touched_now.clear()
        self._made_now.clear()
        self._drawn_now.clear()
        self._cleared_now = False

    def rolled_back(self) -> None:
        """Note that nothing of what was written since the last commit is stored."""
        if self._cleared_now:
            self._clear()
        self._stale |= self._touched_now
        self._drop(self._made_now.__contains__)
        self._drawn -= self._drawn_now
        self.committed()

    def _clear(self) -> None:
        self._queues: OrderedDict[_Key, Standing] = OrderedDict()
        self._unseen: dict[_Key, set[str]] = {}
        self._audited: dict[str, frozenset[str]] = {}
        self._drawn: set[tuple[str, str]] = set()
        self._datasets: dict[str, tuple[Any, ...]] = {}
        self._marks: Marks | None = None
        self._stale: set[str] = set()
        self._about_servings: set[str] = set()
        self._runs_wrote = False
        self._touched_now: set[str] = set()
        self._made_now: set[_Key] = set()
        self._drawn_now: set[tuple[str, str]] = set()
        self._cleared_now = False

    def _touch(self, excerpt_ids: list[str]) -> None:
        self._stale.update(excerpt_ids)
        self._touched_now.update(excerpt_ids)

    def _drop(self, is_doomed: Callable[[_Key], bool]) -> None:
        for key in [key for key in self._queues if is_doomed(key)]:
            del self._queues[key], self._unseen[key]

    def _make(self, db: Readable, key: _Key, review: ReviewSettings) -> None:
        coder_id, queue = key
        self._marks = self._marks or Marks(db)
        made = standing(db, coder_id, queue, review, self._marks)
        # The excerpts of a dataset are the same for everybody, and are kept once.
        alike = (one.frame for one in self._queues.values() if one.frame.ids == made.frame.ids)
        if same := next(alike, None):
            made.frame = replace(made.frame, ids=same.ids, rows=same.rows)
        if len(self._queues) >= MOST:
            oldest, _ = self._queues.popitem(last=False)
            del self._unseen[oldest]
        self._queues[key], self._unseen[key] = made, set()
        self._made_now.add(key)
        self._datasets.setdefault(queue.dataset, _made_of(db, queue.dataset))
        self._audited[coder_id] = frozenset(one for (one,) in db.rows(_AUDITED, {"coder": coder_id}))

    def _look(self, db: Readable) -> None:
        """Take in what was written since."""
        if self._runs_wrote:
            self._look_at_runs(db)
        if self._about_servings:
            ids = sorted(self._about_servings)
            self._touch([excerpt for (excerpt,) in db.rows(_SERVED, {"ids": ids})])
            self._about_servings.clear()
        if self._stale and self._marks:
            self._marks.read(db, self._stale)
            # Around a passage of an audit that was read exchanges come that did not come before.
            read = {coder for coder, passages in self._audited.items() if not passages.isdisjoint(self._stale)}
            self._drop(lambda key: key[0] in read)
            for unseen in self._unseen.values():
                unseen |= self._stale
        self._stale.clear()

    def _look_at_runs(self, db: Readable) -> None:
        self._runs_wrote = False
        made_of = {dataset: _made_of(db, dataset) for dataset in self._datasets}
        changed = {dataset for dataset, before in self._datasets.items() if made_of[dataset] != before}
        self._datasets = made_of
        self._drawn = {one for one in self._drawn if one[1] not in changed}
        self._drop(lambda key: key[1].dataset in changed)


def _made_of(db: Readable, dataset: str) -> tuple[Any, ...]:
    """Return which scoring a dataset uses, and how many rows what is read of it is made of."""
    [found] = db.rows(_MADE_OF, {"dataset": dataset})
    return found


_AUDITED = "SELECT excerpt_id FROM audit_tasks WHERE coder_id = $coder"

_SERVED = "SELECT excerpt_id FROM servings WHERE list_contains($ids, id::VARCHAR)"

_MADE_OF = """
    WITH own AS (SELECT id FROM transcripts WHERE dataset = $dataset),
    scoring AS (SELECT scoring_id FROM newest_scorings WHERE dataset = $dataset)
    SELECT (SELECT scoring_id FROM scoring),
           (SELECT count(*) FROM suggestions g WHERE g.scoring_id = (SELECT scoring_id FROM scoring)),
           (SELECT count(*) FROM reading_orders o WHERE o.scoring_id = (SELECT scoring_id FROM scoring)),
           (SELECT count(*) FROM revisions r SEMI JOIN own ON own.id = r.transcript_id),
           (SELECT count(*) FROM turns t JOIN revisions r ON r.id = t.revision_id
            SEMI JOIN own ON own.id = r.transcript_id),
           (SELECT count(*) FROM speaker_beliefs b JOIN speakers s ON s.id = b.speaker_id
            SEMI JOIN own ON own.id = s.transcript_id),
           (SELECT count(*) FROM excerpts e SEMI JOIN own ON own.id = e.transcript_id WHERE e.parent_id IS NULL),
           (SELECT count(*) FROM placements p JOIN excerpts e ON e.id = p.excerpt_id
            SEMI JOIN own ON own.id = e.transcript_id WHERE e.parent_id IS NULL)
"""
