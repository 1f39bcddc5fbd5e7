"""The process that owns the study while people read."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from uuid import uuid4

import uvicorn

from tagger.config import load_settings
from tagger.errors import UsageError
from tagger.review import readers
from tagger.review.web.app import create_app
from tagger.review.web.backing_up import backing_up
from tagger.review.web.doors import doors_alone
from tagger.review.web.lines import Line
from tagger.review.web.logs import logging_without_words
from tagger.review.web.previewing import previewing
from tagger.review.web.reach import Reach
from tagger.review.web.security import Guard
from tagger.review.web.visit import Desk, now
from tagger.store import Owner, serving

PORT = 8321
_TRIES = 20


def serve(folder: Path, reach: Reach, *, reader: str, opened: Callable[[str, bool], None]) -> None:
    """
    Serve the study in *folder* until stopped.

    Args:
        reader: the name of somebody who reads, added if it is new; where nobody signs in, the first one is needed.
        opened: called as soon as pages are answered, with their address and whether people sign in.

    Raises:
        UsageError: the address cannot be used, other machines would reach it without TLS, or a reader is named where
            people sign in.
        Busy: somebody serves the study already.
    """
    reach.check()
    settings = load_settings(folder)
    with ExitStack() as stack:
        stack.enter_context(logging_without_words())
        listening = stack.enter_context(closing(_bound(reach.host, reach.port)))
        site = reach.site(listening.getsockname()[1])
        # Nothing of the study's own programs is within reach of other machines.
        inner = stack.enter_context(closing(_bound("127.0.0.1", 0))) if site.secure else listening
        at_home = Reach(inner.getsockname()[0]).site(inner.getsockname()[1])
        owner = stack.enter_context(serving(folder, at_home.address))
        app = create_app(owner, folder, settings, site)
        desk: Desk = app.state.desk
        if not desk.entrance.sign_in_is_needed():
            _first_reader(owner, reader)
        elif reader:
            raise UsageError("people sign in here", where=f"--reader {reader}", remedy="Use: tagger reviewer add NAME")
        if site.secure:
            stack.enter_context(_answering(doors_alone(desk, at_home), inner))
        stack.enter_context(previewing(owner, folder))
        stack.enter_context(backing_up(folder))
        config = _config(app, reach)
        _Server(config, lambda: opened(site.address, desk.entrance.sign_in_is_needed())).run(sockets=[listening])


def _first_reader(owner: Owner, name: str) -> None:
    identity, time = uuid4().hex, now()
    with owner.reading() as database:
        known = readers.readers(database)
    new = name and " ".join(name.split()).casefold() not in {reader.name.casefold() for reader in known}
    if new or not known:
        owner.write(lambda database: readers.add_reader(database, identity, name or "Reader 1", time))


def _config(app: Guard, reach: Reach) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Line,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # What a proxy says of who asks is not needed: how the pages are reached was told.
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=3,
        ssl_certfile=reach.certificate,
        ssl_keyfile=reach.key,
    )


@contextmanager
def _answering(app: Guard, listening: socket.socket) -> Iterator[None]:
    """Serve an application from a thread for the time of the block."""
    server = uvicorn.Server(_config(app, Reach()))
    thread = threading.Thread(target=server.run, args=([listening],), name="doors", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


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
        # Said to be TCP, so that asyncio sends what is small at once; else the end of each page waits for 40 ms.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
