"""The whole comparison, section by section."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tagger.report.comparison.differences import Difference, differences, differences_of
from tagger.report.comparison.material import DATASET, Contexts, is_own
from tagger.report.comparison.order import meanings, order
from tagger.report.comparison.pairs import pairs
from tagger.report.comparison.shares import NOT_COMPARABLE, NOT_LISTED, Share, shares, shares_of
from tagger.report.comparison.whole import whole
from tagger.report.document import Comparison, Section, Table, shown
from tagger.report.evidence import AUDIT
from tagger.wording import several

MADE = 7
"""The section on what was compared."""
OWN = " *"


def compute(contexts: Contexts) -> Comparison:
    """Compute the comparison of the contexts of a study: the same for the same evidence."""
    found = shares_of(contexts)
    differing = differences_of(contexts, found)
    meant = meanings(contexts)
    names = tuple(context.name for context in contexts.contexts)
    by = "" if contexts.by == DATASET else f", told apart by {contexts.by}"
    return Comparison(
        title=f"Contexts compared: {contexts.evidence.study}",
        about=f"{', '.join(names) or 'No context yet'}{by}: where each puts its values, how common they are there, "
        "and what people mean by them.",
        headline=_headline(found, differing),
        contexts=names,
        glance=glance(contexts, found),
        missing=_missing(contexts, found),
        quoted=any(usage.quotes for one in meant.meanings for usage in one.usages),
        sections=(
            order(contexts),
            shares(contexts, found),
            differences(contexts, differing),
            whole(contexts, found),
            meant,
            pairs(contexts, found),
            _made(contexts),
        ),
        sources=contexts.evidence.sources,
    )


def _headline(found: list[Share], differing: list[Difference]) -> str:
    told = sum(share.estimate.value is not None for share in found)
    compared = sum(one.number.estimate is not None for one in differing)
    return (
        f"Of {several(len(found), 'share')} of values in contexts {told} can be told, and of "
        f"{several(len(differing), 'difference')} between two contexts {compared}."
    )


def glance(contexts: Contexts, found: list[Share]) -> Table:
    """Return the share of each value in each context as a table, a column for each context."""
    shares_in = {(share.row, share.context): share.number(contexts) for share in found}
    rows = []
    for row in contexts.rows:
        cells = []
        for place in range(len(contexts.contexts)):
            number = shares_in.get((row, place))
            if number is None or number.estimate is None:
                cells.append(NOT_COMPARABLE if number else NOT_LISTED)
                continue
            own = OWN if not row.shared and is_own(number.value_id) else ""
            cells.append(f"{shown(number)} ({number.n:,}; {number.transcripts}){own}")
        rows.append((row.name, *cells))
    return Table(
        "Share of passages that show each value",
        ("Value", *(context.name for context in contexts.contexts)),
        tuple(rows),
        "95% intervals in square brackets, by participants; corrected by what people found in the same context. "
        "Behind each, how many passages were read, and from how many participants or groups they come."
        + (f"{OWN}: it means something of its own there." if any(OWN in cell for row in rows for cell in row) else ""),
    )


def _missing(contexts: Contexts, found: list[Share]) -> tuple[str, ...]:
    """Say why shares are missing: values of a context that lack one for the same reason are named together."""
    why: dict[tuple[int, str], list[str]] = {}
    for share in found:
        if share.estimate.value is None:
            why.setdefault((share.context, share.estimate.reason), []).append(share.row.name)
    listed = Counter(share.context for share in found)
    lines = []
    for (place, reason), names in sorted(why.items()):
        about = "all values" if len(names) == listed[place] else ", ".join(names)
        lines.append(f"{contexts.contexts[place].name}, {about}: {reason}.")
    return tuple(lines)


def _made(contexts: Contexts) -> Section:
    passages = contexts.evidence.passages
    audited = contexts.frame["place"].to_numpy(np.int64)
    read = contexts.evidence.answers.loc[contexts.evidence.answers["source"] == AUDIT, "place"].unique()
    rows = []
    for place, context in enumerate(contexts.contexts):
        here = contexts.passages_of(place)
        rows.append((
            context.name,
            ", ".join(context.datasets),
            context.framework or "several",
            context.model,
            f"{passages.loc[here, 'transcript'].nunique():,}",
            f"{passages.loc[here, 'cluster'].nunique():,}",
            f"{here.sum():,}",
            f"{here[audited].sum():,}",
            f"{here[read].sum():,}",
        ))  # fmt: skip
    head = (
        "Context", "Datasets", "List of values", "Model", "Transcripts", "Participants or groups", "Passages",
        "Could be drawn for the audit", "Of these, read",
    )  # fmt: skip
    files = (
        ("comparison.html", "this page"),
        ("comparison.json", "all that stands here, with every number"),
        (
            "comparison.csv",
            "one row a number: estimator, n, participants, interval, and the reason where one is missing",
        ),
    )
    return Section(
        MADE,
        "What was compared",
        f"{several(len(contexts.contexts), 'context')}.",
        tables=(
            Table("The contexts", head, tuple(rows), "A group in one recording counts once."),
            Table("Files beside this page", ("File", "What it holds"), files),
        ),
    )
