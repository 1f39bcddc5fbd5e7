"""Section 12: parts of the study and pairs of readers; section 13: where people, and people and the model, differ."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np

from tagger.report import statistics
from tagger.report.document import Bar, Forest, Matrix, Number, Section, Table, interval_of, shown
from tagger.report.evidence import WORDS, Evidence, Panel
from tagger.report.machine import MODEL, alpha_of_model
from tagger.report.measuring import About, too_few
from tagger.report.people import ALPHA, PEOPLE, alpha_of_people, pairs_of

NOTHING = "No value"


def subgroups(evidence: Evidence) -> Section:
    """Return section 12: agreement by dataset, and of each pair of readers."""
    title = "By dataset, and by pair of readers"
    source = evidence.primary
    if not source:
        return Section(12, title, "", empty="Nobody has read anything yet in a way that may be compared.")
    by_dataset = _by_dataset(evidence, source)
    by_pair = _by_pair(evidence, source)
    numbers = (*(number for rows in by_dataset.values() for number in rows), *(number for _, number in by_pair))
    estimable = [number for number in numbers if number.estimate is not None]
    return Section(
        12,
        title,
        f"{len(estimable)} of {len(numbers)} numbers by dataset or pair are estimable; small parts are not shown.",
        "Datasets are different contexts: a difference between them is no grade of either. Nor is a pair of readers "
        "who agree little doing worse: they may see more.",
        (_table_by_dataset(evidence, by_dataset), _table_by_pair(evidence, by_pair)),
        (_forest(evidence, by_dataset),) if len(set(evidence.passages["dataset"])) > 1 else (),
        numbers,
        ("Drift over time is shown to each reader alone, and not here.",),
    )


def _by_dataset(evidence: Evidence, source: str) -> dict[str, list[Number]]:
    found: dict[str, list[Number]] = {}
    datasets = evidence.passages["dataset"].to_numpy()
    for value in evidence.values:
        for dataset in sorted(set(datasets.tolist())):
            panel = evidence.panel(source, value.id, datasets == dataset)
            if len(panel.places):
                about = About(12, value.id, source, dataset)
                found.setdefault(value.id, []).extend([alpha_of_people(about, panel), alpha_of_model(about, panel)])
    return found


def _by_pair(evidence: Evidence, source: str) -> list[tuple[str, Number]]:
    """Return alpha of each pair of readers, value by value; where there is one pair, section 2 has it."""
    found = []
    for value in evidence.values:
        pairs = pairs_of(evidence.panel(source, value.id))
        for names, pair in pairs if len(pairs) > 1 else []:
            alpha = statistics.alpha()
            about = About(12, value.id, source)
            found.append(
                (value.id, about.jackknifed(names, ALPHA, alpha, pair.ratings, pair.clusters, -1.0, too_few(pair)))
            )
    return found


def _table_by_dataset(evidence: Evidence, found: dict[str, list[Number]]) -> Table:
    names = evidence.names()
    rows = [
        (
            names[value_id],
            people.group,
            shown(people),
            str(people.n),
            shown(model),
            str(model.n),
            str(model.transcripts),
        )
        for value_id, numbers in found.items()
        for people, model in zip(numbers[::2], numbers[1::2], strict=True)
        if people.estimate is not None or model.estimate is not None
    ]
    return Table(
        f"Alpha by dataset, readings {WORDS[evidence.primary]}",
        ("Value", "Dataset", "People with people", "Passages", "Model with people", "Passages", "Transcripts"),
        tuple(rows),
        "Left out: where nothing is estimable.",
    )


def _table_by_pair(evidence: Evidence, found: list[tuple[str, Number]]) -> Table:
    names = evidence.names()
    rows = [
        (names[value_id], number.between, shown(number), str(number.n), str(number.transcripts))
        for value_id, number in found
        if number.estimate is not None
    ]
    return Table("Alpha by pair of readers", ("Value", "Pair", "Alpha", "Passages", "Transcripts"), tuple(rows))


def _forest(evidence: Evidence, found: dict[str, list[Number]]) -> Forest:
    names = evidence.names()
    rows = [
        (
            f"{names[value_id]}, {people.group}",
            (
                Bar(PEOPLE, people.estimate, interval_of(people)),
                Bar(MODEL, model.estimate, interval_of(model)),
            ),
        )
        for value_id, numbers in found.items()
        for people, model in zip(numbers[::2], numbers[1::2], strict=True)
        if people.estimate is not None or model.estimate is not None
    ]
    alt = f"Alpha of people with people and of the model with people for {len(rows)} values by dataset"
    return Forest("Alpha by dataset", alt, "Krippendorff's alpha", tuple(rows))


def disagreements(evidence: Evidence) -> Section:
    """Return section 13: what one reader saw where another one saw something else."""
    title = "Where people, and people and the model, differ"
    source = evidence.primary
    confused = _confused(evidence, source) if source else Counter[tuple[str, str]]()
    listed = listing(evidence)
    if not listed.rows:
        return Section(13, title, "", empty="Nothing to list: nobody differs, or nobody has read the same passages.")
    own = [row for row in listed.rows if row[6] == source]
    kinds = Counter(row[-1] for row in own)
    parts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    return Section(
        13,
        title,
        f"In readings {WORDS[source]}, {len(own):,} answers differ ({parts}); disagreements.csv "
        "lists them by passage, for talk and not for correction.",
        "A difference is no error of either side. What is decided after talking is stored apart and changes nothing "
        "here.",
        plots=(_matrix(evidence, confused),) if confused else (),
    )


def _confused(evidence: Evidence, source: str) -> Counter[tuple[str, str]]:
    """Count, over pairs of readers of a passage, what one alone saw against what the other alone saw."""
    said = evidence.answers[evidence.answers["source"] == source]
    held: dict[int, dict[str, set[str]]] = {}
    asked: dict[int, dict[str, set[str]]] = {}
    for place, coder, value, yes in zip(
        said["place"].tolist(), said["coder"].tolist(), said["value_id"].tolist(), said["yes"].tolist(), strict=True
    ):
        asked.setdefault(place, {}).setdefault(coder, set()).add(value)
        own = held.setdefault(place, {}).setdefault(coder, set())
        if yes:
            own.add(value)
    found: Counter[tuple[str, str]] = Counter()
    for place, readings in held.items():
        of_all = set.intersection(*asked[place].values())
        for one, two in combinations([own & of_all for own in readings.values()], 2):
            for first in one - two or ({""} if two - one else set()):
                for second in two - one or {""}:
                    found[first, second] += 1
                    found[second, first] += 1
    return found


def _matrix(evidence: Evidence, confused: Counter[tuple[str, str]]) -> Matrix:
    ids = [*(value.id for value in evidence.values), ""]
    names = (*(value.name for value in evidence.values), NOTHING)
    cells = tuple(tuple(float(confused[row, column]) for column in ids) for row in ids)
    top = max(confused, key=lambda pair: (confused[pair], pair))
    words = dict(zip(ids, names, strict=True))
    return Matrix(
        "What one reader saw where another saw something else",
        f"Counts of pairs of readings; most often {words[top[0]]} against {words[top[1]]}, {confused[top]} times",
        names,
        names,
        cells,
        "one reader",
        "the other",
    )


def listing(evidence: Evidence) -> Table:
    """Return the answers on which people, or the majority of people and the model, differ, without anybody's words."""
    rows: list[tuple[str, ...]] = []
    for source in evidence.available:
        for value in evidence.values:
            rows += _differing(evidence, evidence.panel(source, value.id), value.name, source)
    head = ("excerpt_id", "dataset", "transcript", "start", "end", "value", "source", "yes", "no", "model", "differs")
    return Table("Passages on which people, or people and the model, differ", head, tuple(rows))


def _differing(evidence: Evidence, panel: Panel, value: str, source: str) -> list[tuple[str, ...]]:
    yes, read = (panel.codes == 1).sum(axis=1), (panel.codes >= 0).sum(axis=1)
    majority = panel.majority()
    apart = (yes > 0) & (yes < read)
    against = (panel.suggested >= 0) & ~np.isnan(majority) & (majority != panel.suggested)
    kept = apart | against
    where = evidence.passages.iloc[panel.places[kept]]
    machine = np.array(["not asked", "not suggested", "suggested"])[panel.suggested[kept] + 1]
    kinds = np.where(apart[kept], "among people", "people and the model")
    places = [where[column].astype(str) for column in ("excerpt_id", "dataset", "transcript", "start", "end")]
    counts = [column[kept].astype(str) for column in (yes, read - yes)]
    cells = (*places, [value] * len(where), [source] * len(where), *counts, machine, kinds)
    return [tuple(map(str, row)) for row in zip(*cells, strict=True)]
