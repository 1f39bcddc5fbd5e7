"""Start the flow from the command line: its server first, the encoder while that comes up, Prefect last."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from tagger import steps
from tagger.pipelines.server import Server, ServerUnavailable, await_records, connect, start_server, stop_server
from tagger.steps import Summary

log = logging.getLogger("tagger.progress")


def start(folder: Path, paths: Iterable[Path], **chosen: str) -> Summary:
    """
    Run the flow `tag_transcripts` on the study in *folder*.

    A run with nothing to do needs no Prefect. Where Prefect's server cannot start, the same stages run without it: a
    broken Prefect stops nobody.
    """
    run = steps.begin(folder, paths, **chosen)
    if not steps.anything_pending(run):
        return steps.tag(run)
    log.info("starting Prefect", extra={"stage": "start", "done": 0, "total": 1})
    try:
        server = _server(Path(run.study))
        steps.prepare(run)
        connect(server)
    except (ServerUnavailable, OSError) as error:
        return steps.tag(run).with_note(f"Prefect could not start, so the stages were run without it ({error}).")
    from tagger.pipelines.tag_transcripts import tag_transcripts

    log.info("Prefect is there", extra={"stage": "start", "done": 1, "total": 1})
    given = (run.study, list(run.paths), run.dataset, run.framework, run.speakers, run.encoding)
    try:
        state = tag_transcripts(*given, return_state=True)
        summary: Summary = state.result()
    except Exception as error:  # Prefect lets out whatever its parts raise; anything else goes on its way
        if not _is_of_prefect(error):
            raise
        return steps.tag(run).with_note(f"Prefect stopped, so the rest was run without it ({type(error).__name__}).")
    await_records(str(state.state_details.flow_run_id), summary.calls)
    return summary


def _is_of_prefect(error: Exception) -> bool:
    """Say whether an error comes from Prefect or from the way to its server, and not from the stages."""
    return type(error).__module__.partition(".")[0] in {"prefect", "httpx", "httpcore"}


@lru_cache(maxsize=1)
def _server(folder: Path) -> Server:
    """Start a study's server once per process; it is stopped when the process ends."""
    server = start_server(folder / ".prefect")
    atexit.register(stop_server, server)
    return server
