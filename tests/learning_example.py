"""What the tests of learning share: texts of a few words, values that are found in some of them, a small encoder."""

from __future__ import annotations

import numpy as np
from fakes import WordEncoder

import tagger

ENCODER = WordEncoder()
FRAMEWORK = tagger.framework_from_definitions(
    {
        "Dogs": ["a dog barks", "puppies and hounds"],
        "Bread": ["flour water yeast", "bread in an oven"],
        "Sea": ["waves and sand", "the tide comes in"],
    }
)
OF_VALUES = (("dog", "hounds"), ("flour", "oven"), ("waves", "tide"))
OF_NO_VALUE = ("garden", "kettle", "winter", "letter", "bridge", "candle", "pocket", "ladder", "marble", "saddle")
HIDDEN = (("garden",), ("kettle",), ("winter",))
"""Words in which people may find the values although no phrase has them."""
WORDS = (*(word for own in OF_VALUES for word in own), *OF_NO_VALUE)


def some_texts(count, seed=0, words=WORDS):
    """Make texts of six words."""
    return [" ".join(row) for row in np.random.default_rng(seed).choice(words, (count, 6))]


def speaking_of(texts, words):
    """Return labels, (n, k): whether the words of a value, one tuple each, occur in a text."""
    return np.array([[any(word in text.split() for word in own) for own in words] for text in texts], dtype=float)


def fit(texts, labels, groups=None, framework=FRAMEWORK, **options):
    """Learn with the small encoder."""
    return tagger.fit(texts, framework, labels, groups, ENCODER, **options)


def zero_shot(texts):
    """Score texts without any answer."""
    return tagger.score_texts(texts, FRAMEWORK, ENCODER)
