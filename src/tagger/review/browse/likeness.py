"""Which passages are most and least like another, by the vectors that are stored of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tagger.store import Readable

_SHORTEST_UNLIKE = 40


@dataclass(frozen=True, slots=True)
class Alike:
    """Passages by likeness to one of them, the most alike and the least alike first."""

    most: tuple[str, ...]
    least: tuple[str, ...]


def alike(db: Readable, excerpt_id: str, n: int = 12, least: int = 4) -> Alike:
    """
    Compare a passage with all others of the study, by the vectors of the model that its dataset uses now.

    Passages that share characters with it are left out; so are, among the least alike, those too short to say much.
    Nothing is alike where the passage has no vector yet.
    """
    found = db.table(_VECTORS, {"excerpt": excerpt_id})
    itself = np.asarray(found["itself"].to_numpy(zero_copy_only=False), dtype=bool)
    if not itself.any() or itself.all():
        return Alike((), ())
    vectors = np.stack(found["vector"].to_numpy(zero_copy_only=False)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
    ids = np.asarray(found["excerpt_id"].to_pylist(), dtype=object)[~itself]
    long = np.asarray(found["long"].to_numpy(zero_copy_only=False), dtype=bool)[~itself]
    # Rounded, so that equal texts keep their order on every machine.
    cosines = np.round(vectors[~itself] @ vectors[itself][0], 6)
    nearest = np.argsort(-cosines, kind="stable")[:n]
    farthest = [row for row in np.argsort(cosines, kind="stable") if long[row] and row not in set(nearest)][:least]
    return Alike(tuple(ids[nearest]), tuple(ids[farthest]))


_VECTORS = f"""
    WITH one AS (
        SELECT e.id, e.transcript_id, e.text_key, p.start, p."end",
               c.model_id
        FROM excerpts e
        JOIN transcripts t ON t.id = e.transcript_id
        LEFT JOIN newest_scorings c ON c.dataset = t.dataset
        LEFT JOIN live_spans p ON p.excerpt_id = e.id
        WHERE e.id = $excerpt
    ), others AS (
        SELECT e.excerpt_id, e.transcript_id, e.text_key, e.start, e."end", e.dataset,
               length(e.text) >= {_SHORTEST_UNLIKE} AS long
        FROM live_excerpts e
        JOIN excerpts x ON x.id = e.excerpt_id
        JOIN newest_scorings c ON c.dataset = e.dataset AND c.segmentation_id = e.segmentation_id
        WHERE e.kind = 'passage' AND x.parent_id IS NULL
    ), compared AS (
        SELECT o.excerpt_id, o.text_key, false AS itself, o.long, o.dataset, o.transcript_id, o.start
        FROM others o, one
        WHERE o.excerpt_id <> one.id
          AND NOT coalesce(o.transcript_id = one.transcript_id AND o.start < one."end" AND o."end" > one.start, false)
        UNION ALL
        SELECT id, text_key, true, true, NULL, transcript_id, NULL FROM one
    )
    SELECT c.excerpt_id, c.itself, c.long, v.vector[1:m.dimension] AS vector
    FROM compared c
    JOIN one ON true
    JOIN models m ON m.id = one.model_id
    JOIN vectors v ON v.model_id = m.id AND v.text_key = c.text_key AND v.part = 0
    LEFT JOIN transcript_list n ON n.transcript_id = c.transcript_id
    ORDER BY c.dataset, n.number, c.start
"""  # noqa: S608
