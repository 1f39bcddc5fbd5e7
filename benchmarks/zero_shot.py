"""
What each part of the rule adds that ranks values which nobody answered for, and what it does in a small corpus.

    python benchmarks/zero_shot.py FOLDER

The folder holds a labelled set (`quality_sets.py`); where it has one split, the part to predict is scored, else all of
it. Prints mean average precision over values | label-ranking average precision over excerpts. `quality.py` says how the
whole rule does beside others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from quality_figures import figures
from quality_sets import Floats, Rows, labelled_set
from scipy import sparse

from tagger import seen as seeing
from tagger.embeddings import load_encoder
from tagger.seen import Corpus, Seen, corpus_of, see
from tagger.suggestions import Owner, Phrases, centred, phrase_index, scores, spelled, unit

SIZES = (1, 5, 10, 25, 50, 100, 400, 1600)
PSEUDO_COUNTS = (0, 20, 100, 400, 2000)


@dataclass(frozen=True)
class Data:
    """
    Excerpts with their labels (n, k), and phrases.

    Args:
        phrases: (m, d), unit vectors, and `owner`, (m,), the columns of their values.
        runs: (k, places), how each value's phrases are spelled.
        excluded: vectors and columns of what does not count.
    """

    seen: Seen
    labels: Floats
    phrases: Floats
    owner: Owner
    runs: sparse.csr_matrix
    excluded: tuple[Floats, Owner]

    @property
    def values(self) -> int:
        """Return the number of values."""
        return len(self.labels.T)

    @property
    def corpus(self) -> Corpus:
        """Return what the excerpts have in common."""
        return corpus_of([self.seen], self.seen.vectors.shape[1])


def main(folder: Path) -> None:
    """Print the tables."""
    data = read(folder)
    print(f"{len(data.labels)} excerpts, {data.values} values, {len(data.phrases)} phrases\n")
    for name, table in rules(data):
        print(f"{name:<72} {both(data.labels, table)}", flush=True)
    print("\nA smaller corpus, each excerpt scored in the company of n - 1 others; columns: pseudo-count of the centre")
    print(f"{'n':>9}" + "".join(f"{count:>15}" for count in (*PSEUDO_COUNTS, "no centre")))
    for size in (one for one in SIZES if one <= len(data.labels)):
        print(f"{size:>9}", *company(data, parts_of_size(len(data.labels), size)), flush=True)


def read(folder: Path) -> Data:
    """Read and embed the set."""
    labelled, encoder = labelled_set(folder), load_encoder()
    rows = labelled.splits[0][1] if len(labelled.splits) == 1 else np.arange(len(labelled.texts))
    phrases, owner = phrase_index(labelled.framework)
    seen, vectors = see([labelled.texts[row] for row in rows], encoder), encoder.encode(phrases).astype(float)
    not_so = [(one.text, at) for at, value in enumerate(labelled.framework.values) for one in value.does_not_count]
    excluded = (
        encoder.encode([text for text, _ in not_so]).astype(float),
        np.array([at for _, at in not_so], dtype=np.intp),
    )
    return Data(seen, labelled.labels[rows], vectors, owner, spelled(labelled.framework), excluded)


def rules(data: Data) -> Iterator[tuple[str, Floats]]:
    """Score all excerpts by the rule in use, by the rule without one of its parts, and in other ways."""
    seen, phrases, corpus = data.seen, centred_of(data), data.corpus
    nowhere, mean = (replace(corpus, centre=centre) for centre in (0 * corpus.centre, seen.vectors.mean(axis=0)))
    raw = replace(phrases, vectors=data.phrases)
    unsplit, unspelled = without_sentences(seen), replace(phrases, runs=sparse.csr_matrix(phrases.runs.shape))
    final = scores(seen, phrases, corpus)
    yield "in use", final
    yield "  without the best sentence", scores(unsplit, phrases, corpus)
    yield "  without spelling", scores(seen, unspelled, corpus)
    yield "  without either", scores(unsplit, unspelled, corpus)
    yield "  what an excerpt scores on average is taken away", final - final.mean(axis=1, keepdims=True)
    yield "  excerpts are not centred", scores(seen, phrases, nowhere)
    yield f"  the centre is not shrunk by {seeing.PSEUDO_COUNT}", scores(seen, phrases, mean)
    yield "  phrases are not centred", scores(seen, raw, corpus)
    yield "  neither is centred", scores(seen, raw, nowhere)
    yield "  each value's scores are standardised", (final - final.mean(axis=0)) / final.std(axis=0)
    yield from (("  " + name, table) for name, table in additions(data, final))
    first = np.searchsorted(data.owner, np.arange(data.values))
    definitions = replace(data, phrases=data.phrases[first], owner=data.owner[first])
    yield "  the definition is the only phrase whose meaning counts", scores(seen, centred_of(definitions), corpus)


def additions(data: Data, final: Floats) -> Iterator[tuple[str, Floats]]:
    """Add to the scores what they do without."""
    d = data.phrases.shape[1]
    centred_seen = unit(data.seen.vectors[:, :d] - data.corpus.centre[:d])
    for best in (10, 30):
        top = np.argsort(-final, axis=0)[:best]
        alike = centred_seen @ unit(centred_seen[top].mean(axis=0)).T
        for share in (0.1, 0.25):
            yield f"a value's {best} best excerpts are one phrase more, which counts {share}", final + share * alike
    if len(data.excluded[0]):
        cosines = centred_seen @ unit(data.excluded[0] - data.phrases.mean(axis=0)).T
        against = np.zeros(final.shape)
        np.maximum.at(against.T, data.excluded[1], cosines.T)
        for share in (0.1, 0.25):
            yield f"likeness to what does not count is taken away, times {share}", final - share * against


def without_sentences(seen: Seen) -> Seen:
    """Return excerpts of whose sentences nothing is known."""
    return replace(seen, sentences=seen.sentences[:0], bounds=0 * seen.bounds)


def centred_of(data: Data) -> Phrases:
    """Centre the phrases."""
    return Phrases(centred(data.phrases, data.values), data.owner, data.runs)


def parts_of_size(n: int, size: int) -> list[Rows]:
    """Part n rows at random into corpora of one size; a remainder is left out."""
    order = np.random.default_rng(2026).permutation(n)
    return [order[start : start + size] for start in range(0, n - size + 1, size)]


def company(data: Data, parts: Sequence[Rows]) -> list[str]:
    """Score each part as a corpus of its own, pool the scores, and give the figures per pseudo-count."""
    phrases, order = centred_of(data), np.concatenate(parts)

    def pooled(centre: Callable[[Floats], Floats]) -> str:
        companies = [data.seen.rows(part) for part in parts]
        among = [
            Corpus(centre(own.vectors.astype(float)), corpus_of([own], own.vectors.shape[1]).rare) for own in companies
        ]
        tables = [scores(own, phrases, corpus) for own, corpus in zip(companies, among, strict=True)]
        return f"{both(data.labels[order], np.concatenate(tables)):>14}"

    def shrunk(count: int) -> Callable[[Floats], Floats]:
        return lambda own: own.sum(axis=0) / (len(own) + count)

    return [*(pooled(shrunk(count)) for count in PSEUDO_COUNTS), pooled(lambda own: np.zeros(own.shape[1]))]


def both(labels: Floats, table: Floats) -> str:
    """Return mean average precision | label-ranking average precision."""
    found = figures(labels, table, np.full(labels.shape[1], np.nan), probabilities=False)
    return f"{found['mAP']:.3f} | {found['LRAP']:.3f}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
