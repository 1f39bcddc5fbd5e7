"""
Prefect's server for one run, started before anything heavy is imported.

Its start takes 5 seconds on a home that was used and 11 on a new one, as long as loading the encoder does; begun in a
process of its own at the very start, most of it is over when the encoder is there. It listens on 127.0.0.1 on a port
of the kernel's choice, keeps its records in the study's folder, sends nothing anywhere, and dies with the run, even
one that is killed. A server that is running already (PREFECT_API_URL) is used instead.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn

_START_LIMIT = 120.0
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Without ours, Prefect would start a second, hidden server.
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    # A server that died is given up within seconds, and without a page of log lines for each record it missed.
    "PREFECT_CLIENT_MAX_RETRIES": "1",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
}


class ServerUnavailable(Exception):
    """Prefect's server did not start; the run can do without it."""


@dataclass(frozen=True)
class Server:
    """A server of ours, or (process None) one that was running already."""

    process: subprocess.Popen[str] | None
    log: Path


def start_server(home: Path) -> Server:
    """
    Begin to start a server that keeps its records in *home*; `connect` waits for it.

    Called before Prefect is imported, which reads its settings then, and from the main thread, with which it dies.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = home / "server.log"
    os.environ.update(_QUIET, PREFECT_HOME=str(home.resolve()))
    given = os.environ.get("PREFECT_API_URL")
    if given and _answers(given):
        return Server(None, log)
    os.environ.pop("PREFECT_API_URL", None)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as sink:
        # A session of its own: Ctrl-C must not stop the server before the flow has told it how it ended.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tagger.pipelines.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            start_new_session=True,
        )
    return Server(process, log)


@lru_cache(maxsize=1)
def connect(server: Server) -> None:
    """Wait until *server* answers, and tell Prefect where it is; it says so once."""
    if server.process is None or server.process.stdout is None:
        return
    limit = threading.Timer(_START_LIMIT, server.process.kill)
    limit.start()
    port = server.process.stdout.readline().strip()
    limit.cancel()
    if not port:
        raise ServerUnavailable(f"Prefect's server did not start; its log is {server.log}")
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"


def await_records(flow_run_id: str, tasks: int, limit: float = 5.0) -> None:
    """Give the server time to write down the last tasks of a flow; what the study holds does not depend on it."""
    body = {
        "flow_runs": {"id": {"any_": [flow_run_id]}},
        "task_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}},
    }
    url = f"{os.environ['PREFECT_API_URL']}/task_runs/count"
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=1) as reply:  # noqa: S310
            if int(reply.read()) >= tasks:
                return
        time.sleep(0.1)


def stop_server(server: Server, patience: float = 8.0) -> None:
    """Stop a server of ours; one that was running already goes on."""
    if server.process is None:
        return
    for pipe in (server.process.stdin, server.process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        server.process.wait(patience)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=1) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (OSError, ValueError):
        return False


def _serve() -> None:
    """Be the server: print the port when ready, stop when stdin closes or the parent dies."""
    if sys.platform == "linux":
        import ctypes

        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
    os.umask(0o077)
    servers: list[uvicorn.Server] = []
    threading.Thread(target=_stop_at_end_of_input, args=(servers,), daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    config = uvicorn.Config(
        create_app(ephemeral=True, final=True),
        host="127.0.0.1",
        port=0,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
    )
    listener = config.bind_socket()
    server = uvicorn.Server(config)
    servers.append(server)
    threading.Thread(target=_announce, args=(server, listener.getsockname()[1]), daemon=True).start()
    server.run(sockets=[listener])


def _announce(server: uvicorn.Server, port: int) -> None:
    while not server.started:
        time.sleep(0.02)
    print(port, flush=True)  # noqa: T201


def _stop_at_end_of_input(servers: list[uvicorn.Server]) -> None:
    sys.stdin.read()
    if not servers or not servers[0].started:
        os._exit(0)
    servers[0].should_exit = True
    time.sleep(6)
    os._exit(0)


if __name__ == "__main__":
    _serve()
