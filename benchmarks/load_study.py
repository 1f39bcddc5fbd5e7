"""A study for `review_load.py`: many excerpts and people who read, and a batch run that goes on beside them."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from review import DATASET, invent

from tagger.config import load_settings
from tagger.frameworks import to_json
from tagger.records import Framework, Layer, Value, Wording
from tagger.review.servings import prepare
from tagger.steps.overview import make_study
from tagger.store import Database, Shard, Store, serving

PEOPLE = 50
VALUES = 7
SHARD = 200
"""Excerpts of one shard, each with a vector of its own."""
PAUSE = 2.0
"""Seconds between two shards: a hundred excerpts a second, two or three times as many as an encoder brings."""

_SHARED = """
INSERT INTO arms
    SELECT 'r' || n, excerpt_id, arm, draw_id, stratum, probability, (hash(excerpt_id || n) % 2147483648)::INTEGER
    FROM arms, range(1, $people) r (n) WHERE coder_id = 'r0';
"""


def built(cache: Path, passages: int, home: Path) -> Path:
    """Return a fresh copy, in *home*, of a study of so many passages; it is invented once and kept in *cache*."""
    kept = cache / f"{passages}-passages"
    if not kept.exists():
        making = cache / f".{kept.name}"
        shutil.rmtree(making, ignore_errors=True)
        make_study(making, "Load", "side-by-side")
        toml = making / "study.toml"
        # Everybody reads everything, so that a study of 100 excerpts lasts for as long as a measurement does.
        toml.write_text(toml.read_text("utf-8").replace("double_share = 0.2 ", "double_share = 1.0 ")
                        .replace("readers = 2 ", f"readers = {PEOPLE} "), "utf-8")  # fmt: skip
        with serving(making) as owner:
            owner.write(lambda db: _fill(db, passages, making))
        making.rename(kept)
    return Path(shutil.copytree(kept, home / kept.name))


def _fill(db: Database, passages: int, folder: Path) -> None:
    invent(db, passages, VALUES, to_json(_framework()))
    now = datetime(2026, 1, 1)
    people = [{"id": f"r{n}", "name": f"Person {n}", "role": "reviewer", "added_at": now} for n in range(PEOPLE)]
    db.insert("coders", pa.Table.from_pylist(people))
    prepare(db, "r0", DATASET, load_settings(folder).review, 1, now)
    # The other people's arms are drawn alike: fifty honest draws over 100,000 excerpts take minutes.
    db.run(_SHARED, {"people": PEOPLE})


def _framework() -> Framework:
    said = Wording(
        "What people say of how they are with each other, in a sentence of the usual length.", "illustrative"
    )
    value = Value(
        "", "", "only", said, counts=(said, said), does_not_count=(said,), cues=(said,), examples=(said, said)
    )
    values = tuple(replace(value, id=f"v{n}", name=f"Value {n}",
                           unit="passage" if n < VALUES * 9 // 10 else "exchange") for n in range(VALUES))  # fmt: skip
    return Framework("list", "1.0", "A list", (Layer("only", "The only layer"),), values)


@dataclass
class Batch:
    """A run that leaves shards in the inbox: new transcripts of another dataset, with passages and vectors."""

    store: Store
    written: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Batch:
        """Begin to write."""
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait for the shard that is being written."""
        self.over.set()
        self._thread.join()

    def _write(self) -> None:
        while not self.over.wait(PAUSE):
            shard = _shard(f"batch{datetime.now(UTC).timestamp():.3f}")
            self.store.put(shard)
            self.written.append(shard.key)


def _shard(name: str) -> Shard:
    spans = [(100 * n, 100 * n + 99) for n in range(SHARD)]
    ids, starts, ends = [f"{name}-{n}" for n in range(SHARD)], [s for s, _ in spans], [e for _, e in spans]
    same = {"transcript_id": name, "revision_id": name, "segmentation_id": "cut", "kind": "passage"}
    run = {"id": name, "started_at": datetime(2026, 2, 1), "engine": "local", "dataset": "later", "settings": "{}",
           "tagger_version": "0"}  # fmt: skip
    transcript = {"id": name, "dataset": "later", "source": name, "kind": "interview", "language": "en"}
    revision = {"id": name, "transcript_id": name, "number": 1, "text": "So we talked. " * 1500, "text_key": name,
                "content_key": name, "format": "plain", "encoding": "utf-8", "run_id": name}  # fmt: skip
    places = {"revision_id": [name] * SHARD, "start": starts, "end": ends}
    excerpts = {key: [value] * SHARD for key, value in same.items()} | {
        "id": ids, "start": starts, "end": ends, "text": [f"{one} and what was said then" for one in ids],
        "sentence_starts": [[0]] * SHARD, "sentence_ends": [[20]] * SHARD, "text_key": ids,
    }  # fmt: skip
    vectors = np.random.default_rng().standard_normal((SHARD, 384), dtype=np.float32).tolist()
    tables = {
        "datasets": pa.table({"id": ["later"]}),
        "runs": pa.Table.from_pylist([run]),
        "transcripts": pa.Table.from_pylist([transcript]),
        "revisions": pa.Table.from_pylist([revision]),
        "turns": pa.table({**places, "position": range(SHARD)}),
        "excerpts": pa.table(excerpts),
        "placements": pa.table({**places, "excerpt_id": ids, "first_turn": range(SHARD), "last_turn": range(SHARD)}),
        "vectors": pa.table({"model_id": ["model"] * SHARD, "text_key": ids, "part": [0] * SHARD,
                             "vector": pa.array(vectors, pa.list_(pa.float32()))}),
    }  # fmt: skip
    return Shard(name, "split", name, tables)
