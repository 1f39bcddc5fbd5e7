"""Moved borders: the excerpt that a person makes of the one they were given, near it and in its transcript."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tagger.errors import UsageError
from tagger.privacy import keyed_hash, plain_hash
from tagger.records import Span

if TYPE_CHECKING:
    from tagger.store import Database, Readable

ADJUSTED = "adjusted"
"""The segmentation of excerpts whose borders people moved: never the current one, so none of them is handed out."""

TURNS_AROUND = 3


@dataclass(frozen=True)
class _Home:
    """The newest text of a transcript around an excerpt that lies in it."""

    transcript_id: str
    revision_id: str
    segmentation_id: str
    text: str
    served: Span
    turns: tuple[dict[str, Any], ...]


def store_child(db: Database, excerpt_id: str, borders: Span) -> str:
    """
    Store the excerpt between these borders of the newest text, as a child of the one that was served; return its id.

    White space at its ends is left out. The same borders make the same excerpt, whoever moves them.

    Raises:
        UsageError: the borders lie outside the text, too far away, beside the excerpt, or in words of the one who asks.
    """
    home = _home(db, excerpt_id)
    start, end = _trimmed(home, borders)
    touched = [turn for turn in home.turns if turn["start"] < end and start < turn["end"]]
    if not all(turn["evidence"] for turn in touched):
        raise _refusal("the words of the person who asks cannot be a part of it")
    kind = "passage" if len(touched) == 1 else "exchange"
    sentences = _sentences(db, home, (start, end))
    text = home.text[start:end]
    child = plain_hash("excerpt", ADJUSTED, kind, home.revision_id, str(start), str(end))
    [(secret,)] = db.rows("SELECT secret FROM study")
    excerpt = {
        "id": child,
        "transcript_id": home.transcript_id,
        "segmentation_id": ADJUSTED,
        "kind": kind,
        "revision_id": home.revision_id,
        "start": start,
        "end": end,
        "text": text,
        "sentence_starts": [first for first, _ in sentences],
        "sentence_ends": [last for _, last in sentences],
        "text_key": keyed_hash(bytes(secret), "excerpt", text, json.dumps(sentences)),
        "parent_id": excerpt_id,
    }
    turns = {"first_turn": touched[0]["position"], "last_turn": touched[-1]["position"]}
    place = {"excerpt_id": child, "revision_id": home.revision_id, "start": start, "end": end}
    db.insert("segmentations", pa.Table.from_pylist([{"id": ADJUSTED, "settings": "{}"}]))
    db.insert("excerpts", pa.Table.from_pylist([excerpt]))
    db.insert("placements", pa.Table.from_pylist([place | turns]))
    return child


def _home(db: Readable, excerpt_id: str) -> _Home:
    found = db.table(_HOME, {"excerpt": excerpt_id}).to_pylist()
    if not found:
        raise _refusal("its words were corrected in the meantime")
    row = found[0]
    turns = db.table(
        'SELECT position, start, "end", evidence FROM live_turns WHERE revision_id = $revision '
        "AND position BETWEEN $first AND $last ORDER BY position",
        {
            "revision": row["revision_id"],
            "first": row["first_turn"] - TURNS_AROUND,
            "last": row["last_turn"] + TURNS_AROUND,
        },
    ).to_pylist()
    served = (row["start"], row["end"])
    return _Home(row["transcript_id"], row["revision_id"], row["segmentation_id"], row["text"], served, tuple(turns))


def _trimmed(home: _Home, borders: Span) -> Span:
    """Return the borders without white space at either end, if they are ones that can be."""
    start, end = borders
    if not home.turns[0]["start"] <= start < end <= home.turns[-1]["end"]:
        raise _refusal(f"it can begin and end at most {TURNS_AROUND} turns away")
    text = home.text[start:end]
    start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
    if not (start < home.served[1] and home.served[0] < end):
        raise _refusal("it must keep some of the words that you were given")
    return start, end


def _sentences(db: Readable, home: _Home, span: Span) -> list[Span]:
    """Return the sentences between the borders, clipped to them and counted from the first."""
    start, end = span
    here = {"revision": home.revision_id, "segmentation": home.segmentation_id, "start": start, "end": end}
    found = [
        (max(first, start) - start, min(last, end) - start)
        for place, firsts, lasts in db.rows(_SENTENCES, here)
        for first, last in zip((place + n for n in firsts), (place + n for n in lasts), strict=True)
        if first < end and start < last
    ]
    return found or [(0, end - start)]


def _refusal(what: str) -> UsageError:
    return UsageError(f"the borders of this passage cannot be moved there: {what}", remedy="Choose them again")


_HOME = """
    SELECT l.transcript_id, l.revision_id, e.segmentation_id, l.text, p.start, p."end", p.first_turn, p.last_turn
    FROM excerpts e
    JOIN placements p ON p.excerpt_id = e.id
    JOIN live_revisions l ON l.revision_id = p.revision_id
    WHERE e.id = $excerpt
"""

_SENTENCES = """
    SELECT p.start, e.sentence_starts, e.sentence_ends
    FROM excerpts e JOIN placements p ON p.excerpt_id = e.id
    WHERE p.revision_id = $revision AND e.segmentation_id = $segmentation AND e.kind = 'passage'
      AND p.start < $end AND p."end" > $start
    ORDER BY p.start
"""
