"""What a notebook needs: a study's tables as DataFrames, and the scores of any texts with any framework."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tagger import frameworks
from tagger.config import load_settings
from tagger.embeddings import Encoder, EncodesTexts, able_encoder, load_encoder
from tagger.records import Framework
from tagger.report.document import SEED, Number
from tagger.seen import corpus_of, see
from tagger.store import Store
from tagger.suggestions import phrases_of, scores

_VIEWS = {
    "suggestions": 'SELECT * FROM suggestion_list ORDER BY dataset, transcript, start, "end", rank',
    "excerpts": (
        'SELECT excerpt_id AS id, dataset, transcript, participant, standing, kind, start, "end", text '
        'FROM excerpt_list ORDER BY dataset, transcript, start, "end"'
    ),
    "codings": 'SELECT * FROM coding_list ORDER BY dataset, transcript, start, "end", coder, value_id',
}


@dataclass(frozen=True)
class Agreement:
    """
    The report on agreement as tables.

    Args:
        summary: its first screen, one row a value.
        numbers: every number, with estimator, n, transcripts, interval, and the reason where something is missing.
        reliability: one row a passage and value of a source, with each reader's answer and the model's.
        disagreements: where people, or people and the model, differ.
    """

    summary: pd.DataFrame
    numbers: pd.DataFrame
    reliability: pd.DataFrame
    disagreements: pd.DataFrame


class Study:
    """A study folder, read through its named views; each call opens the database for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = Store(folder)

    def suggestions(self) -> pd.DataFrame:
        """Return the view `suggestion_list`: the current suggestions, one row each."""
        return self._frame("suggestions")

    def excerpts(self) -> pd.DataFrame:
        """Return the current excerpts: id, dataset, transcript, participant, standing, kind, start, end, text."""
        return self._frame("excerpts")

    def codings(self) -> pd.DataFrame:
        """Return the view `coding_list`: who held which excerpt to show what, one row per answer, kinds kept apart."""
        return self._frame("codings")

    def agreement(self, dataset: str = "", source: str = "", seed: int = SEED) -> Agreement:
        """
        Return the numbers of the report on agreement, as `tagger agreement` writes them.

        Args:
            dataset: one dataset alone; empty for all of them.
            source: "blind", "independent" or "audit", whose numbers alone are returned; empty for all three, which are
                never added together.
            seed: of the random numbers.

        Raises:
            UsageError: there is no such dataset; or readings of this source, such as "assisted", must not be compared.
        """
        from tagger.report.evidence import check_comparable
        from tagger.steps.agreement import measure

        if source:
            check_comparable(source)
        report = measure(self._folder, dataset, seed)
        numbers = pd.DataFrame([asdict(number) for number in report.numbers])
        matrix = pd.DataFrame(list(report.matrix.rows), columns=list(report.matrix.head))
        if source:
            numbers, matrix = numbers[numbers["source"] == source], matrix[matrix["source"] == source]
        summary = [
            {"value": row.value, **_columns("people", row.people), **_columns("model", row.model)}
            | {"enough": row.enough, "words": row.words}
            for row in report.summary
        ]
        return Agreement(
            pd.DataFrame(summary),
            numbers.reset_index(drop=True),
            matrix.reset_index(drop=True),
            pd.DataFrame(list(report.disagreements.rows), columns=list(report.disagreements.head)),
        )

    def _frame(self, view: str) -> pd.DataFrame:
        with self._store.session("a notebook") as database:
            frame: pd.DataFrame = database.table(_VIEWS[view]).to_pandas()
        return frame


def _columns(name: str, number: Number | None) -> dict[str, object]:
    """Return a number with all that it takes to read it, as columns."""
    made = number or Number(0, "", "", "", "", None, reason="nobody was compared")
    return {
        name: made.estimate,
        f"{name}_low": made.low,
        f"{name}_high": made.high,
        f"{name}_n": made.n,
        f"{name}_transcripts": made.transcripts,
        f"{name}_reason": made.reason,
    }


def open_study(path: str | Path) -> Study:
    """
    Open the study in the folder *path*.

    Raises:
        SettingsError: it is not a study folder.
    """
    folder = Path(path)
    load_settings(folder)
    return Study(folder)


def load_framework(name_or_path: str | Path) -> Framework:
    """Load a framework by the name of a shipped one, or by the path of its file."""
    return frameworks.load_framework(name_or_path)


def score_texts(
    texts: Sequence[str], framework: Framework | str | Path, encoder: Encoder | EncodesTexts | None = None
) -> NDArray[np.float64]:
    """
    Score each text with each value by similarity to the value's phrases.

    Args:
        framework: a framework, or the name or path of one.
        encoder: None for the default one; or anything that encodes texts.

    Returns:
        Scores, shape (n_texts, n_values), values in the framework's order. They rank texts within a value and values
        within a text; they are not probabilities, and they depend on the other texts of the call, whose mean is
        taken away before comparing.
    """
    values = framework if isinstance(framework, Framework) else load_framework(framework)
    able = able_encoder(encoder or load_encoder())
    seen = see(texts, able)
    return scores(seen, phrases_of(values, able.encode), corpus_of([seen], able.deep_dimension))
