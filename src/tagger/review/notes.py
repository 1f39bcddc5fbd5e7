"""What a passage may touch on, said before it is read: notes by people, and a modest guess by this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyarrow as pa

from tagger.care import topics
from tagger.errors import UsageError
from tagger.review.passages import text_of
from tagger.store import Database

LONGEST_NOTE = 200
# The page shows a turn on either side, of which a long one is cut.
_AROUND = 1_500

_BY_PEOPLE = """
SELECT n.note_id::VARCHAR, n.note, r.letter
FROM current_content_notes n
JOIN readers r ON r.coder_id = n.coder_id
WHERE n.transcript_id = $transcript
  AND (n.excerpt_id IS NULL OR n.excerpt_id = $excerpt OR EXISTS (
        SELECT 1 FROM live_spans mine JOIN live_spans theirs ON theirs.revision_id = mine.revision_id
        WHERE mine.excerpt_id = $excerpt AND theirs.excerpt_id = n.excerpt_id
          AND theirs.start < mine."end" AND theirs."end" > mine.start))
ORDER BY n.noted_at, n.note_id
"""

_OF_TRANSCRIPT = """
SELECT n.note_id::VARCHAR, n.note || CASE WHEN n.excerpt_id IS NULL THEN '' ELSE ' (at one place)' END, r.letter
FROM current_content_notes n
JOIN readers r ON r.coder_id = n.coder_id
WHERE n.transcript_id = $transcript
ORDER BY n.excerpt_id IS NOT NULL, n.noted_at, n.note_id
"""

_AROUND_IT = """
SELECT p.revision_id, greatest(min(t.start), p.start - $around), least(max(t."end"), p."end" + $around)
FROM placements p JOIN turns t ON t.revision_id = p.revision_id
 AND t.position BETWEEN p.first_turn - 1 AND p.last_turn + 1
WHERE p.excerpt_id = $excerpt AND p.revision_id IN (SELECT revision_id FROM live_revisions)
GROUP BY p.revision_id, p.start, p."end"
"""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is to be said before a text: notes as (id, note, "Reader B"), and topics that it may touch on."""

    by_people: tuple[tuple[str, str, str], ...]
    topics: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.by_people or self.topics)


def before(db: Database, transcript_id: str, excerpt_id: str = "") -> Notes:
    """
    Return what is to be said before an excerpt and the turns beside it, or what belongs to no excerpt in particular.

    Notes on the transcript, and on excerpts that share words with this one, belong to it too.
    """
    noted = db.rows("SELECT 1 FROM content_notes WHERE transcript_id = $id LIMIT 1", {"id": transcript_id})
    rows = db.rows(_BY_PEOPLE, {"transcript": transcript_id, "excerpt": excerpt_id}) if noted else []
    by_people = tuple((str(note_id), str(note), str(letter)) for note_id, note, letter in rows)
    return Notes(by_people, topics(_text(db, transcript_id, excerpt_id)))


def of_transcript(db: Database, transcript_id: str) -> Notes:
    """Return what is to be said before all the words of a transcript; notes on an excerpt say "at one place"."""
    rows = db.rows(_OF_TRANSCRIPT, {"transcript": transcript_id})
    by_people = tuple((str(note_id), str(note), str(letter)) for note_id, note, letter in rows)
    return Notes(by_people, topics(_text(db, transcript_id, "")))


def add(
    db: Database, *, note_id: str, coder_id: str, transcript_id: str, excerpt_id: str = "", note: str, now: datetime
) -> None:
    """
    Note what a transcript, or one excerpt of it, touches on; the same id again changes nothing.

    Raises:
        UsageError: the note is empty or too long, or about something that is not there.
    """
    note = " ".join(note.split())
    if not note:
        raise UsageError("the note is empty", where="note", remedy="Write a few words, such as: about losing a brother")
    if len(note) > LONGEST_NOTE:
        raise UsageError("the note is too long", where="note", remedy=f"Keep it under {LONGEST_NOTE} characters")
    _check_place(db, transcript_id, excerpt_id)
    row = {
        "id": _uuid(note_id),
        "transcript_id": transcript_id,
        "excerpt_id": excerpt_id or None,
        "coder_id": coder_id,
        "note": note,
        "noted_at": now,
    }
    db.insert("content_notes", pa.Table.from_pylist([row], _SCHEMA))


def remove(db: Database, *, note_id: str, coder_id: str, now: datetime) -> None:
    """
    Take a note away; it stays in the study's file, and who took it away is kept.

    Raises:
        UsageError: there is no such note.
    """
    wanted = _uuid(note_id)
    if not db.rows("SELECT 1 FROM content_notes WHERE id = $id::UUID", {"id": wanted}):
        raise UsageError("there is no such note", where="note", remedy="Go back and open the page again")
    row = {"note_id": wanted, "coder_id": coder_id, "removed_at": now}
    db.insert("content_note_removals", pa.Table.from_pylist([row]))


_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("transcript_id", pa.string()),
        ("excerpt_id", pa.string()),
        ("coder_id", pa.string()),
        ("note", pa.string()),
        ("noted_at", pa.timestamp("us")),
    ]
)


def _text(db: Database, transcript_id: str, excerpt_id: str) -> str:
    if not excerpt_id:
        found = db.rows("SELECT text FROM live_revisions WHERE transcript_id = $id", {"id": transcript_id})
        return str(found[0][0]) if found else ""
    for revision_id, first, last in db.rows(_AROUND_IT, {"excerpt": excerpt_id, "around": _AROUND}):
        return text_of(db, revision_id)[first:last]
    found = db.rows("SELECT text FROM excerpts WHERE id = $id", {"id": excerpt_id})
    return str(found[0][0]) if found else ""


def _check_place(db: Database, transcript_id: str, excerpt_id: str) -> None:
    there = db.rows("SELECT 1 FROM transcripts WHERE id = $id", {"id": transcript_id})
    sql = "SELECT 1 FROM excerpts WHERE id = $id AND transcript_id = $transcript"
    if there and excerpt_id:
        there = db.rows(sql, {"id": excerpt_id, "transcript": transcript_id})
    if not there:
        raise UsageError(
            "the passage that this note is about is not in the study",
            where="note",
            remedy="Go back and open the passage again",
        )


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise UsageError(
            "the form lost its number", where="note", remedy="Open the page again and repeat it"
        ) from error
