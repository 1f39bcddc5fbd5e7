"""Scores that are put into a study by hand, for tests and benchmarks."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from tagger.store import Database
from tagger.suggestions import STRENGTHS, limits


def set_limits(db: Database) -> None:
    """Say anew from which scores on a match is strong, after scores were changed by hand."""
    alike: defaultdict[tuple[str, str], list[list[float]]] = defaultdict(list)
    for scoring, kind, scores in db.rows(_SCORED):
        alike[scoring, kind].append(scores)
    db.run("DELETE FROM scoring_limits")
    for (scoring, kind), scores in alike.items():
        found = limits(np.array(scores, dtype=np.float32))
        values = [value for (value,) in db.rows(_VALUES, {"scoring": scoring})]
        rows = [
            {"scoring_id": scoring, "kind": kind, "value_id": value, "n": len(scores)}
            | {name: column[at] for name, column in found.items()}
            for at, value in enumerate(values)
        ]
        db.insert("scoring_limits", pa.Table.from_pylist(rows, _LIMITS))


def let_all_match_equally(db: Database) -> None:
    """Give every excerpt the same score with every value, and so the weakest match that counts."""
    db.run("UPDATE scores SET scores = [0.5, 0.5, 0.5]")
    set_limits(db)


_LIMITS = pa.schema(
    {"scoring_id": pa.string(), "kind": pa.string(), "value_id": pa.string(), "n": pa.int32()}
    | {name: pa.float32() for name in STRENGTHS}
)
_SCORED = "SELECT s.scoring_id, e.kind, s.scores FROM scores s JOIN excerpts e ON e.id = s.excerpt_id"
_VALUES = """
    SELECT v.value_id FROM scorings s JOIN framework_values v ON v.framework_id = s.framework_id
    WHERE s.id = $scoring ORDER BY v.position
"""
