"""What the list has no word for, for one reader: as they read it, and as others did where they have read themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tagger.config import ReviewSettings
from tagger.review.gate import Item, allowed, not_seen, record, wanted
from tagger.review.people.rights import acting
from tagger.steps.emergent import Emergent, KeptGroups, Reading, gathered, readings
from tagger.store import Database, Owner, Readable


def found_for(owner: Owner, coder_id: str, review: ReviewSettings, kept: KeptGroups, now: datetime) -> Emergent:
    """
    Group what a reader may know of, and record which of the others' readings it is made of.

    Others' readings count where this reader has given their own and nothing on the same words waits to be read without
    suggestions. What else there is changes nothing in the groups.
    """
    # Thousands of passages take seconds. Worked out here, they do not hold up the writer, for whom everybody waits.
    with owner.reading() as db:
        before = _open_to(db, coder_id, review)
        so_far = gathered(db, before, kept)

    def look(db: Database) -> Emergent:
        said = _open_to(db, coder_id, review)
        found = so_far if said == before else gathered(db, said, kept)
        here = {one.excerpt_id for one in found.passages()}
        items = [Item(one.excerpt_id, "reading", coding_id=one.coding_id) for one in said if one.excerpt_id in here]
        mine = {one.coding_id for one in said if one.coder_id == coder_id}
        others = [item for item in items if item.coding_id not in mine]
        record(db, coder_id, not_seen(db, coder_id, others), "not on the list", now)
        return found

    return owner.write(lambda db: acting(db, coder_id, look))


def read_by(db: Readable, coder_id: str, review: ReviewSettings) -> frozenset[str]:
    """Return the excerpts that a reader has read, and of which others' readings may be shown to them."""
    # Asked of what this reader has read, not of what others marked: how long it takes then tells nothing of that.
    return allowed(db, coder_id, [str(one) for (one,) in db.rows(_READ, {"coder": coder_id})], review).readings


def record_others(db: Database, coder_id: str, excerpt_ids: Collection[str], page: str, now: datetime) -> None:
    """
    Record that a reader learns that somebody holds something of these excerpts that the list has no word for.

    Who that was may have changed since, so all that others hold there now counts as seen.
    """
    rows = db.table(_HELD, {"coder": coder_id}, wanted=wanted(excerpt_ids)).to_pylist()
    items = [Item(row["excerpt_id"], "reading", coding_id=row["coding_id"]) for row in rows]
    record(db, coder_id, not_seen(db, coder_id, items), page, now)


def _open_to(db: Readable, coder_id: str, review: ReviewSettings) -> list[Reading]:
    free = read_by(db, coder_id, review)
    return [one for one in readings(db) if one.coder_id == coder_id or one.excerpt_id in free]


_READ = "SELECT excerpt_id FROM conclusions WHERE coder_id = $coder AND act <> 'skip' ORDER BY excerpt_id"

_HELD = """
    SELECT r.excerpt_id, r.coding_id FROM latest_readings r SEMI JOIN wanted w ON w.excerpt_id = r.excerpt_id
    WHERE r.coder_id <> $coder ORDER BY r.excerpt_id, r.coding_id
"""
