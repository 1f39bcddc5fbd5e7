"""
The lines to browsers: whoever keeps one waiting is cut off, and nobody can hold all of them.

What uvicorn gives is an end to lines that idle after an answer. A request that never ends, an answer that nobody takes,
and hundreds of lines that say nothing would hold memory and open files for as long as their other end likes.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_LINES = 500
"""Beyond these, the line that has kept us waiting for longest is cut; most systems let a process open 1024 files."""
PATIENCE = 20.0
"""Seconds for which the other end may keep a line waiting."""
PER_SECOND = 1000
"""Bytes that give it one second more; the slowest telephone line is four times as fast."""
_LOOK = 1.0


class Patience:
    """
    What is left of the time in which the other end has to go on, as a bucket: waiting takes, bytes that moved give.

    So a header that comes letter by letter, a body that trickles and an answer that is not read end alike, and a large
    file over a slow line does not.
    """

    def __init__(self) -> None:
        self.left = PATIENCE

    def moved(self, count: int) -> None:
        """Give time for bytes that came or went."""
        self.left = min(PATIENCE, self.left + count / PER_SECOND)

    def waited(self, seconds: float) -> None:
        """Take the time for which the other end was waited for."""
        self.left -= seconds


class Line(H11Protocol):
    """A browser's line, which looks once a second whether it waits for the other end."""

    _looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look; where there are too many lines, the one that waited for longest makes room."""
        super().connection_made(transport)
        self.patience = Patience()
        self.since = self.loop.time()
        self._unread = 0
        self._look_later()
        if len(self.connections) > MOST_LINES:
            lines = [line for line in self.connections if isinstance(line, Line) and line.waits]
            min(lines, key=lambda line: (line.patience.left, line.since)).cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._looking:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take note that something came."""
        self.patience.moved(len(data))
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Begin anew with the next request."""
        self.patience = Patience()
        super().on_response_complete()

    @property
    def waits(self) -> bool:
        """Say whether it is the other end's turn: to send the rest of a request, or to take an answer."""
        asked = self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and not self.flow.read_paused
        return asked or self.transport.get_write_buffer_size() > 0

    def cut(self) -> None:
        """End the line at once, with whatever is left of an answer."""
        self.transport.abort()

    def _look_later(self) -> None:
        self._looking = self.loop.call_later(_LOOK, self._look)

    def _look(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self.patience.moved(max(0, self._unread - unread))
        self._unread = unread
        if self.waits:
            # Not by the clock: when this process was held up, the other end is not to blame.
            self.patience.waited(_LOOK)
        if self.patience.left > 0:
            self._look_later()
        else:
            self.cut()
