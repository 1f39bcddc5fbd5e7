"""The main flow: read -> split -> embed -> suggest, each batch a task, and what it leaves stored by another."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from tagger import steps
from tagger.pipelines.summary import in_markdown
from tagger.pipelines.tasks import SpreadTasks, Tasks
from tagger.steps import Summary


@flow(name="tag-transcripts")
def tag_transcripts(
    study: str,
    paths: list[str],
    dataset: str,
    framework: str = "",
    speakers: str = "",
    encoding: str = "",
    attributes: str = "",
    spread: bool = False,
) -> Summary:
    """
    Read transcripts and store suggestions for one dataset of a study.

    Args:
        study: the study's folder.
        paths: files or folders; none to do what new settings or a new framework ask for.
        dataset: the dataset they belong to.
        framework: a framework's name or file; empty for the one named for the dataset before, or the study's.
        speakers: the path of a corrected speakers sheet; empty for none.
        encoding: reads all files in it; empty to detect it.
        attributes: the path of a sheet of attributes; empty for none.
        spread: whether the flow's task runner does the batches of a stage side by side.
    """
    chosen = {"dataset": dataset, "framework": framework, "speakers": speakers, "encoding": encoding}
    chosen["attributes"] = attributes
    engine = SpreadTasks() if spread else Tasks()
    run = steps.begin(study, paths, engine=engine.name, **chosen)
    summary = steps.tag(run, engine)
    create_markdown_artifact(in_markdown(summary), key="tagging-summary", description=f"What the run of {dataset} did")
    return summary
