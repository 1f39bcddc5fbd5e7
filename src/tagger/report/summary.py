"""The first screen: a row for each value, with one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

from tagger.report.coefficients import ALPHA
from tagger.report.document import Number, Section, SummaryRow
from tagger.report.evidence import AUDIT, BLIND, WORDS, Evidence
from tagger.report.machine import MODEL_ALPHA, PAIRED, Verdict, verdict
from tagger.report.measuring import ROUGH

_MODEL = {
    Verdict.UNKNOWN: "The model cannot be set beside people yet.",
    Verdict.CLEARLY_LESS: "The model agrees with them clearly less.",
    Verdict.LESS: "The model agrees with them less.",
    Verdict.AS_FAR: "The model agrees with them as far, within the margin.",
    Verdict.OPEN: "Whether the model agrees as far cannot be told yet.",
}

FIRM, TENTATIVE = 0.8, 0.667
"""Krippendorff's conventions, which he wants applied to the lower end of the interval."""


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """
    What a report opens with.

    Args:
        headline: one sentence on all values.
        source: on whose readings it rests, in words.
        moves: whether these were made here, so that every further reading may move the numbers.
        rows: one for each value.
        cannot_say: what it must not be taken for, a text for each section that it is taken from.
    """

    headline: str
    source: str
    moves: bool
    rows: tuple[SummaryRow, ...]
    cannot_say: tuple[str, ...]


def first_screen(evidence: Evidence, people: Section, model: Section) -> FirstScreen:
    """Return the first screen, from sections 2 and 5."""
    found = rows(evidence, people, model)
    return FirstScreen(
        headline(evidence, found),
        source_words(evidence),
        evidence.primary in (BLIND, AUDIT),
        found,
        tuple(section.cannot_say for section in (people, model) if section.cannot_say),
    )


def rows(evidence: Evidence, people: Section, model: Section) -> tuple[SummaryRow, ...]:
    """Return a row for each value, from the numbers of sections 2 and 5."""
    source = evidence.primary
    with_people = _by_value(people, ALPHA, source)
    with_model = _by_value(model, MODEL_ALPHA, source)
    paired = _by_value(model, PAIRED, source)
    return tuple(
        _row(value.name, with_people.get(value.id), with_model.get(value.id), paired.get(value.id))
        for value in evidence.values
    )


def headline(evidence: Evidence, found: tuple[SummaryRow, ...]) -> str:
    """Return one sentence on all values."""
    if not evidence.primary:
        return "Nobody has read anything yet that may be compared: read some passages without suggestions first."
    enough = sum(row.enough == "yes" for row in found)
    rough = sum(row.enough == "rough" for row in found)
    less = sum(row.words.endswith((_MODEL[Verdict.LESS], _MODEL[Verdict.CLEARLY_LESS])) for row in found)
    parts = [f"There is enough to say something about {enough + rough} of {len(found)} values"]
    if rough:
        parts.append(f"for {rough} of them only roughly")
    said = ", ".join(parts) + "."
    if less:
        said += f" For {less} the model agrees with people less than people do with each other."
    return said


def source_words(evidence: Evidence) -> str:
    """Say on whose readings the first screen rests."""
    return f"readings {WORDS[evidence.primary]}" if evidence.primary else "no readings"


def _by_value(section: Section, estimator: str, source: str) -> dict[str, Number]:
    return {
        number.value_id: number
        for number in section.numbers
        if number.estimator == estimator and number.source == source and number.value_id
    }


def _row(name: str, people: Number | None, model: Number | None, paired: Number | None) -> SummaryRow:
    if people is None or people.estimate is None or people.low is None:
        known = people or model
        reason = known.reason if known else "nobody has read for it without suggestions"
        words = "Two people have not read the same passages yet" if people is None and known else reason
        return SummaryRow(name, people, model, "no", _capital(words.removeprefix("not estimable: ")) + ".")
    enough = "yes" if (people.transcripts or 0) >= ROUGH else "rough"
    return SummaryRow(name, people, model, enough, f"{_people(people)} {_model(model, paired)}".strip())


def _people(number: Number) -> str:
    low = number.low or 0.0
    if low >= FIRM:
        return "People agree well enough for firm conclusions."
    if low >= TENTATIVE:
        return "People agree well enough for tentative conclusions."
    if low > 0:
        return "People agree beyond chance; talk over the wording, or read more."
    return "People may not agree more than by chance."


def _model(number: Number | None, paired: Number | None) -> str:
    if number is None or number.estimate is None:
        return "The model cannot be compared yet."
    return _MODEL[verdict(paired)]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
