"""
Fit: zero-shot scores, corrected by what people said of alike texts as far as that predicts what they say of others.

The estimate of a value in a text is a line in its zero-shot score plus a residual that alike texts share (kernel ridge
regression, which is the mean of a Gaussian process whose prior mean is the line: Rasmussen & Williams, 2006, 2.7). How
far the residual is trusted is chosen by predicting documents from other documents; not at all is among the choices, so
that a few answers do not make it worse than zero-shot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from tagger.embeddings import Encoder, load_encoder
from tagger.errors import UsageError
from tagger.frameworks import load_framework
from tagger.learning.calibration import Calibration, calibrate
from tagger.learning.likeness import Floats, count_runs, extractor, likeness
from tagger.learning.lines import lines
from tagger.learning.model import Learned
from tagger.learning.residuals import Rows, coordinates, landmarks, patterns, ridge
from tagger.records import Framework
from tagger.suggestions import corpus_mean, phrases_of, scores

Labels = Sequence[Sequence[Any]] | NDArray[Any] | pd.DataFrame

SEED = 20
FOLDS = 5
PENALTIES = (float("inf"), 32.0, 10.0, 4.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""How little the residual is trusted, from not at all; the first of equally good ones is taken."""


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
        groups: (n,), the document of each text; documents are kept whole when one part of the answers is used to
            predict the other. None: each text is a document of its own.
        encoder: None for the default one.
        seed: of the random choices of parts and landmarks.

    Raises:
        UsageError: texts, labels and groups do not fit each other or the framework, or a label is something else.
    """
    values = framework if isinstance(framework, Framework) else load_framework(framework)
    said = _checked(texts, labels, len(values.values))
    texts = list(texts)
    documents = _documents(groups, len(said))
    encoder = encoder or load_encoder()
    phrases = phrases_of(values, encoder.encode)
    vectors, runs = encoder.encode(texts), count_runs(texts)
    centre = corpus_mean([vectors], encoder.dimension)
    extract = extractor(runs, centre)
    zero_shot = scores(vectors, phrases, centre)
    scale = (round(float(zero_shot.std()), 9) if len(texts) else 0.0) or 1.0

    # Sorted, so that nothing that is drawn at random depends on the order in which texts are given.
    answered = np.array(sorted(np.flatnonzero(~np.isnan(said).all(axis=1)), key=texts.__getitem__), dtype=np.intp)
    documents = pd.factorize(documents[answered])[0]
    kept = landmarks(len(answered), seed)
    seen = extract.features(runs[answered], vectors[answered])
    x, y = zero_shot[answered] / scale, said[answered]
    alike = likeness(seen, seen.rows(kept))
    turned = coordinates(alike[kept])
    features = alike @ turned
    folds = list(_folds(documents, seed))
    unseen = _unseen(x, y, features, folds)
    best = _best(unseen, y)
    fitted = lines(x, y)
    weights = turned @ _weights(features, y - fitted.at(x), y, PENALTIES[best])
    moved = calibrate(unseen[best], y) if folds else _as_they_are(len(values.values))
    card = _card(values, y, documents) | {"penalty": str(PENALTIES[best]), "seed": seed}
    return Learned(values, encoder, phrases, extract, scale, fitted, seen.rows(kept), weights, moved, card)


def _card(framework: Framework, labels: Floats, documents: NDArray[Any]) -> dict[str, Any]:
    """Say what it was learned from."""
    return {
        "answers": int((~np.isnan(labels)).sum()),
        "texts": len(labels),
        "documents": len(set(documents.tolist())),
        "values": [
            {"id": value.id, "yes": int(np.nansum(column)), "answers": int((~np.isnan(column)).sum())}
            for value, column in zip(framework.values, labels.T, strict=True)
        ],
    }


def _unseen(x: Floats, y: Floats, features: Floats, folds: Sequence[tuple[Rows, Rows]]) -> Floats:
    """Return estimates, (penalties, n, k), each of a text from the documents that it is not of; 0 where not asked."""
    found = np.zeros((len(PENALTIES), *y.shape))
    fitted = [lines(x[seen], y[seen]) for seen, _ in folds]
    for columns, rows in patterns(y):
        own = features[rows]
        products = own.T @ own
        for (_, unseen), line in zip(folds, fitted, strict=True):
            away = np.isin(rows, unseen)
            expected = line.at(x[rows])[:, columns]
            sums = own[~away].T @ (y[np.ix_(rows, columns)] - expected)[~away]
            weights = ridge(products - own[away].T @ own[away], sums, PENALTIES)
            found[:, rows[away][:, None], columns] = expected[away] + own[away] @ weights
    return found


def _weights(features: Floats, left: Floats, labels: Floats, penalty: float) -> Floats:
    """Return the weights, (r, k), with which features explain what is left of the labels."""
    found = np.zeros((features.shape[1], labels.shape[1]))
    for columns, rows in patterns(labels):
        own = features[rows]
        found[:, columns] = ridge(own.T @ own, own.T @ left[np.ix_(rows, columns)], [penalty])[0]
    return found


def _best(unseen: Floats, labels: Floats) -> int:
    """Return the place of the penalty whose estimates of unseen texts miss least."""
    missed = [np.nanmean((labels - one) ** 2) if labels.size else 0.0 for one in unseen]
    return int(np.argmin(np.round(missed, 9)))


def _folds(documents: NDArray[Any], seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Part the rows by their documents; none where there are fewer than two."""
    parts = min(FOLDS, len(set(documents.tolist())))
    if parts > 1:
        yield from GroupKFold(parts, shuffle=True, random_state=seed).split(documents, groups=documents)


def _as_they_are(values: int) -> Calibration:
    return Calibration(np.zeros(values), np.zeros(values))


def _documents(groups: Sequence[Any] | None, rows: int) -> NDArray[Any]:
    if groups is None:
        return np.arange(rows)
    if len(groups) != rows:
        raise UsageError(f"there are {len(groups)} groups for {rows} texts", remedy="Give each text one")
    return pd.factorize(pd.Series(list(groups), dtype=object), use_na_sentinel=False)[0]


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
