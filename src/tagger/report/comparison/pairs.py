"""Which values people find in the same passages, context by context."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tagger.agreement.contexts import share_in_context
from tagger.agreement.estimates import Estimate
from tagger.report.comparison.material import Contexts
from tagger.report.comparison.samples import sample_of
from tagger.report.comparison.shares import Share
from tagger.report.document import Number, Section, Table, shown
from tagger.report.measuring import About
from tagger.wording import several

PAIRS = 6
"""The section."""
HALF = 0.5
"""The least share of a passage's readers who found both, for the passage to be counted."""

_TITLE = "Which values occur together"


@dataclass(frozen=True, slots=True)
class Together:
    """
    Two values in a context.

    Args:
        values: their names.
        read: how many passages people answered for both.
        both: in how many of these half or more of the readers found both.
        by_chance: the share of passages with both if they had nothing to do with each other; None where unknown.
        number: the share of passages with both.
    """

    values: tuple[str, str]
    context: str
    read: int
    both: int
    by_chance: float | None
    number: Number


def pairs(contexts: Contexts, found: list[Share]) -> Section:
    """Return the section on values that occur together, for the values and contexts of *found*."""
    made = [
        _together(contexts, one, other)
        for place in range(len(contexts.contexts))
        for one, other in combinations([share for share in found if share.context == place], 2)
        if one.drawn.sample is not None and other.drawn.sample is not None
    ]
    if not made:
        empty = "Not known: it takes two values for which people read an audit, or all passages of a context."
        return Section(PAIRS, _TITLE, "", empty=empty)
    met = sum(one.both > 0 for one in made)
    known = [one for one in made if one.number.estimate is not None]
    return Section(
        PAIRS,
        _TITLE,
        f"Of {several(len(made), 'pair')} of values in a context, {met} were found in one passage at least once, and "
        f"{len(known)} often enough to say how common that is.",
        "That two values are found in one passage does not mean that one leads to the other; long passages have room "
        "for more values. Of a pair that was never found together, nobody can say that it does not occur.",
        (_table(known),),
        numbers=tuple(one.number for one in made),
    )


def _together(contexts: Contexts, one: Share, other: Share) -> Together:
    drawn = sample_of(contexts, (one.value_id, other.value_id), one.context)
    found = Estimate(None, 0, n_clusters=0, reason=drawn.reason)
    read = both = 0
    if drawn.sample is not None:
        found = share_in_context(drawn.sample)
        read, both = len(drawn.sample.labels), int((np.asarray(drawn.sample.labels) >= HALF).sum())
    context = contexts.contexts[one.context].name
    number = About(PAIRS, f"{one.value_id} + {other.value_id}", drawn.source, context).number(
        "people and model", "share_in_context (both values)", found
    )
    alone, beside = one.estimate.value, other.estimate.value
    by_chance = None if alone is None or beside is None else alone * beside
    return Together((one.row.name, other.row.name), context, read, both, by_chance, number)


def _table(known: list[Together]) -> Table:
    rows = tuple(
        (
            one.context,
            " and ".join(one.values),
            f"{one.both:,} of {one.read:,}",
            shown(one.number),
            "not known" if one.by_chance is None else f"{one.by_chance:.2f}",
            str(one.number.transcripts or 0),
        )
        for one in known
    )
    return Table(
        "Values found in the same passage",
        ("Context", "Values", "Passages read with both", "Share of all", "By chance", "Participants or groups"),
        rows,
        "Passages read with both: counted as they were drawn, and an audit draws suggested ones more often. Share of "
        "all: corrected as in section 2, with its 95% interval. By chance: the product of the shares of both, which is "
        "what to expect of two values that have nothing to do with each other. comparison.csv has the other pairs, and "
        "why each has no share.",
    )
