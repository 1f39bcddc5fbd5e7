"""How far contexts differ in how common a value is, or why they are not compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from tagger.agreement.contexts import context_difference
from tagger.agreement.estimates import Estimate
from tagger.report.comparison.material import Contexts
from tagger.report.comparison.shares import Share, told
from tagger.report.document import Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import WORDS
from tagger.report.measuring import About
from tagger.wording import several

DIFFERENCES = 3
"""The section."""

_TITLE = "How far contexts differ"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more common a value is in one context than in another, and between which."""

    first: Share
    second: Share
    number: Number


def differences_of(contexts: Contexts, found: list[Share]) -> list[Difference]:
    """Return the differences of shares, as `shares_of` has them, value by value."""
    made = []
    for row in contexts.rows:
        for first, second in combinations([share for share in found if share.row is row], 2):
            names = (contexts.contexts[share.context].name for share in (first, second))
            about = About(DIFFERENCES, first.value_id, first.drawn.source, " minus ".join(names))
            estimate = _estimate(contexts, first, second)
            made.append(Difference(first, second, about.number("two contexts", "context_difference", estimate)))
    return made


def differences(contexts: Contexts, made: list[Difference]) -> Section:
    """Return the section on differences between contexts."""
    if not made:
        return Section(DIFFERENCES, _TITLE, "", empty="It takes two contexts with a value in common.")
    known = [one for one in made if one.number.estimate is not None]
    apart = sum(_leaves_out_zero(one.number) for one in known)
    said = f"Of {several(len(made), 'pair')} of contexts with a value in common, {len(known)} can be compared"
    return Section(
        DIFFERENCES,
        _TITLE,
        f"{said}; the interval of the difference leaves 0 out in {apart or 'none'}." if known else f"{said}.",
        "A difference may lie in the people, in what they were asked, in who read, or in chance, and it is no merit of "
        "either context. Of 20 intervals about 1 misses the truth: among many, one that leaves 0 out means little.",
        (_table(made),),
        (_forest(known),) if known else (),
        tuple(one.number for one in made),
        _notes(contexts, known),
    )


def _leaves_out_zero(number: Number) -> bool:
    return number.low is not None and number.high is not None and not number.low <= 0 <= number.high


def _estimate(contexts: Contexts, first: Share, second: Share) -> Estimate:
    found = context_difference(first.estimate, second.estimate)
    if reason := _incomparable(contexts, first, second):
        return Estimate(None, found.n_units, n_clusters=found.n_clusters, reason=reason)
    one, other = (contexts.contexts[share.context] for share in (first, second))
    if both := len(one.participants & other.participants):
        people = several(both, "participant")
        return found.without_interval(f"no interval: {people} took part in both, and it would count them as others")
    return found


def _incomparable(contexts: Contexts, first: Share, second: Share) -> str:
    """Say why the shares of a value in two contexts are not about the same; empty where they are."""
    one, other = (contexts.contexts[share.context] for share in (first, second))
    if first.value_id != second.value_id:
        return f"it does not mean the same in {one.name} and {other.name}"
    for share, context in ((first, one), (second, other)):
        if share.estimate.value is None:
            return f"in {context.name}, {share.estimate.reason}"
    if one.cutting != other.cutting:
        return "their passages are cut by different settings, and a share counts passages"
    if first.drawn.source != second.drawn.source:
        return (
            f"the readings of {one.name} were {WORDS[first.drawn.source]}, those of {other.name} "
            f"{WORDS[second.drawn.source]}"
        )
    return ""


def _table(made: list[Difference]) -> Table:
    rows = tuple(
        (
            one.first.row.name,
            one.number.group,
            told(one.number),
            f"{one.number.n:,}",
            str(one.number.transcripts or 0),
        )
        for one in made
    )
    return Table(
        "Differences of shares",
        ("Value", "Contexts", "Difference", "Passages read", "Participants or groups"),
        rows,
        "95% intervals in brackets, from those of both shares (Zou & Donner 2008). Contexts stand in the order of the "
        "alphabet. Whether the intervals of two shares overlap does not say whether they differ: this table does.",
    )


def _forest(known: list[Difference]) -> Forest:
    rows = tuple(
        (f"{one.first.row.name}, {one.number.group}", (Bar("", one.number.estimate, interval_of(one.number)),))
        for one in known
    )
    alt = "; ".join(f"{label}: {shown(one.number)}" for (label, _), one in zip(rows, known, strict=True))
    return Forest("Differences of shares, with 95% intervals", alt, "difference of shares", rows)


def _notes(contexts: Contexts, known: list[Difference]) -> tuple[str, ...]:
    """Say where others read: what they see is then a part of the difference."""
    others = sorted({
        one.number.group for one in known if one.first.drawn.readers != one.second.drawn.readers
    })  # fmt: skip
    if not others:
        return ()
    return (
        f"Not the same people read ({'; '.join(others)}): a part of the difference may be how they read. Section 2 "
        "says who did.",
    )
