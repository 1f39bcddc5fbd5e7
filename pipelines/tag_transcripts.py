"""The main flow: read -> split -> embed -> suggest, each batch a task, and what it leaves stored by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect import Task, flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from tagger import steps
from tagger.errors import Busy
from tagger.pipelines.summary import in_markdown
from tagger.steps import Outcome, Summary


def _may_pass(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    """Say whether trying again can help: a study in use, a disk or a network share that did not answer."""
    return isinstance(state.result(raise_on_failure=False), Busy | OSError)


def _task(name: str, work: Callable[..., Outcome]) -> Callable[..., Any]:
    # What is done is decided by the study's ledger: a task's cached state would be a second truth.
    retried: dict[str, Any] = {"retries": 2, "retry_delay_seconds": 5, "retry_condition_fn": _may_pass}
    return task(name=name, cache_policy=NO_CACHE, **retried)(work)


_TASKS = {stage.work: _task(stage.name, stage.work) for stage in steps.STAGES} | {
    steps.store: _task("store", steps.store)
}


@flow(name="tag-transcripts")
def tag_transcripts(
    study: str, paths: list[str], dataset: str, framework: str = "", speakers: str = "", encoding: str = ""
) -> Summary:
    """
    Read transcripts and store suggestions for one dataset of a study.

    Args:
        study: the study's folder.
        paths: files or folders; none to do what new settings or a new framework ask for.
        dataset: the dataset they belong to.
        framework: a framework's name or file; empty for the study's own.
        speakers: the path of a corrected speakers sheet; empty for none.
        encoding: reads all files in it; empty to detect it.
    """
    chosen = {"dataset": dataset, "framework": framework, "speakers": speakers, "encoding": encoding}
    run = steps.begin(study, paths, engine="prefect", **chosen)
    summary = steps.tag(run, call=_as_task)
    create_markdown_artifact(in_markdown(summary), key="tagging-summary", description=f"What the run of {dataset} did")
    return summary


def _as_task(work: Callable[..., Outcome], *arguments: Any) -> Outcome:
    outcome: Outcome = _TASKS[work](*arguments)
    return outcome
