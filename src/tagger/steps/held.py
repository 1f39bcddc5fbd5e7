"""Every coding that people hold now, at its exact place: on words of a file that came in, or on a passage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tagger.store import Readable

OUTCOMES = {"nothing here": "no value", "unsure": "unsure", "something not on our list": "something not on the list"}
"""What a finished reading without a value says."""


@dataclass(frozen=True, slots=True)
class HeldCoding:
    """
    What one person holds `text[start:end]` of a transcript to show.

    `value` is None where they found none, and `outcome` says what they said instead. `letter` is how others know the
    person, `name` their name; `kind` how the reading was made, `framework_id` with which version of a framework: None
    where words that came in lie on no passage.
    """

    transcript_id: str
    start: int
    end: int
    letter: str
    name: str
    kind: str
    outcome: str
    value_id: str | None
    value: str | None
    made_at: datetime
    framework_id: str | None


def held(database: Readable) -> Iterator[HeldCoding]:
    """
    Yield what people hold now, by transcript and place.

    Codings that were brought in lie where the file has them while the words are those that were there then; once words
    were corrected, they lie on whole passages, as all readings made here.
    """
    for row in database.table(_HELD).to_pylist():
        fields: dict[str, Any] = dict(row)
        yield HeldCoding(**fields)


_HELD = """
    WITH touched AS (
        SELECT r.import_id, r.number, bool_or(c.import_id = r.import_id) AS current,
               any_value(c.framework_id) AS framework_id
        FROM imported_rows r
        JOIN live_excerpts e ON e.transcript_id = r.transcript_id AND e.start < r."end" AND e."end" > r.start
        JOIN current_codings c ON c.excerpt_id = e.excerpt_id AND c.coder_id = r.coder_id AND c.kind = 'imported'
        GROUP BY r.import_id, r.number
    ), brought_in AS (
        SELECT r.transcript_id, r.start, r."end", r.coder_id, 'imported ' || i.made AS kind, 'values' AS outcome,
               unnest(r.value_ids) AS value_id, i.imported_at AS made_at, t.framework_id
        FROM imported_rows r
        JOIN current_imports i ON i.id = r.import_id
        JOIN live_revisions l ON l.transcript_id = r.transcript_id AND l.number = 1
        LEFT JOIN touched t ON t.import_id = r.import_id AND t.number = r.number
        WHERE coalesce(t.current, true)
    ), read_here AS (
        SELECT e.transcript_id, e.start, e."end", n.coder_id,
               CASE WHEN n.kind = 'imported' THEN 'imported ' || n.made ELSE n.kind END AS kind, n.outcome, a.value_id,
               x.coded_at AS made_at, x.framework_id
        FROM latest_readings n
        JOIN codings x ON x.id = n.coding_id
        JOIN live_excerpts e ON e.excerpt_id = n.excerpt_id
        JOIN live_revisions l ON l.transcript_id = e.transcript_id
        LEFT JOIN coding_answers a ON a.coding_id = n.coding_id AND a.answer = 'yes'
        WHERE n.finished AND n.outcome <> 'skipped'
          AND (n.kind <> 'imported' OR l.number > 1 OR n.outcome <> 'values')
    ), names AS (
        SELECT value_id, max(name) AS value FROM framework_values GROUP BY value_id
    )
    SELECT h.transcript_id, h.start, h."end", r.letter, k.name, h.kind, h.outcome,
           h.value_id, v.value, max(h.made_at) AS made_at, max(h.framework_id) AS framework_id
    FROM (SELECT * FROM brought_in UNION ALL SELECT * FROM read_here) h
    JOIN readers r ON r.coder_id = h.coder_id
    JOIN coders k ON k.id = h.coder_id
    LEFT JOIN names v ON v.value_id = h.value_id
    GROUP BY ALL
    ORDER BY h.transcript_id, h.start, h."end", r.letter, h.value_id
"""
