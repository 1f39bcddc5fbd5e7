"""
Whether a value's suggestions earn their place: its scores against the best of some simple ways to find it.

A value is untested until people who saw no suggestion found it in enough passages, from enough transcripts. After that
it is silent only where its scores are worse than the best baseline's beyond doubt: what is in doubt is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tagger.agreement.clusters import Removable, jackknife_interval, numbered
from tagger.agreement.curves import average_precision_statistic
from tagger.agreement.detection import average_precision
from tagger.agreement.estimates import check_level
from tagger.agreement.ratings import Column, Floats
from tagger.errors import UsageError
from tagger.wording import several

State = Literal["untested", "shown", "silent"]

ENOUGH_FOUND = 10
ENOUGH_TRANSCRIPTS = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """
    Whether a value is suggested, and what that rests on.

    Args:
        state: untested (shown, and marked so), shown, or silent.
        n: how many passages have an answer.
        found: in how many of them the value was found.
        transcripts: how many transcripts those come from.
        ours: the average precision of our scores; None while the value is untested, as all below.
        baseline_name: the baseline with the highest average precision; empty while untested.
        baseline: that average precision.
        low: the lower end of the interval of ours minus that baseline.
        high: the upper end.
        reason: the state in words.
    """

    state: State
    n: int
    found: int
    transcripts: int
    ours: float | None
    baseline_name: str
    baseline: float | None
    low: float | None
    high: float | None
    reason: str


def tested(found: int, transcripts: int) -> bool:
    """Say whether people who saw no suggestion found a value in enough passages, from enough transcripts."""
    return found >= ENOUGH_FOUND and transcripts >= ENOUGH_TRANSCRIPTS


def gate(
    y: Column,
    ours: Column,
    baselines: Mapping[str, Column],
    clusters: Sequence[Hashable] | npt.NDArray[Any],
    level: float = 0.95,
) -> Gate:
    """
    Return whether a value is untested, shown or silent.

    It is silent where the interval of ours minus the best baseline, in average precision (`average_precision`: equal
    scores are read at once, so a constant stands at the share of yes), lies wholly below 0. The interval leaves out one
    transcript at a time, from both together (`jackknife_interval`).

    The best baseline is the one with the highest average precision on all passages. Being chosen on the answers that it
    is judged by favours it: where three are as good as ours, the best of them would silence a value in 5 to 6% of
    studies. So *level* is shared among the k baselines, 1 - (1 - level) / k for each (Bonferroni), and the interval
    holds at *level* whichever is chosen; a value as good as the best baseline is then silenced in 1 to 3%.

    Args:
        y: (n,), 1 or 0, what people who saw no suggestion said of passages drawn at random; None, NaN or pd.NA where
            they said nothing, and the passage does not count.
        ours: (n,), our scores, higher for a likelier yes, none of them learned from the passage's own transcript.
        baselines: by name, (n,) scores of simpler ways to find the value.
        clusters: (n,), the transcript of each passage.
        level: the nominal coverage of the interval.

    Raises:
        UsageError: columns of several lengths, a score that is no number, an answer that is none, no baseline, or a
            level that is none.
    """
    check_level(level)
    if not baselines:
        raise UsageError("there is no baseline", where="baselines", remedy="Give the scores of at least one")
    own, others = average_precision(y, ours), {name: average_precision(y, each) for name, each in baselines.items()}
    places, _ = numbered(clusters, len(y))
    answered = np.array(pd.notna(pd.Series(y, dtype=object)))
    labels, transcript = _numbers(y, answered), places[answered]
    n, found, transcripts = len(labels), int(labels.sum()), len(np.unique(transcript[labels == 1]))
    if not tested(found, transcripts) or own.value is None:
        return Gate("untested", n, found, transcripts, None, "", None, None, None, _too_few(found, transcripts))
    best, highest = max(((name, one.value or 0.0) for name, one in others.items()), key=lambda one: one[1])
    rows = np.column_stack([labels, _numbers(ours, answered), _numbers(baselines[best], answered)])
    lead = jackknife_interval(_LEAD, rows, transcript, level=1 - (1 - level) / len(baselines))
    low, high = lead.interval or (-1.0, 1.0)
    state: State = "silent" if high < 0 else "shown"
    reason = _compared(own.value, best, highest, low, high)
    return Gate(state, n, found, transcripts, own.value, best, highest, low, high, reason)


def _numbers(column: Column, answered: npt.NDArray[np.bool_]) -> Floats:
    return np.fromiter(column, dtype=object, count=len(column))[answered].astype(float)


def _lead(rows: Floats) -> float:
    ours, baseline = (_PRECISION(_ranked(rows, place)) for place in (1, 2))
    return np.nan if ours is None or baseline is None else float(ours) - float(baseline)


def _leads(rows: Floats, groups: npt.NDArray[np.int64], m: int) -> Floats:
    ours, baseline = (_PRECISION.without(_ranked(rows, place), groups, m) for place in (1, 2))
    return ours - baseline


def _ranked(rows: Floats, place: int) -> Floats:
    """Return what average precision is of, from rows of label, ours and baseline: weight, label, one of the two."""
    return np.column_stack([np.ones(len(rows)), rows[:, 0], rows[:, place]])


def _too_few(found: int, transcripts: int) -> str:
    so_far = (
        f"found in {several(found, 'passage')} of {several(transcripts, 'transcript')}" if found else "not found yet"
    )
    return f"{so_far}; it takes {ENOUGH_FOUND} of {ENOUGH_TRANSCRIPTS}"


def _compared(ours: float, name: str, baseline: float, low: float, high: float) -> str:
    verdict = "worse than" if high < 0 else "better than" if low > 0 else "not shown to be worse than"
    return f"{verdict} {name}, {ours:.2f} against {baseline:.2f}"


_PRECISION = average_precision_statistic()
_LEAD = Removable(_lead, _leads)
