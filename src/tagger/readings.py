"""What a person holds an excerpt to show: their steps, folded in order, and what silence means in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

MARKS = ("choose", "accept", "reject")
"""Acts that say something of single values."""


def read_against(units: Mapping[str, str], kind: str) -> tuple[str, ...]:
    """
    Return the values that an excerpt is read against: an exchange serves those of its own unit alone, if there are any.

    Args:
        units: the unit of each value of a list, by its id, in the list's order.
        kind: the excerpt's.
    """
    own = tuple(value for value, unit in units.items() if unit == "exchange")
    return own if kind == "exchange" and own else tuple(units)


@dataclass(frozen=True, slots=True)
class Step:
    """
    One act that stands, in its place among the others.

    `answers` maps value ids to yes, no, or "not asked" for a mark that was taken away. `listed` holds the values that
    were read against, where they are not those asked for now: a Done under an older list says nothing of a new value.
    """

    act: str
    answers: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    listed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What a person holds an excerpt to show now.

    `answers` maps value ids to yes or no; a value that is missing was not asked. `outcome` is one of the outcomes of
    a coding, None where nothing is said yet. `unlisted`: they see something that is not on the list.
    """

    answers: dict[str, str]
    outcome: str | None
    finished: bool
    unlisted: bool


@dataclass(frozen=True, slots=True)
class _Held:
    """Marks, the values whose silence is a no, and how the excerpt was left."""

    marks: dict[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    read_whole: bool = False
    unlisted: bool = False
    left: str = ""

    def after(self, step: Step, listed: Iterable[str]) -> _Held:
        if step.act in MARKS:
            marks = self.marks | dict(step.answers)
            return replace(self, marks={v: a for v, a in marks.items() if a in ("yes", "no")}, left="")
        if step.act == "done":
            return replace(self, silent=self.silent.union(listed), read_whole=True, left="")
        if step.act == "nothing here":
            return _Held(silent=self.silent.union(listed, self.marks), read_whole=True)
        if step.act == "something not on our list":
            return replace(self, unlisted=True, left="")
        if step.act in ("unsure", "skip"):
            return _Held(left="unsure" if step.act == "unsure" else "skipped")
        return self

    def outcome(self, answers: Mapping[str, str]) -> str | None:
        if self.left:
            return self.left
        if "yes" in answers.values():
            return "values"
        if self.unlisted:
            return "something not on our list"
        if self.read_whole:
            return "nothing here"
        return "values" if answers else None


def fold(acts: Iterable[Step], values: Sequence[str]) -> Reading:
    """
    Fold a person's standing acts on one excerpt into what they hold now.

    Marks speak for their own values alone, and so does something that is not on the list. Done, and nothing here, make
    every value that is not marked a no, and this stays so while they stand; without them such a value was not asked.
    Unsure and skip leave no answer behind.

    Args:
        values: the ids of the values that are asked for, in their order.
    """
    held = _Held()
    for step in sorted(acts, key=lambda step: step.number):
        held = held.after(step, values if step.listed is None else step.listed)
    answers = {value: held.marks.get(value, "no") for value in values if value in held.marks or value in held.silent}
    finished = held.read_whole or bool(held.left)
    return Reading(answers, held.outcome(answers), finished, held.unlisted)
