"""Agreement of coders who cut the text themselves."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.agreement.kappas import cohen_kappa
from tagger.agreement.spans import character_counts, character_kappa, span_f1, unitizing_alpha
from tagger.errors import UsageError

# Krippendorff (2004), Content Analysis, 2nd ed., p. 254: two observers, categories c and k, a text from 150 to 450.
WORKED = [
    ("i", 225, 70, "c"),
    ("i", 370, 30, "c"),
    ("j", 220, 80, "c"),
    ("j", 355, 20, "c"),
    ("j", 400, 20, "c"),
    ("i", 180, 60, "k"),
    ("i", 300, 50, "k"),
    ("j", 180, 60, "k"),
    ("j", 300, 50, "k"),
]


@st.composite
def coded_texts(draw):
    """Make units of one to three raters and two categories in a text of 40 characters that begins at 7."""
    raters = draw(st.integers(2, 3))
    units = []
    for rater in range(raters):
        for category in "ab":
            borders = sorted(draw(st.sets(st.integers(7, 47), max_size=8)))
            units += [(rater, a, b - a, category) for a, b in zip(borders[::2], borders[1::2], strict=False)]
    return units, raters


def sections(units, rater, category, begin, length):
    """Cut the text into a rater's units of a category and the gaps between: (begin, length, whether a unit)."""
    found, at = [], begin
    for start, size in sorted((b, n) for r, b, n, c in units if (r, c) == (rater, category)):
        found += [(at, start - at, False), (start, size, True)]
        at = start + size
    return [*found, (at, begin + length - at, False)]


def squared_difference(one, other):
    """Compare two sections as the definition says."""
    (b1, l1, unit1), (b2, l2, unit2) = one, other
    if unit1 and unit2 and -l1 < b1 - b2 < l2:
        return (b1 - b2) ** 2 + (b1 + l1 - b2 - l2) ** 2
    if unit1 and not unit2 and l2 - l1 >= b1 - b2 >= 0:
        return l1**2
    return l2**2 if unit2 and not unit1 and l1 - l2 >= b2 - b1 >= 0 else 0


def plain_alpha(units, begin, length, raters):
    """Compute alpha_U straight from its definition: sections of every rater against sections of every other."""
    observed = expected = 0.0
    for category in {unit[3] for unit in units}:
        cut = [sections(units, rater, category, begin, length) for rater in range(raters)]
        for one, other in permutations(cut, 2):
            apart = sum(squared_difference(mine, theirs) for mine in one for theirs in other)
            observed += apart / (raters * (raters - 1) * length**2)
        sizes = [size for one in cut for _, size, unit in one if unit]
        gaps = [size for one in cut for _, size, unit in one if not unit]
        chance = sum(
            (len(sizes) - 1) / 3 * (2 * n**3 - 3 * n**2 + n) + n**2 * sum(gap - n + 1 for gap in gaps if gap >= n)
            for n in sizes
        )
        whole = raters * length
        expected += 2 / length * chance / (whole * (whole - 1) - sum(n * (n - 1) for n in sizes))
    return 1 - observed / expected


def test_unitizing_alpha_of_the_published_example():
    """The example of Content Analysis, p. 254, gives the published disagreements and alphas."""
    alpha = unitizing_alpha(WORKED, 150, 300, 2)

    assert alpha.value == pytest.approx(0.8591, abs=5e-4)
    assert alpha.by_category["c"].observed == pytest.approx(0.0144, abs=5e-4)
    assert alpha.by_category["c"].expected == pytest.approx(0.0532, abs=5e-4)
    assert alpha.by_category["c"].value == pytest.approx(0.7286, abs=5e-4)
    assert alpha.by_category["k"].observed == 0
    assert alpha.by_category["k"].expected == pytest.approx(0.0490, abs=5e-4)
    assert alpha.by_category["k"].value == 1
    assert (9, ["c", "k"]) == (alpha.n_units, list(alpha.by_category))


@given(coded_texts())
def test_unitizing_alpha_is_its_definition(coded):
    """Whatever was marked, alpha is what the definition gives section by section."""
    units, raters = coded
    alpha = unitizing_alpha(units, 7, 40, raters)

    if units:
        assert plain_alpha(units, 7, 40, raters) == pytest.approx(alpha.value)
    else:
        assert alpha.value is None


@given(coded_texts(), st.randoms(use_true_random=False))
def test_unitizing_alpha_ignores_order_names_and_place(coded, random):
    """Alpha is the same for units in another order, raters under other names and a text that begins elsewhere."""
    units, raters = coded
    changed = [(f"rater {rater}", begin + 1000, size, category) for rater, begin, size, category in units]
    random.shuffle(changed)
    names = [f"rater {rater}" for rater in reversed(range(raters))]

    assert unitizing_alpha(units, 7, 40, raters).value == pytest.approx(
        unitizing_alpha(changed, 1007, 40, names).value, nan_ok=True
    )


@given(coded_texts())
def test_unitizing_alpha_of_equal_raters_is_1(coded):
    """Raters who marked the same have alpha 1."""
    mine = [unit for unit in coded[0] if unit[0] == 0]
    alpha = unitizing_alpha([*mine, *[(1, *unit[1:]) for unit in mine]], 7, 40, 2)

    assert (1 if mine else None) == alpha.value


def test_unitizing_alpha_counts_the_rater_who_marked_nothing():
    """A third rater, by number or by name, who marked nothing lowers alpha."""
    two = unitizing_alpha(WORKED, 150, 300, ["i", "j"])
    three = unitizing_alpha(WORKED, 150, 300, ["i", "j", "k"])

    assert three == unitizing_alpha(WORKED, 150, 300, 3)
    assert two.value > three.value


@pytest.mark.parametrize(
    ("units", "length", "raters", "reason"),
    [
        ([], 10, 2, "nobody marked"),
        ([("i", 0, 3, "c")], 10, 1, "one rater"),
        ([("i", 0, 1, "c"), ("j", 0, 1, "c")], 1, 2, "no choice"),
    ],
)
def test_unitizing_alpha_without_a_value_has_a_reason(units, length, raters, reason):
    """Without units, with one rater, or in a text of one character there is no alpha, and it says why."""
    alpha = unitizing_alpha(units, 0, length, raters)

    assert alpha.value is None
    assert reason in alpha.reason


@pytest.mark.parametrize(
    ("units", "raters"),
    [
        ([("i", 0, 0, "c")], 2),
        ([("i", -1, 3, "c")], 2),
        ([("i", 8, 3, "c")], 2),
        ([("i", 0.5, 3, "c")], 2),
        ([("i", 0, 3, "c"), ("i", 2, 3, "c")], 2),
        ([("i", 0, 3, "c"), ("j", 0, 3, "c"), ("k", 0, 3, "c")], 2),
        ([("i", 0, 3, "c")], ["j", "k"]),
        ([("i", 0, 3, "c")], ["i", "i"]),
    ],
)
def test_unitizing_alpha_refuses_what_is_no_unit(units, raters):
    """Units that are empty, outside, overlapping or of an unknown rater are refused."""
    with pytest.raises(UsageError):
        unitizing_alpha(units, 0, 10, raters)
    with pytest.raises(UsageError):
        unitizing_alpha([], 0, 0, 2)


def test_unitizing_alpha_takes_neighbours_and_overlaps_of_categories():
    """Units of one rater may touch, and overlap where their categories differ."""
    units = [("i", 0, 5, "a"), ("i", 5, 5, "a"), ("i", 3, 4, "b"), ("j", 0, 10, "a"), ("j", 3, 4, "b")]

    assert 0 < unitizing_alpha(units, 0, 20, 2).value < 1


def test_span_f1_of_equal_spans():
    """Only spans of equal borders and category match exactly, each with one other."""
    first = [(0, 10, "a"), (20, 30, "a"), (20, 30, "b"), (40, 50, "a"), (40, 50, "a")]
    second = [(0, 10, "a"), (20, 30, "b"), (21, 30, "a"), (40, 50, "a")]
    found = span_f1(first, second)

    assert (3, 5, 4, 9) == (found.matched, found.n_first, found.n_second, found.n_units)
    assert (6 / 9, 3 / 4, 3 / 5) == (found.value, found.precision, found.recall)


def test_span_f1_pairs_as_many_as_can_be():
    """A span that fits two is given to the one that has no other, though it fits the other better."""
    first, second = [(0, 10), (0, 6)], [(0, 9), (2, 12)]

    assert 2 == span_f1(first, second, iou=0.6).matched
    assert 1 == span_f1(first, second, iou=0.68).matched
    assert 0 == span_f1(first, second).matched


def test_span_f1_counts_the_bound_itself():
    """Two spans whose intersection over union is exactly the bound match; of different categories never."""
    assert 1 == span_f1([(0, 10, "a")], [(0, 5, "a")], iou=0.5).value
    assert 0 == span_f1([(0, 10, "a")], [(0, 5, "b")], iou=0.5).value


@given(
    *[st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.sampled_from("ab")), max_size=6)] * 2,
    st.sampled_from([None, 0.3, 0.5, 1.0]),
)
def test_span_f1_is_the_same_from_both_sides(first, second, iou):
    """Swapping the two swaps precision and recall and leaves F1 as it is, which lies between the two."""
    ones, others = [[(a, a + n, c) for a, n, c in side] for side in (first, second)]
    there, back = span_f1(ones, others, iou), span_f1(others, ones, iou)

    assert (there.value, there.precision, there.recall) == (back.value, back.recall, back.precision)
    if ones and others:
        low, high = sorted([there.precision, there.recall])
        assert low - 1e-12 <= there.value <= high + 1e-12
    assert 1 == span_f1(ones, ones, iou).value or not ones


def test_span_f1_of_nothing():
    """Two empty sets have no F1, one empty set has F1 0, and what cannot be divided is None."""
    assert (None, True) == (span_f1([], []).value, bool(span_f1([], []).reason))
    assert (0, None, 0) == (span_f1([(0, 1)], []).value, span_f1([(0, 1)], []).precision, span_f1([(0, 1)], []).recall)


@pytest.mark.parametrize(
    ("first", "second", "iou"),
    [
        ([(3, 3)], [], None),
        ([(3,)], [], None),
        ([(0, 1.5)], [], None),
        ([(0, 1)], [(0, 1, "a")], None),
        ([(0, 1)], [(0, 1)], 0),
        ([(0, 1)], [(0, 1)], 1.1),
    ],
)
def test_span_f1_refuses_what_is_no_span(first, second, iou):
    """Empty spans, a mix of spans with and without category, and an impossible bound are refused."""
    with pytest.raises(UsageError):
        span_f1(first, second, iou)


@pytest.mark.parametrize("gap", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT])
def test_missing_is_no_category_and_no_rater(gap):
    """A unit or span whose category or rater is missing is refused, and never one of a kind of its own."""
    for unit in [("i", 160, 5, gap), (gap, 160, 5, "c")]:
        with pytest.raises(UsageError, match=r"row 9: .* missing"):
            unitizing_alpha([*WORKED, unit], 150, 300, 3)
    with pytest.raises(UsageError, match="first, row 1"):
        span_f1([(0, 1, "a"), (0, 1, gap)], [(0, 1, gap)])
    with pytest.raises(UsageError, match="missing"):
        unitizing_alpha(WORKED, 150, 300, ["i", "j", gap])


@pytest.mark.parametrize(
    ("begin", "length"),
    [(150, float("nan")), (float("nan"), 300), (None, 300), (150, None), (150, 300.5), (150, "300")],
)
def test_unitizing_alpha_refuses_what_is_no_text(begin, length):
    """A continuum begins at a whole number and has a whole length; NaN never gets through to the value."""
    with pytest.raises(UsageError, match="continuum"):
        unitizing_alpha(WORKED, begin, length, 2)


@pytest.mark.parametrize("row", [("i", 160, 5), ("i", 160, 5, "c", 1), None, ("i", 160, 5, ["c"])])
def test_unitizing_alpha_says_which_row_is_no_unit(row):
    """A row of another length, or with a category that cannot be one, is named."""
    with pytest.raises(UsageError, match="units, row 9"):
        unitizing_alpha([*WORKED, row], 150, 300, 2)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "uint32", "int64", "uint64"])
def test_the_size_of_numbers_does_not_matter(kind):
    """Positions of any integer type are the same positions: distances between them neither wrap nor overflow."""
    first, second = [[0, 10], [20, 120]], [[100, 110], [21, 120]]
    found = span_f1(np.array(first, dtype=kind), np.array(second, dtype=kind), iou=0.5)

    assert (1, span_f1(first, second, iou=0.5)) == (found.matched, found)
    if kind.startswith("int"):
        assert 1 == span_f1(*[np.array([[-100, 100]], dtype=kind)] * 2, iou=0.5).value
    if kind not in ("int8", "uint8"):
        units = [(rater, *np.array([begin, size], dtype=kind), name) for rater, begin, size, name in WORKED]
        assert unitizing_alpha(WORKED, 150, 300, 2) == unitizing_alpha(units, 150, 300, 2)


def test_a_unit_beyond_the_text_is_refused_in_small_numbers_too():
    """30,000 + 20,000 is beyond the end, also where 16 bits cannot hold it."""
    begin, size = np.array([30_000, 20_000], dtype="int16")

    with pytest.raises(UsageError, match="no part of the continuum"):
        unitizing_alpha([("i", begin, size, "c")], 0, 40_000, 2)


@pytest.mark.parametrize("spans", [[None], [3], [(0, 1, ["a"])]])
def test_span_f1_says_which_row_is_no_span(spans):
    """What is no tuple, or has a category that cannot be one, is named."""
    with pytest.raises(UsageError, match="second, row 0"):
        span_f1([], spans)


STRETCHES = st.lists(st.tuples(st.integers(0, 29), st.integers(1, 12)).map(lambda one: (one[0], min(30, sum(one)))))


@given(STRETCHES, STRETCHES, st.sets(st.integers(1, 29)))
def test_characters_are_counted_as_one_by_one(first, second, inner):
    """In each part of the text, and stretches that overlap or lie over a border count each character once."""
    ends = [*sorted(inner), 30]
    expected = np.zeros((len(ends), 4), dtype=int)
    for at in range(30):
        one, other = (any(start <= at < end for start, end in spans) for spans in (first, second))
        expected[np.searchsorted(ends, at, side="right"), 2 * one + other] += 1

    np.testing.assert_array_equal(expected, character_counts(first, second, ends))


@given(STRETCHES, STRETCHES)
def test_character_kappa_is_cohens_kappa_of_the_characters(first, second):
    """Of a table with a row for each character."""
    codes = [[any(start <= at < end for start, end in spans) for spans in (first, second)] for at in range(30)]
    found, expected = character_kappa(first, second, 30), cohen_kappa(codes, categories=[False, True])

    assert 30 == found.n_units
    assert (expected.value is None) == (found.value is None)
    assert expected.value is None or found.value == pytest.approx(expected.value)
    assert bool(found.reason) == (found.value is None)


def test_text_that_nobody_marked_makes_character_kappa_higher():
    """The same two stretches of 100 characters, half of them shared: in 200 characters, and in 10,000."""
    near, far = (character_kappa([(0, 100)], [(50, 150)], length).value for length in (200, 10_000))

    assert 0 == near
    assert far == pytest.approx(0.495, abs=0.001)


@pytest.mark.parametrize(
    ("first", "ends"),
    [
        ([(0, 11)], [10]),
        ([(-1, 3)], [10]),
        ([(3, 3)], [10]),
        ([(0, 3, "trust")], [10]),
        ([], []),
        ([], [5, 5]),
        ([], [0]),
    ],
)
def test_characters_of_no_text_are_refused(first, ends):
    """A stretch outside of the text, empty or with a category, and a text without a character."""
    with pytest.raises(UsageError):
        character_counts(first, [], ends)
