"""
Whether passages that a list has no word for come out together, when values that people know are left out of the list.

    python benchmarks/emergent.py FOLDER... [--vectors FILE] [--write docs/emergent.md]

Of each labelled set (`quality_sets.py` says what a folder may hold) values are left out; what shows them is taken to be
marked as not on the list, with other passages among it, drawn at random, that nobody should have marked. The groups are
held against groups of the same sizes made by chance, and against as many made by k-means of plain vectors.
docs/emergent.md says how to read the table.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

# Before numpy is loaded: see quality.py.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from quality import commit, machine, put, read_vectors, say, write_vectors
from quality_learners import Remembering
from quality_sets import LabelledSet, Rows, labelled_set
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, v_measure_score

from tagger.embeddings import load_encoder
from tagger.emergent import SAMPLE, Matrix, grouped

ADDED = {"sample": ("trust", "family-centred")}
"""The values that adaptations of a list added; of other sets each value, and each pair, is left out in turn."""
BESIDE = (0.0, 0.5, 1.0)
"""So many passages that nobody should have marked, for each that shows a value left out."""
MOST = 40
"""Passages of a value, at most: so many a team might mark."""
FIRST = 3
DRAWS = 20
HEAD = (
    "left out", "passages", "marked beside them", "groups by", "purity of the first 3", "values found in the first 3",
    "place of the first", "its purity", "its recall", "recall of all", "adjusted Rand", "V-measure",
)  # fmt: skip

Groups = Sequence[Rows]


@dataclass(frozen=True)
class Case:
    """Passages that somebody marked, by their rows, and which of the values left out each shows: -1 for none."""

    rows: Rows
    shows: Rows


@dataclass(frozen=True)
class Vectors:
    """Deep vectors, (n, deep_dimension), of all texts of a set, and rows of some of them, drawn at random."""

    deep: Matrix
    sample: Rows
    dimension: int


def main() -> None:
    """Measure each set, print its table, and write it where asked."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    words.add_argument("--vectors", type=Path, metavar="FILE", help="keep vectors here from run to run (.npz)")
    words.add_argument("--write", type=Path, metavar="PAGE", help="replace the tables between this page's markers")
    asked = words.parse_args()
    version, encoder = commit(), Remembering(load_encoder())
    if asked.vectors:
        read_vectors(asked.vectors, encoder)
    for folder in asked.folders:
        labelled, begun = labelled_set(folder), time.perf_counter()
        vectors = vectors_of(labelled, encoder)
        if asked.vectors:
            write_vectors(asked.vectors, encoder)
        lines = ["| " + " | ".join(row) + " |" for row in (HEAD, ["---"] * len(HEAD), *rows(labelled, vectors))]
        table = "\n".join(
            [*lines, "", steadiness(labelled, vectors), "", machine(version, time.perf_counter() - begun)]
        )
        print(f"## {labelled.name}\n\n{table}\n", flush=True)
        if asked.write:
            put(asked.write, labelled.name, table)


def vectors_of(labelled: LabelledSet, encoder: Remembering) -> Vectors:
    """Make the vectors of a set."""
    deep = encoder.encode_deep(labelled.texts)
    drawn = np.random.default_rng(0).choice(len(deep), min(SAMPLE, len(deep)), replace=False)
    return Vectors(deep, drawn, encoder.dimension)


def rows(labelled: LabelledSet, vectors: Vectors) -> Iterator[list[str]]:
    """Measure all ways of grouping in all cases, and lay the means out as rows of a table."""
    for left_out, of_each in left_outs(labelled):
        for beside in BESIDE:
            if not beside and all(len(values) == 1 for values, _ in of_each):
                continue  # whatever came out would be right
            marked = [case for values, alone in of_each for case in cases(labelled, values, beside, alone=alone)]
            for name, by in WAYS.items():
                found = [figures(by(case, vectors, seed), case) for seed, case in enumerate(marked)]
                means = [mean(column) for column in zip(*found, strict=True)]
                say(f"{labelled.name}: {left_out}, {beside:g} beside, {name}: purity {means[0]:.2f}")
                passages = f"{np.mean([len(case.rows) for case in marked]):.0f}"
                yield [
                    left_out,
                    passages,
                    f"{beside:g} for each",
                    name,
                    *("–" if np.isnan(one) else f"{one:.2f}" for one in means),
                ]


def mean(column: Sequence[float]) -> float:
    """Return the mean of what can be told."""
    told = [one for one in column if not np.isnan(one)]
    return float(np.mean(told)) if told else float("nan")


def steadiness(labelled: LabelledSet, vectors: Vectors) -> str:
    """Say what becomes of groups when more passages are marked: a tenth of them, drawn at random, comes later."""
    every = [
        case for _, each in left_outs(labelled) for v, alone in each for case in cases(labelled, v, 1.0, alone=alone)
    ]
    shares = []
    for seed, case in enumerate(every):
        early = np.sort(np.random.default_rng(seed).permutation(len(case.rows))[: round(0.9 * len(case.rows))])
        before = [early[group] for group in ours(Case(case.rows[early], case.shows[early]), vectors, seed)]
        pairs = together(before)
        shares.append(len(pairs & together(ours(case, vectors, seed))) / len(pairs) if pairs else float("nan"))
    return (
        f"Of two passages that were together, {mean(shares):.0%} still are once another tenth of the passages has been "
        "marked (as many marked beside them)."
    )


def together(groups: Groups) -> set[frozenset[int]]:
    """List the pairs of passages that are in one group."""
    return {frozenset(pair) for group in groups for pair in combinations(group.tolist(), 2)}


def left_outs(labelled: LabelledSet) -> Iterator[tuple[str, list[tuple[tuple[int, ...], bool]]]]:
    """
    List what is left out, in words, and by columns; with True, only passages that show nothing else are marked.

    A reader who finds a value of the list in a passage may well not mark it.
    """
    ids = [value.id for value in labelled.framework.values]
    if labelled.name in ADDED:
        added = tuple(ids.index(one) for one in ADDED[labelled.name])
        yield "both; where nothing else is shown", [(added, True)]
        yield "both; wherever they are shown", [(added, False)]
        return
    yield "one value", [((one,), False) for one in range(len(ids))]
    yield "two values", [(pair, False) for pair in combinations(range(len(ids)), 2)]


def cases(labelled: LabelledSet, values: Sequence[int], beside: float, *, alone: bool) -> Iterator[Case]:
    """Draw what is marked; a passage that shows two of the values left out would be right in two groups, so none is."""
    shown = np.nan_to_num(labelled.labels) > 0
    of_values, others = shown[:, values], np.delete(shown, values, axis=1).any(axis=1)
    draws = DRAWS if len(labelled.texts) < SAMPLE and beside else 1
    for seed in range(draws):
        chance = np.random.default_rng([seed, *values])
        own = [
            np.flatnonzero(of_values[:, k] & (of_values.sum(axis=1) == 1) & ~(others & alone))
            for k in range(len(values))
        ]
        own = [chance.permutation(some)[:MOST] for some in own]
        none = np.flatnonzero(~of_values.any(axis=1))
        more = chance.choice(none, round(beside * sum(map(len, own))), replace=False)
        shows = np.repeat([*range(len(values)), -1], [*map(len, own), len(more)])
        yield Case(np.concatenate([*own, more]), shows)


def ours(case: Case, vectors: Vectors, _seed: int) -> Groups:
    """Group as the program does."""
    found = grouped(vectors.deep[case.rows], vectors.deep[vectors.sample], vectors.dimension)
    return [np.array(group) for group in found.groups]


def by_chance(case: Case, vectors: Vectors, seed: int) -> Groups:
    """Make groups of the same sizes of whatever comes."""
    order, groups = np.random.default_rng(seed).permutation(len(case.rows)), ours(case, vectors, seed)
    return np.split(order, np.cumsum([len(group) for group in groups]))[:-1]


def k_means(case: Case, vectors: Vectors, seed: int) -> Groups:
    """Make as many groups by k-means of plain vectors, the largest first."""
    count = max(1, len(ours(case, vectors, seed)))
    plain = vectors.deep[case.rows, : vectors.dimension]
    labels = KMeans(count, n_init=3, random_state=seed).fit_predict(plain)
    return sorted((np.flatnonzero(labels == one) for one in range(count)), key=len, reverse=True)


WAYS: dict[str, Callable[[Case, Vectors, int], Groups]] = {
    "this program": ours, "k-means of plain vectors": k_means, "chance, of the same sizes": by_chance,
}  # fmt: skip


def figures(groups: Groups, case: Case) -> list[float]:
    """Return the figures of HEAD, from the purity of the first groups on; NaN where there is nothing to tell."""
    count = int(case.shows.max()) + 1
    share = np.array([[np.mean(case.shows[group] == value) for value in range(count)] for group in groups]).reshape(
        -1, count
    )
    first = [next(iter(np.flatnonzero(share[:, value] > 0.5)), None) for value in range(count)]
    known = [(value, place) for value, place in enumerate(first) if place is not None]
    size = [np.sum(case.shows == value) for value in range(count)]

    def recall(value: int, places: Rows) -> float:
        return float(sum(np.sum(case.shows[groups[place]] == value) for place in places) / size[value])

    labels = -1 - np.arange(len(case.rows))
    for place, group in enumerate(groups):
        labels[group] = place
    truth, labels = case.shows[case.shows >= 0], labels[case.shows >= 0]
    return [
        float(np.mean(share[:FIRST].max(axis=1))) if len(groups) else float("nan"),
        float(np.mean([place is not None and place < FIRST for place in first])),
        float(np.mean([place + 1 for _, place in known])) if known else float("nan"),
        float(np.mean([share[place, value] for value, place in known])) if known else float("nan"),
        float(np.mean([recall(value, np.array([place])) for value, place in known])) if known else float("nan"),
        float(np.mean([recall(value, np.flatnonzero(share[:, value] > 0.5)) for value in range(count)])),
        adjusted_rand_score(truth, labels) if count > 1 else float("nan"),
        v_measure_score(truth, labels) if count > 1 else float("nan"),
    ]


if __name__ == "__main__":
    main()
