"""
Whether learning goes faster where the excerpts to review are chosen than where they are drawn at random.

    python benchmarks/choosing.py FOLDER... [--vectors FILE]

The folders hold labelled sets (`quality_sets.py`). Of each pool, `POOL` excerpts at random are the study. `FIRST` of
them are reviewed at random; then the others are taken at random, or one after the other the excerpt with the highest
uncertainty times (1 - the largest cosine to those taken), where the learner of the last size is uncertain. Prints mean
average precision | label-ranking average precision on excerpts of other documents, and how often one beat the other.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from quality import DRAWS, drawn, read_vectors
from quality_figures import figures
from quality_learners import Remembering, fitted
from quality_sets import Floats, LabelledSet, Rows, labelled_set

from tagger.embeddings import load_encoder
from tagger.seen import Matrix

POOL = 1000
FIRST = 25
SIZES = (100, 400)
Pair = tuple[float, float]


def main() -> None:
    """Measure each set."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    words.add_argument("--vectors", type=Path, metavar="FILE", help="of an earlier run of quality.py")
    asked, encoder = words.parse_args(), Remembering(load_encoder())
    if asked.vectors:
        read_vectors(asked.vectors, encoder)
    for folder in asked.folders:
        labelled = labelled_set(folder)
        rounds = [(one.seen, one.wanted) for one in drawn(labelled, POOL, DRAWS)]
        ways = {
            chosen: np.array([list(learned(labelled, pool, wanted, encoder, chosen=chosen)) for pool, wanted in rounds])
            for chosen in (False, True)
        }
        for place, size in enumerate(SIZES):
            of = {chosen: table[:, place] for chosen, table in ways.items()}
            means = (f"{of[chosen][:, 0].mean():.3f} | {of[chosen][:, 1].mean():.3f}" for chosen in ways)
            better = int((of[True][:, 0] > of[False][:, 0]).sum())
            at_random, by_rule = means
            print(f"{labelled.name} {size}: at random {at_random}, chosen {by_rule}, higher mAP in", end=" ")
            print(f"{better} of {len(rounds)}", flush=True)


def learned(labelled: LabelledSet, pool: Rows, wanted: Rows, encoder: Remembering, *, chosen: bool) -> Iterator[Pair]:
    """Review ever more of a pool, and give mAP and LRAP on the wanted excerpts at each size."""
    seen = pool[:FIRST]
    for size in SIZES:
        rest = np.setdiff1d(pool, seen)
        if chosen:
            unsure = uncertainty(labelled, seen, rest, encoder)
            vectors = encoder.encode([labelled.texts[row] for row in (*seen, *rest)])
            more = rest[uncertain_and_diverse(unsure, vectors[len(seen) :], vectors[: len(seen)], size - len(seen))]
        else:
            more = pool[len(seen) : size]
        seen = np.concatenate([seen, more])
        others = np.concatenate([np.setdiff1d(pool, seen), wanted])
        model = fitted(labelled, seen, others, encoder)
        scores = model.predict_proba([labelled.texts[row] for row in wanted])
        none = np.full(scores.shape[1], np.nan)
        found = figures(labelled.labels[wanted], scores, none, probabilities=True)
        yield found["mAP"], found["LRAP"]


def uncertainty(labelled: LabelledSet, seen: Rows, rest: Rows, encoder: Remembering) -> Floats:
    """Return how unsure the learner is of each of the rest, (n,): the variance of its yes and no, mean over values."""
    model = fitted(labelled, seen, rest, encoder)
    probabilities = model.predict_proba([labelled.texts[row] for row in rest], labelled.documents[rest].tolist())
    return np.asarray((probabilities * (1 - probabilities)).mean(axis=1))


def uncertain_and_diverse(unsure: Floats, vectors: Matrix, taken: Matrix, count: int) -> Rows:
    """Choose rows of unit vectors (n, d), one after the other, beside those that are taken already, (m, d)."""
    nearest = (vectors @ taken.T).max(axis=1)
    chosen: list[int] = []
    for _ in range(count):
        worth = unsure * (1 - nearest)
        worth[chosen] = -1
        chosen.append(int(worth.argmax()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return np.array(chosen, dtype=np.intp)


if __name__ == "__main__":
    main()
