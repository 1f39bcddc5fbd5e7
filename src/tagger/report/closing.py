"""Section 14: limits and planning; section 15: export; the appendix; the methods paragraph and its checklist."""

from __future__ import annotations

import math

import pandas as pd
import scipy

from tagger import agreement
from tagger.agreement.estimates import Estimate
from tagger.report import statistics
from tagger.report.coefficients import ALPHA
from tagger.report.document import Number, Section, Table, shown
from tagger.report.evidence import COMPARABLE, FEWEST_POSITIVES, WORDS, Evidence, Panel
from tagger.report.measuring import About, measured, tally, too_few
from tagger.report.people import PEOPLE
from tagger.report.together import MOST_SETS, label_sets
from tagger.wording import several

WANTED = 0.1
"""The half-width of an interval for which section 14 says how many transcripts it takes."""

_ROWS = ("conger_kappa", "fleiss_kappa", "brennan_prediger")


def planning(evidence: Evidence, alphas: tuple[Number, ...]) -> Section:
    """
    Return section 14: what more reading would bring.

    Args:
        alphas: the numbers of section 2.
    """
    made = [
        (alpha, _by_cluster(evidence, alpha))
        for alpha in alphas
        if alpha.estimator == ALPHA and alpha.low is not None and alpha.value_id
    ]
    numbers = tuple(_effective(evidence, alpha, se) for alpha, se in made)
    rows = [_planned(evidence, alpha, se, one) for (alpha, se), one in zip(made, numbers, strict=True)]
    title = "Limits, and what more reading would bring"
    if not rows:
        return Section(
            14,
            title,
            "",
            empty="Nothing to plan from yet: an interval takes 3 transcripts that two people read, and a value found "
            f"in {FEWEST_POSITIVES} passages.",
        )
    own = [row for row in rows if row[1] == WORDS[evidence.primary]] or rows
    most = max(own, key=lambda row: 0 if row[4] == "enough" else int(row[4]))
    finding = (
        f"All intervals are within {WANTED} of their estimate."
        if most[4] == "enough"
        else f"For intervals of half-width {WANTED} it would take up to about {most[4]} transcripts ({most[0]})."
    )
    return Section(
        14,
        title,
        finding,
        "These are forecasts from the spread among these transcripts: others may be more alike, or less.",
        (
            Table(
                "How wide the intervals are, and what would narrow them",
                (
                    "Value",
                    "Readings",
                    "Half-width now",
                    "Transcripts now",
                    f"Transcripts for {WANTED}",
                    "Passages",
                    "Worth as many independent ones",
                ),
                tuple(rows),
                "More passages of the same transcripts narrow an interval less than more transcripts do.",
            ),
        ),
        numbers=numbers,
    )


def _planned(evidence: Evidence, alpha: Number, se: float, effective: Number) -> tuple[str, ...]:
    transcripts = alpha.transcripts or 0
    needed = _transcripts(se, transcripts)
    return (
        evidence.names()[alpha.value_id],
        WORDS[alpha.source],
        f"{_reach(se, transcripts):.2f}",
        str(transcripts),
        str(needed) if needed > transcripts else "enough",
        str(alpha.n),
        "not estimable" if effective.estimate is None else f"{effective.estimate:.0f}",
    )


def _effective(evidence: Evidence, alpha: Number, se: float) -> Number:
    """Return how many independent passages would give as narrow an interval: n times (SE by passages / SE)^2."""
    both = evidence.panel(alpha.source, alpha.value_id).pairable
    by_passage = agreement.krippendorff_alpha(both.ratings)
    about = About(14, alpha.value_id, alpha.source)
    reason = "no interval: it describes the one of alpha"
    value = None
    if by_passage.se and se:
        value = min(float(alpha.n), alpha.n * (by_passage.se / se) ** 2)
    found = Estimate(value, alpha.n, n_clusters=alpha.transcripts, reason=reason)
    return about.number(PEOPLE, "effective sample size", found)


def _by_cluster(evidence: Evidence, alpha: Number) -> float:
    """Return the standard error of alpha, by leaving transcripts out."""
    both = evidence.panel(alpha.source, alpha.value_id).pairable
    return measured(statistics.alpha(), tally(both)).se or 0.0


def _reach(se: float, transcripts: int) -> float:
    """Return the half-width of an interval before it is cut to the range of alpha."""
    return float(scipy.stats.t.ppf(0.975, transcripts - 1)) * se


def _transcripts(se: float, transcripts: int) -> int:
    """Return how many transcripts like these it takes for a half-width of `WANTED`."""
    needed = 3
    while _reach(se * math.sqrt(transcripts / needed), needed) > WANTED:
        needed += 1
    return needed


def export(evidence: Evidence) -> Section:
    """Return section 15: what lies beside the page."""
    rows = (
        ("report.json", "all that stands here, with every number"),
        (
            "numbers.csv",
            "one row a number: estimator, n, transcripts, interval, seed, and the reason where one is missing",
        ),
        ("reliability.csv", "one row a passage and value: each reader's answer, and the model's"),
        ("disagreements.csv", "where people, or people and the model, differ, by passage; nobody's words"),
        ("methods.md", "the methods paragraph and the checklist"),
    )
    return Section(
        15,
        "Export",
        "The numbers of sections 2, 3, 5, 6, those of datasets and pairs in 12, and of the appendix can be computed "
        "again from reliability.csv with the function of tagger.agreement that stands beside each in numbers.csv.",
        tables=(Table("Files beside this page", ("File", "What it holds"), rows),),
    )


def appendix(evidence: Evidence) -> Section:
    """Return the appendix: the other coefficients of the literature, for those who are asked for them."""
    numbers: list[Number] = []
    rows = []
    for source in evidence.available:
        for value in evidence.values:
            panel = evidence.panel(source, value.id).pairable
            if not len(panel.places):
                continue
            made = _others(About(16, value.id, source), panel)
            numbers += made
            rows.append((value.name, WORDS[source], *map(shown, made), str(made[0].n)))
        numbers += _multivalued(evidence, source)
    title = "Appendix: other coefficients"
    if not numbers:
        return Section(16, title, "", empty="Nothing to compare yet.")
    sets = tuple((WORDS[n.source], shown(n), str(n.n)) for n in numbers if n.estimator == "multivalued_alpha")
    return Section(
        16,
        title,
        "Other coefficients are here because they are asked for; alpha in section 2 is the one to report.",
        "Their intervals take passages for independent, which they are not, and are left out for that reason.",
        (
            Table(
                "One value at a time",
                ("Value", "Readings", "Conger", "Fleiss (Scott for two)", "Brennan & Prediger", "Passages"),
                tuple(rows),
            ),
            Table("Multi-valued alpha (Krippendorff & Craggs 2016)", ("Readings", "Alpha", "Passages"), sets),
        ),
        numbers=tuple(numbers),
    )


def _others(about: About, panel: Panel) -> list[Number]:
    refused = too_few(panel)
    reason = "no interval: theirs takes passages for independent"
    made = []
    for name in _ROWS:
        found = getattr(agreement, name)(panel.ratings)
        value = None if refused else found.value
        estimate = Estimate(value, found.n_units, n_clusters=panel.n_clusters, reason=refused or found.reason or reason)
        made.append(about.number(PEOPLE, name, estimate))
    return made


def _multivalued(evidence: Evidence, source: str) -> list[Number]:
    table, clusters = label_sets(evidence, source)
    if not len(table.codes) or len(table.values) > MOST_SETS:
        return []
    found = agreement.multivalued_alpha(table)
    reason = found.reason or "no interval: section 3 has those of alpha over sets"
    estimate = Estimate(found.value, found.n_units, n_clusters=len(set(clusters.tolist())), reason=reason)
    return [About(16, "", source).number(PEOPLE, "multivalued_alpha", estimate)]


def methods(evidence: Evidence) -> str:
    """Return the methods paragraph, filled in from the study: what was not done is not said."""
    made = dict(evidence.sources)
    passages = int(evidence.passages["current"].sum())
    if not len(evidence.passages):
        return "There are no passages yet: nothing was read, suggested or measured."
    cut = f"Transcripts were cut into {several(passages, 'passage')} by tagger {made.get('tagger', '')}."
    read = _whose(evidence)
    if not read:
        return f"{cut} None of them was read yet in a way that may be compared, so agreement was not measured."
    suggested = (
        f" Suggestions were made by {made['model']} from the wording of the values, and compared only with readings "
        "made without sight of them; the difference to agreement among people is paired on the same passages."
        if "model" in made
        else ""
    )
    return (
        f"{cut} {'; '.join(read)}. Readers answered each value of {made.get('framework', 'the framework')} with yes or "
        "no, or said that there is nothing here; answers left open are missing and were not filled in. Agreement was "
        "measured for each value with Krippendorff's alpha (nominal), with 95% intervals by leaving out one transcript "
        "(or participant, where one has several transcripts; a group recording is one) at a time, t with M - 1 degrees "
        f"of freedom. Values found in fewer than {FEWEST_POSITIVES} passages were not estimated.{suggested} No reading "
        "made with suggestions in sight is part of these comparisons."
    )


def _whose(evidence: Evidence) -> list[str]:
    """Say of each source how many people read how much of it."""
    read = evidence.readings[evidence.readings["finished"]]
    said = []
    for source in COMPARABLE:
        own = read[read["source"] == source]
        per_passage = own.groupby("place")["coder"].nunique()
        if len(own):
            said.append(
                f"{several(own['coder'].nunique(), 'reader')} read {several(len(per_passage), 'passage')} "
                f"({WORDS[source]}), {float((per_passage > 1).mean()):.0%} of which were read by two people or more"
            )
    return said


def checklist(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Return what O'Connor & Joffe (2020) and users of machine coders ask a report to state, with the answers."""
    read = evidence.readings[evidence.readings["finished"] & evidence.readings["source"].isin(COMPARABLE)]
    twice = read.groupby(["source", "place"])["coder"].nunique()
    made = dict(evidence.sources)
    share = f"{float((twice > 1).mean()):.0%} of the passages that were read" if len(twice) else "none yet"
    return (
        ("Why agreement was measured", "to be filled in by you"),
        (
            "Who coded, and with what experience",
            f"{several(read['coder'].nunique(), 'person', 'people')}; to be filled in by you",
        ),
        ("Whether they trained or practised together", evidence.facts.get("Training of readers", "not recorded")),
        ("When they read", _days(read)),
        ("How independent they were", "each for themselves; kinds of reading kept apart in section 0"),
        ("What share was coded by several people", share),
        ("How that share was chosen", evidence.facts.get("How passages were chosen", "see section 0")),
        ("How the material was segmented", evidence.facts.get("Cutting", "passages, by the program")),
        ("How many codes", several(len(evidence.values), "value")),
        ("Which version of the codebook", "; ".join(sorted(set(read["framework"]))) or "none yet"),
        ("Coefficients and level", "Krippendorff's alpha by value (section 2) and over sets of values (section 3)"),
        ("How disagreements were resolved", "nothing was changed by this program; to be filled in by you"),
        ("What changed in the codebook", "to be filled in by you"),
        ("Machine coder: model and weights", made.get("model", "none")),
        ("Machine coder: what it says yes to", evidence.facts.get("Suggested", "see section 0")),
        ("Machine coder: what it learnt from", "the wording of the framework alone; no coding of this study"),
        ("Objection", "agreement is not validity, and reflexive thematic analysis does not take it for a criterion"),
    )


def _days(read: pd.DataFrame) -> str:
    """Say on which days readings were made, as far as that is stored."""
    days = read.loc[read["read_on"] != "", "read_on"]
    elsewhere = read.loc[read["read_on"] == ""]
    here = [f"made here: {days.min()} to {days.max()}"] if len(days) else []
    return "; ".join([*here, *(["made elsewhere: not recorded"] if len(elsewhere) else [])]) or "not yet"
