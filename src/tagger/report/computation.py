"""The whole report, section by section."""

from __future__ import annotations

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
from tagger.report.document import Report, Table
from tagger.report.evidence import Evidence

SEED = 20
"""Of the random numbers, unless somebody chooses another one."""

_ANSWERS = np.array(["0", "1", ""])
"""By code: no, yes and, last, the -1 of no answer."""


def compute(evidence: Evidence, seed: int = SEED) -> Report:
    """
    Compute the report of a study.

    Args:
        seed: of the random numbers; the same evidence and seed give the same report.
    """
    with_people, with_model = people.people(evidence), machine.model(evidence)
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
    rows = summary.rows(evidence, with_people, with_model)
    return Report(
        title=f"Agreement: {evidence.study}",
        about="How far people agree on which passages show which values, and how far the suggestions agree with "
        f"people; from {summary.source_words(evidence)}.",
        headline=summary.headline(evidence, rows),
        source=summary.source_words(evidence),
        summary=rows,
        sections=sections,
        sources=evidence.sources,
        methods=closing.methods(evidence),
        checklist=closing.checklist(evidence),
        matrix=_matrix(evidence),
        disagreements=subgroups.listing(evidence),
    )


def _matrix(evidence: Evidence) -> Table:
    """Return the reliability matrix: one row a passage and value of a source, each reader's answer, and the model's."""
    coders = sorted(evidence.answers["coder"].unique(), key=lambda name: (len(name), name))
    rows: list[tuple[str, ...]] = []
    for source in evidence.available:
        for value in evidence.values:
            panel = evidence.panel(source, value.id)
            where = evidence.passages.iloc[panel.places]
            said = {coder: _ANSWERS[column] for coder, column in zip(panel.coders, panel.codes.T, strict=True)}
            nobody = np.full(len(where), "")
            cells = (
                *([name] * len(where) for name in (source, value.id)),
                *(where[column].astype(str) for column in ("excerpt_id", "dataset", "cluster")),
                *(said.get(coder, nobody) for coder in coders),
                _ANSWERS[panel.suggested],
                ["" if np.isnan(score) else f"{score:.6f}" for score in panel.scores],
                [f"{weight:.6g}" for weight in panel.weights],
            )
            rows += [tuple(map(str, row)) for row in zip(*cells, strict=True)]
    head = ("source", "value_id", "excerpt_id", "dataset", "cluster", *coders, "model", "score", "weight")
    return Table("The reliability matrix", head, tuple(rows))
