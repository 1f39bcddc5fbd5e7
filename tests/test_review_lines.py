"""Lines to browsers, over real sockets: who keeps one waiting is cut off, who goes on is not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from visitor import AT_HOME

from tagger.review.web import lines
from tagger.review.web.lines import PATIENCE, PER_SECOND, Patience
from tagger.review.web.security import MOST_BYTES, Guard
from tagger.review.web.server import _answering, _bound

ASK = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SEND = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"
MORE_THAN_A_SYSTEM_KEEPS = 40_000_000


async def answer(request: Request) -> Response:
    """Answer with as many bytes as were asked for, once the body came."""
    await request.body()
    return PlainTextResponse("a" * int(request.query_params.get("n", "1")))


@pytest.fixture
def port() -> Iterator[int]:
    """Serve a page, as `tagger review` serves its own."""
    app = Guard(Starlette(routes=[Route("/", answer, methods=["GET", "POST"])]), AT_HOME)
    with _bound("127.0.0.1", 0) as listening, _answering(app, listening):
        yield listening.getsockname()[1]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often, and wait for a moment only; letters give no time."""
    monkeypatch.setattr(lines, "PATIENCE", 0.3)
    monkeypatch.setattr(lines, "_LOOK", 0.1)


def told(line: socket.socket) -> bytes:
    """Return what comes over a line until it ends; one that is left open fails the test after a minute."""
    taken = []
    with suppress(ConnectionError):
        while some := line.recv(1_000_000):
            taken.append(some)
    return b"".join(taken)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("begun", [b"", ASK[:-2], SEND + b"link=", ASK], ids=["nothing", "a head", "a body", "another"])
def test_who_says_no_more_is_cut_off(port: int, begun: bytes) -> None:
    """In the middle of a head or of a body, before the first request, and after one that was answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(begun)

        assert (b"200 OK" in told(line)) == (begun == ASK)


@pytest.mark.usefixtures("impatient")
def test_who_takes_no_answer_is_cut_off(port: int) -> None:
    """An answer of which a part was taken lies in memory no longer; the whole of it does not come any more."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(b"GET /?n=%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % MORE_THAN_A_SYSTEM_KEEPS)
        assert line.recv(100).startswith(b"HTTP/1.1 200 OK")
        for _ in range(5):
            # As long as it takes until one that says nothing is cut off.
            with socket.create_connection(("127.0.0.1", port), timeout=60) as other:
                told(other)

        assert len(told(line)) < MORE_THAN_A_SYSTEM_KEEPS


def test_waiting_lines_make_room(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds all lines that there are keeps nobody out: the one that waited for longest is cut."""
    monkeypatch.setattr(lines, "MOST_LINES", 3)
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(3)]
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            line.sendall(ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert b"200 OK" in told(line)

        assert b"" == told(held[0])


def test_letters_give_no_time_and_a_slow_line_does() -> None:
    """A head of 64 kB that comes letter by letter ends soon; the largest file over a line of 9600 baud does not."""
    letters, slow = Patience(), Patience()
    seconds = 0
    while letters.left > 0:
        seconds += 1
        letters.waited(1)
        letters.moved(1)
    for _ in range(MOST_BYTES // PER_SECOND):
        slow.waited(1)
        slow.moved(PER_SECOND)

    assert PATIENCE <= seconds < PATIENCE + 2
    assert slow.left > 0


def test_a_large_file_over_a_slow_line_arrives(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives in pieces, each within the time, is taken whole, though all of it takes far longer."""
    monkeypatch.setattr(lines, "_LOOK", 0.01)
    monkeypatch.setattr(lines, "PER_SECOND", 1)
    body = b"a" * 200_000
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(SEND.replace(b"1000", b"%d" % len(body)).replace(b"Host", b"Connection: close\r\nHost"))
        for place in range(0, len(body), 1000):
            line.sendall(body[place : place + 1000])

        assert b"200 OK" in told(line)
