"""How common each value is in each context: corrected by what people found there, or why that cannot be said."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np

from tagger.agreement.contexts import share_in_context
from tagger.agreement.estimates import Estimate
from tagger.report.comparison.material import Contexts, Row, is_own
from tagger.report.comparison.samples import COMPLETE, Drawn, sample_of
from tagger.report.document import Matrix, Number, Section, Table, shown
from tagger.report.measuring import ROUGH, About
from tagger.wording import several

NOT_LISTED = "not on the list"
NOT_COMPARABLE = "not comparable"
SHARES = 2
"""The section."""

_TITLE = "How common each value is in each context"


@dataclass(frozen=True, slots=True)
class Share:
    """
    How common a value is in a context.

    Args:
        row: the value across contexts.
        context: the place of the context.
        value_id: what `Evidence` calls the value there.
        drawn: what it rests on.
        estimate: of the share of passages that people would find it in.
    """

    row: Row
    context: int
    value_id: str
    drawn: Drawn
    estimate: Estimate

    @property
    def found(self) -> int:
        """Return in how many of the passages read somebody found the value."""
        return int((np.asarray(self.drawn.sample.labels) > 0).sum()) if self.drawn.sample else 0

    def number(self, contexts: Contexts) -> Number:
        """Return it as a number of the report."""
        about = About(SHARES, self.value_id, self.drawn.source, contexts.contexts[self.context].name)
        return about.number("people and model", "share_in_context", self.estimate)


def shares_of(contexts: Contexts) -> list[Share]:
    """Return the share of each value in each context that has it on its list, in the order of rows and contexts."""
    return [_share(contexts, row, place) for row in contexts.rows for place, ids in enumerate(row.ids) if ids]


def _share(contexts: Contexts, row: Row, context: int) -> Share:
    ids = row.ids[context]
    if len(ids) > 1:
        drawn = Drawn(reason="the lists of its datasets mean several things by it")
        return Share(row, context, ids[0], drawn, Estimate(None, 0, n_clusters=0, reason=drawn.reason))
    drawn = sample_of(contexts, ids, context)
    if drawn.sample is None:
        found = Estimate(None, 0, n_clusters=0, reason=drawn.reason)
    else:
        found = share_in_context(drawn.sample)
    return Share(row, context, ids[0], drawn, found)


def shares(contexts: Contexts, found: list[Share]) -> Section:
    """Return the section on how common values are."""
    if not found:
        return Section(SHARES, _TITLE, "", empty="There are no passages yet that a value could be found in.")
    numbers = tuple(share.number(contexts) for share in found)
    made = sum(number.estimate is not None for number in numbers)
    return Section(
        SHARES,
        _TITLE,
        f"Of {several(len(numbers), 'share')}, {made} can be told: one for each value and context that has it.",
        "A share says how often people talk of a value here, as those who read would find it. It says nothing of how "
        "well anybody lives by it, and more is not better.",
        (_table(contexts, found, numbers),),
        (_map(contexts, found, numbers),),
        numbers,
        _notes(contexts, found, numbers),
    )


def _table(contexts: Contexts, found: list[Share], numbers: tuple[Number, ...]) -> Table:
    rows = []
    for share, number in zip(found, numbers, strict=True):
        drawn = share.drawn
        rows.append((
            share.row.name,
            contexts.contexts[share.context].name,
            told(number),
            f"{drawn.suggested / drawn.n:.2f}" if drawn.n else "not asked",
            f"{number.n:,} of {drawn.n:,}",
            str(number.transcripts or 0),
            ", ".join(name.removeprefix("Reader ") for name in drawn.readers) or "nobody",
        ))  # fmt: skip
    return Table(
        _TITLE,
        (
            "Value", "Context", "Share of passages", "Suggested (biased)", "Passages read", "Participants or groups",
            "Readers",
        ),
        tuple(rows),
        "95% intervals in brackets, by participants. Suggested (biased): the share of passages with the suggestion. "
        "It moves with how well the model finds the value there: it stands here to be set beside the share, and not to "
        "be compared between contexts.",
    )  # fmt: skip


def told(number: Number) -> str:
    """Write a share or a difference, and why it, or its interval, is missing."""
    words = NOT_COMPARABLE if number.estimate is None else shown(number)
    return f"{words}: {number.reason}" if number.reason else words


def _map(contexts: Contexts, found: list[Share], numbers: tuple[Number, ...]) -> Matrix:
    names = tuple(context.name for context in contexts.contexts)
    made = {(share.row, share.context): number for share, number in zip(found, numbers, strict=True)}
    cells, words = [], []
    for row in contexts.rows:
        own = [made.get((row, place)) for place in range(len(names))]
        cells.append(tuple(math.nan if one is None or one.estimate is None else one.estimate for one in own))
        words.append(tuple(_words(row, one) for one in own))
    return Matrix(
        "Shares of passages with their 95% intervals; hatched: not comparable",
        "; ".join(
            f"{row.name}: " + ", ".join(f"{name} {' '.join(cell)}" for name, cell in zip(names, line, strict=True))
            for row, line in zip(contexts.rows, words, strict=True)
        ),
        tuple(row.name for row in contexts.rows),
        names,
        tuple(cells),
        words=tuple(words),
        full=max((number.high for number in numbers if number.high is not None), default=0.0),
    )


def _words(row: Row, number: Number | None) -> tuple[str, ...]:
    if number is None:
        return (NOT_LISTED,)
    own = ("own meaning",) if not row.shared and is_own(number.value_id) else ()
    return (*(shown(number).split(" ", 1) if number.estimate is not None else (NOT_COMPARABLE,)), *own)


def _notes(contexts: Contexts, found: list[Share], numbers: tuple[Number, ...]) -> tuple[str, ...]:
    notes = [
        "A share is what is suggested in a context, corrected by what people found where they read in the same context "
        "(Egami et al. 2023), with the exact interval of as many independent passages as these are worth (Korn & "
        "Graubard 1998). So a model that is worse in one context makes nothing look rarer there.",
    ]
    if any(share.drawn.source in COMPLETE for share in found):
        notes.append("Where there was no audit and every passage was read, the share is that of the readers alone.")
    if any(number.low is not None and (number.transcripts or 0) < ROUGH for number in numbers):
        notes.append(f"An interval from fewer than {ROUGH} participants or groups is a rough one.")
    since = json.loads(contexts.evidence.facts.get("audit_since", "{}"))
    notes += [
        f"Since the audit of {dataset} was drawn, {several(count, 'passage')} came in: the numbers are about those "
        "that were there."
        for dataset, count in since.items()
    ]
    models = {context.model for context in contexts.contexts}
    if len(models) > 1:
        notes.append(
            f"Contexts have {len(models)} different models, so their suggestions cannot be compared. Their corrected "
            "shares can: each is corrected by what people found there."
        )
    return tuple(notes)
