"""The whole report, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tagger.report import (
    calibration,
    closing,
    coverage,
    design,
    machine,
    people,
    prevalence,
    ranking,
    spans,
    stand_in,
    subgroups,
    summary,
    swayed,
    together,
)
from tagger.report.coefficients import ALPHA
from tagger.report.document import SEED, Report, Section, Table
from tagger.report.evidence import Evidence, by_letter
from tagger.report.machine import MODEL_ALPHA, PAIRED

_MOST = 4
_SHOWN = (ALPHA, MODEL_ALPHA, PAIRED, "average_precision")
"""Where an interval alone is missing, these say so below the tables; all of them do in numbers.csv."""
_ANSWERS = np.array(["0", "1", ""])
"""By code: no, yes and, last, the -1 of no answer."""


def compute(evidence: Evidence, seed: int = SEED) -> Report:
    """
    Compute the report of a study.

    Args:
        seed: of the random numbers; the same evidence and seed give the same report.
    """
    with_people = people.people(evidence, seed)
    with_model = machine.model(evidence, with_people.numbers, seed)
    sections = (
        design.design(evidence),
        design.data(evidence),
        with_people,
        together.together(evidence),
        spans.spans(evidence),
        with_model,
        stand_in.stand_in(evidence),
        ranking.ranking(evidence),
        calibration.calibration(evidence),
        coverage.coverage(evidence, seed),
        swayed.swayed(evidence),
        prevalence.prevalence(evidence),
        subgroups.subgroups(evidence),
        subgroups.disagreements(evidence),
        closing.planning(evidence, with_people.numbers),
        closing.export(evidence),
        closing.appendix(evidence),
    )
    first = summary.first_screen(evidence, with_people, with_model)
    return Report(
        title=f"Agreement: {evidence.study}",
        about="How far people agree on which passages show which values, and how far the suggestions agree with "
        f"people; from {first.source}.",
        headline=first.headline,
        source=first.source,
        summary=first.rows,
        sections=tuple(_with_reasons(section, evidence.names()) for section in sections),
        sources=evidence.sources,
        methods=closing.methods(evidence),
        checklist=closing.checklist(evidence),
        matrix=_matrix(evidence),
        disagreements=subgroups.listing(evidence),
    )


def first_screen(evidence: Evidence) -> summary.FirstScreen:
    """Compute the first screen of a report alone, as `compute` has it."""
    with_people = people.people(evidence)
    return summary.first_screen(evidence, with_people, machine.model(evidence, with_people.numbers))


def _matrix(evidence: Evidence) -> Table:
    """Return the reliability matrix: one row a passage and value of a source, each reader's answer, and the model's."""
    said = evidence.answers[evidence.answers["source"].isin(evidence.available)]
    coders = sorted(said["coder"].unique(), key=by_letter)
    rows: list[tuple[str, ...]] = []
    for source in evidence.available:
        for value in evidence.values:
            panel = evidence.panel(source, value.id)
            where = evidence.passages.iloc[panel.places]
            own = {coder: _ANSWERS[column] for coder, column in zip(panel.coders, panel.codes.T, strict=True)}
            nobody = np.full(len(where), "")
            cells = (
                *([name] * len(where) for name in (source, value.id)),
                *(where[column].astype(str) for column in ("excerpt_id", "dataset", "cluster")),
                *(own.get(coder, nobody) for coder in coders),
                _ANSWERS[panel.suggested],
                ["" if np.isnan(score) else f"{score:.6f}" for score in panel.scores],
                [f"{weight:.6g}" for weight in panel.weights],
            )
            rows += [tuple(map(str, row)) for row in zip(*cells, strict=True)]
    head = ("source", "value_id", "excerpt_id", "dataset", "cluster", *coders, "model", "score", "weight")
    return Table("The reliability matrix", head, tuple(rows))


def _with_reasons(section: Section, names: Mapping[str, str]) -> Section:
    """Say below a section why some of its numbers, or their intervals, are missing."""
    why: dict[str, list[str]] = {}
    for number in section.numbers:
        told = number.estimate is None or number.estimator in _SHOWN
        if number.reason and number.low is None and told:
            about = names.get(number.value_id, "all values") + (f" in {number.group}" if number.group else "")
            own = why.setdefault(number.reason.removeprefix("not estimable: "), [])
            if about not in own:
                own.append(about)
    missing = tuple(f"Missing for {_listed(about)}: {reason}." for reason, about in why.items())
    return replace(section, notes=(*section.notes, *missing))


def _listed(about: list[str]) -> str:
    if len(about) > _MOST:
        return f"{about[0]}, {about[1]} and {len(about) - 2} more"
    return " and ".join([", ".join(about[:-1]), about[-1]] if len(about) > 1 else about)
