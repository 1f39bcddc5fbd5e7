"""How many transcripts and participants show a value, counted only where people read all that there is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from tagger.agreement.clusters import FEWEST
from tagger.agreement.estimates import Estimate
from tagger.agreement.proportions import clopper_pearson_interval
from tagger.report.comparison.material import Contexts
from tagger.report.comparison.samples import asked_of, said
from tagger.report.comparison.shares import Share
from tagger.report.document import Number, Section, Table, shown
from tagger.report.evidence import AUDIT, BLIND, INDEPENDENT
from tagger.report.measuring import About
from tagger.wording import several

WHOLE = 4
"""The section."""
SHOWS = 0.5
"""The least share of a passage's readers who found a value, for the passage to show it."""

_TITLE = "How many transcripts and participants show a value"
# A reading for an audit is as blind as any other: for counting transcripts it does not matter how a passage was drawn.
_UNITS = {"transcript": "transcript", "cluster": "participant or group"}
_WAYS = {"here, without suggestions": (BLIND, AUDIT), "elsewhere, independently": (INDEPENDENT,)}


@dataclass(frozen=True, slots=True)
class Counted:
    """
    How many of the transcripts and participants that were read whole show a value.

    Args:
        there: how many transcripts there are.
        way: how they were read, in words.
    """

    share: Share
    there: int
    way: str
    transcripts: Estimate
    participants: Estimate


def whole(contexts: Contexts, found: list[Share]) -> Section:
    """Return the section on transcripts and participants, for the values and contexts of *found*."""
    made = [_counted(contexts, share) for share in found if share.drawn.n]
    known = sum(one.transcripts.value is not None for one in made)
    if not known:
        empty = "No transcript was read whole, and only all of it tells whether a transcript shows a value."
        return Section(WHOLE, _TITLE, "", empty=empty)
    numbers = tuple(number for one in made for number in _numbers(contexts, one))
    return Section(
        WHOLE,
        _TITLE,
        f"For {known} of {several(len(made), 'pair')} of a value and a context, there are transcripts that were read "
        "whole.",
        "Transcripts that were read whole may have been chosen, and then the interval says nothing of the others. A "
        "long interview has more room for every value than a short one.",
        (_table(contexts, made),),
        numbers=numbers,
    )


def _counted(contexts: Contexts, share: Share) -> Counted:
    """Count by the way of reading in which more transcripts were read whole."""
    ids = (share.value_id,)
    here = asked_of(contexts.evidence, ids)[0] & contexts.passages_of(share.context)
    passages = contexts.evidence.passages.loc[here, ["transcript", "cluster"]]
    counted = []
    for way, sources in _WAYS.items():
        shares = said(contexts.evidence, sources, ids).reindex(passages.index)
        read = passages.assign(read=shares.notna(), shows=shares >= SHOWS)
        estimates = (_of(read, name, f"no {word} was read whole") for name, word in _UNITS.items())
        counted.append(Counted(share, passages["transcript"].nunique(), way, *estimates))
    return max(counted, key=lambda one: one.transcripts.n_units)


def _of(read: pd.DataFrame, unit: str, nothing: str) -> Estimate:
    """Return the share of the units read whole that show the value; participants alone have an interval."""
    units = read.groupby(unit)[["read", "shows"]].agg({"read": "all", "shows": "any"})
    clusters = read.loc[read[unit].isin(units.index[units["read"]]), "cluster"].nunique()
    known = units.loc[units["read"], "shows"]
    if known.empty:
        return Estimate(None, 0, n_clusters=0, reason=nothing)
    found = replace(clopper_pearson_interval(int(known.sum()), len(known)), n_clusters=clusters)
    if unit != "cluster":
        return found.without_interval("no interval: transcripts of one participant are alike")
    if len(known) < FEWEST:
        return found.without_interval(f"no interval: it takes {FEWEST} participants or groups that were read whole")
    return found


def _numbers(contexts: Contexts, one: Counted) -> tuple[Number, Number]:
    about = About(WHOLE, one.share.value_id, "", contexts.contexts[one.share.context].name)
    return (
        about.number("people", "share of transcripts", one.transcripts),
        about.number("people", "clopper_pearson_interval (participants or groups)", one.participants),
    )


def _table(contexts: Contexts, made: list[Counted]) -> Table:
    rows = []
    for one in made:
        _, people = _numbers(contexts, one)
        rows.append((
            one.share.row.name,
            contexts.contexts[one.share.context].name,
            _counts(one.transcripts),
            _counts(one.participants),
            shown(people),
            f"{one.transcripts.n_units} of {one.there}",
            one.way if one.transcripts.n_units else "",
        ))  # fmt: skip
    return Table(
        "Transcripts and participants that show a value, of those that were read whole",
        ("Value", "Context", "Transcripts", "Participants or groups", "Share of these", "Read whole", "Read"),
        tuple(rows),
        "A transcript shows a value if half or more of those who read one of its passages found it there. Read whole: "
        "somebody answered for the value on every passage. A group in one recording counts once. 95% intervals in "
        "brackets.",
    )


def _counts(found: Estimate) -> str:
    return "not known" if found.value is None else f"{round(found.value * found.n_units)} of {found.n_units}"
