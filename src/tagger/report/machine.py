"""Section 5: the model with people, as one more reader, beside people with people."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from itertools import combinations

import numpy as np

from tagger.agreement.clusters import Additive, difference
from tagger.report import statistics
from tagger.report.document import Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import FEWEST_POSITIVES, WORDS, Evidence, Floats, Panel, Places
from tagger.report.measuring import About, too_few
from tagger.report.people import NO_PAIR, NOTES, PEOPLE, alpha_of_people, macro

MODEL = "model with people"
MODEL_ALPHA = "krippendorff_alpha, mean over readers"
PAIRED = "difference of mean pairwise krippendorff_alpha"
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
_NO_READER = "not estimable: no reader found it, or was suggested it, in enough passages"
_NOTHING = "the machine has said nothing of any passage that was read without suggestions"


def alpha_of_model(about: About, panel: Panel) -> Number:
    """Return the mean over readers of alpha with the model: the number that the first screen shows."""
    scored = panel.scored
    rows, pairs = _with_model(scored), _pairs(scored)
    refused = too_few(scored) if len(scored.places) else _NOTHING
    statistic = statistics.weighted(statistics.mean_alpha(pairs), scored.weights)
    return about.jackknifed(
        MODEL, MODEL_ALPHA, statistic, rows, scored.clusters, -1.0, refused or ("" if pairs else _NO_READER)
    )


def _pairs(panel: Panel) -> statistics.Pairs:
    """Return the readers who count in a mean with the model, each with the model's column."""
    last = len(panel.coders)
    return statistics.admitted(_with_model(panel), [(reader, last) for reader in range(last)])


def model(evidence: Evidence) -> Section:
    """Return section 5: how far the model's suggestions agree with people, beside people with people."""
    numbers: list[Number] = []
    tables, plots = [], []
    for source in evidence.available:
        found = [(value, _numbers(evidence, source, value.id)) for value in evidence.values]
        found = [(value, rows) for value, rows in found if rows]
        if not found:
            continue
        mean = _macro(evidence, source, [value.id for value, _ in found])
        numbers += [number for _, rows in found for number in rows.values()] + [mean]
        tables += _tables(source, [(value.name, rows) for value, rows in found], mean)
        plots.append(_forest(evidence, source, [(value.id, value.name, rows) for value, rows in found]))
    title = "Model with people"
    if not numbers:
        return Section(5, title, "", empty=f"Nothing to compare yet: {_NOTHING}.")
    return Section(
        5,
        title,
        _finding(evidence, numbers),
        "How far the model agrees with people cannot be read without how far people agree with each other. A "
        "suggestion is an invitation to read, made for a share of passages that is a setting; it is not a coding.",
        tuple(tables),
        tuple(plots),
        tuple(numbers),
        (
            "The model says yes where it suggests a value now, and no elsewhere. Ties between readers are left out of "
            "precision, recall and F1 against the majority.",
            *NOTES,
            f"The margin for 'no worse than people by more than {MARGIN}' was fixed in the program, before any data.",
        ),
    )


def _with_model(panel: Panel) -> Places:
    """Return (units, readers + 1): the readers' answers, and last what is suggested."""
    return np.column_stack([panel.codes, panel.suggested])


def _numbers(evidence: Evidence, source: str, value_id: str) -> dict[str, Number]:
    panel = evidence.panel(source, value_id)
    scored = panel.scored
    if not len(scored.places):
        return {}
    about, refused = About(5, value_id, source), too_few(scored)
    found = {MODEL_ALPHA: alpha_of_model(about, panel)}
    rows, pairs = _with_model(scored), _pairs(scored)
    kappa = statistics.weighted(statistics.mean_kappa(pairs), scored.weights)
    alone = refused or ("" if pairs else _NO_READER)
    found["cohen_kappa, mean over readers"] = about.jackknifed(
        MODEL, "cohen_kappa, mean over readers", kappa, rows, scored.clusters, -1.0, alone
    )
    found |= _paired(about, scored, refused)
    found |= _quality(about, scored, "the majority", scored.majority(), refused)
    for column, coder in enumerate(scored.coders):
        labels = np.where(scored.codes[:, column] >= 0, scored.codes[:, column].astype(float), np.nan)
        found |= _quality(about, scored, coder, labels, refused)
    return found


def _paired(about: About, scored: Panel, refused: str) -> dict[str, Number]:
    """Return people with people, the model with the same people on the same passages, and their difference."""
    both = scored.pairable
    if not len(both.places):
        return {}
    rows, last = _with_model(both), len(both.coders)
    known = {reader for reader, _ in _pairs(both)}
    between = [(one, two) for one, two in combinations(range(last), 2) if {one, two} <= known]
    pairs = statistics.admitted(both.codes, between)
    with_model = tuple((reader, last) for reader in sorted({reader for pair in pairs for reader in pair}))
    people = statistics.weighted(statistics.mean_alpha(pairs), both.weights)
    model_ = statistics.weighted(statistics.mean_alpha(with_model), both.weights)
    refused = refused or too_few(both) or ("" if pairs else NO_PAIR)
    made = {
        "people, same passages": (PEOPLE, "krippendorff_alpha, mean over pairs of readers", people, -1.0),
        "model, same passages": (MODEL, "krippendorff_alpha, mean over readers, same passages", model_, -1.0),
        PAIRED: ("model with people, less people with people", PAIRED, difference(model_, people), -2.0),
    }
    return {
        name: about.jackknifed(between, estimator, statistic, rows, both.clusters, low, refused, high=max(1.0, -low))
        for name, (between, estimator, statistic, low) in made.items()
    }


def _quality(about: About, panel: Panel, against: str, labels: Floats, refused: str) -> dict[str, Number]:
    said = ~np.isnan(labels)
    positives = int(labels[said].sum())
    if not refused and positives < FEWEST_POSITIVES:
        refused = f"not estimable: {against} found it in {positives} passages, and it takes {FEWEST_POSITIVES}"
    rows = np.column_stack([panel.weights, labels, panel.suggested])[said]
    return {
        f"{name}, {against}": about.jackknifed(
            f"model and {against}", name, statistic(), rows, panel.clusters[said], 0.0, refused
        )
        for name, statistic in _QUALITY.items()
    }


def _macro(evidence: Evidence, source: str, value_ids: list[str]) -> Number:
    panels = [panel for value in value_ids if not too_few(panel := evidence.panel(source, value).scored)]
    rows = [(panel, _with_model(panel), statistics.mean_alpha(pairs)) for panel in panels if (pairs := _pairs(panel))]
    return macro(About(5, "", source), MODEL, MODEL_ALPHA, rows)


def _tables(source: str, found: list[tuple[str, dict[str, Number]]], mean: Number) -> list[Table]:
    beside = [
        (
            name,
            *(shown(rows.get(key)) if key in rows else "nobody read twice" for key in ("people, same passages",)),
            *(shown(rows.get(key)) if key in rows else "" for key in ("model, same passages", PAIRED)),
            verdict(rows.get(PAIRED)),
            str(rows[PAIRED].n) if PAIRED in rows else "0",
            str(rows[PAIRED].transcripts) if PAIRED in rows else "0",
        )
        for name, rows in found
    ]
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
            ("Value", "People with people", "Model with people", "Difference", "In words", "Passages", "Transcripts"),
            tuple(beside),
            "Mean alpha over pairs; the difference is paired, by the same transcripts left out.",
        ),
        Table(
            f"The model with people, on all passages that anybody read ({WORDS[source]})",
            ("Value", "Alpha", "Passages", "Precision", "Recall", "F1", "Without ties", "Transcripts"),
            tuple(alone),
            "Alpha: mean over readers of alpha of reader and model. Precision: of what is suggested, how much most "
            "readers found too. Recall: of what they found, how much is suggested. Each reader's own: numbers.csv.",
        ),
    ]


def verdict(paired: Number | None) -> Verdict:
    """Say what a paired difference tells, by its interval and the margin."""
    if paired is None or paired.low is None or paired.high is None:
        return Verdict.UNKNOWN
    if paired.high < -MARGIN:
        return Verdict.CLEARLY_LESS
    if paired.low > -MARGIN:
        return Verdict.AS_FAR
    return Verdict.LESS if paired.high < 0 else Verdict.OPEN


def _forest(evidence: Evidence, source: str, found: list[tuple[str, str, dict[str, Number]]]) -> Forest:
    rows = []
    for value_id, name, numbers in found:
        people = alpha_of_people(About(2, value_id, source), evidence.panel(source, value_id))
        model_ = numbers[MODEL_ALPHA]
        rows.append(
            (
                name,
                (
                    Bar(PEOPLE, people.estimate, interval_of(people)),
                    Bar(MODEL, model_.estimate, interval_of(model_)),
                ),
            )
        )
    alt = "; ".join(f"{name}: model {shown(numbers[MODEL_ALPHA])}" for _, name, numbers in found)
    title = f"People with people, and the model with people, readings {WORDS[source]}"
    return Forest(title, alt, "Krippendorff's alpha", tuple(rows))


def _finding(evidence: Evidence, numbers: list[Number]) -> str:
    own = [one for one in numbers if one.source == evidence.primary and one.value_id]
    paired = [number for number in own if number.estimator == PAIRED and number.low is not None]
    total = len({number.value_id for number in own})
    whose = f"In readings {WORDS[evidence.primary]}"
    if not paired:
        return f"{whose} there is for none of {total} values enough to set the model beside people."
    said = [verdict(number) for number in paired]
    less, near = sum(one in (Verdict.LESS, Verdict.CLEARLY_LESS) for one in said), said.count(Verdict.AS_FAR)
    return (
        f"{whose}, of {len(paired)} values that can be compared, the model agrees with people less than people do with "
        f"each other for {less}, no worse than people within the margin for {near}, and for "
        f"{len(paired) - less - near} it cannot be told. With so many values, one may seem to differ by chance."
    )
