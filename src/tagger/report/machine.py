"""Section 5: the model with people, as one more reader, beside people with people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np

from tagger import agreement
from tagger.agreement.clusters import Additive, difference
from tagger.report import statistics
from tagger.report.coefficients import ALPHA, coefficients, macro
from tagger.report.document import SEED, Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import FEWEST_POSITIVES, WORDS, Evidence, Panel, Places
from tagger.report.measuring import About, Tally, measured, p_value, tally
from tagger.report.people import NO_PAIR, NOTES, PEOPLE, axis_from, size

MODEL = "model with people"
MODEL_ALPHA = "krippendorff_alpha, mean over readers"
_MODEL_KAPPA = "cohen_kappa, mean over readers"
PAIRED = "difference of mean pairwise krippendorff_alpha"
P_VALUE = f"p, {PAIRED} (t, M - 1)"
FALSE_SHARE = 0.05
"""The largest expected share of values said to differ that do not."""
MARGIN = 0.1
"""How much less the model may agree with people than they do with each other; fixed before anybody looks."""


class Verdict(StrEnum):
    """What can be said of the model beside people, by the interval of their paired difference."""

    UNKNOWN = "not estimable"
    CLEARLY_LESS = "less than people do, by more than the margin"
    LESS = "less than people do"
    AS_FAR = "no worse than people, within the margin"
    OPEN = "cannot be told"


_QUALITY: dict[str, Callable[[], Additive]] = {
    "precision": statistics.precision,
    "recall": statistics.recall,
    "f1": statistics.f1,
}
_SAME_PEOPLE = "krippendorff_alpha, mean over pairs of readers"
_SAME_MODEL = "krippendorff_alpha, mean over readers, same passages"
_LESS = "model with people, less people with people"
_NO_READER = "not estimable: no reader found it, or was suggested it, in enough passages"
_NOTHING = "the machine has said nothing of any passage that was read without suggestions"


@dataclass(frozen=True, slots=True)
class _Beside:
    """The passages of a value of which the machine says something, what was said there, and which readers count."""

    panel: Panel
    said: Tally
    pairs: statistics.Pairs

    def measured(self, about: About, estimator: str, mean: Callable[[statistics.Pairs], Additive]) -> Number:
        """Return a mean over the readers who count, each with the model."""
        return about.measured(MODEL, estimator, mean(self.pairs), self.said, refused="" if self.pairs else _NO_READER)


def _beside(panel: Panel) -> _Beside:
    scored = panel.scored
    said = with_model(tally(scored, _NOTHING))
    return _Beside(scored, said, _pairs(said))


def alpha_of_model(about: About, panel: Panel) -> Number:
    """Return the mean over readers of alpha with the model: the number that the first screen shows."""
    return _beside(panel).measured(about, MODEL_ALPHA, statistics.mean_alpha)


def with_model(said: Tally) -> Tally:
    """Return what readers said, and in a last column what the machine says."""
    return replace(said, codes=np.column_stack([said.codes, said.suggested]))


def _pairs(said: Tally) -> statistics.Pairs:
    """Return the readers who count in a mean with the model, each with the model's column, which is the last."""
    last = said.codes.shape[1] - 1
    return said.admitted((reader, last) for reader in range(last))


def model(evidence: Evidence, with_people: tuple[Number, ...], seed: int = SEED) -> Section:
    """
    Return section 5: how far the model's suggestions agree with people, beside people with people.

    Args:
        with_people: the numbers of section 2.
        seed: of the transcripts that are drawn again.
    """
    counted = {source: _of_source(evidence, source) for source in evidence.available}
    counted = {source: found for source, found in counted.items() if found}
    made = {
        source: {value_id: _numbers(About(5, value_id, source), one, seed) for value_id, one in found.items()}
        for source, found in counted.items()
    }
    means = {source: _macro(About(5, "", source), list(found.values())) for source, found in counted.items()}
    numbers = [
        number
        for source, found in made.items()
        for number in (*(one for rows in found.values() for one in rows.values()), means[source])
    ]
    alphas = {(one.source, one.value_id): one for one in with_people if one.estimator == ALPHA}
    firm = _firm(numbers)
    names = evidence.names()
    tables, plots = [], []
    for source, found in made.items():
        tables += _tables(source, [(names[value_id], rows) for value_id, rows in found.items()], means[source], firm)
        plots.append(
            _forest(
                source,
                [
                    (names[value_id], alphas.get((source, value_id)), rows[MODEL_ALPHA])
                    for value_id, rows in found.items()
                ],
            )
        )
    title = "Model with people"
    if not numbers:
        return Section(5, title, "", empty=f"Nothing to compare yet: {_NOTHING}.")
    return Section(
        5,
        title,
        _finding(evidence, numbers, firm),
        "How far the model agrees with people cannot be read without how far people agree with each other. A "
        "suggestion is an invitation to read, made for a share of passages that is a setting; it is not a coding.",
        tuple(tables),
        tuple(plots),
        tuple(numbers),
        (
            "The model says yes where it suggests a value now, and no elsewhere. Ties between readers are left out of "
            "precision, recall and F1 against the majority.",
            "Each reader's panel with the model, the same as that of people in section 2, is in numbers.csv.",
            *NOTES,
            f"The margin for 'no worse than people by more than {MARGIN}' was fixed in the program, before any data.",
        ),
    )


def _of_source(evidence: Evidence, source: str) -> dict[str, _Beside]:
    """Return what was said of each value of which the machine says something where somebody read."""
    found = {value.id: _beside(evidence.panel(source, value.id)) for value in evidence.values}
    return {value_id: one for value_id, one in found.items() if len(one.panel.places)}


def _firm(numbers: list[Number]) -> set[tuple[str, str]]:
    """Return the sources and values whose difference to people stands when all of the section are tested at once."""
    tested = [one for one in numbers if one.estimator == P_VALUE and one.estimate is not None]
    kept = agreement.rejected([one.estimate or 0.0 for one in tested], FALSE_SHARE, method="BY")
    return {(tested[place].source, tested[place].value_id) for place in kept}


def _numbers(about: About, one: _Beside, seed: int) -> dict[str, Number]:
    said, coders = one.said, one.panel.coders
    means = ((MODEL_ALPHA, statistics.mean_alpha), (_MODEL_KAPPA, statistics.mean_kappa))
    found = {name: one.measured(about, name, mean) for name, mean in means}
    found |= _paired(about, one.panel, seed)
    found |= _quality(about, said, "the majority", _majority(said))
    for column, coder in enumerate(coders):
        found |= _quality(about, said, coder, said.codes[:, column])
        found |= _with_reader(about, coder, said.of((column, len(coders))))
    return found


def _with_reader(about: About, coder: str, two: Tally) -> dict[str, Number]:
    """Return the panel of section 2 for a reader, first, and the model."""
    between = f"model and {coder}"
    made = coefficients(about, between, two)
    made["cohen_kappa"] = about.measured(between, "cohen_kappa", statistics.mean_kappa(((0, 1),)), two)
    return {f"{name}, {coder}": number for name, number in made.items()}


def _paired(about: About, scored: Panel, seed: int) -> dict[str, Number]:
    """Return people with people, the model with the same people on the same passages, and their difference."""
    both = scored.pairable
    if not len(both.places):
        return {}
    said, last = with_model(tally(both)), len(both.coders)
    known = {reader for reader, _ in _pairs(said)}
    pairs = said.admitted((one, two) for one, two in combinations(range(last), 2) if {one, two} <= known)
    people = statistics.mean_alpha(pairs)
    model_ = statistics.mean_alpha(tuple((reader, last) for reader in sorted({one for pair in pairs for one in pair})))
    less, refused = difference(model_, people), "" if pairs else NO_PAIR
    found = measured(less, said, -2.0, 2.0, refused)
    numbers = (
        about.measured(PEOPLE, _SAME_PEOPLE, people, said, refused=refused),
        about.measured(MODEL, _SAME_MODEL, model_, said, refused=refused),
        about.number(_LESS, PAIRED, found),
        about.number(_LESS, P_VALUE, p_value(found)),
        *about.resampled(_LESS, PAIRED, less, said, seed, refused),
    )
    return {number.estimator: number for number in numbers}


def _majority(said: Tally) -> Places:
    """Return (rows,) what most readers said; -1 where as many said yes as no."""
    readers = said.codes[:, :-1]
    yes, no = (readers == 1).sum(axis=1), (readers == 0).sum(axis=1)
    return np.where(yes == no, -1, yes > no)


def _quality(about: About, said: Tally, against: str, labels: Places) -> dict[str, Number]:
    """Return how well what is suggested fits labels, (rows,), which are for somebody to have said."""
    two = replace(said, codes=np.column_stack([labels, said.suggested])).only(labels >= 0)
    positives = int(two.passages[two.codes[:, 0] == 1].sum())
    few = f"not estimable: {against} found it in {positives} passages, and it takes {FEWEST_POSITIVES}"
    return {
        f"{name}, {against}": about.measured(
            f"model and {against}",
            name,
            statistics.of_ratings(statistic()),
            two,
            0.0,
            refused="" if positives >= FEWEST_POSITIVES else few,
        )
        for name, statistic in _QUALITY.items()
    }


def _macro(about: About, counted: list[_Beside]) -> Number:
    known = [one for one in counted if one.pairs and not one.said.refused]
    rows = [(one.panel, one.said, statistics.mean_alpha(one.pairs)) for one in known]
    return macro(about, MODEL, MODEL_ALPHA, rows)


def _tables(
    source: str, found: list[tuple[str, dict[str, Number]]], mean: Number, firm: set[tuple[str, str]]
) -> list[Table]:
    side_by_side = [_side_by_side(name, rows, firm) for name, rows in found]
    alone = [
        (
            name,
            shown(rows[MODEL_ALPHA]),
            str(rows[MODEL_ALPHA].n),
            *(shown(rows[f"{key}, the majority"]) for key in _QUALITY),
            str(rows["precision, the majority"].n),
            str(rows[MODEL_ALPHA].transcripts),
        )
        for name, rows in found
    ]
    alone.append(("Mean over values", shown(mean), str(mean.n), "", "", "", "", str(mean.transcripts)))
    return [
        Table(
            f"Side by side, on passages that two people read ({WORDS[source]})",
            (
                "Value",
                "People with people",
                "Model with people",
                "Difference",
                "In words",
                "With all values tested",
                "Passages",
                "Transcripts",
            ),
            tuple(side_by_side),
            "Mean alpha over pairs; the difference is paired, by the same transcripts left out. With all values "
            "tested: of many values some seem to differ by chance. Where it says 'differs', the difference stands when "
            f"all are tested together (Benjamini-Yekutieli at {FALSE_SHARE}). 'May be chance' proves nothing.",
        ),
        Table(
            f"The model with people, on all passages that anybody read ({WORDS[source]})",
            ("Value", "Alpha", "Passages", "Precision", "Recall", "F1", "Without ties", "Transcripts"),
            tuple(alone),
            "Alpha: mean over readers of alpha of reader and model. Precision: of what is suggested, how much most "
            "readers found too. Recall: of what they found, how much is suggested. Each reader's own: numbers.csv.",
        ),
    ]


def _side_by_side(name: str, rows: dict[str, Number], firm: set[tuple[str, str]]) -> tuple[str, ...]:
    """Write people with people, and the model with them on the same passages, as a row."""
    if PAIRED not in rows:
        return (name, "nobody read twice", "", "", Verdict.UNKNOWN, "not tested", "0", "0")
    paired, p = rows[PAIRED], rows[P_VALUE]
    tested = "differs" if (p.source, p.value_id) in firm else "may be chance"
    return (
        name,
        *(shown(rows[key]) for key in (_SAME_PEOPLE, _SAME_MODEL, PAIRED)),
        verdict(paired),
        "not tested" if p.estimate is None else tested,
        *size(paired),
    )


def verdict(paired: Number | None) -> Verdict:
    """Say what a paired difference tells, by its interval and the margin."""
    if paired is None or paired.low is None or paired.high is None:
        return Verdict.UNKNOWN
    if paired.high < -MARGIN:
        return Verdict.CLEARLY_LESS
    if paired.low > -MARGIN:
        return Verdict.AS_FAR
    return Verdict.LESS if paired.high < 0 else Verdict.OPEN


def _forest(source: str, found: list[tuple[str, Number | None, Number]]) -> Forest:
    rows = tuple((name, (_bar(PEOPLE, people), _bar(MODEL, model_))) for name, people, model_ in found)
    alt = "; ".join(f"{name}: model {shown(model_)}" for name, _, model_ in found)
    title = f"People with people, and the model with people, readings {WORDS[source]}"
    return Forest(title, alt, "Krippendorff's alpha", rows, axis_from(rows))


def _bar(series: str, number: Number | None) -> Bar:
    return Bar(series, None) if number is None else Bar(series, number.estimate, interval_of(number))


def _finding(evidence: Evidence, numbers: list[Number], firm: set[tuple[str, str]]) -> str:
    own = [one for one in numbers if one.source == evidence.primary and one.value_id]
    paired = [number for number in own if number.estimator == PAIRED and number.low is not None]
    total = len({number.value_id for number in own})
    whose = f"In readings {WORDS[evidence.primary]}"
    if not paired:
        return f"{whose} there is for none of {total} values enough to set the model beside people."
    said = [verdict(number) for number in paired]
    less, near = sum(one in (Verdict.LESS, Verdict.CLEARLY_LESS) for one in said), said.count(Verdict.AS_FAR)
    stands = sum((number.source, number.value_id) in firm for number in paired)
    return (
        f"{whose}, of {len(paired)} values that can be compared, the model agrees with people less than people do with "
        f"each other for {less}, no worse than people within the margin for {near}, and for "
        f"{len(paired) - less - near} it cannot be told. With all values tested at once, the model differs from "
        f"people for {stands}."
    )
