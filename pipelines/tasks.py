"""The stages of a run as Prefect's tasks, which its flows share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from tagger import steps
from tagger.errors import Busy
from tagger.steps import Outcome


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


def as_task(work: Callable[..., Outcome], *arguments: Any) -> Outcome:
    """Do one piece of work as a task."""
    outcome: Outcome = _TASKS[work](*arguments)
    return outcome
