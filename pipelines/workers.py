"""Dask workers that share the batches of a run: processes of our own on this machine, or a cluster that is there."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.errors import UsageError

if TYPE_CHECKING:
    from prefect_dask import DaskTaskRunner

_PATIENCE = 30
"""Seconds until a cluster that does not answer is given up."""


@dataclass(frozen=True)
class Workers:
    """So many workers on this machine, or those of the cluster whose scheduler is at *address*."""

    number: int = 0
    address: str = ""


@contextmanager
def at_work(workers: Workers, folder: Path) -> Iterator[dict[str, Any]]:
    """
    Have workers for the time of the block; `task_runner` needs what is yielded.

    Those of our own compute on one thread each, listen to this machine alone, and want a certificate that is made for
    them: nobody else here can hand them work. What they put aside lies with what Prefect keeps of the study.

    Raises:
        UsageError: Dask is not installed, or no scheduler with workers answers at the address.
    """
    if importlib.util.find_spec("prefect_dask") is None:
        raise UsageError("Dask is not installed here", remedy="pip install 'transcript-tagger[dask]'")
    if workers.address:
        _look_for(workers.address)
        yield {"address": workers.address}
    else:
        from distributed.security import Security

        only_us = Security.temporary()
        with _cluster(workers.number, only_us, folder / ".prefect" / "dask") as cluster:
            yield {"address": cluster.scheduler_address, "client_kwargs": {"security": only_us}}


def task_runner(where: dict[str, Any]) -> DaskTaskRunner:
    """Return the task runner that hands tasks to these workers; Prefect's server is there by now."""
    from prefect_dask import DaskTaskRunner

    return DaskTaskRunner(**where)


def _cluster(number: int, security: Any, place: Path) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=number,
        threads_per_worker=1,
        host="127.0.0.1",
        protocol="tls",
        security=security,
        dashboard_address=None,
        # An encoder needs what it needs; a worker that is ended for its size would only be started again.
        memory_limit=0,
        local_directory=str(place),
        silence_logs=logging.CRITICAL,
    )


def _look_for(address: str) -> None:
    from distributed import Client

    try:
        with Client(address, timeout=_PATIENCE, set_as_default=False) as client:
            there = bool(client.scheduler_info()["workers"])
    except (OSError, ValueError):
        raise UsageError(
            "no Dask scheduler answers there", where=address, remedy="Start one with: dask scheduler"
        ) from None
    if not there:
        remedy = f"Start some: dask worker {address}"
        raise UsageError("the Dask scheduler has no workers", where=address, remedy=remedy)
