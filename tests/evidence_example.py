"""Made-up evidence for the sections of a report: small ones by hand, larger ones drawn with a seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from tagger.report.document import Section
from tagger.report.evidence import Evidence, Value

ANSWERS = {"place": "int64", "coder": str, "source": str, "value_id": str, "yes": bool, "drawn": bool}
MACHINE = {"place": "int64", "value_id": str, "score": float, "suggested": bool, "strength": str}
AUDIT = {"place": "int64", "stratum": str, "population": "int64"}
READINGS = {
    "place": "int64", "coder": str, "source": str, "outcome": str, "finished": bool, "matched": str, "framework": str,
    "read_on": str, "drawn": bool, "unlisted": bool,
}  # fmt: skip
SPANS = {"coder": str, "transcript": str, "start": "int64", "end": "int64", "length": "int64", "value_id": str}
PASSAGES = {
    "excerpt_id": str, "dataset": str, "transcript": str, "cluster": str, "start": "int64", "end": "int64",
    "current": bool, "interviewer": str,
}  # fmt: skip
STRENGTHS = ("strong", "middling", "weak", "none")


def frame(rows: Iterable[Sequence[object]], columns: Mapping[str, object]) -> pd.DataFrame:
    """Make a table; an empty one has its columns too."""
    rows = list(rows)
    cells = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    return pd.DataFrame({name: pd.Series(cells[name], dtype=kind) for name, kind in columns.items()})


def evidence(
    clusters: Sequence[str] = (),
    *,
    answers: Iterable[Sequence[object]] = (),
    machine: Iterable[Sequence[object]] = (),
    audit: Iterable[Sequence[object]] = (),
    values: Sequence[str] = ("trust",),
    datasets: Sequence[str] | None = None,
    interviewers: Sequence[str] | None = None,
    strata: Mapping[str, Mapping[str, int]] | None = None,
) -> Evidence:
    """
    Make evidence of rows.

    Args:
        clusters: of each passage; the transcripts have the same names.
        answers: place, coder, source, value_id, yes, drawn.
        machine: place, value_id, score, suggested, strength.
        audit: place, stratum, population.
        values: their ids; names are these with a capital.
        datasets: of each passage; without them, one.
        interviewers: of each passage; without them, nobody who is known.
        strata: by dataset, the sizes of all strata of the audit.
    """
    where = datasets or ["women"] * len(clusters)
    asks = interviewers or [""] * len(clusters)
    passages = [
        (f"e{place}", dataset, cluster, cluster, 100 * place, 100 * place + 80, True, interviewer)
        for place, (cluster, dataset, interviewer) in enumerate(zip(clusters, where, asks, strict=True))
    ]
    sizes = {name: (size, dataset) for dataset, held in (strata or {}).items() for name, size in held.items()}
    facts = {
        "audit_frame": json.dumps({name: size for name, (size, _) in sizes.items()}),
        "audit_datasets": json.dumps({name: dataset for name, (_, dataset) in sizes.items()}),
    }
    return Evidence(
        "made up",
        tuple(Value(name, name.capitalize()) for name in values),
        frame(passages, PASSAGES),
        frame(answers, ANSWERS),
        frame([], READINGS),
        frame(machine, MACHINE),
        frame(audit, AUDIT),
        frame([], SPANS),
        (("transcript-tagger", "0"),),
        facts,
    )


def readings(answers: pd.DataFrame, *, finished: bool = True, read_on: str = "") -> pd.DataFrame:
    """Make the readings that hold these answers."""
    outcome = "values" if finished else "skipped"
    made = {"outcome": outcome, "finished": finished, "matched": "", "framework": "made up 1", "read_on": read_on}
    made["unlisted"] = False
    return answers[["place", "coder", "source", "drawn"]].drop_duplicates().assign(**made)


def drawn(
    *,
    transcripts: int = 8,
    passages: int = 40,
    values: Sequence[str] = ("trust", "safety"),
    sources: Sequence[str] = ("blind",),
    readers: int = 2,
    datasets: Sequence[str] = ("women",),
    common: float = 0.25,
    read: float = 1.0,
    scored: bool = True,
    seed: int = 7,
) -> Evidence:
    """
    Make evidence in which scores go with what people find, and people mostly agree.

    Args:
        transcripts: how many, dealt to the datasets in turn.
        passages: in each transcript.
        common: in how many of the passages there is a value.
        read: how many of the passages were read in each source.
        scored: whether the machine has been asked.
    """
    random = np.random.default_rng(seed)
    clusters = [f"t{number}" for number in range(transcripts) for _ in range(passages)]
    where = [datasets[number * len(datasets) // transcripts] for number in range(transcripts) for _ in range(passages)]
    answers: list[tuple[object, ...]] = []
    machine: list[tuple[object, ...]] = []
    for value in values:
        there = random.random(len(clusters)) < common
        scores = (there + random.normal(0, 0.7, len(clusters))).round(1)
        machine += _matched(value, scores, where) if scored else []
        for source in sources:
            places = np.flatnonzero(random.random(len(clusters)) < read)
            for reader in range(readers):
                wrong = random.random(len(places)) < 0.1
                said = there[places] ^ wrong
                name = f"Reader {chr(65 + reader)}"
                answers += [
                    (int(place), name, source, value, bool(yes), source != "independent")
                    for place, yes in zip(places, said, strict=True)
                ]
    return evidence(clusters, answers=answers, machine=machine, values=values, datasets=where)


def _matched(value: str, scores: np.ndarray, where: Sequence[str]) -> list[tuple[object, ...]]:
    ranks = pd.Series(scores).groupby(list(where)).rank(pct=True, ascending=False).to_numpy()
    strength = np.searchsorted([0.025, 0.05, 0.1], ranks, side="left")
    return [
        (place, value, float(score), bool(rank <= 0.2), STRENGTHS[level])
        for place, (score, rank, level) in enumerate(zip(scores, ranks, strength, strict=True))
    ]


def complete(section: Section) -> None:
    """Check what every section owes its readers."""
    assert bool(section.empty) != bool(section.finding)
    for one in section.numbers:
        assert one.reason or (one.estimate is not None and one.low is not None and one.high is not None), one
        assert one.estimate is not None or (one.low is None and one.high is None)
        assert one.transcripts is not None
    assert all(plot.alt and plot.title for plot in section.plots)
    assert all(len(row) == len(table.head) for table in section.tables for row in table.rows)
