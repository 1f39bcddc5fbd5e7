"""What a notebook needs: a study's tables as DataFrames, and the scores of any texts with any framework."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tagger import frameworks
from tagger.config import load_settings
from tagger.embeddings import Encoder, load_encoder
from tagger.records import Framework
from tagger.store import Store
from tagger.suggestions import centred_phrases, corpus_mean, phrase_index, scores

_VIEWS = {
    "suggestions": 'SELECT * FROM suggestion_list ORDER BY dataset, transcript, start, "end", rank',
    "excerpts": (
        'SELECT excerpt_id AS id, dataset, transcript, participant, standing, kind, start, "end", text '
        'FROM excerpt_list ORDER BY dataset, transcript, start, "end"'
    ),
    "codings": 'SELECT * FROM coding_list ORDER BY dataset, transcript, start, "end", coder, value_id',
}


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

    def _frame(self, view: str) -> pd.DataFrame:
        with self._store.session("a notebook") as database:
            frame: pd.DataFrame = database.table(_VIEWS[view]).to_pandas()
        return frame


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
    texts: Sequence[str], framework: Framework | str | Path, encoder: Encoder | None = None
) -> NDArray[np.float64]:
    """
    Score each text with each value by similarity to the value's phrases.

    Args:
        framework: a framework, or the name or path of one.
        encoder: None for the default one.

    Returns:
        Scores, shape (n_texts, n_values), values in the framework's order. They rank texts within a value and values
        within a text; they are not probabilities, and they depend on the other texts of the call, whose mean is
        taken away before comparing.
    """
    values = framework if isinstance(framework, Framework) else load_framework(framework)
    encoder = encoder or load_encoder()
    phrases, owner = phrase_index(values)
    vectors = encoder.encode(texts)
    centre = corpus_mean([vectors], encoder.dimension)
    return scores(vectors, centred_phrases(encoder.encode(phrases), owner, len(values.values)), centre)
