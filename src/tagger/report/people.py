"""Section 2: people with people, value by value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement.clusters import Additive, jackknife_interval
from tagger.agreement.estimates import Estimate
from tagger.agreement.ratings import Floats
from tagger.report import statistics
from tagger.report.document import Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import FEWEST_POSITIVES, WORDS, Evidence, Panel
from tagger.report.measuring import About, Tally, tally, too_few

PEOPLE = "people with people"
ALPHA = "krippendorff_alpha"

NO_PAIR = "not estimable: no pair of readers found it in enough passages that both read"
ONE_READER = "no passage was read by two people"
NOTES = (
    f"A pair of readers counts in a mean where one or both found the value in {FEWEST_POSITIVES} passages that both "
    "read.",
    "In an audit each passage counts by how many of the transcripts it stands for.",
)
_PANEL: dict[str, tuple[Callable[[], Additive], float]] = {
    "percent_agreement": (statistics.percent_agreement, 0.0),
    "specific_agreement (yes)": (statistics.positive_agreement, 0.0),
    "specific_agreement (no)": (statistics.negative_agreement, 0.0),
    "gwet_ac1": (statistics.gwet_ac1, -1.0),
}


def alpha_of_people(about: About, panel: Panel) -> Number:
    """Return alpha of the readers of a panel: the number that the first screen shows."""
    return about.measured(PEOPLE, ALPHA, statistics.alpha(), tally(panel.pairable, ONE_READER))


def people(evidence: Evidence) -> Section:
    """Return section 2: how far people agree with people, value by value."""
    numbers: list[Number] = []
    tables = []
    plots = []
    for source in evidence.available:
        found = [(value, _numbers(evidence, source, value.id)) for value in evidence.values]
        found = [(value, rows) for value, rows in found if rows]
        if not found:
            continue
        macro = _macro(evidence, source, [value.id for value, _ in found])
        numbers += [number for _, rows in found for number in rows.values()] + [macro]
        tables += _tables(source, [(value.name, rows) for value, rows in found], macro)
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
            *NOTES,
        ),
    )


def _numbers(evidence: Evidence, source: str, value_id: str) -> dict[str, Number]:
    panel = evidence.panel(source, value_id)
    both = panel.pairable
    if not len(both.places):
        return {}
    about, said = About(2, value_id, source), tally(both)
    found = {ALPHA: alpha_of_people(about, panel)}
    for name, (statistic, low) in _PANEL.items():
        found[name] = about.measured(PEOPLE, name, statistic(), said, low)
    pairs = said.admitted(combinations(range(len(both.coders)), 2))
    found["light_kappa"] = about.measured(
        PEOPLE, "light_kappa", statistics.mean_kappa(pairs), said, refused="" if pairs else NO_PAIR
    )
    found |= _two_readers(about, both, said)
    return found


def _two_readers(about: About, both: Panel, said: Tally) -> dict[str, Number]:
    """Return PABAK with what it adjusts for, which is defined for two readers."""
    if len(both.coders) != 2:
        return {}
    found = agreement.pabak(both.ratings)
    numbers = {"pabak": about.measured(PEOPLE, "pabak", statistics.pabak(), said)}
    for name in ("prevalence_index", "bias_index"):
        index = None if said.refused else getattr(found, name)
        estimate = Estimate(
            index, found.n_units, n_clusters=both.n_clusters, reason=said.refused or "no interval: it describes"
        )
        numbers[name] = about.number(PEOPLE, f"pabak ({name})", estimate)
    return numbers


def _macro(evidence: Evidence, source: str, value_ids: list[str]) -> Number:
    """Return the mean of alpha over the values for which it is estimable, with its interval."""
    panels = [panel for value in value_ids if not too_few(panel := evidence.panel(source, value).pairable)]
    return macro(About(2, "", source), PEOPLE, ALPHA, [(panel, tally(panel), statistics.alpha()) for panel in panels])


def macro(
    about: About,
    between: str,
    estimator: str,
    panels: list[tuple[Panel, Tally, Additive]],
) -> Number:
    """
    Return the mean of a statistic over values, with its interval over the clusters of all of them.

    Args:
        panels: of each value the panel, the rows of the statistic, and the statistic.
    """
    name = f"{estimator}, mean over {len(panels)} values"
    if not panels:
        reason = "not estimable: it is not for any of the values"
        return about.number(between, name, Estimate(None, 0, n_clusters=0, reason=reason))
    made = [(said.weighted(one), said) for _, said, one in panels]
    clusters = np.unique(np.concatenate([said.clusters for _, said in made]))
    sums = [
        pd.DataFrame(one.parts(said.ratings)).groupby(said.clusters).sum().reindex(clusters, fill_value=0.0)
        for one, said in made
    ]
    found = jackknife_interval(_mean([one for one, _ in made]), np.concatenate(sums, axis=1), clusters)
    passages = len(np.unique(np.concatenate([panel.places for panel, *_ in panels])))
    return about.number(between, name, replace(found, n_units=passages))


def _mean(made: list[Additive]) -> Additive:
    """Return the mean of statistics whose sums stand side by side."""
    ends = np.cumsum([one.width for one in made])

    def value(sums: Floats) -> Floats:
        parts = np.split(sums, ends[:-1], axis=-1)
        return np.asarray(np.mean([one.value(part) for one, part in zip(made, parts, strict=True)], axis=0))

    return Additive(lambda sums: sums, value, int(ends[-1]))


def _tables(source: str, found: list[tuple[str, dict[str, Number]]], macro_: Number) -> list[Table]:
    main = [
        (name, shown(rows[ALPHA]), *size(rows[ALPHA]), shown(rows["light_kappa"]), shown(rows["percent_agreement"]))
        for name, rows in found
    ]
    main.append(("Mean over values", shown(macro_), *size(macro_), "", ""))
    more = [
        (
            name,
            shown(rows["specific_agreement (yes)"]),
            shown(rows["specific_agreement (no)"]),
            shown(rows["gwet_ac1"]),
            *(shown(rows.get(key)) if key in rows else "" for key in ("pabak", "prevalence_index", "bias_index")),
            size(rows["gwet_ac1"])[0],
        )
        for name, rows in found
    ]
    return [
        Table(
            f"Readings {WORDS[source]}",
            ("Value", "Alpha", "Passages", "Transcripts", "Mean pairwise kappa", "Agreement"),
            tuple(main),
            "95% intervals in brackets. Passages: those that two people or more read.",
        ),
        Table(
            f"Is it the prevalence? Readings {WORDS[source]}",
            (
                "Value",
                "Agreement on yes",
                "Agreement on no",
                "AC1",
                "PABAK",
                "Prevalence index",
                "Bias index",
                "Passages",
            ),
            tuple(more),
            "Agreement on yes: where one person said yes, how often another did. AC1 is no drop-in for alpha: it rises "
            "where a value is rare. PABAK and its two indices are for two readers.",
        ),
    ]


def size(number: Number) -> tuple[str, str]:
    """Return how many passages and transcripts a number rests on, for a table."""
    return str(number.n), str(number.transcripts)


def _forest(source: str, rows: list[tuple[str, Number]]) -> Forest:
    title = f"Alpha of people with people, readings {WORDS[source]}"
    alt = "; ".join(f"{name}: {shown(number)}" for name, number in rows)
    bars = tuple((name, (Bar("people with people", number.estimate, interval_of(number)),)) for name, number in rows)
    return Forest(title, alt, "Krippendorff's alpha", bars)


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
