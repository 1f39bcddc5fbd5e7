"""The process that owns the study while people read."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import uvicorn

from tagger.config import Settings, load_settings
from tagger.errors import UsageError
from tagger.review import readers
from tagger.review.web.app import create_app
from tagger.review.web.visit import now
from tagger.store import Owner, serving

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORT = 8321
_TRIES = 20


def serve(folder: Path, *, host: str, port: int | None, reader: str, opened: Callable[[str], None]) -> None:
    """
    Serve the study in *folder* until stopped.

    Args:
        port: None for the usual one, or the next that is free.
        reader: the name of somebody who reads, added if it is new; the first one is needed.
        opened: called with the address as soon as pages are answered.

    Raises:
        UsageError: the address cannot be used, or is one that other machines reach.
        Busy: somebody serves the study already.
    """
    if host not in LOOPBACK:
        raise UsageError(
            "the pages are for this machine only",
            where=f"--host {host}",
            remedy="Leave --host away. From other machines it needs sign-in and encryption, which are not here yet",
        )
    settings = load_settings(folder)
    with closing(_bound(host, port)) as listening:
        port = listening.getsockname()[1]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        with serving(folder, url) as owner:
            _first_reader(owner, reader)
            _Server(_config(owner, folder, settings), lambda: opened(url)).run(sockets=[listening])


def _first_reader(owner: Owner, name: str) -> None:
    identity, time = uuid4().hex, now()
    with owner.reading() as database:
        known = readers.readers(database)
    new = name and " ".join(name.split()).casefold() not in {reader.name.casefold() for reader in known}
    if new or not known:
        owner.write(lambda database: readers.add_reader(database, identity, name or "Reader 1", time))


def _config(owner: Owner, folder: Path, settings: Settings) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return uvicorn.Config(
        create_app(owner, folder, settings, LOOPBACK),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
    )


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None]) -> None:
        super().__init__(config)
        self._opened = opened

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on Ctrl-C or a request to end, and then go on to close the study: both are the usual way out."""
        stopping = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self.handle_exit) for number in stopping]
        try:
            yield
        finally:
            for number, handler in zip(stopping, before, strict=True):
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as usual, then say so."""
        await super().startup(sockets)
        if self.started:
            # A browser that stays in the foreground would keep every page waiting.
            threading.Thread(target=self._opened, name="opening", daemon=True).start()


def _bound(host: str, port: int | None) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = [port] if port is not None else range(PORT, PORT + _TRIES)
    reason = ""
    for number in wanted:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            listening.listen()
        except OSError as error:
            listening.close()
            reason = error.strerror or str(error)
        else:
            return listening
    raise UsageError(
        f"the address cannot be used ({reason})",
        where=f"{host}, port {port if port is not None else PORT}",
        remedy="Name another with --port NUMBER",
    )
