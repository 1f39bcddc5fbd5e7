"""
What a look at a changed list costs, and making suggestions anew, beside the embedding that neither repeats.

    python benchmarks/preview.py [--excerpts 100000] [--times 5] [--study FOLDER]

It invents a study through the store's own doors: passages of words of the bundled sample, with vectors that the encoder
made of some of them, each bent a little by chance. What embedding all of them costs is reckoned from those that were
embedded in the same run. All figures come from one run on one machine: compare them with each other.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tagger.framework_edits import Words, reworded
from tagger.frameworks import to_yaml
from tagger.records import TEXTS, Framework
from tagger.shipped import shipped
from tagger.steps import store
from tagger.steps.embed import vector_rows
from tagger.steps.overview import make_study
from tagger.steps.preview import previews
from tagger.steps.suggest import suggest
from tagger.steps.workplace import Run, Workplace
from tagger.transcripts import read

DATASET, LIST = "bench", "side-by-side"
A_TRANSCRIPT = 500
"""Passages of one transcript."""
LENGTHS = (15, 14, 14, 14, 14)
"""Words of each sentence of a passage: 71 in all."""
POOL = 256
"""Texts that are embedded, to know what it costs and what vectors look like."""
BENT = 0.5
"""How long the chance part of a vector is, beside the part that the encoder made."""


def main() -> None:
    """Build the study, and measure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    options.add_argument("--excerpts", type=int, default=100_000)
    options.add_argument("--times", type=int, default=5)
    options.add_argument("--study", type=Path, help="Make the study in this folder, and leave it there.")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        measure(given.study or Path(home) / "study", given.excerpts, given.times)


def measure(folder: Path, excerpts: int, times: int) -> None:
    """Print how long each thing takes."""
    make_study(folder, "Bench", LIST)
    embedding = Invented(Workplace(invented_run(folder, "invented"))).fill(excerpts)
    what = f"embedding {excerpts:,} passages of {sum(LENGTHS)} words"
    print(f"{what}: {embedding:.0f} s, reckoned from {POOL}", flush=True)
    suggesting = _timed(lambda: _suggested(invented_run(folder, "first")))
    first = embedding + suggesting
    print(f"the first suggestions for them: {suggesting:.1f} s")
    changed = folder / "changed.yaml"
    changed.write_text(changed_list(Workplace(invented_run(folder, "first")).framework), "utf-8")
    looks = [_timed(lambda: list(previews(invented_run(folder, "look", changed)))) for _ in range(times)]
    median = statistics.median(looks)
    print(f"a preview: {median:.2f} s (median of {times}, {min(looks):.2f} to {max(looks):.2f}), {median / first:.2%}")
    anew = _timed(lambda: _suggested(invented_run(folder, "anew", changed)))
    print(f"suggestions with the changed list: {anew:.1f} s, {anew / first:.2%} of the first run")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def invented_run(folder: Path, name: str, framework: Path | str = LIST) -> Run:
    """Return a run of the invented study."""
    return Run(name, str(folder), DATASET, datetime.now(UTC).replace(tzinfo=None).isoformat(), framework=str(framework))


def _suggested(run: Run) -> None:
    suggest(run, (DATASET,))
    store(run)


def changed_list(framework: Framework) -> str:
    """Write the list with one cue more for its first value."""
    value = framework.values[0]
    texts = {field: [one.text for one in getattr(value, field)] for field in TEXTS}
    texts["cues"].append("somebody sees to it that the door stays shut")
    words = Words(value.name, value.definition.text, texts)
    return to_yaml(reworded(framework, "1.1", value.id, words, revised=False), framework)


class Invented:
    """A study of invented passages."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.chance = np.random.default_rng(7)
        files = sorted((shipped("data") / "sample").rglob("*.txt"))
        self.words = np.array(" ".join(read(file.read_bytes(), file.name).text for file in files).split())

    def fill(self, excerpts: int) -> float:
        """Store so many passages with their vectors; return what embedding them would take, in seconds."""
        texts = [self._passage() for _ in range(POOL)]
        spans = [_spans(text) for text in texts]
        self.place.encoder.encode_with_sentences(texts[:8], spans[:8])
        began = time.monotonic()
        whole, parts = self.place.encoder.encode_with_sentences(texts, spans)
        took = time.monotonic() - began
        pool = (np.array(whole), np.concatenate(parts))
        for number in range(-(-excerpts // A_TRANSCRIPT)):
            self._transcript(f"t{number:05}", min(A_TRANSCRIPT, excerpts - number * A_TRANSCRIPT), pool)
        self.place.store.merge()
        return took / POOL * excerpts

    def _passage(self) -> str:
        sentences = (" ".join(self.chance.choice(self.words, length)).strip(".") for length in LENGTHS)
        return ". ".join(sentences) + "."

    def _transcript(self, name: str, passages: int, pool: Sequence[np.ndarray]) -> None:
        texts = [self._passage() for _ in range(passages)]
        ends = np.cumsum([len(text) + 1 for text in texts])
        starts, ids = [0, *ends[:-1].tolist()], [f"{name}-{number:03}" for number in range(passages)]
        where = {"revision_id": [name] * passages, "start": starts, "end": (ends - 1).tolist()}
        spans = [_spans(text) for text in texts]
        cut: dict[str, Any] = {
            "id": ids, "transcript_id": [name] * passages, "kind": ["passage"] * passages, "text": texts,
            "text_key": ids, "segmentation_id": [self.place.segmentation_id] * passages,
            "sentence_starts": [[start for start, _ in own] for own in spans],
            "sentence_ends": [[end for _, end in own] for own in spans],
        }  # fmt: skip
        transcript = {"id": name, "dataset": DATASET, "source": name, "kind": "interview", "language": "en"}
        revision = {"id": name, "transcript_id": name, "number": 1, "text": "\n".join(texts), "text_key": name,
                    "content_key": name, "format": "plain", "encoding": "utf-8", "run_id": "invented"}  # fmt: skip
        number = range(passages)
        self.place.put(
            "embed", name, datasets=[{"id": DATASET}], transcripts=[transcript], revisions=[revision],
            turns=pa.table({**where, "position": number}), excerpts=pa.table({**where, **cut}),
            placements=pa.table({**where, "excerpt_id": ids, "first_turn": number, "last_turn": number}),
            **self.place.model_rows(), vectors=self._vectors(ids, pool),
        )  # fmt: skip

    def _vectors(self, ids: Sequence[str], pool: Sequence[np.ndarray]) -> pa.Table:
        whole, parts = (self._bent(one, len(ids) * times) for one, times in zip(pool, (1, len(LENGTHS)), strict=True))
        return vector_rows(self.place.model_id, ids, whole, np.split(parts, len(ids)))

    def _bent(self, pool: np.ndarray, count: int) -> np.ndarray:
        """Return vectors near to some of the pool, with the first numbers, which a text is compared by, of length 1."""
        made = pool[self.chance.integers(len(pool), size=count)]
        plain = self.place.card.dimension
        bent: np.ndarray = made + self.chance.normal(scale=BENT / np.sqrt(plain), size=made.shape).astype(np.float32)
        bent /= np.linalg.norm(bent[:, :plain], axis=1, keepdims=True)
        return bent


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a passage are."""
    ends = [at + 1 for at, sign in enumerate(text) if text[at : at + 2] in (". ", ".")]
    return list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))


if __name__ == "__main__":
    main()
