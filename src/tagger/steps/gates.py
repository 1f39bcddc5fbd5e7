"""
Which values' suggestions earn their place in a dataset, by what people said who saw none.

Passages that were drawn at random and read here without suggestions judge by themselves, and so do those that were
coded elsewhere, independently. Exchanges judge nothing: nobody is given one to read without suggestions.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.agreement import gate
from tagger.embeddings import Encoder
from tagger.learning.baselines import keyword, name_only
from tagger.records import Framework
from tagger.seen import Matrix
from tagger.steps.answers import Answers
from tagger.steps.workplace import Rows

Floats = NDArray[np.float64]


def gates(framework: Framework, answers: Answers, ours: Floats, vectors: Matrix, encoder: Encoder) -> Rows:
    """
    Return the state of each value in each dataset by each kind of reading, as rows of `gate_columns`.

    Their id of what was learned is left to the caller.

    Args:
        ours: (excerpts, values), probabilities, each by what was learned without the excerpt's own transcript.
        vectors: (excerpts, deep_dimension), of the excerpts.
    """
    excerpts = answers.excerpts
    baselines = {
        "reading in any order": np.zeros_like(ours),
        "going by its name": name_only(vectors[:, : encoder.dimension], framework, encoder.encode),
        "looking for its words": keyword(excerpts["text"].tolist(), framework),
    }
    said = {"blind": answers.drawn, "independent": answers.elsewhere}
    passages = (excerpts["current"] & (excerpts["kind"] == "passage")).to_numpy(bool)
    found: Rows = []
    for dataset in sorted(excerpts["dataset"].unique()):
        here = passages & (excerpts["dataset"] == dataset).to_numpy(bool)
        transcripts = excerpts.loc[here, "transcript"].tolist()
        for column, value in enumerate(framework.values):
            simple = {name: scores[here, column] for name, scores in baselines.items()}
            for source, labels in said.items():
                made = gate(labels[here, column], ours[here, column], simple, transcripts)
                found.append({"dataset": dataset, "value_id": value.id, "source": source, **_row(asdict(made))})
    return found


def silent(rows: Rows, dataset: str) -> set[str]:
    """Return the values that are silent in a dataset by such rows, as the view `gates` has it."""
    decisive: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row["state"] == "untested", row["source"])):
        if row["dataset"] == dataset:
            decisive.setdefault(row["value_id"], row["state"])
    return {value_id for value_id, state in decisive.items() if state == "silent"}


def _row(made: dict[str, Any]) -> dict[str, Any]:
    return {key: float(one) if isinstance(one, np.floating) else one for key, one in made.items()}
