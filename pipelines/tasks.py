"""The stages of a run as Prefect's tasks, which its flows share: one after another here, or spread over workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import as_completed

from tagger import steps
from tagger.errors import Busy
from tagger.steps import Batch, Engine, Outcome, Run, Stage, Work


def _may_pass(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    """Say whether trying again can help: a study in use, a disk or a network share that did not answer."""
    return isinstance(state.result(raise_on_failure=False), Busy | OSError)


def _task(name: str, work: Work) -> Task[..., Outcome]:
    # What is done is decided by the study's ledger: a task's cached state would be a second truth.
    retried: dict[str, Any] = {"retries": 2, "retry_delay_seconds": 5, "retry_condition_fn": _may_pass}
    return task(name=name, cache_policy=NO_CACHE, **retried)(work)


_TASKS = {stage.work: _task(stage.name, stage.work) for stage in steps.STAGES} | {
    steps.store: _task("store", steps.store)
}


class Tasks(Engine):
    """Each piece of work is a task of a flow."""

    name = "prefect"

    def once(self, work: Work, *arguments: Any) -> Outcome:
        """Do one piece of work as a task."""
        return _TASKS[work](*arguments)


class SpreadTasks(Tasks):
    """Batches that are apart are handed to the flow's task runner all at once; what they leave is stored here."""

    name = "dask"

    def each(self, stage: Stage, run: Run, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Do all batches of a stage, on the workers there are if they are apart; tell of each when it is done."""
        if not stage.apart:
            yield from super().each(stage, run, batches)
            return
        for future in as_completed([_TASKS[stage.work].submit(run, batch) for batch in batches]):
            yield future.result()
