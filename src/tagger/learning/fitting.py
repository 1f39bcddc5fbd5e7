"""
Fit: zero-shot scores, corrected by what people said of alike texts as far as that predicts what they say of others.

The estimate of a value in a text is a line in its zero-shot score plus a residual that alike texts share (kernel ridge
regression, which is the mean of a Gaussian process whose prior mean is the line: Rasmussen & Williams, 2006, 2.7). How
far the residual is trusted is chosen by predicting documents from other documents; not at all is among the choices, so
that a few answers do not make it worse than zero-shot.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from tagger.embeddings import Encoder, load_encoder
from tagger.errors import UsageError
from tagger.frameworks import load_framework
from tagger.learning.calibration import calibrate
from tagger.learning.cross_fitting import cross_fit
from tagger.learning.documents import documents
from tagger.learning.likeness import Floats, features, likeness
from tagger.learning.model import Learned
from tagger.learning.residuals import Rows, landmarks
from tagger.records import Framework
from tagger.seen import Seen, corpus_of, see
from tagger.suggestions import phrases_of, scores

Labels = Sequence[Sequence[Any]] | NDArray[Any] | pd.DataFrame

SEED = 20
FOLDS = 5


def fit(
    texts: Sequence[str],
    framework: Framework | str | Path,
    labels: Labels,
    groups: Sequence[Any] | None = None,
    encoder: Encoder | None = None,
    seed: int = SEED,
) -> Learned:
    """
    Learn from what people held texts to show.

    Args:
        texts: answered ones, and others of the same corpus, from which it learns what is common there.
        framework: a framework, or the name or path of one.
        labels: (n, k), values in the framework's order: 1, 0, or NaN (None, pd.NA) where nobody was asked.
        groups: (n,), the document of each text, by any name; documents are kept whole when one part of the answers is
            used to predict the other. None: each text is a document of its own, and its own name.
        encoder: None for the default one.
        seed: of the random choices of parts and landmarks.

    Raises:
        UsageError: texts, labels and groups do not fit each other or the framework, or a label is something else.
    """
    values = framework if isinstance(framework, Framework) else load_framework(framework)
    encoder = encoder or load_encoder()
    said = _checked(texts, labels, len(values.values))
    return learn(texts, see(texts, encoder), values, said, groups, encoder, seed=seed)


def learn(
    texts: Sequence[str],
    seen: Seen,
    framework: Framework,
    labels: Labels,
    groups: Sequence[Any] | None,
    encoder: Encoder,
    calibrating: NDArray[np.bool_] | None = None,
    seed: int = SEED,
) -> Learned:
    """
    Do the same for texts that are encoded.

    Args:
        seen: the texts, encoded.
        calibrating: (n,), the texts from whose answers it learns how far to believe itself; the others only teach.
            None: all.

    Raises:
        UsageError: as `fit`.
    """
    said = _checked(texts, labels, len(framework.values))
    texts, names = list(texts), _names(texts, groups)
    trusted = np.ones(len(texts), dtype=bool) if calibrating is None else np.asarray(calibrating, dtype=bool)
    phrases, corpus = phrases_of(framework, encoder.encode), corpus_of([seen], encoder.deep_dimension)
    zero_shot = scores(seen, phrases, corpus)
    scale = (round(float(zero_shot.std()), 9) if len(texts) else 0.0) or 1.0

    # Sorted, so that nothing that is drawn at random depends on the order in which texts are given.
    answered = np.array(sorted(np.flatnonzero(~np.isnan(said).all(axis=1)), key=texts.__getitem__), dtype=np.intp)
    names = [names[row] for row in answered]
    x, y, parts = zero_shot[answered] / scale, said[answered], _parts(names, seed)
    known, kept = features(seen, corpus, encoder.dimension).rows(answered), landmarks(len(answered), seed)
    alike = likeness(known, known.rows(kept))
    taught = cross_fit(x, y, parts, alike, alike[kept])
    # What was learned from one document alone has predicted no other.
    telling = trusted[answered] & (len(set(names)) > 1)
    return Learned(
        framework,
        encoder,
        phrases,
        corpus,
        scale,
        taught.lines,
        known.rows(kept),
        taught.weights,
        calibrate(taught.unseen[telling], y[telling]),
        documents(names, parts),
        _card(framework, y, names) | {"penalty": str(taught.penalty), "seed": seed},
    )


def _card(framework: Framework, labels: Floats, names: Sequence[str]) -> dict[str, Any]:
    """Say what it was learned from."""
    return {
        "answers": int((~np.isnan(labels)).sum()),
        "texts": len(labels),
        "documents": len(set(names)),
        "values": [
            {"id": value.id, "yes": int(np.nansum(column)), "answers": int((~np.isnan(column)).sum())}
            for value, column in zip(framework.values, labels.T, strict=True)
        ],
    }


def _parts(names: Sequence[str], seed: int) -> Rows:
    """Part texts by their documents, (n,), from 1; one document is a part by itself."""
    documents = pd.factorize(np.array(names, dtype=object))[0]
    folds = min(FOLDS, len(set(names)))
    parts = np.ones(len(names), dtype=np.intp)
    if folds > 1:
        split = GroupKFold(folds, shuffle=True, random_state=seed).split(documents, groups=documents)
        for part, (_, unseen) in enumerate(split, start=1):
            parts[unseen] = part
    return parts


def _names(texts: Sequence[str], groups: Sequence[Any] | None) -> list[str]:
    """Return the name of each text's document; what reads the same is the same."""
    if groups is not None and len(groups) != len(texts):
        raise UsageError(f"there are {len(groups)} groups for {len(texts)} texts", remedy="Give each text one")
    return [str(name) for name in (texts if groups is None else groups)]


def _checked(texts: Sequence[str], labels: Labels, values: int) -> Floats:
    if isinstance(texts, str):
        raise UsageError("the texts are one text", remedy="Give a list of texts")
    try:
        table = pd.DataFrame(np.asarray(labels, dtype=object))
        said = table.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the labels are not a table of numbers ({error})", remedy="Use 1, 0 and NaN") from error
    if said.shape != (len(texts), values):
        raise UsageError(
            f"the labels are {said.shape[0]} x {said.shape[1]}, and there are {len(texts)} texts and {values} values",
            remedy="Give a row for each text and a column for each value, in the framework's order",
        )
    wrong = ~(np.isnan(said) | (said == 0) | (said == 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise UsageError(
            f"a label is {said[row, column]:g}", where=f"row {row + 1}, column {column + 1}", remedy="Use 1, 0 and NaN"
        )
    return said
