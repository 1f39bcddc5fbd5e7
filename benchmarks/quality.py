"""
How well values are found, by the project's learner and by simpler ways, from no reviewed excerpt to all of them.

    python benchmarks/quality.py FOLDER... [--draws 3] [--vectors FILE] [--write PAGE]

Prints a table in Markdown for each labelled set; `quality_sets.py` says what a folder may hold, docs/quality.md how to
read the table. `make quality` measures the sets that are at hand. With --write, a table replaces the one between the
markers of its set on a page. With --vectors, vectors are kept in a file and another run makes none: keep it where the
texts may lie.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Threads of several programs that wait for each other make small sums ten times slower on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from quality_figures import FIGURES, figures, thresholds
from quality_learners import LEARNERS, Learner, Remembering, fitted
from quality_sets import LabelledSet, Rows, labelled_set

import tagger
from tagger.embeddings import load_encoder
from tagger.seen import see

ROOT = Path(__file__).resolve().parents[1]
SIZES = (0, 25, 50, 100, 200, 400, 1000)
DRAWS = 3
TIMED = 200
HEAD = (
    "reviewed",
    "by",
    "mAP",
    "LRAP",
    "recall at 3",
    "F1, mean over values",
    "F1 of macro precision and recall",
    "opened to find 80 %",
    "90 %",
    "95 %",
    "calibration error",
)


@dataclass(frozen=True)
class Round:
    """Rows whose labels are seen, and rows to predict."""

    seen: Rows
    wanted: Rows


@dataclass(frozen=True)
class Line:
    """Mean figures of a learner with so many reviewed excerpts (None: all), and how mAP differs from round to round."""

    size: int | None
    learner: Learner
    figures: dict[str, float]
    spread: float


def main() -> None:
    """Measure each set, print its table, and write it where asked."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    words.add_argument("--draws", type=int, default=DRAWS, help="of the reviewed excerpts, where there are no folds")
    words.add_argument("--vectors", type=Path, metavar="FILE", help="keep vectors here from run to run (.npz)")
    words.add_argument("--write", type=Path, metavar="PAGE", help="replace the tables between this page's markers")
    asked = words.parse_args()
    version, encoder = commit(), Remembering(load_encoder())
    if asked.vectors:
        read_vectors(asked.vectors, encoder)
    for folder in asked.folders:
        labelled, begun = labelled_set(folder), time.perf_counter()
        encoder.encode(labelled.texts)
        say(f"{labelled.name}: {len(labelled.texts)} texts have vectors, {time.perf_counter() - begun:.0f} s")
        if asked.vectors:
            write_vectors(asked.vectors, encoder)
        lines = markdown(list(measure(labelled, encoder, asked.draws)))
        last = [costs(labelled, encoder), machine(version, time.perf_counter() - begun)]
        table = "\n".join([description(labelled), "", *lines, "", *last])
        print(f"## {labelled.name}\n\n{table}\n", flush=True)
        if asked.write:
            put(asked.write, labelled.name, table)


def measure(labelled: LabelledSet, encoder: Remembering, draws: int = DRAWS) -> Iterator[Line]:
    """Measure all learners at all sizes that the set allows; what no label changes is measured once."""
    most = min(len(pool) for pool, _ in labelled.splits)
    for size in (*(one for one in SIZES if one < most), None):
        rounds = list(drawn(labelled, size, draws))
        for learner in LEARNERS:
            if learner.untaught if size == 0 else learner.learns:
                yield line(labelled, learner, size, rounds, encoder)


def drawn(labelled: LabelledSet, size: int | None, draws: int) -> Iterator[Round]:
    """Draw what was reviewed: from each fold once, or from the only split several times, unless all or none of it."""
    splits = list(labelled.splits)
    if len(splits) == 1 and size:
        splits = splits * draws
    for seed, (pool, test) in enumerate(splits):
        order = np.random.default_rng(seed).permutation(pool)
        yield Round(order if size is None else order[:size], test)


def line(
    labelled: LabelledSet, learner: Learner, size: int | None, rounds: Sequence[Round], encoder: Remembering
) -> Line:
    """Measure a learner in all rounds."""
    begun, found = time.perf_counter(), []
    for one in rounds:
        scores = learner.scores(labelled, one.seen, one.wanted, encoder)
        limits = thresholds(scores) if learner.probabilities else np.full(scores.shape[1], learner.limit)
        found.append(figures(labelled.labels[one.wanted], scores, limits, probabilities=learner.probabilities))
    means = {name: float(np.mean([each[name] for each in found])) for name in found[0]}
    spread = float(np.std([each["mAP"] for each in found], ddof=1)) if len(found) > 1 else float("nan")
    seconds = time.perf_counter() - begun
    say(f"{labelled.name}: {size_in_words(size)} reviewed, {learner.name}: mAP {means['mAP']:.3f}, {seconds:.0f} s")
    return Line(size, learner, means, spread)


def markdown(lines: Sequence[Line]) -> list[str]:
    """Lay the lines out as a table."""
    rows = [HEAD, tuple("---:" if column != "by" else "---" for column in HEAD)]
    for one in lines:
        cells = {name: f"{one.figures[name]:.3f}" for name in FIGURES}
        cells |= {name: f"{one.figures[name]:.0%}" for name in FIGURES if name.startswith("open")}
        cells["mAP"] += f" ± {one.spread:.3f}" if np.isfinite(one.spread) else ""
        rows.append((size_in_words(one.size), one.learner.name, *(cells[name] for name in FIGURES)))
    return ["| " + " | ".join("–" if "nan" in cell else cell for cell in row) + " |" for row in rows]


def description(labelled: LabelledSet) -> str:
    """Say what was measured."""
    pools = [len(pool) for pool, _ in labelled.splits]
    n, k = labelled.labels.shape
    phrases = sum(len(value.phrases) for value in labelled.framework.values)
    found = np.nansum(labelled.labels) / n
    documents = len(np.unique(labelled.documents))
    parts = f"{len(pools)} folds of whole documents" if len(pools) > 1 else "one split by document"
    return (
        f"{n:,} texts from {documents:,} documents; {k} values with {phrases} phrases, {found:.1f} found in a text; "
        f"{parts}, up to {max(pools):,} texts reviewed and {len(labelled.splits[0][1]):,} predicted."
    )


def costs(labelled: LabelledSet, encoder: Remembering) -> str:
    """Say how long learning from all of the first pool and predicting take, beside making vectors."""
    pool, test = labelled.splits[0]
    some = labelled.texts[:TIMED]
    texts = [labelled.texts[row] for row in test]
    embedding = timed(lambda: see(some, encoder.encoder)) / len(some)
    models: list[tagger.Learned] = []
    fit = timed(lambda: models.append(fitted(labelled, pool, test, encoder)))
    predict = timed(lambda: models[0].predict_proba(texts)) / len(test)
    fit_each = fit / (len(pool) + len(test))
    return (
        f"Making a text's vector takes {1000 * embedding:.1f} ms; learning from {len(pool):,} reviewed texts beside "
        f"{len(test):,} others {fit:.1f} s, {1000 * fit_each:.1f} ms a text ({fit_each / embedding:.2f} of a vector); "
        f"predicting a text {1000 * predict:.2f} ms ({predict / embedding:.2f} of a vector)."
    )


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that a core is busy with an act, however busy it is with others."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


def commit() -> str:
    """Say which version of the code this is."""
    described = ["git", "describe", "--always", "--dirty=, with changes", "--exclude=*"]
    found = subprocess.run(described, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return f"Commit {found}" if found else f"Version {tagger.__version__}"


def machine(version: str, seconds: float) -> str:
    """Say what was run, where, and how long it took."""
    cores = f"{os.cpu_count()} cores ({platform.machine()}) with a load of {os.getloadavg()[0]:.1f}, one thread"
    return f"{version}; {cores}, Python {platform.python_version()}; {seconds:.0f} s in all."


def put(page: Path, name: str, table: str) -> None:
    """Replace what stands between the markers of a set on a page, if it has them."""
    text, marks = page.read_text(encoding="utf-8"), (f"<!-- {name} -->\n", f"<!-- end of {name} -->")
    before, opening, rest = text.partition(marks[0])
    _, closing, after = rest.partition(marks[1])
    if not closing:
        say(f"{page} has no place for {name}: it needs the lines {marks[0].strip()} and {marks[1]}")
        return
    page.write_text(f"{before}{opening}{table}\n{closing}{after}", encoding="utf-8")


def read_vectors(file: Path, encoder: Remembering) -> None:
    """Give an encoder the vectors of a file that it made itself, if there is one."""
    if file.exists():
        with np.load(file, allow_pickle=False) as kept:
            if kept["encoder"] == _identity(encoder):
                vectors = zip(kept["vectors"], np.split(kept["sentences"], kept["ends"][:-1]), strict=True)
                encoder.known.update(zip(kept["texts"].tolist(), vectors, strict=True))


def write_vectors(file: Path, encoder: Remembering) -> None:
    """Keep the vectors that an encoder knows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    vectors, sentences = zip(*encoder.known.values(), strict=True)
    np.savez_compressed(
        file,
        encoder=_identity(encoder),
        texts=np.array(list(encoder.known)),
        vectors=np.stack(vectors),
        sentences=np.concatenate(sentences),
        ends=np.cumsum([len(own) for own in sentences]),
    )


def _identity(encoder: Remembering) -> str:
    return f"{encoder.weights_sha256} {encoder.deep_dimension} with sentences"


def size_in_words(size: int | None) -> str:
    """Return how many excerpts were reviewed."""
    return "all" if size is None else f"{size:,}"


def say(words: str) -> None:
    """Tell how far it is, beside the tables."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
