"""What `quality.py` compares: the project's learner, and simpler ways to score texts that it has to be better than."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from quality_sets import Floats, LabelledSet, Rows
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import tagger
from tagger.embeddings import Encoder
from tagger.learning import baselines
from tagger.records import Span
from tagger.seen import see

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Remembering:
    """
    An encoder that makes the vectors of each text and its sentences once, and none that it is given.

    Args:
        known: of each text its deep vector and the plain ones of its sentences.
    """

    encoder: Encoder
    known: dict[str, tuple[Vectors, Vectors]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the encoder's name."""
        return self.encoder.name

    @property
    def revision(self) -> str:
        """Return the encoder's revision."""
        return self.encoder.revision

    @property
    def weights_sha256(self) -> str:
        """Return the hash of the encoder's weights."""
        return self.encoder.weights_sha256

    @property
    def dimension(self) -> int:
        """Return the length of its vectors."""
        return self.encoder.dimension

    @property
    def deep_dimension(self) -> int:
        """Return the length of its deep vectors."""
        return self.encoder.deep_dimension

    @property
    def max_tokens(self) -> int:
        """Return how many tokens it reads: any number, since `see` has parted what is too long."""
        return sys.maxsize

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dimension)."""
        return self.encode_deep(texts)[:, : self.dimension]

    def encode_deep(self, texts: Sequence[str]) -> Vectors:
        """Return deep vectors, shape (n, deep_dimension)."""
        return self.encode_with_sentences(texts, [()] * len(texts))[0]

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return deep vectors of texts and plain ones of all their sentences, which the spans are taken to be."""
        new = list(dict.fromkeys(text for text in texts if text not in self.known))
        made = see(new, self.encoder)
        own = np.split(made.sentences, made.bounds[1:-1])
        self.known.update(zip(new, zip(made.vectors, own, strict=False), strict=True))
        known = [self.known[text] for text in texts]
        deep = np.array([vector for vector, _ in known], dtype=np.float32).reshape(-1, self.deep_dimension)
        return deep, [sentences for _, sentences in known]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text."""
        return self.encoder.count_tokens(texts)


@dataclass(frozen=True)
class Learner:
    """
    A way to score texts.

    Args:
        scores: given a set, the rows whose labels may be seen, other rows and an encoder, returns the scores of these,
            (rows, k).
        untaught: whether it can do without labels.
        learns: whether labels matter to it.
        probabilities: whether its scores are any.
        limit: from which score on it says yes; NaN if it cannot say, or if its scores are probabilities, which can.
    """

    name: str
    scores: Callable[[LabelledSet, Rows, Rows, Encoder], Floats]
    untaught: bool = True
    learns: bool = False
    probabilities: bool = False
    limit: float = float("nan")


def label_frequency(labelled: LabelledSet, seen: Rows, wanted: Rows, _: Encoder) -> Floats:
    """Score each value by how often it was found; all alike where nobody was asked."""
    said = labelled.labels[seen]
    asked = (~np.isnan(said)).sum(axis=0)
    frequency = np.where(asked > 0, np.nansum(said, axis=0) / asked.clip(1), 0.5)
    return np.tile(frequency, (len(wanted), 1))


def keyword(labelled: LabelledSet, _: Rows, wanted: Rows, __: Encoder) -> Floats:
    """Score 1 where a word of the value's name or phrases occurs, short and empty ones left aside."""
    return baselines.keyword([labelled.texts[row] for row in wanted], labelled.framework)


def tfidf(labelled: LabelledSet, seen: Rows, wanted: Rows, _: Encoder) -> Floats:
    """Score by the TF-IDF cosine of a text and all phrases of a value, taken as one text."""
    values = [" ".join((value.name, *value.phrases)) for value in labelled.framework.values]
    texts = [labelled.texts[row] for row in wanted]
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    vectorizer.fit([*texts, *(labelled.texts[row] for row in seen), *values])
    return np.asarray((vectorizer.transform(texts) @ vectorizer.transform(values).T).toarray())


def name_only(labelled: LabelledSet, _: Rows, wanted: Rows, encoder: Encoder) -> Floats:
    """Score by the cosine of a text and the value's name."""
    vectors = encoder.encode([labelled.texts[row] for row in wanted])
    return baselines.name_only(vectors, labelled.framework, encoder.encode)


def definition_only(labelled: LabelledSet, _: Rows, wanted: Rows, encoder: Encoder) -> Floats:
    """Score by the cosine of a text and the value's definition."""
    texts = encoder.encode([labelled.texts[row] for row in wanted])
    values = encoder.encode([value.definition.text for value in labelled.framework.values])
    return np.asarray(texts @ values.T, dtype=np.float64)


def logistic_regression(labelled: LabelledSet, seen: Rows, wanted: Rows, encoder: Encoder) -> Floats:
    """Score by scikit-learn's logistic regression on vectors as it comes; without a yes or a no, by frequency."""
    found = label_frequency(labelled, seen, wanted, encoder)
    vectors = encoder.encode([labelled.texts[row] for row in (*seen, *wanted)])
    for column, said in enumerate(labelled.labels[seen].T):
        asked = np.flatnonzero(~np.isnan(said))
        if len(np.unique(said[asked])) == 2:
            model = LogisticRegression(max_iter=1000).fit(vectors[asked], said[asked])
            found[:, column] = model.predict_proba(vectors[len(seen) :])[:, 1]
    return found


def ours(labelled: LabelledSet, seen: Rows, wanted: Rows, encoder: Encoder) -> Floats:
    """Score by `tagger.fit`, which knows the texts to be scored, as a study does, and not their labels."""
    return np.asarray(fitted(labelled, seen, wanted, encoder).predict_proba([labelled.texts[row] for row in wanted]))


def fitted(labelled: LabelledSet, seen: Rows, wanted: Rows, encoder: Encoder) -> tagger.Learned:
    """Fit the project's learner to the labels of some rows, in the company of others."""
    rows = np.concatenate([seen, wanted])
    labels = labelled.labels[rows].copy()
    labels[len(seen) :] = np.nan
    texts = [labelled.texts[row] for row in rows]
    return tagger.fit(texts, labelled.framework, labels, labelled.documents[rows].tolist(), encoder)


LEARNERS = (
    Learner("label frequency", label_frequency, learns=True, probabilities=True),
    Learner("keyword", keyword, limit=0.5),
    Learner("TF-IDF cosine to phrases", tfidf),
    Learner("cosine to the name", name_only),
    Learner("cosine to the definition", definition_only),
    Learner("logistic regression", logistic_regression, untaught=False, learns=True, probabilities=True),
    Learner("**tagger.fit**", ours, learns=True, probabilities=True),
)
