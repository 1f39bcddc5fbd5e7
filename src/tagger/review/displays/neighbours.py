"""The nearest yes and the nearest no: what the team held of the passages most like the one at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tagger.config import ReviewSettings
from tagger.review.codings import Latest, latest
from tagger.review.gate import Item, allowed, record, wanted
from tagger.store import Database, Readable

ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A passage that the viewer has read, and how many people said yes and no to the value there, the viewer too."""

    excerpt_id: str
    text: str
    said_yes: int
    said_no: int


def nearest(
    db: Database, coder_id: str, suggestion_id: str, page: str, now: datetime
) -> tuple[Neighbour | None, Neighbour | None]:
    """
    Return the most alike passages that the team found to show the value of a suggestion, and not to show it.

    They are among those that the viewer has read, and share no words with the one at hand. There are none until so
    many readings of the value are known, or while the suggestion was not shown to this viewer. Others' readings that
    speak for them are recorded as shown.
    """
    about = db.rows(_ABOUT, {"coder": coder_id, "suggestion": suggestion_id})
    if not about:
        return None, None
    value_id, framework = about[0]
    read = [excerpt for (excerpt,) in db.rows(_READ, {"coder": coder_id})]
    open_to_viewer = allowed(db, coder_id, read, ReviewSettings()).readings
    speaking = [
        one for one in latest(db, open_to_viewer) if one.framework == framework and value_id in (*one.yes, *one.no)
    ]
    if len(speaking) < ENOUGH:
        return None, None
    found = _sides(db, suggestion_id, value_id, speaking)
    chosen = {neighbour.excerpt_id for neighbour in found if neighbour}
    items = [
        Item(one.excerpt_id, "reading", coding_id=one.coding_id)
        for one in speaking
        if one.excerpt_id in chosen and one.coder_id != coder_id
    ]
    record(db, coder_id, items, page, now)
    return found


def _sides(
    db: Readable, suggestion_id: str, value_id: str, speaking: Sequence[Latest]
) -> tuple[Neighbour | None, Neighbour | None]:
    yes = Counter(one.excerpt_id for one in speaking if value_id in one.yes)
    no = Counter(one.excerpt_id for one in speaking if value_id in one.no)
    read = wanted(one.excerpt_id for one in speaking)
    ordered = db.table(_ALIKE, {"suggestion": suggestion_id}, wanted=read).to_pylist()
    both = [Neighbour(row["excerpt_id"], row["text"], yes[row["excerpt_id"]], no[row["excerpt_id"]]) for row in ordered]
    return (
        next((one for one in both if one.said_yes > one.said_no), None),
        next((one for one in both if one.said_no > one.said_yes), None),
    )


_ABOUT = """
    SELECT g.value_id, f.name
    FROM suggestions g JOIN scorings s ON s.id = g.scoring_id JOIN frameworks f ON f.id = s.framework_id
    WHERE g.id = $suggestion
      AND EXISTS (SELECT 1 FROM displays d WHERE d.coder_id = $coder AND d.suggestion_id = g.id)
"""

_READ = "SELECT excerpt_id FROM conclusions WHERE coder_id = $coder AND act <> 'skip'"

_ALIKE = """
    WITH mine AS (
        SELECT e.id, e.transcript_id, s.model_id, v.vector[1:o.dimension] AS vector, l.revision_id, l.start, l."end"
        FROM suggestions g
        JOIN scorings s ON s.id = g.scoring_id
        JOIN models o ON o.id = s.model_id
        JOIN excerpts e ON e.id = g.excerpt_id
        JOIN vectors v ON v.model_id = s.model_id AND v.text_key = e.text_key AND v.part = 0
        LEFT JOIN live_spans l ON l.excerpt_id = e.id
        WHERE g.id = $suggestion
    )
    SELECT w.excerpt_id, e.text
    FROM wanted w
    JOIN excerpts e ON e.id = w.excerpt_id
    CROSS JOIN mine m
    JOIN vectors v ON v.model_id = m.model_id AND v.text_key = e.text_key AND v.part = 0
    JOIN live_spans l ON l.excerpt_id = e.id
    WHERE e.id <> m.id AND NOT (l.revision_id = m.revision_id AND l.start < m."end" AND l."end" > m.start)
    ORDER BY round(list_dot_product(v.vector[1:len(m.vector)], m.vector), 6) DESC, w.excerpt_id
"""
