"""Section 6: may the model stand in for a reader?"""

from __future__ import annotations

from tagger import agreement
from tagger.report.document import Number, Section, Table
from tagger.report.evidence import WORDS, Evidence, Panel
from tagger.report.machine import MODEL
from tagger.report.measuring import About, too_few
from tagger.report.people import size

EPSILONS = (0.0, 0.05, 0.1, 0.15, 0.2)
SEVERAL = 3
"""The alternative annotator test takes so many readers."""


def stand_in(evidence: Evidence) -> Section:
    """Return section 6: the alternative annotator test, where three people or more read the same passages."""
    numbers: list[Number] = []
    rows = []
    for source in evidence.available:
        for value in evidence.values:
            panel = evidence.panel(source, value.id).scored
            if len(panel.pairable.coders) < SEVERAL or too_few(panel):
                continue
            made = [_test(About(6, value.id, source), panel, epsilon) for epsilon in EPSILONS]
            numbers += [number for pair in made for number in pair]
            rows.append((value.name, WORDS[source], *(_omega(omega, rho) for omega, rho in made), *size(made[0][0])))
    title = "May the model stand in for a reader?"
    if not numbers:
        return Section(
            6,
            title,
            "",
            empty=f"Not tested: it takes {SEVERAL} people who read the same passages without suggestions "
            "(`readers` and `double_share` in study.toml).",
        )
    whose = evidence.primary if any(one.source == evidence.primary for one in numbers) else numbers[0].source
    omegas = [
        one for one in numbers if one.source == whose and one.estimator.endswith(f"(omega, epsilon={EPSILONS[2]})")
    ]
    passed = sum(number.estimate is not None and number.estimate >= 0.5 for number in omegas)
    return Section(
        6,
        title,
        f"In readings {WORDS[whose]}, with a tolerance of {EPSILONS[2]}, the model holds its own against half of the "
        f"readers or more for {passed} "
        f"of {len(omegas)} values.",
        "With a tolerance above 0 the model may be worse than every reader and still pass. Where a value is rare, a "
        "model that never suggests it is close to everybody and passes. With three readers omega has four values.",
        (
            Table(
                "Omega (share of readers against whom the model holds its own) and rho (how often it is as close)",
                ("Value", "Readings", *(f"tolerance {epsilon}" for epsilon in EPSILONS), "Passages", "Transcripts"),
                tuple(rows),
                "Calderon, Reichart & Dror (2025); t over transcripts, Benjamini-Yekutieli at .05.",
            ),
        ),
        numbers=tuple(numbers),
    )


def _test(about: About, panel: Panel, epsilon: float) -> tuple[Number, Number]:
    humans = {
        coder: {int(place): int(code) for place, code in zip(panel.places, column, strict=True) if code >= 0}
        for coder, column in zip(panel.coders, panel.codes.T, strict=True)
    }
    places = panel.places.tolist()
    said = dict(zip(places, panel.suggested.tolist(), strict=True))
    clusters = dict(zip(places, panel.clusters.tolist(), strict=True))
    found = agreement.alternative_annotator_test(humans, said, epsilon, clusters=clusters)
    reason = found.reason or "no interval: it is a share of these readers"
    common = (about.section, about.value_id, about.source, MODEL)
    return (
        Number(
            *common,
            f"alternative_annotator_test (omega, epsilon={epsilon})",
            found.value,
            n=found.n_units,
            transcripts=panel.n_clusters,
            reason=reason,
        ),
        Number(
            *common,
            f"alternative_annotator_test (rho, epsilon={epsilon})",
            found.rho,
            n=found.n_units,
            transcripts=panel.n_clusters,
            reason=reason,
        ),
    )


def _omega(omega: Number, rho: Number) -> str:
    if omega.estimate is None:
        return "not estimable"
    return f"{omega.estimate:.2f} (rho {rho.estimate:.2f})" if rho.estimate is not None else f"{omega.estimate:.2f}"
