"""
How well suggestions rank values that nobody trained them on, and what each part of the rule adds.

Reads a folder with the validation split of Touché23-ValueEval (`arguments-validation.tsv`, `labels-validation.tsv`,
`labels.json`, `value-categories.json`) and prints mean average precision over the values | label-ranking average
precision over the excerpts. Run from the repository's root (about two minutes):

    python benchmarks/zero_shot.py ../shared/evaldata/touche23-valueeval
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tagger import suggestions
from tagger.embeddings import load_encoder

Array = NDArray[np.float64]
SIZES = (1, 5, 10, 25, 50, 100, 400, 1896)
PSEUDO_COUNTS = (0, 20, 100, 400, 2000)


@dataclass(frozen=True)
class Data:
    """Excerpts (n, d) with their topics (n,) and labels (n, k), and phrases (m, d) with their values (m,)."""

    vectors: Array
    topics: NDArray[np.str_]
    labels: NDArray[np.bool_]
    phrases: Array
    owner: NDArray[np.intp]
    definitions: Array


def main(folder: Path) -> None:
    """Print the tables."""
    data = read(folder)
    print(f"{len(data.labels)} excerpts, {data.labels.shape[1]} values, {len(data.phrases)} phrases\n")
    for name, table in rules(data).items():
        print(f"{name:<72} {figures(data.labels, table)}")
    print("\nA smaller corpus, each excerpt scored in the company of n - 1 others; columns: pseudo-count of the centre")
    print(f"{'n':>9}" + "".join(f"{count:>15}" for count in (*PSEUDO_COUNTS, "no centre")))
    for size in SIZES:
        print(f"{size:>9}", *company(data, parts_of_size(len(data.labels), size)))
    print(f"{'one topic':>9}", *company(data, [np.flatnonzero(data.topics == t) for t in np.unique(data.topics)]))


def read(folder: Path) -> Data:
    """Read and embed the data set."""
    arguments = rows(folder / "arguments-validation.tsv")[1:]
    header, *labels = rows(folder / "labels-validation.tsv")
    if [row[0] for row in arguments] != [row[0] for row in labels]:
        sys.exit("the two tables do not list the same arguments")
    names = header[1:]
    finer = json.loads((folder / "value-categories.json").read_text(encoding="utf-8"))
    definitions = json.loads((folder / "labels.json").read_text(encoding="utf-8"))["labels"]
    texts = [[definitions[n], *(t for name, own in finer[n].items() for t in (name, *own))] for n in names]
    encoder = load_encoder()
    return Data(
        vectors=encoder.encode([row[3] for row in arguments]).astype(float),
        topics=np.array([row[1] for row in arguments]),
        labels=np.array([[cell == "1" for cell in row[1:]] for row in labels]),
        phrases=encoder.encode([text for own in texts for text in own]).astype(float),
        owner=np.repeat(np.arange(len(names)), [len(own) for own in texts]),
        definitions=encoder.encode([definitions[n] for n in names]).astype(float),
    )


def rows(path: Path) -> list[list[str]]:
    """Read a table of tab-separated values without quoting."""
    return [line.split("\t") for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]


def rules(data: Data) -> dict[str, Array]:
    """Score all excerpts by each rule, from the simplest to the one in use, and two that did not help."""
    n, k = data.labels.shape
    nothing, mean = np.zeros(data.vectors.shape[1]), data.vectors.mean(axis=0)
    raw = suggestions.Phrases(data.phrases, data.owner, k)
    centred = suggestions.centred_phrases(data.phrases, data.owner, k)
    shrunk = suggestions.corpus_mean([data.vectors], len(nothing))
    final = suggestions.scores(data.vectors, centred, shrunk)
    spread = final.std(axis=0)
    return {
        "label frequency": np.tile(data.labels.mean(axis=0), (n, 1)),
        "cosine to the definition": data.vectors @ data.definitions.T,
        "mean of the 8 nearest phrases": suggestions.scores(data.vectors, raw, nothing),
        "  phrases centred": suggestions.scores(data.vectors, centred, nothing),
        "  phrases and excerpts centred": suggestions.scores(data.vectors, centred, mean),
        f"  the same, centre shrunk by {suggestions.PSEUDO_COUNT} (in use)": final,
        "  the same, excerpts centred on the phrases' mean instead": suggestions.scores(
            data.vectors, centred, data.phrases.mean(axis=0)
        ),
        "  in use, then each value's scores standardised": (final - final.mean(axis=0)) / spread,
    }


def parts_of_size(n: int, size: int) -> list[NDArray[np.intp]]:
    """Part n rows at random into corpora of one size; a remainder is left out."""
    order = np.random.default_rng(2026).permutation(n)
    return [order[start : start + size] for start in range(0, n - size + 1, size)] or [order]


def company(data: Data, parts: Sequence[NDArray[np.intp]]) -> list[str]:
    """Score each part as a corpus of its own, pool the scores, and give the figures per pseudo-count."""
    phrases = suggestions.centred_phrases(data.phrases, data.owner, data.labels.shape[1])
    order = np.concatenate(parts)

    def pooled(centre: Callable[[Array], Array]) -> str:
        tables = [suggestions.scores(data.vectors[p], phrases, centre(data.vectors[p])) for p in parts]
        return f"{figures(data.labels[order], np.concatenate(tables)):>14}"

    def shrunk(count: int) -> Callable[[Array], Array]:
        return lambda own: own.sum(axis=0) / (len(own) + count)

    return [*(pooled(shrunk(count)) for count in PSEUDO_COUNTS), pooled(lambda own: np.zeros(own.shape[1]))]


def figures(labels: NDArray[np.bool_], table: Array) -> str:
    """Return mean average precision over the values that occur | label-ranking average precision."""
    used = np.flatnonzero(labels.any(axis=0))
    precision = np.mean([average_precision(labels[:, value], table[:, value]) for value in used])
    return f"{precision:.3f} | {ranking_precision(labels, table):.3f}"


def average_precision(relevant: NDArray[np.bool_], ranked: Array) -> float:
    """Return the mean precision at each relevant item; items with equal scores share one place."""
    order = np.argsort(-ranked, kind="stable")
    hits, scores = np.cumsum(relevant[order]), ranked[order]
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    gained = np.diff(hits[ends], prepend=0)
    return float((gained * hits[ends] / (ends + 1)).sum() / relevant.sum())


def ranking_precision(labels: NDArray[np.bool_], table: Array) -> float:
    """Return, over excerpts with a label, the mean share of true values among those ranked at least as high as each."""
    kept = labels.any(axis=1)
    true, ranked = labels[kept], table[kept]
    at_least = ranked[:, None, :] >= ranked[:, :, None]  # row, value, values scored at least as high
    share = (at_least & true[:, None, :]).sum(axis=2) / at_least.sum(axis=2)
    return float(((share * true).sum(axis=1) / true.sum(axis=1)).mean())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
