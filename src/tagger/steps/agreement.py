"""From a study to its report on agreement: gather the evidence, compute, write."""

from __future__ import annotations

from pathlib import Path

from tagger.config import FILE
from tagger.errors import UsageError
from tagger.report.computation import compute
from tagger.report.document import SEED, Report
from tagger.report.files import write
from tagger.steps.evidence import gather

_OWN = ("inbox", "frameworks", "models", ".prefect")


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
        UsageError: the study has no such dataset, or the report would lie among a study's own files.
        StoreError: the folder cannot be written to.
    """
    check_place(output)
    made = measure(folder, dataset, seed)
    return made, write(made, output)


def check_place(output: Path) -> None:
    """Refuse a folder that a study keeps its own files in; one of its own inside a study is as good as any."""
    place = output.resolve()
    study = next((folder for folder in (place, *place.parents) if (folder / FILE).exists()), None)
    if study is None:
        return
    if place == study or place.relative_to(study).parts[0] in _OWN:
        raise UsageError(
            "a study keeps its own files there, and a report would lie among them",
            where=str(output),
            remedy=f"Name a folder for the report, such as: -o {study / 'report'}",
        )
