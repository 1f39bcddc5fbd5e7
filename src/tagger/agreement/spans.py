"""
Agreement on where something is, and not only on what it is: coders who cut the text themselves.

Fixed excerpts need none of this. Positions are integers and stretches are half-open, as in `text[start:end]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from tagger.agreement.estimates import Estimate
from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

Unit = tuple[Hashable, int, int, Hashable]
Span = tuple[int, int] | tuple[int, int, Hashable]
Counts = npt.NDArray[np.int64]

NO_UNITS = "nobody marked a unit"
ONE_RATER = "one rater agrees with nobody"
NO_CHANCE = "by chance alone agreement would be certain: the text leaves no choice"
NO_SPANS = "neither marked a span, so there is nothing to find"


@dataclass(frozen=True, slots=True)
class UnitizingAlpha:
    """
    Alpha of all categories together, and of each alone; where it is None, `reason` says why.

    Args:
        n_units: how many units were marked, by all raters.
        observed: the disagreement, summed over the categories.
        expected: the same by chance.
    """

    value: float | None
    n_units: int
    observed: float | None
    expected: float | None
    by_category: Mapping[Hashable, Estimate]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SpanF1:
    """
    F1 of two sets of spans, 2 * matched / (n_first + n_second); where it is None, `reason` says why.

    Precision is matched / n_second and recall matched / n_first, each None where there are no such spans.
    """

    value: float | None
    precision: float | None
    recall: float | None
    matched: int
    n_first: int
    n_second: int
    reason: str = ""

    @property
    def n_units(self) -> int:
        """Return how many spans there are in all."""
        return self.n_first + self.n_second


def unitizing_alpha(units: Iterable[Unit], begin: int, length: int, raters: int | Sequence[Hashable]) -> UnitizingAlpha:
    """
    Return Krippendorff's alpha_U of 2004 (*Content Analysis*, 2nd ed., 251-256), 1 - D_o / D_e.

    The forms of 1995 and of 2016 (u-alpha, cu-alpha) give other numbers for the same units: name the form with the
    value. Of a category, two units that overlap differ by the squares of the distances between their begins and their
    ends; a unit that lies in the other rater's gap differs by the square of its length. D_o and D_e of all categories
    together are sums over the categories.

    Args:
        units: (rater, begin, length, category) each, from begin up to and without begin + length.
        begin: where the continuum, the text that all raters went through, begins.
        length: how long it is.
        raters: how many there are, or their names; one who marked nothing counts.

    Raises:
        UsageError: a unit is outside the continuum, empty, without a rater or category, or overlaps with another of
            both.
    """
    if not _whole(begin, length) or length < 1:
        what = f"a continuum from {begin} of length {length} holds nothing"
        raise UsageError(what, where="length", remedy="Give the text's, in whole numbers")
    begin, length = int(begin), int(length)
    rows = _units(units, begin, begin + length)
    place_of = _raters([rater for rater, *_ in rows], raters)
    by_category = _by_category(rows, place_of)
    if len(place_of) < 2 or not rows:
        return UnitizingAlpha(None, len(rows), None, None, {}, NO_UNITS if len(place_of) > 1 else ONE_RATER)
    found = {category: _alpha(by_rater, begin, length) for category, by_rater in by_category.items()}
    observed = sum(one.observed or 0.0 for one in found.values())
    expected = sum(one.expected or 0.0 for one in found.values())
    if expected == 0:
        return UnitizingAlpha(None, len(rows), observed, expected, found, NO_CHANCE)
    return UnitizingAlpha(1 - observed / expected, len(rows), observed, expected, found)


def span_f1(first: Iterable[Span], second: Iterable[Span], iou: float | None = None) -> SpanF1:
    """
    Return F1 of two coders' spans, or of a coder's and a model's.

    Text that neither marked has no natural number of units, so no kappa can be had, and F1 is what kappa tends to as
    they grow many (Hripcsak & Rothschild 2005, *JAMIA* 12, 296-298). Spans of several transcripts need the transcript
    in their category, such as (transcript, value).

    Args:
        first: (start, end) or (start, end, category) each; spans may overlap.
        second: the same.
        iou: None for equal spans; else the least intersection over union of two spans of one category that match.
            Pairs are one to one, and so chosen that as many match as can.

    Raises:
        UsageError: a span is empty, its category is missing, some spans have a category and others none, or *iou* is
            not above 0 and at most 1.
    """
    if iou is not None and not 0 < iou <= 1:
        raise UsageError(f"{iou} is no intersection over union", where="iou", remedy="Choose one above 0, up to 1")
    ones, others = _spans(first, "first"), _spans(second, "second")
    if len({len(span) for span in (*ones, *others)}) > 1:
        raise UsageError("some spans have a category, others none", where="second", remedy="Give all one, or none")
    matched = (Counter(ones) & Counter(others)).total() if iou is None else _most_pairs(ones, others, iou)
    if not ones and not others:
        return SpanF1(None, None, None, 0, 0, 0, NO_SPANS)
    return SpanF1(
        value=2 * matched / (len(ones) + len(others)),
        precision=matched / len(others) if others else None,
        recall=matched / len(ones) if ones else None,
        matched=matched,
        n_first=len(ones),
        n_second=len(others),
    )


def character_kappa(first: Iterable[Span], second: Iterable[Span], length: int) -> Estimate:
    """
    Return Cohen's kappa of two coders over the characters of a text: did each mark it, or not?

    It is what some programs print for stretches of text. The text that neither marked makes it higher, a long stretch
    counts for more than a short one, and characters are no independent units: read it as a check beside the agreement
    on passages, and never instead. `n_units` counts characters. Arguments are those of `character_counts`.

    Args:
        length: how long the text is.
    """
    (cells,) = character_counts(first, second, [length]).tolist()
    neither, second_alone, first_alone, both = cells
    n, ones, others = sum(cells), first_alone + both, second_alone + both
    if not ones and not others:
        return Estimate(None, n, reason=NO_UNITS)
    observed, expected = (neither + both) / n, (ones * others + (n - ones) * (n - others)) / n**2
    if expected == 1:
        return Estimate(None, n, observed=observed, expected=expected, reason=NO_CHANCE)
    return Estimate((observed - expected) / (1 - expected), n, observed=observed, expected=expected)


def character_counts(first: Iterable[Span], second: Iterable[Span], ends: Sequence[int]) -> Counts:
    """
    Return (parts, 4): how many characters of each part neither marked, the second alone, the first alone, and both.

    Args:
        first: (start, end) each, what the first coder marked; stretches may overlap.
        second: the same of the second coder.
        ends: where each part of the text ends, in their order, such as those of transcripts one behind the other; the
            first part begins at 0.

    Raises:
        UsageError: a stretch is empty, has a category or lies outside of the text, or the parts hold nothing.
    """
    borders = np.array([0, *ends], dtype=np.int64)
    if len(borders) < 2 or (np.diff(borders) < 1).any():
        raise UsageError(
            "a part of the text holds nothing", where="ends", remedy="Give the end of each, in their order"
        )
    ones, others = (_stretches(one, name, int(borders[-1])) for one, name in ((first, "first"), (second, "second")))
    size, by_first, by_second = np.diff(borders), _marked(ones, borders), _marked(others, borders)
    by_any = _marked(np.concatenate([ones, others]), borders)
    return np.stack([size - by_any, by_any - by_first, by_any - by_second, by_first + by_second - by_any], axis=1)


def _stretches(given: Iterable[Span], where: str, length: int) -> Counts:
    found = _spans(given, where)
    for at, span in enumerate(found):
        if len(span) > 2 or span[0] < 0 or span[1] > length:
            what = f"{span!r} has a category, or is no part of the text from 0 to {length}"
            raise UsageError(what, where=f"{where}, row {at}", remedy="Give start and end, of one value at a time")
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _marked(stretches: Counts, borders: Counts) -> Counts:
    """Return (parts,): how many characters between two borders lie in a stretch, in one or in several."""
    start, end = stretches[np.argsort(stretches[:, 0], kind="stable")].T
    reach = np.maximum.accumulate(end)
    # What a stretch adds begins where those before it have ended.
    start = np.maximum(start, np.append(0, reach[:-1])[: len(start)])
    begun = np.searchsorted(start, borders, side="left")
    up_to = np.append(0, np.cumsum(np.maximum(reach - start, 0)))[begun]
    beyond = np.maximum(np.append(0, reach)[begun] - borders, 0)
    return np.asarray(np.diff(up_to - beyond))


def _raters(marked: Iterable[Hashable], raters: int | Sequence[Hashable]) -> dict[Hashable, int]:
    """Return the place of each rater; those who marked nothing and whose name is not known get one that nobody has."""
    if isinstance(raters, int | np.integer):
        known = list(dict.fromkeys(marked))[:raters]
        raters = [*known, *(object() for _ in range(int(raters) - len(known)))]
    if not all(map(_named, raters)):
        raise UsageError("a rater's name is missing, or no name", where="raters", remedy="Name all, or say how many")
    place_of = {name: place for place, name in enumerate(raters)}
    if len(place_of) != len(raters):
        raise UsageError("a rater is named twice", where="raters", remedy="Name each once")
    for name in marked:
        if name not in place_of:
            remedy = "Name all raters, or say how many there are"
            raise UsageError(f"{name!r} is a rater too many", where="units", remedy=remedy)
    return place_of


def _units(units: Iterable[Unit], begin: int, end: int) -> list[Unit]:
    """Return the units, checked; positions as Python's integers, which neither wrap nor overflow."""
    rows: list[Unit] = []
    for at, row in enumerate(units):
        where = f"units, row {at}"
        try:
            rater, start, size, category = row
        except (TypeError, ValueError):
            remedy = "Give rater, begin, length and category"
            raise UsageError(f"{row!r} is no unit", where=where, remedy=remedy) from None
        if not _named(rater) or not _named(category):
            remedy = "Name both, or leave the unit out"
            raise UsageError("its rater or category is missing, or no name", where=where, remedy=remedy)
        if not _whole(start, size) or size < 1 or start < begin or int(start) + int(size) > end:
            raise UsageError(
                f"a unit from {start} of length {size} is no part of the continuum from {begin} to {end}",
                where=where,
                remedy="Give its begin and its length, at least 1, as whole numbers",
            )
        rows.append((rater, int(start), int(size), category))
    return rows


def _by_category(rows: Sequence[Unit], place_of: Mapping[Hashable, int]) -> dict[Hashable, list[Floats]]:
    """Return of each category and rater (k, 2): the units' begins and ends, in the order of the text."""
    categories = sorted({category for *_, category in rows}, key=repr)
    found: dict[Hashable, list[list[tuple[int, int]]]] = {name: [[] for _ in place_of] for name in categories}
    for rater, start, size, category in rows:
        found[category][place_of[rater]].append((start, start + size))
    return {category: [_apart(one, category) for one in by_rater] for category, by_rater in found.items()}


def _apart(units: Sequence[tuple[int, int]], category: Hashable) -> Floats:
    ordered = np.array(sorted(units), dtype=np.float64).reshape(-1, 2)
    overlaps = ordered[1:][ordered[1:, 0] < ordered[:-1, 1]]
    if len(overlaps):
        raise UsageError(
            f"two units of one rater and category {category!r} overlap at {overlaps[0, 0]:.0f}",
            where="units",
            remedy="Merge them, or give them categories of their own",
        )
    return ordered


def _alpha(by_rater: Sequence[Floats], begin: int, length: int) -> Estimate:
    n = sum(map(len, by_rater))
    observed, expected = _observed(by_rater, length), _expected(by_rater, begin, length)
    if expected == 0:
        return Estimate(None, n, observed=observed, expected=expected, reason=NO_CHANCE)
    return Estimate(1 - observed / expected, n, observed=observed, expected=expected)


def _observed(by_rater: Sequence[Floats], length: int) -> float:
    apart, m = 0.0, len(by_rater)
    for one, other in permutations(by_rater, 2):
        first = np.searchsorted(other[:, 1], one[:, 0], side="right")
        met = np.searchsorted(other[:, 0], one[:, 1], side="left") - first
        mine = np.repeat(np.arange(len(one)), met)
        theirs = np.arange(met.sum()) - np.repeat(np.cumsum(met) - met - first, met)
        in_a_gap = one[met == 0]
        # Pairs of raters are ordered, and so a unit in a gap is met twice: as one's unit and from the other's gap.
        apart += ((one[mine] - other[theirs]) ** 2).sum() + 2 * (np.diff(in_a_gap) ** 2).sum()
    return float(apart / (m * (m - 1) * length**2))


def _expected(by_rater: Sequence[Floats], begin: int, length: int) -> float:
    lengths = np.concatenate([np.diff(one).ravel() for one in by_rater])
    gaps = np.sort(np.concatenate([_gaps(one, begin, length) for one in by_rater]))
    from_here = np.append(np.cumsum(gaps[::-1])[::-1], 0.0)
    at = np.searchsorted(gaps, lengths, side="left")
    places = from_here[at] - (len(gaps) - at) * (lengths - 1)
    overlapping = (len(lengths) - 1) / 3 * (2 * lengths**3 - 3 * lengths**2 + lengths)
    characters = len(by_rater) * length
    pairs = characters * (characters - 1) - (lengths * (lengths - 1)).sum()
    return float(2 / length * (overlapping + lengths**2 * places).sum() / pairs)


def _gaps(units: Floats, begin: int, length: int) -> Floats:
    borders = np.concatenate([[begin], units.ravel(), [begin + length]])
    return np.asarray(np.diff(borders.reshape(-1, 2)).ravel())


def _spans(spans: Iterable[Span], where: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for at, span in enumerate(spans):
        row: tuple[Any, ...] = tuple(span) if isinstance(span, Iterable) else ()
        if len(row) not in (2, 3) or not _whole(*row[:2]) or row[0] >= row[1] or not _named(row[2:]):
            remedy = "Give start, an end after it, and perhaps a category"
            raise UsageError(f"{span!r} is no span", where=f"{where}, row {at}", remedy=remedy)
        found.append((int(row[0]), int(row[1]), *row[2:]))
    return found


def _most_pairs(ones: Sequence[tuple[Any, ...]], others: Sequence[tuple[Any, ...]], iou: float) -> int:
    """Return how many spans can be paired at most, one to one, within a category and from *iou* up."""
    pairs = 0
    for category in {span[2:] for span in ones}:
        mine = np.array([span[:2] for span in ones if span[2:] == category]).reshape(-1, 2)
        theirs = np.array([span[:2] for span in others if span[2:] == category]).reshape(-1, 2)
        fits = _iou(mine, theirs) >= iou
        pairs += int(fits[scipy.optimize.linear_sum_assignment(fits, maximize=True)].sum())
    return pairs


def _iou(mine: npt.NDArray[np.int64], theirs: npt.NDArray[np.int64]) -> Floats:
    """Return (k, l): intersection over union of k and l spans."""
    shared = (np.minimum.outer(mine[:, 1], theirs[:, 1]) - np.maximum.outer(mine[:, 0], theirs[:, 0])).clip(0)
    return np.asarray(shared / (np.add.outer(np.ptp(mine, axis=1), np.ptp(theirs, axis=1)) - shared))


def _whole(*numbers: Any) -> bool:
    return all(isinstance(number, int | np.integer) and not isinstance(number, bool) for number in numbers)


def _named(name: Any) -> bool:
    """Return whether it can name a rater or a category; missing is neither, nor is a pair with a missing part."""
    if isinstance(name, tuple):
        return all(map(_named, name))
    missing = pd.api.types.is_scalar(name) and bool(pd.isna(name))
    return isinstance(name, Hashable) and not missing
