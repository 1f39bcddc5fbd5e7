"""Section 5: the model with people, as one more reader, beside people with people."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from tagger.agreement.clusters import Additive, difference
from tagger.report import statistics
from tagger.report.document import Bar, Forest, Number, Section, Table, interval_of, shown
from tagger.report.evidence import WORDS, Evidence, Floats, Panel, Places
from tagger.report.measuring import About, too_few
from tagger.report.people import PEOPLE, alpha_of_people, macro

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
_NOTHING = "the machine has said nothing of any passage that was read without suggestions"


def alpha_of_model(about: About, panel: Panel) -> Number:
    """Return the mean over readers of alpha with the model: the number that the first screen shows."""
    scored = panel.scored
    rows = _with_model(scored)
    refused = too_few(scored) if len(scored.places) else _NOTHING
    statistic = statistics.model_alpha(len(scored.coders))
    return about.jackknifed(MODEL, MODEL_ALPHA, statistic, rows, scored.clusters, -1.0, refused)


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
        _finding(numbers),
        "How far the model agrees with people cannot be read without how far people agree with each other. A "
        "suggestion is an invitation to read, made for a share of passages that is a setting; it is not a coding.",
        tuple(tables),
        tuple(plots),
        tuple(numbers),
        (
            "The model says yes where it suggests a value now, and no elsewhere. Ties between readers are left out of "
            "precision, recall and F1 against the majority.",
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
    kappa = statistics.model_kappa(len(scored.coders))
    rows = _with_model(scored)
    found["cohen_kappa, mean over readers"] = about.jackknifed(
        MODEL, "cohen_kappa, mean over readers", kappa, rows, scored.clusters, -1.0, refused
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
    readers, rows = len(both.coders), _with_model(both)
    people, model_ = statistics.people_first(readers), statistics.model_alpha(readers)
    refused = refused or too_few(both)
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
    if not refused and positives < statistics.FEWEST_POSITIVES:
        refused = (
            f"not estimable: {against} found it in {positives} passages, and it takes {statistics.FEWEST_POSITIVES}"
        )
    rows = np.column_stack([panel.weights, labels, panel.suggested])[said]
    return {
        f"{name}, {against}": about.jackknifed(
            f"model and {against}", name, statistic(), rows, panel.clusters[said], 0.0, refused
        )
        for name, statistic in _QUALITY.items()
    }


def _macro(evidence: Evidence, source: str, value_ids: list[str]) -> Number:
    panels = [panel for value in value_ids if not too_few(panel := evidence.panel(source, value).scored)]
    rows = [(panel, _with_model(panel)) for panel in panels]
    return macro(About(5, "", source), MODEL, MODEL_ALPHA, rows, statistics.model_alpha)


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
            *(shown(rows[f"{key}, the majority"]) for key in _QUALITY),
            str(rows[MODEL_ALPHA].n),
            str(rows[MODEL_ALPHA].transcripts),
        )
        for name, rows in found
    ]
    alone.append(("Mean over values", shown(mean), "", "", "", str(mean.n), str(mean.transcripts)))
    return [
        Table(
            f"Side by side, on passages that two people read ({WORDS[source]})",
            ("Value", "People with people", "Model with people", "Difference", "In words", "Passages", "Transcripts"),
            tuple(beside),
            "Mean alpha over pairs; the difference is paired, by the same transcripts left out.",
        ),
        Table(
            f"The model with people, on all passages that anybody read ({WORDS[source]})",
            ("Value", "Alpha", "Precision", "Recall", "F1", "Passages", "Transcripts"),
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
    if paired.high < 0:
        return Verdict.LESS
    return Verdict.AS_FAR if paired.low > -MARGIN else Verdict.OPEN


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


def _finding(numbers: list[Number]) -> str:
    paired = [number for number in numbers if number.estimator == PAIRED and number.low is not None]
    total = len({number.value_id for number in numbers if number.value_id})
    if not paired:
        return f"For none of {total} values is there enough to set the model beside people."
    said = [verdict(number) for number in paired]
    less, near = sum(one in (Verdict.LESS, Verdict.CLEARLY_LESS) for one in said), said.count(Verdict.AS_FAR)
    return (
        f"Of {len(paired)} values that can be compared, the model agrees with people clearly less than people do with "
        f"each other for {less}, no worse than people within the margin for {near}, and for "
        f"{len(paired) - less - near} it cannot be told."
    )
