"""A reader's desk for tests: an open study, people, passages handed out to them, and what they see and decide."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.review import decisions, displays
from tagger.review.servings import serving
from tagger.store.database import opened

START = datetime(2026, 1, 5, 9, 0)
OWN_FIRST = ReviewSettings()
AT_ONCE = ReviewSettings(own_first=False)


class _Over(Exception):
    """The end of a desk whose work is not kept."""


class Desk:
    """An open study with ways to do in one line what a page does in one request."""

    def __init__(self, db):
        self.db = db
        self.now = START
        self.places = 0

    def tick(self):
        """Let a second pass."""
        self.now += timedelta(seconds=1)
        return self.now

    def ask(self, sql, **parameters):
        """Return the rows of a SELECT."""
        return self.db.table(sql, parameters).to_pylist()

    def one(self, sql, **parameters):
        """Return the only value of the only row of a SELECT."""
        [row] = self.ask(sql, **parameters)
        [value] = row.values()
        return value

    def add(self, table, **row):
        """Insert a row."""
        self.add_all(table, [row])

    def add_all(self, table, rows):
        """Insert rows."""
        assert len(rows) == self.db.insert(table, pa.Table.from_pylist(rows))

    def reader(self, name):
        """Add a person who reads here; the id is the name."""
        self.add("coders", id=name, name=name, role="reviewer", added_at=self.tick())
        return name

    def excerpt(self, holding, kind="passage"):
        """Return the id of the excerpt of the current segmentation that holds these words."""
        return self.one(
            "SELECT e.id FROM excerpts e JOIN live_spans l ON l.excerpt_id = e.id "
            "JOIN transcripts t ON t.id = e.transcript_id "
            "JOIN current_segmentations c ON c.dataset = t.dataset AND c.segmentation_id = e.segmentation_id "
            "WHERE e.kind = $kind AND contains(e.text, $words)",
            kind=kind,
            words=holding,
        )

    def suggestion(self, excerpt_id, value_id):
        """Return the id of the suggestion of a value."""
        sql = "SELECT suggestion_id FROM suggestion_list WHERE excerpt_id = $excerpt AND value_id = $value"
        return self.one(sql, excerpt=excerpt_id, value=value_id)

    def drawn(self, coder_id, *excerpt_ids, arm="blind"):
        """Draw the arm of passages for a person, in the place of what was drawn before."""
        self.db.run(
            "DELETE FROM arms WHERE coder_id = $coder AND list_contains($ids, excerpt_id)",
            {"coder": coder_id, "ids": list(excerpt_ids)},
        )
        common = {"coder_id": coder_id, "arm": arm, "draw_id": self._draw("arm"), "stratum": "all"}
        rows = [{**common, "excerpt_id": excerpt, "probability": 0.5, "place": 0} for excerpt in excerpt_ids]
        self.add_all("arms", rows)

    def assist(self, coder_id):
        """Draw the assisted arm for a person, on all passages; return the person."""
        passages = self.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage'")
        self.drawn(coder_id, *(row["excerpt_id"] for row in passages), arm="assisted")
        return coder_id

    def serve(self, coder_id, excerpt_id, arm="assisted", reason="likely"):
        """Hand an excerpt to a person."""
        self.places += 1
        row = {"id": str(uuid4()), "excerpt_id": excerpt_id, "coder_id": coder_id, "reason": reason, "arm": arm}
        if reason in ("random", "audit"):
            row |= {"draw_id": self._draw("arm"), "stratum": "all", "inclusion_probability": 0.5}
        self.add("servings", **row, position=self.places, served_at=self.tick())
        return serving(self.db, row["id"])

    def served(self, serving_id):
        """Return a serving."""
        return serving(self.db, serving_id)

    def blind(self, coder_id, excerpt_id):
        """Draw a passage blind for a person, and hand it out."""
        self.drawn(coder_id, excerpt_id)
        return self.serve(coder_id, excerpt_id, "blind", "random")

    def decide(self, served, act, answers=None, *, id=None, **more):  # noqa: A002
        """Decide on what was handed out."""
        identity = id or str(uuid4())
        return decisions.decide(
            self.db, id=identity, serving=served, act=act, answers=answers or {}, now=self.tick(), **more
        )

    def undo(self, coder_id, id=None):  # noqa: A002
        """Take back a step."""
        return decisions.undo(self.db, id=id or str(uuid4()), coder_id=coder_id, now=self.tick())

    def show(self, coder_id, *excerpt_ids, review=OWN_FIRST, page="passage", **more):
        """Show what may be shown of these excerpts."""
        return displays.show(self.db, coder_id, list(excerpt_ids), page, review, self.tick(), **more)

    def reading(self, served):
        """Return what a person holds of what was handed out to them."""
        return decisions.reading(self.db, served.coder_id, served.excerpt_id, served.framework_id)

    def current(self, coder_id, excerpt_id=None):
        """Return a person's current codings: (kind, outcome, answers as text), by kind."""
        rows = self.ask(
            "SELECT x.kind, x.outcome, (SELECT string_agg(a.value_id || ' ' || a.answer, ', ' ORDER BY a.value_id) "
            "FROM coding_answers a WHERE a.coding_id = x.id) AS answers FROM current_codings x "
            "WHERE x.coder_id = $coder AND x.excerpt_id = coalesce($excerpt, x.excerpt_id) ORDER BY 1, 2, 3",
            coder=coder_id,
            excerpt=excerpt_id,
        )
        return [(row["kind"], row["outcome"], row["answers"] or "") for row in rows]

    def state(self, coder_id):
        """Return all that a person holds: the rows of their current codings, and the decisions that stand."""
        codings = self.ask(
            "SELECT x.id, x.kind, x.outcome, list(a.value_id || a.answer ORDER BY a.value_id) AS answers "
            "FROM current_codings x LEFT JOIN coding_answers a ON a.coding_id = x.id "
            "WHERE x.coder_id = $coder GROUP BY ALL ORDER BY 1",
            coder=coder_id,
        )
        standing = self.ask("SELECT id FROM standing_decisions WHERE coder_id = $coder ORDER BY number", coder=coder_id)
        return codings, standing

    def _draw(self, purpose):
        identity = uuid5(UUID(int=0), f"{purpose} {self.now} {self.places} {uuid4()}").hex
        self.add("draws", id=identity, purpose=purpose, frame="{}", seed=1, drawn_at=self.now)
        return identity


@contextmanager
def desk_in(study):
    """Open a study for the time of the block; nothing that is done there is kept."""
    with opened(study.folder / "study.duckdb") as db, tried(db) as desk:
        yield desk


@contextmanager
def lasting(study):
    """Open a study for the time of the block, and keep what is done."""
    with opened(study.folder / "study.duckdb") as db:
        yield Desk(db)


@contextmanager
def tried(db):
    """Do something in a transaction that is rolled back."""
    try:
        with db.transaction():
            yield Desk(db)
            raise _Over
    except _Over:
        return
