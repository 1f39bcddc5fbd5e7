"""Section 2: people with people, value by value."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

from tagger.agreement.clusters import MOST_DEGENERATE
from tagger.agreement.estimates import Estimate
from tagger.report import statistics
from tagger.report.coefficients import ALPHA, OF_TWO, coefficients, macro
from tagger.report.document import SEED, Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import FEWEST_POSITIVES, WORDS, Evidence, Panel
from tagger.report.measuring import BOOTSTRAP, RESAMPLES, About, Tally, measured, tally

PEOPLE = "people with people"

NO_PAIR = "not estimable: no pair of readers found it in enough passages that both read"
ONE_READER = "no passage was read by two people"
NOTES = (
    f"A pair of readers counts in a mean where one or both found the value in {FEWEST_POSITIVES} passages that both "
    "read.",
    "In an audit each passage counts by how many of the transcripts it stands for.",
)
LOWEST, HIGHEST = (f"{ALPHA}, {end} without one reader" for end in ("lowest", "highest"))
_COUNTS, _ALONE = ("all yes", "all no", "split"), " alone"

_FEWEST_READERS = 3
"""With two readers, leaving one out leaves nobody to agree with."""
_COUNTED = "no interval: it is a count"
_RANGE = "no interval: it is as far as alpha moves when one reader is left out"


def alpha_of_people(about: About, panel: Panel) -> Number:
    """Return alpha of the readers of a panel: the number that the first screen shows."""
    return about.measured(PEOPLE, ALPHA, statistics.alpha(), tally(panel.pairable, ONE_READER))


def people(evidence: Evidence, seed: int = SEED) -> Section:
    """
    Return section 2: how far people agree with people, value by value.

    Args:
        seed: of the transcripts that are drawn again.
    """
    numbers: list[Number] = []
    tables = []
    plots = []
    for source in evidence.available:
        panels = {value: evidence.panel(source, value.id).pairable for value in evidence.values}
        counted = {value: (panel, tally(panel)) for value, panel in panels.items() if len(panel.places)}
        if not counted:
            continue
        found = [(value, _numbers(About(2, value.id, source), *made, seed)) for value, made in counted.items()]
        mean = _macro(About(2, "", source), list(counted.values()))
        numbers += [number for _, rows in found for number in rows.values()] + [mean]
        tables += _tables(source, [(value.name, rows) for value, rows in found], mean)
        plots.append(_forest(source, [(value.name, rows[ALPHA]) for value, rows in found]))
    title = "People with people"
    if not numbers:
        return Section(2, title, "", empty=f"Nothing to compare yet: {ONE_READER} in the same way.")
    return Section(
        2,
        title,
        _finding(evidence, numbers),
        "Agreement is not validity: two people can agree and both be wrong, and a lone reading can be the right one. "
        "The interval speaks of these readers; others may differ.",
        tuple(tables),
        tuple(plots),
        tuple(numbers),
        (
            "Alpha is 1 where all agree and 0 where they agree as often as by chance. Intervals leave out one "
            "transcript (or participant) at a time, t with M - 1 degrees of freedom.",
            f"Drawn again: as many transcripts as there are, at random and with repeats, {RESAMPLES:,} times (seed "
            f"{seed}). With few transcripts these intervals are too short; the first table has the ones to report.",
            *NOTES,
        ),
    )


def _numbers(about: About, both: Panel, said: Tally, seed: int) -> dict[str, Number]:
    found = coefficients(about, PEOPLE, said)
    pairs = said.admitted(combinations(range(len(both.coders)), 2))
    found["light_kappa"] = about.measured(
        PEOPLE, "light_kappa", statistics.mean_kappa(pairs), said, refused="" if pairs else NO_PAIR
    )
    again = about.resampled(PEOPLE, ALPHA, statistics.alpha(), said, seed)
    found |= {number.estimator: number for number in (*again, *_without_one(about, said))}
    return found | _counts(about, said, both.coders)


def _without_one(about: About, said: Tally) -> list[Number]:
    """Return the lowest and the highest alpha without one of several readers: the interval speaks of these alone."""
    readers = range(said.codes.shape[1])
    if len(readers) < _FEWEST_READERS:
        return []
    left = [measured(statistics.alpha(), said.of([one for one in readers if one != out])) for out in readers]
    missing = next((one.reason for one in left if one.value is None), "")
    if missing:
        reason = said.refused or f"not estimable: with one reader left out, {missing.removeprefix('not estimable: ')}"
        ends = [Estimate(None, said.n, n_clusters=said.n_clusters, reason=reason)] * 2
    else:
        ordered = sorted(left, key=lambda one: one.value or 0.0)
        ends = [ordered[end].without_interval(_RANGE) for end in (0, -1)]
    return [about.number(PEOPLE, name, end) for name, end in zip((LOWEST, HIGHEST), ends, strict=True)]


def _counts(about: About, said: Tally, coders: tuple[str, ...]) -> dict[str, Number]:
    """Return in how many passages all said yes, all no, or some this and some that; of two readers, who said yes."""
    yes, read = (said.codes == 1).sum(axis=1), (said.codes >= 0).sum(axis=1)
    which = dict(zip(_COUNTS, (yes == read, yes == 0, (yes > 0) & (yes < read)), strict=True))
    if len(coders) == 2:
        which |= {f"{coder}{_ALONE}": (yes == 1) & (said.codes[:, at] == 1) for at, coder in enumerate(coders)}
    return {
        name: about.number(
            PEOPLE,
            f"passages ({name})",
            Estimate(float(said.passages[rows].sum()), said.n, n_clusters=said.n_clusters, reason=_COUNTED),
        )
        for name, rows in which.items()
    }


def _macro(about: About, counted: list[tuple[Panel, Tally]]) -> Number:
    """Return the mean of alpha over the values for which it is estimable, with its interval."""
    return macro(
        about, PEOPLE, ALPHA, [(panel, said, statistics.alpha()) for panel, said in counted if not said.refused]
    )


def _tables(source: str, found: list[tuple[str, dict[str, Number]]], mean: Number) -> list[Table]:
    words = WORDS[source]
    return [_alphas(words, found, mean), _prevalence(words, found), _who(words, found), _rests(words, found)]


def _alphas(words: str, found: list[tuple[str, dict[str, Number]]], mean: Number) -> Table:
    rows = [
        (name, shown(rows[ALPHA]), *size(rows[ALPHA]), shown(rows["light_kappa"]), shown(rows["percent_agreement"]))
        for name, rows in found
    ]
    return Table(
        f"Readings {words}",
        ("Value", "Alpha", "Passages", "Transcripts", "Mean pairwise kappa", "Agreement"),
        (*rows, ("Mean over values", shown(mean), *size(mean), "", "")),
        "95% intervals in brackets. Passages: those that two people or more read.",
    )


def _prevalence(words: str, found: list[tuple[str, dict[str, Number]]]) -> Table:
    rows = tuple(
        (
            name,
            shown(rows["specific_agreement (yes)"]),
            shown(rows["specific_agreement (no)"]),
            shown(rows["gwet_ac1"]),
            *_adjusted(rows),
            size(rows["gwet_ac1"])[0],
        )
        for name, rows in found
    )
    return Table(
        f"Is it the prevalence? Readings {words}",
        ("Value", "Agreement on yes", "Agreement on no", "AC1", "PABAK", "Prevalence index", "Bias index", "Passages"),
        rows,
        "Agreement on yes: where one person said yes, how often another did. AC1 is no drop-in for alpha: it rises "
        "where a value is rare. PABAK and its two indices are for two readers; the intervals of these are in "
        "numbers.csv.",
    )


def _who(words: str, found: list[tuple[str, dict[str, Number]]]) -> Table:
    return Table(
        f"Who said yes? Passages, readings {words}",
        ("Value", "All yes", "All no", "Split", "Who alone said yes", "Passages", "Transcripts"),
        tuple((name, *_split(rows), *size(rows[ALPHA])) for name, rows in found),
        "All: all who read a passage. Split: some said yes and some no; of two readers it is said who alone said "
        "yes. Passages are counted as they were read, in an audit too.",
    )


def _rests(words: str, found: list[tuple[str, dict[str, Number]]]) -> Table:
    again, unknown = f"{ALPHA} ({BOOTSTRAP})", f"{ALPHA} ({BOOTSTRAP}, share without a value)"
    rows = tuple(
        (
            name,
            shown(rows[again]),
            "" if (share := rows[unknown].estimate) is None else f"{share:.1%}",
            _range(rows),
            *size(rows[ALPHA]),
        )
        for name, rows in found
    )
    return Table(
        f"What alpha rests on, readings {words}",
        (
            "Value",
            "Alpha, transcripts drawn again",
            "Draws without alpha",
            "Alpha without one reader",
            "Passages",
            "Transcripts",
        ),
        rows,
        "A second look at how sure alpha is. Where more than "
        f"{MOST_DEGENERATE:.0%} of the draws have no alpha, there is no interval. Without one reader: where three "
        "people or more read, each is left out in turn, and alpha goes from the lowest to the highest; a wide "
        "range means that it depends on who reads.",
    )


def _adjusted(rows: dict[str, Number]) -> list[str]:
    """Write PABAK of two readers with its interval, and what it adjusts for without."""
    if not OF_TWO.keys() <= rows.keys():
        return [""] * len(OF_TWO)
    adjusted, *indices = (rows[name] for name in OF_TWO)
    return [shown(adjusted), *(shown(replace(index, low=None, high=None)) for index in indices)]


def _range(rows: dict[str, Number]) -> str:
    """Write from where to where alpha moves when one of several readers is left out."""
    if LOWEST not in rows:
        return ""
    low, high = rows[LOWEST], rows[HIGHEST]
    return shown(low) if low.estimate is None else f"{shown(low)} to {shown(high)}"


def _split(rows: dict[str, Number]) -> list[str]:
    """Write the counts of passages as cells, and of two readers, last, who said yes alone in how many."""
    counts = {name: f"{one.estimate:.0f}" for name, one in rows.items() if one.reason == _COUNTED}
    alone = [f"{name.removesuffix(_ALONE)}: {count}" for name, count in counts.items() if name.endswith(_ALONE)]
    return [*(counts[name] for name in _COUNTS), ", ".join(alone)]


def size(number: Number) -> tuple[str, str]:
    """Return how many passages and transcripts a number rests on, for a table."""
    return str(number.n), str(number.transcripts)


def _forest(source: str, rows: list[tuple[str, Number]]) -> Forest:
    title = f"Alpha of people with people, readings {WORDS[source]}"
    alt = "; ".join(f"{name}: {shown(number)}" for name, number in rows)
    bars = tuple((name, (Bar("people with people", number.estimate, interval_of(number)),)) for name, number in rows)
    return Forest(title, alt, "Krippendorff's alpha", bars, axis_from(bars))


def axis_from(rows: tuple[tuple[str, tuple[Bar, ...]], ...]) -> float:
    """Return where an axis of alphas begins: at the lowest point or end of an interval, rounded down, at most 0."""
    points = [point for _, bars in rows for bar in bars for point in (bar.value, *(bar.interval or ()))]
    return min(0.0, math.floor(10 * min((point for point in points if point is not None), default=0.0)) / 10)


def _finding(evidence: Evidence, numbers: list[Number]) -> str:
    made = [one for one in numbers if one.estimator == ALPHA and one.source == evidence.primary]
    alphas = [number for number in made if number.estimate is not None]
    whose = f"in readings {WORDS[evidence.primary]}"
    if not alphas:
        return f"For none of {len(made)} values is there enough to say how far people agree {whose}."
    low = min(alphas, key=lambda number: number.estimate or 0)
    high = max(alphas, key=lambda number: number.estimate or 0)
    if low is high:
        return f"How far people agree {whose} is estimable for 1 of {len(made)} values: alpha is {shown(low)}."
    return (
        f"How far people agree {whose} is estimable for {len(alphas)} of {len(made)} values: alpha runs from "
        f"{low.estimate:.2f} to {high.estimate:.2f}."
    )


def pairs_of(panel: Panel) -> list[tuple[str, Panel]]:
    """Return each pair of readers with the passages that both read."""
    found = []
    for first, second in combinations(range(len(panel.coders)), 2):
        both = (panel.codes[:, first] >= 0) & (panel.codes[:, second] >= 0)
        if both.any():
            kept = panel.only(both)
            columns = [kept.coders.index(panel.coders[first]), kept.coders.index(panel.coders[second])]
            names = f"{panel.coders[first]} and {panel.coders[second]}"
            two = (panel.coders[first], panel.coders[second])
            found.append((names, replace(kept, coders=two, codes=kept.codes[:, columns])))
    return found
