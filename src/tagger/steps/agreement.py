"""From a study to its report on agreement: gather the evidence, compute, write."""

from __future__ import annotations

from pathlib import Path

from tagger.report.computation import compute
from tagger.report.document import SEED, Report
from tagger.report.files import write
from tagger.steps.evidence import gather


def measure(folder: Path, dataset: str = "", seed: int = SEED) -> Report:
    """
    Compute the report on agreement of a study.

    Args:
        dataset: the dataset to which it is restricted; empty for all.
        seed: of the random numbers.

    Raises:
        UsageError: the study has no such dataset.
    """
    return compute(gather(folder, dataset), seed)


def report(folder: Path, output: Path, dataset: str = "", seed: int = SEED) -> tuple[Report, list[Path]]:
    """
    Write the report on agreement of a study into the folder *output*; return it, and what was written.

    Raises:
        UsageError: the study has no such dataset.
        StoreError: the folder cannot be written to.
    """
    made = measure(folder, dataset, seed)
    return made, write(made, output)
