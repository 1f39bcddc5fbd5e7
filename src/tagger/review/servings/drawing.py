"""What all draws share: their rows on the way to the database, and what a person was shown before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from tagger.store import Database, Readable

Row = dict[str, Any]

_SEEN = """
SELECT DISTINCT s.excerpt_id FROM shown_on s SEMI JOIN asked a ON a.excerpt_id = s.excerpt_id
WHERE s.coder_id = $coder
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Rows on their way to the database."""

    draws: list[Row] = field(default_factory=list)
    strata: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)

    def add(self, purpose: str, frame: Row, seed: int, now: datetime, sizes: Mapping[str, tuple[int, int]]) -> str:
        """Note a draw and its strata, each with N_h and n_h; return its id."""
        text = json.dumps(frame, sort_keys=True)
        draw_id = hashlib.sha256(f"{purpose}\0{seed}\0{text}".encode()).hexdigest()[:20]
        self.draws.append({"id": draw_id, "purpose": purpose, "frame": text, "seed": seed, "drawn_at": now})
        self.strata.extend(
            {"draw_id": draw_id, "stratum": name, "population": population, "sample": sample}
            for name, (population, sample) in sizes.items()
            if population
        )
        return draw_id

    def store(self, db: Database, table: str) -> None:
        """Insert the rows, those of the draws first."""
        for name, rows in (("draws", self.draws), ("draw_strata", self.strata), (table, self.results)):
            if rows:
                db.insert(name, pa.Table.from_pylist(rows))


def seen(db: Readable, coder_id: str, excerpt_ids: Iterable[str]) -> set[str]:
    """Return those of the excerpts on whose characters this person was shown something."""
    if not db.rows("SELECT 1 FROM displays WHERE coder_id = $coder LIMIT 1", {"coder": coder_id}):
        return set()
    asked = pa.table({"excerpt_id": pa.array(list(excerpt_ids), pa.string())})
    return set(db.table(_SEEN, {"coder": coder_id}, asked=asked)["excerpt_id"].to_pylist())
