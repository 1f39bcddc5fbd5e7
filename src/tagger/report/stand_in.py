"""Section 6: may the model stand in for a reader?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement.estimates import Estimate
from tagger.report.document import Number, Section, Table
from tagger.report.evidence import WORDS, Evidence, Panel
from tagger.report.machine import MODEL
from tagger.report.measuring import About, too_few
from tagger.report.people import size

EPSILONS = (0.0, 0.05, 0.1, 0.15, 0.2)
SEVERAL = 3
"""The alternative annotator test takes so many readers."""

_TITLE = "May the model stand in for a reader?"
_TEST = "alternative_annotator_test"
_PLAIN = ", no clusters"
_NO_INTERVAL = "no interval: it is a probability"
_NOTE = (
    "Passage by passage it is asked who is closer to the other readers: this reader, or the model. Omega: the share of "
    "readers against whom the model holds its own, that is, who are not closer more often than the model by as much as "
    "the tolerance (Calderon, Reichart & Dror 2025; t-test over transcripts, Benjamini-Yekutieli at 0.05). Rho: in "
    "what share of passages the model is as close as the reader, or closer. A tolerance of 0.1 is 10 in 100 passages. "
    "The p of each reader is in numbers.csv. Each passage counts once, those of an audit too."
)
_PLAIN_NOTE = (
    "The same test as its authors have it, with passages as the sample. Passages of one transcript are alike, so it is "
    "too sure; it is here to compare with other studies."
)


def stand_in(evidence: Evidence) -> Section:
    """Return section 6: the alternative annotator test, where three people or more read the same passages."""
    made = [
        (value.name, source, _tested(About(6, value.id, source), panel))
        for source in evidence.available
        for value in evidence.values
        if len((panel := evidence.panel(source, value.id).scored).pairable.coders) >= SEVERAL and not too_few(panel)
    ]
    if not made:
        return Section(
            6,
            _TITLE,
            "",
            empty=f"Not tested: it takes {SEVERAL} people who read the same passages without suggestions "
            "(`readers` and `double_share` in study.toml).",
        )
    sources = [source for _, source, _ in made]
    whose = evidence.primary if evidence.primary in sources else sources[0]
    omegas = [found[_named("omega", EPSILONS[2])] for _, source, (found, _) in made if source == whose]
    passed = sum(number.estimate is not None and number.estimate >= 0.5 for number in omegas)
    return Section(
        6,
        _TITLE,
        f"In readings {WORDS[whose]}, with a tolerance of {EPSILONS[2]}, the model holds its own against half of the "
        f"readers or more for {passed} of {len(omegas)} values.",
        "With a tolerance above 0 the model may be worse than every reader and still pass. Where a value is rare, a "
        "model that never suggests it is close to everybody and passes. With three readers omega can only be 0, 0.33, "
        "0.67 or 1.",
        (
            _table("Omega, and rho beside it", made, "", _NOTE),
            _table("Omega, passages taken for independent", made, _PLAIN, _PLAIN_NOTE),
        ),
        numbers=tuple(number for _, _, (found, rows) in made for number in (*found.values(), *rows)),
    )


def _named(what: str, epsilon: float, how: str = "") -> str:
    return f"{_TEST} ({what}, epsilon={epsilon}{how})"


def _tested(about: About, panel: Panel) -> tuple[dict[str, Number], list[Number]]:
    """Return omega and rho by the names of their estimators, and the p of each reader."""
    humans = pd.DataFrame(np.where(panel.codes < 0, np.nan, panel.codes), columns=panel.coders)
    said, clusters = pd.Series(panel.suggested), pd.Series(panel.clusters)
    by_transcript = agreement.alternative_annotator_tests(humans, said, EPSILONS, clusters=clusters)
    by_passage = agreement.alternative_annotator_tests(humans, said, EPSILONS)
    n_clusters = panel.n_clusters
    whole: dict[str, Number] = {}
    readers: list[Number] = []
    for how, tests in (("", by_transcript), (_PLAIN, by_passage)):
        for found in tests:
            reason = found.reason or "no interval: it speaks of these readers"
            for what, value in (("omega", found.value), ("rho", found.rho)):
                name = _named(what, found.epsilon, how)
                estimate = Estimate(value, found.n_units, n_clusters=n_clusters, reason=reason)
                whole[name] = about.number(MODEL, name, estimate)
            for coder, row in found.by_annotator.items():
                m = by_transcript[0].by_annotator[coder].n_clusters
                estimate = Estimate(row.p, row.n_items, n_clusters=m, reason=row.reason or _NO_INTERVAL)
                readers.append(about.number(f"model beside {coder}", _named("p", found.epsilon, how), estimate))
    return whole, readers


def _table(
    caption: str, made: list[tuple[str, str, tuple[dict[str, Number], list[Number]]]], how: str, note: str
) -> Table:
    rows = []
    for name, source, (found, _) in made:
        cells = [
            _omega(found[_named("omega", epsilon, how)], found[_named("rho", epsilon, how)]) for epsilon in EPSILONS
        ]
        rows.append((name, WORDS[source], *cells, *size(found[_named("omega", EPSILONS[0], how)])))
    tolerances = (f"tolerance {epsilon:g}" for epsilon in EPSILONS)
    return Table(caption, ("Value", "Readings", *tolerances, "Passages", "Transcripts"), tuple(rows), note)


def _omega(omega: Number, rho: Number) -> str:
    if omega.estimate is None or rho.estimate is None:
        return "not estimable"
    return f"{omega.estimate:.2f} (rho {rho.estimate:.2f})"
