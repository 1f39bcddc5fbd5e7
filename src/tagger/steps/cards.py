"""The card of what was learned: from how much, and how well it does on transcripts that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.agreement import average_precision, expected_calibration_error
from tagger.records import Framework
from tagger.steps.answers import SOURCES, Answers, never_learned_from
from tagger.wording import several

Floats = NDArray[np.float64]
Card = Mapping[str, Any]

ENOUGH_TO_CALIBRATE = 200

_READ = {
    "blind": "read here without suggestions",
    "independent": "coded elsewhere, independently",
    "own-first": "of readers' own, before they saw the suggestions",
}
_UNSAID = "-"


def card(framework: Framework, answers: Answers, before: Floats, after: Floats) -> Card:
    """
    Describe what was learned.

    Args:
        before: (excerpts, values), the scores by the framework's wording alone.
        after: (excerpts, values), the probabilities, each by what was learned without the excerpt's own transcript.
    """
    read = answers.read
    values = [
        _quality(answers.labels[:, column], before[:, column], after[:, column]) | {"id": value.id, "name": value.name}
        for column, value in enumerate(framework.values)
    ]
    return {
        "framework": f"{framework.title} ({framework.id} {framework.version})",
        "readings": {source: int((read["source"] == source).sum()) for source in SOURCES},
        "left_out": answers.left_out(),
        "readers": int(read["coder_id"].nunique()),
        "excerpts": int(answers.answered.sum()),
        "transcripts": answers.transcripts,
        "datasets": sorted(answers.excerpts.loc[answers.answered, "dataset"].unique().tolist()),
        "values": values,
        **{name: _mean([value[name] for value in values]) for name in ("before", "after")},
    }


def _quality(labels: Floats, before: Floats, after: Floats) -> dict[str, Any]:
    """Return of one value how many answers and yes there are, and how well scores order them before and after."""
    asked = ~np.isnan(labels)
    y = labels[asked]
    error = expected_calibration_error(y, after[asked], strategy="mass").value if len(y) else None
    return {
        "yes": int(y.sum()),
        "answers": len(y),
        "before": average_precision(y, before[asked]).value,
        "after": average_precision(y, after[asked]).value,
        "calibration_error": error if len(y) >= ENOUGH_TO_CALIBRATE else None,
    }


def _mean(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known else None


def in_words(card: Card) -> list[str]:
    """Say what a card says, in lines."""
    read = [f"{several(n, 'reading')} {_READ[source]}" for source, n in card["readings"].items() if n]
    return [
        f"Learned for {card['framework']} from {several(card['excerpts'], 'excerpt')} in "
        f"{several(card['transcripts'], 'transcript')}, by {several(card['readers'], 'reader')}:",
        *(f"  {line}" for line in read),
        *(f"  never learned from: {line}" for line in never_learned_from(card["left_out"])),
        "How well it puts the excerpts first in which people found a value, by wording alone and as learned now:",
        *_table(card["values"]),
        *_means(card),
        "  (1.00: all of them come first; by chance: the share of yes. Each excerpt was judged by what was learned",
        "  without its own transcript. Where there are few yes, these numbers are rough.)",
    ]


def _table(values: list[Card]) -> list[str]:
    width = max(len(value["name"]) for value in values)
    return [f"  {'':{width}}     yes of answers   wording   learned"] + [
        f"  {value['name']:{width}}  {value['yes']:6,} of {value['answers']:<7,}   {_two(value['before']):>7}   "
        f"{_two(value['after']):>7}{_calibration(value['calibration_error'])}"
        for value in values
    ]


def _means(card: Card) -> list[str]:
    known = sum(value["after"] is not None for value in card["values"])
    if not known:
        return ["  No value has a yes, so nothing can be said of how well they are found."]
    before, after = _two(card["before"]), _two(card["after"])
    means = f"  On average over {several(known, 'value')}: {before} by wording, {after} as learned."
    worse = (
        "  So the wording alone does better by these answers: more of them may change that, or it can be taken back."
    )
    return [means, worse] if card["after"] < card["before"] else [means]


def _calibration(error: float | None) -> str:
    return "" if error is None else f"   probabilities are off by {error:.2f} on average"


def _two(number: float | None) -> str:
    return _UNSAID if number is None else f"{number:.2f}"
