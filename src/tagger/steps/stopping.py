"""May people stop looking: what the newest audits guarantee to have been found, value by value."""

from __future__ import annotations

from pathlib import Path

from tagger.report.found import SoFar, found_so_far
from tagger.steps.evidence import gather


def guarantees(folder: Path, dataset: str = "") -> list[SoFar]:
    """
    Say for each value and audited dataset how much of what shows it has been found at least; `words` is a sentence.

    Args:
        dataset: the dataset to which it is restricted; empty for all.

    Raises:
        UsageError: the study has no such dataset.
    """
    return found_so_far(gather(folder, dataset))
