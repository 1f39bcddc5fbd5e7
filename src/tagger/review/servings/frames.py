"""What there is for a person to read in a dataset, in one fixed order, whatever became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tagger.servings import Listed, sequence
from tagger.store import Readable

_RANKED = ("likely", "mix")


@dataclass(frozen=True, slots=True)
class Frame:
    """
    The excerpts that a queue can hold, in the order of the transcripts, as columns: there are a hundred thousand.

    `values` holds the suggested values of each, those of the queue alone; `order` the rows that are part of the queue
    in the order in which they come, `brought` the name of what brings each of them, and `at` the place of each row in
    it, -1 where it has none.
    """

    ids: list[str]
    rows: Mapping[str, int]
    passage: npt.NDArray[np.bool_]
    in_queue: npt.NDArray[np.bool_]
    blind: npt.NDArray[np.bool_]
    suggested: npt.NDArray[np.bool_]
    wanted: npt.NDArray[np.int32]
    values: pa.ListArray
    order: npt.NDArray[np.int32]
    brought: npt.NDArray[np.int8]
    names: tuple[str, ...]
    at: npt.NDArray[np.int32]

    def bringing(self, row: int, otherwise: str) -> str:
        """Return the name of the order that brings a row."""
        place = self.at[row]
        return otherwise if place < 0 else self.names[self.brought[place]]


def frame(
    db: Readable, coder_id: str, dataset: str, value: str, order: str, read: str, weights: Mapping[str, int]
) -> Frame:
    """Return what there is to read for a person, as far as it was drawn."""
    asked = {"coder": coder_id, "dataset": dataset, "value": value}
    found = db.table(_FRAME, {**asked, "everything": read == "all", "ranked": order in _RANKED})
    ids = found["excerpt_id"].to_pylist()
    in_queue, blind = _array(found, "in_queue", np.bool_), _array(found, "blind", np.bool_)
    listed = [Listed(*row) for row in zip(*(found[name].to_pylist() for name in ("excerpt_id", *_LISTED)), strict=True)]
    brought = sequence([one for one, its in zip(listed, in_queue.tolist(), strict=True) if its], order, weights)
    rows = {excerpt: row for row, excerpt in enumerate(ids)}
    names = tuple(sorted({name for _, name in brought}))
    placed = np.array([rows[one.excerpt_id] for one, _ in brought], np.int32)
    at = np.full(len(ids), -1, np.int32)
    at[placed] = np.arange(len(placed), dtype=np.int32)
    return Frame(
        ids=ids,
        rows=rows,
        passage=_array(found, "passage", np.bool_),
        in_queue=in_queue,
        blind=blind,
        suggested=np.array([one.best is not None for one in listed], np.bool_),
        wanted=_array(found, "wanted", np.int32),
        values=found["value_ids"].combine_chunks(),
        order=placed,
        brought=np.array([names.index(name) for _, name in brought], np.int8),
        names=names,
        at=at,
    )


def _array(found: pa.Table, name: str, kind: Any) -> npt.NDArray[Any]:
    column: npt.NDArray[Any] = found[name].to_numpy(zero_copy_only=False)
    return column.astype(kind)


_LISTED = ("blind", "place", "best", "teaches")

# Around a passage of the blind arm no exchange comes at all, and around one of an audit none before that was read, so
# that the probability of an exchange stays that of its arms.
_FRAME = """
WITH scoring AS (
    SELECT scoring_id, segmentation_id FROM newest_scorings WHERE dataset = $dataset
), asking AS (
    SELECT DISTINCT p.excerpt_id
    FROM placements p
    JOIN turns t ON t.revision_id = p.revision_id AND t.position BETWEEN p.first_turn AND p.last_turn
    JOIN speaker_list s ON s.speaker_id = t.speaker_id
    WHERE s.asks
), audited AS (
    SELECT p.excerpt_id, arg_min(p.place, d.drawn_at) AS place, any_value(c.excerpt_id) IS NULL AS waits
    FROM audit_tasks p
    JOIN draws d ON d.id = p.draw_id
    LEFT JOIN conclusions c ON c.coder_id = p.coder_id AND c.excerpt_id = p.excerpt_id AND c.act <> 'skip'
    WHERE p.coder_id = $coder
    GROUP BY p.excerpt_id
), held AS MATERIALIZED (
    SELECT e.id AS excerpt_id, l.transcript_id, e.kind, p.start, p."end", w.wanted,
           a.arm = 'blind' OR u.excerpt_id IS NOT NULL AS blind, coalesce(u.place, a.place) AS place,
           a.arm = 'blind' OR coalesce(u.waits, false) AS alone,
           e.segmentation_id = c.segmentation_id AND e.parent_id IS NULL AND k.excerpt_id IS NULL AS live
    FROM live_revisions l
    JOIN placements p ON p.revision_id = l.revision_id
    JOIN excerpts e ON e.id = p.excerpt_id
    CROSS JOIN scoring c
    LEFT JOIN asking k ON k.excerpt_id = e.id
    LEFT JOIN arms a ON a.excerpt_id = e.id AND a.coder_id = $coder
    LEFT JOIN audited u ON u.excerpt_id = e.id
    LEFT JOIN wanted_readings w ON w.excerpt_id = e.id
    WHERE l.dataset = $dataset
), reach AS MATERIALIZED (
    SELECT excerpt_id, transcript_id, kind, start, "end", blind, place, wanted
    FROM held WHERE live AND kind = 'passage' AND blind IS NOT NULL
    UNION ALL
    SELECT x.excerpt_id, x.transcript_id, x.kind, x.start, x."end",
           bool_or(d.alone), arg_min(d.place, d.start), arg_min(d.wanted, d.start)
    FROM held x
    JOIN held d ON d.transcript_id = x.transcript_id AND d.start < x."end" AND d."end" > x.start AND d.blind IS NOT NULL
    WHERE x.live AND x.kind = 'exchange'
    GROUP BY ALL
), pairs AS MATERIALIZED (
    SELECT g.excerpt_id, g.value_id, g.score, r.kind
    FROM suggestions g
    JOIN scoring c ON c.scoring_id = g.scoring_id
    JOIN reach r ON r.excerpt_id = g.excerpt_id
), marks AS (
    SELECT p.excerpt_id, p.value_id,
           rank() OVER (PARTITION BY p.kind, p.value_id ORDER BY p.score DESC) / n.excerpts AS above
    FROM pairs p JOIN (SELECT kind, count(*) AS excerpts FROM reach GROUP BY kind) n ON n.kind = p.kind
    WHERE $ranked
    UNION ALL
    SELECT excerpt_id, value_id, 1 FROM pairs WHERE NOT $ranked
), suggested AS (
    SELECT excerpt_id, min(above) AS best, list(value_id) AS value_ids
    FROM marks
    WHERE $value = '' OR value_id = $value
    GROUP BY excerpt_id
), listed AS (
    SELECT r.* REPLACE (r.kind = 'passage' AND r.blind AS blind), g.best, t.place AS teaches,
           coalesce(g.value_ids, []) AS value_ids,
           CASE WHEN r.blind THEN r.kind = 'passage' AND $value = ''
                WHEN g.excerpt_id IS NOT NULL THEN true
                ELSE $value = '' AND ($everything OR NOT EXISTS (SELECT 1 FROM pairs)) END AS in_queue
    FROM reach r
    CROSS JOIN scoring c
    LEFT JOIN suggested g ON g.excerpt_id = r.excerpt_id
    LEFT JOIN reading_orders t ON t.scoring_id = c.scoring_id AND t.excerpt_id = r.excerpt_id
)
SELECT l.excerpt_id, l.kind = 'passage' AS passage, l.in_queue, l.blind, l.place, l.best, l.teaches,
       coalesce(l.wanted, 1) AS wanted, l.value_ids
FROM listed l
JOIN transcript_list n ON n.transcript_id = l.transcript_id
ORDER BY n.number, l.start, l."end", l.kind DESC, l.excerpt_id
"""
