"""`tagger history`: what became of one excerpt, who did what and on which day, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from tagger.errors import UsageError
from tagger.store import Store
from tagger.wording import KINDS, several

_WIDTH = 100


@dataclass(frozen=True)
class History:
    """
    What became of an excerpt.

    Args:
        where: the dataset, the number of the transcript and the place in it.
        text: its words, or why they do not stand here.
        held_back: why it is not said what people held; empty where it is.
        lines: one for each thing that happened, the day before it.
    """

    where: str
    text: str
    held_back: str
    lines: tuple[str, ...]


def history(folder: Path, excerpt_id: str) -> History:
    """
    Tell the history of an excerpt.

    People are known by their letters, and times by the day: how fast somebody reads is nobody's business. While
    somebody is still to read it without suggestions, what others held stays out of it.

    Raises:
        UsageError: there is no such excerpt.
        StoreError: there is no study here, or it cannot be opened.
    """
    with Store(folder).session("a history") as database:
        found = database.table(_EXCERPT, {"id": excerpt_id}).to_pylist()
        if not found:
            raise UsageError(
                "there is no excerpt with this id",
                where=excerpt_id,
                remedy="The ids stand in the column excerpt_id of an export: tagger export",
            )
        waiting = [str(letter) for (letter,) in database.rows(_WAITING, {"id": excerpt_id})]
        events = database.table(_EVENTS, {"id": excerpt_id}).to_pylist()
    [excerpt] = found
    held_back = (
        f"{' and '.join(waiting)} will read it without seeing anything. What others held is left out here until then."
        if waiting
        else ""
    )
    lines = [f"{event['happened_at']:%d %B %Y}  {_told(event, blind=bool(waiting))}" for event in events]
    where = f"{excerpt['dataset']}, transcript {excerpt['number']}, characters {excerpt['start']} to {excerpt['end']}"
    return History(where, shorten(excerpt["text"], _WIDTH, placeholder=" ..."), held_back, tuple(dict.fromkeys(lines)))


def _told(event: Mapping[str, Any], *, blind: bool) -> str:
    """Say in a sentence what happened; if *blind*, without what somebody held."""
    what = event["what"] if not (blind and event["what"] in _SAYING) else "held back"
    kind = KINDS.get(event["kind"], event["kind"])
    shown = several(event["n"], *_SHOWN[event["kind"]]) if what == "shown" else ""
    return _SENTENCES[what].format(**{**event, "kind": kind, "shown": shown, "said": event["said"] or "no value"})


_SENTENCES: Mapping[str, str] = {
    "read in": "It was read out of a file, as a part of revision {said}.",
    "drawn": "It was drawn for an audit, for {letter} to read.",
    "served blind": "{letter} was given it to read without suggestions.",
    "served assisted": "{letter} was given it to read.",
    "shown": "{letter} was shown {shown}.",
    "accept": "{letter} said yes to {said}, which was suggested.",
    "reject": "{letter} said no to {said}, which was suggested.",
    "choose": "{letter} said of a value by itself: {said}.",
    "done": "{letter} read it to the end, {kind}, and held: {said}.",
    "nothing here": "{letter} read it to the end, {kind}, and found nothing of the list.",
    "something not on our list": "{letter} found something that is not on the list.",
    "unsure": "{letter} was not sure.",
    "skip": "{letter} skipped it.",
    "adjust": "{letter} moved its borders.",
    "memo": "{letter} wrote a note.",
    "undo": "{letter} took back what they did last.",
    "imported": "A reading by {letter} was brought in ({kind}): {said}.",
    "noted": "{letter} noted what it may touch on, for whoever reads it next.",
    "proposed": "{letter} proposed to the others to say together: {said}.",
    "position": "{letter} said of the proposal: {said}.",
    "held back": "{letter} said something of it.",
}
_SAYING = {
    "accept", "reject", "choose", "done", "nothing here", "something not on our list", "unsure", "imported", "proposed",
    "position",
}  # fmt: skip
"""What tells what somebody held."""
_SHOWN = {
    "suggestion": ("suggestion", ""),
    "reading": ("reading of somebody else", "readings of others"),
    "rate": ("rate", ""),
}
_EXCERPT = """
SELECT t.dataset, l.number, e.start, e."end",
       CASE WHEN e.id IN (SELECT excerpt_id FROM unquotable) THEN '(may not be quoted)' ELSE e.text END AS text
FROM excerpts e JOIN transcripts t ON t.id = e.transcript_id JOIN transcript_list l ON l.transcript_id = t.id
WHERE e.id = $id
"""
_WAITING = """
SELECT DISTINCT k.letter
FROM waiting_blind w
JOIN readers k USING (coder_id)
JOIN placements p ON p.revision_id = w.revision_id AND p.start < w."end" AND w.start < p."end"
WHERE p.excerpt_id = $id ORDER BY 1
"""
_EVENTS = """
WITH said AS (
    SELECT x.decision_id, x.id AS coding_id, x.kind, string_agg(v.name, '; ' ORDER BY v.position) AS found
    FROM codings x
    LEFT JOIN coding_answers a ON a.coding_id = x.id AND a.answer = 'yes'
    LEFT JOIN known_values v ON v.framework_id = x.framework_id AND v.value_id = a.value_id
    WHERE x.excerpt_id = $id
    GROUP BY ALL
), proposed AS (
    SELECT p.id, p.coder_id, p.proposed_at, p.outcome, string_agg(v.name, '; ' ORDER BY v.position) AS found
    FROM proposals p
    LEFT JOIN proposal_answers a ON a.proposal_id = p.id AND a.answer = 'yes'
    LEFT JOIN known_values v ON v.framework_id = p.framework_id AND v.value_id = a.value_id
    WHERE p.about = 'coding' AND p.about_id = $id
    GROUP BY ALL
), events AS (
    SELECT u.started_at AS happened_at, 0 AS place, NULL AS coder_id, 'read in' AS what, NULL AS kind,
           r.number::VARCHAR AS said, 0 AS n
    FROM excerpts e JOIN revisions r ON r.id = e.revision_id JOIN runs u ON u.id = r.run_id
    WHERE e.id = $id
    UNION ALL
    SELECT w.drawn_at, 1, p.coder_id, 'drawn', NULL, NULL, 0
    FROM audit_passages p JOIN draws w ON w.id = p.draw_id
    WHERE p.excerpt_id = $id
    UNION ALL
    SELECT served_at, 2, coder_id, 'served ' || arm, NULL, NULL, 0 FROM servings WHERE excerpt_id = $id
    UNION ALL
    SELECT min(shown_at), 3, coder_id, 'shown', shown, NULL,
           CASE shown WHEN 'suggestion' THEN count(DISTINCT suggestion_id) WHEN 'reading' THEN count(DISTINCT coding_id)
                ELSE 1 END
    FROM displays WHERE excerpt_id = $id
    GROUP BY coder_id, shown, shown_at::DATE
    UNION ALL
    SELECT d.decided_at, 4 + coalesce(s.number, 0), d.coder_id, d.act, x.kind,
           CASE WHEN d.act IN ('accept', 'reject') THEN v.name WHEN d.act = 'choose' THEN v.name || ', ' || a.answer
                ELSE x.found END, 0
    FROM decisions d
    LEFT JOIN decision_sets s ON s.decision_id = d.id
    LEFT JOIN decision_answers a ON a.decision_id = d.id AND a.value_id = d.value_id
    LEFT JOIN said x ON x.decision_id = d.id
    LEFT JOIN known_values v ON v.framework_id = d.framework_id AND v.value_id = d.value_id
    WHERE d.excerpt_id = $id
    QUALIFY d.act NOT IN ('accept', 'reject', 'choose')
         OR count(*) FILTER (WHERE d.act IN ('done', 'nothing here')) OVER (PARTITION BY s.set_id) = 0
    UNION ALL
    SELECT x.coded_at, 4, x.coder_id, 'imported', x.made, s.found, 0
    FROM codings x JOIN said s ON s.coding_id = x.id
    WHERE x.kind = 'imported'
    UNION ALL
    SELECT noted_at, 5, coder_id, 'noted', NULL, NULL, 0 FROM content_notes WHERE excerpt_id = $id
    UNION ALL
    SELECT proposed_at, 6, coder_id, 'proposed', NULL, coalesce(found, outcome), 0 FROM proposed
    UNION ALL
    SELECT c.stated_at, 7, c.coder_id, 'position', NULL, c.position, 0
    FROM positions c JOIN proposed p ON c.about_id = p.id::VARCHAR
    WHERE c.about = 'coding'
)
SELECT e.happened_at, coalesce(k.letter, '') AS letter, e.what, coalesce(e.kind, '') AS kind, e.said, e.n
FROM events e LEFT JOIN readers k USING (coder_id)
ORDER BY e.happened_at, e.place, e.what, e.said
"""
