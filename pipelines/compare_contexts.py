"""The flow that compares contexts, for a schedule: the page is written, and its first table becomes an artifact."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from tagger.pipelines.summary import comparison_in_markdown
from tagger.report.comparison.material import DATASET
from tagger.steps import compare


@flow(name="compare-contexts")
def compare_contexts(
    study: str, output: str, by: str = DATASET, datasets: list[str] | None = None, quotes: bool = True
) -> str:
    """
    Write the comparison of a study's contexts.

    Args:
        study: the study's folder.
        output: the folder for the page and its numbers.
        by: what tells contexts apart: "dataset", or an attribute.
        datasets: those to compare; none for all.
        quotes: whether people's words are part of the page; they are never part of the artifact.

    Returns:
        The path of the page.
    """
    write = task(name="comparison", cache_policy=NO_CACHE)(compare.write)
    made, files = write(Path(study), Path(output), by, datasets or (), quotes=quotes)
    page = next(file for file in files if file.suffix == ".html")
    create_markdown_artifact(
        comparison_in_markdown(made, page), key="comparison", description="How common values are in each context"
    )
    return str(page)
