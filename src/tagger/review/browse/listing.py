"""Excerpts as they stand in a list: their words, where they come from, and what the reader holds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from tagger.care import topics
from tagger.config import ReviewSettings
from tagger.review import displays
from tagger.review.browse import words
from tagger.review.displays import Shown
from tagger.review.passages import HELD_BACK
from tagger.review.turns import Piece, clock, right_to_left
from tagger.store import Database, Readable


@dataclass(frozen=True, slots=True)
class Row:
    """
    An excerpt in a list.

    `mine` is what this reader holds, in words, and empty where they have not read it; `shown` what may be shown of
    suggestions and others' readings, and is stored as shown; `notes` and `topics` are to be said before the words.
    """

    excerpt_id: str
    kind: str
    dataset: str
    transcript_id: str
    transcript: str
    participant: str
    standing: tuple[str, ...]
    time: str
    text: str
    pieces: tuple[Piece, ...]
    rtl: bool
    notes: tuple[str, ...]
    topics: tuple[str, ...]
    mine: str
    shown: Shown


def rows(
    db: Database,
    coder_id: str,
    excerpt_ids: Sequence[str],
    review: ReviewSettings,
    now: datetime,
    page_name: str,
    *,
    text: str = "",
    value: str = "",
) -> list[Row]:
    """
    Return excerpts as they stand in a list, in the order given.

    Args:
        page_name: the page on which what is shown is stored as shown.
        text: words to mark.
        value: the value that was looked for: suggestions of others are left out.
    """
    shown = displays.show(db, coder_id, excerpt_ids, page_name, review, now, readings=True, value=value)
    held = _held(db, coder_id, excerpt_ids, value)
    notes, needle = _notes(db, excerpt_ids), words.needle(text)
    by_id = {}
    for row in db.table(_ROWS, {"held": HELD_BACK}, wanted=_ids(excerpt_ids)).to_pylist():
        identity = row["excerpt_id"]
        by_id[identity] = Row(
            excerpt_id=identity,
            kind=row["kind"],
            dataset=row["dataset"],
            transcript_id=row["transcript_id"],
            transcript=f"{row['dataset']} {row['number']}",
            participant=row["participant"] or "",
            standing=tuple(row["standing"]),
            time=clock(row["begins"]),
            text=row["text"],
            pieces=words.marked(row["text"], needle),
            rtl=right_to_left(row["text"]),
            notes=tuple(notes.get(identity, ())),
            topics=topics(row["text"]),
            mine=held.get(identity, ""),
            shown=shown.get(identity, Shown((), ())),
        )
    return [by_id[identity] for identity in excerpt_ids if identity in by_id]


def in_words(outcome: str, yes: Sequence[str], no: Sequence[str], *, finished: bool, unlisted: bool) -> str:
    """
    Say what a person holds of an excerpt.

    Args:
        outcome: of their newest coding.
        yes: the names of the values that they saw.
        no: those that they did not see, as far as they are to be named.
        finished: they read it against the whole list, or left it.
        unlisted: they saw something that is not on the list.
    """
    plain = {"nothing here": "You said: nothing here", "unsure": "You were not sure", "skipped": "You skipped it"}
    if outcome in plain:
        return plain[outcome] + (f", so no to {_listed(no)}." if no and outcome == "nothing here" else ".")
    said = [f"yes to {_listed(yes)}"] if yes else []
    said += [f"no to {_listed(no)}"] if no else []
    said += ["that there is something not on our list"] if unlisted else []
    return f"You said {', and '.join(said)}" + ("." if finished else ", and have not finished.")


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _held(db: Readable, coder_id: str, excerpt_ids: Sequence[str], value: str) -> dict[str, str]:
    found = db.table(_HELD, {"coder": coder_id, "value": value, "ids": list(excerpt_ids)}).to_pylist()
    return {
        row["excerpt_id"]: in_words(
            row["outcome"], row["yes"] or [], row["no"] or [], finished=row["finished"], unlisted=row["unlisted"]
        )
        for row in found
    }


def _notes(db: Readable, excerpt_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return what people noted on each of these excerpts, on their transcripts, and on excerpts that share words."""
    found = db.table(_NOTES, wanted=_ids(excerpt_ids)).to_pylist()
    return {row["excerpt_id"]: row["notes"] for row in found}


def _ids(excerpt_ids: Sequence[str]) -> pa.Table:
    return pa.table({"excerpt_id": pa.array(list(excerpt_ids), pa.string())})


_ROWS = """
    SELECT e.id AS excerpt_id, e.kind, n.dataset, n.transcript_id, n.number, min(t.begins) AS begins,
           CASE WHEN bool_and(coalesce(c.may_process, true)) THEN e.text ELSE $held END AS text,
           string_agg(DISTINCT t.participant_id, ' + ' ORDER BY t.participant_id) AS participant,
           list_sort(list_distinct(flatten(list(t.standing)))) AS standing
    FROM wanted w
    JOIN excerpts e ON e.id = w.excerpt_id
    JOIN placements p ON p.excerpt_id = e.id
    JOIN live_turns t ON t.revision_id = p.revision_id AND t.position BETWEEN p.first_turn AND p.last_turn
    JOIN transcript_list n ON n.transcript_id = e.transcript_id
    LEFT JOIN current_permissions c ON c.participant_id = t.participant_id
    GROUP BY e.id, e.kind, n.dataset, n.transcript_id, n.number, e.text
"""

# An explicit no is named where it was looked for, and in a reading that is not finished.
_HELD = """
    SELECT m.excerpt_id, any_value(m.outcome) AS outcome,
           bool_and(m.finished) AS finished, bool_or(m.unlisted) AS unlisted,
           list(v.name ORDER BY v.position) FILTER (WHERE a.answer = 'yes') AS yes,
           list(v.name ORDER BY v.position) FILTER (
               WHERE a.answer = 'no' AND (v.value_id = $value OR ($value = '' AND NOT m.finished))
           ) AS no
    FROM latest_readings m
    LEFT JOIN coding_answers a ON a.coding_id = m.coding_id
    LEFT JOIN known_values v ON v.framework_id = m.framework_id AND v.value_id = a.value_id
    WHERE m.coder_id = $coder AND list_contains($ids, m.excerpt_id)
    GROUP BY m.excerpt_id
"""

_NOTES = """
    SELECT w.excerpt_id, list(DISTINCT n.note ORDER BY n.note) AS notes
    FROM wanted w
    JOIN live_spans mine ON mine.excerpt_id = w.excerpt_id
    JOIN current_content_notes n ON n.transcript_id = mine.transcript_id
    LEFT JOIN live_spans theirs ON theirs.excerpt_id = n.excerpt_id
    WHERE n.excerpt_id IS NULL OR (theirs.start < mine."end" AND theirs."end" > mine.start)
    GROUP BY w.excerpt_id
"""
