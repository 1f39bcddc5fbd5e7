"""Start the flow from the command line: its server first, the encoder while that comes up, Prefect last."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tagger import steps
from tagger.pipelines.server import Server, ServerUnavailable, await_records, connect, start_server, stop_server
from tagger.pipelines.workers import Workers, at_work, task_runner
from tagger.steps import Run, Summary, from_review
from tagger.steps.from_review import Lessons

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

Done = TypeVar("Done", Summary, Lessons)

log = logging.getLogger("tagger.progress")


def start(folder: Path, paths: Iterable[Path], workers: Workers | None = None, **chosen: str) -> Summary:
    """
    Run the flow `tag_transcripts` on the study in *folder*.

    A run with nothing to do needs no Prefect. Where Prefect's server cannot start, the same stages run without it: a
    broken Prefect stops nobody.

    Args:
        workers: who shares the batches of each stage; none for this process alone.

    Raises:
        UsageError: there are no such workers, before anything is done.
    """
    run = steps.begin(folder, paths, **chosen)
    if not steps.anything_pending(run):
        return steps.tag(run)

    given = (run.study, list(run.paths), run.dataset, run.framework, run.speakers, run.encoding, run.attributes)

    def flow() -> State[Summary]:
        from tagger.pipelines.tag_transcripts import tag_transcripts

        return tag_transcripts(*given, return_state=True)

    def spread_flow(where: dict[str, Any]) -> State[Summary]:
        from tagger.pipelines.tag_transcripts import tag_transcripts

        return tag_transcripts.with_options(task_runner=task_runner(where))(*given, spread=True, return_state=True)

    def here() -> Summary:
        return steps.tag(run)

    if workers is None:
        return _by_prefect(run, flow, here, meanwhile=lambda: steps.prepare(run))
    _server(Path(run.study))
    with at_work(workers, Path(run.study)) as where:
        return _by_prefect(run, lambda: spread_flow(where), here)


def start_learning(folder: Path, framework: str = "") -> Lessons:
    """Run the flow `learn_from_review` on the study in *folder*, if there is anything to do, as `start` does."""

    def here() -> Lessons:
        return from_review.learn_from_review(folder, framework)

    begun = from_review.begin_all(folder, framework)
    from_review.check(begun)
    runs = [run for planned in begun.values() for run in planned]
    if not any(steps.anything_pending(run) for run in runs):
        return here()

    def flow() -> State[Lessons]:
        from tagger.pipelines.learn_from_review import learn_from_review

        return learn_from_review(runs[0].study, framework, return_state=True)

    return _by_prefect(runs[0], flow, here, meanwhile=lambda: steps.prepare(runs[0]))


def _by_prefect(
    run: Run,
    flow: Callable[[], State[Done]],
    otherwise: Callable[[], Done],
    meanwhile: Callable[[], None] = lambda: None,
) -> Done:
    """Run a flow, with its server, or do the same without Prefect where that fails; *meanwhile* it starts."""
    log.info("starting Prefect", extra={"stage": "start", "done": 0, "total": 1})
    try:
        server = _server(Path(run.study))
        meanwhile()
        connect(server)
    except (ServerUnavailable, OSError) as error:
        return otherwise().with_note(f"Prefect could not start, so the stages were run without it ({error}).")
    log.info("Prefect is there", extra={"stage": "start", "done": 1, "total": 1})
    try:
        state = flow()
        done: Done = state.result()
    except Exception as error:  # Prefect lets out whatever its parts raise; anything else goes on its way
        if not _is_of_prefect(error):
            raise
        return otherwise().with_note(f"Prefect stopped, so the rest was run without it ({type(error).__name__}).")
    await_records(str(state.state_details.flow_run_id), done.calls)
    return done


def _is_of_prefect(error: Exception) -> bool:
    """Say whether an error comes from Prefect or from the way to its server, and not from the stages."""
    return type(error).__module__.partition(".")[0] in {"prefect", "httpx", "httpcore"}


@lru_cache(maxsize=1)
def _server(folder: Path) -> Server:
    """Start a process's server, in its first study's folder; later studies use it, and it ends with the process."""
    server = start_server(folder / ".prefect")
    atexit.register(stop_server, server)
    return server
