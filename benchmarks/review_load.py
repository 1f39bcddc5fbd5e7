"""
Many people at once, while a batch run writes: what it takes to decide and to have the next passage on the screen.

    python benchmarks/review_load.py [--cache DIR] [--seconds 30] [--excerpts 100 100000] [--only flat] [--kills 30]

Starts `tagger review` on an invented study, as its own process, and lets sessions do what a browser does: send the
form of a decision, follow to the page that comes, read which form is on it. Flat out, 20 sessions do so without a
pause; paced, 50 people decide every few seconds. Afterwards every decision that was answered as saved is looked for in
the database. With --kills the server is killed as often, each time at a random moment, and the same is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyarrow as pa
from load_study import PEOPLE, Batch, built
from review import DATASET

from tagger.store import Store

SESSIONS = 20
PACE = 10.0
"""Seconds that somebody takes over a decision on average, when paced."""
_EMPTY_EACH = 10
_COLUMNS = (
    "mode", "excerpts", "decisions", "per s", "saved, ms", "and next, ms", "empty page, ms", "p95 next / empty",
    "server's processor", "sessions' processor", "shards", "errors, busy, lost, doubled, shards lost",
)  # fmt: skip
_HEAD = re.compile(rb"\r\n([A-Za-z-]+): ([^\r]*)")
_BY = re.compile(rb'data-by="(\w*)"')
_DECISION = re.compile(rb'<form id="decision" method="post" action="([^"]*)".*?</form>', re.DOTALL)
_HIDDEN = re.compile(rb'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Tally:
    """What was measured, in seconds, and what was answered as saved."""

    next_page: list[float] = field(default_factory=list)
    saving: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    busy: int = 0


class Session:
    """One browser: a connection that stays open, its cookies, and the page that it shows."""

    def __init__(self, port: int, reader: str, tally: Tally) -> None:
        self.port, self.reader, self.tally = port, reader, tally
        self.cookies: dict[bytes, bytes] = {}
        self.page = b""

    async def begin(self) -> None:
        """Say who reads, and open the first passage."""
        await self.connect()
        await self.ask("POST", "/who", {"reader": self.reader})
        await self.ask("GET", "/help")
        found = _BY.search(self.page)
        self.by = found[1].decode() if found else ""
        await self.follow(await self.ask("POST", "/read", {"dataset": DATASET, "read": "all", "by": self.by}))

    async def connect(self) -> None:
        """Open a connection."""
        self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)

    async def decide(self) -> bool:
        """Decide on what is shown and follow to the next page; say whether there was anything to decide on."""
        form = _DECISION.search(self.page)
        if form is None:
            return False
        fields = {name.decode(): value.decode() for name, value in _HIDDEN.findall(form[0])}
        fields["act"] = (
            random.choice(("yes", "no")) if "suggestion" in fields else random.choice(("done", "nothing here"))
        )
        began = time.perf_counter()
        status, location = await self.ask("POST", form[1].decode().replace("&amp;", "&"), fields)
        saved = time.perf_counter()
        if status == 503:
            self.tally.busy += 1
            return True
        if status != 303:
            self.tally.errors.append(f"POST {status}")
            return True
        self.tally.saved.append(fields["id"])
        await self.follow((status, location))
        self.tally.saving.append(saved - began)
        self.tally.next_page.append(time.perf_counter() - began)
        return True

    async def empty(self) -> None:
        """Open a page that asks the study nothing."""
        shown, began = self.page, time.perf_counter()
        await self.ask("GET", "/help")
        self.tally.empty.append(time.perf_counter() - began)
        self.page = shown

    async def follow(self, answer: tuple[int, str]) -> None:
        """Go where an answer sends the browser."""
        while answer[0] == 303:
            answer = await self.ask("GET", answer[1])
        if answer[0] != 200:
            self.tally.errors.append(f"GET {answer[0]}")

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request; return its status and where it sends the browser. What it shows is `page`."""
        body = urlencode(fields or {}).encode()
        cookies = b"; ".join(name + b"=" + value for name, value in self.cookies.items())
        kind = b"content-type: application/x-www-form-urlencoded\r\n" if fields else b""
        request = (b"%s %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: %s\r\n%scontent-length: %d\r\n\r\n%s"
                     % (method.encode(), path.encode(), cookies, kind, len(body), body))  # fmt: skip
        self.streams[1].write(request)
        try:
            head = await self.streams[0].readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionResetError):
            # The server closes what was idle for some seconds, and a browser then sends once more.
            await self.connect()
            self.streams[1].write(request)
            head = await self.streams[0].readuntil(b"\r\n\r\n")
        headers: dict[bytes, bytes] = {}
        for name, value in _HEAD.findall(head):
            if name.lower() == b"set-cookie":
                self._keep(value)
            headers[name.lower()] = value
        self.page = await self.streams[0].readexactly(int(headers.get(b"content-length", b"0")))
        return int(head[9:12]), headers.get(b"location", b"").decode()

    def _keep(self, cookie: bytes) -> None:
        name, _, value = cookie.partition(b";")[0].partition(b"=")
        self.cookies[name] = value.strip(b'"')
        if not self.cookies[name] or b"Max-Age=0" in cookie:
            del self.cookies[name]


async def flat_out(session: Session, until: float) -> None:
    """Decide without a pause."""
    number = 0
    while time.perf_counter() < until and await session.decide():
        number += 1
        if number % _EMPTY_EACH == 0:
            await session.empty()


async def paced(session: Session, until: float) -> None:
    """Decide every few seconds, as somebody does who reads."""
    while time.perf_counter() < until:
        await asyncio.sleep(random.uniform(0.5, 1.5) * PACE)
        if not await session.decide():
            return
        await session.empty()


@dataclass
class Server:
    """A running `tagger review`."""

    process: subprocess.Popen[str]
    port: int

    def seconds(self) -> float:
        """Return how long it has computed so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Serve a study for the time of the block."""
    command = [sys.executable, "-m", "tagger", "review", "--study", str(folder), "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        yield Server(process, urlsplit(line.split()[2]).port or 0)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


async def crowd(port: int, mode: str, seconds: float, tally: Tally) -> tuple[float, float]:
    """Let everybody begin, then read; return how long reading took, and how long this process computed in it."""
    people = [Session(port, f"r{n}", tally) for n in range(PEOPLE if mode == "paced" else SESSIONS)]
    for one in people:  # as people come, one after another: each has a queue made that is then kept
        await one.begin()
    began, computed = time.perf_counter(), time.process_time()
    act = paced if mode == "paced" else flat_out
    ends = await asyncio.gather(*(act(one, began + seconds) for one in people), return_exceptions=True)
    gone = (OSError, asyncio.IncompleteReadError)
    tally.errors += [repr(end) for end in ends if isinstance(end, BaseException) and not isinstance(end, gone)]
    tally.errors += ["connection lost" for end in ends if isinstance(end, gone)]
    return time.perf_counter() - began, time.process_time() - computed


def counted(folder: Path, saved: list[str]) -> tuple[int, int]:
    """Return how many of the decisions that were answered as saved are not there, and how many more than once."""
    with Store(folder).session("a count") as db:
        rows = db.table(_SETS, asked=pa.table({"id": pa.array(saved, pa.string())})).to_pylist()
    return len(set(saved) - {row["id"] for row in rows}), sum(row["n"] > 1 for row in rows)


def measured(folder: Path, mode: str, seconds: float) -> str:
    """Measure one mode on one study; return a row of the table."""
    tally = Tally()
    with served(folder) as server, Batch(Store(folder)) as batch:
        before = server.seconds()
        took, own = asyncio.run(crowd(server.port, mode, seconds, tally))
        computed = server.seconds() - before
    Store(folder).merge()
    lost, doubled = counted(folder, tally.saved)
    with Store(folder).session("a count") as db:
        [(excerpts,)] = db.rows("SELECT count(*) FROM excerpts e JOIN transcripts t ON t.id = e.transcript_id "
                                "WHERE t.dataset = $dataset", {"dataset": DATASET})  # fmt: skip
    missing = len(set(batch.written) - Store(folder).done(batch.written))
    cells = [mode, f"{excerpts:,}", f"{len(tally.saved):,}", f"{len(tally.saved) / took:.1f}", _ms(tally.saving),
             _ms(tally.next_page), _ms(tally.empty), f"{_p95(tally.next_page) / _p95(tally.empty):.1f}",
             f"{computed / took:.0%}", f"{own / took:.0%}", str(len(batch.written)),
             f"{len(tally.errors)}, {tally.busy}, {lost}, {doubled}, {missing}"]  # fmt: skip
    if tally.errors:
        print(*sorted(set(tally.errors)), sep="\n", file=sys.stderr)
    return "| " + " | ".join(cells) + " |"


_SETS = """
    SELECT s.set_id::VARCHAR AS id, count(*) AS n FROM decision_sets s JOIN asked a ON a.id = s.set_id GROUP BY s.set_id
"""


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))] if times else float("nan")


def _ms(times: list[float]) -> str:
    return f"{1000 * sorted(times)[len(times) // 2]:.0f} / {1000 * _p95(times):.0f}" if times else "-"


def killed(folder: Path, times: int) -> None:
    """Kill the server as often at random moments while people decide, and count after each time."""
    saved: list[str] = []
    for _ in range(times):
        tally = Tally()
        with served(folder) as server, Batch(Store(folder)):
            asyncio.run(_until_killed(server, tally))
        saved += tally.saved
        lost, doubled = counted(folder, saved)
        print(f"{len(saved):,} answered as saved so far: {lost} lost, {doubled} doubled", flush=True)


async def _until_killed(server: Server, tally: Tally) -> None:
    reading = asyncio.create_task(crowd(server.port, "flat", 600, tally))
    while not tally.saved and not reading.done():
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.uniform(0, 2))
    server.process.kill()
    await reading


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "tagger-load")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--excerpts", type=int, nargs="+", default=[100, 100_000])
    parser.add_argument("--only", choices=("paced", "flat"))
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    asked.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.cache) as home:
        # Every two passages have an exchange of their own beside them.
        studies = [built(asked.cache, max(100, n * 2 // 3 // 100 * 100), Path(home)) for n in asked.excerpts]
        if asked.kills:
            killed(studies[-1], asked.kills)
            return
        print("| " + " | ".join(_COLUMNS) + " |")
        print("|---|" + "--:|" * (len(_COLUMNS) - 1))
        for mode in ("flat", "paced") if asked.only is None else (asked.only,):
            for folder in studies:
                print(measured(folder, mode, asked.seconds), flush=True)


if __name__ == "__main__":
    main()
