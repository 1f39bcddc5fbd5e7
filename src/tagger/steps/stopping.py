"""May people stop looking: what the newest audits guarantee to have been found, and what another one takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tagger.agreement import SampleSize, plan_search
from tagger.report.found import WANTED, SoFar, found_so_far
from tagger.steps.evidence import gather


@dataclass(frozen=True, slots=True)
class Search:
    """
    What it takes to show that so much of a value has been found.

    Args:
        value: its name.
        found: in how many passages of now somebody has found it.
        rest: how many others there are.
        needed: how many of these to read blind without finding it.
    """

    value: str
    found: int
    rest: int
    needed: SampleSize


def guarantees(folder: Path, dataset: str = "") -> list[SoFar]:
    """
    Say for each value and audited dataset how much of what shows it has been found at least; `words` is a sentence.

    Args:
        dataset: the dataset to which it is restricted; empty for all.

    Raises:
        UsageError: the study has no such dataset.
    """
    return found_so_far(gather(folder, dataset))


def searches(folder: Path, dataset: str, share: float = WANTED) -> list[Search]:
    """
    Say for each value what the next audit of a dataset takes to show that a share of it has been found.

    Raises:
        UsageError: the study has no such dataset.
    """
    evidence = gather(folder, dataset)
    current = evidence.passages["current"].to_numpy(dtype=bool)
    look = int(evidence.searched["look"].max()) + 1 if len(evidence.searched) else 1
    yes = evidence.answers[evidence.answers["yes"] & current[evidence.answers["place"]]]
    found = {value.id: yes.loc[yes["value_id"] == value.id, "place"].nunique() for value in evidence.values}
    return [
        Search(value.name, now, rest, plan_search(now, rest, share=share, look=look))
        for value in evidence.values
        for now, rest in [(found[value.id], int(current.sum()) - found[value.id])]
    ]
