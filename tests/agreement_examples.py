"""Published ratings that several tests of agreement use, and the forms in which people hold such tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

CONTENTS = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, None, 3, None],
]  # fmt: skip
"""Krippendorff (2011), data C, which is also Gwet's (2014) example of four raters."""

SETS = [
    [set(), set()], [{"A"}, set()], [{"A"}, {"A"}], [{"A"}, {"B"}], [{"A", "B"}, {"A"}], [{"A", "B"}, {"A", "C"}],
    [{"A", "B", "C"}, {"A", "B", "C"}], [{"C"}, {"A", "C"}], [{"C"}, {"A", "C"}],
]  # fmt: skip
"""Nine units, two raters, sets of labels: the data of DKPro Statistics' test of set annotations."""

MULTIVALUED = [
    [{"b", "d"}, {"d"}, None], [{"a", "b", "d"}, {"b"}, {"b", "d"}], [set(), {"a"}, {"a"}], [{"a"}, None, None],
]  # fmt: skip
"""Krippendorff & Craggs (2016), table 3."""

DIAGNOSES = [
    "NNNNNN", "PPPOOO", "PSSSSO", "OOOOOO", "PPPNNN", "DDSSSS", "SSSSOO", "DDSSSN", "DDNNNN", "OOOOOO",
    "DNNNNN", "DPNNNN", "PPPSSS", "DNNNNN", "PPNNNO", "SSSSSO", "DDDNOO", "DDDDDP", "PPNNNN", "DSSOOO",
    "OOOOOO", "PNNNNN", "PPNOOO", "DDNNNN", "DNNNNO", "PPPPPN", "DDDDOO", "PPNNNN", "DSSSSS", "OOOOOO",
]  # fmt: skip
"""Fleiss (1971), thirty patients and six raters: Depression, Personality disorder, Schizophrenia, Neurosis, Other."""

COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
"""Cohen (1960), p. 45: two judges, three diagnoses, counts of two hundred patients."""

STATEMENTS = [[46, 0, 0], [6, 32, 6], [0, 0, 10]]
"""Artstein & Poesio (2008), example 2: two coders, statements, requests and checks, counts of a hundred utterances."""

ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
"""Gwet (2014): two abstractors, three types of pregnancy, counts of a hundred women."""

PARADOX = [[[40, 9], [6, 45]], [[80, 10], [5, 5]]]
"""Feinstein & Cicchetti (1990): two tables of two raters' counts, yes first, of one agreement and two kappas."""


def contingency(table):
    """Write a table of two raters' counts out as ratings."""
    return [(a, b) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]


def worded(ratings):
    """Write numbers as words."""
    words = dict(enumerate(["none", "one", "two", "three", "four", "five"]))
    return [[None if cell is None else words[cell] for cell in row] for row in ratings]


def floats(ratings):
    """An array of numbers, NaN where there is none."""
    return np.array(ratings, dtype=float)


def frame(ratings):
    """A DataFrame as pandas makes it."""
    return pd.DataFrame(ratings)


def nullable(ratings):
    """Nullable integers with pd.NA."""
    return pd.DataFrame(ratings).astype("Int64")


def strings(ratings):
    """Words with pd.NA."""
    return pd.DataFrame(worded(ratings)).astype("string")


def objects(ratings):
    """Words with None."""
    return pd.DataFrame(worded(ratings), dtype=object)


def categories(ratings):
    """Categories."""
    return pd.DataFrame(worded(ratings)).astype("category")


def one_dtype(ratings):
    """One categorical type for all raters, with a category that nobody used."""
    kind = pd.CategoricalDtype(["none", "one", "two", "three", "four", "five"])
    return pd.DataFrame(worded(ratings)).astype(kind)


def with_na(ratings):
    """Objects with pd.NA, None and NaN side by side."""
    gaps = iter([pd.NA, None, float("nan")] * 99)
    return [[next(gaps) if cell is None else cell for cell in row] for row in ratings]


FORMS = [floats, frame, nullable, strings, objects, categories, one_dtype, with_na]
"""The forms in which a table of ratings with gaps may come."""
