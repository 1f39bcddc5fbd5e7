"""
Values that somebody named: whose names' words occur in what was said, as in "Did you feel safe there?" for *Safety*.

An answer to such a question says less about what people bring up by themselves than the same words unasked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from tagger.records import Framework, Value

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LEAST_STEM = 4
_LONGEST_ENDING = 4


def named(texts: Sequence[str], framework: Framework, common: Collection[str] = ()) -> NDArray[np.bool_]:
    """
    Say which values each text names: a telling word of the value's name occurs in it, whatever its ending.

    Telling are the words of a name that are not *common* and that no other value uses in its name, its definition or
    what counts: "experiences" is of no help where another value speaks of "one's own experience". Scripts that put no
    spaces between words name nothing.

    Args:
        texts: what was said, shape (n,).
        framework: its k values.
        common: words of the language that say little, in small letters.

    Returns:
        Shape (n, k), in the framework's order.
    """
    said = [_words(text) for text in texts]
    vocabulary = sorted(set().union(*said))
    found = np.zeros((len(said), len(framework.values)), dtype=bool)
    for column, value in enumerate(framework.values):
        telling = telling_words(framework, value, common)
        naming = {word for word in vocabulary if any(alike(word, own) for own in telling)}
        found[:, column] = [not naming.isdisjoint(words) for words in said]
    return found


def telling_words(framework: Framework, value: Value, common: Collection[str] = ()) -> list[str]:
    """List the words of a value's name that tell it from the other values, sorted; none where it has no such word."""
    others = [other for other in framework.values if other.id != value.id]
    elsewhere = set().union(*(_words(text) for other in others for text in _meaning(other)))
    own = _words(value.name) - set(common)
    return sorted(word for word in own if not any(alike(word, other) for other in elsewhere))


def alike(one: str, other: str) -> bool:
    """
    Say whether two words differ in their endings alone: safe and safety, family and families, not common and comment.

    They begin with the same four letters or more; the shorter ending has at most a third of that number, and the longer
    one at most four letters. No list of endings is needed, so it holds in any language that inflects by endings.
    """
    if one == other:
        return True
    stem = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    shorter, longer = sorted((len(one) - stem, len(other) - stem))
    return stem >= _LEAST_STEM and 3 * shorter <= stem and longer <= _LONGEST_ENDING


def _meaning(value: Value) -> list[str]:
    return [value.name, value.definition.text, *(wording.text for wording in value.counts)]


def _words(text: str) -> set[str]:
    return {word.casefold().replace("’", "'") for word in _WORD.findall(text)}
