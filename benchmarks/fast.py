"""
What the fast encoder does to scores and to how well values are found, beside the exact one.

    python benchmarks/fast.py FOLDER... [--texts 900]

A folder holds a labelled set (`quality_sets.py`). Seconds are of computing, on one thread.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from quality_figures import figures
from quality_sets import Floats, labelled_set

from tagger.embeddings import load_encoder
from tagger.records import Framework
from tagger.seen import corpus_of, see
from tagger.suggestions import phrases_of, scores

TOP = 3


def main() -> None:
    """Print a table in Markdown."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    words.add_argument("--texts", type=int, default=900, help="at most so many of each set, drawn by chance")
    asked = words.parse_args()
    print(
        "| set | texts | mAP exact | fast | LRAP exact | fast | same best three | largest change of a score | speed |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for folder in asked.folders:
        labelled = labelled_set(folder)
        rows = np.sort(np.random.default_rng(1).permutation(len(labelled.texts))[: asked.texts])
        texts = [labelled.texts[row] for row in rows]
        (exact, slow), (fast, quick) = (found(texts, labelled.framework, how) for how in ("exact", "fast"))
        limits = np.full(exact.shape[1], np.inf)
        said = [figures(labelled.labels[rows], table, limits, probabilities=False) for table in (exact, fast)]
        same = (best(exact) == best(fast)).all(axis=1).mean()
        ranked = " | ".join(f"{one[name]:.3f}" for name in ("mAP", "LRAP") for one in said)
        changed = np.abs(exact - fast).max()
        print(f"| {labelled.name} | {len(rows)} | {ranked} | {same:.1%} | {changed:.4f} | {slow / quick:.1f} times |")


def found(texts: list[str], framework: Framework, precision: str) -> tuple[Floats, float]:
    """Return the scores of texts, and how long the encoder took for them."""
    encoder = load_encoder(precision=precision)
    see(texts[:8], encoder)
    began = time.process_time()
    seen = see(texts, encoder)
    took = time.process_time() - began
    return scores(seen, phrases_of(framework, encoder.encode), corpus_of([seen], encoder.deep_dimension)), took


def best(table: Floats) -> Floats:
    """Return which values are the best of each text, (n, TOP)."""
    return np.sort(np.argsort(-table, axis=1, kind="stable")[:, :TOP], axis=1)


if __name__ == "__main__":
    main()
