"""Section 12: parts of the study and pairs of readers; section 13: where people, and people and the model, differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from tagger.report.document import Bar, Forest, Matrix, Number, Section, Table, interval_of, shown
from tagger.report.evidence import FEWEST_POSITIVES, WORDS, Evidence, Names, Panel
from tagger.report.machine import MODEL, alpha_of_model
from tagger.report.measuring import About
from tagger.report.people import PEOPLE, alpha_of_people, pairs_of
from tagger.wording import several

NOTHING = "No value"

MOST_PARTS = 100
"""More parts than this nobody reads side by side."""

_WAYS = ("Dataset", "Transcript", "Interviewer")
_ABOUT = {
    "Dataset": "95% intervals in brackets.",
    "Transcript": "A transcript alone has no interval.",
    "Interviewer": "An interviewer is known in several transcripts where the sheet of speakers gives them the same "
    "pseudonym.",
    "Week": "Answers given in each ISO week (UTC), where two people or more read in it.",
}
_MOST_ROWS = 60
_NO_WEEK = -1

_Parts = Callable[[Panel], Iterator[tuple[str, Panel]]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value in a part of the study: how far people agree there, and the model with them."""

    value: str
    part: str
    people: Number
    model: Number


def subgroups(evidence: Evidence) -> Section:
    """Return section 12: agreement in parts of the study, and of each pair of readers."""
    title = "By part of the study, and by pair of readers"
    source = evidence.primary
    if not source:
        return Section(12, title, "", empty="Nobody has read anything yet in a way that may be compared.")
    found = {way: _cells(evidence, source, way, parts) for way, parts in _ways(evidence, source).items()}
    cells = [cell for made, _ in found.values() for cell in made]
    pairs = _by_pair(evidence, source)
    numbers = (*(number for cell in cells for number in (cell.people, cell.model)), *(pair for _, pair in pairs))
    if not numbers:
        empty = (
            "Nothing to set side by side yet: it takes several parts of the study, or several pairs of readers, who "
        )
        return Section(12, title, "", empty=f"{empty}found a value in {FEWEST_POSITIVES} passages.")
    estimable = sum(number.estimate is not None for number in numbers)
    tables = [_table(way, cells, source) for way, (cells, _) in found.items()]
    return Section(
        12,
        title,
        f"Of {several(len(numbers), 'number')} by part of the study or pair of readers, {estimable} can be estimated.",
        "Datasets are different contexts: a difference between them is no grade of either. Nor is a pair of readers "
        "who agree little doing worse: they may see more. Some talk is harder to read, whoever asks and whoever reads.",
        tuple(table for table in (*tables, _table_by_pair(pairs)) if table.rows),
        (_forest(datasets),) if (datasets := found.get("Dataset", ([], 0))[0]) else (),
        numbers,
        (
            *(_suppressed(way, small) for way, (_, small) in found.items() if small),
            *(f"Not by {way.casefold()}: there are more than {MOST_PARTS}." for way in _WAYS if way not in found),
        ),
    )


def _ways(evidence: Evidence, source: str) -> dict[str, _Parts]:
    """Return the ways of parting the study, by name, but for those into too many parts."""
    labels = {way: evidence.passages[way.casefold()].to_numpy(dtype=str) for way in _WAYS}
    ways: dict[str, _Parts] = {
        way: partial(_by_passage, labels=own) for way, own in labels.items() if len(np.unique(own)) <= MOST_PARTS
    }
    return ways | {"Week": partial(_by_week, weeks=_weeks(evidence, source))}


def _by_passage(panel: Panel, labels: Names) -> Iterator[tuple[str, Panel]]:
    """Yield the parts of a panel by the label of each passage of the study; those without a label are in none."""
    codes, names = pd.factorize(labels[panel.places], sort=True)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes, minlength=len(names)))[:-1])
    for name, units in zip(names.tolist(), members, strict=False):
        if name:
            yield name, panel.only(units)


def _by_week(panel: Panel, weeks: pd.DataFrame) -> Iterator[tuple[str, Panel]]:
    """Yield the answers of each week, where two people or more read in it: drift of one is shown to them alone."""
    when = weeks.reindex(index=panel.places, columns=list(panel.coders)).fillna(_NO_WEEK).to_numpy(np.int64)
    for week in np.unique(when[when != _NO_WEEK]).tolist():
        codes = np.where(when == week, panel.codes, -1)
        part = replace(panel, codes=codes).only(np.flatnonzero((codes >= 0).any(axis=1)))
        if len(part.coders) > 1:
            yield f"{week // 100}-W{week % 100:02d}", part


def _weeks(evidence: Evidence, source: str) -> pd.DataFrame:
    """Return (passages, readers) in which ISO week each passage was read here, as year * 100 + week."""
    read = evidence.readings[(evidence.readings["source"] == source) & (evidence.readings["read_on"] != "")]
    calendar = pd.to_datetime(read["read_on"]).dt.isocalendar()
    week = (100 * calendar["year"] + calendar["week"]).astype(np.int64)
    return read.assign(week=week).groupby(["place", "coder"])["week"].max().unstack()


def _cells(evidence: Evidence, source: str, way: str, parts: _Parts) -> tuple[list[_Cell], int]:
    """Return the numbers of each value and part, and how many are too small; of one part alone section 2 has them."""
    made: list[_Cell] = []
    names: set[str] = set()
    small = 0
    for value in evidence.values:
        for name, panel in parts(evidence.panel(source, value.id)):
            names.add(name)
            if panel.found < FEWEST_POSITIVES:
                small += 1
                continue
            about = About(12, value.id, source, name if way == "Dataset" else f"{way.casefold()} {name}")
            made.append(_Cell(value.name, name, alpha_of_people(about, panel), alpha_of_model(about, panel)))
    return (made, small) if len(names) > 1 else ([], 0)


def _by_pair(evidence: Evidence, source: str) -> list[tuple[str, Number]]:
    """Return alpha of each pair of readers, value by value; where there is one pair, section 2 has it."""
    found = []
    for value in evidence.values:
        pairs = pairs_of(evidence.panel(source, value.id))
        for names, pair in pairs if len(pairs) > 1 else []:
            found.append((value.name, replace(alpha_of_people(About(12, value.id, source), pair), between=names)))
    return found


def _table(way: str, cells: list[_Cell], source: str) -> Table:
    rows = [
        (
            cell.value,
            cell.part,
            shown(cell.people),
            str(cell.people.n),
            shown(cell.model),
            str(cell.model.n),
            str(cell.model.transcripts),
        )
        for cell in _estimable(cells)
    ]
    more = (
        f" {several(len(rows) - _MOST_ROWS, 'more row')}: numbers.csv has them all." if len(rows) > _MOST_ROWS else ""
    )
    return Table(
        f"Alpha by {way.casefold()}, readings {WORDS[source]}",
        ("Value", way, "People with people", "Passages", "Model with people", "Passages", "Transcripts"),
        tuple(rows[:_MOST_ROWS]),
        _ABOUT[way] + more,
    )


def _table_by_pair(found: list[tuple[str, Number]]) -> Table:
    rows = [
        (name, number.between, shown(number), str(number.n), str(number.transcripts))
        for name, number in found
        if number.estimate is not None
    ]
    return Table("Alpha by pair of readers", ("Value", "Pair", "Alpha", "Passages", "Transcripts"), tuple(rows))


def _suppressed(way: str, small: int) -> str:
    return (
        f"By {way.casefold()}, {several(small, 'cell')} left out: the value was found there in fewer than "
        f"{FEWEST_POSITIVES} passages."
    )


def _estimable(cells: list[_Cell]) -> list[_Cell]:
    return [cell for cell in cells if cell.people.estimate is not None or cell.model.estimate is not None]


def _forest(cells: list[_Cell]) -> Forest:
    rows = [
        (
            f"{cell.value}, {cell.part}",
            (
                Bar(PEOPLE, cell.people.estimate, interval_of(cell.people)),
                Bar(MODEL, cell.model.estimate, interval_of(cell.model)),
            ),
        )
        for cell in _estimable(cells)
    ]
    alt = f"Alpha of people with people and of the model with people: {several(len(rows), 'value')} by dataset"
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
        "What one reader saw where another saw something else: how many pairs of readings",
        f"Counts of pairs of readings; most often {words[top[0]]} against {words[top[1]]}, in "
        f"{several(confused[top], 'pair')}",
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
