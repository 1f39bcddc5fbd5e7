"""The flow that measures agreement, for a schedule: the report is written, and its first screen becomes an artifact."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from tagger.pipelines.summary import agreement_in_markdown
from tagger.report.document import SEED
from tagger.steps import agreement


@flow(name="measure-agreement")
def measure_agreement(study: str, output: str, dataset: str = "", seed: int = SEED) -> str:
    """
    Write the report on agreement of a study.

    Args:
        study: the study's folder.
        output: the folder for the report.
        dataset: one dataset alone; empty for all of them.
        seed: of the random numbers.

    Returns:
        The path of the page.
    """
    write = task(name="report", cache_policy=NO_CACHE)(agreement.report)
    made, files = write(Path(study), Path(output), dataset, seed)
    page = next(file for file in files if file.suffix == ".html")
    create_markdown_artifact(
        agreement_in_markdown(made, page), key="agreement", description="How far people agree, and the suggestions"
    )
    return str(page)
