"""Section 10: do suggestions sway people? Readings with them in sight against readings without, as drawn by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement.estimates import Estimate
from tagger.report import narrowing, statistics
from tagger.report.document import Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import BLIND, FEWEST_POSITIVES, Evidence, Panel, Value
from tagger.report.measuring import About
from tagger.report.narrowing import ARMS, ASSISTED, BETWEEN
from tagger.report.people import PEOPLE, alpha_of_people
from tagger.wording import several

EFFECT = "anchoring_effect"
OVER_RELIANCE = "anchoring_effect (most of the others, blind: no)"
UPTAKE = "anchoring_effect (most of the others, blind: yes)"

_TITLE = "Do suggestions sway people?"
_SHARE = "share of yes"
_OTHERS = {
    OVER_RELIANCE: (False, "what most of the others did not find", "following suggestions where others see nothing"),
    UPTAKE: (True, "what most of the others found", "taking up suggestions where others see it too"),
}
"""By what most of the others said, reading without suggestions: their answer, and what is asked of such readings."""
_FILLS = (
    "It fills when chance decides which passages each reader reads without suggestions (`blind_share` in study.toml "
    "above 0), and people have read both kinds."
)


def swayed(evidence: Evidence) -> Section:
    """Return section 10: how much more often people say what is suggested once they have seen it."""
    drawn = _drawn(evidence)
    readings = _suggested(evidence, drawn)
    missing = _missing(drawn, readings)
    if missing:
        return Section(10, _TITLE, "", empty=f"Not measured: {missing}. {_FILLS}")
    whole = _contrast(About(10, "", ""), readings)
    others = others_blind(drawn, readings)
    for name, (said, group, _) in _OTHERS.items():
        whole[name] = _effect(About(10, "", "", group), name, readings[[one is said for one in others]])
    made = [("All values", whole)]
    for value in evidence.values:
        rows = readings[readings["value_id"] == value.id]
        if rows["source"].nunique() > 1:
            made.append((value.name, _contrast(About(10, value.id, ""), rows)))
    alike = [(value.name, _alphas(evidence, drawn, value)) for value in evidence.values]
    alike = [(name, found) for name, found in alike if found]
    numbers = [number for _, rows in made for number in rows.values()]
    numbers += [number for _, found in alike for number in found.values()]
    many_sided = narrowing.narrowing(evidence)
    numbers += [number for one in many_sided for number in one.numbers]
    return Section(
        10,
        _TITLE,
        _finding(whole[EFFECT]),
        "It is what these suggestions do to these readers, all of them together. It says nothing of any one reader, "
        "and not whether those who follow a suggestion are wrong.",
        (
            _effects(made),
            *((_alike(alike),) if alike else ()),
            *((narrowing.table(many_sided),) if many_sided else ()),
        ),
        (_forest(made),),
        tuple(numbers),
        (
            "Only passages count that chance put into an arm and that have the suggestion. The difference compares "
            "equal mixes of values and strengths of match, so it is not quite the difference of the two shares.",
            *(_followed(whole[name], what) for name, (_, _, what) in _OTHERS.items()),
            *((narrowing.finding(many_sided),) if many_sided else ()),
            "Whether suggestions make reading faster is not measured: readers are not timed.",
        ),
    )


def _drawn(evidence: Evidence) -> pd.DataFrame:
    """Return the answers in the two arms, where chance decided on the arm."""
    answers = evidence.answers
    drawn = answers[answers["source"].isin(list(ARMS)) & answers["drawn"].astype(bool)]
    return drawn.assign(cluster=evidence.clusters[drawn["place"].to_numpy(np.int64)])


def _suggested(evidence: Evidence, drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the answers about what is suggested, with the strength of the match."""
    machine = evidence.machine[evidence.machine["suggested"].astype(bool)]
    return drawn.merge(machine[["place", "value_id", "strength"]], on=["place", "value_id"])


def _missing(drawn: pd.DataFrame, readings: pd.DataFrame) -> str:
    for arm, words in ARMS.items():
        if not (drawn["source"] == arm).any():
            return f"nobody has read passages {words}, as chance dealt them"
        if not (readings["source"] == arm).any():
            return f"no passage that people read {words} has a suggestion"
    return ""


def _contrast(about: About, readings: pd.DataFrame) -> dict[str, Number]:
    found = {EFFECT: _effect(about, EFFECT, readings)}
    for arm, words in ARMS.items():
        rows = readings[readings["source"] == arm]
        each = np.column_stack([np.ones(len(rows)), rows["yes"].to_numpy(float)])
        mean = statistics.weighted_mean()
        found[arm] = about.jackknifed(words, _SHARE, mean, each, rows["cluster"].to_numpy(dtype=str))
    return found


def _effect(about: About, name: str, readings: pd.DataFrame) -> Number:
    fewest = min(int((readings["source"] == arm).sum()) for arm in ARMS)
    if fewest < FEWEST_POSITIVES:
        clusters = readings["cluster"].nunique()
        reason = f"not estimable: one arm has {fewest} readings, and it takes {FEWEST_POSITIVES}"
        return about.number(BETWEEN, name, Estimate(None, len(readings), n_clusters=clusters, reason=reason))
    found = agreement.anchoring_effect(
        readings["yes"].tolist(),
        [True] * len(readings),
        (readings["source"] == ASSISTED).tolist(),
        readings["cluster"].tolist(),
        list(zip(readings["value_id"], readings["strength"], strict=True)),
    )
    n = found.n_units if found.value is not None else found.n_shown + found.n_blind
    estimate = Estimate(found.value, n, found.se, found.interval, n_clusters=found.n_clusters, reason=found.reason)
    return about.number(BETWEEN, name, estimate)


def others_blind(drawn: pd.DataFrame, readings: pd.DataFrame) -> list[bool | None]:
    """Return for each reading what most of the other readers said blind; None where they are none, or as many."""
    key = ["place", "value_id"]
    blind = drawn[drawn["source"] == BLIND]
    said = blind.groupby(key)["yes"].agg(yes_of_all="sum", read_by_all="count")
    own = blind.set_index([*key, "coder"])["yes"].rename("own").astype(float)
    rows = readings.join(said, on=key).join(own, on=[*key, "coder"])
    read = rows["read_by_all"].fillna(0) - rows["own"].notna()
    yes = rows["yes_of_all"].fillna(0) - rows["own"].fillna(0)
    return [None if 2 * one == all_ else bool(2 * one > all_) for one, all_ in zip(yes, read, strict=True)]


def _alphas(evidence: Evidence, drawn: pd.DataFrame, value: Value) -> dict[str, Number]:
    """Return alpha of people with people in each arm in which two people read the same passages."""
    found = {}
    for arm, words in ARMS.items():
        panel = _panel(drawn[(drawn["source"] == arm) & (drawn["value_id"] == value.id)])
        if len(panel.pairable.places):
            number = alpha_of_people(About(10, value.id, BLIND if arm == BLIND else ""), panel)
            found[arm] = replace(number, between=f"{PEOPLE}, {words}")
    return found


def _panel(said: pd.DataFrame) -> Panel:
    """Return the answers of one arm to one value; of one alone, as `Evidence.panel` gives none of those assisted."""
    table = said.pivot(index="place", columns="coder", values="yes")
    codes = table.astype(float).fillna(-1).to_numpy(np.int64)
    places = table.index.to_numpy(np.int64)
    clusters = said.drop_duplicates("place").set_index("place")["cluster"].reindex(places).to_numpy(dtype=str)
    nothing, n = np.full(len(places), np.nan), len(places)
    return Panel(places, tuple(map(str, table.columns)), codes, clusters, np.full(n, -1), nothing, np.ones(n))


def _effects(made: list[tuple[str, dict[str, Number]]]) -> Table:
    rows = [
        (
            name,
            shown(found[EFFECT]),
            shown(found[ASSISTED]),
            shown(found[BLIND]),
            str(found[ASSISTED].n),
            str(found[BLIND].n),
            str(found[EFFECT].transcripts),
        )
        for name, found in made
    ]
    return Table(
        "How often people say yes to what is suggested",
        ("Value", "Difference", "Yes, in sight", "Yes, without", "Readings, in sight", "Without", "Transcripts"),
        tuple(rows),
        "95% intervals in brackets, leaving out one transcript (or participant) at a time. Above 0: people say yes "
        "more often once they have seen the suggestion.",
    )


def _alike(made: list[tuple[str, dict[str, Number]]]) -> Table:
    rows = []
    for name, found in made:
        cells = [shown(found[arm]) if arm in found else "nobody read twice" for arm in ARMS]
        counts = [str(found[arm].n) if arm in found else "0" for arm in ARMS]
        rows.append((name, *cells, *counts))
    return Table(
        "Do people agree more with suggestions in sight?",
        ("Value", "Alpha, in sight", "Alpha, without", "Passages, in sight", "Without"),
        tuple(rows),
        "People who see the same suggestion agree with it and so with each other: a higher alpha is no better reading. "
        "The two arms are different passages, and are never pooled.",
    )


def _forest(made: list[tuple[str, dict[str, Number]]]) -> Forest:
    bars = tuple((name, (Bar(BETWEEN, found[EFFECT].estimate, interval_of(found[EFFECT])),)) for name, found in made)
    alt = "; ".join(f"{name}: {shown(found[EFFECT])}" for name, found in made)
    return Forest("What seeing a suggestion does", alt, "difference in the share of yes", bars)


def _followed(number: Number, what: str) -> str:
    where = f"In {number.group}, reading without suggestions"
    if number.estimate is None:
        return f"{where}, the difference ({what}) is not estimable."
    return f"{where}, the difference is {shown(number)} ({several(number.n, 'reading')}): {what}."


def _finding(number: Number) -> str:
    if number.estimate is None:
        return f"Whether suggestions sway people is {number.reason}."
    if number.low is None or number.high is None:
        return f"Whether suggestions sway people is not sure: the difference is {shown(number)}, {number.reason}."
    if number.low > 0:
        return (
            f"People say yes to a suggestion more often once they see it: the share of yes is {shown(number)} higher."
        )
    if number.high < 0:
        return (
            f"People say yes to a suggestion less often once they see it: the share of yes differs by {shown(number)}."
        )
    return f"Whether suggestions sway people cannot be told: seeing one changes the share of yes by {shown(number)}."
