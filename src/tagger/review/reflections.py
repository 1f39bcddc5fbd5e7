"""
Reflections: what those who read write about their own part in it.

They are their writer's. What a writer lets be read can be exported, and read and coded like a transcript, in a dataset
and with a list of its own, apart from what participants said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyarrow as pa

from tagger.errors import UsageError
from tagger.store import Database, Readable

LONGEST = 20_000
"""Characters of the longest reflection that is kept."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """A reflection of one's own; `id` is that of a memo where it is a note on a passage and nothing else yet."""

    id: str
    text: str
    is_memo: bool
    may_be_read: bool
    written_at: datetime


def own(db: Readable, coder_id: str) -> list[Reflection]:
    """Return what a person wrote, memos too, the newest first."""
    return [Reflection(*row) for row in db.rows(_OWN, {"coder": coder_id})]


def write(db: Database, *, id: str, coder_id: str, text: str, may_be_read: bool, now: datetime) -> None:  # noqa: A002
    """
    Store a reflection; the same one sent again is stored once.

    Args:
        id: the client's UUID of it.

    Raises:
        UsageError: there are no words, or too many.
    """
    words = text.strip()
    if not words or len(words) > LONGEST:
        what = f"it has {len(words):,} characters, and {LONGEST:,} is the most" if words else "there are no words yet"
        raise UsageError(what, remedy="Shorten it, or write two" if words else "Write something first")
    identity = _uuid(id)
    if not db.rows("SELECT 1 FROM reflections WHERE id = $id", {"id": identity}):
        _insert(db, identity, coder_id, words, None, now)
        _choose(db, identity, 1, may_be_read, now)


def let_be_read(db: Database, *, id: str, coder_id: str, may_be_read: bool, now: datetime) -> None:  # noqa: A002
    """
    Let the others read a reflection or a memo of one's own, or no longer.

    What was exported or read while it was allowed is not taken back by this.

    Raises:
        UsageError: it is not this person's.
    """
    identity = _uuid(id)
    found = db.rows(_ITS_STATE, {"id": identity, "coder": coder_id})
    if not found:
        memo = db.rows(_MEMO, {"id": identity, "coder": coder_id})
        if not memo:
            raise UsageError("this reflection is not yours", remedy="Open the page again")
        _insert(db, identity, coder_id, str(memo[0][0]), identity, now)
        found = [(0, False)]
    [(number, before)] = found
    if may_be_read != before:
        _choose(db, identity, number + 1, may_be_read, now)


def readable(db: Readable) -> pa.Table:
    """Return what may be read by others: reflection_by (a letter), text and written_on, in the order of writing."""
    return db.table(_READABLE)


def _insert(db: Database, identity: str, coder_id: str, text: str, memo_id: str | None, now: datetime) -> None:
    row = {"id": identity, "coder_id": coder_id, "text": text, "memo_id": memo_id, "written_at": now}
    db.insert("reflections", pa.Table.from_pylist([row]))


def _choose(db: Database, identity: str, number: int, may_be_read: bool, now: datetime) -> None:
    row = {"reflection_id": identity, "number": number, "may_be_read": may_be_read, "chosen_at": now}
    db.insert("reflection_choices", pa.Table.from_pylist([row]))


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise UsageError("the id of this reflection is not a UUID", remedy="Open the page again") from None


_OWN = """
SELECT reflection_id::VARCHAR, text, memo_id IS NOT NULL, may_be_read, written_at
FROM reflection_list WHERE coder_id = $coder
UNION ALL
SELECT d.id::VARCHAR, d.note, true, false, d.decided_at
FROM standing_decisions d ANTI JOIN reflections r ON r.memo_id = d.id
WHERE d.coder_id = $coder AND d.act = 'memo'
ORDER BY 5 DESC, 1
"""

_ITS_STATE = "SELECT number, may_be_read FROM reflection_list WHERE reflection_id = $id AND coder_id = $coder"

_MEMO = "SELECT note FROM standing_decisions WHERE id = $id AND coder_id = $coder AND act = 'memo'"

_READABLE = """
SELECT letter AS reflection_by, text, strftime(written_at, '%Y-%m-%d') AS written_on
FROM reflection_list WHERE may_be_read ORDER BY written_at, reflection_id
"""
